import itertools
from dataclasses import replace
from decimal import Decimal

import pytest

from negotiation.core.errors import (
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
    Closed,
    Decided,
    Interjected,
    MindFailed,
    OfferChanged,
    Offered,
    RoundStarted,
    Said,
    StatusChanged,
    WalkedAway,
)
from negotiation.core.moves import SILENCE, Accept, Reject, Say, WalkAway, Withdraw
from negotiation.core.protocol import (
    TRANSITIONS,
    agree_by_force,
    award,
    best_rival_price,
    change_status,
    end_without_deal,
    interject,
    next_round,
    play,
    run_out,
)
from negotiation.core.room import is_standing, new_room
from negotiation.core.vocabulary import Failure, OfferStatus, Party, Reason, Result, RoomStatus
from tests.factories import (
    a_buyer,
    a_seller,
    a_setup,
    after,
    an_active_room,
    bid,
    played,
    proposal,
    quote,
    some_words,
    terms,
)

BUYER, SELLER = Party.BUYER, Party.SELLER
ALLOWED = {
    (RoomStatus.PENDING, RoomStatus.QUEUED),
    (RoomStatus.QUEUED, RoomStatus.ACTIVE),
    (RoomStatus.QUEUED, RoomStatus.PAUSED),
    (RoomStatus.ACTIVE, RoomStatus.PAUSED),
    (RoomStatus.ACTIVE, RoomStatus.WAITING),
    (RoomStatus.WAITING, RoomStatus.QUEUED),
    (RoomStatus.WAITING, RoomStatus.PAUSED),
    (RoomStatus.PAUSED, RoomStatus.QUEUED),
}
TURN_MOVES = [
    pytest.param(Say(SILENCE), id="say"),
    pytest.param(proposal(100), id="propose"),
    pytest.param(WalkAway(), id="walk"),
]
ANY_MOVES = [
    *TURN_MOVES,
    pytest.param(Accept(1), id="accept"),
    pytest.param(Reject(1), id="reject"),
    pytest.param(Withdraw(1), id="withdraw"),
]


def bargained(**options):
    """Acme stands at 100 (offer 2), Bolt at 105 (offer 4); both answered bids of 60, and the buyer has the turn."""
    room = an_active_room(a_setup(**options))
    return played(room, bid("acme", 60), quote("acme", 100), bid("bolt", 60), quote("bolt", 105))


def agreed(price=90):
    """Acme has accepted the buyer's bid, offer 1; Bolt stands at 105, offer 3."""
    return played(
        an_active_room(), bid("acme", price), (SELLER, "acme", Accept(1)), bid("bolt", 60), quote("bolt", 105)
    )


def with_status(status):
    return after(an_active_room(), StatusChanged(RoomStatus.ACTIVE, status))


def statuses(room, seller_id="acme"):
    return [offer.status for offer in room.thread(seller_id).offers]


@pytest.mark.parametrize("move", TURN_MOVES)
def test_seller_cannot_speak_before_the_buyer_has(move):
    with pytest.raises(NotYourTurn):
        play(an_active_room(), SELLER, "acme", move)


@pytest.mark.parametrize("move", TURN_MOVES)
def test_buyer_cannot_move_twice_while_the_seller_has_the_turn(move):
    room = played(an_active_room(), bid("acme", 60))

    with pytest.raises(NotYourTurn):
        play(room, BUYER, "acme", move)


@pytest.mark.parametrize("move", TURN_MOVES)
def test_seller_cannot_move_twice_in_a_round(move):
    with pytest.raises(NotYourTurn):
        play(bargained(), SELLER, "acme", move)


def test_words_alone_use_up_the_turn():
    room = played(an_active_room(), (BUYER, "acme", Say(SILENCE)))

    assert room.thread("acme").turn is SELLER


def test_turn_in_one_thread_does_not_bind_the_other_threads():
    room = played(an_active_room(), bid("acme", 60), bid("bolt", 60))

    assert [thread.turn for thread in room.threads] == [SELLER, SELLER]


