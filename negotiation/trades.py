"""What becomes of a deal: each side stands by it, or it is taken back and its units are free again.

Every change is one conditional update, so that of two that contradict each other one finds nothing to change.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from marketplace import audit
from marketplace.errors import InvalidRequest, NotAllowed, Problem
from marketplace.identity import Principal
from marketplace.models import Role, SellerInventory, Session
from marketplace.text import clean_text
from negotiation.core.vocabulary import Party, Result, TradeState
from negotiation.errors import AlreadyDecided, Refused
from negotiation.models import Outcome
from negotiation.trade_models import OPERATOR, Trade

LONGEST_REASON = 500
_NUMBER = re.compile(r"P-[0-9]{4}-[0-9]{6,18}")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is traded, as it was called when the deal was made."""

    item_name: str
    item_id: str
    quantity: int
    unit_price: Decimal
    total: Decimal


def lines_of(trade: Trade) -> list[Line]:
    return [
        Line(
            item_name=str(line["item_name"]),
            item_id=str(line["item_id"]),
            quantity=int(line["quantity"]),
            unit_price=Decimal(line["unit_price"]),
            total=Decimal(line["total"]),
        )
        for line in trade.lines
    ]


def trades_of(principal: Principal) -> QuerySet[Trade]:
    """The trades that the caller is a side of, or reads all of."""
    match principal.role:
        case Role.OPERATOR | Role.AUDITOR:
            return Trade.objects.all()
        case Role.BUYER:
            return Trade.objects.filter(buyer_code__in=principal.parties)
        case Role.SELLER:
            return Trade.objects.filter(seller_code__in=principal.parties)
        case Role.WATCHER:
            return Trade.objects.none()


def trade_for(principal: Principal, number: str) -> Trade:
    """With its room. Raises Refused where there is none that the caller may know of."""
    known = trades_of(principal).select_related("outcome__participant", "outcome__run__session")
    trade = known.filter(number=number).first() if _NUMBER.fullmatch(number) else None
    if trade is None:
        raise Refused("NOT_FOUND", "there is no such trade")
    return trade


def own_side(principal: Principal) -> Party | None:
    """None for those who are on neither side."""
    return {Role.BUYER: Party.BUYER, Role.SELLER: Party.SELLER}.get(principal.role)


def side_to_move(principal: Principal, named: Party | None) -> Party:
    """The side that the caller acts for; an operator has to name it. Raises InvalidRequest or NotAllowed."""
    own = own_side(principal)
    if own is not None and named not in (None, own):
        raise NotAllowed(f"You act for the {own}.")
    side = own or named
    if side is None:
        raise InvalidRequest([Problem("party", "name the side you act for: buyer or seller")])
    return side


def confirm(trade: Trade, side: Party, by: str) -> Trade:
    """That side stands by the trade; as soon as both do it is confirmed. To say it again changes nothing.

    Raises AlreadyDecided if the trade was cancelled.
    """
    mine, other = f"{side}_confirmed", f"{side.other}_confirmed"
    both = Case(When(**{f"{other}_at__isnull": False}, then=Value(TradeState.CONFIRMED)), default=F("state"))
    open_to_it = Trade.objects.filter(pk=trade.pk, state=TradeState.AGREED, **{f"{mine}_at__isnull": True})
    if open_to_it.update(**{f"{mine}_at": timezone.now(), f"{mine}_by": by, "state": both}):
        audit.note(by, "confirmed trade", trade=trade.number, side=side)
    trade.refresh_from_db()
    if trade.state == TradeState.CANCELLED:
        raise AlreadyDecided(f"the trade {trade.number} was cancelled")
    return trade


def reason_in(text: str) -> str:
    """Why somebody takes a trade back, as it is kept. Raises ValueError if that is nothing, too long, or no text."""
    cleaned = clean_text(text.replace("\r\n", "\n"), lines=True)
    if not cleaned:
        raise ValueError("must not be empty")
    if len(cleaned) > LONGEST_REASON:
        raise ValueError(f"must be at most {LONGEST_REASON} characters")
    return cleaned


@transaction.atomic
def cancel(trade: Trade, side: Party | None, by: str, reason: str) -> Trade:
    """Take the deal back and free its units, once. Without a side it is an operator who does it.

    Raises AlreadyDecided if that was done already, or if both sides have confirmed and a side alone wants to go back.
    """
    may_be = Q(state=TradeState.AGREED) if side else ~Q(state=TradeState.CANCELLED)
    change = {"cancelled_at": timezone.now(), "cancelled_by": by, "cancelled_side": side or OPERATOR}
    if not Trade.objects.filter(may_be, pk=trade.pk).update(state=TradeState.CANCELLED, cancel_reason=reason, **change):
        trade.refresh_from_db()
        raise AlreadyDecided(_why_not(trade))
    _free_units(trade.outcome)
    audit.note(by, "cancelled trade", trade=trade.number, side=side or OPERATOR)
    trade.refresh_from_db()
    return trade


def settle(session: Session) -> None:
    """Before the session is deleted: what its deals took from standing sellers is taken back by nobody any more."""
    trades = Trade.objects.select_for_update(of=("self",)).filter(outcome__run__session=session)
    list(trades.order_by("pk").values_list("pk"))  # whoever cancels one waits
    deals = Outcome.objects.filter(run__session=session, result=Result.DEAL, participant__inventory__isnull=False)
    sold = deals.exclude(trade__state=TradeState.CANCELLED).values_list("participant__inventory")
    for inventory, units in sold.annotate(units=Sum("quantity")).order_by("participant__inventory"):
        stock = SellerInventory.objects.filter(pk=inventory)
        stock.update(quantity_settled=F("quantity_settled") + units)


def _free_units(deal: Outcome) -> None:
    """If the seller still keeps that inventory."""
    assert deal.participant is not None
    assert deal.quantity is not None
    if (inventory := deal.participant.inventory_id) is not None:
        stock = SellerInventory.objects.filter(pk=inventory)
        stock.update(quantity_reserved=F("quantity_reserved") - deal.quantity)


def _why_not(trade: Trade) -> str:
    if trade.state == TradeState.CANCELLED:
        return f"the trade {trade.number} was cancelled already"
    return f"both sides have confirmed {trade.number}: only an operator can cancel it now"
