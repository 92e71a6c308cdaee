"""How well an observer who knows all formulas, and sees all offers of a thread, can tell a limit from them.

    python bench/secrecy.py [--rooms N] [--seed N]

The observer does not know the seed. It goes through what the seed may have drawn (the deadline, the resistance point)
and through both of a seller's tempers; for each it finds the floor under which the strategy would have made the last
step, weighs the draw by how well the strategy's other steps then fit what was said, and takes the weighted median.
Errors are parts of the way from the floor to the asking price; for a buyer, from its first bid to its limit.
"""

import argparse
import asyncio
import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.markets import draw_setup
from negotiation.asking import Minds
from negotiation.core.curves import (
    BUYER_DEADLINE,
    CATCHES_UP_AFTER,
    LONELY_EXPONENT,
    SELLER_DEADLINE,
    TEMPERS,
    answers_rivals_from,
)
from negotiation.core.folding import replay
from negotiation.core.room import Room, Setup
from negotiation.core.strategy import OPENING, RECIPROCITY, RESISTANCE, RIVAL_STEP, UNDERCUT_TICK
from negotiation.core.terms import grain
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind

AFTER = (2, 4, 6, 8, 10)
SEED = 55_000
STEPS = 24
# So many draws must stay in play: a closer fit than that would be luck.
FEWEST = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """A seller's offer, and the bid, its raise over the one before, and the rival's price that it answered."""

    round: int
    quote: float
    raised: float
    rival: float | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a seed may have drawn for a seller, with its temper."""

    exponent: float
    deadline: float
    resistance: float
    step: float


@dataclass(frozen=True, slots=True)
class Watched:
    """A thread as an observer sees it, and what only the judge knows."""

    ask: float
    max_rounds: int
    answers: tuple[Answer, ...]
    bids: tuple[float, ...]
    floor: float
    limit: float
    has_rivals: bool
    has_minimum: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    threads = list(watched_threads(asked.rooms, SEED + asked.seed))
    groups = {
        "floor, one seller in the room": [thread for thread in threads if not thread.has_rivals],
        "floor, rivals in the room": [thread for thread in threads if thread.has_rivals],
    }
    print(f"{'median error after offers:':<36}" + "".join(f"{count:>8}" for count in AFTER))
    for name, group in groups.items():
        _tell(f"{name} ({len(group)})", group, lambda thread, n: floor_error(thread, n, seller_draws()))
    lonely = [thread for thread in threads if not thread.has_rivals and not thread.has_minimum]
    _tell(f"limit of a buyer with one seller ({len(lonely)})", lonely, limit_error)


def watched_threads(rooms: int, seed: int) -> Iterator[Watched]:
    """Those of random rooms of ten rounds, the built-in minds on both sides."""
    chance = random.Random(seed)
    for _ in range(rooms):
        setup = draw_setup(chance, max_rounds=10)
        yield from watch(replay(setup, asyncio.run(_played(setup))))


def watch(room: Room) -> Iterator[Watched]:
    for thread in room.threads:
        limits, bids = room.setup.seat(thread.seller_id).limits, thread.bids
        prices = [float(bid.terms.unit_price) for bid in bids]
        raises = [0.0, *(after - before for before, after in pairwise(prices))]
        heard = {bid.round: (raised, bid.claim) for bid, raised in zip(bids, raises, strict=True)}
        answers = tuple(
            Answer(quote.round, float(quote.terms.unit_price), heard[quote.round][0], _float(heard[quote.round][1]))
            for quote in thread.quotes
        )
        yield Watched(
            ask=float(limits.ask),
            max_rounds=room.setup.max_rounds,
            answers=answers,
            bids=tuple(prices),
            floor=float(limits.floor),
            limit=float(room.setup.buyer.maximum),
            has_rivals=len(room.threads) > 1,
            has_minimum=room.setup.buyer.minimum > 0,
        )


def floor_error(thread: Watched, offers: int, draws: Sequence[Drawn]) -> float | None:
    if len(thread.answers) < offers or thread.ask <= thread.floor:
        return None
    return abs(estimate_floor(thread, offers, draws) - thread.floor) / (thread.ask - thread.floor)


def estimate_floor(thread: Watched, offers: int, draws: Sequence[Drawn]) -> float:
    """From the first so many offers of the thread."""
    seen = thread.answers[:offers]
    moved = [n for n in range(1, offers) if seen[n].quote < seen[n - 1].quote]
    if not moved:
        return seen[-1].quote / 2  # nothing has been given, nothing can be told
    found = []
    for drawn in draws:
        floor = _floor_behind(thread, moved[-1], drawn)
        if floor is not None:
            found.append((floor, _misfit(thread, seen, floor, drawn)))
    return _weighted_median(found) if found else seen[-1].quote


def predicted(thread: Watched, number: int, floor: float, drawn: Drawn) -> float:
    """The strategy's answer there, had it this floor, after the offers that were really made."""
    answer, last = thread.answers[number], thread.answers[number - 1].quote
    aim = floor + drawn.resistance * (thread.ask - floor)
    curve = thread.ask - _gone_by(_elapsed(thread, answer.round), drawn.deadline, drawn.exponent) * (thread.ask - aim)
    target = min(last, max(aim, min(curve, last - float(RECIPROCITY) * max(0.0, answer.raised))))
    if answer.rival is None or answer.rival > last or answer.round < answers_rivals_from(thread.max_rounds):
        return target
    tick = max(0.01, float(UNDERCUT_TICK) * answer.rival)
    if answer.rival - tick < floor:
        return target
    return min(target, max(floor, answer.rival - max(tick, drawn.step * (answer.rival - floor))))


