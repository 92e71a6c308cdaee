"""How a viewer follows a room: first what it lacks from the table, then live, and the table again at any doubt.

A frame is made and serialised once for all viewers who see with the same eyes.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from uuid import UUID

from django.apps import apps
from django.utils import timezone

from negotiation.core.events import ApprovalDecided, ApprovalRequested, Closed, Event
from negotiation.core.visibility import SellerViewer, Viewer, may_see_thread, see
from negotiation.doorbell import Doorbell, PassingFrame
from negotiation.figures import Frame
from negotiation.frames import LAST_FRAME, connected, ended_without_sellers, frame_of, to_json
from negotiation.hub import Hub, Subscription
from negotiation.metrics import LAG
from negotiation.records import Record, Roster
from negotiation.store import StoredRoom, last_seq, read_records, read_room
from negotiation.threads import in_thread

PAGE = 200
WORKERS = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing to write to a viewer's socket. Transient things have no number."""

    type: str
    json: str
    seq: int | None = None


# What can be sent to a viewer at once, in order; never empty.
Batch = list[Sent]


@dataclass(slots=True)
class Live:
    """A committed event on its way to this process's viewers, with what they are sent as far as it has been needed."""

    record: Record
    roster: Roster
    sent: dict[Viewer, Sent | None] = field(default_factory=dict)

    def sent_to(self, viewer: Viewer) -> Sent | None:
        if viewer not in self.sent:
            frame = frame_of(self.record, self.roster, viewer)
            self.sent[viewer] = Sent(frame["type"], to_json(frame), self.record.seq) if frame else None
        return self.sent[viewer]


@dataclass(slots=True)
class Passing:
    """Something to show that is never stored. It belongs to one seller's thread, or without one to the buyer's side."""

    seller_id: str
    frame: Frame
    sent: Sent | None = None

    def sent_to(self, viewer: Viewer) -> Sent | None:
        if not may_see_thread(viewer, self.seller_id):
            return None
        if self.sent is None:
            self.sent = Sent(self.frame["type"], to_json(self.frame))
        return self.sent


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
    doorbell().pass_on(PassingFrame(room, passing.seller_id, passing.frame))


def is_watched(room: UUID) -> bool:
    """By somebody, here or in another process."""
    return live_feed().watcher_count(room) > 0 or doorbell().is_watched_elsewhere(room)


def live_feed() -> Hub[Live | Passing]:
    return apps.get_app_config("negotiation").hub  # type: ignore[no-any-return, attr-defined]


def doorbell() -> Doorbell:
    return apps.get_app_config("negotiation").doorbell  # type: ignore[no-any-return, attr-defined]


async def follow(
    code: UUID, viewer: Viewer, after: int, rhythm: Rhythm, *, thread: str = "", page: int = PAGE
) -> AsyncGenerator[Batch, None]:
    """Everything the viewer may see behind number `after`, each once and in order, until the room is over.

    With a seller's id as `thread`, what is not of it or of the room as a whole is left out. Of what has to be read
    from the table, `page` events are held at a time. Raises RoomNotFound.
    """
    subscription = live_feed().subscribe(code)
    try:
        stored = await in_thread(None, read_room, code)
        first = connected(stored.room, stored.status, stored.last_seq, stored.roster, viewer, timezone.now())
        if thread:
            first["sellers"] = [seller for seller in first["sellers"] if seller["seller_id"] == thread]
        yield [Sent("connected", to_json(first))]
        if stored.why_skipped is not None:
            last = ended_without_sellers(stored.roster, stored.why_skipped, viewer, timezone.now())
            yield [Sent(LAST_FRAME, to_json(last))]
        async for batch in _Follower(stored, viewer, after, rhythm, subscription, thread, page).batches():
            yield batch
    finally:
        live_feed().unsubscribe(code, subscription)


async def each(batches: AsyncGenerator[Batch, None]) -> AsyncGenerator[Sent, None]:
    async with aclosing(batches):
        async for batch in batches:
            for sent in batch:
                yield sent


