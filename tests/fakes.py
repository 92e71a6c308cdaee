"""Minds that let their seat down in every way, and journals into which somebody else writes."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from negotiation.core.events import Decided, Event
from negotiation.core.folding import replay
from negotiation.core.moves import SILENCE, Accept, Bids, BuyerTurn, Move, Propose, Say
from negotiation.core.room import Room, Setup
from negotiation.core.terms import Terms
from negotiation.core.visibility import BuyerView, SellerView
from negotiation.core.vocabulary import Result
from negotiation.engine import SoldOut, When
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind


class RaisingMind:
    """Fails like foreign code does."""

    async def buy(self, view: BuyerView) -> BuyerTurn:
        raise RuntimeError("no mind today")

    async def sell(self, view: SellerView) -> Move:
        raise RuntimeError("no mind today")


class HangingMind:
    """Never answers. `is_asked` is set once it has been asked."""

    def __init__(self) -> None:
        self.is_asked = asyncio.Event()

    async def buy(self, view: BuyerView) -> BuyerTurn:
        return await self._hang()

    async def sell(self, view: SellerView) -> Move:
        return await self._hang()

    async def _hang(self) -> Any:
        self.is_asked.set()
        await asyncio.Event().wait()


class AnsweringMind:
    """Answers the same to everything, whether it makes sense or not."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def buy(self, view: BuyerView) -> BuyerTurn:
        return self._answer

    async def sell(self, view: SellerView) -> Move:
        return self._answer


class IllegalMind:
    """Asks for more than its asking price, and bids more than its mandate."""

    async def buy(self, view: BuyerView) -> BuyerTurn:
        terms = Terms(view.limits.maximum + 1, view.limits.quantity)
        return Bids(tuple((thread.seller_id, Propose(terms)) for thread in view.threads))

    async def sell(self, view: SellerView) -> Move:
        return Propose(Terms(view.limits.ask + 1, view.quantity))


class SilentMind:
    """Uses every turn for empty words."""

    async def buy(self, view: BuyerView) -> BuyerTurn:
        return Bids(tuple((thread.seller_id, Say(SILENCE)) for thread in view.threads))

    async def sell(self, view: SellerView) -> Move:
        return Say(SILENCE)


class GreedySeller:
    """Never moves from its asking price."""

    async def sell(self, view: SellerView) -> Move:
        return Propose(Terms(view.limits.ask, view.quantity))


class EagerSeller:
    """Accepts the bid, whatever it is."""

    async def sell(self, view: SellerView) -> Move:
        return Accept(view.live_bid.offer_id) if view.live_bid else Say(SILENCE)


class ScriptedMind:
    """Gives these answers in turn, raises those that are exceptions, and fails when they are used up."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    async def buy(self, view: BuyerView) -> BuyerTurn:
        return self._next()

    async def sell(self, view: SellerView) -> Move:
        return self._next()

    def _next(self) -> Any:
        answer = self._answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


class MeetingSeller(StrategyMind):
    """Answers only once all the sellers of the round have been asked."""

    def __init__(self, meeting: asyncio.Barrier) -> None:
        self._meeting = meeting

    async def sell(self, view: SellerView) -> Move:
        await self._meeting.wait()
        return await super().sell(view)


class QueueingSeller(StrategyMind):
    """Answers once the one before it in the queue has."""

    def __init__(self, before: "QueueingSeller | None" = None) -> None:
        self._before = before
        self._rounds_answered: dict[int, asyncio.Event] = {}

    def answered(self, round: int) -> asyncio.Event:
        return self._rounds_answered.setdefault(round, asyncio.Event())

    async def sell(self, view: SellerView) -> Move:
        if self._before is not None:
            await self._before.answered(view.round).wait()
        self.answered(view.round).set()
        return await super().sell(view)


class WatchingBuyer(StrategyMind):
    """Remembers what it was shown."""

    def __init__(self) -> None:
        self.views: list[BuyerView] = []

    async def buy(self, view: BuyerView) -> BuyerTurn:
        self.views.append(view)
        return await super().buy(view)


class ResumableJournal(MemoryJournal):
    """Can begin with the events of another run. `ends` are the lengths of the log after each append."""

    def __init__(self, setup: Setup, events: Sequence[Event] = ()) -> None:
        super().__init__(setup)
        self.events = list(events) or self.events
        self.ends = [len(self.events)]

    async def append(self, events: tuple[Event, ...], after: int, when: When | None = None) -> None:
        await super().append(events, after, when)
        self.ends.append(len(self.events))


class IntrudedJournal(MemoryJournal):
    """At the engine's nth append somebody else has just written."""

    def __init__(self, setup: Setup, intrude: Callable[[Room], Sequence[Event]], *, at_append: int) -> None:
        super().__init__(setup)
        self._intrude, self._until = intrude, at_append
        self.number_of_intrusion: int | None = None

    async def append(self, events: tuple[Event, ...], after: int, when: When | None = None) -> None:
        self._until -= 1
        if self._until == 0:
            self.number_of_intrusion = len(self.events)
            self.events.extend(self._intrude(replay(self._setup, self.events)))
        await super().append(events, after, when)


class SoldOutJournal(MemoryJournal):
    """The units of these sellers are gone when they are awarded."""

    def __init__(self, setup: Setup, *sold_out: str) -> None:
        super().__init__(setup)
        self._sold_out = sold_out

    async def append(self, events: tuple[Event, ...], after: int, when: When | None = None) -> None:
        for event in events:
            if isinstance(event, Decided) and event.result is Result.DEAL and event.seller_id in self._sold_out:
                raise SoldOut(event.seller_id)
        await super().append(events, after, when)
