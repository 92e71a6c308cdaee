"""What is done with arenas, and what is told of them: for the API, the pages and the command."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from marketplace.models import Session
from negotiation import logs
from negotiation import services as rooms
from negotiation.arena.documents import Played, Report, csv_text, document
from negotiation.arena.planning import ArenaRequest, Plan, make_plan
from negotiation.arena.results import (
    Difference,
    GameLine,
    Measure,
    Pairing,
    Progress,
    RoomResult,
    Table,
    Tally,
    compare,
    leaderboard,
    tabulate,
)
from negotiation.arena.scoring import UNPLAYED, RoomScore, from_json
from negotiation.arena_models import AT_WORK, Arena, ArenaGame
from negotiation.core.vocabulary import ArenaState, GameState, Party
from negotiation.errors import AlreadyDecided, ArenaNotFound, NegotiationError, NotActive
from negotiation.models import OPEN, NegotiationRun

DELETED_AT_ONCE = 100
EDITIONS = 200
CANCELLED = "the arena was cancelled"

__all__ = ["ArenaRequest", "Plan"]


def plan(request: ArenaRequest) -> Plan:
    """What it would play. Raises InvalidRequest."""
    return make_plan(request)


@transaction.atomic
def create_arena(request: ArenaRequest, made_by: str = "") -> Arena:
    """The workers take it up by themselves. Raises InvalidRequest, and nothing is played then."""
    planned = make_plan(request)
    arena = Arena.objects.create(
        name=planned.name,
        scenarios=[
            {"name": one.name, "tags": list(one.tags), "body": one.body, "fingerprint": one.fingerprint}
            for one in planned.scenarios
        ],
        buyers=[str(mind) for mind in planned.buyers],
        sellers=[str(mind) for mind in planned.sellers],
        repeats=planned.repeats,
        seed=planned.seed,
        made_by=made_by,
    )
    ArenaGame.objects.bulk_create(
        (
            ArenaGame(
                arena=arena,
                buyer=str(game.buyer),
                sellers=str(game.sellers),
                scenario=game.scenario,
                repeat=game.repeat,
                seed=game.seed,
            )
            for game in planned.schedule()
        ),
        batch_size=1000,
    )
    return arena


def arenas() -> QuerySet[Arena]:
    """Newest first, without their scenarios, which may be many."""
    return Arena.objects.defer("scenarios").order_by("-created_at", "-id")


def find_arena(code: UUID) -> Arena:
    """Raises ArenaNotFound."""
    arena = arenas().filter(code=code).first()
    if arena is None:
        raise _no_arena(code)
    return arena


def pause(arena: Arena) -> None:
    """The rooms in play go on to their end; no further game is opened."""
    _change(arena, AT_WORK, ArenaState.PAUSED, "is not being played")


def resume(arena: Arena) -> None:
    _change(arena, (ArenaState.PAUSED,), ArenaState.PLAYING, "is not paused")


def cancel(arena: Arena) -> None:
    """For good; what has been played stays, and rooms in play end without a deal."""
    with transaction.atomic():
        _change(arena, (*AT_WORK, ArenaState.PAUSED), ArenaState.CANCELLED, "is over")
        playing = ArenaGame.objects.filter(arena=arena, state=GameState.PLAYING)
        sessions = list(playing.values_list("session_id", flat=True))
        playing.update(state=GameState.FAILED, result={"error": CANCELLED})
        Arena.objects.filter(pk=arena.pk).update(ended_at=timezone.now())
    _cancel_rooms(sessions)


def delete_arena(arena: Arena) -> None:
    """With its sessions, their rooms and the files of their logs.

    Raises ArenaNotFound if somebody else has just deleted it.
    """
    code = arena.code
    if not arena.is_over:
        with suppress(AlreadyDecided):
            cancel(arena)
    while sessions := list(Session.objects.filter(arena_games__arena=arena)[:DELETED_AT_ONCE]):
        _cancel_rooms([session.pk for session in sessions])
        for session in sessions:
            logs.delete_saved(session.code)
        Session.objects.filter(pk__in=[session.pk for session in sessions]).delete()
    deleted, _ = arena.delete()
    if not deleted:
        raise _no_arena(code)


def progress_of(arena: Arena) -> Progress:
    return progress_of_all([arena])[arena.pk]


def progress_of_all(listed: Sequence[Arena]) -> dict[int, Progress]:
    """By the arena's key."""
    rows = (
        ArenaGame.objects.filter(arena__in=listed).order_by().values_list("arena_id", "state").annotate(n=Count("id"))
    )
    counts: dict[int, Counter[str]] = {arena.pk: Counter() for arena in listed}
    for arena_id, state, number in rows:
        counts[arena_id][state] = number
    return {arena.pk: _progress(arena, counts[arena.pk]) for arena in listed}


