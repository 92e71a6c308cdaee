"""A negotiator of NegMAS at a seat: the buyer's, with one of them in each thread, or a seller's.

It keeps nothing between turns. Each time the thread is played to a new one from the beginning, and what that one does
next is the move; so a room goes on after a crash, and the same view and seed give the same move.
"""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy
from negmas import ResponseType, SAOMechanism, make_issue, make_os
from negmas.preferences import LinearAdditiveUtilityFunction
from negmas.preferences.value_fun import AffineFun
from negmas.sao import SAONegotiator, SAOState

from negotiation.core.decision import best_award, valid_quotes
from negotiation.core.moves import Accept, Bids, BuyerTurn, Leave, Move, Propose, WalkAway, Words
from negotiation.core.room import Offer
from negotiation.core.terms import CENT, Terms, to_money
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView, seat_seed
from negotiation.core.vocabulary import Party, Reason

LEAVE_WORDS = Words("I am leaving the talks.")
# So that the limit itself is still worth agreeing to.
HAIR = 1e-6
# NegMAS draws from the generators of the whole process: one negotiator at a time has them, in the order of asking.
_ONE_AT_A_TIME = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lab")


class LabFault(Exception):
    """The negotiator failed, or offered nothing; the seat's own strategy moves instead."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The prices that can be spoken of, as levels from 0 on; with a worth for the side from 0 to 1."""

    party: Party
    low: Decimal
    high: Decimal
    levels: int

    def price(self, level: int) -> Decimal:
        return to_money(self.low + (self.high - self.low) * level / (self.levels - 1))

    def level(self, price: Decimal) -> int:
        """What the other side said is never taken for better than it is."""
        exact = (price - self.low) * (self.levels - 1) / (self.high - self.low)
        rounding = ROUND_CEILING if self.party is Party.BUYER else ROUND_FLOOR
        return min(self.levels - 1, max(0, int(exact.to_integral_value(rounding))))

    def worth(self, price: Decimal) -> float:
        part = float((price - self.low) / (self.high - self.low))
        return 1 - part if self.party is Party.BUYER else part


@dataclass(frozen=True, slots=True)
class Reply:
    """`level` is what it offers, None where it takes what stands; neither, where it has left."""

    level: int | None = None
    accepts: bool = False


LEAVES = Reply()


class NegmasMind:
    """Plays either side."""

    def __init__(self, make: Callable[[], SAONegotiator], levels: int, seed: int) -> None:
        self._make = make
        self._levels = levels
        self._seed = seed

    async def buy(self, view: BuyerView) -> BuyerTurn:
        return await asyncio.get_running_loop().run_in_executor(_ONE_AT_A_TIME, self._buy, view)

    async def sell(self, view: SellerView) -> Move:
        return await asyncio.get_running_loop().run_in_executor(_ONE_AT_A_TIME, self._sell, view)

    def _buy(self, view: BuyerView) -> BuyerTurn:
        """One negotiator for each thread; if any takes what stands, the best of all offers is awarded."""
        if view.is_over or view.must_award:
            return best_award(view) or Leave(Reason.NO_VALID_OFFER)
        if not view.threads:
            return Leave(Reason.SELLERS_LEFT)
        replies = {thread.seller_id: self._reply_to_seller(view, thread) for thread in view.threads}
        award = best_award(view, Reason.GOOD_ENOUGH)
        if award is not None and any(replies[thread.seller_id].accepts for thread in valid_quotes(view)):
            return award
        return Bids(tuple((t.seller_id, self._bid(view, t, replies[t.seller_id])) for t in view.threads))

    def _sell(self, view: SellerView) -> Move:
        """Who would take what its floor forbids stays with its last offer."""
        limits, bids = view.limits, _heard(view.bids, view.round, Decimal(0))
        scale = self._scale(Party.SELLER, min(limits.floor, bids[0]), limits.ask)
        reply = self._play(scale, limits.floor, bids, view.max_rounds, seat_seed(view.seed, str(self._seed)))
        if reply.accepts and view.live_bid is not None and limits.permit(view.live_bid.terms):
            return Accept(view.live_bid.offer_id, Words(f"Agreed at {view.live_bid.terms.unit_price}."))
        if reply == LEAVES:
            return WalkAway(LEAVE_WORDS)
        last = view.quotes[-1].terms.unit_price if view.quotes else limits.ask
        price = last if reply.level is None else max(limits.floor, min(last, scale.price(reply.level)))
        return Propose(Terms(price, view.quantity), Words(f"My price is {price}."), is_final=view.is_last_round)

    def _reply_to_seller(self, view: BuyerView, thread: BuyerThread) -> Reply:
        scale = self._buyers_scale(view, thread)
        quotes = _heard(thread.quotes, view.round, thread.ask)
        seed = seat_seed(view.seed, f"{self._seed}/{thread.name}")
        return self._play(scale, min(view.limits.maximum, thread.ask), quotes, view.max_rounds, seed)

    def _bid(self, view: BuyerView, thread: BuyerThread, reply: Reply) -> Propose:
        """Who has left or would take what the mandate forbids stays with its last bid."""
        least = max(view.limits.minimum, thread.bids[-1].terms.unit_price if thread.bids else CENT)
        scale = self._buyers_scale(view, thread)
        price = scale.low if reply.level is None else scale.price(reply.level)
        if thread.quote is not None:
            price = min(price, thread.quote.terms.unit_price - CENT)
        price = min(max(price, least), view.limits.maximum, thread.ask)
        terms = Terms(price, view.limits.quantity)
        return Propose(terms, Words(f"I offer {price}."), claim=_claim(view, thread))

    def _buyers_scale(self, view: BuyerView, thread: BuyerThread) -> Scale:
        low = view.limits.minimum or to_money(min(view.limits.maximum, thread.ask) / 2)
        return self._scale(Party.BUYER, low, thread.ask)

    def _scale(self, party: Party, low: Decimal, high: Decimal) -> Scale:
        high = max(high, low + CENT)
        return Scale(party, low, high, min(self._levels, int((high - low) / CENT) + 1))

    def _play(self, scale: Scale, limit: Decimal, heard: Sequence[Decimal], rounds: int, seed: int) -> Reply:
        """The buyer speaks first: so a negotiator who sells answers what was said last, and one who buys goes on."""
        is_buyer = scale.party is Party.BUYER
        with _drawn_from(seed):
            negotiator, other = self._make(), _Other([scale.level(price) for price in heard])
            space = make_os([make_issue(scale.levels, "price")])
            mechanism = SAOMechanism(outcome_space=space, n_steps=max(rounds, len(heard) + is_buyer))
            for seat in (negotiator, other) if is_buyer else (other, negotiator):
                mechanism.add(seat, ufun=_worth_of(scale, limit, space) if seat is negotiator else None)
            for _ in range(len(heard) + is_buyer):
                mechanism.step()
        return _reply(mechanism, negotiator, len(heard) + is_buyer)


