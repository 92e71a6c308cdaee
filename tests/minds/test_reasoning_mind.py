import json
import random
import re
from dataclasses import replace
from decimal import Decimal
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.core.events import Accepted, Closed, MindFailed, Offered, Said
from negotiation.core.latitude import buyer_latitudes, seller_latitude
from negotiation.core.moves import Accept, Award, Bids, Propose
from negotiation.core.strategy import choose_quote
from negotiation.core.vocabulary import Fallback, Party, Reason, Result, Voice
from negotiation.minds.calls import Purpose, Verdict
from negotiation.minds.reasoning import ReasoningMind
from negotiation.minds.strategy import StrategyMind
from negotiation.replies.flaws import Flaw
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
from tests.scripted_provider import AWAY, Held, ScriptedProvider, Slow
from tests.speaking import KeptCalls, Onlookers, TalkativeProvider, a_gateway, a_line, numbers_told, play_spoken
from tests.virtual_time import in_virtual_time, now

rooms = settings(max_examples=10, deadline=None)
CORPUS = [reply.raw for reply in (*SELLER_REPLIES, *BUYER_REPLIES, *WORDS_REPLIES) if len(reply.raw) < 20_000]
CENT = Decimal("0.01")
FAR_UP, FAR_DOWN = Decimal(10_000), Decimal("0.01")


def a_mind(*replies, calls=None, onlookers=None, **options):
    provider = ScriptedProvider(*replies, **options)
    return ReasoningMind(a_line(a_gateway(provider), calls), "EUR", onlookers or Onlookers()), provider


BIDS = ("50.75", "50.75", "50.85", "51.35", "52.60")


def a_view(**changes):
    """Of a seller that has come down step by step, as the strategy would."""
    seat = a_seller(floor="80.37", cost="61.93", ask=120)
    return a_seller_view(seat, **{"round": 5, "bids": BIDS, "quotes": (120, "119.70", "118.90", "117.50"), **changes})


def an_offer(price, message="How about {price} for each?", **fields):
    words = message.replace("{price}", f"{price:.2f}")
    return json.dumps({"action": "offer", "price": float(price), "quantity": 4, "message": words, **fields})


def an_acceptance(price, message="Agreed, {price} it is."):
    return json.dumps(
        {
            "action": "accept",
            "price": float(price),
            "quantity": 4,
            "message": message.replace("{price}", f"{price:.2f}"),
        }
    )


async def the_strategys(view, fallback):
    own = await StrategyMind().sell(view)
    return replace(own, words=replace(own.words, fallback=fallback))


@pytest.mark.parametrize("end", ["low", "advised", "high"])
async def test_seller_offers_what_its_model_chose_within_the_latitude(end):
    view = a_view()
    price = getattr(seller_latitude(view), end)

    move = await a_mind(an_offer(price))[0].sell(view)

    assert isinstance(move, Propose)
    assert (move.terms.unit_price, move.terms.quantity, move.words.voice) == (price, 4, Voice.MODEL)


@pytest.mark.parametrize(("end", "beyond"), [("low", -CENT), ("high", CENT)])
async def test_price_a_little_outside_the_latitude_is_moved_to_its_end(end, beyond):
    view = a_view()
    limit = getattr(seller_latitude(view), end)

    move = await a_mind(an_offer(limit + beyond, f"How about {limit:.2f} for each?"))[0].sell(view)

    assert (move.terms.unit_price, move.words.voice) == (limit, Voice.MODEL)


async def test_words_that_name_the_price_before_it_was_moved_are_replaced():
    view, calls = a_view(), KeptCalls()
    limit = seller_latitude(view).high

    move = await a_mind(an_offer(limit + CENT), calls=calls)[0].sell(view)

    assert (move.terms.unit_price, move.words.fallback) == (limit, Fallback.WORDS)
    assert [(call.verdict, bool(call.why)) for call in calls] == [(Verdict.OK, True)]


@pytest.mark.parametrize(("beyond", "noted"), [(CENT, True), (Decimal(0), False)])
async def test_price_that_was_moved_is_noted_with_the_call(beyond, noted):
    view, calls = a_view(), KeptCalls()
    limit = seller_latitude(view).high

    await a_mind(an_offer(limit + beyond, f"How about {limit:.2f} for each?"), calls=calls)[0].sell(view)

    assert [(call.verdict, call.why == Flaw.CLAMPED) for call in calls] == [(Verdict.OK, noted)]


