from dataclasses import replace
from decimal import Decimal

import pytest

from negotiation.core.closing import conclude
from negotiation.core.errors import (
    BeyondOwnLimits,
    IllegalMove,
    NotYourTurn,
    OfferNotLive,
    OutsideLimits,
    SeatNotHeld,
    ThreadClosed,
    UnknownSeller,
    WrongRoomStatus,
)
from negotiation.core.events import (
    Accepted,
    Answered,
    ApprovalDecided,
    ApprovalRequested,
    Closed,
    Decided,
    OfferChanged,
    Offered,
    RoundStarted,
    SeatChanged,
    StatusChanged,
)
from negotiation.core.moves import Accept, Award, Leave, Propose, Reject, Say, WalkAway, Withdraw, Words
from negotiation.core.protocol import change_status, end_without_deal, put_on_table
from negotiation.core.table import (
    decide_approval,
    hand_over,
    legal_actions,
    move_by_hand,
    request_approval,
    settle,
    take_at_once,
)
from negotiation.core.vocabulary import (
    Action,
    ApprovalKind,
    ApprovalState,
    Holder,
    OfferStatus,
    Party,
    Reason,
    Result,
    RoomStatus,
    Voice,
)
from tests.factories import after, bid, played, quote, terms
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
    table,
    waiting,
)

EVERYTHING_ON_A_TURN = (Action.OFFER, Action.ACCEPT, Action.REJECT, Action.WITHDRAW, Action.WALK_AWAY, Action.MESSAGE)
ASKS = asking(above=390)


def quoted(price=100, quantity=4, room=None, **extras):
    """A bid of 60 and the seller's answer to it: offers 1 and 2, the buyer's turn."""
    room = room or table()
    return by_hand(room, (BUYER, offer(60)), (SELLER, offer(price, quantity, **extras)))


def asked():
    """A program wants to close at 4 x 100 and has asked: approval 1 for offer 2."""
    room = quoted(room=table(PROGRAM, buyer=ASKS))
    return by_hand(room, (BUYER, accept(2)))


def closed(events):
    [end] = [event for event in events if isinstance(event, Closed)]
    return end.result, end.reason


def kinds(events):
    return [type(event) for event in events]


# Turns


def test_both_sides_move_in_turn():
    room = by_hand(table(), (BUYER, offer(60)), (SELLER, offer(100)), (BUYER, offer(70)))

    assert [offer.terms.unit_price for offer in room.thread("acme").offers] == [60, 100, 70]
    assert room.thread("acme").turn is SELLER


@pytest.mark.parametrize("move", [offer(70), WalkAway(), Say(Words("Well?", Voice.PERSON)), reject(2), accept(2)])
def test_side_that_has_moved_waits_for_the_other(move):
    room = by_hand(quoted(), (BUYER, offer(65)))

    with pytest.raises(NotYourTurn):
        move_by_hand(room, BUYER, "acme", move)


def test_seat_that_an_agent_holds_takes_no_move_by_hand():
    with pytest.raises(SeatNotHeld):
        move_by_hand(table(AGENT), BUYER, "acme", offer(60))


def test_unknown_seller_has_no_thread_to_move_in():
    with pytest.raises(UnknownSeller):
        move_by_hand(table(), BUYER, "nobody", offer(60))


def test_bid_by_hand_opens_the_next_round_where_the_buyer_has_spoken_in_this_one():
    room = quoted()

    events = move_by_hand(room, BUYER, "acme", offer(70))

    assert RoundStarted(2) in events
    assert after(room, *events).thread("acme").bid.round == 2


def test_bid_by_hand_stays_in_the_round_that_another_thread_has_opened():
    room = table(PERSON, PERSON, PERSON)
    for seller_id in ("acme", "bolt"):
        room = by_hand(room, (BUYER, offer(60)), seller_id=seller_id)

    assert room.round == 1


def test_no_bid_opens_a_round_after_the_last():
    room = quoted(room=table(max_rounds=1))

    assert legal_actions(room, BUYER, "acme") == (Action.ACCEPT, Action.REJECT, Action.WALK_AWAY, Action.MESSAGE)
    with pytest.raises(NotYourTurn, match="last round"):
        move_by_hand(room, BUYER, "acme", offer(70))


