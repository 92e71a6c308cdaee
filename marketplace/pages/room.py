"""The page of one room, with the eyes of whoever looks, or with a party's for those who may borrow them."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from marketplace.callers import anybody_known, known_caller
from marketplace.identity import Principal
from marketplace.models import Role
from marketplace.pages.eyes import look_of
from marketplace.pages.party import own_room
from marketplace.waiting import first_holders
from negotiation.access import rooms_of
from negotiation.core.vocabulary import RoomStatus
from negotiation.models import OPEN, STARTED, NegotiationRun
from negotiation.spectators import LIFETIMES_DAYS

CAN_PAUSE = [status for status in STARTED if status != RoomStatus.PAUSED]


@require_safe
@anybody_known
def room(request: HttpRequest, code: UUID) -> HttpResponse:
    principal = known_caller(request)
    runs = rooms_of(principal).select_related("session__buyer", "item", "outcome__participant")
    run = get_object_or_404(runs.prefetch_related("participants", "left_out__seller"), code=code)
    look = look_of(request, principal, run)
    viewer = look.viewer
    page = {
        "run": run,
        "look": look,
        "may_share": principal.is_operator and not look.is_borrowed,
        "lifetimes": LIFETIMES_DAYS,
        "status": own_room(run, viewer).status,
        "may_steer": viewer.may_write and viewer.role != Role.SELLER,
        "sees_limits": viewer.role != Role.SELLER,
        "has_talk": run.status != RoomStatus.NO_SELLERS,
        "started": STARTED,
        "can_pause": CAN_PAUSE,
        "open": OPEN,
        "threads": json.dumps(_threads_shown(run, viewer)),
        "holders": json.dumps(first_holders(run)) if viewer.role != Role.SELLER else "{}",
    }
    return render(request, "room.html", page)


def _threads_shown(run: NegotiationRun, viewer: Principal) -> dict[str, str]:
    """The codes of the threads that the viewer sees, by the seller's id."""
    shown = [one for one in run.participants.all() if viewer.role != Role.SELLER or one.seller_code in viewer.parties]
    return {str(one.seller_code): str(one.code) for one in shown}
