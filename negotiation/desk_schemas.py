"""The bodies of the trade desk's endpoints, which are those of its socket's commands, too."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StrictBool, model_validator

from marketplace.fields import Extras, Number, Price, Quantity, Timestamp, Whole, as_number
from marketplace.text import clean_text
from negotiation.core.moves import MOST_PACKAGES
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Party
from negotiation.desk_places import STATUSES
from negotiation.schemas import MessageIn

MOST_SEQ = 2**31 - 1


def _words(text: str) -> str:
    return clean_text(text, lines=True)


PositivePrice = Annotated[Price, Field(gt=0)]
Remark = Annotated[str, Field(max_length=1000), AfterValidator(_words)]
Percent = Annotated[Decimal, BeforeValidator(as_number), Field(decimal_places=1)]
Seq = Annotated[Whole, Field(ge=0, le=MOST_SEQ)]


class SideIn(BaseModel):
    """`party` names the side that an operator acts for; everybody else has one."""

    party: Party | None = None


class AdviceIn(BaseModel):
    """The suggestion that was followed in an offer."""

    confidence: Annotated[Number, Field(ge=0, le=1)]
    reasoning: Annotated[str, Field(max_length=2000), AfterValidator(_words)] = ""


class TermsIn(BaseModel):
    price: PositivePrice
    quantity: Quantity
    terms: Extras = Field(default_factory=dict)

    def to_terms(self) -> Terms:
        return Terms(self.price.quantize(Decimal("0.01")), self.quantity, tuple(sorted(self.terms.items())))


class PackageIn(BaseModel):
    """Other terms of the same offer, for the same quantity."""

    price: PositivePrice
    terms: Extras = Field(default_factory=dict)

    def to_terms(self, quantity: int) -> Terms:
        return Terms(self.price.quantize(Decimal("0.01")), quantity, tuple(sorted(self.terms.items())))


class CounterIn(TermsIn):
    """`packages` are what the other side may take instead of `price` and `terms`; they differ in their terms."""

    message: Remark = ""
    packages: Annotated[list[PackageIn], Field(max_length=MOST_PACKAGES)] = Field(default_factory=list)

    def to_packages(self) -> tuple[Terms, ...]:
        return tuple(package.to_terms(self.quantity) for package in self.packages)


class OfferIn(SideIn, CounterIn):
    overrule: StrictBool = False
    advice: AdviceIn | None = None


class AcceptIn(SideIn):
    """Without `offer_id` the other side's live offer; `package` is which of it: 0 its own terms, else a package."""

    offer_id: UUID | None = None
    package: Annotated[Whole, Field(ge=0, le=MOST_PACKAGES)] = 0
    message: Remark = ""
    overrule: StrictBool = False


class RejectIn(SideIn):
    offer_id: UUID | None = None
    reason: Remark = ""
    counter_offer: CounterIn | None = None
    overrule: StrictBool = False


class WithdrawIn(SideIn):
    """Without `offer_id` the own side's live offer."""

    offer_id: UUID | None = None
    message: Remark = ""


class WalkAwayIn(SideIn):
    message: Remark = ""


class WordsIn(SideIn, MessageIn):
    pass


class ReadIn(SideIn):
    up_to_seq: Seq


class SeatIn(SideIn):
    holder: Literal["agent", "person", "program"]


class SwitchIn(SideIn):
    enabled: StrictBool


class AutoAcceptIn(SwitchIn):
    """Without `target_price` the buyer's own target, or the seller's asking price."""

    target_price: PositivePrice | None = None
    tolerance_pct: Annotated[Percent, Field(ge=0, le=50)] = Decimal(5)
    min_quantity_pct: Annotated[Percent, Field(ge=0, le=100)] = Decimal(90)


class DecideIn(BaseModel):
    decision: Literal["approve", "reject", "modify"]
    note: Remark = ""
    counter_offer: TermsIn | None = None
    overrule: StrictBool = False

    @model_validator(mode="after")
    def _counter_only_to_modify(self) -> "DecideIn":
        if (self.decision == "modify") != (self.counter_offer is not None):
            raise ValueError("counter_offer goes with the decision modify, and only with it")
        return self


class SideQueryIn(BaseModel):
    party: Party | None = None


class ListQueryIn(SideQueryIn):
    status: Literal[STATUSES] | None = None  # type: ignore[valid-type]  # one list for both
    waiting: bool | None = None
    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0, le=1_000_000_000)


class TalkQueryIn(SideQueryIn):
    after: int = Field(0, ge=0, le=MOST_SEQ)
    limit: int = Field(50, ge=1, le=200)
    mark_read: bool = False


class ApprovalsQueryIn(BaseModel):
    status: Literal["pending", "approved", "rejected", "modified", "expired"] | None = None
    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0, le=1_000_000_000)


class PackageOut(Schema):
    price: float
    quantity: int
    total: float
    terms: dict[str, int]


