"""The engine's journal in the database."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from django.db import IntegrityError

from negotiation.call_log import save_calls
from negotiation.core.events import Event
from negotiation.core.room import Room
from negotiation.leases import Claim
from negotiation.minds.calls import Call
from negotiation.store import StoredRoom, append, read_room
from negotiation.stream import announce
from negotiation.studio import PendingCalls
from negotiation.threads import in_thread

logger = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another worker has taken the room over."""


class StoreJournal:
    """A room's log in the database, written under a claim, each turn with the calls to models it took."""

    def __init__(self, claim: Claim, database: ThreadPoolExecutor) -> None:
        self._claim, self._database = claim, database
        self._stored: StoredRoom | None = None
        self._writing: asyncio.Task[None] | None = None
        self.calls = PendingCalls()

    async def load(self) -> tuple[Room, int]:
        """Raises LeaseLost."""
        self._stored = await in_thread(self._database, read_room, self._claim.code)
        if self._stored.fence != self._claim.fence:
            raise LeaseLost
        return self._stored.room, self._stored.last_seq

    async def append(self, events: tuple[Event, ...], after: int) -> None:
        assert self._stored is not None
        assert self._stored.last_seq == after
        self._writing = asyncio.create_task(self._write(events))
        await asyncio.shield(self._writing)

    async def keep_calls(self) -> None:
        """Store the calls of turns that were broken off. A turn that is being written is none of them."""
        if self._writing is not None:
            await asyncio.wait({self._writing})
        calls = self.calls.left()
        if not calls or self._stored is None:
            return
        try:
            await in_thread(self._database, save_calls, self._stored.run_id, self._stored.seats, calls)
        except IntegrityError:
            logger.info("room %s has been deleted, and its last calls with it", self._claim.code)
        self.calls.drop(calls)

    async def _write(self, events: tuple[Event, ...]) -> None:
        calls = self.calls.of_turn(events)
        self._stored = await in_thread(self._database, self._append, events, calls)
        self.calls.drop(calls)

    def _append(self, events: tuple[Event, ...], calls: tuple[Call, ...]) -> StoredRoom:
        assert self._stored is not None
        return append(self._stored, events, announce, fence=self._claim.fence, calls=calls)
