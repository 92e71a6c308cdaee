"""What terms are worth to each side: price and further terms in one number.

Quasi-linear and additive over the terms (Keeney and Raiffa 1976): a further term away from a side's ideal is a burden
of so much money for each unit. The effective price is what the side would as soon pay or get at its ideal terms.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from negotiation.core.preferences import BuyerLimits, Extras, SellerLimits, burden
from negotiation.core.room import Offer
from negotiation.core.terms import CENT, Terms, to_money


@dataclass(frozen=True, slots=True)
class Option:
    """What of an offer a side would take: the package's number, its terms, and their effective price for that side."""

    package: int
    terms: Terms
    price: Decimal


def buyer_price(limits: BuyerLimits, terms: Terms, agenda: tuple[str, ...] = ()) -> Decimal:
    """Unit price and burden, in whole cents and rounded up."""
    if not limits.extras:
        return terms.unit_price
    return (terms.unit_price + burden(limits.extras, terms.extras, agenda)).quantize(CENT, ROUND_CEILING)


def seller_price(limits: SellerLimits, terms: Terms, agenda: tuple[str, ...] = ()) -> Decimal:
    """Unit price less burden, in whole cents and rounded down, and not below nothing."""
    if not limits.extras:
        return terms.unit_price
    return _at_least_nothing(terms.unit_price - burden(limits.extras, terms.extras, agenda))


def bid_price(limits: BuyerLimits, price: Decimal, extras: Extras) -> Decimal:
    """The highest unit price that is worth that effective price to the buyer with these terms."""
    return (price - burden(limits.extras, extras)).quantize(CENT, ROUND_FLOOR)


def quote_price(limits: SellerLimits, price: Decimal, extras: Extras) -> Decimal:
    """The lowest unit price that is worth that effective price to the seller with these terms."""
    return (price + burden(limits.extras, extras)).quantize(CENT, ROUND_CEILING)


def buyer_utility(limits: BuyerLimits, terms: Terms, agenda: tuple[str, ...] = ()) -> Decimal:
    """(maximum - effective price) / (maximum - minimum): 0 at the limit, 1 at the minimum with all terms ideal.

    It is the additive value function whose weights are the money that each issue's whole range is worth.
    """
    return _part(limits.maximum - buyer_price(limits, terms, agenda), limits.maximum - limits.minimum)


def seller_utility(limits: SellerLimits, terms: Terms, agenda: tuple[str, ...] = ()) -> Decimal:
    """(effective price - floor) / (ask - floor): 0 at the floor, 1 at the asking price with all terms ideal."""
    return _part(seller_price(limits, terms, agenda) - limits.floor, limits.ask - limits.floor)


def best_for_buyer(limits: BuyerLimits, offer: Offer, agenda: tuple[str, ...] = ()) -> Option | None:
    """The cheapest in effect of what the buyer may take, None if it may take nothing of it."""
    options = (
        Option(number, terms, buyer_price(limits, terms, agenda))
        for number, terms in enumerate(offer.options)
        if limits.admit(terms)
    )
    return min(options, key=lambda option: option.price, default=None)


def best_for_seller(limits: SellerLimits, offer: Offer, agenda: tuple[str, ...] = ()) -> Option | None:
    """The dearest in effect of what the seller may take, None if it may take nothing of it."""
    options = (
        Option(number, terms, seller_price(limits, terms, agenda))
        for number, terms in enumerate(offer.options)
        if limits.permit(terms)
    )
    return max(options, key=lambda option: option.price, default=None)


def worth_to_buyer(limits: BuyerLimits, offer: Offer, agenda: tuple[str, ...] = ()) -> Decimal:
    """The effective price of the best of an offer, whether the buyer may take it or not."""
    best = best_for_buyer(limits, offer, agenda)
    return best.price if best else min(buyer_price(limits, terms, agenda) for terms in offer.options)


def worth_to_seller(limits: SellerLimits, offer: Offer, agenda: tuple[str, ...] = ()) -> Decimal:
    """As `worth_to_buyer`, for the seller."""
    best = best_for_seller(limits, offer, agenda)
    return best.price if best else max(seller_price(limits, terms, agenda) for terms in offer.options)


def like_for_like(
    limits: BuyerLimits, rivals: Iterable[Decimal], terms: Terms | None, agenda: tuple[str, ...] = ()
) -> Decimal | None:
    """The best of these effective prices as the unit price that would be worth as much to the buyer on these terms.

    None where there is no rival, or none whose offer could be matched for money at all.
    """
    best = min(rivals, default=None)
    if best is None or terms is None or not agenda:
        return best
    price = to_money(best - burden(limits.extras, terms.extras, agenda))
    return price if price >= CENT else None


def like_for_like_to_seller(
    limits: SellerLimits, claim: Decimal | None, terms: Terms, agenda: tuple[str, ...]
) -> Decimal | None:
    """A rival's price that was named for these terms, as an effective price of the seller."""
    return None if claim is None else _at_least_nothing(claim - burden(limits.extras, terms.extras, agenda))


def _at_least_nothing(price: Decimal) -> Decimal:
    return max(Decimal(0), price).quantize(CENT, ROUND_FLOOR)


def _part(gain: Decimal, whole: Decimal) -> Decimal:
    if whole <= 0:
        return Decimal(0) if gain <= 0 else Decimal(1)
    return min(Decimal(1), max(Decimal(0), gain / whole))
