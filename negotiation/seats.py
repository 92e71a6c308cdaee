"""What people and programs do at the seats that they hold. Each call is one write to the log, judged by the core."""

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import Model, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from marketplace.models import Session
from negotiation.casting import hand_seconds
from negotiation.core.events import Event
from negotiation.core.moves import Move, Propose, Words
from negotiation.core.protocol import interject
from negotiation.core.room import Room
from negotiation.core.table import decide_approval as judge_approval
from negotiation.core.table import hand_over, move_by_hand, take_at_once
from negotiation.core.terms import Terms
from negotiation.core.visibility import buyer_view, seller_view
from negotiation.core.vocabulary import ApprovalState, Holder, Party, RoomStatus
from negotiation.core.waiting import time_out, warn
from negotiation.errors import NegotiationError, Refused, RoomNotFound
from negotiation.minds.auto_accept import AutoAccept
from negotiation.models import Approval, AutoAcceptRule, NegotiationRun, SeatWait
from negotiation.services import started, write
from negotiation.store import StoredRoom

logger = logging.getLogger(__name__)

_Row = TypeVar("_Row", bound=Model)


class _TooLate(Exception):
    pass


def make_move(
    code: UUID, party: Party, seller_id: str, move: Move, *, counter: Propose | None = None, overrule: bool = False
) -> StoredRoom:
    """A move by whoever holds that seat; a counter-offer may go with a rejection.

    Raises Refused with the core's code if it is illegal or too late, and changes nothing then: but what is too late
    has expired.
    """
    seconds = _hand_seconds(code)

    def play(stored: StoredRoom) -> Sequence[Event]:
        room = _with(stored, seller_id)
        return move_by_hand(room, party, seller_id, move, counter=counter, overrule=overrule, seconds=seconds)

    try:
        return write(code, play, before=partial(_require_time, seller_id))
    except _TooLate:
        end_wait(code, seller_id)
        raise Refused("THREAD_CLOSED", "the time for this move is over") from None


def say(code: UUID, party: Party, seller_id: str, words: Words) -> StoredRoom:
    """Words in the thread beside the turns."""
    return write(code, lambda stored: (interject(_with(stored, seller_id), (seller_id,), words, party),))


def take(code: UUID, party: Party, seller_id: str, holder: Holder) -> StoredRoom:
    """The seat changes hands; `seller_id` is empty for the buyer's. Given to an agent, the room goes on by itself."""

    def seat(stored: StoredRoom) -> Sequence[Event]:
        room = _with(stored, seller_id) if party is Party.SELLER else started(stored.room)
        return hand_over(room, party, seller_id, holder)

    return write(code, seat)


def decide_approval(
    approval: Approval,
    state: ApprovalState,
    *,
    by: str = "",
    note: str = "",
    counter: Terms | None = None,
    overrule: bool = False,
) -> StoredRoom:
    """Mandate, offer and stock are judged again in the transaction that closes or goes on. Raises Refused."""
    number = approval.number

    def judge(stored: StoredRoom) -> Sequence[Event]:
        room = started(stored.room)
        return judge_approval(room, number, state, note=note, by=by, counter=counter, overrule=overrule)

    return write(approval.run.code, judge)


def set_auto_accept(code: UUID, party: Party, seller_id: str, rule: AutoAccept | None) -> bool:
    """What is taken at once for the seat while it is held by hand; None: nothing. Whether something was, right now."""
    run = NegotiationRun.objects.get(code=code)
    seat = run.participants.get(seller_code=seller_id) if party is Party.SELLER else None
    kept = AutoAcceptRule.objects.filter(run=run, participant=seat)
    if rule is None:
        kept.delete()
        return False
    AutoAcceptRule.objects.update_or_create(
        run=run,
        participant=seat,
        defaults={"target": rule.target, "tolerance": rule.tolerance, "least_part": rule.least_part},
    )
    return _accept_at_once(code, party, seller_id, rule)


