"""With whose eyes a caller sees a room, and who may steer it. What one may not know of is not there."""

from uuid import UUID

from django.db.models import QuerySet

from marketplace.errors import NotAllowed, SessionNotFound
from marketplace.finding import find_session
from marketplace.identity import Principal
from marketplace.models import Role, Scope
from negotiation.core.visibility import (
    BuyerViewer,
    OperatorViewer,
    SellerViewer,
    SpectatorViewer,
    Viewer,
)
from negotiation.errors import RoomNotFound
from negotiation.models import NegotiationRun, Participant
from negotiation.records import Record
from negotiation.store import StoredRoom, read_history, read_room

# With the eyes of whoever may read all.
XRAY = "xray"


def viewer_of(principal: Principal, stored: StoredRoom) -> Viewer:
    """Raises RoomNotFound for somebody who is no party to the room."""
    match principal.role:
        case Role.OPERATOR | Role.AUDITOR:
            return OperatorViewer()
        case Role.WATCHER:
            return SpectatorViewer()
        case Role.BUYER if stored.roster.buyer_id in principal.parties:
            return BuyerViewer()
        case Role.SELLER if seats := own_seats(principal, stored):
            return SellerViewer(seats[0])
        case _:
            raise RoomNotFound(f"there is no room {stored.roster.room_id}")


def own_seats(principal: Principal, stored: StoredRoom) -> list[str]:
    """The room's sellers that the caller acts for; an account may act for several, and sees with one's eyes."""
    return [seller_id for seller_id in stored.seats if UUID(seller_id) in principal.parties]


def seen_as(principal: Principal, stored: StoredRoom, agent_type: str, agent_id: str) -> Viewer:
    """The viewer for a request that names whose eyes it wants; only who may read all may borrow another's."""
    own = viewer_of(principal, stored)
    if isinstance(own, SellerViewer) and agent_type == "seller" and agent_id in own_seats(principal, stored):
        return SellerViewer(agent_id)
    if not agent_type or not isinstance(own, OperatorViewer):
        return own
    if agent_type == "buyer":
        return BuyerViewer()
    if agent_type == "seller" and agent_id in stored.seats:
        return SellerViewer(agent_id)
    raise RoomNotFound("there is no such agent in this room")


def seen_by_name(principal: Principal, stored: StoredRoom, eyes: str) -> Viewer:
    """The same for an address, which names the eyes in one word: `xray`, `buyer`, or `seller:` and its id."""
    agent_type, _, agent_id = eyes.partition(":")
    return seen_as(principal, stored, "" if eyes == XRAY else agent_type, agent_id)


def in_the_place_of(viewer: Viewer, principal: Principal, stored: StoredRoom) -> Principal:
    """Whose rights a page is made with that is seen with borrowed eyes: the party's, and no more than the caller's."""
    scope = Scope.WRITE if principal.may_write else Scope.READ
    match viewer:
        case BuyerViewer():
            return Principal(Role.BUYER, principal.name, frozenset({stored.roster.buyer_id}), scope)
        case SellerViewer():
            return Principal(Role.SELLER, principal.name, frozenset({UUID(viewer.seller_id)}), scope)
        case OperatorViewer() | SpectatorViewer():
            return principal


def rooms_of(principal: Principal) -> QuerySet[NegotiationRun]:
    """The rooms that the caller takes part in, or reads all of. A watcher knows its rooms by their codes alone."""
    match principal.role:
        case Role.OPERATOR | Role.AUDITOR:
            return NegotiationRun.objects.all()
        case Role.BUYER:
            return NegotiationRun.objects.filter(session__buyer__code__in=principal.parties)
        case Role.SELLER:
            seats = Participant.objects.filter(seller_code__in=principal.parties)
            return NegotiationRun.objects.filter(pk__in=seats.values("run"))
        case Role.WATCHER:
            return NegotiationRun.objects.none()


def room_for(principal: Principal, code: UUID) -> tuple[StoredRoom, Viewer]:
    """The room and the caller's eyes. Raises RoomNotFound."""
    stored = read_room(code)
    return stored, viewer_of(principal, stored)


def session_viewer(principal: Principal, code: UUID) -> Viewer:
    """The eyes with which the caller sees all rooms of the session. Raises SessionNotFound."""
    session = find_session(code)
    match principal.role:
        case Role.OPERATOR | Role.AUDITOR if session is not None:
            return OperatorViewer()
        case Role.WATCHER if session is not None:
            return SpectatorViewer()
        case Role.BUYER if session is not None and session.buyer.code in principal.parties:
            return BuyerViewer()
        case _:
            raise SessionNotFound(f"there is no session {code}")


def history_for(principal: Principal, code: UUID) -> tuple[StoredRoom, list[Record], Viewer]:
    """The room with its log, and the caller's eyes. Raises RoomNotFound."""
    stored, records = read_history(code)
    return stored, records, viewer_of(principal, stored)


def steer(principal: Principal, code: UUID) -> StoredRoom:
    """The room, if the caller may start, steer and end it: operators, and the buyer whose room it is."""
    stored, viewer = room_for(principal, code)
    if not principal.may_write:
        raise NotAllowed("You may read here and change nothing.")
    match viewer:
        case OperatorViewer() | BuyerViewer():
            return stored
        case SellerViewer() | SpectatorViewer():
            raise NotAllowed("Only operators and the buyer may steer a room.")
