import json
from dataclasses import fields, replace
from decimal import Decimal

import pytest

from negotiation.core.moves import Award, Bids, Leave, Words
from negotiation.core.preferences import Priority, Style
from negotiation.core.room import Heard
from negotiation.core.strategy import choose_quote
from negotiation.core.vocabulary import Party, Reason, Voice
from negotiation.minds.briefing import (
    buyer_brief,
    buyer_speech,
    keyed,
    round_of,
    seller_brief,
    seller_speech,
)
from negotiation.minds.strategy import plan_farewell, plan_purchase, plan_sale
from negotiation.minds.words import BuyerAct
from negotiation.prompts.narrating import SELLER_RULES, SELLER_TASK, narrate_seller
from negotiation.prompts.personas import seller_persona
from negotiation.replies.flaws import Unusable
from negotiation.replies.wording import check_words
from tests.factories import a_buyer, a_buyer_thread, a_buyer_view, a_seller, a_seller_view


def heard(party, round_number, text, voice=Voice.TEMPLATE, *, is_interjection=False):
    return Heard(party, round_number, Words(text, voice), is_interjection)


def a_sale(view):
    return plan_sale(view, choose_quote(view))


def a_sales_brief(view):
    return seller_brief(view, a_sale(view), "EUR")


def everything_in(brief):
    return json.dumps([str(getattr(brief, field.name)) for field in fields(brief)])


def test_brief_of_a_seller_says_what_it_is_about_to_do():
    view = replace(a_seller_view(bids=(60,)), item_name="Desk lamp", buyer_name="Harbour Hotel")
    sale = a_sale(view)

    brief = seller_brief(view, sale, "EUR")

    assert (brief.seller_name, brief.buyer_name, brief.item_name) == ("Acme", "Harbour Hotel", "Desk lamp")
    assert (brief.price, brief.draft, brief.act) == (sale.quote.price, sale.draft, sale.cue.act)
    assert (brief.currency, brief.quantity, brief.round, brief.max_rounds) == ("EUR", 4, 1, 10)


def test_brief_of_a_seller_holds_no_limit_of_its_own():
    view = a_seller_view(a_seller(floor="80.37", cost="61.93"), bids=(60,))

    assert not {"80.37", "61.93"} & {word.strip("')(\",") for word in everything_in(a_sales_brief(view)).split()}
    assert "80.37" not in everything_in(a_sales_brief(view))


def test_brief_of_the_buyer_holds_no_limit_of_its_own():
    view = a_buyer_view(a_buyer_thread(), limits=a_buyer(minimum="50.37", maximum="110.93"))

    said = everything_in(buyer_brief(view, plan_purchase(view), "EUR"))

    assert ("50.37" in said, "110.93" in said) == (False, False)


def test_lines_of_the_talk_come_with_the_prices_that_were_offered_with_them():
    talk = (heard(Party.BUYER, 1, "Sixty?"), heard(Party.SELLER, 1, "No."), heard(Party.BUYER, 2, "Seventy?"))
    view = replace(a_seller_view(round=2, bids=(60, 70), quotes=(120,)), talk=talk)

    lines = a_sales_brief(view).talk

    assert [(line.by, line.round, line.text, line.price) for line in lines] == [
        (Party.BUYER, 1, "Sixty?", 60),
        (Party.SELLER, 1, "No.", 120),
        (Party.BUYER, 2, "Seventy?", 70),
    ]


def test_what_a_person_wrote_comes_without_the_price_of_that_round():
    talk = (heard(Party.BUYER, 1, "Sixty?"), heard(Party.BUYER, 1, "How soon?", Voice.PERSON, is_interjection=True))
    view = replace(a_seller_view(bids=(60,)), talk=talk)

    assert [line.price for line in a_sales_brief(view).talk] == [60, None]


def test_question_of_a_person_reaches_the_prompt():
    view = a_seller_view(bids=(60,), questions=("Can you deliver on Friday?",))

    prompt = narrate_seller(a_sales_brief(view))[-1].content

    assert "Can you deliver on Friday?" in prompt