def test_seller_cannot_accept_out_of_turn():
    room = played(an_active_room(), bid("acme", 60), (SELLER, "acme", Say(SILENCE)))

    with pytest.raises(NotYourTurn):
        play(room, SELLER, "acme", Accept(1))


@pytest.mark.parametrize(
    ("party", "offer_id"),
    [(BUYER, 1), (SELLER, 2)],
    ids=["buyer-its-own-bid", "seller-its-own-quote"],
)
def test_nobody_can_accept_its_own_offer(party, offer_id):
    room = played(an_active_room(), bid("acme", 90), quote("acme", 100))
    room = played(room, (BUYER, "acme", Say(SILENCE))) if party is SELLER else room

    with pytest.raises(OfferNotLive):
        play(room, party, "acme", Accept(offer_id))


def test_seller_cannot_accept_a_bid_made_to_another_seller():
    room = played(an_active_room(), bid("acme", 90), bid("bolt", 95))

    with pytest.raises(OfferNotLive):
        play(room, SELLER, "acme", Accept(2))


def test_offer_that_was_never_made_cannot_be_accepted():
    room = played(an_active_room(), bid("acme", 90))

    with pytest.raises(OfferNotLive):
        play(room, SELLER, "acme", Accept(99))


def test_withdrawn_bid_cannot_be_accepted():
    room = played(an_active_room(), bid("acme", 90), (BUYER, "acme", Withdraw(1)))

    with pytest.raises(OfferNotLive):
        play(room, SELLER, "acme", Accept(1))


def test_rejected_bid_cannot_be_accepted():
    room = played(an_active_room(), bid("acme", 90), (SELLER, "acme", Reject(1)))

    with pytest.raises(OfferNotLive):
        play(room, SELLER, "acme", Accept(1))


def test_bid_overtaken_by_a_higher_one_cannot_be_accepted():
    room = played(an_active_room(), bid("acme", 90), (SELLER, "acme", Say(SILENCE)), bid("acme", 95))

    with pytest.raises(OfferNotLive):
        play(room, SELLER, "acme", Accept(1))


def test_bid_that_was_countered_cannot_be_accepted():
    room = played(an_active_room(), bid("acme", 90), quote("acme", 100), (BUYER, "acme", Say(SILENCE)))

    with pytest.raises(OfferNotLive):
        play(room, SELLER, "acme", Accept(1))


@pytest.mark.parametrize(
    "undo", [(SELLER, "acme", Withdraw(2)), (BUYER, "acme", Reject(2))], ids=["withdrawn", "rejected"]
)
def test_quote_that_is_off_the_table_cannot_be_awarded(undo):
    room = played(bargained(), undo)

    with pytest.raises(OfferNotLive):
        award(room, "acme", 2, Reason.BEST_OFFER)


def test_quote_overtaken_by_a_lower_one_cannot_be_awarded():
    room = played(bargained(), bid("acme", 70), quote("acme", 95))

    with pytest.raises(OfferNotLive):
        award(room, "acme", 2, Reason.BEST_OFFER)


@pytest.mark.parametrize(("party", "move"), [(SELLER, Reject(1)), (BUYER, Withdraw(1))], ids=["reject", "withdraw"])
def test_taking_an_offer_off_the_table_does_not_use_up_the_turn(party, move):
    room = played(an_active_room(), bid("acme", 60), (party, "acme", move))

    assert room.thread("acme").turn is SELLER


@pytest.mark.parametrize("offer_id", [1, 2])
def test_nobody_can_withdraw_the_other_sides_offer(offer_id):
    maker = {1: BUYER, 2: SELLER}[offer_id]
    room = played(an_active_room(), bid("acme", 60), (SELLER, "acme", Say(SILENCE)))
    room = played(room, (BUYER, "acme", Say(SILENCE)), quote("acme", 100)) if offer_id == 2 else room

    with pytest.raises(OfferNotLive):
        play(room, maker.other, "acme", Withdraw(offer_id))


def test_nobody_can_reject_its_own_offer():
    room = played(an_active_room(), bid("acme", 60))

    with pytest.raises(OfferNotLive):
        play(room, BUYER, "acme", Reject(1))


