"""kill -9 at random moments, on SQLite in one process and on PostgreSQL with Redis in five."""

import random
import signal
import time

import pytest

from tests.chaos import judging
from tests.chaos.installation import FULL, Installation, until
from tests.chaos.judging import CountingLlm
from tests.chaos.watching import Watchers

KILLS, ROOMS = (100, 20) if FULL else (3, 6)
# More watchers than these, each back after half a second, are as much as one process can let in, and nobody gets on.
RECONNECTS, WATCHERS_EACH = (1000, 2) if FULL else (60, 3)

pytestmark = [pytest.mark.slow, pytest.mark.chaos]


def test_killed_server_loses_repeats_and_reorders_nothing(embedded: Installation, llm: CountingLlm) -> None:
    watched = kill_again_and_again(embedded, llm, seed=1)

    judging.nothing_was_lost(embedded, llm, watched)


@pytest.mark.postgres
@pytest.mark.redis
def test_killed_web_and_worker_processes_lose_repeat_and_reorder_nothing(
    scaled_out: Installation, llm: CountingLlm
) -> None:
    watched = kill_again_and_again(scaled_out, llm, seed=2)

    judging.nothing_was_lost(scaled_out, llm, watched)


@pytest.mark.parametrize(
    "kind", ["embedded", pytest.param("scaled_out", marks=[pytest.mark.postgres, pytest.mark.redis])]
)
def test_watchers_cut_off_at_random_see_the_table(kind: str, llm: CountingLlm, request: pytest.FixtureRequest) -> None:
    installation: Installation = request.getfixturevalue(kind)
    reconnects, watched, seed = 0, [], 0

    while reconnects < RECONNECTS:
        seed += 1
        rooms = installation.open_rooms(ROOMS, max_rounds=6)
        watchers = Watchers(installation, rooms, WATCHERS_EACH, seed=seed, most_seconds=1.0)
        watchers.join()
        reconnects, watched = reconnects + watchers.reconnects, [*watched, *watchers.shown]

    print(f"{reconnects} reconnects of {len(watched)} watchers")
    judging.nothing_was_lost(installation, llm, watched)


def kill_again_and_again(installation: Installation, llm: CountingLlm, *, seed: int) -> list[judging.Shown]:
    """Kills and starts again any process after any number of events; rooms are added as they come to their ends."""
    chance = random.Random(seed)
    crowds, pauses = [], []
    for kill in range(KILLS):
        if installation.open_count() < ROOMS / 2:
            rooms = installation.open_rooms(ROOMS, max_rounds=10)
            crowds.append(Watchers(installation, rooms, 1, seed=seed + kill, most_seconds=3.0))
        wait_for_events(installation, chance.randint(1, 40))
        victim = chance.choice(installation.processes)
        victim.end(signal.SIGKILL)
        killed_at = time.monotonic()
        victim.start()
        until(lambda at=killed_at: went_on(crowds, at) is not None or installation.open_count() == 0)
        pauses.append(went_on(crowds, killed_at) or 0.0)
    for crowd in crowds:
        crowd.join()
    until(lambda: installation.open_count() == 0)
    print(f"{KILLS} kills; from the kill to the next event shown: at most {max(pauses):.1f} s; {llm.count} calls")
    return [shown for crowd in crowds for shown in crowd.shown]


def went_on(crowds: list[Watchers], moment: float) -> float | None:
    """How long after this moment the first new event was shown to anybody."""
    return min((at for crowd in crowds if (at := crowd.first_after(moment)) is not None), default=None)


def wait_for_events(installation: Installation, count: int) -> None:
    """Until so many more events are on record, or nothing is open."""
    goal = installation.event_count() + count
    until(lambda: installation.event_count() >= goal or installation.open_count() == 0)
