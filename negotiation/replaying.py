"""Plays a finished room again from its record: the same questions get the same answers, and no model is asked.

What people did to the room is taken from the log; all else must come out of the minds event for event.
"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from llm.breaker import Breaker
from llm.errors import Fault
from llm.gateway import Gateway, Rules
from llm.prices import PriceTable
from llm.purse import BudgetSpent, Purse
from llm.recording import Entry, Failure, ReplayProvider
from llm.types import LLMResult, Usage
from negotiation.casting import Casting, read_casting
from negotiation.core.events import (
    Accepted,
    Answered,
    Closed,
    Event,
    Interjected,
    Offered,
    RoundStarted,
    Said,
    StatusChanged,
    WalkedAway,
)
from negotiation.core.moves import Move
from negotiation.core.protocol import replay
from negotiation.core.room import Room, Setup
from negotiation.core.visibility import SellerView
from negotiation.core.vocabulary import Party, Reason, RoomStatus, Voice
from negotiation.engine import Engine, Limits, Minds, Overtaken, Pace
from negotiation.minds.mind import SellerMind
from negotiation.models import LLMCall
from negotiation.recent import RecentRooms
from negotiation.store import read_history
from negotiation.studio import Means, PendingCalls, make_minds

BY_HAND = frozenset(
    {Reason.FORCED, Reason.DECIDED_NOW, Reason.CANCELLED, Reason.EXPIRED, Reason.FAILED, Reason.OUT_OF_TIME}
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the play left the record: the number of the event, and both versions."""

    seq: int
    recorded: Event | None
    played: Event | None


def replay_room(code: UUID) -> tuple[int, Difference | None]:
    """How many events the room has, and the first that came out differently. Raises RoomNotFound."""
    stored, records = read_history(code, RecentRooms())  # what is in the table, and nothing remembered
    casting = _as_at_the_start(read_casting(code))
    provider = ReplayProvider(recording_of(code))
    recorded = [record.event for record in records]
    return len(recorded), asyncio.run(_play(stored.roster.setup, casting, provider, recorded))


def recording_of(code: UUID) -> list[Entry]:
    """The room's calls to models as a recording. What was blanked when its retention was over is not in it."""
    asked = Q(attempts__gt=0) | Q(error=BudgetSpent.code)
    calls = LLMCall.objects.filter(asked, run__code=code).exclude(prompt="").exclude(error="CANCELLED").order_by("id")
    return [_entry(call) for call in calls]


class ReplayJournal:
    """A log in memory that is held against the record, and gets from there what people did."""

    def __init__(self, setup: Setup, recorded: Sequence[Event]) -> None:
        self._setup, self._recorded = setup, recorded
        self._events: list[Event] = []
        self._answered: defaultdict[tuple[int, str], asyncio.Event] = defaultdict(asyncio.Event)
        self.difference: Difference | None = None

    async def load(self) -> tuple[Room, int]:
        return replay(self._setup, self._events), len(self._events)

    async def append(self, events: tuple[Event, ...], after: int) -> None:
        if after != len(self._events):
            raise Overtaken
        for event in events:
            self._take(event)

    def resume(self) -> bool:
        """Take what people did next from the record; whether there was anything."""
        place = len(self._events)
        if self.difference is not None or place >= len(self._recorded):
            return False
        end = _end_of_deed(self._recorded, place)
        for event in self._recorded[place:end]:
            self._store(event)
        return end > place

    async def until_answered(self, round_number: int, seller_id: str) -> None:
        """Wait for the seller's answer to be on record."""
        await self._answered[round_number, seller_id].wait()

    def difference_at_end(self) -> Difference | None:
        place = len(self._events)
        if self.difference is None and place < len(self._recorded):
            return Difference(place + 1, self._recorded[place], None)
        return self.difference

    def _take(self, event: Event) -> None:
        place = len(self._events)
        recorded = self._recorded[place] if place < len(self._recorded) else None
        if recorded != event:
            if self.resume():
                raise Overtaken
            self.difference = self.difference or Difference(place + 1, recorded, event)
        self._store(event)

    def _store(self, event: Event) -> None:
        self._events.append(event)
        answer = _answer(event)
        if answer is not None:
            self._answered[answer].set()


