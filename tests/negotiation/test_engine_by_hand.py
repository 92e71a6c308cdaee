"""The engine in rooms in which people and programs sit, and what agents make of offers made by hand."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.asking import Minds
from negotiation.core.errors import IllegalMove
from negotiation.core.events import (
    Accepted,
    ApprovalDecided,
    ApprovalRequested,
    Closed,
    InputRequested,
    MindFailed,
    Offered,
    StatusChanged,
    ThreadExpired,
)
from negotiation.core.folding import replay
from negotiation.core.latitude import buyer_latitudes, seller_latitude
from negotiation.core.moves import Accept, Bids, Propose, WalkAway, Withdraw
from negotiation.core.room import Room
from negotiation.core.table import decide_approval, hand_over, move_by_hand
from negotiation.core.visibility import buyer_view, seller_view
from negotiation.core.vocabulary import (
    ApprovalState,
    Holder,
    OfferStatus,
    Party,
    Reason,
    Result,
    RoomStatus,
    Voice,
)
from negotiation.core.waiting import WAITS, request_input, time_out
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.auto_accept import AutoAccept
from negotiation.minds.strategy import StrategyMind
from tests.factories import after, bid, played, strategy_minds, terms
from tests.fakes import ScriptedMind
from tests.seated_rooms import (
    AGENT,
    BUYER,
    DELIVERY,
    PERSON,
    PROGRAM,
    SELLER,
    accept,
    asking,
    by_hand,
    last_terms,
    offer,
    reject,
    seats,
    table,
    with_extras,
)

SECONDS = 3600


class Played:
    """A room whose engine is run until it waits, and which people write to in between."""

    def __init__(self, setup, auto_accept=None, buyer=None):
        self.setup, self.journal = setup, MemoryJournal(setup)
        minds = strategy_minds(setup)
        self.minds = Minds(buyer or minds.buyer, minds.sellers, auto_accept or {})

    @property
    def events(self):
        return self.journal.events

    @property
    def room(self) -> Room:
        return replay(self.setup, self.events)

    def go_on(self) -> Room:
        """A new engine each time: it knows no more than the log."""
        limits = Limits(hand_seconds=SECONDS, is_out_of_time=lambda: False)
        asyncio.run(Engine(self.journal, self.minds, limits=limits, pace=Pace()).run())
        return self.room

    def write(self, deed: Callable[[Room], tuple]) -> Room:
        self.events.extend(deed(self.room))
        return self.go_on()

    def move(self, party, move, seller_id="acme", **how):
        return self.write(lambda room: move_by_hand(room, party, seller_id, move, **how))

    def time_out(self, seller_id="acme", *, stand_in):
        return self.write(lambda room: time_out(room, seller_id, stand_in=stand_in))

    def take(self, party, seller_id, holder):
        return self.write(lambda room: hand_over(room, party, seller_id, holder))

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def end(self):
        [closed] = self.of(Closed)
        return closed.result, closed.reason


def opened(*holders, **changes):
    play = Played(seats(*holders, **changes))
    play.go_on()
    return play


def waits_for(room):
    return [(t.turn, t.seller_id) for t in room.open_threads if t.is_asked]


# A person at a seller's seat


def test_room_waits_for_a_person_at_the_sellers_seat_and_gives_the_run_up():
    play = opened(AGENT, PERSON)

    assert (play.room.status, play.events[-1].note) == (RoomStatus.WAITING, WAITS)
    [asked] = play.of(InputRequested)
    assert (asked.party, asked.seller_id, asked.seconds) == (SELLER, "acme", SECONDS)


def test_room_goes_on_when_the_person_has_moved():
    play = opened(AGENT, PERSON)

    room = play.move(SELLER, offer(115))

    assert room.status is RoomStatus.WAITING
    assert [event.party for event in play.of(Offered)] == [BUYER, SELLER, BUYER]


def test_agents_answer_while_a_person_is_waited_for():
    play = opened(AGENT, PERSON, AGENT, AGENT)

    assert waits_for(play.room) == [(SELLER, "acme")]
    assert {event.seller_id for event in play.of(Offered) if event.party is SELLER} == {"bolt", "cedar"}


def test_buyers_agent_goes_on_only_when_every_person_has_answered():
    play = opened(AGENT, PERSON, PERSON)

    assert play.move(SELLER, offer(115)).round == 1
    assert play.move(SELLER, offer(115), "bolt").round == 2


def test_room_with_a_person_at_the_sellers_seat_is_played_to_a_deal():
    play = opened(AGENT, PERSON)
    play.move(SELLER, offer(100))

    while not play.room.status.is_over:
        play.move(SELLER, accept(play.room.thread("acme").bid.offer_id), overrule=True)

    assert play.end == (Result.DEAL, Reason.FIRM_ACCEPTANCE)


def test_person_who_leaves_does_not_hold_the_others_up():
    play = opened(AGENT, PERSON, AGENT)

    room = play.move(SELLER, WalkAway())

    assert room.status is RoomStatus.COMPLETED
    assert play.end[0] is Result.DEAL


# At the buyer's seat


@pytest.mark.parametrize("holder", [PERSON, PROGRAM])
def test_buyer_by_hand_bids_in_each_thread_by_itself(holder):
    play = opened(holder, AGENT, AGENT)
    assert waits_for(play.room) == [(BUYER, "acme"), (BUYER, "bolt")]

    room = play.move(BUYER, offer(60), "bolt")

    assert [len(thread.quotes) for thread in room.threads] == [0, 1]
    assert waits_for(room) == [(BUYER, "acme"), (BUYER, "bolt")]


def test_buyer_by_hand_goes_through_the_rounds_with_one_seller_and_buys_of_the_other():
    play = opened(PERSON, AGENT, AGENT)
    for price in (60, 65, 70):
        play.move(BUYER, offer(price))
    play.move(BUYER, offer(60), "bolt")

    play.move(BUYER, accept(play.room.thread("bolt").quote.offer_id), "bolt", overrule=True)

    assert (play.room.winner, play.end) == ("bolt", (Result.DEAL, Reason.CHOSEN))


def test_program_may_not_buy_what_it_has_to_ask_about():
    play = opened(PROGRAM, AGENT, buyer=asking(above=100))
    play.move(BUYER, offer(60))

    room = play.move(BUYER, reject(2), counter=offer(100))
    if not room.thread("acme").is_agreed:
        room = play.move(BUYER, accept(room.thread("acme").quote.offer_id))
    else:
        room = play.move(BUYER, accept(room.thread("acme").bids[-1].offer_id))

    assert (room.status, play.events[-1].note) == (RoomStatus.WAITING, WAITS)


def test_calls_and_time_of_agents_do_not_end_a_room_in_which_the_buyer_sits_by_hand():
    play = Played(seats(PERSON, AGENT))
    limits = Limits(max_calls=0, is_out_of_time=lambda: True)

    asyncio.run(Engine(play.journal, play.minds, limits=limits, pace=Pace()).run())

    assert play.room.status is RoomStatus.WAITING


# Changing hands


def test_seats_change_hands_twice_in_a_room_and_the_log_says_who_moved():
    play = opened(AGENT, AGENT, PERSON)
    play.take(SELLER, "acme", PERSON)
    play.move(SELLER, offer(110), "bolt")
    play.move(SELLER, offer(101))
    play.take(SELLER, "acme", AGENT)
    play.move(SELLER, offer(109), "bolt")
    play.take(BUYER, "", PROGRAM)
    play.move(BUYER, accept(play.room.thread("acme").quote.offer_id))

    speakers = {(e.party, e.seller_id, e.words.voice.speaker) for e in play.of(Offered)}
    assert {(SELLER, "acme", AGENT), (SELLER, "acme", PERSON), (BUYER, "acme", AGENT)} <= speakers
    assert play.room.winner == "acme"


def test_seat_given_back_is_played_on_by_its_agent():
    play = opened(AGENT, PERSON)
    play.move(SELLER, offer(115))

    room = play.take(SELLER, "acme", AGENT)

    assert room.status is RoomStatus.COMPLETED


# Standing in


def test_strategy_stands_in_for_a_seller_that_did_not_move():
    play = opened(AGENT, PERSON)

    room = play.time_out(stand_in=True)

    assert room.status is RoomStatus.WAITING
    assert [e.words.voice for e in play.of(Offered) if e.party is SELLER] == [Voice.TEMPLATE]


def test_strategy_stands_in_for_a_buyer_that_did_not_move():
    play = opened(PERSON, AGENT, AGENT)

    room = play.time_out("bolt", stand_in=True)

    assert [len(thread.bids) for thread in room.threads] == [0, 1]
    assert waits_for(room) == [(BUYER, "acme"), (BUYER, "bolt")]


def test_room_in_which_the_strategy_does_everything_comes_to_an_end():
    play = opened(PERSON, PERSON)

    for _ in range(40):
        if play.room.status.is_over:
            break
        play.time_out(stand_in=True)

    assert play.room.status is RoomStatus.COMPLETED
    assert not play.of(MindFailed)


def test_thread_that_expires_leaves_the_room_to_the_others():
    play = opened(AGENT, PERSON, AGENT)

    room = play.time_out(stand_in=False)

    assert (room.status, room.winner) == (RoomStatus.COMPLETED, "bolt")
    assert play.of(ThreadExpired) == [ThreadExpired(SELLER, "acme")]


# Standing orders


def test_offer_near_the_target_is_taken_at_once_for_the_seller():
    order = AutoAccept(target=Decimal(100))
    play = Played(seats(PERSON, PERSON), auto_accept={"acme": order})
    play.go_on()

    play.move(BUYER, offer(94))
    assert not play.room.is_decided
    play.move(SELLER, offer(100))
    play.move(BUYER, offer(95))

    assert play.end == (Result.DEAL, Reason.FIRM_ACCEPTANCE)
    assert play.of(Accepted)[0].words.voice is Voice.PERSON


def test_offer_near_the_target_is_taken_at_once_for_the_buyer():
    play = Played(seats(PROGRAM, PERSON), auto_accept={"": AutoAccept(target=Decimal(95))})
    play.go_on()
    play.move(BUYER, offer(60))

    play.move(SELLER, offer(99))

    assert play.end == (Result.DEAL, Reason.CHOSEN)


@pytest.mark.parametrize("holder", [PERSON, PROGRAM])
def test_standing_order_asks_about_what_no_agent_closes_alone(holder):
    setup = seats(holder, PERSON, buyer=asking(above=100))
    play = Played(setup, auto_accept={"": AutoAccept(target=Decimal(95))})
    play.go_on()
    play.move(BUYER, offer(60))

    room = play.move(SELLER, offer(99))

    assert (room.status, len(play.of(ApprovalRequested))) == (RoomStatus.WAITING, 1)


@pytest.mark.parametrize(
    ("price", "quantity", "is_taken"),
    [(100, 10, True), (105, 10, True), ("105.01", 10, False), (90, 8, False), (90, 9, True)],
)
def test_standing_order_takes_what_is_near_enough_for_enough_units(price, quantity, is_taken):
    assert AutoAccept(target=Decimal(100)).takes_as_buyer(terms(price, quantity), 10) is is_taken


# Approvals


def agent_that_asks():
    """The buyer's agent wants to close at a total above 300, and has asked."""
    play = opened(AGENT, PERSON, buyer=asking(above=300))
    while play.room.approval is None:
        play.move(SELLER, offer(80, text="My last word.", is_final=True))
    return play


