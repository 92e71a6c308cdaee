"""How fast a room plays, and one round at a time. The pace is in the log, so it outlives whoever plays the room."""

from decimal import Decimal

from negotiation.core.events import Event, PaceChanged
from negotiation.core.protocol import change_status, require_started
from negotiation.core.room import Room, Thread
from negotiation.core.vocabulary import Holder, Party, RoomStatus

STEPPED = "one round was played"
NEXT_ROUND = "the next round"


def change_speed(room: Room, turn_seconds: Decimal) -> tuple[Event, ...]:
    """Rest so long before each turn from now on; nothing if the room does."""
    require_started(room)
    if room.turn_seconds == turn_seconds:
        return ()
    return (PaceChanged(turn_seconds, room.pause_after_round),)


def play_one_round(room: Room) -> tuple[Event, ...]:
    """One more round than has begun, then the room is paused; nothing if that has been asked for."""
    require_started(room)
    coming = room.round + 1
    asked = () if room.pause_after_round == coming else (PaceChanged(room.turn_seconds, coming),)
    going_on = (change_status(room, RoomStatus.QUEUED, NEXT_ROUND),) if room.status is RoomStatus.PAUSED else ()
    return (*asked, *going_on)


def is_round_played(room: Room) -> bool:
    """Whether the round that was asked for has been answered in every thread, and the buyer would now bid anew."""
    last = room.pause_after_round
    if last is None or room.round < last or room.has_agreement:
        return False
    if any(thread.turn is Party.SELLER for thread in room.open_threads):
        return False
    # Who bids by hand does so in one thread after the other.
    is_bid = room.buyer_holder is Holder.AGENT or all(has_spoken(room, thread) for thread in room.open_threads)
    return is_bid or room.round > last


def has_spoken(room: Room, thread: Thread) -> bool:
    """Whether the buyer has used its turn of this round in the thread."""
    return room.round == 0 or any(
        heard.party is Party.BUYER and heard.round == room.round and not heard.is_interjection
        for heard in reversed(thread.talk)
    )
