"""What the parts of the load test share: the fake model, fresh servers, and runs that several goals are read from."""

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
from driving import Case, Model, Played, play, play_reference
from fake_model import MODEL
from measuring import Line, median, unit_seconds
from serving import Installation, Process, Server, program

Part = Callable[["Lab"], Awaitable[list[Line]]]

# How often a case is played whose figure is the median of all times.
TIMES = 3
# What a process pays once is seen neither in a room's time nor in a call's cost: it has played so many rooms before.
ROOMS_BEFORE, ROUNDS_BEFORE = 10, 2
QUICK_ROOMS, QUICK_ROUNDS, QUICK_LATENCY = 3, 2, 0.05


@dataclass(slots=True)
class Lab:
    """`unit` is in seconds. A quick lab plays few and short rooms: it shows that all works, and its figures nothing."""

    folder: Path
    installed: Installation
    model: Model
    unit: float
    is_quick: bool = False
    _played: dict[Case, list[Played]] = field(default_factory=dict)
    _folders: int = 0

    def sized(self, case: Case) -> Case:
        if not self.is_quick:
            return case
        return replace(
            case,
            rooms=min(case.rooms, QUICK_ROOMS),
            rounds=min(case.rounds, QUICK_ROUNDS),
            latency=min(case.latency, QUICK_LATENCY),
            watchers=min(case.watchers, QUICK_ROOMS),
        )

    def count(self, number: int, quick: int) -> int:
        return quick if self.is_quick else number

    async def played(self, case: Case) -> Played:
        """The case on a server of its own, the first time it is asked for."""
        return (await self._times(case, 1))[0]

    async def played_often(self, case: Case) -> list[Played]:
        """The case several times, each on a server of its own, for what differs from time to time."""
        return await self._times(case, self.count(TIMES, 1))

    async def _times(self, case: Case, times: int) -> list[Played]:
        played = self._played.setdefault(case, [])
        while len(played) < times:
            played.append(await self.play_anew(case))
        return played

    async def play_anew(self, case: Case) -> Played:
        case = self.sized(case)
        before = replace(case, rooms=min(case.rooms, ROOMS_BEFORE), rounds=min(case.rounds, ROUNDS_BEFORE))
        with self.server(**self.rooms_at_once(case.rooms), LLM_MAX_CONCURRENCY=str(case.places)) as server:
            await play(server, self.model, before)
            return await play(server, self.model, case)

    async def play_reference(self, case: Case, *, is_streamed: bool) -> Played:
        """The case on the bare stack, in a process of its own."""
        case = self.sized(case)
        options = ["--model", self.model.base, "--database", str(self.new_folder() / "reference.sqlite3")]
        options += ["--rounds", str(case.rounds), "--sellers", str(case.sellers)]
        with program("reference.py", *options, *(["--stream"] if is_streamed else [])) as (pid, port):
            await play_reference(Process(pid), port, self.model, replace(case, rooms=min(case.rooms, ROOMS_BEFORE)))
            return await play_reference(Process(pid), port, self.model, case)

    @contextmanager
    def server(self, **environment: str) -> Iterator[Server]:
        """A server that speaks by the fake model."""
        with self.installation(**environment) as installation, installation.serving("--no-demo") as server:
            yield server

    @contextmanager
    def installation(self, **environment: str) -> Iterator[Installation]:
        folder = self.new_folder()
        installation = self.installed.copy(folder, {**spoken_by(self.model), **environment})
        try:
            yield installation
        finally:
            if "Traceback" in installation.log:
                print(f"A server has logged errors:\n{installation.log[-3000:]}", file=sys.stderr)
            shutil.rmtree(folder, ignore_errors=True)

    def new_folder(self) -> Path:
        self._folders += 1
        folder = self.folder / f"run-{self._folders}"
        folder.mkdir()
        return folder

    def rooms_at_once(self, rooms: int) -> dict[str, str]:
        return {"WORKER_CONCURRENCY": str(max(50, rooms))}

    @contextmanager
    def unit_beside(self) -> Iterator[None]:
        """Measures the unit anew before and after what it divides: the machine's speed may change within the minute."""
        before = unit_seconds()
        yield
        self.unit = (before + unit_seconds()) / 2

    def units(self, seconds: float) -> str:
        return f"{1000 * seconds:.2f} ms ({seconds / self.unit:.3f} units)"


def spoken_by(model: Model) -> Mapping[str, str]:
    return {
        "LLM_PROVIDER": "openai_compatible",
        "OPENAI_COMPATIBLE_BASE_URL": model.base,
        "OPENAI_COMPATIBLE_DEFAULT_MODEL": MODEL,
        "LLM_MAX_CONCURRENCY": "1000",
    }


@contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="parley-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


async def capacity(model: Model, seconds: float) -> list[Line]:
    """What a call costs the fake model itself, and how late it is, so that it can be seen not to be what limits."""
    lines = []
    for what, extra in (("whole", {}), ("streamed", {"stream": True})):
        await model.behave()
        await _flood(model, {**_asked(), **extra}, seconds)
        seen = await model.stats()
        cpu = seen["cpu_seconds"] / max(1, seen["calls"])
        figure = f"{1000 * cpu:.2f} ms of processor time a call: {1 / cpu:.0f} calls/s a core"
        lines.append(Line("model", f"the fake model, replies {what}", figure))
        late = await _lateness(model, {**_asked(), **extra}, seconds)
        lines.append(Line("model", "… from asked to read, beyond the time it is told to take", f"{1000 * late:.1f} ms"))
    return lines


async def _flood(model: Model, body: Mapping[str, Any], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    raw = json.dumps(body).encode()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def ask() -> None:
            while time.monotonic() < deadline:
                async with http.post(f"{model.base}/chat/completions", data=raw) as answer:
                    await answer.read()

        async with asyncio.TaskGroup() as group:
            for _ in range(32):
                group.create_task(ask())


async def _lateness(model: Model, body: Mapping[str, Any], seconds: float) -> float:
    """The median of a few calls, one after another."""
    told, late = seconds / 10, list[float]()
    await model.behave(latency=told)
    async with aiohttp.ClientSession() as http:
        for _ in range(11):
            asked = time.perf_counter()
            async with http.post(f"{model.base}/chat/completions", json=body) as answer:
                await answer.read()
            late.append(time.perf_counter() - asked - told)
    return median(late)


def _asked() -> dict[str, Any]:
    facts = json.dumps({"draft": "I can do 415.50 for each of the twenty desks, and that is my offer.", "recent": []})
    system = "Stay polite, brief and plain. " * 50
    return {
        "model": MODEL,
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": f"The data:\n```json\n{facts}\n```\nReply with the JSON object."},
        ],
        "response_format": {"type": "json_object"},
    }
