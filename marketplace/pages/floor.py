"""The floor of a session: a card for each of its rooms, and what operators do to all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace import audit
from marketplace.callers import known_caller, operators_page, readers_page
from marketplace.errors import InvalidRequest, SessionNotFound
from marketplace.models import Session
from marketplace.services import clone_session, delete_session
from marketplace.steering import Steered, pause_rooms, resume_rooms, start_rooms
from marketplace.templatetags.parley import shown_status
from negotiation.core.vocabulary import Party, Result, RoomStatus, TradeState
from negotiation.models import OPEN, NegotiationRun, Offer, Outcome

# Each step with its words and the statuses of the rooms that it is for.
STEPS = (
    ("start_all", "Start all rooms", (RoomStatus.PENDING,)),
    ("pause_all", "Pause all", (RoomStatus.QUEUED, RoomStatus.ACTIVE, RoomStatus.WAITING)),
    ("resume_all", "Resume all", (RoomStatus.PAUSED,)),
)
# Each filter with its words and the statuses, as cards show them, that pass.
FILTERS = (
    ("running", "Running", (RoomStatus.QUEUED, RoomStatus.ACTIVE)),
    ("waiting", "Waiting for a person", (RoomStatus.WAITING,)),
    ("still", "Not running", (RoomStatus.PENDING, RoomStatus.PAUSED)),
    ("deals", "Deals", (Result.DEAL,)),
    (
        "no-deal",
        "No deal",
        (Result.NO_DEAL, RoomStatus.EXPIRED, RoomStatus.CANCELLED, RoomStatus.FAILED, RoomStatus.NO_SELLERS),
    ),
)


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
        return (self._counted.total_cost if self._counted else None) or Decimal(0)

    @property
    def saved_against_ask(self) -> Decimal:
        """Of the seller who won."""
        winner = self._counted.participant if self._counted else None
        return self._saved_against(winner.selling_price) if winner else Decimal(0)

    @property
    def saved_against_limit(self) -> Decimal:
        return self._saved_against(self.run.item.max_price_per_unit)

    def _saved_against(self, price: Decimal) -> Decimal:
        deal = self._counted
        if deal is None or deal.unit_price is None or deal.quantity is None:
            return Decimal(0)
        return (price - deal.unit_price) * deal.quantity

    @property
    def _counted(self) -> Outcome | None:
        """The deal, unless it was taken back. Of a what-if there is a deal and no trade."""
        if not self.is_deal:
            return None
        trade = getattr(self.run.outcome, "trade", None)
        return None if trade is not None and trade.state == TradeState.CANCELLED else self.run.outcome


@dataclass(frozen=True, slots=True)
class Figures:
    """What a session came to so far."""

    finished: int
    deals: int
    spent: Decimal
    saved_against_ask: Decimal
    saved_against_limit: Decimal


@require_safe
@readers_page
def floor(request: HttpRequest, code: UUID) -> HttpResponse:
    session = get_object_or_404(Session.objects.select_related("buyer"), code=code)
    cards = _cards(session)
    page = {
        "session": session,
        "cards": cards,
        "figures": _figures(cards),
        "statuses": {card.run.status for card in cards},
        "items": sum(not card.run.is_bilateral for card in cards),
        "steps": STEPS,
        "filters": [
            (name, words, passing, sum(shown_status(card.run) in passing for card in cards))
            for name, words, passing in FILTERS
        ],
    }
    return render(request, "floor.html", page)


@require_POST
@operators_page
def start_all(request: HttpRequest, code: UUID) -> HttpResponse:
    return _steer(request, code, start_rooms)


@require_POST
@operators_page
def pause_all(request: HttpRequest, code: UUID) -> HttpResponse:
    return _steer(request, code, pause_rooms)


@require_POST
@operators_page
def resume_all(request: HttpRequest, code: UUID) -> HttpResponse:
    return _steer(request, code, resume_rooms)


@require_POST
@operators_page
def clone(request: HttpRequest, code: UUID) -> HttpResponse:
    """What cannot be the same again, as its sellers have gone, is to be mended in the form."""
    session = get_object_or_404(Session.objects.select_related("buyer"), code=code)
    try:
        return redirect(clone_session(session))
    except InvalidRequest as refused:
        reasons = ", ".join(problem.reason for problem in refused.problems)
        messages.warning(request, f"{session} cannot be run again as it was: {reasons}.")
        return redirect(f"{reverse('new_session')}?from={code}")


@require_http_methods(["GET", "HEAD", "POST"])
@operators_page
def delete(request: HttpRequest, code: UUID) -> HttpResponse:
    session = get_object_or_404(Session.objects.select_related("buyer"), code=code)
    if request.method != "POST":
        return render(request, "confirm_delete.html", {"session": session, "rooms": session.runs.count()})
    name = str(session)
    try:
        delete_session(session, keep_logs="drop_logs" not in request.POST)
    except SessionNotFound as gone:
        raise Http404 from gone
    audit.note(known_caller(request).name, "deleted session", session=code)
    messages.success(request, f"{name} was deleted.")
    return redirect("home")


def _steer(request: HttpRequest, code: UUID, step: Callable[[Session], Steered]) -> HttpResponse:
    """The page's script asks for JSON and goes on; a browser without it comes back to the page."""
    session = get_object_or_404(Session, code=code)
    steered = step(session)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"done": steered.done, "refused": len(steered.refused), "words": steered.words})
    messages.info(request, steered.words)
    return redirect(session)


def _figures(cards: Sequence[Card]) -> Figures:
    return Figures(
        finished=sum(not card.is_open for card in cards),
        deals=sum(card.is_deal for card in cards),
        spent=sum((card.spent for card in cards), Decimal(0)),
        saved_against_ask=sum((card.saved_against_ask for card in cards), Decimal(0)),
        saved_against_limit=sum((card.saved_against_limit for card in cards), Decimal(0)),
    )


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
