"""Plays an arena of the built-in minds in memory, without a database and without a server; prints figures as JSON.

A move is one seat's in one thread: a bid, an offer, an acceptance, or words alone.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from itertools import islice
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
django.setup()

from marketplace.offline import open_rooms  # noqa: E402
from negotiation.arena import memory, minds  # noqa: E402
from negotiation.arena.planning import ArenaRequest, Game, Plan, make_plan  # noqa: E402
from negotiation.arena.scenarios import Scenario, request_of  # noqa: E402
from negotiation.core.events import Accepted, Answered, Event, Offered, Said, WalkedAway  # noqa: E402

MOVES = (Offered, Accepted, Said, Answered, WalkedAway)
COUNTED = 20
MARKETS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=100, help=f"of {MARKETS} markets")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.repeats, asked.processes)))


def measure(repeats: int, processes: int) -> dict[str, float]:
    """The seconds are of all rooms, the beginning of the processes among them; moves are counted in some rooms."""
    plan = make_plan(ArenaRequest("Bench", ("strategy",), ("strategy",), tuple(map(_market, range(MARKETS))), repeats))
    started = time.perf_counter()
    memory.play(plan, lambda over: None, processes)
    seconds = time.perf_counter() - started
    some = list(islice(plan.schedule(), COUNTED))
    events = [event for game in some for event in asyncio.run(_events_of(plan, game))]
    moves = sum(isinstance(event, MOVES) for event in events)
    per_room = {"moves": moves / len(some), "events": len(events) / len(some)}
    return {"processes": processes, "seconds": seconds, **{what: round(plan.rooms * n) for what, n in per_room.items()}}


async def _events_of(plan: Plan, game: Game) -> list[Event]:
    (room,) = open_rooms(
        minds.seat(request_of(plan.scenarios[game.scenario].body), game.buyer, game.sellers, game.seed)
    )
    return await memory.play_room(room.setup, game)


def _market(number: int) -> Scenario:
    """Three sellers of one item."""
    needed = {"item_id": "desk", "item_name": "Standing desk", "quantity_needed": 20}
    stock = {"item_id": "desk", "item_name": "Standing desk", "quantity_available": 100}
    costs = {"cost_price": 220, "least_price": 300 + number, "selling_price": 480 + number}
    body = {
        "buyer": {
            "name": "Bench",
            "shopping_list": [{**needed, "min_price_per_unit": 200, "max_price_per_unit": 420}],
        },
        "sellers": [
            {"name": name, "profile": {"priority": "maximize_profit"}, "inventory": [{**stock, **costs}]}
            for name in ("Ash", "Beech", "Cherry")
        ],
    }
    return Scenario(f"desks-{number}", (), body)


if __name__ == "__main__":
    main()
