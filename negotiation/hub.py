"""The live feed inside one process: whoever commits events announces them, whoever watches gets a bounded queue.

The hub may drop: a watcher that does not keep up is marked lagged and reads the table again. Nobody is waited for.
"""

import asyncio
import threading
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Generic, TypeVar
from uuid import UUID

QUEUE_LENGTH = 256

T = TypeVar("T")


class Subscription(Generic[T]):
    """One watcher's queue. Lives on the loop that made it, and is filled there; one task reads it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._items: deque[T] = deque()
        self._most = QUEUE_LENGTH
        self._waiter: asyncio.Future[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self.is_lagged = False

    async def next(self) -> T:
        while not self._items:
            await self._woken()
        return self._items.popleft()

    async def all_within(self, seconds: float) -> list[T]:
        """All that is there, as soon as there is anything; nothing if nothing comes for so long.

        The alarm stays set from one time to the next, as mostly something comes before it. So `seconds` must always be
        the same.
        """
        if not self._items:
            due = self.loop.time() + seconds
            while not self._items and self.loop.time() < due:
                if self._alarm is None:
                    self._alarm = self.loop.call_at(due, self._ring)
                await self._woken()
        items = list(self._items)
        self._items.clear()
        return items

    def close(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def forget_lag(self) -> None:
        """Start afresh, after reading the table."""
        self._items.clear()
        self.is_lagged = False

    def put(self, items: Sequence[T]) -> None:
        room = self._most - len(self._items)
        self._items.extend(items[:room])
        self.is_lagged = self.is_lagged or len(items) > room
        self._wake()

    async def _woken(self) -> None:
        self._waiter = self.loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _ring(self) -> None:
        self._alarm = None
        self._wake()


class Hub(Generic[T]):
    """Who watches which room in this process. Announcing is safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscriptions: dict[UUID, set[Subscription[T]]] = defaultdict(set)

    def subscribe(self, room: UUID) -> Subscription[T]:
        """Must be called on the running loop that will read."""
        subscription: Subscription[T] = Subscription(asyncio.get_running_loop())
        with self._lock:
            self._subscriptions[room].add(subscription)
        return subscription

    def unsubscribe(self, room: UUID, subscription: Subscription[T]) -> None:
        with self._lock:
            watchers = self._subscriptions[room]
            watchers.discard(subscription)
            if not watchers:
                del self._subscriptions[room]
        subscription.close()

    def announce(self, room: UUID, items: Sequence[T]) -> None:
        with self._lock:
            watchers = tuple(self._subscriptions.get(room, ()))
        by_loop: dict[asyncio.AbstractEventLoop, list[Subscription[T]]] = {}
        for subscription in watchers:
            by_loop.setdefault(subscription.loop, []).append(subscription)
        for loop, subscriptions in by_loop.items():
            _hand_over(loop, subscriptions, items)

    def rooms(self) -> set[UUID]:
        """Those that are watched."""
        with self._lock:
            return set(self._subscriptions)

    def watcher_count(self, room: UUID) -> int:
        with self._lock:
            return len(self._subscriptions.get(room, ()))


def _hand_over(loop: asyncio.AbstractEventLoop, subscriptions: Sequence[Subscription[T]], items: Sequence[T]) -> None:
    """By one call for all: each call writes a byte to the loop's pipe, and signals are lost while that is full."""

    def put_all() -> None:
        for subscription in subscriptions:
            subscription.put(items)

    try:
        loop.call_soon_threadsafe(put_all)
    except RuntimeError:  # a loop that is already closed has no watchers left
        for subscription in subscriptions:
            subscription.is_lagged = True
