"""Pages of a room as one of its parties sees them, for those who may read all and so may borrow any party's eyes."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest

from marketplace.identity import Principal
from negotiation.access import XRAY, in_the_place_of, seen_by_name
from negotiation.errors import RoomNotFound
from negotiation.models import NegotiationRun
from negotiation.store import read_room


@dataclass(frozen=True, slots=True)
class Eyes:
    """One way to look at a room: what an address calls it, whose eyes they are, and a seller's place in the room."""

    name: str
    words: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """How a page of a room is looked at. What it offers and shows is asked of `viewer` alone.

    `ways` is empty for the parties, who have their own eyes and no others; `query` is the end of the addresses that are
    to be looked at with the same eyes.
    """

    viewer: Principal
    eyes: Eyes | None = None
    ways: tuple[Eyes, ...] = ()
    query: str = ""

    @property
    def is_borrowed(self) -> bool:
        return bool(self.query)


def look_of(request: HttpRequest, principal: Principal, run: NegotiationRun) -> Look:
    """With the eyes that `?as=` names; anybody's but operators' and auditors' `as` counts for nothing."""
    if not principal.may_read_all:
        return Look(principal)
    sellers = [
        Eyes(f"seller:{one.seller_code}", one.name, place) for place, one in enumerate(run.participants.all(), 1)
    ]
    ways = (Eyes(XRAY, "X-ray"), Eyes("buyer", run.session.buyer.name), *sellers)
    asked = request.GET.get("as", XRAY)
    eyes = next((way for way in ways if way.name == asked), None)
    if eyes is None:
        raise Http404("there is no such party in this room")
    if asked == XRAY:
        return Look(principal, eyes, ways)
    return Look(_borrowed(principal, run, asked), eyes, ways, f"?{urlencode({'as': asked})}")


def _borrowed(principal: Principal, run: NegotiationRun, asked: str) -> Principal:
    try:
        stored = read_room(run.code)
        return in_the_place_of(seen_by_name(principal, stored, asked), principal, stored)
    except RoomNotFound as missing:
        raise Http404(str(missing)) from missing
