"""The value of English number words, in whichever way they can be read: "three ninety-one" is 391 and 3.91."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from math import prod

from negotiation.replies.characters import is_plain

SEPARATOR = r"[\W_]{0,4}"

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_POWERS = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
_ORDINALS = (
    "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
    *(f"{word}th" for word in _ONES[13:]),
)  # fmt: skip
_ORDINAL_TENS = tuple(f"{word.removesuffix('y')}ieth" for word in _TENS)
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "dozen": Decimal(12)}
_ZEROS = {"nil", "nought", "naught", "oh", "o"}
_POINTS = {"point", "dot", "comma", "decimal"}

_VALUES: dict[str, Decimal] = {
    **{word: Decimal(value) for value, word in enumerate(_ONES)},
    **{word: Decimal(10 * value) for value, word in enumerate(_TENS, 2)},
    **{word: Decimal(value) for value, word in enumerate(_ORDINALS, 4)},
    **{word: Decimal(10 * value) for value, word in enumerate(_ORDINAL_TENS, 2)},
    **{word + plural: Decimal(value) for word, value in _POWERS.items() for plural in ("", "s", "th")},
    **_PARTS,
    "dozens": Decimal(12),
    "forteen": Decimal(14),
    "fourty": Decimal(40),
    "nil": Decimal(0),
    "nought": Decimal(0),
    "naught": Decimal(0),
}
# Numbers only after another number: one may do things by halves and live in close quarters.
_FRACTIONS: dict[str, Decimal] = {
    "halves": _PARTS["half"],
    "quarters": _PARTS["quarter"],
    "thirds": Decimal(1) / 3,
    **{f"{word}s": Decimal(1) / value for value, word in enumerate(_ORDINALS, 4)},
    **{f"{word}s": Decimal(1) / (10 * value) for value, word in enumerate(_ORDINAL_TENS, 2)},
    **{f"{word}ths": Decimal(1) / value for word, value in _POWERS.items()},
}
_WORD = "|".join(sorted(_VALUES, key=len, reverse=True))
_FRACTION = "|".join(sorted(_FRACTIONS, key=len, reverse=True))
_JOINER = rf"(?:(?:and|{'|'.join(_POINTS)}|oh|o|a){SEPARATOR}){{0,3}}"
# Words are given back one by one, since "nine tenths" does not end where "nine ten" would.
CARDINAL = re.compile(
    rf"(?<![a-z])(?=[zotfsenbhmdq])(?:{_WORD})(?>{SEPARATOR}{_JOINER}(?:{_WORD}))*(?:{SEPARATOR}(?:{_FRACTION}))?"
    r"(?![a-z])",
    re.IGNORECASE,
)
# "in the low thirties" names no amount, but tells one.
DECADE = re.compile(rf"(?<![a-z])(?:{'|'.join(word.removesuffix('y') for word in _TENS)})ies(?![a-z])", re.IGNORECASE)
# Each number word has one of these in it.
_STEMS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nin", "ten", "eleven", "twel", "thirt", "fift",
    "twent", "fort", "hundred", "thousand", "illion", "half", "quarter", "dozen", "zero", "nil", "nought", "naught",
)  # fmt: skip
_PIECE = re.compile(rf"{_FRACTION}|{_WORD}|{'|'.join(_POINTS)}|oh|o(?![a-z])", re.IGNORECASE)

# What may go on from what, within one number.
_GOES_ON = {
    "unit": {"power"},
    "teen": {"power"},
    "ten": {"unit", "power"},
    "power": {"unit", "teen", "ten", "power"},
    "alone": set[str](),
}


def names_cardinal(text: str) -> bool:
    """Whether CARDINAL or DECADE may find something, told without their slow search; never false if one does."""
    small = text.lower()
    return not is_plain(text) or any(stem in small for stem in _STEMS)


def cardinal_readings(phrase: str) -> frozenset[Decimal]:
    """Every amount that the phrase may stand for. A phrase with several numbers has no reading as one of them alone."""
    words = [word.lower() for word in _PIECE.findall(phrase)]
    if words[-1:] and words[-1] in _FRACTIONS:
        return frozenset({_with_fraction(words[:-1], _FRACTIONS[words[-1]])})
    whole, fraction = _parted(words)
    numbers = _numbers(whole)
    spelled = "".join(numbers)
    readings = {Decimal(spelled)} if spelled else set()
    if fraction:
        readings = {Decimal(f"{spelled or 0}.{''.join(_numbers(fraction))}")}
    elif len(numbers) > 1:
        readings.add(Decimal(f"{''.join(numbers[:-1])}.{numbers[-1].rjust(2, '0')}"))
    parts = [_VALUES[word] for word in words if word in _PARTS]
    if parts:
        readings = {prod(parts, start=Decimal(1)), sum((_VALUES.get(word, Decimal(0)) for word in words), Decimal(0))}
    return frozenset(readings)


def _with_fraction(words: Sequence[str], fraction: Decimal) -> Decimal:
    """Two and three quarters are 2.75."""
    *whole, count = _numbers([word for word in words if word not in _POINTS])
    return Decimal("".join(whole) or 0) + Decimal(count) * fraction


def _parted(words: Sequence[str]) -> tuple[list[str], list[str]]:
    place = next((place for place, word in enumerate(words) if word in _POINTS), None)
    if place is None:
        return list(words), []
    return list(words[:place]), [word for word in words[place:] if word not in _POINTS]


def _numbers(words: Sequence[str]) -> list[str]:
    """The digits of each complete number: those of "three ninety one" are 3 and 91."""
    groups: list[list[str]] = [[word] for word in words[:1]]
    for before, word in pairwise(words):
        if _kind(word) in _GOES_ON[_kind(before)]:
            groups[-1].append(word)
        else:
            groups.append([word])
    return [_digits(group) for group in groups]


def _digits(words: Sequence[str]) -> str:
    total = current = Decimal(0)
    for word in words:
        value = Decimal(0) if word in _ZEROS else _VALUES[word]
        if _kind(word) != "power":
            current += value
        elif value == 100:
            current = (current or 1) * value
        else:
            total, current = total + (current or 1) * value, Decimal(0)
    return f"{total + current:f}".replace(".", "")


def _kind(word: str) -> str:
    value = Decimal(0) if word in _ZEROS else _VALUES[word]
    if word in _PARTS or value == 0:
        return "alone"
    if value >= 100:
        return "power"
    if value >= 20:
        return "ten"
    return "teen" if value >= 10 else "unit"
