"""The event log: the only place where a room is written.

`append` is one short transaction: it moves the run's last number by a conditional update, which is the one lock a room
needs, then writes the events and their projections. Watchers are told after the commit.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from negotiation.call_log import save_calls
from negotiation.codec import decode, encode
from negotiation.core.events import Closed, Event, RoundStarted, StatusChanged
from negotiation.core.preferences import BuyerLimits, Priority, SellerLimits, Style
from negotiation.core.protocol import evolve, replay
from negotiation.core.room import Room, SellerSeat, Setup
from negotiation.core.vocabulary import RoomStatus
from negotiation.engine import Overtaken
from negotiation.errors import RoomNotFound
from negotiation.minds.calls import Call
from negotiation.models import NegotiationRun, Participant, RunEvent
from negotiation.projections import Seat, project
from negotiation.records import Record, Roster

Tell = Callable[[Roster, Sequence[Record]], None]


@dataclass(frozen=True, slots=True)
class StoredRoom:
    """A run read whole: the room as folded from its log, where the log ends, and who its parties are."""

    run_id: int
    roster: Roster
    room: Room
    seats: Mapping[str, Seat]
    last_seq: int
    last_hash: str
    last_at: datetime | None
    started_at: datetime | None
    fence: int
    is_without_sellers: bool

    @property
    def status(self) -> RoomStatus:
        """The run's status: the room's, but for one that nobody could be invited to."""
        return RoomStatus.NO_SELLERS if self.is_without_sellers else self.room.status


def read_room(code: UUID) -> StoredRoom:
    """Raises RoomNotFound."""
    return read_history(code)[0]


def read_history(code: UUID) -> tuple[StoredRoom, list[Record]]:
    """The room and the whole log it is the fold of. Raises RoomNotFound."""
    try:
        run = NegotiationRun.objects.with_setup().get(code=code)
    except NegotiationRun.DoesNotExist as missing:
        raise RoomNotFound(f"there is no room {code}") from missing
    roster = roster_of(run)
    rows = run.events.filter(seq__lte=run.last_seq).order_by("seq")
    records = [_record(row, run.started_at) for row in rows]
    stored = StoredRoom(
        run_id=run.pk,
        roster=roster,
        room=replay(roster.setup, (record.event for record in records)),
        seats={str(p.seller_code): Seat(p.pk, p.inventory_id) for p in run.participants.all()},
        last_seq=run.last_seq,
        last_hash=run.last_hash,
        last_at=records[-1].at if records else None,
        started_at=run.started_at,
        fence=run.fence,
        is_without_sellers=run.status == RoomStatus.NO_SELLERS,
    )
    return stored, records


def roster_of(run: NegotiationRun) -> Roster:
    """Costs no query after `with_setup()`."""
    buyer = run.item.buyer
    return Roster(run.code, run.session.code, buyer.code, run.session.currency, _setup_of(run))


def read_records(run_id: int, after: int, limit: int) -> list[Record]:
    """The log from number after+1 on, at most `limit` lines, oldest first."""
    rows = RunEvent.objects.filter(run_id=run_id, seq__gt=after).select_related("run").order_by("seq")[:limit]
    return [_record(row, row.run.started_at) for row in rows]


def append(
    stored: StoredRoom,
    events: Sequence[Event],
    tell: Tell,
    *,
    fence: int | None = None,
    calls: Sequence[Call] = (),
) -> StoredRoom:
    """Store the events behind the last one that `stored` knows, with the calls to models that led to them.

    Returns the room with them. Raises Overtaken if another writer came first or, with `fence`, if the lease was lost;
    SoldOut if a deal's units are gone. Nothing is stored then.
    """
    now = timezone.now()
    started_at = stored.started_at or (now if any(_is_start(event) for event in events) else None)
    records = [Record(seq, now, event, started_at or now) for seq, event in enumerate(events, stored.last_seq + 1)]
    rows = _event_rows(stored, records)
    with transaction.atomic():
        _advance(stored, records, {"last_hash": rows[-1].hash, "started_at": started_at}, fence)
        RunEvent.objects.bulk_create(rows)
        project(stored.run_id, stored.seats, records)
        save_calls(stored.run_id, stored.seats, calls, records)
        transaction.on_commit(lambda: tell(stored.roster, records))
    room = stored.room
    for event in events:
        room = evolve(room, event)
    return replace(
        stored, room=room, last_seq=records[-1].seq, last_hash=rows[-1].hash, last_at=now, started_at=started_at
    )


def chain(previous: str, seq: int, type_name: str, payload: dict[str, Any], at: datetime) -> str:
    """SHA-256 over the hash before and the event in canonical JSON."""
    canonical = json.dumps([previous, seq, type_name, payload, at.isoformat()], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def last_seq(run_id: int) -> int | None:
    """The number of the room's last event, None if the room has been deleted."""
    return NegotiationRun.objects.filter(pk=run_id).values_list("last_seq", flat=True).first()


def _record(row: RunEvent, started_at: datetime | None) -> Record:
    return Record(row.seq, row.at, decode(row.type, row.payload), started_at or row.at)


def _setup_of(run: NegotiationRun) -> Setup:
    item = run.item
    return Setup(
        item_name=item.item_name,
        buyer_name=item.buyer.name,
        buyer=BuyerLimits(item.min_price_per_unit, item.max_price_per_unit, item.quantity_needed),
        sellers=tuple(_seat_of(participant) for participant in run.participants.all()),
        max_rounds=run.max_rounds,
        seed=run.seed,
        disclose_best_offer=run.session.disclose_best_offer,
    )


def _seat_of(participant: Participant) -> SellerSeat:
    limits = SellerLimits(
        cost=participant.cost_price,
        floor=participant.least_price,
        ask=participant.selling_price,
        stock=participant.stock,
        priority=Priority(participant.priority),
    )
    return SellerSeat(str(participant.seller_code), participant.name, limits, Style(participant.speaking_style))


def _event_rows(stored: StoredRoom, records: Sequence[Record]) -> list[RunEvent]:
    rows, previous = [], stored.last_hash
    for record in records:
        type_name, payload = encode(record.event)
        previous = chain(previous, record.seq, type_name, payload, record.at)
        rows.append(
            RunEvent(
                run_id=stored.run_id,
                seq=record.seq,
                type=type_name,
                payload=payload,
                at=record.at,
                hash=previous,
            )
        )
    return rows


def _is_start(event: Event) -> bool:
    return isinstance(event, StatusChanged) and event.old is RoomStatus.PENDING


def _advance(stored: StoredRoom, records: Sequence[Record], change: dict[str, Any], fence: int | None) -> None:
    """Move the run on, unless somebody else has."""
    change["last_seq"] = records[-1].seq
    for record in records:
        match record.event:
            case StatusChanged() as event:
                change["status"] = event.new
            case RoundStarted() as event:
                change["current_round"] = event.round
            case Closed() as event:
                change.update(status=event.status, ended_at=record.at, lease_until=None, lease_owner="")
            case _:
                pass
    mine = NegotiationRun.objects.filter(pk=stored.run_id, last_seq=stored.last_seq)
    if fence is not None:
        mine = mine.filter(fence=fence)
    if not mine.update(**change):
        raise Overtaken