def end_what_is_overdue() -> int:
    """Expire, or let the strategy move, where nobody moved in time; remind those whose time runs out. How many."""
    ended = [
        _try(partial(end_wait, code, str(seller_id)))
        for code, seller_id in _overdue().values_list("run__code", "participant__seller_code")
    ]
    late = Approval.objects.filter(state=ApprovalState.PENDING, expires_at__lte=Now()).exclude(
        run__status=RoomStatus.PAUSED
    )
    ended += [_try(partial(decide_approval, approval, ApprovalState.EXPIRED)) for approval in _found(late, "run")]
    nearly_over = SeatWait.objects.filter(warned_at__isnull=True, warn_at__lte=Now(), until__gt=Now())
    for wait in _found(nearly_over, "run", "participant"):
        _try(partial(_remind, wait))
    return sum(ended)


def _found(rows: QuerySet[_Row], *related: str) -> Iterable[_Row]:
    """With what they belong to. That query takes ten times as long to put together, and mostly there are no rows."""
    return rows.select_related(*related) if rows.exists() else ()


def end_wait(code: UUID, seller_id: str) -> None:
    """What the session says happens in that thread when the time for a move is over; nothing if it is not."""
    stand_in = _stands_in(code)

    def end(stored: StoredRoom) -> Sequence[Event]:
        late = _overdue().filter(participant=stored.seats[seller_id].participant_id)
        if not late.exists():
            return ()
        events = () if stored.status.is_over else time_out(stored.room, seller_id, stand_in=stand_in)
        if not events:
            late.delete()  # nobody is waited for there any more
        return events

    write(code, end)


def _accept_at_once(code: UUID, party: Party, seller_id: str, rule: AutoAccept) -> bool:
    """Take an open offer of the other side that the rule takes, where the seat has the turn; whether there was one."""
    seconds = _hand_seconds(code)
    taken: list[str] = []

    def accept(stored: StoredRoom) -> Sequence[Event]:
        room = stored.room
        taken.clear()
        if not room.status.is_in_play or room.holder(party, seller_id) is Holder.AGENT:
            return ()
        if party is Party.SELLER:
            move = rule.accept(seller_view(room, seller_id))
            taken.extend([seller_id] if move else [])
            return move_by_hand(room, party, seller_id, move) if move else ()
        award = rule.award(buyer_view(room))
        taken.extend([award.seller_id] if award else [])
        return take_at_once(room, award, seconds) if award else ()

    try:
        write(code, accept, before=lambda stored: _require_time(taken[0], stored))
    except (Refused, _TooLate):
        return False
    return bool(taken)


def _require_time(seller_id: str, stored: StoredRoom) -> None:
    """Raises _TooLate if the time for the move that is waited for there is over."""
    if _overdue().filter(participant=stored.seats[seller_id].participant_id).exists():
        raise _TooLate


def _remind(wait: SeatWait) -> None:
    seconds = max(1, round((wait.until - timezone.now()).total_seconds()))
    write(wait.run.code, lambda stored: warn(started(stored.room), str(wait.participant.seller_code), seconds))


def _try(end: Callable[[], object]) -> bool:
    """Somebody else may have been faster: then there is nothing to end."""
    try:
        end()
    except NegotiationError as overtaken:
        logger.info("a seat's time was over, but %s", overtaken)
        return False
    return True


def _with(stored: StoredRoom, seller_id: str) -> Room:
    if seller_id not in stored.seats:
        raise Refused("NOT_FOUND", "that seller is not in this room")
    return started(stored.room)


def _overdue() -> QuerySet[SeatWait]:
    """By the database's clock, which is one for all machines. While a room is paused its clocks stand still."""
    return SeatWait.objects.filter(until__lte=Now()).exclude(run__status=RoomStatus.PAUSED)


def _hand_seconds(code: UUID) -> int:
    return hand_seconds(_session_of(code).seat_hours)


def _stands_in(code: UUID) -> bool:
    return (_session_of(code).on_timeout or settings.SEATS.on_timeout) == "strategy"


def _session_of(code: UUID) -> Session:
    session = Session.objects.filter(runs__code=code).first()
    if session is None:
        raise RoomNotFound(f"there is no room {code}")
    return session
