"""Which standing offer the buyer takes, and why."""

import random
from decimal import Decimal

from negotiation.core.moves import Award, Leave
from negotiation.core.room import Offer
from negotiation.core.utility import Option, best_for_buyer, buyer_price
from negotiation.core.visibility import BuyerThread, BuyerView
from negotiation.core.vocabulary import Reason


def valid_quotes(view: BuyerView) -> tuple[BuyerThread, ...]:
    """The threads whose standing offer, or a package of it, lies inside the buyer's mandate, best first.

    A bid of the buyer's own that the seller accepted is inside. Order: price, with what further terms take from the
    buyer; larger quantity; the seller that failed to answer less often; the earlier round; then a draw from the seed.
    Place in the list and speed do not count.
    """
    chance = random.Random(view.seed)
    draw = {name: chance.random() for name in sorted(thread.name for thread in view.threads)}
    candidates = [
        (*_rank(option, thread.quote, thread.failures), draw[thread.name], thread)
        for thread in view.threads
        if thread.quote is not None and (option := best_option(view, thread)) is not None
    ]
    return tuple(row[-1] for row in sorted(candidates, key=lambda row: row[:-1]))


def best_option(view: BuyerView, thread: BuyerThread) -> Option | None:
    """What the buyer would take of the thread's standing offer, None if it may take nothing of it."""
    quote = thread.quote
    if quote is None:
        return None
    if thread.is_agreed:
        return Option(0, quote.terms, buyer_price(view.limits, quote.terms, thread.agenda))
    return best_for_buyer(view.limits, quote, thread.agenda)


def best_award(view: BuyerView, reason: Reason | None = None) -> Award | None:
    """The award of the best valid standing offer, None if there is none."""
    ranked = valid_quotes(view)
    if not ranked or ranked[0].quote is None:
        return None
    chosen, option = ranked[0], best_option(view, ranked[0])
    assert chosen.quote is not None
    assert option is not None
    natural = reason or _natural_reason(chosen, ranked)
    return Award(chosen.seller_id, chosen.quote.offer_id, natural, package=option.package)


def explain(turn: Award | Leave, view: BuyerView) -> str:
    """A sentence or two for the buyer's side; they name offers, never limits."""
    match turn:
        case Leave():
            return _WITHOUT_DEAL.get(turn.reason, "The room ended without a deal.")
        case Award():
            won = _WITH_DEAL.get(turn.reason, "The buyer took this offer.")
            return f"{won} {_compared(turn.seller_id, view)}"


def _rank(option: Option, quote: Offer, failures: int) -> tuple[Decimal, int, int, int]:
    return option.price, -option.terms.quantity, failures, quote.round


def _natural_reason(chosen: BuyerThread, ranked: tuple[BuyerThread, ...]) -> Reason:
    if chosen.is_agreed:
        return Reason.FIRM_ACCEPTANCE
    return Reason.BEST_OFFER if len(ranked) > 1 else Reason.ONLY_OFFER


def _compared(seller_id: str, view: BuyerView) -> str:
    """How the chosen offer stands to the best of the others that the buyer may accept."""
    ranked = valid_quotes(view)
    options = {thread.seller_id: option for thread in ranked if (option := best_option(view, thread)) is not None}
    chosen = options.pop(seller_id, None)
    if not options or chosen is None:
        return "No other offer was one the buyer may accept."
    if any(thread.agenda for thread in ranked):
        return _compared_with_terms(chosen, list(options.values()))
    gap, offers = min(option.price for option in options.values()) - chosen.price, f"{len(ranked)} acceptable offers"
    if gap < 0:
        return f"{-gap} above the lowest of {offers}."
    if gap == 0:
        return f"Lowest of {offers}, level with the next; ties go by reliability, round, then a draw."
    return f"Lowest of {offers}, {gap} below the next."


def _compared_with_terms(chosen: Option, others: list[Option]) -> str:
    """By what price and further terms come to for the buyer."""
    offers, gap = f"{len(others) + 1} acceptable offers", min(option.price for option in others) - chosen.price
    dearer = chosen.terms.unit_price - min(option.terms.unit_price for option in others)
    though = f", though {dearer} a unit dearer than the lowest price" if dearer > 0 else ""
    if gap < 0:
        return f"With its further terms it was worth {-gap} a unit less to the buyer than the best of {offers}."
    if gap == 0:
        return f"With their further terms it was level with the best of {offers}{though}; ties go by reliability."
    return f"With their further terms it was the best of {offers}, by {gap} a unit{though}."


_WITH_DEAL = {
    Reason.BEST_OFFER: "The best standing offer won.",
    Reason.ONLY_OFFER: "The one standing offer was within the mandate.",
    Reason.FIRM_ACCEPTANCE: "The seller accepted the buyer's price, and the buyer kept its word.",
    Reason.FINAL_OFFER: "The best offer was final and no other came close.",
    Reason.GOOD_ENOUGH: "The offer was good enough for this stage of the talks.",
    Reason.CHOSEN: "Whoever holds the buyer's seat took this offer.",
    Reason.APPROVED: "The deal was beyond what the agent may close alone, and was approved.",
    Reason.DECIDED_NOW: "The buyer was told to decide on what stood.",
    Reason.FORCED: "An operator closed the room with this deal.",
    Reason.OUT_OF_TIME: "Time was up; the buyer took the best that stood.",
    Reason.OUT_OF_CALLS: "The call limit was reached; the buyer took the best that stood.",
}

_WITHOUT_DEAL = {
    Reason.NO_VALID_OFFER: "When the last round ended, no standing offer was one the buyer may accept.",
    Reason.SELLERS_LEFT: "Every seller left the room.",
    Reason.BUYER_LEFT: "The buyer walked away.",
    Reason.DECIDED_NOW: "The buyer was told to decide, and no standing offer was one it may accept.",
    Reason.FORCED: "An operator closed the room without a deal.",
    Reason.OUT_OF_TIME: "Time was up and no standing offer was one the buyer may accept.",
    Reason.OUT_OF_CALLS: "The call limit was reached and no standing offer was one the buyer may accept.",
    Reason.OUT_OF_STOCK: "The stock was sold elsewhere before the award.",
    Reason.CANCELLED: "The room was cancelled.",
    Reason.EXPIRED: "The room was never started and has expired.",
    Reason.FAILED: "The room failed; the log says why.",
}
