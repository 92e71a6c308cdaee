"""The floor of a session: a card for each of its rooms, and what operators do to all of them."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace import audit
from marketplace.callers import known_caller, operators_page, readers_page
from marketplace.models import Session
from marketplace.services import clone_session, delete_session, start_session
from negotiation.core.vocabulary import Party, Result, RoomStatus, TradeState
from negotiation.models import OPEN, NegotiationRun, Offer


@dataclass(frozen=True, slots=True)
class Card:
    """A room on the floor with the lowest offer of each round so far."""

    run: NegotiationRun
    lowest: tuple[Decimal, ...]

    @property
    def is_skipped(self) -> bool:
        return self.run.status == RoomStatus.NO_SELLERS

    @property
    def is_open(self) -> bool:
        return self.run.status in OPEN

    @property
    def is_deal(self) -> bool:
        return hasattr(self.run, "outcome") and self.run.outcome.result == Result.DEAL

    @property
    def spent(self) -> Decimal:
        """Nothing for a deal that was taken back."""
        if not self.is_deal or self.run.outcome.trade.state == TradeState.CANCELLED:
            return Decimal(0)
        return self.run.outcome.total_cost or Decimal(0)


@require_safe
@readers_page
def floor(request: HttpRequest, code: UUID) -> HttpResponse:
    session = get_object_or_404(Session.objects.select_related("buyer"), code=code)
    cards = _cards(session)
    return render(
        request,
        "floor.html",
        {
            "session": session,
            "cards": cards,
            "waiting": sum(card.run.status == RoomStatus.PENDING for card in cards),
            "finished": sum(not card.is_open for card in cards),
            "deals": sum(card.is_deal for card in cards),
            "spent": sum((card.spent for card in cards), Decimal(0)),
            "items": sum(not card.run.is_bilateral for card in cards),
        },
    )


@require_POST
@operators_page
def start_all(request: HttpRequest, code: UUID) -> HttpResponse:
    session = get_object_or_404(Session, code=code)
    if not start_session(session):
        messages.info(request, "No room was waiting to be started.")
    return redirect(session)


@require_POST
@operators_page
def clone(request: HttpRequest, code: UUID) -> HttpResponse:
    session = get_object_or_404(Session.objects.select_related("buyer"), code=code)
    return redirect(clone_session(session))


@require_http_methods(["GET", "HEAD", "POST"])
@operators_page
def delete(request: HttpRequest, code: UUID) -> HttpResponse:
    session = get_object_or_404(Session.objects.select_related("buyer"), code=code)
    if request.method != "POST":
        return render(request, "confirm_delete.html", {"session": session, "rooms": session.runs.count()})
    name = str(session)
    delete_session(session, keep_logs="drop_logs" not in request.POST)
    audit.note(known_caller(request).name, "deleted session", session=code)
    messages.success(request, f"{name} was deleted.")
    return redirect("home")


def _cards(session: Session) -> list[Card]:
    runs = session.runs.select_related("item", "outcome__participant", "outcome__trade").prefetch_related(
        "participants", "left_out__seller"
    )
    quotes = Offer.objects.filter(run__session=session, party=Party.SELLER)
    lowest: dict[int, list[Decimal]] = {}
    for run_id, price in (
        quotes.values("run_id", "round")
        .annotate(price=Min("unit_price"))
        .order_by("run_id", "round")
        .values_list("run_id", "price")
    ):
        lowest.setdefault(run_id, []).append(price)
    return [Card(run, tuple(lowest.get(run.pk, ()))) for run in runs]
