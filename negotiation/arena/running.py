"""Plays an arena: opens its games a few at a time and collects what came of them. Any number of workers may do so.

A game is an ordinary session that the workers play like any other. Which step an arena or a game is at, its row says;
each step is one transaction behind a conditional update, so whoever is killed leaves nothing half done, and of two
workers one finds nothing to do.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from marketplace.errors import MarketplaceError
from marketplace.models import Session
from marketplace.services import set_up_session
from negotiation import services
from negotiation.arena import minds
from negotiation.arena.collecting import result_of
from negotiation.arena.minds import Spec, read_mind
from negotiation.arena.scenarios import request_of
from negotiation.arena_models import AT_WORK, Arena, ArenaGame
from negotiation.core.vocabulary import ArenaState, GameState, Party, RoomStatus
from negotiation.errors import ModelAway, NegotiationError
from negotiation.models import OPEN, NegotiationRun, Participant

# So many games of an arena are open at a time, and so many steps are taken before the caller may do something else.
MOST_OPEN = 20
MOST_STEPS = 5

logger = logging.getLogger(__name__)


def tend() -> bool:
    """Take the next steps of all arenas; whether there is more to do at once."""
    return any([_tend(arena) for arena in _arenas_with_work()])


def _arenas_with_work() -> Iterable[Arena]:
    """Those that play, and those that were stopped while some of their games were in play."""
    if not Arena.objects.filter(state__in=(*AT_WORK, ArenaState.PAUSED)).exists():  # asked each second, mostly in vain
        return ()
    at_work = Arena.objects.defer("scenarios").filter(state__in=AT_WORK)
    left = Arena.objects.defer("scenarios").filter(state=ArenaState.PAUSED, games__state=GameState.PLAYING).distinct()
    return [*at_work, *left]


def _tend(arena: Arena) -> bool:
    collected = _collect(arena)
    if arena.state == ArenaState.PAUSED:
        return collected
    opened = _open_more(arena)
    if not opened and not collected:
        _finish(arena)
    return opened or collected


def _open_more(arena: Arena) -> bool:
    for _ in range(MOST_STEPS):
        try:
            if not open_next(arena):
                return False
        except ModelAway as away:
            logger.warning("arena %s waits: %s", arena.code, away)
            return False
    return True


@transaction.atomic
def open_next(arena: Arena) -> bool:
    """Set up and start the next game, if there is one and few enough are in play; whether it was."""
    Arena.objects.filter(pk=arena.pk, state=ArenaState.WAITING).update(
        state=ArenaState.PLAYING, started_at=timezone.now()
    )
    # Locked until the end: nobody opens another game meanwhile, or pauses the arena.
    if not Arena.objects.select_for_update().filter(pk=arena.pk, state=ArenaState.PLAYING).exists():
        return False
    games = ArenaGame.objects.filter(arena=arena)
    if games.filter(state=GameState.PLAYING).count() >= MOST_OPEN:
        return False
    game = games.filter(state=GameState.WAITING).order_by("pk").first()
    if game is None or not games.filter(pk=game.pk, state=GameState.WAITING).update(state=GameState.PLAYING):
        return False
    _start(game)
    return True


def _start(game: ArenaGame) -> None:
    """In a transaction of its own inside: what cannot be played leaves no session, and its reason in the row."""
    try:
        with transaction.atomic():
            session = _set_up(game)
            ArenaGame.objects.filter(pk=game.pk).update(session=session)
            for code in session.runs.filter(status=RoomStatus.PENDING).values_list("code", flat=True):
                services.start(code)
    except ModelAway:
        raise
    except (MarketplaceError, NegotiationError, ValueError) as error:
        logger.warning("a game of arena %s cannot be played: %s", game.arena_id, error)
        ArenaGame.objects.filter(pk=game.pk).update(state=GameState.FAILED, result={"error": str(error)[:300]})


def _set_up(game: ArenaGame) -> Session:
    scenario = Arena.objects.values_list(f"scenarios__{game.scenario}", flat=True).get(pk=game.arena_id)
    buyer, sellers = read_mind(game.buyer, Party.BUYER), read_mind(game.sellers, Party.SELLER)
    name = f"{scenario['name']}: {game}"[:100]
    wanted = replace(minds.seat(request_of(scenario["body"]), buyer, sellers, game.seed), name=name)
    session = set_up_session(wanted).session
    Session.objects.filter(pk=session.pk).update(is_arena=True, is_what_if=True)
    _seat_by_name(session, sellers)
    return session


def _seat_by_name(session: Session, sellers: Spec) -> None:
    """A seller's own row holds one of the minds of ordinary sessions; its seat in a room any."""
    if not minds.is_built_in(sellers.name):
        Participant.objects.filter(run__session=session).update(mind=str(sellers))


def _collect(arena: Arena) -> bool:
    """Keep the results of games whose rooms are all over; whether there were any."""
    over = list(_games_that_are_over(arena)[: 4 * MOST_STEPS])
    for game in over:
        state, result = result_of(game)
        ArenaGame.objects.filter(pk=game.pk, state=GameState.PLAYING).update(state=state, result=result)
    return bool(over)


def _games_that_are_over(arena: Arena) -> QuerySet[ArenaGame]:
    open_rooms = NegotiationRun.objects.filter(status__in=OPEN)
    playing = ArenaGame.objects.filter(arena=arena, state=GameState.PLAYING).select_related("session")
    return playing.exclude(session__in=open_rooms.values("session"))


def _finish(arena: Arena) -> None:
    """Nothing is left to open or to wait for."""
    left = ArenaGame.objects.filter(arena=arena, state__in=(GameState.WAITING, GameState.PLAYING))
    if not left.exists():
        Arena.objects.filter(pk=arena.pk, state__in=AT_WORK).update(state=ArenaState.FINISHED, ended_at=timezone.now())