def test_agent_stops_at_a_deal_it_may_not_close_alone():
    play = agent_that_asks()

    assert (play.room.status, play.events[-1].note) == (RoomStatus.WAITING, WAITS)
    assert play.room.approval.terms == terms(80)


def test_approved_deal_is_closed():
    play = agent_that_asks()

    play.write(lambda room: decide_approval(room, 1, ApprovalState.APPROVED, by="Ada"))

    assert play.end == (Result.DEAL, Reason.APPROVED)


def test_agent_goes_on_without_a_deal_that_was_refused():
    play = agent_that_asks()

    room = play.write(lambda room: decide_approval(room, 1, ApprovalState.REJECTED))

    assert room.status is RoomStatus.WAITING
    assert waits_for(room) == [(SELLER, "acme")]
    assert room.round > 1


def test_counter_offer_of_the_approver_reaches_the_seller():
    play = agent_that_asks()

    room = play.write(lambda room: decide_approval(room, 1, ApprovalState.MODIFIED, counter=terms(70)))

    assert room.thread("acme").bid.terms == terms(70)
    assert waits_for(room) == [(SELLER, "acme")]


def test_agent_does_not_move_while_it_waits_for_an_approval():
    play = agent_that_asks()
    count = len(play.events)

    play.write(lambda room: (StatusChanged(RoomStatus.WAITING, RoomStatus.QUEUED),))

    assert not [event for event in play.events[count:] if isinstance(event, Offered | Closed)]
    assert play.room.status is RoomStatus.WAITING


