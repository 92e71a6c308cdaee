"""How a room ends by the buyer's word: farewells in every thread, then the decision with its explanation."""

from negotiation.core.decision import explain
from negotiation.core.events import Event, Said
from negotiation.core.moves import Award, Leave, Words
from negotiation.core.protocol import award, end_without_deal
from negotiation.core.room import Room
from negotiation.core.visibility import buyer_view
from negotiation.core.vocabulary import Party


def conclude(room: Room, turn: Award | Leave, note: str = "", *, overrule: bool = False) -> tuple[Event, ...]:
    """The events of an award or of leaving, explained by the note of whoever decided, else by the offers.

    Raises IllegalMove if the award is not of a standing offer.
    """
    explanation = note or explain(turn, buyer_view(room))
    match turn:
        case Award():
            ending = award(
                room, turn.seller_id, turn.offer_id, turn.reason, explanation, package=turn.package, overrule=overrule
            )
        case Leave():
            ending = end_without_deal(room, turn.reason, explanation)
    return (*_farewells(room, turn.farewells), *ending)


def _farewells(room: Room, farewells: tuple[tuple[str, Words], ...]) -> tuple[Event, ...]:
    """Only where the buyer has the turn: nobody is interrupted."""
    listening = {thread.seller_id for thread in room.open_threads if thread.turn is Party.BUYER}
    return tuple(
        Said(Party.BUYER, seller_id, room.round, words) for seller_id, words in farewells if seller_id in listening
    )
