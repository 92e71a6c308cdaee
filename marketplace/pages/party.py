"""The pages of buyers and sellers: how they come in by a link, and their own rooms. No rival's number is there."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from marketplace import audit
from marketplace.identity import Principal
from marketplace.models import Role
from marketplace.pages.session_lists import asked_page
from marketplace.parties import party_link_of, party_name, redeem_party_link
from marketplace.waiting import first_waiting_moves, moves_asked_of
from negotiation.access import rooms_of
from negotiation.core.vocabulary import Result, RoomStatus
from negotiation.models import NegotiationRun, Outcome


@dataclass(frozen=True, slots=True)
class OwnRoom:
    """A room as one of its parties may know it. `deal` is there only for who made it; to others none was made."""

    run: NegotiationRun
    status: str
    deal: Outcome | None
    address: str


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link only asks: what previews it, in a chat or a mail, must not use it up."""
    if request.method == "POST":
        link = redeem_party_link(token, request.session)
        if link is not None:
            audit.note(f"link/{link.pk}", "came in", role=link.role, party=link.party)
            return _secret(redirect(_invited_to(request) or "home"))
    elif (link := party_link_of(token)) is not None:
        page = {"role": link.role, "name": party_name(Role(link.role), link.party)}
        return _secret(render(request, "enter.html", page))
    return _secret(render(request, "enter_refused.html", status=403))


def own_rooms(request: HttpRequest, principal: Principal) -> HttpResponse:
    """What waits for the party comes first; a room in which it has one thread is entered there."""
    rooms = rooms_of(principal).select_related("item", "session__buyer", "outcome__participant")
    asked = asked_page(request, rooms.prefetch_related("participants").order_by("-created_at", "-id"))
    page = {
        "nav": "home",
        "moves": first_waiting_moves(principal),
        "moves_count": moves_asked_of(principal).count(),
        "asked": asked,
        "rooms": [own_room(run, principal) for run in asked],
    }
    return render(request, "own_rooms.html", page)


def own_room(run: NegotiationRun, principal: Principal) -> OwnRoom:
    address = _address(run, principal)
    outcome: Outcome | None = getattr(run, "outcome", None)
    if outcome is None or run.status != RoomStatus.COMPLETED:
        return OwnRoom(run, run.status, None, address)
    is_deal = outcome.result == Result.DEAL and _is_in(outcome, principal)
    return OwnRoom(run, "deal" if is_deal else "no_deal", outcome if is_deal else None, address)


def _address(run: NegotiationRun, principal: Principal) -> str:
    """The page of the caller's one thread, else the room's."""
    threads = run.participants.all()
    own = [one for one in threads if principal.role != Role.SELLER or one.seller_code in principal.parties]
    is_one = len(own) == 1 and not principal.may_read_all
    return reverse("thread", args=[own[0].code]) if is_one else run.get_absolute_url()


def _invited_to(request: HttpRequest) -> str:
    """The page of the thread that the link was made for; that page asks whether the visitor may see it."""
    try:
        return reverse("thread", args=[UUID(request.GET.get("thread", ""))])
    except ValueError:
        return ""


def _is_in(outcome: Outcome, principal: Principal) -> bool:
    winner = outcome.participant
    return principal.role != Role.SELLER or (winner is not None and winner.seller_code in principal.parties)


def _secret(response: HttpResponse) -> HttpResponse:
    """The address of the page is a secret: nothing keeps it, and no other site is told it.

    Our own site is: under `no-referrer` a browser posts the form with `Origin: null`, which the CSRF check refuses.
    """
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    return response
