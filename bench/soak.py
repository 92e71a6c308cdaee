"""Rooms without end on one server, watched by people who come and go: what grows is a leak."""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from driving import Case, client_of, open_rooms, start
from laboratory import Lab
from measuring import Line, at_most, exactly, median
from seen import Seen
from serving import Installation, Server
from watchers import stream_path, watch_stream

SPOKEN, INSTANT = Case(1, latency=0.1), Case(1, latency=0.0, mind="strategy", turn_seconds=0.1)
ROOMS_AT_ONCE, WATCHERS = 10, 3
SAMPLE_SECONDS = 5.0
GROWTH = 1.05


@dataclass(frozen=True, slots=True)
class Sample:
    """`memory` in MiB; `blocks` are those that Python's own objects take: memory that grows without them is what the C
    library keeps in between.
    """

    memory: float
    threads: int
    files: int
    tasks: int
    blocks: int


async def soak(lab: Lab, seconds: float) -> list[Line]:
    """Each figure is the median of the last quarter by that of the second; the first warms up."""
    samples: list[Sample] = []
    counts = {"rooms": 0, "wrong": 0}
    deadline = time.monotonic() + seconds
    await lab.model.behave(latency=SPOKEN.latency, jitter=0.5, faults={"500": 0.02, "hang": 0.002})
    with lab.installation(LM_STUDIO_TIMEOUT="5") as installation, _serving(installation) as (server, told):
        sampling = asyncio.create_task(_sample(server, told, samples))
        async with asyncio.TaskGroup() as group:
            for number in range(ROOMS_AT_ONCE):
                group.create_task(_keep_playing(server, Random(number), deadline, counts))
        sampling.cancel()
    return [
        exactly(
            "SOAK", f"{counts['rooms']} rooms in {seconds / 60:.0f} min: lists with gaps or doubles", counts["wrong"], 0
        ),
        at_most("SOAK", "memory, last quarter by second", _growth(samples, "memory"), GROWTH),
        at_most("SOAK", "blocks of Python's objects, last quarter by second", _growth(samples, "blocks"), GROWTH),
        at_most("SOAK", "asyncio tasks, last quarter by second", _growth(samples, "tasks"), GROWTH),
        at_most("SOAK", "threads, last quarter by second", _growth(samples, "threads"), GROWTH),
        at_most("SOAK", "open files, last quarter by second", _growth(samples, "files"), GROWTH),
        Line("SOAK", "memory, tasks, threads, files: second quarter", _told(_quarter(samples, 1))),
        Line("SOAK", "… last quarter", _told(_quarter(samples, 3))),
    ]


@contextmanager
def _serving(installation: Installation) -> Iterator[tuple[Server, Path]]:
    """A server that also tells of its tasks and objects."""
    told = installation.folder / "told"
    script = str(Path(__file__).parent / "soaked_serve.py")
    with installation.program([sys.executable, script, str(told), "--port", "0", "--no-demo"]) as process:
        yield installation.greeted(process), told


async def _sample(server: Server, told: Path, samples: list[Sample]) -> None:
    while True:
        await asyncio.sleep(SAMPLE_SECONDS)
        samples.append(_look(server, told))


def _look(server: Server, told: Path) -> Sample:
    tasks, blocks = map(int, told.read_text().split())
    return Sample(server.memory_mib(), server.threads(), server.open_files(), tasks, blocks)


async def _keep_playing(server: Server, chance: Random, deadline: float, counts: dict[str, int]) -> None:
    """One room after another, with a model and without as chance has it."""
    async with client_of(server) as http:
        while time.monotonic() < deadline:
            case = replace(chance.choice((SPOKEN, INSTANT)), rounds=chance.choice((3, 6, 10)))
            (room,) = await open_rooms(http, case)
            async with asyncio.TaskGroup() as group:
                watching = [group.create_task(_come_and_go(server, room, number, chance)) for number in range(WATCHERS)]
                await start(http, [room])
            counts["rooms"] += 1
            counts["wrong"] += sum(task.result().gaps_and_doubles > 0 for task in watching)


async def _come_and_go(server: Server, room: str, number: int, chance: Random) -> Seen:
    seen = Seen()
    while not seen.is_over:
        after = seen.numbers[-1] if seen.numbers else 0
        leave_after = len(seen.numbers) + chance.randint(10, 200)
        key = server.keys[number % len(server.keys)]
        watcher = await watch_stream(
            server.port, stream_path(room), key, seen=seen, after=after, leave_after=leave_after
        )
        await watcher.done
    return seen


def _quarter(samples: list[Sample], place: int) -> list[Sample]:
    length = max(1, len(samples) // 4)
    return samples[place * length : (place + 1) * length] or samples[-1:]


def _growth(samples: list[Sample], what: str) -> float:
    second, last = (median(getattr(sample, what) for sample in _quarter(samples, place)) for place in (1, 3))
    return last / second


def _told(samples: list[Sample]) -> str:
    medians = {what: median(getattr(sample, what) for sample in samples) for what in ("tasks", "threads", "files")}
    memory = median(sample.memory for sample in samples)
    return f"{memory:.0f} MiB, {medians['tasks']:.0f}, {medians['threads']:.0f}, {medians['files']:.0f}"
