"""The mind that needs no model: numbers from `core.strategy`, words from templates."""

import random
from decimal import Decimal

from negotiation.core.decision import best_award
from negotiation.core.moves import Accept, Award, Bids, BuyerTurn, Leave, Move, Propose, Words
from negotiation.core.strategy import Bid, Quote, choose_award, choose_bids, choose_quote
from negotiation.core.terms import Terms
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView, seat_seed
from negotiation.core.vocabulary import Reason
from negotiation.minds.words import (
    BuyerAct,
    BuyerCue,
    SellerAct,
    SellerCue,
    answer_words,
    buyer_words,
    seller_words,
    topic_of,
)


class StrategyMind:
    """Plays either side. Deterministic: the same view gives the same move and words."""

    async def buy(self, view: BuyerView) -> BuyerTurn:
        if not view.threads:
            return Leave(Reason.SELLERS_LEFT)
        award = choose_award(view)
        if award is not None:
            return Award(award.seller_id, award.offer_id, award.reason, _farewells(view, award))
        if view.is_over:
            return Leave(Reason.NO_VALID_OFFER, _farewells(view, None))
        threads = {thread.seller_id: thread for thread in view.threads}
        return Bids(tuple((bid.seller_id, _bid(view, threads[bid.seller_id], bid)) for bid in choose_bids(view)))

    async def sell(self, view: SellerView) -> Move:
        quote = choose_quote(view)
        words = Words(_answers(view) + _seller_text(view, quote))
        if quote.accepts:
            assert view.live_bid is not None
            return Accept(view.live_bid.offer_id, words)
        return Propose(Terms(quote.price, view.quantity), words, is_final=view.is_last_round)


def fallback_award(view: BuyerView, reason: Reason) -> BuyerTurn:
    """The buyer takes the best that stands, or leaves: what happens when it is told to decide or time is up."""
    award = best_award(view, reason)
    if award is None:
        return Leave(reason, _farewells(view, None))
    return Award(award.seller_id, award.offer_id, reason, _farewells(view, award))


def _bid(view: BuyerView, thread: BuyerThread, bid: Bid) -> Propose:
    act = _buyer_act(thread, bid)
    shuffle = random.Random(seat_seed(view.seed, act))
    text = buyer_words(BuyerCue(act, bid.price, bid.claim), shuffle, _nth(view, thread))
    return Propose(Terms(bid.price, view.limits.quantity), Words(text), claim=bid.claim)


def _buyer_act(thread: BuyerThread, bid: Bid) -> BuyerAct:
    if bid.claim is not None:
        return BuyerAct.FINAL_CLAIM if bid.is_last else BuyerAct.CLAIM
    if bid.is_last:
        return BuyerAct.FINAL
    if not thread.bids:
        return BuyerAct.OPENING
    return BuyerAct.RAISE if bid.price > thread.bids[-1].terms.unit_price else BuyerAct.HOLD


def _farewells(view: BuyerView, award: Award | None) -> tuple[tuple[str, Words], ...]:
    return tuple((thread.seller_id, _farewell(view, thread, award)) for thread in view.threads)


def _farewell(view: BuyerView, thread: BuyerThread, award: Award | None) -> Words:
    price: Decimal | None = None
    if award is None:
        act = BuyerAct.WALK_AWAY
    elif thread.seller_id == award.seller_id and thread.quote is not None:
        act, price = BuyerAct.AWARD, thread.quote.terms.unit_price
    else:
        act = BuyerAct.DECLINE
    shuffle = random.Random(seat_seed(view.seed, act))
    return Words(buyer_words(BuyerCue(act, price), shuffle, _nth(view, thread)))


def _nth(view: BuyerView, thread: BuyerThread) -> int:
    """Counts on from turn to turn, and starts elsewhere for each seller: no two hear the same in a round."""
    return sorted(other.name for other in view.threads).index(thread.name) + len(thread.bids)


def _seller_text(view: SellerView, quote: Quote) -> str:
    act = _seller_act(view, quote)
    shuffle = random.Random(seat_seed(view.seed, act))
    rival = view.rival_price if act in (SellerAct.UNDERCUT, SellerAct.CANNOT_BEAT) else None
    cue = SellerCue(act, view.limits.priority, view.style, quote.price, rival)
    return seller_words(cue, shuffle, view.turns_taken)


def _seller_act(view: SellerView, quote: Quote) -> SellerAct:
    if quote.accepts:
        return SellerAct.ACCEPT
    if view.is_last_round:
        return SellerAct.FINAL
    if quote.answers_rival and _may_name_rival(view):
        return SellerAct.UNDERCUT
    if quote.cannot_beat and _may_name_rival(view):
        return SellerAct.CANNOT_BEAT
    if not view.quotes:
        return SellerAct.OPENING
    return SellerAct.COUNTER if quote.price < view.quotes[-1].terms.unit_price else SellerAct.HOLD


def _may_name_rival(view: SellerView) -> bool:
    """Not if the rival's price happens to be one of our own secrets: repeating it would say it aloud."""
    return view.rival_price not in (view.limits.floor, view.limits.cost)


def _answers(view: SellerView) -> str:
    """A sentence for the newest thing a person asked since this seller last spoke."""
    if not view.questions:
        return ""
    topic = topic_of(view.questions[-1])
    shuffle = random.Random(seat_seed(view.seed, f"answer/{topic}"))
    return answer_words(topic, view.style, shuffle, view.turns_taken) + " "
