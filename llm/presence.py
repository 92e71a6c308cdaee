"""Whether a provider's server is there, known without asking it before every call."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from llm.types import ProviderStatus

MAX_AGE_SECONDS = 5.0
# What was seen longer ago than so many times that age is no answer at all.
OUTDATED = 6

_CLOSED = ProviderStatus(available=False, base_url=None, models=(), error="closed")


class Presence:
    """What the last ping said. An answer grown old is renewed in the background; only the first question, and one after
    a long silence, waits for the ping.

    A call that succeeds is as good as a ping. Lives on one event loop at a time; `close` ends a ping under way.
    """

    def __init__(
        self,
        ping: Callable[[], Awaitable[ProviderStatus]],
        *,
        max_age_seconds: float = MAX_AGE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ping, self._max_age_seconds, self._clock = ping, max_age_seconds, clock
        self._status: ProviderStatus | None = None
        self._known_at: float | None = None
        self._seen_at: float | None = None
        self._succeeded_at: float | None = None
        self._refresh: asyncio.Task[ProviderStatus] | None = None

    async def status(self) -> ProviderStatus:
        if self._status is None or self._is_outdated():
            return await self._new_status()
        if not self._is_fresh():
            self._start_refresh()
        return self._status

    def saw_success(self) -> None:
        """A call was answered."""
        self._succeeded_at = self._seen_at = self._clock()
        is_known_available = self._status is not None and self._status.available
        self._known_at = self._succeeded_at if is_known_available else None

    def saw_failure(self) -> None:
        """A call found nobody; the next question looks again."""
        self._known_at = None
        self._succeeded_at = None

    async def close(self) -> None:
        if self._refresh is not None and not self._refresh.done():
            self._refresh.cancel()
            await asyncio.wait((self._refresh,))

    async def _new_status(self) -> ProviderStatus:
        refresh = self._start_refresh()
        # Not awaited itself: one of several that wait may be cancelled, and the ping goes on for the others.
        await asyncio.wait((refresh,))
        return _CLOSED if refresh.cancelled() else refresh.result()

    def _is_fresh(self) -> bool:
        return self._known_at is not None and self._clock() - self._known_at < self._max_age_seconds

    def _is_outdated(self) -> bool:
        return self._seen_at is not None and self._clock() - self._seen_at >= OUTDATED * self._max_age_seconds

    def _start_refresh(self) -> asyncio.Task[ProviderStatus]:
        if self._refresh is None or self._refresh.done():
            self._refresh = asyncio.create_task(self._look())
        return self._refresh

    async def _look(self) -> ProviderStatus:
        began_at = self._clock()
        status = await self._ping()
        has_succeeded = self._succeeded_at is not None and self._succeeded_at >= began_at
        # A server busy with a call may be slow to answer a ping; the call's own success counts for more.
        if self._status is None or status.available or not has_succeeded:
            self._status = status
        self._known_at = self._seen_at = self._clock()
        return self._status