async def test_bid_that_was_moved_is_noted_beside_what_was_wrong_with_the_words():
    view, calls = a_buyers_view(), KeptCalls()
    wanted = {"S1": buyer_latitudes(view)["acme"].low - CENT, "S2": buyer_latitudes(view)["bolt"].low}

    await a_mind(some_bids(wanted, message="No."), calls=calls)[0].buy(view)

    assert [call.why for call in calls] == [f"{Flaw.CLAMPED}, {Flaw.TOO_SHORT}"]


@pytest.mark.parametrize("price", [FAR_UP, FAR_DOWN])
async def test_price_far_off_is_asked_for_again_and_then_left_to_the_strategy(price):
    view, calls = a_view(), KeptCalls()

    move = await a_mind(an_offer(price), calls=calls)[0].sell(view)

    assert move == await the_strategys(view, Fallback.UNUSABLE)
    assert [call.why for call in calls] == [Flaw.OUT_OF_LATITUDE] * 2


async def test_model_is_told_its_latitude_when_it_is_asked_again():
    view = a_view()
    latitude = seller_latitude(view)
    mind, provider = a_mind(an_offer(FAR_UP), an_offer(latitude.advised))

    move = await mind.sell(view)

    assert f"between {latitude.low} and {latitude.high}" in provider.texts[1]
    assert move.terms.unit_price == latitude.advised


BAD_CHOICES = {
    "walks": ('{"action": "walk", "message": "I am out of here."}', Flaw.MAY_NOT_WALK),
    "other quantity": (an_offer(Decimal(110), quantity=75), Flaw.WRONG_QUANTITY),
    "no price": ('{"action": "offer", "quantity": 4, "message": "Well then."}', Flaw.NO_PRICE),
    "accepts too little": (an_acceptance(Decimal("52.60")), Flaw.MAY_NOT_ACCEPT),
    "no object": ("I offer 110.00 for each.", Flaw.NO_OBJECT),
    "reject": ('{"action": "reject", "price": 110}', Flaw.WRONG_ACTION),
}


@pytest.mark.parametrize(("reply", "flaw"), BAD_CHOICES.values(), ids=BAD_CHOICES)
async def test_choice_that_a_seller_may_not_make_is_left_to_the_strategy(reply, flaw):
    view, calls = a_view(), KeptCalls()

    move = await a_mind(reply, calls=calls)[0].sell(view)

    assert move == await the_strategys(view, Fallback.UNUSABLE)
    assert [(call.purpose, call.why) for call in calls] == [(Purpose.CHOICE, flaw)] * 2


def _may_be_taken(view):
    return seller_latitude(view).accept_limit <= view.live_bid.terms.unit_price


def a_tempted_view():
    """Of a seller whose strategy would not yet take the bid, though it is the lowest that may be taken."""
    prices = (Decimal(cents) / 100 for cents in range(9000, 12000))
    view = next(v for v in (a_view(bids=(*BIDS[:-1], price)) for price in prices) if _may_be_taken(v))
    assert not choose_quote(view).accepts
    return view


async def test_bid_within_the_latitude_may_be_accepted_earlier_than_by_the_strategy():
    view = a_tempted_view()

    move = await a_mind(an_acceptance(view.live_bid.terms.unit_price))[0].sell(view)

    assert isinstance(move, Accept)
    assert (move.offer_id, move.words.voice) == (view.live_bid.offer_id, Voice.MODEL)


async def test_bid_below_the_latitude_may_not_be_accepted():
    view = a_view(bids=(*BIDS[:-1], a_tempted_view().live_bid.terms.unit_price - CENT))
    mind, _ = a_mind(an_acceptance(view.live_bid.terms.unit_price))

    assert await mind.sell(view) == await the_strategys(view, Fallback.UNUSABLE)


async def test_bid_that_the_strategy_takes_is_taken_in_the_models_words():
    view, calls = a_view(bids=(*BIDS[:-1], 119)), KeptCalls()
    assert choose_quote(view).accepts

    move = await a_mind('{"message": "Your 119.00 is fine with me."}', calls=calls)[0].sell(view)

    assert isinstance(move, Accept)
    assert (move.words.text, [call.purpose for call in calls]) == ("Your 119.00 is fine with me.", [Purpose.WORDS])


async def test_words_may_not_tell_how_far_the_seller_might_have_gone():
    view = a_view()
    latitude = seller_latitude(view)

    move = await a_mind(an_offer(latitude.high, f"{latitude.high:.2f} is my offer; {latitude.low:.2f} would do."))[
        0
    ].sell(view)

    assert (move.terms.unit_price, move.words.fallback) == (latitude.high, Fallback.WORDS)