def test_first_bid_of_a_room_that_was_just_opened_starts_its_first_round():
    room = replace(table(), round=0)

    assert kinds(move_by_hand(room, BUYER, "acme", offer(60))) == [RoundStarted, Offered]


def test_move_wakes_a_room_that_waits():
    first, *_ = move_by_hand(waiting(table()), BUYER, "acme", offer(60))

    assert (first.old, first.new) == (RoomStatus.WAITING, RoomStatus.QUEUED)


@pytest.mark.parametrize("status", [status for status in RoomStatus if not status.is_in_play])
def test_room_that_is_not_in_play_takes_no_move_by_hand(status):
    room = replace(quoted(), status=status)

    assert legal_actions(room, BUYER, "acme") == ()
    with pytest.raises(WrongRoomStatus):
        move_by_hand(room, BUYER, "acme", accept(2))


def test_move_without_words_is_told_as_its_makers():
    voices = [
        move_by_hand(table(holder), BUYER, "acme", Propose(terms(60)))[-1].words.voice for holder in (PERSON, PROGRAM)
    ]

    assert voices == [Voice.PERSON, Voice.PROGRAM]


# Own limits


@pytest.mark.parametrize(
    ("party", "price"), [(BUYER, 111), (BUYER, 49), (SELLER, 79), (SELLER, 121)], ids=lambda value: str(value)
)
def test_offer_beyond_ones_own_limits_takes_an_express_word(party, price):
    room = table() if party is BUYER else by_hand(table(), (BUYER, offer(60)))

    with pytest.raises(BeyondOwnLimits):
        move_by_hand(room, party, "acme", offer(price))
    assert last_terms(by_hand(room, (party, offer(price)), overrule=True)) == terms(price)


def test_bid_above_the_asking_price_takes_an_express_word():
    seller = table().setup.sellers[0]
    room = table(sellers=(replace(seller, limits=replace(seller.limits, ask=Decimal(100))),))

    with pytest.raises(BeyondOwnLimits):
        move_by_hand(room, BUYER, "acme", offer(101))


def test_further_terms_that_a_side_has_said_nothing_of_take_an_express_word():
    with pytest.raises(BeyondOwnLimits):
        move_by_hand(table(), BUYER, "acme", offer(60, delivery_days=3))


def test_further_terms_within_their_range_are_offered_like_the_price():
    room = table(buyer=replace(table().setup.buyer, extras=(DELIVERY,)))

    assert last_terms(by_hand(room, (BUYER, offer(60, delivery_days=14)))).extras == (("delivery_days", 14),)


def test_seller_takes_a_bid_below_its_floor_only_with_its_express_word():
    room = by_hand(table(), (BUYER, offer(60)))

    with pytest.raises(BeyondOwnLimits):
        move_by_hand(room, SELLER, "acme", accept(1))
    assert closed(move_by_hand(room, SELLER, "acme", accept(1), overrule=True)) == (
        Result.DEAL,
        Reason.FIRM_ACCEPTANCE,
    )


def test_buyer_takes_an_offer_above_its_limit_only_with_its_express_word():
    room = quoted(115)

    with pytest.raises(BeyondOwnLimits):
        move_by_hand(room, BUYER, "acme", accept(2))
    assert closed(move_by_hand(room, BUYER, "acme", accept(2), overrule=True)) == (Result.DEAL, Reason.CHOSEN)


@pytest.mark.parametrize("move", [offer(111), accept(2)], ids=["bid", "accept"])
def test_program_never_goes_beyond_the_buyers_mandate(move):
    room = quoted(115, room=table(PROGRAM))

    with pytest.raises(OutsideLimits, match="only a person") as refused:
        move_by_hand(room, BUYER, "acme", move, overrule=True)
    assert not isinstance(refused.value, BeyondOwnLimits)


