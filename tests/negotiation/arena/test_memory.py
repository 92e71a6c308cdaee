import multiprocessing

import pytest
from django.core.management import CommandError, call_command

from negotiation.arena import memory
from negotiation.arena.planning import make_plan
from negotiation.management.commands import arena
from tests.arenas import a_request, a_scenario, outcomes


@pytest.fixture
def small_batches(monkeypatch):
    """Else so few games would all be played by this process."""
    monkeypatch.setattr(memory, "AT_ONCE", 2)


@pytest.fixture
def plan():
    return make_plan(a_request(a_scenario("one"), a_scenario("other"), buyers=("strategy", "linear"), repeats=2))


def test_several_processes_play_the_same_games_in_the_same_order(plan, small_batches):
    told = []

    played = memory.play(plan, told.append, processes=2)

    assert told == [2, 4, 6, 8]
    assert outcomes(played) == outcomes(memory.play(plan, lambda over: None))


def test_process_that_is_killed_ends_the_arena_with_a_reason(small_batches, monkeypatch):
    def kill(command, over, total):
        for child in multiprocessing.active_children():
            child.kill()

    monkeypatch.setattr(arena.Command, "_progress", kill)

    with pytest.raises(CommandError, match="processes was killed"):
        call_command("arena", "--in-memory", "--processes", "2", "--repeats", "10")


@pytest.mark.parametrize("number", ["0", "62", "two"])
def test_number_of_processes_that_cannot_be_is_refused(number):
    with pytest.raises(CommandError, match="is not a whole number from 1 to 61"):
        call_command("arena", "--in-memory", "--processes", number)