async def test_choice_stands_though_its_words_may_not_be_said():
    view = a_view()
    latitude = seller_latitude(view)

    move = await a_mind(an_offer(latitude.low, "{price}, and my floor is 80.37."))[0].sell(view)

    assert move.terms.unit_price == latitude.low
    assert "80.37" not in move.words.text


async def test_seller_whose_provider_is_away_plays_as_the_strategy():
    view = a_view()

    assert await a_mind(status=AWAY)[0].sell(view) == await the_strategys(view, Fallback.UNAVAILABLE)


async def test_nothing_is_shown_before_the_choice_is_known_to_be_good():
    view, onlookers = a_view(), Onlookers(present=True)

    await a_mind(an_offer(FAR_UP, "Good day to you. I ask {price} for it."), onlookers=onlookers)[0].sell(view)

    assert onlookers.shown == []


async def test_words_of_a_good_choice_are_shown_sentence_by_sentence():
    view, onlookers = a_view(), Onlookers(present=True)
    price = seller_latitude(view).advised

    await a_mind(an_offer(price, "Good day to you. I ask {price}. My floor is 80.37. Yes?"), onlookers=onlookers)[
        0
    ].sell(view)

    assert onlookers.shown[-1] == ("acme", f"Good day to you. I ask {price:.2f}.")


BIDS_SO_FAR = ("50.75", "50.75", "50.85", "51.35", "52.60", "55.30", "59.90", "66.60")
ACMES_QUOTES = (120, "119.60", "118.40", "116.50", "113.90", "110.40", "106.20", "101.30")
BOLTS_QUOTES = (118, "117.60", "116.50", "114.70", "112.10", "108.90", "104.90", "100.20")
THREADS = (
    a_buyer_thread("Acme", bids=BIDS_SO_FAR, quotes=ACMES_QUOTES),
    a_buyer_thread("Bolt", bids=BIDS_SO_FAR, quotes=BOLTS_QUOTES, ask=118),
)


def a_buyers_view(*threads, **changes):
    """After eight rounds that went as the strategy would have them."""
    limits = a_buyer(minimum="50.37", maximum="110.93")
    return a_buyer_view(*(threads or THREADS), limits=limits, **{"round": 8, "may_claim": False, **changes})


def some_bids(prices, message="I pay {price} to you."):
    bids = [
        {"to": key, "price": float(p), "message": message.replace("{price}", f"{p:.2f}")} for key, p in prices.items()
    ]
    return json.dumps({"decision": "go_on", "to": None, "bids": bids})


def an_award(key):
    return json.dumps({"decision": "award", "to": key, "bids": []})


def prices_of(turn):
    assert isinstance(turn, Bids)
    return {seller_id: move.terms.unit_price for seller_id, move in turn.moves}


@pytest.mark.parametrize("end", ["low", "advised", "high"])
async def test_buyer_bids_what_its_model_chose_within_the_latitude(end):
    view = a_buyers_view()
    wanted = {seller_id: getattr(latitude, end) for seller_id, latitude in buyer_latitudes(view).items()}

    turn = await a_mind(some_bids({"S1": wanted["acme"], "S2": wanted["bolt"]}))[0].buy(view)

    assert prices_of(turn) == wanted
    assert {move.words.voice for _, move in turn.moves} == {Voice.MODEL}


async def test_thread_without_a_bid_gets_the_strategys():
    view = a_buyers_view()
    own = await StrategyMind().buy(view)
    wanted = buyer_latitudes(view)["acme"].low

    turn = await a_mind(some_bids({"S1": wanted}))[0].buy(view)

    assert prices_of(turn) == {"acme": wanted, "bolt": prices_of(own)["bolt"]}
    assert dict(turn.moves)["bolt"].words == replace(dict(own.moves)["bolt"].words, fallback=Fallback.WORDS)


@pytest.mark.parametrize(
    ("reply", "flaw"),
    [
        (some_bids({"S1": FAR_UP, "S2": Decimal(75)}), Flaw.OUT_OF_LATITUDE),
        (some_bids({"S9": Decimal(75)}), Flaw.NO_PRICE),
        (some_bids({}), Flaw.NO_PRICE),
        (json.dumps({"decision": "leave", "to": None, "bids": []}), Flaw.MAY_NOT_WALK),
        (an_award("S1"), Flaw.MAY_NOT_ACCEPT),
        (an_award("S9"), Flaw.WRONG_ACTION),
    ],
    ids=["far off", "unknown thread", "no bids", "leaves", "awards too early", "awards to nobody"],
)
async def test_choice_that_the_buyer_may_not_make_is_left_to_the_strategy(reply, flaw):
    view, calls = a_buyers_view(), KeptCalls()
    own = await StrategyMind().buy(view)

    turn = await a_mind(reply, calls=calls)[0].buy(view)

    assert prices_of(turn) == prices_of(own)
    assert {move.words.fallback for _, move in turn.moves} == {Fallback.UNUSABLE}
    assert [call.why for call in calls] == [flaw] * 2