@pytest.mark.parametrize(
    ("party", "move"),
    [(BUYER, offer(60, 5)), (BUYER, offer(0)), (SELLER, offer(100, 11)), (SELLER, offer(0))],
    ids=["more-than-needed", "bid-of-nothing", "more-than-in-stock", "price-of-nothing"],
)
def test_nobody_overrules_what_protects_the_other_side(party, move):
    room = table() if party is BUYER else by_hand(table(), (BUYER, offer(60)))

    with pytest.raises(OutsideLimits):
        move_by_hand(room, party, "acme", move, overrule=True)


def test_buyer_takes_no_more_units_than_it_needs_even_with_its_express_word():
    room = by_hand(table(), (BUYER, offer(60)))
    with pytest.raises(OutsideLimits, match="more than is needed"):
        move_by_hand(room, SELLER, "acme", offer(100, 5), overrule=True)
    room = after(room, *put_on_table(room, room.thread("acme"), SELLER, offer(100, 5)))  # by a mind of one's own, say

    assert Action.ACCEPT not in legal_actions(room, BUYER, "acme")
    with pytest.raises(OutsideLimits):
        move_by_hand(room, BUYER, "acme", accept(2), overrule=True)


def test_seller_sells_no_more_units_than_it_has_even_with_its_express_word():
    seller = table().setup.sellers[0]
    room = by_hand(table(sellers=(replace(seller, limits=replace(seller.limits, stock=3)),)), (BUYER, offer(100)))

    assert Action.ACCEPT not in legal_actions(room, SELLER, "acme")
    with pytest.raises(OutsideLimits, match="in stock"):
        move_by_hand(room, SELLER, "acme", accept(1), overrule=True)


def test_rival_price_named_by_hand_must_be_true():
    room = by_hand(quoted(room=table(PERSON, PERSON, PERSON)), (BUYER, offer(60)), seller_id="bolt")
    room = by_hand(room, (SELLER, offer(110)), seller_id="bolt")

    with pytest.raises(OutsideLimits, match="claim"):
        move_by_hand(room, BUYER, "bolt", replace(offer(70), claim=Decimal(90)))
    assert move_by_hand(room, BUYER, "bolt", replace(offer(70), claim=Decimal(100)))[-1].claim == 100


def test_seller_cannot_name_a_rivals_price():
    with pytest.raises(OutsideLimits):
        move_by_hand(by_hand(table(), (BUYER, offer(60))), SELLER, "acme", replace(offer(100), claim=Decimal(90)))


def test_hand_may_take_back_what_was_given():
    room = by_hand(quoted(), (BUYER, offer(55)), (SELLER, offer(110)))

    assert last_terms(room) == terms(110)


# Answers


@pytest.mark.parametrize(("party", "number"), [(BUYER, 1), (SELLER, 1)], ids=["own", "countered"])
def test_offer_that_is_not_the_other_sides_open_one_cannot_be_accepted(party, number):
    room = quoted() if party is BUYER else by_hand(quoted(), (BUYER, offer(85)))

    with pytest.raises(OfferNotLive):
        move_by_hand(room, party, "acme", accept(number))


@pytest.mark.parametrize("status", [OfferStatus.WITHDRAWN, OfferStatus.EXPIRED, OfferStatus.REJECTED])
@pytest.mark.parametrize("kind", [Accept, Reject])
def test_offer_that_is_off_the_table_can_be_neither_accepted_nor_rejected(status, kind):
    room = after(quoted(), OfferChanged("acme", 2, status))

    with pytest.raises(OfferNotLive):
        move_by_hand(room, BUYER, "acme", kind(2))


def test_rejection_gives_the_turn_to_the_other_side():
    room = by_hand(quoted(), (BUYER, reject(2)))

    assert room.thread("acme").turn is SELLER
    assert room.thread("acme").quote is None


def test_rejection_with_a_counter_offer_is_one_move():
    events = move_by_hand(quoted(), BUYER, "acme", reject(2), counter=offer(70))

    assert kinds(events) == [Answered, OfferChanged, RoundStarted, Offered]


def test_rejection_whose_counter_offer_is_illegal_is_none():
    with pytest.raises(BeyondOwnLimits):
        move_by_hand(quoted(), BUYER, "acme", reject(2), counter=offer(200))


