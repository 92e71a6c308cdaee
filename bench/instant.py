"""Goals about rooms that wait for nobody (P20), and figures of the plain server for orientation."""

import json
import subprocess
import sys
import time

from driving import Case, Played, client_of, get, play
from laboratory import Lab
from measuring import Line, at_least, exactly, percentile
from serving import ROOT

INSTANT = Case(200, latency=0.0, mind="strategy")
ARENA_REPEATS = 100


async def instant(lab: Lab) -> list[Line]:
    case = lab.sized(INSTANT)
    with lab.server(**lab.rooms_at_once(case.rooms)) as server:
        played = await play(server, lab.model, case)
    share = played.cpu_seconds / max(1, played.events)
    return [
        at_least("P20", f"{case.rooms} rooms without a model: events/s stored and sent", _rate(played), 1000),
        exactly("P20", "… numbers missing or doubled", played.gaps_and_doubles, 0),
        Line("P20", "… processor time an event; rooms/s", f"{lab.units(share)}; {case.rooms / played.seconds:.1f}"),
        *_arena(lab),
    ]


def _arena(lab: Lab) -> list[Line]:
    command = [sys.executable, str(ROOT / "bench" / "arena.py"), "--repeats", str(lab.count(ARENA_REPEATS, 1))]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    rate = told["moves"] / told["seconds"]
    return [
        at_least("P20", f"an arena in memory, {told['processes']} processes: moves/s", rate, 4000),
        Line("P20", "… events/s", f"{told['events'] / told['seconds']:.0f}"),
    ]


async def plain(lab: Lab) -> list[Line]:
    """The simplest request there is, and the first words of a room."""
    case = lab.sized(Case(20, latency=0.0, mind="strategy", rounds=1))
    with lab.server() as server:
        async with client_of(server) as http:
            waits = []
            for _ in range(lab.count(200, 10)):
                started = time.perf_counter()
                await get(http, "health")
                waits.append(time.perf_counter() - started)
        played = await play(server, lab.model, case)
    health = " / ".join(f"{1000 * percentile(waits, share):.1f}" for share in (0.5, 0.99))
    return [
        Line("PLAIN", "GET health, one at a time, p50 / p99", f"{health} ms"),
        Line("PLAIN", "memory of a server that has just begun", f"{played.memory_before:.0f} MiB"),
    ]


def _rate(played: Played) -> float:
    return played.events / played.seconds


PARTS = {"P20": instant, "PLAIN": plain}
