"""What events mean in the tables that people, the admin and SQL read. Written in the transaction of the events."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    TableEvent,
    WalkedAway,
)
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import OfferStatus, Party, Result, RoomStatus
from negotiation.engine import SoldOut
from negotiation.models import Approval, Message, Offer, Outcome, SeatWait
from negotiation.records import Record
from negotiation.rows import Insert, Row, Values, database_operations
from negotiation.table_rows import TableRows
from negotiation.trade_rows import save_trade

Spoken = Offered | Said | Accepted | Answered | WalkedAway


@dataclass(frozen=True, slots=True)
class SeatRows:
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
    "extras",
    "packages",
    "at",
    "status",
    "responded_at",
    "response_message",
)
# What was said to an offer stays, though the offer may change once more when the room is decided.
CHANGE_OFFERS = (
    "UPDATE negotiation_offer SET status = %s, responded_at = %s,"
    " response_message = COALESCE(NULLIF(%s, ''), response_message)"
    " WHERE run_id = %s AND number IN ({})"
)
OPEN = (OfferStatus.PENDING.value, None, "")


class Projections:
    """Collects what events of a room mean: those of one turn, to be written with them, or all."""

    def __init__(self, run_id: int, seats: Mapping[str, SeatRows]) -> None:
        self._run_id, self._seats = run_id, seats
        self._messages: list[Row] = []
        self._offers: dict[int, Row] = {}
        self._changes: dict[int, tuple[str, datetime, str]] = {}
        self._said: dict[int, str] = {}
        self._ending: _Ending | None = None
        self._table = TableRows(run_id, {key: seat.participant_id for key, seat in seats.items()})

    def add(self, records: Sequence[Record]) -> None:  # noqa: C901  # one case each
        for record in records:
            match record.event:
                case Offered() as event:
                    self._offers[event.offer_id] = _offer(self._run_id, self._seats[event.seller_id], record, event)
                    self._speak(record, event)
                case Accepted() as event:
                    self._said[event.offer_id] = event.words.text
                    self._change(event.offer_id, OfferStatus.ACCEPTED, record)
                    self._speak(record, event)
                case Answered() as event:
                    self._said[event.offer_id] = event.words.text
                    self._speak(record, event)
                case Said() | WalkedAway() as event:
                    self._speak(record, event)
                case Interjected() as event:
                    self._messages.extend(
                        _message(self._run_id, self._seats[s], record, event.party, event) for s in event.seller_ids
                    )
                case OfferChanged() as event:
                    self._change(event.offer_id, event.status, record)
                case Decided() as event:
                    self._ending = _Ending(self._run_id, self._seats, record, event)
                case Closed() as event:
                    self._table.close(record, event)
                    if event.status is not RoomStatus.COMPLETED:
                        self._ending = _Ending(self._run_id, self._seats, record, event)
                case TableEvent() as event:
                    self._table.add(record, event)
                case StatusChanged(new=RoomStatus.PAUSED):
                    self._table.pause()
                case StatusChanged() | RoundStarted() | MindFailed():
                    pass

    def rows(self) -> tuple[list[Row], list[Row]]:
        """The offers and the messages as they are written, where it is all of a room's events that were added."""
        offers = [(*row, *self._changes.get(offer_id, OPEN)) for offer_id, row in self._offers.items()]
        return offers, list(self._messages)

    def table_rows(self) -> tuple[list[SeatWait], list[Approval]]:
        """Whose moves and which approvals are waited for, in the same case."""
        return self._table.rows()

    def adapted(self) -> "ProjectedRows":
        offers, messages = self.rows()
        adapt = database_operations().adapt_datetimefield_value
        alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for offer_id, (status, at, text) in self._changes.items():
            if offer_id not in self._offers:
                alike[status, adapt(at), text, self._run_id].append(offer_id)
        return ProjectedRows(OFFERS.adapted(offers), alike, MESSAGES.adapted(messages), self._table, self._ending)

    def _change(self, offer_id: int, status: OfferStatus, record: Record) -> None:
        self._changes[offer_id] = (status.value, record.at, self._said.get(offer_id, ""))

    def _speak(self, record: Record, event: Spoken) -> None:
        seat = self._seats[event.seller_id]
        self._messages.append(_message(self._run_id, seat, record, event.party, event))
        self._table.moved(seat.participant_id, event.words)


@dataclass(frozen=True, slots=True)
class ProjectedRows:
    """What a turn's events mean, as far as it can be made ready before the transaction; offers to change by how."""

    offers: Sequence[Values]
    changes: Mapping[tuple[Any, ...], Sequence[int]]
    messages: Sequence[Values]
    table: TableRows
    ending: "_Ending | None"


def save_projected(turns: Sequence[ProjectedRows]) -> None:
    """Table by table. Raises SoldOut if a deal's units are gone."""
    with connection.cursor() as cursor:
        for turn in turns:
            for change, offer_ids in turn.changes.items():
                places = ", ".join(["%s"] * len(offer_ids))
                cursor.execute(CHANGE_OFFERS.format(places), [*change, *offer_ids])
    OFFERS.write_adapted([row for turn in turns for row in turn.offers])
    MESSAGES.write_adapted([row for turn in turns for row in turn.messages])
    for turn in turns:
        turn.table.save()
    endings = [turn.ending for turn in turns if turn.ending is not None]
    for ending in sorted(endings, key=_stock):  # one order for all writers: no deadlock
        _save_outcome(ending)


@dataclass(frozen=True, slots=True)
class _Ending:
    run_id: int
    seats: Mapping[str, SeatRows]
    record: Record
    event: Decided | Closed


def _stock(ending: _Ending) -> int:
    """The key of the row that the ending takes units from, 0 if from none."""
    seller_id = ending.event.seller_id
    return (ending.seats[seller_id].inventory_id or 0) if seller_id else 0


def _offer(run_id: int, seat: SeatRows, record: Record, event: Offered) -> Row:
    """In the order of OFFERS' columns, but for what became of it."""
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
        json.dumps(dict(terms.extras)) if terms.extras else "{}",
        json.dumps([_package(each) for each in event.packages]) if event.packages else "[]",
        record.at,
    )


def _package(terms: Terms) -> dict[str, Any]:
    return {"unit_price": str(terms.unit_price), "quantity": terms.quantity, "extras": dict(terms.extras)}


def _message(run_id: int, seat: SeatRows, record: Record, party: Party, event: Spoken | Interjected) -> Row:
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
    outcome = Outcome.objects.create(
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
    if terms is not None and seller_id is not None:
        save_trade(outcome, seats[seller_id].participant_id, terms)


def _reserve(seller_id: str, seat: SeatRows, quantity: int) -> None:
    """Set the units aside: the condition is in the statement, so two rooms cannot both pass it."""
    if seat.inventory_id is None:  # the stock line was deleted meanwhile
        raise SoldOut(seller_id)
    enough = SellerInventory.objects.filter(
        pk=seat.inventory_id, quantity_available__gte=F("quantity_reserved") + quantity
    )
    if not enough.update(quantity_reserved=F("quantity_reserved") + quantity):
        raise SoldOut(seller_id)
