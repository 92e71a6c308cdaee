"""Who is asking: API keys, accounts, browsers let in by a party's link, and the link that signs in once."""

import ipaddress
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet
from django.utils import timezone

from marketplace.groups import AUDITORS, OPERATORS
from marketplace.models import ApiKey, Buyer, PartyAccess, PartyLink, Role, Scope, Seller, SignInLink
from negotiation.prepared import Prepared

KEY_PREFIX = "parley_"
LINK_LIFETIME = timedelta(minutes=30)
PARTY_VISIT = timedelta(hours=12)
PARTY_LINK_IN_SESSION = "party_link"
LAST_USE_RESOLUTION = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller with its rights. `parties` are the buyers or sellers it acts for; `name` tells callers apart."""

    role: Role
    name: str
    parties: frozenset[UUID] = frozenset()
    scope: Scope = Scope.WRITE

    @property
    def is_operator(self) -> bool:
        return self.role == Role.OPERATOR

    @property
    def may_read_all(self) -> bool:
        """Everybody's private numbers, and what models were asked."""
        return self.role in (Role.OPERATOR, Role.AUDITOR)

    @property
    def may_write(self) -> bool:
        return self.scope == Scope.WRITE and self.role != Role.AUDITOR

    @property
    def is_in_browser(self) -> bool:
        """Signed in by a session cookie, which a browser sends for anybody's page."""
        return self.name.startswith(("user/", "link/"))


def create_api_key(
    name: str,
    role: Role,
    party: UUID | None = None,
    expires_at: datetime | None = None,
    scope: Scope = Scope.WRITE,
) -> tuple[ApiKey, str]:
    """The stored key and its text, which is told only here. Raises ValueError if a buyer or seller has no party."""
    if role in (Role.BUYER, Role.SELLER) and party is None:
        raise ValueError(f"a {role} key needs the party it acts for")
    text = f"{KEY_PREFIX}{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name, prefix=text[:12], key_hash=hashed(text), role=role, scope=scope, party=party, expires_at=expires_at
    )
    return key, text


def revoke_api_keys(keys: QuerySet[ApiKey]) -> int:
    """The keys open nothing from now on; how many of them did until now."""
    return keys.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())


def principal_of_key(text: str) -> Principal | None:
    """Who the key stands for, None if it is unknown, revoked or expired, or its party is gone."""
    now = timezone.now()
    found = _KEYS.rows(hashed(text))
    if not found:
        return None
    key = _KeyRow(*found[0])
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        return None
    role = Role(key.role)
    if role in _PARTIES and not _PARTIES[role].rows(key.party):
        return None
    parties = frozenset([key.party] if role in _PARTIES and key.party else [])
    if key.last_used_at is None or now - key.last_used_at > LAST_USE_RESOLUTION:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return Principal(role, f"key/{key.pk}", parties, Scope(key.scope))


class _KeyRow(NamedTuple):
    """Of a key, what every request asks, in the order of `_KEY`."""

    pk: int
    role: str
    scope: str
    party: UUID | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


_KEY = ("pk", "role", "scope", "party", "expires_at", "revoked_at", "last_used_at")
_KEYS = Prepared(
    lambda key_hash: ApiKey.objects.filter(key_hash=key_hash).order_by().values_list(*_KEY),
    ApiKey._meta.get_field("key_hash"),
    "",
)
# By the code of the party.
_PARTIES = {
    Role.BUYER: Prepared(
        lambda code: Buyer.objects.filter(code=code).order_by().values_list("pk"),
        Buyer._meta.get_field("code"),
        UUID(int=0),
    ),
    Role.SELLER: Prepared(
        lambda code: Seller.objects.filter(code=code).order_by().values_list("pk"),
        Seller._meta.get_field("code"),
        UUID(int=0),
    ),
}


