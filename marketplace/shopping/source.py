"""The words of a shopping list made ready to be read: folded, small, names masked, and the numbers in them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile

from marketplace.shopping import words
from negotiation.replies.characters import MASK_SIGN, fold
from negotiation.replies.numbers import MentionKind, numbers_in

_QUOTED = re.compile(r"“(?P<curly>[^“”]{1,100})”|(?<![\w\"])\"(?P<straight>[^\"\n]{1,100})\"(?!\w)")
_SHORTEST_KNOWN = 4
# Numbers in two cells are never one.
_PARTS = {"\n": ";", "\t": ", "}


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal
    start: int
    end: int
    doubts: tuple[str, ...] = ()


class Source:
    """The text as it is matched (folded, small, quoted and known names masked) and as it was written."""

    def __init__(self, text: str, known: Iterable[str]) -> None:
        folded: list[str] = []
        self._origin: list[int] = []
        for place, character in enumerate(_as_words(text)):
            small = _PARTS.get(character) or _small(character)
            folded.append(small)
            self._origin += [place] * len(small)
        self._origin.append(len(text))
        self._text = text
        self.plain = "".join(folded)
        self.quoted: dict[int, str] = {}
        self._mask_quoted()
        self._mask_known(known)

    def original(self, start: int, end: int) -> str:
        return " ".join(self._text[self._origin[start] : self._origin[end]].split()).strip(" ,.;:!?()&-|")

    def place(self, start: int) -> int:
        """Where that is in the text as it was written."""
        return self._origin[start]

    def _mask_quoted(self) -> None:
        for match in _QUOTED.finditer(self._text):
            start, end = (self._first_at(place) for place in match.span())
            self.quoted[start] = plain_name(match["curly"] or match["straight"])
            self._mask(start, end)

    def _mask_known(self, known: Iterable[str]) -> None:
        for name in sorted(known, key=len, reverse=True):
            small = "".join(map(_small, name))
            if len(small) < _SHORTEST_KNOWN or small not in self.plain:
                continue
            for match in re.finditer(rf"(?<![a-z0-9]){re.escape(small)}(?![a-z0-9])", self.plain):
                self._mask(*match.span())

    def _mask(self, start: int, end: int) -> None:
        self.plain = self.plain[:start] + MASK_SIGN * (end - start) + self.plain[end:]

    def _first_at(self, place: int) -> int:
        return next((at for at, origin in enumerate(self._origin) if origin >= place), len(self.plain))


def _as_words(text: str) -> str:
    """As long as the text: lines of a table as "name: 25 = 120", lists without their numbers."""
    text = words.TWICE.sub(_said_once, _with_fields_joined(text))
    for pattern in (words.MARKUP, words.LINE_MARK):
        text = pattern.sub(lambda mark: " " * len(mark.group()), text)
    text = _without_numbering(words.NUMBERED_ROW, text)
    text = words.COUNT_FIRST.sub(r"\1 \3=\4", words.NAME_FIRST.sub(r"\1:\3=\4", text))
    return _without_numbering(words.LIST_NUMBER, text)


def _without_numbering(pattern: re.Pattern[str], text: str) -> str:
    numbers = [int(found["number"]) for found in pattern.finditer(text)]
    is_numbering = numbers == [(place + 1) * numbers[0] for place in range(len(numbers))] and numbers[:1] in ([1], [10])
    return pattern.sub(lambda number: " " * len(number.group()), text) if is_numbering else text


def _said_once(twice: re.Match[str]) -> str:
    one, other = (
        {value for mention in numbers_in(fold(twice[name]).lower()) for value in mention.values}
        for name in ("one", "other")
    )
    return twice["one"] + " " * len(twice["again"]) if one and one == other else twice.group()


def _with_fields_joined(text: str) -> str:
    """Lines that each tell one thing of the same item, such as "Quantity: 80", as one line."""
    told: set[str] = set()
    joined: list[str] = []
    lines = text.split("\n")
    for line, kind in zip(lines, _kinds(lines), strict=True):
        joined += ["," if kind and told and kind not in told else "\n", line]
        told = told | {kind} if kind and joined[-2] == "," else {kind} if kind else set()
    return "".join(joined[1:])


def _kinds(lines: Sequence[str]) -> list[str | None]:
    """What each line tells of an item; its name may stand alone above the others."""
    labels = [words.FIELD.match(fold(line).lower()) for line in lines]
    kinds = [label.lastgroup if label else None for label in labels]
    for place, line in enumerate(lines[:-1]):
        below = [*takewhile(bool, kinds[place + 1 :])] if kinds[place] is None else []
        if below and "name" not in below and line.strip() and line.rstrip()[-1] not in ",.;!?":
            kinds[place] = "name"
    return kinds


def _small(character: str) -> str:
    if character == "\N{LESS-THAN OR EQUAL TO}":
        return "<="
    if character == "\N{GREATER-THAN OR EQUAL TO}":
        return ">="
    if character == "\N{MULTIPLICATION SIGN}":
        return "x"
    return fold(fold(character).lower())  # twice, for what is folded in small letters alone


def numbers_of(plain: str) -> Iterator[Number]:
    dozens = [*_dozens(plain), *_in_other_words(plain)]
    elsewhere = [
        match.span() for pattern in (words.NOT_COUNTED, words.PRICE_PER_MANY) for match in pattern.finditer(plain)
    ]
    dozens = [number for number in dozens if not any(start <= number.start < end for start, end in elsewhere)]
    for mention in numbers_in(plain):
        if mention.kind in (MentionKind.ROMAN, MentionKind.LOOK_ALIKE, MentionKind.HAN) or not mention.values:
            continue
        written = plain[mention.start : mention.end]
        if (
            " " in written and written[0].isdigit() and plain[max(0, mention.start - 1) : mention.start].isalpha()
        ):  # "M404 229.00" are two
            for part in re.finditer(r"(?<= )\S+", written):
                start = mention.start + part.start()
                yield from (
                    Number(max(rest.values), start + rest.start, start + rest.end)
                    for rest in numbers_in(part.group())
                    if rest.values
                )
            continue
        is_passing = mention.kind is MentionKind.PASSING and max(mention.values) > 3
        if is_passing or any(dozen.start < mention.end and mention.start < dozen.end for dozen in dozens):
            continue
        if any(start <= mention.start < end for start, end in elsewhere):
            continue
        value = max(mention.values) if not written.startswith("0") else min(mention.values)
        is_unclear = len(mention.values) > 1 and ("." in written or not written[0].isdigit())
        is_unclear = is_unclear or (" " in written and written.replace(" ", "").isdigit())
        doubts = (f"“{written}” was read as {value:f}.",) if is_unclear else ()
        end = mention.end
        is_money = words.MONEY_BEFORE.search(plain[max(0, mention.start - 8) : mention.start])
        if (metres := words.METRES.search(written)) and not is_money:  # no millions
            value, end = value.scaleb(-6), mention.start + metres.start() + 1
            if not words.BULK.match(plain, end):
                continue
        yield Number(value, mention.start, end, doubts)
    yield from dozens


def _dozens(plain: str) -> Iterator[Number]:
    for match in words.DOZEN.finditer(plain):
        start, count = match.start(), Decimal(1)
        if match["half"]:
            count = Decimal("0.5")
        elif match["count"] in words.FOREIGN_COUNTS:
            count = Decimal(words.FOREIGN_COUNTS[match["count"]])
        elif match["count"]:
            said = numbers_in(match["count"])
            count = max(said[0].values) if len(said) == 1 and said[0].values else Decimal(1)
            start = match.start() if said else match.end("count") + 1
        yield Number(count * 12, start, match.end())


def _in_other_words(plain: str) -> Iterator[Number]:
    for match in words.COUPLE.finditer(plain):
        yield Number(Decimal(2), match.start(), match.end() - 1)
    for match in words.FOREIGN_COUNT.finditer(plain):
        yield Number(Decimal(words.FOREIGN_COUNTS[match["count"]]), *match.span("count"))


def plain_name(name: str) -> str:
    """Without what quotes a name in our own rendering."""
    return " ".join(re.sub("[“”]", " ", name).split()) if any(map(str.isalnum, name)) else ""
