"""The page of a trade, which its two sides and operators read, print, confirm and cancel."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from marketplace.callers import anybody_known, known_caller, page_for
from marketplace.errors import MarketplaceError
from marketplace.identity import Principal
from negotiation import trades
from negotiation.core.vocabulary import Party, TradeState
from negotiation.errors import NegotiationError, Refused
from negotiation.trade_models import Trade

sides_page = page_for(lambda principal: principal.may_write, "operators and of those who trade")


@dataclass(frozen=True, slots=True)
class Side:
    """A party as it was when the deal was made. `may_confirm`: by whoever looks at the page, now."""

    party: Party
    name: str
    legal_name: str
    contact: str
    confirmed_at: datetime | None
    may_confirm: bool


@require_safe
@anybody_known
def trade(request: HttpRequest, number: str) -> HttpResponse:
    principal = known_caller(request)
    return _page(request, _trade(principal, number))


@require_POST
@sides_page
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    principal = known_caller(request)
    named = {party.value: party for party in Party}.get(request.POST.get("party", ""))
    return _change(
        request, number, lambda found: trades.confirm(found, trades.side_to_move(principal, named), principal.name)
    )


@require_POST
@sides_page
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    principal = known_caller(request)
    try:
        reason = trades.reason_in(request.POST.get("reason", ""))
    except ValueError as error:
        return _page(request, _trade(principal, number), problem=f"Say why: it {error}.", status=400)
    return _change(
        request, number, lambda found: trades.cancel(found, trades.own_side(principal), principal.name, reason)
    )


def _page(request: HttpRequest, found: Trade, *, problem: str = "", status: int = 200) -> HttpResponse:
    principal = known_caller(request)
    page = {
        "nav": "trades",
        "trade": found,
        "thread": found.outcome.participant,
        "sides": [_buyer(found, principal), _seller(found, principal)],
        "lines": trades.lines_of(found),
        "may_cancel": _may_cancel(found, principal),
        "problem": problem,
        "reason": request.POST.get("reason", "") if problem else "",
        "longest_reason": trades.LONGEST_REASON,
        "your_party": trades.own_side(principal),
    }
    return render(request, "trade.html", page, status=status)


def _trade(principal: Principal, number: str) -> Trade:
    try:
        return trades.trade_for(principal, number)
    except Refused as unknown:
        raise Http404(str(unknown)) from unknown


def _change(request: HttpRequest, number: str, change: Callable[[Trade], Trade]) -> HttpResponse:
    """Whatever became of it meanwhile, the page shows."""
    principal = known_caller(request)
    found = _trade(principal, number)
    try:
        change(found)
    except (NegotiationError, MarketplaceError) as refused:
        messages.warning(request, f"Not done: {refused}.".replace("..", "."))
    return redirect("trade", number)


def _buyer(found: Trade, principal: Principal) -> Side:
    may = _may_confirm(found, principal, Party.BUYER, found.buyer_confirmed_at)
    name, legal_name, contact = found.buyer_name, found.buyer_legal_name, found.buyer_contact
    return Side(Party.BUYER, name, legal_name, contact, found.buyer_confirmed_at, may)


def _seller(found: Trade, principal: Principal) -> Side:
    may = _may_confirm(found, principal, Party.SELLER, found.seller_confirmed_at)
    name, legal_name, contact = found.seller_name, found.seller_legal_name, found.seller_contact
    return Side(Party.SELLER, name, legal_name, contact, found.seller_confirmed_at, may)


def _may_confirm(found: Trade, principal: Principal, side: Party, confirmed_at: datetime | None) -> bool:
    is_theirs = principal.is_operator or trades.own_side(principal) is side
    return is_theirs and principal.may_write and found.state == TradeState.AGREED and confirmed_at is None


def _may_cancel(found: Trade, principal: Principal) -> bool:
    if not principal.may_write:
        return False
    return found.state == TradeState.AGREED or (principal.is_operator and found.state == TradeState.CONFIRMED)
