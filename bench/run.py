"""Measures a server of its own: rooms, live events, first event, REST. Prints a table; `--write` keeps it in docs.

Everything is measured in one run on one machine. Processor time is also given in units: divided by the processor time
of a fixed loop in this process, which cancels most of the difference between machines and moments.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from serving import Server, running_server

ROOT = Path(__file__).resolve().parent.parent
ROOMS, SELLERS, WATCHERS = 60, 3, 100
UNIT_LOOPS = 200_000


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    figure: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the table in docs/performance.md")
    options = parser.parse_args()
    with running_server("--no-demo") as server:
        rows = asyncio.run(measure(server, unit_seconds()))
    table = "\n".join(["| what | figure |", "|---|---|", *(f"| {row.what} | {row.figure} |" for row in rows)])
    print(table)
    if options.write:
        write_table("bench", table)


def unit_seconds() -> float:
    """The processor time of the fixed loop, the best of five."""
    return min(_timed_loop() for _ in range(5))


def _timed_loop() -> float:
    started, total = time.process_time(), 0
    for number in range(UNIT_LOOPS):
        total += number * number % 7
    return time.process_time() - started


async def measure(server: Server, unit: float) -> list[Row]:
    async with server.client() as client:
        await _play(client, await _sessions(client, 3, SELLERS))
        before = server.memory_mib()
        rows = [
            *await rooms_per_second(server, client, unit),
            *await live_events(server, client, unit),
            *await first_event(server, client),
            *await rest(client),
        ]
        rows.append(
            Row("memory of the server, before and after all that", f"{before:.0f} → {server.memory_mib():.0f} MiB")
        )
        return rows


async def rooms_per_second(server: Server, client: httpx.AsyncClient, unit: float) -> list[Row]:
    rooms = await _sessions(client, ROOMS, SELLERS)
    cpu, started = server.cpu_seconds(), time.perf_counter()
    events = await _play(client, rooms)
    seconds, cpu = time.perf_counter() - started, server.cpu_seconds() - cpu
    return [
        Row(f"rooms of {SELLERS} sellers and 10 rounds, instant minds", f"{ROOMS / seconds:.1f} rooms/s"),
        Row("events committed meanwhile", f"{events / seconds:.0f} events/s"),
        Row("server processor time a room", f"{1000 * cpu / ROOMS:.0f} ms ({cpu / ROOMS / unit:.1f} units)"),
    ]


async def live_events(server: Server, client: httpx.AsyncClient, unit: float) -> list[Row]:
    """One room of ten sellers, watched by many from before its start to its end."""
    (room,) = await _sessions(client, 1, 10, turn_seconds=0.05)
    latencies: list[float] = []
    connected = asyncio.Semaphore(0)
    async with asyncio.TaskGroup() as group:
        watchers = [group.create_task(_watch(server, room, connected, latencies)) for _ in range(WATCHERS)]
        for _ in watchers:
            await connected.acquire()
        cpu, started = server.cpu_seconds(), time.perf_counter()
        await client.post(f"/negotiation/{room}/start")
    seconds, cpu = time.perf_counter() - started, server.cpu_seconds() - cpu
    seen = {task.result() for task in watchers}
    assert len(seen) == 1, f"the watchers disagree: {seen}"
    share = cpu / len(latencies)
    return [
        Row(f"deliveries to {WATCHERS} websocket watchers of a room", f"{len(latencies) / seconds:.0f} events/s"),
        Row("commit to watcher, p50 / p99", f"{_percentiles(latencies)} ms"),
        Row("server processor time a delivery", f"{1000 * share:.2f} ms ({share / unit:.3f} units)"),
    ]


async def first_event(server: Server, client: httpx.AsyncClient) -> list[Row]:
    waits = []
    for room in await _sessions(client, 20, SELLERS, turn_seconds=1):
        async with server.socket(room) as socket:
            await socket.recv()
            started = time.perf_counter()
            await client.post(f"/negotiation/{room}/start")
            while json.loads(await socket.recv())["type"] != "buyer_message":
                pass
            waits.append(time.perf_counter() - started - 1)
            await client.post(f"/negotiation/{room}/cancel")
    return [Row("start to the buyer's first words, less their rest of 1 s, p50 / p99", f"{_percentiles(waits)} ms")]


async def rest(client: httpx.AsyncClient) -> list[Row]:
    (room,) = await _sessions(client, 1, SELLERS)
    await _play(client, [room])
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "GET health": lambda: client.get("/health"),
        "GET state of a finished room": lambda: client.get(f"/negotiation/{room}/state"),
        "POST initialize, 3 sellers, 1 item": lambda: _sessions(client, 1, SELLERS),
    }
    return [Row(f"{name}, one at a time, p50 / p99", f"{await _timed(call)} ms") for name, call in calls.items()]


async def _timed(call: Callable[[], Awaitable[object]]) -> str:
    waits = []
    for _ in range(100):
        started = time.perf_counter()
        await call()
        waits.append(time.perf_counter() - started)
    return _percentiles(waits)


async def _watch(server: Server, room: str, connected: asyncio.Semaphore, latencies: list[float]) -> int:
    """Follow the room to its end; a fingerprint of what was seen."""
    seen = []
    async with server.socket(room) as socket:
        await socket.recv()
        connected.release()
        async for text in socket:
            frame = json.loads(text)
            if "seq" in frame:
                seen.append((frame["seq"], frame["type"]))
                latencies.append(time.time() - datetime.fromisoformat(frame["timestamp"]).timestamp())
    assert [seq for seq, _ in seen] == list(range(1, len(seen) + 1))
    return hash(tuple(seen))


async def _play(client: httpx.AsyncClient, rooms: list[str]) -> int:
    """Start the rooms and wait until all are over; how many events they have."""
    async with asyncio.TaskGroup() as group:
        for room in rooms:
            group.create_task(client.post(f"/negotiation/{room}/start"))
    events = 0
    for room in rooms:
        state = (await client.get(f"/negotiation/{room}/state")).json()
        while state["status"] != "completed":
            await asyncio.sleep(0.5)  # asking costs the server as much as playing
            state = (await client.get(f"/negotiation/{room}/state")).json()
        events += state["last_seq"]
    return events


async def _sessions(client: httpx.AsyncClient, count: int, sellers: int, turn_seconds: float = 0) -> list[str]:
    """The rooms of so many new sessions of one item."""
    rooms = []
    for _ in range(count):
        answer = await client.post("/simulation/initialize", json=_body(sellers, turn_seconds))
        answer.raise_for_status()
        rooms.append(answer.json()["negotiation_rooms"][0]["room_id"])
    return rooms


def _body(sellers: int, turn_seconds: float) -> dict[str, Any]:
    item = {"item_id": "desk", "item_name": "Standing desk"}
    limits = {"quantity_needed": 20, "min_price_per_unit": 200, "max_price_per_unit": 420}
    stock = {"quantity_available": 100, "cost_price": 220, "least_price": 300}
    return {
        "buyer": {"name": "Bench", "shopping_list": [{**item, **limits}]},
        "sellers": [
            {
                "name": f"Seller {letter}",
                "profile": {"priority": "maximize_profit", "speaking_style": "neutral"},
                "inventory": [{**item, **stock, "selling_price": 480 + number}],
            }
            for number, letter in enumerate("ABCDEFGHIJ"[:sellers])
        ],
        "minds": {"buyer": "strategy", "sellers": "strategy"},
        "seed": 7,
        "turn_seconds": turn_seconds,
    }


def _percentiles(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return f"{1000 * cuts[49]:.1f} / {1000 * cuts[98]:.1f}"


def write_table(mark: str, table: str) -> None:
    """Put the table between its marks in docs/performance.md."""
    path = ROOT / "docs" / "performance.md"
    head, _, rest_of = path.read_text("utf-8").partition(f"<!-- {mark} -->")
    _, _, tail = rest_of.partition(f"<!-- /{mark} -->")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    path.write_text(f"{head}<!-- {mark} -->\nMachine: {machine}.\n\n{table}\n<!-- /{mark} -->{tail}", "utf-8")


if __name__ == "__main__":
    main()
