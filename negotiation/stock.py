"""What a deal changes in other rooms: sellers with too few units left, and those that sell the buyer one item more."""

from uuid import UUID

from django.db.models import F, QuerySet

from negotiation.core.vocabulary import Result, RoomStatus
from negotiation.models import Outcome, Participant

_AT_THE_TABLE = [status for status in RoomStatus if status.is_started]


def sellers_short_in(code: UUID) -> list[str]:
    """The ids of the room's sellers whose stock has been promised to others since they were invited."""
    return [str(seller) for seller in _short().filter(run__code=code).values_list("seller_code", flat=True)]


def left_short_by(code: UUID) -> list[tuple[UUID, str]]:
    """The rooms at work, with the seller's id, in which too little is left of what the deal of this one took."""
    deal = Outcome.objects.filter(run__code=code, result=Result.DEAL, participant__inventory__isnull=False)
    inventory = deal.values_list("participant__inventory", flat=True).first()
    if inventory is None:
        return []
    rivals = _short().filter(inventory=inventory, run__status__in=_AT_THE_TABLE).exclude(run__code=code)
    return [(room, str(seller)) for room, seller in rivals.order_by("run_id").values_list("run__code", "seller_code")]


def bundled_with(code: UUID) -> list[tuple[UUID, str]]:
    """The session's other rooms at work, with the seller's id, in which that of this room's deal gives for a bundle."""
    deal = Outcome.objects.filter(run__code=code, result=Result.DEAL, participant__bundle_percent__gt=0)
    won = deal.values_list("participant__seller", "run__session").first()
    if won is None:
        return []
    others = Participant.objects.filter(seller=won[0], run__session=won[1], run__status__in=_AT_THE_TABLE)
    rooms = others.exclude(run__code=code).order_by("run_id").values_list("run__code", "seller_code")
    return [(room, str(seller)) for room, seller in rooms]


def _short() -> QuerySet[Participant]:
    free = F("inventory__quantity_available") - F("inventory__quantity_reserved")
    return Participant.objects.filter(run__session__is_what_if=False, run__item__quantity_needed__gt=free)
