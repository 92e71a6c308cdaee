from dataclasses import replace
from decimal import Decimal

import pytest

from negotiation.core.analysis import Path, measure
from negotiation.core.samples import Case, Figure, anchoring, count, gist, histogram, position, study
from tests.factories import a_buyer, a_seller, a_setup, terms

# Acme could go to 80 and Bolt to 90, the buyer to 110.
RIVALS = a_setup(a_seller(floor=80, ask=120), a_seller("Bolt", floor=90, ask=115))
NOBODY = a_setup(a_seller(floor=111, ask=120))


def bought(price, winner="acme", setup=RIVALS, rounds=5, path=None):
    return Case(setup, measure(setup, winner, terms(price), rounds, path))


def unsold(setup=RIVALS):
    return Case(setup, measure(setup, None, None, 10))


def mean(cases, figure):
    found = study(cases).figures[figure]
    return None if found is None else found.mean


def test_rooms_are_counted_by_what_was_possible_and_what_came_of_it():
    counts = count([bought(90), unsold(), unsold(NOBODY), bought(112, setup=NOBODY)])

    assert (counts.rooms, counts.possible, counts.deals, counts.missed, counts.false_deals) == (4, 2, 2, 1, 1)


def test_rooms_where_no_deal_was_possible_do_not_lower_the_deal_rate():
    assert mean([bought(90), unsold(NOBODY)], Figure.DEAL_RATE) == 1


def test_missed_deal_counts_as_nothing_gained():
    assert mean([bought(90), unsold()], Figure.COMPETITIVE_SHARE) == 0.5


def test_no_room_makes_up_for_another_by_beating_the_auction():
    assert mean([bought(80), bought(110)], Figure.COMPETITIVE_SHARE) == 0.5


def test_lone_sellers_are_measured_by_how_evenly_they_split():
    alone = a_setup(a_seller(floor=80))

    cases = [bought(95, setup=alone), bought(110, setup=alone), bought(80)]

    assert mean(cases, Figure.SPLIT_ALONE) == 0.25
    assert mean(cases, Figure.NASH_RATIO_ALONE) == 0.5


def test_wrong_winner_lowers_the_efficiency_and_is_told():
    cases = [bought(90), bought(95, "bolt")]

    assert mean(cases, Figure.CORE_SELLER_WON) == 0.5
    assert mean(cases, Figure.EFFICIENCY) == pytest.approx((1 + 20 / 30) / 2)


def test_money_is_told_in_parts_of_the_limit_so_that_currencies_mix():
    assert mean([bought(99)], Figure.LEFT_ON_THE_TABLE) == pytest.approx(19 / 110)
    assert mean([bought(99)], Figure.REGRET) == pytest.approx(9 / 110)
    assert mean([bought(99)], Figure.SAVED_AGAINST_ASK) == pytest.approx(21 / 120)
    assert mean([bought(99)], Figure.SAVED_AGAINST_LIMIT) == pytest.approx(0.1)


def test_ways_are_measured_where_both_sides_spoke():
    way = Path(Decimal(55), Decimal(120), Decimal(94))

    cases = [bought(94, path=way), bought(94)]

    assert mean(cases, Figure.OPENING_GAP) == pytest.approx(65 / 110)
    assert mean(cases, Figure.BUYER_CONCEDED) == pytest.approx(0.6)


def test_what_was_spent_on_models_is_averaged_over_all_rooms():
    cases = [replace(unsold(NOBODY), tokens=30, cost=Decimal("0.02"), seconds=4.0), bought(90)]

    assert (mean(cases, Figure.TOKENS), mean(cases, Figure.COST), mean(cases, Figure.SECONDS)) == (15, 0.01, 2)


def test_shares_are_spread_over_bins_of_which_the_last_beats_the_auction():
    bins = histogram(case.measures for case in [bought(90), bought(85), bought(101), unsold(), unsold(NOBODY)])

    assert {(each.low, each.count) for each in bins if each.count} == {(0.0, 1), (0.4, 1), (1.0, 2)}
    assert bins[-1].high is None


@pytest.mark.parametrize("price", ["111", "112", "135", "610"])
def test_shares_of_a_buyer_that_paid_more_than_its_limit_are_in_the_first_bin(price):
    bins = histogram([bought(price).measures])

    assert [each.count for each in bins] == [1] + [0] * 10


def test_prices_that_follow_the_asking_prices_of_twins_are_found():
    cases = [_twin(ask, price) for ask, price in ((110, 85), (120, 87), (130, 89), (140, 91), (150, 93), (160, 95))]

    assert anchoring(cases).twins.mean == pytest.approx(0.2)


def test_prices_that_do_not_follow_the_asking_prices_of_twins_have_no_slope():
    assert anchoring([_twin(ask, 90) for ask in (110, 120, 130, 140)]).twins.mean == pytest.approx(0)


def test_rooms_with_other_floors_are_no_twins():
    others = [_twin(110, 85), bought(85, setup=a_setup(a_seller(floor=81, ask=150)))]

    assert anchoring(others).twins is None


def test_anchoring_across_rooms_holds_competition_fixed():
    cases = []
    for n in range(12):
        asks = (110 + n, 112 + 3 * (n % 4), 118)
        floors = (80, 82 + n, 95 + n)
        sellers = [a_seller(name, floor=f, ask=a) for name, f, a in zip(("A", "B", "C"), floors, asks, strict=True)]
        cases.append(bought(82 + n, "a", a_setup(*sellers)))

    assert anchoring(cases).contested.mean == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("first", "excess"), [("Acme", 0), ("Bolt", 1)])
def test_position_counts_what_the_first_listed_won_beyond_its_merit(first, excess):
    acme, bolt = a_seller(floor=80), a_seller("Bolt", floor=90)
    setup = a_setup(*((acme, bolt) if first == "Acme" else (bolt, acme)))

    found = position([bought(95, first.lower(), setup)] * 6)

    assert (found.won, found.excess.mean) == (1, excess)


def test_equal_sellers_have_equal_merit_wherever_they_stand():
    setup = a_setup(a_seller(floor=80), a_seller("Bolt", floor=80))

    assert position([bought(85, "bolt", setup)]).merit == 0.5


def test_place_of_a_seller_that_could_not_have_closed_does_not_count():
    setup = a_setup(a_seller(floor=130, ask=140), a_seller("Bolt", floor=80), a_seller("Cedar", floor=90))

    assert position([bought(85, "bolt", setup)]).won == 1


def test_without_a_choice_no_position_is_preferred():
    assert position([bought(85, setup=a_setup(a_seller(floor=80))), unsold()]) is None


def test_gist_agrees_with_the_study():
    cases = [bought(90), bought(100, rounds=9), unsold()]

    short, whole = gist(cases), study(cases)

    assert short.counts == whole.counts
    assert short.competitive_share == whole.figures[Figure.COMPETITIVE_SHARE]
    assert short.rounds == whole.figures[Figure.ROUNDS].mean == 7


def test_nothing_to_study_is_no_error():
    found = study([])

    assert set(found.figures.values()) == {None}
    assert (found.position, found.anchoring.twins, gist([]).rounds) == (None, None, None)


def test_study_of_rooms_that_give_their_goods_away_is_no_error():
    free = a_setup(a_seller(floor=0, ask=0, cost=0), buyer=a_buyer(minimum=0, maximum=1))

    assert mean([bought(0, setup=free)], Figure.SAVED_AGAINST_ASK) is None


def _twin(ask, price):
    """Alike in all that is private."""
    return bought(price, setup=a_setup(a_seller(floor=80, ask=ask)))
