"""How good the probabilities and limits of `negotiation.core.opponent` are, on rooms that were not used to fit it.

    python bench/calibration.py                random rooms of the built-in minds, and of bargainers of many kinds
    python bench/calibration.py --database     the finished rooms of the database instead
    python bench/calibration.py --scenarios FILE.json
                                               the same kinds in the rooms of a file
                                               {"scenarios": [{"initialize": <body of simulation/initialize>}]}
    python bench/calibration.py --fit          fit the weights anew and print them as they stand in the code

Beside it stand the same answer to everything, and fixed weights: half for the price's distance, 0.3 for the quantity's
and 0.2 for time; these also with their score turned into the probability that fits best.
"""

import argparse
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

import django  # noqa: E402

from bench.logistic import brier, calibration_error, fit, probability, reliability, sharpness  # noqa: E402
from bench.markets import (  # noqa: E402
    Case,
    Market,
    cases_of,
    draw_short_setup,
    draw_wide_setup,
    ended_cases,
    imagined_cases,
    play_in,
    play_markets,
    recorded_cases,
)
from bench.populations import read_setups  # noqa: E402
from negotiation.core.opponent import LACKS, acceptance, estimate_limit, features  # noqa: E402
from negotiation.core.room import Setup  # noqa: E402
from negotiation.core.vocabulary import Party  # noqa: E402

# Other seeds than those that are judged by: nothing is judged by what it was fitted to.
FITTING_SEEDS = (1011, 1012)
MOST_FITTED = 12_000
KINDS = ((True, "built-in minds"), (False, "many kinds"))
LOOKING_BACK = {Party.BUYER: "the buyer about the sellers", Party.SELLER: "the sellers about the buyer"}
ASKING = {Party.BUYER: "buyer asks, seller answers", Party.SELLER: "seller asks, buyer answers"}


@dataclass(frozen=True, slots=True)
class Judged:
    """What each way of telling made of the same cases."""

    model: list[float]
    fixed: list[float]
    fitted: list[float]
    came: list[bool]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--markets", type=int, default=300, help="how many rooms of each kind to draw")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", action="store_true")
    parser.add_argument("--scenarios", type=Path)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    if options.fit:
        print_weights()
        return
    if options.database:
        django.setup()
        sources = database_cases()
    elif options.scenarios:
        sources = cases_in(read_setups(options.scenarios, options.seed), options.seed)
    else:
        sources = _drawn(options.markets, options.seed)
    scale = {party: _fixed_scale(party) for party in Party}
    for title, cases in sources:
        for party in Party:
            own = [case for case in cases if case.sight.party is party]
            if own and own[0].sight.is_over:
                print(f"\n{title}: {LOOKING_BACK[party]}\n{limits_line(own)}")
            elif own:
                report(f"{title}: {ASKING[party]}", own, scale[party])


def report(title: str, cases: Sequence[Case], scale: Sequence[float]) -> None:
    judged = judge(cases, scale)
    rate = sum(judged.came) / len(judged.came)
    print(f"\n{title}: {len(cases)} offers, {rate:.1%} taken")
    print(f"  {'Brier score':<44}{'sharpness':>10}{'off by':>8}")
    ways = {"model": judged.model, "fixed weights, as the best fit": judged.fitted, "fixed weights": judged.fixed}
    for name, said in {**ways, "always the same": [rate] * len(cases)}.items():
        figures = f"{sharpness(said):>10.3f}{calibration_error(said, judged.came):>8.3f}"
        print(f"  {name:<34}{brier(said, judged.came):>10.4f}{figures}")
    print("  said, came (cases): ", end="")
    print(
        ", ".join(f"{each.said:.2f} {each.came:.2f} ({each.cases})" for each in reliability(judged.model, judged.came))
    )
    print(limits_line(cases))


def limits_line(cases: Sequence[Case]) -> str:
    inside, width = _coverage(cases), _width(cases)
    return f"  the limit lies in the interval: {inside:.3f}; its width: {width:.3f} of the asking price"


def judge(cases: Sequence[Case], scale: Sequence[float]) -> Judged:
    fixed = [fixed_weights(case) for case in cases]
    return Judged(
        model=[acceptance(case.sight, case.terms) for case in cases],
        fixed=fixed,
        fitted=[probability(scale, (1.0, score)) for score in fixed],
        came=[case.is_accepted for case in cases],
    )


def fixed_weights(case: Case) -> float:
    """Half for the price's nearness to the other side's last, 0.3 for the quantity's to what is needed, 0.2 for the
    time that is over."""
    sight, terms = case.sight, case.terms
    price = 1 - float(abs(terms.unit_price - sight.last_heard) / max(sight.last_heard, Decimal("0.01")))
    quantity = 1 - abs(terms.quantity - sight.quantity) / sight.quantity
    time = sight.round / sight.max_rounds
    return 0.5 * max(0.0, price) + 0.3 * max(0.0, quantity) + 0.2 * time


