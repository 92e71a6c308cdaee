"""Buyers written after the literature, to measure minds against: none of them knows the built-in strategy.

They bid in every thread and tell all but the leader the best price they hold, as the rules allow to any buyer.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from negotiation.arena.reference_sellers import FOR_A_PART, NOTHING_MORE, Settings, elapsed
from negotiation.core.decision import best_award
from negotiation.core.moves import Award, Bids, BuyerTurn, Leave, Move, Propose, Say, Words
from negotiation.core.strategy import live_quotes
from negotiation.core.terms import CENT, Terms, to_money
from negotiation.core.visibility import BuyerThread, BuyerView
from negotiation.core.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class ReferenceBuyer:
    """`bids` is its bid in a thread for a round, before its limits count, None for words alone; `most` the highest
    offer that it takes now."""

    bids: Callable[[BuyerView, BuyerThread, int], Decimal | None]
    most: Callable[[BuyerView], Decimal]

    async def buy(self, view: BuyerView) -> BuyerTurn:
        award = self.award(view)
        if award is not None:
            return award
        if view.is_over or not view.threads:
            return Leave(Reason.NO_VALID_OFFER if view.threads else Reason.SELLERS_LEFT)
        return Bids(tuple((thread.seller_id, self._move(view, thread)) for thread in view.threads))

    def award(self, view: BuyerView) -> Award | None:
        best = best_award(view)
        if best is None or view.must_award:
            return best
        quote = view.thread(best.seller_id).quote
        assert quote is not None
        missing = 1 - min(Decimal(1), Decimal(quote.terms.quantity) / view.limits.quantity)
        if quote.terms.unit_price > self.most(view) * (1 - FOR_A_PART * missing):
            return None
        return best if view.is_over else replace(best, reason=Reason.GOOD_ENOUGH)

    def _move(self, view: BuyerView, thread: BuyerThread) -> Move:
        wanted = self.bids(view, thread, view.round + 1)
        if wanted is None:
            return Say(NOTHING_MORE)
        price = _legal(to_money(wanted), view, thread)
        return Propose(Terms(price, view.limits.quantity), Words(f"I offer {price}."), claim=_claim(view, thread))


def curved_buyer(settings: Settings, seed: int) -> ReferenceBuyer:
    """Along x ** exponent from its opening to what it keeps; takes what it would itself bid next (AC_next)."""

    def price(view: BuyerView, at_round: int) -> Decimal:
        return _on_curve(view, settings, at_round)

    return ReferenceBuyer(lambda view, thread, at_round: price(view, at_round), _when_over(_next(price)))


def ac_next_buyer(settings: Settings, seed: int) -> ReferenceBuyer:
    """The same, and takes what lacks up to a constant part of the way from its opening to its limit."""

    def price(view: BuyerView, at_round: int) -> Decimal:
        return _on_curve(view, settings, at_round)

    def most(view: BuyerView) -> Decimal:
        return price(view, view.round + 1) + settings["short"] * (view.limits.maximum - _opening(view, settings))

    return ReferenceBuyer(lambda view, thread, at_round: price(view, at_round), _when_over(most))


def mirroring_buyer(settings: Settings, seed: int) -> ReferenceBuyer:
    """Absolute tit for tat in each thread: raises by as much as that seller gave, times `mirror`."""

    def bids(view: BuyerView, thread: BuyerThread, at_round: int) -> Decimal:
        if not thread.bids:
            return _opening(view, settings)
        quotes = [offer.terms.unit_price for offer in thread.quotes[-2:]]
        given = quotes[0] - quotes[1] if len(quotes) == 2 else Decimal(0)
        return thread.bids[-1].terms.unit_price + settings["mirror"] * given

    def most(view: BuyerView) -> Decimal:
        return max([bids(view, thread, view.round + 1) for thread in view.threads], default=Decimal(0))

    return ReferenceBuyer(bids, _when_over(most))


def first_in_range_buyer(settings: Settings, seed: int) -> ReferenceBuyer:
    """Takes the best of the first offers that its limit allows."""
    return ReferenceBuyer(
        bids=lambda view, thread, at_round: _on_curve(view, settings, at_round),
        most=lambda view: view.limits.maximum,
    )


def hard_buyer(settings: Settings, seed: int) -> ReferenceBuyer:
    """Holds its opening and takes nothing that leaves it less than it keeps, not even last."""

    def most(view: BuyerView) -> Decimal:
        return view.limits.maximum - settings["keep"] * (view.limits.maximum - _opening(view, settings))

    return ReferenceBuyer(lambda view, thread, at_round: _opening(view, settings), most)


def silent_buyer(settings: Settings, seed: int) -> ReferenceBuyer:
    """Bids its opening once, then says nothing and takes the best in the end."""
    return ReferenceBuyer(
        bids=lambda view, thread, at_round: _opening(view, settings) if at_round == 1 else None,
        most=_when_over(lambda view: Decimal(0)),
    )


def random_buyer(settings: Settings, seed: int) -> ReferenceBuyer:
    """Raises by a random part of what is left to its limit, and sometimes takes what its limit allows."""

    def bids(view: BuyerView, thread: BuyerThread, at_round: int) -> Decimal:
        if not thread.bids:
            return _opening(view, settings)
        last, part = thread.bids[-1].terms.unit_price, _drawn(view, seed, f"{at_round}/{thread.name}")
        return last + settings["step"] * part * (view.limits.maximum - last)

    def most(view: BuyerView) -> Decimal:
        is_in_the_mood = _drawn(view, seed, f"take/{view.round}") < settings["takes"]
        return view.limits.maximum if is_in_the_mood else Decimal(0)

    return ReferenceBuyer(bids, _when_over(most))


def micro_buyer(settings: Settings, seed: int) -> ReferenceBuyer:
    """One step higher only if it has not made more different bids than it has received offers, thread by thread."""

    def bids(view: BuyerView, thread: BuyerThread, at_round: int) -> Decimal:
        start = _opening(view, settings)
        if not thread.bids:
            return start
        made, heard = ({offer.terms.unit_price for offer in offers} for offers in (thread.bids, thread.quotes))
        step = (view.limits.maximum - start) / max(1, view.max_rounds - 1)
        return max(made) + step if len(made) <= len(heard) else max(made)

    def most(view: BuyerView) -> Decimal:
        return max([offer.terms.unit_price for thread in view.threads for offer in thread.bids], default=Decimal(0))

    return ReferenceBuyer(bids, _when_over(most))


def splitting_buyer(settings: Settings, seed: int) -> ReferenceBuyer:
    """Goes a part of the way to each seller's offer in each round, by more or less at random."""

    def bids(view: BuyerView, thread: BuyerThread, at_round: int) -> Decimal:
        if not thread.bids or thread.quote is None:
            return _opening(view, settings)
        last = thread.bids[-1].terms.unit_price
        noise = settings["noise"] * (2 * _drawn(view, seed, f"{at_round}/{thread.name}") - 1)
        gap = min(thread.quote.terms.unit_price, view.limits.maximum) - last
        return last + (settings["share"] + noise) * max(Decimal(0), gap)

    def most(view: BuyerView) -> Decimal:
        return max([bids(view, thread, view.round + 1) for thread in view.threads], default=Decimal(0))

    return ReferenceBuyer(bids, _when_over(most))


