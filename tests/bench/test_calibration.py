import random

import pytest

from bench.calibration import database_cases, fixed_weights, judge
from bench.logistic import Bin, brier, calibration_error, fit, probability, reliability, sharpness
from bench.markets import (
    cases_of,
    draw_short_setup,
    draw_wide_setup,
    ended_cases,
    imagined_cases,
    play_markets,
    recorded_cases,
)
from negotiation.core.events import Accepted, Decided, MindFailed
from negotiation.core.opponent import estimate_limit
from negotiation.core.vocabulary import Party
from negotiation.models import Offer
from tests.factories import a_setup, play_out


def test_weights_are_found_again():
    chance = random.Random(3)
    rows = [(1.0, chance.uniform(-2, 2)) for _ in range(3000)]
    came = [chance.random() < probability((0.5, -2.0), row) for row in rows]

    weights = fit(rows, came)

    assert weights == pytest.approx((0.5, -2.0), abs=0.3)


def test_weight_that_must_not_speak_for_an_offer_is_held_at_nothing():
    rows = [(1.0, x / 10, y) for x in range(20) for y in (0.0, 1.0)]
    came = [x > 0.9 for _, x, _ in rows]

    _, held, _ = fit(rows, came, never_above_zero=(1,))

    assert held == pytest.approx(0, abs=1e-6)


def test_figures_of_a_perfect_and_a_useless_forecast():
    came = [True, False, True, False]

    assert brier([1.0, 0.0, 1.0, 0.0], came) == 0
    assert brier([0.5] * 4, came) == 0.25
    assert sharpness([0.5] * 4) == 0
    assert calibration_error([0.5] * 4, came) == 0
    assert reliability([0.12, 0.14, 0.99, 1.0], came) == [Bin(2, 0.13, 0.5), Bin(2, 0.995, 0.5)]


def test_rooms_that_are_fitted_to_have_asking_prices_hardly_and_far_above_floors():
    chance = random.Random(2)
    seats = [seat.limits for _ in range(60) for seat in draw_wide_setup(chance).sellers]

    spans = sorted(limits.ask / limits.floor for limits in seats)

    assert spans[0] < 1.05
    assert spans[-1] > 2.5


@pytest.fixture(scope="module")
def markets():
    return [*play_markets(10, 5, built_in=True), *play_markets(10, 6, built_in=False)]


def test_bargainers_of_all_kinds_keep_the_rules(markets):
    assert not [event for market in markets for event in market.events if isinstance(event, MindFailed)]


def test_offers_that_were_accepted_or_awarded_are_the_cases_that_were_taken():
    setup = a_setup()
    events = play_out(setup)

    taken = [case for case in cases_of(setup, events) if case.is_accepted]

    assert len(taken) == len({event.offer_id for event in events if isinstance(event, (Accepted, Decided))})


def test_probabilities_of_other_rooms_beat_fixed_weights_by_far(markets):
    chance = random.Random(1)
    cases = [case for market in markets for case in (*recorded_cases(market), *imagined_cases(market, chance))]

    judged = judge(cases, (0.0, 1.0))

    assert brier(judged.model, judged.came) < brier(judged.fixed, judged.came) / 4


def test_limits_mostly_lie_in_their_interval(markets):
    cases = [case for market in markets for case in recorded_cases(market)][::6]

    inside = sum(
        interval.low <= case.limit <= interval.high for case in cases if (interval := estimate_limit(case.sight))
    )

    assert inside / len(cases) > 0.6


def test_limits_mostly_lie_in_their_interval_when_all_is_over_after_few_rounds_too():
    chance = random.Random(7)
    short = [*play_markets(20, 5, built_in=True, draw=draw_short_setup), *play_markets(20, 6, built_in=False)]
    ends = [case for market in short for case in ended_cases(market.setup, market.events, chance)]

    for party in Party:
        own = [case for case in ends if case.sight.party is party]
        inside = [
            interval.low <= case.limit <= interval.high for case in own if (interval := estimate_limit(case.sight))
        ]
        assert sum(inside) / len(inside) > 0.8


def test_fixed_weights_always_give_a_share(markets):
    scores = [fixed_weights(case) for market in markets for case in recorded_cases(market)]

    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.django_db(transaction=True)
def test_rooms_of_the_database_are_judged_by_their_logs(played):
    ((title, cases),) = database_cases()

    assert title == "rooms of the database"
    assert len(cases) == Offer.objects.count()
    assert any(case.is_accepted for case in cases)
