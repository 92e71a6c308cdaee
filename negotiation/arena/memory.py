"""An arena played in memory: no database, no worker, no model; for tuning and for regression gates."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context

from marketplace.offline import OfflineRoom, open_rooms
from negotiation.arena import minds
from negotiation.arena.planning import Game, Plan
from negotiation.arena.processes import set_up
from negotiation.arena.results import RoomResult
from negotiation.arena.scenarios import Scenario, request_of
from negotiation.arena.scoring import Effort, Ending, RoomScore, score_room
from negotiation.asking import Minds
from negotiation.core.events import Closed, Event, MindFailed
from negotiation.core.room import Setup
from negotiation.core.visibility import seat_seed
from negotiation.core.vocabulary import Party
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind

# Rooms gather answers that come together for some milliseconds: played side by side, they wait at the same time.
AT_ONCE = 100
# The lab's minds think one after the other, and the time for a move runs while they wait.
LAB_AT_ONCE = 2

Batch = list[tuple[Game, Scenario]]


def play(plan: Plan, tell: Callable[[int], None], processes: int = 1) -> list[RoomResult]:
    """Every game of the plan, in its order; `tell` hears how many are over. Minds with a model find none.

    Few games are played by this process, many by as many others as wanted. Raises BrokenProcessPool if one is killed.
    """
    batches = list(_batches(plan))
    if min(processes, len(batches)) == 1:
        return _gather(map(_play_batch, batches), tell)
    # Not forked: a child would have this process's connections, and Windows cannot fork.
    with ProcessPoolExecutor(min(processes, len(batches)), get_context("spawn"), set_up) as pool:
        return _gather(pool.map(_play_batch, batches), tell)


def _batches(plan: Plan) -> Iterator[Batch]:
    has_lab = any(spec.name.startswith(minds.LAB) for spec in (*plan.buyers, *plan.sellers))
    games = ((game, plan.scenarios[game.scenario]) for game in plan.schedule())
    while batch := list(islice(games, LAB_AT_ONCE if has_lab else AT_ONCE)):
        yield batch


def _gather(batches: Iterable[Sequence[list[RoomResult]]], tell: Callable[[int], None]) -> list[RoomResult]:
    results, over = list[RoomResult](), 0
    for played in batches:
        results += [result for rooms in played for result in rooms]
        over += len(played)
        tell(over)
    return results


def _play_batch(batch: Batch) -> Sequence[list[RoomResult]]:
    return asyncio.run(_play_together(batch))


async def _play_together(batch: Batch) -> Sequence[list[RoomResult]]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_play_game(game, scenario)) for game, scenario in batch]
    return [task.result() for task in tasks]


async def _play_game(game: Game, scenario: Scenario) -> list[RoomResult]:
    request = minds.seat(request_of(scenario.body), game.buyer, game.sellers, game.seed)
    scores = [await _score_room(room, game) for room in open_rooms(request)]
    return [RoomResult(str(game.buyer), str(game.sellers), scenario.name, game.repeat, score) for score in scores]


async def _score_room(room: OfflineRoom, game: Game) -> RoomScore:
    item_id, setup = room.item.item_id, room.setup
    if room.why_none is not None:
        return score_room(setup, Ending(item_id, None, None, 0, 0.0), Effort(), Effort())
    events = await play_room(setup, game)
    closed = next(event for event in reversed(events) if isinstance(event, Closed))
    ending = Ending(item_id, closed.seller_id, closed.terms, closed.round, 0.0)
    return score_room(setup, ending, _effort(events, Party.BUYER), _effort(events, Party.SELLER))


async def play_room(setup: Setup, game: Game) -> list[Event]:
    """All that happens in it."""
    journal = MemoryJournal(setup)
    await Engine(journal, _minds(setup, game), limits=Limits(), pace=Pace()).run()
    return journal.events


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
