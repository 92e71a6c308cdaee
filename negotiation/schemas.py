"""The bodies of the rooms' endpoints."""

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from marketplace.fields import Price, Quantity, Timestamp, as_number
from marketplace.schemas import ConstraintsOut, TermsOut
from marketplace.text import clean_text
from negotiation.violations import Violation


def _message(text: str) -> str:
    cleaned = clean_text(text, lines=True)
    if not cleaned:
        raise ValueError("must not be empty")
    return cleaned


def _from_query(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) and value.replace(".", "", 1).isdecimal() else value


class MessageIn(BaseModel):
    message: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_message)]


class DecisionIn(BaseModel):
    """All fields may be left out: then the buyer decides now on what stands."""

    model_config = ConfigDict(extra="allow")

    decision_type: Literal["deal", "no_deal"] | None = None
    selected_seller_id: UUID | None = None
    final_price_per_unit: Price | None = None
    quantity: Quantity | None = None
    decision_reason: Annotated[str, Field(max_length=1000), AfterValidator(clean_text)] | None = None


class DecisionQueryIn(DecisionIn):
    """The same as query parameters, whose numbers are text."""

    model_config = ConfigDict(extra="ignore")

    final_price_per_unit: Annotated[Price, BeforeValidator(_from_query)] | None = None
    quantity: Annotated[Quantity, BeforeValidator(_from_query)] | None = None


class PaceIn(BaseModel):
    """The rest before each turn; 0 plays as fast as minds answer."""

    turn_seconds: Annotated[Decimal, BeforeValidator(as_number), Field(ge=0, le=60, decimal_places=2)]


class StartedOut(Schema):
    status: str
    run_id: UUID
    started_at: Timestamp
    stream_url: str
    ws_url: str


class MessageOut(Schema):
    message_id: str
    timestamp: Timestamp
    mentioned_sellers: list[UUID]
    processing: bool


class OutcomeOut(Schema):
    outcome_id: UUID
    decision_type: str
    selected_seller_id: UUID | None
    final_price: float | None
    quantity: int | None
    total_cost: float | None


class StatusOut(Schema):
    room_id: UUID
    status: str


class ConversationEntryOut(Schema):
    message_id: str
    seq: int
    turn_number: int
    timestamp: Timestamp
    sender_type: str
    sender_id: str
    sender_name: str
    content: str
    voice: str
    fallback: str | None
    mentioned_agents: list[str]


class StateOut(Schema):
    room_id: UUID
    item_name: str
    status: str
    current_round: int
    max_rounds: int
    conversation_history: list[ConversationEntryOut]
    current_offers: dict[str, TermsOut]
    buyer_constraints: ConstraintsOut | None = None
    last_seq: int


class ModelCallOut(Schema):
    """A question to a model. `prompt` and `reply` are empty when their retention is over."""

    call_id: UUID
    at: Timestamp
    round: int
    seller_id: UUID | None
    agent_name: str
    purpose: str
    message_id: str | None
    provider: str
    model: str
    input_tokens: int
    output_tokens: int
    is_estimated: bool
    cost: float
    attempts: int
    queued_seconds: float
    first_token_seconds: float | None
    seconds: float
    result: str
    why: str
    error: str
    prompt: list[dict[str, str]]
    reply: str


class SeatViolationsOut(Schema):
    """What a seat's model did beyond what the seat may, and in how many calls. A clamped price is used, moved to the
    nearer end of what was free; of the others nothing is."""

    seller_id: UUID | None
    agent_name: str
    violations: dict[Violation, int]


class ModelCallsOut(Schema):
    """`violations` are those of the whole room, of the seats that have any."""

    room_id: UUID
    total: int
    tokens: int
    cost: float
    violations: list[SeatViolationsOut]
    calls: list[ModelCallOut]