def table_of(arena: Arena, measure: Measure = Measure.COMPETITIVE_SHARE) -> Table:
    """Of what is over; while a large arena plays, up to a two-hundredth of its games behind."""
    return _table(arena.code, _edition(progress_of(arena)), measure)


def leaders_of(listed: Sequence[Arena]) -> dict[int, tuple[str, float] | None]:
    """By the arena's key: the buyer's mind that leads, and its mean share."""
    return {arena.pk: _leader(arena.code, _edition(progress)) for arena, progress in _with_progress(listed)}


def comparison_of(arena: Arena, party: Party, first: str, second: str) -> Difference | None:
    """The one less the other where both played; None where they did not."""
    return compare(results_of(arena), party, first, second)


def results_of(arena: Arena) -> list[RoomResult]:
    return _results(arena.code, _edition(progress_of(arena)))


def report_of(arena: Arena) -> Report:
    scenarios = Arena.objects.values_list("scenarios", flat=True).get(pk=arena.pk)
    return Report(
        name=arena.name,
        seed=arena.seed,
        repeats=arena.repeats,
        buyers=tuple(arena.buyers),
        sellers=tuple(arena.sellers),
        scenarios=tuple(Played(one["name"], tuple(one["tags"]), one["fingerprint"]) for one in scenarios),
        rooms=tuple(results_of(arena)),
        tallies=_tallies(arena.code),
    )


def results_document(arena: Arena) -> dict[str, Any]:
    return {"arena_id": str(arena.code), "state": arena.state, **document(report_of(arena))}


def results_csv(arena: Arena) -> str:
    return csv_text(report_of(arena))


def games_of(arena: Arena, buyer: str, sellers: str) -> list[GameLine]:
    """A line for each room, worst for the buyer first: failures, missed deals, then by its share."""
    scenarios = Arena.objects.values_list("scenarios", flat=True).get(pk=arena.pk)
    games = ArenaGame.objects.filter(arena=arena, buyer=buyer, sellers=sellers).select_related("session")
    lines = [line for game in games for line in _lines(game, scenarios[game.scenario])]
    return sorted(lines, key=_worst_first)


def _change(arena: Arena, sources: tuple[ArenaState, ...], target: ArenaState, refusal: str) -> None:
    if Arena.objects.filter(pk=arena.pk, state__in=sources).update(state=target):
        arena.state = target
        return
    arena.refresh_from_db(fields=["state"])
    refused = AlreadyDecided if arena.is_over else NotActive
    raise refused(f"the arena {refusal}: it is {arena.state}")


def _no_arena(code: UUID) -> ArenaNotFound:
    return ArenaNotFound(f"there is no arena {code}")


def _cancel_rooms(sessions: Sequence[int | None]) -> None:
    open_rooms = NegotiationRun.objects.filter(session__in=[pk for pk in sessions if pk], status__in=OPEN)
    for code in open_rooms.values_list("code", flat=True):
        try:
            rooms.cancel(code)
        except NegotiationError:
            continue  # it has just ended


def _progress(arena: Arena, counts: Counter[str]) -> Progress:
    total = sum(counts.values())
    over = counts[GameState.DONE] + counts[GameState.FAILED]
    return Progress(
        state=ArenaState(arena.state),
        total=total,
        done=counts[GameState.DONE],
        failed=counts[GameState.FAILED],
        playing=counts[GameState.PLAYING],
        waiting=counts[GameState.WAITING],
        share=over / total if total else 0.0,
        seconds_left=_seconds_left(arena, over, total),
        version=f"{arena.state}-{counts[GameState.DONE]}-{counts[GameState.FAILED]}-{counts[GameState.PLAYING]}",
    )


