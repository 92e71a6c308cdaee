"""The pages of buyers and sellers: how they come in by a link, and their own rooms. No rival's number is there."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from marketplace import audit
from marketplace.identity import Principal
from marketplace.models import Role
from marketplace.parties import party_link_of, party_name, redeem_party_link
from negotiation.access import rooms_of
from negotiation.core.vocabulary import Result, RoomStatus
from negotiation.models import NegotiationRun, Outcome

MOST_ROOMS = 100


@dataclass(frozen=True, slots=True)
class OwnRoom:
    """A room as one of its parties may know it. `deal` is there only for who made it; to others none was made."""

    run: NegotiationRun
    status: str
    deal: Outcome | None


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link only asks: what previews it, in a chat or a mail, must not use it up."""
    if request.method == "POST":
        link = redeem_party_link(token, request.session)
        if link is not None:
            audit.note(f"link/{link.pk}", "came in", role=link.role, party=link.party)
            return _secret(redirect("home"))
    elif (link := party_link_of(token)) is not None:
        page = {"role": link.role, "name": party_name(Role(link.role), link.party)}
        return _secret(render(request, "enter.html", page))
    return _secret(render(request, "enter_refused.html", status=403))


def own_rooms(request: HttpRequest, principal: Principal) -> HttpResponse:
    rooms = rooms_of(principal).select_related("item", "session__buyer", "outcome__participant")
    newest = rooms.order_by("-created_at", "-id")[:MOST_ROOMS]
    page = {"nav": "home", "rooms": [own_room(run, principal) for run in newest], "most": MOST_ROOMS}
    return render(request, "own_rooms.html", page)


def own_room(run: NegotiationRun, principal: Principal) -> OwnRoom:
    outcome: Outcome | None = getattr(run, "outcome", None)
    if outcome is None or run.status != RoomStatus.COMPLETED:
        return OwnRoom(run, run.status, None)
    is_deal = outcome.result == Result.DEAL and _is_in(outcome, principal)
    return OwnRoom(run, "deal" if is_deal else "no_deal", outcome if is_deal else None)


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
