# ruff: noqa: RUF001 - the marks and digits of other scripts are what this module is about
"""Finds every number in a text, however it is written. Which numbers may be said is decided elsewhere.

Left out: numbers in words of other languages than English and Chinese (`notations` knows them for private numbers),
and "first" to "third". One, two and three as words, a Roman CD or XL and a lone Chinese digit are found as PASSING:
they mostly count nothing, so that they matter only where they equal a private number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from negotiation.replies.cardinals import CARDINAL, DECADE, cardinal_readings, names_cardinal
from negotiation.replies.characters import fold, is_plain


class MentionKind(StrEnum):
    DIGITS = "digits"
    LOOK_ALIKE = "look_alike"
    WORDS = "words"
    ROMAN = "roman"
    HAN = "han"
    PASSING = "passing"


@dataclass(frozen=True, slots=True)
class Mention:
    """Where in the folded text it stands, and every amount it may be read as.

    None if it is too long for an amount, or a whole decade such as "the thirties".
    """

    values: frozenset[Decimal]
    start: int
    end: int
    kind: MentionKind


_LONGEST = 30
_POWERS = {"k": 3, "thousand": 3, "grand": 3, "m": 6, "mn": 6, "mio": 6, "million": 6, "bn": 9, "billion": 9}
_POWERS |= {"hundred": 2, "lakh": 5, "lakhs": 5, "crore": 7, "crores": 7, "万": 4, "萬": 4, "千": 3, "百": 2, "亿": 8}
_POWER = "|".join(sorted(_POWERS, key=len, reverse=True))
_DIGITS = re.compile(
    rf"(?P<number>[0-9]{{1,2}}(?:,[0-9]{{2}}){{1,6}},[0-9]{{3}}(?![0-9])(?:[.][0-9]+)?"
    rf"|[0-9]{{1,3}}(?P<group>[,.'_ ])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*(?![0-9])(?:[.,][0-9]+)?"
    rf"|[0-9]+(?:[.,][0-9]+)?|(?<![0-9])[.][0-9]+)(?:\s?(?P<power>{_POWER})(?![a-z])(?!(?<=m)[0-9]))?",
    re.IGNORECASE,
)
_INDIAN = re.compile(r"[0-9]{1,2},[0-9]{2},")
_LIKE_DIGITS = str.maketrans("OoQDlI|SsBZz", "000011155822")
_LOOK_ALIKE = re.compile(
    r"(?<![A-Za-z0-9])(?=[0-9.,]{0,30}[OoQDlI|SsBZz])(?=[OoQDlI|SsBZz.,]{0,30}[0-9])"
    r"[0-9OoQDlI|SsBZz]+(?:[.,][0-9OoQDlI|SsBZz]+)*(?![A-Za-z0-9])"
)
# In each of them a digit and such a letter stand side by side, or with one mark between.
_MAY_LOOK_ALIKE = re.compile(r"[0-9][.,]?[OoQDlI|SsBZz]|[OoQDlI|SsBZz][.,]?[0-9]")
_ROMAN = re.compile(
    r"(?<![A-Za-z0-9])(?=[MDCLXVI]{2})M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?![A-Za-z0-9])"
)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_NOT_ROMAN = {"CC", "CD", "CI", "CM", "CV", "DC", "DI", "DM", "LI", "MC", "MD", "MI", "MIX", "MM", "MV", "XL"}
_HAN = re.compile(
    r"[〇零一二三四五六七八九十百千万萬亿億两兩壹贰叁肆伍陆柒捌玖拾佰仟][〇零一二三四五六七八九十百千万萬亿億两兩壹贰叁肆伍陆柒捌玖拾佰仟点點]*"
)
_HAN_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_HAN_DIGITS |= {character: value for value, character in enumerate("壹贰叁肆伍陆柒捌玖", 1)}
_HAN_DIGITS |= {"〇": 0, "两": 2, "兩": 2}
_HAN_POWERS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_HAN_GROUPS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
# No number in ASCII is without one of these, but those that are words.
_MAY_COUNT = re.compile(r"[0-9]|[MDCLXVI]{2}")
_IN_PASSING = {"one", "two", "three"}
_COUNTED = re.compile(
    r"[\s-]*(?:units?|pieces?|items?|dollars?|bucks?|euros?|pounds?|cents?|usd|eur|gbp|each|grand|k|percent|per|off"
    r"|years?|months?|weeks?|days?|hours?|times|or (?:one|two|three|four))\b",
    re.IGNORECASE,
)


def numbers_in(text: str) -> tuple[Mention, ...]:
    """In order of place, without overlap; places count in `fold(text)`."""
    folded = fold(text)
    if is_plain(folded) and not (_MAY_COUNT.search(folded) or names_cardinal(folded)):
        return ()
    found = [*_look_alikes(folded), *_digits(folded), *_words(folded), *_romans(folded), *_han(folded)]
    mentions: list[Mention] = []
    for mention in sorted(found, key=lambda mention: (mention.start, -mention.end)):
        if not mentions or mention.start >= mentions[-1].end:
            mentions.append(mention)
    return tuple(mentions)


def _look_alikes(folded: str) -> Iterator[Mention]:
    if not _MAY_LOOK_ALIKE.search(folded):
        return
    for match in _LOOK_ALIKE.finditer(folded):
        yield Mention(_amounts(match.group().translate(_LIKE_DIGITS)), *match.span(), MentionKind.LOOK_ALIKE)


def _digits(folded: str) -> Iterator[Mention]:
    for match in _DIGITS.finditer(folded):
        values = _amounts(match.group("number"))
        if match.group("power"):
            power = _POWERS[match.group("power").lower()]
            values = frozenset(value.scaleb(power) for value in values)
        yield Mention(values, *match.span(), MentionKind.DIGITS)


def _amounts(number: str) -> frozenset[Decimal]:
    """A mark before three digits may group them or begin the decimals. "1,20,000" is grouped as in India."""
    if len(number) > _LONGEST:
        return frozenset()
    plain = re.sub("[ '_]", "", number)
    if _INDIAN.match(plain):
        plain = plain.replace(",", "")
    parts = re.split("[.,]", plain)
    is_one_mark = len(set(plain) & set(".,")) == 1
    readings = set[str]()
    if len(parts) == 1 or (is_one_mark and all(len(part) == 3 for part in parts[1:]) and parts[0]):
        readings.add("".join(parts))
    if len(parts) == 2 or (len(parts) > 2 and not is_one_mark):
        readings.add("".join(parts[:-1]) + "." + parts[-1])
    return frozenset(Decimal(reading) for reading in readings)


def _words(folded: str) -> Iterator[Mention]:
    if not names_cardinal(folded):
        return
    for match in CARDINAL.finditer(folded):
        passing = match.group().lower() in _IN_PASSING and not _COUNTED.match(folded, match.end())
        kind = MentionKind.PASSING if passing else MentionKind.WORDS
        yield Mention(cardinal_readings(match.group()), *match.span(), kind)
    for match in DECADE.finditer(folded):
        yield Mention(frozenset(), *match.span(), MentionKind.WORDS)


def _romans(folded: str) -> Iterator[Mention]:
    for match in _ROMAN.finditer(folded):
        kind = MentionKind.PASSING if match.group() in _NOT_ROMAN else MentionKind.ROMAN
        yield Mention(frozenset({Decimal(_roman_value(match.group()))}), *match.span(), kind)


def _roman_value(numeral: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def _han(folded: str) -> Iterator[Mention]:
    if is_plain(folded):
        return
    for match in _HAN.finditer(folded):
        numeral = match.group().rstrip("点點")
        kind = MentionKind.PASSING if len(numeral) == 1 else MentionKind.HAN
        yield Mention(_han_values(numeral), match.start(), match.start() + len(numeral), kind)


def _han_values(numeral: str) -> frozenset[Decimal]:
    if len(numeral) > _LONGEST:
        return frozenset()
    whole, _, decimals = numeral.replace("點", "点").partition("点")
    digits = "".join(str(_HAN_DIGITS[character]) for character in decimals if character in _HAN_DIGITS)
    return frozenset({Decimal(f"{_han_whole(whole)}.{digits or 0}")})


def _han_whole(numeral: str) -> int:
    if all(character in _HAN_DIGITS for character in numeral):
        return int("".join(str(_HAN_DIGITS[character]) for character in numeral) or 0)
    total = group = digit = 0
    for character in numeral:
        if character in _HAN_DIGITS:
            digit = _HAN_DIGITS[character]
        elif character in _HAN_POWERS:
            group, digit = group + (digit or 1) * _HAN_POWERS[character], 0
        else:
            total, group, digit = total + ((group + digit) or 1) * _HAN_GROUPS[character], 0, 0
    return total + group + digit
