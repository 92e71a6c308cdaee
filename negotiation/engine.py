"""Drives one room to its end: asks the minds, lets the core judge their moves, records what happened.

It holds no state that the journal does not: whatever stops it, another engine goes on from the last event.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from negotiation.core.closing import conclude
from negotiation.core.errors import IllegalMove
from negotiation.core.events import Event, MindFailed
from negotiation.core.moves import Bids, BuyerTurn, Leave, Move
from negotiation.core.protocol import change_status, evolve, next_round, play, run_out
from negotiation.core.room import Room
from negotiation.core.visibility import buyer_view, seller_view
from negotiation.core.vocabulary import Failure, Party, Reason, RoomStatus
from negotiation.minds.mind import BuyerMind, SellerMind
from negotiation.minds.soundness import is_buyer_turn, is_move
from negotiation.minds.strategy import StrategyMind, fallback_award

logger = logging.getLogger(__name__)

# Models asked together answer nearly together; one commit for all of them costs hardly more than one for each.
GATHER_SECONDS = 0.01

_T = TypeVar("_T")


class Overtaken(Exception):
    """Somebody else wrote to the room first; what was to be written is void until the room is read again."""


class SoldOut(Exception):
    """The units of the deal went to another room; nothing was written."""

    def __init__(self, seller_id: str) -> None:
        super().__init__("the stock was sold to another room")
        self.seller_id = seller_id


class Journal(Protocol):
    """A room's log as the engine needs it."""

    async def load(self) -> tuple[Room, int]:
        """The room as it stands and the number of its last event."""

    async def append(self, events: tuple[Event, ...], after: int) -> None:
        """Store the events as numbers after+1 and on.

        Stores nothing and raises Overtaken if `after` is not the last, SoldOut if an award's units are gone.
        """


@dataclass(frozen=True, slots=True)
class Minds:
    buyer: BuyerMind
    sellers: Mapping[str, SellerMind]


@dataclass(frozen=True, slots=True)
class Pace:
    """`turn_seconds` is a rest before each turn so that people can follow; 0 plays as fast as minds answer."""

    turn_seconds: float = 0.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Limits:
    """`call_seconds` bounds one answer of a mind; `max_calls` the answers in a room, `is_out_of_time` its time."""

    call_seconds: float = 30.0
    max_calls: int = 1000
    is_out_of_time: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class _Answer:
    seller_id: str
    move: Move
    failure: Failure | None = None


