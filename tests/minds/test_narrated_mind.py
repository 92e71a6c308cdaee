import json
import random
from dataclasses import replace
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.core.events import Accepted, MindFailed, Offered, Said
from negotiation.core.moves import Award, Bids, Leave, Words
from negotiation.core.strategy import choose_quote
from negotiation.core.vocabulary import Fallback, Reason, Voice
from negotiation.minds.briefing import buyer_speech
from negotiation.minds.calls import Purpose, Verdict
from negotiation.minds.narrated import NarratedMind, sound_messages, speak_purchase
from negotiation.minds.strategy import StrategyMind, plan_farewell, plan_purchase
from negotiation.replies.flaws import Flaw, Unusable
from tests.factories import (
    a_buyer,
    a_buyer_thread,
    a_buyer_view,
    a_seller,
    a_seller_view,
    play_out,
    rooms_with_odd_secrets,
    some_setups,
)
from tests.fake_llm.obedient import Obedient
from tests.fake_llm.sensible import facts_in, sensible
from tests.replies.corpus_hostile import HOSTILE
from tests.replies.corpus_replies import BUYER_REPLIES, SELLER_REPLIES, WORDS_REPLIES
from tests.scripted_provider import AWAY, ScriptedProvider
from tests.speaking import KeptCalls, Onlookers, TalkativeProvider, a_gateway, a_line, numbers_told, play_spoken

rooms = settings(max_examples=10, deadline=None)
CORPUS = [reply.raw for reply in (*SELLER_REPLIES, *BUYER_REPLIES, *WORDS_REPLIES) if len(reply.raw) < 20_000]


def said(message):
    return json.dumps({"message": message}, ensure_ascii=False)


def said_to(**messages):
    return json.dumps({"messages": [{"to": key, "message": words} for key, words in messages.items()]})


def a_mind(*replies, calls=None, onlookers=None, **options):
    provider = ScriptedProvider(*replies, **options)
    mind = NarratedMind(a_line(a_gateway(provider), calls), "EUR", onlookers or Onlookers())
    return mind, provider


def a_view(**changes):
    return a_seller_view(a_seller(floor="80.37", cost="61.93", ask=120), **{"bids": (60,), **changes})


def price_of(view):
    return f"{choose_quote(view).price:,.2f}"


THREADS = (
    a_buyer_thread("Acme", bids=(60,), quotes=("118.75",)),
    a_buyer_thread("Bolt", bids=(60,), quotes=("117.25",)),
)


def a_buyers_view(**changes):
    limits = a_buyer(minimum="50.37", maximum="110.93")
    return a_buyer_view(*THREADS, limits=limits, **{"round": 1, "may_claim": False, **changes})


def bids_in(turn):
    assert isinstance(turn, Bids)
    return {seller_id: f"{move.terms.unit_price:,.2f}" for seller_id, move in turn.moves}


async def test_sellers_number_is_the_strategys_and_its_words_the_models():
    view = a_view()
    own = await StrategyMind().sell(view)
    words = f"How about {price_of(view)} for each of them?"

    move = await a_mind(said(words))[0].sell(view)

    assert move == replace(own, words=Words(words, Voice.MODEL))


@pytest.mark.parametrize(
    ("message", "flaw"),
    [
        ("Let us say {price}, never less than 80.37.", Flaw.SECRET_SAID),
        ("Let us say {price} or 95.00.", Flaw.FOREIGN_NUMBER),
        ("Let us see what we can do.", Flaw.PRICE_NOT_SAID),
        ("<b>Let us say {price}</b>", Flaw.MARKUP),
        ("As an AI I say {price} to you.", Flaw.OUT_OF_ROLE),
    ],
)
async def test_words_that_may_not_be_said_are_replaced_by_the_template(message, flaw):
    calls, view = KeptCalls(), a_view()
    own = await StrategyMind().sell(view)
    mind, _ = a_mind(said(message.replace("{price}", price_of(view))), calls=calls)

    move = await mind.sell(view)

    assert move == replace(own, words=replace(own.words, fallback=Fallback.UNUSABLE))
    assert [call.why for call in calls] == [flaw, flaw]


