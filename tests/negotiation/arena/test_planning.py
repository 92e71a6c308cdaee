import pytest

from marketplace.errors import InvalidRequest
from negotiation.arena.planning import MOST_GAMES, game_seed, make_plan, with_scenarios
from negotiation.arena.scenarios import bundled
from tests import bodies
from tests.arenas import a_request, a_scenario


def test_every_pair_plays_every_scenario_so_many_times_with_the_same_draws():
    request = a_request(
        a_scenario("a"), a_scenario("b"), buyers=("strategy", "linear"), sellers=("strategy", "conceder"), repeats=3
    )
    plan = make_plan(request)
    games = list(plan.schedule())

    assert len(games) == plan.games == 24
    seeds = {}
    for game in games:
        seeds.setdefault((game.scenario, game.repeat), set()).add(game.seed)
    assert {len(found) for found in seeds.values()} == {1}
    assert len({seed for found in seeds.values() for seed in found}) == 6


def test_seed_of_the_arena_changes_all_draws():
    assert game_seed(1, "a", 0) == game_seed(1, "a", 0)
    assert len({game_seed(seed, name, repeat) for seed in (1, 2) for name in "ab" for repeat in (0, 1)}) == 8


def test_rooms_and_games_with_a_model_are_counted():
    two_items = bodies.buyer(bodies.item(), bodies.item(item_id="other"))
    plan = make_plan(
        a_request(a_scenario(buyer=two_items), buyers=("strategy", "llm"), sellers=("conceder", "narrated"))
    )

    assert (plan.games, plan.rooms, plan.model_games) == (4, 8, 3)


def test_name_says_what_is_played_if_none_is_given():
    assert make_plan(a_request(name=" ")).name == "1 x 1 minds, 1 scenarios"


def test_all_that_is_wrong_is_told_at_once():
    request = a_request(buyers=("nobody",), sellers=(), repeats=0, seed=-1, name="x" * 101)

    with pytest.raises(InvalidRequest) as refused:
        make_plan(request)

    assert [problem.field for problem in refused.value.problems] == [
        "repeats",
        "seed",
        "name",
        "buyers[0]",
        "sellers",
    ]


def test_no_scenario_and_the_same_one_twice_are_refused():
    none = a_request(a_scenario())
    for scenarios in ((), (a_scenario(), a_scenario())):
        with pytest.raises(InvalidRequest) as refused:
            make_plan(type(none)(none.name, none.buyers, none.sellers, scenarios))

        assert [problem.field for problem in refused.value.problems] == ["scenarios"]


def test_more_games_than_anybody_waits_for_are_refused():
    with pytest.raises(InvalidRequest) as refused:
        make_plan(a_request(*bundled("two", 101), repeats=100))

    assert f"at most {MOST_GAMES:,}" in refused.value.problems[0].reason


def test_what_is_wrong_with_scenarios_is_told_with_what_is_wrong_with_the_rest():
    request = a_request(buyers=("nobody",), repeats=0)

    with pytest.raises(InvalidRequest) as refused:
        with_scenarios(request, lambda: bundled("odd", 1))

    assert [problem.field for problem in refused.value.problems] == ["repeats", "buyers[0]", "scenarios"]
