"""What people and programs do to a room. Each call is one write to the log; who comes second reads again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from uuid import UUID

from django.db import transaction

from marketplace.errors import InvalidRequest, Problem
from negotiation import logs
from negotiation.core.closing import conclude
from negotiation.core.errors import BeyondOwnLimits, IllegalMove, OfferNotLive
from negotiation.core.events import Event
from negotiation.core.folding import evolve
from negotiation.core.mentions import find_mentioned
from negotiation.core.moves import Award, Leave, Words
from negotiation.core.pacing import change_speed, play_one_round
from negotiation.core.protocol import agree_by_force, change_status, end_without_deal, interject, reach_bundle, run_out
from negotiation.core.room import Room
from negotiation.core.terms import Terms, to_money
from negotiation.core.visibility import buyer_view
from negotiation.core.vocabulary import Reason, RoomStatus, Voice
from negotiation.dispatch import request_play
from negotiation.engine import Overtaken, SoldOut
from negotiation.errors import (
    AlreadyActive,
    AlreadyDecided,
    NoSellers,
    NotActive,
    Refused,
    RoomNotFound,
)
from negotiation.minds.strategy import fallback_award
from negotiation.model_access import require_model
from negotiation.models import Outcome
from negotiation.programs import require_person
from negotiation.stock import bundled_in, bundled_with, left_short_by, sellers_short_in
from negotiation.store import StoredRoom, append, read_room
from negotiation.stream import announce_command

FORCED_WORDS = Words("An operator has put this agreement on record.", Voice.PERSON)


@dataclass(frozen=True, slots=True)
class SentMessage:
    message_id: str
    at: datetime
    addressed_to: tuple[str, ...]


def start(code: UUID) -> datetime:
    """Queue the room for the worker; when it was started.

    A second start raises AlreadyActive. Raises ModelAway where template words may not stand in for a model.
    """
    require_model(code)

    def queue(stored: StoredRoom) -> Sequence[Event]:
        if stored.is_without_sellers:
            raise NoSellers("no seller can serve this item")
        if stored.room.status.is_started:
            raise AlreadyActive(f"the room is already {stored.room.status}")
        if stored.room.status.is_over:
            raise AlreadyDecided(f"the room is {stored.room.status}")
        short = [event for seller_id in sellers_short_in(code) for event in run_out(stored.room, seller_id)]
        return (change_status(stored.room, RoomStatus.QUEUED, "started"), *short)

    stored = write(code, queue)
    assert stored.started_at is not None
    return stored.started_at


def send_message(code: UUID, text: str) -> SentMessage:
    """A person speaks for the buyer to the sellers mentioned, or to all; they answer in their next turn."""
    addressed: tuple[str, ...] = ()

    def say(stored: StoredRoom) -> Sequence[Event]:
        nonlocal addressed
        room = started(stored.room)
        open_sellers = {t.seller_id: stored.roster.seller_name(t.seller_id) for t in room.open_threads}
        addressed = find_mentioned(text, open_sellers) or tuple(open_sellers)
        return (interject(room, addressed, Words(text, Voice.PERSON)),)

    stored = write(code, say)
    assert stored.last_at is not None
    return SentMessage(stored.roster.message_id(stored.last_seq), stored.last_at, addressed)


def decide_now(code: UUID, *, by_program: bool = False) -> Outcome:
    """The buyer takes the best standing offer within its mandate, or leaves.

    Raises NotAllowed where that offer is not for a program to take.
    """

    def decide(stored: StoredRoom) -> Sequence[Event]:
        room = started(stored.room)
        turn = fallback_award(buyer_view(room), Reason.DECIDED_NOW)
        if by_program and isinstance(turn, Award):
            require_person(stored, turn)
        return conclude(room, turn)

    return _decide(code, decide)


def force_deal(
    code: UUID, seller_id: str, price: Decimal | None = None, quantity: int | None = None, *, note: str = ""
) -> Outcome:
    """Close with this seller: at its standing offer, or at other terms within both sides' limits.

    For operators only: a buyer who may name terms for the seller too would find its floor by trying.
    """

    def force(stored: StoredRoom) -> Sequence[Event]:
        room = _room_with(stored, seller_id)
        events = _agreement(room, seller_id, price, quantity)
        for event in events:
            room = evolve(room, event)
        return (*events, *_taking(room, seller_id, note))

    return _decide(code, force)


def take_offer(
    code: UUID,
    seller_id: str,
    price: Decimal | None = None,
    quantity: int | None = None,
    *,
    note: str = "",
    by_program: bool = False,
) -> Outcome:
    """Close with this seller at its standing offer; terms that are named must be those of the offer.

    Raises NotAllowed where that offer is not for a program to take.
    """

    def take(stored: StoredRoom) -> Sequence[Event]:
        room = _room_with(stored, seller_id)
        quote = room.thread(seller_id).quote
        standing = (None, None) if quote is None else (quote.terms.unit_price, quote.terms.quantity)
        if price not in (None, standing[0]) or quantity not in (None, standing[1]):
            raise OfferNotLive("these are not the terms of that seller's standing offer")
        if by_program and quote is not None:
            require_person(stored, Award(seller_id, quote.offer_id, Reason.FORCED))
        return _taking(room, seller_id, note)

    return _decide(code, take)


def force_no_deal(code: UUID, *, note: str = "") -> Outcome:
    return _decide(code, lambda stored: conclude(started(stored.room), Leave(Reason.FORCED), note))


def pause(code: UUID) -> None:
    write(code, lambda stored: (change_status(started(stored.room), RoomStatus.PAUSED, "paused"),))


def resume(code: UUID) -> None:
    write(code, lambda stored: (change_status(_paused(stored.room), RoomStatus.QUEUED, "resumed"),))


def step(code: UUID) -> None:
    """Play one more round, and pause."""
    write(code, lambda stored: play_one_round(started(stored.room)))


def change_pace(code: UUID, turn_seconds: Decimal) -> None:
    """Rest so long before each turn from now on."""
    write(code, lambda stored: change_speed(started(stored.room), turn_seconds))


def cancel(code: UUID) -> None:
    """End the room with nothing bought; a room that was not started yet can be cancelled too."""
    write(
        code,
        lambda stored: end_without_deal(_open(stored), Reason.CANCELLED, status=RoomStatus.CANCELLED),
    )


def expire(code: UUID) -> None:
    write(code, lambda stored: end_without_deal(_open(stored), Reason.EXPIRED, status=RoomStatus.EXPIRED))


def fail(code: UUID) -> None:
    """End a room that its worker could not carry on."""
    write(code, lambda stored: end_without_deal(_open(stored), Reason.FAILED, status=RoomStatus.FAILED))


def _room_with(stored: StoredRoom, seller_id: str) -> Room:
    if seller_id not in stored.seats:
        raise InvalidRequest([Problem("selected_seller_id", "that seller is not in this room")])
    return started(stored.room)


def _taking(room: Room, seller_id: str, note: str) -> tuple[Event, ...]:
    quote = room.thread(seller_id).quote
    if quote is None:
        raise OfferNotLive("that seller has no standing offer")
    return conclude(room, Award(seller_id, quote.offer_id, Reason.FORCED), note)


def _agreement(room: Room, seller_id: str, price: Decimal | None, quantity: int | None) -> tuple[Event, ...]:
    """The events that put other terms than the seller's standing offer on record; none if they are the same."""
    quote = room.thread(seller_id).quote
    if quote is None and price is None:
        raise OfferNotLive("that seller has no standing offer")
    standing = quote.terms if quote else None
    asked = Terms(
        to_money(price) if price is not None else standing.unit_price,  # type: ignore[union-attr]
        quantity if quantity is not None else (standing.quantity if standing else room.setup.buyer.quantity),
    )
    return () if asked == standing else agree_by_force(room, seller_id, asked, FORCED_WORDS)