def test_withdrawal_gives_the_turn_back():
    room = by_hand(table(), (BUYER, offer(60)), (BUYER, Withdraw(1)))

    assert room.thread("acme").turn is BUYER
    assert legal_actions(room, SELLER, "acme") == (Action.MESSAGE,)


def test_withdrawn_bid_may_be_made_anew_in_the_next_round():
    room = by_hand(table(), (BUYER, offer(60)), (BUYER, Withdraw(1)), (BUYER, offer(55)))

    assert (room.round, room.thread("acme").bid.offer_id) == (2, 2)


def test_only_its_maker_withdraws_an_offer():
    with pytest.raises(OfferNotLive):
        move_by_hand(quoted(), BUYER, "acme", Withdraw(2))


def test_walking_away_by_hand_ends_a_room_of_two():
    events = move_by_hand(quoted(), BUYER, "acme", WalkAway(Words("Bye.", Voice.PERSON)))

    assert closed(events) == (Result.NO_DEAL, Reason.SELLERS_LEFT)


def test_walking_away_by_hand_leaves_the_other_threads_open():
    room = by_hand(quoted(room=table(PERSON, PERSON, PERSON)), (BUYER, WalkAway()))

    assert [thread.seller_id for thread in room.open_threads] == ["bolt"]
    with pytest.raises(ThreadClosed):
        move_by_hand(room, SELLER, "acme", offer(90))


def test_everything_that_may_be_done_is_listed():
    room = by_hand(quoted(), (BUYER, offer(70)))

    assert legal_actions(room, SELLER, "acme") == EVERYTHING_ON_A_TURN
    assert legal_actions(room, BUYER, "acme") == (Action.WITHDRAW, Action.MESSAGE)


def test_nothing_may_be_done_in_a_thread_that_is_over():
    room = by_hand(quoted(), (BUYER, WalkAway()))

    assert legal_actions(room, BUYER, "acme") == legal_actions(room, BUYER, "nobody") == ()


# Ends


@pytest.mark.parametrize("holder", [PERSON, PROGRAM])
def test_bid_that_the_only_seller_accepts_is_a_deal(holder):
    room = by_hand(table(holder), (BUYER, offer(85)))

    events = move_by_hand(room, SELLER, "acme", accept(1))

    assert closed(events) == (Result.DEAL, Reason.FIRM_ACCEPTANCE)


def test_bid_that_one_of_several_sellers_accepts_binds_it_and_leaves_the_choice_to_the_buyer():
    room = by_hand(table(PERSON, PERSON, PERSON), (BUYER, offer(85)), (SELLER, accept(1)))

    assert room.thread("acme").is_agreed
    assert legal_actions(room, BUYER, "acme") == (Action.ACCEPT, Action.MESSAGE)
    assert closed(move_by_hand(room, BUYER, "acme", accept(1))) == (Result.DEAL, Reason.CHOSEN)


def test_nothing_follows_by_itself_where_an_agent_decides_for_the_buyer():
    room = played(table(AGENT, AGENT), bid("acme", 85), (SELLER, "acme", Accept(1)))

    assert settle(room) == ()


def test_room_that_is_over_is_not_settled_again():
    room = by_hand(quoted(), (BUYER, accept(2)))

    assert settle(room) == ()


def test_deal_by_hand_turns_the_other_offers_down():
    room = quoted(room=table(PERSON, PERSON, PERSON))
    room = by_hand(room, (BUYER, offer(60)), (SELLER, offer(105)), seller_id="bolt")

    room = by_hand(room, (BUYER, accept(4)), seller_id="bolt")

    assert (room.winner, room.thread("acme").offers[-1].status) == ("bolt", OfferStatus.REJECTED)


def test_own_bid_beyond_the_mandate_that_a_seller_took_can_be_awarded_by_the_agent_too():
    room = by_hand(table(PERSON, PERSON, PERSON), (BUYER, offer(115)), overrule=True)
    room = by_hand(room, (SELLER, accept(1)))
    room = after(room, *hand_over(room, BUYER, "", AGENT))

    assert closed(conclude(room, Award("acme", 1, Reason.FIRM_ACCEPTANCE))) == (Result.DEAL, Reason.FIRM_ACCEPTANCE)


