"""What is asked for when a session is set up: already validated values, whoever asked (API, form, demo, terminal)."""

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from llm.purse import Budget
from negotiation.core.preferences import Priority, Style


@dataclass(frozen=True, slots=True)
class ItemRequest:
    item_id: str
    item_name: str
    quantity_needed: int
    min_price_per_unit: Decimal
    max_price_per_unit: Decimal


@dataclass(frozen=True, slots=True)
class StockRequest:
    item_id: str
    item_name: str
    quantity_available: int
    cost_price: Decimal
    selling_price: Decimal
    least_price: Decimal


@dataclass(frozen=True, slots=True)
class SeatTuning:
    """A seat's own model and temperature; what is empty is the session's."""

    model: str = ""
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class SellerRequest:
    name: str
    priority: Priority
    speaking_style: Style
    inventory: tuple[StockRequest, ...]
    mind: str = "strategy"
    tuning: SeatTuning = SeatTuning()


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """Which model speaks where a mind uses one, and what that may cost. Empty: the installation's default."""

    provider: str = ""
    model: str = ""
    temperature: float = 0.7
    max_tokens: int = 500
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """`standing_seller_codes` invites these standing sellers, `all_standing_sellers` all active ones."""

    buyer_name: str
    items: tuple[ItemRequest, ...]
    sellers: tuple[SellerRequest, ...] = ()
    standing_seller_codes: tuple[UUID, ...] = ()
    all_standing_sellers: bool = False
    name: str = ""
    currency: str = "USD"
    max_rounds: int = 10
    seed: int | None = None
    turn_seconds: float = 0.0
    buyer_mind: str = "strategy"
    buyer_tuning: SeatTuning = SeatTuning()
    disclose_best_offer: bool = True
    model: ModelRequest = ModelRequest()
