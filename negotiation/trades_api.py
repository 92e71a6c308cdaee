"""Trades over HTTP: the two sides of a deal read, confirm and cancel it; operators do so for either."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import AfterValidator, BaseModel, Field

from marketplace.callers import principal_of
from marketplace.fields import Timestamp
from marketplace.idempotency import once
from marketplace.identity import Principal
from negotiation import trades
from negotiation.core.vocabulary import Party, TradeState
from negotiation.desk_schemas import SideIn
from negotiation.figures import money
from negotiation.trade_models import Trade

router = Router(tags=["trades"])


class CancelIn(BaseModel):
    reason: Annotated[str, AfterValidator(trades.reason_in), Field(min_length=1, max_length=trades.LONGEST_REASON)]


class TradesQueryIn(BaseModel):
    state: TradeState | None = None
    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0, le=1_000_000_000)


class LineOut(Schema):
    item_id: str
    item_name: str
    quantity: int
    unit_price: float
    total: float


class SideOut(Schema):
    """A party as it was when the deal was made."""

    name: str
    legal_name: str | None
    contact: str | None
    confirmed_at: Timestamp | None


class CancelledOut(Schema):
    by: str
    reason: str
    at: Timestamp


class TradeOut(Schema):
    trade_number: str
    state: TradeState
    made_at: Timestamp
    session_id: UUID
    room_id: UUID
    negotiation_id: UUID
    currency: str
    lines: list[LineOut]
    terms: dict[str, int]
    total: float
    buyer: SideOut
    seller: SideOut
    cancelled: CancelledOut | None
    your_party: Party | None
    page: str


class TradesOut(Schema):
    total: int
    limit: int
    offset: int
    trades: list[TradeOut]


@router.get("/trades", response=TradesOut)
def list_trades(request: HttpRequest, query: Query[TradesQueryIn]) -> dict[str, Any]:
    """The caller's trades, newest first."""
    principal = principal_of(request)
    found = trades.trades_of(principal).select_related("outcome__participant", "outcome__run__session")
    if query.state is not None:
        found = found.filter(state=query.state)
    shown = found[query.offset : query.offset + query.limit]
    return {
        "total": found.count(),
        "limit": query.limit,
        "offset": query.offset,
        "trades": [trade_out(trade, principal) for trade in shown],
    }


@router.get("/trades/{number}", response=TradeOut)
def show_trade(request: HttpRequest, number: str) -> dict[str, Any]:
    principal = principal_of(request)
    return trade_out(trades.trade_for(principal, number), principal)


@router.post("/trades/{number}/confirm", response=TradeOut)
def confirm(request: HttpRequest, number: str, payload: SideIn | None = None) -> dict[str, Any]:
    """The caller's side stands by the trade; when both do, it is confirmed. To say it again changes nothing."""
    principal = principal_of(request)
    named = payload.party if payload is not None else None

    def act(trade: Trade) -> Trade:
        return trades.confirm(trade, trades.side_to_move(principal, named), principal.name)

    return _change(request, number, act)


@router.post("/trades/{number}/cancel", response=TradeOut)
def cancel(request: HttpRequest, number: str, payload: CancelIn) -> dict[str, Any]:
    """Take the trade back and free its units. What both sides have confirmed only an operator may cancel."""
    principal = principal_of(request)
    return _change(
        request,
        number,
        lambda trade: trades.cancel(trade, trades.own_side(principal), principal.name, payload.reason),
    )


def trade_out(trade: Trade, principal: Principal) -> dict[str, Any]:
    outcome = trade.outcome
    assert outcome.participant is not None
    return {
        "trade_number": trade.number,
        "state": trade.state,
        "made_at": trade.made_at,
        "session_id": outcome.run.session.code,
        "room_id": outcome.run.code,
        "negotiation_id": outcome.participant.code,
        "currency": trade.currency,
        "lines": [_line(line) for line in trade.lines],
        "terms": trade.terms,
        "total": money(trade.total),
        "buyer": {
            "name": trade.buyer_name,
            "legal_name": trade.buyer_legal_name or None,
            "contact": trade.buyer_contact or None,
            "confirmed_at": trade.buyer_confirmed_at,
        },
        "seller": {
            "name": trade.seller_name,
            "legal_name": trade.seller_legal_name or None,
            "contact": trade.seller_contact or None,
            "confirmed_at": trade.seller_confirmed_at,
        },
        "cancelled": _cancelled(trade),
        "your_party": trades.own_side(principal),
        "page": reverse("trade", args=[trade.number]),
    }


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "unit_price": money(Decimal(line["unit_price"])), "total": money(Decimal(line["total"]))}


def _cancelled(trade: Trade) -> dict[str, Any] | None:
    if trade.cancelled_at is None:
        return None
    return {"by": trade.cancelled_side, "reason": trade.cancel_reason, "at": trade.cancelled_at}


def _change(request: HttpRequest, number: str, act: Callable[[Trade], Trade]) -> dict[str, Any]:
    principal = principal_of(request)
    trade = trades.trade_for(principal, number)
    return once(request, principal, lambda: trade_out(act(trade), principal))
