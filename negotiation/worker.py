"""The loop that finds started rooms and plays them, many at once, in one process."""

import asyncio
import itertools
import logging
import time
import uuid
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from marketplace.logging_setup import correlation_id
from negotiation import seats, services, sweeps
from negotiation.arena import running
from negotiation.asking import Minds
from negotiation.casting import Casting, read_casting, spent_in
from negotiation.chores import repeat
from negotiation.core.events import Closed, PaceChanged, StatusChanged
from negotiation.core.vocabulary import RoomStatus
from negotiation.dispatch import is_by_jobs, request_play, request_what_waits
from negotiation.engine import Engine, Limits, Pace
from negotiation.errors import NegotiationError
from negotiation.journal import LeaseLost, StoreJournal
from negotiation.leases import (
    LEASE,
    Claim,
    claim_room,
    claim_rooms,
    free_leases_of_the_dead,
    is_playable,
    new_owner,
    release,
    renew,
)
from negotiation.napping import Nap, rest_until
from negotiation.notifying import Post
from negotiation.records import Record
from negotiation.stock import may_be_bundled_soon
from negotiation.store import StoredRoom, read_history
from negotiation.stream import WORKERS, Live, Passing, live_feed
from negotiation.studio import PendingCalls, Studio
from negotiation.tenure import Tenure
from negotiation.threads import DATABASE_AWAY, in_thread
from negotiation.writing import Writer

if TYPE_CHECKING:
    from negotiation.jobs import Jobs

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
RECOVERY_SECONDS = 2.0
# Rooms are claimed few at a time, so that workers that look at the same moment share them.
MOST_CLAIMS = 10
# With so many rooms in hand that wait for their turn, others stay queued: they would only wait in here.
MOST_WAITING = 10
SWEEP_SECONDS = 600.0
CLOCK_SECONDS = 1.0
ARENA_SECONDS = 1.0
SPENDING_SECONDS = 10.0
MARGIN_SECONDS = 10.0
# How long, at most, and how often a room looks whether the session's earlier rooms have come to their deals.
BUNDLE_SECONDS, BUNDLE_LOOK_SECONDS = 60.0, 0.2
DATABASE_THREADS = 2


@dataclass(frozen=True, slots=True)
class _InHand:
    """A room that is played here."""

    claim: Claim
    tenure: Tenure
    nap: Nap
    task: asyncio.Task[None]


