"""Whom a room waits for at the seats that are held by hand, and what becomes of it if nobody moves in time."""

from collections.abc import Sequence

from negotiation.core.closing import conclude
from negotiation.core.errors import IllegalMove
from negotiation.core.events import Event, ExpiryWarned, InputRequested, InputTimedOut, ThreadExpired
from negotiation.core.moves import Award, Bids, BuyerTurn, Propose
from negotiation.core.protocol import cleared
from negotiation.core.room import Room, Thread
from negotiation.core.table import HandCourse, bid_by_hand, legal_actions, request_approval
from negotiation.core.vocabulary import Holder, OfferStatus, Party

# Every seller reads this: that a deal waits for an approval would tell of the buyer's mandate.
WAITS = "waits for a person or program"


def held_threads(room: Room) -> tuple[Thread, ...]:
    """The open threads in which a person or program has to move, without those where the strategy does so for it."""
    return tuple(thread for thread in room.open_threads if not is_moved_by_agent(room, thread))


def is_moved_by_agent(room: Room, thread: Thread) -> bool:
    """Whether the seat that has the turn there is an agent's, or the strategy moves for who holds it."""
    return thread.is_stood_in or room.holder(thread.turn, thread.seller_id) is Holder.AGENT


def request_input(room: Room, seconds: int) -> tuple[InputRequested, ...]:
    """Ask whoever has to move by hand and was not asked yet."""
    return tuple(
        InputRequested(thread.turn, thread.seller_id, legal_actions(room, thread.turn, thread.seller_id), seconds)
        for thread in held_threads(room)
        if not thread.is_asked
    )


def warn(room: Room, seller_id: str, seconds: int) -> tuple[Event, ...]:
    """Tell both sides of the thread that its time runs out; nothing if nobody is waited for there."""
    thread = room.thread(seller_id)
    return (ExpiryWarned(thread.turn, seller_id, seconds),) if _is_awaited(room, thread) else ()


def time_out(room: Room, seller_id: str, *, stand_in: bool) -> tuple[Event, ...]:
    """Nobody moved in time: the strategy makes this move, or the thread ends. Nothing if nobody is waited for."""
    thread = room.thread(seller_id)
    if not _is_awaited(room, thread):
        return ()
    course = HandCourse(room)
    course.wake()
    if stand_in:
        course.add(InputTimedOut(thread.turn, seller_id))
    else:
        course.add(ThreadExpired(thread.turn, seller_id), *cleared(thread, OfferStatus.EXPIRED))
        course.settle()
    return tuple(course.events)


def stand_in_for_buyer(room: Room, turn: BuyerTurn, seller_ids: Sequence[str], seconds: int) -> tuple[Event, ...]:
    """What the strategy would do, in these threads alone; one in which it can do nothing ends."""
    course = HandCourse(room)
    if isinstance(turn, Award) and turn.seller_id in seller_ids:
        return request_approval(room, turn, seconds) or conclude(room, turn)
    bids = dict(turn.moves) if isinstance(turn, Bids) else {}
    for seller_id in seller_ids:
        move, thread = bids.get(seller_id), course.room.thread(seller_id)
        if not (isinstance(move, Propose) and _is_bid(course, seller_id, move)):
            course.add(ThreadExpired(Party.BUYER, seller_id), *cleared(thread, OfferStatus.EXPIRED))
    course.settle()
    return tuple(course.events)


def _is_bid(course: HandCourse, seller_id: str, move: Propose) -> bool:
    """Make the bid; whether it could be made."""
    try:
        bid_by_hand(course, seller_id, move, overrule=False)
    except IllegalMove:
        return False
    return True


def _is_awaited(room: Room, thread: Thread) -> bool:
    return thread.is_asked and any(held.seller_id == thread.seller_id for held in held_threads(room))
