"""The strategy's reason for a move in plain sentences, with the numbers of the side that made it and no others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from negotiation.core.because import Because, Rule
from negotiation.core.curves import answers_rivals_from
from negotiation.core.strategy import CROWDED_SHARE, RECIPROCITY, Bid, Quote
from negotiation.core.terms import to_money
from negotiation.core.visibility import BuyerView, SellerView


class Unit(StrEnum):
    MONEY = "money"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that entered, by a name that people understand; money is for each unit of the item."""

    name: str
    value: Decimal
    unit: Unit = Unit.MONEY


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a move, most important first."""

    sentences: tuple[str, ...]
    figures: tuple[Figure, ...] = ()


def explain_quote(view: SellerView, quote: Quote) -> Told:
    """Why a seller's strategy answered so."""
    because, limits = quote.because, view.limits
    figures = [
        ("Asking price", limits.ask),
        ("Floor", limits.floor),
        ("Means to end at", because.end),
        ("Own curve by now", because.curve),
        ("Rival's price that it was told", view.rival_price),
        ("Raise of the buyer", because.given or None),
        ("Least that it takes now", because.wanted),
        ("Own offer before", view.quotes[-1].terms.unit_price if view.quotes else None),
    ]
    return Told(tuple(filter(None, _of_seller(view, quote))), (*known_figures(figures), *_way(because)))


def explain_bid(view: BuyerView, bid: Bid) -> Told:
    """Why the buyer's strategy bid so to that seller."""
    because, limits = bid.because, view.limits
    thread = view.thread(bid.seller_id)
    figures = [
        ("Opening", because.start),
        ("Limit", limits.maximum),
        ("Minimum", limits.minimum or None),
        ("Best standing offer", because.rival),
        ("This seller's offer", thread.quote.terms.unit_price if thread.quote else None),
        ("Its next price, if it goes on so", because.forecast),
        ("Own curve by now", because.curve),
        ("Own bid before", thread.bids[-1].terms.unit_price if thread.bids else None),
    ]
    sentences = (*_of_buyer(view, bid), _claimed(bid.claim))
    return Told(tuple(filter(None, sentences)), (*known_figures(figures), *_way(because)))


def said(amount: Decimal) -> str:
    return f"{to_money(amount):,.2f}"


def known_figures(named: Sequence[tuple[str, Decimal | None]]) -> tuple[Figure, ...]:
    """Amounts of money by their names, without those that did not enter."""
    return tuple(Figure(name, to_money(value)) for name, value in named if value is not None)


def _of_seller(view: SellerView, quote: Quote) -> tuple[str, ...]:  # noqa: C901  # one case for each rule
    because, limits, own = quote.because, view.limits, view.quotes
    last = said(own[-1].terms.unit_price) if own else ""
    match because.rule:
        case Rule.OPENING:
            return (f"It is the seller's opening, at its asking price of {said(limits.ask)}.",)
        case Rule.ASPIRATION:
            return _on_curve(view, quote), _unanswered_rival(view, quote)
        case Rule.RECIPROCITY:
            assert because.given is not None
            return (
                f"The buyer raised its bid by {said(because.given)}, and {_percent(RECIPROCITY)} of a raise is given in"
                f" return: more than the seller's own curve would have given by now.",
                _unanswered_rival(view, quote),
            )
        case Rule.COMPETITION:
            return (
                f"The buyer named a rival's price of {_rival(view)}, and a rival's price that it names is true.",
                f"The seller goes below it, by a drawn part of the way to its own floor of {said(limits.floor)}.",
            )
        case Rule.CANNOT_BEAT:
            return (
                f"The buyer named a rival's price of {_rival(view)}. To beat that, the seller would have to go below"
                f" its floor of {said(limits.floor)}.",
                "So it stays on its own course, which does not show where the floor is.",
                *_own_course(view, quote),
            )
        case Rule.HELD:
            return (
                f"Its own curve is at {_curve(because)} by now, and a seller never asks for more than before, so its"
                f" last offer of {last} stands.",
                _unanswered_rival(view, quote),
            )
        case Rule.LIMIT:
            return (
                f"The buyer's raise would have earned more, but of itself the seller asks for no less than"
                f" {_end(because)}, where it means to end.",
                _unanswered_rival(view, quote),
            )
        case Rule.BUNDLE:
            return (
                f"The seller has sold the buyer another item of the session, and gives up to"
                f" {_percent(view.bundle_discount)} for that, once.",
            )
        case Rule.FINAL:
            return (f"It called {said(quote.price)} its final offer, and a final offer is not changed.",)
        case Rule.GOOD_BID:
            wanted = said(because.wanted or quote.price)
            return (f"The bid of {said(quote.price)} is no less than the {wanted} that the seller would soon ask for.",)
        case Rule.LAST_BID:
            return (
                f"It is the last round, and a bid from its floor of {said(limits.floor)} up is better than no deal.",
                f"So it takes {said(quote.price)}.",
            )
        case (
            Rule.ASKING_PRICE | Rule.JUST_BELOW | Rule.SEARCH | Rule.LAST_GAMBLE | Rule.EXTRAPOLATION | Rule.ALL_THE_WAY
        ):
            raise AssertionError(f"no seller's rule: {because.rule}")


