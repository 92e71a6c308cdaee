"""Parts the words of a shopping list into clauses, and tells what each number in them is about."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from itertools import pairwise

from marketplace.shopping import words
from marketplace.shopping.source import Number, Source, numbers_of, plain_name
from negotiation.replies.characters import MASK_SIGN
from negotiation.replies.money import is_currency

_AROUND = 40


class Part(Enum):
    """What a number is."""

    COUNT = "count"
    HIGHEST = "highest"
    LOWEST = "lowest"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it is; `is_foreign`: in another currency than the session's.

    `thing` is what it is the price of, if that is named: "3 per plate".
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


@dataclass(frozen=True, slots=True)
class Clause:
    """`joint` is what parts it from the clause before, `leftovers` are words beside its name that say nothing.

    It stands from `start` to `end` in the text. `is_one`: its name has an article, as in "a ladder"; `ends_name`: the
    name stands before the number of units, so that it may have begun in the clause before; `is_of_everything`: its
    price is one for the whole list.
    """

    start: int
    end: int
    name: str
    joint: str
    is_first: bool
    is_quoted: bool
    counts: tuple[Figure, ...]
    prices: tuple[Figure, ...]
    leftovers: tuple[str, ...]
    is_one: bool = False
    ends_name: bool = False
    is_of_everything: bool = False


def clauses_in(text: str, currency: str, known: Iterable[str]) -> Iterator[Clause]:
    source = Source(text, known)
    numbers = sorted(numbers_of(source.plain), key=lambda number: number.start)
    starts = [number.start for number in numbers]
    for start, end, joint, is_first in _stretches(source.plain, numbers):
        inside = numbers[bisect_left(starts, start) : bisect_left(starts, end)]
        figures = _figures(source, inside, (start, end), currency)
        if figures or source.original(start, end):
            yield _clause(source, (start, end), joint, is_first, figures)


def _stretches(plain: str, numbers: Sequence[Number]) -> Iterator[tuple[int, int, str, bool]]:
    """Where each clause begins and ends, what parts it from the one before, and whether that is for certain."""
    inside = {place for number in numbers for place in range(number.start, number.end)} | _ranges(plain, numbers)
    ends = [(match.span(), True) for match in words.HARD_END.finditer(plain)]
    ends += [(match.span(), False) for match in words.SOFT_END.finditer(plain) if match.start() not in inside]
    start, joint, is_first = 0, "", True
    for (end, after), is_hard in sorted(ends):
        yield start, end, joint, is_first
        is_first = is_hard or (is_first and not plain[start:end].strip())
        start, joint = after, _joint(plain[end:after])
    yield start, len(plain), joint, is_first


def _joint(mark: str) -> str:
    return {",": ", ", "and": " and ", "&": " & "}.get(mark, " ")


def _ranges(plain: str, numbers: Sequence[Number]) -> set[int]:
    """The places between the two numbers of "between 80 and 120"."""
    places: set[int] = set()
    for one, other in pairwise(numbers):
        before = _without_money_before(plain[max(0, one.start - _AROUND) : one.start])
        if words.BETWEEN.search(before) and len(plain[one.end : other.start]) < _AROUND:
            places |= set(range(one.end, other.start))
    return places


def _without_money_before(text: str) -> str:
    money = words.MONEY_BEFORE.search(text)
    return text[: money.start()] if money else text


@dataclass(slots=True)
class _Beside:
    """A number with the words around it; `start` and `end` take in its currency and whatever names it."""

    number: Number
    lead: str
    tail: str
    start: int
    end: int
    money: tuple[str, ...] = ()
    part: Part | None = None
    is_each: bool = False
    is_total: bool = False
    is_bare: bool = True
    is_cents: bool = False
    thing: str = ""
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

    @property
    def is_counted(self) -> bool:
        """Whether it surely is a number of units: "50 pcs", "x 50"."""
        if self.money or self.is_cents:
            return False
        if words.COUNT_AFTER.match(self.tail) or self.is_bulk:
            return True
        is_named = words.COUNT_BEFORE.search(self.lead) is not None
        return is_named and not any(pattern.search(self.lead) for pattern in (*_LEAD_WORDS, words.ALL_BEFORE))

    @property
    def is_bulk(self) -> bool:
        """Whether it says how much is wanted: "60 kg of rice", or alone in its clause "20 kg"."""
        bulk = None if self.money else words.BULK.match(self.tail)
        if bulk is None or not all(map(_is_filler, self.lead.split())):
            return False
        return bulk["alone"] is None or not self.lead.strip()

    @property
    def names_next(self) -> bool:
        """Whether a word follows that may be the name of a thing."""
        word = re.match(rf"\s?-?([a-z0-9{MASK_SIGN}][^\s]*)", self.tail)
        return word is not None and word[1] not in words.FILLERS and not words.NO_NAME.match(self.tail)


def _figures(source: Source, numbers: Sequence[Number], stretch: tuple[int, int], currency: str) -> list[Figure]:
    """What each number of the clause is; those that belong to a name are none."""
    besides = list(_besides(source.plain, numbers, stretch))[::-1]
    for one, other in pairwise(besides):
        _find_range(source.plain, one, other)
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
    doubts = (*beside.number.doubts, *(doubt.format(said) for doubt in beside.doubts))
    return Figure(
        part, beside.number.value, said, beside.start, beside.end, beside.is_total, is_foreign, doubts, beside.thing
    )


def _besides(plain: str, numbers: Sequence[Number], stretch: tuple[int, int]) -> Iterator[_Beside]:
    """The last comes first, for what follows a number goes on to the next that is none of a name."""
    begin, stop = stretch
    after = stop
    for place, number in reversed(list(enumerate(numbers))):
        before = max(begin, numbers[place - 1].end if place else begin, number.start - _AROUND)
        beside = _Beside(number, plain[before : number.start], plain[number.end : after], number.start, number.end)
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
    before, rest = plain[max(0, number.start - 2) : number.start], plain[number.end : number.end + _AROUND]
    if words.GLUED_BEFORE.search(before) and not before.endswith("x"):
        return True
    if words.SIZE_AFTER.match(rest) or words.SIZE_BEFORE.search(plain[max(0, number.start - 8) : number.start]):
        return True
    if words.COUNT_AFTER.match(rest) or words.EACH_AFTER.match(rest) or words.RANGE_OF_PRICES.match(rest):
        return False
    return bool(words.GLUED_AFTER.match(rest) or words.MEASURE.match(rest))


def _find_range(plain: str, one: _Beside, other: _Beside) -> None:
    """ "Between 80 and 120", "80-120 each": the lowest and the highest price."""
    if one.lead.endswith("- ") and plain[one.number.end :].startswith(" - "):
        return  # "desks - 25 - 120"
    if one.part is not None or not words.RANGE.fullmatch(plain[one.end : other.start]):
        return
    is_said = words.BETWEEN.search(one.lead) is not None
    _take_price_words(other)
    other.doubts.clear()
    if is_said or one.money or other.money or other.is_each or other.is_total:
        one.eat_before(words.BETWEEN)
        if other.is_cents and not (one.is_cents or one.money):
            one.number = replace(one.number, value=one.number.value / 100)
        one.part, other.part = Part.LOWEST, Part.HIGHEST
        one.end, one.money, one.is_total = other.start, one.money or other.money, other.is_total


def _part(beside: _Beside, following: _Beside | None, *, has_count: bool, is_counted_later: bool) -> Part | None:
    """None for a number in a name."""
    is_whole = beside.number.value == beside.number.value.to_integral_value()
    if not beside.is_counted and beside.lead.strip() and is_counted_later:
        has_count = True  # "HP 15 laptop x 50"
    if not has_count and words.FOR_SO_MANY.fullmatch(beside.tail) and following and _counts_what_follows(following):
        beside.is_total = True
        beside.doubts.append("“{}” was taken for the highest price of all.")
        return Part.HIGHEST
    if not has_count and is_whole and (beside.is_counted or _counts_what_follows(beside)):
        return _count(beside)
    named = _take_price_words(beside)
    if named is not None or not beside.is_bare:
        return named or Part.HIGHEST
    if not has_count and is_whole:
        return _count(beside)
    if beside.names_next or following:
        return None
    beside.doubts.append("“{}” was taken for the highest price of one.")
    return Part.HIGHEST


def _counts_what_follows(beside: _Beside) -> bool:
    is_price = (
        beside.money or beside.is_cents or words.EACH_AFTER.match(beside.tail) or words.ALL_AFTER.match(beside.tail)
    )
    return beside.names_next and not is_price


def _count(beside: _Beside) -> Part:
    if beside.eat_before(words.AT_MOST) or beside.eat_before(words.AT_LEAST):
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
        if each := beside.eat_after(words.EACH_AFTER):
            beside.is_each, beside.thing = True, each["thing"] or ""
        elif beside.eat_after(words.ALL_AFTER):
            beside.is_total = True
        elif beside.eat_after(words.AT_MOST_AFTER):
            named = Part.HIGHEST
        elif beside.eat_after(words.AT_LEAST_AFTER):
            named = Part.LOWEST
        elif beside.eat_after(words.HOPED_AFTER):
            named = Part.TARGET
    return named


_LEADS = (
    (Part.LOWEST, words.NOT_BELOW),
    (Part.HIGHEST, words.AT_MOST),
    (Part.LOWEST, words.AT_LEAST),
    (Part.TARGET, words.HOPED),
)
_LEAD_WORDS = tuple(pattern for _, pattern in _LEADS)


def _clause(source: Source, stretch: tuple[int, int], joint: str, is_first: bool, figures: Sequence[Figure]) -> Clause:
    begin, stop = stretch
    edges = [begin, *(edge for figure in figures for edge in (figure.start, figure.end)), stop]
    gaps = [_name_in(source, *gap) for gap in zip(edges[::2], edges[1::2], strict=True)]
    counted = next((place + 1 for place, figure in enumerate(figures) if figure.part is Part.COUNT), 0)
    order = [counted, counted - 1, *range(len(gaps))] if counted else list(range(len(gaps)))
    if counted and gaps[counted - 1] and names_container(gaps[counted]):
        order = [counted - 1, counted]
    chosen = next((place for place in order if gaps[place]), None)
    return Clause(
        source.place(begin),
        source.place(stop),
        "" if chosen is None else gaps[chosen],
        joint,
        is_first,
        any(begin <= place < stop for place in source.quoted),
        tuple(figure for figure in figures if figure.part is Part.COUNT),
        tuple(figure for figure in figures if figure.part is not Part.COUNT),
        tuple(gap for place, gap in enumerate(gaps) if gap and place != chosen),
        is_one=_is_one(source.plain[begin:stop]),
        ends_name=bool(counted) and chosen == counted - 1,
        is_of_everything=words.EVERYTHING.search(source.plain, begin, stop) is not None,
    )


def names_container(name: str) -> bool:
    """Whether it is the name of no thing, but of what holds or measures things: "boxes", "kg"."""
    return words.CONTAINER.fullmatch(name.lower()) is not None or words.BULK.fullmatch(name.lower()) is not None


def _is_one(plain: str) -> bool:
    """Whether an article leads to the name, after words that only lead to it."""
    for word in re.finditer(r"\S+", plain):
        if words.ONE.match(plain, word.start()):
            return True
        if not _is_filler(word.group()):
            return False
    return False


def _name_in(source: Source, start: int, end: int) -> str:
    """What is left of these words without those that only lead to a name."""
    quoted = next((name for place, name in sorted(source.quoted.items()) if start <= place < end), None)
    if quoted is not None:
        return quoted
    spans = [match.span() for match in re.finditer(r"\S+", source.plain[start:end])]
    kept = [span for span in spans]
    while kept and _is_filler(source.plain[start:end][slice(*kept[0])]):
        kept = kept[1:]
    while kept and _is_filler(source.plain[start:end][slice(*kept[-1])]):
        kept = kept[:-1]
    name = source.original(start + kept[0][0], start + kept[-1][1]) if kept else ""
    return plain_name(name)


def _is_filler(word: str) -> bool:
    bare = word.strip(",.;:!?()&-|*•")
    return not bare or bare in words.FILLERS
