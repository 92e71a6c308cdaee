"""Finds the JSON objects in a reply, whatever prose or fences stand around them.

An object that is not closed ends the search: nothing inside a reply that was cut off counts. Time is linear.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from typing import Any

from negotiation.replies.flaws import Flaw, Unusable
from negotiation.replies.relaxed import Relaxed
from negotiation.replies.templates import after_reasoning

# No reply that is meant for us is longer, deeper, or the hundredth of its kind.
LONGEST_OBJECT = 65_536
LONGEST_ALMOST_JSON = 16_384
DEEPEST = 8
MOST_OBJECTS = 50
LONGEST_NUMBER = 40
# What is longer is no name of ours, and not worth remembering.
LONGEST_NAME = 40

# A whole string, and a whole object or array as far as brackets tell; both read on where strings do not end.
STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_OPENING = re.compile(r"""\{(?=(?:\s|\\[nrt])*+(?:["'\u2018-\u201e\u300c]|[A-Za-z_][\w-]*+\s*+[:\uff1a]|//|/\*|\#))""")
_PLAIN_OPENING = re.compile(r'\{\s*+"')
_ESCAPED_OPENING, _ESCAPED = re.compile(r'\{(?:\s|\\[nrt])*+\\"'), re.compile(r'\\(n|["\\/])')
# What a server or a model may put around its answer, beside other fields; or anything that is there alone.
_WRAPPERS = {
    *("toolcalls", "toolcall", "functioncall", "function", "arguments", "parameters", "properties"),
    *("response", "result", "output", "answer", "reply", "content"),
}


def first_object(text: str, wanted: Collection[str]) -> dict[str, Any]:
    """The first that has one of the wanted keys. Raises Unusable if there is none."""
    for found in objects_in(text, wanted):
        return found
    raise no_object()


def no_object() -> Unusable:
    return Unusable(Flaw.NO_OBJECT, "reply with exactly one JSON object, complete and without any other text")


def objects_in(text: str, wanted: Collection[str]) -> Iterator[dict[str, Any]]:
    """Those with one of the wanted keys, however the keys are cased and joined; or what such an object is wrapped in.

    Numbers with a point are Decimals. What is almost JSON is read by `relaxed`.
    """
    text = _without_escapes(after_reasoning(text))
    names = {plain_key(key) for key in wanted}
    place = 0
    for _ in range(MOST_OBJECTS):
        opening = _OPENING.search(text, place)
        if opening is None:
            return
        found, end = _object_at(text, opening.start())
        if end is None:
            return
        place = end
        if found is not None:
            yield from _having(found, names, DEEPEST)


def plain_key(key: str) -> str:
    """The key without case and joints: unitPrice, unit_price and "Unit price" are one."""
    return _plain_key(key) if len(key) <= LONGEST_NAME else _plain_key.__wrapped__(key)


@lru_cache(maxsize=1024)
def _plain_key(key: str) -> str:
    """Remembered, for the same few names are compared again and again."""
    return "".join(filter(str.isalnum, key)).lower()


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


def _without_escapes(text: str) -> str:
    """An object that is written as the content of a JSON text, as itself."""
    escaped = _ESCAPED_OPENING.search(text) if '\\"' in text else None
    if not escaped or _PLAIN_OPENING.search(text):
        return text
    written = text[escaped.start() : escaped.start() + LONGEST_ALMOST_JSON]
    return _ESCAPED.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], written)


def _object_at(text: str, start: int) -> tuple[dict[str, Any] | None, int | None]:
    """The object that opens there, None if it is none; and where it ends, None if that cannot be told."""
    balanced = BALANCED.match(text, start, start + LONGEST_OBJECT)
    end = balanced.end() if balanced else None
    if balanced:
        with suppress(ValueError):
            return loads_strictly(balanced.group()), end
    reader = Relaxed(text[start : start + LONGEST_ALMOST_JSON], DEEPEST, _without_contradiction, _of_literal)
    try:
        return reader.read(), start + reader.place
    except ValueError:
        return None, end


def _of_literal(literal: str, is_whole: bool) -> int | Decimal:
    return _whole(literal) if is_whole else _decimal(literal)


def _having(found: dict[str, Any], names: Collection[str], depth: int) -> Iterator[dict[str, Any]]:
    """Itself, or the one object in what it wraps."""
    if _has(found, names):
        yield found
        return
    wrapped = [as_object(value) for key, value in found.items() if plain_key(key) in _WRAPPERS]
    if not wrapped and len(found) == 1:
        wrapped = [value for value in found.values() if isinstance(value, dict)]
    if depth and len(wrapped) == 1 and wrapped[0] is not None:
        yield from _having(wrapped[0], names, depth - 1)


def as_object(value: Any) -> dict[str, Any] | None:
    """The object that a value is, has as its text, or lists alone; None if it is none."""
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value, _ = _object_at(value.lstrip(), 0)
    return value if isinstance(value, dict) else None


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