def _seconds_left(arena: Arena, over: int, total: int) -> float | None:
    """As fast as until now; a pause in between makes it too long."""
    if arena.state != ArenaState.PLAYING or arena.started_at is None or not over:
        return None
    return (timezone.now() - arena.started_at).total_seconds() / over * (total - over)


def _edition(progress: Progress) -> str:
    """Until when what was read of the games may be shown: to read ten thousand of them anew each time takes seconds."""
    step = max(1, progress.total // EDITIONS)
    return f"{progress.state}-{progress.done // step}-{progress.failed // step}"


def _with_progress(listed: Sequence[Arena]) -> Iterator[tuple[Arena, Progress]]:
    progress = progress_of_all(listed)
    return ((arena, progress[arena.pk]) for arena in listed)


@lru_cache(maxsize=64)
def _table(code: UUID, edition: str, measure: Measure) -> Table:
    buyers, sellers = Arena.objects.values_list("buyers", "sellers").get(code=code)
    return tabulate(_results(code, edition), buyers, sellers, _tallies(code), measure)


@lru_cache(maxsize=256)
def _leader(code: UUID, edition: str) -> tuple[str, float] | None:
    buyers = Arena.objects.values_list("buyers", flat=True).get(code=code)
    rows = leaderboard(_results(code, edition), Party.BUYER, buyers)
    return next(((row.mind, row.share.mean) for row in rows if row.share.mean is not None), None)


@lru_cache(maxsize=4)
def _results(code: UUID, edition: str) -> list[RoomResult]:
    """Of the games that are over by this edition."""
    names = _scenario_names(code)
    games = ArenaGame.objects.filter(arena__code=code, state=GameState.DONE).order_by("id")
    rows = games.values_list("buyer", "sellers", "scenario", "repeat", "result")
    return [
        RoomResult(buyer, sellers, names[scenario], repeat, from_json(score))
        for buyer, sellers, scenario, repeat, result in rows
        for score in result["rooms"]
    ]


def _scenario_names(code: UUID) -> list[str]:
    return [scenario["name"] for scenario in Arena.objects.values_list("scenarios", flat=True).get(code=code)]


def _tallies(code: UUID) -> dict[Pairing, Tally]:
    rows = (
        ArenaGame.objects.filter(arena__code=code)
        .order_by()
        .values_list("buyer", "sellers")
        .annotate(
            n=Count("id"),
            done=Count("id", filter=Q(state=GameState.DONE)),
            failed=Count("id", filter=Q(state=GameState.FAILED)),
        )
    )
    return {(buyer, sellers): Tally(number, done, failed) for buyer, sellers, number, done, failed in rows}


def _lines(game: ArenaGame, scenario: dict[str, Any]) -> Iterable[GameLine]:
    scores = [from_json(score) for score in game.result.get("rooms", [])]
    return [_line(game, scenario, score) for score in scores or [UNPLAYED]]


def _line(game: ArenaGame, scenario: dict[str, Any], score: RoomScore) -> GameLine:
    session = game.session
    return GameLine(
        number=game.pk,
        scenario=scenario["name"],
        tags=tuple(scenario["tags"]),
        repeat=game.repeat,
        seed=game.seed,
        state=GameState(game.state),
        session_code=session.code if session else None,
        room_code=UUID(score.room) if score.room and session else None,
        item=score.item,
        is_feasible=score.is_feasible,
        result="" if score is UNPLAYED else "deal" if score.is_deal else "no_deal",
        seller=score.seller,
        price=Decimal(score.price) if score.price else None,
        rounds=score.rounds,
        competitive_share=score.competitive_share,
        ideal_share=score.ideal_share,
        seller_share=score.seller_share,
        fallbacks=score.buyer_effort.fallbacks + score.sellers_effort.fallbacks,
        seconds=score.seconds,
        error=str(game.result.get("error", "")),
    )


def _worst_first(line: GameLine) -> tuple[int, float, int]:
    """Games that are still to be played come last, before them the rooms in which nothing could be won."""
    if not line.state.is_over:
        return 4, 0.0, line.number
    if line.state is GameState.FAILED:
        return 0, 0.0, line.number
    if line.ideal_share is None:
        return 3, 0.0, line.number
    return (2 if line.result == "deal" else 1), line.ideal_share, line.number
