"""The outbox as those see it who deliver: which notifications are due, and what became of them.

Times are the database's, which are one for all machines. A claim is a conditional update: of two deliverers one gets
it, and the other's late word is not heard.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from negotiation import metrics
from negotiation.delivery import Answer, Arrived, Failed, Letter
from negotiation.errors import RoomNotFound
from negotiation.letters import write
from negotiation.notification_models import Channel, DeliveryState, Notification, NotificationTarget

# So long after each attempt that failed comes the next; after the last of them none does.
RESTS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200))
# Longer than any delivery takes: what is still claimed then was claimed by somebody who is gone.
LEASE = timedelta(seconds=60)
MOST_LOOKED_AT = 200
LONGEST_ERROR = 200
SWITCHED_OFF = "the target was switched off"
NEVER_FINISHED = "no attempt was ever finished"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A notification that is this deliverer's until the lease is over; `attempt` tells it from any later claim."""

    pk: int
    target_id: int
    attempt: int
    channel: Channel


def claim_due(limit: int, but: Collection[int] = ()) -> list[Parcel]:
    """Up to `limit` notifications to send now, oldest first, to each target one; none to the targets of `but`."""
    due = _due().exclude(target__in=but).order_by("next_at", "id")
    rows = due.values_list("pk", "target_id", "attempts", "target__channel")[:MOST_LOOKED_AT]
    first: dict[int, tuple[int, int, int, str]] = {}
    for row in rows:
        first.setdefault(row[1], row)
    claimed = [_claim(*row) for row in list(first.values())[:limit]]
    return [parcel for parcel in claimed if parcel is not None]


def open_letter(parcel: Parcel) -> Letter | None:
    """What to send; None if nothing is to be sent any more."""
    found = Notification.objects.select_related("target", "run", "participant").filter(pk=parcel.pk).first()
    if found is None:
        return None
    if not found.target.is_active or parcel.attempt > len(RESTS) + 1:
        _give_up(parcel, NEVER_FINISHED if found.target.is_active else SWITCHED_OFF)
        return None
    if not found.body:  # from now on it is sent as it is, whatever a newer version would say
        try:
            found.subject, found.body = write(found)
        except RoomNotFound:
            return None  # its session has just been deleted, and the row with it
        found.save(update_fields=["subject", "body"])
    return Letter(str(found.code), found.kind, found.target.address, found.target.secret, found.subject, found.body)


def finish(parcel: Parcel, answer: Answer) -> bool:
    """Write down what became of it; False if the claim was lost, and somebody else does."""
    match answer:
        case Arrived():
            is_mine = _mine(parcel).update(state=DeliveryState.DELIVERED, delivered_at=Now(), last_error="")
            NotificationTarget.objects.filter(pk=parcel.target_id).exclude(last_error="").update(last_error="")
        case Failed(is_gone=True):
            is_mine = _give_up(parcel, answer.why)
            _mark(parcel.target_id, f"switched off: {answer.why}", is_active=False)
        case Failed() if parcel.attempt > len(RESTS):
            is_mine = _give_up(parcel, answer.why)
            _mark(parcel.target_id, f"given up after {parcel.attempt} attempts: {answer.why}")
        case Failed():
            rest = max(RESTS[parcel.attempt - 1], answer.wait)
            is_mine = _mine(parcel).update(next_at=_in(rest), last_error=answer.why[:LONGEST_ERROR])
    metrics.count_delivery(parcel.channel, _word(parcel, answer))
    return bool(is_mine)


def give_back(parcel: Parcel) -> None:
    """It was not sent, or nobody knows: whoever comes next sends it."""
    _mine(parcel).update(next_at=Now())


def send_again(notifications: QuerySet[Notification]) -> int:
    """Those of them that were given up are tried anew; how many."""
    given_up = notifications.filter(state=DeliveryState.GIVEN_UP)
    return given_up.update(state=DeliveryState.WAITING, attempts=0, next_at=Now())


def _claim(pk: int, target_id: int, attempts: int, channel: str) -> Parcel | None:
    if not _due().filter(pk=pk, attempts=attempts).update(attempts=attempts + 1, next_at=_in(LEASE)):
        return None
    return Parcel(pk, target_id, attempts + 1, Channel(channel))


def _due() -> QuerySet[Notification]:
    return Notification.objects.filter(state=DeliveryState.WAITING, next_at__lte=Now())


def _mine(parcel: Parcel) -> QuerySet[Notification]:
    return Notification.objects.filter(pk=parcel.pk, state=DeliveryState.WAITING, attempts=parcel.attempt)


def _give_up(parcel: Parcel, why: str) -> int:
    return _mine(parcel).update(state=DeliveryState.GIVEN_UP, last_error=why[:LONGEST_ERROR])


def _mark(target_id: int, why: str, **changes: bool) -> None:
    NotificationTarget.objects.filter(pk=target_id).update(last_error=why[:LONGEST_ERROR], **changes)


def _in(rest: timedelta) -> Combinable:
    return ExpressionWrapper(Now() + rest, output_field=DateTimeField())


def _word(parcel: Parcel, answer: Answer) -> str:
    if isinstance(answer, Arrived):
        return "delivered"
    return "given_up" if answer.is_gone or parcel.attempt > len(RESTS) else "failed"
