"""Whose move is waited for, and which deals wait for an approval: projected in the transaction of the events."""

from collections.abc import Mapping
from datetime import timedelta
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Q

from negotiation.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    BundleReached,
    Closed,
    ExpiryWarned,
    InputRequested,
    InputTimedOut,
    PaceChanged,
    SeatChanged,
    ThreadExpired,
)
from negotiation.core.moves import Words
from negotiation.core.vocabulary import ApprovalState, Holder, Party
from negotiation.models import Approval, SeatWait
from negotiation.notifications import News, Telling, fill_outbox, news_of
from negotiation.records import Record
from negotiation.table_frames import TableEvents

# What the end of a room may concern: of nearly all rooms nothing.
_LEFT = (
    "SELECT EXISTS(SELECT 1 FROM negotiation_seatwait WHERE run_id = %s),"
    " EXISTS(SELECT 1 FROM negotiation_approval WHERE run_id = %s AND state = 'pending'),"
    " EXISTS(SELECT 1 FROM negotiation_notificationtarget WHERE is_active)"
)

# Both sides of a thread are reminded when this part of the time for a move is left.
WARN_PART = 0.25


class TableRows:
    """Collects what is to be written of a room. If only agents sit there, it is one statement at its end."""

    def __init__(self, run_id: int, participants: Mapping[str, int]) -> None:
        """`participants` are the rows of the room's sellers by their ids."""
        self._run_id, self._participants = run_id, participants
        self._is_over = self._is_paused = False
        self._deal: News | None = None
        self._news: list[News] = []
        self._done: set[tuple[int, Party | None]] = set()
        self._waits: dict[int, SeatWait] = {}
        self._warned: dict[int, Record] = {}
        self._asked: dict[int, Approval] = {}
        self._decided: list[tuple[Record, ApprovalDecided]] = []

    def moved(self, participant_id: int, words: Words) -> None:
        """Somebody has moved in the thread: by hand, if not an agent."""
        if words.voice.speaker is not Holder.AGENT:
            self._forget(participant_id)

    def pause(self) -> None:
        """The room's clocks stop: whoever has to move is asked anew when it goes on."""
        self._is_paused = True
        self._waits.clear()

    def close(self, record: Record, event: Closed) -> None:
        self._is_over = True
        if event.seller_id:
            self._deal = news_of(self._run_id, self._participants[event.seller_id], record.seq, event)
        self._waits.clear()
        for approval in self._asked.values():
            if approval.state == ApprovalState.PENDING:
                approval.state = ApprovalState.EXPIRED

    def add(self, record: Record, event: TableEvents) -> None:
        participants = self._participants
        match event:
            case InputRequested():
                participant_id = participants[event.seller_id]
                self._waits[participant_id] = _wait(self._run_id, participant_id, record, event)
                self._tell(participant_id, record, event)
            case ExpiryWarned():
                self._warn(participants[event.seller_id], record)
                self._tell(participants[event.seller_id], record, event)
            case SeatChanged(party=Party.BUYER):
                for participant_id in participants.values():
                    self._forget(participant_id, Party.BUYER)
            case SeatChanged():
                self._forget(participants[event.seller_id], Party.SELLER)
            case InputTimedOut() | ThreadExpired():
                self._forget(participants[event.seller_id])
            case ApprovalRequested():
                participant_id = participants[event.seller_id]
                self._forget(participant_id, Party.BUYER)
                self._asked[event.number] = _approval(self._run_id, participant_id, record, event)
                self._tell(participant_id, record, event)
            case ApprovalDecided():
                self._decide(record, event)
            case PaceChanged() | BundleReached():
                pass  # it has no row: whoever plays the room reads it from the log

    def rows(self) -> tuple[list[SeatWait], list[Approval]]:
        """As `save` writes them, where it is all of a room's events that were added."""
        return list(self._waits.values()), list(self._asked.values())

    def save(self) -> None:
        self._delete_waits()
        for made in (*self._waits.values(), *self._asked.values()):
            made.pk = None  # a transaction that failed has left it a key
        SeatWait.objects.bulk_create(self._waits.values())
        for participant_id, record in self._warned.items():
            SeatWait.objects.filter(participant=participant_id).update(warned_at=record.at)
        Approval.objects.bulk_create(self._asked.values())
        for record, event in self._decided:
            Approval.objects.filter(run=self._run_id, number=event.number).update(
                state=event.state, note=event.note, decided_by=event.by, decided_at=record.at
            )
        if self._is_over:
            self._put_away()
        fill_outbox(self._news)

    def _put_away(self) -> None:
        """What still waited in a room that is over; and whoever wants to know of a deal, is to hear of it."""
        with connection.cursor() as cursor:
            cursor.execute(_LEFT, [self._run_id, self._run_id])
            is_waited_for, is_approval_pending, is_anybody_told = cursor.fetchone()
        if is_waited_for:
            SeatWait.objects.filter(run=self._run_id).delete()
        if is_approval_pending:
            Approval.objects.filter(run=self._run_id, state=ApprovalState.PENDING).update(state=ApprovalState.EXPIRED)
        if is_anybody_told and self._deal is not None:
            fill_outbox([self._deal])

    def _tell(self, participant_id: int, record: Record, event: Telling) -> None:
        news = news_of(self._run_id, participant_id, record.seq, event)
        if news is not None:
            self._news.append(news)

    def _delete_waits(self) -> None:
        """Those that are over, and those that new ones take the place of."""
        if self._is_paused:
            SeatWait.objects.filter(run=self._run_id).delete()
        gone = self._done | {(participant_id, None) for participant_id in self._waits}
        if not gone:
            return
        of_either = Q(participant__in=[participant_id for participant_id, party in gone if party is None])
        of_party = [
            Q(party=party, participant__in=[participant_id for participant_id, side in gone if side is party])
            for party in Party
        ]
        SeatWait.objects.filter(reduce(or_, of_party, of_either)).delete()

    def _warn(self, participant_id: int, record: Record) -> None:
        if participant_id in self._waits:
            self._waits[participant_id].warned_at = record.at
        else:
            self._warned[participant_id] = record

    def _decide(self, record: Record, event: ApprovalDecided) -> None:
        asked = self._asked.get(event.number)
        if asked is None:
            self._decided.append((record, event))
        else:
            asked.state, asked.note, asked.decided_by, asked.decided_at = event.state, event.note, event.by, record.at

    def _forget(self, participant_id: int, party: Party | None = None) -> None:
        """Nobody is waited for there any more: of that side, or of either."""
        self._done.add((participant_id, party))
        self._warned.pop(participant_id, None)
        wait = self._waits.get(participant_id)
        if wait is not None and party in (None, wait.party):
            del self._waits[participant_id]


def _wait(run_id: int, participant_id: int, record: Record, event: InputRequested) -> SeatWait:
    return SeatWait(
        run_id=run_id,
        participant_id=participant_id,
        party=event.party,
        actions=list(event.actions),
        asked_at=record.at,
        until=record.at + timedelta(seconds=event.seconds),
        warn_at=record.at + timedelta(seconds=(1 - WARN_PART) * event.seconds),
    )


def _approval(run_id: int, participant_id: int, record: Record, event: ApprovalRequested) -> Approval:
    return Approval(
        run_id=run_id,
        participant_id=participant_id,
        number=event.number,
        offer_number=event.offer_id,
        kind=event.kind,
        unit_price=event.terms.unit_price,
        quantity=event.terms.quantity,
        requested_at=record.at,
        expires_at=record.at + timedelta(seconds=event.seconds),
    )
