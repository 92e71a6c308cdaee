"""Plays rooms on a server and measures both: the rooms by their watchers, the server by its process."""

import asyncio
import itertools
import string
import time
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from measuring import median
from seen import Seen
from serving import Process, Server
from watchers import Watcher, stream_path, watch_socket, watch_stream

TREES = ("Alder", "Birch", "Cedar", "Elm", "Hazel", "Larch", "Maple", "Oak", "Rowan", "Willow")
SELLERS = ("Ash", "Beech", "Cherry", "Fir", "Holly", "Juniper", "Lime", "Olive", "Pine", "Yew")
AT_ONCE = 8
ROOM_SECONDS = 300
_names = ("".join(letters) for letters in itertools.product(string.ascii_lowercase, repeat=3))


@dataclass(frozen=True, slots=True)
class Case:
    """Rooms that go all their rounds, and agree only after the last."""

    rooms: int
    latency: float = 0.3
    sellers: int = 3
    rounds: int = 10
    watchers: int = 1
    places: int = 1000
    mind: str = "narrated"
    turn_seconds: float = 0.0
    jitter: float = 0.0
    sockets: bool = False
    keeps_frames: bool = False
    faults: tuple[tuple[str, float], ...] = ()

    @property
    def chain(self) -> int:
        """The calls that must follow one another: the buyer's and the sellers' of each round, and the farewells."""
        return 2 * self.rounds + 1

    @property
    def calls(self) -> int:
        return self.rooms * (self.rounds * (1 + self.sellers) + 1)

    @property
    def ideal(self) -> float:
        return max(self.chain * self.latency, self.calls * self.latency / self.places)

    def __str__(self) -> str:
        return f"{self.rooms} rooms x {1000 * self.latency:.0f} ms"


@dataclass(frozen=True, slots=True)
class Played:
    """What a case came to. Of each room the first watcher's view counts, the others are compared with it."""

    case: Case
    seconds: float
    cpu_seconds: float
    client_seconds: float
    memory_before: float
    memory_after: float
    model: dict[str, Any]
    seen: tuple[tuple[Seen, ...], ...]
    rooms: tuple[str, ...]

    @property
    def cpu_per_call(self) -> float:
        return self.cpu_seconds / max(1, int(self.model["calls"]))

    @property
    def room_seconds(self) -> float:
        """The median room's."""
        return median(seen.seconds for seen in self.firsts)

    @property
    def efficiency(self) -> float:
        """The ideal by the actual time of the median room."""
        return self.case.ideal / self.room_seconds

    @property
    def rooms_per_minute(self) -> float:
        return 60 * self.ended / self.seconds

    @property
    def ended(self) -> int:
        return sum(bool(watchers) and watchers[0].is_over for watchers in self.seen)

    @property
    def firsts(self) -> list[Seen]:
        return [watchers[0] for watchers in self.seen if watchers]

    @property
    def waits(self) -> list[float]:
        return [wait for watchers in self.seen for seen in watchers for wait in seen.waits]

    @property
    def gaps_and_doubles(self) -> int:
        return sum(seen.gaps_and_doubles for watchers in self.seen for seen in watchers)

    @property
    def disagreeing(self) -> int:
        return sum(len({seen.fingerprint for seen in watchers}) > 1 for watchers in self.seen)

    @property
    def in_template_words(self) -> int:
        return sum(seen.in_template_words for seen in self.firsts)

    @property
    def events(self) -> int:
        return sum(len(seen.numbers) for seen in self.firsts)


class Model:
    """The fake model, from outside."""

    def __init__(self, pid: int, port: int, chunks: int) -> None:
        self.process, self.port, self._chunks = Process(pid), port, chunks

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def behave(self, **behaviour: Any) -> None:
        """Also forgets what it saw."""
        url = f"http://127.0.0.1:{self.port}/settings"
        async with aiohttp.request("POST", url, json={"chunks": self._chunks, **behaviour}) as answer:
            answer.raise_for_status()

    async def stats(self) -> dict[str, Any]:
        async with aiohttp.request("GET", f"http://127.0.0.1:{self.port}/stats") as answer:
            return dict(await answer.json())


@asynccontextmanager
async def client_of(server: Server) -> Any:
    """A client of the API, with many connections."""
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=ROOM_SECONDS)
    async with aiohttp.ClientSession(
        f"{server.base}/api/v1/", headers={"X-API-Key": server.key}, connector=connector, timeout=timeout
    ) as http:
        yield http


async def play(
    server: Server, model: Model, case: Case, on_opened: Callable[[str], None] = lambda room: None
) -> Played:
    """Open the rooms, let the watchers join, start all, and wait until each watcher has seen its room's end.

    `on_opened` is told of each room before anybody joins.
    """
    return await play_on([server], model, case, on_opened)


async def play_on(
    servers: Sequence[Server], model: Model, case: Case, on_opened: Callable[[str], None] = lambda room: None
) -> Played:
    """As `play`, on several servers of one database, whose watchers are spread over them."""
    await model.behave(latency=case.latency, jitter=case.jitter, faults=dict(case.faults))
    meter = Meter(servers)
    async with client_of(servers[0]) as http, asyncio.timeout(ROOM_SECONDS):
        rooms = await open_rooms(http, case)
        for room in rooms:
            on_opened(room)
        if not case.watchers:
            seen = await _run_unwatched(http, rooms, meter)
        else:
            seen = await _run_watched(http, servers, case, rooms, meter)
        return await meter.stop(case, rooms, seen, model)