def _gone_by(elapsed: float, deadline: float, exponent: float) -> float:
    given, late = min(1.0, elapsed / deadline) ** exponent, float(CATCHES_UP_AFTER)
    if elapsed <= late:
        return given
    until_then = min(1.0, late / deadline) ** exponent
    return max(given, until_then + (elapsed - late) / (1 - late) * (1 - until_then))


def _elapsed(thread: Watched, at_round: int) -> float:
    return (at_round - 1) / (thread.max_rounds - 1)


def seller_draws() -> list[Drawn]:
    """A grid over all that a seller's seed may have drawn, with either temper."""
    return [
        Drawn(float(temper.exponent), deadline, float(temper.resistance) * factor, step)
        for temper in TEMPERS.values()
        for deadline in _grid(SELLER_DEADLINE, 11)
        for factor in _grid(RESISTANCE, 3)
        for step in _grid(RIVAL_STEP, 5)
    ]


def limit_error(thread: Watched, offers: int) -> float | None:
    if len(thread.bids) < offers or thread.limit <= thread.bids[0]:
        return None
    return abs(estimate_limit(thread, offers) - thread.limit) / (thread.limit - thread.bids[0])


def estimate_limit(thread: Watched, offers: int) -> float:
    """Of a buyer with one seller and no minimum: for each deadline from its last raise, if such a limit goes with its
    opening, weighed by how well its other bids fit."""
    bids, low, high = thread.bids[:offers], *map(float, OPENING)
    opened = [bids[0] / share for share in _grid(OPENING, 15)]
    moved = [n for n in range(1, offers) if bids[n] > bids[n - 1]]
    if not moved:
        return median(opened)
    found = []
    for deadline in _grid(BUYER_DEADLINE, 41):
        gone = [_gone_by(_elapsed(thread, n + 1), deadline, float(LONELY_EXPONENT)) for n in range(offers)]
        limit = bids[0] + (bids[moved[-1]] - bids[0]) / gone[moved[-1]]
        if low <= bids[0] / limit <= high:
            off = (bids[0] + gone[n] * (limit - bids[0]) - bids[n] for n in moved)
            found.append((limit, sum((each / _grain(bids[0])) ** 2 for each in off)))
    return _weighted_median(found) if found else median(opened)


def _floor_behind(thread: Watched, number: int, drawn: Drawn) -> float | None:
    """The floor under which the strategy makes this very offer, by halving; None if there is none."""
    low, high, quote = 0.0, thread.answers[number].quote, thread.answers[number].quote
    near = _grain(quote)
    for _ in range(STEPS):
        middle = (low + high) / 2
        if predicted(thread, number, middle, drawn) < quote:
            low = middle
        else:
            high = middle
    floor = (low + high) / 2
    return floor if abs(predicted(thread, number, floor, drawn) - quote) <= near else None


def _misfit(thread: Watched, seen: Sequence[Answer], floor: float, drawn: Drawn) -> float:
    """The sum of squares of what the strategy would have said otherwise, in steps of spoken prices."""
    return sum(
        ((predicted(thread, n, floor, drawn) - seen[n].quote) / _grain(seen[n].quote)) ** 2 for n in range(1, len(seen))
    )


def _weighted_median(found: Sequence[tuple[float, float]]) -> float:
    """Each floor counts the less the worse it fits, as steeply as leaves a few in play."""
    best, heat = min(misfit for _, misfit in found), 1.0
    weights = [math.exp((best - misfit) / 2 / heat) for _, misfit in found]
    while sum(weights) ** 2 / sum(w * w for w in weights) < min(FEWEST, len(found)) and heat < 1e6:
        heat *= 2
        weights = [math.exp((best - misfit) / 2 / heat) for _, misfit in found]
    half, below = sum(weights) / 2, 0.0
    for (floor, _), weight in sorted(zip(found, weights, strict=True)):
        below += weight
        if below >= half:
            return floor
    raise AssertionError("no weight at all")


async def _played(setup: Setup) -> Sequence[object]:
    journal, mind = MemoryJournal(setup), StrategyMind()
    minds = Minds(mind, {seat.seller_id: mind for seat in setup.sellers})
    await Engine(journal, minds, limits=Limits(), pace=Pace()).run()
    return journal.events


def _tell(name: str, threads: Sequence[Watched], error: Callable[[Watched, int], float | None]) -> None:
    told = ([e for thread in threads if (e := error(thread, count)) is not None] for count in AFTER)
    print(f"{name:<36}" + "".join(f"{median(errors):>8.3f}" if errors else f"{'-':>8}" for errors in told), flush=True)


def _grid(ends: tuple[str, str], count: int) -> list[float]:
    low, high = map(float, ends)
    if low == high:
        return [low]
    return [low + (high - low) * n / (count - 1) for n in range(count)]


def _grain(price: float) -> float:
    return float(grain(Decimal(str(price))))


def _float(price: object) -> float | None:
    return None if price is None else float(str(price))


if __name__ == "__main__":
    main()