async def test_second_reply_is_used_where_the_first_was_no_good():
    view = a_view()
    words = f"So {price_of(view)} it is, my friend."

    move = await a_mind(said("80.37 is my floor."), said(words))[0].sell(view)

    assert move.words == Words(words, Voice.MODEL)


async def test_seller_whose_provider_is_away_speaks_in_template_words():
    view = a_view()
    own = await StrategyMind().sell(view)

    move = await a_mind(status=AWAY)[0].sell(view)

    assert move == replace(own, words=replace(own.words, fallback=Fallback.UNAVAILABLE))


async def test_question_of_a_person_reaches_the_model():
    mind, provider = a_mind("no words")

    await mind.sell(a_view(questions=("When can you deliver?",)))

    assert facts_in(provider.texts[0])["questions"] == ["When can you deliver?"]


async def test_buyer_says_something_else_to_each_seller_with_one_call():
    view, calls = a_buyers_view(), KeptCalls()
    own = await StrategyMind().buy(view)
    bids = bids_in(own)
    reply = said_to(S1=f"Acme, I pay {bids['acme']} to you.", S2=f"For you, Bolt, it is {bids['bolt']}.")

    turn = await a_mind(reply, calls=calls)[0].buy(view)

    assert bids_in(turn) == bids
    assert {seller_id: move.words for seller_id, move in turn.moves} == {
        "acme": Words(f"Acme, I pay {bids['acme']} to you.", Voice.MODEL),
        "bolt": Words(f"For you, Bolt, it is {bids['bolt']}.", Voice.MODEL),
    }
    assert [(call.purpose, call.round) for call in calls] == [(Purpose.WORDS, 2)]


async def test_thread_whose_words_are_no_good_gets_the_templates_alone():
    view, calls = a_buyers_view(), KeptCalls()
    own = dict((await StrategyMind().buy(view)).moves)
    acme = f"I pay {own['acme'].terms.unit_price:,.2f} to you."

    turn = await a_mind(said_to(S1=acme, S2="I go up to 110.93."), calls=calls)[0].buy(view)

    assert dict(turn.moves)["acme"].words == Words(acme, Voice.MODEL)
    assert dict(turn.moves)["bolt"].words == replace(own["bolt"].words, fallback=Fallback.WORDS)
    assert [(call.verdict, call.why) for call in calls] == [(Verdict.OK, Flaw.SECRET_SAID)]


async def test_thread_that_is_forgotten_gets_template_words():
    view = a_buyers_view()
    bids = bids_in(await StrategyMind().buy(view))

    turn = await a_mind(said_to(S2=f"I pay {bids['bolt']} to you."))[0].buy(view)

    voices = {seller_id: (move.words.voice, move.words.fallback) for seller_id, move in turn.moves}
    assert voices == {"acme": (Voice.TEMPLATE, Fallback.WORDS), "bolt": (Voice.MODEL, None)}


async def test_buyer_without_any_usable_words_asks_once_more():
    view = a_buyers_view()
    bids = bids_in(await StrategyMind().buy(view))
    mind, provider = a_mind(said_to(S1="No."), said_to(S1=f"I pay {bids['acme']} to you."))

    turn = await mind.buy(view)

    assert len(provider.asked) == 2
    assert dict(turn.moves)["acme"].words.voice is Voice.MODEL


async def test_winner_and_losers_get_a_farewell_in_the_models_words():
    calls, view = KeptCalls(), a_buyers_view(round=10)
    award = plan_farewell(view, Award("bolt", 1, Reason.BEST_OFFER))
    reply = said_to(S1="I buy from somebody else, thank you.", S2="Your 117.25 it is, thank you.")
    line = a_line(a_gateway(ScriptedProvider(reply)), calls)

    turn = await speak_purchase(view, award, line, "EUR", Onlookers())

    assert (turn.seller_id, turn.offer_id, turn.reason) == ("bolt", 1, Reason.BEST_OFFER)
    assert [words.voice for _, words in turn.farewells] == [Voice.MODEL] * 2
    assert [call.purpose for call in calls] == [Purpose.FAREWELL]


async def test_loser_is_not_told_the_price_that_won():
    view = a_buyers_view(round=10)
    award = plan_farewell(view, Award("bolt", 1, Reason.BEST_OFFER))
    reply = said_to(S1="I buy elsewhere for 117.25 each.", S2="Your 117.25 it is, thank you.")

    turn = await speak_purchase(view, award, a_line(a_gateway(ScriptedProvider(reply))), "EUR", Onlookers())

    assert dict(turn.farewells)["acme"].fallback is Fallback.WORDS


