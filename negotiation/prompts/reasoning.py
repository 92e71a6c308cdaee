"""Asks a model for price and words of a move, within the latitude it is told; and asks once more after a bad reply.

Cost, floor and limits of the seat do not stand here: what may be done is said by the latitude alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from llm.types import ChatMessage
from negotiation.core.latitude import Latitude
from negotiation.core.vocabulary import Party
from negotiation.prompts.briefs import BuyerBrief, Line, SellerBrief, ThreadBrief
from negotiation.prompts.narrating import (
    OWN_THREAD,
    QUESTIONS,
    SELLER_TALK_TOKENS,
    THREAD_TALK_TOKENS,
    WORDING,
    as_prompt,
)
from negotiation.prompts.personas import BUYER, seller_persona
from negotiation.prompts.quoting import (
    CURRENCY_LENGTH,
    ITEM_LENGTH,
    NAME_LENGTH,
    Quotation,
    fenced,
    quote_questions,
    quote_talk,
    speaker,
    tame,
)

MOVES_SHOWN = 6
REPLY_LENGTH, HINT_LENGTH = 400, 300

SELLER_TASK = "You are a seller in a price negotiation and make your next move. First decide, then speak."

SELLER_RULES = f"""\
How to decide, by the "advice" in the data:
- "action" is "offer" or "accept". You may accept only if there is a "may_accept_from"; then you get "their_bid".
- For an offer choose a "price" from "low" to "high". "advised" is a sound choice. Higher earns more, lower may win \
the deal.
- For "accept" the "price" is "their_bid". "quantity" is always that of the data.
- A "rival_price" is what another seller really quotes the buyer.
- If "rounds_left" is 0, your offer is the final one: say so.
How to speak:
{WORDING}
- Your message contains your "price" and never tells the advice: not how low or high you might go.
{QUESTIONS}
Reply with one JSON object and nothing else, in this order: \
{{"action": "offer", "price": number, "quantity": number, "message": "your words"}}"""

BUYER_TASK = """\
You are a buyer who talks with several sellers about a price, and make your next move. Each seller has a thread of its \
own and reads only that. First decide, then speak."""

BUYER_RULES = f"""\
How to decide, by the "advice" in each thread:
- "decision" is "go_on" or "award". You may award only to a thread with a "may_award_up_to": "to" is its "key", it \
gets the deal at "their_offer", and "bids" is empty.
- To go on, let "to" be null and give one bid for each thread, with a "price" from its "low" to its "high". \
"advised" is a sound choice. Lower saves more, higher may win the deal.
- If "rounds_left" is 0, your bids are the last ones: say so.
How to speak, in each message:
{WORDING}
{OWN_THREAD}
- If the thread has a "claim", you may say that another seller quotes you that price.
- The message contains its "price" and never tells the advice: not how low or high you might go.
Reply with one JSON object and nothing else, in this order: \
{{"decision": "go_on", "to": null, "bids": [{{"to": "its key", "price": number, "message": "your words"}}]}}"""


def reason_seller(brief: SellerBrief, latitude: Latitude) -> tuple[ChatMessage, ...]:
    """Without the brief's own price and draft: they are the strategy's, and may lie outside the latitude."""
    instructions = SELLER_TASK, seller_persona(brief.priority, brief.style), SELLER_RULES
    return as_prompt(instructions, fenced(_sale_facts(brief, latitude)))


def reason_buyer(brief: BuyerBrief, latitudes: Mapping[str, Latitude]) -> tuple[ChatMessage, ...]:
    """As `reason_seller`; `latitudes` has one for each thread's key."""
    return as_prompt((BUYER_TASK, BUYER, BUYER_RULES), fenced(_purchase_facts(brief, latitudes)))


def ask_again(messages: Sequence[ChatMessage], reply: str, hint: str) -> tuple[ChatMessage, ...]:
    """The same prompt, told at its end what was wrong with the reply.

    No further message: some chat templates refuse two in a row from one role.
    """
    *before, last = messages
    refusal = Refusal(tame(reply, REPLY_LENGTH) or None, tame(hint, HINT_LENGTH))
    complaint = (
        f"Your last reply was no good:\n{fenced(refusal)}\nReply again with the JSON object, without that error."
    )
    return (*before, replace(last, content=f"{last.content}\n\n{complaint}"))


@dataclass(frozen=True, slots=True)
class Refusal:
    your_reply: str | None
    error: str


@dataclass(frozen=True, slots=True)
class MoveRow:
    round: int
    who: str
    price: str


@dataclass(frozen=True, slots=True)
class SaleAdvice:
    advised: str
    low: str
    high: str
    may_accept_from: str | None