class OfferOut(Schema):
    """`packages` may be taken instead of the offer's own terms, by their number from 1.

    `ai_confidence` and `ai_reasoning` are told to the side that made the offer.
    """

    offer_id: UUID
    party: str
    made_by: str
    price: float
    quantity: int
    total: float
    terms: dict[str, int]
    packages: list[PackageOut]
    state: str
    is_final: bool
    message: str
    created_at: Timestamp
    responded_at: Timestamp | None
    response_message: str
    ai_generated: bool
    ai_confidence: float | None
    ai_reasoning: str | None


class WaitingOut(Schema):
    """Whose move is waited for, what it may be, and until when."""

    party: str
    actions: list[str]
    asked_at: Timestamp
    expires_at: Timestamp


class HoldersOut(Schema):
    buyer: str
    seller: str


class CounterpartyOut(Schema):
    """Who the other side is; `legal_name` and `contact` come with a deal."""

    name: str
    legal_name: str | None
    contact: str | None


class BuyerLimitsOut(Schema):
    """`term_worth` is what one more of a further term is worth to this side, in money for each unit of the item."""

    min_price_per_unit: float
    max_price_per_unit: float
    target_price: float | None
    approve_above: float | None
    approve_below_min: bool
    terms: dict[str, list[int]]
    term_worth: dict[str, float]


class SellerLimitsOut(Schema):
    cost_price: float
    least_price: float
    selling_price: float
    stock: int
    terms: dict[str, list[int]]
    term_worth: dict[str, float]


class ReadMarkOut(Schema):
    seq: int
    at: Timestamp


class ReadMarksOut(Schema):
    buyer: ReadMarkOut | None
    seller: ReadMarkOut | None


class MarkedOut(Schema):
    read_marks: ReadMarksOut


class AutoAcceptOut(Schema):
    target_price: float
    tolerance_pct: float
    min_quantity_pct: float


class ThreadOutcomeOut(Schema):
    result: str
    reason: str
    price: float | None
    quantity: int | None
    total: float | None
    terms: dict[str, int]


class NegotiationLineOut(Schema):
    """A thread as one side has it; `your_party` and what is private to a side are null for who has no side in it.

    `agenda` names the further terms that are bargained over.
    """

    negotiation_id: UUID
    room_id: UUID
    session_id: UUID
    item_id: str
    item_name: str
    quantity_needed: int
    currency: str
    status: str
    round: int
    max_rounds: int
    your_party: str | None
    turn: str | None
    waiting: WaitingOut | None
    legal_actions: list[str]
    holders: HoldersOut
    counterparty: CounterpartyOut | None
    your_limits: BuyerLimitsOut | SellerLimitsOut | None
    asking_price: float
    agenda: list[str]
    live_offer: OfferOut | None
    own_offer: OfferOut | None
    unread: int
    read_marks: ReadMarksOut
    auto_accept: AutoAcceptOut | None
    outcome: ThreadOutcomeOut | None
    trade_number: str | None
    last_seq: int


class NegotiationOut(NegotiationLineOut):
    offers: list[OfferOut]


class NegotiationsOut(Schema):
    total: int
    limit: int
    offset: int
    negotiations: list[NegotiationLineOut]


class TalkLineOut(Schema):
    """`read_at`: when the other side's mark last passed it."""

    message_id: UUID
    seq: int
    kind: str
    party: str
    sender_type: str
    moved_by: str | None
    sender_name: str
    text: str
    at: Timestamp
    offer_id: UUID | None
    read_at: Timestamp | None


class TalkOut(Schema):
    """`last_seq` is where to go on from."""

    messages: list[TalkLineOut]
    unread: int
    last_seq: int


class ProposedOfferOut(Schema):
    """What the words seem to offer. It is no offer until somebody makes it one."""

    price: float
    quantity: int
    total: float
    terms: dict[str, int]
    currency: str
    is_per_unit: bool
    confidence: float
    reading: str


class SaidOut(Schema):
    message: TalkLineOut
    proposed_offer: ProposedOfferOut | None


class MarketOut(Schema):
    market_price: float
    difference_pct: float
    n: int
    window_days: int


class SuggestionOut(Schema):
    suggested_price: float
    suggested_quantity: int
    terms: dict[str, int]
    action: str
    confidence: float
    reasoning: str
    acceptance_probability: float
    market_comparison: MarketOut | None


class ApprovalOut(Schema):
    approval_id: UUID
    number: int
    kind: str
    state: str
    room_id: UUID
    negotiation_id: UUID
    session_id: UUID
    item_name: str
    seller_name: str
    price: float
    quantity: int
    total: float
    terms: dict[str, int] = {}
    currency: str
    limit_reason: str
    requested_at: Timestamp
    expires_at: Timestamp
    decided_by: str
    decided_at: Timestamp | None
    note: str
    options: list[str]


class ApprovalsOut(Schema):
    total: int
    limit: int
    offset: int
    approvals: list[ApprovalOut]