def test_offer_that_is_withdrawn_meanwhile_is_not_waited_for():
    play = agent_that_asks()

    room = play.move(SELLER, Withdraw(play.room.approval.offer_id))

    assert [event.state for event in play.of(ApprovalDecided)] == [ApprovalState.EXPIRED]
    assert waits_for(room) == [(SELLER, "acme")]


# What agents make of offers made by hand


PRICES = (1, 30, 49, 50, 60, 75, 80, 90, 100, 109, 110, 115, 120, 125, 300)


def scribble(room, chance: Random):
    """A move by hand of any kind at a seat held by hand, or a seat that changes hands."""
    thread = chance.choice(room.open_threads)
    party, seller_id = thread.turn, thread.seller_id
    if room.holder(party, seller_id) is AGENT or chance.random() < 0.15:
        return hand_over(room, party, seller_id, chance.choice((AGENT, AGENT, PERSON)))
    extras = chance.choice(({}, {}, {"delivery_days": 7}, {"delivery_days": 40}, {"payment_days": 30}))
    made = offer(chance.choice(PRICES), chance.choice((1, 3, 4)), is_final=chance.random() < 0.2, **extras)
    standing = [o.offer_id for o in thread.offers if o.is_live and o.party is not party]
    if standing and chance.random() < 0.2:
        return move_by_hand(room, party, seller_id, chance.choice((accept, reject))(standing[0]), overrule=True)
    return move_by_hand(room, party, seller_id, made, overrule=True)


