"""What rooms of `llm` minds come to whose model knows nothing: each choice is asked for over HTTP, by the gateway, of a
model that answers by a habit, and goes through all checks and rails.

    python bench/model_minds.py [--rooms N] [--seed N] [--habit HABIT ...]       random rooms
    python bench/model_minds.py --scenarios FILE.json                            the rooms of such a file instead

Below each table of what came of the rooms: how many calls were made in a room, and of what was wrong with the replies,
how much in a room. A clamped price was moved to the nearer end of what is free; whatever else is wrong was asked for
again, and then left to the strategy.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.free_minds import HEAD, tell
from bench.populations import HOLDOUT_SEED, Played, drawn_setups, events_of, judge, read_setups
from bench.serving import program
from llm.gateway import Gateway, Rules
from llm.openai_compatible import OpenAICompatibleProvider, Server
from llm.prices import PriceTable
from llm.purse import Purse
from negotiation.asking import Minds
from negotiation.core.room import Setup
from negotiation.core.vocabulary import Party
from negotiation.minds.calls import Call, Seat, Verdict
from negotiation.minds.line import Line, Tuning
from negotiation.minds.reasoning import ReasoningMind
from negotiation.minds.strategy import StrategyMind
from negotiation.violations import Violation, count_violations
from tests.fake_llm.careless import HABITS

SEATS = {"buyer": (True, False), "sellers": (False, True), "all": (True, True)}
ROOMS_AT_ONCE, CALLS_AT_ONCE = 20, 20
PATIENCE_SECONDS = 120.0  # a busy machine must not make a turn fail


@dataclass(slots=True)
class Tally:
    """What the calls of all rooms came to."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)

    async def ready(self) -> None:
        """Nobody else could have the room."""

    def add(self, call: Call) -> None:
        self.verdicts[call.verdict] += 1
        self.noted[call.why] += 1

    @property
    def violations(self) -> Mapping[Violation, int]:
        return count_violations(self.noted.items())


class Nobody:
    """Watches no seat write."""

    def are_there(self) -> bool:
        return False

    def may_look(self) -> bool:
        return False

    def show(self, seller_id: str, text: str) -> None:
        raise AssertionError("nobody is there to be shown anything")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scenarios", type=Path)
    parser.add_argument("--habit", nargs="+", choices=HABITS, default=HABITS)
    asked = parser.parse_args()
    seed = HOLDOUT_SEED + asked.seed
    setups = read_setups(asked.scenarios, seed) if asked.scenarios else drawn_setups(asked.rooms, seed)
    print(HEAD)
    tallies = {}
    for habit in asked.habit:
        with program("fake_model.py", "--habit", habit) as (_, port):
            for seat, seated in SEATS.items():
                played, tallies[seat, habit] = asyncio.run(play_all(setups, port, *seated))
                tell(seat, habit, "rails", played)
    print(f"\nin a room of {len(setups)}:")
    for (seat, habit), tally in tallies.items():
        print(f"{seat:<8}{habit:<10}{_told(tally, len(setups))}")


async def play_all(
    setups: Sequence[Setup], port: int, buyer_asks: bool, sellers_ask: bool
) -> tuple[list[Played], Tally]:
    provider = OpenAICompatibleProvider(Server("fake", f"http://127.0.0.1:{port}/v1", "fake-model", PATIENCE_SECONDS))
    gateway = Gateway(provider, Rules(max_concurrency=CALLS_AT_ONCE, attempt_seconds=PATIENCE_SECONDS))
    tally, places = Tally(), asyncio.Semaphore(ROOMS_AT_ONCE)

    def mind(number: int, party: Party, seller_id: str, *, asks: bool) -> StrategyMind | ReasoningMind:
        if not asks:
            return StrategyMind()
        seat = Seat(str(number), party, seller_id)
        means = {"purse": Purse(()), "log": tally, "prices": PriceTable(), "turn_seconds": PATIENCE_SECONDS}
        return ReasoningMind(Line(seat, gateway, Tuning(), **means), "USD", Nobody())

    async def play(number: int, setup: Setup) -> Played:
        sellers = {s.seller_id: mind(number, Party.SELLER, s.seller_id, asks=sellers_ask) for s in setup.sellers}
        async with places:
            return judge(setup, await events_of(setup, Minds(mind(number, Party.BUYER, "", asks=buyer_asks), sellers)))

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(play(number, setup)) for number, setup in enumerate(setups)]
    finally:
        await gateway.close()
    return [task.result() for task in tasks], tally


def _told(tally: Tally, rooms: int) -> str:
    verdicts = (f"{verdict} {tally.verdicts[verdict] / rooms:.2f}" for verdict in Verdict)
    wrong = (f"{kind} {count / rooms:.2f}" for kind, count in tally.violations.items())
    return f"calls: {', '.join(verdicts)}; violations: {', '.join(wrong) or 'none'}"


if __name__ == "__main__":
    main()