def test_accepted_bid_cannot_be_withdrawn_by_the_buyer():
    with pytest.raises(OfferNotLive):
        play(agreed(), BUYER, "acme", Withdraw(1))


@pytest.mark.parametrize("move", ANY_MOVES)
@pytest.mark.parametrize("party", Party)
def test_thread_somebody_walked_out_of_takes_no_move(party, move):
    room = played(an_active_room(), bid("acme", 60), (SELLER, "acme", WalkAway()))

    with pytest.raises(ThreadClosed):
        play(room, party, "acme", move)


@pytest.mark.parametrize("move", ANY_MOVES)
@pytest.mark.parametrize("party", Party)
def test_decided_room_takes_no_move(party, move):
    room = after(bargained(), *award(bargained(), "acme", 2, Reason.BEST_OFFER))

    with pytest.raises(WrongRoomStatus):
        play(room, party, "acme", move)


@pytest.mark.parametrize("move", ANY_MOVES)
def test_nothing_can_be_played_between_the_decision_and_the_close(move):
    room = after(bargained(), *award(bargained(), "acme", 2, Reason.BEST_OFFER)[:-1])

    with pytest.raises(WrongRoomStatus, match="the room is decided"):
        play(room, BUYER, "acme", move)


@pytest.mark.parametrize("status", [status for status in RoomStatus if not status.is_in_play])
def test_room_that_is_not_in_play_takes_no_move(status):
    with pytest.raises(WrongRoomStatus):
        play(with_status(status), BUYER, "acme", Say(SILENCE))


def test_walking_away_takes_the_open_offers_along():
    room = played(bargained(), bid("acme", 70), (SELLER, "acme", WalkAway()))

    assert not any(offer.is_live for offer in room.thread("acme").offers)
    assert room.thread("acme").quote is None


def test_buyer_may_leave_one_seller_and_go_on_with_the_other():
    room = played(bargained(), (BUYER, "acme", WalkAway()), bid("bolt", 70))

    assert [thread.seller_id for thread in room.open_threads] == ["bolt"]


def test_buyer_never_bids_less_than_before():
    with pytest.raises(OutsideLimits):
        play(bargained(), *bid("acme", "59.99"))


def test_buyer_may_repeat_its_bid():
    assert played(bargained(), bid("acme", 60)).thread("acme").bid.terms == terms(60)


def test_seller_never_asks_for_more_than_before():
    room = played(bargained(), bid("acme", 60))

    with pytest.raises(OutsideLimits):
        play(room, *quote("acme", "100.01"))


@pytest.mark.parametrize("undo", [(SELLER, "acme", Withdraw(2)), (BUYER, "acme", Reject(2))])
def test_seller_cannot_ask_for_more_by_way_of_an_offer_off_the_table(undo):
    room = played(bargained(), undo, bid("acme", 60))

    with pytest.raises(OutsideLimits):
        play(room, *quote("acme", "100.01"))


def test_seller_is_free_of_what_other_sellers_asked():
    room = played(bargained(), bid("bolt", 60))

    assert played(room, quote("bolt", "104.99")).thread("bolt").quote.terms == terms("104.99")


@pytest.mark.parametrize("price", ["49.99", "110.01"])
def test_buyer_cannot_bid_outside_its_mandate(price):
    with pytest.raises(OutsideLimits):
        play(an_active_room(), *bid("acme", price))


def test_buyer_cannot_bid_for_more_units_than_it_needs():
    with pytest.raises(OutsideLimits):
        play(an_active_room(), BUYER, "acme", proposal(60, quantity=5))


def test_buyer_never_bids_above_the_asking_price():
    room = an_active_room(a_setup(a_seller(floor=80, ask=90)))

    with pytest.raises(OutsideLimits):
        play(room, *bid("acme", "90.01"))


def test_buyer_may_bid_the_asking_price():
    room = an_active_room(a_setup(a_seller(floor=80, ask=90)))

    assert played(room, bid("acme", 90)).thread("acme").bid.terms == terms(90)


