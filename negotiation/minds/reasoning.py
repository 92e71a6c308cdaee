"""The mind that lets a model choose price and words, within the strategy's latitude.

What the strategy closes or leaves, this mind closes or leaves; it is free where talks go on.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from negotiation.core.decision import best_option
from negotiation.core.latitude import Latitude, buyer_latitudes, seller_latitude
from negotiation.core.moves import Award, Bids, BuyerTurn, Move, Words
from negotiation.core.strategy import Bid, Quote
from negotiation.core.tradeoff import choose_bids, choose_quote, takeable
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView
from negotiation.core.vocabulary import Fallback, Reason, Voice
from negotiation.minds.briefing import buyer_brief, buyer_speech, keyed, names_of, seller_brief, seller_speech
from negotiation.minds.calls import Purpose
from negotiation.minds.line import Line, Question, Reading, T, Unspoken
from negotiation.minds.narrated import Onlookers, shower, speak_purchase, speak_sale, templates
from negotiation.minds.strategy import Purchase, make_move, plan_bids, plan_farewell, plan_purchase, plan_sale
from negotiation.minds.words import SellerAct
from negotiation.prompts.reasoning import reason_buyer, reason_seller
from negotiation.prompts.schemas import buyer_choice_schema, seller_choice_schema
from negotiation.replies.choices import (
    BidChoice,
    BuyerChoice,
    BuyerDecision,
    SellerAction,
    SellerChoice,
    read_buyer_choice,
    read_seller_choice,
)
from negotiation.replies.flaws import Flaw, Unusable
from negotiation.replies.sentences import fields_before_message, message_so_far
from negotiation.replies.wording import Speech, check_words


class ReasoningMind:
    """Where the model is no help it plays as `StrategyMind` does."""

    def __init__(self, line: Line, currency: str, onlookers: Onlookers) -> None:
        self._line, self._currency, self._onlookers = line, currency, onlookers

    async def sell(self, view: SellerView) -> Move:
        quote = choose_quote(view)
        if quote.accepts:
            words = await speak_sale(view, plan_sale(view, quote), self._line, self._currency, self._onlookers)
            return make_move(view, quote, words)
        try:
            return await self._line.put(self._sellers_question(view, quote))
        except Unspoken as unspoken:
            return make_move(view, quote, Words(plan_sale(view, quote).draft, fallback=unspoken.fallback))

    async def buy(self, view: BuyerView) -> BuyerTurn:
        purchase = plan_purchase(view)
        if not isinstance(purchase.turn, Bids):
            return await speak_purchase(view, purchase, self._line, self._currency, self._onlookers)
        try:
            chosen, words = await self._line.put(self._buyers_question(view, purchase))
        except Unspoken as unspoken:
            return purchase.said(templates(purchase, unspoken.fallback))
        if isinstance(chosen.turn, Bids):
            return chosen.said(words)
        rest = self._line.rest_of_turn()
        return await speak_purchase(view, chosen, rest, self._currency, self._onlookers)

    def _sellers_question(self, view: SellerView, quote: Quote) -> Question[Move]:
        latitude, currency = seller_latitude(view), self._currency

        def read(reply: str) -> Reading[Move]:
            choice = read_seller_choice(reply, currency)
            settled = _settle_quote(view, quote, choice, latitude)
            is_moved = choice.action is SellerAction.OFFER and settled.price != choice.price
            return _noting(_say_sale(view, settled, choice.message, latitude, currency), is_moved)

        def take_apart(raw: str) -> dict[str, tuple[Speech, str]]:
            """Nothing before action and price are there and found good."""
            fields = fields_before_message(raw)
            if fields is None:
                return {}
            try:
                choice = read_seller_choice(json.dumps({**fields, "message": ""}), currency)
                settled = _settle_quote(view, quote, choice, latitude)
            except (Unusable, ValueError):
                return {}
            return {view.seat.seller_id: (_sale_speech(view, settled, latitude, currency), message_so_far(raw))}

        return Question(
            purpose=Purpose.CHOICE,
            round=view.round,
            messages=reason_seller(seller_brief(view, plan_sale(view, quote), self._currency), latitude),
            schema=seller_choice_schema(),
            read=read,
            show=shower(self._onlookers, take_apart),
        )

    def _buyers_question(self, view: BuyerView, purchase: Purchase) -> Question[tuple[Purchase, dict[str, Words]]]:
        threads, by_seller = keyed(view), buyer_latitudes(view)
        latitudes = {key: by_seller[thread.seller_id] for key, thread in threads.items()}
        bids = {bid.seller_id: bid for bid in choose_bids(view)}

        def read(reply: str) -> Reading[tuple[Purchase, dict[str, Words]]]:
            choice = read_buyer_choice(reply, names_of(threads), self._currency)
            match choice.decision:
                case BuyerDecision.LEAVE:
                    raise Unusable(Flaw.MAY_NOT_WALK, "you may not leave now; go on bidding")
                case BuyerDecision.AWARD:
                    award = _settle_award(view, threads.get(choice.to or ""), latitudes.get(choice.to or ""))
                    return Reading((plan_farewell(view, award), {}))
                case BuyerDecision.GO_ON:
                    return _say_bids(view, choice, bids, latitudes, self._currency)

        return Question(
            purpose=Purpose.CHOICE,
            round=view.round + 1,
            messages=reason_buyer(buyer_brief(view, purchase, self._currency), latitudes),
            schema=buyer_choice_schema(tuple(threads)),
            read=read,
        )


def _settle_quote(view: SellerView, quote: Quote, choice: SellerChoice, latitude: Latitude) -> Quote:
    """What the choice amounts to. Raises Unusable if it is none that the seller may make."""
    if choice.quantity not in (None, view.quantity):
        raise Unusable(Flaw.WRONG_QUANTITY, f"the quantity must be {view.quantity}")
    match choice.action:
        case SellerAction.WALK:
            raise Unusable(Flaw.MAY_NOT_WALK, "you may not walk away now; make an offer")
        case SellerAction.ACCEPT:
            return _settle_acceptance(view, quote, choice.price, latitude)
        case SellerAction.OFFER:
            price = _within(choice.price, latitude)
            undercuts = quote.answers_rival and view.rival_price is not None and price < view.rival_price
            return replace(quote, price=price, answers_rival=undercuts)


def _settle_acceptance(view: SellerView, quote: Quote, price: Decimal | None, latitude: Latitude) -> Quote:
    bid, taken = view.live_bid, takeable(view)
    if bid is not None and price not in (None, *(terms.unit_price for terms in bid.options)):
        raise Unusable(Flaw.WRONG_ACTION, f"to accept is to take their {bid.terms.unit_price}; else make an offer")
    if taken is None or latitude.accept_limit is None or taken.terms.unit_price < latitude.accept_limit:
        raise Unusable(Flaw.MAY_NOT_ACCEPT, f"you may not accept that bid; offer at most {latitude.high}")
    return replace(quote, price=taken.terms.unit_price, accepts=True)


def _settle_award(view: BuyerView, thread: BuyerThread | None, latitude: Latitude | None) -> Award:
    option = best_option(view, thread) if thread is not None else None
    limit = latitude.accept_limit if latitude is not None else None
    if thread is None or thread.quote is None or option is None or limit is None or option.terms.unit_price > limit:
        raise Unusable(Flaw.MAY_NOT_ACCEPT, "you may not take that offer yet; go on bidding")
    return Award(thread.seller_id, thread.quote.offer_id, Reason.GOOD_ENOUGH, package=option.package)


def _within(price: Decimal | None, latitude: Latitude) -> Decimal:
    if price is None:
        raise Unusable(Flaw.NO_PRICE, "the price is missing")
    clamped = latitude.clamp(price)
    if clamped is None:
        raise Unusable(Flaw.OUT_OF_LATITUDE, f"the price must be between {latitude.low} and {latitude.high}")
    return clamped


def _say_sale(view: SellerView, quote: Quote, message: str, latitude: Latitude, currency: str) -> Reading[Move]:
    """The decision stands whatever its words are worth."""
    try:
        text = check_words(message, _sale_speech(view, quote, latitude, currency))
    except Unusable as unusable:
        draft = plan_sale(view, quote).draft
        return Reading(make_move(view, quote, Words(draft, fallback=Fallback.WORDS)), unusable.flaw)
    return Reading(make_move(view, quote, Words(text, Voice.MODEL)))


def _sale_speech(view: SellerView, quote: Quote, latitude: Latitude, currency: str) -> Speech:
    """What may be said with that quote: not how far the seller might have gone, either."""
    cue = plan_sale(view, quote).cue
    speech = seller_speech(view, cue.price, cue.rival_price, currency, closes=cue.act is SellerAct.ACCEPT)
    return replace(speech, secrets=speech.secrets | (_ends(latitude) - speech.allowed))


def _say_bids(
    view: BuyerView, choice: BuyerChoice, bids: Mapping[str, Bid], latitudes: Mapping[str, Latitude], currency: str
) -> Reading[tuple[Purchase, dict[str, Words]]]:
    """The chosen bids; a thread without a usable one gets the strategy's, with template words."""
    threads, chosen = keyed(view), {bid.key: bid for bid in choice.bids}
    settled = {key: _settle_bid(chosen.get(key), bids[t.seller_id], latitudes[key]) for key, t in threads.items()}
    if not any(key in chosen for key in threads):
        raise Unusable(Flaw.NO_PRICE, "give one bid for each thread")
    by_seller = {bid.seller_id: bid for bid in settled.values()}
    purchase = plan_bids(view, tuple(by_seller[thread.seller_id] for thread in view.threads))
    words: dict[str, Words] = {}
    flaws: set[str] = set()
    for key, thread in threads.items():
        speech = buyer_speech(view, thread, purchase.cues[thread.seller_id], currency)
        speech = replace(speech, secrets=speech.secrets | (_ends(latitudes[key]) - speech.allowed))
        try:
            text = check_words(chosen[key].message if key in chosen else "", speech)
            words[thread.seller_id] = Words(text, Voice.MODEL)
        except Unusable as unusable:
            flaws.add(unusable.flaw)
            words[thread.seller_id] = Words(purchase.drafts[thread.seller_id], fallback=Fallback.WORDS)
    is_moved = any(settled[key].price != chosen[key].price for key in threads if key in chosen)
    return _noting(Reading((purchase, words), ", ".join(sorted(flaws))), is_moved)


def _settle_bid(choice: BidChoice | None, bid: Bid, latitude: Latitude) -> Bid:
    if choice is None:
        return bid
    return replace(bid, price=_within(choice.price, latitude))


def _noting(reading: Reading[T], is_moved: bool) -> Reading[T]:
    """With a word of it if a price was moved to an end of the latitude."""
    return replace(reading, why=", ".join(filter(None, (Flaw.CLAMPED, reading.why)))) if is_moved else reading


def _ends(latitude: Latitude) -> frozenset[Decimal]:
    limits = {latitude.low, latitude.high} | ({latitude.accept_limit} if latitude.accept_limit is not None else set())
    return frozenset(limits)
