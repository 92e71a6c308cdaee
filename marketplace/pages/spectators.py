"""The page of a room for whoever has a spectators' link: the same for everybody, with no private number on it."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from negotiation.core.vocabulary import RoomStatus
from negotiation.errors import RoomNotFound
from negotiation.models import STARTED, NegotiationRun
from negotiation.spectator_models import SpectatorLink
from negotiation.spectators import eyes_of, link_with

# Nothing of who looks is on the page, not even a token that differs from one answer to the next.
NOBODY: dict[str, object] = {"caller": None, "user": AnonymousUser(), "csrf_token": "", "messages": ()}


@require_safe
def watch(request: HttpRequest, token: str) -> HttpResponse:
    try:
        link = link_with(token)
    except RoomNotFound:
        return _public(render(request, "watch_ended.html", NOBODY, status=404))
    return _public(render(request, "watch.html", {**NOBODY, **_page(link, token)}))


def _page(link: SpectatorLink, token: str) -> dict[str, object]:
    run = NegotiationRun.objects.select_related("item", "session__buyer").get(pk=link.run_id)
    is_told = eyes_of(link).shows_talk
    return {
        "run": run,
        "token": token,
        "shows_talk": link.shows_talk,
        "buyer_name": run.session.buyer.name if is_told else "",
        "seller_count": run.participants.count(),
        "has_talk": run.status != RoomStatus.NO_SELLERS,
        "started": STARTED,
        "expires_at": link.expires_at,
    }


def _public(response: HttpResponse) -> HttpResponse:
    """The address opens the page: nothing keeps it, no other site is told it, and no search engine lists it."""
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