@pytest.mark.parametrize("price", ["79.99", "120.01"])
def test_seller_cannot_quote_below_its_floor_or_above_its_asking_price(price):
    room = played(an_active_room(), bid("acme", 60))

    with pytest.raises(OutsideLimits):
        play(room, *quote("acme", price))


@pytest.mark.parametrize("price", [80, 120])
def test_seller_may_quote_its_floor_and_its_asking_price(price):
    room = played(an_active_room(), bid("acme", 60), quote("acme", price))

    assert room.thread("acme").quote.terms == terms(price)


def test_seller_cannot_offer_more_units_than_it_has():
    room = played(an_active_room(a_setup(a_seller(stock=3))), bid("acme", 60))

    with pytest.raises(OutsideLimits):
        play(room, SELLER, "acme", proposal(100, quantity=4))


def test_seller_cannot_offer_more_units_than_are_needed():
    room = played(an_active_room(), bid("acme", 60))

    with pytest.raises(OutsideLimits):
        play(room, SELLER, "acme", proposal(100, quantity=5))


def test_buyers_agent_does_not_accept_by_itself_what_a_person_has_to_approve():
    mandate = replace(a_buyer(), approve_above=Decimal(399))
    room = played(an_active_room(a_setup(buyer=mandate)), bid("acme", 60), quote("acme", 100))

    with pytest.raises(OutsideLimits):
        play(room, BUYER, "acme", Accept(2))


def test_seller_cannot_accept_a_bid_below_its_floor():
    room = played(an_active_room(), bid("acme", "79.99"))

    with pytest.raises(OutsideLimits):
        play(room, SELLER, "acme", Accept(1))


def test_seller_cannot_accept_a_bid_for_more_units_than_it_has():
    room = played(an_active_room(a_setup(a_seller(stock=3))), bid("acme", 90))

    with pytest.raises(OutsideLimits):
        play(room, SELLER, "acme", Accept(1))


def test_refusal_never_tells_the_floor():
    room = played(an_active_room(a_setup(a_seller(floor="83.37"))), bid("acme", 60))

    with pytest.raises(OutsideLimits) as refused:
        play(room, *quote("acme", 81))

    assert "83.37" not in str(refused.value)


def test_buyer_may_claim_the_best_price_that_stands_elsewhere():
    (offered,) = [e for e in play(bargained(), *bid("bolt", 70, claim=100)) if isinstance(e, Offered)]

    assert offered.claim == 100


@pytest.mark.parametrize("claim", ["99.99", "100.01", "105", "60", "NaN"])
def test_buyer_cannot_claim_a_rival_price_that_does_not_stand(claim):
    with pytest.raises(OutsideLimits):
        play(bargained(), *bid("bolt", 70, claim=claim))


def test_buyer_cannot_claim_the_sellers_own_price_to_it():
    with pytest.raises(OutsideLimits):
        play(bargained(), *bid("acme", 70, claim=100))


def test_buyer_cannot_claim_a_price_that_was_withdrawn():
    room = played(bargained(), (SELLER, "acme", Withdraw(2)))

    with pytest.raises(OutsideLimits):
        play(room, *bid("bolt", 70, claim=100))


def test_buyer_cannot_claim_the_price_of_a_seller_that_left():
    room = played(bargained(), (BUYER, "acme", WalkAway()))

    assert best_rival_price(room, "bolt") is None


def test_price_a_rival_has_accepted_may_be_claimed():
    assert best_rival_price(agreed(), "bolt") == 90


def test_room_that_does_not_disclose_refuses_even_a_true_claim():
    with pytest.raises(OutsideLimits):
        play(bargained(disclose_best_offer=False), *bid("bolt", 70, claim=100))


@pytest.mark.parametrize("change", [proposal(99), proposal(100, quantity=3)], ids=["price", "quantity"])
def test_final_offer_cannot_be_changed(change):
    room = played(an_active_room(), bid("acme", 60), quote("acme", 100, is_final=True), bid("acme", 70))

    with pytest.raises(OutsideLimits):
        play(room, SELLER, "acme", change)


def test_final_offer_may_be_repeated():
    room = played(an_active_room(), bid("acme", 60), quote("acme", 100, is_final=True), bid("acme", 70))

    assert played(room, quote("acme", 100)).thread("acme").quote.terms == terms(100)


