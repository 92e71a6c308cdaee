"""How well the built-in minds bargain: plays many rooms in memory and compares each with what was possible.

    python bench/quality.py                         rooms drawn from the demo's products
    python bench/quality.py --scenarios FILE.json   {"scenarios": [{"initialize": <body of simulation/initialize>}]}

Shares are parts of the surplus: 1 is all of it for the buyer, 0 none. The competitive share is 1 where the buyer pays
what an auction among these sellers would end at.
"""

import argparse
import asyncio
import json
import os
import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from statistics import fmean
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

import django  # noqa: E402

django.setup()

from marketplace.offline import PlayedRoom, open_rooms, play_rooms  # noqa: E402
from marketplace.schemas import InitializeIn  # noqa: E402
from negotiation.core.analysis import survey  # noqa: E402
from negotiation.core.room import Setup  # noqa: E402

SELLER_NAMES = ("Alder", "Birch", "Cedar", "Elm", "Hazel", "Larch", "Maple", "Oak", "Rowan", "Willow")
PRIORITIES, STYLES = ("maximize_profit", "customer_retention"), ("rude", "neutral", "very_sweet")


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: float | None
    rooms: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", type=Path)
    parser.add_argument("--rooms", type=int, default=400, help="how many to draw without a file")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    bodies = _read(options.scenarios) if options.scenarios else _draw(options.rooms, random.Random(options.seed))
    played = [room for body in bodies for room in _play(body, options.seed)]
    for figure in figures(played):
        value = "-" if figure.value is None else f"{figure.value:.3f}"
        print(f"{figure.name:<58}{value:>8}   {figure.rooms} rooms")


def figures(played: Iterable[PlayedRoom]) -> list[Figure]:
    rooms = list(played)
    feasible = [room for room in rooms if survey(room.room.setup).zopa is not None]
    hopeless = [room for room in rooms if survey(room.room.setup).zopa is None]
    deals = [deal for room in feasible if (deal := room.deal) is not None]
    alone = [room for room in feasible if _bidders(room) == 1]
    contested = [room for room in feasible if _bidders(room) > 1]
    competitive = [room.deal.measures.competitive_share for room in contested if room.deal]
    ideal = [room.deal.measures.ideal_share for room in feasible if room.deal]
    split = [room.deal.measures.ideal_share for room in alone if room.deal]
    capped = [min(Decimal(1), share) for share in competitive if share is not None]
    return [
        _mean("deals where one is possible", [room.deal is not None for room in feasible]),
        _mean("deals where none is possible", [room.deal is not None for room in hopeless]),
        _mean(
            "competitive share, two sellers or more (at most 1 a room)",
            capped,
        ),
        _mean("buyer's share of the whole surplus", [x for x in ideal if x is not None]),
        _mean("buyer's share with one possible seller", [x for x in split if x is not None]),
        _mean("the seller with the lowest floor wins", [deal.measures.has_core_winner for deal in deals]),
        _mean("rounds to a deal", [room.ending.round for room in feasible if room.deal and room.ending]),
    ]


def _mean(name: str, values: list[Any]) -> Figure:
    return Figure(name, fmean(values) if values else None, len(values))


def _bidders(room: PlayedRoom) -> int:
    """How many sellers could legally close."""
    buyer = room.room.setup.buyer
    return sum(max(seat.limits.floor, buyer.minimum) <= buyer.maximum for seat in room.room.setup.sellers)


def _play(body: dict[str, Any], seed: int) -> list[PlayedRoom]:
    request = replace(InitializeIn.model_validate(body).to_request(), seed=seed)
    return asyncio.run(play_rooms(open_rooms(request), lambda room, event: None))


def setups_of(scenario: dict[str, Any], seed: int) -> list[Setup]:
    """The rooms of one scenario of a file; not those that are skipped."""
    request = replace(InitializeIn.model_validate(scenario["initialize"]).to_request(), seed=seed)
    return [room.setup for room in open_rooms(request) if room.why_none is None]


def _read(path: Path) -> Iterator[dict[str, Any]]:
    for scenario in json.loads(path.read_text("utf-8"))["scenarios"]:
        yield scenario["initialize"]


def _draw(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Rooms around the typical prices of the demo's products; in about one of twelve no deal is possible."""
    products = json.loads((ROOT / "marketplace" / "demo_products.json").read_text("utf-8"))["products"]
    for _ in range(count):
        product = chance.choice(products)
        typical = float(product["typical_price"])
        item = {"item_id": product["item_id"], "item_name": product["item_name"]}
        quantity = chance.choice((1, 5, 10, 50))
        names = chance.sample(SELLER_NAMES, chance.choice((1, 2, 3, 4, 5, 6, 8)))
        limit = typical * chance.uniform(0.8, 1.3)
        needed = {"quantity_needed": quantity, "min_price_per_unit": _price(limit * chance.choice((0, 0.5)))}
        yield {
            "buyer": {"name": "Bench", "shopping_list": [{**item, **needed, "max_price_per_unit": _price(limit)}]},
            "sellers": [_seller(name, item, typical, chance) for name in names],
        }


def _seller(name: str, item: dict[str, str], typical: float, chance: random.Random) -> dict[str, Any]:
    floor = typical * chance.uniform(0.65, 1.05)
    return {
        "name": name,
        "profile": {"priority": chance.choice(PRIORITIES), "speaking_style": chance.choice(STYLES)},
        "inventory": [
            {
                **item,
                "quantity_available": 100,
                "cost_price": _price(floor * chance.uniform(0.8, 0.95)),
                "least_price": _price(floor),
                "selling_price": _price(floor * chance.uniform(1.1, 1.7)),
            }
        ],
    }


def _price(amount: float) -> float:
    return round(amount, 2)


if __name__ == "__main__":
    main()