class Engine:
    """One room at work."""

    def __init__(self, journal: Journal, minds: Minds, *, limits: Limits, pace: Pace) -> None:
        self._journal, self._minds, self._limits, self._pace = journal, minds, limits, pace
        self._fallback = StrategyMind()

    async def run(self) -> Room:
        """Play until the room is over or somebody paused it; returns it as it then stands."""
        await self._load()
        while self._room.status in (RoomStatus.QUEUED, RoomStatus.ACTIVE):
            try:
                await self._step()
            except Overtaken:
                await self._load()
            except SoldOut as sold_out:
                await self._lose_seller(sold_out.seller_id)
        return self._room

    async def _step(self) -> None:
        room = self._room
        if room.status is RoomStatus.QUEUED:
            await self._record((change_status(room, RoomStatus.ACTIVE),))
        elif self._limits.is_out_of_time():
            await self._record(self._stopped_by(Reason.OUT_OF_TIME))
        elif room.answers_given >= self._limits.max_calls:
            await self._record(self._stopped_by(Reason.OUT_OF_CALLS))
        elif any(thread.turn is Party.SELLER for thread in room.open_threads):
            await self._let_sellers_answer()
        else:
            await self._let_buyer_move()

    async def _lose_seller(self, seller_id: str) -> None:
        try:
            await self._record(run_out(self._room, seller_id))
        except Overtaken:
            await self._load()

    async def _let_buyer_move(self) -> None:
        await self._rest()
        turn, failure = await self._ask_buyer()
        events = self._judge_buyer(turn) if failure is None else None
        if events is None:
            failure = failure or Failure.ILLEGAL
            events = self._play_buyer(await self._fallback.buy(buyer_view(self._room)))
        notice = (MindFailed(Party.BUYER, "", self._room.round, failure),) if failure else ()
        await self._record((*notice, *events))

    async def _ask_buyer(self) -> tuple[BuyerTurn, Failure | None]:
        view = buyer_view(self._room)
        turn, failure = await self._bounded(lambda: self._minds.buyer.buy(view))
        if failure is None and is_buyer_turn(turn, {thread.seller_id for thread in self._room.open_threads}):
            return turn, None
        return Leave(Reason.FAILED), failure or Failure.NONSENSE

    def _judge_buyer(self, turn: BuyerTurn) -> tuple[Event, ...] | None:
        """The events of the turn, None if the core refuses it."""
        try:
            return self._play_buyer(turn)
        except IllegalMove:
            return None

    def _play_buyer(self, turn: BuyerTurn) -> tuple[Event, ...]:
        if not isinstance(turn, Bids):
            return conclude(self._room, turn)
        events: list[Event] = [next_round(self._room)]
        room = evolve(self._room, events[0])
        for seller_id, move in turn.moves:
            played = play(room, Party.BUYER, seller_id, move)
            events.extend(played)
            room = _after(room, played)
        return tuple(events)

    async def _let_sellers_answer(self) -> None:
        """Ask all sellers at once and record each answer as it arrives; the buyer waits for the last one."""
        waiting = [s for s in self._shuffled() if self._room.thread(s).turn is Party.SELLER]
        answers: asyncio.Queue[_Answer] = asyncio.Queue()
        try:
            async with asyncio.TaskGroup() as group:
                for seller_id in waiting:
                    group.create_task(self._ask_seller(seller_id, answers))
                missing = len(waiting)
                while missing:
                    missing -= await self._record_arrived(answers, missing)
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed  # asking never raises, so it is the one error of recording

    def _shuffled(self) -> list[str]:
        """The open threads in an order drawn by name: minds equally fast answer in an order nobody chose."""
        setup = self._room.setup
        order = sorted(setup.sellers, key=lambda seat: seat.name)
        random.Random(f"{setup.seed}/{self._room.round}").shuffle(order)
        open_threads = {thread.seller_id for thread in self._room.open_threads}
        return [seat.seller_id for seat in order if seat.seller_id in open_threads]

    async def _record_arrived(self, answers: "asyncio.Queue[_Answer]", missing: int) -> int:
        """Record the next answer, and without a pace those that come with it; how many."""
        arrived = [await answers.get()]
        if self._pace.turn_seconds:
            await self._rest()
        else:
            if answers.qsize() + 1 < missing:
                await asyncio.sleep(GATHER_SECONDS)
            while not answers.empty():
                arrived.append(answers.get_nowait())
        events: list[Event] = []
        room = self._room
        for answer in arrived:
            judged = await self._judge_seller(room, answer)
            events.extend(judged)
            room = _after(room, judged)
        await self._record(tuple(events))
        return len(arrived)

    async def _ask_seller(self, seller_id: str, answers: "asyncio.Queue[_Answer]") -> None:
        view = seller_view(self._room, seller_id)
        move, failure = await self._bounded(lambda: self._minds.sellers[seller_id].sell(view))
        if failure is None and is_move(move):
            await answers.put(_Answer(seller_id, move))
        else:
            own = await self._fallback.sell(view)
            await answers.put(_Answer(seller_id, own, failure or Failure.NONSENSE))

    async def _judge_seller(self, room: Room, answer: _Answer) -> tuple[Event, ...]:
        seller_id, failure, move = answer.seller_id, answer.failure, answer.move
        try:
            played = play(room, Party.SELLER, seller_id, move)
        except IllegalMove:
            failure = Failure.ILLEGAL
            played = play(room, Party.SELLER, seller_id, await self._fallback.sell(seller_view(room, seller_id)))
        notice = (MindFailed(Party.SELLER, seller_id, room.round, failure),) if failure else ()
        return (*notice, *played)

    async def _bounded(self, ask: Callable[[], Awaitable[_T]]) -> tuple[_T | None, Failure | None]:
        try:
            async with asyncio.timeout(self._limits.call_seconds):
                return await ask(), None
        except TimeoutError:
            return None, Failure.TIMED_OUT
        except asyncio.CancelledError:
            if _is_being_cancelled():
                raise
            return None, Failure.RAISED
        except Exception:  # a mind is foreign code: whatever it raises, the room goes on
            logger.warning("a mind raised in the room for %s", self._room.setup.item_name, exc_info=True)
            return None, Failure.RAISED

    def _stopped_by(self, reason: Reason) -> tuple[Event, ...]:
        turn = fallback_award(buyer_view(self._room), reason)
        assert not isinstance(turn, Bids)
        return conclude(self._room, turn)

    async def _rest(self) -> None:
        if self._pace.turn_seconds:
            await self._pace.sleep(self._pace.turn_seconds)

    async def _load(self) -> None:
        self._room, self._number = await self._journal.load()

    async def _record(self, events: tuple[Event, ...]) -> None:
        await self._journal.append(events, after=self._number)
        self._number += len(events)
        self._room = _after(self._room, events)


def _is_being_cancelled() -> bool:
    """Whether it is this task that is cancelled, and not something that a mind was waiting for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _after(room: Room, events: tuple[Event, ...]) -> Room:
    for event in events:
        room = evolve(room, event)
    return room