@dataclass(frozen=True, slots=True)
class BidAdvice:
    advised: str
    low: str
    high: str
    may_award_up_to: str | None


@dataclass(frozen=True, slots=True)
class SaleFacts:
    """What a reasoning seller's model is told, in this order."""

    you: str
    other_side: str
    item: str
    quantity: int
    currency: str
    rounds_left: int
    moves: tuple[MoveRow, ...]
    recent: tuple[Quotation, ...]
    questions: tuple[str, ...] | None
    rival_price: str | None
    their_bid: str | None
    advice: SaleAdvice


@dataclass(frozen=True, slots=True)
class ThreadFacts:
    key: str
    seller: str
    moves: tuple[MoveRow, ...]
    recent: tuple[Quotation, ...]
    claim: str | None
    their_offer: str | None
    advice: BidAdvice


@dataclass(frozen=True, slots=True)
class PurchaseFacts:
    """What a reasoning buyer's model is told, in this order."""

    you: str
    item: str
    quantity: int
    currency: str
    rounds_left: int
    threads: tuple[ThreadFacts, ...]


def _sale_facts(brief: SellerBrief, latitude: Latitude) -> SaleFacts:
    bid = _last_price(brief.talk, Party.BUYER)
    limit = latitude.accept_limit
    may_accept = bid is not None and limit is not None and bid >= limit
    return SaleFacts(
        you=tame(brief.seller_name, NAME_LENGTH),
        other_side=tame(brief.buyer_name, NAME_LENGTH),
        item=tame(brief.item_name, ITEM_LENGTH),
        quantity=brief.quantity,
        currency=tame(brief.currency, CURRENCY_LENGTH),
        rounds_left=brief.max_rounds - brief.round,
        moves=_moves(brief.talk, Party.SELLER),
        recent=_recent(brief.talk, Party.SELLER, SELLER_TALK_TOKENS),
        questions=quote_questions(brief.questions),
        rival_price=_of_rival(brief.rival_price, brief),
        their_bid=_written(bid),
        advice=SaleAdvice(*_band(latitude), may_accept_from=_written(limit) if may_accept else None),
    )


def _purchase_facts(brief: BuyerBrief, latitudes: Mapping[str, Latitude]) -> PurchaseFacts:
    return PurchaseFacts(
        you=tame(brief.buyer_name, NAME_LENGTH),
        item=tame(brief.item_name, ITEM_LENGTH),
        quantity=brief.quantity,
        currency=tame(brief.currency, CURRENCY_LENGTH),
        rounds_left=brief.max_rounds - brief.round,
        threads=tuple(_thread_facts(thread, latitudes[thread.key]) for thread in brief.threads),
    )


def _thread_facts(thread: ThreadBrief, latitude: Latitude) -> ThreadFacts:
    limit = latitude.accept_limit
    may_award = thread.standing is not None and limit is not None and thread.standing <= limit
    return ThreadFacts(
        key=thread.key,
        seller=tame(thread.seller_name, NAME_LENGTH),
        moves=_moves(thread.talk, Party.BUYER),
        recent=_recent(thread.talk, Party.BUYER, THREAD_TALK_TOKENS),
        claim=_of_rival(thread.claim, thread),
        their_offer=_written(thread.standing),
        advice=BidAdvice(*_band(latitude), may_award_up_to=_written(limit) if may_award else None),
    )


def _band(latitude: Latitude) -> tuple[str, str, str]:
    return f"{latitude.advised:.2f}", f"{latitude.low:.2f}", f"{latitude.high:.2f}"


def _last_price(talk: Sequence[Line], by: Party) -> Decimal | None:
    return next((line.price for line in reversed(talk) if line.by is by and line.price is not None), None)


def _moves(talk: Sequence[Line], me: Party) -> tuple[MoveRow, ...]:
    """The last few offers of either side, oldest first."""
    rows = [MoveRow(line.round, speaker(line.by, me), f"{line.price:.2f}") for line in talk if line.price is not None]
    return tuple(rows[-MOVES_SHOWN:])


def _recent(talk: Sequence[Line], me: Party, tokens: int) -> tuple[Quotation, ...]:
    """The words alone: the prices stand in the moves."""
    return quote_talk([replace(line, price=None) for line in talk], me, tokens)


def _of_rival(amount: Decimal | None, brief: SellerBrief | ThreadBrief) -> str | None:
    """As `narrating.said_of_rival`, without a comma."""
    return f"{_written(amount)} like for like" if amount is not None and brief.like_for_like else _written(amount)


def _written(amount: Decimal | None) -> str | None:
    """Without a comma for the thousands: in a JSON number the model would end there."""
    return None if amount is None else f"{amount:.2f}"
