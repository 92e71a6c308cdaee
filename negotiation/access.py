"""With whose eyes a caller sees a room, and who may steer it. What one may not know of is not there."""

from uuid import UUID

from marketplace.errors import NotAllowed
from marketplace.identity import Principal
from marketplace.models import Role
from negotiation.core.visibility import (
    BuyerViewer,
    OperatorViewer,
    SellerViewer,
    SpectatorViewer,
    Viewer,
)
from negotiation.errors import RoomNotFound
from negotiation.records import Record
from negotiation.store import StoredRoom, read_history, read_room


def viewer_of(principal: Principal, stored: StoredRoom) -> Viewer:
    """Raises RoomNotFound for somebody who is no party to the room."""
    match principal.role:
        case Role.OPERATOR:
            return OperatorViewer()
        case Role.WATCHER:
            return SpectatorViewer()
        case Role.BUYER if principal.party == stored.roster.buyer_id:
            return BuyerViewer()
        case Role.SELLER if str(principal.party) in stored.seats:
            return SellerViewer(str(principal.party))
        case _:
            raise RoomNotFound(f"there is no room {stored.roster.room_id}")


def seen_as(principal: Principal, stored: StoredRoom, agent_type: str, agent_id: str) -> Viewer:
    """The viewer for a request that names whose eyes it wants; only an operator may borrow another's."""
    own = viewer_of(principal, stored)
    if not agent_type or not isinstance(own, OperatorViewer):
        return own
    if agent_type == "buyer":
        return BuyerViewer()
    if agent_type == "seller" and agent_id in stored.seats:
        return SellerViewer(agent_id)
    raise RoomNotFound("there is no such agent in this room")


def room_for(principal: Principal, code: UUID) -> tuple[StoredRoom, Viewer]:
    """The room and the caller's eyes. Raises RoomNotFound."""
    stored = read_room(code)
    return stored, viewer_of(principal, stored)


def history_for(principal: Principal, code: UUID) -> tuple[StoredRoom, list[Record], Viewer]:
    """The room with its log, and the caller's eyes. Raises RoomNotFound."""
    stored, records = read_history(code)
    return stored, records, viewer_of(principal, stored)


def steer(principal: Principal, code: UUID) -> StoredRoom:
    """The room, if the caller may start, steer and end it: operators, and the buyer whose room it is."""
    stored, viewer = room_for(principal, code)
    match viewer:
        case OperatorViewer() | BuyerViewer():
            return stored
        case SellerViewer() | SpectatorViewer():
            raise NotAllowed("Only operators and the buyer may steer a room.")
