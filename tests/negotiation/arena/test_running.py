from contextlib import suppress

import pytest

from marketplace.models import Seller, SellerInventory, Session
from negotiation import services
from negotiation.arena import memory, running
from negotiation.arena.catalogue import catalogue_items, from_catalogue
from negotiation.arena.planning import make_plan
from negotiation.arena.running import tend
from negotiation.arena.scenarios import bundled
from negotiation.arena.services import create_arena, games_of, results_of
from negotiation.arena_models import ArenaGame
from negotiation.errors import ModelAway
from negotiation.models import NegotiationRun, Participant
from negotiation.trade_models import Trade
from tests.arenas import a_request, a_scenario, an_arena, outcomes, play_arena, states

pytestmark = pytest.mark.django_db

BOTH = ("strategy", "boulware(exponent=3)")


class Killed(BaseException):
    """As a process that is gone: nothing catches it."""


def test_arena_played_by_workers_comes_out_as_in_memory(play):
    request = a_request(*bundled("two", 1), *bundled("no_deal", 1), buyers=BOTH, sellers=("strategy", "conceder"))

    arena = play_arena(create_arena(request), play)

    assert arena.state == "finished"
    assert outcomes(results_of(arena)) == outcomes(memory.play(make_plan(request), lambda over: None))


def test_opponents_hold_the_seats_and_nothing_is_bought(play):
    arena = play_arena(an_arena(buyers=("linear",), sellers=("boulware(exponent=4)",)), play)

    [session] = Session.objects.all()
    assert (session.is_arena, session.is_what_if, session.buyer_mind) == (True, True, "linear")
    assert set(Participant.objects.values_list("mind", flat=True)) == {"boulware(exponent=4)"}
    assert set(Seller.objects.values_list("mind", flat=True)) == {"strategy"}
    assert results_of(arena)[0].score.is_deal
    assert not Trade.objects.exists()


def test_stock_of_the_catalogue_is_not_touched(play, operator):
    for name in ("Acme", "Bolt"):
        seller = Seller.objects.create(name=name)
        stock = {"quantity_available": 9, "cost_price": 70, "least_price": 80, "selling_price": 120}
        SellerInventory.objects.create(seller=seller, item_id="lamp", item_name="Lamp", **stock)
    [item] = catalogue_items()

    arena = play_arena(an_arena(*from_catalogue(["lamp"], quantity=3)), play)

    assert (item.item_id, item.sellers) == ("lamp", 2)
    assert results_of(arena)[0].score.is_deal
    standing = SellerInventory.objects.filter(seller__session=None)
    assert set(standing.values_list("quantity_reserved", flat=True)) == {0}


def test_arenas_sessions_are_in_no_list(operator):
    tend_once = an_arena()

    tend()

    assert states(tend_once) == {"playing": 1}
    assert operator.get("/simulation").json()["total"] == 0


def test_no_more_games_are_open_than_may_be(few_open):
    arena = an_arena(repeats=5)

    while tend():
        pass

    assert states(arena) == {"playing": few_open, "waiting": 5 - few_open}


def test_game_of_a_skipped_item_is_over_at_once(play):
    arena = play_arena(an_arena(*bundled("no_deal", 1)), play)

    [room] = results_of(arena)
    assert (room.score.is_feasible, room.score.is_deal, room.score.rounds) == (False, False, 0)


def test_same_seed_gives_the_same_results_and_another_one_others(play):
    def played(seed):
        return [
            room.score.price for room in results_of(play_arena(an_arena(*bundled("bilateral", 3), seed=seed), play))
        ]

    assert played(1) == played(1) != played(2)


def test_killed_before_the_commit_leaves_nothing_of_a_game(monkeypatch, play):
    expected = outcomes(results_of(play_arena(an_arena(repeats=2), play)))
    arena = an_arena(repeats=2)

    def die(code):
        raise Killed

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(services, "start", die)
        tend()

    assert states(arena) == {"waiting": 2}
    assert Session.objects.filter(arena_games__arena=arena).count() == 0
    assert outcomes(results_of(play_arena(arena, play))) == expected


def test_killed_while_collecting_collects_again(monkeypatch, play):
    arena = an_arena()
    tend()
    play(str(NegotiationRun.objects.get().code))

    def die(game):
        raise Killed

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(running, "result_of", die)
        tend()

    assert states(arena) == {"playing": 1}
    assert play_arena(arena, play).state == "finished"
    assert len(results_of(arena)) == 1


def test_room_left_in_the_middle_goes_on_to_the_same_end(play):
    expected = outcomes(results_of(play_arena(an_arena(sellers=("conceder",)), play)))
    arena = an_arena(sellers=("conceder",))
    tend()
    code = str(NegotiationRun.objects.get(session__arena_games__arena=arena).code)

    play(code, until_seq=7)
    play(code)
    play_arena(arena, play)

    assert outcomes(results_of(arena)) == expected


def test_game_that_cannot_be_played_fails_with_its_reason_and_the_rest_goes_on(play):
    arena = an_arena(a_scenario("fine"), a_scenario("spoilt"))
    ArenaGame.objects.filter(arena=arena, scenario=1).update(buyer="gone")

    play_arena(arena, play)

    assert (arena.state, states(arena)) == ("finished", {"done": 1, "failed": 1})
    [line] = games_of(arena, "gone", "strategy")
    assert "there is no buyer's mind 'gone'" in line.error


def test_room_that_was_cancelled_fails_its_game(play):
    arena = an_arena()
    tend()
    services.cancel(NegotiationRun.objects.get().code)

    play_arena(arena, play)

    assert states(arena) == {"failed": 1}
    assert games_of(arena, "strategy", "strategy")[0].error == "a room ended as cancelled"


def test_game_whose_session_was_deleted_fails(play):
    arena = an_arena()
    tend()
    Session.objects.all().delete()

    play_arena(arena, play)

    assert (arena.state, states(arena)) == ("finished", {"failed": 1})


def test_arena_waits_for_a_model_that_is_away(monkeypatch):
    arena = an_arena()

    def away(code):
        raise ModelAway("the language models of lm_studio cannot be reached")

    monkeypatch.setattr(services, "start", away)

    assert tend() is False
    assert states(arena) == {"waiting": 1}
    assert not Session.objects.exists()