def test_rounds_are_counted_one_by_one():
    assert next_round(bargained()) == RoundStarted(2)


def test_no_round_starts_while_a_seller_has_to_answer():
    room = played(bargained(), bid("acme", 70))

    with pytest.raises(NotYourTurn):
        next_round(room)


def test_no_round_starts_while_a_seller_is_bound_by_its_acceptance():
    with pytest.raises(NotYourTurn):
        next_round(agreed())


def test_seller_that_left_holds_up_no_round():
    room = played(bargained(), bid("acme", 70), (SELLER, "acme", WalkAway()))

    assert next_round(room) == RoundStarted(2)


def test_no_round_starts_after_the_last_one():
    with pytest.raises(WrongRoomStatus):
        next_round(bargained(max_rounds=1))


def test_no_round_starts_in_a_paused_room():
    with pytest.raises(WrongRoomStatus):
        next_round(with_status(RoomStatus.PAUSED))


@pytest.mark.parametrize(("old", "new"), list(itertools.product(RoomStatus, RoomStatus)))
def test_room_changes_its_status_only_as_the_table_allows(old, new):
    room = with_status(old)

    if (old, new) in ALLOWED:
        assert change_status(room, new) == StatusChanged(old, new)
    else:
        with pytest.raises(WrongRoomStatus):
            change_status(room, new)


def test_every_status_has_its_row_in_the_table():
    assert set(TRANSITIONS) == set(RoomStatus)


def test_award_closes_the_room_with_the_offer_as_it_stands():
    events = award(bargained(), "acme", 2, Reason.BEST_OFFER)

    decided = Decided(Result.DEAL, Reason.BEST_OFFER, 1, "acme", 2, terms(100))
    closed = Closed(RoomStatus.COMPLETED, Result.DEAL, Reason.BEST_OFFER, 1, "acme", terms(100))
    assert events[-2:] == (decided, closed)


def test_award_accepts_the_winners_offer_and_rejects_the_losers():
    room = after(bargained(), *award(bargained(), "acme", 2, Reason.BEST_OFFER))

    assert statuses(room, "acme")[-1] is OfferStatus.ACCEPTED
    assert statuses(room, "bolt")[-1] is OfferStatus.REJECTED


def test_acceptance_by_a_seller_that_lost_is_rejected_too():
    room = after(agreed(), *award(agreed(), "bolt", 3, Reason.BEST_OFFER))

    assert statuses(room, "acme") == [OfferStatus.REJECTED]


def test_buyers_accept_is_the_award():
    events = play(bargained(), BUYER, "acme", Accept(2))

    assert isinstance(events[-1], Closed)
    assert events[-1].terms == terms(100)


def test_bid_the_seller_accepted_can_be_awarded():
    room = after(agreed(), *award(agreed(), "acme", 1, Reason.FIRM_ACCEPTANCE))

    assert (room.winner, room.terms) == ("acme", terms(90))


def test_bid_that_waits_for_an_answer_cannot_be_awarded():
    room = played(an_active_room(), bid("acme", 90))

    with pytest.raises(OfferNotLive):
        award(room, "acme", 1, Reason.BEST_OFFER)


def test_standing_offer_of_another_seller_cannot_be_awarded_to_this_one():
    with pytest.raises(OfferNotLive):
        award(bargained(), "acme", 4, Reason.BEST_OFFER)


def test_offer_of_a_seller_that_left_cannot_be_awarded():
    room = played(bargained(), (BUYER, "acme", WalkAway()))

    with pytest.raises(OfferNotLive):
        award(room, "acme", 2, Reason.BEST_OFFER)


def test_offer_above_the_buyers_limit_cannot_be_awarded():
    room = played(an_active_room(), bid("acme", 60), quote("acme", "110.01"))

    with pytest.raises(OutsideLimits):
        award(room, "acme", 2, Reason.BEST_OFFER)