async def play_reference(process: Process, port: int, model: Model, case: Case) -> Played:
    """The same on the bare stack."""
    await model.behave(latency=case.latency)
    meter = Meter([process])
    rooms = [f"room-{next(_names)}" for _ in range(case.rooms)]
    async with asyncio.timeout(ROOM_SECONDS):
        watchers = [await watch_stream(port, f"/rooms/{room}/stream") for room in rooms if case.watchers]
        meter.begin()
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}/") as http:
            for room in rooms:
                async with http.get(f"rooms/{room}/start") as answer:
                    answer.raise_for_status()
        for watcher in watchers:
            await watcher.done
        while not watchers and (await model.stats())["answered"] < case.rooms * case.rounds * (1 + case.sellers):
            await asyncio.sleep(0.25)
    return await meter.stop(case, rooms, [(watcher.seen,) for watcher in watchers], model)


async def open_rooms(http: aiohttp.ClientSession, case: Case) -> list[str]:
    """Ten to a session, so that no two prompts are the same."""
    rooms: list[str] = []
    while len(rooms) < case.rooms:
        body = session_body(case, min(10, case.rooms - len(rooms)))
        async with http.post("simulation/initialize", json=body) as answer:
            answer.raise_for_status()
            rooms += [room["room_id"] for room in (await answer.json())["negotiation_rooms"]]
    return rooms


async def start(http: aiohttp.ClientSession, rooms: Sequence[str]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for room in rooms:
            group.create_task(_start_one(http, room, gate))


async def until_over(http: aiohttp.ClientSession, rooms: Sequence[str]) -> None:
    """Asks for the sessions alone: the state of a room costs the server as much as a call to a model."""
    is_active = bool(rooms)
    while is_active:
        await asyncio.sleep(0.25)
        async with http.get("simulation", params={"limit": 100}) as answer:
            answer.raise_for_status()
            is_active = any(line["status"] == "active" for line in (await answer.json())["sessions"])


async def get(http: aiohttp.ClientSession, path: str, **params: Any) -> Any:
    async with http.get(path, params=params) as answer:
        answer.raise_for_status()
        return await answer.json()


def session_body(case: Case, items: int = 1) -> dict[str, Any]:
    names = [(f"desk-{tree.lower()}", f"{tree} desk") for tree in TREES[:items]]
    limits = {"quantity_needed": 20, "min_price_per_unit": 200, "max_price_per_unit": 420}
    stock = {"quantity_available": 100, "cost_price": 220, "least_price": 300}
    return {
        "buyer": {
            "name": f"Bench {next(_names)}",
            "shopping_list": [{"item_id": code, "item_name": name, **limits} for code, name in names],
        },
        "sellers": [
            {
                "name": seller,
                "profile": {"priority": "maximize_profit", "speaking_style": "neutral"},
                "inventory": [
                    {"item_id": code, "item_name": name, **stock, "selling_price": 480 + number} for code, name in names
                ],
            }
            for number, seller in enumerate(SELLERS[: case.sellers])
        ],
        "minds": {"buyer": case.mind, "sellers": case.mind},
        "seed": 7,
        "max_rounds": case.rounds,
        "turn_seconds": case.turn_seconds,
    }


class Meter:
    """Reads clocks and processes: memory from when it is made, all else from when the watchers have joined."""

    def __init__(self, servers: Sequence[Process]) -> None:
        self._servers = servers
        self._memory = sum(server.memory_mib() for server in servers)

    def begin(self) -> None:
        self._cpu, self._own, self._started = self._cpu_seconds(), time.process_time(), time.perf_counter()

    async def stop(
        self, case: Case, rooms: Sequence[str], seen: Sequence[tuple[Seen, ...]], model: Model | None
    ) -> Played:
        return Played(
            case=case,
            seconds=time.perf_counter() - self._started,
            cpu_seconds=self._cpu_seconds() - self._cpu,
            client_seconds=time.process_time() - self._own,
            memory_before=self._memory,
            memory_after=sum(server.memory_mib() for server in self._servers),
            model=await model.stats() if model else {},
            seen=tuple(seen),
            rooms=tuple(rooms),
        )

    def _cpu_seconds(self) -> float:
        return sum(server.cpu_seconds() for server in self._servers)


async def _run_watched(
    http: aiohttp.ClientSession, servers: Sequence[Server], case: Case, rooms: Sequence[str], meter: Meter
) -> list[tuple[Seen, ...]]:
    gate, numbers = asyncio.Semaphore(AT_ONCE), itertools.count()
    async with asyncio.TaskGroup() as group:
        joining = [
            [
                group.create_task(_join(servers[place % len(servers)], room, case, next(numbers), gate))
                for _ in range(case.watchers)
            ]
            for place, room in enumerate(rooms)
        ]
    watching = [[task.result() for task in tasks] for tasks in joining]
    meter.begin()
    await start(http, rooms)
    for watchers in watching:
        for watcher in watchers:
            await watcher.done
    return [tuple(watcher.seen for watcher in watchers) for watchers in watching]


async def _join(server: Server, room: str, case: Case, number: int, gate: asyncio.Semaphore) -> Watcher:
    async with gate:
        seen, key = Seen(frames=[] if case.keeps_frames else None), server.keys[number % len(server.keys)]
        if case.sockets:
            return await watch_socket(server.port, room, key, seen=seen)
        return await watch_stream(server.port, stream_path(room), key, seen=seen)


async def _run_unwatched(http: aiohttp.ClientSession, rooms: Sequence[str], meter: Meter) -> list[tuple[Seen, ...]]:
    meter.begin()
    await start(http, rooms)
    await until_over(http, rooms)
    return [()] * len(rooms)


async def _start_one(http: aiohttp.ClientSession, room: str, gate: asyncio.Semaphore) -> None:
    async with gate, http.post(f"negotiation/{room}/start") as answer:
        answer.raise_for_status()