def scribbled(chance: Random) -> Played:
    """A room in which agents and people who offer anything take turns until it is over or all have had enough."""
    holders = [chance.choice((AGENT, PERSON)) for _ in range(3)]
    setup = seats(*holders)
    acme, *others = setup.sellers
    setup = replace(
        setup, sellers=(with_extras(acme, DELIVERY), *others), buyer=replace(setup.buyer, extras=(DELIVERY,))
    )
    play = Played(replace(setup, max_rounds=chance.choice((2, 5, 10)), seed=chance.randint(0, 99)))
    play.go_on()
    for _ in range(25):
        if play.room.status.is_over:
            break
        try:
            deed = scribble(play.room, chance)
        except IllegalMove:
            continue
        play.events.extend(deed)
        play.go_on()
    return play


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=True))
def test_agents_get_on_with_whatever_people_offer(chance):
    assert not scribbled(chance).of(MindFailed)


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=True))
def test_agents_stay_within_their_limits_whatever_people_offer(chance):
    play = scribbled(chance)

    for event in play.of(Offered):
        own = play.setup.buyer if event.party is BUYER else play.setup.seat(event.seller_id).limits
        assert event.words.voice.speaker is not AGENT or own.permit(event.terms)
    for event in play.of(Accepted):
        assert event.words.voice.speaker is not AGENT or play.setup.seat(event.seller_id).limits.permit(event.terms)


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=True))
def test_latitude_stays_within_the_limits_whatever_people_offer(chance):
    play = scribbled(chance)

    for cut in range(3, len(play.events), 3):
        room = replay(play.setup, play.events[:cut])
        for thread in room.open_threads:
            if thread.turn is SELLER:
                limits, latitude = (
                    play.setup.seat(thread.seller_id).limits,
                    seller_latitude(seller_view(room, thread.seller_id)),
                )
                assert limits.floor <= latitude.low <= latitude.high <= limits.ask
        for latitude in buyer_latitudes(buyer_view(room)).values() if not room.is_last_round else ():
            assert play.setup.buyer.minimum <= latitude.low <= latitude.high <= play.setup.buyer.maximum