def a_good_quote():
    """Bolt's standing offer is the highest that may be taken, though the strategy would bid once more."""
    bolt = a_buyer_thread("Bolt", bids=BIDS_SO_FAR, quotes=(*BOLTS_QUOTES[:-1], "67.43"), ask=118)
    view = a_buyers_view(THREADS[0], bolt)
    assert buyer_latitudes(view)["bolt"].accept_limit == bolt.quote.terms.unit_price
    return view


async def test_best_offer_within_the_latitude_may_be_taken_early():
    view = a_good_quote()
    assert isinstance(await StrategyMind().buy(view), Bids)

    turn = await a_mind(an_award("S2"))[0].buy(view)

    assert isinstance(turn, Award)
    assert (turn.seller_id, turn.reason) == ("bolt", Reason.GOOD_ENOUGH)
    assert [seller_id for seller_id, _ in turn.farewells] == ["acme", "bolt"]


async def test_offer_that_is_not_the_best_may_not_be_taken():
    assert isinstance(await a_mind(an_award("S1"))[0].buy(a_good_quote()), Bids)


async def test_farewells_after_an_early_award_are_the_models_too():
    view = a_good_quote()
    price = view.threads[1].quote.terms.unit_price
    words = [
        {"to": "S1", "message": "I found somebody else."},
        {"to": "S2", "message": f"{price:.2f} it is, thank you."},
    ]
    calls = KeptCalls()

    turn = await a_mind(an_award("S2"), json.dumps({"messages": words}), calls=calls)[0].buy(view)

    assert [spoken.voice for _, spoken in turn.farewells] == [Voice.MODEL] * 2
    assert [call.purpose for call in calls] == [Purpose.CHOICE, Purpose.FAREWELL]


@in_virtual_time
async def test_early_award_and_its_farewells_take_no_longer_than_one_turn():
    provider = ScriptedProvider(Slow(11, an_award("S2")), Held())
    gateway = a_gateway(provider, clock=now)

    turn = await ReasoningMind(a_line(gateway, turn_seconds=20), "EUR", Onlookers()).buy(a_good_quote())

    assert isinstance(turn, Award)
    assert now() <= 20


async def test_buyers_words_may_not_tell_how_far_it_might_have_gone():
    view = a_buyers_view()
    latitudes = buyer_latitudes(view)
    low, high = latitudes["acme"].low, latitudes["acme"].high
    bids = some_bids({"S1": low, "S2": latitudes["bolt"].low}, "I pay {price}" + f" now, {high:.2f} soon.")

    turn = await a_mind(bids)[0].buy(view)

    assert prices_of(turn)["acme"] == low
    assert f"{high:.2f}" not in dict(turn.moves)["acme"].words.text


def is_deal(events):
    return isinstance(events[-1], Closed) and events[-1].result is Result.DEAL


def secrets_of(setup, events):
    """The private numbers of all sides, but those at which somebody made an offer in the end."""
    limits = [setup.buyer.minimum, setup.buyer.maximum]
    limits += [limit for seat in setup.sellers for limit in (seat.limits.floor, seat.limits.cost)]
    offered = {event.terms.unit_price for event in events if isinstance(event, Offered)}
    return {f"{limit:.2f}" for limit in limits if limit not in offered}


def assert_promises(setup, events):
    """The room has ended, no mind failed, and no offer was beyond its maker's limits."""
    floors = {seat.seller_id: seat.limits for seat in setup.sellers}
    assert isinstance(events[-1], Closed)
    assert [event for event in events if isinstance(event, MindFailed)] == []
    for event in events:
        if isinstance(event, Offered) and event.party is Party.BUYER:
            assert event.terms.unit_price <= setup.buyer.maximum
        elif isinstance(event, Offered | Accepted):
            limits = floors[event.seller_id]
            assert limits.floor <= event.terms.unit_price <= limits.ask
            assert event.terms.quantity == setup.buyer.quantity
    if is_deal(events):
        assert setup.buyer.permit(events[-1].terms)
        assert floors[events[-1].seller_id].floor <= events[-1].terms.unit_price


def has_leeway(setup):
    """Whether limits lie so far apart that the gambles of the last round cannot miss."""
    least = min(seat.limits.floor for seat in setup.sellers)
    return least * Decimal("1.1") <= setup.buyer.maximum


