from collections import Counter
from decimal import Decimal

import pytest

from marketplace.demo import (
    BUYER_NAME,
    CHARACTERS,
    MOST_UNITS,
    ensure_demo,
    read_products,
    start_demo_rooms,
    start_demo_session,
)
from marketplace.models import Seller, SellerInventory, Session
from negotiation.asking import Minds
from negotiation.core.preferences import Style
from negotiation.core.vocabulary import Result, RoomStatus
from negotiation.engine import Engine, Limits, Pace
from negotiation.errors import NoSellers
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind
from negotiation.models import NegotiationRun
from negotiation.rosters import roster_of

pytestmark = pytest.mark.django_db


def test_products_are_about_forty_with_distinct_ids_and_names_that_fit():
    products = read_products()

    assert 35 <= len(products) <= 45
    assert len({product.item_id for product in products}) == len(products)
    assert all(len(product.item_name) <= 100 and product.typical_price > 0 for product in products)


def test_empty_marketplace_gets_six_sellers_of_all_styles_whose_stock_is_valid():
    ensure_demo()

    assert Seller.objects.standing().count() == 6
    assert set(Seller.objects.values_list("speaking_style", flat=True)) == set(Style)
    for seller in Seller.objects.all():
        seller.full_clean()
    for line in SellerInventory.objects.all():
        line.full_clean()


def test_each_product_is_sold_by_three_to_five_sellers():
    ensure_demo()

    sellers = Counter(SellerInventory.objects.values_list("item_id", flat=True))

    assert sellers.keys() == {product.item_id for product in read_products()}
    assert set(sellers.values()) <= {3, 4, 5}


def test_demo_made_twice_is_the_demo_made_once():
    ensure_demo()
    made = list(SellerInventory.objects.values())

    ensure_demo()

    assert list(SellerInventory.objects.values()) == made


def test_what_an_operator_changed_or_deleted_stays_so():
    ensure_demo()
    Seller.objects.filter(name=CHARACTERS[0].name).delete()
    Seller.objects.filter(name=CHARACTERS[1].name).update(name="Renamed")

    ensure_demo()

    assert Seller.objects.count() == 5
    assert Seller.objects.filter(name="Renamed").exists()


def test_marketplace_with_a_seller_of_its_own_gets_no_demo():
    Seller.objects.create(name="Ours")

    ensure_demo()

    assert [seller.name for seller in Seller.objects.all()] == ["Ours"]


def test_demo_session_starts_four_rooms_of_different_kinds_with_four_sellers_or_more():
    ensure_demo()

    session = start_demo_session(seed=5)

    rooms = list(session.runs.all())
    assert session.buyer.name == BUYER_NAME
    assert [room.status for room in rooms] == [RoomStatus.QUEUED] * 4
    assert all(room.participants.count() >= 4 for room in rooms)
    categories = {product.item_id: product.category for product in read_products()}
    assert len({categories[room.item.item_id] for room in rooms}) == 4


def test_rooms_of_a_demo_last_less_than_a_minute_at_their_pace():
    ensure_demo()

    session = start_demo_session(seed=5)

    most_turns = session.max_rounds * (1 + max(room.participants.count() for room in session.runs.all()))
    assert most_turns * session.turn_seconds < 45


def test_two_demos_differ():
    ensure_demo()

    one, other = start_demo_session(), start_demo_session()

    assert one.seed != other.seed


async def test_competition_ends_in_deals_whatever_the_seed(demo_setups):
    for *contested, _ in demo_setups:
        assert [await _result_of(setup) for setup in contested] == [Result.DEAL] * 3


async def test_tight_limit_ends_some_last_rooms_with_a_deal_and_some_without(demo_setups):
    assert {await _result_of(tight) for *_, tight in demo_setups} == {Result.DEAL, Result.NO_DEAL}


def test_demo_takes_other_products_when_some_have_run_out():
    ensure_demo()
    for line in SellerInventory.objects.exclude(item_id__startswith="electronics"):
        line.quantity_reserved = line.quantity_available - MOST_UNITS + 1
        line.save()

    session = start_demo_session(seed=1)

    item_ids = session.buyer.items.values_list("item_id", flat=True)
    assert item_ids
    assert all(item_id.startswith("electronics") for item_id in item_ids)


def test_demo_on_empty_shelves_is_refused_and_leaves_nothing_behind():
    with pytest.raises(NoSellers):
        start_demo_session()

    assert not Session.objects.exists()


def test_inactive_sellers_are_not_in_a_demo():
    ensure_demo()
    Seller.objects.exclude(name__in=[CHARACTERS[0].name, CHARACTERS[1].name]).update(is_active=False)

    session = start_demo_session(seed=1)

    invited = set(session.runs.values_list("participants__name", flat=True))
    assert invited == {CHARACTERS[0].name, CHARACTERS[1].name}


def test_first_start_makes_one_demo_session_and_later_starts_none():
    ensure_demo()

    start_demo_rooms()
    start_demo_rooms()

    assert Session.objects.count() == 1


def test_start_without_any_stock_goes_on_without_a_demo():
    start_demo_rooms()

    assert not Session.objects.exists()


def test_limits_of_a_demo_are_above_their_minimum_and_in_whole_cents():
    ensure_demo()

    for seed in range(10):
        for item in start_demo_session(seed).buyer.items.all():
            item.full_clean()
            assert Decimal(0) < item.min_price_per_unit < item.max_price_per_unit


@pytest.fixture
def demo_setups(db):
    """The rooms of some demo sessions, in the order of their shopping lists."""
    ensure_demo()
    rooms = NegotiationRun.objects.with_setup().order_by("id")
    return [[roster_of(run).setup for run in rooms.filter(session=start_demo_session(n))] for n in range(10)]


async def _result_of(setup):
    journal, mind = MemoryJournal(setup), StrategyMind()
    minds = Minds(mind, {seat.seller_id: mind for seat in setup.sellers})
    await Engine(journal, minds, limits=Limits(), pace=Pace()).run()
    return journal.events[-1].result
