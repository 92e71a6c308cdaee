"""The event log: the only place where a room is written.

A turn is written in one short transaction: a conditional update moves the run's last number, which is the one lock a
room needs, then come the events and their projections. Watchers are told after the commit.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from negotiation import metrics
from negotiation.call_log import CALLS, call_rows
from negotiation.codec import decode, encode
from negotiation.core.events import Closed, Event, RoundStarted, StatusChanged
from negotiation.core.folding import evolve
from negotiation.core.room import Room, Setup, new_room
from negotiation.core.vocabulary import RoomStatus
from negotiation.engine import Overtaken, SoldOut
from negotiation.errors import RoomNotFound
from negotiation.minds.calls import Call
from negotiation.models import NegotiationRun, RunEvent
from negotiation.prepared import Prepared
from negotiation.projections import ProjectedRows, Projections, SeatRows, save_projected
from negotiation.recent import Reading, RecentRooms
from negotiation.records import Record, Roster
from negotiation.rosters import RunRow, find_run
from negotiation.rows import Insert, Row, Values, database_operations
from negotiation.threads import DATABASE_AWAY

logger = logging.getLogger(__name__)

Tell = Callable[[Roster, Sequence[Record]], None]

EVENTS = Insert(RunEvent, "run_id", "seq", "type", "payload", "at", "hash")
COLUMNS = ("seq", "at", "type", "payload", "run__started_at")
# With sorted keys, as the hash is made of it: so an event is serialised once.
_to_json = json.JSONEncoder(sort_keys=True).encode
ADVANCE = (
    "UPDATE negotiation_negotiationrun SET last_seq = %s, last_hash = %s, started_at = %s,"
    " status = COALESCE(%s, status), current_round = COALESCE(%s, current_round), ended_at = COALESCE(%s, ended_at),"
    " lease_until = CASE WHEN %s THEN NULL ELSE lease_until END,"
    " lease_owner = CASE WHEN %s THEN '' ELSE lease_owner END"
    " WHERE id = %s AND last_seq = %s AND fence = COALESCE(%s, fence)"
)
_LAST_SEQ = Prepared(
    lambda run_id: NegotiationRun.objects.filter(pk=run_id).order_by().values_list("last_seq"),
    NegotiationRun._meta.get_field("id"),
    1,
)


@dataclass(frozen=True, slots=True)
class Log:
    """A run's log as a writer must know it: whose it is and where it ends."""

    run_id: int
    roster: Roster
    seats: Mapping[str, SeatRows]
    last_seq: int
    last_hash: str
    last_at: datetime | None
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredRoom:
    """A run read whole: its log, and the room as folded from it."""

    log: Log
    room: Room
    fence: int
    why_skipped: str | None  # a Mismatch, of a run that nobody could be invited to

    @property
    def is_without_sellers(self) -> bool:
        return self.why_skipped is not None

    @property
    def status(self) -> RoomStatus:
        """The run's status: the room's, but for one without sellers."""
        return RoomStatus.NO_SELLERS if self.is_without_sellers else self.room.status

    @property
    def run_id(self) -> int:
        return self.log.run_id

    @property
    def roster(self) -> Roster:
        return self.log.roster

    @property
    def seats(self) -> Mapping[str, SeatRows]:
        return self.log.seats

    @property
    def last_seq(self) -> int:
        return self.log.last_seq

    @property
    def last_hash(self) -> str:
        return self.log.last_hash

    @property
    def last_at(self) -> datetime | None:
        return self.log.last_at

    @property
    def started_at(self) -> datetime | None:
        return self.log.started_at


@dataclass(frozen=True, slots=True)
class TurnRows:
    """All that a turn writes, made ready before its transaction: while that is open others wait."""

    advance: Values
    events: Sequence[Values]
    projected: ProjectedRows
    calls: Sequence[Values]


