from decimal import Decimal

import pytest

from tests.factories import a_buyer, a_seller, terms

BUYER = a_buyer(minimum=50, maximum=110, quantity=4)
SELLER = a_seller(floor=80, ask=120, stock=10).limits


@pytest.mark.parametrize(
    ("price", "quantity", "permitted"),
    [
        ("49.99", 4, False),
        ("50", 4, True),
        ("110", 4, True),
        ("110.01", 4, False),
        ("80", 3, True),
        ("80", 5, False),
    ],
)
def test_buyer_may_only_agree_within_its_mandate_and_never_to_more_units_than_it_needs(price, quantity, permitted):
    assert BUYER.permit(terms(price, quantity)) is permitted


@pytest.mark.parametrize(
    ("price", "quantity", "permitted"),
    [
        ("79.99", 4, False),
        ("80", 4, True),
        ("120", 4, True),
        ("120.01", 4, False),
        ("80", 10, True),
        ("80", 11, False),
    ],
)
def test_seller_may_only_agree_between_floor_and_asking_price_and_never_to_more_than_its_stock(
    price, quantity, permitted
):
    assert SELLER.permit(terms(price, quantity)) is permitted


def test_buyer_gains_what_it_saves_against_its_limit_on_all_units():
    assert BUYER.surplus(terms("90.25", 4)) == Decimal("79.00")


def test_seller_gains_what_it_earns_above_its_floor_on_all_units():
    assert SELLER.surplus(terms("90.25", 4)) == Decimal("41.00")


def test_both_sides_gains_together_do_not_depend_on_the_price():
    low, high = terms(85), terms(105)

    assert BUYER.surplus(low) + SELLER.surplus(low) == BUYER.surplus(high) + SELLER.surplus(high)
