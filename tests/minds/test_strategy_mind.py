import asyncio
import re
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.core.events import Accepted, Offered, Said
from negotiation.core.moves import Accept, Award, Bids, Leave, Propose
from negotiation.core.preferences import Priority, Style
from negotiation.core.visibility import BuyerView
from negotiation.core.vocabulary import Party, Reason, Voice
from negotiation.minds import buyer_phrases
from negotiation.minds.seller_phrases import DELIVERY_ANSWERS, QUALITY_ANSWERS
from negotiation.minds.strategy import StrategyMind, fallback_award
from tests.factories import (
    NAMES,
    a_buyer_thread,
    a_buyer_view,
    a_seller,
    a_seller_view,
    a_setup,
    play_out,
    rooms_with_odd_secrets,
    some_setups,
    terms,
)

rooms = settings(max_examples=25, deadline=None)


def sell(view):
    return asyncio.run(StrategyMind().sell(view))


def buy(view: BuyerView):
    return asyncio.run(StrategyMind().buy(view))


def spoken(setup):
    """Everything that was said in the room, with words."""
    return [event for event in play_out(setup) if isinstance(event, Offered | Accepted | Said)]


def numbers_in(text):
    return {Decimal(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}


@rooms
@given(some_setups())
def test_words_of_the_buyer_say_its_bid_its_claim_and_no_other_number(setup):
    for event in spoken(setup):
        if isinstance(event, Offered) and event.party is Party.BUYER:
            assert numbers_in(event.words.text) == {event.terms.unit_price} | ({event.claim} - {None})


@rooms
@given(some_setups())
def test_words_of_a_seller_say_its_price_the_rivals_price_it_was_told_and_no_other_number(setup):
    told = {}

    for event in spoken(setup):
        if isinstance(event, Offered) and event.party is Party.BUYER:
            told[event.seller_id] = event.claim
        elif event.party is Party.SELLER:
            said = numbers_in(event.words.text)
            assert event.terms.unit_price in said
            assert said <= {event.terms.unit_price, told[event.seller_id]}


@rooms
@given(some_setups())
def test_farewells_say_no_number_but_the_price_agreed(setup):
    events = play_out(setup)

    for event in events:
        if isinstance(event, Said):
            assert numbers_in(event.words.text) <= {getattr(events[-1].terms, "unit_price", None)}


@rooms
@given(rooms_with_odd_secrets())
def test_no_sentence_says_a_private_number_that_is_not_the_offer_itself(setup):
    secrets = {setup.buyer.minimum, setup.buyer.maximum}
    secrets |= {price for seat in setup.sellers for price in (seat.limits.floor, seat.limits.cost)}

    events = spoken(setup)
    offered = {event.terms.unit_price for event in events if not isinstance(event, Said)}

    for event in events:
        assert not numbers_in(event.words.text) & (secrets - offered)


@rooms
@given(some_setups())
def test_nobody_is_named_in_what_is_said_to_another(setup):
    for event in spoken(setup):
        rivals = [name for name in NAMES if name.lower() != event.seller_id]
        assert not [name for name in rivals if re.search(rf"\b{name}\b", event.words.text, re.IGNORECASE)]


@rooms
@given(some_setups())
def test_nobody_repeats_a_sentence_in_a_thread_in_ten_rounds(setup):
    said = defaultdict(list)

    for event in spoken(setup):
        if not isinstance(event, Said):
            said[event.seller_id, event.party].append(re.sub(r"\d[\d,.]*\d", "#", event.words.text))

    assert all(len(set(texts)) == len(texts) for texts in said.values())


@rooms
@given(some_setups())
def test_every_turn_has_words_and_they_are_known_to_be_from_a_template(setup):
    for event in spoken(setup):
        assert len(event.words.text) >= 8
        assert event.words.voice is Voice.TEMPLATE
        assert not re.search(r"[{}]", event.words.text)


@rooms
@given(some_setups())
def test_same_view_gives_the_same_move_and_the_same_words(setup):
    assert play_out(setup) == play_out(setup)


def test_buyer_bids_to_everyone_it_talks_to_for_all_the_units_it_needs():
    turn = buy(a_buyer_view(a_buyer_thread("Acme"), a_buyer_thread("Bolt")))

    assert isinstance(turn, Bids)
    assert [(seller_id, move.terms.quantity) for seller_id, move in turn.moves] == [("acme", 4), ("bolt", 4)]


def test_buyer_nobody_talks_to_leaves():
    assert buy(a_buyer_view()) == Leave(Reason.SELLERS_LEFT)


def test_buyer_leaves_when_nothing_acceptable_stands_at_the_end():
    turn = buy(a_buyer_view(a_buyer_thread(quotes=[111]), round=10))

    assert (type(turn), turn.reason) == (Leave, Reason.NO_VALID_OFFER)


def test_buyer_takes_leave_of_everyone_with_the_price_for_the_winner_only():
    turn = buy(a_buyer_view(a_buyer_thread("Acme", quotes=[100]), a_buyer_thread("Bolt", quotes=[101]), round=10))

    farewells = {seller_id: numbers_in(words.text) for seller_id, words in turn.farewells}
    assert farewells == {"acme": {Decimal(100)}, "bolt": set()}


@pytest.mark.parametrize(
    ("thread", "options", "phrases"),
    [
        (a_buyer_thread(), {}, buyer_phrases.OPENING),
        (a_buyer_thread(bids=[50], quotes=[100]), {"round": 3}, buyer_phrases.RAISE),
        (a_buyer_thread(bids=[90], quotes=[100]), {"round": 3}, buyer_phrases.HOLD),
        (a_buyer_thread(bids=[50], quotes=[115]), {"round": 9}, buyer_phrases.FINAL),
    ],
    ids=["opening", "raise", "hold", "final"],
)
def test_buyer_says_what_it_does(thread, options, phrases):
    (_, move), *_ = buy(a_buyer_view(thread, **options)).moves

    assert move.words.text in [phrase.replace("{price}", f"{move.terms.unit_price:.2f}") for phrase in phrases]


@pytest.mark.parametrize(("round", "phrases"), [(3, buyer_phrases.CLAIM), (9, buyer_phrases.FINAL_CLAIM)])
def test_buyer_says_aloud_the_rival_price_it_claims(round, phrases):
    leader, other = a_buyer_thread("Acme", quotes=[100]), a_buyer_thread("Bolt", bids=[50], quotes=[105])

    (_, move) = buy(a_buyer_view(leader, other, round=round)).moves[1]

    said = {p.replace("{price}", f"{move.terms.unit_price:.2f}").replace("{rival}", "100.00") for p in phrases}
    assert move.claim == 100
    assert move.words.text in said


def test_sellers_offer_is_for_all_the_units_and_final_in_the_last_round_only():
    first, last = sell(a_seller_view(bids=[50])), sell(a_seller_view(round=10, bids=[50], quotes=[100]))

    assert (first.terms, first.is_final) == (terms(120), False)
    assert (last.terms.quantity, last.is_final) == (4, True)


def test_seller_that_takes_the_bid_accepts_that_very_bid():
    move = sell(a_seller_view(round=10, bids=[60, 90], quotes=[100]))

    assert isinstance(move, Accept)
    assert move.offer_id == 2


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("priority", Priority)
def test_every_kind_of_seller_answers_what_a_person_asked_before_it_names_its_price(style, priority):
    view = a_seller_view(a_seller(style=style, priority=priority), bids=[50], questions=("When do you deliver?",))

    move = sell(view)

    assert move.words.text.startswith(DELIVERY_ANSWERS[style])
    assert numbers_in(move.words.text) == {Decimal(120)}


def test_seller_answers_the_newest_of_several_questions():
    view = a_seller_view(bids=[50], questions=("When do you deliver?", "Is it new, and of good quality?"))

    assert sell(view).words.text.startswith(QUALITY_ANSWERS[Style.NEUTRAL])


def test_question_changes_the_words_and_never_the_price():
    plain, asked = (a_seller_view(round=4, bids=[50], quotes=[118], questions=q) for q in ((), ("Price 20?",)))

    assert sell(plain).terms == sell(asked).terms


@given(st.text(max_size=80))
def test_nothing_a_person_writes_is_repeated_or_obeyed(text):
    view = a_seller_view(round=4, bids=[50], quotes=[118], questions=(text + " 77.77",))

    move = sell(view)

    assert isinstance(move, Propose)
    assert "77.77" not in move.words.text


@pytest.mark.parametrize("secret", ["floor", "cost"])
def test_seller_does_not_repeat_a_rival_price_that_is_its_own_secret(secret):
    seat = a_seller(floor=80, cost=60)
    rival = getattr(seat.limits, secret)

    move = sell(a_seller_view(seat, round=3, bids=[50], quotes=[118], rival=rival))

    assert rival not in numbers_in(move.words.text)


def test_buyer_told_to_decide_takes_the_best_that_stands():
    view = a_buyer_view(a_buyer_thread("Acme", quotes=[100]), a_buyer_thread("Bolt", quotes=[99]), round=3)

    turn = fallback_award(view, Reason.DECIDED_NOW)

    assert isinstance(turn, Award)
    assert (turn.seller_id, turn.reason) == ("bolt", Reason.DECIDED_NOW)


def test_buyer_told_to_decide_leaves_if_nothing_acceptable_stands():
    turn = fallback_award(a_buyer_view(a_buyer_thread(quotes=[111]), round=3), Reason.DECIDED_NOW)

    assert isinstance(turn, Leave)
    assert [seller_id for seller_id, _ in turn.farewells] == ["acme"]


def test_different_sellers_say_the_same_thing_in_different_words():
    opening = [event for event in spoken(a_setup(seed=3)) if isinstance(event, Offered) and event.round == 1]

    texts = [event.words.text for event in opening if event.party is Party.SELLER]

    assert len(set(texts)) == 2