# Seats


def test_seat_that_changes_hands_is_told_once():
    room = table(AGENT)

    events = hand_over(room, BUYER, "", PERSON)

    assert events == (SeatChanged(BUYER, "", PERSON),)
    assert hand_over(after(room, *events), BUYER, "", PERSON) == ()


def test_seat_changes_hands_twice_and_only_its_holder_moves():
    room = table(AGENT, AGENT)
    room = after(room, *hand_over(room, SELLER, "acme", PERSON))
    assert room.holder(SELLER, "acme") is PERSON

    room = after(room, *hand_over(room, SELLER, "acme", AGENT))

    assert room.holder(SELLER, "acme") is AGENT
    with pytest.raises(SeatNotHeld):
        move_by_hand(played(room, bid("acme", 60)), SELLER, "acme", offer(100))


def test_new_holder_is_asked_anew_where_its_seat_has_the_turn():
    room = table(PERSON, PERSON, PERSON)
    threads = tuple(replace(thread, is_asked=True) for thread in room.threads)
    room = replace(by_hand(replace(room, threads=threads), (BUYER, offer(60))), status=RoomStatus.WAITING)

    taken = after(room, *hand_over(room, BUYER, "", PROGRAM))

    assert taken.status is RoomStatus.QUEUED
    assert [thread.is_asked for thread in taken.threads] == [False, False]


def test_seat_taken_out_of_turn_leaves_the_question_to_the_other_side_as_it_is():
    room = replace(table(), threads=tuple(replace(thread, is_asked=True) for thread in table().threads))

    assert after(room, *hand_over(room, SELLER, "acme", PROGRAM)).thread("acme").is_asked


def test_seat_in_a_thread_that_is_over_cannot_be_taken():
    room = by_hand(quoted(room=table(PERSON, PERSON, PERSON)), (BUYER, WalkAway()))

    with pytest.raises(ThreadClosed):
        hand_over(room, SELLER, "acme", AGENT)


def test_seat_in_a_room_that_is_over_cannot_be_taken():
    room = after(table(), *end_without_deal(table(), Reason.FORCED))

    with pytest.raises(WrongRoomStatus):
        hand_over(room, BUYER, "", AGENT)


def test_whoever_was_asked_before_a_pause_is_asked_anew_after_it():
    room = replace(table(), threads=tuple(replace(thread, is_asked=True) for thread in table().threads))

    assert not after(room, change_status(room, RoomStatus.PAUSED)).thread("acme").is_asked


# Approvals


@pytest.mark.parametrize(
    ("mandate", "price", "kind"),
    [
        (asking(), 100, None),
        (asking(above=400), 100, None),
        (asking(above="399.99"), 100, ApprovalKind.ABOVE_THRESHOLD),
        (asking(below_minimum=True), 45, ApprovalKind.BELOW_MINIMUM),
        (asking(above=100, below_minimum=True), 45, ApprovalKind.BELOW_MINIMUM),
    ],
)
def test_agent_asks_only_about_what_it_may_not_close_alone(mandate, price, kind):
    room = by_hand(table(PERSON, PERSON, buyer=mandate), (BUYER, offer(60)))
    room = by_hand(room, (SELLER, offer(price)), overrule=True)

    events = request_approval(room, Award("acme", 2, Reason.BEST_OFFER), 60)

    assert [event.kind for event in events] == ([kind] if kind else [])


def test_price_below_the_minimum_is_refused_where_nobody_wants_to_be_asked():
    room = by_hand(by_hand(table(PROGRAM), (BUYER, offer(60))), (SELLER, offer(45)), overrule=True)

    with pytest.raises(OutsideLimits):
        move_by_hand(room, BUYER, "acme", accept(2))


def test_nothing_is_asked_about_an_offer_that_does_not_stand():
    assert request_approval(table(buyer=ASKS), Award("acme", 1, Reason.BEST_OFFER), 60) == ()


