"""The mind that needs no model: numbers from `core.strategy`, words from templates.

What it decides is made in two steps, a plan and the words for it, so that other minds can put the plan in their own.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from negotiation.core.because import Rule
from negotiation.core.decision import best_award
from negotiation.core.moves import Accept, Award, Bids, BuyerTurn, Leave, Move, Propose, Words
from negotiation.core.strategy import Bid, Quote
from negotiation.core.terms import Terms
from negotiation.core.tradeoff import (
    Offering,
    bids_at,
    choose_award,
    choose_bids,
    choose_quote,
    quote_at,
    takeable,
)
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView, seat_seed
from negotiation.core.vocabulary import Reason
from negotiation.minds.seller_phrases import BUNDLE_WORDS
from negotiation.minds.words import (
    BuyerAct,
    BuyerCue,
    SellerAct,
    SellerCue,
    answer_words,
    buyer_words,
    seller_words,
    terms_words,
    topic_in,
)


@dataclass(frozen=True, slots=True)
class Sale:
    """What a seller is about to do, and what it would say from templates."""

    quote: Quote
    cue: SellerCue
    draft: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """The buyer's turn with template words, and what it is about to do in each thread by the seller's id.

    `named` are the further terms as they are said after any words.
    """

    turn: BuyerTurn
    cues: Mapping[str, BuyerCue]
    named: Mapping[str, str] = field(default_factory=dict)

    @property
    def drafts(self) -> dict[str, str]:
        """The template words without the further terms."""
        match self.turn:
            case Bids(moves=moves):
                spoken = {seller_id: move.words.text for seller_id, move in moves}
            case Award(farewells=farewells) | Leave(farewells=farewells):
                spoken = {seller_id: words.text for seller_id, words in farewells}
        return {seller_id: text.removesuffix(self.named.get(seller_id, "")) for seller_id, text in spoken.items()}

    def said(self, words: Mapping[str, Words]) -> BuyerTurn:
        """The turn with these words by the seller's id; where there are none the template's stay."""
        spoken = {s: replace(said, text=said.text + self.named.get(s, "")) for s, said in words.items()}
        match self.turn:
            case Bids(moves=moves):
                return Bids(tuple((s, replace(move, words=spoken.get(s, move.words))) for s, move in moves))
            case Award() | Leave():
                return replace(
                    self.turn, farewells=tuple((s, spoken.get(s, draft)) for s, draft in self.turn.farewells)
                )


class StrategyMind:
    """Plays either side. Deterministic: the same view gives the same move and words."""

    async def buy(self, view: BuyerView) -> BuyerTurn:
        return plan_purchase(view).turn

    async def sell(self, view: SellerView) -> Move:
        sale = plan_sale(view, choose_quote(view))
        return make_move(view, sale.quote, Words(sale.draft))


def plan_sale(view: SellerView, quote: Quote) -> Sale:
    act = _seller_act(view, quote)
    rival = view.rival_price if act in (SellerAct.UNDERCUT, SellerAct.CANNOT_BEAT) else None
    is_like_for_like = rival is not None and bool(view.agenda)
    cue = SellerCue(act, view.limits.priority, view.style, quote.price, rival, is_like_for_like)
    shuffle = random.Random(seat_seed(view.seed, act))
    bundled = f"{BUNDLE_WORDS[view.style]} " if quote.because.rule is Rule.BUNDLE else ""
    return Sale(quote, cue, _answers(view) + bundled + seller_words(cue, shuffle, view.turns_taken))


def make_move(view: SellerView, quote: Quote, words: Words) -> Move:
    """The move at that unit price; the further terms are the strategy's, and named after the words."""
    if quote.accepts:
        assert view.live_bid is not None
        taken = takeable(view)
        package = taken.package if taken is not None else 0
        named = terms_words(view.live_bid.options[package])
        return Accept(view.live_bid.offer_id, replace(words, text=words.text + named), package)
    offering = quote_at(view, quote.price)
    spoken = replace(words, text=words.text + terms_words(offering.terms, offering.packages))
    return Propose(offering.terms, spoken, is_final=view.is_last_round, packages=offering.packages)


def plan_purchase(view: BuyerView) -> Purchase:
    if not view.threads:
        return Purchase(Leave(Reason.SELLERS_LEFT), {})
    award = choose_award(view)
    if award is not None or view.is_over:
        return plan_farewell(view, award or Leave(Reason.NO_VALID_OFFER))
    return plan_bids(view, choose_bids(view))