def test_offer_below_the_buyers_minimum_cannot_be_awarded():
    setup = a_setup(a_seller(floor=30, ask=60), buyer=a_buyer(minimum=50))
    room = played(an_active_room(setup), bid("acme", 50), quote("acme", 40))

    with pytest.raises(OutsideLimits):
        award(room, "acme", 2, Reason.BEST_OFFER)


def test_second_award_is_refused():
    room = after(bargained(), *award(bargained(), "acme", 2, Reason.BEST_OFFER))

    with pytest.raises(WrongRoomStatus):
        award(room, "bolt", 4, Reason.BEST_OFFER)


def test_room_that_ended_with_a_deal_cannot_end_without_one_too():
    room = after(bargained(), *award(bargained(), "acme", 2, Reason.BEST_OFFER))

    with pytest.raises(WrongRoomStatus):
        end_without_deal(room, Reason.CANCELLED)


@pytest.mark.parametrize("status", [status for status in RoomStatus if status.is_over or status is RoomStatus.PENDING])
def test_room_that_does_not_run_cannot_be_awarded(status):
    room = after(bargained(), StatusChanged(RoomStatus.ACTIVE, status))

    with pytest.raises(WrongRoomStatus):
        award(room, "acme", 2, Reason.BEST_OFFER)


def test_paused_room_can_still_be_awarded():
    room = after(bargained(), StatusChanged(RoomStatus.ACTIVE, RoomStatus.PAUSED))

    assert after(room, *award(room, "acme", 2, Reason.FORCED)).winner == "acme"


def test_room_that_ends_without_a_deal_says_so_once_and_rejects_what_stood():
    room = bargained()

    events = end_without_deal(room, Reason.BUYER_LEFT)

    assert [type(event) for event in events] == [OfferChanged, OfferChanged, Decided, Closed]
    assert {event.status for event in events[:2]} == {OfferStatus.REJECTED}
    assert after(room, *events).winner is None


@pytest.mark.parametrize("status", [RoomStatus.CANCELLED, RoomStatus.EXPIRED, RoomStatus.FAILED])
def test_room_nobody_decided_is_closed_without_a_decision(status):
    events = end_without_deal(bargained(), Reason.CANCELLED, status=status)

    assert not any(isinstance(event, Decided) for event in events)
    assert events[0].status is OfferStatus.EXPIRED
    assert events[-1].status is status


def test_room_that_was_never_started_can_be_closed():
    (closed,) = end_without_deal(new_room(a_setup()), Reason.EXPIRED, status=RoomStatus.EXPIRED)

    assert closed.status is RoomStatus.EXPIRED


@pytest.mark.parametrize(
    ("price", "quantity"),
    [("79.99", 4), ("110.01", 4), ("90", 5)],
    ids=["below-floor", "above-mandate", "too-many"],
)
def test_force_does_not_bend_either_sides_limits(price, quantity):
    with pytest.raises(OutsideLimits):
        agree_by_force(bargained(), "acme", terms(price, quantity), SILENCE)


def test_force_does_not_sell_what_is_not_there():
    room = an_active_room(a_setup(a_seller(stock=3)))

    with pytest.raises(OutsideLimits):
        agree_by_force(room, "acme", terms(90, 4), SILENCE)


def test_force_does_not_bring_back_a_seller_that_left():
    room = played(bargained(), (BUYER, "acme", WalkAway()))

    with pytest.raises(ThreadClosed):
        agree_by_force(room, "acme", terms(90), SILENCE)


def test_forced_deal_is_on_record_as_a_bid_and_its_acceptance():
    events = agree_by_force(bargained(), "acme", terms(90), some_words())

    assert [type(event) for event in events[-2:]] == [Offered, Accepted]
    assert after(bargained(), *events).thread("acme").quote.terms == terms(90)


def test_forced_deal_leaves_no_other_offer_of_that_seller_standing():
    room = after(bargained(), *agree_by_force(bargained(), "acme", terms(90), SILENCE))

    assert sum(is_standing(offer) for offer in room.thread("acme").offers) == 1


def test_seller_that_sold_out_takes_its_offer_with_it():
    room = after(bargained(), *run_out(bargained(), "acme"))

    assert not room.thread("acme").is_open
    assert statuses(room)[-1] is OfferStatus.WITHDRAWN


