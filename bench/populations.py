"""The built-in buyer against populations of sellers that are not the built-in ones, and the built-in sellers against
buyers that are not, over rooms that nothing was tuned on.

    python bench/populations.py [--rooms N] [--seed N]            random rooms; --tuning: those that tuning may look at
    python bench/populations.py --scenarios FILE.json             the rooms of such a file instead

A missed deal counts as a share of 0. Behind each mean is its 95 % interval, from rooms drawn again.
"""

import argparse
import asyncio
import json
import os
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

from bench.markets import draw_setup  # noqa: E402
from negotiation.arena.opponents import make_buyer, make_seller  # noqa: E402
from negotiation.asking import Minds  # noqa: E402
from negotiation.core.analysis import survey  # noqa: E402
from negotiation.core.events import Closed, Event  # noqa: E402
from negotiation.core.room import Setup  # noqa: E402
from negotiation.engine import Engine, Limits, Pace  # noqa: E402
from negotiation.memory import MemoryJournal  # noqa: E402
from negotiation.minds.mind import BuyerMind, SellerMind  # noqa: E402
from negotiation.minds.strategy import StrategyMind  # noqa: E402

# Rooms of the one range are for tuning, those of the other for judging what was tuned.
TUNING_SEED, HOLDOUT_SEED = 71_000, 94_000
RESAMPLES = 1000
ROUNDS = 10

# By kind, between which numbers each parameter is drawn.
Ranges = dict[str, tuple[float, float]]
SELLERS: dict[str, Ranges] = {
    "conceder": {"exponent": (0.25, 0.7)},
    "linear": {},
    "boulware": {"exponent": (2, 6), "keep": (0, 0.1)},
    "shading": {"rivals": (1, 4)},
    "tit_for_tat": {"mirror": (0.5, 1.5)},
    "short_fuse": {"fuse": (3, 8)},
    "splitter": {"share": (0.15, 0.5), "noise": (0, 0.15)},
    "eager": {"exponent": (0.7, 2.5), "eager": (0.1, 0.6)},
    "micro": {},
}
HARD_SELLERS: dict[str, Ranges] = {
    "silent": {"keep": (0, 0.3)},
    "mute": {"keep": (0, 0.3)},
    "stubborn": {"keep": (0, 0.5)},
    "final_offer": {"keep": (0, 0.5)},
}
OPENING = {"opening": (0.4, 0.7)}
BUYERS: dict[str, Ranges] = {
    "conceder": {"exponent": (0.25, 0.7), **OPENING},
    "linear": OPENING,
    "boulware": {"exponent": (2, 6), **OPENING},
    "ac_next": {"exponent": (1, 3), "short": (0, 0.2), **OPENING},
    "tit_for_tat": {"mirror": (0.5, 1.5), **OPENING},
    "first_in_range": OPENING,
    "hardliner": {"keep": (0, 0.4), **OPENING},
    "silent": OPENING,
    "random_walker": OPENING,
    "micro": OPENING,
    "splitter": {"share": (0.1, 0.4), **OPENING},
}
BUILT_IN, MIXED = "built-in", "mixed"


@dataclass(frozen=True, slots=True)
class Played:
    """A room that is over; `share` parts are of the surplus between the buyer's limit and the lowest legal price."""

    is_feasible: bool
    is_contested: bool
    is_deal: bool
    competitive: float
    ideal: float
    profit: float
    rounds: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tuning", action="store_true")
    parser.add_argument("--scenarios", type=Path)
    asked = parser.parse_args()
    base = (TUNING_SEED if asked.tuning else HOLDOUT_SEED) + asked.seed
    setups = read_setups(asked.scenarios, base) if asked.scenarios else drawn_setups(asked.rooms, base)
    tell_buyer(setups, base)
    tell_hard(setups, base)
    tell_sellers(setups, base)


def drawn_setups(count: int, seed: int) -> list[Setup]:
    chance = random.Random(seed)
    return [draw_setup(chance, max_rounds=ROUNDS) for _ in range(count)]


def read_setups(path: Path, seed: int) -> list[Setup]:
    """The rooms of a file of {"scenarios": [{"initialize": <body of simulation/initialize>}]}."""
    import django

    django.setup()
    from bench.quality import setups_of

    return [s for scenario in json.loads(path.read_text("utf-8"))["scenarios"] for s in setups_of(scenario, seed)]


def tell_buyer(setups: Sequence[Setup], seed: int) -> None:
    print(f"The built-in buyer against sellers of one kind, {len(setups)} rooms\n")
    _head("sellers", "competitive", "ideal", "deals", "rounds")
    means = []
    for kind in (*SELLERS, MIXED, BUILT_IN):
        rooms = play_all(
            setups, lambda chance, s: StrategyMind(), lambda chance, s, k=kind: a_seller(k, chance, s), seed
        )
        contested = [room.competitive for room in rooms if room.is_contested]
        feasible = [room for room in rooms if room.is_feasible]
        means += [fmean(contested)] if kind != BUILT_IN else []
        figures = _with_interval(contested), _with_interval([room.ideal for room in feasible])
        print(
            f"{kind:<16}{figures[0]:>24}{figures[1]:>24}{_deals(feasible):>9.3f}{_rounds(feasible):>9.1f}", flush=True
        )
    print(f"{'mean of these':<16}{fmean(means):>10.3f}  (without the built-in sellers)\n")


