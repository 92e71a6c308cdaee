"""The first page and the ways in. Pages parse, authorize, call one service and render; scripts draw what lives."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from marketplace import audit
from marketplace.callers import anybody_known, known_caller, operators_page, readers_page
from marketplace.demo import start_demo_session
from marketplace.identity import redeem_sign_in_link
from marketplace.models import Seller, Session
from marketplace.pages.party import own_rooms
from marketplace.pages.session_lists import Search, asked_page, recent_sessions, with_results
from marketplace.waiting import first_waiting_moves, moves_asked_of
from negotiation.errors import NoSellers
from negotiation.models import NegotiationRun

RECENT_SESSIONS = 12
RUNNING_ROOMS = 12
SIDE_BY_SIDE = 4
# Whatever passes a request on says so in one of these, and then the address is not the caller's own.
OF_PROXIES = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")


@require_safe
@anybody_known
def home(request: HttpRequest) -> HttpResponse:
    """For a party, the list of its own rooms."""
    principal = known_caller(request)
    if not principal.may_read_all:
        return own_rooms(request, principal)
    started = NegotiationRun.objects.started().filter(session__is_arena=False)
    running = started.select_related("session__buyer", "item").order_by("-started_at", "-id")
    return render(
        request,
        "home.html",
        {
            "nav": "home",
            "running": running[:RUNNING_ROOMS],
            "more_running": max(0, running.count() - RUNNING_ROOMS),
            "sessions": recent_sessions(RECENT_SESSIONS),
            "moves": first_waiting_moves(principal),
            "moves_count": moves_asked_of(principal).count(),
            "has_sellers": Seller.objects.standing().filter(is_active=True).exists(),
        },
    )


@require_safe
@readers_page
def sessions(request: HttpRequest) -> HttpResponse:
    search = Search.asked(request)
    asked = asked_page(request, search.sessions())
    found = with_results([session.pk for session in asked])
    return render(request, "sessions.html", {"nav": "home", "search": search, "asked": asked, "sessions": found})


@require_POST
@operators_page
def run_demo(request: HttpRequest) -> HttpResponse:
    try:
        session = start_demo_session()
    except NoSellers as error:
        messages.warning(request, f"The demo cannot start: {error}. Restock the sellers in the admin.")
        return redirect("home")
    return redirect(_liveliest_room(session))


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


def _liveliest_room(session: Session) -> NegotiationRun:
    """The one with as many sellers as go side by side: what there is to see is bargaining."""
    rooms = session.runs.order_by("id").prefetch_related("participants")
    return min(rooms, key=lambda room: abs(len(room.participants.all()) - SIDE_BY_SIDE))
