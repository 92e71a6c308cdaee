"""JSON as its standard has it, where Python's own reader is more generous than is good for us."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

_BLANK = re.compile(r"[ \t\r\n]*")
_LOOSE = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Element:
    """One of a list, as it is written, and the line of the whole text that it begins in."""

    line: int
    text: str


def read_object(text: str) -> dict[str, Any]:
    """As `read_value`, of an object."""
    found = read_value(text)
    if not isinstance(found, dict):
        raise ValueError("the body must be a JSON object")
    return found


def read_value(text: str) -> Any:
    """Numbers are exact and finite, each name stands once. Raises ValueError, also where it nests too deep."""
    try:
        return json.loads(
            text, parse_float=_exact, parse_constant=_refuse_constant, object_pairs_hook=_with_distinct_names
        )
    except RecursionError as error:
        raise ValueError("the JSON nests too deep") from error


def elements_of(text: str, name: str) -> list[Element] | None:
    """Those of the list of that name in an object, each to be read by itself; None if it has no such list.

    Raises ValueError for what is no JSON, or no object.
    """
    try:
        if not isinstance(_LOOSE.decode(text), dict):
            raise ValueError("the body must be a JSON object")
    except RecursionError as error:
        raise ValueError("the JSON nests too deep") from error
    lists = [begin for key, begin in _members(text) if key == name]
    if len(lists) > 1:
        raise ValueError("a name stands twice in one JSON object")
    if not lists or text[lists[0]] != "[":
        return None
    return list(_elements(text, lists[0]))


def _members(text: str) -> Iterator[tuple[str, int]]:
    """Of the object that the text is: each name, and where its value begins."""
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "}":
        name, end = _LOOSE.raw_decode(text, at)
        begin = _skip(text, _skip(text, end) + 1)
        yield name, begin
        at = _next(text, _LOOSE.raw_decode(text, begin)[1])


def _elements(text: str, begin: int) -> Iterator[Element]:
    """Of the list that begins there."""
    line, counted = 1, 0
    at = _skip(text, begin + 1)
    while text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        end = _LOOSE.raw_decode(text, at)[1]
        yield Element(line, text[at:end])
        at = _next(text, end)


def _next(text: str, end: int) -> int:
    """Where after a value the next one begins, or stands what closes them all."""
    at = _skip(text, end)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    assert blank is not None
    return blank.end()


def _with_distinct_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values for one name, another reader in front of us may have looked at the other one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one JSON object")
    return found


def _exact(number: str) -> Decimal:
    try:
        return Decimal(number)
    except InvalidOperation as error:
        raise ValueError("a number's exponent is beyond all bounds") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
