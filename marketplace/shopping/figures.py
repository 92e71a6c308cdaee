"""Tells what each number in a clause of a shopping list is: how many, a price and which, or a part of a name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from itertools import pairwise

from marketplace.shopping import words
from marketplace.shopping.source import Number, Source
from negotiation.replies.characters import MASK_SIGN
from negotiation.replies.money import is_currency

AROUND = 40


class Part(Enum):
    """What a number is."""

    COUNT = "count"
    HIGHEST = "highest"
    LOWEST = "lowest"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it is; `is_foreign`: in another currency than the session's.

    `thing` is what it is the price of, if that is named: "3 per plate"; `units`, of how many: "20 a dozen". `is_sure`:
    it is said to be that, and not only likely.
    """

    part: Part
    value: Decimal
    words: str
    start: int
    end: int
    is_total: bool = False
    is_foreign: bool = False
    doubts: tuple[str, ...] = ()
    thing: str = ""
    units: int = 1
    is_sure: bool = False


@dataclass(slots=True)
class _Beside:
    """A number with the words around it; `start` and `end` take in its currency and whatever names it.

    `is_led`: another number stands before it in its clause; `is_followed`: `tail` goes on to another number.
    """

    number: Number
    lead: str
    tail: str
    start: int
    end: int
    is_led: bool = False
    is_followed: bool = False
    money: tuple[str, ...] = ()
    part: Part | None = None
    is_each: bool = False
    is_total: bool = False
    is_bare: bool = True
    is_cents: bool = False
    thing: str = ""
    units: int = 1
    is_sure: bool = True
    doubts: list[str] = field(default_factory=list)

    def eat_before(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.search(self.lead)
        if match is not None:
            self.start -= len(self.lead) - match.start()
            self.lead = self.lead[: match.start()]
        return match

    def eat_after(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.tail)
        if match is not None:
            self.end += match.end()
            self.tail = self.tail[match.end() :]
        return match

    def eat_limit_after(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """But not what leads to the next number: "RTX 4090 max 1800"."""
        match = pattern.match(self.tail)
        leads_on = match is not None and self.is_followed and not without_money_before(self.tail[match.end() :]).strip()
        return None if leads_on else self.eat_after(pattern)

    @property
    def is_counted(self) -> bool:
        """Whether it surely is a number of units: "50 pcs", "x 50"."""
        if self.money or self.is_cents:
            return False
        if self.is_bulk or (words.COUNT_AFTER.match(self.tail) and not self.times_next):
            return True
        is_named = words.COUNT_BEFORE.search(self.lead) is not None
        return is_named and not any(pattern.search(self.lead) for pattern in (*_LEAD_WORDS, words.ALL_BEFORE))

    @property
    def times_next(self) -> bool:
        """Whether a name and it stand before how many: "RTX 4090 x 4"."""
        is_times = self.is_followed and words.TIMES.fullmatch(self.tail) is not None
        return is_times and not all(map(is_filler, self.lead.split()))

    @property
    def each(self) -> re.Match[str] | None:
        """What says that it is the price of one, or of so many."""
        match = words.PER_MANY.match(self.tail) or words.EACH_AFTER.match(self.tail)
        is_led = self.money or any(pattern.search(self.lead) for pattern in (*_LEAD_WORDS, words.PLAIN))
        return match if is_led or not words.PRO.match(self.tail) else None

    @property
    def is_bulk(self) -> bool:
        """Whether it says how much is wanted: "60 kg of rice", or alone in its clause "20 kg"."""
        bulk = None if self.money else words.BULK.match(self.tail)
        if bulk is None or not all(map(is_filler, self.lead.split())):
            return False
        return bulk["alone"] is None or not self.lead.strip()

    @property
    def names_next(self) -> bool:
        """Whether a word follows that may be the name of a thing."""
        word = re.match(rf"\s?-?([a-z0-9{MASK_SIGN}][^\s]*)", self.tail)
        return word is not None and word[1] not in words.FILLERS and not words.NO_NAME.match(self.tail)


def figures_in(source: Source, numbers: Sequence[Number], stretch: tuple[int, int], currency: str) -> list[Figure]:
    """What each number of the clause is; those that belong to a name are none."""
    besides = list(_besides(source.plain, numbers, stretch))[::-1]
    for place, (one, other) in enumerate(pairwise(besides)):
        _find_range(source.plain, one, other, is_first=place == 0)
    last_counted = max((place for place, beside in enumerate(besides) if beside.is_counted), default=0)
    has_count = False
    for place, beside in enumerate(besides):
        if beside.part is None:
            following = besides[place + 1] if place + 1 < len(besides) else None
            beside.part = _part(beside, following, has_count=has_count, is_counted_later=place < last_counted)
        has_count = has_count or beside.part is Part.COUNT
    return [_figure(source, beside, beside.part, currency) for beside in besides if beside.part is not None]


def _figure(source: Source, beside: _Beside, part: Part, currency: str) -> Figure:
    is_foreign = any(not is_currency(sign, currency) for sign in beside.money)
    said = source.original(beside.start if beside.money else beside.number.start, beside.end)
    return Figure(
        part,
        beside.number.value,
        said,
        beside.start,
        beside.end,
        beside.is_total,
        is_foreign,
        doubts=(*beside.number.doubts, *(doubt.format(said) for doubt in beside.doubts)),
        thing=beside.thing,
        units=beside.units,
        is_sure=beside.is_sure,
    )


def _besides(plain: str, numbers: Sequence[Number], stretch: tuple[int, int]) -> Iterator[_Beside]:
    """The last comes first, for what follows a number goes on to the next that is none of a name."""
    begin, stop = stretch
    after = stop
    for place, number in reversed(list(enumerate(numbers))):
        before = max(begin, numbers[place - 1].end if place else begin, number.start - AROUND)
        lead, tail = plain[before : number.start], plain[number.end : after]
        beside = _Beside(number, lead, tail, number.start, number.end, is_led=place > 0, is_followed=after < stop)
        if sign := beside.eat_before(words.MONEY_BEFORE):
            beside.money += (sign["money"],)
        if sign := beside.eat_after(words.MONEY_AFTER):
            beside.money += (sign["money"],)
        elif not beside.money and beside.eat_after(words.CENTS_AFTER):
            beside.is_cents, beside.number = True, replace(number, value=number.value / 100)
        if not _is_glued(plain, beside):
            after = number.start
            yield beside


def _is_glued(plain: str, beside: _Beside) -> bool:
    """Part of a word such as "A4", or a measure such as "27-inch"; but not how much of a thing is wanted."""
    number = beside.number
    if beside.is_bulk:
        return False
    if beside.money or beside.is_cents or not plain[number.start].isdigit():
        return False
    before, rest = plain[max(0, number.start - 2) : number.start], plain[number.end : number.end + AROUND]
    if words.GLUED_BEFORE.search(before) and not before.endswith("x"):
        return True
    if words.SIZE_AFTER.match(rest) or words.SIZE_BEFORE.search(plain[max(0, number.start - 8) : number.start]):
        return True
    if words.COUNT_AFTER.match(rest) or beside.each or words.RANGE_OF_PRICES.match(rest):
        return False
    if rest.startswith("-") and words.BETWEEN.search(beside.lead):
        return False
    if words.RANGE_OF_COUNTS.match(rest) and all(map(is_filler, beside.lead.split())):
        return False
    return bool(words.GLUED_AFTER.match(rest) or words.MEASURE.match(rest))


def _find_range(plain: str, one: _Beside, other: _Beside, *, is_first: bool) -> None:
    """ "Between 80 and 120", "80-120 each": the lowest and the highest price; "10-15 desks": two quantities."""
    if one.lead.endswith("- ") and plain[one.number.end :].startswith(" - "):
        return  # "desks - 25 - 120"
    if one.part is not None or not words.RANGE.fullmatch(plain[one.end : other.start]):
        return
    is_said = words.BETWEEN.search(one.lead) is not None or words.RANGE_AFTER.match(other.tail) is not None
    if is_first and not one.money and _counts_what_follows(other) and not other.is_bulk:
        one.eat_before(words.BETWEEN)
        one.part, other.part = Part.COUNT, Part.COUNT
        return
    _take_price_words(other)
    other.doubts.clear()
    if is_said or one.money or other.money or other.is_each or other.is_total:
        _ = one.eat_before(words.BETWEEN) or one.eat_before(words.FROM)
        if other.is_cents and not (one.is_cents or one.money):
            one.number = replace(one.number, value=one.number.value / 100)
        one.part, other.part = Part.LOWEST, Part.HIGHEST
        one.end, one.money, one.is_total = other.start, one.money or other.money, other.is_total


def _part(beside: _Beside, following: _Beside | None, *, has_count: bool, is_counted_later: bool) -> Part | None:
    """None for a number in a name."""
    is_whole = beside.number.value == beside.number.value.to_integral_value()
    if not beside.is_counted and is_counted_later and not all(map(is_filler, beside.lead.split())):
        has_count = True  # "HP 15 laptop x 50"
    if not has_count and words.FOR_SO_MANY.fullmatch(beside.tail) and following and _counts_what_follows(following):
        beside.is_total = True
        beside.doubts.append("“{}” was taken for the highest price of all.")
        return Part.HIGHEST
    if not has_count and is_whole and (beside.is_counted or _counts_what_follows(beside)):
        return _count(beside)
    if has_count and beside.is_bare and words.TIMES_AFTER.match(beside.tail):
        return None
    named = _take_price_words(beside)
    if named is not None or not beside.is_bare:
        return named or Part.HIGHEST
    if not has_count and is_whole:
        is_before_count = beside.tail.strip() and following and _counts_what_follows(following)
        return None if is_before_count else _count(beside)  # "In 2025 we need 5 desks"
    if has_count and words.EQUALS.fullmatch(beside.tail) and beside.eat_before(words.TIMES_BEFORE):
        beside.is_sure = True
    elif beside.names_next or following:
        return None
    else:
        beside.is_sure = False
    beside.doubts.append("“{}” was taken for the highest price of one.")
    return Part.HIGHEST


def _counts_what_follows(beside: _Beside) -> bool:
    is_price = beside.money or beside.is_cents or beside.each or words.ALL_AFTER.match(beside.tail)
    return beside.names_next and not is_price


def _count(beside: _Beside) -> Part:
    beside.is_sure = beside.is_counted and not (beside.is_led and words.TIMES.fullmatch(beside.lead))
    is_named_before = not beside.is_sure and not all(map(is_filler, beside.lead.split()[-1:]))
    if beside.eat_before(words.AT_MOST) or beside.eat_before(words.AT_LEAST) or is_named_before:
        beside.doubts.append("“{}” was taken for the quantity.")
    beside.eat_before(words.COUNT_BEFORE)
    beside.eat_after(words.COUNT_AFTER)
    return Part.COUNT


def _take_price_words(beside: _Beside) -> Part | None:
    """Takes in what names the number a price; which one, if that is said."""
    after = _take_after(beside)
    named = next((part for part, pattern in _LEADS if beside.eat_before(pattern)), after)
    plain = beside.eat_before(words.PLAIN)
    beside.is_total = (bool(beside.eat_before(words.ALL_BEFORE)) or beside.is_total) and not beside.is_each
    beside.is_each = beside.is_each or bool(beside.eat_before(words.EACH_LEAD))
    beside.is_bare = not (beside.money or beside.is_cents or beside.is_each or beside.is_total or plain or named)
    is_said = beside.is_each or beside.is_total or named is not None
    if not is_said and (beside.money or (plain and plain.group().strip() not in ("at", "@"))):
        beside.doubts.append("“{}” was taken for the highest price of one.")
    return named


def _take_after(beside: _Beside) -> Part | None:
    named = None
    for _ in range(3):
        if many := beside.eat_after(words.PER_MANY):
            beside.is_each, beside.units = True, words.MANY[many["many"]]
        elif beside.each and (each := beside.eat_after(words.EACH_AFTER)):
            beside.is_each, beside.thing = True, each["thing"] or ""
        elif beside.eat_after(words.ALL_AFTER):
            beside.is_total = True
        else:
            named = next((part for part, pattern in _AFTER if beside.eat_limit_after(pattern)), named)
    return named


_LEADS = (
    (Part.LOWEST, words.NOT_BELOW),
    (Part.HIGHEST, words.AT_MOST),
    (Part.LOWEST, words.AT_LEAST),
    (Part.TARGET, words.HOPED),
)
_AFTER = (
    (Part.HIGHEST, words.AT_MOST_AFTER),
    (Part.LOWEST, words.AT_LEAST_AFTER),
    (Part.TARGET, words.HOPED_AFTER),
)
_LEAD_WORDS = tuple(pattern for _, pattern in _LEADS)


def without_money_before(text: str) -> str:
    money = words.MONEY_BEFORE.search(text)
    return text[: money.start()] if money else text


def is_filler(word: str) -> bool:
    bare = word.strip(",.;:!?()&-|*•")
    return not bare or bare in words.FILLERS
