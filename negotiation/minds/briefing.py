"""Makes briefs of views and plans: what a model is told, and what it may say."""

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal

from negotiation.core.moves import Bids
from negotiation.core.preferences import Priority, Style
from negotiation.core.room import Heard, Offer
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView
from negotiation.core.vocabulary import Party
from negotiation.minds.strategy import Purchase, Sale
from negotiation.minds.words import BuyerAct, BuyerCue
from negotiation.prompts import narrating, reasoning
from negotiation.prompts.briefs import BuyerBrief, Line, SellerBrief, ThreadBrief
from negotiation.prompts.personas import BUYER, seller_persona
from negotiation.prompts.quoting import NAME_LENGTH, tame
from negotiation.replies.wording import Speech

# What a model is told to do is not for it to say.
INSTRUCTIONS = tuple(
    line
    for text in (
        *(narrating.SELLER_TASK, narrating.SELLER_RULES, narrating.BUYER_TASK, narrating.BUYER_RULES),
        *(reasoning.SELLER_TASK, reasoning.SELLER_RULES, reasoning.BUYER_TASK, reasoning.BUYER_RULES),
        *(seller_persona(priority, style) for priority in Priority for style in Style),
        BUYER,
    )
    for line in text.splitlines()
)


def seller_brief(view: SellerView, sale: Sale, currency: str) -> SellerBrief:
    return SellerBrief(
        seller_name=view.seat.name,
        buyer_name=view.buyer_name,
        item_name=view.item_name,
        currency=currency,
        quantity=view.quantity,
        round=view.round,
        max_rounds=view.max_rounds,
        priority=view.limits.priority,
        style=view.style,
        act=sale.cue.act,
        price=sale.cue.price,
        rival_price=sale.cue.rival_price,
        talk=_lines(view.talk, (*view.bids, *view.quotes)),
        questions=view.questions,
        draft=sale.draft,
        like_for_like=sale.cue.like_for_like,
    )


def buyer_brief(view: BuyerView, purchase: Purchase, currency: str) -> BuyerBrief:
    """Bids are for the round to come, farewells for the one that is over."""
    drafts = purchase.drafts
    return BuyerBrief(
        buyer_name=view.buyer_name,
        item_name=view.item_name,
        currency=currency,
        quantity=view.limits.quantity,
        round=round_of(view, purchase),
        max_rounds=view.max_rounds,
        threads=tuple(
            _thread_brief(key, thread, purchase.cues[thread.seller_id], drafts[thread.seller_id])
            for key, thread in keyed(view).items()
        ),
    )


def round_of(view: BuyerView, purchase: Purchase) -> int:
    return view.round + 1 if isinstance(purchase.turn, Bids) else view.round


def keyed(view: BuyerView) -> dict[str, BuyerThread]:
    """The threads by the short keys that name them in prompts and replies.

    In an order drawn by name: models favour who stands first, and that is not to be who was listed first.
    """
    threads = sorted(view.threads, key=lambda thread: thread.name)
    random.Random(f"{view.seed}/order").shuffle(threads)
    return {f"S{number}": thread for number, thread in enumerate(threads, 1)}


def names_of(threads: Mapping[str, BuyerThread]) -> dict[str, str]:
    """Their sellers' names as prompts write them, by key."""
    return {key: tame(thread.name, NAME_LENGTH) for key, thread in threads.items()}


def seller_speech(
    view: SellerView, price: Decimal | None, rival_price: Decimal | None, currency: str, *, closes: bool = False
) -> Speech:
    """What a seller may say: its own thread's prices, and nothing of its limits."""
    public = _public_numbers(view.quantity, price, (*view.bids, *view.quotes)) | {view.limits.ask}
    public |= {rival_price} if rival_price is not None else set()
    return Speech(
        price=price,
        allowed=frozenset(public),
        names=(view.item_name, view.seat.name, view.buyer_name),
        forbidden_names=(),
        secrets=frozenset({view.limits.floor, view.limits.cost} - public),
        prompt_sentences=INSTRUCTIONS,
        may_claim=rival_price is not None,
        currency=currency,
        closes=closes,
    )


def buyer_speech(view: BuyerView, thread: BuyerThread, cue: BuyerCue, currency: str) -> Speech:
    """What the buyer may say in one thread: that thread's prices and the verified claim, and no other seller's name."""
    public = _public_numbers(view.limits.quantity, cue.price, (*thread.bids, *thread.quotes)) | {thread.ask}
    public |= {cue.rival_price} if cue.rival_price is not None else set()
    return Speech(
        price=cue.price,
        allowed=frozenset(public),
        names=(view.item_name, thread.name, view.buyer_name),
        forbidden_names=tuple(other.name for other in view.threads if other is not thread),
        secrets=frozenset({view.limits.minimum, view.limits.maximum} - public - {Decimal(0)}),
        prompt_sentences=INSTRUCTIONS,
        may_claim=cue.rival_price is not None or cue.act is BuyerAct.DECLINE,
        currency=currency,
        closes=None if cue.act is BuyerAct.DECLINE else cue.act is BuyerAct.AWARD,
    )


def _thread_brief(key: str, thread: BuyerThread, cue: BuyerCue, draft: str) -> ThreadBrief:
    return ThreadBrief(
        key=key,
        seller_name=thread.name,
        act=cue.act,
        price=cue.price,
        claim=cue.rival_price,
        standing=thread.quote.terms.unit_price if thread.quote is not None else None,
        talk=_lines(thread.talk, (*thread.bids, *thread.quotes)),
        draft=draft,
        like_for_like=cue.like_for_like,
    )


def _lines(talk: Sequence[Heard], offers: Sequence[Offer]) -> tuple[Line, ...]:
    prices: Mapping[tuple[Party, int], Decimal] = {(o.party, o.round): o.terms.unit_price for o in offers}
    return tuple(
        Line(
            by=heard.party,
            round=heard.round,
            text=heard.words.text,
            price=None if heard.is_interjection else prices.get((heard.party, heard.round)),
        )
        for heard in talk
    )


def _public_numbers(quantity: int, price: Decimal | None, offers: Sequence[Offer]) -> set[Decimal]:
    """The quantity, the total, and the prices and further terms already said in the thread."""
    public = {Decimal(quantity)}
    for offer in offers:
        for terms in offer.options:
            public |= {terms.unit_price, *(Decimal(value) for _, value in terms.extras)}
    return public if price is None else public | {price, price * quantity}
