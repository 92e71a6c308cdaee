"""Rooms that the benchmark of the pages looks at, made through the product's own services.

python bench/page_rooms.py long ROOM EVENTS      writes that room's log to its end, through the store
python bench/page_rooms.py wide ROOMS            a session of so many rooms; prints its code
"""

import os
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
django.setup()

from marketplace.requests import ItemRequest, SellerRequest, SessionRequest, StockRequest  # noqa: E402
from marketplace.services import create_session  # noqa: E402
from negotiation.core.events import (  # noqa: E402
    Closed,
    Decided,
    Event,
    Interjected,
    OfferChanged,
    Offered,
    RoundStarted,
    StatusChanged,
)
from negotiation.core.moves import Words  # noqa: E402
from negotiation.core.preferences import Priority, Style  # noqa: E402
from negotiation.core.room import Setup  # noqa: E402
from negotiation.core.terms import Terms  # noqa: E402
from negotiation.core.vocabulary import OfferStatus, Party, Reason, Result, RoomStatus  # noqa: E402
from negotiation.store import append, read_room  # noqa: E402

AT_ONCE = 500
SPOKEN = "Thank you for your message. We looked at it with care, and this is what we can do for the whole lot today."


def write_long(code: UUID, count: int) -> int:
    """How many events the log has then; the last of them ends the room."""
    stored = read_room(code)
    events = list(_talk(stored.room.setup, count))
    for first in range(0, len(events), AT_ONCE):
        stored = append(stored, events[first : first + AT_ONCE], tell=lambda _roster, _records: None)
    return stored.last_seq


def _talk(setup: Setup, count: int) -> Iterator[Event]:
    """Every seller and the buyer make an offer in each round; what is left of the events are words beside the turns."""
    yield StatusChanged(RoomStatus.PENDING, RoomStatus.QUEUED)
    yield StatusChanged(RoomStatus.QUEUED, RoomStatus.ACTIVE)
    of_a_round = 1 + 4 * len(setup.sellers)
    words_beside = max(0, -((of_a_round * setup.max_rounds - count) // setup.max_rounds))
    offer_id = 0
    for number in range(1, setup.max_rounds + 1):
        yield RoundStarted(number)
        for seat in setup.sellers:
            yield from _exchange(setup, seat.seller_id, number, offer_id)
            offer_id += 2
        for place in range(words_beside):
            seat = setup.sellers[place % len(setup.sellers)]
            yield Interjected((seat.seller_id,), number, Words(SPOKEN), Party.SELLER if place % 2 else Party.BUYER)
    yield Decided(Result.NO_DEAL, Reason.NO_VALID_OFFER, setup.max_rounds)
    yield Closed(RoomStatus.COMPLETED, Result.NO_DEAL, Reason.NO_VALID_OFFER, setup.max_rounds)


def _exchange(setup: Setup, seller_id: str, number: int, offer_id: int) -> Iterator[Event]:
    """A bid and a quote that come closer with every round; each takes the place of the one before."""
    limits = setup.buyer
    step = (limits.maximum - limits.minimum) / (2 * setup.max_rounds)
    low, high = round(limits.minimum + number * step, 2), round(limits.maximum - number * step, 2)
    before = offer_id - 2 * len(setup.sellers)
    if before >= 0:
        yield OfferChanged(seller_id, before + 2, OfferStatus.COUNTERED)
    yield Offered(Party.BUYER, seller_id, number, offer_id + 1, Terms(low, limits.quantity), Words(SPOKEN))
    yield OfferChanged(seller_id, offer_id + 1, OfferStatus.COUNTERED)
    yield Offered(Party.SELLER, seller_id, number, offer_id + 2, Terms(high, limits.quantity), Words(SPOKEN))


def open_wide(rooms: int) -> str:
    """The code of a session with so many rooms of three sellers, which take their time."""
    names = [(f"desk-{number}", f"Desk {number}") for number in range(1, rooms + 1)]
    items = tuple(ItemRequest(code, name, 20, Decimal(200), Decimal(420)) for code, name in names)
    sellers = tuple(_seller(name, names) for name in ("Ash", "Beech", "Cherry"))
    request = SessionRequest("Bench wide", items, sellers, max_rounds=40, seed=7, turn_seconds=1.0)
    return str(create_session(request).code)


def _seller(name: str, items: list[tuple[str, str]]) -> SellerRequest:
    stock = tuple(
        StockRequest(code, item, 100, cost_price=Decimal(220), selling_price=Decimal(480), least_price=Decimal(300))
        for code, item in items
    )
    return SellerRequest(name, Priority.MAXIMIZE_PROFIT, Style.NEUTRAL, stock)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["long", room, events]:
            print(write_long(UUID(room), int(events)))
        case ["wide", count]:
            print(open_wide(int(count)))
        case _:
            sys.exit(__doc__)
