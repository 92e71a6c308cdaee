"""How fast anybody may go: token buckets in the memory of this process, per caller and per address.

Several web processes each grant these rates. Tries at passwords are counted in the database instead: see `sign_in`.
"""

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest

from marketplace.counting import THROTTLED
from marketplace.errors import RateLimited

MOST_BUCKETS = 20_000
ROUNDING = 1e-9
NOBODY = "an unknown address"


class Kind(StrEnum):
    """What is counted: the first three for each caller, the others for each address."""

    READ = "read"
    WRITE = "write"
    SET_UP = "set up a session"
    ANONYMOUS = "anonymous"
    UNKNOWN_KEY = "unknown key"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and as many again in each further `seconds`."""

    most: int
    seconds: float


RATES = {
    Kind.READ: Rate(600, 10),
    Kind.WRITE: Rate(30, 10),
    Kind.SET_UP: Rate(10, 60),
    Kind.ANONYMOUS: Rate(100, 10),
    Kind.UNKNOWN_KEY: Rate(10, 60),
}


class Throttle:
    """The buckets. Safe from any thread; of too many the one that was idle for longest is forgotten, and so full."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most_buckets: int = MOST_BUCKETS) -> None:
        self._clock = clock
        self._most_buckets = most_buckets
        self._lock = threading.Lock()
        self._buckets: OrderedDict[tuple[Kind, str], tuple[float, float]] = OrderedDict()

    def take(self, kind: Kind, who: str) -> float:
        """Takes one and returns 0, or returns the seconds until there is one again."""
        rate = RATES[kind]
        with self._lock:
            now = self._clock()
            left, since = self._buckets.pop((kind, who), (float(rate.most), now))
            left = min(rate.most, left + (now - since) * rate.most / rate.seconds)
            missing = max(0.0, 1.0 - ROUNDING - left)
            self._buckets[kind, who] = (left if missing else left - 1.0, now)
            if len(self._buckets) > self._most_buckets:
                self._buckets.popitem(last=False)
        return missing * rate.seconds / rate.most


def charge(kind: Kind, who: str) -> None:
    """Raises RateLimited if that is too much."""
    if not settings.RATE_LIMITS:
        return
    throttle: Throttle = apps.get_app_config("marketplace").throttle  # type: ignore[attr-defined]
    wait_seconds = throttle.take(kind, who)
    if wait_seconds:
        THROTTLED.labels(kind.name.lower()).inc()
        raise RateLimited(wait_seconds)


def charge_request(request: HttpRequest, who: str) -> None:
    charge(Kind.READ if request.method in ("GET", "HEAD", "OPTIONS") else Kind.WRITE, who)


def address_of(remote_address: str) -> str:
    """Whom to count an address as: one customer of a provider has a whole /64 of IPv6 addresses."""
    try:
        address = ipaddress.ip_address(remote_address)
    except ValueError:
        return NOBODY
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed, 64), strict=False))
