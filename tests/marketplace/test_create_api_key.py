from datetime import timedelta
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketplace.identity import principal_of_key
from marketplace.models import ApiKey, Role

pytestmark = pytest.mark.django_db


def create(*arguments):
    """The last line that the command prints."""
    output = StringIO()
    call_command("create_api_key", "--name", "CI", *arguments, stdout=output, stderr=StringIO())
    return output.getvalue().splitlines()[-1]


@pytest.mark.parametrize("role", ["operator", "auditor", "watcher"])
def test_key_is_printed_alone_on_the_last_line(role):
    assert principal_of_key(create("--role", role)).role == role


@pytest.mark.parametrize(("role", "party"), [("buyer", "buyer_id"), ("seller", "seller_ids")])
def test_key_of_a_party_acts_for_it(session, role, party):
    code = session[party] if role == "buyer" else session[party][0]

    assert principal_of_key(create("--role", role, "--party", code)).parties == {UUID(code)}


def test_key_has_no_end_unless_one_is_given():
    create("--role", "watcher")

    assert ApiKey.objects.get().expires_at is None


def test_key_ends_after_the_days_given():
    create("--role", "watcher", "--expires", "3")

    assert timedelta(days=2) < ApiKey.objects.get().expires_at - timezone.now() <= timedelta(days=3)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--role", "king"),
        ("--role", Role.BUYER),
        ("--role", Role.SELLER, "--party", "nonsense"),
        ("--role", Role.SELLER, "--party", str(uuid4())),
        ("--role", Role.WATCHER, "--expires", "0"),
        (),
    ],
)
def test_key_that_cannot_be_is_not_made(arguments):
    with pytest.raises(CommandError):
        create(*arguments)

    assert not ApiKey.objects.exists()


def test_seller_key_cannot_be_made_for_a_buyer(session):
    with pytest.raises(CommandError, match="no seller with"):
        create("--role", "seller", "--party", session["buyer_id"])


@pytest.mark.parametrize("name", ["two\nlines", "a\u202etxt.exe", " CI", "a\0b", "", "a" * 101])
def test_name_that_cannot_be_is_refused(name):
    with pytest.raises(CommandError, match="--name"):
        create("--role", "watcher", "--name", name)

    assert not ApiKey.objects.exists()
