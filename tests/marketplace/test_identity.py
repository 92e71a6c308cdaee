from datetime import timedelta
from functools import partial
from hashlib import sha256
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.utils import timezone

from marketplace.groups import AUDITORS, OPERATORS
from marketplace.identity import (
    LINK_LIFETIME,
    create_api_key,
    key_in,
    local_operator,
    make_sign_in_link,
    principal_of_key,
    principal_of_user,
    redeem_sign_in_link,
)
from marketplace.models import ApiKey, Role, Scope, Seller, SignInLink
from tests import accounts

pytestmark = pytest.mark.django_db

HERE = "127.0.0.1"


def token_of(link):
    return link.rstrip("/").rpartition("/")[2]


def stored_texts(model):
    return [str(value) for row in model.objects.values() for value in row.values()]


def test_only_the_hash_of_a_key_is_kept():
    key, text = create_api_key("CI", Role.OPERATOR)

    assert key.key_hash == sha256(text.encode()).hexdigest()
    assert text not in stored_texts(ApiKey)
    assert key.prefix == text[:12]
    assert len(text) > 40


def test_no_two_keys_are_alike():
    texts = {create_api_key("CI", Role.OPERATOR)[1] for _ in range(20)}

    assert len(texts) == 20


def test_key_stands_for_its_role_and_party():
    party = Seller.objects.create(name="Acme").code

    principal = principal_of_key(create_api_key("S", Role.SELLER, party)[1])

    assert (principal.role, principal.parties, principal.is_operator) == (Role.SELLER, {party}, False)


@pytest.mark.parametrize("role", [Role.BUYER, Role.SELLER])
def test_key_whose_party_is_gone_stands_for_nobody(role):
    _, text = create_api_key("S", role, uuid4())

    assert principal_of_key(text) is None


def test_key_dies_with_its_seller():
    seller = Seller.objects.create(name="Acme")
    _, text = create_api_key("S", Role.SELLER, seller.code)
    assert principal_of_key(text) is not None

    seller.delete()

    assert principal_of_key(text) is None


@pytest.mark.parametrize(
    ("role", "scope", "may_write"),
    [
        (Role.OPERATOR, Scope.WRITE, True),
        (Role.OPERATOR, Scope.READ, False),
        (Role.AUDITOR, Scope.WRITE, False),
    ],
)
def test_scope_and_role_say_who_may_write(role, scope, may_write):
    principal = principal_of_key(create_api_key("K", role, scope=scope)[1])

    assert principal.may_write is may_write
    assert principal.may_read_all


@pytest.mark.parametrize("role", [Role.BUYER, Role.SELLER])
def test_key_of_a_party_needs_the_party(role):
    with pytest.raises(ValueError, match="needs the party"):
        create_api_key("S", role)

    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}, {"key_hash": "0" * 64}],
)
def test_key_that_no_longer_counts_stands_for_nobody(change):
    _, text = create_api_key("CI", Role.OPERATOR)
    ApiKey.objects.update(**change)

    assert principal_of_key(text) is None


@pytest.mark.parametrize("text", ["", "parley_", "\ud800", "\x00", "k" * 100_000])
def test_nonsense_stands_for_nobody(text):
    assert principal_of_key(text) is None


def test_key_before_its_end_counts():
    _, text = create_api_key("CI", Role.OPERATOR, expires_at=timezone.now() + timedelta(minutes=1))

    assert principal_of_key(text) is not None


def test_use_of_a_key_is_noted():
    _, text = create_api_key("CI", Role.OPERATOR)

    principal_of_key(text)

    assert ApiKey.objects.get().last_used_at is not None


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({"authorization": "Bearer k"}, "k"),
        ({"authorization": "bearer  k "}, "k"),
        ({"authorization": "Basic k"}, ""),
        ({"x-api-key": " k "}, "k"),
        ({"authorization": "Bearer a", "x-api-key": "b"}, "a"),
        ({}, ""),
    ],
)
def test_key_is_found_in_either_header(headers, key):
    assert key_in(headers) == key


def test_groups_of_staff_say_who_they_are():
    roles = {user.username: principal_of_user(user).role for user in (accounts.operator(), accounts.auditor())}
    root = User.objects.create_superuser("root")

    assert roles == {"olivia": Role.OPERATOR, "audrey": Role.AUDITOR}
    assert principal_of_user(root).role == Role.OPERATOR


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"is_staff": False}],
)
def test_operator_who_is_switched_off_has_no_rights(change):
    user = accounts.operator()
    User.objects.filter(pk=user.pk).update(**change)

    assert principal_of_user(User.objects.get(pk=user.pk)) is None


@pytest.mark.parametrize("user", [User(pk=1, is_staff=True), User(pk=1), AnonymousUser()])
def test_neither_staff_without_a_group_nor_a_stranger_has_rights_here(user):
    assert principal_of_user(user) is None


def test_groups_have_the_rights_of_their_members_before_anybody_uses_them():
    operators, auditors = (Group.objects.get(name=name).permissions for name in (OPERATORS, AUDITORS))

    assert operators.filter(codename="change_seller").exists()
    assert operators.filter(codename="view_negotiationrun").exists()
    assert auditors.filter(codename="view_llmcall").exists()
    assert not auditors.exclude(codename__startswith="view_").exists()


def test_link_signs_in_the_operator_of_this_machine():
    link = make_sign_in_link("http://127.0.0.1:8000")

    user = redeem_sign_in_link(token_of(link), HERE)

    assert user == local_operator()
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)


def test_link_signs_in_once():
    token = token_of(make_sign_in_link("http://localhost"))
    redeem_sign_in_link(token, HERE)

    assert redeem_sign_in_link(token, HERE) is None


@pytest.mark.django_db(transaction=True)
def test_link_opened_often_at_once_signs_in_once(race):
    for _ in range(10):
        token = token_of(make_sign_in_link("http://localhost"))

        users = race([partial(redeem_sign_in_link, token, HERE)] * 8)

        assert sum(user is not None for user in users) == 1


def test_link_expires():
    token = token_of(make_sign_in_link("http://localhost"))
    SignInLink.objects.update(expires_at=timezone.now())

    assert redeem_sign_in_link(token, HERE) is None


def test_link_lives_half_an_hour():
    make_sign_in_link("http://localhost")

    link = SignInLink.objects.get()
    assert abs(link.expires_at - link.created_at - LINK_LIFETIME) < timedelta(minutes=1)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_link_works_on_this_machine(address):
    assert redeem_sign_in_link(token_of(make_sign_in_link("http://localhost")), address) is not None


@pytest.mark.parametrize("address", ["192.168.0.7", "8.8.8.8", "::2", "::ffff:8.8.8.8", "", "localhost", "0.0.0.0"])
def test_link_does_not_work_from_elsewhere_and_stays_unused(address):
    token = token_of(make_sign_in_link("http://localhost"))

    assert redeem_sign_in_link(token, address) is None
    assert redeem_sign_in_link(token, HERE) is not None


def test_only_the_hash_of_a_link_is_kept():
    token = token_of(make_sign_in_link("http://localhost"))

    assert not any(token in text for text in stored_texts(SignInLink))


def test_unknown_link_signs_nobody_in():
    make_sign_in_link("http://localhost")

    assert redeem_sign_in_link("guessed", HERE) is None
