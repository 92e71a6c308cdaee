from dataclasses import replace

import pytest

from negotiation.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    Closed,
    ExpiryWarned,
    InputRequested,
    InputTimedOut,
    OfferChanged,
    StatusChanged,
    ThreadExpired,
)
from negotiation.core.moves import Accept, Award, Bids, Leave
from negotiation.core.table import hand_over, legal_actions
from negotiation.core.vocabulary import OfferStatus, Reason, Result, RoomStatus
from negotiation.core.waiting import (
    held_threads,
    is_moved_by_agent,
    request_input,
    stand_in_for_buyer,
    time_out,
    warn,
)
from tests.factories import after, bid, played, terms
from tests.seated_rooms import (
    AGENT,
    BUYER,
    PERSON,
    PROGRAM,
    SELLER,
    accept,
    asking,
    by_hand,
    offer,
    table,
    waiting,
)


def asked(room):
    """Everybody who has to move by hand has been asked, and the room waits."""
    return waiting(after(room, *request_input(room, 60)))


def kinds(events):
    return [type(event) for event in events]


def test_whoever_has_to_move_by_hand_is_asked_once_and_told_what_is_legal():
    room = table(PERSON, PERSON, AGENT)

    events = request_input(room, 60)

    legal = legal_actions(room, BUYER, "acme")
    assert events == (InputRequested(BUYER, "acme", legal, 60), InputRequested(BUYER, "bolt", legal, 60))
    assert request_input(after(room, *events), 60) == ()


def test_agents_are_not_asked():
    assert request_input(table(AGENT, PERSON), 60) == ()


def test_sellers_seat_is_asked_in_its_own_turn():
    room = by_hand(table(PERSON, PERSON, AGENT), (BUYER, offer(60)))

    assert [(event.party, event.seller_id) for event in request_input(room, 60)] == [
        (SELLER, "acme"),
        (BUYER, "bolt"),
    ]


def test_whoever_was_asked_is_asked_again_after_the_other_side_has_moved():
    room = by_hand(asked(table()), (BUYER, offer(60)), (SELLER, offer(100)))

    assert [event.party for event in request_input(room, 60)] == [BUYER]


def test_thread_in_which_the_strategy_stands_in_is_an_agents_to_move_in():
    room = after(asked(table()), InputTimedOut(BUYER, "acme"))

    assert held_threads(room) == ()
    assert is_moved_by_agent(room, room.thread("acme"))


def test_strategy_stands_in_for_one_move_only():
    room = after(asked(table()), *time_out(asked(table()), "acme", stand_in=True))
    room = played(room, bid("acme", 60))

    assert [thread.turn for thread in held_threads(room)] == [SELLER]


@pytest.mark.parametrize(
    "act", [lambda room: warn(room, "acme", 15), lambda room: time_out(room, "acme", stand_in=True)]
)
def test_time_of_nobody_runs_out(act):
    assert act(table()) == act(asked(table(AGENT))) == ()


def test_both_sides_are_warned_of_the_same_clock():
    assert warn(asked(table()), "acme", 15) == (ExpiryWarned(BUYER, "acme", 15),)


def test_thread_that_nobody_moved_in_is_over_with_all_its_offers():
    room = by_hand(table(PERSON, PERSON, PERSON), (BUYER, offer(60)), (SELLER, offer(100)))
    room = asked(room)

    events = time_out(room, "acme", stand_in=False)

    expired = after(room, *events).thread("acme")
    assert kinds(events) == [StatusChanged, ThreadExpired, OfferChanged]
    assert (expired.is_open, expired.offers[-1].status) == (False, OfferStatus.EXPIRED)


def test_room_whose_only_thread_has_expired_is_over():
    events = time_out(asked(table()), "acme", stand_in=False)

    assert [(e.result, e.reason) for e in events if isinstance(e, Closed)] == [(Result.NO_DEAL, Reason.SELLERS_LEFT)]


def test_agent_at_the_buyers_seat_decides_itself_about_a_room_whose_threads_have_expired():
    room = asked(played(table(AGENT), bid("acme", 60)))

    assert kinds(time_out(room, "acme", stand_in=False)) == [StatusChanged, ThreadExpired, OfferChanged]