def _of_buyer(view: BuyerView, bid: Bid) -> tuple[str, ...]:  # noqa: C901  # one case for each rule
    because, limits = bid.because, view.limits
    match because.rule:
        case Rule.OPENING:
            return (f"Nobody has offered anything yet: the buyer opens {_opening_place(view)}.",)
        case Rule.ASPIRATION:
            return (f"One seller offers. {_bid_curve(view, because, bid.price, 'its limit')}",)
        case Rule.COMPETITION:
            count = sum(thread.quote is not None for thread in view.threads)
            return (
                f"{count} sellers compete, so the buyer gives little of its own.",
                _bid_curve(
                    view, because, bid.price, f"{_percent(CROWDED_SHARE)} of the way to just below the best offer"
                ),
            )
        case Rule.JUST_BELOW:
            return ("This seller already asks for less than the buyer would bid: a bid is at most a cent below.",)
        case Rule.HELD:
            return (f"{_would_bid(because)}a buyer never bids less than before, so its last bid stands.",)
        case Rule.LIMIT if bid.price >= limits.maximum:
            return (f"Its limit of {said(limits.maximum)} is the most that it bids.",)
        case Rule.LIMIT:
            return (f"Its minimum of {said(limits.minimum)} is the least that it bids.",)
        case Rule.ASKING_PRICE:
            return (f"The seller's asking price is {said(bid.price)}, and nobody pays more than that.",)
        case Rule.SEARCH:
            goal = "its limit" if because.rival is None else "just below the best standing offer, or its limit"
            return (
                "No seller has moved by a cent, so nothing is gained by waiting: the bids climb in even steps until one"
                " is taken.",
                _bid_curve(view, because, bid.price, goal),
            )
        case Rule.LAST_GAMBLE:
            return _gamble(because)
        case Rule.EXTRAPOLATION:
            return (
                "It is the last round, and no offer within the limit stands.",
                f"This seller has kept coming down and would ask {said(because.forecast or bid.price)} next,"
                f" so the bid goes most of the way to that, or raises once more as much as last time.",
            )
        case Rule.ALL_THE_WAY:
            best = because.rival
            stands = (
                "no offer stands" if best is None else f"the best standing offer of {said(best)} is above the limit"
            )
            return (
                f"It is the last round, and {stands}.",
                f"Rather than go without a deal, the buyer bids all that it may: {said(limits.maximum)}.",
            )
        case Rule.RECIPROCITY | Rule.CANNOT_BEAT | Rule.BUNDLE | Rule.FINAL | Rule.GOOD_BID | Rule.LAST_BID:
            raise AssertionError(f"no buyer's rule: {because.rule}")


def _own_course(view: SellerView, quote: Quote) -> tuple[str, ...]:
    """What the seller would have had to say without the rival."""
    assert quote.because.course is not None
    return _of_seller(view, replace(quote, because=replace(quote.because, rule=quote.because.course)))[:1]


def _on_curve(view: SellerView, quote: Quote) -> str:
    because = quote.because
    if not because.share:
        return f"It holds out at its asking price of {said(view.limits.ask)} in the first round."
    return (
        f"By round {view.round} of {view.max_rounds} the seller has gone {_percent(because.share)} of its way from"
        f" {said(view.limits.ask)} to {_end(because)}, where it means to end: {_spoken(because, quote.price)}."
    )


def _unanswered_rival(view: SellerView, quote: Quote) -> str:
    if view.rival_price is None:
        return ""
    if view.rival_price > quote.price:
        return f"The rival's price of {_rival(view)} that the buyer named is above this and needs no answer."
    return (
        f"The buyer named a rival's price of {_rival(view)}. The seller goes below such prices from round"
        f" {answers_rivals_from(view.max_rounds)} on, so that nobody can tell early how low it can go."
    )


def _bid_curve(view: BuyerView, because: Because, price: Decimal, goal: str) -> str:
    assert because.start is not None
    assert because.share is not None
    return (
        f"By round {view.round + 1} of {view.max_rounds} it has gone {_percent(because.share)} of its way from its"
        f" opening of {said(because.start)} towards {_end(because)}, {goal}: {_spoken(because, price)}."
    )


def _gamble(because: Because) -> tuple[str, ...]:
    assert because.share is not None
    assert because.start is not None
    way = f"{_percent(because.share)} of the way from its opening of {said(because.start)} to {_end(because)}"
    if because.rival is None:
        return (f"It is the last round, and nobody has offered anything: the buyer goes {way}, its limit.",)
    return (
        f"It is the last round, and an offer of {said(because.rival)}, within the limit, stands whatever comes.",
        f"So a low bid risks nothing: {way}, just below that offer.",
    )


def _opening_place(view: BuyerView) -> str:
    if view.limits.minimum:
        return f"a little above its minimum of {said(view.limits.minimum)}"
    return f"at a drawn part of its limit of {said(view.limits.maximum)}"


def _would_bid(because: Because) -> str:
    return f"By its own curve it would bid {_curve(because)} now; " if because.curve is not None else "Here "


def _claimed(claim: Decimal | None) -> str:
    return f"It tells this seller that another one asks {said(claim)}." if claim is not None else ""


def _rival(view: SellerView) -> str:
    assert view.rival_price is not None
    return said(view.rival_price)


def _curve(because: Because) -> str:
    assert because.curve is not None
    return said(because.curve)


def _end(because: Because) -> str:
    assert because.end is not None
    return said(because.end)


def _spoken(because: Because, price: Decimal) -> str:
    """Where the curve is, and the round number that people would say."""
    curve = _curve(because)
    return f"that is {curve}" if curve == said(price) else f"that is {curve}, said as {said(price)}"


def _percent(share: Decimal) -> str:
    percent = share * 100
    return f"{percent:.1f} %" if 0 < percent < 10 else f"{percent:.0f} %"


def _way(because: Because) -> tuple[Figure, ...]:
    return () if because.share is None else (Figure("Way gone by now", round(because.share * 100, 1), Unit.PERCENT),)
