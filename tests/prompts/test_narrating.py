import json
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.builtin import BuiltinProvider
from llm.tokens import estimate_messages
from llm.types import ChatMessage, Role
from negotiation.core.preferences import Priority, Style
from negotiation.core.vocabulary import Party
from negotiation.minds.words import BuyerAct, SellerAct
from negotiation.prompts.briefs import BuyerBrief, Line, SellerBrief, ThreadBrief
from negotiation.prompts.narrating import narrate_buyer, narrate_seller
from negotiation.prompts.personas import seller_persona
from negotiation.prompts.schemas import MESSAGE, messages_schema
from tests.prompts.building import (
    BUYER_DRAFTS,
    MAKES_CLAIM,
    NAMES_NO_PRICE,
    NEEDS_RIVAL,
    SELLER_DRAFTS,
    a_buyer_brief,
    a_seller_brief,
    a_thread_brief,
    facts_of,
)
from tests.prompts.cases import narrated_sellers
from tests.prompts.hostile import FORBIDDEN_MARKS, HOSTILE, LONG, quoted_strings, skeleton

MOST_BYTES = 24_000
ASCII_IDS = {"ids": lambda text: ascii(text[:12])}


def only_thread(act: BuyerAct) -> dict[str, str]:
    (thread,) = facts_of(narrate_buyer(a_buyer_brief(a_thread_brief(act))))["threads"]
    return thread


def hostile_seller(text: str) -> SellerBrief:
    talk = (Line(Party.BUYER, 1, text, Decimal("35.00")), Line(Party.SELLER, 1, text, Decimal("45.00")))
    return a_seller_brief(
        name=text, buyer=text, item=text, currency=text, talk=talk, questions=(text, text), draft=text
    )


def hostile_buyer(text: str, threads: int = 2, lines: int = 1) -> BuyerBrief:
    talk = (Line(Party.SELLER, 1, text, Decimal("45.00")),) * lines
    return a_buyer_brief(
        *(a_thread_brief(key=f"S{number}", name=text, talk=talk, draft=text) for number in range(1, threads + 1)),
        name=text,
        item=text,
        currency=text,
    )


@pytest.mark.parametrize("act", SellerAct)
@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("priority", Priority)
def test_system_message_of_a_seller_depends_on_its_persona_alone(
    act: SellerAct, style: Style, priority: Priority
) -> None:
    one = narrate_seller(a_seller_brief(style=style, priority=priority))
    other = narrate_seller(a_seller_brief(act, style=style, priority=priority, name="Bolt", questions=("Why?",)))

    assert one[0] == other[0]
    assert seller_persona(priority, style) in one[0].content


@given(st.text())
def test_system_message_is_the_same_whatever_others_wrote(text: str) -> None:
    assert narrate_seller(hostile_seller(text))[0] == narrate_seller(a_seller_brief())[0]
    assert narrate_buyer(hostile_buyer(text))[0] == narrate_buyer(a_buyer_brief())[0]


@pytest.mark.parametrize("text", [*HOSTILE, *LONG], **ASCII_IDS)
def test_text_of_others_stays_within_its_quotes(text: str) -> None:
    seller, harmless_seller = narrate_seller(hostile_seller(text))[1], narrate_seller(hostile_seller("Hello"))[1]
    buyer, harmless_buyer = narrate_buyer(hostile_buyer(text))[1], narrate_buyer(hostile_buyer("Hello"))[1]

    assert skeleton(seller.content) == skeleton(harmless_seller.content)
    assert skeleton(buyer.content) == skeleton(harmless_buyer.content)


@pytest.mark.parametrize("text", [*HOSTILE, *LONG], **ASCII_IDS)
def test_text_of_others_brings_no_mark_of_control_into_a_prompt(text: str) -> None:
    contents = narrate_seller(hostile_seller(text))[1].content, narrate_buyer(hostile_buyer(text))[1].content

    assert [content.count("```") for content in contents] == [2, 2]
    assert not any(FORBIDDEN_MARKS.search(string) for content in contents for string in quoted_strings(content))


@pytest.mark.parametrize("text", LONG, **ASCII_IDS)
def test_prompt_stays_below_its_size_whatever_comes(text: str) -> None:
    talk = (Line(Party.BUYER, 1, text, Decimal("9999999999.99")),) * 300
    seller = narrate_seller(replace(hostile_seller(text), talk=talk, questions=(text,) * 50))
    buyer = narrate_buyer(hostile_buyer(text, threads=10, lines=300))

    sizes = [sum(len(message.content.encode()) for message in messages) for messages in (seller, buyer)]

    assert max(sizes) <= MOST_BYTES


@pytest.mark.parametrize("name", narrated_sellers())
def test_prompt_of_a_seller_with_a_short_talk_is_short(name: str) -> None:
    assert estimate_messages(narrated_sellers()[name]) <= 450