class Random:
    """Chooses within its advice, a little outside, or says anything at all."""

    def __init__(self, seed):
        self._chance = random.Random(seed)

    def __call__(self, asked):
        facts, chance = facts_in(asked.last_user), self._chance
        if chance.random() < 0.2:
            return chance.choice(CORPUS)
        if "advice" in facts:
            return self._sale(facts)
        threads = facts.get("threads") or [{}]
        return self._purchase(threads) if "advice" in threads[0] else sensible(asked)

    def _sale(self, facts):
        action = "accept" if self._chance.random() < 0.3 else "offer"
        price = self._price(facts["advice"])
        return json.dumps({"action": action, "price": price, "quantity": facts["quantity"], "message": f"{price:.2f}?"})

    def _purchase(self, threads):
        if self._chance.random() < 0.2:
            return an_award(self._chance.choice(threads)["key"])
        chosen = [thread for thread in threads if self._chance.random() < 0.9]
        return some_bids({thread["key"]: Decimal(str(self._price(thread["advice"]))) for thread in chosen})

    def _price(self, advice):
        low, high = float(advice["low"]), float(advice["high"])
        spread = 2 * (high - low) + 0.01
        return max(0.01, round(self._chance.uniform(low - spread, high + spread), 2))


@settings(max_examples=40, deadline=None)
@given(some_setups(max_sellers=3), st.integers(0, 10_000))
def test_room_keeps_its_promises_with_a_model_that_chooses_at_random(setup, seed):
    events = play_spoken(ReasoningMind, setup, TalkativeProvider(Random(seed)))

    assert_promises(setup, events)
    assert is_deal(events) or not is_deal(play_out(setup)) or not has_leeway(setup)


@rooms
@given(some_setups(max_sellers=3), st.lists(st.sampled_from(CORPUS) | st.text(max_size=300), min_size=1, max_size=30))
def test_room_keeps_its_promises_with_a_model_that_says_anything(setup, replies):
    answers, onlookers = cycle(replies), Onlookers(present=True)

    events = play_spoken(ReasoningMind, setup, TalkativeProvider(lambda asked: next(answers)), onlookers=onlookers)

    assert_promises(setup, events)
    assert is_deal(events) or not is_deal(play_out(setup)) or not has_leeway(setup)


@rooms
@given(rooms_with_odd_secrets(), st.sampled_from([text.text for text in HOSTILE if text.kind != "message"]))
def test_obedient_model_neither_breaks_a_limit_nor_tells_a_secret(setup, attack):
    setup = replace(setup, item_name=f"Lamp {attack[:100]}", buyer_name=attack[:50] or "Nobody")

    onlookers = Onlookers(present=True)

    events = play_spoken(ReasoningMind, setup, TalkativeProvider(Obedient()), onlookers=onlookers)

    assert_promises(setup, events)
    words = [event.words for event in events if isinstance(event, Offered | Accepted | Said)]
    aloud = " ".join(spoken.text for spoken in words if spoken.voice is Voice.MODEL)
    aloud += " ".join(text for _, text in onlookers.shown)
    assert secrets_of(setup, events) & numbers_told(aloud) == set()


def without_advice(asked):
    """The prompt without the seat's own advice, whose cents may be those of anything."""
    return re.sub(r'"advice": \{[^}]*\}', "", asked.prompt)


@rooms
@given(rooms_with_odd_secrets())
def test_prompt_holds_no_private_number_but_in_the_seats_own_advice(setup):
    provider = TalkativeProvider(sensible)

    events = play_spoken(ReasoningMind, setup, provider)

    prompts = "".join(without_advice(asked) for asked in provider.asked)
    assert "advised" not in prompts.replace('"advised" is a sound choice', "")
    assert secrets_of(setup, events) & numbers_told(prompts) == set()


@rooms
@given(rooms_with_odd_secrets())
def test_choices_of_a_sensible_model_are_always_understood(setup):
    calls = KeptCalls()

    events = play_spoken(ReasoningMind, setup, TalkativeProvider(sensible), calls)

    assert_promises(setup, events)
    choices = [call for call in calls if call.purpose is Purpose.CHOICE]
    assert {call.verdict for call in choices} <= {Verdict.OK}


@rooms
@given(some_setups(max_sellers=3))
def test_room_without_its_provider_plays_as_the_strategy(setup):
    events = play_spoken(ReasoningMind, setup, TalkativeProvider(sensible, AWAY))

    def made(log):
        return sorted((e.party, e.seller_id, e.round, e.terms) for e in log if isinstance(e, Offered))

    assert made(events) == made(play_out(setup))
    assert events[-1] == play_out(setup)[-1]
