"""What can be shown, or judged, of a reply that is still being written. Time is linear in the reply so far."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from negotiation.replies.endings import last_sentence_end
from negotiation.replies.messages import LIST_KEYS, MESSAGE_KEYS, SELLER_KEYS, Sellers, keys_alone, known_key
from negotiation.replies.objects import BALANCED, STRING, loads_strictly, plain_key
from negotiation.replies.templates import after_reasoning
from negotiation.replies.wording import Speech, may_be_said

_OPENING = re.compile(r'\{\s*+(?=")')
_KEY = re.compile(rf"({STRING})\s*+:\s*+", re.DOTALL)
_STRING = re.compile(STRING, re.DOTALL)
_SCALAR = re.compile(r"[^\s,{}\[\]\"]++")
_NEXT = re.compile(r'\s*+,\s*+(?=")')
_NEXT_OBJECT = re.compile(r"[\s,]*+(?=\{)")
_WELL_FORMED = re.compile(r'(?:[^"\\]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+', re.DOTALL)
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_decode = json.JSONDecoder(strict=False).decode


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of an object, and how much of the object stands before it; `value` may be cut off."""

    key: str
    before: str
    value: str


def complete_sentences(text_so_far: str) -> str:
    return text_so_far[: last_sentence_end(text_so_far)].rstrip()


def check_shown(text: str, speech: Speech) -> bool:
    """Whether these sentences may be seen before the whole is known: every rule but length and price said."""
    return may_be_said(text, speech)


def message_so_far(raw: str) -> str:
    """The words in the first object of the reply, as far as they are written; empty before they begin."""
    field = _message_field(raw)
    return "" if field is None else _decoded(field.value)


def messages_so_far(raw: str, sellers: Sellers) -> dict[str, str]:
    """The words for each key, as far as they are written; those that have not begun are missing."""
    messages: dict[str, str] = {}
    for key, words in _addressed(raw, sellers):
        if words:
            messages.setdefault(key, words)
    return messages


def fields_before_message(raw: str) -> dict[str, Any] | None:
    """What the object says before its words; None until these begin. Numbers with a point come as their text."""
    field = _message_field(raw)
    if field is None:
        return None
    try:
        fields = loads_strictly(field.before.rstrip().rstrip(",") + "}", decimals=str)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def _message_field(raw: str) -> _Field | None:
    return next((field for field in _fields(raw) if plain_key(field.key) in MESSAGE_KEYS), None)


def _fields(raw: str) -> Iterator[_Field]:
    """Those of the first object, in order; the last may be cut off."""
    text = after_reasoning(raw)
    opening = _OPENING.search(text)
    place = opening.end() if opening else len(text)
    while opening and (key := _KEY.match(text, place)):
        value = _whole_value(text, key.end())
        name = _decoded(key.group(1))
        yield _Field(name, text[opening.start() : place], text[key.end() : value.end() if value else None])
        following = value and _NEXT.match(text, value.end())
        if not following:
            return
        place = following.end()


def _whole_value(text: str, place: int) -> re.Match[str] | None:
    return _STRING.match(text, place) or BALANCED.match(text, place) or _SCALAR.match(text, place)


def _decoded(literal: str) -> str:
    """The text of a string literal, without an escape that is cut off or half a pair of surrogates."""
    if not literal.startswith('"'):
        return ""
    well_formed = _WELL_FORMED.match(literal, 1)
    text: str = _decode(f'"{well_formed.group()}"') if well_formed else ""
    return _HALF_PAIR.sub("", text)


def _addressed(raw: str, sellers: Sellers) -> Iterator[tuple[str, str]]:
    yield from _keyed(raw, keys_alone(sellers))
    for field in _fields(raw):
        if plain_key(field.key) in LIST_KEYS:
            yield from (_keyed if field.value.startswith("{") else _listed)(field.value, sellers)


def _keyed(raw: str, sellers: Sellers) -> Iterator[tuple[str, str]]:
    for field in _fields(raw):
        key = known_key(field.key, sellers)
        if key is not None:
            yield key, _decoded(field.value)


def _listed(raw: str, sellers: Sellers) -> Iterator[tuple[str, str]]:
    place = 1
    while following := _NEXT_OBJECT.match(raw, place):
        whole = BALANCED.match(raw, following.end())
        entry = raw[following.end() : whole.end() if whole else None]
        key = _addressee(entry, sellers)
        if key is not None:
            yield key, message_so_far(entry)
        if not whole:
            return
        place = whole.end()


def _addressee(entry: str, sellers: Sellers) -> str | None:
    names = {plain_key(name) for name in SELLER_KEYS}
    named = {known_key(_decoded(field.value), sellers) for field in _fields(entry) if plain_key(field.key) in names}
    return named.pop() if len(named) == 1 else None
