"""Why a move was made, over HTTP."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from marketplace.callers import principal_of
from negotiation.access import seen_as
from negotiation.core.because import Rule
from negotiation.core.choices import Basis
from negotiation.core.reasons import Unit
from negotiation.core.vocabulary import Reason
from negotiation.explaining import MoveKind, Untold, explain
from negotiation.store import read_history

explaining_router = Router(tags=["rooms"])


class FigureOut(Schema):
    """Money is for each unit of the item, in the session's currency."""

    name: str
    value: float
    unit: Unit


class WhyOut(Schema):
    """`reason` and `basis` are told to the side that moved; to the other side they are `not_told` and null."""

    seq: int
    move: MoveKind
    reason: Rule | Reason | Untold
    basis: Basis | None
    sentences: list[str]
    figures: list[FigureOut]


@explaining_router.get("/{room_id}/why/{seq}", response=WhyOut)
def why(request: HttpRequest, room_id: UUID, seq: int, agent_id: str = "", agent_type: str = "") -> dict[str, Any]:
    """Why the offer, acceptance or award with this number in the log was made.

    Told with the numbers of the caller's own side alone. Operators are told the reason of whichever side moved, or, if
    they name an agent, what that one is told.
    """
    principal = principal_of(request)
    stored, records = read_history(room_id)
    found = explain(stored, records, seen_as(principal, stored, agent_type, agent_id), seq)
    figures = [{"name": each.name, "value": float(each.value), "unit": each.unit} for each in found.told.figures]
    return {
        "seq": found.seq,
        "move": found.move,
        "reason": found.reason,
        "basis": found.basis,
        "sentences": found.told.sentences,
        "figures": figures,
    }
