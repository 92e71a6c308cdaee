"""What calls cost, from a table that the operator writes."""

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fnmatch import fnmatchcase
from typing import Any

from llm.types import Usage

MOST_PER_MILLION = Decimal(1_000_000)

# Reads a number that is too large as one, for its entry to be named, where Decimal raises.
_ANY_NUMBER = Context(traps=[])
_MICRO = Decimal("0.000001")
_MILLION = Decimal(1_000_000)
_FREE = Decimal(0).quantize(_MICRO)


def parse_prices(text: str) -> "PriceTable":
    """Read `{"model or pattern": {"input": 0.15, "output": 0.60}}`. ValueError names the entry that is no good."""
    if not text.strip():
        return PriceTable()
    try:
        entries = json.loads(
            text,
            parse_float=_ANY_NUMBER.create_decimal,
            parse_int=_ANY_NUMBER.create_decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_refuse_repeats,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"the price table is no JSON: {error}") from error
    if not isinstance(entries, dict):
        raise ValueError("the price table must be an object of models")
    return PriceTable(tuple((pattern, _parse_price(pattern, entry)) for pattern, entry in entries.items()))


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    input: Decimal
    output: Decimal


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Models or patterns such as `meta-llama/*` and their prices; the first that matches counts."""

    entries: tuple[tuple[str, Price], ...] = ()

    def cost(self, model: str, usage: Usage) -> Decimal:
        """In US dollars: what the server says, else by the table; a model that is not in it is free."""
        if usage.cost is not None and _is_sound(usage.cost):
            return _to_micro(usage.cost)
        price = next((price for pattern, price in self.entries if fnmatchcase(model, pattern)), None)
        if price is None:
            return _FREE
        return _to_micro((usage.input_tokens * price.input + usage.output_tokens * price.output) / _MILLION)


def _is_sound(dollars: Decimal) -> bool:
    return dollars.is_finite() and 0 <= dollars <= MOST_PER_MILLION


def _to_micro(dollars: Decimal) -> Decimal:
    return dollars.quantize(_MICRO, rounding=ROUND_HALF_UP)


def _parse_price(pattern: str, entry: Any) -> Price:
    if not pattern or pattern != pattern.strip():
        raise ValueError(f"the price table names a model {pattern!r}")
    if not isinstance(entry, dict) or entry.keys() != {"input", "output"}:
        raise ValueError(f"the price of {pattern!r} must have exactly the keys input and output")
    return Price(_parse_dollars(pattern, "input", entry["input"]), _parse_dollars(pattern, "output", entry["output"]))


def _parse_dollars(pattern: str, key: str, value: Any) -> Decimal:
    if not isinstance(value, Decimal) or not _is_sound(value):
        raise ValueError(f"the {key} price of {pattern!r} must be a number from 0 to {MOST_PER_MILLION}, not {value!r}")
    return value


def _refuse_constant(name: str) -> Decimal:
    raise ValueError(f"the price table has {name} where a price should be")


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entry = dict(pairs)
    if len(entry) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the price table has {next(n for n in names if names.count(n) > 1)!r} more than once")
    return entry
