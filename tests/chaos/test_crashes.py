"""A server that dies within a turn: before its commit, between commit and telling, and after telling."""

from contextlib import suppress

import pytest

from tests.chaos import crashing, judging
from tests.chaos.installation import FULL, Installation
from tests.chaos.judging import CountingLlm
from tests.chaos.watching import Watchers

# The first three are the starts that the API writes; the others are the worker's, of which rooms share some.
TURNS = range(1, 21) if FULL else (9,)
ROOMS = 3

pytestmark = [pytest.mark.slow, pytest.mark.chaos]


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("point", crashing.POINTS)
def test_turn_that_is_cut_off_is_stored_whole_or_not_at_all(
    embedded: Installation, llm: CountingLlm, point: str, turn: int
) -> None:
    rooms = embedded.make_rooms(ROOMS)
    with embedded.served_by(f"dying-{point}-{turn}", "tests.chaos.crashing", point, str(turn)) as doomed:
        watchers = Watchers(embedded, rooms, 2, seed=turn)
        doomed.start()
        with suppress(OSError):
            embedded.start_rooms(rooms)
        died_with = doomed.wait()

    start_what_was_not(embedded, rooms)
    watchers.join()

    assert died_with == crashing.EXIT_CODE
    judging.nothing_was_lost(embedded, llm, watchers.shown)


def start_what_was_not(installation: Installation, rooms: list[str]) -> None:
    """A start that was stored, though nobody was told, cannot be had again."""
    for room in rooms:
        assert installation.ask("POST", f"/negotiation/{room}/start")[0] in (200, 409)
