from datetime import timedelta
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.groups import AUDITORS, OPERATORS
from marketplace.identity import create_api_key, make_sign_in_link, principal_of_key, principal_of_user
from marketplace.models import ApiKey, PartyLink, Role, Seller
from negotiation.models import Participant
from tests import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller() -> Seller:
    return Seller.objects.create(name="Acme")


def run(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output, stderr=StringIO())
    return output.getvalue()


def test_keys_are_listed_without_their_texts():
    _, text = create_api_key("CI", Role.OPERATOR)
    old, _ = create_api_key("Old", Role.WATCHER, expires_at=timezone.now() - timedelta(days=1))

    listed = run("list_api_keys")

    assert text not in listed
    assert [line.split("\t")[5] for line in listed.splitlines()[1:]] == ["expired", "no end"]
    assert f"{old.pk}\t{old.prefix}" in listed


@pytest.mark.parametrize("field", ["pk", "prefix"])
def test_revoked_key_opens_nothing(field):
    key, text = create_api_key("CI", Role.OPERATOR)
    _, other = create_api_key("Other", Role.OPERATOR)

    run("revoke_api_key", str(getattr(key, field)))

    assert principal_of_key(text) is None
    assert principal_of_key(other) is not None


@pytest.mark.parametrize("named", ["parley_zzzzz", "999", "9" * 40, "\N{SUPERSCRIPT TWO}"])
def test_key_that_does_not_exist_cannot_be_revoked(named):
    create_api_key("CI", Role.OPERATOR)

    with pytest.raises(CommandError, match="no key"):
        run("revoke_api_key", named)


def test_key_is_revoked_once():
    key, _ = create_api_key("CI", Role.OPERATOR)
    run("revoke_api_key", str(key.pk))

    with pytest.raises(CommandError, match="before"):
        run("revoke_api_key", str(key.pk))


def test_key_to_read_is_made_on_demand():
    run("create_api_key", "--name", "x", "--role", "operator", "--scope", "read")

    assert ApiKey.objects.get().scope == "read"


@pytest.mark.parametrize(("flags", "group"), [((), OPERATORS), (("--auditor",), AUDITORS)])
def test_new_account_signs_in_by_a_link_once(flags, group):
    link = run("create_operator", "otto", *flags).strip()

    client = Client()
    assert client.get(link, follow=True).status_code == 200
    assert Client().get(link).status_code == 403
    user = User.objects.get(username="otto")
    assert [one.name for one in user.groups.all()] == [group]
    assert not user.has_usable_password()


def test_behind_a_proxy_where_no_link_is_taken_an_account_needs_a_password(settings):
    settings.BEHIND_PROXY = True

    with pytest.raises(CommandError, match="--password-stdin"):
        run("create_operator", "otto")

    assert not User.objects.exists()


def test_auditor_who_is_called_operator_stays_one():
    run("create_operator", "operator", "--auditor")

    make_sign_in_link("http://127.0.0.1:8000")

    assert [group.name for group in User.objects.get(username="operator").groups.all()] == [AUDITORS]


def test_new_account_takes_its_password_from_the_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("a long pass phrase\n"))

    run("create_operator", "otto", "--password-stdin")

    assert Client().login(username="otto", password="a long pass phrase")


@pytest.mark.parametrize(
    ("name", "password"), [("otto", "12345"), ("otto", ""), ("no spaces here", "a long pass phrase")]
)
def test_account_with_a_weak_password_or_an_odd_name_is_not_made(monkeypatch, name, password):
    monkeypatch.setattr("sys.stdin", StringIO(f"{password}\n"))

    with pytest.raises(CommandError):
        run("create_operator", name, "--password-stdin")

    assert not User.objects.exists()


def test_name_is_given_once():
    run("create_operator", "otto")

    with pytest.raises(CommandError):
        run("create_operator", "otto", "--auditor")


def test_account_acts_for_the_parties_it_is_tied_to_until_they_are_gone(seller):
    user = User.objects.create_user("sally")
    run("tie_account", "sally", "seller", str(seller.code))
    principal = principal_of_user(user)
    assert (principal.role, principal.parties) == (Role.SELLER, {seller.code})

    seller.delete()

    assert principal_of_user(user) is None


def test_untied_account_acts_for_nobody(seller):
    user = User.objects.create_user("sally")
    run("tie_account", "sally", "seller", str(seller.code))

    run("tie_account", "sally", "seller", str(seller.code), "--untie")

    assert principal_of_user(user) is None


def test_account_sits_on_one_side_only(seller, session):
    User.objects.create_user("sally")
    run("tie_account", "sally", "seller", str(seller.code))

    with pytest.raises(CommandError, match="other side"):
        run("tie_account", "sally", "buyer", session["buyer_id"])


def test_staff_act_for_no_party(seller):
    accounts.operator("olga")

    with pytest.raises(CommandError, match="Staff"):
        run("tie_account", "olga", "seller", str(seller.code))


@pytest.mark.parametrize("command", [("make_party_link",), ("tie_account", "sally")])
def test_party_that_does_not_exist_is_refused(command):
    User.objects.create_user("sally")

    with pytest.raises(CommandError, match="no seller"):
        run(*command, "seller", str(uuid4()))


def test_link_of_a_party_is_printed_and_its_token_is_not_kept(seller):
    address = run("make_party_link", "seller", str(seller.code), "--base-url", "https://deals.example/").strip()

    token = address.removeprefix("https://deals.example/enter/").rstrip("/")
    link = PartyLink.objects.get()
    assert len(token) >= 32
    assert token not in str(link.__dict__)
    assert link.party == UUID(str(seller.code))


def test_link_of_a_party_leads_to_where_people_reach_the_marketplace(seller, settings):
    settings.PUBLIC_URL = "https://deals.example"

    assert run("make_party_link", "seller", str(seller.code)).startswith("https://deals.example/enter/")


@pytest.fixture
def thread(session) -> Participant:
    return Participant.objects.get(name="Acme")


@pytest.mark.parametrize("role", ["seller", "buyer"])
def test_link_to_a_negotiation_lets_that_side_in_and_leads_to_its_page(thread, role, client):
    address = run("make_party_link", role, "--thread", str(thread.code), "--base-url", "https://x.example").strip()

    came_in = client.post(address.removeprefix("https://x.example"), follow=True)

    assert came_in.redirect_chain == [(reverse("thread", args=[thread.code]), 302)]
    assert came_in.context["party"] == role


def test_link_to_a_negotiation_of_others_is_refused(thread, seller):
    with pytest.raises(CommandError, match="has no part"):
        run("make_party_link", "seller", str(seller.code), "--thread", str(thread.code))


def test_link_to_a_negotiation_that_does_not_exist_is_refused():
    with pytest.raises(CommandError, match="no negotiation"):
        run("make_party_link", "seller", "--thread", str(uuid4()))


def test_link_for_nobody_is_refused():
    with pytest.raises(CommandError, match="Name the buyer"):
        run("make_party_link", "buyer")

    assert not PartyLink.objects.exists()
