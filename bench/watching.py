"""Goals about watching: how late events come, to how many at once, what watchers cost (P9, P13 to P15 and more)."""

import asyncio
import socket
from dataclasses import replace
from typing import Any

from calls import FIFTY, SLOW, TEN
from driving import Case, Played, client_of, get, open_rooms, play, start, until_over
from laboratory import TIMES, Lab
from measuring import Line, at_least, at_most, exactly, median, percentile
from seen import Seen
from serving import Server
from watchers import stream_path, watch_stream

# An instant room of this many events is over sooner than its watchers have come back often.
RESUMED = Case(6, latency=0.0, mind="strategy", turn_seconds=0.02, sellers=5)
CROWDED = Case(1, latency=0.0, mind="strategy", sellers=10, rounds=5, watchers=200, turn_seconds=0.1, sockets=True)
FLOCK = replace(CROWDED, watchers=500, turn_seconds=0.3)
EVENTS_A_SECOND = 10
LONG = Case(1, latency=0.0, mind="strategy", sellers=10, rounds=100, watchers=10)
DEAF = 20
LEAVES_AFTER = 15


async def lateness(lab: Lab) -> list[Line]:
    lines = []
    for case, goal in ((TEN, 25), (FIFTY, 75), (SLOW, 250)):
        times = await lab.played_often(case)
        lates = [1000 * percentile(played.waits, 0.99) for played in times]
        lines.append(at_most("P9", f"an event to its watcher, p99; {case}", median(lates), goal, " ms"))
        lines.append(Line("P9", "… each time", ", ".join(f"{late:.0f} ms" for late in sorted(lates))))
        lines.append(exactly("P9", "… numbers missing or doubled", sum(played.gaps_and_doubles for played in times), 0))
    return [*lines, await _resuming(lab)]


async def _resuming(lab: Lab) -> Line:
    """Watchers that leave after every few events, and come back with the last number they saw."""
    case = lab.sized(RESUMED)
    with lab.server() as server:
        async with client_of(server) as http:
            rooms = await open_rooms(http, case)
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(_come_and_go(server, room)) for room in rooms]
                await start(http, rooms)
            whole = [await _read_whole(server, room) for room in rooms]
    differ = sum(task.result().fingerprint != seen.fingerprint for task, seen in zip(tasks, whole, strict=True))
    events = sum(len(seen.numbers) for seen in whole)
    return exactly("P9", f"rooms whose watchers left after every 7 of {events} events and saw another list", differ, 0)


async def _come_and_go(server: Server, room: str) -> Seen:
    seen = Seen()
    while not seen.is_over:
        after = seen.numbers[-1] if seen.numbers else 0
        leave_after = len(seen.numbers) + 7
        watcher = await watch_stream(
            server.port, stream_path(room), server.key, seen=seen, after=after, leave_after=leave_after
        )
        await watcher.done
    return seen


async def _read_whole(server: Server, room: str) -> Seen:
    watcher = await watch_stream(server.port, stream_path(room), server.key)
    await watcher.done
    return watcher.seen


async def many_watchers(lab: Lab) -> list[Line]:
    one = await lab.played(replace(TEN, sockets=True))
    lines = []
    for watchers, slower, late in ((10, 1.03, 150), (50, 1.15, 600)):
        many = await lab.played(replace(TEN, sockets=True, watchers=watchers))
        p99 = 1000 * percentile(many.waits, 0.99)
        name = f"{watchers} watchers a room; {TEN}"
        lines += [
            at_most("P13", f"{name}: time of a room by that with one", many.room_seconds / one.room_seconds, slower),
            exactly("P13", "… calls to the model by those with one", many.model["calls"] / one.model["calls"], 1.0),
            exactly("P13", "… rooms whose watchers disagree", many.disagreeing, 0),
            at_most("P13", "… an event to its watcher, p99", p99, late, " ms"),
        ]
    return lines


async def one_room_many_watchers(lab: Lab) -> list[Line]:
    played = await _play(lab, lab.sized(CROWDED))
    waits = played.waits
    share = played.cpu_seconds / max(1, len(waits))
    return [
        at_most("P14", f"{CROWDED.watchers} sockets on a room: event p99", 1000 * percentile(waits, 0.99), 100, " ms"),
        at_most("P14", "… processor time a delivery, units", share / lab.unit, 0.015),
        Line("P14", "… a delivery; all deliveries", f"{lab.units(share)}; {len(waits) / played.seconds:.0f}/s"),
        exactly("P14", "… rooms whose watchers disagree", played.disagreeing, 0),
    ]


