"""Reads a shopping list from plain sentences: "50 laptops up to 600 each and 100 mice up to 35".

By rule, so that the same words always read the same. No number comes out that is not in the text, but for cents, the
price of one where a total was named, and one of what has an article. What is not certain is said with the item; nothing
is ever bought by it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, Decimal

from marketplace.models import MAX_PRICE, MAX_QUANTITY
from marketplace.shopping.clauses import Clause, clauses_in, names_container
from marketplace.shopping.figures import Figure, Part
from marketplace.shopping.source import plain_name
from marketplace.shopping.words import BULK, CONTAINER, WANTS

LONGEST = 4000
MOST_LINES = 100
# So few words are hardly anything but the name of a thing.
_FEW_WORDS = 3
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ShoppingLine:
    """`heard` are the words that it came from; `doubts`, what a person should look at. Prices are those of one unit."""

    heard: str
    name: str
    quantity: int | None
    lowest: Decimal | None
    highest: Decimal | None
    target: Decimal | None
    doubts: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        prices = (self.lowest, self.highest, self.target)
        return bool(self.name) or self.quantity is not None or any(price is not None for price in prices)


@dataclass(frozen=True, slots=True)
class Reading:
    """`unread` are words of which nothing was made."""

    lines: tuple[ShoppingLine, ...]
    unread: tuple[str, ...]


def read_shopping(text: str, *, currency: str, known: Iterable[str] = ()) -> Reading:
    """Names of `known` things are read whole, whatever numbers and commas are in them."""
    drafts: list[_Item] = []
    unread: list[str] = []
    text = text[:LONGEST]
    for clause in clauses_in(text, currency, known):
        last = drafts[-1] if drafts else None
        if last is not None and _counts_again(clause, last):
            last.put_number_in_name(text)
        clause = _measure_beside(_price_alone(clause, last), last, text)
        named = _named(clause, drafts)
        if clause.is_of_everything and clause.prices and not clause.counts and len(drafts) > 1:
            unread.append(_heard(text[clause.start : clause.end]))
            continue
        if named is not None:
            named.take(replace(clause, name=""))
        elif last is not None and _goes_on(clause, last):
            last.take(clause)
        elif clause.counts or clause.prices or clause.is_quoted or (clause.name and (last is None or clause.is_first)):
            drafts.append(_Item(clause.start))
            drafts[-1].take(clause)
        else:
            unread.append(clause.name)
        unread.extend(clause.leftovers)
    is_only_names = not any(draft.says_something for draft in drafts)
    if not (is_only_names and (WANTS.search(text.lower()) or len(text.split()) <= _FEW_WORDS)):
        unread += [draft.name for draft in drafts if not draft.says_something]
        drafts = [draft for draft in drafts if draft.says_something]
    lines = [draft.line(currency, text) for draft in drafts]
    unread += [line.heard for line in lines if not line.is_usable]
    return Reading(tuple(line for line in lines if line.is_usable)[:MOST_LINES], tuple(filter(None, unread)))


def shopping_words(lines: Sequence[ShoppingLine]) -> str:
    """The list in words that read the same again."""
    return "; ".join(" ".join(_words_of(line)) for line in lines)


def _words_of(line: ShoppingLine) -> Iterator[str]:
    if line.quantity is not None:
        yield f"{line.quantity} x"
    if line.name:
        yield f"“{line.name}”"
    if line.lowest is not None and line.highest is not None:
        yield f"between {line.lowest:.2f} and {line.highest:.2f} each"
    elif line.highest is not None:
        yield f"up to {line.highest:.2f} each"
    elif line.lowest is not None:
        yield f"at least {line.lowest:.2f} each"
    if line.target is not None:
        yield f"(hoping for {line.target:.2f} each)"


@dataclass(slots=True)
class _Item:
    """An item while its clauses are read; `behind_name` are numbers that were only taken for prices."""

    start: int
    end: int = 0
    name: str = ""
    is_quoted: bool = False
    is_one: bool = False
    ends_name: bool = False
    behind_name: list[str] = field(default_factory=list)
    counts: list[Figure] = field(default_factory=list)
    prices: list[Figure] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        return bool(self.counts or self.prices or self.is_quoted)

    @property
    def priced(self) -> list[Figure]:
        """Its prices without what may be a part of its name."""
        return [price for price in self.prices if price.is_sure or price.words not in self.behind_name]

    def take(self, clause: Clause) -> None:
        self.end = clause.end
        self.is_quoted = self.is_quoted or clause.is_quoted
        self.is_one = self.is_one or (clause.is_one and bool(clause.name) and not self.name)
        if clause.name and not (self.name and CONTAINER.fullmatch(clause.name.lower())):
            self.name = f"{self.name}{clause.joint}{clause.name}" if self.name else clause.name
        self.ends_name = clause.ends_name
        self.behind_name += [price.words for price in clause.prices if clause.name and not price.is_sure]
        if self.prices and not (self.counts or clause.name or any(count.is_sure for count in clause.counts)):
            clause = replace(clause, counts=tuple(map(_unsure, clause.counts)))
        self.counts += clause.counts
        self.prices += clause.prices

    def take_bulk(self) -> None:
        """How much there is in the name of what the price is for: "500 kg sugar, max 0.90/kg"."""
        for unit in {price.thing for price in self.prices} - {""}:
            found = re.search(rf"(?<![\w.,])([0-9]{{1,7}}) ?(?={re.escape(unit)}s?(?![\w]))", self.name, re.IGNORECASE)
            if found and BULK.match(f"{unit} of a"):
                self.counts = [Figure(Part.COUNT, Decimal(found[1]), found[1], 0, 0)]
                self.name = " ".join((self.name[: found.start()] + self.name[found.end() :]).split())

    def put_number_in_name(self, text: str) -> None:
        heard = _heard(text[self.start : self.end])
        self.name = heard[max(0, heard.find(self.name)) :]
        self.counts = []

    def line(self, currency: str, text: str) -> ShoppingLine:
        if self.behind_name and self.priced:  # "4 RTX 4090, max 1800"
            self.name = " ".join((self.name, *self.behind_name))
            self.prices = self.priced
        if not self.counts:
            self.take_bulk()
        doubts: list[str] = []
        heard = _heard(text[self.start : self.end])
        if self.is_one and not self.counts:
            quantity: int | None = 1
            doubts.append(f"“{heard}” was taken for one.")
        else:
            quantity = _quantity(self.counts, doubts)
        prices = {
            part: _price(self.prices, part, quantity, doubts) for part in (Part.LOWEST, Part.HIGHEST, Part.TARGET)
        }
        lowest, highest, target = prices.values()
        foreign = [price.words for price in self.prices if price.is_foreign]
        if foreign:
            doubts.append(f"“{foreign[-1]}” is not in {currency}, so it was left out.")
        elif highest is None:
            doubts.append("No highest price was read.")
        if lowest is not None and highest is not None and lowest >= highest:
            doubts.append("The lowest price is not below the highest.")
        if highest is not None and target is not None and target > highest:
            doubts.append("The target price is above the highest.")
        return ShoppingLine(
            heard, plain_name(self.name)[:100].strip(), quantity, lowest, highest, target, tuple(doubts)
        )


def _unsure(count: Figure) -> Figure:
    return replace(count, doubts=(*count.doubts, f"“{count.words}” was taken for the quantity."))


def _heard(words: str) -> str:
    line = " ".join(words.split()).lstrip("-*• ").strip(" ,.;:!?&")
    return f"{line})" if line.count("(") > line.count(")") else line


def _price_alone(clause: Clause, last: _Item | None) -> Clause:
    """A number that stands alone after how many of a thing are wanted is what one may cost: "25 desks, 120"."""
    is_alone = len(clause.counts) == 1 and not (clause.name or clause.prices or clause.is_first or clause.leftovers)
    if last is None or not is_alone or clause.counts[0].is_sure or clause.joint not in (", ", " "):
        return clause
    if not (last.counts and last.name) or last.priced:
        return clause
    doubt = f"“{clause.counts[0].words}” was taken for the highest price of one."
    price = replace(clause.counts[0], part=Part.HIGHEST, is_sure=False, doubts=(*clause.counts[0].doubts, doubt))
    return replace(clause, counts=(), prices=(price,))


def _counts_again(clause: Clause, last: _Item) -> bool:
    """Whether it surely says how many, so that a number behind a name was part of that: "Toner HP 305, 10 pcs"."""
    is_only_count = len(clause.counts) == 1 and clause.counts[0].is_sure and not (clause.name or clause.is_first)
    return is_only_count and last.ends_name and not last.prices and not any(count.is_sure for count in last.counts)


def _measure_beside(clause: Clause, last: _Item | None, text: str) -> Clause:
    """How much each of them holds is part of the name of what is already counted: "24 cans of paint (5 litre)"."""
    is_measure = clause.counts and names_container(clause.name) and not clause.prices
    if last is None or not last.counts or clause.is_first or not is_measure:
        return clause
    return replace(clause, counts=(), name=_heard(text[clause.start : clause.end]))


def _named(clause: Clause, drafts: Sequence[_Item]) -> _Item | None:
    """The item of which a clause gives nothing but the price: "3 per plate", or "plates 3 each"."""
    things = {price.thing for price in clause.prices} - {""} or {clause.name.lower()} - {""}
    if clause.counts or not clause.prices or len(things) != 1:
        return None
    thing = things.pop().removesuffix("s")
    called = [draft for draft in drafts if draft.counts and thing in draft.name.lower() and not draft.prices]
    return called[-1] if called else None


def _goes_on(clause: Clause, last: _Item) -> bool:
    """Whether a clause still speaks of the last item."""
    name = "" if last.name and names_container(clause.name) else clause.name
    if clause.is_first:
        return bool(clause.prices) and not (clause.name or clause.counts)
    if clause.counts and last.counts:
        is_same = {count.value for count in (*clause.counts, *last.counts)} == {last.counts[0].value}
        return is_same and bool(clause.prices) and not (clause.name or last.prices)
    if clause.counts:
        return not (name and last.name) or (clause.ends_name and clause.joint == ", " and not last.prices)
    if clause.prices:
        return not (clause.name and last.prices)
    return bool(clause.name) and not last.prices


def _quantity(counts: Sequence[Figure], doubts: list[str]) -> int | None:
    if not counts:
        doubts.append("No quantity was read.")
        return None
    doubts += [doubt for count in counts[:1] for doubt in count.doubts]
    if len(counts) > 1:
        doubts.append("More than one quantity was said; the first was taken.")
    value = counts[0].value
    if not 1 <= value <= MAX_QUANTITY or value != value.to_integral_value():
        doubts.append(f"“{counts[0].words}” is no quantity that can be bought.")
        return None
    return int(value)


def _price(prices: Sequence[Figure], part: Part, quantity: int | None, doubts: list[str]) -> Decimal | None:
    """The price of one; nothing where it is not clear."""
    said = [price for price in prices if price.part is part and not price.is_foreign]
    products = {price.value * quantity for price in said} if quantity is not None and quantity > 1 else set()
    said = [price for price in said if price.value not in products] or said  # "25 x 120 = 3000"
    if not said:
        return None
    if any(price.is_sure for price in said):
        doubts += [f"“{price.words}” was left out." for price in said if not price.is_sure]
        said = [price for price in said if price.is_sure]
    price, words = said[0].value, said[0].words
    doubts += said[0].doubts
    if len({other.value for other in said}) > 1:
        doubts.append(f"More than one {part.value} price was said; the first was taken.")
    units = quantity if said[0].is_total else said[0].units
    if units is None:
        doubts.append(f"“{words}” is for all, and how many that is was not read.")
        return None
    if price <= MAX_PRICE * units:
        each = price if units == 1 else (price / units).quantize(_CENT, ROUND_DOWN)
        if each * units != price:
            doubts.append(f"“{words}” for {'all' if said[0].is_total else units} is {each} each, rounded down.")
        price = each
    return price.quantize(_CENT) if _fits(price, words, doubts) else None


def _fits(price: Decimal, words: str, doubts: list[str]) -> bool:
    if not _CENT <= price <= MAX_PRICE:
        doubts.append(f"“{words}” is no price that can be paid.")
        return False
    if price != price.quantize(_CENT):
        doubts.append(f"“{words}” has fractions of a cent.")
        return False
    return True
