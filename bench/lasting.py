"""Goals about what lasts: memory, a killed server, a model that fails or is gone (P16 to P19)."""

import asyncio
import os
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from typing import Any

import aiohttp
from calls import TWO_HUNDRED
from driving import Case, Played, client_of, open_rooms, play, start
from laboratory import Lab
from measuring import Line, at_least, at_most, exactly
from seen import Seen, seconds_of
from serving import Installation
from watchers import stream_path, watch_stream

BRIEF = Case(100, latency=0.0, mind="strategy", rounds=2)
FEW, MANY = 200, 1000
KILLED = Case(10, rounds=6)
KILLED_AFTER = 1.5
FAULTY = Case(10, rounds=5)
FAULT_SHARE = 0.2
CALL_SECONDS = 2
FAULTS = ("500", "429", "cut", "garbage", "hang")
NOBODY_THERE = "http://127.0.0.1:9/v1"


async def memory(lab: Lab) -> list[Line]:
    active = await lab.played(TWO_HUNDRED)
    a_room = (active.memory_after - active.memory_before) / active.case.rooms
    case = lab.sized(BRIEF)
    sizes: list[float] = []
    with lab.server() as server:
        for _ in range(lab.count(MANY, 2 * case.rooms) // case.rooms):
            sizes.append((await play(server, lab.model, case)).memory_after)
    first = max(1, len(sizes) * FEW // MANY)
    return [
        at_most("P16", f"memory for each watched room at work; {TWO_HUNDRED}", a_room, 0.3, " MiB"),
        at_most("P16", f"memory after {MANY} rooms by that after {FEW}", sizes[-1] / sizes[first - 1], 1.1),
    ]


async def killed(lab: Lab) -> list[Line]:
    """All rooms are watched before and after; what was seen before must be seen again, at the same numbers."""
    case = lab.sized(KILLED)
    await lab.model.behave(latency=case.latency)
    with lab.installation() as installation:
        rooms, before = await _play_until_killed(lab, installation, case)
        unrecorded = (await lab.model.stats())["calls"] - _recorded_calls(installation)
        started = time.time()
        with installation.serving("--no-demo") as server:
            watchers = [
                await watch_stream(server.port, stream_path(room), server.key, seen=Seen(frames=[])) for room in rooms
            ]
            for watcher in watchers:
                await watcher.done
    after = [watcher.seen for watcher in watchers]
    lost = sum(len(set(old.frames or ()) - set(new.frames or ())) for old, new in zip(before, after, strict=True))
    went_on = min((when - started for seen in after if (when := _first_after(seen, started))), default=0.0)
    stats = await lab.model.stats()
    return [
        exactly("P17", f"kill -9 amid {case.rooms} rooms: rooms that end after the restart", _ended(after), case.rooms),
        exactly("P17", "… events that a watcher had seen and that are gone or other", lost, 0),
        exactly("P17", "… numbers missing or doubled", sum(seen.gaps_and_doubles for seen in after), 0),
        at_most("P17", "… calls asked again; the goal is those not on record", stats["repeated"], unrecorded),
        at_most("P17", "… from the restart's begin to the first new event", went_on, 10, " s"),
    ]


async def _play_until_killed(lab: Lab, installation: Installation, case: Case) -> tuple[list[str], list[Seen]]:
    with installation.serving("--no-demo") as server:
        async with client_of(server) as http:
            rooms = await open_rooms(http, case)
            watchers = [
                await watch_stream(server.port, stream_path(room), server.key, seen=Seen(frames=[])) for room in rooms
            ]
            await start(http, rooms)
            await asyncio.sleep(KILLED_AFTER if not lab.is_quick else 0.1)
            os.kill(server.pid, signal.SIGKILL)
            for watcher in watchers:
                await watcher.done
    return rooms, [watcher.seen for watcher in watchers]


def _recorded_calls(installation: Installation) -> int:
    with closing(sqlite3.connect(installation.folder / "parley.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM negotiation_llmcall").fetchone()[0])


def _first_after(seen: Seen, moment: float) -> float | None:
    return next((when for when in map(seconds_of, seen.decoded()) if when > moment), None)


def _ended(seen: list[Seen]) -> int:
    return sum(each.is_over for each in seen)


async def faults(lab: Lab) -> list[Line]:
    """One call in five fails, in one way at a time; a server for each, so that none has another's memory of it."""
    case = lab.sized(FAULTY)
    sound = await _with_faults(lab, case, {})
    lines = []
    for kind in FAULTS:
        faulty = await _with_faults(lab, case, {kind: FAULT_SHARE})
        slower, goal = faulty.room_seconds / sound.room_seconds, 3.0
        if kind == "hang":
            goal = 2 * case.chain * CALL_SECONDS / sound.room_seconds
        frames = [frame for seen in faulty.firsts for frame in seen.decoded() if "voice" in frame]
        spoken = sum(frame["voice"] == "model" for frame in frames)
        lines += [
            exactly("P18", f"one call in five ends in `{kind}`: rooms that end", faulty.ended, case.rooms),
            at_most("P18", "… template words not marked as such", len(frames) - spoken - faulty.in_template_words, 0),
            Line("P18", "… messages, of which in template words", f"{len(frames)}, {faulty.in_template_words}"),
            at_most("P18", "… time of a room by that without faults", slower, goal),
            at_most("P18", "… calls by the fewest possible", faulty.model["calls"] / case.calls, 1.35),
        ]
    return lines


async def _with_faults(lab: Lab, case: Case, shares: dict[str, float]) -> Played:
    with lab.server(LM_STUDIO_TIMEOUT=str(CALL_SECONDS)) as server:
        return await play(server, lab.model, replace(case, keeps_frames=True, faults=tuple(shares.items())))


async def model_gone(lab: Lab) -> list[Line]:
    case = lab.sized(Case(2, rounds=3, keeps_frames=True))
    with lab.server(OPENAI_COMPATIBLE_BASE_URL=NOBODY_THERE, LLM_FALLBACK="template") as server:
        played = await play(server, lab.model, case)
    frames = [frame for seen in played.firsts for frame in seen.decoded() if "voice" in frame]
    as_if = sum(frame["voice"] == "model" or not frame["fallback"] for frame in frames)
    with lab.server(OPENAI_COMPATIBLE_BASE_URL=NOBODY_THERE, LLM_FALLBACK="off") as server:
        async with client_of(server) as http:
            answers = [await _try_to_start(http, room) for room in await open_rooms(http, case)]
    refused = sum(status >= 400 and bool(code) for status, code in answers)
    return [
        at_least("P19", "no model, fallback `template`: rooms that end", played.ended, case.rooms),
        exactly("P19", f"… of {len(frames)} messages, not marked as template words", as_if, 0),
        exactly("P19", f"no model, fallback `off`: of {case.rooms} rooms, refused with a reason", refused, case.rooms),
    ]


async def _try_to_start(http: aiohttp.ClientSession, room: str) -> tuple[int, Any]:
    async with http.post(f"negotiation/{room}/start") as answer:
        body = await answer.json()
        return answer.status, body.get("error", body)


PARTS = {"P16": memory, "P17": killed, "P18": faults, "P19": model_gone}
