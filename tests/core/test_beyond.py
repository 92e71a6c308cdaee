from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.core.beyond import beyond_buyers, beyond_sellers
from negotiation.core.errors import BeyondOwnLimits
from negotiation.core.preferences import Range
from negotiation.core.terms import Terms
from tests.factories import a_buyer, a_seller

DELIVERY = Range("delivery_days", 5, 20, Decimal("-0.50"))
EARLY = Range("delivery_days", 3, 20, Decimal("1.25"))
BUYER = replace(a_buyer(minimum=50, maximum=110, quantity=4), extras=(DELIVERY,))
SELLER = replace(a_seller(floor=80, ask=120, stock=10).limits, extras=(EARLY,))
UNNAMED = str(BeyondOwnLimits())


def at(price: object, **extras: int) -> Terms:
    return Terms(Decimal(str(price)), 4, tuple(extras.items()))


@pytest.mark.parametrize(
    ("offer", "field", "limit"),
    [
        (at("110.01"), "price", "110.01 a unit is above your highest price, 110.00"),
        (at("49.99"), "price", "49.99 a unit is below your lowest price, 50.00"),
        (at(1105), "price", "1,105.00 a unit is above your highest price, 110.00"),
        (
            at(108, delivery_days=10),
            "price",
            "108.00 a unit is above your highest price with these further terms, 107.50",
        ),
        (at(60, delivery_days=21), "terms.delivery_days", "21 delivery days are outside your own range, 5 to 20"),
        (at(60, payment_days=30), "terms.payment_days", "your limits say nothing of payment days"),
    ],
)
def test_buyer_is_told_which_of_its_limits_an_offer_goes_beyond(offer, field, limit):
    beyond = beyond_buyers(BUYER, (at(60), offer))

    assert (beyond.field, beyond.limit) == (field, limit)


def test_buyer_is_told_of_a_bid_above_the_asking_price():
    beyond = beyond_buyers(BUYER, (at(105),), ask=Decimal(100))

    assert beyond.limit == "105.00 a unit is above the seller's asking price, 100.00"


@pytest.mark.parametrize(
    ("offer", "field", "limit"),
    [
        (at("79.99"), "price", "79.99 a unit is below your lowest price, 80.00"),
        (at(121), "price", "121.00 a unit is above your asking price, 120.00"),
        (
            at(90, delivery_days=3),
            "price",
            "90.00 a unit is below your lowest price with these further terms, 101.25",
        ),
        (at(90, delivery_days=2), "terms.delivery_days", "2 delivery days are outside your own range, 3 to 20"),
    ],
)
def test_seller_is_told_which_of_its_limits_an_offer_goes_beyond(offer, field, limit):
    beyond = beyond_sellers(SELLER, (offer,))

    assert (beyond.field, beyond.limit) == (field, limit)


PRICES = st.integers(4_000, 13_000).map(lambda cents: Decimal(cents) / 100)
DAYS = st.none() | st.integers(0, 25)


@given(PRICES, DAYS)
def test_a_limit_is_named_exactly_where_the_terms_are_not_permitted(price, days):
    offer = at(price, **({} if days is None else {"delivery_days": days}))

    for limits, found in ((BUYER, beyond_buyers(BUYER, (offer,))), (SELLER, beyond_sellers(SELLER, (offer,)))):
        assert (str(found) == UNNAMED) is limits.permit(offer)
