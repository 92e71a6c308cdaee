"""The engine's journal in the database."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from django.db import IntegrityError

from negotiation import metrics
from negotiation.call_log import save_calls
from negotiation.core.events import Event
from negotiation.core.room import Room
from negotiation.engine import Overtaken, When
from negotiation.leases import Claim
from negotiation.napping import rest_until
from negotiation.recent import Reading
from negotiation.records import Record
from negotiation.store import Log, StoredRoom, Turn, is_stored, prepare, read_room, recent_rooms
from negotiation.stream import announce
from negotiation.studio import PendingCalls
from negotiation.tenure import Tenure
from negotiation.threads import DATABASE_AWAY, in_thread
from negotiation.writing import Writer

logger = logging.getLogger(__name__)

# How often, and how long apart, a turn is tried again while the database is away or full.
TRIES = 120
REST_SECONDS = 0.5


class LeaseLost(Exception):
    """Another worker has taken the room over."""


class StoreJournal:
    """A room's log in the database, written under a claim, each turn with the calls to models it took.

    A turn is tried again while the database is away: what its models answered is not lost, nor stored twice if it was
    only the database's answer that got lost. With a `writer` it shares transactions with other rooms. Its calls to
    models wait until the `tenure` is secure. What is `known` was read under the claim, and need not be read again at
    first: a turn that is behind something newer is refused.
    """

    def __init__(
        self,
        claim: Claim,
        database: ThreadPoolExecutor,
        writer: Writer | None = None,
        tenure: Tenure | None = None,
        known: StoredRoom | None = None,
    ) -> None:
        self._claim, self._database = claim, database
        self._writer = writer or Writer(database)
        self._known = known
        self._log: Log | None = None
        self._read: Reading | None = None
        self._written: list[Record] = []
        self._writing: asyncio.Task[None] | None = None
        self._doubtful: Turn | None = None
        self._is_leaving = asyncio.Event()
        self.calls = PendingCalls(tenure)

    async def load(self) -> tuple[Room, int]:
        """Raises LeaseLost."""
        stored, self._known = self._known, None
        if stored is None:
            stored = await in_thread(self._database, read_room, self._claim.code)
        if stored.fence != self._claim.fence:
            raise LeaseLost
        self._log = stored.log
        self._read, self._written = recent_rooms().get(stored.run_id), []
        return stored.room, stored.last_seq

    async def append(self, events: tuple[Event, ...], after: int, when: When | None = None) -> None:
        assert self._log is not None
        assert self._log.last_seq == after
        self._writing = self.calls.writing = asyncio.create_task(self._write(self._log, events, when))
        await asyncio.shield(self._writing)

    async def keep_calls(self) -> None:
        """Store the calls of turns that were broken off. A turn that is being written is none of them."""
        self._is_leaving.set()
        if self._writing is not None:
            await asyncio.wait({self._writing})
            if not self._writing.cancelled():
                self._writing.exception()  # whoever waited for it is gone, and asyncio would complain of that
        if self._doubtful is not None:
            await self._resolve(self._doubtful)
        calls = self.calls.left()
        if not calls or self._log is None:
            return
        try:
            await in_thread(self._database, save_calls, self._log.run_id, self._log.seats, calls)
        except IntegrityError:
            logger.info("room %s has been deleted, and its last calls with it", self._claim.code)
        else:
            metrics.count_calls(calls)
        self.calls.drop(calls)

    async def _write(self, log: Log, events: tuple[Event, ...], when: When | None) -> None:
        if when is not None:
            await when()
        calls = self.calls.of_turn(events)
        turn = prepare(log, events, announce, fence=self._claim.fence, calls=calls)
        try:
            await self._store(turn)
        except Overtaken:
            if self._doubtful is None or not await self._resolve(turn):
                raise
        self.calls.drop(calls)
        self._log = turn.end
        self._written.extend(turn.records)

    def remember(self, room: Room) -> None:
        """The room as the log now amounts to: whoever looks at it next need not read again what was written here."""
        if self._log is None or self._read is None or self._read.room.setup != room.setup:
            return
        records = (*self._read.records, *self._written)
        if len(records) == self._log.last_seq:
            recent_rooms().keep(self._log.run_id, Reading(records, room, self._log.last_hash))

    async def _store(self, turn: Turn) -> None:
        for tries_left in reversed(range(TRIES)):
            try:
                await self._writer.write(turn)
                self._doubtful = None
                return
            except DATABASE_AWAY as error:
                self._doubtful = turn  # it may be stored all the same
                if not tries_left or self._is_leaving.is_set():
                    raise
                logger.warning("room %s waits for the database: %s", self._claim.code, error)
            await rest_until(self._is_leaving, REST_SECONDS)

    async def _resolve(self, turn: Turn) -> bool:
        """Whether the turn is stored though nobody said so. Then its watchers are told, and its calls done with."""
        was_stored = await in_thread(self._database, is_stored, turn)
        self._doubtful = None
        if was_stored:
            turn.announce()
            self.calls.drop(turn.calls)
        return was_stored
