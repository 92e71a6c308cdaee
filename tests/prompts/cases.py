"""The prompts that are pinned by golden files, by the names of the files."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from llm.types import ChatMessage
from negotiation.core.preferences import Priority, Style
from negotiation.minds.words import BuyerAct, SellerAct
from negotiation.prompts.briefs import BuyerBrief
from negotiation.prompts.narrating import narrate_buyer, narrate_seller
from negotiation.prompts.reasoning import ask_again, reason_buyer, reason_seller
from tests.prompts.building import LATITUDE, a_buyer_brief, a_seller_brief, a_thread_brief

SPEAKERS = (
    (Priority.MAXIMIZE_PROFIT, Style.RUDE),
    (Priority.CUSTOMER_RETENTION, Style.NEUTRAL),
    (Priority.CUSTOMER_RETENTION, Style.VERY_SWEET),
)
QUESTION = "Can you deliver by Friday?"
AROUND_BID = replace(LATITUDE, accept_limit=Decimal("37.40"))
BID = replace(LATITUDE, advised=Decimal("38.40"), low=Decimal("37.80"), high=Decimal("39.20"), accept_limit=None)
AWARD = replace(BID, accept_limit=Decimal("45.10"))


def three_threads() -> BuyerBrief:
    return a_buyer_brief(
        a_thread_brief(BuyerAct.RAISE, "S1"),
        a_thread_brief(BuyerAct.CLAIM, "S2", name="Bolt & Co"),
        a_thread_brief(BuyerAct.HOLD, "S3", name="Cedar"),
    )


def prompts() -> Mapping[str, tuple[ChatMessage, ...]]:
    return narrated_sellers() | narrated_buyers() | reasoned() | asked_again()


def narrated_sellers() -> dict[str, tuple[ChatMessage, ...]]:
    acts = {
        f"narrate_seller_{act}_{style}": narrate_seller(a_seller_brief(act, priority=priority, style=style))
        for act in SellerAct
        for priority, style in SPEAKERS
    }
    return acts | {"narrate_seller_with_a_question": narrate_seller(a_seller_brief(questions=(QUESTION,)))}


def narrated_buyers() -> dict[str, tuple[ChatMessage, ...]]:
    acts = {f"narrate_buyer_{act}": narrate_buyer(a_buyer_brief(a_thread_brief(act))) for act in BuyerAct}
    return acts | {"narrate_buyer_three_threads": narrate_buyer(three_threads())}


def reasoned() -> dict[str, tuple[ChatMessage, ...]]:
    seller = a_seller_brief(priority=Priority.MAXIMIZE_PROFIT, style=Style.VERY_SWEET)
    last_round = a_seller_brief(SellerAct.FINAL, style=Style.RUDE, max_rounds=2)
    return {
        "reason_seller": reason_seller(seller, LATITUDE),
        "reason_seller_opening": reason_seller(a_seller_brief(SellerAct.OPENING), LATITUDE),
        "reason_seller_may_accept": reason_seller(seller, AROUND_BID),
        "reason_seller_rival_and_question": reason_seller(
            a_seller_brief(SellerAct.UNDERCUT, questions=(QUESTION,)), LATITUDE
        ),
        "reason_seller_last_round": reason_seller(last_round, LATITUDE),
        "reason_buyer": reason_buyer(three_threads(), {"S1": AWARD, "S2": BID, "S3": BID}),
        "reason_buyer_opening": reason_buyer(a_buyer_brief(a_thread_brief(BuyerAct.OPENING)), {"S1": BID}),
    }


def asked_again() -> dict[str, tuple[ChatMessage, ...]]:
    asked = narrate_seller(a_seller_brief())
    return {
        "ask_again": ask_again(asked, '{"message": "Take it for 40.00!"}', "the message must contain the price 42.20"),
        "ask_again_after_no_reply": ask_again(asked, "", "the reply was empty"),
    }
