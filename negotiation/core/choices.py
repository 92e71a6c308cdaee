"""Who chose a move, and why: the strategy, a model within its latitude, a person or program, or what stood in for one.

For the eyes of the side that moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from negotiation.core import strategy
from negotiation.core.because import Rule
from negotiation.core.events import Accepted, Decided, Event, Offered
from negotiation.core.hindsight import Moment, is_by_hand
from negotiation.core.latitude import Latitude, buyer_latitudes, seller_latitude, shadow_bids, shadow_quote
from negotiation.core.price_views import buyer_price_view, seller_price_view
from negotiation.core.reasons import Figure, Told, explain_bid, explain_quote, said
from negotiation.core.room import Setup
from negotiation.core.strategy import Bid, Quote
from negotiation.core.tradeoff import choose_award, choose_bids, choose_quote
from negotiation.core.verdicts import explain_decision
from negotiation.core.visibility import BuyerView, SellerView, buyer_view, seller_view
from negotiation.core.vocabulary import Failure, Fallback, Holder, Party, Reason, Voice

WITH_STRATEGY = ("strategy", "narrated", "llm")


class Basis(StrEnum):
    """Who chose."""

    STRATEGY = "strategy"
    MODEL = "model"
    HAND = "hand"
    FALLBACK = "fallback"  # the strategy, for a mind or a person that gave no move
    OTHER = "other"  # a mind with rules of its own


@dataclass(frozen=True, slots=True)
class Backstage:
    """What is kept of how a seat came to its move, besides the log.

    `mind` is that of the seat's agent. `advice` is the suggestion that was followed by hand, with the share in which it
    was sure; `was_clamped` whether the model named a price beyond its latitude.
    """

    mind: str
    was_clamped: bool = False
    advice: str = ""
    sure: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    reason: Rule | Reason
    basis: Basis
    told: Told


def explain_choice(setup: Setup, events: Sequence[Event], asked: Moment, backstage: Backstage) -> Choice:
    """Why the last of the events, which is a move or the decision."""
    move = events[-1]
    if isinstance(move, Decided):
        return _decision(setup, events, asked, backstage, move)
    assert isinstance(move, Offered | Accepted)
    if is_by_hand(move):
        return Choice(Reason.CHOSEN, Basis.HAND, _by_hand(move, backstage))
    if move.party is Party.SELLER:
        return _of_seller(seller_view(asked.room, move.seller_id), move, asked, backstage)
    return _of_buyer(buyer_view(asked.room), move, asked, backstage)


def _of_seller(view: SellerView, move: Offered | Accepted, asked: Moment, backstage: Backstage) -> Choice:
    quote, priced = choose_quote(view), seller_price_view(view)
    told = explain_quote(priced, strategy.choose_quote(priced))
    told = _with_terms(told, move) if view.agenda else told
    if stand_in := _stand_in(move, asked, backstage):
        return Choice(quote.because.rule, Basis.FALLBACK, _after(stand_in, told))
    would = f"take {said(quote.price)}" if quote.accepts else f"ask for {said(quote.price)}"
    if backstage.mind not in WITH_STRATEGY:
        return _by_other(backstage, would)
    if _is_models(move, backstage) and not quote.accepts:
        return _by_model(move, seller_latitude(view), explain_quote(priced, shadow_quote(priced)), backstage)
    is_same = quote.price == move.terms.unit_price and quote.accepts == isinstance(move, Accepted)
    return _by_strategy(quote, told, would, is_same=is_same)


def _of_buyer(view: BuyerView, move: Offered | Accepted, asked: Moment, backstage: Backstage) -> Choice:
    bid = _to(move.seller_id, choose_bids(view))
    priced = buyer_price_view(view)
    told = explain_bid(priced, _to(move.seller_id, strategy.choose_bids(priced)))
    told = _with_terms(told, move) if view.has_agenda else told
    if stand_in := _stand_in(move, asked, backstage):
        return Choice(bid.because.rule, Basis.FALLBACK, _after(stand_in, told))
    would = f"bid {said(bid.price)}"
    if backstage.mind not in WITH_STRATEGY:
        return _by_other(backstage, would)
    if _is_models(move, backstage):
        shadow = _to(move.seller_id, shadow_bids(priced))
        return _by_model(move, buyer_latitudes(view)[move.seller_id], explain_bid(priced, shadow), backstage)
    return _by_strategy(bid, told, would, is_same=bid.price == move.terms.unit_price)


def _decision(setup: Setup, events: Sequence[Event], asked: Moment, backstage: Backstage, decided: Decided) -> Choice:
    told, view = explain_decision(setup, events, asked.room), buyer_view(asked.room)
    if decided.reason in _BY_HAND:
        return Choice(decided.reason, Basis.HAND, told)
    if decided.reason in _CUT_SHORT:
        return Choice(decided.reason, Basis.FALLBACK, told)
    if asked.failure is not None or asked.is_stood_in:
        return Choice(decided.reason, Basis.FALLBACK, _after(_FAILED.get(asked.failure, _STOOD_IN), told))
    if backstage.mind not in WITH_STRATEGY:
        return Choice(decided.reason, Basis.OTHER, _after(_OTHER.format(backstage.mind), told))
    if decided.reason is Reason.GOOD_ENOUGH and backstage.mind == "llm" and choose_award(view) is None:
        return Choice(decided.reason, Basis.MODEL, _after("The model chose to take this offer now.", told))
    return Choice(decided.reason, Basis.STRATEGY, told)


def _by_hand(move: Offered | Accepted, backstage: Backstage) -> Told:
    who = "A person" if move.words.voice.speaker is Holder.PERSON else "A program"
    seat = f"the {move.party}'s seat"
    act = (
        f"took {said(move.terms.unit_price)}" if isinstance(move, Accepted) else f"chose {said(move.terms.unit_price)}"
    )
    sentences = [f"{who} at {seat} {act} by hand."]
    if backstage.sure is not None:
        sentences.append(f"It followed a suggestion that was {backstage.sure:.0%} sure. {backstage.advice}".strip())
    return Told(tuple(sentences))


def _by_strategy(chosen: Quote | Bid, told: Told, would: str, *, is_same: bool) -> Choice:
    if is_same:
        return Choice(chosen.because.rule, Basis.STRATEGY, told)
    changed = "The strategy chose this, but its rules or the numbers of its side have changed since."
    return Choice(Reason.CHOSEN, Basis.STRATEGY, Told((changed, f"Today it would {would}.")))


def _by_other(backstage: Backstage, would: str) -> Choice:
    told = Told((_OTHER.format(backstage.mind), f"The strategy would {would} here."))
    return Choice(Reason.CHOSEN, Basis.OTHER, told)


def _by_model(move: Offered | Accepted, latitude: Latitude, advised: Told, backstage: Backstage) -> Choice:
    price = said(move.terms.unit_price)
    if isinstance(move, Accepted):
        chose = f"The model took the bid of {price}."
    else:
        chose = f"The model chose {price} within {said(latitude.low)} to {said(latitude.high)}."
    sentences = [chose, f"The strategy would have chosen {said(latitude.advised)}."]
    if backstage.was_clamped:
        sentences.insert(1, "What it named was a little outside and was moved to the nearer end.")
    figures = [
        Figure("The strategy's price", latitude.advised),
        Figure("Lowest that the model may choose", latitude.low),
        Figure("Highest that the model may choose", latitude.high),
    ]
    if latitude.accept_limit is not None:
        bound = "Lowest bid that it may take" if move.party is Party.SELLER else "Highest offer that it may take"
        figures.append(Figure(bound, latitude.accept_limit))
    reason = f"The strategy's reason: {advised.sentences[0]}"
    return Choice(Reason.CHOSEN, Basis.MODEL, Told((*sentences, reason), tuple(figures)))


def _is_models(move: Offered | Accepted, backstage: Backstage) -> bool:
    """Whether a model's reply could be used, be it for its decision alone."""
    words = move.words
    return backstage.mind == "llm" and (words.voice is Voice.MODEL or words.fallback is Fallback.WORDS)


