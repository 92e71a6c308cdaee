"""What others wrote, made harmless before it enters a prompt, and the block of JSON that carries it there.

No text that passes here can close its string or the block, or look like a mark that chat templates obey.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from negotiation.core.vocabulary import Party
from negotiation.prompts.briefs import Line

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NAME_LENGTH, ITEM_LENGTH, CURRENCY_LENGTH = 60, 110, 10
SAID_LENGTH, DRAFT_LENGTH = 500, 240
MOST_QUESTIONS = 3
BYTES_PER_CHARACTER = 2
BYTES_PER_TOKEN = 4
# What JSON puts around a line of talk.
BYTES_AROUND = 60
# Only so much is read of a text, however much of it may turn out to be invisible.
READ_PER_KEPT = 8
# Nobody sees them, though their categories are those of visible characters.
INVISIBLE_LETTERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# With neither quotes nor backslashes in them, strings need no escapes: each quote in a block is one of ours.
REPLACED = str.maketrans({
    "<": "(", ">": ")", "{": "(", "}": ")", "[": "(", "]": ")", "◁": "(", "▷": ")",
    "`": "'", "|": "/", "\\": "/", '"': "”", "▁": "_",
})  # fmt: skip
ROLE = re.compile(
    r"\b(system|developer|assistant|user|human|model|tool|function|ai|bot|instructions?|input|output|response)\s?:",
    re.IGNORECASE,
)
DOUBLED = re.compile(r"([#=~*_\-()'/])\1+")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A line of the talk as the prompt shows it."""

    who: str
    said: str
    price: str | None = None


def tame(text: str, most: int) -> str:
    """One line of at most `most` characters and twice as many bytes, without invisible characters and marks of control.

    To normalise it once more (NFKC) changes nothing, so no mark can come back later.
    """
    return _tame(text[: READ_PER_KEPT * most], most)


@lru_cache(maxsize=2048)
def _tame(text: str, most: int) -> str:
    """Remembered, since each prompt of a room quotes nearly the same talk as the one before."""
    plain = unicodedata.normalize("NFKC", _visible(text))
    line = " ".join(plain.translate(REPLACED).split())
    return _cut(DOUBLED.sub(r"\1", ROLE.sub(r"\1 -", line)), most)


def speaker(by: Party, me: Party) -> str:
    return "you" if by is me else "other side"


def quote_talk(talk: Sequence[Line], me: Party, tokens: int) -> tuple[Quotation, ...]:
    """The newest lines that fit into so many tokens, oldest first. The newest is kept whatever its size."""
    kept: list[Quotation] = []
    left = tokens * BYTES_PER_TOKEN
    for line in reversed(talk):
        quotation, size = _quoted(line, me)
        left -= size
        if left < 0 and kept:
            break
        kept.append(quotation)
    return tuple(reversed(kept))


@lru_cache(maxsize=2048)
def _quoted(line: Line, me: Party) -> tuple[Quotation, int]:
    """With its size in bytes. Remembered like what is tamed."""
    quotation = Quotation(speaker(line.by, me), tame(line.text, SAID_LENGTH), _spoken(line.price))
    return quotation, len(quotation.said.encode()) + BYTES_AROUND


def quote_questions(questions: Sequence[str]) -> tuple[str, ...] | None:
    """The newest few, oldest first; None if there are none."""
    return tuple(tame(question, SAID_LENGTH) for question in questions[-MOST_QUESTIONS:]) or None


def spoken(amount: Decimal) -> str:
    """As template words say it: 1,234.50."""
    return f"{amount:,.2f}"


def fenced(facts: "DataclassInstance") -> str:
    """A code block with one JSON object, a field or a row of a table to a line; what is None is left out."""
    lines = ",\n".join([f'"{name}": {_laid_out(value)}' for name, value in _told(facts)])
    return f"```json\n{{\n{lines}\n}}\n```"


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if c.isspace() else c for c in text if c.isspace() or not _is_invisible(c))


def _is_invisible(character: str) -> bool:
    return character in INVISIBLE_LETTERS or unicodedata.category(character) in INVISIBLE_CATEGORIES


def _cut(line: str, most: int) -> str:
    if len(line) <= most and len(line.encode()) <= BYTES_PER_CHARACTER * most:
        return line
    kept = line[: most - 3].encode()[: BYTES_PER_CHARACTER * most - 3]
    return kept.decode(errors="ignore").rstrip() + "..."


def _spoken(amount: Decimal | None) -> str | None:
    return None if amount is None else spoken(amount)


def _told(facts: "DataclassInstance") -> list[tuple[str, object]]:
    """By field; `asdict` would copy every text besides."""
    values = [(name, getattr(facts, name)) for name in _names_of(type(facts))]
    return [(name, value) for name, value in values if value is not None]


@cache
def _names_of(kind: "type[DataclassInstance]") -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _laid_out(value: object) -> str:
    if isinstance(value, tuple) and any(is_dataclass(row) for row in value):
        return "[\n" + ",\n".join(map(_to_json, value)) + "\n]"
    return _to_json(value)


def _to_json(value: object) -> str:
    """As the library writes it, but that rows which were written before are not written again."""
    if isinstance(value, str):
        return _encode(value)
    if isinstance(value, Quotation):
        return _row(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_to_json, value))}]"
    if is_dataclass(value) and not isinstance(value, type):
        return _object(value)
    return str(value) if type(value) is int else _encode(value)


# Made once: `json.dumps` would make one for each value.
_encode = json.JSONEncoder(ensure_ascii=False).encode


@lru_cache(maxsize=4096)
def _row(quotation: Quotation) -> str:
    return _object(quotation)


def _object(facts: "DataclassInstance") -> str:
    fields_written = [f'"{name}": {_to_json(value)}' for name, value in _told(facts)]
    return f"{{{', '.join(fields_written)}}}"
