"""How price and further terms are traded against each other.

`core.strategy` is asked on the price view and says how much of its gain a side gives; this says in what. Of the terms
that are worth the same to itself a side offers those nearest to what the other side asked (the trade-off of Faratin,
Sierra and Jennings 2002, by range-normalised distance), or, where the other side's packages have shown what a term is
worth to it, gives way where the other side gains more than it costs. Without an agenda all is as `core.strategy` says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from negotiation.core import strategy
from negotiation.core.decision import best_option
from negotiation.core.moves import MOST_PACKAGES, Award
from negotiation.core.preferences import Extras, Range, burden, is_in_range
from negotiation.core.price_views import buyer_price_view, seller_price_view
from negotiation.core.room import Offer, holding
from negotiation.core.strategy import Bid, Quote
from negotiation.core.terms import CENT, Terms
from negotiation.core.utility import (
    Option,
    best_for_seller,
    bid_price,
    like_for_like,
    quote_price,
    worth_to_buyer,
)
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView
from negotiation.core.vocabulary import Party

# In rooms of at most so many rounds a seller shows packages with each answer; in longer ones not in the first and last.
FEW_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Offering:
    """What a side would put on the table: terms, and packages of the same worth to it."""

    terms: Terms
    packages: tuple[Terms, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What the other side has shown of a term: what it asked last, the least and most it named, and, if its packages
    told, what one more is worth to it in money for each unit.

    `is_last`: no later offer could find out how far it goes, so only what it named itself is sure to suit it.
    """

    asked: int
    least: int
    most: int
    rate: Decimal | None = None
    is_last: bool = False


def choose_quote(view: SellerView) -> Quote:
    """As `strategy.choose_quote`, with the unit price that goes with the further terms of `quote_offer`."""
    if not view.agenda:
        return strategy.choose_quote(view)
    quote = strategy.choose_quote(seller_price_view(view))
    taken = takeable(view)
    if quote.accepts and taken is not None:
        return replace(quote, price=taken.terms.unit_price)
    return replace(quote, price=quote_worth(view, quote.price).terms.unit_price)


def takeable(view: SellerView) -> Option | None:
    """What the seller would take of the live bid, None if it may take nothing of it."""
    bid = view.live_bid
    return None if bid is None else best_for_seller(view.limits, bid, view.agenda)


def quote_offer(view: SellerView) -> Offering:
    """What the seller would offer if it does not accept."""
    return quote_at(view, choose_quote(view).price)


def quote_at(view: SellerView, unit_price: Decimal) -> Offering:
    """The offer at this unit price: with the further terms of the seller's own, and its packages if it is its own."""
    if (final := _final_offer(view)) is not None:
        return final
    if view.agenda:
        own = quote_worth(view, strategy.choose_quote(seller_price_view(view)).price)
        is_own = own.terms.unit_price == unit_price
        return own if is_own else Offering(replace(own.terms, unit_price=unit_price))
    carried = Terms(unit_price, view.quantity, _carried(view.live_bid, view.limits.extras))
    is_worth_it = not carried.extras or view.limits.permit(carried)
    return Offering(carried if is_worth_it else Terms(unit_price, view.quantity))


def choose_award(view: BuyerView) -> Award | None:
    """As `strategy.choose_award`, with the package that is best for the buyer."""
    award = strategy.choose_award(buyer_price_view(view))
    if award is None:
        return None
    option = best_option(view, view.thread(award.seller_id))
    return award if option is None else replace(award, package=option.package)


def choose_bids(view: BuyerView) -> tuple[Bid, ...]:
    """As `strategy.choose_bids`, with the unit prices and claims that go with the further terms of `bid_offers`."""
    bids = strategy.choose_bids(buyer_price_view(view))
    if not view.has_agenda:
        return bids
    offers = {bid.seller_id: bid_worth(view, thread, bid.price) for thread, bid in zip(view.threads, bids, strict=True)}
    return tuple(
        replace(bid, price=terms.unit_price, claim=rival_claim(view, thread, terms) if bid.claim is not None else None)
        for thread, bid in zip(view.threads, bids, strict=True)
        for terms in [offers[bid.seller_id].terms]
    )


def bid_offers(view: BuyerView) -> dict[str, Offering]:
    """What the buyer would bid next, by seller."""
    bids = strategy.choose_bids(buyer_price_view(view))
    return {bid.seller_id: bid_worth(view, thread, bid.price) for thread, bid in zip(view.threads, bids, strict=True)}


def bids_at(view: BuyerView, bids: Sequence[Bid]) -> dict[str, Offering]:
    """The bids at these unit prices, with the further terms of the buyer's own, by seller."""
    if not view.has_agenda:
        return {bid.seller_id: bid_worth(view, view.thread(bid.seller_id), bid.price) for bid in bids}
    own = bid_offers(view)
    return {
        bid.seller_id: Offering(replace(own[bid.seller_id].terms, unit_price=bid.price), own[bid.seller_id].packages)
        for bid in bids
    }


