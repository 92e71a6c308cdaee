"""How far each side of a thread has read. A mark never goes back; what is unread is counted behind it, by index."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from negotiation.core.vocabulary import Party
from negotiation.models import Message, Participant, ReadMark
from negotiation.records import Roster
from negotiation.stream import Passing, pass_on

Marks = dict[Party, ReadMark]


def mark_read(thread: Participant, party: Party, up_to: int, roster: Roster) -> bool:
    """That side has read up to this number; whether it had not before. Both sides are told when it is stored."""
    at = timezone.now()
    if not _move_on(thread, party, up_to, at):
        return False
    frame = {
        "type": "read",
        "timestamp": at.isoformat(),
        "room_id": str(roster.room_id),
        "seller_id": str(thread.seller_code),
        "party": party,
        "up_to_seq": up_to,
    }
    transaction.on_commit(lambda: pass_on(roster.room_id, Passing(str(thread.seller_code), frame)))
    return True


def marks_of(thread_ids: Iterable[int]) -> dict[int, Marks]:
    """Those that there are, by thread and side."""
    found: dict[int, Marks] = {}
    for mark in ReadMark.objects.filter(participant__in=list(thread_ids)):
        found.setdefault(mark.participant_id, {})[Party(mark.party)] = mark
    return found


def unread_counts(thread_ids: Iterable[int], party: Party) -> dict[int, int]:
    """How much the other side has said behind the mark of this one, for each thread."""
    own = ReadMark.objects.filter(participant=OuterRef("pk"), party=party).values("seq")
    said = Message.objects.filter(participant=OuterRef("pk"), party=party.other, seq__gt=OuterRef("read_up_to"))
    counted = said.order_by().values("participant").annotate(n=Count("pk")).values("n")
    threads = Participant.objects.filter(pk__in=list(thread_ids)).annotate(
        read_up_to=Coalesce(Subquery(own), Value(0), output_field=IntegerField())
    )
    unread = threads.annotate(unread=Coalesce(Subquery(counted), Value(0), output_field=IntegerField()))
    return dict(unread.order_by().values_list("pk", "unread"))


def _move_on(thread: Participant, party: Party, up_to: int, at: datetime) -> bool:
    """By a conditional update: of two that come at once the further one stays."""
    _, is_first = ReadMark.objects.get_or_create(participant=thread, party=party, defaults={"seq": up_to, "at": at})
    if is_first:
        return True
    behind = ReadMark.objects.filter(participant=thread, party=party, seq__lt=up_to)
    return behind.update(seq=up_to, at=at) > 0
