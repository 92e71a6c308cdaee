from dataclasses import replace
from statistics import median

import pytest

from bench import secrecy
from bench.secrecy import (
    Answer,
    Drawn,
    Watched,
    estimate_floor,
    estimate_limit,
    floor_error,
    limit_error,
    predicted,
    seller_draws,
    watched_threads,
)

FIXED = Drawn(exponent=2.0, deadline=1.0, resistance=0.15, step=0.5)
EMPTY = Watched(
    ask=120.0, max_rounds=10, answers=(), bids=(), floor=80.0, limit=110.0, has_rivals=False, has_minimum=True
)


def said(drawn: Drawn, rivals: dict[int, float] | None = None) -> Watched:
    """What a seller with this draw says in ten rounds to a buyer that does not raise."""
    watched = replace(EMPTY, answers=(Answer(1, 120.0, 0.0, None),))
    for at_round in range(2, 11):
        rival = (rivals or {}).get(at_round)
        open_answer = replace(watched, answers=(*watched.answers, Answer(at_round, 0.0, 0.0, rival)))
        price = round(predicted(open_answer, at_round - 1, watched.floor, drawn), 2)
        watched = replace(open_answer, answers=(*watched.answers, Answer(at_round, price, 0.0, rival)))
    return watched


@pytest.mark.parametrize("offers", [4, 6, 10])
def test_floor_of_a_seller_whose_draws_are_known_is_found(offers):
    assert estimate_floor(said(FIXED), offers, [FIXED]) == pytest.approx(80, abs=0.5)


def test_floor_of_a_seller_that_answers_a_rival_by_a_known_part_is_found():
    assert estimate_floor(said(FIXED, {7: 95.0}), 7, [FIXED]) == pytest.approx(80, abs=0.1)


def test_draws_that_do_not_fit_what_was_said_are_not_believed():
    wrong = replace(FIXED, deadline=0.6, exponent=1.0)

    assert estimate_floor(said(FIXED), 8, [FIXED, *[replace(FIXED, step=n / 10) for n in range(9)], wrong]) == (
        pytest.approx(80, abs=0.5)
    )


def test_seller_that_has_not_moved_tells_nothing():
    silent = replace(EMPTY, answers=tuple(Answer(n, 120.0, 0.0, None) for n in range(1, 5)))

    assert estimate_floor(silent, 4, [FIXED]) == 60


@pytest.fixture(scope="module")
def threads():
    return list(watched_threads(70, 3))


@pytest.mark.parametrize("has_rivals", [False, True])
def test_floors_of_built_in_sellers_are_missed_by_a_quarter_after_six_offers(threads, has_rivals):
    watched = [thread for thread in threads if thread.has_rivals is has_rivals][:60]

    errors = [e for thread in watched if (e := floor_error(thread, 6, seller_draws())) is not None]

    assert len(errors) > 10
    assert median(errors) > 0.2


def test_limits_of_built_in_buyers_with_one_seller_are_missed_by_an_eighth_after_six_bids(threads):
    watched = [thread for thread in threads if not thread.has_rivals and not thread.has_minimum]

    errors = [e for thread in watched if (e := limit_error(thread, 6)) is not None]

    assert len(errors) > 5
    assert median(errors) > 0.12


def test_limit_of_a_buyer_whose_draws_are_known_is_found(monkeypatch):
    monkeypatch.setattr(secrecy, "BUYER_DEADLINE", ("1", "1"))
    bids = tuple(50 + (100 - 50) * (n / 9) ** 2.5 for n in range(6))

    assert estimate_limit(replace(EMPTY, bids=bids), 6) == pytest.approx(100, abs=0.5)
