from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from negotiation.core import analysis as module
from negotiation.core.analysis import Market, Path, Zopa, lowest_legal_price, measure, survey
from negotiation.core.frontier import MOST_COMBINATIONS, common_values, frontier
from negotiation.core.preferences import BuyerLimits, Range
from negotiation.core.terms import CENT
from negotiation.core.vocabulary import Party
from tests.factories import a_buyer, a_seller, a_setup, some_setups, terms
from tests.rooms_with_terms import some_rooms_with_terms

BUYER = a_buyer(minimum=50, maximum=110, quantity=4)
# Acme could go to 80 and Bolt to 90, the buyer to 110: an auction would end at 90.
RIVALS = a_setup(a_seller(floor=80, ask=120), a_seller("Bolt", floor=90, ask=115))
ALONE = a_setup(a_seller(floor=80, ask=120))
NOBODY = a_setup(a_seller(floor=111, ask=120))


def shares(measures):
    return [measures.ideal_share, measures.competitive_share, measures.seller_share, measures.efficiency]


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
    assert survey(NOBODY) == Market(None, None)


def test_savings_are_over_all_units():
    measures = measure(RIVALS, "acme", terms(90))

    assert measures.saved_against_ask == 120
    assert measures.saved_against_best_ask == 100
    assert measures.saved_against_limit == 80


@pytest.mark.parametrize(("price", "buyer", "seller"), [(80, "1", "0"), (110, "0", "1"), (95, "0.5", "0.5")])
def test_shares_tell_how_the_two_divided_what_there_was(price, buyer, seller):
    measures = measure(ALONE, "acme", terms(price))

    assert (measures.ideal_share, measures.seller_share) == (Decimal(buyer), Decimal(seller))


@pytest.mark.parametrize(("price", "share"), [(90, "1"), (100, "0.5"), (85, "1.25"), (110, "0")])
def test_competitive_share_is_one_at_the_competitive_price(price, share):
    assert measure(RIVALS, "acme", terms(price)).competitive_share == Decimal(share)


def test_competitive_share_counts_as_one_at_most_where_it_is_averaged():
    assert measure(RIVALS, "acme", terms(85)).captured == 1


def test_competitive_share_is_not_averaged_where_an_auction_would_leave_next_to_nothing():
    setup = a_setup(a_seller(floor=80), a_seller("Bolt", floor=109))

    assert measure(setup, "acme", terms(100)).captured is None


def test_nobody_has_a_share_of_nothing():
    assert shares(measure(a_setup(a_seller(floor=110)), "acme", terms(110))) == [None] * 4


def test_missed_deal_gives_the_buyer_nothing_of_what_was_possible():
    measures = measure(RIVALS, None, None, 10)

    assert measures.is_missed
    assert shares(measures) == [0, 0, None, 0]
    assert (measures.regret, measures.left_by(Party.BUYER)) == (20, 30)


def test_room_without_a_possible_deal_misses_nothing():
    measures = measure(NOBODY, None, None, 10)

    assert (measures.is_feasible, measures.is_missed) == (False, False)
    assert shares(measures) == [None] * 4


def test_deal_that_nobody_could_legally_make_is_called_false_and_has_no_share():
    measures = measure(NOBODY, "acme", terms(112))

    assert measures.is_false_deal
    assert [*shares(measures), measures.split, measures.is_in_core] == [None] * 6


@pytest.mark.parametrize(
    ("winner", "price", "is_in_core"),
    [("acme", 80, True), ("acme", 90, True), ("acme", "90.01", False), ("bolt", 90, False)],
    ids=["ideal", "competitive", "dearer", "wrong-seller"],
)
def test_deal_is_in_the_core_if_the_right_seller_won_at_no_more_than_the_competitive_price(winner, price, is_in_core):
    assert measure(RIVALS, winner, terms(price)).is_in_core is is_in_core


def test_wrong_winner_wastes_what_the_right_one_could_have_gone_lower():
    measures = measure(RIVALS, "bolt", terms(95))

    assert measures.efficiency == Decimal(20) / 30
    assert (measures.has_core_winner, measures.cost_of_winner) == (False, 10)


def test_seller_under_the_buyers_minimum_is_as_good_as_another_though_its_floor_is_lower():
    setup = a_setup(a_seller(floor=40), a_seller("Bolt", floor=30))

    measures = measure(setup, "acme", terms(60))

    assert (measures.has_core_winner, measures.deal.has_lowest_floor) == (True, False)


def test_floor_of_a_seller_with_too_few_units_counts_for_nothing():
    setup = a_setup(a_seller(floor=80), a_seller("Bolt", floor=70, stock=3))

    assert measure(setup, "acme", terms(90)).deal.has_lowest_floor


@pytest.mark.parametrize(("price", "regret"), [(95, 5), (85, -5)])
def test_regret_is_what_an_auction_would_have_saved(price, regret):
    assert measure(RIVALS, "acme", terms(price)).regret == regret


