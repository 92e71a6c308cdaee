from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest

from marketplace.models import Session
from marketplace.sheets.sheet import read_sheet
from negotiation import services
from negotiation.models import Participant
from tests import bodies

pytestmark = pytest.mark.django_db

MOUSE = {"item_id": "mouse", "item_name": "Mouse"}
CHEAP = {"cost_price": 5, "least_price": 8, "selling_price": 15}


@pytest.fixture
def two_rooms(open_session):
    """Started rooms for 50 laptops and 50 mice, both with Acme alone, which gives 5 % for a bundle."""
    mice = bodies.item(**MOUSE, min_price_per_unit=4, max_price_per_unit=14)
    acme = bodies.seller("Acme", bodies.stock(), bodies.stock(**MOUSE, **CHEAP), bundle_percent=5)
    session = open_session(buyer=bodies.buyer(bodies.item(), mice), sellers=[acme])
    rooms = [UUID(room["room_id"]) for room in session["negotiation_rooms"]]
    for room in rooms:
        services.start(room)
    return rooms


def buy(room, price):
    (seller,) = Participant.objects.filter(run__code=room).values_list("seller_code", flat=True)
    services.force_deal(room, str(seller), Decimal(price))


def findings():
    """By item."""
    return {room.row.item_name: room.findings for room in read_sheet(Session.objects.get()).rooms}


def test_sheet_tells_what_a_bundle_gave_and_what_all_of_it_cost(two_rooms, play):
    laptops, mice = two_rooms
    play(str(mice), until_seq=8)
    buy(laptops, 500)
    play(str(mice))

    (told,) = [words for words in findings()["Mouse"] if "as well" in words]

    outcome = services.Outcome.objects.get(run__code=mice)
    offers = outcome.participant.offers.filter(party="seller").order_by("number").values_list("unit_price", flat=True)
    bettered = next(price for before, price in pairwise(offers) if price < before)
    together = 25_000 + 50 * outcome.unit_price
    assert f"Acme sold HP 15 Laptop as well, and for that came down from ${offers[0]} to ${bettered} here." in told
    assert f"Together they cost ${together:,}." in told
    assert not any("as well" in words for words in findings()["HP 15 Laptop"])


def test_items_bought_from_one_seller_without_a_bundle_are_no_bundle(two_rooms):
    Participant.objects.update(bundle_percent=0)

    for room, price in zip(two_rooms, (500, 10), strict=True):
        buy(room, price)

    assert not any("as well" in words for told in findings().values() for words in told)
