"""What each further term weighs for a side beside the price: parts of 1, and below 0 where less is better.

A term is worth its weight over the price's, so the price's weight has a least: else a day would be worth billions.

People write them on one line, such as "delivery days -30 %, warranty months +10 %"; the rest of 100 % is the price's.
"""

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

PRICE = "price"
TOLERANCE = Decimal("0.001")
LEAST_PRICE_WEIGHT = Decimal("0.01")
_PART = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9_ ]{0,39}?)[ :=]+(?P<sign>[-+\N{MINUS SIGN}]?) ?"
    r"(?P<number>\d{1,3}(?:\.\d{1,6})?) ?(?P<percent>%?)"
)


def weights_problem(weights: object, ranges: Mapping[str, Sequence[int]]) -> str:
    """What is wrong with the weights beside these ranges; empty if nothing is, as where there are none."""
    if not isinstance(weights, Mapping):
        return "must be an object with a number for each term"
    for name, weight in weights.items():
        if name != PRICE and name not in ranges:
            return f"{name} is not among allowed_terms"
        if isinstance(weight, bool) or not isinstance(weight, (int, float, Decimal)) or not math.isfinite(weight):
            return f"{name} must be a number"
        if name != PRICE and weight and ranges[name][0] == ranges[name][1]:
            return f"{name} may take one value only, so nothing can depend on it"
    exact: dict[str, Decimal] = {str(name): Decimal(str(weight)) for name, weight in weights.items()}
    if weights and exact.get(PRICE, Decimal(0)) < LEAST_PRICE_WEIGHT:
        return f"price must be among them, with a weight of at least {LEAST_PRICE_WEIGHT}"
    total = sum(map(abs, exact.values()), Decimal(0))
    if weights and abs(total - 1) > TOLERANCE:
        return f"weights must add up to 1, these add up to {float(total):g}"
    return ""


def weights_in(text: str) -> dict[str, float]:
    """As people write them; the price has what is left where it is not named. Raises ValueError in words to show."""
    weights: dict[str, Decimal] = {}
    for part in filter(None, (part.strip() for part in re.split("[,;]", text))):
        found = _PART.fullmatch(part)
        if found is None:
            raise ValueError(f"“{part}” is no term with its weight; write for example: delivery days -30 %")
        name = "_".join(found["name"].lower().split())
        if name in weights:
            raise ValueError(f"{name.replace('_', ' ')} is there twice")
        weights[name] = _weight(found)
    if weights and PRICE not in weights:
        left = Decimal(1) - sum(map(abs, weights.values()))
        if left <= 0:
            raise ValueError(f"the further terms weigh {_percent(1 - left)}, and nothing is left for the price")
        weights = {PRICE: left, **weights}
    return {name: float(weight) for name, weight in weights.items()}


def weights_text(weights: Mapping[str, float]) -> str:
    """As `weights_in` reads them, the price first."""
    others = sorted(name for name in weights if name != PRICE)
    parts = [f"{PRICE} {_percent(weights[PRICE])}"] if PRICE in weights else []
    parts += [
        f"{name.replace('_', ' ')} {'-' if weights[name] < 0 else '+'}{_percent(weights[name])}" for name in others
    ]
    return ", ".join(parts)


def weights_words(weights: Mapping[str, float]) -> str:
    """In words, such as "price 70 %, delivery days 30 % (less is better)"; terms that weigh nothing are left out."""
    return ", ".join(
        f"{name.replace('_', ' ')} {_percent(weight)}{'' if name == PRICE else _direction(weight)}"
        for name, weight in sorted(weights.items(), key=lambda pair: (pair[0] != PRICE, pair[0]))
        if weight
    )


def _weight(found: re.Match[str]) -> Decimal:
    """A number without the sign of a percentage is a part of 1."""
    number = Decimal(found["number"])
    size = number / 100 if found["percent"] else number
    if size > 1:
        advice = "" if found["percent"] or number > 100 else f"; write {number} %"
        raise ValueError(f"“{found[0]}” is more than the whole{advice}")
    return size if found["sign"] in ("", "+") else -size


def _percent(weight: float | Decimal) -> str:
    return f"{round(abs(float(weight)) * 100, 4):g} %"


def _direction(weight: float) -> str:
    return " (less is better)" if weight < 0 else " (more is better)"
