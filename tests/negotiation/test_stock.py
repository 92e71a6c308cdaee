"""Stock that several rooms want at the same moment. PARLEY_RACES says how often the long race is run."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import UUID

import pytest
from channels.db import database_sync_to_async
from django.db import connection

from marketplace.models import Seller, SellerInventory, Session
from marketplace.services import delete_session
from negotiation import services, trades
from negotiation.core.closing import conclude
from negotiation.core.folding import evolve
from negotiation.core.moves import Award
from negotiation.core.protocol import agree_by_force
from negotiation.core.vocabulary import Reason
from negotiation.engine import SoldOut
from negotiation.errors import Refused
from negotiation.models import Outcome
from negotiation.store import prepare, read_room
from negotiation.trade_models import Trade
from negotiation.verification import misjudged_stock
from negotiation.writing import Writer
from tests.factories import some_words, terms

RACES = int(os.environ.get("PARLEY_RACES", "30"))


@pytest.fixture
def seller(db):
    """A standing seller of 60 units."""
    seller = Seller.objects.create(name="Standing")
    seller.inventory.create(
        item_id="laptop_hp_15", item_name="HP", quantity_available=60, cost_price=1, least_price=450, selling_price=590
    )
    return str(seller.code)


@pytest.fixture
def open_rooms(seller, open_session):
    """Sets up so many started rooms that each want 50 of the seller's units."""

    def open_all(count):
        sessions = [open_session(sellers=[], use_standing_sellers=True) for _ in range(count)]
        rooms = [UUID(session["negotiation_rooms"][0]["room_id"]) for session in sessions]
        for code in rooms:
            services.start(code)
        return rooms

    return open_all


def reserved():
    return SellerInventory.objects.get().quantity_reserved


def give_back():
    SellerInventory.objects.update(quantity_reserved=0)


def deal_with(code, seller):
    """The turn that closes the room at the seller's last price."""
    stored = read_room(code)
    events = list(agree_by_force(stored.room, seller, terms(500, 50), some_words()))
    room = stored.room
    for event in events:
        room = evolve(room, event)
    events += conclude(room, Award(seller, room.offer_count, Reason.FORCED))
    return prepare(stored.log, events, lambda roster, records: None)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_stock_is_never_sold_twice_however_often_rooms_decide_at_once(open_rooms, seller, race):
    for _ in range(RACES):
        rooms = open_rooms(2)

        ends = race([lambda code=code: services.force_deal(code, seller, Decimal(500)) for code in rooms])

        assert sorted(type(end) for end in ends if isinstance(end, Exception)) == [Refused]
        assert reserved() == 50
        give_back()


@pytest.mark.django_db(transaction=True)
async def test_of_deals_in_one_transaction_only_those_without_stock_fail(seller, open_rooms):
    rooms = await database_sync_to_async(open_rooms)(3)
    turns = [await database_sync_to_async(deal_with)(code, seller) for code in rooms]
    with ThreadPoolExecutor(1) as pool:
        writer = Writer(pool)

        failures = await asyncio.gather(*(writer.write(turn) for turn in turns), return_exceptions=True)
        pool.submit(connection.close)

    assert [type(failure) for failure in failures] == [type(None), SoldOut, SoldOut]
    assert await database_sync_to_async(reserved)() == 50
    assert await Outcome.objects.acount() == 1


def test_seller_whose_stock_line_was_deleted_sells_nothing(open_rooms, seller):
    (room,) = open_rooms(1)
    SellerInventory.objects.all().delete()

    with pytest.raises(Refused) as refused:
        services.force_deal(room, seller, Decimal(500))

    assert refused.value.code == "INSUFFICIENT_INVENTORY"


def test_seller_who_sold_its_units_leaves_the_other_rooms_at_once(open_rooms, seller):
    first, second = open_rooms(2)

    services.force_deal(first, seller, Decimal(500))

    room = read_room(second).room
    assert not room.thread(seller).is_open
    assert "sold" in room.thread(seller).talk[-1].words.text


def test_seller_with_enough_left_stays(open_rooms, seller):
    SellerInventory.objects.update(quantity_available=100)
    first, second = open_rooms(2)

    services.force_deal(first, seller, Decimal(500))

    assert read_room(second).room.thread(seller).is_open


def test_seller_who_has_sold_meanwhile_is_gone_when_the_room_starts(open_rooms, open_session, seller):
    waiting = open_session(sellers=[], use_standing_sellers=True)["negotiation_rooms"][0]["room_id"]
    (room,) = open_rooms(1)
    services.force_deal(room, seller, Decimal(500))

    services.start(UUID(waiting))

    assert not read_room(UUID(waiting)).room.thread(seller).is_open


def test_units_that_were_sold_stay_sold_when_the_session_is_deleted(open_rooms, seller):
    (room,) = open_rooms(1)
    services.force_deal(room, seller, Decimal(500))

    delete_session(Session.objects.get())

    assert (reserved(), misjudged_stock()) == (50, [])


def test_units_of_a_cancelled_trade_are_free_when_the_session_is_deleted(open_rooms, seller):
    (room,) = open_rooms(1)
    services.force_deal(room, seller, Decimal(500))
    trades.cancel(Trade.objects.get(), None, "user/1", "Mistake")

    delete_session(Session.objects.get())

    assert (reserved(), misjudged_stock()) == (0, [])


def test_session_deleted_before_its_deal_takes_no_units(open_rooms):
    open_rooms(1)

    delete_session(Session.objects.get())

    assert reserved() == 0
