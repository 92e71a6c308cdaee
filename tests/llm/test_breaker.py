import random

import pytest

from llm.breaker import LEAST_FAILURES, OPEN_SECONDS, WINDOW_SECONDS, Breaker, is_failure
from llm.errors import (
    Fault,
    ProviderDisabledError,
    ProviderError,
    ProviderResponseError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)


class _Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def _call(breaker: Breaker, *, fails: bool) -> None:
    permit = breaker.admit()
    assert permit is not None
    if fails:
        breaker.fail(permit)
    else:
        breaker.succeed(permit)


def _opened(clock: _Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(LEAST_FAILURES):
        _call(breaker, fails=True)
    assert breaker.is_open
    return breaker


def test_fifth_failure_in_a_row_opens() -> None:
    breaker = Breaker(_Clock())
    for _ in range(4):
        _call(breaker, fails=True)
    was_open = breaker.is_open

    _call(breaker, fails=True)

    assert not was_open
    assert breaker.is_open
    assert breaker.admit() is None


def test_refusals_that_come_before_slower_replies_do_not_open() -> None:
    breaker = Breaker(_Clock())
    slow = [breaker.admit() for _ in range(20)]

    for _ in range(LEAST_FAILURES):
        _call(breaker, fails=True)

    assert not breaker.is_open
    assert None not in slow


def test_calls_that_hang_do_not_hide_that_all_that_began_before_them_failed() -> None:
    breaker = Breaker(_Clock())
    failing = [breaker.admit() for _ in range(LEAST_FAILURES)]
    for _ in range(20):
        breaker.admit()

    for permit in failing:
        assert permit is not None
        breaker.fail(permit)

    assert breaker.is_open


def test_failures_spread_over_more_than_a_minute_do_not_open() -> None:
    clock = _Clock()
    breaker = Breaker(clock)

    for _ in range(50):
        _call(breaker, fails=True)
        clock.seconds += WINDOW_SECONDS / 4 + 1

    assert not breaker.is_open


def test_one_success_among_five_failures_does_not_keep_it_closed() -> None:
    breaker = Breaker(_Clock())

    for fails in (True, True, False, True, True, True):
        _call(breaker, fails=fails)

    assert breaker.is_open


def test_server_that_dies_in_full_swing_is_noticed_after_twelve_calls() -> None:
    breaker = Breaker(_Clock())
    for _ in range(1000):
        _call(breaker, fails=False)

    for _ in range(11):
        _call(breaker, fails=True)
    was_open = breaker.is_open
    _call(breaker, fails=True)

    assert not was_open
    assert breaker.is_open


@pytest.mark.parametrize("seed", range(20))
def test_every_fifth_call_failing_at_random_does_not_open(seed: int) -> None:
    breaker, chance = Breaker(_Clock()), random.Random(seed)

    for _ in range(2000):
        _call(breaker, fails=chance.random() < 0.2)

    assert not breaker.is_open


def test_rooms_that_all_wait_for_a_call_that_hangs_do_not_open() -> None:
    """A room asks several at once and goes on when all have replied: soon every room waits for a call that hangs, and
    these end in a row."""
    breaker = Breaker(_Clock())
    begun = [(breaker.admit(), number % 3 == 0) for number in range(45)]

    for fails in (False, True):
        for permit, hangs in begun:
            assert permit is not None
            if hangs == fails:
                (breaker.fail if fails else breaker.succeed)(permit)

    assert not breaker.is_open


def test_nobody_passes_for_thirty_seconds() -> None:
    clock = _Clock()
    breaker = _opened(clock)

    clock.seconds += OPEN_SECONDS - 0.1

    assert breaker.admit() is None


def test_then_one_probe_passes_and_no_other() -> None:
    clock = _Clock()
    breaker = _opened(clock)
    clock.seconds += OPEN_SECONDS

    probe, other = breaker.admit(), breaker.admit()

    assert probe is not None
    assert other is None
    assert breaker.is_open


def test_success_of_the_probe_closes() -> None:
    clock = _Clock()
    breaker = _opened(clock)
    clock.seconds += OPEN_SECONDS

    _call(breaker, fails=False)

    assert not breaker.is_open
    for _ in range(4):
        _call(breaker, fails=True)
    assert not breaker.is_open


def test_failure_of_the_probe_opens_for_thirty_seconds_more() -> None:
    clock = _Clock()
    breaker = _opened(clock)
    clock.seconds += OPEN_SECONDS

    _call(breaker, fails=True)

    clock.seconds += OPEN_SECONDS - 0.1
    assert breaker.admit() is None
    clock.seconds += 0.1
    assert breaker.admit() is not None


def test_probe_that_came_to_nothing_lets_the_next_one_through() -> None:
    clock = _Clock()
    breaker = _opened(clock)
    clock.seconds += OPEN_SECONDS
    probe = breaker.admit()
    assert probe is not None

    breaker.withdraw(probe)

    assert breaker.admit() is not None


def test_call_from_before_the_opening_decides_nothing() -> None:
    clock = _Clock()
    breaker = Breaker(clock)
    early = [breaker.admit() for _ in range(3)]
    while not breaker.is_open:
        _call(breaker, fails=True)
    clock.seconds += OPEN_SECONDS - 1

    for permit, end in zip(early, (breaker.succeed, breaker.fail, breaker.withdraw), strict=True):
        assert permit is not None
        end(permit)

    assert breaker.is_open
    clock.seconds += 1
    assert not breaker.is_open


def test_call_from_before_the_opening_does_not_end_the_probe() -> None:
    clock = _Clock()
    breaker = Breaker(clock)
    early = breaker.admit()
    assert early is not None
    for _ in range(LEAST_FAILURES):
        _call(breaker, fails=True)
    clock.seconds += OPEN_SECONDS
    breaker.admit()

    breaker.withdraw(early)

    assert breaker.admit() is None


def test_reset_makes_the_probe_a_call_like_any_other() -> None:
    clock = _Clock()
    breaker = _opened(clock)
    clock.seconds += OPEN_SECONDS
    probe = breaker.admit()
    assert probe is not None

    breaker.reset()
    breaker.fail(probe)

    assert not breaker.is_open


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (ProviderUnavailableError("away"), True),
        (ProviderTimeoutError("slow"), True),
        (ProviderResponseError("garbage", Fault.MALFORMED, is_retryable=True), True),
        (ProviderResponseError("cut", Fault.TRUNCATED, is_retryable=True), True),
        (ProviderResponseError("too long", Fault.TRUNCATED), False),
        (ProviderResponseError("filtered", Fault.FILTERED), False),
        (ProviderResponseError("wrong key", Fault.REFUSED), False),
        (ProviderDisabledError("off"), False),
    ],
)
def test_only_what_the_provider_is_to_blame_for_counts(error: ProviderError, counts: bool) -> None:
    assert is_failure(error) is counts
