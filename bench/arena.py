"""Plays rooms of the built-in minds in memory, without a database and without a server; prints figures as JSON.

A move is one seat's in one thread: a bid, an offer, an acceptance, or words alone.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from negotiation.core.events import Accepted, Answered, Event, Offered, Said, WalkedAway
from negotiation.core.preferences import BuyerLimits, SellerLimits
from negotiation.core.room import SellerSeat, Setup
from negotiation.engine import Engine, Limits, Minds, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind

MOVES = (Offered, Accepted, Said, Answered, WalkedAway)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=int, default=100)
    rooms = parser.parse_args().rooms
    asyncio.run(play(rooms // 10 + 1))
    started, cpu = time.perf_counter(), time.process_time()
    events = asyncio.run(play(rooms))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    moves = sum(isinstance(event, MOVES) for event in events)
    print(json.dumps({"rooms": rooms, "events": len(events), "moves": moves, "seconds": seconds, "cpu_seconds": cpu}))


async def play(rooms: int) -> Sequence[Event]:
    events: list[Event] = []
    for seed in range(rooms):
        journal = MemoryJournal(_setup(seed), events.append)
        mind = StrategyMind()
        minds = Minds(mind, {seat.seller_id: mind for seat in _setup(seed).sellers})
        await Engine(journal, minds, limits=Limits(), pace=Pace()).run()
    return events


def _setup(seed: int) -> Setup:
    return Setup(
        item_name="Standing desk",
        buyer_name="Bench",
        buyer=BuyerLimits(Decimal(200), Decimal(420), 20),
        sellers=tuple(
            SellerSeat(f"seller_{number}", name, SellerLimits(Decimal(220), Decimal(300), Decimal(480 + number), 100))
            for number, name in enumerate(("Ash", "Beech", "Cherry"))
        ),
        max_rounds=10,
        seed=seed,
    )


if __name__ == "__main__":
    main()
