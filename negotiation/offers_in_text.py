"""Reads what a person's free text offers, for a card that the person confirms: it is never an offer by itself.

Whatever is not clearly one price for a quantity is no offer: a limit, somebody else's number, a refusal, a choice of
several, another currency. Time is linear in the text.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from negotiation.amounts_in_text import Amount, Role, amounts_in
from negotiation.core.terms import CENT, to_money
from negotiation.figures import money_words
from negotiation.offer_words import ELSEWHERE, NOT_AN_OFFER, NOT_REALLY
from negotiation.own_words import own_words
from negotiation.replies.amounts import HIGHEST_PRICE
from negotiation.replies.cardinals import CARDINAL, cardinal_readings
from negotiation.replies.characters import fold
from negotiation.replies.money import is_currency, names_other_currency
from negotiation.replies.names import MASK, mask_names
from negotiation.surroundings import CODES, Cue

LONGEST = 1000
MOST_QUANTITY = 1_000_000
# Times the price on the table: what is more is hardly the price of one unit.
FAR_ABOVE = Decimal("1.6")
# A number with no word or sign of money that is less than such a part of it, or more than so many times, is no price.
FAR_BELOW, OUT_OF_REACH = Decimal("0.2"), Decimal(3)
# What costs less than such a part of it is something else: a bag, the shipping.
OTHER_THINGS = Decimal("0.1")
_OTHER_MONEY = re.compile(
    r"(?<![a-z])(?:quid|sterling|pounds?|francs?|franken|pesos?|reais|zloty|zl|kronor|kroner|kr|lira|rand|bitcoin|btc)"
    r"(?![a-z])"
)
_DOZENS = re.compile(
    r"(?<![\w.,])(?P<count>\d{1,4}(?:[.,]5)?|half an?|(?:a )?couple(?: of)?|[a-z]{3,9}(?:-[a-z]{3,5})?)"
    r"[ -]dozens?(?![a-z])"
)
_COUNTED_NAME = re.compile(rf"(?<=\d)\s+{re.escape(MASK.strip())}\s+(?:s\s)?")
_CODE_TAIL = re.compile(rf"(?<={re.escape(MASK)})[-_][0-9a-z_-]+")
_STRUCK = re.compile(r"~~[^~]{1,200}~~")
_ISH = re.compile(r"(?<=\d)[ -]?ish\b")
_DASHED = re.compile(r"(?<=[0-9])/[-=](?![0-9a-z])")
_A_TIME = re.compile(
    r"(?<![a-z])(?P<lead>(?:with)?in |innerhalb |binnen |dans |en )(?:an?|one|einer|einem|een|une?|una?)[ ]"
    r"(?P<unit>day|week|fortnight|month|tag|woche|monat|jour|semaine|mois|dia|semana|mes|dag|maand)(?![a-z])"
)
_CODE = re.compile(rf"(?<![a-z])(?:{CODES})(?![a-z])")


@dataclass(frozen=True, slots=True)
class ProposedOffer:
    """`is_per_unit`: the price was named for each unit, else for all together. `reading` says how it was understood."""

    price: Decimal
    quantity: int
    extras: tuple[tuple[str, int], ...]
    currency: str
    is_per_unit: bool
    confidence: float
    reading: str

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity

    @property
    def terms(self) -> dict[str, int]:
        return dict(self.extras)


def read_offer(
    text: str, *, currency: str, quantity: int, last: Decimal | None = None, item_name: str = ""
) -> ProposedOffer | None:
    """None if the text offers nothing, or nothing clear.

    `quantity` is what is needed, and meant where none is named; `last`, a unit price that was on the table, tells what
    could be read in two ways. Digits of `item_name` are no numbers.
    """
    folded = _plain(own_words(text[:LONGEST]), item_name)
    if names_other_currency(folded, currency) or _names_odd_money(folded, currency):
        return None
    if NOT_AN_OFFER.search(folded):
        return None
    amounts = _without_choices_made(list(amounts_in(folded, quantity)))
    if any(amount.role in (Role.UNCLEAR, Role.CHOICE) for amount in amounts):
        return None
    return _combined(amounts, currency, quantity, last, is_question=text.rstrip().endswith("?"))


def _plain(text: str, item_name: str) -> str:
    """Folded, in small letters, without dates, telephone numbers and other numbers that count nothing."""
    folded = fold(
        _STRUCK.sub(" ", text).replace("\N{MULTIPLICATION SIGN}", "x").replace("\n", "; ").replace("\t", "; ")
    )
    small = folded.lower()
    small = small if len(small) == len(folded) else folded
    if item_name:
        small = _several_of(item_name).sub(r"\g<number>", small)
        small = _CODE_TAIL.sub("", mask_names(small, (fold(item_name).lower(), item_name)))
        small = _nouns_of(item_name).sub("units", _COUNTED_NAME.sub(" units ", small))
    small = small.replace("i.e.", "so")
    small = _ISH.sub("", _DASHED.sub("", _A_TIME.sub(_of_one, small)))
    return ELSEWHERE.sub(MASK, NOT_REALLY.sub(" , ", _DOZENS.sub(_in_digits, small)))


def _of_one(time: re.Match[str]) -> str:
    """ "within a week" as "within 1 week"."""
    unit = time["unit"]
    return f"{time['lead']}{'2 weeks' if unit == 'fortnight' else f'1 {unit}'}"


def _several_of(item_name: str) -> re.Pattern[str]:
    """The "s" of "40 XPS 15s" and "XPS 15's"."""
    numbers = "|".join(re.findall(r"[0-9]+", item_name)) or r"(?!)"
    return re.compile(rf"(?<![0-9.,])(?P<number>{numbers})'?s(?![a-z])")


def _nouns_of(item_name: str) -> re.Pattern[str]:
    """What the item is called, one or several, where it is counted or priced: "50 laptops", "per laptop"."""
    words = {word.removesuffix("s") for word in re.findall(r"[a-z]{4,30}", fold(item_name).lower())}
    any_word = "|".join(sorted(words, key=len, reverse=True)) or r"(?!)"
    noun = rf"(?:{any_word})(?:e?s|e?n|e)?"
    return re.compile(rf"(?:(?<=\d )|(?<=ty )|(?<=per )|(?<=/)){noun}(?:[ -]{noun})*(?![a-z])")


def _in_digits(dozens: re.Match[str]) -> str:
    """The units of so many dozens; "nearly dozens" is left as it is."""
    count = dozens["count"]
    if count.startswith("half"):
        return "6 units"
    if "couple" in count:
        return "24 units"
    if count[0].isdigit():
        return f"{int(12 * Decimal(count.replace(',', '.')))} units"
    return f"{12 * max(cardinal_readings(count))} units" if CARDINAL.fullmatch(count) else dozens.group()


def _names_odd_money(folded: str, currency: str) -> bool:
    codes = set(_CODE.findall(folded)) - {currency.lower(), "try"}
    return bool(codes) or any(not is_currency(name, currency) for name in _OTHER_MONEY.findall(folded))


def _without_choices_made(amounts: Sequence[Amount]) -> Sequence[Amount]:
    """Of "between 400 and 420: I offer 415", what is offered after the choice."""
    chosen = max((place for place, amount in enumerate(amounts) if amount.is_own), default=-1)
    choices = [place for place, amount in enumerate(amounts) if amount.role is Role.CHOICE]
    return amounts[choices[-1] + 1 :] if choices and chosen > choices[-1] else amounts


def _combined(
    amounts: Sequence[Amount], currency: str, needed: int, last: Decimal | None, *, is_question: bool
) -> ProposedOffer | None:
    """One price for one quantity; what contradicts itself is none."""
    amounts = [_price_for(amount, amounts, needed, last) for amount in amounts]
    quantities = {value for amount in amounts if amount.role is Role.QUANTITY for value in _whole(amount.values)}
    prices = _distinct(
        [
            amount
            for amount in amounts
            if amount.role in (Role.PRICE, Role.TOTAL) and not _is_far(amount, last) and _is_put_forward(amount, last)
        ]
    )
    terms = {amount.term for amount in amounts if amount.term is not None}
    if not prices or len(quantities) > 1 or len({name for name, _ in terms}) < len(terms):
        return None
    units = quantities.pop() if quantities else needed
    if not 1 <= units <= MOST_QUANTITY:
        return None
    found = _unit_price(prices, units, last)
    if found is None:
        return None
    price, is_per_unit, doubt = found
    doubt += 0.1 * is_question + 0.05 * (not quantities and units == needed)
    confidence = round(min(0.95, max(0.2, 0.95 - doubt)), 2)
    extras = tuple(sorted(terms))
    return ProposedOffer(
        price, units, extras, currency, is_per_unit, confidence, _reading(price, units, currency, extras, is_per_unit)
    )


def _price_for(amount: Amount, amounts: Sequence[Amount], needed: int, last: Decimal | None) -> Amount:
    """ "I'd take 415": a number of units is a price where none is named and it is about that on the table."""
    if amount.role is not Role.QUANTITY or not amount.is_bare or last is None or needed in amount.values:
        return amount
    is_near = last / FAR_ABOVE <= max(amount.values) <= last * FAR_ABOVE
    if not is_near or any(other.role in (Role.PRICE, Role.TOTAL) for other in amounts):
        return amount
    return replace(amount, role=Role.PRICE, doubt=0.3, is_bare=True, cue=Cue.ACT)


def _is_far(amount: Amount, last: Decimal | None) -> bool:
    """Whether it is by far too small to be a price of the item, sooner where nothing beside it speaks of money."""
    return last is not None and max(amount.values) < last * (FAR_BELOW if amount.is_bare else OTHER_THINGS)


def _is_put_forward(amount: Amount, last: Decimal | None) -> bool:
    """Who only names the price that is on the table may say anything about it."""
    return amount.cue >= (Cue.ACT if last in amount.values else Cue.HINT)


def _whole(values: Sequence[Decimal]) -> list[int]:
    return [int(value) for value in values if value == value.to_integral_value()][-1:]


def _distinct(prices: Sequence[Amount]) -> list[Amount]:
    """Said twice is said once."""
    kept: dict[tuple[Decimal, ...], Amount] = {}
    for amount in prices:
        known = kept.get(amount.values)
        if known is None or amount.is_each:
            kept[amount.values] = amount
    return list(kept.values())


def _unit_price(prices: Sequence[Amount], units: int, last: Decimal | None) -> tuple[Decimal, bool, float] | None:
    """The price of a unit, whether it was named as such, and the doubt about it."""
    if len(prices) == 2 and (product := _product(prices, units, last)):
        return product
    if len(prices) > 1:
        prices = [amount for amount in prices if amount.is_own]
    if len(prices) != 1:
        return None
    amount = prices[0]
    readings = [
        (value / units if is_total else value, not is_total, value)
        for value in amount.values
        for is_total in _ways(amount, value, units, last)
    ]
    least = 0 if last is None else last * OTHER_THINGS
    usable = [reading for reading in readings if _is_price(reading[0]) and reading[0] >= least]
    if not usable:
        return None
    doubt = amount.doubt + (0.3 if len(usable) > 1 and last is None else 0.0)
    price, is_per_unit, said = _likeliest(usable, last)
    price = to_money(price)
    doubt += 0.0 if is_per_unit or amount.role is Role.TOTAL else 0.1
    doubt += 0.1 if price * (1 if is_per_unit else units) != said else 0.0
    return price, is_per_unit, doubt


def _ways(amount: Amount, value: Decimal, units: int, last: Decimal | None) -> tuple[bool, ...]:
    """Whether it may be the price of all together: said so, or far above the price of one that was on the table."""
    if amount.role is Role.TOTAL:
        return (True,)
    if last is None or amount.is_each or not 0 < last * FAR_ABOVE < value:
        return (False,)
    if not amount.is_bare:
        return (False, True) if units > 1 else (False,)
    may_be_total = units > 1 and last / 2 <= value / units <= last * FAR_ABOVE
    return (False,) * (value <= last * OUT_OF_REACH) + (True,) * may_be_total


def _likeliest(
    readings: Sequence[tuple[Decimal, bool, Decimal]], last: Decimal | None
) -> tuple[Decimal, bool, Decimal]:
    """The nearest to the price on the table; without one, marks before three digits group them."""
    if last is None or last <= 0:
        return max(readings)
    return min(readings, key=lambda reading: abs(math.log(float(reading[0]) / float(last))))


def _product(prices: Sequence[Amount], units: int, last: Decimal | None) -> tuple[Decimal, bool, float] | None:
    """Of a price and the total that it makes, the price."""
    made = [
        (price, True, price)
        for one, other in (prices, prices[::-1])
        for price in one.values
        if one.role is Role.PRICE and price * units in other.values and _is_price(price)
    ]
    return (to_money(_likeliest(made, last)[0]), True, 0.0) if made else None


def _is_price(price: Decimal) -> bool:
    return CENT <= price <= HIGHEST_PRICE and -price.normalize().as_tuple().exponent <= 30  # type: ignore[operator]


def _reading(price: Decimal, units: int, currency: str, extras: tuple[tuple[str, int], ...], is_per_unit: bool) -> str:
    each, total = money_words(price, currency), money_words(price * units, currency)
    if units == 1:
        words = f"One unit for {total}"
    elif is_per_unit:
        words = f"{each} for each of {units:,} units, {total} in all"
    else:
        words = f"{total} for all {units:,} units, {each} each"
    further = "".join(f"; {name.replace('_', ' ')}: {value}" for name, value in extras)
    return f"{words}{further}."
