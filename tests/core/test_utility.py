from dataclasses import replace
from decimal import Decimal

import pytest

from negotiation.core.preferences import BuyerLimits, Range, SellerLimits, burden, common_terms
from negotiation.core.room import Offer
from negotiation.core.terms import Terms
from negotiation.core.utility import (
    best_for_buyer,
    best_for_seller,
    bid_price,
    buyer_price,
    buyer_utility,
    like_for_like,
    quote_price,
    seller_price,
    seller_utility,
)
from negotiation.core.vocabulary import Party

# The buyer would have it in a day and pay in thirty; the seller deliver in ten days and be paid at once.
BUYER = BuyerLimits(
    Decimal(50),
    Decimal(110),
    4,
    (Range("delivery_days", 1, 10, Decimal(-2)), Range("payment_days", 0, 30, Decimal("0.1"))),
)
SELLER = SellerLimits(
    Decimal(60),
    Decimal(80),
    Decimal(120),
    10,
    extras=(Range("delivery_days", 3, 10, Decimal("0.5")), Range("payment_days", 0, 60, Decimal("-0.2"))),
)
AGENDA = ("delivery_days", "payment_days")


def some_terms(price, **extras):
    return Terms(Decimal(price), 4, tuple(sorted(extras.items())))


def test_a_side_bears_nothing_at_its_ideal_and_its_worth_for_each_step_away():
    assert burden(BUYER.extras, (("delivery_days", 1), ("payment_days", 30))) == 0
    assert burden(BUYER.extras, (("delivery_days", 4), ("payment_days", 20))) == 7


def test_a_negotiated_term_that_is_left_open_counts_at_its_worst():
    assert burden(BUYER.extras, (("delivery_days", 4),), AGENDA) == 6 + 3
    assert burden(BUYER.extras, (("delivery_days", 4),)) == 6


def test_what_terms_take_is_on_top_of_the_price_for_the_buyer_and_off_it_for_the_seller():
    terms = some_terms(100, delivery_days=4, payment_days=20)

    assert buyer_price(BUYER, terms) == 107
    assert seller_price(SELLER, terms) == 100 - 3 - 4


@pytest.mark.parametrize("price", ["90.00", "90.37", "101.99"])
def test_the_price_of_terms_is_worth_the_effective_price_to_the_cent(price):
    worth = Range("delivery_days", 1, 10, Decimal("-0.3333333"))
    buyer, seller = replace(BUYER, extras=(worth,)), replace(SELLER, extras=(replace(worth, worth=-worth.worth),))

    for days in range(1, 11):
        extras = (("delivery_days", days),)
        bid = Terms(bid_price(buyer, Decimal(price), extras), 4, extras)
        quote = Terms(quote_price(seller, Decimal(price), extras), 4, extras)
        assert buyer_price(buyer, bid) == Decimal(price)
        assert seller_price(seller, quote) == Decimal(price)


def test_a_price_inside_the_limit_is_refused_if_its_terms_take_more_than_is_left():
    assert BUYER.admit(some_terms(100, delivery_days=6))
    assert not BUYER.admit(some_terms(100, delivery_days=7))
    assert SELLER.permit(some_terms(83, delivery_days=4))
    assert not SELLER.permit(some_terms(82, delivery_days=3))


def test_without_worths_further_terms_do_not_touch_the_limits():
    indifferent = replace(BUYER, extras=tuple(replace(each, worth=Decimal(0)) for each in BUYER.extras))

    assert indifferent.admit(some_terms(110, delivery_days=10, payment_days=0))
    assert buyer_price(indifferent, some_terms(110, delivery_days=10), AGENDA) == 110


def test_utility_runs_from_the_limit_to_the_best_thinkable():
    assert buyer_utility(BUYER, some_terms(110, delivery_days=1, payment_days=30)) == 0
    assert buyer_utility(BUYER, some_terms(50, delivery_days=1, payment_days=30)) == 1
    assert seller_utility(SELLER, some_terms(120, delivery_days=10, payment_days=0)) == 1
    assert seller_utility(SELLER, some_terms(100, delivery_days=10, payment_days=0)) == Decimal("0.5")


def test_terms_are_negotiated_only_where_a_value_suits_both_and_somebody_cares():
    apart = (Range("delivery_days", 11, 20, Decimal(1)),)
    careless = tuple(replace(each, worth=Decimal(0)) for each in SELLER.extras)

    assert common_terms(BUYER.extras, SELLER.extras) == AGENDA
    assert common_terms(BUYER.extras, apart) == ()
    assert common_terms(BUYER.extras, careless) == AGENDA
    assert common_terms(tuple(replace(each, worth=Decimal(0)) for each in BUYER.extras), careless) == ()


def test_each_side_takes_the_package_that_is_best_for_itself():
    slow, fast = some_terms(90, delivery_days=9, payment_days=30), some_terms(99, delivery_days=3, payment_days=30)
    quote = Offer(1, Party.SELLER, "acme", 1, slow, packages=(fast,))
    bid = replace(quote, party=Party.BUYER, packages=(replace(fast, unit_price=Decimal(95)),))

    assert best_for_buyer(BUYER, quote, AGENDA).package == 1
    assert best_for_seller(SELLER, bid, AGENDA).package == 1
    assert best_for_seller(SELLER, replace(bid, packages=()), AGENDA).package == 0


def test_a_package_out_of_reach_is_no_choice_though_it_is_the_cheapest():
    quote = Offer(1, Party.SELLER, "acme", 1, some_terms(100, delivery_days=3), packages=(some_terms(60),))
    late = replace(quote, packages=(some_terms(60, delivery_days=11),))

    assert best_for_buyer(BUYER, late).package == 0


def test_a_rivals_offer_is_told_as_the_price_that_these_terms_would_have_to_have():
    bid = some_terms(80, delivery_days=4, payment_days=30)

    assert like_for_like(BUYER, [Decimal(104), Decimal(98)], bid, AGENDA) == 92
    assert like_for_like(BUYER, [Decimal(98)], bid) == 98
    assert like_for_like(BUYER, [Decimal(5)], bid, AGENDA) is None
    assert like_for_like(BUYER, [], bid, AGENDA) is None
