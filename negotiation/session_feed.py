"""All rooms of a session in one feed: the frames of each as its own stream has them, numbered room by room.

Words on their way (`message_delta`, `typing`) are left out: who wants to read along follows the room.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from marketplace.models import Session
from negotiation.core.visibility import Viewer
from negotiation.errors import RoomNotFound
from negotiation.frames import to_json
from negotiation.models import NegotiationRun
from negotiation.napping import rest_until
from negotiation.stream import Batch, Rhythm, Sent, each, follow
from negotiation.threads import in_thread

LAST_OF_SESSION = "session_complete"
# Rooms that are followed at a time; further ones begin as others end.
MOST_ROOMS = 100
# Looks at the table a second, of all rooms of one watcher together.
MOST_LOOKS = 10
# Records of a room that are held for a watcher at a time, and frames of all rooms.
PAGE = 50
MOST_HELD = 64
# How soon a room shows that was opened in the session after the watcher came.
LOOK_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to see of a session: behind which numbers, and of which rooms if not of all."""

    after: Mapping[UUID, int] = field(default_factory=dict)
    rooms: frozenset[UUID] | None = None


async def follow_session(code: UUID, viewer: Viewer, wanted: Wanted, rhythm: Rhythm) -> AsyncGenerator[Batch, None]:
    """Until all rooms are over, which a last frame says, or the session is deleted."""
    feed = _Feed(code, viewer, wanted, rhythm)
    working = asyncio.create_task(feed.work())
    working.add_done_callback(feed.wake)
    try:
        async for batch in feed.batches(working):
            yield batch
        await working
    except ExceptionGroup as ended:
        raise ended.exceptions[0] from ended
    finally:
        working.cancel()
        await asyncio.wait([working])
        if not working.cancelled():
            working.exception()  # which was told above, or came when nobody listened any more


class _Feed:
    """One watcher's rooms. Each is followed by a task of its own, and all of them wait for the watcher to read."""

    def __init__(self, code: UUID, viewer: Viewer, wanted: Wanted, rhythm: Rhythm) -> None:
        self._code, self._viewer, self._wanted, self._rhythm = code, viewer, wanted, rhythm
        self._held: asyncio.Queue[Sent | None] = asyncio.Queue(MOST_HELD)
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._has_ended = asyncio.Event()

    async def batches(self, working: asyncio.Task[None]) -> AsyncIterator[Batch]:
        while not (working.done() and self._held.empty()):
            try:
                async with asyncio.timeout(self._rhythm.heartbeat_seconds):
                    held = [await self._held.get()]
            except TimeoutError:
                held = [_sent("heartbeat")]
            while not self._held.empty():
                held.append(self._held.get_nowait())
            if batch := [sent for sent in held if sent is not None]:
                yield batch

    def wake(self, _: asyncio.Task[None]) -> None:
        """Nothing more will come. Where all is held that may be, the watcher need not be woken."""
        with suppress(asyncio.QueueFull):
            self._held.put_nowait(None)

    async def work(self) -> None:
        async with asyncio.TaskGroup() as group:
            while (rooms := await in_thread(None, _rooms, self._code)) is not None:
                self._has_ended.clear()
                rooms = [room for room in rooms if self._wanted.rooms is None or room in self._wanted.rooms]
                self._follow_new(group, rooms)
                if all(room in self._tasks and self._tasks[room].done() for room in rooms):
                    await self._held.put(_sent(LAST_OF_SESSION, session_id=str(self._code), rooms=len(rooms)))
                    return
                await rest_until(self._has_ended, LOOK_SECONDS)
            for task in self._tasks.values():
                task.cancel()

    def _follow_new(self, group: asyncio.TaskGroup, rooms: list[UUID]) -> None:
        rhythm = Rhythm(self._rhythm.heartbeat_seconds, max(self._rhythm.poll_seconds, len(rooms) / MOST_LOOKS))
        free = MOST_ROOMS - sum(not task.done() for task in self._tasks.values())
        for room in [room for room in rooms if room not in self._tasks][:free]:
            self._tasks[room] = group.create_task(self._follow(room, rhythm))

    async def _follow(self, room: UUID, rhythm: Rhythm) -> None:
        after = self._wanted.after.get(room, 0)
        try:
            with suppress(RoomNotFound):
                await self._hold(each(follow(room, self._viewer, after, rhythm, page=PAGE)))
        finally:
            self._has_ended.set()

    async def _hold(self, frames: AsyncGenerator[Sent, None]) -> None:
        async with aclosing(frames):
            async for sent in frames:
                if sent.seq is not None or sent.type == "connected":
                    await self._held.put(sent)


def _rooms(code: UUID) -> list[UUID] | None:
    """The oldest first; None if there is no such session."""
    rooms = list(NegotiationRun.objects.filter(session__code=code).order_by("id").values_list("code", flat=True))
    return rooms if rooms or Session.objects.filter(code=code).exists() else None


def _sent(kind: str, **told: object) -> Sent:
    return Sent(kind, to_json({"type": kind, "timestamp": timezone.now().isoformat(), **told}))
