"""What the core would do at a seat that a person or program holds: an offer, or to take what stands, and why.

Built from that seat's own view and from prices that anybody may know, so no number of the other side can be in it.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from negotiation.core.errors import NotYourTurn
from negotiation.core.latitude import Latitude, buyer_latitudes, seller_latitude
from negotiation.core.opponent import Sight, acceptance, confidence, seen_by_buyer, seen_by_seller
from negotiation.core.preferences import BuyerLimits, Extras, SellerLimits, burden
from negotiation.core.reasons import said
from negotiation.core.room import Offer
from negotiation.core.terms import CENT, Terms, grain, round_down_to
from negotiation.core.tradeoff import bid_offers, choose_award, choose_quote, quote_offer
from negotiation.core.visibility import BuyerView, SellerView
from negotiation.core.vocabulary import Action, Party

# Between the ends of the latitude, the prices that are weighed against each other.
WEIGHED = 12
# A probability under this is no reason to give anything.
SMALL_HOPE = 0.05
LIKELY = ((0.85, "very likely"), (0.6, "likely"), (0.35, "about as likely as not"), (0.12, "not likely"))
HARDLY = "hardly likely"


@dataclass(frozen=True, slots=True)
class MarketPrice:
    """What the item goes for elsewhere: the median of `count` deals in so many days; with 0 days, of asking prices."""

    price: Decimal
    count: int
    window_days: int

    def difference(self, price: Decimal) -> float:
        """How far that price is above the market's, in percent."""
        return round(float((price - self.price) / self.price * 100), 1)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`confidence` grows with what the other side has shown; the probability is that of its taking the offer next."""

    terms: Terms
    action: Action
    confidence: float
    acceptance_probability: float
    reasoning: str
    market: MarketPrice | None = None


@dataclass(frozen=True, slots=True)
class _Seat:
    """One side's place in a thread, with what it may do there.

    `traded` are the further terms of its strategy where such are bargained over; only the price is weighed then.
    """

    sight: Sight
    limits: BuyerLimits | SellerLimits
    mine: Offer | None
    theirs: Offer | None
    latitude: Latitude
    takes_theirs: bool
    traded: Extras = ()

    def gain(self, price: Decimal) -> float:
        limits, given = self.limits, burden(self.limits.extras, self.traded)
        return float((limits.maximum - price if isinstance(limits, BuyerLimits) else price - limits.floor) - given)

    def chance(self, price: Decimal, quantity: int, *, at_last: bool = False) -> float:
        sight = replace(self.sight, round=self.sight.max_rounds) if at_last else self.sight
        return acceptance(sight, Terms(price, quantity))


def suggest_to_buyer(view: BuyerView, seller_id: str, market: MarketPrice | None = None) -> Suggestion:
    """Raises NotYourTurn if all rounds are played and there is nothing to take."""
    thread = view.thread(seller_id)
    quote, award = thread.quote, choose_award(view)
    is_takeable = quote is not None and (thread.is_agreed or view.limits.admit(quote.terms))
    if view.is_over and not is_takeable:
        raise NotYourTurn("the last round has been played, and the offer that stands is beyond your limits")
    seat = _Seat(
        sight=seen_by_buyer(view, seller_id),
        limits=view.limits,
        mine=thread.bids[-1] if thread.bids else None,
        theirs=quote,
        latitude=buyer_latitudes(view)[seller_id],
        takes_theirs=is_takeable
        and (view.is_over or thread.is_agreed or (award is not None and award.seller_id == seller_id)),
        traded=bid_offers(view)[seller_id].terms.extras if thread.agenda else (),
    )
    offered = quote.terms.quantity if quote is not None else view.limits.quantity
    return _suggest(seat, min(view.limits.quantity, offered), is_takeable=is_takeable, market=market)


def suggest_to_seller(view: SellerView, market: MarketPrice | None = None) -> Suggestion:
    bid, limits = view.live_bid, view.limits
    is_takeable = bid is not None and limits.permit(bid.terms)
    seat = _Seat(
        sight=seen_by_seller(view),
        limits=limits,
        mine=view.quotes[-1] if view.quotes else None,
        theirs=bid,
        latitude=seller_latitude(view),
        takes_theirs=is_takeable and choose_quote(view).accepts,
        traded=quote_offer(view).terms.extras if view.agenda else (),
    )
    wanted = bid.terms.quantity if bid is not None else view.quantity
    return _suggest(seat, max(1, min(wanted, limits.stock)), is_takeable=is_takeable, market=market)


def _suggest(seat: _Seat, quantity: int, *, is_takeable: bool, market: MarketPrice | None) -> Suggestion:
    price, theirs = _best_price(seat, quantity), seat.theirs
    trust = confidence(seat.sight)
    if theirs is not None and is_takeable and (seat.takes_theirs or _is_as_good(seat, theirs.terms.unit_price, price)):
        sure = round((1 + trust) / 2, 2)
        return Suggestion(theirs.terms, Action.ACCEPT, sure, 1.0, _why_accept(seat, theirs, price, market), market)
    terms = Terms(price, quantity, _extras(seat))
    probability = round(seat.chance(price, quantity), 3)
    return Suggestion(terms, Action.OFFER, trust, probability, _why_offer(seat, terms, probability, market), market)


def _best_price(seat: _Seat, quantity: int) -> Decimal:
    """The strategy's price, or one in its latitude that is worth more: probability times what is gained by it.

    What may still be had by waiting counts as well, so that nothing is given early for a small hope.
    """
    latitude = seat.latitude
    waiting = max((_worth(seat, price, quantity) for price in _all_prices(seat)), default=0.0)
    if seat.sight.round >= seat.sight.max_rounds:
        waiting = 0.0
    best, most = latitude.advised, 0.0
    for price in _steps(latitude.low, latitude.high):
        chance = seat.chance(price, quantity)
        worth = chance * (seat.gain(price) - waiting)
        if chance >= SMALL_HOPE and worth > most:
            best, most = price, worth
    return best


def _worth(seat: _Seat, price: Decimal, quantity: int) -> float:
    """What a last offer at this price is worth."""
    return seat.chance(price, quantity, at_last=True) * seat.gain(price)


def _all_prices(seat: _Seat) -> list[Decimal]:
    limits = seat.limits
    if isinstance(limits, BuyerLimits):
        return _steps(max(limits.minimum, CENT), limits.maximum)
    return _steps(max(limits.floor, CENT), limits.ask)


def _steps(low: Decimal, high: Decimal) -> list[Decimal]:
    """Prices as people would say them, from one end to the other."""
    step = (high - low) / WEIGHED
    prices = (low + step * place for place in range(WEIGHED + 1))
    return sorted({min(high, max(low, round_down_to(price, grain(price)))) for price in prices})


def _is_as_good(seat: _Seat, theirs: Decimal, mine: Decimal) -> bool:
    return theirs <= mine if seat.sight.party is Party.BUYER else theirs >= mine


def _extras(seat: _Seat) -> Extras:
    """Our own further terms, and theirs as far as we may agree: a number beyond our range at its nearer end."""
    if seat.traded:
        return seat.traded
    ranges = {each.name: each for each in seat.limits.extras}
    wanted = dict(seat.mine.terms.extras) if seat.mine is not None else {}
    wanted |= dict(seat.theirs.terms.extras) if seat.theirs is not None else {}
    return tuple((name, ranges[name].nearest(wanted[name])) for name in sorted(wanted) if name in ranges)


def _why_offer(seat: _Seat, terms: Terms, probability: float, market: MarketPrice | None) -> str:
    name = "seller" if seat.sight.party is Party.BUYER else "buyer"
    chance = next((words for least, words in LIKELY if probability >= least), HARDLY)
    offer = (
        f"{said(terms.unit_price)} for {terms.quantity} is a steady next step, and the {name} is {chance} to take it."
    )
    return " ".join(filter(None, (_course_of(seat), offer, _market_words(terms.unit_price, market), _time_left(seat))))


def _why_accept(seat: _Seat, theirs: Offer, price: Decimal, market: MarketPrice | None) -> str:
    at = theirs.terms.unit_price
    if seat.takes_theirs and not _is_as_good(seat, at, price):
        why = f"{said(at)} is within your limits, and waiting for more may lose it."
    elif at == price:
        why = f"{said(at)} is what the next offer would have been."
    else:
        why = f"{said(at)} is better than the {said(price)} that the next offer would have been."
    return " ".join(filter(None, (why, _market_words(at, market))))


def _course_of(seat: _Seat) -> str:
    """What the other side has done so far, in its own words' numbers."""
    heard = seat.sight.theirs
    if not heard:
        return ""
    moved = abs(heard[-1] - heard[0])
    who, way = ("The seller asks", "down") if seat.sight.party is Party.BUYER else ("The buyer bids", "up")
    if not moved:
        return f"{who} {said(heard[-1])} and has not moved yet."
    return f"{who} {said(heard[-1])} and has come {way} by {said(moved)} so far."


def _market_words(price: Decimal, market: MarketPrice | None) -> str:
    if market is None:
        return ""
    usual = "Recent deals were" if market.window_days else "Others ask"
    if price == market.price:
        return f"{usual} around the same {said(market.price)}."
    return f"{usual} around {said(market.price)}, so this is {'above' if price > market.price else 'below'} the market."


def _time_left(seat: _Seat) -> str:
    left = seat.sight.max_rounds - seat.sight.round
    if left == 0:
        return "It is the last round."
    return "One round is left after this." if left == 1 else ""
