"""A room at the pace that people give it: how long it rests, and where it pauses."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given, settings

from negotiation.asking import Minds
from negotiation.core.events import Closed, Event, Offered, PaceChanged, RoundStarted, StatusChanged
from negotiation.core.moves import Award
from negotiation.core.pacing import STEPPED, change_speed, play_one_round
from negotiation.core.protocol import change_status, interject
from negotiation.core.room import Setup
from negotiation.core.strategy import choose_bids
from negotiation.core.table import hand_over, move_by_hand
from negotiation.core.vocabulary import Holder, Party, RoomStatus
from negotiation.engine import LONGEST_NAP_SECONDS, Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind, plan_bids
from tests.factories import a_seller, a_setup, proposal, some_setups, some_words, strategy_minds
from tests.fakes import IntrudedJournal

SETUP = a_setup(a_seller("Acme", floor=70), a_seller("Bolt", floor=80))


class Rests:
    """Counts the seconds; what is to happen in the nth nap, happens in it."""

    def __init__(self, journal: MemoryJournal, *happenings) -> None:
        self.seconds: list[float] = []
        self._journal, self._happenings = journal, list(happenings)

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if self._happenings and (happening := self._happenings.pop(0)):
            room, _ = await self._journal.load()
            self._journal.events.extend(happening(room))


async def run(journal, minds=None, pace=None):
    minds = minds or strategy_minds(journal._setup)
    return await Engine(journal, minds, limits=Limits(call_seconds=0), pace=pace or Pace()).run()


async def step_through(setup: Setup, minds: Minds | None = None) -> list[Event]:
    """The log of a room that is played round by round."""
    journal = MemoryJournal(setup)
    room, _ = await journal.load()
    while not room.status.is_over:
        journal.events.extend(play_one_round(room))
        room = await run(journal, minds)
    return journal.events


def of(kind, events: Sequence[Event]) -> list:
    return [event for event in events if isinstance(event, kind)]


def played(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, StatusChanged | PaceChanged)]


async def test_stepped_room_plays_one_round_and_pauses():
    journal = MemoryJournal(SETUP)
    journal.events.extend(play_one_round((await journal.load())[0]))

    room = await run(journal)

    assert (room.status, room.round) == (RoomStatus.PAUSED, 1)
    assert [len(thread.quotes) for thread in room.threads] == [1, 1]
    assert journal.events[-1] == StatusChanged(RoomStatus.ACTIVE, RoomStatus.PAUSED, STEPPED)


async def test_room_that_is_stepped_while_it_plays_ends_its_round_and_plays_one_more():
    journal = IntrudedJournal(SETUP, play_one_round, at_append=3)

    room = await run(journal)

    assert (room.status, room.round) == (RoomStatus.PAUSED, 2)


@settings(max_examples=25, deadline=None)
@given(some_setups(max_sellers=3))
def test_room_played_round_by_round_comes_to_the_same_deal_by_the_same_words(setup):
    straight = MemoryJournal(setup)
    asyncio.run(run(straight))

    assert played(asyncio.run(step_through(setup))) == played(straight.events)


async def test_room_does_not_pause_where_it_ends():
    events = await step_through(SETUP)

    assert of(Closed, events) == events[-1:]
    assert len(of(RoundStarted, events)) == len(of(PaceChanged, events))


async def test_mind_is_not_asked_for_bids_that_nobody_wants_yet():
    buyer = Counting()

    events = await step_through(SETUP, Minds(buyer, strategy_minds(SETUP).sellers))

    assert buyer.asked == len(of(RoundStarted, events)) + 1


class Counting(StrategyMind):
    def __init__(self):
        self.asked = 0

    async def buy(self, view):
        self.asked += 1
        return await super().buy(view)


async def test_buyer_that_bids_on_where_the_strategy_would_end_pauses_as_well():
    setup = a_setup(a_seller("Acme", floor=70, ask=72), max_rounds=10)
    usual = await step_through(setup)

    events = await step_through(setup, Minds(Stubborn(), strategy_minds(setup).sellers))

    assert len(of(RoundStarted, events)) > len(of(RoundStarted, usual))
    assert len(of(PaceChanged, events)) == len(of(RoundStarted, events))


class Stubborn(StrategyMind):
    """Never takes an offer before it must."""

    async def buy(self, view):
        turn = await super().buy(view)
        if not isinstance(turn, Award) or view.is_over or view.must_award:
            return turn
        return plan_bids(view, choose_bids(view)).turn


async def test_room_has_its_own_rest_in_place_of_the_sessions():
    journal = MemoryJournal(a_setup(a_seller()))
    journal.events.append(PaceChanged(Decimal("0.5"), None))
    rests = Rests(journal)

    await run(journal, pace=Pace(1.5, rests.sleep))

    assert set(rests.seconds) == {0.5}


async def test_room_at_full_speed_does_not_rest_though_the_session_does():
    journal = MemoryJournal(SETUP)
    journal.events.append(PaceChanged(Decimal(0), None))
    rests = Rests(journal)

    await run(journal, pace=Pace(1.5, rests.sleep))

    assert rests.seconds == []


async def test_long_rest_ends_when_the_room_is_told_to_be_faster():
    journal = MemoryJournal(SETUP)
    rests = Rests(journal, lambda room: change_speed(room, Decimal(0)))

    room = await run(journal, pace=Pace(60, rests.sleep))

    assert room.status.is_over
    assert rests.seconds == [LONGEST_NAP_SECONDS]


async def test_long_rest_is_taken_whole_if_nobody_says_otherwise():
    journal = MemoryJournal(a_setup(a_seller(), max_rounds=1))
    rests = Rests(journal)

    await run(journal, pace=Pace(5, rests.sleep))

    assert rests.seconds[:3] == [2.0, 2.0, 1.0]


async def test_rest_ends_in_a_room_that_somebody_paused():
    journal = MemoryJournal(SETUP)
    rests = Rests(journal, None, lambda room: [change_status(room, RoomStatus.PAUSED)])

    room = await run(journal, pace=Pace(60, rests.sleep))

    assert room.status is RoomStatus.PAUSED
    assert len(rests.seconds) == 2
    assert of(Offered, journal.events) == []


async def test_what_a_person_says_in_a_long_rest_is_heard_before_the_buyer_moves():
    journal = MemoryJournal(a_setup(a_seller("Acme")))
    rests = Rests(journal, lambda room: [interject(room, ("acme",), some_words("Be quick."))])
    buyer = Listening()

    await run(journal, Minds(buyer, strategy_minds(SETUP).sellers), Pace(3, rests.sleep))

    assert buyer.heard[0] == ["Be quick."]
    assert rests.seconds[:3] == [2.0, 1.0, 2.0]  # one rest, and then that of the seller


async def test_agent_is_not_asked_when_a_person_took_its_seat_in_a_long_rest():
    journal = MemoryJournal(SETUP)
    rests, buyer = Rests(journal, lambda room: hand_over(room, Party.BUYER, "", Holder.PERSON)), Counting()

    room = await run(journal, Minds(buyer, strategy_minds(SETUP).sellers), Pace(3, rests.sleep))

    assert (room.status, buyer.asked) == (RoomStatus.WAITING, 0)


class Listening(StrategyMind):
    def __init__(self):
        self.heard = []

    async def buy(self, view):
        self.heard.append([heard.words.text for heard in view.threads[0].talk])
        return await super().buy(view)


async def test_buyers_turn_stands_though_the_pace_was_changed_while_it_thought():
    journal = IntrudedJournal(SETUP, lambda room: [PaceChanged(Decimal(0), None)], at_append=2)
    buyer = Counting()

    await run(journal, Minds(buyer, strategy_minds(SETUP).sellers))

    assert buyer.asked == len(of(RoundStarted, journal.events)) + 1


async def test_buyers_turn_is_thought_over_again_if_somebody_spoke_while_it_thought():
    journal = IntrudedJournal(SETUP, lambda room: [interject(room, ("acme",), some_words())], at_append=2)
    buyer = Counting()

    await run(journal, Minds(buyer, strategy_minds(SETUP).sellers))

    assert buyer.asked == len(of(RoundStarted, journal.events)) + 2


async def test_step_asked_for_while_the_buyer_thinks_counts_the_round_that_it_then_begins():
    journal = IntrudedJournal(SETUP, play_one_round, at_append=2)

    room = await run(journal)

    assert (room.status, room.round) == (RoomStatus.PAUSED, 1)


async def test_room_whose_buyer_is_held_by_hand_pauses_when_every_bid_is_answered():
    journal = MemoryJournal(SETUP)
    room, _ = await journal.load()
    journal.events.extend(hand_over(room, Party.BUYER, "", Holder.PERSON))
    room = await run(journal)
    journal.events.extend(play_one_round(room))
    statuses = []
    for seller_id in ("acme", "bolt"):
        room, _ = await journal.load()
        journal.events.extend(move_by_hand(room, Party.BUYER, seller_id, proposal(60)))
        statuses.append((await run(journal)).status)

    assert statuses == [RoomStatus.WAITING, RoomStatus.PAUSED]
