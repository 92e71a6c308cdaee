"""A deal in one room of a session, told in the others of the same seller."""

import asyncio
from decimal import Decimal
from uuid import UUID

import pytest
from channels.db import database_sync_to_async as of_the_database
from django.db import transaction

from negotiation import services, trades
from negotiation.core.vocabulary import Party
from negotiation.models import OPEN, NegotiationRun, Outcome, Participant, RunEvent
from negotiation.stock import may_be_bundled_soon
from negotiation.trade_models import Trade
from negotiation.worker import Worker
from tests import bodies
from tests.workers import at_work

MOUSE = {"item_id": "mouse", "item_name": "Mouse"}
SECONDS = 20
CHEAP = {"cost_price": 5, "least_price": 8, "selling_price": 15}


@pytest.fixture
def two_rooms(open_session):
    """Started rooms for laptops and mice, both with Acme, which gives 5 % for a bundle, and dearer Bolt."""
    needed = bodies.item(**MOUSE, min_price_per_unit=4, max_price_per_unit=14)
    mice = bodies.stock(**MOUSE, **CHEAP)
    acme = bodies.seller("Acme", bodies.stock(), mice, bundle_percent=5)
    bolt = bodies.seller("Bolt", bodies.stock(least_price=495), mice)
    session = open_session(buyer=bodies.buyer(bodies.item(), needed), sellers=[acme, bolt])
    rooms = [UUID(room["room_id"]) for room in session["negotiation_rooms"]]
    for room in rooms:
        services.start(room)
    return rooms


def seller_in(room, name):
    return str(Participant.objects.get(run__code=room, name=name).seller_code)


def are_open(rooms):
    return NegotiationRun.objects.filter(code__in=rooms, status__in=OPEN).exists()


def deal_in(room):
    """Who won, in which round."""
    return Outcome.objects.values_list("participant__name", "run__current_round").get(run__code=room)


def offers_in_bundle(room):
    """By whom, for each that was bettered because another item had been sold."""
    offers = RunEvent.objects.filter(run__code=room, type="Offered")
    return [offer.payload["seller_id"] for offer in offers if "more than one thing" in offer.payload["words"]["text"]]


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


@pytest.mark.django_db(transaction=True)
async def test_rooms_that_end_together_let_the_seller_better_its_price(two_rooms, log_folder):
    """Each in its last round; the room that was opened first ends first."""
    laptops, mice = two_rooms

    async with at_work(Worker(concurrency=2), seconds=SECONDS):
        while await of_the_database(are_open)(two_rooms):  # noqa: ASYNC110  # only the table tells
            await asyncio.sleep(0.05)

    winner, last_round = await of_the_database(deal_in)(laptops)
    assert (winner, last_round) == ("Acme", 3)
    assert await of_the_database(told_in)(laptops) == []
    acme = await of_the_database(seller_in)(mice, "Acme")
    assert await of_the_database(offers_in_bundle)(mice) == [acme]


def test_deal_that_nobody_was_told_of_is_heard_of_before_the_last_round(two_rooms, monkeypatch):
    """As after a crash between the deal and the news of it."""
    laptops, mice = two_rooms
    monkeypatch.setattr(services, "bundled_with", lambda code: [])
    services.force_deal(laptops, seller_in(laptops, "Acme"), Decimal(500))

    news = [services.hear_of_bundles(mice) for _ in range(2)]

    assert news == [True, False]
    assert len(told_in(mice)) == 1


def test_cancelled_trade_makes_no_bundle(two_rooms, monkeypatch):
    laptops, mice = two_rooms
    monkeypatch.setattr(services, "bundled_with", lambda code: [])
    services.force_deal(laptops, seller_in(laptops, "Acme"), Decimal(500))
    trades.cancel(Trade.objects.get(), Party.SELLER, "key/1", "Sold out")

    assert not services.hear_of_bundles(mice)


def test_room_waits_for_no_other_than_those_opened_before_it_with_such_a_seller(two_rooms):
    _, mice = two_rooms
    NegotiationRun.objects.update(status="active")

    waits = [may_be_bundled_soon(room) for room in two_rooms]
    Participant.objects.update(bundle_percent=0)

    assert waits == [False, True]
    assert not may_be_bundled_soon(mice)


def test_seller_betters_its_price_in_the_second_room(two_rooms, play):
    laptops, mice = two_rooms
    play(str(mice), until_seq=9)
    services.force_deal(laptops, seller_in(laptops, "Acme"), Decimal(500))

    play(str(mice))

    (sold,) = RunEvent.objects.filter(run__code=mice, type="BundleReached")
    assert offers_in_bundle(mice) == [sold.payload["seller_id"]]


def test_discount_above_the_half_is_refused(operator):
    body = bodies.session(sellers=[bodies.seller(bundle_percent=51)])

    answer = operator.post("/simulation/initialize", body)

    assert [problem["field"] for problem in answer.json()["error"]["details"]] == ["sellers[0].bundle_percent"]
