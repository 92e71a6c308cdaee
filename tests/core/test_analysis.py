from decimal import Decimal

import pytest
from hypothesis import given, settings

from negotiation.core.analysis import Market, Zopa, assess, lowest_legal_price, survey
from tests.factories import a_buyer, a_seller, a_setup, some_setups, terms

BUYER = a_buyer(minimum=50, maximum=110, quantity=4)


@pytest.mark.parametrize(
    ("seller", "price"),
    [
        (a_seller(floor=80), 80),
        (a_seller(floor=30, ask=60), 50),
        (a_seller(floor=110), 110),
        (a_seller(floor="110.01"), None),
        (a_seller(floor=80, stock=3), None),
        (a_seller(floor=30, ask="49.99"), None),
    ],
    ids=["floor", "minimum", "level", "floor-too-high", "too-few", "ask-too-low"],
)
def test_lowest_legal_price_is_the_floor_or_the_buyers_minimum_if_there_is_one(seller, price):
    assert lowest_legal_price(BUYER, seller.limits) == price


def test_agreement_is_possible_from_the_lowest_floor_to_the_buyers_limit():
    setup = a_setup(a_seller(floor=90), a_seller("Bolt", floor=80))

    assert survey(setup).zopa == Zopa(Decimal(80), Decimal(110))


def test_fair_price_is_in_the_middle_of_the_zone_to_the_cent():
    assert Zopa(Decimal("80.00"), Decimal("110.01")).middle == Decimal("95.01")


def test_competitive_price_is_where_the_second_best_seller_would_leave():
    setup = a_setup(a_seller(floor=90), a_seller("Bolt", floor=80), a_seller("Cedar", floor=85))

    assert survey(setup).competitive_price == 85


@pytest.mark.parametrize("rivals", [[], [a_seller("Bolt", floor=111)], [a_seller("Bolt", floor=85, stock=1)]])
def test_competitive_price_is_the_buyers_limit_where_nobody_competes(rivals):
    assert survey(a_setup(a_seller(floor=80), *rivals)).competitive_price == 110


def test_nothing_is_possible_where_every_floor_is_too_high():
    assert survey(a_setup(a_seller(floor=111))) == Market(None, None)


def test_savings_are_over_all_units():
    assessment = assess(a_setup(a_seller(ask=120), a_seller("Bolt", ask=115)), "acme", terms(90))

    assert assessment.savings_against_ask == 120
    assert assessment.savings_against_best_ask == 100
    assert assessment.savings_against_limit == 80


@pytest.mark.parametrize(("price", "buyer", "seller"), [(80, "1", "0"), (110, "0", "1"), (95, "0.5", "0.5")])
def test_shares_tell_how_the_two_divided_what_there_was(price, buyer, seller):
    assessment = assess(a_setup(a_seller(floor=80)), "acme", terms(price))

    assert (assessment.buyer_share, assessment.seller_share) == (Decimal(buyer), Decimal(seller))


@pytest.mark.parametrize(("price", "share"), [(90, "1"), (100, "0.5"), (85, "1.25"), (110, "0")])
def test_competitive_share_is_one_at_the_competitive_price(price, share):
    setup = a_setup(a_seller(floor=80), a_seller("Bolt", floor=90))

    assert assess(setup, "acme", terms(price)).competitive_share == Decimal(share)


def test_nobody_has_a_share_of_nothing():
    assessment = assess(a_setup(a_seller(floor=110)), "acme", terms(110))

    assert (assessment.buyer_share, assessment.seller_share, assessment.competitive_share) == (None, None, None)


@pytest.mark.parametrize(("winner", "was_best"), [("acme", True), ("bolt", False)])
def test_best_seller_is_the_one_that_could_have_gone_lowest(winner, was_best):
    setup = a_setup(a_seller(floor=80), a_seller("Bolt", floor=90))

    assert assess(setup, winner, terms(100)).was_best_seller is was_best


@settings(max_examples=50, deadline=None)
@given(some_setups())
def test_competitive_price_lies_in_the_zone(setup):
    market = survey(setup)

    assert (market.zopa is None) == (market.competitive_price is None)
    if market.zopa is not None:
        assert market.zopa.low <= market.competitive_price <= market.zopa.high


def test_competitive_share_is_known_where_two_sellers_would_give_it_away():
    setup = a_setup(a_seller(floor=0), a_seller("Bolt", floor=0), buyer=a_buyer(minimum=0))

    assert assess(setup, "acme", terms(11)).competitive_share == Decimal("0.9")