def test_approval_of_an_expired_offer_is_not_waited_for_any_more():
    room = by_hand(table(PROGRAM, PERSON, PERSON, buyer=asking(above=390)), (BUYER, offer(60)), (SELLER, offer(100)))
    room = by_hand(room, (BUYER, accept(2)), (BUYER, offer(70)))

    events = time_out(asked(room), "acme", stand_in=False)

    assert ApprovalDecided in kinds(events)


def test_seat_that_is_given_back_is_not_timed():
    room = asked(table())
    room = after(room, *hand_over(room, BUYER, "", AGENT))

    assert time_out(room, "acme", stand_in=False) == ()


# Standing in for the buyer


def test_strategy_bids_only_where_time_was_up():
    room = table(PERSON, PERSON, PERSON)
    turn = Bids((("acme", offer(60)), ("bolt", offer(61))))

    room = after(room, *stand_in_for_buyer(room, turn, ["bolt"], 60))

    assert [len(thread.bids) for thread in room.threads] == [0, 1]


@pytest.mark.parametrize(
    "turn",
    [Leave(Reason.NO_VALID_OFFER), Bids(()), Bids((("acme", offer(200)),)), Bids((("acme", Accept(1)),))],
    ids=["leaves", "does-nothing", "too-much", "no-bid"],
)
def test_thread_in_which_the_strategy_can_do_nothing_is_over(turn):
    room = table(PERSON, PERSON, PERSON)

    assert stand_in_for_buyer(room, turn, ["acme"], 60) == (ThreadExpired(BUYER, "acme"),)


def test_strategy_takes_an_offer_where_time_was_up():
    room = by_hand(table(), (BUYER, offer(60)), (SELLER, offer(100)))

    events = stand_in_for_buyer(room, Award("acme", 2, Reason.BEST_OFFER), ["acme"], 60)

    assert isinstance(events[-1], Closed)


def test_strategy_that_stands_in_asks_about_what_no_agent_closes_alone():
    room = by_hand(table(buyer=asking(above=390)), (BUYER, offer(60)), (SELLER, offer(100)))

    assert kinds(stand_in_for_buyer(room, Award("acme", 2, Reason.BEST_OFFER), ["acme"], 60)) == [ApprovalRequested]


def test_strategy_takes_no_offer_of_a_thread_whose_holder_has_time_left():
    room = by_hand(table(PERSON, PERSON, PERSON), (BUYER, offer(60)), (SELLER, offer(100)))

    events = stand_in_for_buyer(room, Award("acme", 2, Reason.BEST_OFFER), ["bolt"], 60)

    assert events == (ThreadExpired(BUYER, "bolt"),)


def test_strategy_does_not_bid_over_a_seller_that_has_taken_the_bid():
    room = by_hand(table(PERSON, PERSON, PERSON), (BUYER, offer(85)), (SELLER, accept(1)))

    events = stand_in_for_buyer(room, Bids((("acme", offer(90)),)), ["acme"], 60)

    assert kinds(events) == [ThreadExpired, OfferChanged]


def test_last_round_leaves_the_strategy_no_bid():
    room = by_hand(table(PERSON, PERSON, PERSON, max_rounds=1), (BUYER, offer(60)), (SELLER, offer(100)))

    events = stand_in_for_buyer(room, Bids((("acme", offer(70)),)), ["acme"], 60)

    assert ThreadExpired in kinds(events)


def test_wait_of_the_other_side_goes_on_when_a_seat_changes_hands():
    room = asked(by_hand(table(PERSON, PERSON, PERSON), (BUYER, offer(60))))

    room = after(room, *hand_over(room, BUYER, "", PROGRAM))

    assert [thread.is_asked for thread in room.threads] == [True, False]
    assert room.status is RoomStatus.QUEUED


def test_question_is_void_while_the_approval_for_its_answer_is_waited_for():
    room = by_hand(table(PROGRAM, buyer=asking(above=390)), (BUYER, offer(60)), (SELLER, offer(100)))
    room = by_hand(asked(room), (BUYER, accept(2)))

    assert time_out(room, "acme", stand_in=False) == ()
    assert replace(room.approval).terms == terms(100)
