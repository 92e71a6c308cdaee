"""Arenas over HTTP: operators make and steer them, auditors read."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import BaseModel, ConfigDict, Field

from marketplace import audit
from marketplace.callers import principal_of
from marketplace.errors import InvalidRequest, NotAllowed, Problem
from marketplace.fields import ItemId, Price, Quantity, Timestamp, Whole
from marketplace.idempotency import once
from marketplace.identity import Principal
from marketplace.schemas import PageIn
from marketplace.throttling import Kind, charge
from negotiation.arena import services
from negotiation.arena.catalogue import from_catalogue
from negotiation.arena.planning import ArenaRequest, with_scenarios
from negotiation.arena.results import Measure, Progress, Table
from negotiation.arena.scenario_files import rows_of
from negotiation.arena.scenarios import Scenario, bundled, read_rows
from negotiation.arena_models import Arena
from negotiation.frames import to_json

arenas_router = Router(tags=["arenas"])

MindText = Annotated[str, Field(max_length=300)]


class BundledIn(BaseModel):
    """The first so many of a class of those that come with Parley."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    count: Whole = 10


class CatalogueIn(BaseModel):
    """Items that standing sellers have, with all who have them; `limit` is the mean asking price where it is null."""

    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[ItemId], Field(min_length=1, max_length=500)]
    quantity: Quantity = 1
    limit: Price | None = None


class ScenariosIn(BaseModel):
    """`inline`: objects with a `name`, `tags` and the body of a session under `initialize`."""

    model_config = ConfigDict(extra="forbid")

    bundled: Annotated[list[BundledIn], Field(max_length=50)] = []
    catalogue: CatalogueIn | None = None
    inline: list[Any] = []


