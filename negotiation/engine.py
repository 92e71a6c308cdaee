"""Drives one room to its end: asks the minds, lets the core judge their moves, records what happened.

It holds no state that the journal does not: whatever stops it, another engine goes on from the last event.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from negotiation.asking import Asked, Asking, BuyersAnswer, Minds, SellersAnswer
from negotiation.core.closing import conclude
from negotiation.core.course import Course
from negotiation.core.errors import IllegalMove
from negotiation.core.events import Event, MindFailed
from negotiation.core.moves import Award, Bids, BuyerTurn
from negotiation.core.pacing import STEPPED, is_round_played
from negotiation.core.protocol import change_status, next_round, play, run_out
from negotiation.core.room import Room, Thread
from negotiation.core.table import move_by_hand, request_approval, settle, take_at_once
from negotiation.core.visibility import buyer_view, seller_view
from negotiation.core.vocabulary import Failure, Holder, Party, Reason, RoomStatus
from negotiation.core.waiting import (
    WAITS,
    held_threads,
    is_moved_by_agent,
    request_input,
    stand_in_for_buyer,
)
from negotiation.minds.strategy import StrategyMind, fallback_award

_T = TypeVar("_T")
When = Callable[[], Awaitable[None]]

# A long rest is taken in parts, between which the log says whether the room is still to rest so long.
LONGEST_NAP_SECONDS = 2.0


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

    async def append(self, events: tuple[Event, ...], after: int, when: When | None = None) -> None:
        """Store the events as numbers after+1 and on, once `when` has returned.

        Stores nothing and raises Overtaken if `after` is not the last, SoldOut if an award's units are gone.
        """


@dataclass(frozen=True, slots=True)
class Pace:
    """`turn_seconds` is a rest before each turn so that people can follow; 0 plays as fast as minds answer.

    A room that was given a rest of its own has that. `sleep` may come back early if somebody wrote to the room.
    `begin` is awaited before minds are asked: other rooms may have to go first. `settle` is awaited before the last
    round, and tells whether it has written anything to the room that may still change its course. With
    `requests_first` a turn is stored when the next ones' requests to models are on their way: the thread that stores
    would only take the interpreter from them.
    """

    turn_seconds: float = 0.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    begin: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0)
    settle: Callable[[], Awaitable[bool]] = lambda: asyncio.sleep(0, result=False)
    requests_first: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """`call_seconds` bounds one answer of a mind; `max_calls` the answers in a room, `is_out_of_time` its time.

    Both end what agents do for the buyer. A person or program at the buyer's seat has `hand_seconds` for each move, and
    so has whoever is asked for an approval.
    """

    call_seconds: float = 30.0
    max_calls: int = 1000
    is_out_of_time: Callable[[], bool] = lambda: False
    hand_seconds: int = 48 * 3600


class Engine:
    """One room at work."""

    def __init__(self, journal: Journal, minds: Minds, *, limits: Limits, pace: Pace) -> None:
        self._journal, self._minds, self._limits, self._pace = journal, minds, limits, pace
        self._asking = Asking(minds, limits.call_seconds, pace.begin)
        self._ahead: Asked[Any] | None = None
        self._fallback, self._is_rested, self._is_settled = StrategyMind(), False, False

    async def run(self) -> Room:
        """Play until the room is over, paused, or waits for a person or program; returns it as it then stands."""
        await self._load()
        try:
            while self._room.status in (RoomStatus.QUEUED, RoomStatus.ACTIVE):
                try:
                    await self._step_on()
                except Overtaken:
                    await self._load()
        finally:
            await self._withdraw_ahead()
        return self._room

    async def _step_on(self) -> None:
        try:
            await self._step()
        except SoldOut as sold_out:
            await self._record(run_out(self._room, sold_out.seller_id))

    async def _step(self) -> None:
        room = self._room
        if room.status is RoomStatus.QUEUED:
            await self._record((change_status(room, RoomStatus.ACTIVE),))
        elif room.approval is not None:
            await self._wait()
        elif room.buyer_holder is not Holder.AGENT:
            await self._serve_buyer_by_hand()
        elif self._limits.is_out_of_time():
            await self._store(self._stopped_by(Reason.OUT_OF_TIME))
        elif room.answers_given >= self._limits.max_calls:
            await self._store(self._stopped_by(Reason.OUT_OF_CALLS))
        elif not await self._serve_sellers():
            await self._let_buyer_move()

    async def _serve_sellers(self) -> bool:
        """Let the sellers answer whose turn it is: those held by others are asked first. False if it is nobody's."""
        waiting = [thread for thread in self._room.open_threads if thread.turn is Party.SELLER]
        if any(not thread.is_asked for thread in waiting if not is_moved_by_agent(self._room, thread)):
            await self._ask_hands()
        elif any(is_moved_by_agent(self._room, thread) for thread in waiting):
            await self._let_sellers_answer()
        elif waiting:
            await self._wait()
        return bool(waiting)

    async def _serve_buyer_by_hand(self) -> None:
        """A person or program bids in each thread by itself, and no seller waits for another."""
        room, seconds = self._room, self._limits.hand_seconds
        stood_in = [t for t in room.open_threads if t.turn is Party.BUYER and t.is_stood_in]
        if ending := settle(room):
            await self._record(ending)
        elif is_round_played(room):
            await self._pause()
        elif stood_in:
            turn = await self._fallback.buy(buyer_view(room))
            await self._record(stand_in_for_buyer(room, turn, [t.seller_id for t in stood_in], seconds))
        elif any(not thread.is_asked for thread in held_threads(room)):
            await self._ask_hands()
        elif any(t.turn is Party.SELLER and is_moved_by_agent(room, t) for t in room.open_threads):
            await self._let_sellers_answer()
        else:
            await self._wait()

    async def _ask_hands(self) -> None:
        """Whoever holds a seat is asked to move, unless its standing order takes what is offered at once."""
        room = self._room
        for thread in held_threads(room):
            if not thread.is_asked and (taken := self._taken_at_once(room, thread)):
                return await self._record(taken)
        await self._record(request_input(room, self._limits.hand_seconds))

    def _taken_at_once(self, room: Room, thread: Thread) -> tuple[Event, ...]:
        seller_id, is_sellers = thread.seller_id, thread.turn is Party.SELLER
        order = self._minds.auto_accept.get(seller_id if is_sellers else "")
        if order is None:
            return ()
        try:
            if is_sellers:
                move = order.accept(seller_view(room, seller_id))
                return move_by_hand(room, Party.SELLER, seller_id, move) if move else ()
            award = order.award(buyer_view(room))
            return take_at_once(room, award, self._limits.hand_seconds) if award else ()
        except IllegalMove:
            return ()

    async def _wait(self) -> None:
        """Give the room back until somebody moves."""
        await self._record((change_status(self._room, RoomStatus.WAITING, WAITS),))

    async def _pause(self) -> None:
        """The one round that was asked for has been played."""
        await self._record((change_status(self._room, RoomStatus.PAUSED, STEPPED),))

    async def _let_buyer_move(self) -> None:
        if is_round_played(self._room) and isinstance(await self._fallback.buy(buyer_view(self._room)), Bids):
            return await self._pause()  # without asking a mind for bids that nobody wants yet
        if not self._is_settled and self._room.round == self._room.setup.max_rounds - 1:
            self._is_settled = True
            if await self._pace.settle():
                raise Overtaken
        number = self._number
        if not self._is_rested:
            await self._rest()
            self._is_rested = True
        if self._number == number:  # else the room is looked at again before the buyer is asked
            asked = self._asked(self._asking.buyer)
            try:
                answer = await asked.next()
            finally:
                await asked.withdraw()
            await self._record_buyer(answer)

    async def _record_buyer(self, answer: BuyersAnswer) -> None:
        """Whoever changed no more than the pace meanwhile has not made the turn void."""
        asked = self._room
        while True:
            course = self._judge_buyer(answer.turn) if answer.failure is None else None
            if course is None:
                notice = MindFailed(Party.BUYER, "", self._room.round, answer.failure or Failure.ILLEGAL)
                course = self._play_buyer(await self._fallback.buy(buyer_view(self._room)), notice)
            try:
                return await self._store(course)
            except Overtaken:
                await self._load()
                if _at_any_pace(self._room) != _at_any_pace(asked):
                    raise

    def _judge_buyer(self, turn: BuyerTurn) -> Course | None:
        """What comes of the turn, None if the core refuses it."""
        try:
            return self._play_buyer(turn)
        except IllegalMove:
            return None

    def _play_buyer(self, turn: BuyerTurn, *notice: Event) -> Course:
        course = Course(self._room)
        course.add(*notice)
        if isinstance(turn, Bids) and is_round_played(self._room):
            course.add(change_status(self._room, RoomStatus.PAUSED, STEPPED))
        elif isinstance(turn, Bids):
            course.add(next_round(self._room))
            for seller_id, move in turn.moves:
                course.add(*play(course.room, Party.BUYER, seller_id, move))
        elif isinstance(turn, Award) and (asked := request_approval(self._room, turn, self._limits.hand_seconds)):
            course.add(*asked)
        else:
            course.add(*conclude(self._room, turn))
        return course

    async def _let_sellers_answer(self) -> None:
        """Ask all sellers at once and record each answer as it arrives; the buyer waits for the last one."""
        asked = self._asked(self._asking.sellers)
        try:
            while asked.missing:
                await self._record_arrived(asked)
        finally:
            await asked.withdraw()

    async def _record_arrived(self, asked: Asked[SellersAnswer]) -> None:
        """Record the next answer, and without a pace those that come with it."""
        arrived = [await asked.next()]
        if self._turn_seconds(self._room):
            await self._rest()
        else:
            arrived += await asked.soon()
        await self._record_answers(arrived, is_last=not asked.missing)

    async def _record_answers(self, arrived: Sequence[SellersAnswer], *, is_last: bool) -> None:
        """Somebody else may have written meanwhile: what happened in other threads makes no answer void."""
        while standing := [answer for answer in arrived if answer.thread == self._room.thread(answer.seller_id)]:
            course = Course(self._room)
            for answer in standing:
                course.add(*await self._judge_seller(course.room, answer))
            try:
                return await self._store(course, is_last=is_last)
            except Overtaken:
                await self._load()
                if self._room.status is not RoomStatus.ACTIVE:
                    raise

    async def _judge_seller(self, room: Room, answer: SellersAnswer) -> tuple[Event, ...]:
        seller_id, failure, move = answer.seller_id, answer.failure, answer.move
        try:
            played = play(room, Party.SELLER, seller_id, move)
        except IllegalMove:
            failure = Failure.ILLEGAL
            played = play(room, Party.SELLER, seller_id, await self._fallback.sell(seller_view(room, seller_id)))
        notice = (MindFailed(Party.SELLER, seller_id, room.round, failure),) if failure else ()
        return (*notice, *played)

    def _stopped_by(self, reason: Reason) -> Course:
        return self._play_buyer(fallback_award(buyer_view(self._room), reason))

    def _ask_ahead(self, room: Room) -> Asked[Any] | None:
        """Ask whoever moves next, if these are agents and nothing else has to be done before."""
        is_at_once = room.status is RoomStatus.ACTIVE and room.approval is None and not self._turn_seconds(room)
        if not is_at_once or room.buyer_holder is not Holder.AGENT or room.answers_given >= self._limits.max_calls:
            return None
        waiting = [thread for thread in room.open_threads if thread.turn is Party.SELLER]
        if waiting:
            return self._asking.sellers(room) if all(is_moved_by_agent(room, thread) for thread in waiting) else None
        is_settled = self._is_settled or room.round != room.setup.max_rounds - 1
        return self._asking.buyer(room) if is_settled and not is_round_played(room) else None

    def _turn_seconds(self, room: Room) -> float:
        own = room.turn_seconds
        return self._pace.turn_seconds if own is None else float(own)

    async def _rest(self) -> None:
        """Before a turn, for as long as the pace says by then. Raises Overtaken if the room is not to go on."""
        rested = 0.0
        while rested < self._turn_seconds(self._room):
            nap = min(self._turn_seconds(self._room) - rested, LONGEST_NAP_SECONDS)
            await self._pace.sleep(nap)
            rested += nap
            if rested < self._turn_seconds(self._room):
                await self._load()
                if self._room.status is not RoomStatus.ACTIVE:
                    raise Overtaken

    async def _load(self) -> None:
        await self._withdraw_ahead()
        self._room, self._number = await self._journal.load()

    async def _record(self, events: tuple[Event, ...]) -> None:
        course = Course(self._room)
        course.add(*events)
        await self._store(course)

    async def _store(self, course: Course, *, is_last: bool = True) -> None:
        """After the last answer of a turn those who move next are asked already: they answer later than the turn is
        stored, and their answer is taken only if it was.
        """
        await self._withdraw_ahead()
        self._ahead = self._ask_ahead(course.room) if is_last else None
        when = self._ahead.sent if self._ahead and self._pace.requests_first else None
        await self._journal.append(tuple(course.events), after=self._number, when=when)
        self._number += len(course.events)
        self._room, self._is_rested = course.room, False

    def _asked(self, ask: Callable[[Room], Asked[_T]]) -> Asked[_T]:
        ahead, self._ahead = self._ahead, None
        return ahead or ask(self._room)

    async def _withdraw_ahead(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            await ahead.withdraw()


def _at_any_pace(room: Room) -> Room:
    return replace(room, turn_seconds=None, pause_after_round=None)
