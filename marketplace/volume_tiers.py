"""Volume tiers: a seller's asking price and floor from so many units on."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

MOST_TIERS = 10
MOST_MONEY = 10**12


class Prices(NamedTuple):
    """What a seller asks and the least it takes, for each unit."""

    selling: Decimal
    least: Decimal


def prices_at(quantity: int, base: Prices, tiers: Sequence[Mapping[str, Any]]) -> Prices:
    """Those of the highest tier that the quantity reaches. Tiers stand in the order of their quantities."""
    reached = [tier for tier in tiers if quantity >= tier["min_quantity"]]
    if not reached:
        return base
    return Prices(Decimal(str(reached[-1]["selling_price"])), Decimal(str(reached[-1]["least_price"])))


def tiers_problem(tiers: Any, cost: Decimal, base: Prices) -> str:
    """What is wrong with the tiers beside the price of a single unit; empty if nothing is."""
    if not isinstance(tiers, list) or len(tiers) > MOST_TIERS:
        return f"must be a list of at most {MOST_TIERS} tiers"
    before, from_quantity = base, 1
    for place, tier in enumerate(tiers, 1):
        read = _read(tier)
        if read is None:
            return f"tier {place} must have a whole min_quantity, a selling_price and a least_price in whole cents"
        quantity, prices = read
        if quantity <= from_quantity:
            return f"tier {place}: min_quantity must be above {from_quantity}"
        if not cost < prices.least < prices.selling:
            return f"tier {place}: cost_price, least_price and selling_price must each be above the one before"
        if prices.selling > before.selling or prices.least > before.least:
            return f"tier {place}: more units must not cost more"
        before, from_quantity = prices, quantity
    return ""


def _read(tier: Any) -> tuple[int, Prices] | None:
    if not isinstance(tier, Mapping) or set(tier) != {"min_quantity", "selling_price", "least_price"}:
        return None
    quantity, selling, least = tier["min_quantity"], _money(tier["selling_price"]), _money(tier["least_price"])
    if not isinstance(quantity, int) or isinstance(quantity, bool) or selling is None or least is None:
        return None
    return quantity, Prices(selling, least)


def _money(value: Any) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= MOST_MONEY:
        return None
    return amount if amount == amount.quantize(Decimal("0.01")) else None
