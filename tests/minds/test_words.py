import random
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.core.preferences import Priority, Style
from negotiation.minds.words import (
    BuyerAct,
    BuyerCue,
    SellerAct,
    SellerCue,
    Topic,
    answer_words,
    buyer_words,
    seller_words,
    topic_of,
)

PRICE, RIVAL = Decimal("8765432109.50"), Decimal("7654321098.25")
PRICE_TEXT, RIVAL_TEXT = "8,765,432,109.50", "7,654,321,098.25"
MORE_THAN_ALL = 60
SEED = "a speaker and an act"

RIVAL_ACTS = {SellerAct.UNDERCUT, SellerAct.CANNOT_BEAT, BuyerAct.CLAIM, BuyerAct.FINAL_CLAIM}
PRICELESS_ACTS = {SellerAct.WALK_AWAY, BuyerAct.DECLINE, BuyerAct.WALK_AWAY}
FORBIDDEN = """
zero one two three four five six seven eight nine ten eleven twelve twenty fifty hundred hundreds thousand
half halfway quarter third thirds twice thrice double triple couple pair dozen percent single first second
dollar dollars euro euros pound pounds cent cents penny pennies buck bucks quid dime rupee rupees
cost costs floor ceiling budget limit limits maximum max minimum min deadline round rounds reservation
discount discounts rebate warranty warranties guarantee guaranteed free ship ships shipping tomorrow
week weeks days stock colour colours color brand refund refunds certified
idiot stupid fool moron dumb liar damn hell crap bloody cheapskate beggar clown loser pathetic
"""

SPEAKERS = [
    pytest.param(act, priority, style, id=f"{act}-{priority}-{style}")
    for act in SellerAct
    for priority in Priority
    for style in Style
]
ANSWERS = [pytest.param(topic, style, id=f"{topic}-{style}") for topic in Topic for style in Style]


def seller_texts(act: SellerAct, priority: Priority, style: Style, seed: str = SEED) -> list[str]:
    cue = SellerCue(act=act, priority=priority, style=style, price=PRICE, rival_price=RIVAL)
    return [seller_words(cue, random.Random(seed), nth) for nth in range(MORE_THAN_ALL)]


def buyer_texts(act: BuyerAct, seed: str = SEED) -> list[str]:
    cue = BuyerCue(act=act, price=PRICE, rival_price=RIVAL)
    return [buyer_words(cue, random.Random(seed), nth) for nth in range(MORE_THAN_ALL)]


def answer_texts(topic: Topic, style: Style) -> list[str]:
    return [answer_words(topic, style, random.Random(SEED), nth) for nth in range(MORE_THAN_ALL)]


def all_offers() -> Iterator[tuple[SellerAct | BuyerAct, str]]:
    for seller_act in SellerAct:
        for style in Style:
            texts = {text for priority in Priority for text in seller_texts(seller_act, priority, style)}
            yield from ((seller_act, text) for text in sorted(texts))
    for buyer_act in BuyerAct:
        yield from ((buyer_act, text) for text in sorted(set(buyer_texts(buyer_act))))


OFFERS = list(all_offers())
ANSWER_TEXTS = sorted({text for topic in Topic for style in Style for text in answer_texts(topic, style)})
ALL_TEXTS = [text for _, text in OFFERS] + ANSWER_TEXTS


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def without_prices(text: str) -> str:
    return text.replace(PRICE_TEXT, "").replace(RIVAL_TEXT, "")


def opening_word(text: str) -> str:
    return text.split()[0].strip(",.:;?!").lower()


@pytest.mark.parametrize(("act", "priority", "style"), SPEAKERS)
def test_seller_has_at_least_twelve_texts_for_each_act_priority_and_style(
    act: SellerAct, priority: Priority, style: Style
) -> None:
    assert len(set(seller_texts(act, priority, style))) >= 12


@pytest.mark.parametrize("act", BuyerAct)
def test_buyer_has_at_least_twelve_texts_for_each_act(act: BuyerAct) -> None:
    assert len(set(buyer_texts(act))) >= 12


@pytest.mark.parametrize(("topic", "style"), ANSWERS)
def test_seller_has_at_least_four_answers_for_each_topic_and_style(topic: Topic, style: Style) -> None:
    assert len(set(answer_texts(topic, style))) >= 4


@pytest.mark.parametrize(("act", "priority", "style"), SPEAKERS)
def test_seller_repeats_nothing_in_ten_rounds(act: SellerAct, priority: Priority, style: Style) -> None:
    spoken = seller_texts(act, priority, style)[:10]

    assert len(set(spoken)) == 10


@pytest.mark.parametrize("act", BuyerAct)
def test_buyer_repeats_nothing_in_ten_rounds(act: BuyerAct) -> None:
    spoken = buyer_texts(act)[:10]

    assert len(set(spoken)) == 10


@pytest.mark.parametrize(("act", "priority", "style"), SPEAKERS)
def test_no_two_seller_texts_of_a_speaker_begin_with_the_same_word(
    act: SellerAct, priority: Priority, style: Style
) -> None:
    openings = [opening_word(text) for text in sorted(set(seller_texts(act, priority, style)))]

    assert sorted(openings) == sorted(set(openings))


@pytest.mark.parametrize("act", BuyerAct)
def test_no_two_buyer_texts_of_an_act_begin_with_the_same_word(act: BuyerAct) -> None:
    openings = [opening_word(text) for text in sorted(set(buyer_texts(act)))]

    assert sorted(openings) == sorted(set(openings))


@pytest.mark.parametrize("act", SellerAct)
@pytest.mark.parametrize("style", Style)
def test_priority_gives_a_seller_words_of_its_own(act: SellerAct, style: Style) -> None:
    for_profit = set(seller_texts(act, Priority.MAXIMIZE_PROFIT, style))
    for_retention = set(seller_texts(act, Priority.CUSTOMER_RETENTION, style))

    assert len(for_profit - for_retention) >= 4
    assert len(for_retention - for_profit) >= 4


@pytest.mark.parametrize("act", SellerAct)
def test_styles_share_no_text(act: SellerAct) -> None:
    spoken = [
        text
        for style in Style
        for text in {text for priority in Priority for text in seller_texts(act, priority, style)}
    ]

    assert len(spoken) == len(set(spoken))


def test_same_seed_gives_the_same_words() -> None:
    again = buyer_texts(BuyerAct.RAISE, seed="bob")

    assert again == buyer_texts(BuyerAct.RAISE, seed="bob")


def test_other_seed_gives_another_order() -> None:
    assert buyer_texts(BuyerAct.RAISE, seed="bob") != buyer_texts(BuyerAct.RAISE, seed="alice")


def test_price_is_named_exactly_once_when_the_act_has_one() -> None:
    wrong = [text for act, text in OFFERS if text.count(PRICE_TEXT) != (act not in PRICELESS_ACTS)]

    assert wrong == []


def test_rival_price_is_named_only_where_it_is_the_subject_and_at_most_once() -> None:
    wrong = [text for act, text in OFFERS if text.count(RIVAL_TEXT) > (act in RIVAL_ACTS)]

    assert wrong == []


def test_every_claim_states_the_rival_price() -> None:
    claims = [text for act, text in OFFERS if act in (BuyerAct.CLAIM, BuyerAct.FINAL_CLAIM)]

    assert [text for text in claims if RIVAL_TEXT not in text] == []


def test_no_text_has_a_digit_currency_markup_or_open_slot() -> None:
    wrong = [text for text in ALL_TEXTS if not re.fullmatch(r"[A-Za-z',.;:?! -]+", without_prices(text))]

    assert wrong == []


def test_no_text_shouts() -> None:
    assert [text for text in ALL_TEXTS if text.count("!") > 1] == []


def test_no_text_uses_a_forbidden_word() -> None:
    forbidden = set(words_of(FORBIDDEN))

    assert [text for text in ALL_TEXTS if forbidden & set(words_of(text))] == []


def test_every_text_is_at_least_three_words_and_fits_a_message() -> None:
    wrong = [text for text in ALL_TEXTS if len(text.split()) < 3 or not 8 <= len(text) <= 240]

    assert wrong == []


def test_every_text_ends_as_a_sentence() -> None:
    assert [text for text in ALL_TEXTS if text[-1] not in ".?!"] == []


def test_every_answer_is_one_sentence() -> None:
    assert [text for text in ANSWER_TEXTS if not re.fullmatch(r"[^.?!]+[.!]", text)] == []


@pytest.mark.parametrize(
    ("price", "spoken"),
    [
        pytest.param("1234.5", "1,234.50", id="thousands"),
        pytest.param("41.2", "41.20", id="two decimals"),
        pytest.param("7", "7.00", id="whole"),
        pytest.param("1E+3", "1,000.00", id="exponent"),
    ],
)
def test_price_is_spoken_with_two_decimals_and_thousands_separators(price: str, spoken: str) -> None:
    text = buyer_words(BuyerCue(BuyerAct.RAISE, Decimal(price)), random.Random(SEED), 0)

    assert re.findall(r"[\d,.]*\d", text) == [spoken]


@pytest.mark.parametrize("act", [act for act in SellerAct if act not in PRICELESS_ACTS])
def test_seller_act_with_a_price_refuses_a_cue_without_it(act: SellerAct) -> None:
    with pytest.raises(AssertionError, match="needs a price"):
        SellerCue(act, Priority.MAXIMIZE_PROFIT, Style.NEUTRAL, price=None, rival_price=RIVAL)


@pytest.mark.parametrize("act", [act for act in BuyerAct if act not in PRICELESS_ACTS])
def test_buyer_act_with_a_price_refuses_a_cue_without_it(act: BuyerAct) -> None:
    with pytest.raises(AssertionError, match="needs a price"):
        BuyerCue(act, price=None, rival_price=RIVAL)


@pytest.mark.parametrize("act", [SellerAct.UNDERCUT, SellerAct.CANNOT_BEAT])
def test_seller_cannot_answer_a_rival_price_nobody_named(act: SellerAct) -> None:
    with pytest.raises(AssertionError, match="needs a rival price"):
        SellerCue(act, Priority.MAXIMIZE_PROFIT, Style.NEUTRAL, price=PRICE)


@pytest.mark.parametrize("act", [BuyerAct.CLAIM, BuyerAct.FINAL_CLAIM])
def test_buyer_cannot_claim_without_a_rival_price(act: BuyerAct) -> None:
    with pytest.raises(AssertionError, match="needs a rival price"):
        BuyerCue(act, price=PRICE)


def test_walking_away_needs_no_price() -> None:
    seller = SellerCue(SellerAct.WALK_AWAY, Priority.MAXIMIZE_PROFIT, Style.RUDE, price=None)
    buyer = BuyerCue(BuyerAct.WALK_AWAY, price=None)

    assert seller_words(seller, random.Random(SEED), 0)
    assert buyer_words(buyer, random.Random(SEED), 0)


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("When can you ship?", Topic.DELIVERY),
        ("Hello, can you deliver by Friday?", Topic.DELIVERY),
        ("What's the LEAD-TIME?", Topic.DELIVERY),
        ("that's too expensive", Topic.PRICE),
        ("Can you do 40?", Topic.PRICE),
        ("Hi, 35.50?", Topic.PRICE),
        ("I can't pay that much", Topic.PRICE),
        ("what's your best price for cash", Topic.PRICE),
        ("Is it brand new?", Topic.QUALITY),
        ("Do you offer a warranty?", Topic.QUALITY),
        ("what colour is it", Topic.QUALITY),
        ("Can I pay by bank transfer?", Topic.PAYMENT),
        ("Do you take cash on delivery?", Topic.PAYMENT),
        ("is a deposit needed", Topic.PAYMENT),
        ("How many do you have in stock?", Topic.QUANTITY),
        ("What if I take 50 units", Topic.QUANTITY),
        ("Good morning!", Topic.GREETING),
        ("thank you", Topic.GREETING),
        ("Nice weather in the mountains", Topic.OTHER),
        ("I like shipwrecks", Topic.OTHER),
        ("¿Qué tal? 你好 🙂", Topic.OTHER),
        ("", Topic.OTHER),
    ],
)
def test_message_is_about_its_most_specific_subject(message: str, topic: Topic) -> None:
    assert topic_of(message) is topic


@given(st.text())
def test_every_message_has_a_topic(message: str) -> None:
    assert topic_of(message) in Topic
