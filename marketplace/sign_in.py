"""Passwords may be tried a few times a minute, counted in the database for all web processes together."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.http import HttpRequest
from django.utils import timezone

from marketplace.counting import THROTTLED
from marketplace.errors import RateLimited
from marketplace.models import SignInTries
from marketplace.throttling import address_of

WINDOW = timedelta(minutes=1)
# One caller's at one account; all of one caller; all at one account, wherever they come from.
MOST_OF_BOTH, MOST_OF_ADDRESS, MOST_OF_ACCOUNT = 5, 30, 30


class PatientBackend(ModelBackend):
    """Django's accounts and passwords. A name nobody has is counted, and takes as long, as one that somebody has."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Raises RateLimited."""
        if request is None or not settings.RATE_LIMITS or username is None:
            return super().authenticate(request, username, password, **kwargs)
        address = address_of(request.META.get("REMOTE_ADDR", ""))
        count_try(username, address)
        user = super().authenticate(request, username, password, **kwargs)
        if user is not None:
            forget_tries(username, address)
        return user


def count_try(account: str, address: str) -> None:
    """Before the password is looked at, so that tries at the same moment all count. Raises RateLimited."""
    now = timezone.now()
    for subject, most in _subjects(account, address).items():
        tries, since = _count(subject, now)
        if tries > most:
            THROTTLED.labels("password").inc()
            raise RateLimited((since + WINDOW - now).total_seconds())


def forget_tries(account: str, address: str) -> None:
    """Whoever got in begins anew; what else that address has tried still counts."""
    both, _, whole_account = _subjects(account, address)
    SignInTries.objects.filter(subject__in=[both, whole_account]).delete()


def delete_old_tries() -> int:
    return SignInTries.objects.filter(since__lt=timezone.now() - WINDOW).delete()[0]


def _subjects(account: str, address: str) -> dict[str, int]:
    """Hashed: people type a password where the name belongs."""
    name = account.casefold()
    return {
        _hashed("both", name, address): MOST_OF_BOTH,
        _hashed("address", address): MOST_OF_ADDRESS,
        _hashed("account", name): MOST_OF_ACCOUNT,
    }


def _count(subject: str, now: datetime) -> tuple[int, datetime]:
    """The tries in the running minute with this one, and when that minute began."""
    other_minute = Q(since__lte=now - WINDOW) | Q(since__gt=now + WINDOW)  # of a clock that was set back
    is_over = When(other_minute, then=Value(1))
    tried = SignInTries.objects.filter(subject=subject)
    with transaction.atomic():
        SignInTries.objects.bulk_create([SignInTries(subject=subject, since=now)], ignore_conflicts=True)
        tried.update(
            tries=Case(is_over, default=F("tries") + 1),
            since=Case(When(other_minute, then=Value(now)), default=F("since")),
        )
        return tried.values_list("tries", "since").get()


def _hashed(*parts: str) -> str:
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
