"""Who goes on when there is more to do than the event loop has time for: the room that has been here longest."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable

# Turns that keep coming for so long are more than a burst of rooms that happen to move together.
CROWDED_SECONDS = 0.1
# So long after it was crowded it counts as crowded still, or it would be and not be from one turn to the next.
CALM_SECONDS = 1.0
# A round that took longer was full of other work, such as requests, and lets in a turn more for each such time.
ROUND_SECONDS = 0.02


class Turnstile:
    """Lets one turn begin in each round of the loop, of the lowest rank that waits. Lives on one event loop.

    What a turn sets off (prompts, replies, a commit, frames) comes back to the loop as work of later rounds. So turns
    begin as fast as there is time for all that they set off, and what is under way is not late for what could wait.
    Whoever else keeps the loop busy does not hold them up: a long round lets in several.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._since = self._round_began_at = 0.0
        self._calm_at = 0.0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def is_crowded(self) -> bool:
        """Whether somebody has been waiting without a break for longer than a burst takes, or has just been."""
        self._note()
        return self._clock() < self._calm_at

    async def enter(self, rank: int) -> None:
        """Returns when it is this one's turn."""
        waiter = asyncio.get_running_loop().create_future()
        if not self._waiting:
            self._since = self._round_began_at = self._clock()
            asyncio.get_running_loop().call_soon(self._let_in)
        heapq.heappush(self._waiting, (rank, next(self._numbers), waiter))
        await waiter

    def _let_in(self) -> None:
        self._note()
        now = self._clock()
        places, self._round_began_at = 1 + int((now - self._round_began_at) / ROUND_SECONDS), now
        while self._waiting and places:
            _, _, waiter = heapq.heappop(self._waiting)
            if not waiter.done():  # else whoever waited has been cancelled
                waiter.set_result(None)
                places -= 1
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._let_in)

    def _note(self) -> None:
        now = self._clock()
        if self._waiting and now - self._since >= CROWDED_SECONDS:
            self._calm_at = now + CALM_SECONDS
