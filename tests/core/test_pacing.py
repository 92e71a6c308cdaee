from dataclasses import replace
from decimal import Decimal

import pytest

from negotiation.core.errors import WrongRoomStatus
from negotiation.core.events import Interjected, PaceChanged, StatusChanged
from negotiation.core.folding import replay
from negotiation.core.moves import Accept
from negotiation.core.pacing import NEXT_ROUND, change_speed, is_round_played, play_one_round
from negotiation.core.protocol import change_status, end_without_deal
from negotiation.core.room import new_room
from negotiation.core.vocabulary import Holder, Party, Reason, RoomStatus
from tests.factories import STARTED, a_setup, after, an_active_room, bid, played, quote, some_words

SLOW = Decimal(3)
ANSWERED = (bid("acme", 60), bid("bolt", 60), quote("acme", 110), quote("bolt", 115))


def paused(room):
    return after(room, change_status(room, RoomStatus.PAUSED))


def stepping(room, round=1):
    return after(room, PaceChanged(None, round))


def by_hand(room):
    return replace(room, buyer_holder=Holder.PERSON)


def test_speed_is_kept_and_does_not_end_a_step():
    room = stepping(an_active_room())

    room = after(room, *change_speed(room, SLOW))

    assert (room.turn_seconds, room.pause_after_round) == (SLOW, 1)


def test_speed_that_a_room_has_is_not_told_again():
    room = after(an_active_room(), PaceChanged(SLOW, None))

    assert change_speed(room, Decimal("3.00")) == ()


def test_step_keeps_the_speed():
    room = after(an_active_room(), PaceChanged(SLOW, None))

    assert play_one_round(room) == (PaceChanged(SLOW, 2),)


def test_step_takes_up_a_paused_room():
    room = paused(an_active_room())

    assert play_one_round(room) == (
        PaceChanged(None, 2),
        StatusChanged(RoomStatus.PAUSED, RoomStatus.QUEUED, NEXT_ROUND),
    )


def test_step_that_is_under_way_is_not_asked_for_twice():
    room = an_active_room()

    room = after(room, *play_one_round(room))

    assert play_one_round(room) == ()


def test_pause_ends_a_step_and_keeps_the_speed():
    room = paused(after(an_active_room(), PaceChanged(SLOW, 2)))

    assert (room.turn_seconds, room.pause_after_round) == (SLOW, None)


@pytest.mark.parametrize("command", [play_one_round, lambda room: change_speed(room, SLOW)])
@pytest.mark.parametrize("is_over", [False, True])
def test_room_that_is_not_under_way_has_no_pace(command, is_over):
    waiting = new_room(a_setup())
    room = after(an_active_room(), *end_without_deal(an_active_room(), Reason.CANCELLED)) if is_over else waiting

    with pytest.raises(WrongRoomStatus):
        command(room)


def test_round_is_played_when_every_seller_has_answered():
    room = stepping(an_active_room())

    assert not is_round_played(played(room, *ANSWERED[:3]))
    assert is_round_played(played(room, *ANSWERED))


def test_round_that_nobody_asked_for_is_played_on_from():
    assert not is_round_played(played(an_active_room(), *ANSWERED))
    assert not is_round_played(played(stepping(an_active_room(), round=2), *ANSWERED))


def test_room_in_which_a_seller_has_accepted_is_not_held_up():
    room = played(stepping(an_active_room()), bid("acme", 100), bid("bolt", 60))
    accepted = played(room, quote("bolt", 115), (Party.SELLER, "acme", Accept(room.thread("acme").bid.offer_id)))

    assert not is_round_played(accepted)


def test_buyer_by_hand_bids_in_every_thread_before_its_round_is_played():
    room = by_hand(stepping(an_active_room()))
    half = played(room, bid("acme", 60), quote("acme", 110))

    assert not is_round_played(half)
    assert is_round_played(played(half, bid("bolt", 60), quote("bolt", 115)))


def test_words_beside_the_turns_are_no_bid():
    room = after(by_hand(stepping(an_active_room())), Interjected(("acme", "bolt"), 1, some_words()))

    assert not is_round_played(room)


def test_pace_is_a_matter_of_the_log():
    room = replay(a_setup(), (*STARTED, PaceChanged(SLOW, 4)))

    assert (room.turn_seconds, room.pause_after_round) == (SLOW, 4)
