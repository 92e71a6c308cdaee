"""Plays a finished room again from its record: the same questions get the same answers, and no model is asked.

What people did to the room is taken from the log; all else must come out of the minds event for event.
"""

import asyncio
import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
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
from negotiation.asking import Minds
from negotiation.casting import Casting, read_casting
from negotiation.core.events import (
    Accepted,
    Answered,
    ApprovalDecided,
    ApprovalRequested,
    BundleReached,
    Closed,
    Event,
    ExpiryWarned,
    InputTimedOut,
    Interjected,
    Offered,
    PaceChanged,
    Said,
    SeatChanged,
    StatusChanged,
    ThreadExpired,
    WalkedAway,
)
from negotiation.core.folding import evolve
from negotiation.core.moves import Move
from negotiation.core.pacing import STEPPED
from negotiation.core.room import Room, Setup, new_room
from negotiation.core.visibility import SellerView
from negotiation.core.vocabulary import Holder, Party, Reason, RoomStatus
from negotiation.core.waiting import is_moved_by_agent
from negotiation.engine import Engine, Limits, Overtaken, Pace, When
from negotiation.minds.mind import SellerMind
from negotiation.models import LLMCall
from negotiation.recent import RecentRooms
from negotiation.records import Record
from negotiation.store import read_history
from negotiation.studio import Means, PendingCalls, make_minds

BY_HAND = frozenset(
    {
        Reason.FORCED,
        Reason.CHOSEN,
        Reason.APPROVED,
        Reason.DECIDED_NOW,
        Reason.CANCELLED,
        Reason.EXPIRED,
        Reason.FAILED,
        Reason.OUT_OF_TIME,
    }
)
BY_WORKERS = {(RoomStatus.QUEUED, RoomStatus.ACTIVE), (RoomStatus.ACTIVE, RoomStatus.WAITING)}

# A seller and how many answers it had given before.
Answer = tuple[str, int]


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
    return len(records), asyncio.run(_play(stored.roster.setup, casting, provider, records))


def recording_of(code: UUID) -> list[Entry]:
    """The room's calls to models as a recording. What was blanked when its retention was over is not in it."""
    asked = Q(attempts__gt=0) | Q(error=BudgetSpent.code)
    calls = LLMCall.objects.filter(asked, run__code=code).exclude(prompt="").exclude(error="CANCELLED").order_by("id")
    return [_entry(call) for call in calls]


class ReplayJournal:
    """A log in memory that is held against the record, and gets from there what people did.

    What was written at once stands under one time: it is a person's or program's deed as a whole, or none of it is.
    """

    def __init__(self, setup: Setup, recorded: Sequence[Record]) -> None:
        self._recorded, self._count = recorded, 0
        self._room = new_room(setup)
        self._answers: Counter[str] = Counter()
        self._answered: defaultdict[Answer, asyncio.Event] = defaultdict(asyncio.Event)
        self.difference: Difference | None = None

    async def load(self) -> tuple[Room, int]:
        return self._room, self._count

    async def append(self, events: tuple[Event, ...], after: int, when: When | None = None) -> None:
        if after != self._count:
            raise Overtaken
        for event in events:
            self._take(event)

    def resume(self) -> bool:
        """Take what people did next from the record; whether there was anything."""
        if self.difference is not None or self._count >= len(self._recorded):
            return False
        at = self._recorded[self._count].at
        written = [record.event for record in self._recorded if record.at == at]
        if not any(_is_by_hand(event, self._room) for event in written):
            return False
        for record in self._recorded[self._count :]:
            if record.at == at:
                self._store(record.event)
        return True

    async def until_answered(self, answers: Sequence[Answer]) -> None:
        """Wait for those of the answers to be on record that other agents have still to give now."""
        room = self._room
        asked = {t.seller_id for t in room.open_threads if t.turn is Party.SELLER and is_moved_by_agent(room, t)}
        for answer in answers:
            if answer[0] in asked:
                await self._answered[answer].wait()

    def difference_at_end(self) -> Difference | None:
        if self.difference is None and self._count < len(self._recorded):
            return Difference(self._count + 1, self._recorded[self._count].event, None)
        return self.difference

    def _take(self, event: Event) -> None:
        recorded = self._recorded[self._count].event if self._count < len(self._recorded) else None
        if recorded != event:
            if self.resume():
                raise Overtaken
            self.difference = self.difference or Difference(self._count + 1, recorded, event)
        self._store(event)

    def _store(self, event: Event) -> None:
        self._count += 1
        self._room = evolve(self._room, event)
        if (seller_id := _answers_as(event)) is not None:
            self._answered[seller_id, self._answers[seller_id]].set()
            self._answers[seller_id] += 1


