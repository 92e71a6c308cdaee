"""Finds names in folded text: those whose digits are no numbers, and those that may not be said."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from negotiation.replies.cardinals import CARDINAL
from negotiation.replies.characters import MASK_SIGN, fold, is_plain, squeeze

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


@dataclass(frozen=True, slots=True)
class _Part:
    """A pattern, and the words in ASCII that stand, in small letters, in whatever plain text it matches."""

    pattern: str
    needs: tuple[str, ...]


def mask_names(folded: str, names: Sequence[str]) -> str:
    """The text without the names, and without those parts of them that have a number and one more word.

    A number of a name that stands alone stays: of "HP 15 Laptop" go "HP 15" and "15 Laptop", but not "15".
    """
    return _mask(folded, (part for name in names for part in _parts_of(name)))


def names_somebody(folded: str, forbidden: Sequence[str], allowed: Sequence[str]) -> bool:
    """Whether one of the forbidden names is said, however it is cased, joined or spaced, outside the allowed ones."""
    if not forbidden:
        return False
    masked = _mask(folded, (part for name in allowed for part in _whole(name)))
    squeezed = squeeze(masked)
    return any(
        (not is_plain(masked) or any(letters in squeezed for letters in _letters_of(name)))
        and _loose(name).search(masked) is not None
        for name in forbidden
    )


def _mask(folded: str, parts: Iterable[_Part]) -> str:
    """Names differ from room to room, and to compile a pattern takes longer than all else: so only what may match."""
    small = folded.lower() if is_plain(folded) else None
    patterns = {part.pattern for part in parts if small is None or all(need in small for need in part.needs)}
    if not patterns:
        return folded
    return _alternatives(tuple(sorted(patterns, key=len, reverse=True))).sub(MASK, folded)


@lru_cache(maxsize=4096)
def _parts_of(name: str) -> tuple[_Part, ...]:
    return tuple({part.pattern: part for part in _numbered_parts(fold(name))}.values())


@lru_cache(maxsize=4096)
def _whole(name: str) -> tuple[_Part, ...]:
    tokens = _TOKEN.findall(fold(name))
    return (_joined(tokens),) if tokens else ()


@lru_cache(maxsize=4096)
def _letters_of(name: str) -> tuple[str, ...]:
    """What the name's variants leave of a plain text that is squeezed; of other alphabets nothing is asked."""
    squeezed = (squeeze(variant) for variant in _variants(fold(name)))
    return tuple(letters if letters.isascii() else "" for letters in squeezed if letters)


@lru_cache(maxsize=4096)
def _loose(name: str) -> re.Pattern[str]:
    patterns = {_loosely(variant) for variant in _variants(fold(name))}
    return re.compile("|".join(sorted(patterns)), re.IGNORECASE)


@lru_cache(maxsize=4096)
def _alternatives(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(patterns)})", re.IGNORECASE)


def _numbered_parts(name: str) -> Iterator[_Part]:
    """The whole name, its words of letters and digits, and its runs of words with a number in them."""
    words = _WORD.findall(name)[:_MOST_TOKENS]
    if tokens := _TOKEN.findall(name):
        yield _joined(tokens)
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


def _joined(tokens: Sequence[str]) -> _Part:
    """Matches the tokens in order with anything but words between, or nothing; only where they are whole words."""
    pattern = rf"{_JOINT.join(map(re.escape, tokens))}(?![^\W_]|[.,][0-9])"
    return _Part(pattern, tuple(token.lower() for token in tokens if token.isascii()))


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
