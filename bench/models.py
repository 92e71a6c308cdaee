"""Measures rooms whose minds speak by a model, one that always takes the same time. `--write` keeps the table.

The ideal is the chain of calls that must follow one another: each round the buyer's, then the sellers' at once, and
last the buyer's farewells. The efficiency is the ideal by the time that all rooms took together.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from run import Row, unit_seconds, write_table
from serving import ROOT, Server, running_server

CASES = ((10, 0.3, 0), (50, 0.3, 0), (50, 0.3, 1), (200, 1.0, 0))
SLOW_MODEL = (100, 0.3, 20)


@dataclass(frozen=True, slots=True)
class Played:
    seconds: float
    cpu_seconds: float
    calls: int
    fallbacks: int
    chain: int
    memory_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the table in docs/performance.md")
    parser.add_argument("--rooms", type=int, help="only so many rooms, at --latency")
    parser.add_argument("--latency", type=float, default=0.3)
    parser.add_argument("--watchers", type=int, default=0)
    options = parser.parse_args()
    cases = ((options.rooms, options.latency, options.watchers),) if options.rooms else CASES
    unit = unit_seconds()
    rows = [row for case in cases for row in _case(*case, unit)]
    if not options.rooms:
        rows += _slow_model(*SLOW_MODEL)
    table = "\n".join(["| what | figure |", "|---|---|", *(f"| {row.what} | {row.figure} |" for row in rows)])
    print(table)
    if options.write:
        write_table("models", table)


def _case(rooms: int, latency: float, watchers: int, unit: float) -> list[Row]:
    with model(latency) as base, server_for(base, concurrency=1000, rooms=rooms) as server:
        played = asyncio.run(play(server, rooms, watchers))
    ideal = played.chain * latency
    watched = f", {watchers} watcher each" if watchers else ""
    name = f"{rooms} rooms of 3 sellers, a model of {1000 * latency:.0f} ms{watched}"
    share = played.cpu_seconds / played.calls
    return [
        Row(f"{name}: wall time by the ideal of {ideal:.1f} s", f"{played.seconds / ideal:.2f}"),
        Row("… server processor time a call", f"{1000 * share:.1f} ms ({share / unit:.2f} units)"),
        Row("… memory a room", f"{played.memory_mib / rooms:.2f} MiB"),
        Row("… template words among the messages", f"{played.fallbacks} of {played.calls} calls"),
    ]


def _slow_model(rooms: int, latency: float, places: int) -> list[Row]:
    with model(latency, places) as base, server_for(base, concurrency=places, rooms=rooms) as server:
        played = asyncio.run(play(server, rooms, 0))
    busy = played.calls * latency / (played.seconds * places)
    return [Row(f"{rooms} rooms at a model that takes {places} calls at once: its places busy", f"{100 * busy:.0f} %")]


@contextmanager
def model(latency: float, places: int = 0) -> Iterator[str]:
    """The address of a model of our own that answers after `latency` seconds."""
    command = [sys.executable, "-m", "tests.fake_llm", "--latency", str(latency), "--max-concurrency", str(places)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        finally:
            process.send_signal(signal.SIGTERM)


@contextmanager
def server_for(base: str, concurrency: int, rooms: int) -> Iterator[Server]:
    os.environ.update(
        LLM_PROVIDER="lm_studio",
        LM_STUDIO_BASE_URL=base,
        LLM_MAX_CONCURRENCY=str(concurrency),
        WORKER_CONCURRENCY=str(max(50, rooms)),
    )
    with running_server("--no-demo") as server:
        yield server


async def play(server: Server, rooms: int, watchers: int) -> Played:
    async with server.client() as client:
        session = (await client.post("/simulation/initialize", json=_body(rooms))).json()
        codes = [room["room_id"] for room in session["negotiation_rooms"]]
        for _ in range((rooms - 1) // 10):
            more = (await client.post("/simulation/initialize", json=_body(10))).json()
            codes += [room["room_id"] for room in more["negotiation_rooms"]]
        codes = codes[:rooms]
        async with asyncio.TaskGroup() as group:
            watching = [group.create_task(_watch(server, code)) for code in codes for _ in range(watchers)]
            memory, cpu, started = server.memory_mib(), server.cpu_seconds(), time.perf_counter()
            for code in codes:
                group.create_task(client.post(f"/negotiation/{code}/start"))
            await _until_over(client, codes)
            seconds, cpu, peak = time.perf_counter() - started, server.cpu_seconds() - cpu, server.memory_mib()
            for task in watching:
                task.cancel()
        return await _count(client, codes, seconds, cpu, peak - memory)


async def _until_over(client: httpx.AsyncClient, codes: list[str]) -> None:
    """Asks rarely: an answer costs the server as much as a call to a model."""
    for code in codes:
        while (await client.get(f"/negotiation/{code}/state")).json()["status"] != "completed":
            await asyncio.sleep(0.2)


async def _watch(server: Server, code: str) -> None:
    async with server.socket(code) as socket:
        async for _ in socket:
            pass


async def _count(client: httpx.AsyncClient, codes: list[str], seconds: float, cpu: float, memory: float) -> Played:
    calls = fallbacks = chain = 0
    for code in codes:
        answer = (await client.get(f"/negotiation/{code}/model-calls", params={"limit": 200})).json()
        calls += answer["total"]
        fallbacks += sum(call["result"] == "fallback" for call in answer["calls"])
        rounds = {(call["round"], call["seller_id"] is None, call["purpose"]) for call in answer["calls"]}
        chain = max(chain, len(rounds))
    return Played(seconds, cpu, calls, fallbacks, chain, memory)


def _body(items: int) -> dict[str, object]:
    names = [f"desk-{number}" for number in range(min(items, 10))]
    return {
        "buyer": {
            "name": "Bench",
            "shopping_list": [
                {
                    "item_id": name,
                    "item_name": "Standing desk",
                    "quantity_needed": 20,
                    "min_price_per_unit": 200,
                    "max_price_per_unit": 420,
                }
                for name in names
            ],
        },
        "sellers": [
            {
                "name": f"Seller {letter}",
                "profile": {"priority": "maximize_profit", "speaking_style": "neutral"},
                "inventory": [
                    {
                        "item_id": name,
                        "item_name": "Standing desk",
                        "quantity_available": 100,
                        "cost_price": 220,
                        "least_price": 300,
                        "selling_price": 480 + number,
                    }
                    for name in names
                ],
            }
            for number, letter in enumerate("ABC")
        ],
        "minds": {"buyer": "narrated", "sellers": "narrated"},
        "seed": 7,
    }


if __name__ == "__main__":
    main()
