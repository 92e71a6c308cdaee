"""Builders of briefs with keyword defaults, and a reader of what became of them."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from llm.types import ChatMessage
from negotiation.core.latitude import Latitude
from negotiation.core.preferences import Priority, Style
from negotiation.core.vocabulary import Party
from negotiation.minds.words import BuyerAct, SellerAct
from negotiation.prompts.briefs import BuyerBrief, Line, SellerBrief, ThreadBrief

NEEDS_RIVAL = {SellerAct.UNDERCUT, SellerAct.CANNOT_BEAT}
MAKES_CLAIM = {BuyerAct.CLAIM, BuyerAct.FINAL_CLAIM}
NAMES_NO_PRICE = {SellerAct.WALK_AWAY, BuyerAct.DECLINE, BuyerAct.WALK_AWAY}

SHORT_TALK = (
    Line(Party.BUYER, 1, "My opening bid is 35.00.", Decimal("35.00")),
    Line(Party.SELLER, 1, "I can quote you 45.00 to start.", Decimal("45.00")),
    Line(Party.BUYER, 2, "I'll come up to 37.50.", Decimal("37.50")),
)
SELLER_DRAFTS = {
    SellerAct.OPENING: "My opening price is 45.00 per unit.",
    SellerAct.COUNTER: "I can come down to 42.20.",
    SellerAct.HOLD: "I stay at 42.20 for now.",
    SellerAct.TRADE_OFF: "With other terms my price is 42.20.",
    SellerAct.UNDERCUT: "Against 43.00 elsewhere I put 42.20.",
    SellerAct.CANNOT_BEAT: "I can't match 41.00; mine is 42.20.",
    SellerAct.FINAL: "42.20 is my last word.",
    SellerAct.ACCEPT: "Agreed at 37.50.",
    SellerAct.WALK_AWAY: "I have to withdraw; we are too far apart.",
}
SELLER_PRICES = {SellerAct.OPENING: Decimal("45.00"), SellerAct.ACCEPT: Decimal("37.50")}
SELLER_RIVALS = {SellerAct.UNDERCUT: Decimal("43.00"), SellerAct.CANNOT_BEAT: Decimal("41.00")}
BUYER_DRAFTS = {
    BuyerAct.OPENING: "My opening bid is 38.40.",
    BuyerAct.RAISE: "My new bid is 38.40.",
    BuyerAct.HOLD: "I'm staying at 38.40.",
    BuyerAct.TRADE_OFF: "Other terms, other price: 38.40.",
    BuyerAct.CLAIM: "Another seller quotes me 41.00; my bid here is 38.40.",
    BuyerAct.FINAL: "38.40 is my last bid.",
    BuyerAct.FINAL_CLAIM: "With 41.00 in hand elsewhere, 38.40 is my last bid.",
    BuyerAct.AWARD: "I take your offer of 45.00.",
    BuyerAct.DECLINE: "Thank you, I have chosen another seller.",
    BuyerAct.WALK_AWAY: "I'll leave it there. Thank you for your time.",
}
LATITUDE = Latitude(Decimal("42.20"), Decimal("41.90"), Decimal("43.00"), Decimal("42.00"))


def a_seller_brief(
    act: SellerAct = SellerAct.COUNTER,
    *,
    name: str = "Acme Supplies",
    buyer: str = "Northwind",
    item: str = "Steel bolt M8",
    style: Style = Style.NEUTRAL,
    priority: Priority = Priority.CUSTOMER_RETENTION,
    price: Decimal | None = None,
    talk: tuple[Line, ...] | None = None,
    questions: tuple[str, ...] = (),
    draft: str | None = None,
    currency: str = "USD",
    max_rounds: int = 10,
) -> SellerBrief:
    usual_price = None if act in NAMES_NO_PRICE else SELLER_PRICES.get(act, Decimal("42.20"))
    usual_talk = SHORT_TALK[:1] if act is SellerAct.OPENING else SHORT_TALK
    return SellerBrief(
        seller_name=name,
        buyer_name=buyer,
        item_name=item,
        currency=currency,
        quantity=200,
        round=1 if act is SellerAct.OPENING else 2,
        max_rounds=max_rounds,
        priority=priority,
        style=style,
        act=act,
        price=usual_price if price is None else price,
        rival_price=SELLER_RIVALS.get(act),
        talk=usual_talk if talk is None else talk,
        questions=questions,
        draft=SELLER_DRAFTS[act] if draft is None else draft,
    )


def a_thread_brief(
    act: BuyerAct = BuyerAct.RAISE,
    key: str = "S1",
    *,
    name: str = "Acme Supplies",
    talk: tuple[Line, ...] | None = None,
    draft: str | None = None,
    standing: Decimal | None = Decimal("45.00"),
) -> ThreadBrief:
    price = Decimal("45.00") if act is BuyerAct.AWARD else Decimal("38.40")
    usual_talk = () if act is BuyerAct.OPENING else SHORT_TALK[:2]
    return ThreadBrief(
        key=key,
        seller_name=name,
        act=act,
        price=None if act in NAMES_NO_PRICE else price,
        claim=Decimal("41.00") if act in MAKES_CLAIM else None,
        standing=None if act is BuyerAct.OPENING else standing,
        talk=usual_talk if talk is None else talk,
        draft=BUYER_DRAFTS[act] if draft is None else draft,
    )


def a_buyer_brief(
    *threads: ThreadBrief,
    name: str = "Northwind",
    item: str = "Steel bolt M8",
    currency: str = "USD",
    max_rounds: int = 10,
) -> BuyerBrief:
    threads = threads or (a_thread_brief(),)
    is_opening = all(thread.act is BuyerAct.OPENING for thread in threads)
    return BuyerBrief(
        buyer_name=name,
        item_name=item,
        currency=currency,
        quantity=200,
        round=1 if is_opening else 2,
        max_rounds=max_rounds,
        threads=threads,
    )


def facts_of(messages: Sequence[ChatMessage]) -> dict[str, Any]:
    """The data that a prompt carries."""
    block = messages[-1].content.partition("```json\n")[2].partition("\n```")[0]
    facts: dict[str, Any] = json.loads(block)
    return facts
