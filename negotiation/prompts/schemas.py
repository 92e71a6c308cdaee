"""The JSON Schemas of the four replies. Properties come in the order in which they are to be written.

They keep to what servers enforce while they decode: every property required and none besides, strings bounded.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from llm.types import Schema

LONGEST_MESSAGE = 240


def messages_schema(keys: Sequence[str]) -> Schema:
    """One message for each of the buyer's threads, which `keys` name."""
    message = _object({"to": _one_of(keys), "message": _WORDS})
    return Schema("messages", _object({"messages": _list(message, least=len(keys), most=len(keys))}))


def seller_choice_schema() -> Schema:
    """To leave is no choice: that is the strategy's to decide, on either side."""
    return Schema(
        "seller_choice",
        _object(
            {
                "action": _one_of(("offer", "accept")),
                "price": _NUMBER,
                "quantity": {"type": "integer"},
                "message": _WORDS,
            }
        ),
    )


def buyer_choice_schema(keys: Sequence[str]) -> Schema:
    """`to` is null unless an offer is taken; then `bids` may be empty."""
    bid = _object({"to": _one_of(keys), "price": _NUMBER, "message": _WORDS})
    return Schema(
        "buyer_choice",
        _object(
            {
                "decision": _one_of(("go_on", "award")),
                "to": {"type": ["string", "null"], "enum": [*keys, None]},
                "bids": _list(bid, least=0, most=len(keys)),
            }
        ),
    )


_WORDS = {"type": "string", "maxLength": LONGEST_MESSAGE}
_NUMBER = {"type": "number"}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _one_of(values: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _list(items: Mapping[str, Any], *, least: int, most: int) -> dict[str, Any]:
    return {"type": "array", "items": dict(items), "minItems": least, "maxItems": most}


MESSAGE = Schema("message", _object({"message": _WORDS}))
