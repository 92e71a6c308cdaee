import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.arena.documents import csv_text, document, read_document
from negotiation.arena.resampling import Estimate, estimate
from negotiation.arena.results import Measure, Tally, compare, estimate_of, leaderboard, tabulate, value_of
from negotiation.arena.scoring import Effort
from negotiation.core.vocabulary import Party
from tests.negotiation.arena.building import a_report, a_result, a_score, missed, results

SHARES = st.lists(st.floats(0, 1), min_size=2, max_size=30)


@given(SHARES)
def test_interval_holds_the_mean_and_stays_within_what_was_seen(shares):
    found = estimate((f"{n:03}", share) for n, share in enumerate(shares))

    assert min(shares) - 1e-9 <= found.low <= found.high <= max(shares) + 1e-9
    assert found.mean == pytest.approx(sum(shares) / len(shares))


def test_interval_is_the_same_each_time_and_needs_two_scenarios():
    samples = [("a", 0.2), ("b", 0.4), ("c", 0.9)]

    assert estimate(samples) == estimate(reversed(samples))
    assert estimate([("a", 0.2), ("a", 0.6)]) == Estimate(0.4, None, None, 2)
    assert estimate([]) == Estimate(None, None, None, 0)


def test_interval_is_about_that_of_the_normal_law():
    shares = [n % 10 / 10 for n in range(400)]
    found = estimate((f"{n:03}", share) for n, share in enumerate(shares))

    assert found.mean - found.low == pytest.approx(1.96 * 0.2872 / 20, rel=0.1)


def test_rooms_of_one_scenario_are_drawn_together():
    alike = [(f"{n // 10}", float(n // 10 % 2)) for n in range(80)]
    apart = [(f"{n:02}", float(n // 10 % 2)) for n in range(80)]

    wide, narrow = estimate(alike), estimate(apart)

    assert wide.mean == narrow.mean
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_missed_deals_count_as_nothing_and_impossible_ones_not_at_all():
    rooms = [a_result("a", 0.8), a_result("b", score=missed()), a_result("c", score=a_score(None, is_feasible=False))]

    assert estimate_of(rooms, Measure.IDEAL_SHARE).mean == pytest.approx(0.4)
    assert estimate_of(rooms, Measure.DEALS).mean == 0.5
    assert estimate_of(rooms, Measure.ROUNDS).count == 2


def test_tokens_cost_and_fallbacks_of_a_room_are_those_of_both_sides():
    score = a_score(buyer_effort=Effort(3, 100, 0.5, 1.0, 1), sellers_effort=Effort(2, 10, 0.25, 1.0, 2))

    assert value_of(score, Measure.TOKENS) == 110
    assert value_of(score, Measure.COST) == 0.75
    assert value_of(score, Measure.FALLBACKS) == 3


def test_leaderboard_has_the_best_first_and_equals_in_one_place():
    rooms = [*results([0.2, 0.4], buyer="low"), *results([0.9, 0.7], buyer="high"), *results([0.4, 0.2], buyer="even")]

    rows = leaderboard(rooms, Party.BUYER, ["low", "even", "high", "absent"])

    assert [(row.place, row.mind) for row in rows] == [(1, "high"), (2, "low"), (2, "even"), (4, "absent")]
    assert rows[-1].share == Estimate(None, None, None, 0)


def test_sellers_are_ranked_by_their_own_part():
    rooms = [*results([0.2], sellers="greedy"), *results([0.9], sellers="mild")]

    assert [row.mind for row in leaderboard(rooms, Party.SELLER, ["mild", "greedy"])] == ["greedy", "mild"]


def test_row_counts_what_its_own_side_took():
    score = a_score(buyer_effort=Effort(3, 100, 0.5, 1.5, 1, 2), sellers_effort=Effort(9, 900, 9.0, 9.0, 9, 9))
    rooms = [a_result("a", score=score), a_result("b", score=score), a_result("c", score=a_score(is_feasible=False))]

    [row] = leaderboard(rooms, Party.BUYER, ["strategy"])

    assert (row.calls, row.tokens, row.cost, row.model_seconds) == (6, 200, 1.0, 3.0)
    assert (row.fallbacks, row.violations) == (2, 4)
    assert (row.games, row.false_deals, row.rounds, row.seconds) == (3, 1, 8.0, 2.0)


def test_table_has_a_cell_for_every_pair():
    rooms = [*results([0.2, 0.4], buyer="a", sellers="x"), *results([0.6, 0.8], buyer="b", sellers="x")]
    tallies = {("a", "x"): Tally(4, 2, 1), ("b", "x"): Tally(4, 2, 0), ("a", "y"): Tally(4, 0, 0)}

    table = tabulate(rooms, ["a", "b"], ["x", "y"], tallies, Measure.IDEAL_SHARE)

    assert [(cell.buyer, cell.sellers) for cell in table.cells] == [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    assert table.cell("b", "x").value.mean == pytest.approx(0.7)
    assert (table.cell("a", "x").games, table.cell("a", "x").done, table.cell("a", "x").failed) == (4, 2, 1)
    assert table.cell("a", "y").means[Measure.IDEAL_SHARE] is None
    assert table.done == 4


def test_difference_is_between_rooms_that_differ_in_nothing_else():
    hard, easy = [0.1, 0.2, 0.3, 0.2], [0.8, 0.9, 0.7, 0.9]
    ours = [*results(hard, buyer="a", sellers="x"), *results(easy, buyer="a", sellers="y")]
    theirs = results([share - 0.05 for share in hard], buyer="b", sellers="x")

    found = compare([*ours, *theirs], Party.BUYER, "a", "b")

    assert found.count == 4
    assert (found.mean, found.low, found.high) == pytest.approx((0.05, 0.05, 0.05))


def test_minds_that_never_met_the_same_opponent_cannot_be_compared():
    rooms = [*results([0.1], buyer="a", sellers="x"), *results([0.1], buyer="b", sellers="y")]

    assert compare(rooms, Party.BUYER, "a", "b") is None


def test_document_is_read_as_it_was_written():
    report = a_report(*results([0.25, 0.5]), a_result("s001", buyer="llm", score=missed()))

    again = read_document(json.loads(json.dumps(document(report))))

    assert again == report


def test_document_tells_every_measure_of_every_cell():
    told = document(a_report(*results([0.25, 0.5]), tallies={("strategy", "strategy"): Tally(2, 2, 0)}))

    [cell] = told["grid"]
    assert set(cell["measures"]) == set(Measure)
    assert cell["measures"]["ideal_share"]["mean"] == 0.375
    assert (told["games"], told["done"], told["failed"]) == (2, 2, 0)
    assert told["leaderboards"]["buyers"][0]["mind"] == "strategy"


@pytest.mark.parametrize("broken", [{}, {"schema": "other/1"}, {"schema": "parley-arena/1"}])
def test_other_documents_are_refused(broken):
    with pytest.raises(ValueError, match="schema|damaged"):
        read_document(broken)


def test_table_for_spreadsheets_has_a_line_for_each_room_and_no_formula():
    report = a_report(replace(a_result("=cmd()"), score=a_score(seller="+Acme")))

    head, line = csv_text(report).splitlines()

    assert head.startswith("buyer,sellers,scenario,repeat,item_id")
    assert "'=cmd()" in line
    assert "'+Acme" in line
    assert len(line.split(",")) == len(head.split(","))
