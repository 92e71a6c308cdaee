"""What a room amounts to: `evolve` folds an event into it, `replay` a log. Nothing is judged here."""

from collections.abc import Iterable
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
from negotiation.core.moves import Words
from negotiation.core.room import Approval, Heard, Offer, Room, Setup, Thread, new_room
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import OfferStatus, Party, RoomStatus


def evolve(room: Room, event: Event) -> Room:  # noqa: C901  # one case for each kind of event
    """The room after the event. Total: any event of a stored log folds, without judging it again."""
    match event:
        case StatusChanged(new=RoomStatus.PAUSED):
            # Its clocks stop: whoever has to move is asked anew when it goes on, for as long as it then plays.
            threads = tuple([_unasked(thread) for thread in room.threads])
            return replace(room, status=event.new, threads=threads, pause_after_round=None)
        case StatusChanged():
            return replace(room, status=event.new)
        case PaceChanged():
            return replace(room, turn_seconds=event.turn_seconds, pause_after_round=event.pause_after_round)
        case RoundStarted():
            return replace(room, round=event.round)
        case Said():
            return _heard(room, event.seller_id, event.party, event.words, turn=event.party.other)
        case Interjected():
            for seller_id in event.seller_ids:
                room = _heard(room, seller_id, event.party, event.words, is_interjection=True)
            return room
        case Offered():
            return _offered(room, event)
        case Accepted():
            room = _with_offer(room, event.seller_id, event.offer_id, OfferStatus.ACCEPTED, taken=event.terms)
            return _heard(room, event.seller_id, event.party, event.words, turn=Party.BUYER)
        case OfferChanged():
            return _with_offer(room, event.seller_id, event.offer_id, event.status)
        case Answered():
            return _heard(room, event.seller_id, event.party, event.words, turn=event.turn)
        case WalkedAway():
            room = _heard(room, event.seller_id, event.party, event.words, turn=Party.BUYER)
            return _with_thread(room, replace(room.thread(event.seller_id), is_open=False))
        case MindFailed():
            if event.party is Party.BUYER:
                return room
            thread = room.thread(event.seller_id)
            return _with_thread(room, replace(thread, failures=thread.failures + 1))
        case SeatChanged():
            return _seated(room, event)
        case BundleReached():
            return _with_thread(room, replace(room.thread(event.seller_id), is_in_bundle=True, is_bundle_due=True))
        case InputRequested():
            return _with_thread(room, replace(room.thread(event.seller_id), is_asked=True))
        case ExpiryWarned():
            return room
        case InputTimedOut():
            return _with_thread(room, replace(room.thread(event.seller_id), is_stood_in=True))
        case ThreadExpired():
            return _with_thread(room, replace(room.thread(event.seller_id), is_open=False, turn=Party.BUYER))
        case ApprovalRequested():
            asked = Approval(event.number, event.kind, event.seller_id, event.offer_id, event.terms)
            room = _with_thread(room, _unasked(room.thread(event.seller_id)))
            return replace(room, approval=asked, approval_count=event.number)
        case ApprovalDecided():
            return replace(room, approval=None)
        case Decided():
            if event.seller_id is not None and event.offer_id is not None:
                room = _with_offer(room, event.seller_id, event.offer_id, OfferStatus.ACCEPTED, taken=event.terms)
            return replace(room, is_decided=True, winner=event.seller_id, terms=event.terms)
        case Closed():
            return replace(room, status=event.status)


def replay(setup: Setup, events: Iterable[Event]) -> Room:
    room = new_room(setup)
    for event in events:
        room = evolve(room, event)
    return room


def _offered(room: Room, event: Offered) -> Room:
    offer = Offer(
        event.offer_id,
        event.party,
        event.seller_id,
        event.round,
        event.terms,
        event.claim,
        event.is_final,
        event.packages,
    )
    thread = room.thread(event.seller_id)
    talk = (*thread.talk, Heard(event.party, room.round, event.words))
    thread = replace(
        thread,
        offers=(*thread.offers, offer),
        talk=talk,
        turn=event.party.other,
        is_asked=False,
        is_stood_in=False,
        is_bundle_due=thread.is_bundle_due and event.party is Party.BUYER,
    )
    return _with_thread(room, thread, offer_count=max(room.offer_count, event.offer_id))


def _heard(
    room: Room,
    seller_id: str,
    party: Party,
    words: Words,
    *,
    turn: Party | None = None,
    is_interjection: bool = False,
) -> Room:
    thread = room.thread(seller_id)
    talk = (*thread.talk, Heard(party, room.round, words, is_interjection))
    if turn is None:
        return _with_thread(room, replace(thread, talk=talk))
    return _with_thread(room, replace(thread, talk=talk, turn=turn, is_asked=False, is_stood_in=False))


def _seated(room: Room, event: SeatChanged) -> Room:
    """The new holder is asked anew where the seat has the turn."""
    if event.party is Party.SELLER:
        thread = room.thread(event.seller_id)
        is_mine = thread.turn is Party.SELLER
        changed = _unasked(thread) if is_mine else thread
        return _with_thread(room, replace(changed, holder=event.holder))
    threads = tuple(_unasked(thread) if thread.turn is Party.BUYER else thread for thread in room.threads)
    return replace(room, threads=threads, buyer_holder=event.holder)


def _unasked(thread: Thread) -> Thread:
    return replace(thread, is_asked=False, is_stood_in=False)


def _with_offer(room: Room, seller_id: str, offer_id: int, status: OfferStatus, *, taken: Terms | None = None) -> Room:
    """`taken` is what of the offer was accepted: that alone stands from then on."""
    thread = room.thread(seller_id)
    offers = []
    for offer in thread.offers:
        if offer.offer_id == offer_id:
            offer = replace(offer, status=status)
            if taken is not None:
                offer = replace(offer, terms=taken, packages=(), is_taken=True)
        offers.append(offer)
    return _with_thread(room, replace(thread, offers=tuple(offers)))


def _with_thread(room: Room, changed: Thread, *, offer_count: int | None = None) -> Room:
    threads = tuple([changed if thread.seller_id == changed.seller_id else thread for thread in room.threads])
    return replace(room, threads=threads, offer_count=room.offer_count if offer_count is None else offer_count)