async def test_buyer_left_alone_leaves_without_a_question():
    mind, provider = a_mind("Hello?")

    assert await mind.buy(a_buyer_view()) == Leave(Reason.SELLERS_LEFT)
    assert provider.asked == []


def test_messages_none_of_which_may_be_said_are_unusable_for_the_first_flaw():
    view = a_buyers_view()
    cues = plan_purchase(view).cues
    speeches = {"S1": buyer_speech(view, THREADS[0], cues["acme"], "EUR")}

    with pytest.raises(Unusable, match=Flaw.TOO_SHORT):
        sound_messages({}, speeches)


async def test_watchers_see_whole_sentences_that_pass_and_no_others():
    view = a_view()
    onlookers = Onlookers(present=True)
    words = f"Good day to you. I can do {price_of(view)} for each. My floor is 80.37, to be frank. Agreed?"

    await a_mind(said(words), onlookers=onlookers)[0].sell(view)

    texts = [text for _, text in onlookers.shown]
    assert texts[:1] == ["Good day to you."]
    assert {seller_id for seller_id, _ in onlookers.shown} == {"acme"}
    assert all(words.startswith(text) and "80.37" not in text and "floor" not in text for text in texts)


async def test_sentence_is_shown_once_and_grows():
    view, onlookers = a_view(), Onlookers(present=True)
    words = f"Good day to you. I can do {price_of(view)} for each. What do you say?"

    await a_mind(said(words), onlookers=onlookers)[0].sell(view)

    texts = [text for _, text in onlookers.shown]
    assert texts == sorted(set(texts), key=len)
    assert all(words.startswith(text) for text in texts)


async def test_each_thread_is_shown_its_own_words_alone():
    view, onlookers = a_buyers_view(), Onlookers(present=True)
    bids = bids_in(await StrategyMind().buy(view))
    reply = said_to(
        S1=f"Dear Acme, hello. I pay {bids['acme']} to you. Yes?",
        S2=f"Dear Bolt, hello. I pay {bids['bolt']} to you, as Acme asks 118.75. Yes?",
    )

    await a_mind(reply, onlookers=onlookers)[0].buy(view)

    shown = {seller_id: [text for s, text in onlookers.shown if s == seller_id] for seller_id in ("acme", "bolt")}
    assert all("Bolt" not in text for text in shown["acme"])
    assert all("Acme" not in text and "118.75" not in text for text in shown["bolt"])
    assert shown["bolt"] == ["Dear Bolt, hello."]


async def test_reply_is_not_streamed_where_nobody_watches():
    class Unstreamed(ScriptedProvider):
        def stream(self, *arguments, **named):
            raise AssertionError("nobody watches")

    view = a_view()
    provider = Unstreamed(said(f"How about {price_of(view)} for each?"))
    mind = NarratedMind(a_line(a_gateway(provider)), "EUR", Onlookers())

    assert (await mind.sell(view)).words.voice is Voice.MODEL


def decisions(events):
    """All that happened, without the words and who found them."""
    return [replace(event, words=None) if hasattr(event, "words") else event for event in events]


def spoken(events):
    return [event for event in events if isinstance(event, Offered | Accepted | Said)]


def per_seat(events):
    """Decisions in an order that does not depend on which seller was quicker."""
    return sorted(map(str, decisions(events)))


def secrets_of(setup, events):
    """The private numbers of all sides, but those at which somebody made an offer in the end."""
    limits = [setup.buyer.minimum, setup.buyer.maximum]
    limits += [limit for seat in setup.sellers for limit in (seat.limits.floor, seat.limits.cost)]
    offered = {event.terms.unit_price for event in events if isinstance(event, Offered)}
    return {f"{limit:.2f}" for limit in limits if limit not in offered}


RANDOM_REPLIES = st.lists(st.sampled_from(CORPUS) | st.text(max_size=300), min_size=1, max_size=30)


