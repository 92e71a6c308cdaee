"""Finds the JSON objects in a reply, whatever prose or fences stand around them.

An object that is not closed ends the search: nothing inside a reply that was cut off counts. Time is linear.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from negotiation.replies.flaws import Flaw, Unusable

# No reply that is meant for us is longer, deeper, or the hundredth of its kind.
LONGEST_OBJECT = 65_536
DEEPEST = 8
MOST_OBJECTS = 50
LONGEST_NUMBER = 40
# What is longer is no name of ours, and not worth remembering.
LONGEST_NAME = 40

# A whole string, and a whole object or array as far as brackets tell; both read on where strings do not end.
STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_OPENING = re.compile(r'\{\s*+"')
_TRAILING_COMMA = re.compile(rf"({STRING})|,(?=\s*+[}}\]])", re.DOTALL)
_REASONING_ENDS, _REASONING_BEGINS = "</think>", "<think>"


def first_object(text: str, wanted: Collection[str]) -> dict[str, Any]:
    """The first that has one of the wanted keys. Raises Unusable if there is none."""
    for found in objects_in(text, wanted):
        return found
    raise no_object()


def no_object() -> Unusable:
    return Unusable(Flaw.NO_OBJECT, "reply with exactly one JSON object, complete and without any other text")


def objects_in(text: str, wanted: Collection[str]) -> Iterator[dict[str, Any]]:
    """Those with one of the wanted keys, however the keys are cased and joined; or what such an object is wrapped in.

    Numbers with a point are Decimals. One comma too many before a closing bracket is forgiven, nothing else is.
    """
    text = after_reasoning(text)
    names = {plain_key(key) for key in wanted}
    place = 0
    for _ in range(MOST_OBJECTS):
        opening = _OPENING.search(text, place)
        balanced = opening and BALANCED.match(text, opening.start(), opening.start() + LONGEST_OBJECT)
        if not balanced:
            return
        place = balanced.end()
        found = _parse(balanced.group())
        if found is not None:
            yield from _having(found, names)


def plain_key(key: str) -> str:
    """The key without case and joints: unitPrice, unit_price and "Unit price" are one."""
    return _plain_key(key) if len(key) <= LONGEST_NAME else _plain_key.__wrapped__(key)


@lru_cache(maxsize=1024)
def _plain_key(key: str) -> str:
    """Remembered, for the same few names are compared again and again."""
    return "".join(filter(str.isalnum, key)).lower()


def after_reasoning(text: str) -> str:
    """What follows a closed block of reasoning; what stands before one that is not closed."""
    return text.rpartition(_REASONING_ENDS)[2].partition(_REASONING_BEGINS)[0]


def loads_strictly(text: str, *, decimals: type[Decimal] | type[str] = Decimal) -> Any:
    """As JSON, but raw line breaks in strings are taken. Raises ValueError, also on NaN and on contradictory keys."""
    return (_STRICT if decimals is Decimal else _STRICT_WITH_TEXTS).decode(text)


def _nested(depth: int) -> str:
    """Which bracket closes which is left to the parser; here only the number of open ones counts."""
    inner = rf'[^{{}}\[\]"]++|{STRING}'
    if depth:
        inner += f"|{_nested(depth - 1)}"
    return rf"[{{\[](?:{inner})*+[}}\]]"


BALANCED = re.compile(_nested(DEEPEST), re.DOTALL)


def _parse(text: str) -> dict[str, Any] | None:
    for attempt in (text, _TRAILING_COMMA.sub(lambda match: match.group(1) or "", text)):
        try:
            found = loads_strictly(attempt)
        except ValueError:
            continue
        return found if isinstance(found, dict) else None
    return None


def _having(found: dict[str, Any], names: Collection[str]) -> Iterator[dict[str, Any]]:
    if _has(found, names):
        yield found
    elif len(found) == 1:
        (wrapped,) = found.values()
        if isinstance(wrapped, dict) and _has(wrapped, names):
            yield wrapped


def _has(found: dict[str, Any], names: Collection[str]) -> bool:
    return any(plain_key(key) in names for key in found)


def _whole(literal: str) -> int:
    return int(_number(literal))


def _decimal(literal: str) -> Decimal:
    return Decimal(_number(literal))


def _number(literal: str) -> str:
    if len(literal) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return literal


def _refuse_constant(literal: str) -> None:
    raise ValueError(f"{literal} is not JSON")


def _without_contradiction(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found and found[key] != value:
            raise ValueError("a key is given twice")
        found[key] = value
    return found


def _strict(read_decimal: Callable[[str], Decimal | str]) -> json.JSONDecoder:
    return json.JSONDecoder(
        strict=False,
        parse_int=_whole,
        parse_float=read_decimal,
        parse_constant=_refuse_constant,
        object_pairs_hook=_without_contradiction,
    )


_STRICT, _STRICT_WITH_TEXTS = _strict(_decimal), _strict(_number)
