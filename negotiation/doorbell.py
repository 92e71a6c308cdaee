"""What the processes of an installation call out to one another: that a room has news, and words on their way.

A call carries no event and may be lost: whoever hears it reads the table, whoever does not looks there before long.
Ringing never waits, never fails, and is safe from any thread.
"""

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from negotiation.figures import Frame
from negotiation.napping import rest_until

GROUP = "everyone"
SEND_SECONDS = 2.0
# So long words wait for those of other rooms, unless news go out: every process reads every call.
WORDS_SECONDS = 0.1
WATCH_SECONDS = 1.0
WATCH_LASTS_SECONDS = 5.0
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.25, 4.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PassingFrame:
    """A frame to show in one seller's thread, never stored."""

    room: UUID
    seller_id: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class Ring:
    """Rooms with news, each from its first new number on; those that somebody commanded; and words on their way."""

    rooms: Mapping[UUID, int]
    commanded: Collection[UUID]
    words: Sequence[PassingFrame]


class Doorbell:
    """Silent until `run`. What is rung while a call is under way goes out with the next one, once for each room."""

    def __init__(self) -> None:
        self._name = uuid.uuid4().hex
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rung, self._has_news = asyncio.Event(), asyncio.Event()
        self._rooms: dict[UUID, int] = {}
        self._commanded: set[UUID] = set()
        self._words: dict[tuple[UUID, str, str, object], PassingFrame] = {}
        self._watched_until: dict[UUID, float] = {}
        self._is_away = False

    def ring(self, room: UUID, first: int, *, is_command: bool = False) -> None:
        """The room has events from number `first` on."""
        with self._lock:
            if self._loop is None:
                return
            self._rooms[room] = min(first, self._rooms.get(room, first))
            if is_command:
                self._commanded.add(room)
            self._wake(self._rung, self._has_news)

    def pass_on(self, words: PassingFrame) -> None:
        """Only the latest of each kind, thread and side goes out, and only where somebody elsewhere watches."""
        if not self.is_watched_elsewhere(words.room):
            return
        with self._lock:
            if self._loop is not None:
                key = (words.room, words.seller_id, str(words.frame["type"]), words.frame.get("party"))
                self._words[key] = words
                self._wake(self._rung)

    def is_watched_elsewhere(self, room: UUID) -> bool:
        return self._watched_until.get(room, 0.0) > time.monotonic()

    async def run(self, layer: Any, hear: Callable[[Ring], None], watched: Callable[[], Collection[UUID]]) -> None:
        """Carry calls over the channel layer, until cancelled. `watched` are the rooms looked at in this process."""
        self._rung, self._has_news = asyncio.Event(), asyncio.Event()
        with self._lock:
            self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._send_calls(layer))
                group.create_task(self._hear_calls(layer, hear))
                group.create_task(self._tell_who_watches(layer, watched))
        finally:
            with self._lock:
                self._loop = None
                self._take()
            await _hang_up(layer)

    def _wake(self, *events: asyncio.Event) -> None:
        assert self._loop is not None
        try:
            for event in events:
                self._loop.call_soon_threadsafe(event.set)
        except RuntimeError:  # the loop has just been closed
            self._loop = None

    def _take(self) -> dict[str, object]:
        rooms = {room.hex: [first, room in self._commanded] for room, first in self._rooms.items()}
        words = [[one.room.hex, one.seller_id, one.frame] for one in self._words.values()]
        for pending in (self._rooms, self._commanded, self._words):
            pending.clear()
        return {"rooms": rooms, "words": words}

    async def _send_calls(self, layer: Any) -> None:
        wait = FIRST_WAIT_SECONDS
        while True:
            await self._rung.wait()
            await rest_until(self._has_news, WORDS_SECONDS)
            self._rung.clear()
            self._has_news.clear()
            with self._lock:
                call = self._take()
            if await self._send(layer, call):
                wait = FIRST_WAIT_SECONDS
            else:  # what is rung in the meantime is one call more, not many
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    async def _send(self, layer: Any, call: dict[str, object]) -> bool:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await layer.group_send(GROUP, {"type": "ring", "from": self._name, **call})
        except Exception as error:  # whatever a layer's transport may raise
            self._note_away(error)
            return False
        self._note_back()
        return True

    async def _hear_calls(self, layer: Any, hear: Callable[[Ring], None]) -> None:
        channel = await self._subscribe(layer)
        while True:
            call = await layer.receive(channel)
            if call["from"] == self._name:
                continue
            self._note_watched(call.get("watched", ()))
            ring = _read(call)
            if ring.rooms or ring.words:
                hear(ring)

    async def _subscribe(self, layer: Any) -> str:
        """The layer subscribes again by itself when its connection breaks later on."""
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    channel: str = await layer.new_channel()
                    await layer.group_add(GROUP, channel)
                    return channel
            except Exception as error:  # whatever a layer's transport may raise
                self._note_away(error)
                await _hang_up(layer)
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    async def _tell_who_watches(self, layer: Any, watched: Callable[[], Collection[UUID]]) -> None:
        while True:
            if rooms := watched():
                await self._send(layer, {"watched": [room.hex for room in rooms]})
            await asyncio.sleep(WATCH_SECONDS)

    def _note_watched(self, rooms: Collection[str]) -> None:
        now = time.monotonic()
        if rooms:
            self._watched_until = {room: until for room, until in self._watched_until.items() if until > now}
        for room in rooms:
            self._watched_until[UUID(room)] = now + WATCH_LASTS_SECONDS

    def _note_away(self, error: Exception) -> None:
        if not self._is_away:
            self._is_away = True
            reason = str(error) or type(error).__name__
            logger.warning("Redis is away, other processes learn of news by looking for it: %s", reason)

    def _note_back(self) -> None:
        if self._is_away:
            self._is_away = False
            logger.warning("Redis is back")


def _read(call: Mapping[str, Any]) -> Ring:
    rooms = {UUID(room): (int(first), bool(is_command)) for room, (first, is_command) in call.get("rooms", {}).items()}
    return Ring(
        rooms={room: first for room, (first, _) in rooms.items()},
        commanded={room for room, (_, is_command) in rooms.items() if is_command},
        words=[PassingFrame(UUID(room), seller_id, frame) for room, seller_id, frame in call.get("words", ())],
    )


async def _hang_up(layer: Any) -> None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await layer.flush()
    except Exception as error:  # whatever a layer's transport may raise
        logger.debug("the connection to Redis ended badly: %s", error)
