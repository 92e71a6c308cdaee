"""Which of its own limits a side goes beyond with some terms, in a sentence for that side alone."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from negotiation.core.errors import BeyondOwnLimits
from negotiation.core.preferences import BuyerLimits, Range, SellerLimits, burden
from negotiation.core.terms import CENT, Terms


def beyond_buyers(limits: BuyerLimits, options: Sequence[Terms], ask: Decimal | None = None) -> BeyondOwnLimits:
    """The first limit that is crossed by one of the options; `ask` is the seller's asking price, if that binds, too."""
    return next((beyond for terms in options for beyond in _buyers(limits, terms, ask)), BeyondOwnLimits())


def beyond_sellers(limits: SellerLimits, options: Sequence[Terms]) -> BeyondOwnLimits:
    """The first limit that is crossed by one of the options."""
    return next((beyond for terms in options for beyond in _sellers(limits, terms)), BeyondOwnLimits())


def _buyers(limits: BuyerLimits, terms: Terms, ask: Decimal | None) -> Iterator[BeyondOwnLimits]:
    yield from _outside(limits.extras, terms)
    yield from _above(terms, limits.maximum, "your highest price")
    most = limits.maximum - burden(limits.extras, terms.extras)
    yield from _above(terms, most.quantize(CENT, ROUND_FLOOR), "your highest price with these further terms")
    if ask is not None:
        yield from _above(terms, ask, "the seller's asking price")
    yield from _below(terms, limits.minimum, "your lowest price")


def _sellers(limits: SellerLimits, terms: Terms) -> Iterator[BeyondOwnLimits]:
    yield from _outside(limits.extras, terms)
    yield from _below(terms, limits.floor, "your lowest price")
    least = limits.floor + burden(limits.extras, terms.extras)
    yield from _below(terms, least.quantize(CENT, ROUND_CEILING), "your lowest price with these further terms")
    yield from _above(terms, limits.ask, "your asking price")


def _outside(ranges: tuple[Range, ...], terms: Terms) -> Iterator[BeyondOwnLimits]:
    allowed = {each.name: each for each in ranges}
    for name, value in terms.extras:
        plain, own = name.replace("_", " "), allowed.get(name)
        if own is None:
            yield BeyondOwnLimits(f"your limits say nothing of {plain}", f"terms.{name}")
        elif own.nearest(value) != value:
            words = f"{value} {plain} are outside your own range, {own.low} to {own.high}"
            yield BeyondOwnLimits(words, f"terms.{name}")


def _above(terms: Terms, most: Decimal, name: str) -> Iterator[BeyondOwnLimits]:
    if terms.unit_price > most:
        yield BeyondOwnLimits(f"{terms.unit_price:,.2f} a unit is above {name}, {most:,.2f}")


def _below(terms: Terms, least: Decimal, name: str) -> Iterator[BeyondOwnLimits]:
    if terms.unit_price < least:
        yield BeyondOwnLimits(f"{terms.unit_price:,.2f} a unit is below {name}, {least:,.2f}")
