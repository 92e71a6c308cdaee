"""What a seat's agent would offer, before there is a room: for operators, and for a party about a seat like its own."""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from marketplace.callers import principal_of
from marketplace.errors import NotAllowed
from marketplace.fields import Price, Whole, is_above
from marketplace.identity import Principal
from marketplace.models import Role
from negotiation.core.preferences import BuyerLimits, Policy, Priority, SellerLimits, Temperament, Toughness
from negotiation.core.preview import (
    MOST_RIVALS,
    BuyerPlan,
    Others,
    Preview,
    Script,
    SellerPlan,
    Spread,
    preview_buyer,
    preview_seller,
)
from negotiation.figures import money

router = Router(tags=["preview"])

SIDES = {Role.BUYER: "buyer", Role.SELLER: "seller"}
ALL_THERE_IS = 1  # unit: a curve is of the price alone


class BuyerSeatIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    min_price_per_unit: Price = Decimal(0)
    max_price_per_unit: Annotated[Price, Field(gt=0)]
    temperament: Temperament = Temperament.BALANCED
    policy: Policy = Policy.DEAL_FIRST

    _above_minimum = field_validator("max_price_per_unit")(is_above("min_price_per_unit"))

    def to_plan(self) -> BuyerPlan:
        limits = BuyerLimits(self.min_price_per_unit, self.max_price_per_unit, ALL_THERE_IS)
        return BuyerPlan(limits, self.temperament, self.policy)


class SellerSeatIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    least_price: Price
    selling_price: Price
    priority: Priority = Priority.MAXIMIZE_PROFIT
    temperament: Temperament = Temperament.BALANCED
    toughness: Toughness = Toughness.FAIR

    _above_floor = field_validator("selling_price")(is_above("least_price"))

    def to_plan(self) -> SellerPlan:
        floor = self.least_price
        limits = SellerLimits(floor, floor, self.selling_price, ALL_THERE_IS, self.priority)
        return SellerPlan(limits, self.temperament, self.toughness)


class CurveIn(BaseModel):
    """One seat, the buyer's or a seller's, and what the other side does in this rehearsal.

    `others` that `meet` come towards the seat in even steps, those that are `firm` a tenth as far, those that `stay`
    not at all. `rivals` are further sellers.
    """

    model_config = ConfigDict(extra="forbid")

    buyer: BuyerSeatIn | None = None
    seller: SellerSeatIn | None = None
    others: Others = Others.MEET
    rivals: Annotated[Whole, Field(ge=0, le=MOST_RIVALS)] = 0
    max_rounds: Annotated[Whole, Field(ge=1, le=100)] = 10

    @model_validator(mode="after")
    def _one_seat(self) -> Self:
        if (self.buyer is None) == (self.seller is None):
            raise ValueError("must have either a buyer or a seller")
        return self


class SpreadOut(Schema):
    """Of the draws: the middle one, and between which bounds nine in ten lie."""

    middle: float
    low: float
    high: float


class StepOut(Schema):
    """`other` is the best that stands on the other side in this round."""

    round: int
    offered: SpreadOut
    other: float


class CurveOut(Schema):
    """`deals` is the part of the draws that ends in a deal, with their prices and their usual round."""

    party: Literal["buyer", "seller"]
    steps: list[StepOut]
    deals: float
    price: SpreadOut | None
    round: int | None


@router.post("/curve", response=CurveOut)
def draw_curve(request: HttpRequest, payload: CurveIn) -> dict[str, Any]:
    """The offers of a seat that its own strategy would make, round by round; nothing is stored, nobody is told."""
    principal = principal_of(request)
    script = Script(payload.others, payload.rivals, payload.max_rounds)
    if payload.buyer is not None:
        _require_side(principal, "buyer")
        return _out("buyer", preview_buyer(payload.buyer.to_plan(), script))
    assert payload.seller is not None
    _require_side(principal, "seller")
    return _out("seller", preview_seller(payload.seller.to_plan(), script))


def _require_side(principal: Principal, side: str) -> None:
    if not principal.is_operator and SIDES.get(principal.role) != side:
        raise NotAllowed("A curve is shown to operators, and to a party for a seat of its own.")


def _out(party: str, preview: Preview) -> dict[str, Any]:
    steps = [
        {"round": step.round, "offered": _spread(step.offered), "other": money(step.other)} for step in preview.steps
    ]
    return {
        "party": party,
        "steps": steps,
        "deals": float(preview.deals),
        "price": _spread(preview.price),
        "round": preview.round,
    }


def _spread(spread: Spread | None) -> dict[str, Any] | None:
    if spread is None:
        return None
    return {"middle": money(spread.middle), "low": money(spread.low), "high": money(spread.high)}
