"""Spares a provider that fails again and again, and those who would wait for it."""

import time
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass

from llm.errors import ProviderDisabledError, ProviderError, ProviderResponseError

LEAST_FAILURES = 5
LAST_CALLS = 15
WINDOW_SECONDS = 60.0
OPEN_SECONDS = 30.0


def is_failure(error: ProviderError) -> bool:
    """Whether the provider is to blame: not for a reply that was refused, filtered or too long for its limit."""
    if isinstance(error, ProviderResponseError):
        return error.is_retryable
    return not isinstance(error, ProviderDisabledError)


class Breaker:
    """Closed, open for thirty seconds, then half open: one probe decides.

    It opens when, of the last fifteen calls of the last minute, at least five failed, and at least four in five. So
    five failures in a row open it where little happens and twelve where much does, while a server that fails every
    fifth call at random all but never gets there. The last are those that began last, for calls that hang end long
    after the replies to those about them, and all together. Refusals come faster than replies: calls that began before
    the one that failed, and have not ended, count as none that did.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ended: list[_Ended] = []
        self._opened_at: float | None = None
        self._probe: Permit | None = None
        self._begun = 0
        self._in_flight: set[Permit] = set()

    @property
    def is_open(self) -> bool:
        """Whether a call that came now would be refused."""
        if self._opened_at is None:
            return False
        return self._probe is not None or self._clock() < self._opened_at + OPEN_SECONDS

    def admit(self) -> "Permit | None":
        """A permit for one call, to be handed back by one of the three methods below; None is a refusal."""
        if self.is_open:
            return None
        self._begun += 1
        permit = Permit(self._begun)
        self._in_flight.add(permit)
        if self._opened_at is not None:
            self._probe = permit
        return permit

    def succeed(self, permit: "Permit") -> None:
        if permit is self._probe:
            self.reset()
        self._note(permit, has_failed=False)

    def fail(self, permit: "Permit") -> None:
        self._note(permit, has_failed=True)
        if permit is self._probe or (self._opened_at is None and self._is_too_much(permit)):
            self._opened_at = self._clock()
            self._probe = None

    def withdraw(self, permit: "Permit") -> None:
        """The call ended without saying anything about the provider; the next one may be the probe."""
        self._in_flight.discard(permit)
        if permit is self._probe:
            self._probe = None

    def reset(self) -> None:
        """Close it and forget what was: the provider is known to be well."""
        self._ended.clear()
        self._opened_at = None
        self._probe = None

    def _note(self, permit: "Permit", *, has_failed: bool) -> None:
        self._in_flight.discard(permit)
        insort(self._ended, _Ended(permit.number, self._clock(), has_failed))
        del self._ended[:-LAST_CALLS]

    def _is_too_much(self, last: "Permit") -> bool:
        since = self._clock() - WINDOW_SECONDS
        recent = [ended for ended in self._ended if ended.at >= since]
        failures = sum(ended.has_failed for ended in recent)
        undecided = sum(permit.number < last.number for permit in self._in_flight)
        return failures >= LEAST_FAILURES and 5 * failures >= 4 * (len(recent) + undecided)


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to make one call; `number` counts them in the order in which they began."""

    number: int


@dataclass(frozen=True, slots=True, order=True)
class _Ended:
    """In the order in which the calls began."""

    number: int
    at: float
    has_failed: bool
