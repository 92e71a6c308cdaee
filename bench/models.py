"""Measures rooms whose minds speak by a model, one that always takes the same time. `--write` keeps the table.

The ideal is the chain of calls that must follow one another: each round the buyer's, then the sellers' at once, and
last the buyer's farewells; or, where that is longer, all calls through the places that the provider grants.
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

DEFAULT_PLACES, ALL_PLACES = 10, 1000


@dataclass(frozen=True, slots=True)
class Case:
    rooms: int
    latency: float = 0.3
    places: int = ALL_PLACES
    watchers: int = 0


CASES = (Case(10), Case(50, places=DEFAULT_PLACES), Case(50))


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
    parser.add_argument("--rooms", type=int, help="only so many rooms, with the options below")
    parser.add_argument("--latency", type=float, default=0.3, help="seconds that a call takes")
    parser.add_argument("--places", type=int, default=ALL_PLACES, help="LLM_MAX_CONCURRENCY")
    parser.add_argument("--watchers", type=int, default=0, help="of each room")
    options = parser.parse_args()
    cases = CASES
    if options.rooms:
        cases = (Case(options.rooms, options.latency, options.places, options.watchers),)
    unit = unit_seconds()
    rows = [row for case in cases for row in _measured(case, unit)]
    table = "\n".join(["| what | figure |", "|---|---|", *(f"| {row.what} | {row.figure} |" for row in rows)])
    print(table)
    if options.write:
        write_table("models", table)


def _measured(case: Case, unit: float) -> list[Row]:
    with model(case.latency) as base, server_for(base, case) as server:
        played = asyncio.run(play(server, case))
    ideal = max(played.chain * case.latency, played.calls * case.latency / case.places)
    share = played.cpu_seconds / played.calls
    places = f"{case.places} calls at once, " if case.places < ALL_PLACES else ""
    watched = f"{case.watchers} watcher each, " if case.watchers else ""
    name = f"{case.rooms} rooms of 3 sellers, a model of {1000 * case.latency:.0f} ms, {places}{watched}"
    return [
        Row(f"{name}wall time by the ideal of {ideal:.1f} s", f"{played.seconds / ideal:.2f}"),
        Row("… server processor time a call", f"{1000 * share:.1f} ms ({share / unit:.2f} units)"),
        Row("… memory a room", f"{played.memory_mib / case.rooms:.2f} MiB"),
        Row("… calls, of which ended in template words", f"{played.calls}, {played.fallbacks}"),
    ]


@contextmanager
def model(latency: float) -> Iterator[str]:
    """The address of a model of our own that answers after `latency` seconds."""
    command = [sys.executable, "-m", "tests.fake_llm", "--latency", str(latency)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


@contextmanager
def server_for(base: str, case: Case) -> Iterator[Server]:
    os.environ.update(
        LLM_PROVIDER="lm_studio",
        LM_STUDIO_BASE_URL=base,
        LLM_MAX_CONCURRENCY=str(case.places),
        WORKER_CONCURRENCY=str(max(50, case.rooms)),
    )
    with running_server("--no-demo") as server:
        yield server


async def play(server: Server, case: Case) -> Played:
    rooms, watchers = case.rooms, case.watchers
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
                await client.post(f"/negotiation/{code}/start")
            await _until_over(client)
            seconds, cpu, peak = time.perf_counter() - started, server.cpu_seconds() - cpu, server.memory_mib()
            for task in watching:
                task.cancel()
        return await _count(client, codes, seconds, cpu, peak - memory)


async def _until_over(client: httpx.AsyncClient) -> None:
    """Asks for the sessions alone: the state of a room costs the server as much as a call to a model."""
    while any(line["status"] == "active" for line in (await client.get("/simulation")).json()["sessions"]):
        await asyncio.sleep(0.25)


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