def _when_over(most: Callable[[BuyerView], Decimal]) -> Callable[[BuyerView], Decimal]:
    """After the last round whatever the limit allows is better than nothing."""
    return lambda view: view.limits.maximum if view.is_over else most(view)


def _next(price: Callable[[BuyerView, int], Decimal]) -> Callable[[BuyerView], Decimal]:
    return lambda view: price(view, view.round + 1)


def _on_curve(view: BuyerView, settings: Settings, at_round: int) -> Decimal:
    start, most = _opening(view, settings), view.limits.maximum
    aim = most - settings["keep"] * (most - start)
    return start + elapsed(at_round, view.max_rounds) ** settings["exponent"] * (aim - start)


def _opening(view: BuyerView, settings: Settings) -> Decimal:
    """A part of its limit, not below its minimum."""
    return max(view.limits.minimum, view.limits.maximum * settings["opening"], CENT)


def _legal(price: Decimal, view: BuyerView, thread: BuyerThread) -> Decimal:
    """Not as much as anybody asks, never less than before, within the mandate and the asking price."""
    limits = view.limits
    beaten = [quote - CENT for quote in live_quotes(view)]
    before = [offer.terms.unit_price for offer in thread.bids if limits.permit(offer.terms)]
    bid = max([min([price, *beaten]), *before, limits.minimum, CENT])
    return min(bid, limits.maximum, thread.ask)


def _claim(view: BuyerView, thread: BuyerThread) -> Decimal | None:
    rivals = [t.quote.terms.unit_price for t in view.threads if t is not thread and t.quote is not None]
    if not view.may_claim or not rivals:
        return None
    is_leading = thread.quote is not None and thread.quote.terms.unit_price < min(rivals)
    return None if is_leading else min(rivals)


def _drawn(view: BuyerView, seed: int, purpose: str) -> Decimal:
    """Between 0 and 1, the seat's own for this purpose."""
    return Decimal(str(round(random.Random(f"{seed}/{view.seed}/{purpose}").random(), 4)))
