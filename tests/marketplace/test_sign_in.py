from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from marketplace.models import SignInTries
from marketplace.sign_in import MOST_OF_ACCOUNT, MOST_OF_ADDRESS, MOST_OF_BOTH, WINDOW, count_try, delete_old_tries

pytestmark = pytest.mark.django_db

PAGES = ["/login/", "/admin/login/"]


@pytest.fixture(autouse=True)
def olga(settings):
    settings.RATE_LIMITS = True
    return User.objects.create_superuser("olga", password="right and long")


def sign_in(name="olga", typed="wrong", page="/login/", address="192.0.2.1"):
    return Client(REMOTE_ADDR=address).post(page, {"username": name, "password": typed})


def statuses(count, **tried):
    return [sign_in(**tried).status_code for _ in range(count)]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["olga", "nobody"])
def test_password_may_be_tried_five_times_a_minute_whether_or_not_the_name_is_known(page, name):
    assert statuses(MOST_OF_BOTH, name=name, page=page) == [200] * 5

    response = sign_in(name, page=page)

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60


def test_clock_that_is_set_back_keeps_nobody_out_for_longer():
    statuses(MOST_OF_BOTH)
    SignInTries.objects.update(since=timezone.now() + timedelta(days=1))

    assert sign_in().status_code == 200


def test_known_and_unknown_names_are_answered_alike():
    known, unknown = (sign_in(name).content.decode() for name in ("olga", "nobody"))

    def without_names(page):
        return [line for line in page.splitlines() if "csrf" not in line and 'name="username"' not in line]

    assert without_names(known) == without_names(unknown)


def test_right_password_is_not_looked_at_either_when_the_tries_are_used_up():
    statuses(MOST_OF_BOTH)

    assert sign_in(typed="right and long").status_code == 429


@pytest.mark.parametrize("page", PAGES)
def test_success_begins_anew(page):
    statuses(MOST_OF_BOTH - 1, page=page)
    assert sign_in(typed="right and long", page=page).status_code == 302

    assert statuses(MOST_OF_BOTH, page=page) == [200] * 5


def test_minute_is_over_in_a_minute():
    statuses(MOST_OF_BOTH + 1)
    SignInTries.objects.update(since=timezone.now() - WINDOW - timedelta(seconds=1))

    assert statuses(MOST_OF_BOTH + 1) == [200] * 5 + [429]


def test_owner_at_another_address_is_not_locked_out():
    statuses(MOST_OF_BOTH + 1)

    assert sign_in(typed="right and long", address="192.0.2.2").status_code == 302


def test_one_address_may_not_go_on_with_other_names():
    for number in range(MOST_OF_ADDRESS):
        count_try(f"name {number}", "192.0.2.1")

    assert sign_in("one more").status_code == 429


def test_many_addresses_may_not_share_the_work_on_one_account():
    for number in range(MOST_OF_ACCOUNT):
        count_try("olga", f"192.0.2.{number}")

    assert sign_in(address="192.0.2.200").status_code == 429


def test_name_is_the_same_in_capitals():
    statuses(MOST_OF_BOTH)

    assert sign_in("OLGA").status_code == 429


def test_nothing_that_was_typed_is_stored():
    sign_in("my password by mistake")

    assert "password" not in str(list(SignInTries.objects.values()))


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_all_count(race):
    answers = race([lambda: sign_in().status_code] * 8)

    assert sorted(answers) == [200] * 5 + [429] * 3


def test_old_tries_are_put_away():
    sign_in()
    SignInTries.objects.update(since=timezone.now() - WINDOW - timedelta(seconds=1))
    sign_in("somebody")

    assert delete_old_tries() == 2


def test_without_limits_nothing_is_counted(settings):
    settings.RATE_LIMITS = False

    assert statuses(MOST_OF_BOTH + 1) == [200] * 6
    assert not SignInTries.objects.exists()
