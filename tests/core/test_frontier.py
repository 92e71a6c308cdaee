from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.core import frontier as module
from negotiation.core.frontier import frontier, place
from negotiation.core.preferences import Range
from negotiation.core.terms import CENT, Terms
from tests.factories import a_buyer, a_seller, a_setup

DAYS = "delivery_days"


def a_room(*, buyers="-2", sellers="0.5", low=1, high=10, floor=80, ask=120, minimum=50, maximum=110):
    """The buyer would have it soon, the seller deliver late, and the buyer gains more by it."""
    buyer = replace(a_buyer(minimum=minimum, maximum=maximum), extras=(Range(DAYS, low, high, Decimal(buyers)),))
    seat = a_seller(floor=floor, ask=ask)
    seat = replace(seat, limits=replace(seat.limits, extras=(Range(DAYS, low, high, Decimal(sellers)),)))
    return a_setup(seat, buyer=buyer)


def days(price, value):
    return Terms(Decimal(price), 4, ((DAYS, value),))


def test_whoever_gains_more_by_a_term_has_it_all_along_the_frontier():
    assert {point.extras for point in frontier(a_room(), "acme").points} == {((DAYS, 1),)}
    assert {point.extras for point in frontier(a_room(buyers="-0.2"), "acme").points} == {((DAYS, 10),)}


def test_with_all_prices_open_every_solution_halves_the_joint_gain():
    front = frontier(a_room(), "acme")

    # The seller bears 4.50 for delivering in a day: 110 - 80 - 4.50 = 25.50 are to be shared.
    for point in (front.nash, front.kalai_smorodinsky, front.egalitarian):
        assert point.unit_price == Decimal("97.25")
        assert point.buyer_gain == point.seller_gain == Decimal("12.75")


def test_an_agreement_on_the_frontier_leaves_nothing_and_another_what_both_could_have_had_besides():
    assert place(a_room(), "acme", days(100, 1)).left_per_unit == 0
    # Each day costs the buyer 2.00 and saves the seller 0.50.
    assert place(a_room(), "acme", days(100, 5)).left_per_unit == 4 * Decimal("1.50")


def test_a_low_asking_price_makes_another_combination_the_last_word_at_the_sellers_end():
    front = frontier(a_room(ask=90), "acme")

    assert front.points[0].extras == ((DAYS, 10),)
    assert front.points[-1].extras == ((DAYS, 1),)
    assert front.points[0].seller_gain == 10


def test_points_run_from_the_sellers_best_to_the_buyers():
    points = frontier(a_room(ask=90), "acme").points

    assert [point.buyer_gain for point in points] == sorted(point.buyer_gain for point in points)
    assert [point.seller_gain for point in points] == sorted((p.seller_gain for p in points), reverse=True)


def test_there_is_no_frontier_where_only_the_price_is_bargained_over_or_nothing_can_be_agreed():
    assert frontier(a_setup(), "acme") is None
    assert frontier(a_room(floor=115), "acme") is None


def test_wide_ranges_are_coarsened_and_say_so(monkeypatch):
    monkeypatch.setattr(module, "MOST_COMBINATIONS", 50)

    fine, coarse = frontier(a_room(high=40), "acme"), frontier(a_room(high=4000, buyers="-0.001"), "acme")

    assert (fine.is_coarse, fine.combinations) == (False, 40)
    assert coarse.is_coarse
    assert coarse.combinations <= 50


worths = st.integers(-300, 300).map(lambda cents: Decimal(cents) / 100)


@settings(max_examples=40, deadline=None)
@given(worths, worths, st.integers(60, 120), st.integers(1, 60), st.integers(1, 10), st.integers(60, 130))
def test_no_legal_agreement_is_better_for_both_than_the_frontier(buyers, sellers, floor, span, value, price):
    setup = a_room(buyers=buyers, sellers=sellers, floor=floor, ask=floor + span)
    front, terms = frontier(setup, "acme"), days(price, value)
    if front is None or not (setup.buyer.permit(terms) and setup.sellers[0].limits.permit(terms)):
        return

    placed = place(setup, "acme", terms)

    gained = setup.buyer.maximum - price - setup.buyer.extras[0].burden(value)
    kept = price - setup.sellers[0].limits.floor - setup.sellers[0].limits.extras[0].burden(value)
    better = [p for p in front.points if p.buyer_gain >= gained + CENT and p.seller_gain >= kept + CENT]
    assert bool(placed.left_per_unit > 2 * CENT) or not better
    assert front.nash.buyer_gain * front.nash.seller_gain >= gained * kept - Decimal("0.02")
    assert min(front.egalitarian.buyer_gain, front.egalitarian.seller_gain) >= min(gained, kept) - CENT


@pytest.mark.parametrize("solution", ["nash", "kalai_smorodinsky", "egalitarian"])
def test_each_solution_is_an_agreement_that_both_may_close(solution):
    setup = a_room(ask=90, minimum=70)
    point = getattr(frontier(setup, "acme"), solution)
    terms = Terms(point.unit_price, 4, point.extras)

    assert setup.buyer.permit(terms)
    assert setup.sellers[0].limits.permit(terms)
    assert place(setup, "acme", terms).left_per_unit == 0
