"""What a side of a room thinks of the other, for whoever looks with its eyes: from what it has seen alone."""

from marketplace.errors import NotAllowed
from negotiation.core.opponent import Belief, belief_about_buyer, belief_about_seller
from negotiation.core.room import Room
from negotiation.core.terms import to_money
from negotiation.core.visibility import (
    BuyerViewer,
    OperatorViewer,
    SellerViewer,
    SpectatorViewer,
    Viewer,
    buyer_memory,
    seller_view,
)
from negotiation.core.vocabulary import Party
from negotiation.figures import Frame, money, price_of


def beliefs_of(room: Room, viewer: Viewer) -> Frame:
    """The buyer's about each seller, or that seller's about the buyer; who reads all is told the buyer's.

    Raises NotAllowed for a spectator, who takes no side.
    """
    match viewer:
        case OperatorViewer() | BuyerViewer():
            memory = buyer_memory(room)
            told = [
                _told(
                    thread.seller_id,
                    belief_about_seller(memory, thread.seller_id, may_hope=_may_hope(room, thread.seller_id)),
                )
                for thread in room.threads
            ]
            return {"party": Party.BUYER, "round": room.round, "beliefs": told}
        case SellerViewer(seller_id):
            belief = belief_about_buyer(seller_view(room, seller_id), may_hope=_may_hope(room, seller_id))
            return {"party": Party.SELLER, "round": room.round, "beliefs": [_told(seller_id, belief)]}
        case SpectatorViewer():
            raise NotAllowed("You take no side in this room.")


def _may_hope(room: Room, seller_id: str) -> bool:
    return room.thread(seller_id).is_open and not room.status.is_over


def _told(seller_id: str, belief: Belief) -> Frame:
    """`seller_id` names the thread; a seller reads its own there."""
    return {
        "seller_id": seller_id,
        "low": money(to_money(belief.limit.low)),
        "high": money(to_money(belief.limit.high)),
        "certainty": belief.certainty,
        "latest_offer": price_of(belief.latest) if belief.latest is not None else None,
        "acceptance_probability": None if belief.chance is None else round(belief.chance, 3),
    }