class InTurn:
    """A seller that answers after those that answered before it in the record."""

    def __init__(self, mind: SellerMind, seller_id: str, order: Sequence[Answer], journal: ReplayJournal) -> None:
        self._mind, self._seller_id, self._order, self._journal = mind, seller_id, order, journal

    async def sell(self, view: SellerView) -> Move:
        move = await self._mind.sell(view)
        answer = (self._seller_id, view.turns_taken)
        if answer in self._order:
            await self._journal.until_answered(self._order[: self._order.index(answer)])
        return move


async def _play(
    setup: Setup, casting: Casting, provider: ReplayProvider, recorded: Sequence[Record]
) -> Difference | None:
    # A replay takes no time, so failures of an hour would look like one bad minute to a breaker.
    hourly = Breaker(itertools.count(step=3600).__next__)
    gateway = Gateway(provider, Rules(max_retries=0), breaker=hourly)
    minds = make_minds(casting, Means(gateway, Purse(()), PendingCalls(), PriceTable(), model=_model_of(casting)))
    order, journal = _answering_order(recorded), ReplayJournal(setup, recorded)
    sellers = {seller_id: InTurn(mind, seller_id, order, journal) for seller_id, mind in minds.sellers.items()}
    limits = Limits(hand_seconds=casting.hand_seconds)
    # Without the standing orders of seats held by hand: what was taken for them is in the record, as their moves are.
    engine = Engine(journal, Minds(minds.buyer, sellers), limits=limits, pace=Pace(sleep=_no_rest))
    journal.resume()  # the start
    while True:
        room = await engine.run()
        if room.status.is_over or not journal.resume():
            break
    await gateway.close()
    return journal.difference_at_end()


async def _no_rest(seconds: float) -> None:
    """Nobody watches: the pace that people gave the room is in its record, and costs no time."""


def _as_at_the_start(casting: Casting) -> Casting:
    sellers = {seller_id: replace(seat, failed_turns=0) for seller_id, seat in casting.sellers.items()}
    return replace(casting, buyer=replace(casting.buyer, failed_turns=0), sellers=sellers)


def _model_of(casting: Casting) -> str:
    return str(settings.LLM.model_of(casting.provider or settings.LLM.provider))


def _answering_order(recorded: Sequence[Record]) -> list[Answer]:
    """The answers of the sellers' agents, each with how many its seller had given before it, in any way."""
    given: Counter[str] = Counter()
    order: list[Answer] = []
    for record in recorded:
        if (seller_id := _answers_as(record.event)) is not None:
            if not _is_spoken_by_hand(record.event):
                order.append((seller_id, given[seller_id]))
            given[seller_id] += 1
    return order


def _answers_as(event: Event) -> str | None:
    """The seller, if the event is a seller's answer."""
    match event:
        case Offered(party=Party.SELLER) | Said(party=Party.SELLER) | Answered(party=Party.SELLER):
            return event.seller_id
        case Accepted() | WalkedAway(party=Party.SELLER):
            return event.seller_id
        case _:
            return None


def _is_by_hand(event: Event, room: Room) -> bool:
    """Whether no agent or worker has done this."""
    match event:
        case StatusChanged(note=note) if note == STEPPED:
            return False
        case StatusChanged(old=old, new=new):
            return (old, new) not in BY_WORKERS
        case PaceChanged() | BundleReached():
            return True
        case Interjected() | SeatChanged() | ExpiryWarned() | InputTimedOut() | ThreadExpired() | ApprovalDecided():
            return True
        case ApprovalRequested():
            return room.buyer_holder is not Holder.AGENT
        case Closed(reason=reason):
            return reason in BY_HAND
        case _:
            return _is_spoken_by_hand(event)


def _is_spoken_by_hand(event: Event) -> bool:
    match event:
        case Offered() | Accepted() | Said() | WalkedAway() | Answered():
            return event.words.voice.speaker is not Holder.AGENT
        case _:
            return False


def _entry(call: LLMCall) -> Entry:
    if call.error:
        fault = Fault(call.why) if call.why in set(Fault) else None
        return Entry(call.prompt_hash, Failure(call.error, call.why, fault))
    usage = Usage(call.input_tokens, call.output_tokens, call.is_estimated, call.cost)
    return Entry(call.prompt_hash, LLMResult(call.reply, usage, call.model))
