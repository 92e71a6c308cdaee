"""How good a deal was, judged with both sides' private numbers: for operators and the benchmark, never for a seat.

A market of one buyer and several sellers is an assignment game (Shapley and Shubik 1972): its core is the price range
from the lowest to the second-lowest price at which a seller may legally close, with the lowest one winning.
"""

from dataclasses import dataclass
from decimal import Decimal

from negotiation.core.preferences import BuyerLimits, SellerLimits
from negotiation.core.room import Setup
from negotiation.core.terms import Terms, to_money


@dataclass(frozen=True, slots=True)
class Zopa:
    """The zone of possible agreement, lowest and highest unit price at which a deal could legally close."""

    low: Decimal
    high: Decimal

    @property
    def middle(self) -> Decimal:
        """The Nash, Kalai-Smorodinsky and egalitarian price alike, as only one price is bargained over."""
        return to_money((self.low + self.high) / 2)


@dataclass(frozen=True, slots=True)
class Market:
    """What was possible in a room. Both are None where no deal was."""

    zopa: Zopa | None
    competitive_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """A deal against what was possible. Shares are parts of the surplus, None where there is none to share."""

    savings_against_ask: Decimal
    savings_against_best_ask: Decimal
    savings_against_limit: Decimal
    buyer_share: Decimal | None
    seller_share: Decimal | None
    competitive_share: Decimal | None
    was_best_seller: bool


def lowest_legal_price(buyer: BuyerLimits, seller: SellerLimits) -> Decimal | None:
    """The lowest price at which the two may close the whole quantity, None if they may not at all."""
    if seller.stock < buyer.quantity or seller.ask < buyer.minimum:
        return None
    price = max(seller.floor, buyer.minimum)
    return price if price <= buyer.maximum else None


def survey(setup: Setup) -> Market:
    lowest = _legal_prices(setup)
    if not lowest:
        return Market(None, None)
    competitive = min(lowest[1], setup.buyer.maximum) if len(lowest) > 1 else setup.buyer.maximum
    return Market(Zopa(lowest[0], setup.buyer.maximum), competitive)


def assess(setup: Setup, seller_id: str, terms: Terms) -> Assessment:
    buyer, winner = setup.buyer, setup.seat(seller_id).limits
    price, units, lowest = terms.unit_price, terms.quantity, _legal_prices(setup)
    legal = max(winner.floor, buyer.minimum)
    competitive = survey(setup).competitive_price
    surplus = buyer.maximum - lowest[0] if lowest else Decimal(0)
    return Assessment(
        savings_against_ask=(winner.ask - price) * units,
        savings_against_best_ask=(min(seat.limits.ask for seat in setup.sellers) - price) * units,
        savings_against_limit=(buyer.maximum - price) * units,
        buyer_share=_share(buyer.maximum - price, surplus),
        seller_share=_share(price - legal, surplus),
        competitive_share=_share(buyer.maximum - price, buyer.maximum - competitive)
        if competitive is not None
        else None,
        was_best_seller=bool(lowest) and legal <= lowest[0],
    )


def _legal_prices(setup: Setup) -> list[Decimal]:
    prices = (lowest_legal_price(setup.buyer, seat.limits) for seat in setup.sellers)
    return sorted(price for price in prices if price is not None)


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part / whole).quantize(Decimal("0.001")) if whole > 0 else None
