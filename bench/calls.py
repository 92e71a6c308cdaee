"""Goals about calls to a model: what they cost, how long rooms take by them, how many there are (P1 to P8)."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

import aiohttp
from driving import Case, Played, client_of, get, open_rooms, play, start, until_over
from laboratory import Lab
from measuring import Line, at_least, at_most, exactly, median
from seen import seconds_of

TEN, FIFTY, TWO_HUNDRED = Case(10), Case(50), Case(200)
SLOW = Case(200, latency=1.0)
SLOTS = 20


async def cost(lab: Lab) -> list[Line]:
    """Ours and the bare stack's in turn, within the same minute or two."""
    ours, bare = [], []
    for turn in range(lab.count(2, 1)):
        bare.append(await lab.play_reference(FIFTY, is_streamed=True))
        ours.append(await (lab.play_anew(FIFTY) if turn else lab.played(FIFTY)))
    few, bare_few = await lab.played(TEN), await lab.play_reference(TEN, is_streamed=True)
    alone = replace(FIFTY, watchers=0)
    bare_alone, ours_alone = await lab.play_reference(alone, is_streamed=False), await lab.play_anew(alone)
    watched = fmean(p.cpu_per_call for p in ours) / fmean(p.cpu_per_call for p in bare)
    unwatched = ours_alone.cpu_per_call / bare_alone.cpu_per_call
    told = f"ours {lab.units(fmean(p.cpu_per_call for p in ours))}, theirs {lab.units(bare[0].cpu_per_call)}"
    told_alone = f"ours {lab.units(ours_alone.cpu_per_call)}, theirs {lab.units(bare_alone.cpu_per_call)}"
    return [
        at_most("P1", f"processor time a call, by the bare stack's; {FIFTY}, watched", watched, 1.0),
        Line("P1", "… a call", told),
        Line("P1", "… of our replies, those that were streamed; all of theirs are", _share_streamed(ours)),
        at_most("P1", f"… {TEN}, watched", few.cpu_per_call / bare_few.cpu_per_call, 1.0),
        Line("P1", "… of our replies, those that were streamed", _share_streamed([few])),
        at_most("P1", f"… nobody watches, replies come whole; {FIFTY}", unwatched, 1.0),
        Line("P1", "… a call", told_alone),
        Line("P1", "processor time of the client that measures, by the wall's", _share_of_client(ours[0])),
    ]


async def flatness(lab: Lab) -> list[Line]:
    few, many = await lab.played(TEN), await lab.played(TWO_HUNDRED)
    told = f"{lab.units(few.cpu_per_call)}, {lab.units(many.cpu_per_call)}"
    return [
        at_most(
            "P2", "processor time a call with 200 rooms, by that with 10", many.cpu_per_call / few.cpu_per_call, 1.3
        ),
        Line("P2", "… a call with 10, with 200 rooms", told),
    ]


async def efficiency(lab: Lab) -> list[Line]:
    """The ideal time of a room by its median time, first without a limit to calls, then with; the median of three."""
    lines = []
    for case, goal in ((TEN, 0.97), (FIFTY, 0.90), (SLOW, 0.80)):
        share = median(played.efficiency for played in await lab.played_often(case))
        lines.append(at_least("P3", f"ideal by actual time of a room; {case}", share, goal))
    limited = replace(TEN, places=10), replace(FIFTY, rounds=3, places=20), replace(SLOW, rounds=3, places=100)
    for case, goal in zip(limited, (0.97, 0.90, 0.80), strict=True):
        share = median(played.case.ideal / played.seconds for played in await lab.played_often(case))
        what = f"ideal by actual time of all; {case}, {case.rounds} rounds, {case.places} calls at once"
        lines.append(at_least("P3", what, share, goal))
    return lines


async def no_collapse(lab: Lab) -> list[Line]:
    many, fewer = await lab.played(TWO_HUNDRED), await lab.played(FIFTY)
    ratio = many.rooms_per_minute / fewer.rooms_per_minute
    return [
        at_least("P4", f"rooms a minute; {TWO_HUNDRED}", many.rooms_per_minute, 400),
        at_least("P4", "… by those with 50 rooms", ratio, 0.95),
        exactly("P4", "… rooms that end, messages in template words", _end(many), f"{many.case.rooms}, 0"),
        exactly("P4", "… calls asked, of which broken off", _asked(many), f"{many.case.calls}, 0"),
    ]