def print_weights() -> None:
    for name, (cases_of_party, came) in _QUESTIONS.items():
        print(f"{name}: Mapping[Party, Mapping[str, float]] = {{", flush=True)
        for party in Party:
            cases = cases_of_party(party)
            rows = [_row(case) for case in cases]
            names = list(features(cases[0].sight, cases[0].terms.unit_price, 1))
            held = {names.index(lack) for lack in LACKS}
            weights = dict(zip(names, fit(rows, [came(case) for case in cases], held), strict=True))
            kept = {name: round(weight, 3) for name, weight in weights.items() if round(weight, 3)}
            print(f"    Party.{party.name}: {kept},".replace("'", '"'), flush=True)
        print("}")


def _fixed_scale(party: Party) -> list[float]:
    cases = _fitting_cases(party)
    return fit([(1.0, fixed_weights(case)) for case in cases], [case.is_accepted for case in cases])


@cache
def _fitting_cases(party: Party) -> list[Case]:
    played = [_cases(markets, seed) for markets, seed in _fitting_markets()]
    return _some([case for found in played for _, cases in found for case in cases], party)


@cache
def _ends_to_fit(party: Party) -> list[Case]:
    built_in, many_kinds = FITTING_SEEDS
    short = [
        (play_markets(150, built_in, built_in=True, draw=draw_short_setup), built_in),
        (play_markets(150, many_kinds, built_in=False, draw=draw_short_setup), many_kinds),
    ]
    return _some([case for markets, seed in (*_fitting_markets(), *short) for case in ends_of(markets, seed)], party)


def ends_of(markets: Sequence[Market], seed: int) -> list[Case]:
    chance = random.Random(seed)
    return [case for market in markets for case in ended_cases(market.setup, market.events, chance)]


def _some(cases: Sequence[Case], party: Party) -> list[Case]:
    own = [case for case in cases if case.sight.party is party]
    random.Random(FITTING_SEEDS[0]).shuffle(own)
    return own[:MOST_FITTED]


@cache
def _fitting_markets() -> list[tuple[list[Market], int]]:
    built_in, many_kinds = FITTING_SEEDS
    return [
        (play_markets(90, built_in, built_in=True), built_in),
        (play_markets(110, built_in, built_in=True, draw=draw_wide_setup), built_in),
        (play_markets(130, many_kinds, built_in=False), many_kinds),
        (play_markets(170, many_kinds, built_in=False, draw=draw_wide_setup), many_kinds),
    ]


_QUESTIONS: dict[str, tuple[Callable[[Party], list[Case]], Callable[[Case], bool]]] = {
    "ACCEPTS": (_fitting_cases, lambda case: case.is_accepted),
    "WITHIN": (_fitting_cases, lambda case: case.is_within),
    "ENDED": (_ends_to_fit, lambda case: case.is_within),
}


def _drawn(count: int, seed: int) -> Iterator[tuple[str, list[Case]]]:
    assert seed not in FITTING_SEEDS, "rooms that were fitted to judge nothing"
    return _of_all_kinds(lambda built_in: play_markets(count, seed, built_in=built_in), seed)


def cases_in(setups: Sequence[Setup], seed: int) -> Iterator[tuple[str, list[Case]]]:
    """What could have been offered, and was, in rooms that somebody else set up."""
    return _of_all_kinds(lambda built_in: play_in(setups, seed, built_in=built_in), seed)


def _of_all_kinds(play: Callable[[bool], list[Market]], seed: int) -> Iterator[tuple[str, list[Case]]]:
    for built_in, kind in KINDS:
        markets = play(built_in)
        for what, cases in _cases(markets, seed):
            yield f"{kind}, {what} offers", cases
        yield f"{kind}, when all was over", ends_of(markets, seed)


def _cases(markets: Sequence[Market], seed: int) -> list[tuple[str, list[Case]]]:
    chance = random.Random(seed)
    recorded = [case for market in markets for case in recorded_cases(market)]
    return [("recorded", recorded), ("imagined", [case for m in markets for case in imagined_cases(m, chance)])]


def database_cases() -> Iterator[tuple[str, list[Case]]]:
    """Every offer of the rooms that have ended."""
    from negotiation.models import Outcome
    from negotiation.store import read_history

    cases: list[Case] = []
    for code in Outcome.objects.values_list("run__code", flat=True).iterator():
        stored, records = read_history(code)
        cases += cases_of(stored.roster.setup, [record.event for record in records])
    yield "rooms of the database", cases


def _row(case: Case) -> list[float]:
    return list(features(case.sight, case.terms.unit_price, case.terms.quantity).values())


def _coverage(cases: Sequence[Case]) -> float:
    intervals = [(estimate_limit(case.sight), case.limit) for case in cases]
    return sum(interval.low <= limit <= interval.high for interval, limit in intervals) / len(cases)


def _width(cases: Sequence[Case]) -> float:
    widths = [(estimate_limit(case.sight), case.sight.ask) for case in cases]
    return sum(float((interval.high - interval.low) / ask) for interval, ask in widths) / len(cases)


if __name__ == "__main__":
    main()