def test_lone_seller_leaves_nothing_to_regret():
    assert measure(ALONE, "acme", terms(95)).regret is None


def test_each_side_left_on_the_table_what_the_other_would_have_borne():
    measures = measure(ALONE, "acme", terms(95))

    assert (measures.left_by(Party.BUYER), measures.left_by(Party.SELLER)) == (15, 15)


def test_seller_could_not_have_had_more_than_it_asked():
    measures = measure(a_setup(a_seller(floor=80, ask=100)), "acme", terms(95))

    assert measures.left_by(Party.SELLER) == 5


@pytest.mark.parametrize(("price", "nash", "jain"), [(95, "1", "1"), (80, "0", "0.5"), (110, "0", "0.5")])
def test_even_split_is_fair_and_having_all_is_not(price, nash, jain):
    measures = measure(ALONE, "acme", terms(price))

    assert (measures.nash_ratio, measures.jain_index) == (Decimal(nash), Decimal(jain))


def test_both_sides_together_give_the_whole_opening_gap():
    path = Path(first_bid=Decimal(50), first_quote=Decimal(120), end=Decimal(64))

    assert (path.opening_gap, path.buyer_part, path.seller_part) == (70, Decimal("0.2"), Decimal("0.8"))


def test_sides_that_began_at_the_same_price_gave_nothing():
    assert Path(Decimal(50), Decimal(50), Decimal(50)).buyer_part is None


@st.composite
def some_deals(draw):
    """A legal deal in a random room, as measured."""
    setup = draw(some_setups())
    able = [seat for seat in setup.sellers if lowest_legal_price(setup.buyer, seat.limits) is not None]
    assume(able)
    seat = draw(st.sampled_from(able))
    low, high = max(seat.limits.floor, setup.buyer.minimum), min(setup.buyer.maximum, seat.limits.ask)
    price = low + ((high - low) * draw(st.integers(0, 100)) / 100).quantize(Decimal("0.01"))
    return setup, seat.seller_id, terms(min(price, high), setup.buyer.quantity)


@settings(max_examples=60, deadline=None)
@given(some_setups())
def test_competitive_price_lies_in_the_zone(setup):
    market = survey(setup)

    assert (market.zopa is None) == (market.competitive_price is None)
    if market.zopa is not None:
        assert market.zopa.low <= market.competitive_price <= market.zopa.high


@settings(max_examples=100, deadline=None)
@given(some_deals())
def test_what_both_sides_have_is_all_that_this_winner_left_to_share(deal):
    measures = measure(*deal)
    assume(measures.surplus > 0)

    assert measures.ideal_share + measures.seller_share == pytest.approx(measures.efficiency)


@settings(max_examples=100, deadline=None)
@given(some_deals())
def test_shares_indices_and_ratios_of_a_legal_deal_are_within_their_bounds(deal):
    measures = measure(*deal)
    assume(measures.split is not None)

    assert 0 <= measures.ideal_share <= 1
    assert 0 <= measures.seller_share <= 1
    assert 0 <= measures.efficiency <= 1
    assert 0 <= measures.nash_ratio <= 1
    assert Decimal("0.5") <= measures.jain_index <= 1
    assert measures.competitive_share is None or measures.competitive_share >= measures.ideal_share


@settings(max_examples=100, deadline=None)
@given(some_deals())
def test_deal_in_the_core_loses_nothing_and_captures_all(deal):
    measures = measure(*deal)
    assume(measures.is_in_core and measures.surplus > 0)

    assert measures.efficiency == 1
    assert measures.captured in (None, 1)
    assert measures.regret is None or measures.regret <= 0


@settings(max_examples=60, deadline=None)
@given(some_deals(), st.sampled_from([2, 10, 1000]))
def test_shares_do_not_depend_on_the_currency(deal, factor):
    setup, winner, agreed = deal
    dearer = replace(
        setup,
        buyer=_times(setup.buyer, factor, ("minimum", "maximum")),
        sellers=tuple(
            replace(seat, limits=_times(seat.limits, factor, ("cost", "floor", "ask"))) for seat in setup.sellers
        ),
    )

    before, after = measure(*deal), measure(dearer, winner, replace(agreed, unit_price=agreed.unit_price * factor))

    assert shares(after) == pytest.approx(shares(before))
    assert after.split == pytest.approx(before.split)


@settings(max_examples=60, deadline=None)
@given(some_deals(), st.integers(1, 500))
def test_shares_do_not_depend_on_a_part_of_all_prices_that_nobody_bargains_over(deal, more):
    setup, winner, agreed = deal
    dearer = replace(
        setup,
        buyer=_plus(setup.buyer, more, ("minimum", "maximum")),
        sellers=tuple(
            replace(seat, limits=_plus(seat.limits, more, ("cost", "floor", "ask"))) for seat in setup.sellers
        ),
    )

    after = measure(dearer, winner, replace(agreed, unit_price=agreed.unit_price + more))

    assert shares(after) == pytest.approx(shares(measure(*deal)))
    assert after.regret == measure(*deal).regret


