import asyncio
from contextlib import asynccontextmanager

import pytest
from channels.db import database_sync_to_async

from llm.prices import parse_prices
from marketplace.models import Session
from negotiation.arena import memory, running
from negotiation.arena.planning import make_plan
from negotiation.arena.running import open_next
from negotiation.arena.scenarios import bundled
from negotiation.arena.services import create_arena, progress_of, results_of, table_of
from negotiation.models import Outcome
from negotiation.worker import Worker
from tests.arenas import a_request, an_arena, outcomes, states
from tests.fake_llm.behaviours import Reply
from tests.fake_llm.careless import Careless
from tests.fake_llm.server import FakeLlm
from tests.model_rooms import spoken_by
from tests.workers import at_work

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 60
BOTH = ("strategy", "boulware(exponent=3)")


def test_two_workers_at_once_open_each_game_once(few_open, race):
    arena = an_arena(repeats=10)

    def open_all():
        while open_next(arena):
            pass

    found = race([open_all, open_all, open_all])

    assert found == [None, None, None]
    assert states(arena) == {"playing": few_open, "waiting": 10 - few_open}
    assert Session.objects.filter(is_arena=True).count() == few_open


async def test_workers_play_an_arena_that_another_left_in_the_middle(log_folder):
    request = a_request(*bundled("two", 2), *bundled("tie", 1), buyers=BOTH, repeats=2)
    arena = await database_sync_to_async(create_arena)(request)

    async with working():
        await until(arena, lambda progress: progress.done >= 2)
    async with working(), working():
        await until(arena, lambda progress: progress.state == "finished")

    played = await database_sync_to_async(results_of)(arena)
    expected = await asyncio.to_thread(memory.play, make_plan(request), lambda over: None)
    assert outcomes(played) == outcomes(expected)
    assert await database_sync_to_async(Session.objects.count)() == 12


async def test_results_tell_what_models_took_and_how_often_they_went_beyond_their_rules(settings, log_folder):
    with FakeLlm(Reply(text=Careless("nonsense"))) as fake:
        settings.LLM = spoken_by(fake, prices=parse_prices('{"*": {"input": 1000, "output": 1000}}'))
        arena = await database_sync_to_async(an_arena)(buyers=("llm", "narrated", "strategy"))
        async with working():
            await until(arena, lambda progress: progress.state == "finished")

    rows = await database_sync_to_async(table_of)(arena)
    by_mind = {row.mind: row for row in rows.buyer_rows}
    guessing, speaking, silent = (by_mind[mind] for mind in ("llm", "narrated", "strategy"))
    assert min(guessing.calls, guessing.tokens, guessing.cost, guessing.model_seconds) > 0
    assert guessing.violations >= guessing.calls // 2
    assert guessing.fallbacks > 0
    assert speaking.calls > 0
    assert (speaking.violations, speaking.fallbacks, speaking.share) == (0, 0, silent.share)
    assert (silent.calls, silent.cost, silent.violations) == (0, 0, 0)


async def test_worker_whose_arenas_cannot_go_on_plays_its_rooms(monkeypatch, started, caplog, log_folder):
    def fail():
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr(running, "tend", fail)

    async with working(), asyncio.timeout(SECONDS):
        while not await database_sync_to_async(Outcome.objects.exists)():  # noqa: ASYNC110  # as below
            await asyncio.sleep(0.05)

    assert "arenas cannot go on" in caplog.text


@asynccontextmanager
async def working():
    async with at_work(Worker(10), seconds=SECONDS):
        yield


async def until(arena, is_reached):
    @database_sync_to_async
    def look():
        arena.refresh_from_db()
        return is_reached(progress_of(arena))

    async with asyncio.timeout(SECONDS):
        while not await look():  # noqa: ASYNC110  # watching would be another test
            await asyncio.sleep(0.05)
