"""An arena played in memory: no database, no worker, no model; for tuning and for regression gates."""

import asyncio
from collections.abc import Callable
from itertools import islice

from marketplace.offline import OfflineRoom, open_rooms
from negotiation.arena import minds
from negotiation.arena.planning import Game, Plan
from negotiation.arena.results import RoomResult
from negotiation.arena.scenarios import request_of
from negotiation.arena.scoring import Effort, Ending, RoomScore, score_room
from negotiation.core.events import Closed, Event, MindFailed
from negotiation.core.room import Setup
from negotiation.core.visibility import seat_seed
from negotiation.core.vocabulary import Party
from negotiation.engine import Engine, Limits, Minds, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind

# Rooms gather answers that come together for some milliseconds: played side by side, they wait at the same time.
AT_ONCE = 100
# The lab's minds think one after the other, and the time for a move runs while they wait.
LAB_AT_ONCE = 2


def play(plan: Plan, tell: Callable[[int], None]) -> list[RoomResult]:
    """Every game of the plan, in its order; `tell` hears how many are over. Minds with a model find none."""
    return asyncio.run(_play_all(plan, tell))


async def _play_all(plan: Plan, tell: Callable[[int], None]) -> list[RoomResult]:
    games, results, over = plan.schedule(), list[RoomResult](), 0
    has_lab = any(spec.name.startswith(minds.LAB) for spec in (*plan.buyers, *plan.sellers))
    while batch := list(islice(games, LAB_AT_ONCE if has_lab else AT_ONCE)):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_play_game(plan, game)) for game in batch]
        results += [result for task in tasks for result in task.result()]
        over += len(batch)
        tell(over)
    return results


async def _play_game(plan: Plan, game: Game) -> list[RoomResult]:
    scenario = plan.scenarios[game.scenario]
    request = minds.seat(request_of(scenario.body), game.buyer, game.sellers, game.seed)
    scores = [await _play_room(room, game) for room in open_rooms(request)]
    return [RoomResult(str(game.buyer), str(game.sellers), scenario.name, game.repeat, score) for score in scores]


async def _play_room(room: OfflineRoom, game: Game) -> RoomScore:
    item_id, setup = room.item.item_id, room.setup
    if room.why_none is not None:
        return score_room(setup, Ending(item_id, None, None, 0, 0.0), Effort(), Effort())
    journal = MemoryJournal(setup)
    await Engine(journal, _minds(setup, game), limits=Limits(), pace=Pace()).run()
    closed = next(event for event in reversed(journal.events) if isinstance(event, Closed))
    ending = Ending(item_id, closed.seller_id, closed.terms, closed.round, 0.0)
    return score_room(setup, ending, _effort(journal.events, Party.BUYER), _effort(journal.events, Party.SELLER))


def _minds(setup: Setup, game: Game) -> Minds:
    built_in = StrategyMind()
    return Minds(
        buyer=built_in
        if minds.is_built_in(game.buyer.name)
        else minds.seat_mind(Party.BUYER, str(game.buyer), seat_seed(setup.seed, "")),
        sellers={
            seat.seller_id: built_in
            if minds.is_built_in(game.sellers.name)
            else minds.seat_mind(Party.SELLER, str(game.sellers), seat_seed(setup.seed, seat.name))
            for seat in setup.sellers
        },
    )


def _effort(events: list[Event], party: Party) -> Effort:
    return Effort(fallbacks=sum(isinstance(event, MindFailed) and event.party is party for event in events))
