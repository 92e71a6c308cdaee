"""Brings what other processes have written to this one's watchers: read once, whoever and however many they are."""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from uuid import UUID

from channels.layers import get_channel_layer

from marketplace.scaling import DOORBELL
from negotiation.doorbell import Ring
from negotiation.hub import Hub
from negotiation.models import NegotiationRun
from negotiation.records import Record, Roster
from negotiation.rosters import roster_of
from negotiation.store import read_records
from negotiation.stream import PAGE, WORKERS, Live, Passing, doorbell, live_feed
from negotiation.threads import DATABASE_AWAY, in_thread

MOST_ROOMS_KNOWN = 500

logger = logging.getLogger(__name__)


@asynccontextmanager
async def listening() -> AsyncIterator[bool]:
    """Inside, this process calls out what it writes and hears the others; False where there is no Redis to do it."""
    layer = get_channel_layer(DOORBELL)
    if layer is None:
        yield False
        return
    listener = Listener(live_feed())
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(listener.read())
        ringing = group.create_task(doorbell().run(layer, listener.hear, listener.watched))
        try:
            yield True
        finally:
            reading.cancel()
            ringing.cancel()


class Listener:
    """Puts what was rung for into the hub, as if it had been written here."""

    def __init__(self, hub: Hub[Live | Passing]) -> None:
        self._hub = hub
        self._news: dict[UUID, int] = {}
        self._commanded: set[UUID] = set()
        self._has_news = asyncio.Event()
        self._known: dict[UUID, tuple[int, Roster]] = {}

    def watched(self) -> set[UUID]:
        return self._hub.rooms() - {WORKERS}

    def hear(self, ring: Ring) -> None:
        """Must be called on the loop that reads."""
        for words in ring.words:
            self._hub.announce(words.room, [Passing(words.seller_id, words.frame)])
        works_here = self._hub.watcher_count(WORKERS) > 0
        for room, first in ring.rooms.items():
            is_command = works_here and room in ring.commanded
            if is_command:
                self._commanded.add(room)
            if is_command or self._hub.watcher_count(room):
                self._news[room] = min(first, self._news.get(room, first))
                self._has_news.set()

    async def read(self) -> None:
        """Until cancelled."""
        with ThreadPoolExecutor(1, thread_name_prefix="listening-db") as database:
            while True:
                await self._has_news.wait()
                self._has_news.clear()
                while self._news:
                    await self._announce_next(database)

    async def _announce_next(self, database: ThreadPoolExecutor) -> None:
        room, first = self._news.popitem()
        is_command = room in self._commanded
        self._commanded.discard(room)
        try:
            lives = await in_thread(database, self._read, room, first)
        except DATABASE_AWAY as error:
            logger.warning("cannot read what is new in room %s: %s", room, error)
            return
        self._hub.announce(room, lives)
        if is_command:
            self._hub.announce(WORKERS, lives)

    def _read(self, room: UUID, first: int) -> list[Live | Passing]:
        if room not in self._known:
            run = NegotiationRun.objects.with_setup().filter(code=room).first()
            if run is None:
                return []
            if len(self._known) >= MOST_ROOMS_KNOWN:
                self._known.clear()
            self._known[room] = run.pk, roster_of(run)
        run_id, roster = self._known[room]
        records: list[Record] = read_records(run_id, first - 1, PAGE)
        return [Live(record, roster) for record in records]
