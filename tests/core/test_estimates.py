import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.core.estimates import LEAST, MANY, Point, estimate, rate, slope, through_origin

SHARES = st.lists(st.floats(0, 1), min_size=LEAST, max_size=60)


def test_nothing_has_no_mean():
    assert (estimate([]), rate([]), slope([]), through_origin([])) == (None, None, None, None)


def test_interval_of_too_few_is_not_guessed():
    few = estimate([0.2, 0.4])

    assert few.mean == pytest.approx(0.3)
    assert (few.low, few.high, few.count) == (None, None, 2)


@settings(max_examples=40, deadline=None)
@given(SHARES)
def test_mean_lies_within_its_interval_and_the_interval_within_what_was_seen(values):
    found = estimate(values)

    assert min(values) - 1e-9 <= found.low <= found.mean + 1e-9
    assert found.mean - 1e-9 <= found.high <= max(values) + 1e-9


def test_same_values_have_the_same_interval_each_time():
    values = [random.Random(3).random() for _ in range(40)]

    assert estimate(values) == estimate(values)


def test_interval_of_many_is_as_wide_as_drawing_says():
    chance = random.Random(3)
    values = [chance.random() for _ in range(MANY)]

    drawn, computed = estimate(values[: MANY - 1]), estimate(values)

    assert computed.high - computed.low == pytest.approx(drawn.high - drawn.low, rel=0.15)


def test_rate_of_what_always_happened_may_still_be_less_than_one():
    always = rate([True] * 10)

    assert (always.mean, always.high) == (1, 1)
    assert always.low == pytest.approx(0.722, abs=0.001)


def test_slope_is_found_in_points_on_a_line():
    found = slope([Point(x, 2 + 0.5 * x) for x in range(10)])

    assert (found.mean, found.count) == (pytest.approx(0.5), 10)


def test_slope_leaves_out_what_goes_along_with_the_control():
    points = [Point(x=n % 4 + n, y=3 * n, control=n) for n in range(20)]

    assert slope(points).mean == pytest.approx(0, abs=1e-9)


def test_slope_over_what_does_not_vary_is_none():
    assert slope([Point(1, n) for n in range(20)]) is None


def test_line_through_the_origin_has_the_slope_of_its_points():
    assert through_origin([(-1, -0.2), (1, 0.2), (2, 0.4), (-2, -0.4)]).mean == pytest.approx(0.2)