def test_seller_that_sold_out_is_no_longer_bound_by_its_acceptance():
    room = after(agreed(), *run_out(agreed(), "acme"))

    assert statuses(room) == [OfferStatus.WITHDRAWN]
    assert next_round(room) == RoundStarted(2)


def test_person_speaking_for_the_buyer_takes_nobodys_turn():
    room = played(an_active_room(), bid("acme", 60))

    spoken = after(room, interject(room, ("acme", "bolt"), some_words()))

    assert [thread.turn for thread in spoken.threads] == [SELLER, BUYER]


def test_person_cannot_speak_to_a_seller_that_left():
    room = played(bargained(), (BUYER, "acme", WalkAway()))

    with pytest.raises(ThreadClosed):
        interject(room, ("bolt", "acme"), some_words())


def test_person_can_speak_while_the_room_is_paused():
    assert interject(with_status(RoomStatus.PAUSED), ("acme",), some_words()) == Interjected(("acme",), 1, some_words())


def test_failures_of_a_sellers_mind_are_counted_in_its_thread():
    room = after(
        an_active_room(), MindFailed(SELLER, "acme", 1, Failure.RAISED), MindFailed(BUYER, "", 1, Failure.RAISED)
    )

    assert [thread.failures for thread in room.threads] == [1, 0]


def test_every_refusal_can_be_caught_as_an_illegal_move():
    kinds = {NotYourTurn, OfferNotLive, OutsideLimits, SeatNotHeld, ThreadClosed, UnknownSeller, WrongRoomStatus}

    assert set(IllegalMove.__subclasses__()) == kinds
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_each_move_is_told_as_one_event_of_its_kind():
    room = played(bargained(), bid("acme", 90))

    told = [type(play(room, SELLER, "acme", move)[0]) for move in (Say(SILENCE), Reject(5), WalkAway())]

    assert told == [Said, Answered, WalkedAway]


def test_seller_is_bound_by_one_acceptance_at_a_time():
    room = played(an_active_room(), bid("acme", 90), (SELLER, "acme", Accept(1)))

    with pytest.raises(IllegalMove):
        play(room, *bid("acme", 95))


def test_forced_deal_replaces_an_earlier_acceptance():
    room = after(agreed(), *agree_by_force(agreed(), "acme", terms(95), SILENCE))

    assert sum(is_standing(offer) for offer in room.thread("acme").offers) == 1


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param(lambda room: award(room, "acme", 2, Reason.OUT_OF_TIME), id="award"),
        pytest.param(lambda room: end_without_deal(room, Reason.OUT_OF_TIME), id="no-deal"),
    ],
)
def test_closed_room_has_no_open_offers(ending):
    room = played(bargained(), bid("bolt", 70))

    closed = after(room, *ending(room))

    assert not any(offer.is_live for thread in closed.threads for offer in thread.offers)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda room: play(room, BUYER, "nobody", Say(SILENCE)), id="play"),
        pytest.param(lambda room: award(room, "nobody", 2, Reason.FORCED), id="award"),
    ],
)
def test_move_towards_an_unknown_seller_is_refused(act):
    with pytest.raises(IllegalMove):
        act(bargained())


def test_seller_cannot_put_a_claim_on_record():
    room = played(an_active_room(), bid("acme", 60))

    with pytest.raises(IllegalMove):
        play(room, SELLER, "acme", proposal(100, claim=Decimal(1)))


def test_final_offer_stays_final_when_it_is_repeated():
    room = played(an_active_room(), bid("acme", 60), quote("acme", 100, is_final=True), bid("acme", 70))
    room = played(room, quote("acme", 100), bid("acme", 75))

    with pytest.raises(OutsideLimits):
        play(room, *quote("acme", 99))


@pytest.mark.parametrize("move", TURN_MOVES)
def test_buyer_does_not_talk_on_to_a_seller_that_accepted(move):
    room = played(an_active_room(), bid("acme", 90), (SELLER, "acme", Accept(1)))

    with pytest.raises(IllegalMove):
        play(room, BUYER, "acme", move)
