"""What ended rooms show together, over HTTP: for operators and auditors, as it tells of all sides' limits."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import BaseModel, Field

from marketplace.callers import principal_of
from marketplace.errors import NotAllowed
from marketplace.fields import Timestamp
from negotiation.core.estimates import Estimate
from negotiation.core.samples import Figure, Gist, Position, Study, study
from negotiation.core.vocabulary import Party
from negotiation.figures import money
from negotiation.summary import Choice, Collection, EndedRoom, Ending, Kind, collect

analysis_router = Router(tags=["analysis"])

LONGEST_SEARCH = 100


class AnalysisQueryIn(BaseModel):
    """Which rooms. Dates are of the session, in UTC and both included; `mind` is one at any seat of the room."""

    q: str = Field("", max_length=LONGEST_SEARCH, description="A part of the session's, buyer's or item's name")
    since: date | None = None
    until: date | None = None
    mind: str = Field("", max_length=100)
    ending: Ending | None = None
    kind: Kind = Kind.REAL
    session_id: UUID | None = None
    rooms: bool = Field(False, description="Whether to list each room with its measures")

    def choice(self) -> Choice:
        return Choice(self.q.strip(), self.since, self.until, self.mind, self.ending, self.kind, self.session_id)


class EstimateOut(Schema):
    """A mean over `rooms` rooms; between `low` and `high` with 95 %, which are null where too few were seen."""

    mean: float
    low: float | None
    high: float | None
    rooms: int


class CountsOut(Schema):
    """`broken_off` rooms were cancelled or failed and are not counted; `left_out` were too many to be read."""

    rooms: int
    possible: int
    deals: int
    missed: int
    false_deals: int
    broken_off: int
    left_out: int


class BinOut(Schema):
    low: float
    high: float | None
    rooms: int


class AnchoringOut(Schema):
    """How much of what asking prices were raised by came back in the price: 0 is nothing, 1 all of it."""

    twins: EstimateOut | None
    contested: EstimateOut | None
    one_seller: EstimateOut | None


class PositionOut(Schema):
    """How often the first listed seller won, and would have by merit."""

    won: float
    merit: float
    excess: EstimateOut


class ModelsOut(Schema):
    calls: int
    tokens: int
    cost: float
    stand_ins: int


class GroupOut(Schema):
    name: str
    rooms: int
    possible: int
    deals: int
    deal_rate: EstimateOut | None
    competitive_share: EstimateOut | None
    ideal_share: EstimateOut | None
    saved_against_ask: float | None
    rounds: float | None


class MeasuredRoomOut(Schema):
    """Prices for a unit; shares are null where they are not defined. `docs/analysis.md` has the formulas."""

    room_id: UUID
    session_id: UUID
    item: str
    ended_at: Timestamp | None
    currency: str
    buyer_mind: str
    seller_minds: list[str]
    ending: Ending
    able_sellers: int
    limit: float
    price: float | None
    competitive_price: float | None
    ideal_price: float | None
    competitive_share: float | None
    ideal_share: float | None
    seller_share: float | None
    efficiency: float | None
    split: float | None
    nash_ratio: float | None
    jain_index: float | None
    core_seller_won: bool | None
    in_core: bool | None
    regret: float | None
    left_by_buyer: float | None
    left_by_seller: float | None
    opening_gap: float | None
    rounds: int
    seconds: float
    tokens: int
    cost: float


class AnalysisOut(Schema):
    counts: CountsOut
    figures: dict[Figure, EstimateOut | None]
    histogram: list[BinOut]
    anchoring: AnchoringOut
    position: PositionOut | None
    models: ModelsOut
    by_buyer_mind: list[GroupOut]
    by_seller_minds: list[GroupOut]
    by_item: list[GroupOut]
    rooms: list[MeasuredRoomOut] | None


@analysis_router.get("", response=AnalysisOut)
def analysis(request: HttpRequest, query: Query[AnalysisQueryIn]) -> dict[str, Any]:
    """Measures of all ended rooms that the query finds, the newest 1,000 at most, with 95 % intervals."""
    principal = principal_of(request)
    if not principal.may_read_all:
        raise NotAllowed("Only operators and auditors may compare rooms with all sides' limits.")
    collection = collect(query.choice())
    return analysis_out(collection, study(collection.cases), with_rooms=query.rooms)


def analysis_out(collection: Collection, found: Study, *, with_rooms: bool) -> dict[str, Any]:
    counts = found.counts
    return {
        "counts": {
            "rooms": counts.rooms,
            "possible": counts.possible,
            "deals": counts.deals,
            "missed": counts.missed,
            "false_deals": counts.false_deals,
            "broken_off": collection.broken_off,
            "left_out": collection.left_out,
        },
        "figures": {figure: _estimate(value) for figure, value in found.figures.items()},
        "histogram": [{"low": each.low, "high": each.high, "rooms": each.count} for each in found.histogram],
        "anchoring": {
            "twins": _estimate(found.anchoring.twins),
            "contested": _estimate(found.anchoring.contested),
            "one_seller": _estimate(found.anchoring.alone),
        },
        "position": _position(found.position),
        "models": _models(collection),
        "by_buyer_mind": [_group(*group) for group in collection.by(lambda room: room.buyer_mind)],
        "by_seller_minds": [_group(*group) for group in collection.by(EndedRoom.named_seller_minds)],
        "by_item": [_group(*group) for group in collection.by(lambda room: room.item_name)],
        "rooms": [_room(room) for room in collection.rooms] if with_rooms else None,
    }


def _position(position: Position | None) -> dict[str, Any] | None:
    if position is None:
        return None
    return {
        "won": _short(position.won),
        "merit": _short(position.merit),
        "excess": _estimate(position.excess),
    }


def _models(collection: Collection) -> dict[str, Any]:
    cases = collection.cases
    return {
        "calls": sum(case.calls for case in cases),
        "tokens": sum(case.tokens for case in cases),
        "cost": float(sum((case.cost for case in cases), Decimal(0))),
        "stand_ins": sum(case.stand_ins for case in cases),
    }


def _group(name: str, found: Gist) -> dict[str, Any]:
    return {
        "name": name,
        "rooms": found.counts.rooms,
        "possible": found.counts.possible,
        "deals": found.counts.deals,
        "deal_rate": _estimate(found.deal_rate),
        "competitive_share": _estimate(found.competitive_share),
        "ideal_share": _estimate(found.ideal_share),
        "saved_against_ask": _short(found.saved_against_ask),
        "rounds": _short(found.rounds),
    }


def _room(room: EndedRoom) -> dict[str, Any]:
    measures, case = room.measures, room.case
    return {
        "room_id": room.room_id,
        "session_id": room.session_id,
        "item": room.item_name,
        "ended_at": room.ended_at,
        "currency": room.currency,
        "buyer_mind": room.buyer_mind,
        "seller_minds": room.seller_minds,
        "ending": room.ending,
        "able_sellers": measures.able,
        "limit": money(measures.limit),
        "price": money(measures.price),
        "competitive_price": money(measures.competitive_price),
        "ideal_price": money(measures.ideal_price),
        "competitive_share": _short(measures.competitive_share),
        "ideal_share": _short(measures.ideal_share),
        "seller_share": _short(measures.seller_share),
        "efficiency": _short(measures.efficiency),
        "split": _short(measures.split),
        "nash_ratio": _short(measures.nash_ratio),
        "jain_index": _short(measures.jain_index),
        "core_seller_won": measures.has_core_winner,
        "in_core": measures.is_in_core,
        "regret": money(measures.regret),
        "left_by_buyer": money(measures.left_by(Party.BUYER)),
        "left_by_seller": money(measures.left_by(Party.SELLER)),
        "opening_gap": money(measures.path.opening_gap) if measures.path else None,
        "rounds": measures.rounds,
        "seconds": case.seconds,
        "tokens": case.tokens,
        "cost": float(case.cost),
    }


def _estimate(found: Estimate | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "mean": _short(found.mean),
        "low": _short(found.low),
        "high": _short(found.high),
        "rooms": found.count,
    }


def _short(value: float | Decimal | None) -> float | None:
    """With as many digits as anybody compares."""
    return None if value is None else round(float(value), 6)