def plan_bids(view: BuyerView, bids: tuple[Bid, ...]) -> Purchase:
    offers = bids_at(view, bids)
    cues = {bid.seller_id: _cue(view.thread(bid.seller_id), bid, offers[bid.seller_id]) for bid in bids}
    moves = tuple((bid.seller_id, _bid(view, bid, cues[bid.seller_id], offers[bid.seller_id])) for bid in bids)
    named = {seller_id: terms_words(offer.terms, offer.packages) for seller_id, offer in offers.items()}
    return Purchase(Bids(moves), cues, named)


def plan_farewell(view: BuyerView, turn: Award | Leave) -> Purchase:
    """The turn with a last word to every seller."""
    taken = _taken(view, turn)
    cues = {thread.seller_id: _farewell_cue(thread, turn, taken) for thread in view.threads}
    named = {turn.seller_id: terms_words(taken)} if isinstance(turn, Award) and taken is not None else {}
    farewells = tuple(
        (t.seller_id, Words(_buyer_text(view, t, cues[t.seller_id]) + named.get(t.seller_id, ""))) for t in view.threads
    )
    return Purchase(replace(turn, farewells=farewells), cues, named)


def fallback_award(view: BuyerView, reason: Reason) -> Award | Leave:
    """The buyer takes the best that stands, or leaves: what happens when it is told to decide or time is up."""
    turn = plan_farewell(view, best_award(view, reason) or Leave(reason)).turn
    assert not isinstance(turn, Bids)
    return turn


def _cue(thread: BuyerThread, bid: Bid, offer: Offering) -> BuyerCue:
    is_like_for_like = bid.claim is not None and bool(thread.agenda)
    return BuyerCue(_buyer_act(thread, bid, offer), bid.price, bid.claim, is_like_for_like)


def _bid(view: BuyerView, bid: Bid, cue: BuyerCue, offer: Offering) -> Propose:
    words = Words(_buyer_text(view, view.thread(bid.seller_id), cue) + terms_words(offer.terms, offer.packages))
    return Propose(offer.terms, words, claim=bid.claim, packages=offer.packages)


def _buyer_text(view: BuyerView, thread: BuyerThread, cue: BuyerCue) -> str:
    return buyer_words(cue, random.Random(seat_seed(view.seed, cue.act)), _nth(view, thread))


def _buyer_act(thread: BuyerThread, bid: Bid, offer: Offering) -> BuyerAct:
    if bid.claim is not None:
        return BuyerAct.FINAL_CLAIM if bid.is_last else BuyerAct.CLAIM
    if bid.is_last:
        return BuyerAct.FINAL
    if not thread.bids:
        return BuyerAct.OPENING
    last = thread.bids[-1].terms
    if bid.price > last.unit_price:
        return BuyerAct.RAISE
    return BuyerAct.HOLD if offer.terms.extras == last.extras else BuyerAct.TRADE_OFF


def _taken(view: BuyerView, turn: Award | Leave) -> Terms | None:
    """The terms that an award takes, None where nothing stands that could be taken."""
    if isinstance(turn, Leave):
        return None
    quotes = (thread.quote for thread in view.threads if thread.seller_id == turn.seller_id)
    return next((quote.options[turn.package] for quote in quotes if quote is not None), None)


def _farewell_cue(thread: BuyerThread, turn: Award | Leave, taken: Terms | None) -> BuyerCue:
    match turn:
        case Leave():
            return BuyerCue(BuyerAct.WALK_AWAY, None)
        case Award(seller_id=winner) if winner == thread.seller_id and taken is not None:
            return BuyerCue(BuyerAct.AWARD, taken.unit_price)
        case Award():
            return BuyerCue(BuyerAct.DECLINE, None)


def _nth(view: BuyerView, thread: BuyerThread) -> int:
    """Counts on from turn to turn, and starts elsewhere for each seller: no two hear the same in a round."""
    return sorted(other.name for other in view.threads).index(thread.name) + len(thread.bids)


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
    last = view.quotes[-1].terms
    if quote.price < last.unit_price:
        return SellerAct.COUNTER
    return SellerAct.HOLD if quote_at(view, quote.price).terms.extras == last.extras else SellerAct.TRADE_OFF


def _may_name_rival(view: SellerView) -> bool:
    """Not if the rival's price happens to be one of our own secrets: repeating it would say it aloud."""
    return view.rival_price not in (view.limits.floor, view.limits.cost)


def _answers(view: SellerView) -> str:
    """A sentence for the newest thing a person asked since this seller last spoke."""
    if not view.questions:
        return ""
    topic = topic_in(view.questions[-1], view.agenda)
    shuffle = random.Random(seat_seed(view.seed, f"answer/{topic}"))
    return answer_words(topic, view.style, shuffle, view.turns_taken) + " "
