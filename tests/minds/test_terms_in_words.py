"""Further terms as minds say them, and a model's latitude where they are bargained over."""

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.asking import Minds
from negotiation.core.events import Accepted, Decided, MindFailed, Offered
from negotiation.core.latitude import buyer_latitudes, seller_latitude
from negotiation.core.moves import Bids, Words
from negotiation.core.tradeoff import choose_bids, choose_quote, takeable
from negotiation.core.vocabulary import Party, Result, Voice
from negotiation.minds import buyer_phrases, seller_phrases
from negotiation.minds.narrated import NarratedMind
from negotiation.minds.reasoning import ReasoningMind
from negotiation.minds.strategy import StrategyMind, make_move, plan_bids, plan_sale
from negotiation.minds.words import Topic, term_words, terms_words, topic_in
from tests.factories import a_buyer, play_out
from tests.fake_llm.sensible import sensible
from tests.rooms_with_terms import a_room_with_terms, some_rooms_with_terms, terms_of
from tests.speaking import TalkativeProvider, play_spoken


def said_by_sellers(voices):
    return [text for voice in voices.values() for text in (*voice.shared, *voice.for_profit, *voice.for_retention)]


def consecutive_offers(setup):
    """Each offer of a room after the same speaker's last one in that thread, both."""
    last = {}
    for event in play_out(setup):
        if isinstance(event, Offered):
            speaker = event.party, event.seller_id
            if speaker in last:
                yield last[speaker], event
            last[speaker] = event


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("delivery_days", 7, "delivery in 7 days"),
        ("delivery_days", 1, "delivery in one day"),
        ("delivery_days", 0, "delivery at once"),
        ("payment_days", 30, "30 days to pay"),
        ("warranty_months", 0, "no warranty"),
        ("spare_parts", 1200, "spare parts 1,200"),
    ],
)
def test_each_term_is_named_plainly(name, value, words):
    assert term_words(name, value) == words


def test_terms_follow_the_offer_and_packages_name_only_what_differs():
    base = terms_of(100, delivery_days=7, payment_days=30, warranty_months=24)
    other = terms_of("98.50", delivery_days=10, payment_days=30, warranty_months=24)

    assert terms_words(base, (other,)) == (
        " That is with delivery in 7 days, 30 days to pay and 24 months of warranty, or 98.50 with delivery in 10 days."
    )
    assert terms_words(terms_of(100)) == ""


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("When can you ship?", Topic.TERMS),
        ("Can I pay later?", Topic.TERMS),
        ("Is there a warranty?", Topic.TERMS),
        ("Can you do 40?", Topic.PRICE),
        ("What if I take more of them?", Topic.QUANTITY),
        ("Good morning!", Topic.GREETING),
    ],
)
def test_where_terms_are_bargained_over_no_answer_says_that_they_are_not(message, topic):
    assert topic_in(message, ("delivery_days",)) is topic


def test_without_further_terms_a_question_is_about_what_it_says():
    assert topic_in("When can you ship?", ()) is Topic.DELIVERY


def test_whoever_offers_says_its_price_and_its_terms():
    for event in play_out(a_room_with_terms()):
        if isinstance(event, Offered):
            assert f"{event.terms.unit_price:,.2f}" in event.words.text
            assert event.words.text.endswith(terms_words(event.terms, event.packages))
            assert event.words.text.count("That is with") == 1
        if isinstance(event, Accepted):
            assert event.words.text.endswith(terms_words(event.terms))


HELD, TRADED = (
    re.compile("|".join(re.escape(text).replace(r"\{price\}", r"[\d,.]+") for text in texts))
    for texts in (
        (*buyer_phrases.HOLD, *said_by_sellers(seller_phrases.HOLD)),
        (*buyer_phrases.TRADE_OFF, *said_by_sellers(seller_phrases.TRADE_OFF)),
    )
)