async def slow_backend(lab: Lab) -> list[Line]:
    """As many places at the model as we allow ourselves; rooms are short so that this ends in time."""
    case = lab.sized(replace(TWO_HUNDRED, rounds=3, places=SLOTS))
    with lab.server(**lab.rooms_at_once(case.rooms), LLM_MAX_CONCURRENCY=str(SLOTS)) as server:
        many = await play(server, lab.model, case)
        one = await play(server, lab.model, lab.sized(Case(1)))
    busy = many.model["busy_seconds"] / (many.seconds * min(SLOTS, case.rooms * case.sellers))
    return [
        at_least("P5", f"{SLOTS} places at the model: the part of them at work; {case}, 3 rounds", busy, 0.95),
        at_most("P5", "… calls at once, at most", many.model["peak_in_flight"], SLOTS),
        exactly("P5", "… rooms that end, messages in template words", _end(many), f"{case.rooms}, 0"),
        at_least("P5", "… ideal by actual time of one room afterwards", one.efficiency, 0.95),
    ]


async def many_sellers(lab: Lab) -> list[Line]:
    three = lab.sized(Case(1, latency=0.05))
    ten = replace(three, sellers=10)
    with lab.server() as server:
        await play(server, lab.model, three)
        times: dict[Case, list[float]] = {three: [], ten: []}
        for _ in range(lab.count(3, 1)):
            for case, seconds in times.items():
                seconds.append((await play(server, lab.model, case)).firsts[0].seconds)
    ratio = median(times[ten]) / median(times[three])
    return [at_most("P6", "a room of 10 sellers by one of 3, alone, model of 50 ms", ratio, 1.15)]


async def critical_path(lab: Lab) -> list[Line]:
    """Stages of a round that wait for each other, by the record of calls; the farewells come after the last round."""
    case = lab.sized(Case(2, latency=0.02, watchers=0))
    with lab.server() as server:
        await lab.model.behave(latency=case.latency)
        async with client_of(server) as http:
            rooms = await open_rooms(http, case)
            await start(http, rooms)
            await until_over(http, rooms)
            calls = [call for room in rooms for call in await _calls(http, room)]
    stages = {(call["round"], call["seller_id"] is None, call["purpose"]) for call in calls}
    in_rounds = [stage for stage in stages if stage[2] != "farewell"]
    return [
        at_most("P7", "calls on the critical path of a round", len(in_rounds) / case.rounds, 2),
        Line("P7", "… of a room of 10 rounds, with the farewells", str(len(stages))),
    ]


async def as_they_answer(lab: Lab) -> list[Line]:
    """Replies take between 30 and 570 ms, so the first and the last of three are 270 ms apart in the mean."""
    played = await lab.played(Case(10, jitter=0.9, keeps_frames=True))
    spreads = [spread for seen in played.firsts for spread in _spreads(seen.decoded())]
    expected = played.case.latency * 0.9
    what = "from the first to the last seller's answer of a round as shown, by what the model makes of it"
    return [at_least("P8", what, median(spreads) / expected, 0.8)]


def _spreads(frames: list[dict[str, Any]]) -> list[float]:
    answers: dict[int, list[float]] = {}
    for frame in frames:
        if frame["type"] == "seller_response":
            answers.setdefault(frame["round"], []).append(seconds_of(frame))
    return [max(times) - min(times) for times in answers.values() if len(times) > 1]


def _end(played: Played) -> str:
    return f"{played.ended}, {played.in_template_words}"


def _asked(played: Played) -> str:
    return f"{played.model['calls']}, {played.model['aborted']}"


def _share_streamed(played: Sequence[Played]) -> str:
    return f"{fmean(each.model['streamed'] / max(1, each.model['calls']) for each in played):.2f}"


def _share_of_client(played: Played) -> str:
    return f"{played.client_seconds / played.seconds:.2f} of a core"


async def _calls(http: aiohttp.ClientSession, room: str) -> list[dict[str, Any]]:
    return list((await get(http, f"negotiation/{room}/model-calls", limit=100))["calls"])


PARTS = {
    "P1": cost,
    "P2": flatness,
    "P3": efficiency,
    "P4": no_collapse,
    "P5": slow_backend,
    "P6": many_sellers,
    "P7": critical_path,
    "P8": as_they_answer,
}