class _Follower:
    """One viewer's place in the log."""

    def __init__(
        self,
        stored: StoredRoom,
        viewer: Viewer,
        after: int,
        rhythm: Rhythm,
        subscription: Subscription[Live | Passing],
        thread: str,
        page: int,
    ) -> None:
        # A number from the future is of a log that is gone; whoever comes with it begins anew.
        self._stored, self._viewer, self._seq = stored, viewer, after if after <= stored.last_seq else 0
        self._rhythm, self._subscription, self._thread = rhythm, subscription, thread
        self._page = page
        self._is_over = stored.status.is_over and self._seq == stored.last_seq
        self._came_at = timezone.now()

    async def batches(self) -> AsyncIterator[Batch]:
        async for batch in self._catch_up(self._stored.last_seq):  # what came after it has come live
            yield batch
        poll, heartbeat = _Since(self._rhythm.poll_seconds), _Since(self._rhythm.heartbeat_seconds)
        while not self._is_over:
            seq, news = self._seq, await self._subscription.all_within(self._rhythm.poll_seconds)
            batch, is_whole = self._take_live(news)
            del news  # while its client does not read, a watcher keeps only what it is sent
            if batch:
                yield batch
                heartbeat.begin_anew()
            if self._seq != seq:
                poll.begin_anew()  # none is missing where one comes in its turn; words on their way show nothing
            if poll.is_over or not is_whole or self._subscription.is_lagged:
                async for batch in self._catch_up(await self._newest()):
                    yield batch
                    heartbeat.begin_anew()
                poll.begin_anew()
            if heartbeat.is_over and not self._is_over:
                yield [Sent("heartbeat", to_json({"type": "heartbeat", "timestamp": timezone.now().isoformat()}))]
                heartbeat.begin_anew()

    def _take_live(self, news: Sequence[Live | Passing]) -> tuple[Batch, bool]:
        """What of it the viewer is sent, and whether nothing is missing before it."""
        batch: Batch = []
        is_whole = True
        for live in news:
            if isinstance(live, Passing):
                sent = self._pass_on(live)
            elif live.record.seq == self._seq + 1:
                sent = self._take(live)
            else:
                sent = None
                is_whole = is_whole and live.record.seq <= self._seq
            if sent is not None:
                batch.append(sent)
        return batch, is_whole

    def _pass_on(self, passing: Passing) -> Sent | None:
        return passing.sent_to(self._viewer) if self._thread in ("", passing.seller_id) else None

    async def _newest(self) -> int | None:
        """As the table has it. A lagged subscription starts afresh first, so nothing falls between."""
        if self._subscription.is_lagged:
            self._subscription.forget_lag()
        return await in_thread(None, last_seq, self._stored.run_id)

    async def _catch_up(self, newest: int | None) -> AsyncIterator[Batch]:
        """What the table has behind our number, if the newest is another; without one the room has been deleted."""
        self._is_over = self._is_over or newest is None
        while not self._is_over and newest != self._seq:
            records = await in_thread(None, read_records, self._stored.run_id, self._seq, self._page)
            taken = [self._take(Live(record, self._stored.roster)) for record in records]
            if batch := [sent for sent in taken if sent is not None]:
                yield batch
            if len(records) < self._page:
                return

    def _take(self, live: Live) -> Sent | None:
        self._seq = live.record.seq
        if not live.sent and live.record.at >= self._came_at:  # else somebody else was first, or it is history
            LAG.observe((timezone.now() - live.record.at).total_seconds())
        self._is_over = isinstance(live.record.event, Closed)
        if self._thread and not _concerns(live.record.event, self._thread):
            return None
        return live.sent_to(self._viewer)


class _Since:
    """Whether so many seconds are over since it began, by the loop's clock."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.begin_anew()

    def begin_anew(self) -> None:
        self._began_at = asyncio.get_running_loop().time()

    @property
    def is_over(self) -> bool:
        # A wait of the loop's may end a moment too soon, and the next one is as long again.
        return asyncio.get_running_loop().time() - self._began_at >= 0.99 * self._seconds


def _concerns(event: Event, seller_id: str) -> bool:
    """Whether the event is of that seller's thread, or of the room as a whole."""
    if isinstance(event, ApprovalRequested | ApprovalDecided):
        return event.seller_id == seller_id
    return see(event, SellerViewer(seller_id)) is not None
