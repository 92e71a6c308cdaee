import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm.retries import retry_delay_seconds


class _Most(random.Random):
    """Always draws the upper end."""

    def uniform(self, a: float, b: float) -> float:
        return b


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 0.25), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 10.0), (5000, 10.0)]
)
def test_bound_of_the_delay_begins_small_and_doubles_up_to_the_most(attempts: int, seconds: float) -> None:
    delay = retry_delay_seconds(attempts, first_seconds=1.0, most_seconds=10.0, chance=_Most())

    assert delay == seconds


def test_delays_are_spread_over_the_whole_range() -> None:
    chance = random.Random(1)

    delays = [retry_delay_seconds(4, first_seconds=1.0, most_seconds=10.0, chance=chance) for _ in range(200)]

    assert min(delays) < 0.2
    assert max(delays) > 3.8


@settings(deadline=None)
@given(st.integers(1, 50), st.floats(0, 100), st.floats(0, 100), st.randoms(use_true_random=False))
def test_server_is_never_asked_before_the_time_it_named(
    attempts: int, first_seconds: float, retry_after_seconds: float, chance: random.Random
) -> None:
    delay = retry_delay_seconds(
        attempts,
        first_seconds=first_seconds,
        most_seconds=20.0,
        chance=chance,
        retry_after_seconds=retry_after_seconds,
    )

    assert retry_after_seconds <= delay <= max(20.0, retry_after_seconds)
