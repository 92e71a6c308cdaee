"""What events mean in the tables that people, the admin and SQL read. Written in the transaction of the events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F

from marketplace.models import SellerInventory
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
from negotiation.core.vocabulary import OfferStatus, Party, Result, RoomStatus
from negotiation.engine import SoldOut
from negotiation.models import Message, Offer, Outcome
from negotiation.records import Record
from negotiation.rows import Insert, Row

Spoken = Offered | Said | Accepted | Answered | WalkedAway


@dataclass(frozen=True, slots=True)
class Seat:
    """The rows behind a seller of the room."""

    participant_id: int
    inventory_id: int | None


MESSAGES = Insert(Message, "run_id", "seq", "round", "party", "voice", "fallback", "participant_id", "text", "at")
OFFERS = Insert(
    Offer,
    "run_id",
    "participant_id",
    "number",
    "party",
    "round",
    "unit_price",
    "quantity",
    "claim",
    "is_final",
    "at",
    "status",
)
CHANGE_OFFER = "UPDATE negotiation_offer SET status = %s WHERE run_id = %s AND number = %s"


class Projections:
    """Collects what the events of one transaction mean, of one room or of several, and writes it table by table."""

    def __init__(self) -> None:
        self._messages: list[Row] = []
        self._offers: dict[tuple[int, int], Row] = {}
        self._statuses: dict[tuple[int, int], OfferStatus] = {}
        self._endings: list[_Ending] = []

    def add(self, run_id: int, seats: Mapping[str, Seat], records: Sequence[Record]) -> None:  # noqa: C901  # one case each
        for record in records:
            match record.event:
                case Offered() as event:
                    seat = seats[event.seller_id]
                    self._offers[run_id, event.offer_id] = _offer(run_id, seat, record, event)
                    self._messages.append(_message(run_id, seat, record, event.party, event))
                case Accepted() as event:
                    self._statuses[run_id, event.offer_id] = OfferStatus.ACCEPTED
                    self._messages.append(_message(run_id, seats[event.seller_id], record, event.party, event))
                case Said() | Answered() | WalkedAway() as event:
                    self._messages.append(_message(run_id, seats[event.seller_id], record, event.party, event))
                case Interjected() as event:
                    self._messages.extend(
                        _message(run_id, seats[s], record, Party.BUYER, event) for s in event.seller_ids
                    )
                case OfferChanged() as event:
                    self._statuses[run_id, event.offer_id] = event.status
                case Decided() as event:
                    self._endings.append(_Ending(run_id, seats, record, event))
                case Closed() as event:
                    if event.status is not RoomStatus.COMPLETED:
                        self._endings.append(_Ending(run_id, seats, record, event))
                case StatusChanged() | RoundStarted() | MindFailed():
                    pass

    def rows(self) -> tuple[list[Row], list[Row]]:
        """The offers and the messages as `save` writes them, where it is all of a room's events that were added."""
        status_of = self._statuses.get
        offers = [(*row, status_of(key, OfferStatus.PENDING).value) for key, row in self._offers.items()]
        return offers, list(self._messages)

    def save(self) -> None:
        """Raises SoldOut if a deal's units are gone."""
        made = [(*row, self._statuses.pop(key, OfferStatus.PENDING).value) for key, row in self._offers.items()]
        changed = [(status.value, *key) for key, status in self._statuses.items()]
        if changed:
            with connection.cursor() as cursor:
                cursor.executemany(CHANGE_OFFER, changed)
        OFFERS.write(made)
        MESSAGES.write(self._messages)
        for ending in sorted(self._endings, key=_stock):  # one order for all writers: no deadlock
            _save_outcome(ending)


@dataclass(frozen=True, slots=True)
class _Ending:
    run_id: int
    seats: Mapping[str, Seat]
    record: Record
    event: Decided | Closed


def _stock(ending: _Ending) -> int:
    """The key of the row that the ending takes units from, 0 if from none."""
    seller_id = ending.event.seller_id
    return (ending.seats[seller_id].inventory_id or 0) if seller_id else 0


def _offer(run_id: int, seat: Seat, record: Record, event: Offered) -> Row:
    """In the order of OFFERS' columns, but for the status."""
    terms = event.terms
    return (
        run_id,
        seat.participant_id,
        event.offer_id,
        event.party.value,
        event.round,
        terms.unit_price,
        terms.quantity,
        event.claim,
        event.is_final,
        record.at,
    )


def _message(run_id: int, seat: Seat, record: Record, party: Party, event: Spoken | Interjected) -> Row:
    """In the order of MESSAGES' columns."""
    words = event.words
    fallback = words.fallback.value if words.fallback else ""
    return (
        run_id,
        record.seq,
        event.round,
        party.value,
        words.voice.value,
        fallback,
        seat.participant_id,
        words.text,
        record.at,
    )


def _save_outcome(ending: _Ending) -> None:
    event, seats = ending.event, ending.seats
    terms, seller_id = event.terms, event.seller_id
    if event.result is Result.DEAL:
        assert terms is not None
        assert seller_id is not None
        _reserve(seller_id, seats[seller_id], terms.quantity)
    Outcome.objects.create(
        run_id=ending.run_id,
        result=event.result,
        reason=event.reason,
        explanation=event.explanation,
        participant_id=seats[seller_id].participant_id if seller_id else None,
        unit_price=terms.unit_price if terms else None,
        quantity=terms.quantity if terms else None,
        total_cost=terms.total if terms else None,
        decided_at=ending.record.at,
    )


def _reserve(seller_id: str, seat: Seat, quantity: int) -> None:
    """Set the units aside: the condition is in the statement, so two rooms cannot both pass it."""
    assert seat.inventory_id is not None
    enough = SellerInventory.objects.filter(
        pk=seat.inventory_id, quantity_available__gte=F("quantity_reserved") + quantity
    )
    if not enough.update(quantity_reserved=F("quantity_reserved") + quantity):
        raise SoldOut(seller_id)
