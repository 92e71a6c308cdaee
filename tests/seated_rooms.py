"""Rooms in which people and programs hold seats: built by keyword defaults, and played by moves by hand."""

from dataclasses import replace
from decimal import Decimal

from negotiation.core.moves import Accept, Move, Propose, Reject, Words
from negotiation.core.preferences import BuyerLimits, Range
from negotiation.core.room import Room, SellerSeat, Setup
from negotiation.core.table import move_by_hand
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Holder, Party, RoomStatus, Voice
from tests.factories import Price, a_buyer, a_seller, a_setup, after, an_active_room

BUYER, SELLER = Party.BUYER, Party.SELLER
AGENT, PERSON, PROGRAM = Holder
DELIVERY = Range("delivery_days", 0, 14)


def seats(holder: Holder = PERSON, /, *sellers: Holder, **changes: object) -> Setup:
    """Acme, Bolt and so on, held by these; one seller held by a person if none are named."""
    names = ("Acme", "Bolt", "Cedar")
    made = tuple(replace(a_seller(name), holder=seat) for name, seat in zip(names, sellers or (PERSON,), strict=False))
    setup = a_setup(*made, max_rounds=4, buyer=a_buyer(minimum=50, maximum=110, quantity=4))
    return replace(setup, buyer_holder=holder, **changes)


def asking(*, above: Price | None = None, below_minimum: bool = False) -> BuyerLimits:
    """A mandate that leaves something to a person."""
    threshold = None if above is None else Decimal(above)
    return replace(a_buyer(), approve_above=threshold, asks_below_minimum=below_minimum)


def with_extras(seat: SellerSeat, *ranges: Range) -> SellerSeat:
    return replace(seat, limits=replace(seat.limits, extras=ranges))


def table(holder: Holder = PERSON, /, *sellers: Holder, **changes: object) -> Room:
    """In round 1, before the first bid."""
    return an_active_room(seats(holder, *sellers, **changes))


def offer(price: Price, quantity: int = 4, text: str = "", *, is_final: bool = False, **extras: int) -> Propose:
    named = tuple(sorted(extras.items()))
    return Propose(Terms(Decimal(price), quantity, named), Words(text, Voice.PERSON), is_final=is_final)


def accept(offer_id: int) -> Accept:
    return Accept(offer_id, Words("Agreed.", Voice.PERSON))


def reject(offer_id: int) -> Reject:
    return Reject(offer_id, Words("No.", Voice.PERSON))


def by_hand(room: Room, *moves: tuple[Party, Move], seller_id: str = "acme", overrule: bool = False) -> Room:
    """The room after these moves in one thread, each of which must be legal."""
    for party, move in moves:
        room = after(room, *move_by_hand(room, party, seller_id, move, overrule=overrule))
    return room


def waiting(room: Room) -> Room:
    return replace(room, status=RoomStatus.WAITING)


def last_terms(room: Room, seller_id: str = "acme") -> Terms:
    return room.thread(seller_id).offers[-1].terms