def living_parties(role: Role, codes: Iterable[UUID]) -> set[UUID]:
    """Those of the codes that are a buyer's, or a seller's, who still exists."""
    match role:
        case Role.BUYER:
            return set(Buyer.objects.filter(code__in=codes).values_list("code", flat=True))
        case Role.SELLER:
            return set(Seller.objects.filter(code__in=codes).values_list("code", flat=True))
        case Role.OPERATOR | Role.AUDITOR | Role.WATCHER:
            return set()


def principal_of_session(session: SessionBase, user: AbstractBaseUser | AnonymousUser) -> Principal | None:
    """Who a browser stands for: its account, or the party whose link let it in."""
    return _principal_of_visit(session) if user.is_anonymous else principal_of_user(user)


def principal_of_user(user: AbstractBaseUser | AnonymousUser) -> Principal | None:
    """Staff in a group of ours, or an account tied to parties. Others, staff too, have no rights here."""
    if not isinstance(user, User) or not user.is_active:
        return None
    name = f"user/{user.pk}"
    role = _staff_role(user) if user.is_staff else None
    return _principal_of_party_account(user, name) if role is None else Principal(role, name)


def _staff_role(user: User) -> Role | None:
    if user.is_superuser:
        return Role.OPERATOR
    groups = set(user.groups.values_list("name", flat=True))
    if OPERATORS in groups:
        return Role.OPERATOR
    return Role.AUDITOR if AUDITORS in groups else None


def _principal_of_party_account(user: User, name: str) -> Principal | None:
    """For the side of its oldest tie alone: nobody sits on both sides of a table."""
    ties = list(PartyAccess.objects.filter(user=user).order_by("id"))
    if not ties:
        return None
    role = Role(ties[0].role)
    parties = frozenset(living_parties(role, [tie.party for tie in ties if tie.role == role]))
    return Principal(role, name, parties) if parties else None


def _principal_of_visit(session: SessionBase) -> Principal | None:
    number = session.get(PARTY_LINK_IN_SESSION)
    if not isinstance(number, int):
        return None
    began = timezone.now() - PARTY_VISIT
    link = PartyLink.objects.filter(pk=number, revoked_at__isnull=True, used_at__gt=began).first()
    if link is None:
        return None
    parties = frozenset(living_parties(Role(link.role), [link.party]))
    return Principal(Role(link.role), f"link/{link.pk}", parties) if parties else None


def key_in(headers: Mapping[str, str]) -> str:
    """The key in a request's headers (names in lower case), empty if there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "").strip()


def local_operator() -> User:
    """The account behind the sign-in link: staff without a password, and with the operators' rights unless somebody has
    given it others.
    """
    operator, is_new = User.objects.get_or_create(username="operator", defaults={"is_staff": True})
    if is_new:
        operator.set_unusable_password()
        operator.save()
        operator.groups.add(Group.objects.get(name=OPERATORS))
    return operator


def make_sign_in_link(base_url: str, user: User | None = None) -> str:
    """For the account named, else for this machine's operator."""
    token = secrets.token_urlsafe(24)
    SignInLink.objects.create(
        token_hash=hashed(token), user=user or local_operator(), expires_at=timezone.now() + LINK_LIFETIME
    )
    return f"{base_url.rstrip('/')}/sign-in/{token}/"


def redeem_sign_in_link(token: str, remote_address: str) -> User | None:
    """The user to sign in; None if the link is unknown, used, expired, or opened from another machine."""
    if not _is_loopback(remote_address):
        return None
    now = timezone.now()
    # Not by a join, for which the links would be looked up in a query within the update: on PostgreSQL each of those
    # who come at once would find it unused there.
    active = User.objects.filter(is_active=True)
    link = SignInLink.objects.filter(
        token_hash=hashed(token), used_at__isnull=True, expires_at__gt=now, user__in=active
    )
    if not link.update(used_at=now):
        return None
    return SignInLink.objects.select_related("user").get(token_hash=hashed(token)).user


def hashed(text: str) -> str:
    """What is kept of a secret that is long and random: without salt, so that it can be looked up."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def _is_loopback(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback
