import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.types import ChatMessage, Role
from negotiation.core.latitude import Latitude
from negotiation.core.vocabulary import Party
from negotiation.minds.words import BuyerAct, SellerAct
from negotiation.prompts.briefs import Line
from negotiation.prompts.narrating import narrate_buyer, narrate_seller
from negotiation.prompts.reasoning import MOVES_SHOWN, ask_again, reason_buyer, reason_seller
from tests.prompts.building import LATITUDE, SHORT_TALK, a_buyer_brief, a_seller_brief, a_thread_brief, facts_of
from tests.prompts.hostile import FORBIDDEN_MARKS, HOSTILE, LONG, quoted_strings, skeleton

MOST_BYTES = 24_000
ASCII_IDS = {"ids": lambda text: ascii(text[:12])}
CENTS = st.integers(min_value=1, max_value=10**12 - 1).map(lambda cents: Decimal(cents) / 100)
LATITUDES = st.builds(Latitude, advised=CENTS, low=CENTS, high=CENTS, accept_limit=CENTS | st.none())


def numbers_in(messages: Sequence[ChatMessage]) -> set[Decimal]:
    return {Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", messages[-1].content)}


def numbers_of(latitude: Latitude) -> set[Decimal]:
    return {latitude.advised, latitude.low, latitude.high, *([latitude.accept_limit] if latitude.accept_limit else [])}


def a_talk_of(texts: Sequence[str]) -> tuple[Line, ...]:
    parties = (Party.BUYER, Party.SELLER)
    return tuple(Line(parties[i % 2], i // 2 + 1, text, Decimal(30 + i)) for i, text in enumerate(texts))


@given(LATITUDES, CENTS, CENTS)
def test_seller_is_told_no_number_beyond_the_talk_and_its_latitude(
    latitude: Latitude, price: Decimal, canary: Decimal
) -> None:
    brief = a_seller_brief(item="Bolt", price=price, draft=f"Mine is {canary}.", talk=SHORT_TALK)
    public = {Decimal(number) for number in ("1", "2", "8", "200", "35", "45", "37.5")}

    told = numbers_in(reason_seller(brief, latitude))

    assert told <= public | numbers_of(latitude)


@given(LATITUDES, CENTS, CENTS)
def test_buyer_is_told_no_number_beyond_the_talk_and_its_latitudes(
    latitude: Latitude, price: Decimal, canary: Decimal
) -> None:
    thread = replace(a_thread_brief(talk=SHORT_TALK, draft=f"I bid {canary}."), price=price)
    brief = a_buyer_brief(replace(thread, key="SA"), item="Bolt")
    public = {Decimal(number) for number in ("1", "2", "8", "200", "35", "45", "37.5")}

    told = numbers_in(reason_buyer(brief, {"SA": latitude}))

    assert told <= public | numbers_of(latitude)


def test_seller_is_advised_as_its_latitude_says() -> None:
    advice = facts_of(reason_seller(a_seller_brief(), LATITUDE))["advice"]

    assert advice == {"advised": "42.20", "low": "41.90", "high": "43.00"}


def test_prices_to_choose_from_have_no_comma_in_them() -> None:
    latitude = Latitude(Decimal("1234.50"), Decimal(1200), Decimal("1300.00"), None)

    advice = facts_of(reason_seller(a_seller_brief(), latitude))["advice"]

    assert advice == {"advised": "1234.50", "low": "1200.00", "high": "1300.00"}


@pytest.mark.parametrize(
    ("accept_limit", "told"), [("37.49", "37.49"), ("37.50", "37.50"), ("37.51", None), (None, None)]
)
def test_seller_learns_what_it_may_accept_only_if_the_last_bid_is_that_good(
    accept_limit: str | None, told: str | None
) -> None:
    latitude = replace(LATITUDE, accept_limit=None if accept_limit is None else Decimal(accept_limit))

    advice = facts_of(reason_seller(a_seller_brief(), latitude))["advice"]

    assert advice.get("may_accept_from") == told


@pytest.mark.parametrize(
    ("accept_limit", "told"), [("45.01", "45.01"), ("45.00", "45.00"), ("44.99", None), (None, None)]
)
def test_buyer_learns_what_it_may_award_only_if_the_standing_offer_is_that_good(
    accept_limit: str | None, told: str | None
) -> None:
    latitude = replace(LATITUDE, accept_limit=None if accept_limit is None else Decimal(accept_limit))

    (thread,) = facts_of(reason_buyer(a_buyer_brief(), {"S1": latitude}))["threads"]

    assert thread["advice"].get("may_award_up_to") == told


def test_without_a_bid_a_seller_may_accept_nothing() -> None:
    facts = facts_of(reason_seller(a_seller_brief(talk=()), replace(LATITUDE, accept_limit=Decimal(1))))

    assert "their_bid" not in facts
    assert "may_accept_from" not in facts["advice"]


def test_without_a_standing_offer_a_buyer_may_award_nothing() -> None:
    brief = a_buyer_brief(a_thread_brief(BuyerAct.OPENING))

    (thread,) = facts_of(reason_buyer(brief, {"S1": replace(LATITUDE, accept_limit=Decimal(99))}))["threads"]

    assert "their_offer" not in thread
    assert "may_award_up_to" not in thread["advice"]


def test_each_thread_has_the_advice_of_its_own_key() -> None:
    latitudes = {"S1": LATITUDE, "S2": replace(LATITUDE, advised=Decimal("42.50"))}
    brief = a_buyer_brief(a_thread_brief(key="S2"), a_thread_brief(key="S1"))

    threads = facts_of(reason_buyer(brief, latitudes))["threads"]

    assert [(thread["key"], thread["advice"]["advised"]) for thread in threads] == [("S2", "42.50"), ("S1", "42.20")]


def test_only_the_last_moves_are_told_and_talk_without_a_price_is_none() -> None:
    talk = (*a_talk_of(["a"] * 9), Line(Party.BUYER, 5, "Are you there?"))

    moves = facts_of(reason_seller(a_seller_brief(talk=talk), LATITUDE))["moves"]

    assert len(moves) == MOVES_SHOWN
    assert moves[0] == {"round": 2, "who": "you", "price": "33.00"}
    assert moves[-1] == {"round": 5, "who": "other side", "price": "38.00"}


def test_rounds_left_count_down_to_none() -> None:
    brief = a_seller_brief(SellerAct.FINAL, max_rounds=2)

    assert facts_of(reason_seller(brief, LATITUDE))["rounds_left"] == 0


def test_rival_price_and_claim_are_told() -> None:
    sale = facts_of(reason_seller(a_seller_brief(SellerAct.UNDERCUT), LATITUDE))
    (thread,) = facts_of(reason_buyer(a_buyer_brief(a_thread_brief(BuyerAct.CLAIM)), {"S1": LATITUDE}))["threads"]

    assert sale["rival_price"] == "43.00"
    assert thread["claim"] == "41.00"


@pytest.mark.parametrize("text", [*HOSTILE, *LONG], **ASCII_IDS)
def test_text_of_others_stays_within_its_quotes(text: str) -> None:
    def prompts(text: str) -> tuple[str, str]:
        seller = a_seller_brief(name=text, buyer=text, item=text, talk=a_talk_of([text]), questions=(text,))
        buyer = a_buyer_brief(a_thread_brief(name=text, talk=a_talk_of([text])), name=text, item=text)
        return reason_seller(seller, LATITUDE)[1].content, reason_buyer(buyer, {"S1": LATITUDE})[1].content

    written, harmless = prompts(text), prompts("Hello")

    assert [skeleton(content) for content in written] == [skeleton(content) for content in harmless]
    assert not any(FORBIDDEN_MARKS.search(string) for content in written for string in quoted_strings(content))


@given(st.text())
def test_system_message_is_the_same_whatever_others_wrote(text: str) -> None:
    seller = a_seller_brief(name=text, buyer=text, item=text, questions=(text,))
    buyer = a_buyer_brief(a_thread_brief(name=text), name=text, item=text)

    assert reason_seller(seller, LATITUDE)[0] == reason_seller(a_seller_brief(), LATITUDE)[0]
    assert reason_buyer(buyer, {"S1": LATITUDE})[0] == reason_buyer(a_buyer_brief(), {"S1": LATITUDE})[0]


@pytest.mark.parametrize("text", LONG, **ASCII_IDS)
def test_prompt_asked_again_stays_below_its_size_whatever_comes(text: str) -> None:
    talk, dear = a_talk_of([text] * 60), replace(LATITUDE, advised=Decimal("9999999999.99"))
    keys = [f"S{number}" for number in range(1, 11)]
    buyer = a_buyer_brief(*(a_thread_brief(key=key, name=text, talk=talk, draft=text) for key in keys), item=text)
    seller = a_seller_brief(name=text, buyer=text, item=text, talk=talk, questions=(text,) * 9, draft=text)
    asked = (
        narrate_seller(seller),
        narrate_buyer(buyer),
        reason_seller(seller, dear),
        reason_buyer(buyer, dict.fromkeys(keys, dear)),
    )

    again = [ask_again(messages, text, text) for messages in asked]

    sizes = [sum(len(message.content.encode()) for message in messages) for messages in again]
    assert max(sizes) <= MOST_BYTES


def test_asking_again_adds_to_the_last_message_alone() -> None:
    asked = narrate_seller(a_seller_brief())

    again = ask_again(asked, "Sure!", "reply with one JSON object")

    assert [message.role for message in again] == [Role.SYSTEM, Role.USER]
    assert again[0] == asked[0]
    assert again[1].content.startswith(asked[1].content)
    assert '"your_reply": "Sure!",\n"error": "reply with one JSON object"' in again[1].content


def test_reply_that_was_empty_is_not_quoted() -> None:
    again = ask_again(narrate_seller(a_seller_brief()), "", "the reply was empty")

    assert "your_reply" not in again[1].content


def test_long_bad_reply_is_cut() -> None:
    asked = narrate_seller(a_seller_brief())

    again = ask_again(asked, "word " * 1000, "the message is too long")

    assert again[1].content.count("word") == 79


@pytest.mark.parametrize("text", [*HOSTILE, *LONG], **ASCII_IDS)
def test_bad_reply_stays_within_its_quotes(text: str) -> None:
    asked = narrate_seller(a_seller_brief())

    again = ask_again(asked, f"x {text}", text)

    assert again[1].content.count("```") == 4
    assert skeleton(again[1].content) == skeleton(ask_again(asked, "x", "y")[1].content)
