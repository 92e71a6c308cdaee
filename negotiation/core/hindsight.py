"""The room as it stood when a seat was asked for the move that it then made, and who answered for the seat.

A turn is written in one go: the buyer's moves in all threads together, each with the changes of offers that it brings.
Whoever made one of them had decided before the first was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from negotiation.core.events import (
    Accepted,
    Answered,
    Closed,
    Decided,
    Event,
    Interjected,
    MindFailed,
    OfferChanged,
    Offered,
    RoundStarted,
    Said,
    StatusChanged,
    TableEvent,
    ThreadExpired,
    WalkedAway,
)
from negotiation.core.folding import replay
from negotiation.core.room import Room, Setup
from negotiation.core.vocabulary import Failure, Holder, OfferStatus, Party

Explained = Offered | Accepted | Decided


@dataclass(frozen=True, slots=True)
class Moment:
    """`before` events had happened. `failure`: the seat's mind gave no move that counts; `is_stood_in`: nobody moved by
    hand in time. In both cases the strategy moved for the seat."""

    room: Room
    before: int
    failure: Failure | None = None
    is_stood_in: bool = False


def as_asked(setup: Setup, events: Sequence[Event]) -> Moment:
    """Before the last of the events, which is a move."""
    *before, move = events
    assert isinstance(move, Explained)
    party, seller_id = party_of(move), "" if isinstance(move, Decided) else move.seller_id
    first = _start_of_turn(before, party, seller_id)
    room = replay(setup, before[:first])
    failure = next((event.failure for event in before[first:] if isinstance(event, MindFailed)), None)
    stood_in = {thread.seller_id for thread in room.threads if thread.is_stood_in and thread.turn is party}
    return Moment(room, first, failure, bool(stood_in & {seller_id} if seller_id else stood_in))


def party_of(move: Explained) -> Party:
    return Party.BUYER if isinstance(move, Decided) else move.party


def is_by_hand(move: Offered | Accepted) -> bool:
    return move.words.voice.speaker is not Holder.AGENT


def _start_of_turn(before: Sequence[Event], party: Party, seller_id: str) -> int:
    """Where the turn that the move was part of begins: how many of the events came before it."""
    start = len(before)
    while start and _is_of_turn(before, start - 1, party, seller_id):
        start -= 1
    return start


def _is_of_turn(before: Sequence[Event], place: int, party: Party, seller_id: str) -> bool:
    """Whether the event there, next before one of the turn, belongs to it. The turn of a decision names no seller."""
    event = before[place]
    match event:
        case OfferChanged():
            return not _was_answered(before, place) and _changes(event, party, seller_id)
        case MindFailed():
            return event.party is party and event.seller_id in ("", seller_id)
        case Offered():
            return bool(seller_id) and event.party is party is Party.BUYER and not is_by_hand(event)
        case Said():
            return not seller_id and event.party is Party.BUYER
        case RoundStarted() | ThreadExpired():
            return bool(seller_id) and party is Party.BUYER
        case StatusChanged() | Interjected() | Accepted() | Answered() | WalkedAway() | Decided() | Closed():
            return False
        case TableEvent():
            return False


def _changes(event: OfferChanged, party: Party, seller_id: str) -> bool:
    """Whether such a move brings that change: an ending clears the table, an offer overtakes others of its thread."""
    if not seller_id:
        return event.status in (OfferStatus.ACCEPTED, OfferStatus.REJECTED)
    return event.status is OfferStatus.COUNTERED and (party is Party.BUYER or event.seller_id == seller_id)


def _was_answered(before: Sequence[Event], place: int) -> bool:
    """Whether the offer was rejected or withdrawn there by a move of its own."""
    answer, change = before[place - 1] if place else None, before[place]
    return isinstance(answer, Answered) and isinstance(change, OfferChanged) and answer.offer_id == change.offer_id
