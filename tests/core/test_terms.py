from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.core.terms import Terms, grain, round_down_to, to_money
from tests.factories import prices


@pytest.mark.parametrize(("amount", "cents"), [("1.005", "1.01"), ("1.004", "1.00"), ("-1.005", "-1.01"), ("7", "7")])
def test_money_rounds_halves_away_from_zero(amount, cents):
    assert to_money(amount) == Decimal(cents)


@pytest.mark.parametrize("price", ["NaN", "Infinity", "-0.01"])
def test_price_that_is_no_amount_is_refused(price):
    with pytest.raises(ValueError, match="is not a price"):
        Terms(Decimal(price), 1)


def test_price_with_fractions_of_a_cent_is_refused():
    with pytest.raises(ValueError, match="fractions of a cent"):
        Terms(Decimal("1.005"), 1)


@pytest.mark.parametrize("quantity", [0, -1])
def test_offer_for_nothing_is_refused(quantity):
    with pytest.raises(ValueError, match="is not a quantity"):
        Terms(Decimal(1), quantity)


def test_total_is_for_all_units_to_the_cent():
    assert Terms(Decimal("0.07"), 3).total == Decimal("0.21")


@pytest.mark.parametrize(
    ("price", "step"),
    [
        ("0.01", "0.01"),
        ("9.99", "0.01"),
        ("25", "0.02"),
        ("120", "0.1"),
        ("500", "0.5"),
        ("1999", "1"),
        ("20000", "20"),
    ],
)
def test_people_quote_in_one_two_or_five_steps_that_grow_with_the_price(price, step):
    assert grain(Decimal(price)) == Decimal(step)


@given(prices())
def test_spoken_step_is_never_more_than_a_thousandth_of_the_price_or_a_cent(price):
    assert Decimal("0.01") <= grain(price) <= max(Decimal("0.01"), price / 1000)


@given(prices(), st.sampled_from(["0.01", "0.02", "0.5", "20"]).map(Decimal))
def test_rounding_down_never_raises_a_price_nor_loses_a_whole_step(price, step):
    rounded = round_down_to(price, step)

    assert rounded <= price < rounded + step
    assert rounded % step == 0