class InTurn:
    """A seller that answers after those that answered before it in the record."""

    def __init__(
        self, mind: SellerMind, seller_id: str, order: Mapping[int, Sequence[str]], journal: ReplayJournal
    ) -> None:
        self._mind, self._seller_id, self._order, self._journal = mind, seller_id, order, journal

    async def sell(self, view: SellerView) -> Move:
        move = await self._mind.sell(view)
        order = self._order.get(view.round, ())
        if self._seller_id in order:
            for earlier in order[: order.index(self._seller_id)]:
                await self._journal.until_answered(view.round, earlier)
        return move


async def _play(
    setup: Setup, casting: Casting, provider: ReplayProvider, recorded: Sequence[Event]
) -> Difference | None:
    # A replay takes no time, so failures of an hour would look like one bad minute to a breaker.
    hourly = Breaker(itertools.count(step=3600).__next__)
    gateway = Gateway(provider, Rules(max_retries=0), breaker=hourly)
    minds = make_minds(casting, Means(gateway, Purse(()), PendingCalls(), PriceTable(), model=_model_of(casting)))
    order, journal = _answering_order(recorded), ReplayJournal(setup, recorded)
    sellers = {seller_id: InTurn(mind, seller_id, order, journal) for seller_id, mind in minds.sellers.items()}
    engine = Engine(journal, Minds(minds.buyer, sellers), limits=Limits(), pace=Pace())
    journal.resume()  # the start
    while True:
        room = await engine.run()
        if room.status.is_over or not journal.resume():
            break
    await gateway.close()
    return journal.difference_at_end()


def _as_at_the_start(casting: Casting) -> Casting:
    sellers = {seller_id: replace(seat, failed_turns=0) for seller_id, seat in casting.sellers.items()}
    return replace(casting, buyer=replace(casting.buyer, failed_turns=0), sellers=sellers)


def _model_of(casting: Casting) -> str:
    return str(settings.LLM.model_of(casting.provider or settings.LLM.provider))


def _answering_order(recorded: Sequence[Event]) -> dict[int, list[str]]:
    order: dict[int, list[str]] = {}
    for event in recorded:
        if (answer := _answer(event)) is not None:
            order.setdefault(answer[0], []).append(answer[1])
    return order


def _answer(event: Event) -> tuple[int, str] | None:
    """Round and seller, if the event is a seller's answer."""
    match event:
        case Offered(party=Party.SELLER) | Said(party=Party.SELLER) | Answered(party=Party.SELLER):
            return event.round, event.seller_id
        case Accepted() | WalkedAway(party=Party.SELLER):
            return event.round, event.seller_id
        case _:
            return None


def _end_of_deed(recorded: Sequence[Event], place: int) -> int:
    """Where what people did at this place of the record ends; the place itself if nobody did anything."""
    match recorded[place]:
        case Interjected():
            return place + 1
        case StatusChanged(old=old, new=new) if (old, new) != (RoomStatus.QUEUED, RoomStatus.ACTIVE):
            return place + 1
        case _ if _is_ended_by_hand(recorded, place):
            return len(recorded)
        case _:
            return place


def _is_ended_by_hand(recorded: Sequence[Event], place: int) -> bool:
    """Whether the rest of the record is one decision from outside: no agent has moved after this place."""
    last = recorded[-1]
    is_by_hand = isinstance(last, Closed) and last.reason in BY_HAND
    return is_by_hand and not any(_is_agents(event) for event in recorded[place:])


def _is_agents(event: Event) -> bool:
    match event:
        case RoundStarted():
            return True
        case Offered(party=Party.SELLER) | Accepted():
            return event.words.voice is not Voice.PERSON
        case _:
            return False


def _entry(call: LLMCall) -> Entry:
    if call.error:
        fault = Fault(call.why) if call.why in set(Fault) else None
        return Entry(call.prompt_hash, Failure(call.error, call.why, fault))
    usage = Usage(call.input_tokens, call.output_tokens, call.is_estimated, call.cost)
    return Entry(call.prompt_hash, LLMResult(call.reply, usage, call.model))
