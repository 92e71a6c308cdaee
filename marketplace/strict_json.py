"""JSON as its standard has it, where Python's own reader is more generous than is good for us."""

import json
from decimal import Decimal
from typing import Any


def read_object(text: str) -> dict[str, Any]:
    """Numbers are exact and finite, each name stands once. Raises ValueError, also where it nests too deep."""
    try:
        found = json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_with_distinct_names
        )
    except RecursionError as error:
        raise ValueError("the JSON nests too deep") from error
    if not isinstance(found, dict):
        raise ValueError("the body must be a JSON object")
    return found


def _with_distinct_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values for one name, another reader in front of us may have looked at the other one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one JSON object")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
