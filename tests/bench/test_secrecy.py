from dataclasses import replace
from statistics import median

import pytest

from bench.secrecy import Answer, Drawn, Watched, estimate_floor, floor_error, predicted, seller_draws, watched_threads

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
    assert estimate_floor(said(FIXED, {3: 100.0}), 3, [FIXED]) == pytest.approx(80, abs=0.1)


def test_draws_that_do_not_fit_what_was_said_are_not_believed():
    wrong = replace(FIXED, deadline=0.6, exponent=1.0)

    assert estimate_floor(said(FIXED), 8, [FIXED, *[replace(FIXED, step=n / 10) for n in range(9)], wrong]) == (
        pytest.approx(80, abs=0.5)
    )


def test_seller_that_has_not_moved_tells_nothing():
    silent = replace(EMPTY, answers=tuple(Answer(n, 120.0, 0.0, None) for n in range(1, 5)))

    assert estimate_floor(silent, 4, [FIXED]) == 60


def test_floors_of_built_in_sellers_without_rivals_are_missed_by_a_quarter_after_six_offers():
    threads = [thread for thread in watched_threads(70, 3) if not thread.has_rivals]

    errors = [e for thread in threads if (e := floor_error(thread, 6, seller_draws())) is not None]

    assert len(errors) > 10
    assert median(errors) > 0.2