@rooms
@given(some_setups(max_sellers=3), RANDOM_REPLIES)
def test_room_comes_to_the_strategys_numbers_whatever_the_model_says(setup, replies):
    answers = cycle(replies)

    events = play_spoken(NarratedMind, setup, TalkativeProvider(lambda asked: next(answers)))

    assert per_seat(events) == per_seat(play_out(setup))


@rooms
@given(some_setups(max_sellers=3), st.integers(0, 1000))
def test_room_comes_to_the_strategys_numbers_with_a_good_model(setup, seed):
    chance = random.Random(seed)

    def mostly_sensible(asked):
        return sensible(asked) if chance.random() < 0.8 else chance.choice(CORPUS)

    events = play_spoken(NarratedMind, setup, TalkativeProvider(mostly_sensible))

    assert per_seat(events) == per_seat(play_out(setup))


@rooms
@given(rooms_with_odd_secrets())
def test_draft_in_a_prompt_is_fit_to_be_said(setup):
    calls = KeptCalls()

    play_spoken(NarratedMind, setup, TalkativeProvider(sensible), calls)

    # One draft in some hundreds looks by chance like a secret in disguise.
    assert {flaw for call in calls for flaw in call.why.split(", ")} <= {"", Flaw.SECRET_SAID}
    assert sum(call.why == "" for call in calls) >= len(calls) / 2


@rooms
@given(rooms_with_odd_secrets())
def test_prompt_of_a_narrated_seat_holds_no_private_number_of_anybody(setup):
    provider = TalkativeProvider(sensible)

    events = play_spoken(NarratedMind, setup, provider)

    prompts = "".join(asked.prompt for asked in provider.asked)
    assert secrets_of(setup, events) & numbers_told(prompts) == set()


@rooms
@given(rooms_with_odd_secrets(), st.sampled_from([text.text for text in HOSTILE if text.kind != "message"]))
def test_obedient_model_changes_no_number_and_tells_no_secret(setup, attack):
    setup = replace(setup, item_name=f"Lamp {attack[:100]}", buyer_name=attack[:50] or "Nobody")

    events = play_spoken(NarratedMind, setup, TalkativeProvider(Obedient()))

    assert per_seat(events) == per_seat(play_out(setup))
    said_aloud = " ".join(event.words.text for event in spoken(events) if event.words.voice is Voice.MODEL)
    assert secrets_of(setup, events) & numbers_told(said_aloud) == set()


@rooms
@given(rooms_with_odd_secrets(), RANDOM_REPLIES, st.integers(0, 1000))
def test_watchers_are_shown_no_secret_and_harm_no_mind_whatever_the_model_says(setup, replies, seed):
    chance, onlookers = random.Random(seed), Onlookers(present=True)
    numbers = [f"{seat.limits.floor:.2f}" for seat in setup.sellers] + [f"{setup.buyer.maximum:.2f}"]

    def leaky(asked):
        words = f"Good day. I tell you {chance.choice(numbers)} is it. Bye."
        keys = [thread["key"] for thread in facts_in(asked.last_user).get("threads", ())]
        return chance.choice((said(words), said_to(**dict.fromkeys(keys, words)), *replies))

    events = play_spoken(NarratedMind, setup, TalkativeProvider(leaky), onlookers=onlookers)

    shown = " ".join(text for _, text in onlookers.shown)
    assert secrets_of(setup, events) & numbers_told(shown) == set()
    assert not [event for event in events if isinstance(event, MindFailed)]


@rooms
@given(some_setups(max_sellers=3), RANDOM_REPLIES)
def test_every_template_that_stands_in_for_a_model_says_why(setup, replies):
    answers = cycle(replies)

    events = play_spoken(NarratedMind, setup, TalkativeProvider(lambda asked: next(answers)))

    for event in spoken(events):
        assert (event.words.voice is Voice.MODEL) == (event.words.fallback is None)
    assert not [event for event in events if isinstance(event, MindFailed)]


@rooms
@given(some_setups(max_sellers=3))
def test_room_without_its_provider_says_what_the_strategy_says(setup):
    events = play_spoken(NarratedMind, setup, TalkativeProvider(sensible, AWAY))

    assert {event.words.fallback for event in spoken(events)} == {Fallback.UNAVAILABLE}
    assert sorted(event.words.text for event in spoken(events)) == sorted(e.words.text for e in spoken(play_out(setup)))
