"""How far a mind that reasons for itself may stray from the strategy.

The strategy runs beside the mind as its shadow: it is computed as if the seat's own earlier offers had been the
strategy's, so that small gifts do not add up to a large one. Only the price is the mind's to choose: further terms are
the strategy's, and the latitude is that of the unit price which goes with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from negotiation.core.decision import best_option, valid_quotes
from negotiation.core.price_views import buyer_price_view, seller_price_view
from negotiation.core.room import Offer, holding
from negotiation.core.strategy import (
    Bid,
    Quote,
    choose_bids,
    choose_quote,
    last_word,
    live_quotes,
    opening_price,
)
from negotiation.core.terms import CENT, Terms, to_money
from negotiation.core.tradeoff import bid_offers, quote_offer, takeable
from negotiation.core.utility import bid_price, quote_price
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView
from negotiation.core.vocabulary import Party

# A seller's gifts are for good, a buyer's bid is not: hence the narrow side.
SELLER_BELOW, SELLER_ABOVE, SELLER_ACCEPTS = Decimal("0.03"), Decimal("0.10"), Decimal("0.02")
BUYER_AROUND, BUYER_AWARDS = Decimal("0.10"), Decimal("0.05")
CLEARANCE = Decimal("0.01")
FAR_OFF = 3


@dataclass(frozen=True, slots=True)
class Latitude:
    """Between which unit prices a mind may choose, and which one the strategy advises.

    `accept_limit` is for a seller the lowest bid it may take, for a buyer the highest quote it may award; None: none.
    """

    advised: Decimal
    low: Decimal
    high: Decimal
    accept_limit: Decimal | None

    def clamp(self, price: Decimal) -> Decimal | None:
        """The price, moved to the nearer end if it is a little outside; None if it is far off."""
        margin = FAR_OFF * max(self.high - self.low, CENT)
        if not self.low - margin <= price <= self.high + margin:
            return None
        return min(max(price, self.low), self.high)


def seller_latitude(view: SellerView) -> Latitude:
    """Around the shadow's quote: 3 % of the span from floor to asking price below, 10 % above.

    Never above the strategy's price in the last round, nor where that undercuts a rival: a seller that could go lower
    than all others would lose by it to one that cannot.
    """
    if not view.agenda:
        return _price_latitude(view)
    band, extras, taken = _price_latitude(seller_price_view(view)), quote_offer(view).terms.extras, takeable(view)
    advised, low, high = (
        min(quote_price(view.limits, price, extras), view.limits.ask) for price in (band.advised, band.low, band.high)
    )
    limit = None
    if taken is not None and band.accept_limit is not None:
        limit = quote_price(view.limits, band.accept_limit, taken.terms.extras)
    return Latitude(advised, low, high, limit)


def _price_latitude(view: SellerView) -> Latitude:
    limits, own = view.limits, holding(view.quotes, view.limits, view.quantity)
    if (final := last_word(view)) is not None:
        return Latitude(final.unit_price, final.unit_price, final.unit_price, _least_taken(view, final.unit_price))
    shadow = shadow_quote(view)
    span, price = limits.ask - limits.floor, shadow.price
    most = min([limits.ask, *(quote.terms.unit_price for quote in own)])
    high = min(most, price if view.is_last_round or shadow.answers_rival else price + SELLER_ABOVE * span)
    low = max(price - SELLER_BELOW * span, min(price, limits.floor + CLEARANCE * span))
    accepts = max(price - SELLER_ACCEPTS * span, min(price, limits.floor + CLEARANCE * span))
    high = to_money(high)
    return Latitude(min(to_money(price), high), min(to_money(low), high), high, _least_taken(view, to_money(accepts)))


def _least_taken(view: SellerView, price: Decimal) -> Decimal | None:
    """The lowest bid that may be taken, None where the bid is one that the seller may not take at any price."""
    bid = view.live_bid
    is_possible = bid is None or view.limits.permit(replace(bid.terms, unit_price=view.limits.ask))
    return price if is_possible else None


def buyer_latitudes(view: BuyerView) -> dict[str, Latitude]:
    """By seller, around the shadow's bid: 10 % of the way from the opening to the most it could usefully bid.

    In the last round never below the strategy's bid, be it the shadow's or the one for what was really said.
    """
    bands = _price_latitudes(buyer_price_view(view))
    if not view.has_agenda:
        return bands
    offers = bid_offers(view)
    return {
        thread.seller_id: _with_terms(view, thread, bands[thread.seller_id], offers[thread.seller_id].terms)
        for thread in view.threads
    }


def _with_terms(view: BuyerView, thread: BuyerThread, band: Latitude, terms: Terms) -> Latitude:
    """The unit prices that go with those further terms."""
    limits, taken = view.limits, best_option(view, thread)
    least = max(limits.minimum, CENT)
    advised, low, high = (
        max(least, min(bid_price(limits, price, terms.extras), thread.ask))
        for price in (band.advised, band.low, band.high)
    )
    limit = None
    if taken is not None and band.accept_limit is not None:
        limit = bid_price(limits, band.accept_limit, taken.terms.extras)
    return Latitude(advised, low, high, limit)


def _price_latitudes(view: BuyerView) -> dict[str, Latitude]:
    start, ceiling = opening_price(view), view.limits.maximum
    reach = max(CENT, min([ceiling, *(price - CENT for price in live_quotes(view))]) - start)
    best = next((thread.seller_id for thread in valid_quotes(view)), None)
    return {
        bid.seller_id: _around(bid, view, view.thread(bid.seller_id), reach, may_award=bid.seller_id == best)
        for bid in map(_last_at_its_best, shadow_bids(view), choose_bids(view))
    }


def shadow_quote(view: SellerView) -> Quote:
    """What the strategy would answer now, had it made all the seat's earlier offers itself."""
    shadows: list[Offer] = []
    for bid in view.bids:
        if bid.round < view.round:
            quote = choose_quote(_seller_view_at(view, bid, shadows))
            shadows.append(_shadow(view.seat.seller_id, Party.SELLER, bid.round, quote.price, view.quantity))
    return choose_quote(replace(view, quotes=tuple(shadows)))


