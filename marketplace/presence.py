"""Callers that stay: how many connections each has open in this process, and whether it is still who it was."""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie

from marketplace.counting import THROTTLED
from marketplace.errors import RateLimited
from marketplace.identity import Principal, key_in, principal_of_key, principal_of_session
from negotiation.spectators import onlooker_with

FRESH_SECONDS = 15.0
MOST_REMEMBERED = 10_000
SEAT_WAIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Credential:
    """What a caller shows: an API key, else the cookie of its session, or a spectators' link and nothing else.

    The text is as secret as these are.
    """

    key: str
    session: str
    link: str = ""

    def __repr__(self) -> str:
        return "Credential(...)"


class Doorman:
    """Who a credential stands for, asked again at most once in `FRESH_SECONDS` for all connections together."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[Credential, tuple[Principal | None, float]] = OrderedDict()

    def recognise(self, credential: Credential) -> Principal | None:
        """Reads the database unless it was read just now."""
        with self._lock:
            principal, since = self._known.get(credential, (None, float("-inf")))
        return principal if self._clock() - since < FRESH_SECONDS else self.look_up(credential)

    def look_up(self, credential: Credential) -> Principal | None:
        """Reads the database."""
        began = self._clock()
        principal = principal_of(credential)
        with self._lock:
            self._known.pop(credential, None)
            self._known[credential] = (principal, began)
            if len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return principal


class Seats:
    """How many connections are open, by what they are counted under. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, under: str, most: int) -> Iterator[None]:
        """Raises RateLimited if all are taken."""
        with self._lock:
            if self._taken[under] >= most:
                THROTTLED.labels("connection").inc()
                raise RateLimited(SEAT_WAIT_SECONDS)
            self._taken[under] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[under] -= 1
                if not self._taken[under]:
                    del self._taken[under]

    def count(self, under: str) -> int:
        with self._lock:
            return self._taken.get(under, 0)


def doorman() -> Doorman:
    return apps.get_app_config("marketplace").doorman  # type: ignore[no-any-return, attr-defined]


def seats() -> Seats:
    return apps.get_app_config("marketplace").seats  # type: ignore[no-any-return, attr-defined]


def credential_in(headers: Mapping[str, str]) -> Credential:
    """From headers with names in lower case. A key goes before a session, also where it is wrong."""
    key = key_in(headers)
    return Credential(key, "" if key else _session_key(headers.get("cookie", "")))


def principal_of(credential: Credential) -> Principal | None:
    if credential.link:
        return onlooker_with(credential.link)
    if credential.key:
        return principal_of_key(credential.key)
    if not credential.session:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(credential.session)
    return principal_of_session(request.session, get_user(request))


def _session_key(cookies: str) -> str:
    return str(parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, ""))
