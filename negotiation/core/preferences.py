"""What each side keeps to itself: its limits and what it gains from a deal."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from negotiation.core.terms import Terms


class Priority(StrEnum):
    MAXIMIZE_PROFIT = "maximize_profit"
    CUSTOMER_RETENTION = "customer_retention"


class Style(StrEnum):
    RUDE = "rude"
    NEUTRAL = "neutral"
    VERY_SWEET = "very_sweet"


@dataclass(frozen=True, slots=True)
class BuyerLimits:
    """The buyer's mandate for one item; `maximum` is its reservation price."""

    minimum: Decimal
    maximum: Decimal
    quantity: int

    def permit(self, terms: Terms) -> bool:
        return self.minimum <= terms.unit_price <= self.maximum and terms.quantity <= self.quantity

    def surplus(self, terms: Terms) -> Decimal:
        """What the deal saves against the reservation price, over all units."""
        return (self.maximum - terms.unit_price) * terms.quantity


@dataclass(frozen=True, slots=True)
class SellerLimits:
    """One seller's cost, floor (its reservation price), public asking price and units in stock."""

    cost: Decimal
    floor: Decimal
    ask: Decimal
    stock: int
    priority: Priority = Priority.MAXIMIZE_PROFIT

    def permit(self, terms: Terms) -> bool:
        return self.floor <= terms.unit_price <= self.ask and terms.quantity <= self.stock

    def surplus(self, terms: Terms) -> Decimal:
        """What the deal earns above the floor, over all units."""
        return (terms.unit_price - self.floor) * terms.quantity
