from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.core.matching import Matches, Mismatch, Stock, match_sellers
from tests.factories import a_buyer, prices

BUYER = a_buyer(minimum=50, maximum=110, quantity=4)


def a_stock(available=4, ask=120, known_floor=None):
    return Stock(available, Decimal(ask), None if known_floor is None else Decimal(known_floor))


stocks = st.dictionaries(
    st.sampled_from("abcdef"),
    st.none() | st.builds(Stock, st.integers(0, 8), prices(), st.none() | prices()),
)


@pytest.mark.parametrize(
    ("stock", "reason"),
    [
        (None, Mismatch.NO_INVENTORY),
        (a_stock(available=3), Mismatch.INSUFFICIENT_QUANTITY),
        (a_stock(available=0), Mismatch.INSUFFICIENT_QUANTITY),
        (a_stock(ask="49.99"), Mismatch.PRICE_MISMATCH),
        (a_stock(available=3, ask="49.99"), Mismatch.INSUFFICIENT_QUANTITY),
    ],
)
def test_seller_that_cannot_serve_is_left_out_with_its_reason(stock, reason):
    assert match_sellers(BUYER, {"a": stock, "b": a_stock()}).left_out == {"a": reason}


@pytest.mark.parametrize("stock", [a_stock(), a_stock(ask=50), a_stock(ask=9999), a_stock(available=99)])
def test_seller_with_enough_units_and_an_asking_price_that_is_not_too_low_is_invited(stock):
    assert match_sellers(BUYER, {"a": stock}).matched == ("a",)


def test_sellers_are_invited_in_the_order_given():
    assert match_sellers(BUYER, dict.fromkeys("cab", a_stock())).matched == ("c", "a", "b")


def test_asking_price_above_the_limit_is_what_bargaining_is_for():
    assert match_sellers(BUYER, {"a": a_stock(ask=500)}).why_none is None


def test_seller_with_a_known_high_floor_is_still_invited_beside_one_whose_floor_is_not_known():
    matches = match_sellers(BUYER, {"a": a_stock(known_floor=111), "b": a_stock()})

    assert matches.matched == ("a", "b")


def test_seller_with_a_known_high_floor_is_still_invited_beside_one_that_could_sell():
    matches = match_sellers(BUYER, {"a": a_stock(known_floor=111), "b": a_stock(known_floor=110)})

    assert matches.matched == ("a", "b")


def test_item_all_of_whose_floors_are_known_to_be_too_high_is_not_bargained_over():
    matches = match_sellers(BUYER, dict.fromkeys("ab", a_stock(known_floor="110.01")))

    assert matches == Matches((), dict.fromkeys("ab", Mismatch.PRICE_MISMATCH))


def test_seller_without_stock_does_not_save_an_item_whose_other_floors_are_too_high():
    matches = match_sellers(BUYER, {"a": a_stock(known_floor=111), "b": None})

    assert matches.why_none is Mismatch.PRICE_MISMATCH


@given(stocks)
def test_floors_nobody_supplied_decide_nothing(offered):
    unknown = {key: stock and Stock(stock.available, stock.ask) for key, stock in offered.items()}

    matched = match_sellers(BUYER, unknown).matched

    assert matched == tuple(k for k, s in unknown.items() if s and s.available >= 4 and s.ask >= 50)


@given(stocks)
def test_every_seller_is_either_invited_or_given_a_reason(offered):
    matches = match_sellers(BUYER, offered)

    assert set(matches.matched) | set(matches.left_out) == set(offered)
    assert not set(matches.matched) & set(matches.left_out)


def test_matching_is_told_no_cost_and_no_priority():
    assert {field.name for field in fields(Stock)} == {"available", "ask", "known_floor"}


@pytest.mark.parametrize(
    ("stocks", "reason"),
    [
        ({}, Mismatch.NO_INVENTORY),
        ({"a": None}, Mismatch.NO_INVENTORY),
        ({"a": None, "b": a_stock(available=1)}, Mismatch.INSUFFICIENT_QUANTITY),
        ({"a": a_stock(available=1), "b": a_stock(ask=40), "c": None}, Mismatch.PRICE_MISMATCH),
        ({"a": None, "b": a_stock()}, None),
    ],
)
def test_item_nobody_can_serve_gets_the_reason_of_the_seller_who_came_nearest(stocks, reason):
    assert match_sellers(BUYER, stocks).why_none is reason
