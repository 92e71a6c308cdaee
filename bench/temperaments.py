"""What the ways to bargain change: the same random rooms played by built-in minds of each kind on both sides.

python bench/temperaments.py [--rooms N] [--seed N]
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.markets import play_markets
from negotiation.asking import Minds
from negotiation.core.analysis import survey
from negotiation.core.events import Decided
from negotiation.core.preferences import Policy, Temperament, Toughness
from negotiation.core.room import Setup
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind

Manner = Callable[[Setup], Setup]


@dataclass(frozen=True, slots=True)
class Ended:
    setup: Setup
    decided: Decided

    @property
    def buyers_part(self) -> float | None:
        """Of the way from the buyer's limit to the lowest floor; None without a deal, or without a way."""
        most, least = self.setup.buyer.maximum, min(seat.limits.floor for seat in self.setup.sellers)
        terms = self.decided.terms
        return None if terms is None or most <= least else float((most - terms.unit_price) / (most - least))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=int, default=600)
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    setups = [market.setup for market in play_markets(asked.rooms, asked.seed, built_in=True)]
    feasible = [setup for setup in setups if survey(setup).zopa]
    groups = {
        "one seller": [setup for setup in feasible if len(setup.sellers) == 1],
        "several": [setup for setup in feasible if len(setup.sellers) > 1],
    }
    print(f"{len(feasible)} rooms with a possible deal\n")
    print(f"{'buyer':12}{'sellers':10}{'room':12}{'rooms':>6}{'lost':>6}{'price':>9}{'part':>8}{'rounds':>8}")
    for name, group in groups.items():
        usual = _play_all(group, lambda setup: setup)
        for buyer, sellers, manner in _manners():
            _tell(f"{buyer:12}{sellers:10}{name:12}", _play_all(group, manner), usual)


def _manners() -> Iterator[tuple[str, str, Manner]]:
    """Temperaments against each other, then policies and toughness against each other, the rest as usual."""
    for buyer in Temperament:
        for sellers in Temperament:
            yield buyer, sellers, _tempered(buyer, sellers)
    for policy in Policy:
        for toughness in Toughness:
            yield policy, toughness, _decided_on(policy, toughness)


def _tempered(buyer: Temperament, sellers: Temperament) -> Manner:
    return lambda setup: replace(
        setup,
        buyer_temperament=buyer,
        sellers=tuple(replace(seat, temperament=sellers) for seat in setup.sellers),
    )


def _decided_on(policy: Policy, toughness: Toughness) -> Manner:
    return lambda setup: replace(
        setup, buyer_policy=policy, sellers=tuple(replace(seat, toughness=toughness) for seat in setup.sellers)
    )


def _tell(who: str, ends: Sequence[Ended], usual: Sequence[Ended]) -> None:
    lost = sum(end.decided.terms is None for end in ends)
    parts = [part for end in ends if (part := end.buyers_part) is not None]
    changes = [
        float(end.decided.terms.unit_price / other.decided.terms.unit_price) - 1
        for end, other in zip(ends, usual, strict=True)
        if end.decided.terms and other.decided.terms
    ]
    rounds = fmean(end.decided.round for end in ends)
    print(f"{who}{len(ends):>6}{lost:>6}{fmean(changes):>+9.2%}{fmean(parts):>8.3f}{rounds:>8.2f}", flush=True)


def _play_all(setups: Sequence[Setup], manner: Manner) -> list[Ended]:
    return asyncio.run(_ends_of([manner(setup) for setup in setups]))


async def _ends_of(setups: Sequence[Setup]) -> list[Ended]:
    return [Ended(setup, await _end_of(setup)) for setup in setups]


async def _end_of(setup: Setup) -> Decided:
    journal, mind = MemoryJournal(setup), StrategyMind()
    minds = Minds(mind, {seat.seller_id: mind for seat in setup.sellers})
    await Engine(journal, minds, limits=Limits(), pace=Pace()).run()
    return next(event for event in journal.events if isinstance(event, Decided))


if __name__ == "__main__":
    main()
