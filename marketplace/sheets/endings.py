"""How rooms were decided, with all that was agreed, as their events tell it."""

from collections.abc import Iterable

from negotiation.codec import decode
from negotiation.core.events import Decided
from negotiation.models import NegotiationRun, RunEvent


def endings(rooms: Iterable[NegotiationRun]) -> dict[int, Decided]:
    """By room, in one query; nothing of those that were never decided."""
    events = RunEvent.objects.filter(run__in=rooms, type=Decided.__name__).values_list("run_id", "type", "payload")
    decoded = ((run_id, decode(kind, payload)) for run_id, kind, payload in events)
    return {run_id: event for run_id, event in decoded if isinstance(event, Decided)}