@dataclass(frozen=True, slots=True)
class Turn:
    """Events made ready to be stored behind `after`, with the calls to models that led to them.

    Nothing is computed anew when it is tried again: `end`'s hash tells whether it is this turn that is stored.
    """

    after: Log
    end: Log
    records: tuple[Record, ...]
    calls: tuple[Call, ...]
    rows: TurnRows
    tell: Tell

    def announce(self) -> None:
        metrics.count_turn([record.event for record in self.records], self.calls)
        self.tell(self.end.roster, self.records)


def read_room(code: UUID) -> StoredRoom:
    """Raises RoomNotFound."""
    return read_history(code)[0]


def read_history(code: UUID, recent: RecentRooms | None = None) -> tuple[StoredRoom, list[Record]]:
    """The room and the whole log it is the fold of; `recent` replaces what this process has read of it before.

    Raises RoomNotFound.
    """
    found = find_run(code)
    if found is None:
        raise RoomNotFound(f"there is no room {code}")
    run, seats, roster = found
    reading = _read(run, roster.setup, recent or recent_rooms())
    records = list(reading.records)
    log = Log(
        run_id=run.pk,
        roster=roster,
        seats={str(seat.code): SeatRows(seat.pk, seat.inventory_id) for seat in seats},
        last_seq=run.last_seq,
        last_hash=run.last_hash,
        last_at=records[-1].at if records else None,
        started_at=run.started_at,
    )
    why_skipped = run.skip_reason if run.status == RoomStatus.NO_SELLERS else None
    return StoredRoom(log, reading.room, run.fence, why_skipped), records


def read_records(run_id: int, after: int, limit: int) -> list[Record]:
    """The log from number after+1 on, at most `limit` lines, oldest first."""
    rows = RunEvent.objects.filter(run_id=run_id, seq__gt=after).order_by("seq")
    return [_record(*row) for row in rows.values_list(*COLUMNS)[:limit]]


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
    turn = prepare(stored.log, events, tell, fence=fence, calls=calls)
    try:
        commit([turn])
    except (Overtaken, SoldOut) as failure:
        metrics.count_refusal(failure)
        raise
    room = stored.room
    for event in events:
        room = evolve(room, event)
    return replace(stored, log=turn.end, room=room)


def prepare(
    log: Log, events: Sequence[Event], tell: Tell, *, fence: int | None = None, calls: Sequence[Call] = ()
) -> Turn:
    now = timezone.now()
    started_at = log.started_at or (now if any(_is_start(event) for event in events) else None)
    records, lines, previous = list[Record](), list[Row](), log.last_hash
    for seq, event in enumerate(events, log.last_seq + 1):
        type_name, payload = encode(event)
        text = _to_json(payload)
        previous = _hash(previous, seq, type_name, text, now)
        records.append(Record(seq, now, event, started_at or now))
        lines.append((log.run_id, seq, type_name, text, now, previous))
    end = replace(log, last_seq=records[-1].seq, last_hash=previous, last_at=now, started_at=started_at)
    projections = Projections(log.run_id, log.seats)
    projections.add(records)
    rows = TurnRows(
        advance=_advance(log, end, records, fence),
        events=EVENTS.adapted(lines),
        projected=projections.adapted(),
        calls=CALLS.adapted(call_rows(log.run_id, log.seats, calls, records)),
    )
    return Turn(log, end, tuple(records), tuple(calls), rows, tell)


def commit(turns: Sequence[Turn]) -> None:
    """Store the turns, each of another room, in one transaction: all of them or, with the first that fails, none."""
    ordered = sorted(turns, key=lambda turn: turn.after.run_id)  # one order for all writers: no deadlock
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.executemany(ADVANCE, [turn.rows.advance for turn in ordered])
            if cursor.rowcount != len(ordered):
                raise Overtaken
        EVENTS.write_adapted([row for turn in ordered for row in turn.rows.events])
        save_projected([turn.rows.projected for turn in ordered])
        CALLS.write_adapted([row for turn in ordered for row in turn.rows.calls])
        for turn in turns:
            transaction.on_commit(turn.announce)


