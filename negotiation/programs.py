"""What a program that acts for the buyer may not do alone: close, or approve, a deal that takes a person's word."""

from marketplace.errors import NotAllowed
from marketplace.identity import Principal
from marketplace.models import Role
from negotiation.codec import decode
from negotiation.core.events import SeatChanged
from negotiation.core.moves import Award
from negotiation.core.table import request_approval
from negotiation.core.vocabulary import Holder, Party
from negotiation.models import RunEvent
from negotiation.store import StoredRoom


def is_program(principal: Principal) -> bool:
    """Whether it is a key of the buyer's that speaks, not the buyer in a browser."""
    return principal.role == Role.BUYER and not principal.is_in_browser


def sat_for_buyer(stored: StoredRoom) -> bool:
    """Whether a program holds the buyer's seat or has held it: by giving the seat away it becomes no person."""
    if Holder.PROGRAM in (stored.room.buyer_holder, stored.room.setup.buyer_holder):
        return True
    changes = RunEvent.objects.filter(run_id=stored.run_id, type=SeatChanged.__name__).values_list("type", "payload")
    return any(
        isinstance(event, SeatChanged) and (event.party, event.holder) == (Party.BUYER, Holder.PROGRAM)
        for event in (decode(*change) for change in changes)
    )


def require_person(stored: StoredRoom, turn: Award) -> None:
    """Raises NotAllowed if a program may not close with this offer."""
    if request_approval(stored.room, turn, seconds=0) and sat_for_buyer(stored):
        raise NotAllowed("A program sits or sat for the buyer: a deal that takes an approval is closed by a person.")