class _Other(SAONegotiator):
    """Says again what the other side said, and then nothing more."""

    def __init__(self, levels: Sequence[int]) -> None:
        super().__init__()
        self._to_say = list(levels)

    def propose(self, state: SAOState, dest: str | None = None) -> tuple[int] | None:
        return (self._to_say.pop(0),) if self._to_say else None

    def respond(self, state: SAOState, source: str | None = None) -> ResponseType:
        return ResponseType.REJECT_OFFER if self._to_say else ResponseType.END_NEGOTIATION


def _reply(mechanism: SAOMechanism, negotiator: SAONegotiator, turns: int) -> Reply:
    """What it did in the last of so many turns. What it would have taken sooner it takes: offers get no worse."""
    if mechanism.state.has_error:
        raise LabFault(f"{type(negotiator).__name__} failed: {mechanism.state.error_details}")
    if mechanism.agreement is not None:
        return Reply(accepts=True)
    offers = mechanism.negotiator_offers(negotiator.id)
    if len(offers) < turns:
        return LEAVES
    if offers[-1] is None:
        raise LabFault(f"{type(negotiator).__name__} offered nothing")
    return Reply(level=int(offers[-1][0]))


def _heard(offers: Sequence[Offer], rounds: int, at_first: Decimal) -> list[Decimal]:
    """What stood at the end of each round."""
    standing, heard = at_first, []
    for number in range(1, rounds + 1):
        standing = next((o.terms.unit_price for o in reversed(offers) if o.round == number), standing)
        heard.append(standing)
    return heard


def _claim(view: BuyerView, thread: BuyerThread) -> Decimal | None:
    """The best price it holds elsewhere, as any buyer may say it, unless that is one of its own limits."""
    others = [t.quote.terms.unit_price for t in view.threads if t is not thread and t.quote is not None]
    best = min(others, default=None)
    if best is None or not view.may_claim or best in (view.limits.minimum, view.limits.maximum):
        return None
    is_leader = thread.quote is not None and thread.quote.terms.unit_price < best
    return None if is_leader else best


def _worth_of(scale: Scale, limit: Decimal, space: object) -> LinearAdditiveUtilityFunction:
    """Straight from the one end of the scale to the other; beyond the limit no deal is better."""
    step = 1 / (scale.levels - 1)
    line = AffineFun(slope=-step, bias=1.0) if scale.party is Party.BUYER else AffineFun(slope=step, bias=0.0)
    least = max(0.0, scale.worth(limit) - HAIR)
    return LinearAdditiveUtilityFunction(values=[line], weights=[1.0], outcome_space=space, reserved_value=least)


@contextmanager
def _drawn_from(seed: int) -> Iterator[None]:
    """The generators of the process, begun at this seed and afterwards left as they were."""
    kept, kept_by_numpy = random.getstate(), numpy.random.get_state()
    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    try:
        yield
    finally:
        random.setstate(kept)
        numpy.random.set_state(kept_by_numpy)
