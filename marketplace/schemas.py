"""The bodies of the sessions' endpoints: what may come in, field by field, and what goes out."""

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StrictBool, ValidationInfo, field_validator

from llm.purse import Budget
from marketplace.fields import (
    Contact,
    ItemId,
    ItemName,
    LegalName,
    Name,
    Number,
    Price,
    Quantity,
    Ranges,
    Region,
    Timestamp,
    Total,
    Weights,
    Whole,
    as_number,
    is_above,
)
from marketplace.models import MOST_BUNDLE_PERCENT
from marketplace.particulars import Particulars
from marketplace.requests import ItemRequest, ModelRequest, SeatTuning, SellerRequest, SessionRequest, StockRequest
from marketplace.term_weights import weights_problem
from marketplace.text import clean_text
from marketplace.volume_tiers import MOST_TIERS, Prices, tiers_problem
from negotiation.core.preferences import Policy, Priority, Style, Temperament, Toughness

MindName = Literal["strategy", "narrated", "llm", "human", "external"]
MAX_SEED = 2**53


class WithTerms(BaseModel):
    """What a side may agree to beside the price, and how much each counts.

    The other side is told no weight. A seller's ranges are told to buyers that look for a match, a buyer's to nobody.
    `allowed_terms` has the lowest and the highest value of each term, such as `{"delivery_days": [0, 14]}`.
    `term_weights` are parts of 1, such as `{"price": 0.7, "delivery_days": -0.3}`: their absolute values add up to 1,
    the price's is at least 0.01, and the sign says what is better for this side, less (below 0) or more.
    """

    allowed_terms: Ranges = Field(default_factory=dict)
    term_weights: Weights = Field(default_factory=dict)

    @field_validator("term_weights")
    @classmethod
    def _of_these_terms(cls, weights: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        ranges = info.data.get("allowed_terms")
        if ranges is not None and (problem := weights_problem(weights, ranges)):
            raise ValueError(problem)
        return weights


class ItemIn(WithTerms):
    item_id: ItemId
    item_name: ItemName
    quantity_needed: Quantity
    min_price_per_unit: Price = Decimal(0)
    max_price_per_unit: Price
    target_price: Price | None = None
    approve_above: Total | None = None
    approve_below_min: StrictBool = True

    _above_minimum = field_validator("max_price_per_unit")(is_above("min_price_per_unit"))

    def to_request(self) -> ItemRequest:
        return ItemRequest(**self.model_dump())


ModelName = Annotated[str, Field(max_length=100), AfterValidator(clean_text)]
Temperature = Annotated[Number, Field(ge=0, le=2)]


class SeatConfigIn(BaseModel):
    """A seat's own model and temperature, where they are not the session's."""

    model: ModelName = ""
    temperature: Temperature | None = None

    def to_request(self) -> SeatTuning:
        return SeatTuning(**self.model_dump())


class BuyerIn(BaseModel):
    """`legal_name` and `contact` are told to a seller with a deal, `temperament` and `policy` to no seller."""

    name: Name
    legal_name: LegalName = ""
    contact: Contact = ""
    shopping_list: list[ItemIn] = Field(min_length=1, max_length=10)
    mind: MindName | None = None
    temperament: Temperament = Temperament.BALANCED
    policy: Policy = Policy.DEAL_FIRST
    llm_config: SeatConfigIn = Field(default_factory=SeatConfigIn)

    @field_validator("shopping_list")
    @classmethod
    def _each_item_once(cls, items: list[ItemIn]) -> list[ItemIn]:
        _require_distinct([item.item_id for item in items])
        return items


class TierIn(BaseModel):
    """The prices of each unit from so many on."""

    min_quantity: Quantity
    selling_price: Price
    least_price: Price

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class StockIn(WithTerms):
    item_id: ItemId
    item_name: ItemName
    quantity_available: Quantity
    cost_price: Price
    least_price: Price
    selling_price: Price
    volume_tiers: list[TierIn] = Field(default_factory=list, max_length=MOST_TIERS)

    _above_cost = field_validator("least_price")(is_above("cost_price"))
    _above_floor = field_validator("selling_price")(is_above("least_price"))

    @field_validator("volume_tiers")
    @classmethod
    def _cheaper_by_volume(cls, tiers: list[TierIn], info: ValidationInfo) -> list[TierIn]:
        cost, selling, least = (info.data.get(name) for name in ("cost_price", "selling_price", "least_price"))
        if cost is None or selling is None or least is None:
            return tiers  # what is wrong with those is told
        if problem := tiers_problem([tier.to_json() for tier in tiers], cost, Prices(selling, least)):
            raise ValueError(problem)
        return tiers

    def to_request(self) -> StockRequest:
        tiers = [tier.to_json() for tier in self.volume_tiers]
        return StockRequest(**{**self.model_dump(), "volume_tiers": tiers})


class ProfileIn(BaseModel):
    priority: Priority = Priority.MAXIMIZE_PROFIT
    speaking_style: Style = Style.NEUTRAL


class SellerIn(BaseModel):
    """`legal_name` and `contact` are told to the buyer with a deal, `region` to buyers that look for a seller.

    `temperament`, `toughness` and `bundle_percent` (what it gives on a price, once, when the buyer has bought another
    item of the session from it) are told to no buyer.
    """

    name: Name
    legal_name: LegalName = ""
    contact: Contact = ""
    region: Region = ""
    profile: ProfileIn = Field(default_factory=ProfileIn)
    inventory: list[StockIn] = Field(min_length=1, max_length=100)
    mind: MindName | None = None
    temperament: Temperament = Temperament.BALANCED
    toughness: Toughness = Toughness.FAIR
    bundle_percent: Annotated[Whole, Field(ge=0, le=MOST_BUNDLE_PERCENT)] = 0
    llm_config: SeatConfigIn = Field(default_factory=SeatConfigIn)

    @field_validator("inventory")
    @classmethod
    def _each_item_once(cls, inventory: list[StockIn]) -> list[StockIn]:
        _require_distinct([stock.item_id for stock in inventory])
        return inventory

    def to_request(self, default_mind: str) -> SellerRequest:
        return SellerRequest(
            name=self.name,
            priority=self.profile.priority,
            speaking_style=self.profile.speaking_style,
            inventory=tuple(stock.to_request() for stock in self.inventory),
            mind=self.mind or default_mind,
            tuning=self.llm_config.to_request(),
            particulars=Particulars(self.legal_name, self.contact, self.region),
            temperament=self.temperament,
            toughness=self.toughness,
            bundle_percent=self.bundle_percent,
        )


class BudgetIn(BaseModel):
    """The most that the session's rooms may spend on models together; `cost` is in US dollars."""

    calls: Annotated[Whole, Field(ge=0, le=1_000_000)] | None = None
    tokens: Annotated[Whole, Field(ge=0, le=10**12)] | None = None
    cost: Annotated[Decimal, BeforeValidator(as_number), Field(ge=0, le=100_000, decimal_places=6)] | None = None
    seconds: Annotated[Number, Field(ge=0, le=10**7)] | None = None


class LlmConfigIn(BaseModel):
    provider: Literal["", "lm_studio", "openrouter", "openai_compatible", "builtin"] = ""
    model: ModelName = ""
    temperature: Temperature | None = None
    max_tokens: Annotated[Whole, Field(ge=1, le=32_000)] | None = None
    budget: BudgetIn = Field(default_factory=BudgetIn)

    def to_request(self, default: ModelRequest) -> ModelRequest:
        return ModelRequest(
            provider=self.provider or default.provider,
            model=self.model or default.model,
            temperature=default.temperature if self.temperature is None else self.temperature,
            max_tokens=default.max_tokens if self.max_tokens is None else self.max_tokens,
            budget=Budget(**self.budget.model_dump()),
        )


class MindsIn(BaseModel):
    """Who plays the seats that do not name a mind of their own."""

    buyer: MindName | None = None
    sellers: MindName | None = None


class InitializeIn(BaseModel):
    buyer: BuyerIn
    sellers: list[SellerIn] = Field(default_factory=list, max_length=1000)
    llm_config: LlmConfigIn = Field(default_factory=LlmConfigIn)
    minds: MindsIn = Field(default_factory=MindsIn)
    max_rounds: Annotated[Whole, Field(ge=1, le=100)] | None = None
    seed: Annotated[Whole, Field(ge=0, le=MAX_SEED)] | None = None
    name: Annotated[str, Field(max_length=100), AfterValidator(clean_text)] = ""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    use_standing_sellers: StrictBool = False
    standing_sellers: list[UUID] = Field(default_factory=list, max_length=10)
    disclose_best_offer: StrictBool = True
    turn_seconds: Annotated[Number, Field(ge=0, le=60)] = 0.0
    seat_hours: Annotated[Number, Field(ge=0.0002, le=2160)] | None = None
    on_timeout: Literal["", "expire", "strategy"] = ""
    approve_above: Total | None = None

    @field_validator("standing_sellers")
    @classmethod
    def _each_seller_once(cls, codes: list[UUID]) -> list[UUID]:
        if len(set(codes)) < len(codes):
            raise ValueError("names a seller twice")
        return codes

    def to_request(
        self, default_mind: str = "strategy", default_rounds: int = 10, default_model: ModelRequest | None = None
    ) -> SessionRequest:
        seller_mind = self.minds.sellers or default_mind
        return SessionRequest(
            buyer_name=self.buyer.name,
            items=tuple(item.to_request() for item in self.buyer.shopping_list),
            sellers=tuple(seller.to_request(seller_mind) for seller in self.sellers),
            standing_seller_codes=tuple(self.standing_sellers),
            all_standing_sellers=self.use_standing_sellers and not self.standing_sellers,
            name=self.name,
            currency=self.currency,
            max_rounds=self.max_rounds or default_rounds,
            seed=self.seed,
            turn_seconds=self.turn_seconds,
            buyer_mind=self.buyer.mind or self.minds.buyer or default_mind,
            buyer_tuning=self.buyer.llm_config.to_request(),
            disclose_best_offer=self.disclose_best_offer,
            seat_hours=self.seat_hours,
            on_timeout=self.on_timeout,
            approve_above=self.approve_above,
            model=self.llm_config.to_request(default_model or ModelRequest()),
            buyer_particulars=Particulars(self.buyer.legal_name, self.buyer.contact),
            buyer_temperament=self.buyer.temperament,
            buyer_policy=self.buyer.policy,
        )


class ConstraintsOut(Schema):
    min_price_per_unit: float
    max_price_per_unit: float


class TermsOut(Schema):
    price: float
    quantity: int


class ParticipantOut(Schema):
    seller_id: UUID
    seller_name: str
    initial_price: float
    current_offer: TermsOut | None


class RoomOut(Schema):
    room_id: UUID
    item_id: str
    item_name: str
    quantity_needed: int
    buyer_constraints: ConstraintsOut | None
    participating_sellers: list[ParticipantOut]
    status: str
    reason: str | None
    current_round: int
    max_rounds: int


class SkippedItemOut(Schema):
    item_id: str
    item_name: str
    reason: str


class InitializeOut(Schema):
    session_id: UUID
    created_at: Timestamp
    buyer_id: UUID
    seller_ids: list[UUID]
    negotiation_rooms: list[RoomOut]
    total_rooms: int
    skipped_items: list[SkippedItemOut]
    seed: int | None


class SessionOut(Schema):
    session_id: UUID
    name: str
    status: str
    created_at: Timestamp
    buyer_name: str
    buyer_temperament: Temperament
    buyer_policy: Policy
    total_runs: int
    llm_model: str
    rooms: list[RoomOut]


class SessionLineOut(Schema):
    session_id: UUID
    name: str
    created_at: Timestamp
    buyer_name: str
    total_runs: int
    status: str


class SessionListOut(Schema):
    sessions: list[SessionLineOut]
    total: int


class PageIn(BaseModel):
    limit: int = Field(50, ge=1, le=200)
    offset: int = Field(0, ge=0, le=1_000_000_000)


class DeletedOut(Schema):
    deleted: bool
    session_id: UUID
    logs_saved: bool


class PurchaseOut(Schema):
    room_id: UUID
    item_name: str
    quantity: int
    selected_seller: str
    final_price_per_unit: float
    total_cost: float
    negotiation_rounds: int
    duration_seconds: float
    reason: str
    explanation: str
    savings_against_ask: float
    savings_against_limit: float
    competitive_price: float | None
    best_possible_price: float | None
    buyer_share: float | None
    competitive_share: float | None
    was_best_seller: bool | None


class FailedItemOut(Schema):
    room_id: UUID
    item_name: str
    reason: str
    explanation: str


class CostSummaryOut(Schema):
    total_spent: float
    items_purchased: int
    average_savings_per_item: float
    savings_against_ask: float
    savings_against_limit: float
    currency: str


class MetricsOut(Schema):
    average_rounds: float
    average_duration_seconds: float
    total_messages_exchanged: int
    total_tokens: int
    llm_calls: int
    llm_cost: float
    llm_seconds: float


class SummaryOut(Schema):
    session_id: UUID
    buyer_name: str
    total_items_requested: int
    completed_purchases: int
    failed_purchases: int
    open_rooms: int
    purchases: list[PurchaseOut]
    failed_items: list[FailedItemOut]
    total_cost_summary: CostSummaryOut
    negotiation_metrics: MetricsOut


def _require_distinct(item_ids: list[str]) -> None:
    seen: set[str] = set()
    for item_id in item_ids:
        if item_id in seen:
            raise ValueError(f"has the item {item_id!r} twice")
        seen.add(item_id)
