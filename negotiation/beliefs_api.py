"""What a side of a room thinks of the other, over HTTP."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from marketplace.callers import principal_of
from marketplace.schemas import TermsOut
from negotiation.access import seen_as
from negotiation.beliefs import beliefs_of
from negotiation.core.opponent import Certainty
from negotiation.core.vocabulary import Party
from negotiation.store import read_room

beliefs_router = Router(tags=["rooms"])


class BeliefOut(Schema):
    """Between which unit prices the other side's limit lies with a probability of 80 %, in that seller's thread.

    `acceptance_probability` is that of the side's own latest offer being taken if it stood; null where it has made
    none, or the thread is closed.
    """

    seller_id: UUID
    low: float
    high: float
    certainty: Certainty
    latest_offer: TermsOut | None
    acceptance_probability: float | None


class BeliefsOut(Schema):
    """`party` is the side that thinks so."""

    room_id: UUID
    party: Party
    round: int
    beliefs: list[BeliefOut]


@beliefs_router.get("/{room_id}/beliefs", response=BeliefsOut)
def beliefs(request: HttpRequest, room_id: UUID, agent_id: str = "", agent_type: str = "") -> dict[str, Any]:
    """What the caller's side thinks of the other's limits, from the offers that it has seen.

    Operators may name an agent to see it with that agent's eyes; without one they are told what the buyer thinks.
    """
    principal = principal_of(request)
    stored = read_room(room_id)
    viewer = seen_as(principal, stored, agent_type, agent_id)
    return {"room_id": room_id, **beliefs_of(stored.room, viewer)}