def shadow_bids(view: BuyerView) -> tuple[Bid, ...]:
    """What the strategy would bid next, had it made all the earlier bids itself."""
    shadows: dict[str, list[Offer]] = {thread.seller_id: [] for thread in view.threads}
    for past in range(view.round):
        for bid in choose_bids(_buyer_view_at(view, past, shadows)):
            made = _shadow(bid.seller_id, Party.BUYER, past + 1, bid.price, view.limits.quantity)
            shadows[bid.seller_id].append(replace(made, claim=bid.claim))
    return choose_bids(replace(view, threads=tuple(replace(t, bids=tuple(shadows[t.seller_id])) for t in view.threads)))


def _last_at_its_best(shadow: Bid, real: Bid) -> Bid:
    """After the last bid nothing mends one that was too low: the shadow may not have seen how near a deal is."""
    return replace(shadow, price=max(shadow.price, real.price)) if shadow.is_last else shadow


def _around(bid: Bid, view: BuyerView, thread: BuyerThread, reach: Decimal, *, may_award: bool) -> Latitude:
    limits, margin = view.limits, BUYER_AROUND * reach
    own = (offer.terms.unit_price for offer in thread.bids if limits.permit(offer.terms))
    least = max([limits.minimum, CENT, *(price for price in own if price <= thread.ask)])
    beaten = [thread.quote.terms.unit_price - CENT] if thread.quote is not None else []
    most = min([limits.maximum, thread.ask, *beaten])
    high = min(most, max(bid.price, min(bid.price + margin, limits.maximum - CLEARANCE * reach)))
    low = bid.price if bid.is_last else bid.price - margin
    low, high = to_money(max(low, least)), to_money(max(high, least))
    award = min(limits.maximum, bid.price + BUYER_AWARDS * reach) if may_award else None
    return Latitude(min(max(bid.price, low), high), min(low, high), high, None if award is None else to_money(award))


def _seller_view_at(view: SellerView, bid: Offer, shadows: Sequence[Offer]) -> SellerView:
    """The view as it was when this bid had to be answered."""
    return replace(
        view,
        round=bid.round,
        bids=tuple(earlier for earlier in view.bids if earlier.round <= bid.round),
        quotes=tuple(shadows),
        live_bid=bid,
        rival_price=bid.claim,
    )


def _buyer_view_at(view: BuyerView, past: int, shadows: dict[str, list[Offer]]) -> BuyerView:
    """The view as it was when the answers of round `past` were in."""
    return replace(
        view, round=past, threads=tuple(_thread_at(thread, past, shadows[thread.seller_id]) for thread in view.threads)
    )


def _thread_at(thread: BuyerThread, past: int, shadows: Sequence[Offer]) -> BuyerThread:
    quotes = tuple(quote for quote in thread.quotes if quote.round <= past)
    return replace(thread, bids=tuple(shadows), quotes=quotes, quote=quotes[-1] if quotes else None, is_agreed=False)


def _shadow(seller_id: str, party: Party, round_number: int, price: Decimal, quantity: int) -> Offer:
    return Offer(0, party, seller_id, round_number, Terms(price, quantity))
