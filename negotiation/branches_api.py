"""What-ifs of a room over HTTP: for operators, who know both sides' limits; auditors read."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from marketplace import audit
from marketplace.callers import principal_of
from marketplace.errors import NotAllowed
from marketplace.fields import Price, Timestamp, Whole
from marketplace.idempotency import once
from marketplace.identity import Principal
from marketplace.throttling import Kind, charge
from negotiation.access import room_for
from negotiation.branching import Changes, SeatChange, branch, rounds_to_branch_after
from negotiation.core.preferences import Policy, Temperament, Toughness
from negotiation.core.vocabulary import Result
from negotiation.figures import money
from negotiation.models import NegotiationRun

branches_router = Router(tags=["rooms"])

AgentMind = Literal["strategy", "narrated", "llm"]
Round = Annotated[Whole, Field(ge=0, le=100)]
Seed = Annotated[Whole, Field(ge=0, lt=2**62)]


class SeatChangeIn(BaseModel):
    """What is left out stays as it was in the room."""

    model_config = ConfigDict(extra="forbid")

    mind: AgentMind | None = None
    temperament: Temperament | None = None


class BuyerChangeIn(SeatChangeIn):
    policy: Policy | None = None
    min_price_per_unit: Price | None = None
    max_price_per_unit: Price | None = None


class SellerChangeIn(SeatChangeIn):
    seller_id: UUID
    toughness: Toughness | None = None


class BranchIn(BaseModel):
    """After which round the what-if goes on (0: before the first bid), and what is different in it."""

    model_config = ConfigDict(extra="forbid")

    after_round: Round
    buyer: BuyerChangeIn = BuyerChangeIn()
    sellers: Annotated[list[SellerChangeIn], Field(max_length=10)] = []
    seed: Seed | None = None
    start: StrictBool = True

    @model_validator(mode="after")
    def _each_seller_once(self) -> Self:
        if len({one.seller_id for one in self.sellers}) < len(self.sellers):
            raise ValueError("a seller is named twice")
        return self


class BranchOut(Schema):
    room_id: UUID
    session_id: UUID
    origin_id: UUID
    after_round: int
    changes: str
    status: str
    current_round: int
    decision_type: str | None
    final_price: float | None
    created_at: Timestamp


class BranchesOut(Schema):
    room_id: UUID
    rounds: list[int]
    branches: list[BranchOut]


@branches_router.post("/{room_id}/branch", response={201: BranchOut})
def make_branch(request: HttpRequest, room_id: UUID, payload: BranchIn) -> Status[dict[str, Any]]:
    """Play the room again from the end of a round with other minds, limits or draws. Nothing is bought in it."""
    principal = _reader(request, room_id)

    def act() -> dict[str, Any]:
        charge(Kind.SET_UP, principal.name)
        by = request.user if principal.is_in_browser and isinstance(request.user, User) else None
        run = branch(room_id, payload.after_round, _changes(payload), by, is_queued=payload.start)
        audit.note(principal.name, "branched room", room=room_id, branch=run.code)
        return _branch(run)

    return Status(201, once(request, principal, act))


@branches_router.get("/{room_id}/branches", response=BranchesOut)
def list_branches(request: HttpRequest, room_id: UUID) -> dict[str, Any]:
    """The what-ifs of the room, oldest first, and the rounds after which one can be made."""
    _reader(request, room_id)
    runs = NegotiationRun.objects.filter(branched_from__code=room_id).select_related(
        "session", "branched_from", "outcome"
    )
    return {
        "room_id": room_id,
        "rounds": rounds_to_branch_after(room_id),
        "branches": [_branch(run) for run in runs],
    }


def _reader(request: HttpRequest, room_id: UUID) -> Principal:
    """A buyer who may try limits and minds would find its sellers' floors."""
    principal = principal_of(request)
    room_for(principal, room_id)
    if not principal.may_read_all:
        raise NotAllowed("What-ifs are for operators.")
    return principal


def _changes(asked: BranchIn) -> Changes:
    return Changes(
        buyer=SeatChange(asked.buyer.mind, asked.buyer.temperament, policy=asked.buyer.policy),
        minimum=asked.buyer.min_price_per_unit,
        maximum=asked.buyer.max_price_per_unit,
        sellers={
            str(one.seller_id): SeatChange(one.mind, one.temperament, toughness=one.toughness) for one in asked.sellers
        },
        seed=asked.seed,
    )


def _branch(run: NegotiationRun) -> dict[str, Any]:
    assert run.branched_from is not None
    outcome = getattr(run, "outcome", None)
    return {
        "room_id": run.code,
        "session_id": run.session.code,
        "origin_id": run.branched_from.code,
        "after_round": run.branched_after,
        "changes": run.branched_with,
        "status": run.status,
        "current_round": run.current_round,
        "decision_type": outcome and outcome.result,
        "final_price": money(outcome.unit_price) if outcome and outcome.result == Result.DEAL else None,
        "created_at": run.created_at,
    }