def commit_each(turns: Sequence[Turn]) -> list[Exception | None]:
    """Store the turns, together if all can be; what each of them failed with.

    Raises what is wrong with the database itself; some of the turns may be stored then, or all.
    """
    if len(turns) > 1:
        try:
            commit(turns)
            return [None] * len(turns)
        except DATABASE_AWAY:
            raise
        except Exception:  # whatever it is, one of them spoils the rest, so each is tried alone
            logger.debug("%s turns are stored one by one", len(turns), exc_info=True)
    return [_failure_of(turn) for turn in turns]


def is_stored(turn: Turn) -> bool:
    """Whether it is this turn that the log has at its place: after a commit whose answer never came."""
    end = turn.end
    return RunEvent.objects.filter(run_id=end.run_id, seq=end.last_seq, hash=end.last_hash).exists()


def chain(previous: str, seq: int, type_name: str, payload: dict[str, Any], at: datetime) -> str:
    """SHA-256 over the hash before and the event in canonical JSON."""
    return _hash(previous, seq, type_name, _to_json(payload), at)


def recent_rooms() -> RecentRooms:
    return apps.get_app_config("negotiation").recent  # type: ignore[no-any-return, attr-defined]


def last_seq(run_id: int) -> int | None:
    """The number of the room's last event, None if the room has been deleted."""
    found = _LAST_SEQ.rows(run_id)
    return found[0][0] if found else None


def _read(run: RunRow, setup: Setup, recent: RecentRooms) -> Reading:
    """The log and its fold, going on from what has been read before. Raises RoomNotFound if it is gone by now."""
    known = recent.get(run.pk)
    if known is None or known.room.setup != setup or known.last_seq > run.last_seq:
        known = Reading((), new_room(setup), "")
    if known.last_hash == run.last_hash:
        return known
    # The last known row is read again: with its hash all before it is as it was.
    rows = RunEvent.objects.filter(run_id=run.pk, seq__gte=known.last_seq, seq__lte=run.last_seq).order_by("seq")
    lines = list(rows.values_list(*COLUMNS, "hash"))
    if not lines:
        raise RoomNotFound(f"there is no room {run.code} any more")
    if known.last_seq and lines[0][-1] != known.last_hash:
        recent.drop(run.pk)
        return _read(run, setup, recent)
    records = [_record(*line[:-1]) for line in lines if line[0] > known.last_seq]
    room = known.room
    for record in records:
        room = evolve(room, record.event)
    reading = Reading((*known.records, *records), room, run.last_hash)
    recent.keep(run.pk, reading)
    return reading


def _record(seq: int, at: datetime, type_name: str, payload: dict[str, Any], started_at: datetime | None) -> Record:
    return Record(seq, at, decode(type_name, payload), started_at or at)


def _hash(previous: str, seq: int, type_name: str, payload: str, at: datetime) -> str:
    """Of what `json.dumps` makes of them as one list; the payload is JSON already, the rest needs no escapes."""
    canonical = f'["{previous}", {seq}, "{type_name}", {payload}, "{at.isoformat()}"]'
    return hashlib.sha256(canonical.encode()).hexdigest()


def _is_start(event: Event) -> bool:
    return isinstance(event, StatusChanged) and event.old is RoomStatus.PENDING


def _failure_of(turn: Turn) -> Exception | None:
    try:
        commit([turn])
    except DATABASE_AWAY:
        raise
    except Exception as failure:  # its own, whatever it is; whoever wrote the turn tells of it
        metrics.count_refusal(failure)
        return failure
    return None


def _advance(after: Log, end: Log, records: Sequence[Record], fence: int | None) -> Values:
    """The values of ADVANCE."""
    status: RoomStatus | None = None
    round_number: int | None = None
    ended_at: datetime | None = None
    for record in records:
        match record.event:
            case StatusChanged() as event:
                status = event.new
            case RoundStarted() as event:
                round_number = event.round
            case Closed() as event:
                status, ended_at = event.status, record.at
            case _:
                pass
    adapt = database_operations().adapt_datetimefield_value
    change: Values = [end.last_seq, end.last_hash, adapt(end.started_at), status and status.value, round_number]
    ends = ended_at is not None
    return [*change, adapt(ended_at), ends, ends, after.run_id, after.last_seq, fence]