def test_programs_accept_above_the_threshold_asks():
    room = quoted(room=table(PROGRAM, buyer=ASKS))

    events = move_by_hand(room, BUYER, "acme", accept(2), seconds=77)

    assert events == (ApprovalRequested(1, ApprovalKind.ABOVE_THRESHOLD, "acme", 2, terms(100), 77),)


def test_programs_own_bid_above_the_threshold_is_no_deal_before_it_has_asked():
    room = by_hand(table(PROGRAM, buyer=ASKS), (BUYER, offer(100)), (SELLER, accept(1)))

    assert not room.is_decided
    assert kinds(move_by_hand(room, BUYER, "acme", accept(1))) == [ApprovalRequested]


def test_persons_accept_above_the_threshold_closes():
    assert closed(move_by_hand(quoted(room=table(buyer=ASKS)), BUYER, "acme", accept(2)))[1] is Reason.CHOSEN


def test_program_asks_one_question_at_a_time():
    assert Action.ACCEPT not in legal_actions(asked(), BUYER, "acme")
    with pytest.raises(NotYourTurn, match="approval"):
        move_by_hand(asked(), BUYER, "acme", accept(2))


def test_whoever_asked_is_not_waited_for_while_the_approval_is():
    room = quoted(room=table(PROGRAM, buyer=ASKS))
    room = replace(room, threads=(replace(room.thread("acme"), is_asked=True),))

    assert not by_hand(room, (BUYER, accept(2))).thread("acme").is_asked


def test_approved_deal_is_closed_at_the_offer_that_was_asked_about():
    events = decide_approval(waiting(asked()), 1, ApprovalState.APPROVED, by="Ada", note="Fine.")

    assert kinds(events)[:2] == [StatusChanged, ApprovalDecided]
    assert closed(events) == (Result.DEAL, Reason.APPROVED)
    [decided] = [event for event in events if isinstance(event, Decided)]
    assert (decided.offer_id, decided.terms) == (2, terms(100))


@pytest.mark.parametrize("state", [ApprovalState.REJECTED, ApprovalState.EXPIRED])
def test_deal_that_is_not_approved_takes_the_offer_off_the_table(state):
    room = after(asked(), *decide_approval(asked(), 1, state))

    assert (room.approval, room.is_decided) == (None, False)
    assert room.thread("acme").offers[-1].status is OfferStatus.REJECTED
    assert room.thread("acme").turn is BUYER


def test_modified_deal_is_the_approvers_bid_beyond_the_mandate_only_by_an_express_word():
    with pytest.raises(BeyondOwnLimits):
        decide_approval(asked(), 1, ApprovalState.MODIFIED, counter=terms(115))

    events = decide_approval(asked(), 1, ApprovalState.MODIFIED, counter=terms(115), overrule=True)

    room = after(asked(), *events)
    assert (room.thread("acme").bid.terms, room.thread("acme").turn) == (terms(115), SELLER)
    assert events[-1].words.voice is Voice.PERSON


@pytest.mark.parametrize(
    ("state", "counter", "refusal"),
    [
        (ApprovalState.MODIFIED, None, OutsideLimits),
        (ApprovalState.MODIFIED, terms(100, 5), OutsideLimits),
        (ApprovalState.PENDING, None, OfferNotLive),
    ],
    ids=["no-terms", "more-than-needed", "put-off"],
)
def test_decision_that_makes_no_sense_is_refused(state, counter, refusal):
    with pytest.raises(refusal):
        decide_approval(asked(), 1, state, counter=counter)


def test_counter_offer_after_the_last_round_is_refused():
    room = by_hand(quoted(room=table(PROGRAM, buyer=ASKS, max_rounds=1)), (BUYER, accept(2)))

    with pytest.raises(NotYourTurn):
        decide_approval(room, 1, ApprovalState.MODIFIED, counter=terms(90))


def test_approval_is_decided_once():
    room = after(asked(), *decide_approval(asked(), 1, ApprovalState.REJECTED))

    with pytest.raises(OfferNotLive, match="not waited for"):
        decide_approval(room, 1, ApprovalState.APPROVED)


def test_approvals_are_numbered_in_their_room():
    room = after(asked(), *decide_approval(asked(), 1, ApprovalState.REJECTED))
    room = by_hand(room, (BUYER, offer(70)), (SELLER, offer(99)), (BUYER, accept(4)))

    assert room.approval.number == 2


