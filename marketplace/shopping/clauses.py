"""Parts the words of a shopping list into clauses, each with its name and its figures."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from marketplace.shopping import words
from marketplace.shopping.figures import AROUND, Figure, Part, figures_in, is_filler, without_money_before
from marketplace.shopping.source import Number, Source, numbers_of, plain_name


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
        figures = figures_in(source, inside, (start, end), currency)
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
    return ", " if mark == "," else f" {mark} " if mark.isalpha() or mark == "&" else " "


def _ranges(plain: str, numbers: Sequence[Number]) -> set[int]:
    """The places between the two numbers of "between 80 and 120"."""
    places: set[int] = set()
    for one, other in pairwise(numbers):
        before = without_money_before(plain[max(0, one.start - AROUND) : one.start])
        if words.BETWEEN.search(before) and len(plain[one.end : other.start]) < AROUND:
            places |= set(range(one.end, other.start))
    return places


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
        if not is_filler(word.group()):
            return False
    return False


def _name_in(source: Source, start: int, end: int) -> str:
    """What is left of these words without those that only lead to a name."""
    quoted = next((name for place, name in sorted(source.quoted.items()) if start <= place < end), None)
    if quoted is not None:
        return quoted
    spans = [match.span() for match in re.finditer(r"\S+", source.plain[start:end])]
    kept = [span for span in spans]
    while kept and is_filler(source.plain[start:end][slice(*kept[0])]):
        kept = kept[1:]
    while kept and is_filler(source.plain[start:end][slice(*kept[-1])]):
        kept = kept[:-1]
    name = source.original(start + kept[0][0], start + kept[-1][1]) if kept else ""
    return plain_name(name)
