"""What a seat sees where further terms are bargained over, as if only the price were.

In a price view each offer stands at its effective price for the seat that looks, the best of its packages counting, so
that tactics which know prices alone can be asked. Without an agenda a view is its own price view.
"""

from dataclasses import replace
from decimal import Decimal

from negotiation.core.room import Offer, holding
from negotiation.core.terms import CENT, Terms
from negotiation.core.utility import (
    best_for_buyer,
    best_for_seller,
    buyer_price,
    like_for_like_to_seller,
    seller_price,
    worth_to_buyer,
    worth_to_seller,
)
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView
from negotiation.core.vocabulary import Party


def seller_price_view(view: SellerView) -> SellerView:
    """A bid that the seller may not take at all is none that stands there."""
    if not view.agenda:
        return view
    limits, bid = view.limits, view.live_bid
    is_takeable = bid is not None and best_for_seller(limits, bid, view.agenda) is not None
    own = holding(view.quotes, limits, view.quantity)
    return replace(
        view,
        seat=replace(view.seat, limits=replace(limits, extras=())),
        bids=tuple(_bid_to_seller(view, each) for each in view.bids),
        quotes=tuple(_at(each, seller_price(limits, each.terms, view.agenda)) for each in own),
        live_bid=_bid_to_seller(view, bid) if bid is not None and is_takeable else None,
        rival_price=_claimed_to_seller(view, view.bids[-1], view.rival_price) if view.bids else view.rival_price,
        agenda=(),
    )


def buyer_price_view(view: BuyerView) -> BuyerView:
    if not view.has_agenda:
        return view
    threads = tuple(_thread(view, thread) for thread in view.threads)
    return replace(view, limits=replace(view.limits, extras=()), threads=threads)


def _bid_to_seller(view: SellerView, bid: Offer) -> Offer:
    worth = worth_to_seller(view.limits, bid, view.agenda)
    return replace(_at(bid, worth), claim=_claimed_to_seller(view, bid, bid.claim))


def _claimed_to_seller(view: SellerView, bid: Offer, claim: Decimal | None) -> Decimal | None:
    return like_for_like_to_seller(view.limits, claim, bid.terms, view.agenda)


def _thread(view: BuyerView, thread: BuyerThread) -> BuyerThread:
    """The price that nobody exceeds may be less than the buyer has bid in effect: then it binds nothing more."""
    bids = tuple(_at(each, buyer_price(view.limits, each.terms, thread.agenda)) for each in thread.bids)
    quotes = tuple(_quote_to_buyer(view, thread, each) for each in thread.quotes)
    quote = None if thread.quote is None else _quote_to_buyer(view, thread, thread.quote)
    ask = max([thread.ask, *(bid.terms.unit_price for bid in bids[-1:])]) if thread.agenda else thread.ask
    return replace(thread, ask=ask, bids=bids, quotes=quotes, quote=quote, agenda=())


def _quote_to_buyer(view: BuyerView, thread: BuyerThread, quote: Offer) -> Offer:
    """What the buyer may not take stands beyond its limit."""
    limits, worth = view.limits, worth_to_buyer(view.limits, quote, thread.agenda)
    is_bound = quote.party is Party.BUYER
    if not is_bound and thread.agenda and best_for_buyer(limits, quote, thread.agenda) is None:
        worth = max(worth, limits.maximum + CENT)
    return _at(quote, worth)


def _at(offer: Offer, price: Decimal) -> Offer:
    return replace(offer, terms=Terms(price, offer.terms.quantity), packages=())