def _decide(code: UUID, ending: Callable[[StoredRoom], Sequence[Event]]) -> Outcome:
    stored = write(code, ending)
    return Outcome.objects.select_related("participant").get(run_id=stored.run_id)


def write(
    code: UUID,
    decide: Callable[[StoredRoom], Sequence[Event]],
    *,
    before: Callable[[StoredRoom], None] = lambda stored: None,
    after: Callable[[StoredRoom], None] = lambda stored: None,
) -> StoredRoom:
    """Append what `decide` makes of the room as it is; read again and decide again if another writer was faster.

    `before` and `after` are called in the transaction of the events, and may refuse them by raising.
    """
    while True:
        try:
            return _write_once(code, decide, before, after)
        except Overtaken:
            continue
        except SoldOut as sold_out:
            raise Refused("INSUFFICIENT_INVENTORY", "that seller's stock was sold to another room") from sold_out
        except IllegalMove as illegal:
            own_limit = illegal.field if isinstance(illegal, BeyondOwnLimits) else ""
            raise Refused(illegal.code, str(illegal), own_limit=own_limit) from illegal


def _write_once(
    code: UUID,
    decide: Callable[[StoredRoom], Sequence[Event]],
    before: Callable[[StoredRoom], None],
    after: Callable[[StoredRoom], None],
) -> StoredRoom:
    stored = read_room(code)
    events = decide(stored)
    if not events:
        return stored
    with transaction.atomic():
        before(stored)
        written = append(stored, events, announce_command)
        after(written)
        if written.status is RoomStatus.QUEUED:
            request_play(code)
    if written.room.status.is_over:
        # After a transaction around this one, too: what it holds could cross with what other rooms' writers hold.
        # Not a `partial`: Django names what failed, and a partial has no name.
        transaction.on_commit(lambda: wind_up(code), robust=True)
    return written


