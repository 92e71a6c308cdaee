"""A deal in one room of a session, told in the others of the same seller."""

from decimal import Decimal
from uuid import UUID

import pytest
from django.db import transaction

from negotiation import services
from negotiation.models import Participant, RunEvent
from tests import bodies

MOUSE = {"item_id": "mouse", "item_name": "Mouse"}
CHEAP = {"cost_price": 5, "least_price": 8, "selling_price": 15}


@pytest.fixture
def two_rooms(open_session):
    """Started rooms for laptops and mice, both with Acme, which gives 5 % for a bundle, and with Bolt."""
    needed = bodies.item(**MOUSE, min_price_per_unit=4, max_price_per_unit=14)
    stock = (bodies.stock(), bodies.stock(**MOUSE, **CHEAP))
    sellers = [bodies.seller("Acme", *stock, bundle_percent=5), bodies.seller("Bolt", *stock)]
    session = open_session(buyer=bodies.buyer(bodies.item(), needed), sellers=sellers)
    rooms = [UUID(room["room_id"]) for room in session["negotiation_rooms"]]
    for room in rooms:
        services.start(room)
    return rooms


def seller_in(room, name):
    return str(Participant.objects.get(run__code=room, name=name).seller_code)


def told_in(room):
    return [event.payload for event in RunEvent.objects.filter(run__code=room, type="BundleReached")]


def test_deal_in_one_room_is_told_in_the_sellers_other_room(two_rooms):
    laptops, mice = two_rooms

    services.force_deal(laptops, seller_in(laptops, "Acme"), Decimal(500))

    assert told_in(mice) == [{"seller_id": seller_in(mice, "Acme")}]


@pytest.mark.django_db(transaction=True)
def test_other_room_is_told_once_the_deal_is_committed(two_rooms):
    """Until then the deal's transaction holds its own room, and must not wait for another's writer."""
    laptops, mice = two_rooms

    with transaction.atomic():
        services.force_deal(laptops, seller_in(laptops, "Acme"), Decimal(500))
        told_before = told_in(mice)

    assert told_before == []
    assert len(told_in(mice)) == 1


def test_seller_without_a_bundle_price_is_told_nothing(two_rooms):
    laptops, mice = two_rooms

    services.force_deal(laptops, seller_in(laptops, "Bolt"), Decimal(500))

    assert told_in(mice) == []


def test_deal_in_another_session_is_no_bundle(two_rooms, open_session):
    laptops, _ = two_rooms
    other = UUID(open_session()["negotiation_rooms"][0]["room_id"])
    services.start(other)

    services.force_deal(laptops, seller_in(laptops, "Acme"), Decimal(500))

    assert told_in(other) == []


def test_seller_betters_its_price_in_the_second_room(two_rooms, play):
    laptops, mice = two_rooms
    play(str(mice), until_seq=9)
    services.force_deal(laptops, seller_in(laptops, "Acme"), Decimal(500))

    play(str(mice))

    (sold,) = RunEvent.objects.filter(run__code=mice, type="BundleReached")
    offers = RunEvent.objects.filter(run__code=mice, seq__gt=sold.seq, type="Offered", payload__party="seller")
    first = next(one for one in offers if one.payload["seller_id"] == sold.payload["seller_id"])
    assert "more than one thing" in first.payload["words"]["text"]


def test_discount_above_the_half_is_refused(operator):
    body = bodies.session(sellers=[bodies.seller(bundle_percent=51)])

    answer = operator.post("/simulation/initialize", body)

    assert [problem["field"] for problem in answer.json()["error"]["details"]] == ["sellers[0].bundle_percent"]
