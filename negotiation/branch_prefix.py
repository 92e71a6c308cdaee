"""What a what-if takes over from the log of the room it is branched from: the events up to the end of a round."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from negotiation.core.events import (
    Accepted,
    Answered,
    ApprovalDecided,
    ApprovalRequested,
    BundleReached,
    Closed,
    Decided,
    Event,
    ExpiryWarned,
    InputRequested,
    InputTimedOut,
    Interjected,
    MindFailed,
    OfferChanged,
    Offered,
    PaceChanged,
    RoundStarted,
    Said,
    SeatChanged,
    StatusChanged,
    ThreadExpired,
    WalkedAway,
)
from negotiation.core.folding import evolve
from negotiation.core.room import Room, Setup, new_room
from negotiation.core.vocabulary import Party, RoomStatus
from negotiation.records import Record

STARTS = ((RoomStatus.PENDING, RoomStatus.QUEUED), (RoomStatus.QUEUED, RoomStatus.ACTIVE))


def ends_of_rounds(setup: Setup, records: Sequence[Record]) -> dict[int, int]:
    """How many events had happened at the end of each round that is over; of round 0 before the first bid.

    A round ends before the next one begins, the last one before the buyer decides.
    """
    ends: dict[int, int] = {}
    room, has_begun = new_room(setup), False
    for count, record in enumerate(records):
        if isinstance(record.event, RoundStarted):
            ends[record.event.round - 1], has_begun = count, True
        room = evolve(room, record.event)
        if has_begun and _is_written_at_once_until(records, count) and _has_answers(room):
            ends[room.round] = count + 1
    return ends


def prefix(records: Sequence[Record], seller_ids: Mapping[str, str]) -> tuple[Event, ...]:
    """The events for a room of agents whose sellers have other ids.

    What was between people, programs and the room is left out: who held a seat, was asked or reminded, or approved.
    So are pauses, and the pace.
    """
    kept: list[Event] = []
    starts = list(STARTS)
    for event in (record.event for record in records):
        if isinstance(event, StatusChanged):
            if starts and (event.old, event.new) == starts[0]:
                kept.append(replace(event, note=""))
                starts.pop(0)
        elif (moved := _moved(event, seller_ids)) is not None:
            kept.append(moved)
    return tuple(kept)


def _is_written_at_once_until(records: Sequence[Record], count: int) -> bool:
    """Whether the next event is another deed: what was written at once stands under one time."""
    return count + 1 == len(records) or records[count + 1].at != records[count].at


def _has_answers(room: Room) -> bool:
    """All sellers that are left have answered, and the buyer has not decided yet."""
    is_decided = room.is_decided or room.status.is_over
    return not is_decided and not any(thread.turn is Party.SELLER for thread in room.open_threads)


def _moved(event: Event, seller_ids: Mapping[str, str]) -> Event | None:
    match event:
        case Interjected():
            return replace(event, seller_ids=tuple(seller_ids[one] for one in event.seller_ids))
        case MindFailed(party=Party.BUYER) | RoundStarted():
            return event
        case MindFailed() | ThreadExpired() | OfferChanged() | BundleReached():
            return replace(event, seller_id=seller_ids[event.seller_id])
        case Said() | Offered() | Accepted() | Answered() | WalkedAway():
            return replace(event, seller_id=seller_ids[event.seller_id])
        case SeatChanged() | InputRequested() | ExpiryWarned() | InputTimedOut() | PaceChanged():
            return None
        case ApprovalRequested() | ApprovalDecided() | StatusChanged() | Decided() | Closed():
            return None
