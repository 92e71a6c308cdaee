"""How a viewer follows a room: first what it lacks from the table, then live, and the table again at any doubt.

A frame is made and serialised once for all viewers who see with the same eyes.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from channels.db import database_sync_to_async
from django.apps import apps
from django.utils import timezone

from negotiation.core.events import Closed
from negotiation.core.visibility import Viewer, may_see_thread
from negotiation.doorbell import Doorbell, Words
from negotiation.frames import Frame, connected, frame_of, to_json
from negotiation.hub import Hub, Subscription
from negotiation.metrics import LAG
from negotiation.records import Record, Roster
from negotiation.store import StoredRoom, last_seq, read_records, read_room

PAGE = 200
WORKERS = UUID(int=0)


@dataclass(slots=True)
class Live:
    """A committed event on its way to this process's viewers, with its frames as far as they have been needed."""

    record: Record
    roster: Roster
    frames: dict[Viewer, str | None] = field(default_factory=dict)

    def frame_for(self, viewer: Viewer) -> str | None:
        if viewer not in self.frames:
            frame = frame_of(self.record, self.roster, viewer)
            self.frames[viewer] = None if frame is None else to_json(frame)
        return self.frames[viewer]


@dataclass(frozen=True, slots=True)
class Passing:
    """Something to show that is never stored. It belongs to one seller's thread, or without one to the buyer's side."""

    seller_id: str
    frame: Frame

    def frame_for(self, viewer: Viewer) -> str | None:
        return to_json(self.frame) if may_see_thread(viewer, self.seller_id) else None


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing to write to a viewer's socket. Transient things have no number."""

    type: str
    json: str
    seq: int | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds between heartbeats on a silent stream, and between looks at the table when nobody rings."""

    heartbeat_seconds: float
    poll_seconds: float


def announce(roster: Roster, records: Sequence[Record]) -> None:
    """Tell the viewers what has been committed, here and in other processes. Safe from any thread."""
    live_feed().announce(roster.room_id, [Live(record, roster) for record in records])
    doorbell().ring(roster.room_id, records[0].seq)


def announce_command(roster: Roster, records: Sequence[Record]) -> None:
    """Tell the viewers, and the workers: somebody else than they has written to the room."""
    announce(roster, records)
    live_feed().announce(WORKERS, [Live(record, roster) for record in records])
    doorbell().ring(roster.room_id, records[0].seq, is_command=True)


def pass_on(room: UUID, passing: Passing) -> None:
    """Show something that is never stored to whoever watches, here and in other processes."""
    live_feed().announce(room, [passing])
    doorbell().pass_on(Words(room, passing.seller_id, passing.frame))


def is_watched(room: UUID) -> bool:
    """By somebody, here or in another process."""
    return live_feed().watcher_count(room) > 0 or doorbell().is_watched_elsewhere(room)


def live_feed() -> Hub[Live | Passing]:
    return apps.get_app_config("negotiation").hub  # type: ignore[no-any-return, attr-defined]


def doorbell() -> Doorbell:
    return apps.get_app_config("negotiation").doorbell  # type: ignore[no-any-return, attr-defined]


async def follow(code: UUID, viewer: Viewer, after: int, rhythm: Rhythm) -> AsyncGenerator[Sent, None]:
    """Everything the viewer may see behind number `after`, each once and in order, until the room is over.

    Raises RoomNotFound.
    """
    subscription = live_feed().subscribe(code)
    try:
        stored = await _read_room(code)
        yield Sent(
            "connected",
            to_json(connected(stored.room, stored.status, stored.last_seq, stored.roster, viewer, timezone.now())),
        )
        async for sent in _Follower(stored, viewer, after, rhythm, subscription).frames():
            yield sent
    finally:
        live_feed().unsubscribe(code, subscription)


class _Follower:
    """One viewer's place in the log."""

    def __init__(
        self, stored: StoredRoom, viewer: Viewer, after: int, rhythm: Rhythm, subscription: Subscription[Live | Passing]
    ) -> None:
        # A number from the future is of a log that is gone; whoever comes with it begins anew.
        self._stored, self._viewer, self._seq = stored, viewer, after if after <= stored.last_seq else 0
        self._rhythm, self._subscription = rhythm, subscription
        self._is_over = stored.status.is_over and self._seq == stored.last_seq
        self._came_at = timezone.now()

    async def frames(self) -> AsyncIterator[Sent]:
        async for sent in self._catch_up():
            yield sent
        silent_seconds = 0.0
        while not self._is_over:
            live = await self._next_live()
            if isinstance(live, Passing):
                for sent in self._pass_on(live):
                    yield sent
                continue
            if live is not None and live.record.seq == self._seq + 1 and not self._subscription.is_lagged:
                silent_seconds = 0.0
                for sent in self._take(live):
                    yield sent
                continue
            if live is not None and live.record.seq <= self._seq and not self._subscription.is_lagged:
                continue
            silent_seconds += self._rhythm.poll_seconds if live is None else 0.0
            async for sent in self._catch_up():
                silent_seconds = 0.0
                yield sent
            if silent_seconds >= self._rhythm.heartbeat_seconds:
                silent_seconds = 0.0
                yield Sent("heartbeat", to_json({"type": "heartbeat", "timestamp": timezone.now().isoformat()}))

    def _pass_on(self, passing: Passing) -> tuple[Sent, ...]:
        json = passing.frame_for(self._viewer)
        return () if json is None else (Sent(_type_of(json), json),)

    async def _next_live(self) -> Live | Passing | None:
        try:
            async with asyncio.timeout(self._rhythm.poll_seconds):
                return await self._subscription.next()
        except TimeoutError:
            return None

    async def _catch_up(self) -> AsyncIterator[Sent]:
        """What the table has behind our number. A lagged subscription starts afresh first, so nothing falls between."""
        if self._subscription.is_lagged:
            self._subscription.forget_lag()
        newest = await _last_seq(self._stored.run_id)
        self._is_over = self._is_over or newest is None
        while not self._is_over and newest != self._seq:
            records = await _read_records(self._stored.run_id, self._seq, PAGE)
            for record in records:
                for sent in self._take(Live(record, self._stored.roster)):
                    yield sent
            if len(records) < PAGE:
                return

    def _take(self, live: Live) -> tuple[Sent, ...]:
        self._seq = live.record.seq
        if not live.frames and live.record.at >= self._came_at:  # else somebody else was first, or it is history
            LAG.observe((timezone.now() - live.record.at).total_seconds())
        self._is_over = isinstance(live.record.event, Closed)
        json = live.frame_for(self._viewer)
        if json is None:
            return ()
        return (Sent(_type_of(json), json, self._seq, self._is_over),)


def _type_of(json: str) -> str:
    """Every frame begins with its type."""
    return json[len('{"type":"') :].partition('"')[0]


_read_room = database_sync_to_async(read_room, thread_sensitive=False)
_last_seq = database_sync_to_async(last_seq, thread_sensitive=False)
_read_records = database_sync_to_async(read_records, thread_sensitive=False)
