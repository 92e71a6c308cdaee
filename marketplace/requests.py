"""What is asked for when a session is set up: already validated values, whoever asked (API, form, demo, terminal)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from llm.purse import Budget
from marketplace.particulars import NOTHING_TOLD, Particulars
from marketplace.volume_tiers import Prices, prices_at
from negotiation.core.preferences import Policy, Priority, Style, Temperament, Toughness


@dataclass(frozen=True, slots=True)
class ItemRequest:
    item_id: str
    item_name: str
    quantity_needed: int
    min_price_per_unit: Decimal
    max_price_per_unit: Decimal
    target_price: Decimal | None = None
    approve_above: Decimal | None = None
    approve_below_min: bool = True
    allowed_terms: Mapping[str, list[int]] = field(default_factory=dict)
    term_weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StockRequest:
    item_id: str
    item_name: str
    quantity_available: int
    cost_price: Decimal
    selling_price: Decimal
    least_price: Decimal
    allowed_terms: Mapping[str, list[int]] = field(default_factory=dict)
    term_weights: Mapping[str, float] = field(default_factory=dict)
    volume_tiers: Sequence[Mapping[str, Any]] = ()

    def prices_for(self, quantity: int) -> Prices:
        return prices_at(quantity, Prices(self.selling_price, self.least_price), self.volume_tiers)


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
    particulars: Particulars = NOTHING_TOLD
    temperament: Temperament = Temperament.BALANCED
    toughness: Toughness = Toughness.FAIR
    bundle_percent: int = 0


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
    seat_hours: float | None = None
    on_timeout: str = ""
    approve_above: Decimal | None = None
    model: ModelRequest = ModelRequest()
    buyer_particulars: Particulars = NOTHING_TOLD
    buyer_temperament: Temperament = Temperament.BALANCED
    buyer_policy: Policy = Policy.DEAL_FIRST