def _times(limits: BuyerLimits, factor, names):
    return replace(limits, **{name: getattr(limits, name) * factor for name in names})


def _plus(limits: BuyerLimits, more, names):
    return replace(limits, **{name: getattr(limits, name) + more for name in names})


def with_terms(seat, *ranges):
    return replace(seat, limits=replace(seat.limits, extras=ranges))


def test_terms_that_suit_one_side_more_than_they_burden_the_other_make_lower_prices_possible():
    buyer = replace(BUYER, extras=(Range("delivery_days", 0, 10, Decimal(-1)),))
    slow = with_terms(a_seller(floor=80), Range("delivery_days", 5, 20, Decimal("0.5")))

    # 5 days burden the buyer with 5 and the seller with 7.50; 10 days would with 10 and 5.
    assert lowest_legal_price(buyer, slow.limits) == Decimal("92.50")


def test_deal_at_terms_that_burden_both_is_less_efficient_than_one_at_the_best_terms():
    buyer = replace(BUYER, extras=(Range("delivery_days", 0, 10, Decimal(-1)),))
    setup = a_setup(with_terms(a_seller(floor=80), Range("delivery_days", 0, 10, Decimal("0.5"))), buyer=buyer)

    best = measure(setup, "acme", replace(terms(90), extras=(("delivery_days", 0),)))
    worse = measure(setup, "acme", replace(terms(85), extras=(("delivery_days", 10),)))

    assert best.efficiency == 1
    assert worse.efficiency == Decimal(20) / 25
    assert worse.ideal_share + worse.seller_share == worse.efficiency


def over_delivery(*, minimum=0, maximum, buyers, floor, ask, sellers, high=15):
    """One room in which the buyer would have it soon and the seller would deliver late, of 5 to `high` days."""
    buyer = replace(
        a_buyer(minimum=minimum, maximum=maximum), extras=(Range("delivery_days", 5, high, Decimal(buyers)),)
    )
    seat = with_terms(a_seller(floor=floor, ask=ask), Range("delivery_days", 5, high, Decimal(sellers)))
    return a_setup(seat, buyer=buyer)


def test_no_deal_is_possible_where_the_best_terms_would_cost_more_than_the_seller_asks():
    setup = over_delivery(maximum=120, buyers=-6, floor=90, ask=100, sellers="2.3333")

    # 5 days would cost 113.34; at 100 the seller delivers in 11, which burdens the buyer with 36.
    assert survey(setup) == Market(None, None)
    assert not measure(setup, None, None).is_missed


def test_asking_price_makes_terms_count_that_burden_the_two_together_more():
    setup = over_delivery(maximum=150, buyers=-6, floor=90, ask=100, sellers="2.5")

    # 11 days at 100 come to 136 for the buyer, 12 at 97.50 to 139.50.
    assert survey(setup).zopa.low == 136


def test_sellers_who_are_under_the_minimum_give_their_best_terms_for_nothing():
    setup = over_delivery(minimum=100, maximum=120, buyers=-1, floor=70, ask=110, sellers=2)

    assert survey(setup).zopa.low == 100


def test_buyers_minimum_makes_terms_count_that_burden_the_two_together_more():
    setup = over_delivery(minimum=100, maximum=130, buyers=-1, floor=85, ask=120, sellers=2)

    # Up to 15 the seller's burden is within what the minimum gives it anyhow: 8 days and no fewer.
    assert survey(setup).zopa.low == 103


def test_wide_ranges_are_looked_at_in_even_steps(monkeypatch):
    monkeypatch.setattr(module, "MOST_COMBINATIONS", 10)
    setup = over_delivery(maximum=900, buyers=-6, floor=90, ask=100, sellers="2.5", high=50)

    assert survey(setup).zopa.low >= 6 * 41 + 100


@st.composite
def some_rooms_to_search(draw):
    """With one seller and something to bargain over besides the price."""
    setup = draw(some_rooms_with_terms())
    seat = setup.sellers[0]
    assume(setup.agenda(seat.seller_id))
    return replace(setup, sellers=(seat,))


@settings(max_examples=60, deadline=None)
@given(some_rooms_to_search())
def test_deal_is_possible_where_the_frontier_has_points_and_none_of_them_is_lower(setup):
    seat = setup.sellers[0]
    _, is_coarse = common_values(setup.buyer, seat.limits, MOST_COMBINATIONS)
    assume(not is_coarse)

    front, lowest = frontier(setup, seat.seller_id), lowest_legal_price(setup.buyer, seat.limits)

    assert (front is None) == (lowest is None)
    if front is not None:
        ideal = setup.buyer.maximum - max(point.buyer_gain for point in front.points)
        assert ideal - CENT <= lowest <= ideal + CENT / 1000