def test_threads_are_named_by_short_keys():
    view = a_buyer_view(a_buyer_thread("Acme"), a_buyer_thread("Bolt"))

    brief = buyer_brief(view, plan_purchase(view), "EUR")

    assert [thread.key for thread in brief.threads] == ["S1", "S2"]
    assert {thread.key: thread.seller_name for thread in brief.threads} == {k: t.name for k, t in keyed(view).items()}


def test_who_is_listed_first_does_not_stand_first_in_prompts():
    threads = [a_buyer_thread(name) for name in ("Acme", "Bolt", "Crux", "Dune")]

    listed, reversed_ = a_buyer_view(*threads), a_buyer_view(*threads[::-1])
    first = {keyed(replace(listed, seed=seed))["S1"].name for seed in range(40)}

    assert keyed(listed) == keyed(reversed_)
    assert first == {"Acme", "Bolt", "Crux", "Dune"}


def test_each_thread_has_its_own_talk_draft_and_standing_offer():
    acme = replace(a_buyer_thread("Acme", bids=(60,), quotes=(118,)), talk=(heard(Party.SELLER, 1, "I am Acme."),))
    bolt = replace(a_buyer_thread("Bolt", bids=(60,), quotes=(117,)), talk=(heard(Party.SELLER, 1, "I am Bolt."),))
    view = a_buyer_view(acme, bolt, round=1)
    purchase = plan_purchase(view)

    threads = buyer_brief(view, purchase, "EUR").threads

    assert [thread.standing for thread in threads] == [118, 117]
    assert [thread.talk[0].text for thread in threads] == ["I am Acme.", "I am Bolt."]
    assert [thread.draft for thread in threads] == [purchase.drafts["acme"], purchase.drafts["bolt"]]


def test_bids_are_for_the_next_round_and_farewells_for_this_one():
    view = a_buyer_view(a_buyer_thread(bids=(60,), quotes=(118,)), round=1)
    bids, leave = plan_purchase(view), plan_farewell(view, Leave(Reason.NO_VALID_OFFER))

    assert isinstance(bids.turn, Bids)
    assert (round_of(view, bids), round_of(view, leave)) == (2, 1)


def test_farewells_say_who_gets_the_deal_and_who_does_not():
    view = a_buyer_view(
        a_buyer_thread("Acme", bids=(60,), quotes=(90,)), a_buyer_thread("Bolt", bids=(60,), quotes=(95,)), round=10
    )
    award = Award("acme", 1, Reason.BEST_OFFER)

    threads = buyer_brief(view, plan_farewell(view, award), "EUR").threads

    assert [(thread.act, thread.price) for thread in threads] == [("award", 90), ("decline", None)]


def passes(text, speech):
    try:
        check_words(text, speech)
    except Unusable:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "said_to_acme", "said_to_bolt"),
    [
        ("I accept your offer of 90.00. Thank you.", True, False),
        ("I can't accept your offer of 90.00.", False, False),
        ("Thank you, but I have accepted another offer.", False, True),
    ],
)
def test_only_who_gets_the_deal_is_told_so(text, said_to_acme, said_to_bolt):
    view = a_buyer_view(
        a_buyer_thread("Acme", bids=(60,), quotes=(90,)), a_buyer_thread("Bolt", bids=(60,), quotes=(95,)), round=10
    )
    purchase = plan_farewell(view, Award("acme", 1, Reason.BEST_OFFER))

    said = [passes(text, buyer_speech(view, thread, purchase.cues[thread.seller_id], "EUR")) for thread in view.threads]

    assert said == [said_to_acme, said_to_bolt]


@pytest.mark.parametrize(("closes", "may_be_said"), [(False, False), (True, True), (None, True)])
def test_seller_takes_a_bid_in_words_only_where_it_does(closes, may_be_said):
    view = a_seller_view(A_SELLER, bids=(60,))
    speech = replace(seller_speech(view, Decimal("99.50"), None, "EUR"), closes=closes)

    assert passes("I accept your 60.00. My price is 99.50.", speech) is may_be_said


A_SELLER = a_seller(floor="80.37", cost="61.93", ask=120)