@settings(max_examples=60, deadline=None)
@given(some_rooms_with_terms())
def test_who_says_that_nothing_moved_has_moved_nothing(setup):
    for before, event in consecutive_offers(setup):
        if HELD.match(event.words.text):
            assert event.terms == before.terms
        if TRADED.match(event.words.text):
            assert event.terms.extras != before.terms.extras


def test_other_terms_at_no_better_price_are_called_a_trade():
    strict = a_buyer(maximum=82)
    traded = [
        (before, event)
        for before, event in consecutive_offers(a_room_with_terms(buyer=strict, max_rounds=20))
        if TRADED.match(event.words.text)
    ]

    assert {event.party for _, event in traded} == {Party.BUYER, Party.SELLER}


def test_rivals_are_told_of_like_for_like_where_terms_are_bargained_over():
    claims = [e for e in play_out(a_room_with_terms()) if isinstance(e, Offered) and e.claim is not None]

    assert claims
    for event in claims:
        assert f"{event.claim:,.2f} like for like" in event.words.text


def test_the_winner_hears_what_it_has_won():
    events = play_out(a_room_with_terms())
    decided = next(event for event in events if isinstance(event, Decided))
    farewell = [e for e in events[: events.index(decided)] if getattr(e, "seller_id", "") == decided.seller_id][-2]

    assert farewell.words.text.endswith(terms_words(decided.terms))


def test_a_narrated_room_trades_terms_as_the_strategy_does_and_names_them():
    setup = a_room_with_terms()

    spoken = [e for e in play_spoken(NarratedMind, setup, TalkativeProvider(sensible)) if isinstance(e, Offered)]
    plain = [e for e in play_out(setup) if isinstance(e, Offered)]

    assert [replace(event, words=None) for event in spoken] == [replace(event, words=None) for event in plain]
    assert all(event.words.text.endswith(terms_words(event.terms, event.packages)) for event in spoken)


class Wavering(StrategyMind):
    """Chooses the price at a drawn place of its latitude, and takes what its latitude lets it take."""

    def __init__(self, seed):
        self._chance = random.Random(seed)

    async def sell(self, view):
        quote, latitude, taken = choose_quote(view), seller_latitude(view), takeable(view)
        limit = latitude.accept_limit
        if quote.accepts or (taken is not None and limit is not None and taken.terms.unit_price >= limit):
            return await super().sell(view)
        price = self._chance.choice((latitude.low, latitude.advised, latitude.high))
        quote = replace(quote, price=price)
        return make_move(view, quote, Words(plan_sale(view, quote).draft))

    async def buy(self, view):
        turn = await super().buy(view)
        if not isinstance(turn, Bids):
            return turn
        latitudes = buyer_latitudes(view)
        bids = (replace(bid, price=self._drawn(latitudes[bid.seller_id])) for bid in choose_bids(view))
        return plan_bids(view, tuple(bids)).turn

    def _drawn(self, latitude):
        return self._chance.choice((latitude.low, latitude.advised, latitude.high))


@settings(max_examples=40, deadline=None)
@given(some_rooms_with_terms(), st.integers(0, 1000))
def test_every_price_in_the_latitude_is_legal_with_the_strategys_terms(setup, seed):
    minds = Minds(Wavering(seed), {seat.seller_id: Wavering(seed + 1) for seat in setup.sellers})

    assert not [event for event in play_out(setup, minds) if isinstance(event, MindFailed)]


def test_a_model_that_takes_the_advised_prices_bargains_over_terms_without_a_fault():
    setup = a_room_with_terms()

    events = play_spoken(ReasoningMind, setup, TalkativeProvider(sensible))

    made = [event for event in events if isinstance(event, Offered)]
    assert not [event for event in events if isinstance(event, MindFailed)]
    assert all(dict(event.terms.extras).keys() == {"delivery_days", "payment_days"} for event in made)
    assert any(event.words.voice is Voice.MODEL for event in made)
    assert events[-1].result is Result.DEAL
