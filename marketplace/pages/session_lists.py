"""Lists of sessions with what each came to, and the pages of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Count, Model, Q, QuerySet, Sum
from django.http import HttpRequest

from marketplace.models import BuyerItem, Session
from negotiation.core.vocabulary import Result, TradeState
from negotiation.models import OPEN, NegotiationRun

ON_A_PAGE = 30
LONGEST_SEARCH = 100
Row = TypeVar("Row", bound=Model)
STANDING = [TradeState.AGREED, TradeState.CONFIRMED]


@dataclass(frozen=True, slots=True)
class Search:
    """What sessions are looked for by. Anything may be asked; what makes no sense finds all."""

    words: str
    is_running: bool

    @classmethod
    def asked(cls, request: HttpRequest) -> "Search":
        words = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
        return cls(words, request.GET.get("show") == "running")

    def sessions(self) -> QuerySet[Session]:
        """By a part of their name, their buyer's or an item's; newest first. Arenas list their own."""
        found = Session.objects.filter(is_arena=False).order_by("-created_at", "-id")
        if self.words:
            items = BuyerItem.objects.filter(item_name__icontains=self.words)
            named = Q(name__icontains=self.words) | Q(buyer__name__icontains=self.words)
            found = found.filter(named | Q(buyer__in=items.values("buyer")))
        if self.is_running:
            found = found.filter(pk__in=NegotiationRun.objects.started().values("session"))
        return found


def with_results(sessions: Sequence[int]) -> QuerySet[Session]:
    """Those with these ids, newest first, with what they came to: counted for these few alone."""
    return (
        Session.objects.filter(pk__in=sessions)
        .select_related("buyer")
        .prefetch_related("buyer__items")
        .annotate(
            room_count=Count("runs"),
            open_count=Count("runs", filter=Q(runs__status__in=OPEN)),
            deal_count=Count("runs", filter=Q(runs__outcome__result=Result.DEAL)),
            spent=Sum("runs__outcome__total_cost", filter=Q(runs__outcome__trade__state__in=STANDING)),
        )
        .order_by("-created_at", "-id")
    )


def recent_sessions(most: int) -> list[Session]:
    """What-ifs are found beside the room they were branched from."""
    newest = Session.objects.filter(is_what_if=False).order_by("-created_at", "-id")
    return list(with_results(list(newest.values_list("pk", flat=True)[:most])))


def asked_page(request: HttpRequest, rows: QuerySet[Row]) -> Page[Row]:
    """The page of `?page=`; what is no page is the nearest one."""
    return Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
