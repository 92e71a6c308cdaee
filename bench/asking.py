"""Goals about requests: reading a room's state, setting up sessions, summaries (P10 to P12)."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from calls import FIFTY
from driving import Case, client_of, get, play, session_body
from laboratory import Lab
from measuring import Line, at_most, exactly, percentile

PAUSE_SECONDS = 0.1
AT_ONCE = 16
SUMMARIES = 50
INSTANT = Case(1, latency=0.0, mind="strategy")


async def state(lab: Lab) -> list[Line]:
    case = lab.sized(FIFTY)
    with lab.server(**lab.rooms_at_once(case.rooms)) as server:
        async with client_of(server) as http:
            finished = (await play(server, lab.model, INSTANT)).rooms[0]
            idle = await _one_by_one(lambda: get(http, f"negotiation/{finished}/state"), lab.count(200, 10))
            with lab.unit_beside():
                cpu = server.cpu_seconds()
                await _one_by_one(lambda: get(http, f"negotiation/{finished}/state"), lab.count(200, 10))
                cpu = (server.cpu_seconds() - cpu) / lab.count(200, 10)
            loaded: list[float] = []
            asking = asyncio.create_task(_keep_asking(http, finished, loaded))
            await play(server, lab.model, case)
            await _stop(asking)
    return [
        at_most("P10", f"GET state while {FIFTY} run, p99", 1000 * percentile(loaded, 0.99), 100, " ms"),
        at_most("P10", "GET state of a finished room, idle, p99", 1000 * percentile(idle, 0.99), 10, " ms"),
        at_most("P10", "… processor time, units", cpu / lab.unit, 0.22),
        Line("P10", "… a request; p50 idle and loaded", f"{lab.units(cpu)}; {_medians(idle, loaded)}"),
    ]


async def initialize(lab: Lab) -> list[Line]:
    case = Case(1)
    with lab.server() as server:
        async with client_of(server) as http:

            async def post() -> None:
                async with http.post("simulation/initialize", json=session_body(case)) as answer:
                    answer.raise_for_status()
                    await answer.read()

            await _one_by_one(post, 5)
            with lab.unit_beside():
                cpu, count = server.cpu_seconds(), lab.count(150, 10)
                alone = await _one_by_one(post, count)
                cpu = (server.cpu_seconds() - cpu) / count
            many = await _at_once(post, AT_ONCE, lab.count(320, 32))
    return [
        at_most("P11", "POST initialize, 3 sellers, 1 item: processor time, units", cpu / lab.unit, 0.45),
        at_most("P11", f"… {AT_ONCE} at once, p99", 1000 * percentile(many, 0.99), 200, " ms"),
        Line("P11", "… one at a time: processor time; p50", f"{lab.units(cpu)}; {_medians(alone)}"),
    ]


async def summaries(lab: Lab) -> list[Line]:
    """Of a finished session of ten rooms that spoke by a model."""
    case = lab.sized(Case(10, latency=0.02, rounds=5))
    with lab.server() as server:
        async with client_of(server) as http:
            rooms = (await play(server, lab.model, case)).rooms
            session = (await get(http, "simulation"))["sessions"][0]["session_id"]
            before = (await lab.model.stats())["calls"]
            other: list[float] = []
            asking = asyncio.create_task(_keep_asking(http, rooms[0], other, pause=0.01))
            await asyncio.sleep(0.2)
            waits = await _at_once(lambda: get(http, f"simulation/{session}/summary"), SUMMARIES, SUMMARIES)
            await _stop(asking)
            again = await _one_by_one(lambda: get(http, f"simulation/{session}/summary"), 20)
            asked = (await lab.model.stats())["calls"] - before
    return [
        exactly("P12", "summary: calls to the model", asked, 0),
        at_most("P12", f"… {SUMMARIES} at once: GET state meanwhile, p99", 1000 * percentile(other, 0.99), 100, " ms"),
        Line("P12", "… the summaries themselves, p99; one alone, p50", f"{_worst(waits)}; {_medians(again)}"),
    ]


async def _keep_asking(http: Any, room: str, waits: list[float], pause: float = PAUSE_SECONDS) -> None:
    while True:
        waits.append(await _timed(lambda: get(http, f"negotiation/{room}/state")))
        await asyncio.sleep(pause)


async def _stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _one_by_one(call: Callable[[], Awaitable[object]], count: int) -> list[float]:
    return [await _timed(call) for _ in range(count)]


async def _at_once(call: Callable[[], Awaitable[object]], callers: int, count: int) -> list[float]:
    gate, waits = asyncio.Semaphore(callers), []

    async def one() -> None:
        async with gate:
            waits.append(await _timed(call))

    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(one())
    return waits


async def _timed(call: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await call()
    return time.perf_counter() - started


def _medians(*kinds: list[float]) -> str:
    return " and ".join(f"{1000 * percentile(waits, 0.5):.1f} ms" for waits in kinds)


def _worst(waits: list[float]) -> str:
    return f"{1000 * percentile(waits, 0.99):.0f} ms"


PARTS = {"P10": state, "P11": initialize, "P12": summaries}
