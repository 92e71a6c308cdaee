"""Which sellers can serve an item, and a reason for each that cannot which tells no private number.

Sellers are matched on what is public: stock and asking price. To leave a seller out because its floor is above the
buyer's limit would let anyone find a floor by asking often enough, and costs the buyer a competitor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from negotiation.core.preferences import BuyerLimits


class Mismatch(StrEnum):
    NO_INVENTORY = "no_inventory"
    INSUFFICIENT_QUANTITY = "insufficient_quantity"
    PRICE_MISMATCH = "price_mismatch"


# Why a room has nobody in it, in a sentence.
WHY_SKIPPED: dict[str, str] = {
    Mismatch.NO_INVENTORY: "None of the invited sellers stocks this item.",
    Mismatch.INSUFFICIENT_QUANTITY: "None of the invited sellers has enough units free.",
    Mismatch.PRICE_MISMATCH: "No seller's prices meet what the buyer may pay.",
}


@dataclass(frozen=True, slots=True)
class Stock:
    """What a seller has of the item. `known_floor` is set only where whoever asks has supplied the floor himself."""

    available: int
    ask: Decimal
    known_floor: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Matches:
    """The keys of the sellers that can serve the item, in the given order, and why each of the others cannot."""

    matched: tuple[str, ...]
    left_out: dict[str, Mismatch]

    @property
    def why_none(self) -> Mismatch | None:
        """One reason for an item nobody can serve: that of the seller who came nearest. None if somebody can."""
        if self.matched:
            return None
        nearest_first = (Mismatch.PRICE_MISMATCH, Mismatch.INSUFFICIENT_QUANTITY)
        return next((r for r in nearest_first if r in self.left_out.values()), Mismatch.NO_INVENTORY)


def match_sellers(limits: BuyerLimits, stocks: Mapping[str, Stock | None]) -> Matches:
    """Match each seller on its own; if it is known that no floor is within the limit, nobody is matched."""
    left_out = {key: reason for key, stock in stocks.items() if (reason := _mismatch(limits, stock)) is not None}
    matched = tuple(key for key in stocks if key not in left_out)
    if all(_is_known_to_be_hopeless(limits, stocks[key]) for key in matched):
        return Matches((), {**left_out, **dict.fromkeys(matched, Mismatch.PRICE_MISMATCH)})
    return Matches(matched, left_out)


def _mismatch(limits: BuyerLimits, stock: Stock | None) -> Mismatch | None:
    if stock is None:
        return Mismatch.NO_INVENTORY
    if stock.available < limits.quantity:
        return Mismatch.INSUFFICIENT_QUANTITY
    return Mismatch.PRICE_MISMATCH if stock.ask < limits.minimum else None


def _is_known_to_be_hopeless(limits: BuyerLimits, stock: Stock | None) -> bool:
    return stock is not None and stock.known_floor is not None and stock.known_floor > limits.maximum