def test_same_brief_makes_the_same_prompt() -> None:
    assert narrate_seller(a_seller_brief()) == narrate_seller(a_seller_brief())
    assert narrate_buyer(a_buyer_brief()) == narrate_buyer(a_buyer_brief())


@pytest.mark.parametrize("messages", [narrate_seller(a_seller_brief()), narrate_buyer(a_buyer_brief())])
def test_prompt_is_a_system_and_a_user_message(messages: tuple[ChatMessage, ...]) -> None:
    assert [message.role for message in messages] == [Role.SYSTEM, Role.USER]


@pytest.mark.parametrize("brief", [SellerBrief, BuyerBrief, ThreadBrief])
def test_brief_has_no_field_for_a_private_number(brief: type[SellerBrief | BuyerBrief | ThreadBrief]) -> None:
    private = {"cost", "floor", "ask", "least_price", "minimum", "maximum", "limits", "reservation_price", "stock"}

    assert not {field.name for field in fields(brief)} & private


@pytest.mark.parametrize("act", SellerAct)
def test_decision_of_a_seller_tells_its_prices(act: SellerAct) -> None:
    brief = a_seller_brief(act)

    facts = facts_of(narrate_seller(brief))

    assert ("price" in facts) is (act not in NAMES_NO_PRICE)
    assert ("rival_price" in facts) is (act in NEEDS_RIVAL)
    for key in {"price", "rival_price"} & set(facts):
        assert facts[key] in facts["decision"]


@pytest.mark.parametrize("act", BuyerAct)
def test_decision_of_a_buyer_tells_its_prices(act: BuyerAct) -> None:
    thread = only_thread(act)

    assert ("price" in thread) is (act not in NAMES_NO_PRICE)
    assert ("claim" in thread) is (act in MAKES_CLAIM)
    for key in {"price", "claim"} & set(thread):
        assert thread[key] in thread["decision"]


def test_no_two_acts_make_the_same_decision() -> None:
    sales = {facts_of(narrate_seller(a_seller_brief(act)))["decision"] for act in SellerAct}
    purchases = {only_thread(act)["decision"] for act in BuyerAct}

    assert len(sales) == len(SellerAct)
    assert len(purchases) == len(BuyerAct)


def test_large_price_stands_as_the_draft_says_it() -> None:
    facts = facts_of(narrate_seller(a_seller_brief(price=Decimal("1234567.5"))))

    assert facts["price"] == "1,234,567.50"
    assert facts["decision"] == "come down to 1,234,567.50 per unit"


def test_seller_is_told_who_said_what() -> None:
    facts = facts_of(narrate_seller(a_seller_brief()))

    assert facts["recent"] == [
        {"who": "other side", "said": "My opening bid is 35.00.", "price": "35.00"},
        {"who": "you", "said": "I can quote you 45.00 to start.", "price": "45.00"},
        {"who": "other side", "said": "I'll come up to 37.50.", "price": "37.50"},
    ]


def test_buyer_is_told_who_said_what() -> None:
    thread = only_thread(BuyerAct.RAISE)

    assert thread["recent"] == [
        {"who": "you", "said": "My opening bid is 35.00.", "price": "35.00"},
        {"who": "other side", "said": "I can quote you 45.00 to start.", "price": "45.00"},
    ]


def test_fewer_tokens_quote_less_talk() -> None:
    talk = tuple(Line(Party.BUYER, number, "I really do need a better price.") for number in range(1, 30))
    brief, buyer = a_seller_brief(talk=talk), a_buyer_brief(a_thread_brief(talk=talk))

    assert len(narrate_seller(brief, 60)[1].content) < len(narrate_seller(brief)[1].content)
    assert len(narrate_buyer(buyer, 60)[1].content) < len(narrate_buyer(buyer)[1].content)


async def test_builtin_provider_says_the_draft_of_a_seller() -> None:
    brief = a_seller_brief(SellerAct.HOLD, questions=("Any news?",))

    answer = await BuiltinProvider().generate(narrate_seller(brief), schema=MESSAGE)

    assert json.loads(answer.text) == {"message": SELLER_DRAFTS[SellerAct.HOLD]}


async def test_builtin_provider_says_the_drafts_of_a_buyer() -> None:
    brief = a_buyer_brief(a_thread_brief(BuyerAct.AWARD, "S1"), a_thread_brief(BuyerAct.DECLINE, "S2"))

    answer = await BuiltinProvider().generate(narrate_buyer(brief), schema=messages_schema(("S1", "S2")))

    assert json.loads(answer.text)["messages"] == [
        {"to": "S1", "message": BUYER_DRAFTS[BuyerAct.AWARD]},
        {"to": "S2", "message": BUYER_DRAFTS[BuyerAct.DECLINE]},
    ]
