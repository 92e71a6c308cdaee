"""Who is asking: API keys, the staff's browser session, and the link that signs in once."""

import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission, User
from django.db.models import Q, QuerySet
from django.utils import timezone

from marketplace.models import ApiKey, Role, SignInLink

KEY_PREFIX = "parley_"
OPERATORS = "Operators"
LINK_LIFETIME = timedelta(minutes=30)
LAST_USE_RESOLUTION = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller with its rights. `party` is the buyer or seller it acts for; `name` tells callers apart."""

    role: Role
    name: str
    party: UUID | None = None

    @property
    def is_operator(self) -> bool:
        return self.role == Role.OPERATOR

    @property
    def is_in_browser(self) -> bool:
        """Signed in by a session cookie, which a browser sends for anybody's page."""
        return self.name.startswith("user/")


def create_api_key(
    name: str, role: Role, party: UUID | None = None, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """The stored key and its text, which is told only here. Raises ValueError if a buyer or seller has no party."""
    if role in (Role.BUYER, Role.SELLER) and party is None:
        raise ValueError(f"a {role} key needs the party it acts for")
    text = f"{KEY_PREFIX}{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name, prefix=text[:12], key_hash=_hashed(text), role=role, party=party, expires_at=expires_at
    )
    return key, text


def revoke_api_keys(keys: QuerySet[ApiKey]) -> int:
    """The keys open nothing from now on; how many of them did until now."""
    return keys.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())


def principal_of_key(text: str) -> Principal | None:
    """Who the key stands for, None if it is unknown, revoked or expired."""
    now = timezone.now()
    lives = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    key = ApiKey.objects.filter(lives, key_hash=_hashed(text), revoked_at__isnull=True).first()
    if key is None:
        return None
    if key.last_used_at is None or now - key.last_used_at > LAST_USE_RESOLUTION:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return Principal(Role(key.role), f"key/{key.pk}", key.party)


def principal_of_user(user: AbstractBaseUser | AnonymousUser) -> Principal | None:
    """Staff are operators; other accounts have no rights here."""
    if isinstance(user, User) and user.is_active and user.is_staff:
        return Principal(Role.OPERATOR, f"user/{user.pk}")
    return None


def key_in(headers: Mapping[str, str]) -> str:
    """The key in a request's headers (names in lower case), empty if there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "").strip()


def local_operator() -> User:
    """The account behind the sign-in link: staff with the operators' rights and no password."""
    operator, is_new = User.objects.get_or_create(username="operator", defaults={"is_staff": True})
    if is_new:
        operator.set_unusable_password()
        operator.save()
    operator.groups.add(_operators())
    return operator


def make_sign_in_link(base_url: str) -> str:
    token = secrets.token_urlsafe(24)
    SignInLink.objects.create(
        token_hash=_hashed(token), user=local_operator(), expires_at=timezone.now() + LINK_LIFETIME
    )
    return f"{base_url.rstrip('/')}/sign-in/{token}/"


def redeem_sign_in_link(token: str, remote_address: str) -> User | None:
    """The user to sign in; None if the link is unknown, used, expired, or opened from another machine."""
    if not _is_loopback(remote_address):
        return None
    now = timezone.now()
    link = SignInLink.objects.filter(token_hash=_hashed(token), used_at__isnull=True, expires_at__gt=now)
    if not link.update(used_at=now):
        return None
    return SignInLink.objects.select_related("user").get(token_hash=_hashed(token)).user


def _operators() -> Group:
    group, is_new = Group.objects.get_or_create(name=OPERATORS)
    if is_new:
        ours = Q(content_type__app_label__in=["marketplace", "negotiation"])
        group.permissions.set(Permission.objects.filter(ours))
    return group


def _hashed(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def _is_loopback(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback
