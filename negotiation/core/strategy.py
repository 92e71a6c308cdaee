"""Concession tactics and acceptance rules: how each side turns what it sees into a price.

A curve (`core.curves`) aims at a resistance point above a floor and by a deadline, both drawn from the seed
of its seat, so that it does not give the floor away; only a rival's verified price, answered in the last rounds, or a
last bid brings a seller below that point.
"""

import math
from dataclasses import dataclass, replace
from decimal import Decimal

from negotiation.core.because import Because, Rule
from negotiation.core.curves import (
    PATIENCE,
    TEMPERS,
    answers_rivals_from,
    drawn,
    gone_alone,
    gone_in_a_crowd,
    gone_to_aim,
)
from negotiation.core.decision import best_award, valid_quotes
from negotiation.core.moves import Award
from negotiation.core.preferences import BuyerLimits, Policy, Toughness
from negotiation.core.room import Offer, holding
from negotiation.core.terms import CENT, Terms, grain, round_down_to, to_money
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView
from negotiation.core.vocabulary import Reason

CROWDED_SHARE = Decimal("0.8")
LAST_GAMBLE = Decimal("0.7")
# Above this part of the limit there is too little to save to risk the deal for.
WORTH_A_GAMBLE = Decimal("0.94")
NEAR_RIVAL = Decimal("1.03")
RECIPROCITY = Decimal("0.35")
UNDERCUT_TICK = Decimal("0.002")
# The part of the rounds after which sellers that have not moved by a cent are taken not to move at all.
STUCK_AFTER = Decimal("0.25")
# Between which numbers a seat's seed draws what hides its limit: the parts of its mean resistance, of the way to a
# rival's price and, in a bundle, to its floor, and a first bid's part of the limit.
RESISTANCE, RIVAL_STEP = ("0.5", "1.5"), ("0.7", "0.95")
OPENING = ("0.4", "0.65")
BUNDLE_PART = ("0.2", "0.8")

# What a seller's toughness makes of the height of its aim above the floor.
FIRMNESS = {
    Toughness.GENEROUS: Decimal("0.4"),
    Toughness.FAIR: Decimal(1),
    Toughness.TOUGH: Decimal("2.5"),
}


@dataclass(frozen=True, slots=True)
class Bid:
    """What the buyer offers one seller next. `claim` is the rival price it states."""

    seller_id: str
    price: Decimal
    claim: Decimal | None
    is_last: bool
    because: Because


@dataclass(frozen=True, slots=True)
class Quote:
    """What a seller answers: a price, or the buyer's bid taken."""

    price: Decimal
    accepts: bool
    because: Because
    answers_rival: bool = False
    cannot_beat: bool = False


def choose_award(view: BuyerView) -> Award | None:
    """Whether the buyer stops here: at the end, on a seller's acceptance, or on a price it does not hope to beat."""
    if view.is_over or view.must_award:
        return best_award(view)
    ranked = valid_quotes(view)
    if not ranked or ranked[0].quote is None:
        return None
    best, quotes = ranked[0].quote, live_quotes(view)
    takes_it = len(quotes) == 1 or PATIENCE[view.temperament].takes_early
    if takes_it and best.terms.unit_price <= acceptable_price(view):
        return best_award(view, Reason.GOOD_ENOUGH)
    others = [t for t in view.threads if t.quote is not None and t.seller_id != ranked[0].seller_id]
    if best.is_final and not any(_still_close(thread, best.terms.unit_price) for thread in others):
        return best_award(view, Reason.FINAL_OFFER)
    return None


def choose_bids(view: BuyerView) -> tuple[Bid, ...]:
    """The buyer's bids for the round after `view.round`, one for each open thread."""
    return tuple(_bid(view, thread) for thread in view.threads)


def live_quotes(view: BuyerView) -> list[Decimal]:
    return sorted(thread.quote.terms.unit_price for thread in view.threads if thread.quote is not None)


def opening_price(view: BuyerView) -> Decimal:
    """A part of the limit, or a little above the minimum: both are drawn, so that the first bid tells neither."""
    least, most = view.limits.minimum, view.limits.maximum
    if least == 0:
        return max(CENT, to_money(most * drawn(view.seed, "opening", *OPENING)))
    return min(to_money(least * drawn(view.seed, "opening", "1.002", "1.012")), to_money((least + most) / 2))


def choose_quote(view: SellerView) -> Quote:
    """A seller's answer to the buyer's last bid."""
    limits, aim, final = view.limits, resistance_point(view), last_word(view)
    quote = _kept(final) if final else _in_bundle(view, _answer_to_rival(view, _target(view, aim)))
    bid = view.live_bid
    if bid is None or not limits.permit(bid.terms):
        return quote
    threshold = min(quote.price, max(aim, _curve(view, aim, view.round + 1)))
    is_good = bid.terms.unit_price >= threshold
    if not (is_good or view.is_last_round):
        return quote
    rule = Rule.GOOD_BID if is_good else Rule.LAST_BID
    return Quote(bid.terms.unit_price, accepts=True, because=replace(quote.because, rule=rule, wanted=threshold))


def _in_bundle(view: SellerView, quote: Quote) -> Quote:
    """Bettered by what the seller gives for a bundle: at most a part of the way to its floor.

    That part is drawn, since from a known one the floor would follow.
    """
    if not view.bundle_discount:
        return quote
    most = drawn(view.seed, "bundle", *BUNDLE_PART) * (quote.price - view.limits.floor)
    off = min(view.bundle_discount * quote.price, most)
    price = min(quote.price, _spoken_quote(quote.price - off, view, least=view.limits.floor))
    return replace(quote, price=price, because=replace(quote.because, rule=Rule.BUNDLE))


def acceptable_price(view: BuyerView) -> Decimal:
    """What the buyer would itself bid for in the next round if only one seller were left."""
    start = opening_price(view)
    return start + gone_alone(view, view.round + 1) * (view.limits.maximum - start)


def last_word(view: SellerView) -> Terms | None:
    """What the seller is held to, if it called an offer final."""
    own = _own_quotes(view)
    return own[-1].terms if any(quote.is_final for quote in own) else None


def resistance_point(view: SellerView) -> Decimal:
    """Where the seller's own curve ends: drawn once for the thread, between half and one and a half of its mean."""
    firmness = PATIENCE[view.temperament].firmness * FIRMNESS[view.toughness]
    share = TEMPERS[view.limits.priority].resistance * firmness * drawn(view.seed, "resistance", *RESISTANCE)
    return to_money(view.limits.floor + share * (view.limits.ask - view.limits.floor))


def _bid(view: BuyerView, thread: BuyerThread) -> Bid:
    is_last = view.round + 1 >= view.max_rounds
    wanted, because = _last_bid(view, thread) if is_last else _curve_bid(view)
    price, bound = _bounded(wanted, thread, view.limits)
    price = _spoken_bid(price, thread, view.limits)
    if thread.bids and price == thread.bids[-1].terms.unit_price:
        bound = Rule.HELD
    return Bid(thread.seller_id, price, _claim(view, thread), is_last, replace(because, rule=bound or because.rule))


def _bounded(price: Decimal, thread: BuyerThread, limits: BuyerLimits) -> tuple[Decimal, Rule | None]:
    """The price within what binds every bid, and the rule that moved it last, if any did."""
    bound: Rule | None = None
    if thread.quote is not None and price > thread.quote.terms.unit_price - CENT:
        price, bound = thread.quote.terms.unit_price - CENT, Rule.JUST_BELOW
    if thread.bids and price < thread.bids[-1].terms.unit_price:
        price, bound = thread.bids[-1].terms.unit_price, Rule.HELD
    within = min(max(price, limits.minimum, CENT), limits.maximum)
    if within != price:
        price, bound = within, Rule.LIMIT
    return (thread.ask, Rule.ASKING_PRICE) if price > thread.ask else (price, bound)


def _curve_bid(view: BuyerView) -> tuple[Decimal, Because]:
    start, ceiling = opening_price(view), _most(view)
    quotes = live_quotes(view)
    if _is_stuck(view):
        return _searching_bid(view)
    if not quotes:
        return start, Because(Rule.OPENING, start=start)
    just_below = min(ceiling, quotes[0] - CENT)
    if len(quotes) == 1:
        share = gone_alone(view, view.round + 1)
        curve = start + share * (ceiling - start)
        rule = Rule.JUST_BELOW if just_below < curve else Rule.ASPIRATION
        return min(just_below, curve), Because(rule, start, ceiling, share, curve, rival=quotes[0])
    share = gone_in_a_crowd(view, view.round + 1)
    curve = start + share * CROWDED_SHARE * (just_below - start)
    end = start + CROWDED_SHARE * (just_below - start)
    return curve, Because(Rule.COMPETITION, start, end, share, curve, rival=quotes[0])


def _most(view: BuyerView) -> Decimal:
    """As far as the buyer's own bids go: to its limit, or short of it where the price comes first."""
    start, limit = opening_price(view), view.limits.maximum
    return limit if view.policy is Policy.DEAL_FIRST else start + CROWDED_SHARE * (limit - start)


def _is_stuck(view: BuyerView) -> bool:
    """No seller has moved from its first price, if it has named one: to wait brings nothing more."""
    return view.round >= _rounds_to_wait(view) and all(
        len({offer.terms.unit_price for offer in thread.quotes}) <= 1 for thread in view.threads
    )


def _rounds_to_wait(view: BuyerView) -> int:
    """For a seller's first step, two at least: who has spoken once cannot have moved."""
    return max(2, math.ceil(STUCK_AFTER * view.max_rounds))


def _searching_bid(view: BuyerView) -> tuple[Decimal, Because]:
    """In even steps to just below what stands, or to the limit: whoever can live with a bid takes it on the way."""
    start, best = opening_price(view), min(live_quotes(view), default=None)
    waited = _rounds_to_wait(view)
    share = min(Decimal(1), Decimal(view.round + 1 - waited) / max(1, view.max_rounds - waited))
    end = _most(view) if best is None else max(start, min(_most(view), best - CENT))
    curve = start + share * (end - start)
    return curve, Because(Rule.SEARCH, start, end, share, curve, rival=best)


def _last_bid(view: BuyerView, thread: BuyerThread) -> tuple[Decimal, Because]:
    """The last round's bid: a gamble while an acceptable offer stands, else up to the limit where that is needed.

    While nothing stands it gambles, too, if a seller asks no more than the limit: its answer will be acceptable.
    """
    start, ceiling, quotes = opening_price(view), view.limits.maximum, live_quotes(view)
    all_the_way = ceiling, Because(Rule.ALL_THE_WAY, start, ceiling, rival=quotes[0] if quotes else None)
    if _is_stuck(view):
        return _searching_bid(view)
    if not quotes and view.policy is Policy.DEAL_FIRST and all(each.ask > ceiling for each in view.threads):
        return all_the_way
    if not quotes or quotes[0] <= ceiling:
        end = quotes[0] - CENT if quotes else ceiling
        curve, best = start + LAST_GAMBLE * (end - start), quotes[0] if quotes else None
        return curve, Because(Rule.LAST_GAMBLE, start, end, LAST_GAMBLE, curve, rival=best)
    if view.policy is Policy.PRICE_FIRST:
        return _curve_bid(view)
    forecast = _extrapolated(thread)
    if forecast is None or forecast > WORTH_A_GAMBLE * ceiling:
        return all_the_way
    gamble = start + LAST_GAMBLE * (forecast - start)
    wanted = max(gamble, _last_raise(thread))
    if wanted > WORTH_A_GAMBLE * ceiling:
        return all_the_way
    because = Because(Rule.EXTRAPOLATION, start, forecast, LAST_GAMBLE, gamble, rival=quotes[0], forecast=forecast)
    return wanted, because


def _extrapolated(thread: BuyerThread) -> Decimal | None:
    """The next price if the seller's last step repeats, None unless its steps are not shrinking.

    Only what it gave of itself counts as a habit: what answered our raises is taken off, and where we named a rival's
    price there is no telling.
    """
    if any(offer.claim is not None for offer in thread.bids[-3:]):
        return None
    prices = [offer.terms.unit_price for offer in thread.quotes[-3:]]
    bids = [offer.terms.unit_price for offer in thread.bids[-3:]]
    if len(prices) < 3 or len(bids) < 3:
        return None
    before = prices[0] - prices[1] - RECIPROCITY * (bids[1] - bids[0])
    last = prices[1] - prices[2] - RECIPROCITY * (bids[2] - bids[1])
    if last <= 0 or last < Decimal("0.9") * before:
        return None
    return prices[2] - last


def _last_raise(thread: BuyerThread) -> Decimal:
    prices = [offer.terms.unit_price for offer in thread.bids[-2:]]
    return 2 * prices[-1] - prices[0] if prices else Decimal(0)


