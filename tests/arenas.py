"""Small arenas, and a way to play them without a worker."""

from collections import Counter
from collections.abc import Sequence

from negotiation.arena import running, services
from negotiation.arena.planning import ArenaRequest
from negotiation.arena.results import RoomResult
from negotiation.arena.scenarios import Scenario
from negotiation.arena_models import Arena, ArenaGame
from negotiation.core.vocabulary import RoomStatus
from negotiation.models import NegotiationRun
from tests import bodies


def a_scenario(name: str = "laptops", **changes) -> Scenario:
    """Two sellers for one item, three rounds."""
    return Scenario(name, ("two",), {**bodies.session(), **changes})


def a_request(*scenarios: Scenario, **changes) -> ArenaRequest:
    wanted = {"name": "Trial", "buyers": ("strategy",), "sellers": ("strategy",), **changes}
    return ArenaRequest(scenarios=scenarios or (a_scenario(),), **wanted)


def an_arena(*scenarios: Scenario, **changes) -> Arena:
    return services.create_arena(a_request(*scenarios, **changes), "test")


def states(arena: Arena) -> Counter[str]:
    """How many of its games are in each state."""
    return Counter(ArenaGame.objects.filter(arena=arena).values_list("state", flat=True))


def outcomes(rooms: Sequence[RoomResult]) -> list[tuple[object, ...]]:
    """What does not depend on where and how fast a room was played."""
    return [
        (room.buyer, room.sellers, room.scenario, room.repeat, room.score.seller, room.score.price, room.score.rounds)
        for room in rooms
    ]


def play_arena(arena: Arena, play) -> Arena:
    """To its end, room after room; `play` plays one."""
    for _ in range(100):
        running.tend()
        arena.refresh_from_db()
        if arena.state not in ("waiting", "playing"):
            return arena
        for code in NegotiationRun.objects.filter(status=RoomStatus.QUEUED).values_list("code", flat=True):
            play(str(code))
    raise AssertionError(f"{ArenaGame.objects.filter(arena=arena).exclude(state='done').count()} games are left")