class Worker:
    """Plays up to `concurrency` rooms at a time until it is drained."""

    def __init__(self, concurrency: int, minds_for: Callable[[Casting, PendingCalls], Minds] | None = None) -> None:
        self._studio = Studio(settings.LLM)
        self._concurrency, self._minds_for = concurrency, minds_for or self._studio.cast
        self._owner = new_owner()
        self._database = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="worker-db")
        self._writer = Writer(self._database)
        self._playing: dict[uuid.UUID, _InHand] = {}
        self._ranks = itertools.count()
        self._is_draining = asyncio.Event()
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Returns when drained."""
        await self._take_over_from_the_dead()
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(task) for task in (self._listen(), Post(self._database).run(), *self._chores())]
            find_rooms = self._take_jobs if is_by_jobs() else self._look_for_rooms
            await find_rooms(group)
            for task in beside:
                task.cancel()
        await self._studio.close()
        self._database.shutdown(wait=False)

    async def drain(self, seconds: float) -> None:
        """Take nothing new, leave the rooms in hand at their last event and give them back; waits at most so long."""
        self._is_draining.set()
        self._wake.set()
        tasks = [room.task for room in self._playing.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    async def _take_over_from_the_dead(self) -> None:
        try:
            freed = await in_thread(self._database, free_leases_of_the_dead, self._owner)
        except DATABASE_AWAY as error:
            logger.warning("rooms of a dead worker wait for their leases to run out: %s", error)
        else:
            if freed:
                logger.warning("took over %s rooms of a worker that is gone", freed)

    async def _look_for_rooms(self, group: asyncio.TaskGroup) -> None:
        while not self._is_draining.is_set():
            self._wake.clear()
            await self._claim_more(group)
            await rest_until(self._wake, IDLE_SECONDS)

    async def _claim_more(self, group: asyncio.TaskGroup) -> None:
        waiting = self._studio.turnstile.waiting
        limit = min(self._concurrency - len(self._playing), MOST_CLAIMS, MOST_WAITING - waiting)
        if limit <= 0:
            return
        asked_at = time.monotonic()
        try:
            claims = await in_thread(self._database, claim_rooms, self._owner, limit, but=tuple(self._playing))
        except DATABASE_AWAY as error:
            logger.warning("cannot look for rooms: %s", error)
            return
        for claim in claims:
            await self._take(claim, asked_at, group)
        if len(claims) == limit:
            self._wake.set()

    async def _take_jobs(self, group: asyncio.TaskGroup) -> None:
        from negotiation.jobs import Jobs  # only there on PostgreSQL

        async def play(code: uuid.UUID) -> None:
            if code in self._playing:
                return
            asked_at = time.monotonic()
            try:
                claim = await in_thread(self._database, claim_room, self._owner, code)
            except DATABASE_AWAY as error:
                logger.warning("room %s waits for the database: %s", code, error)
                return
            if claim is not None:
                await self._take(claim, asked_at, group)
            if code in self._playing:
                await asyncio.wait({self._playing[code].task})

        jobs = Jobs(play, self._concurrency, settings.LLM.max_concurrency)
        working = group.create_task(jobs.run())
        recover = partial(self._recover, jobs)
        recovering = group.create_task(repeat(recover, 0.0, "cannot look for rooms without a worker"))
        await self._is_draining.wait()
        jobs.stop()
        recovering.cancel()
        await asyncio.wait({working})

    async def _recover(self, jobs: "Jobs") -> None:
        """Whatever happened to jobs and workers: a room that waits has a job."""
        await asyncio.sleep(RECOVERY_SECONDS)  # the first time, too: the way to the jobs is not open yet
        await jobs.clear_up()
        count = await in_thread(self._database, request_what_waits)
        if count:
            logger.info("asked for workers for %s rooms that waited without a job", count)

    async def _take(self, claim: Claim, asked_at: float, group: asyncio.TaskGroup) -> None:
        if self._is_draining.is_set():
            await self._give_back(claim)
            return
        tenure, nap = Tenure(LEASE.total_seconds(), asked_at), Nap()
        task = group.create_task(self._play(claim, tenure, nap))
        self._playing[claim.code] = _InHand(claim, tenure, nap, task)
        # Also of one that is cancelled before it has begun, which gives nothing back: its lease runs out.
        task.add_done_callback(lambda _: self._put_down(claim))

    async def _play(self, claim: Claim, tenure: Tenure, nap: Nap) -> None:
        correlation_id.set(str(claim.code))  # for this task and all it starts
        try:
            await self._execute(claim, tenure, nap)
        except LeaseLost:
            logger.warning("room %s was taken over by another worker", claim.code)
        except DATABASE_AWAY as error:
            logger.warning("room %s waits for the database: %s", claim.code, error)
            await asyncio.sleep(IDLE_SECONDS)
        except Exception:
            logger.exception("room %s failed", claim.code)
            await self._give_up(claim)
        finally:
            self._put_down(claim)
            await self._give_back(claim)

    def _put_down(self, claim: Claim) -> None:
        room = self._playing.get(claim.code)
        if room is not None and room.claim is claim:
            del self._playing[claim.code]
            self._wake.set()

    async def _execute(self, claim: Claim, tenure: Tenure, nap: Nap) -> None:
        casting, (stored, records) = await in_thread(self._database, _read_whole, claim.code, self._studio.day)
        journal = StoreJournal(claim, self._database, self._writer, tenure, known=stored)
        # By a clock that nobody sets: one that is put forward must not end rooms.
        played = played_seconds(records, _answer_seconds() + casting.turn_seconds)
        deadline = time.monotonic() + 60 * settings.NEGOTIATION.timeout_minutes - played
        engine = Engine(
            journal,
            self._minds_for(casting, journal.calls),
            limits=Limits(
                _answer_seconds(),
                is_out_of_time=lambda: time.monotonic() >= deadline,
                hand_seconds=casting.hand_seconds,
            ),
            pace=self._pace(claim.code, casting, nap),
        )
        try:
            room = await engine.run()
        finally:
            await asyncio.shield(journal.keep_calls())
        if room.status.is_over:
            journal.remember(room)
            await asyncio.shield(in_thread(self._database, services.wind_up, claim.code))

    def _pace(self, code: uuid.UUID, casting: Casting, nap: Nap) -> Pace:
        """Rooms without a model wait for nobody: they are over before it would matter, and cheapest all at once."""
        pace = Pace(casting.turn_seconds, nap.sleep)
        if any(seat.bundle_discount for seat in casting.roster.setup.sellers):
            pace = replace(pace, settle=partial(self._settle_bundles, code))
        if not casting.uses_model:
            return pace
        return replace(pace, begin=partial(self._studio.turnstile.enter, next(self._ranks)), requests_first=True)

    async def _settle_bundles(self, code: uuid.UUID) -> bool:
        """Rooms of a session end nearly together. Wait a while for those that were opened earlier to end, so that their
        sellers can still better their prices in this one.
        """
        until = time.monotonic() + BUNDLE_SECONDS
        while time.monotonic() < until and await in_thread(self._database, may_be_bundled_soon, code):  # noqa: ASYNC110  # other workers' too
            await asyncio.sleep(BUNDLE_LOOK_SECONDS)
        return await in_thread(self._database, services.hear_of_bundles, code)

    async def _give_up(self, claim: Claim) -> None:
        """Close a room that cannot go on, unless it has just been closed or the database is gone."""
        try:
            await in_thread(self._database, services.fail, claim.code)
        except (NegotiationError, *DATABASE_AWAY) as error:
            logger.warning("room %s could not be closed: %s", claim.code, error)

    async def _give_back(self, claim: Claim) -> None:
        try:
            await asyncio.shield(in_thread(self._database, _hand_over, claim))
        except DATABASE_AWAY as error:
            logger.warning("room %s is given back when its lease runs out: %s", claim.code, error)

    async def _listen(self) -> None:
        """Hear of rooms to play, of another pace, and leave those that somebody else has paused or ended."""
        subscription = live_feed().subscribe(WORKERS)
        try:
            while True:
                self._heed(await subscription.next())
                subscription.is_lagged = False
        finally:
            live_feed().unsubscribe(WORKERS, subscription)

    def _heed(self, live: Live | Passing) -> None:
        if isinstance(live, Passing):
            return
        room = self._playing.get(live.roster.room_id)
        match live.record.event:
            case StatusChanged(new=RoomStatus.QUEUED):
                self._wake.set()
            case PaceChanged() if room is not None:
                room.nap.wake()
            case StatusChanged(new=RoomStatus.PAUSED) | Closed() if room is not None:
                room.task.cancel()
            case _:
                pass

    def _chores(self) -> list[Coroutine[Any, Any, None]]:
        sweep = partial(in_thread, self._database, sweeps.sweep)
        watch_clocks = partial(in_thread, self._database, seats.end_what_is_overdue)
        return [
            repeat(self._keep_leases, LEASE.total_seconds() / 3, "cannot renew leases"),
            repeat(sweep, SWEEP_SECONDS, "cannot sweep"),
            repeat(watch_clocks, CLOCK_SECONDS, "cannot look at the clocks of seats"),
            repeat(self._learn_spending, SPENDING_SECONDS, "cannot look at what models cost"),
            repeat(self._tend_arenas, ARENA_SECONDS, "arenas cannot go on"),
        ]

    async def _keep_leases(self) -> None:
        rooms = {room.claim.run_id: room for room in self._playing.values()}
        asked_at = time.monotonic()
        still_mine = await in_thread(self._database, renew, self._owner, list(rooms))
        for run_id, room in rooms.items():
            if run_id in still_mine:
                room.tenure.renew(asked_at)
            else:
                room.task.cancel()

    async def _learn_spending(self) -> None:
        """Other workers, and people's advisers, spend from the same budgets."""
        sessions, with_today = self._studio.limited_sessions, self._studio.is_day_limited
        if self._playing and (sessions or with_today):
            self._studio.learn(*await in_thread(self._database, spent_in, sessions, with_today=with_today))

    async def _tend_arenas(self) -> None:
        """Open the games of arenas and collect their results, as long as there is anything to do."""
        while await in_thread(self._database, running.tend):
            pass


def _read_whole(code: uuid.UUID, known_day: date) -> tuple[Casting, tuple[StoredRoom, list[Record]]]:
    return read_casting(code, known_day), read_history(code)


def _hand_over(claim: Claim) -> None:
    """Give the room back, and have another worker play it at once if it is not over."""
    with transaction.atomic():
        if release(claim) and is_playable(claim):
            request_play(claim.code)


def played_seconds(records: Sequence[Record], most_between: float) -> float:
    """How long the room has been played: what it waited for people or a worker, or was paused, is not counted.

    More than `most_between` seconds between two events no worker takes: it was off meanwhile, or the clock was set.
    """
    seconds, is_played = 0.0, False
    for record, after in pairwise(records):
        if isinstance(record.event, StatusChanged):
            is_played = record.event.new is RoomStatus.ACTIVE
        if is_played:
            seconds += min(max(0.0, (after.at - record.at).total_seconds()), most_between)
    return seconds


def _answer_seconds() -> float:
    """The most that a mind may take: its wait for a free model, and its turn."""
    return float(settings.LLM.queue_seconds + settings.LLM.turn_seconds + MARGIN_SECONDS)
