"""The pages: parse, authorize, call one service, render. What lives is drawn by the page's own script."""

import json
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from marketplace import audit
from marketplace.callers import anybody_known, known_caller, operators_page, readers_page
from marketplace.demo import start_demo_session
from marketplace.errors import InvalidRequest, TooManySellers
from marketplace.forms import NewSessionForm, known_items, session_request, shopping_list, standing_sellers
from marketplace.identity import Principal, redeem_sign_in_link
from marketplace.models import Role, Seller, Session
from marketplace.party_views import own_room, own_rooms
from marketplace.services import clone_session, create_session, delete_session, start_session
from marketplace.summary import summarise
from marketplace.waiting import first_holders, first_waiting_moves
from negotiation.access import rooms_of
from negotiation.core.vocabulary import Party, Result, RoomStatus, TradeState, Voice
from negotiation.errors import NoSellers
from negotiation.models import STARTED, Message, NegotiationRun, Offer

RECENT_SESSIONS = 12
RUNNING_ROOMS = 12
# Whatever passes a request on says so in one of these, and then the address is not the caller's own.
OF_PROXIES = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")
OPEN = [status for status in RoomStatus if not status.is_over]
STANDING = [TradeState.AGREED, TradeState.CONFIRMED]
CAN_PAUSE = [status for status in STARTED if status != RoomStatus.PAUSED]


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


@dataclass(frozen=True, slots=True)
class Choice:
    """A standing seller that may be invited, with the names of what it stocks."""

    seller: Seller
    is_chosen: bool
    stocked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Speech:
    """How many messages the agents of a session said, and whose words they are."""

    messages: int
    by_model: int
    by_stand_in: int

    @property
    def model_share(self) -> Decimal | None:
        return Decimal(self.by_model) / self.messages if self.messages else None


@require_safe
@anybody_known
def home(request: HttpRequest) -> HttpResponse:
    """For a party, the list of its own rooms."""
    principal = known_caller(request)
    if not principal.may_read_all:
        return own_rooms(request, principal)
    running = NegotiationRun.objects.started().select_related("session__buyer", "item").order_by("-started_at", "-id")
    return render(
        request,
        "home.html",
        {
            "nav": "home",
            "running": running[:RUNNING_ROOMS],
            "more_running": max(0, running.count() - RUNNING_ROOMS),
            "sessions": _with_results(Session.objects.select_related("buyer"))[:RECENT_SESSIONS],
            "moves": first_waiting_moves(principal),
            "has_sellers": Seller.objects.standing().filter(is_active=True).exists(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@operators_page
def new_session(request: HttpRequest) -> HttpResponse:
    asked = request.POST if request.method == "POST" else None
    form, items = NewSessionForm(asked), shopping_list(asked)
    known = known_items()
    # Both are asked, so that all errors show at once.
    if asked is not None and all([form.is_valid(), items.is_valid()]):
        try:
            session = create_session(session_request(form, items, known), created_by=_user(request))
        except TooManySellers as error:
            form.add_error("sellers", str(error))
        except InvalidRequest as error:
            form.add_error(None, [problem.reason for problem in error.problems])
        else:
            if "start" in asked:
                start_session(session)
            return redirect(session)
    page = {"nav": "new", "form": form, "items": items, "known": known, "choices": _choices(request)}
    return render(request, "new_session.html", page, status=400 if asked is not None else 200)


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


@require_safe
@anybody_known
def room(request: HttpRequest, code: UUID) -> HttpResponse:
    principal = known_caller(request)
    runs = rooms_of(principal).select_related("session__buyer", "item", "outcome__participant")
    run = get_object_or_404(runs.prefetch_related("participants", "left_out__seller"), code=code)
    page = {
        "run": run,
        "status": own_room(run, principal).status,
        "may_steer": principal.may_write and principal.role != Role.SELLER,
        "sees_limits": principal.role != Role.SELLER,
        "has_talk": run.status != RoomStatus.NO_SELLERS,
        "started": STARTED,
        "can_pause": CAN_PAUSE,
        "open": OPEN,
        "threads": json.dumps(_threads_shown(run, principal)),
        "holders": json.dumps(first_holders(run)) if principal.role != Role.SELLER else "{}",
    }
    return render(request, "room.html", page)


@require_safe
@readers_page
def sheet(request: HttpRequest, code: UUID) -> HttpResponse:
    session = get_object_or_404(Session.objects.select_related("buyer"), code=code)
    summary = summarise(session)
    tokens = f"{summary.models.tokens:,}"
    page = {"session": session, "summary": summary, "speech": _speech(session), "tokens": tokens}
    return render(request, "sheet.html", page)


@require_POST
@operators_page
def run_demo(request: HttpRequest) -> HttpResponse:
    try:
        session = start_demo_session()
    except NoSellers as error:
        messages.warning(request, f"The demo cannot start: {error}. Restock the sellers in the admin.")
        return redirect("home")
    return redirect(session)


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


@require_GET
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Not for HEAD: the link works once, and what only looks at it must not use it up."""
    is_direct = not settings.BEHIND_PROXY and not any(name in request.headers for name in OF_PROXIES)
    is_meant = not any("prefetch" in request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose"))
    address = request.META.get("REMOTE_ADDR", "") if is_direct and is_meant else ""
    user = redeem_sign_in_link(token, address)
    if user is None:
        return render(request, "sign_in_refused.html", status=403)
    # What the session held was of whoever had this browser before, or planted it.
    request.session.flush()
    login(request, user)
    audit.note(f"user/{user.pk}", "signed in by link")
    response = redirect("home")
    response["Referrer-Policy"] = "no-referrer"
    return response


def _with_results(sessions: QuerySet[Session]) -> QuerySet[Session]:
    return sessions.annotate(
        room_count=Count("runs"),
        open_count=Count("runs", filter=Q(runs__status__in=OPEN)),
        deal_count=Count("runs", filter=Q(runs__outcome__result=Result.DEAL)),
        spent=Sum("runs__outcome__total_cost", filter=Q(runs__outcome__trade__state__in=STANDING)),
    ).order_by("-created_at", "-id")


def _choices(request: HttpRequest) -> list[Choice]:
    """The standing sellers; those named in `?sellers=` or just sent are chosen, and the first where none was named."""
    named = request.POST.getlist("sellers") if request.method == "POST" else request.GET.getlist("sellers")
    codes = {code.strip() for value in named for code in value.split(",") if code.strip()}
    first = settings.NEGOTIATION.max_sellers if request.method != "POST" and not codes else 0
    return [
        Choice(
            seller=seller,
            is_chosen=place < first or str(seller.code) in codes,
            stocked=tuple(stock.item_name for stock in seller.inventory.all()),
        )
        for place, seller in enumerate(standing_sellers())
    ]


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


def _speech(session: Session) -> Speech:
    by_agents = Message.objects.filter(run__session=session).exclude(voice=Voice.PERSON)
    found = by_agents.aggregate(
        messages=Count("id"),
        by_model=Count("id", filter=Q(voice=Voice.MODEL)),
        by_stand_in=Count("id", filter=~Q(fallback="")),
    )
    return Speech(**found)


def _threads_shown(run: NegotiationRun, principal: Principal) -> dict[str, str]:
    """The codes of the threads that the caller sees, by the seller's id."""
    shown = [
        one for one in run.participants.all() if principal.role != Role.SELLER or one.seller_code in principal.parties
    ]
    return {str(one.seller_code): str(one.code) for one in shown}


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
