"""Finds names in folded text: those whose digits are no numbers, and those that may not be said."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from negotiation.replies.cardinals import CARDINAL
from negotiation.replies.characters import MASK_SIGN, fold

MASK = f" {MASK_SIGN} "

_MOST_TOKENS = 24
_SHORTEST_LOOSE = 4
_TOKEN = re.compile(r"[^\W\d_]+|[0-9]+")
_WORD = re.compile(r"[^\W_]+")
_LEGAL_FORMS = re.compile(
    r"[\s,]+(?:inc|incorporated|ltd|limited|llc|llp|plc|gmbh|ag|kg|bv|nv|sa|sarl|srl|spa|oy|ab|as|pte|pty|co|corp"
    r"|corporation|company)\.?$",
    re.IGNORECASE,
)
_INNER_CAPITAL = re.compile(r"\w*[a-z][A-Z]\w*")
_NUMERAL = re.compile(r"[MDCLXVI]{1,7}")
_JOINT = r"[^a-zA-Z0-9]{0,3}"
_LOOSE = r"[\W_]{0,3}"
_NEVER = re.compile(r"(?!)")


def mask_names(folded: str, names: Sequence[str]) -> str:
    """The text without the names, and without those parts of them that have a number and one more word.

    A number of a name that stands alone stays: of "HP 15 Laptop" go "HP 15" and "15 Laptop", but not "15".
    """
    return _parts_of(tuple(names)).sub(MASK, folded)


def names_somebody(folded: str, forbidden: Sequence[str], allowed: Sequence[str]) -> bool:
    """Whether one of the forbidden names is said, however it is cased, joined or spaced, outside the allowed ones."""
    if not forbidden:
        return False
    return _any_of(tuple(forbidden)).search(_whole(tuple(allowed)).sub(MASK, folded)) is not None


@lru_cache(maxsize=512)
def _parts_of(names: tuple[str, ...]) -> re.Pattern[str]:
    parts = {part for name in names for part in _numbered_parts(fold(name))}
    return _alternatives(sorted(parts, key=len, reverse=True))


@lru_cache(maxsize=512)
def _whole(names: tuple[str, ...]) -> re.Pattern[str]:
    patterns = (_joined(_TOKEN.findall(fold(name))) for name in sorted(names, key=len, reverse=True))
    return _alternatives([pattern for pattern in patterns if pattern])


@lru_cache(maxsize=512)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    patterns = {_loosely(variant) for name in names for variant in _variants(fold(name))}
    return re.compile("|".join(sorted(patterns)) or _NEVER.pattern, re.IGNORECASE)


def _alternatives(patterns: Sequence[str]) -> re.Pattern[str]:
    if not patterns:
        return _NEVER
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(patterns)})", re.IGNORECASE)


def _numbered_parts(name: str) -> Iterator[str]:
    """Patterns for the whole name, its words of letters and digits, and its runs of words with a number in them."""
    words = _WORD.findall(name)[:_MOST_TOKENS]
    yield from filter(None, [_joined(_TOKEN.findall(name))])
    for first in range(len(words)):
        for last in range(first + 1, len(words) + 1):
            part = words[first:last]
            if _counts(part) and any(map(_has_letter, part)) and (len(part) > 1 or not CARDINAL.fullmatch(part[0])):
                yield _joined(_TOKEN.findall(" ".join(part)))


def _counts(words: Sequence[str]) -> bool:
    """Whether a number stands in the words. A lone Roman one is no name."""
    if any(character.isdigit() for word in words for character in word):
        return True
    return len(words) > 1 and any(CARDINAL.fullmatch(word) or _NUMERAL.fullmatch(word) for word in words)


def _has_letter(word: str) -> bool:
    return any(character.isalpha() for character in word)


def _joined(tokens: Sequence[str]) -> str:
    """Matches the tokens in order with anything but words between, or nothing; only where they are whole words."""
    if not tokens:
        return ""
    return rf"{_JOINT.join(map(re.escape, tokens))}(?![^\W_]|[.,][0-9])"


def _variants(name: str) -> Iterator[str]:
    """The name, without its legal form, and a part that is unmistakable by a capital within."""
    yield name
    yield _LEGAL_FORMS.sub("", name)
    yield from _INNER_CAPITAL.findall(name)


def _loosely(name: str) -> str:
    characters = [character for character in name if character.isalnum()]
    if not characters:
        return _NEVER.pattern
    if not any(character.lower() != character.upper() for character in characters):
        return _LOOSE.join(map(re.escape, characters))
    if len(characters) < _SHORTEST_LOOSE:
        return rf"(?<![^\W_])(?-i:{re.escape(''.join(characters))})(?![^\W_])"
    return rf"(?<![^\W_]){_LOOSE.join(map(re.escape, characters))}(?:s|es)?(?![^\W_])"