def compromise(own: Iterable[Range], wishes: Mapping[str, Wish], budget: Decimal) -> Extras:
    """The further terms a side names that may take so much from it, a budget in money for each unit.

    From its own ideal it goes where both want the same; then where the other side gains more than it costs, the best
    rate first; then, of terms whose worth to the other side is not known, nearest to what was asked for the least cost.
    """
    values: dict[str, int] = {}
    left = max(budget, Decimal(0))
    for each in sorted(own, key=lambda each: _order(each, wishes.get(each.name))):
        goal = _goal(each, wishes.get(each.name))
        steps, cost = abs(goal - each.ideal), abs(each.worth)
        if steps * cost > left:
            steps = int(left // cost)
        left -= steps * cost
        values[each.name] = each.ideal + (steps if goal > each.ideal else -steps)
    return tuple(sorted(values.items()))


def read_wishes(offers: Sequence[Offer], agenda: Iterable[str], party: Party) -> dict[str, Wish]:
    """What that party has shown of each term by its offers in a thread, the oldest first."""
    asked: dict[str, int] = {}
    named: dict[str, set[int]] = {}
    for offer in offers:
        for terms in reversed(offer.options):  # the offer's own terms are what it asks for
            for name, value in terms.extras:
                asked[name] = value
                named.setdefault(name, set()).add(value)
    rates = _rates(offers, party)
    return {
        name: Wish(asked[name], min(named[name]), max(named[name]), rates.get(name)) for name in agenda if name in asked
    }


def _goal(each: Range, wish: Wish | None) -> int:
    """How far the side would go in this term, budget aside."""
    if wish is None:
        return each.ideal
    known = each.nearest(min(max(each.ideal, wish.least), wish.most))
    if wish.rate is None or not each.worth:
        return each.nearest(wish.asked)
    if not _is_opposed(each, wish.rate):
        return known
    if not _is_worth_giving(each, wish):
        return known if wish.is_last else each.ideal
    return each.nearest(wish.most if wish.rate > 0 else wish.least)


def _is_worth_giving(each: Range, wish: Wish | None) -> bool:
    """Whether the other side is known to gain more by the term than it costs."""
    return (
        wish is not None and wish.rate is not None and _is_opposed(each, wish.rate) and abs(wish.rate) > abs(each.worth)
    )


def _order(each: Range, wish: Wish | None) -> tuple[int, Decimal, str]:
    """What costs nothing or serves both comes first, then what the other side gains most by for its cost."""
    if not each.worth or wish is None:
        return 0, Decimal(0), each.name
    if wish.rate is None:
        return 2, abs(each.worth) * (each.high - each.low), each.name
    if not _is_opposed(each, wish.rate):
        return 0, Decimal(0), each.name
    return 1, abs(each.worth / wish.rate), each.name


def _is_opposed(each: Range, rate: Decimal) -> bool:
    return (rate > 0) is not (each.worth > 0) and rate != 0


def _rates(offers: Sequence[Offer], party: Party) -> dict[str, Decimal]:
    """By term, what one more is worth to that party: told by two packages of equal worth that differ in it alone."""
    rates: dict[str, Decimal] = {}
    for offer in offers:
        for package in offer.packages:
            before, after = set(offer.terms.extras) - set(package.extras), set(package.extras) - set(offer.terms.extras)
            if len(before) != 1 or len(after) != 1:
                continue
            (name, one), (other_name, other) = *before, *after
            if name == other_name:
                gained = (offer.terms.unit_price - package.unit_price) / (other - one)
                rates[name] = gained if party is Party.SELLER else -gained
    return rates


def quote_worth(view: SellerView, price: Decimal) -> Offering:
    """Terms that are worth this effective price to the seller; a final offer stays as it was made."""
    if (final := _final_offer(view)) is not None:
        return final
    ranges, budget = _on_agenda(view.limits.extras, view.agenda), view.limits.ask - price
    wishes = read_wishes(view.bids, view.agenda, Party.BUYER)
    terms = _quoted(view, price, compromise(ranges, wishes, budget))
    is_time_short = view.max_rounds <= FEW_ROUNDS
    has_choice = is_time_short or 1 < view.round < view.max_rounds
    return Offering(terms, _packages(view, terms, price) if has_choice else ())


def _final_offer(view: SellerView) -> Offering | None:
    own = holding(view.quotes, view.limits, view.quantity)
    return Offering(own[-1].terms, own[-1].packages) if any(quote.is_final for quote in own) else None


def _quoted(view: SellerView, price: Decimal, extras: Extras) -> Terms:
    return Terms(quote_price(view.limits, price, extras), view.quantity, extras)


def _packages(view: SellerView, terms: Terms, price: Decimal) -> tuple[Terms, ...]:
    """Each differs in one term: cheaper the way the seller would rather have it, or dearer the way the buyer would.

    First what was not shown yet, for the buyer learns by it what a term is worth here; then what moves most money.
    """
    wishes, shown = read_wishes(view.bids, view.agenda, Party.BUYER), _rates(view.quotes, Party.SELLER)
    named = dict(terms.extras)
    left = view.limits.ask - price - burden(view.limits.extras, terms.extras)
    others: list[tuple[bool, Decimal, str, int]] = []
    for each in _on_agenda(view.limits.extras, view.agenda):
        value = _alternative(each, named[each.name], wishes.get(each.name), left)
        if each.worth and value != named[each.name]:
            moved = abs(each.worth) * abs(value - named[each.name])
            others.append((each.name in shown, -moved, each.name, value))
    return tuple(
        _quoted(view, price, tuple(sorted((named | {name: value}).items())))
        for _, _, name, value in sorted(others)[:MOST_PACKAGES]
    )


def _alternative(each: Range, value: int, wish: Wish | None, left: Decimal) -> int:
    """The seller's ideal, or from there as far to where the buyer has ever wanted it as so much money goes."""
    if value != each.ideal or wish is None or not each.worth:
        return each.ideal
    goal = each.nearest(wish.least if each.worth > 0 else wish.most)
    steps = min(abs(goal - value), int(left // abs(each.worth)))
    return value + (steps if goal > value else -steps)


def bid_worth(view: BuyerView, thread: BuyerThread, price: Decimal) -> Offering:
    """Terms that are worth this effective price to the buyer; where there are none, its last ones again."""
    limits = view.limits
    if not thread.agenda:
        carried = Terms(price, limits.quantity, _carried(thread.quote, limits.extras))
        return Offering(carried if limits.permit(carried) else Terms(price, limits.quantity))
    wishes = read_wishes(thread.quotes, thread.agenda, Party.SELLER)
    is_last = view.round + 1 >= view.max_rounds
    if is_last:
        wishes = {name: replace(wish, is_last=True) for name, wish in wishes.items()}
    budget = price - max(limits.minimum, CENT)
    extras = compromise(_on_agenda(limits.extras, thread.agenda), wishes, budget)
    terms = Terms(max(bid_price(limits, price, extras), CENT), limits.quantity, extras)
    last = thread.bids[-1].terms if thread.bids else None
    if terms.unit_price > thread.ask and last is not None and limits.permit(last):
        return Offering(last)
    return Offering(terms, _last_packages(view, thread, price, terms, wishes) if is_last else ())


def _last_packages(
    view: BuyerView, thread: BuyerThread, price: Decimal, terms: Terms, wishes: Mapping[str, Wish]
) -> tuple[Terms, ...]:
    """Where nothing has shown that a term is worth more to the seller than it costs, it may choose: all of these at the
    buyer's ideal, or the dearest of them."""
    asked = dict(terms.extras)
    open_ones = [
        each
        for each in _on_agenda(view.limits.extras, thread.agenda)
        if each.burden(asked[each.name]) and not _is_worth_giving(each, wishes.get(each.name))
    ]
    open_ones.sort(key=lambda each: (-each.burden(asked[each.name]), each.name))
    own = {each.name: each.ideal for each in open_ones}
    choices = (asked | own, asked | dict(list(own.items())[:1]))
    packages = {tuple(sorted(choice.items())) for choice in choices if choice != asked}
    made = (
        Terms(max(bid_price(view.limits, price, extras), CENT), terms.quantity, extras) for extras in sorted(packages)
    )
    return tuple(each for each in made if each.unit_price <= thread.ask)


def rival_claim(view: BuyerView, thread: BuyerThread, terms: Terms) -> Decimal | None:
    """The best offer elsewhere, like for like with this bid, unless to say it would say one of our own limits.

    Reckoned over further terms it may come to more than this seller asks: that presses nobody, and says only how much
    the terms are worth to us.
    """
    rivals = (
        worth_to_buyer(view.limits, other.quote, other.agenda)
        for other in view.threads
        if other is not thread and other.quote is not None
    )
    claim = like_for_like(view.limits, rivals, terms, thread.agenda)
    if claim is None or claim in (view.limits.minimum, view.limits.maximum):
        return None
    return None if thread.agenda and claim >= thread.ask else claim


def _on_agenda(ranges: Iterable[Range], agenda: tuple[str, ...]) -> list[Range]:
    return [each for each in ranges if each.name in agenda]


def _carried(wanted: Offer | None, own: tuple[Range, ...]) -> Extras:
    """The further terms that the other side wants, as far as this one may agree to them."""
    if wanted is None or not wanted.terms.extras:
        return ()
    return tuple((name, value) for name, value in wanted.terms.extras if is_in_range(own, name, value))
