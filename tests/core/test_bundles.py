"""What a seller gives, once, when it has sold the buyer another item of the session."""

from dataclasses import replace
from decimal import Decimal
from statistics import stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.core.because import Rule
from negotiation.core.events import BundleReached
from negotiation.core.folding import evolve
from negotiation.core.protocol import reach_bundle
from negotiation.core.strategy import choose_quote
from negotiation.core.visibility import BuyerViewer, SellerViewer, SpectatorViewer, buyer_view, see, seller_view
from tests.factories import a_seller, a_seller_view, a_setup, after, an_active_room, bid, played, quote

SOLD = BundleReached("acme")


@pytest.fixture
def room():
    """A room of one seller that gives a tenth for a bundle, and has made its first offer."""
    setup = a_setup(a_seller("acme"))
    seats = tuple(replace(seat, bundle_discount=Decimal("0.1")) for seat in setup.sellers)
    return played(an_active_room(replace(setup, sellers=seats)), bid("acme", 60), quote("acme", 100))


def test_sale_of_another_item_betters_the_next_offer_and_no_later_one(room):
    known = after(room, *reach_bundle(room, "acme"))
    offered = played(known, bid("acme", 61), quote("acme", 90))

    assert [seller_view(one, "acme").bundle_discount for one in (room, known, offered)] == [0, Decimal("0.1"), 0]


def test_second_sale_elsewhere_changes_nothing_more(room):
    assert reach_bundle(after(room, SOLD), "acme") == ()


def test_seller_that_gives_nothing_for_a_bundle_is_told_of_none():
    assert reach_bundle(an_active_room(a_setup(a_seller("acme"))), "acme") == ()


def test_offer_in_a_bundle_is_lower_by_the_discount_and_says_why():
    view = a_seller_view(bids=(60,))
    plain, bundled = choose_quote(view), choose_quote(replace(view, bundle_discount=Decimal("0.02")))

    assert plain.price * Decimal("0.975") <= bundled.price < plain.price
    assert bundled.because.rule is Rule.BUNDLE


@given(discount=st.decimals("0.01", "0.5", places=2), bids=st.lists(st.integers(50, 89), min_size=1, max_size=3))
def test_no_discount_leads_to_the_floor(discount, bids):
    view = replace(a_seller_view(bids=tuple(sorted(bids))), bundle_discount=discount)

    assert choose_quote(view).price > view.limits.floor


def test_floor_does_not_follow_from_what_a_bundle_gives():
    """From half the way, or any other known part of it, it would."""
    views = [replace(a_seller_view(bids=(60,)), seed=seed) for seed in range(100)]
    plain = [choose_quote(view).price for view in views]
    bundled = [choose_quote(replace(view, bundle_discount=Decimal("0.5"))).price for view in views]
    parts = [
        float((before - after) / (before - view.limits.floor))
        for view, before, after in zip(views, plain, bundled, strict=True)
    ]

    assert min(parts) < 0.3
    assert max(parts) > 0.7
    assert stdev(parts) > 0.1


def test_rivals_and_those_who_look_on_hear_nothing_of_it():
    assert see(SOLD, SellerViewer("bolt")) is None
    assert see(SOLD, SpectatorViewer(shows_talk=True)) is None


def test_both_sides_hear_of_it_but_not_what_it_is_worth(room):
    assert see(SOLD, SellerViewer("acme")) == see(SOLD, BuyerViewer()) == SOLD
    assert "0.1" not in repr(buyer_view(evolve(room, SOLD)))
