"""Further terms as they are kept: each name with the lowest and the highest value that a side agrees to."""

import re
from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError

from negotiation.core.preferences import Range

# What an offer has anyway, and no further term may be called.
OF_EVERY_OFFER = ("price", "quantity")
MOST_TERMS = 10
HIGHEST = 100_000
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def validate_ranges(value: object) -> None:
    """A Django validator: an object of names with two whole numbers each, the lower first."""
    problem = ranges_problem(value)
    if problem:
        raise ValidationError(problem)


def ranges_problem(value: object) -> str:
    """What is wrong with the ranges; empty if nothing is."""
    if not isinstance(value, Mapping) or len(value) > MOST_TERMS:
        return f"must be an object of at most {MOST_TERMS} terms"
    for name, bounds in value.items():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            return "the name of a term is made of small letters, digits and underscores"
        if name in OF_EVERY_OFFER:
            return f"{name} is part of every offer and no further term"
        if not isinstance(bounds, (list, tuple)) or len(bounds) != 2 or not all(map(is_term_value, bounds)):
            return f"{name} must be two whole numbers from 0 to {HIGHEST}"
        if bounds[0] > bounds[1]:
            return f"{name}: the lower number comes first"
    return ""


def is_term_value(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HIGHEST


def ranges_of(
    kept: Mapping[str, list[int]], weights: Mapping[str, float] | None = None, span: Decimal = Decimal(0)
) -> tuple[Range, ...]:
    """`span` is what the side's unit price may move by: a term's weight, over the price's, is a part of it."""
    parts = weights or {}
    return tuple(
        Range(name, low, high, _worth(parts, name, high - low, span)) for name, (low, high) in sorted(kept.items())
    )


def buyers_span(minimum: Decimal, maximum: Decimal) -> Decimal:
    """Between which unit prices a buyer bargains: from its minimum, or half its limit, to its limit."""
    return maximum - (minimum or maximum / 2)


def _worth(weights: Mapping[str, float], name: str, width: int, span: Decimal) -> Decimal:
    """What one step of the term is worth in money for each unit; 0 where nothing is said of it."""
    weight, price = Decimal(str(weights.get(name, 0))), Decimal(str(weights.get("price", 0)))
    return weight / price * span / width if weight and price and width else Decimal(0)
