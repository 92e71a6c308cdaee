from dataclasses import replace

import pytest

from negotiation.arena.gate import judge, verdict_line
from negotiation.core.vocabulary import Party
from tests.negotiation.arena.building import a_report, a_result, a_score, missed, results

SHARES = [0.4 + n % 7 / 20 for n in range(40)]


def verdicts(now, before):
    return {(verdict.party, verdict.mind): verdict for verdict in judge(a_report(*now), a_report(*before))}


def buyers_verdict(now, before):
    return verdicts(now, before)[Party.BUYER, now[0].buyer]


def worse(shares, by):
    return [share - by for share in shares]


def test_same_results_are_no_worse():
    assert {verdict.reasons for verdict in verdicts(results(SHARES), results(SHARES)).values()} == {()}


def test_mind_whose_share_fell_beyond_noise_is_worse_and_its_opponent_is_not():
    found = verdicts(results(worse(SHARES, 0.02)), results(SHARES))

    assert found[Party.BUYER, "strategy"].reasons == ("its share fell",)
    assert found[Party.SELLER, "strategy"].reasons == ()


def test_share_that_fell_by_less_than_anybody_notices_is_let_pass():
    assert not buyers_verdict(results(worse(SHARES, 0.004)), results(SHARES)).reasons


def test_share_that_fell_here_and_rose_there_is_noise():
    swaying = [share + (0.2 if n % 2 else -0.22) for n, share in enumerate(SHARES)]

    assert not buyers_verdict(results(swaying), results(SHARES)).reasons


def test_one_deal_less_is_worse_for_a_mind_without_a_model():
    now = [*results(SHARES[:-1]), a_result("s039", score=missed())]

    assert "it made fewer deals" in buyers_verdict(now, results(SHARES)).reasons


def test_one_deal_less_is_chance_for_a_mind_with_a_model():
    now = [*results(SHARES[:-1], buyer="llm(model=small)"), a_result("s039", buyer="llm(model=small)", score=missed())]

    assert not buyers_verdict(now, results(SHARES, buyer="llm(model=small)")).reasons


def test_only_minds_and_scenarios_of_both_runs_are_judged():
    now = [*results(SHARES), *results(SHARES, buyer="new"), a_result("new one", 0.0)]

    found = verdicts(now, results(SHARES))

    assert set(found) == {(Party.BUYER, "strategy"), (Party.SELLER, "strategy")}
    assert found[Party.BUYER, "strategy"].share.count == len(SHARES)


def test_scenario_that_was_changed_is_another_one():
    before = a_report(*results(SHARES))
    now = a_report(*results(worse(SHARES, 0.1)))
    changed = tuple(type(one)(one.name, one.tags, "other") for one in now.scenarios[1:])
    now = a_report(*now.rooms, scenarios=(now.scenarios[0], *changed))

    assert {verdict.share.count for verdict in judge(now, before)} == {1}


def test_room_that_is_missing_now_is_worse_for_both_sides():
    before = a_report(*results(SHARES))

    found = judge(replace(before, rooms=before.rooms[9:]), before)

    assert [verdict.reasons for verdict in found] == [("rooms of the baseline that are missing now: 9",)] * 2


def test_mind_without_any_room_now_is_worse():
    before = a_report(*results(SHARES))

    verdict, _ = judge(replace(before, rooms=()), before)

    assert verdict.reasons == (f"rooms of the baseline that are missing now: {len(SHARES)}",)


def test_repeat_that_was_not_to_be_played_again_is_not_missing():
    before = [*results(SHARES), *(a_result(f"s{n:03}", share, repeat=1) for n, share in enumerate(SHARES))]

    assert not buyers_verdict(results(SHARES), before).reasons


def test_opponent_who_was_not_to_be_met_again_leaves_nothing_missing():
    assert not buyers_verdict(results(SHARES), [*results(SHARES), *results(SHARES, sellers="linear")]).reasons


@pytest.mark.parametrize("shares", [[], SHARES])
def test_false_deal_where_none_was_made_before_is_worse(shares):
    before, now = (
        [*results(shares), a_result("none", score=a_score(None, is_feasible=False, is_deal=is_deal))]
        for is_deal in (False, True)
    )

    assert buyers_verdict(now, before).reasons == ("it made more false deals",)
    assert not buyers_verdict(before, now).reasons


def test_mind_that_has_no_room_in_the_baseline_does_not_pass():
    before = a_report(*results(SHARES), buyers=("strategy", "linear"))

    verdict = next(each for each in judge(a_report(*results(SHARES, buyer="linear")), before) if each.mind == "linear")

    assert verdict.reasons == ("the baseline has no room of it to compare",)


@pytest.mark.parametrize("changes", [{"seed": 2}, {"buyers": ("other",), "sellers": ("other",)}, {"scenarios": ()}])
def test_runs_with_nothing_in_common_cannot_be_compared(changes):
    now = a_report(*results(SHARES))

    with pytest.raises(ValueError, match="baseline"):
        judge(now, a_report(*results(SHARES), **changes))


def test_verdict_is_told_in_a_line():
    line = verdict_line(buyers_verdict(results(worse(SHARES, 0.02)), results(SHARES)))

    assert " ".join(line.split()) == "buyer strategy -0.0200 (-0.0200 to -0.0200) its share fell, over 40 rooms"
