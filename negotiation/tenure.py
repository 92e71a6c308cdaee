"""How long a worker may take a room for its own, by its own clock."""

import asyncio
import time
from collections.abc import Callable


class Tenure:
    """A lease as its holder knows it: counted from before it was asked for, so that it never outlives the real one.

    A worker that slept wakes to calls that were about to be made. Another may have taken the room over and made them.
    """

    def __init__(self, seconds: float, asked_at: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._until = asked_at + seconds
        self._renewed = asyncio.Event()

    def renew(self, asked_at: float) -> None:
        self._until = asked_at + self._seconds
        self._renewed.set()

    async def secure(self) -> None:
        """Wait until the lease surely runs. A room that was lost waits here until its worker leaves it."""
        while self._clock() >= self._until:
            self._renewed.clear()
            await self._renewed.wait()
