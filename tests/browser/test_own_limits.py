from typing import Any

import pytest

from tests.browser.modules import call

pytestmark = pytest.mark.browser

SELLER = {
    **{"least_price": 100, "selling_price": 200, "cost_price": 80, "stock": 40},
    **{"terms": {"delivery_days": [5, 20], "warranty_months": [12, 12]}, "term_worth": {"delivery_days": 2}},
}
BUYER = {
    **{"min_price_per_unit": 90, "max_price_per_unit": 150},
    **{"terms": {"delivery_days": [3, 15]}, "term_worth": {"delivery_days": -1}},
}


def start(blank: Any, limits: Any, price: float, own: Any = None, **terms: int) -> Any:
    return call(blank, "own_limits", "within", limits, {"price": price, "quantity": 5, "terms": terms}, own)


def test_a_counter_offer_starts_with_the_terms_moved_into_the_own_ranges(blank):
    assert start(blank, SELLER, 150, delivery_days=3, payment_days=30) == {
        "price": 150,
        "quantity": 5,
        "terms": {"delivery_days": 5},
    }


def test_a_price_beyond_the_own_limit_is_no_start(blank):
    own = {"price": 180}

    assert start(blank, SELLER, 99, own)["price"] == 180
    assert start(blank, SELLER, 129, own, delivery_days=5)["price"] == 180
    assert start(blank, SELLER, 131, own, delivery_days=5)["price"] == 131
    assert "price" not in start(blank, SELLER, 99) or start(blank, SELLER, 99)["price"] is None
    assert start(blank, BUYER, 145, {"price": 120}, delivery_days=15)["price"] == 120
    assert start(blank, BUYER, 145, {"price": 120}, delivery_days=5)["price"] == 145


def test_who_has_no_limits_starts_from_the_offer_as_it_is(blank):
    assert start(blank, None, 99, delivery_days=3)["terms"] == {"delivery_days": 3}


def test_fields_tell_the_own_limits(blank):
    fields = ["delivery_days", "payment_days", "warranty_months"]

    assert call(blank, "own_limits", "hints", SELLER, "USD", fields) == {
        "price": "Yours: $100.00 to $200.00",
        "quantity": "In stock: 40",
        "delivery_days": "Yours: 5 to 20",
        "payment_days": "Not among your terms",
        "warranty_months": "Yours: 12",
    }
    assert call(blank, "own_limits", "hints", BUYER, "USD", [])["price"] == "Yours: $90.00 to $150.00"