@pytest.mark.parametrize(
    ("party", "move"),
    [(SELLER, Withdraw(2)), (BUYER, reject(2)), (BUYER, WalkAway())],
    ids=["withdrawn", "rejected", "left"],
)
def test_approval_that_was_overtaken_is_not_waited_for_any_more(party, move):
    events = move_by_hand(asked(), party, "acme", move)

    [decided] = [event for event in events if isinstance(event, ApprovalDecided)]
    assert (decided.state, after(asked(), *events).approval) == (ApprovalState.EXPIRED, None)


def test_approval_of_a_mandate_that_was_lowered_meanwhile_is_refused():
    room = asked()
    room = replace(room, setup=replace(room.setup, buyer=replace(room.setup.buyer, maximum=Decimal(99))))

    with pytest.raises(OutsideLimits):
        decide_approval(room, 1, ApprovalState.APPROVED)


# Standing orders


def test_standing_order_closes_for_the_buyer():
    assert closed(take_at_once(waiting(quoted()), Award("acme", 2, Reason.CHOSEN), 60)) == (
        Result.DEAL,
        Reason.CHOSEN,
    )


@pytest.mark.parametrize("holder", [PERSON, PROGRAM])
def test_standing_order_asks_where_an_agent_would_have_to(holder):
    events = take_at_once(quoted(room=table(holder, buyer=ASKS)), Award("acme", 2, Reason.CHOSEN), 60)

    assert kinds(events) == [ApprovalRequested]


def test_standing_order_takes_nothing_out_of_turn():
    room = by_hand(quoted(), (BUYER, offer(70)))

    with pytest.raises(IllegalMove):
        take_at_once(room, Award("acme", 2, Reason.CHOSEN), 60)


def test_agents_move_is_still_bound_by_what_its_side_gave_within_its_limits():
    room = table(AGENT, PERSON)
    room = by_hand(played(room, bid("acme", 60)), (SELLER, offer(100)))
    room = after(room, *hand_over(room, SELLER, "acme", AGENT), RoundStarted(2))
    room = played(room, bid("acme", 65))

    with pytest.raises(OutsideLimits, match="never asks for more"):
        played(room, quote("acme", 101))


def test_agent_is_not_bound_by_what_a_person_gave_beyond_the_limits():
    room = by_hand(played(table(AGENT, PERSON), bid("acme", 60)), (SELLER, offer(70, is_final=True)), overrule=True)
    room = after(room, *hand_over(room, SELLER, "acme", AGENT), RoundStarted(2))

    assert last_terms(played(room, bid("acme", 65), quote("acme", 90))) == terms(90)


def test_buyer_leaving_by_hand_in_every_thread_is_a_room_without_a_deal():
    room = by_hand(table(PERSON, PERSON, PERSON), (BUYER, WalkAway()))

    assert closed(move_by_hand(room, BUYER, "bolt", WalkAway())) == (Result.NO_DEAL, Reason.SELLERS_LEFT)


def test_accepting_says_the_holders_words_before_the_room_closes():
    first, *_ = move_by_hand(quoted(), BUYER, "acme", accept(2))

    assert (first.words.text, first.words.voice) == ("Agreed.", Voice.PERSON)


def test_leaving_is_explained():
    assert conclude(table(), Leave(Reason.BUYER_LEFT))[-1].explanation == "The buyer walked away."


def test_acceptance_by_hand_overtakes_the_sellers_own_offer():
    room = by_hand(quoted(room=table(PERSON, PERSON, PERSON)), (BUYER, offer(85)))

    events = move_by_hand(room, SELLER, "acme", accept(3))

    assert events[0] == OfferChanged("acme", 2, OfferStatus.COUNTERED)
    assert isinstance(events[1], Accepted)


def test_holders_of_all_seats_are_told_by_the_room():
    room = table(PROGRAM, PERSON, AGENT)

    assert [room.holder(party, "bolt") for party in Party] == [PROGRAM, AGENT]
    assert room.holder(SELLER, "acme") is Holder.PERSON