def with_delivery(*, buyer=(DELIVERY,), seller=(DELIVERY,)):
    setup = seats(PERSON, PERSON)
    sellers = tuple(with_extras(seat, *seller) for seat in setup.sellers)
    return replace(setup, sellers=sellers, buyer=replace(setup.buyer, extras=buyer))


async def answered(room):
    return await StrategyMind().sell(seller_view(room, "acme"))


async def test_seller_carries_the_further_terms_it_may_agree_to_into_its_counter_offer():
    room = by_hand(
        table(sellers=with_delivery().sellers), (BUYER, offer(60, delivery_days=7, payment_days=30)), overrule=True
    )

    move = await answered(room)

    assert isinstance(move, Propose)
    assert move.terms.extras == (("delivery_days", 7),)


@pytest.mark.parametrize("days", [15, 99])
async def test_seller_neither_takes_nor_repeats_further_terms_outside_its_range(days):
    last_round = table(sellers=with_delivery().sellers, max_rounds=1)
    room = by_hand(last_round, (BUYER, offer(110, delivery_days=days)), overrule=True)

    move = await answered(room)

    assert isinstance(move, Propose)
    assert move.terms.extras == ()


async def test_seller_takes_a_bid_whose_further_terms_are_within_its_range():
    last_round = table(sellers=with_delivery().sellers, max_rounds=1)
    room = by_hand(last_round, (BUYER, offer(110, delivery_days=14)), overrule=True)

    assert isinstance(await answered(room), Accept)


@pytest.mark.parametrize(
    ("ranges", "extras"), [((DELIVERY,), (("delivery_days", 7),)), ((), ())], ids=["within", "unknown"]
)
async def test_buyer_carries_the_further_terms_it_may_agree_to_into_its_bid(ranges, extras):
    room = by_hand(table(buyer=with_delivery(buyer=ranges).buyer), (BUYER, offer(60)))
    room = by_hand(room, (SELLER, offer(118, delivery_days=7)), overrule=True)

    turn = await StrategyMind().buy(buyer_view(room))

    assert isinstance(turn, Bids)
    assert [move.terms.extras for _, move in turn.moves] == [extras]


async def test_agent_repeats_a_final_offer_made_by_hand_to_the_unit():
    room = by_hand(played(table(AGENT, PERSON), bid("acme", 60)), (SELLER, offer(100, 3, is_final=True)))
    room = after(room, *hand_over(room, SELLER, "acme", AGENT))
    room = played(replace(room, round=2), bid("acme", 65))

    assert (await answered(room)).terms == terms(100, 3)


def test_failing_buyers_mind_is_replaced_by_a_strategy_that_honours_a_bid_beyond_its_mandate():
    play = Played(seats(PERSON, PERSON, PERSON), buyer=ScriptedMind(*[RuntimeError()] * 9))
    play.go_on()
    play.move(BUYER, offer(118), overrule=True)
    play.move(SELLER, accept(1))

    play.take(BUYER, "", AGENT)

    assert play.end == (Result.DEAL, Reason.FIRM_ACCEPTANCE)
    assert play.room.thread("acme").offers[0].status is OfferStatus.ACCEPTED


def test_who_waits_is_the_same_for_every_engine_that_reads_the_log():
    play = opened(PERSON, AGENT)
    count = len(play.events)

    play.go_on()

    assert (len(play.events), request_input(play.room, SECONDS)) == (count, ())
    assert last_terms(play.move(BUYER, offer(60))).quantity == 4


def test_holders_are_as_the_setup_says_before_anything_happens():
    room = opened(PROGRAM, PERSON, AGENT).room

    assert [room.holder(Party.SELLER, name) for name in ("acme", "bolt")] == [PERSON, AGENT]
    assert room.buyer_holder is Holder.PROGRAM
