"""The list of trades, which each party, and operators for all, search, filter and take home as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from marketplace.callers import anybody_known, known_caller
from marketplace.csv_files import Cell, csv_response, terms_cell
from marketplace.pages.session_lists import asked_page
from negotiation import trades as kept
from negotiation.core.vocabulary import TradeState
from negotiation.trade_models import Trade

LONGEST_SEARCH = 100
SEARCHED = (
    *("number", "buyer_name", "buyer_legal_name", "seller_name", "seller_legal_name"),
    *("outcome__run__item__item_name", "outcome__run__item__item_id"),
)
HEADINGS = (
    *("number", "state", "made_at", "item_id", "item", "quantity", "unit_price", "total", "currency", "terms"),
    *("buyer", "buyer_legal_name", "seller", "seller_legal_name"),
    *("buyer_confirmed_at", "seller_confirmed_at", "cancelled_at", "cancelled_by", "cancel_reason"),
)


@dataclass(frozen=True, slots=True)
class Search:
    """What trades are looked for by. Anything may be asked; a state that there is none of is none."""

    words: str
    state: str

    @classmethod
    def asked(cls, request: HttpRequest) -> "Search":
        words = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
        state = request.GET.get("state", "")
        return cls(words, state if state in list(TradeState) else "")

    def among(self, trades: QuerySet[Trade]) -> QuerySet[Trade]:
        """By a part of their number, their item's or a party's name; newest first."""
        if self.state:
            trades = trades.filter(state=self.state)
        if self.words:
            parts = (Q(**{f"{column}__icontains": self.words}) for column in SEARCHED)
            trades = trades.filter(_any_of(parts))
        return trades

    @property
    def query(self) -> str:
        """As the address of the file asks it."""
        return urlencode({"q": self.words, "state": self.state})


@require_safe
@anybody_known
def trades(request: HttpRequest) -> HttpResponse:
    principal, search = known_caller(request), Search.asked(request)
    page = {
        "nav": "trades",
        "search": search,
        "states": list(TradeState),
        "asked": asked_page(request, search.among(kept.trades_of(principal))),
        "your_party": kept.own_side(principal),
    }
    return render(request, "trades.html", page)


@require_safe
@anybody_known
def trades_csv(request: HttpRequest) -> HttpResponse:
    """All that the list finds, a line for each thing that was bought."""
    found = Search.asked(request).among(kept.trades_of(known_caller(request)))
    return csv_response("trades.csv", HEADINGS, _rows(found))


def _any_of(conditions: Iterator[Q]) -> Q:
    found = Q()
    for condition in conditions:
        found |= condition
    return found


def _rows(found: QuerySet[Trade]) -> Iterator[tuple[Cell, ...]]:
    for trade in found.iterator(chunk_size=500):
        for line in kept.lines_of(trade):
            yield (
                *(trade.number, trade.state, trade.made_at),
                *(line.item_id, line.item_name, line.quantity, line.unit_price, line.total, trade.currency),
                terms_cell(trade.terms.items()),
                *(trade.buyer_name, trade.buyer_legal_name, trade.seller_name, trade.seller_legal_name),
                *(trade.buyer_confirmed_at, trade.seller_confirmed_at),
                *(trade.cancelled_at, trade.cancelled_side, trade.cancel_reason),
            )