class ArenaIn(BaseModel):
    """Every buyer's mind plays every sellers' mind in every scenario, `repeats` times."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    buyers: list[MindText]
    sellers: list[MindText]
    scenarios: ScenariosIn
    repeats: Whole = 1
    seed: Whole = 1


class ProgressOut(Schema):
    """`version` changes as soon as anything does."""

    state: str
    total: int
    done: int
    failed: int
    playing: int
    waiting: int
    share: float
    seconds_left: float | None
    version: str


class ArenaLineOut(Schema):
    arena_id: UUID
    name: str
    buyers: list[str]
    sellers: list[str]
    repeats: int
    seed: int
    made_by: str
    created_at: Timestamp
    started_at: Timestamp | None
    ended_at: Timestamp | None
    progress: ProgressOut


class ArenasOut(Schema):
    arenas: list[ArenaLineOut]
    total: int


class EstimateOut(Schema):
    """A mean with its 95 % interval, over so many rooms."""

    mean: float | None
    low: float | None
    high: float | None
    count: int


class CellOut(Schema):
    buyer: str
    sellers: str
    games: int
    done: int
    failed: int
    value: EstimateOut
    means: dict[str, float | None]


class GridOut(Schema):
    measure: Measure
    cells: list[CellOut]


class RowOut(Schema):
    """A mind over all its opponents. What models took (cost in US dollars), moves that stood in for a model's, and how
    often a model went beyond what its seat may do or say are of its own side."""

    place: int
    mind: str
    share: EstimateOut
    deals: float | None
    false_deals: int
    games: int
    rounds: float | None
    seconds: float | None
    calls: int
    tokens: int
    cost: float
    model_seconds: float
    fallbacks: int
    violations: int


class ArenaOut(ArenaLineOut):
    """Grid and leaderboards are null where nothing has changed since the version that was asked about."""

    grid: GridOut | None
    buyer_rows: list[RowOut] | None
    seller_rows: list[RowOut] | None


class ArenaStateOut(Schema):
    arena_id: UUID
    state: str


class ArenaDeletedOut(Schema):
    deleted: bool
    arena_id: UUID


@arenas_router.post("", response={201: ArenaOut})
def create(request: HttpRequest, payload: ArenaIn) -> Status[dict[str, Any]]:
    """Set up an arena; workers play it. All that is wrong with minds and scenarios is told at once."""
    principal = _operator(request)

    def act() -> dict[str, Any]:
        charge(Kind.SET_UP, principal.name)
        arena = services.create_arena(_wanted(payload), principal.name)
        audit.note(principal.name, "made arena", arena=arena.code)
        return _arena(arena, Measure.COMPETITIVE_SHARE)

    return Status(201, once(request, principal, act))


@arenas_router.get("", response=ArenasOut)
def list_arenas(request: HttpRequest, page: Query[PageIn]) -> dict[str, Any]:
    """Newest first."""
    _reader(request)
    found = services.arenas()
    shown = list(found[page.offset : page.offset + page.limit])
    progress = services.progress_of_all(shown)
    return {"arenas": [_line(arena, progress[arena.pk]) for arena in shown], "total": found.count()}


@arenas_router.get("/{arena_id}", response=ArenaOut)
def show(
    request: HttpRequest, arena_id: UUID, since: str = "", measure: Measure = Measure.COMPETITIVE_SHARE
) -> dict[str, Any]:
    """Progress, grid and leaderboards. With `since=VERSION` the latter two only if anything has changed."""
    _reader(request)
    return _arena(services.find_arena(arena_id), measure, since)


@arenas_router.get("/{arena_id}/results.json")
def results_json(request: HttpRequest, arena_id: UUID) -> HttpResponse:
    """Everything: each room, the grid in all measures, the leaderboards. `manage.py arena --baseline` reads it."""
    _reader(request)
    document = services.results_document(services.find_arena(arena_id))
    return _file(to_json(document), "application/json; charset=utf-8", f"arena-{arena_id}.json")


@arenas_router.get("/{arena_id}/results.csv")
def results_csv(request: HttpRequest, arena_id: UUID) -> HttpResponse:
    """A line for each room."""
    _reader(request)
    text = services.results_csv(services.find_arena(arena_id))
    return _file(text, "text/csv; charset=utf-8", f"arena-{arena_id}.csv")


@arenas_router.post("/{arena_id}/pause", response=ArenaStateOut)
def pause(request: HttpRequest, arena_id: UUID) -> dict[str, Any]:
    """Games in play go on to their end; no other is opened."""
    return _change(request, arena_id, services.pause, "paused arena")


@arenas_router.post("/{arena_id}/resume", response=ArenaStateOut)
def resume(request: HttpRequest, arena_id: UUID) -> dict[str, Any]:
    return _change(request, arena_id, services.resume, "resumed arena")


@arenas_router.post("/{arena_id}/cancel", response=ArenaStateOut)
def cancel(request: HttpRequest, arena_id: UUID) -> dict[str, Any]:
    """For good. What has been played stays."""
    return _change(request, arena_id, services.cancel, "cancelled arena")


@arenas_router.delete("/{arena_id}", response=ArenaDeletedOut)
def delete(request: HttpRequest, arena_id: UUID) -> dict[str, Any]:
    """With all its sessions, rooms and logs."""
    principal = _operator(request)

    def act() -> dict[str, Any]:
        services.delete_arena(services.find_arena(arena_id))
        audit.note(principal.name, "deleted arena", arena=arena_id)
        return {"deleted": True, "arena_id": arena_id}

    return once(request, principal, act)


def _change(request: HttpRequest, arena_id: UUID, act: Callable[[Arena], None], deed: str) -> dict[str, Any]:
    principal = _operator(request)

    def change() -> dict[str, Any]:
        arena = services.find_arena(arena_id)
        act(arena)
        audit.note(principal.name, deed, arena=arena_id)
        return {"arena_id": arena_id, "state": arena.state}

    return once(request, principal, change)


def _reader(request: HttpRequest) -> Principal:
    """Whoever may not read all is not told that there are arenas with this id."""
    principal = principal_of(request)
    if not principal.may_read_all:
        raise NotAllowed("Arenas are for operators.")
    return principal


def _operator(request: HttpRequest) -> Principal:
    principal = _reader(request)
    if not principal.is_operator:
        raise NotAllowed("Only operators may set up and steer arenas.")
    return principal


def _wanted(payload: ArenaIn) -> ArenaRequest:
    wanted = ArenaRequest(
        name=payload.name,
        buyers=tuple(payload.buyers),
        sellers=tuple(payload.sellers),
        repeats=payload.repeats,
        seed=payload.seed,
    )
    return with_scenarios(wanted, lambda: _scenarios(payload.scenarios))


def _scenarios(asked: ScenariosIn) -> tuple[Scenario, ...]:
    """Raises InvalidRequest with the problems of all sources."""
    problems: list[Problem] = []
    chosen: list[Scenario] = []
    sources = [partial(bundled, one.kind, one.count) for one in asked.bundled]
    if (own := asked.catalogue) is not None:
        sources.append(partial(from_catalogue, own.items, own.quantity, own.limit))
    if asked.inline:
        sources.append(partial(_read_inline, asked.inline))
    for source in sources:
        try:
            chosen += source()
        except InvalidRequest as wrong:
            problems += wrong.problems
    if problems:
        raise InvalidRequest(problems)
    return tuple(chosen)


def _read_inline(scenarios: list[Any]) -> tuple[Scenario, ...]:
    return read_rows(rows_of(scenarios))


def _arena(arena: Arena, measure: Measure, since: str = "") -> dict[str, Any]:
    progress = services.progress_of(arena)
    if since == progress.version:
        return {**_line(arena, progress), "grid": None, "buyer_rows": None, "seller_rows": None}
    return {**_line(arena, progress), **_tables(services.table_of(arena, measure))}


def _tables(table: Table) -> dict[str, Any]:
    return {
        "grid": {"measure": table.measure, "cells": [asdict(cell) for cell in table.cells]},
        "buyer_rows": [asdict(row) for row in table.buyer_rows],
        "seller_rows": [asdict(row) for row in table.seller_rows],
    }


def _line(arena: Arena, progress: Progress) -> dict[str, Any]:
    return {
        "arena_id": arena.code,
        "name": arena.name,
        "buyers": arena.buyers,
        "sellers": arena.sellers,
        "repeats": arena.repeats,
        "seed": arena.seed,
        "made_by": arena.made_by,
        "created_at": arena.created_at,
        "started_at": arena.started_at,
        "ended_at": arena.ended_at,
        "progress": asdict(progress),
    }


def _file(text: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