def _stand_in(move: Offered | Accepted, asked: Moment, backstage: Backstage) -> str:
    """Why the strategy moved for who should have, empty if it was its move."""
    if asked.failure is not None:
        return _FAILED[asked.failure]
    if asked.is_stood_in:
        return _STOOD_IN
    fallback = move.words.fallback
    return _WITHOUT_MODEL.get(fallback, "") if backstage.mind == "llm" and fallback is not None else ""


def _to(seller_id: str, bids: Sequence[Bid]) -> Bid:
    return next(bid for bid in bids if bid.seller_id == seller_id)


def _with_terms(told: Told, move: Offered | Accepted) -> Told:
    """Where further terms are bargained over, the strategy counts price and terms together."""
    note = (
        f"Prices are counted here with what the further terms are worth to the {move.party}:"
        f" {said(move.terms.unit_price)} with its terms is worth as much to it, and suits the other side better."
    )
    return replace(told, sentences=(*told.sentences, note))


def _after(first: str, told: Told) -> Told:
    return Told((first, *told.sentences), told.figures)


_BY_HAND = frozenset({Reason.CHOSEN, Reason.FORCED, Reason.APPROVED, Reason.BUYER_LEFT, Reason.CANCELLED})
_CUT_SHORT = frozenset({Reason.OUT_OF_TIME, Reason.OUT_OF_CALLS, Reason.FAILED})
_STOOD_IN = "Nobody moved in time, so the strategy moved."
_OTHER = "This seat is played by {}, which has rules of its own."
_FAILED: dict[Failure | None, str] = {
    Failure.RAISED: "Its mind failed, so the strategy moved for it.",
    Failure.TIMED_OUT: "Its mind did not answer in time, so the strategy moved for it.",
    Failure.NONSENSE: "Its mind's answer made no sense, so the strategy moved for it.",
    Failure.ILLEGAL: "Its mind tried a move that the rules do not allow, so the strategy moved for it.",
}
_WITHOUT_MODEL = {
    Fallback.UNAVAILABLE: "The model could not be reached, so the strategy moved.",
    Fallback.TIMED_OUT: "The model did not answer in time, so the strategy moved.",
    Fallback.UNUSABLE: "The model's replies could not be used, so the strategy moved.",
    Fallback.BUDGET: "The budget for models was spent, so the strategy moved.",
    Fallback.GIVEN_UP: "The model had been of no use twice in a row, so the strategy moves in its place.",
}