def _claim(view: BuyerView, thread: BuyerThread) -> Decimal | None:
    """The best rival price, for every seller but the leader, unless to say it would say one of our own limits."""
    if not view.may_claim:
        return None
    rivals = [t.quote.terms.unit_price for t in view.threads if t is not thread and t.quote is not None]
    best = min(rivals, default=None)
    if best is None or best in (view.limits.minimum, view.limits.maximum):
        return None
    if thread.quote is not None and thread.quote.terms.unit_price < best:
        return None
    return best


def _spoken_bid(price: Decimal, thread: BuyerThread, limits: BuyerLimits) -> Decimal:
    """The bid as people would say it, never less than before and never outside the mandate."""
    least = max(limits.minimum, thread.bids[-1].terms.unit_price if thread.bids else CENT)
    if price in (limits.maximum, limits.minimum, thread.ask):
        return to_money(price)
    return max(least, round_down_to(price, grain(price)))


def _still_close(thread: BuyerThread, price: Decimal) -> bool:
    quote = thread.quote
    return quote is not None and not quote.is_final and quote.terms.unit_price <= price * NEAR_RIVAL


def _own_quotes(view: SellerView) -> list[Offer]:
    return holding(view.quotes, view.limits, view.quantity)


def _kept(final: Terms) -> Quote:
    return Quote(final.unit_price, accepts=False, because=Because(Rule.FINAL))


def _target(view: SellerView, aim: Decimal) -> tuple[Decimal, Because]:
    """The price the seller would ask for without a rival: its curve, or sooner what the buyer's raises have earned."""
    share = gone_to_aim(view, view.round)
    curve, own, given = _at(share, view, aim), _own_quotes(view), _given(view)
    because = Because(Rule.ASPIRATION, view.limits.ask, aim, share, curve, rival=view.rival_price, given=given)
    if not own:
        opening = replace(because, rule=Rule.ASPIRATION if share else Rule.OPENING)
        return _spoken_quote(curve, view, least=aim), opening
    last = own[-1].terms.unit_price
    earned = last - RECIPROCITY * given
    spoken = _spoken_quote(min(curve, earned), view, least=aim)
    if spoken >= last:
        return last, replace(because, rule=Rule.HELD)
    if earned < curve:
        return spoken, replace(because, rule=Rule.LIMIT if earned < aim else Rule.RECIPROCITY)
    return spoken, because


def _curve(view: SellerView, aim: Decimal, at_round: int) -> Decimal:
    return _at(gone_to_aim(view, at_round), view, aim)


def _at(share: Decimal, view: SellerView, aim: Decimal) -> Decimal:
    return view.limits.ask - share * (view.limits.ask - aim)


def _answer_to_rival(view: SellerView, aimed: tuple[Decimal, Because]) -> Quote:
    """Below the price that it was told of, by a drawn part of the way to its floor; its own course where that does."""
    target, because = aimed
    course = Quote(target, accepts=False, because=because)
    rival, floor = view.rival_price, view.limits.floor
    if rival is None or rival > _last_asked(view) or view.round < answers_rivals_from(view.max_rounds):
        return course
    tick = max(CENT, UNDERCUT_TICK * rival)
    if rival - tick < floor:
        beaten = replace(because, rule=Rule.CANNOT_BEAT, course=because.rule)
        return course if target < rival else replace(course, because=beaten, cannot_beat=True)
    step = drawn(view.seed, f"rival/{view.round}", *RIVAL_STEP)
    price = _spoken_quote(max(floor, rival - max(tick, step * (rival - floor))), view, least=floor)
    if target <= price:
        return course
    return Quote(price, accepts=False, because=replace(because, rule=Rule.COMPETITION), answers_rival=True)


def _last_asked(view: SellerView) -> Decimal:
    own = _own_quotes(view)
    return own[-1].terms.unit_price if own else view.limits.ask


def _given(view: SellerView) -> Decimal:
    """What the buyer's last bid gave over the one before."""
    prices = [offer.terms.unit_price for offer in view.bids[-2:]]
    return max(Decimal(0), prices[1] - prices[0]) if len(prices) == 2 else Decimal(0)


def _spoken_quote(price: Decimal, view: SellerView, *, least: Decimal) -> Decimal:
    """The quote as people would say it, between `least` and the asking price."""
    if price >= view.limits.ask:
        return view.limits.ask
    return max(least, round_down_to(price, grain(price)))