def tell_hard(setups: Sequence[Setup], seed: int) -> None:
    print("Sellers that hardly talk: competitive share (deals), of the built-in buyer and of the reference buyers\n")
    for kind in HARD_SELLERS:
        shares: dict[str, tuple[float, float]] = {}
        for buyer in (BUILT_IN, *BUYERS):
            rooms = play_all(
                setups,
                lambda chance, s, b=buyer: a_buyer(b, chance, s),
                lambda chance, s, k=kind: a_seller(k, chance, s),
                seed,
            )
            feasible = [room for room in rooms if room.is_feasible]
            shares[buyer] = fmean(room.competitive for room in rooms if room.is_contested), _deals(feasible)
        ranked = sorted(shares, key=lambda name: -shares[name][0])
        print(
            f"{kind}: " + ", ".join(f"{n} {shares[n][0]:.3f} ({shares[n][1]:.3f})" for n in ranked) + "\n", flush=True
        )


def tell_sellers(setups: Sequence[Setup], seed: int) -> None:
    print("The built-in sellers against buyers of one kind: their profit as a part of the surplus\n")
    _head("buyer", "all rooms", "one possible seller", "deals", "rounds")
    for kind in (*BUYERS, BUILT_IN):
        rooms = play_all(
            setups, lambda chance, s, b=kind: a_buyer(b, chance, s), lambda chance, s: StrategyMind(), seed
        )
        feasible = [room for room in rooms if room.is_feasible]
        alone = [room.profit for room in feasible if not room.is_contested]
        figures = _with_interval([room.profit for room in feasible]), _with_interval(alone)
        print(
            f"{kind:<16}{figures[0]:>24}{figures[1]:>24}{_deals(feasible):>9.3f}{_rounds(feasible):>9.1f}", flush=True
        )


def a_seller(kind: str, chance: random.Random, seed: int) -> SellerMind:
    """One of the kind, its parameters drawn; of a mixed population any of them, the built-in one too."""
    if kind == MIXED:
        kind = chance.choice((*SELLERS, BUILT_IN))
    if kind == BUILT_IN:
        return StrategyMind()
    return make_seller(kind, _given(SELLERS | HARD_SELLERS, kind, chance), seed)


def a_buyer(kind: str, chance: random.Random, seed: int) -> BuyerMind:
    return StrategyMind() if kind == BUILT_IN else make_buyer(kind, _given(BUYERS, kind, chance), seed)


def play_all(
    setups: Sequence[Setup],
    buyer: Callable[[random.Random, int], BuyerMind],
    seller: Callable[[random.Random, int], SellerMind],
    seed: int,
) -> list[Played]:
    """Every room once; who sits where depends on the room and the seed alone, so that all play against the same."""
    return asyncio.run(_play_all(setups, buyer, seller, seed))


async def _play_all(
    setups: Sequence[Setup],
    buyer: Callable[[random.Random, int], BuyerMind],
    seller: Callable[[random.Random, int], SellerMind],
    seed: int,
) -> list[Played]:
    played = []
    for number, setup in enumerate(setups):
        chance = random.Random(f"{seed}/{number}")
        sellers = {seat.seller_id: seller(chance, number) for seat in setup.sellers}
        minds = Minds(buyer(random.Random(f"{seed}/{number}/buyer"), number), sellers)
        played.append(judge(setup, await events_of(setup, minds)))
    return played


async def events_of(setup: Setup, minds: Minds) -> list[Event]:
    journal = MemoryJournal(setup)
    await Engine(journal, minds, limits=Limits(), pace=Pace()).run()
    return journal.events


def judge(setup: Setup, events: Sequence[Event]) -> Played:
    closed = next(event for event in reversed(events) if isinstance(event, Closed))
    market, most = survey(setup), setup.buyer.maximum
    lows = [max(seat.limits.floor, setup.buyer.minimum) for seat in setup.sellers]
    contested = sum(low <= most for low in lows) > 1
    if market.zopa is None or market.competitive_price is None or closed.terms is None or closed.seller_id is None:
        return Played(market.zopa is not None, contested, closed.terms is not None, 0.0, 0.0, 0.0, closed.round)
    price = closed.terms.unit_price
    legal = max(setup.seat(closed.seller_id).limits.floor, setup.buyer.minimum)
    surplus, contest = float(most - market.zopa.low), float(most - market.competitive_price)
    return Played(
        is_feasible=True,
        is_contested=contested,
        is_deal=True,
        competitive=min(1.0, float(most - price) / contest) if contest else 1.0,
        ideal=float(most - price) / surplus if surplus else 1.0,
        profit=float(price - legal) / surplus if surplus else 0.0,
        rounds=closed.round,
    )


def interval(values: Sequence[float], resamples: int = RESAMPLES) -> tuple[float, float]:
    """Between which the mean lies in 95 of 100 samples drawn again from these."""
    chance = random.Random(len(values))
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(resamples))
    return means[int(0.025 * resamples)], means[int(0.975 * resamples) - 1]


def _given(population: dict[str, Ranges], kind: str, chance: random.Random) -> dict[str, str]:
    whole = {"fuse"}
    drawn = {name: chance.uniform(low, high) for name, (low, high) in population[kind].items()}
    return {name: str(round(value, 0 if name in whole else 3)) for name, value in drawn.items()}


def _with_interval(values: Sequence[float]) -> str:
    if not values:
        return "-"
    low, high = interval(values)
    return f"{fmean(values):.3f} ({low:.3f} to {high:.3f})"


def _deals(rooms: Sequence[Played]) -> float:
    return fmean(room.is_deal for room in rooms)


def _rounds(rooms: Sequence[Played]) -> float:
    return fmean([room.rounds for room in rooms if room.is_deal] or [0])


def _head(*names: str) -> None:
    first, second, third, *rest = names
    print(f"{first:<16}{second:>24}{third:>24}" + "".join(f"{name:>9}" for name in rest))


if __name__ == "__main__":
    main()
