"""Who is there: the sides of a thread that have it open. Nothing of it is stored, and whoever falls silent has left."""

import time
from collections.abc import Callable

from negotiation.core.vocabulary import Party

TELL_SECONDS = 10.0
GONE_AFTER_SECONDS = 25.0


class Attendance:
    """What one socket has heard of the two sides; each tells of itself again every `TELL_SECONDS`."""

    def __init__(self, own: Party | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._own, self._clock = own, clock
        self._heard: dict[Party, float] = {}
        self._shown: dict[str, bool] | None = None

    def hear(self, party: Party, *, is_here: bool) -> None:
        if is_here:
            self._heard[party] = self._clock()
        else:
            self._heard.pop(party, None)

    def news(self) -> dict[str, bool] | None:
        """Which sides are there, if that is something else than was told last."""
        there = {str(p): p is self._own or self._is_heard(p) for p in Party}
        if there == self._shown:
            return None
        self._shown = there
        return dict(there)

    def _is_heard(self, party: Party) -> bool:
        return self._clock() - self._heard.get(party, float("-inf")) < GONE_AFTER_SECONDS
