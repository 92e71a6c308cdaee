"""What temperaments change: the same random rooms played by built-in minds of each kind on both sides.

python bench/temperaments.py [--rooms N] [--seed N]
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.markets import play_markets
from negotiation.core.analysis import survey
from negotiation.core.events import Decided
from negotiation.core.preferences import Temperament
from negotiation.core.room import Setup
from negotiation.engine import Engine, Limits, Minds, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind

BALANCED = Temperament.BALANCED


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
    print(f"{'buyer':10}{'sellers':10}{'room':12}{'rooms':>6}{'lost':>6}{'price':>9}{'part':>8}{'rounds':>8}")
    for name, group in groups.items():
        usual = _play_all(group, BALANCED, BALANCED)
        for buyer in Temperament:
            for sellers in Temperament:
                _tell(buyer, sellers, name, _play_all(group, buyer, sellers), usual)


def _tell(buyer: Temperament, sellers: Temperament, name: str, ends: Sequence[Ended], usual: Sequence[Ended]) -> None:
    lost = sum(end.decided.terms is None for end in ends)
    parts = [part for end in ends if (part := end.buyers_part) is not None]
    changes = [
        float(end.decided.terms.unit_price / other.decided.terms.unit_price) - 1
        for end, other in zip(ends, usual, strict=True)
        if end.decided.terms and other.decided.terms
    ]
    rounds = fmean(end.decided.round for end in ends)
    print(
        f"{buyer:10}{sellers:10}{name:12}{len(ends):>6}{lost:>6}{fmean(changes):>+9.2%}{fmean(parts):>8.3f}{rounds:>8.2f}"
    )


def _play_all(setups: Sequence[Setup], buyer: Temperament, sellers: Temperament) -> list[Ended]:
    tempered = [
        replace(
            setup,
            buyer_temperament=buyer,
            sellers=tuple(replace(seat, temperament=sellers) for seat in setup.sellers),
        )
        for setup in setups
    ]
    return asyncio.run(_ends_of(tempered))


async def _ends_of(setups: Sequence[Setup]) -> list[Ended]:
    return [Ended(setup, await _end_of(setup)) for setup in setups]


async def _end_of(setup: Setup) -> Decided:
    journal, mind = MemoryJournal(setup), StrategyMind()
    minds = Minds(mind, {seat.seller_id: mind for seat in setup.sellers})
    await Engine(journal, minds, limits=Limits(), pace=Pace()).run()
    return next(event for event in journal.events if isinstance(event, Decided))


if __name__ == "__main__":
    main()