async def flock(lab: Lab) -> list[Line]:
    """Processor time is scaled to exactly ten events a second; what the room itself costs is in it."""
    times = [await _play(lab, lab.sized(FLOCK)) for _ in range(lab.count(TIMES, 1))]
    rate = median(played.events / played.seconds for played in times)
    share = median(played.cpu_seconds * EVENTS_A_SECOND / played.events for played in times)
    late = median(1000 * percentile(played.waits, 0.99) for played in times)
    return [
        at_most("SOCKETS", f"{FLOCK.watchers} sockets, {rate:.1f} events/s each: event p99", late, 70, " ms"),
        at_most("SOCKETS", f"… part of a core, at {EVENTS_A_SECOND} events/s", share, 0.25),
    ]


async def _play(lab: Lab, case: Case) -> Played:
    with lab.server() as server:
        return await play(server, lab.model, case)


async def unwatched(lab: Lab) -> list[Line]:
    """Nobody watches; then somebody does who leaves early."""
    case = lab.sized(Case(10, latency=0.05))
    with lab.server() as server:
        await lab.model.behave(latency=case.latency)
        async with client_of(server) as http:
            alone, left = await open_rooms(http, case), await open_rooms(http, case)
            watchers = [
                await watch_stream(server.port, stream_path(room), server.key, leave_after=LEAVES_AFTER)
                for room in left
            ]
            await start(http, [*alone, *left])
            for watcher in watchers:
                await watcher.done
            await until_over(http, [*alone, *left])
            counts = [await _messages(http, rooms) for rooms in (alone, left)]
    messages = 2 * case.rounds * case.sellers * case.rooms
    return [
        exactly("P15", "nobody watches: rooms that end", counts[0][0], case.rooms),
        exactly("P15", f"all leave after {LEAVES_AFTER} events: rooms that end", counts[1][0], case.rooms),
        at_least("P15", "… messages stored in all those rooms", counts[0][1] + counts[1][1], 2 * messages),
    ]


async def _messages(http: Any, rooms: list[str]) -> tuple[int, int]:
    """How many rooms are over, and the messages stored in them."""
    states = [await get(http, f"negotiation/{room}/state") for room in rooms]
    over = sum(state["status"] == "completed" for state in states)
    return over, sum(len(state["conversation_history"]) for state in states)


async def deaf_watchers(lab: Lab) -> list[Line]:
    """A long room with watchers that read, then another with as many more that never do; as often as its time needs.

    What the deaf take of memory is seen the first time alone: later ones find what the first have left.
    """
    with lab.server() as server:
        await play(server, lab.model, replace(lab.sized(LONG), rounds=2))
        pairs = [
            (await play(server, lab.model, lab.sized(LONG)), await _play_with_deaf(server, lab))
            for _ in range(lab.count(TIMES, 1))
        ]
    late = [median(1000 * percentile(played.waits, 0.99) for played in side) for side in zip(*pairs, strict=True)]
    slower = median(with_deaf.seconds / without.seconds for without, with_deaf in pairs)
    without, with_deaf = pairs[0]
    grown = with_deaf.memory_after - without.memory_after
    return [
        Line("DEAF", f"{DEAF} watchers that never read; an event to the others, p99, without and with", _two(late)),
        at_most("DEAF", "… time of the room by that without them", slower, 1.1),
        at_most("DEAF", "… memory for each that never reads", grown / DEAF, 1.0, " MiB"),
        exactly(
            "DEAF", "… numbers missing or doubled for the others", sum(pair[1].gaps_and_doubles for pair in pairs), 0
        ),
    ]


async def _play_with_deaf(server: Server, lab: Lab) -> Played:
    """The deaf join every room there is, before the readers do."""
    case = lab.sized(LONG)
    deaf: list[socket.socket] = []

    def join(room: str) -> None:
        for number in range(DEAF):
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", server.port))
            key = server.keys[number % len(server.keys)]
            line.sendall(f"GET {stream_path(room)} HTTP/1.0\r\nHost: x\r\nX-API-Key: {key}\r\n\r\n".encode())
            deaf.append(line)

    try:
        return await play(server, lab.model, case, join)
    finally:
        for line in deaf:
            line.close()


def _two(milliseconds: list[float]) -> str:
    return " and ".join(f"{value:.0f} ms" for value in milliseconds)


PARTS = {
    "P9": lateness,
    "P13": many_watchers,
    "P14": one_room_many_watchers,
    "P15": unwatched,
    "SOCKETS": flock,
    "DEAF": deaf_watchers,
}
