"""The mind whose numbers are the strategy's and whose words a model's, which is told no private number."""

from collections.abc import Callable, Mapping
from typing import Protocol

from negotiation.core.moves import Bids, BuyerTurn, Move, Words
from negotiation.core.tradeoff import choose_quote
from negotiation.core.visibility import BuyerView, SellerView
from negotiation.core.vocabulary import Fallback, Voice
from negotiation.minds.briefing import buyer_brief, buyer_speech, keyed, names_of, round_of, seller_brief, seller_speech
from negotiation.minds.calls import Purpose
from negotiation.minds.line import Line, Question, Reading, RestOfTurn, Unspoken
from negotiation.minds.strategy import Purchase, Sale, make_move, plan_purchase, plan_sale
from negotiation.minds.words import SellerAct
from negotiation.prompts.narrating import narrate_buyer, narrate_seller
from negotiation.prompts.schemas import MESSAGE, messages_schema
from negotiation.replies.flaws import Flaw, Unusable
from negotiation.replies.messages import read_message, read_messages
from negotiation.replies.sentences import check_shown, complete_sentences, message_so_far, messages_so_far
from negotiation.replies.wording import Speech, check_words


class Onlookers(Protocol):
    """Who watches a seat write. What they are shown has passed the checks of a finished message."""

    def are_there(self) -> bool:
        """Whether the model is to be listened to while it writes."""

    def may_look(self) -> bool:
        """Whether to take apart now what is written so far: not too often, and not while there is better to do."""

    def show(self, seller_id: str, text: str) -> None:
        """The words so far in this seller's thread."""


class NarratedMind:
    """Decides exactly as `StrategyMind` does; where the model is no help it speaks as that does, too."""

    def __init__(self, line: Line, currency: str, onlookers: Onlookers) -> None:
        self._line, self._currency, self._onlookers = line, currency, onlookers

    async def buy(self, view: BuyerView) -> BuyerTurn:
        return await speak_purchase(view, plan_purchase(view), self._line, self._currency, self._onlookers)

    async def sell(self, view: SellerView) -> Move:
        sale = plan_sale(view, choose_quote(view))
        words = await speak_sale(view, sale, self._line, self._currency, self._onlookers)
        return make_move(view, sale.quote, words)


async def speak_sale(view: SellerView, sale: Sale, line: Line, currency: str, onlookers: Onlookers) -> Words:
    cue = sale.cue
    speech = seller_speech(view, cue.price, cue.rival_price, currency, closes=cue.act is SellerAct.ACCEPT)
    question = Question(
        purpose=Purpose.WORDS,
        round=view.round,
        messages=narrate_seller(seller_brief(view, sale, currency)),
        schema=MESSAGE,
        read=lambda reply: Reading(check_words(read_message(reply), speech)),
        show=shower(onlookers, lambda raw: {view.seat.seller_id: (speech, message_so_far(raw))}),
    )
    try:
        return Words(await line.put(question), Voice.MODEL)
    except Unspoken as unspoken:
        return Words(sale.draft, fallback=unspoken.fallback)


async def speak_purchase(
    view: BuyerView, purchase: Purchase, line: Line | RestOfTurn, currency: str, onlookers: Onlookers
) -> BuyerTurn:
    """The planned turn in the model's words, those of all threads from one call."""
    threads = keyed(view)
    names = names_of(threads)
    if not purchase.cues:
        return purchase.turn
    speeches = {
        key: buyer_speech(view, thread, purchase.cues[thread.seller_id], currency) for key, thread in threads.items()
    }
    question = Question(
        purpose=Purpose.WORDS if isinstance(purchase.turn, Bids) else Purpose.FAREWELL,
        round=round_of(view, purchase),
        messages=narrate_buyer(buyer_brief(view, purchase, currency)),
        schema=messages_schema(tuple(threads)),
        read=lambda reply: sound_messages(read_messages(reply, names), speeches),
        show=shower(
            onlookers,
            lambda raw: {
                threads[key].seller_id: (speeches[key], text) for key, text in messages_so_far(raw, names).items()
            },
        ),
    )
    try:
        spoken = await line.put(question)
    except Unspoken as unspoken:
        return purchase.said(templates(purchase, unspoken.fallback))
    words = {threads[key].seller_id: Words(text, Voice.MODEL) for key, text in spoken.items()}
    return purchase.said(templates(purchase, Fallback.WORDS) | words)


def templates(purchase: Purchase, fallback: Fallback) -> dict[str, Words]:
    return {seller_id: Words(draft, fallback=fallback) for seller_id, draft in purchase.drafts.items()}


def sound_messages(messages: Mapping[str, str], speeches: Mapping[str, Speech]) -> Reading[dict[str, str]]:
    """The messages that may be said. Raises Unusable if none may; the others are left to templates."""
    sound: dict[str, str] = {}
    flawed: list[Unusable] = []
    for key, speech in speeches.items():
        try:
            sound[key] = check_words(messages.get(key, ""), speech)
        except Unusable as unusable:
            flawed.append(unusable)
    if not sound:
        raise flawed[0] if flawed else Unusable(Flaw.NO_OBJECT, "reply with one message for each thread")
    return Reading(sound, ", ".join(sorted({unusable.flaw for unusable in flawed})))


def shower(
    onlookers: Onlookers, take_apart: Callable[[str], Mapping[str, tuple[Speech, str]]]
) -> Callable[[str], None] | None:
    """Shows the whole sentences of a reply on its way, as far as they pass; None if nobody watches.

    `take_apart` finds in the raw text the words begun for each seller's thread, and what may be said there.
    """
    if not onlookers.are_there():
        return None
    shown: dict[str, str] = {}

    def show(raw: str) -> None:
        if not onlookers.may_look():
            return
        for seller_id, (speech, text) in take_apart(raw).items():
            sentences = complete_sentences(text)
            if sentences and sentences != shown.get(seller_id) and check_shown(sentences, speech):
                shown[seller_id] = sentences
                onlookers.show(seller_id, sentences)

    return show