@pytest.mark.parametrize(
    ("text", "may_be_said"),
    [
        ("I can do 99.50 for each of the 4.", True),
        ("That is 398.00 in all, 99.50 a piece.", True),
        ("You bid 60.00, I ask 99.50, down from 120.00.", True),
        ("I can do 99.50, and never below 80.37.", False),
        ("I paid 61.93 and want 99.50 for it.", False),
        ("I can do 99.50, perhaps 95.00 later.", False),
        ("My price is 80.37.", False),
        ("It is as I said.", False),
        ("Another seller quotes you more than my 99.50.", False),
        ("I can do 99.50 euros for each.", True),
        ("I can do 99.50 dollars for each.", False),
        (f"{SELLER_RULES.splitlines()[1]} I can do 99.50.", False),
    ],
)
def test_seller_may_say_the_numbers_of_its_thread_and_no_others(text, may_be_said):
    view = a_seller_view(A_SELLER, bids=(60,))

    assert passes(text, seller_speech(view, Decimal("99.50"), None, "EUR")) is may_be_said


@pytest.mark.parametrize(
    "sentence", [SELLER_TASK, seller_persona(Priority.CUSTOMER_RETENTION, Style.RUDE)], ids=["task", "persona"]
)
def test_seller_may_not_tell_what_its_model_is_told_to_be(sentence):
    assert not passes(
        f"I can do 99.50. {sentence[:150]}", seller_speech(a_seller_view(A_SELLER), Decimal("99.50"), None, "EUR")
    )


def test_seller_may_repeat_the_rivals_price_that_it_was_told():
    view, text = a_seller_view(A_SELLER, bids=(60,)), "I beat the 97.00 of another seller with 96.50."

    assert passes(text, seller_speech(view, Decimal("96.50"), Decimal(97), "EUR"))
    assert not passes(text, seller_speech(view, Decimal("96.50"), None, "EUR"))


def test_limit_that_is_public_by_now_is_no_secret():
    view = a_seller_view(a_seller(floor="80.37", ask=120), bids=("80.37",))

    assert passes("I take your 80.37 gladly.", seller_speech(view, Decimal("80.37"), None, "EUR"))


A_THREAD = a_buyer_thread("Acme", bids=(60,), quotes=(118,))
THREADS = (A_THREAD, a_buyer_thread("Bolt", bids=(60,), quotes=("117.25",)))
THRIFTY = a_buyer(minimum="50.37", maximum="110.93")


@pytest.mark.parametrize(
    ("text", "may_be_said"),
    [
        ("You ask 118.00, I pay 70.25 for each of 4.", True),
        ("I pay 70.25 to you, Acme.", True),
        ("I pay 70.25 and not a cent over 110.93.", False),
        ("I pay 70.25, though I hoped for 50.37.", False),
        ("Bolt asks less, so I pay 70.25.", False),
        ("Another seller quotes 117.25, so I pay 70.25.", False),
        ("Another seller quotes less, so I pay 70.25.", False),
        ("I pay 70.25 dollars.", False),
    ],
)
def test_buyer_may_say_the_numbers_of_the_thread_and_no_other_sellers_name(text, may_be_said):
    view = a_buyer_view(*THREADS, limits=THRIFTY, round=1)
    cue = replace(plan_purchase(view).cues["acme"], act=BuyerAct.RAISE, price=Decimal("70.25"), rival_price=None)

    assert passes(text, buyer_speech(view, A_THREAD, cue, "EUR")) is may_be_said


def test_buyer_may_name_the_rivals_price_that_the_engine_has_verified():
    view = a_buyer_view(*THREADS, limits=THRIFTY, round=1)
    cue = replace(plan_purchase(view).cues["acme"], price=Decimal("70.25"), rival_price=Decimal("117.25"))

    assert passes("Another seller quotes 117.25, so I pay 70.25.", buyer_speech(view, A_THREAD, cue, "EUR"))


def test_buyer_that_asks_for_no_minimum_may_say_nothing_of_nought_either():
    view = a_buyer_view(A_THREAD, limits=a_buyer(minimum=0, maximum="110.93"), round=1)
    cue = replace(plan_purchase(view).cues["acme"], price=Decimal("70.25"))

    assert Decimal(0) not in buyer_speech(view, A_THREAD, cue, "EUR").secrets
    assert passes("I pay 70.25 for each.", buyer_speech(view, A_THREAD, cue, "EUR"))
