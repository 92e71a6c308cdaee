"""How well rooms with further terms end: joint gain against the frontier, and against price alone; figures as JSON.

Rooms are drawn: one to three sellers, one to four further terms over which tastes mostly differ, weights of 10 to 60 %.
`reached` is the joint gain of a deal as a part of the most its buyer and seller could have had; `middle` that of the
same two if they bargained over the price alone, each term in the middle of what suits both (nothing where they could
not agree then); `left` what could still have been had with neither worse.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from negotiation.asking import Minds
from negotiation.core.events import Closed, MindFailed
from negotiation.core.frontier import frontier, place
from negotiation.core.preferences import BuyerLimits, Range, SellerLimits, burden
from negotiation.core.room import SellerSeat, Setup
from negotiation.core.terms import Terms, to_money
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind

NAMES = ("delivery_days", "payment_days", "warranty_months", "spare_parts")
SELLERS = ("Ash", "Beech", "Cherry")


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a room. Parts of the most that the two sides of the deal could have had together."""

    is_feasible: bool
    is_deal: bool
    reached: float = 0.0
    middle: float = 0.0
    left: float = 0.0
    sellers_part: float = 0.0
    failures: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    options = parser.parse_args()
    started = time.perf_counter()
    seeds = range(options.first_seed, options.first_seed + options.rooms)
    endings = [play(drawn_setup(seed, options.rounds)) for seed in seeds]
    print(json.dumps(summary(endings) | {"seconds": round(time.perf_counter() - started, 1)}, indent=1))


def summary(endings: list[Ending]) -> dict[str, float]:
    feasible = [ending for ending in endings if ending.is_feasible]
    deals = [ending for ending in feasible if ending.is_deal]
    return {
        "rooms": len(endings),
        "feasible": len(feasible),
        "deals_of_feasible": round(sum(e.is_deal for e in feasible) / max(1, len(feasible)), 4),
        "reached": _mean([e.reached for e in deals]),
        "reached_worst_tenth": _mean(sorted(e.reached for e in deals)[: max(1, len(deals) // 10)]),
        "middle": _mean([e.middle for e in deals]),
        "left": _mean([e.left for e in deals]),
        "sellers_part": _mean([e.sellers_part for e in deals]),
        "failures": sum(e.failures for e in endings),
    }


def play(setup: Setup) -> Ending:
    journal = MemoryJournal(setup)
    mind = StrategyMind()
    minds = Minds(mind, {seat.seller_id: mind for seat in setup.sellers})
    asyncio.run(Engine(journal, minds, limits=Limits(), pace=Pace()).run())
    failures = sum(isinstance(event, MindFailed) for event in journal.events)
    closed = journal.events[-1]
    assert isinstance(closed, Closed)
    if closed.seller_id is None or closed.terms is None:
        is_feasible = any(frontier(setup, seat.seller_id) is not None for seat in setup.sellers)
        return Ending(is_feasible, is_deal=False, failures=failures)
    front = frontier(setup, closed.seller_id)
    if front is None:  # ranges that never meet: the price alone was bargained over
        return Ending(is_feasible=False, is_deal=True, failures=failures)
    return _judged(setup, closed.seller_id, closed.terms, max(p.joint_gain for p in front.points), failures)


def drawn_setup(seed: int, rounds: int = 10) -> Setup:
    chance = random.Random(f"terms/{seed}")
    base = Decimal(chance.randint(20, 2000))
    names = NAMES[: chance.randint(1, len(NAMES))]
    maximum = to_money(base * Decimal(chance.uniform(0.9, 1.3)))
    minimum = chance.choice((Decimal(0), to_money(base * Decimal(chance.uniform(0.4, 0.7)))))
    wish = {name: chance.choice((-1, 1)) for name in names}
    width = {name: chance.choice((5, 12, 30, 60)) for name in names}
    buyer_span = maximum - (minimum or maximum / 2)
    buyer = BuyerLimits(minimum, maximum, 10, tuple(_ranges(chance, names, wish, width, buyer_span)))
    sellers = []
    for number, name in enumerate(SELLERS[: chance.randint(1, len(SELLERS))]):
        floor = to_money(base * Decimal(chance.uniform(0.6, 1.0)))
        ask = to_money(floor * Decimal(chance.uniform(1.15, 1.6)))
        theirs = {each: -way if chance.random() < 0.85 else way for each, way in wish.items()}
        ranges = tuple(_ranges(chance, names, theirs, width, ask - floor))
        limits = SellerLimits(to_money(floor * Decimal("0.8")), floor, ask, 50, extras=ranges)
        sellers.append(SellerSeat(f"seller_{number}", name, limits))
    return Setup("Standing desk", "Bench", buyer, tuple(sellers), rounds, seed)


def _ranges(
    chance: random.Random, names: tuple[str, ...], wish: dict[str, int], width: dict[str, int], span: Decimal
) -> Iterator[Range]:
    """As the weights of a form make them: what the terms do not weigh is the price's."""
    parts = [chance.uniform(0.2, 1) for _ in names]
    whole = chance.uniform(0.1, 0.6)
    for name, part in zip(sorted(names), parts, strict=True):
        low = chance.randint(0, width[name] // 3)
        weight = Decimal(part / sum(parts) * whole / (1 - whole))
        worth = to_money(weight * span / width[name] * 100) / 100
        yield Range(name, low, low + width[name], worth * wish[name])


def _judged(setup: Setup, seller_id: str, terms: Terms, most: Decimal, failures: int) -> Ending:
    buyer, seller = setup.buyer, setup.seat(seller_id).limits
    both = {each.name: each for each in seller.extras}
    middle = tuple(
        (each.name, (max(each.low, both[each.name].low) + min(each.high, both[each.name].high)) // 2)
        for each in buyer.extras
    )
    whole = float(most) or 1.0
    lost = burden(buyer.extras, terms.extras) + burden(seller.extras, terms.extras)
    lost_in_middle = burden(buyer.extras, middle) + burden(seller.extras, middle)
    sellers = terms.unit_price - burden(seller.extras, terms.extras) - seller.floor
    return Ending(
        is_feasible=True,
        is_deal=True,
        reached=float(buyer.maximum - seller.floor - lost) / whole,
        middle=max(0.0, float(buyer.maximum - seller.floor - lost_in_middle) / whole),
        left=float(place(setup, seller_id, terms).left_per_unit) / whole,
        sellers_part=float(sellers) / whole,
        failures=failures,
    )


def _mean(values: list[float]) -> float:
    return round(mean(values), 4) if values else 0.0


if __name__ == "__main__":
    main()