def wind_up(code: UUID) -> None:
    """What is left to do when a room is over: keep its log, and tell other rooms what its deal changes for a seller.

    Nothing if it was deleted in the same transaction.
    """
    try:
        logs.save(code)
    except RoomNotFound:
        return
    for other, seller_id in left_short_by(code):
        write(other, partial(_let_go, seller_id=seller_id))
    for other, seller_id in bundled_with(code):
        write(other, partial(_bundle, seller_id=seller_id))


def hear_of_bundles(code: UUID) -> bool:
    """Tell the room what deals of the session's other rooms change for its sellers; whether that was anything new."""
    before = after = read_room(code).last_seq
    for seller_id in bundled_in(code):
        after = write(code, partial(_bundle, seller_id=seller_id)).last_seq
    return after > before


def _bundle(stored: StoredRoom, seller_id: str) -> Sequence[Event]:
    return reach_bundle(stored.room, seller_id) if stored.room.status.is_started else ()


def _let_go(stored: StoredRoom, seller_id: str) -> Sequence[Event]:
    room = stored.room
    if room.is_decided or not room.status.is_started or not room.thread(seller_id).is_open:
        return ()
    return run_out(room, seller_id)


def started(room: Room) -> Room:
    """The room, if it was started and is not over."""
    if room.status.is_over:
        raise AlreadyDecided(f"the room is {room.status}")
    if not room.status.is_started:
        raise NotActive("the room has not been started")
    return room


def _paused(room: Room) -> Room:
    """A room that waits for a move is queued again by that move alone."""
    if started(room).status is not RoomStatus.PAUSED:
        raise NotActive(f"the room is {room.status}, not paused")
    return room


def _open(stored: StoredRoom) -> Room:
    if stored.status.is_over:
        raise AlreadyDecided(f"the room is {stored.status}")
    return stored.room
