from decimal import Decimal

import pytest

from negotiation.asking import Minds
from negotiation.core.events import RoundStarted, StatusChanged
from negotiation.core.folding import replay
from negotiation.core.preferences import BuyerLimits, SellerLimits
from negotiation.core.room import SellerSeat, Setup
from negotiation.core.vocabulary import RoomStatus
from negotiation.engine import Engine, Limits, Overtaken, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind

SETUP = Setup(
    item_name="Desk",
    buyer_name="Harbour",
    buyer=BuyerLimits(Decimal(50), Decimal(100), 4),
    sellers=tuple(
        SellerSeat(name.lower(), name, SellerLimits(Decimal(40), Decimal(floor), Decimal(130), stock=9))
        for name, floor in (("Acme", 70), ("Bolt", 80))
    ),
    max_rounds=4,
    seed=1,
)
STARTED = StatusChanged(RoomStatus.QUEUED, RoomStatus.ACTIVE)


async def test_new_journal_holds_a_queued_room():
    room, number = await MemoryJournal(SETUP).load()

    assert (room.status, number) == (RoomStatus.QUEUED, 1)


async def test_appended_events_are_in_the_room_that_is_loaded_next():
    journal = MemoryJournal(SETUP)

    await journal.append((STARTED, RoundStarted(1)), after=1)

    room, number = await journal.load()
    assert (room.status, room.round, number) == (RoomStatus.ACTIVE, 1, 3)


async def test_second_writer_of_the_same_number_is_overtaken_and_stores_nothing():
    journal = MemoryJournal(SETUP)
    await journal.append((STARTED,), after=1)

    with pytest.raises(Overtaken):
        await journal.append((RoundStarted(1),), after=1)

    assert journal.events[-1] == STARTED


async def test_listener_hears_each_event_once_it_is_stored_in_order():
    heard = []
    journal = MemoryJournal(SETUP, lambda event: heard.append((event, journal.events[-1])))

    await journal.append((STARTED, RoundStarted(1)), after=1)

    assert heard == [(STARTED, RoundStarted(1)), (RoundStarted(1), RoundStarted(1))]


async def test_engine_plays_a_room_to_its_end_on_it():
    journal, mind = MemoryJournal(SETUP), StrategyMind()

    room = await Engine(journal, Minds(mind, {"acme": mind, "bolt": mind}), limits=Limits(), pace=Pace()).run()

    assert room.status is RoomStatus.COMPLETED
    assert room == replay(SETUP, journal.events)
