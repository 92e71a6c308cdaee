"""What a deal changes in other rooms: sellers with too few units left, and those that sell the buyer one item more."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet, Subquery

from marketplace.models import SellerInventory
from negotiation.core.vocabulary import Result, RoomStatus, TradeState
from negotiation.models import NegotiationRun, Outcome, Participant
from negotiation.prepared import Prepared

_AT_THE_TABLE = [status for status in RoomStatus if status.is_started]


def sellers_short_in(code: UUID) -> list[str]:
    """The ids of the room's sellers whose stock has been promised to others since they were invited."""
    return [str(seller) for (seller,) in _SHORT_IN.rows(code)]


def left_short_by(code: UUID) -> list[tuple[UUID, str]]:
    """The rooms at work, with the seller's id, in which too little is left of what the deal of this one took."""
    deal = _deal_of(code)
    if deal is None or deal.inventory is None:
        return []
    return [(room, str(seller)) for room, seller in _SHORT_OF.rows(deal.inventory) if room != code]


def bundled_with(code: UUID) -> list[tuple[UUID, str]]:
    """The session's other rooms at work, with the seller's id, in which that of this room's deal gives for a bundle."""
    deal = _deal_of(code)
    if deal is None or not deal.bundle_percent:
        return []
    others = Participant.objects.filter(seller=deal.seller, run__session=deal.session, run__status__in=_AT_THE_TABLE)
    rooms = others.exclude(run__code=code).order_by("run_id").values_list("run__code", "seller_code")
    return [(room, str(seller)) for room, seller in rooms]


def bundled_in(code: UUID) -> list[str]:
    """The ids of the room's sellers that give for a bundle and have sold the buyer another item of the session."""
    others = Outcome.objects.filter(run__session__runs__code=code, result=Result.DEAL).exclude(run__code=code)
    sold = others.exclude(trade__state=TradeState.CANCELLED).values("participant__seller")
    return [str(seller) for seller in _giving(code).filter(seller__in=sold).values_list("seller_code", flat=True)]


def may_be_bundled_soon(code: UUID) -> bool:
    """Whether one of these sellers sits in a room of the session that was opened earlier and is being played."""
    here = Subquery(NegotiationRun.objects.filter(code=code).values("pk"))
    earlier = Participant.objects.filter(run__session__runs__code=code, run__pk__lt=here, run__status=RoomStatus.ACTIVE)
    return earlier.filter(seller__in=_giving(code).values("seller")).exists()


def _giving(code: UUID) -> QuerySet[Participant]:
    return Participant.objects.filter(run__code=code, bundle_percent__gt=0).order_by("pk")


class _Deal(NamedTuple):
    """What a room's deal touches, in the order of `_DEALS`."""

    result: str
    inventory: int | None
    bundle_percent: int | None
    seller: int | None
    session: int


_DEALS = Prepared(
    lambda code: (
        Outcome.objects.filter(run__code=code)
        .order_by()
        .values_list(
            "result",
            "participant__inventory_id",
            "participant__bundle_percent",
            "participant__seller_id",
            "run__session_id",
        )
    ),
    NegotiationRun._meta.get_field("code"),
    UUID(int=0),
)


def _deal_of(code: UUID) -> _Deal | None:
    """None if the room ended without one."""
    ended = [_Deal(*row) for row in _DEALS.rows(code)]
    return ended[0] if ended and ended[0].result == Result.DEAL else None


def _short() -> QuerySet[Participant]:
    free = F("inventory__quantity_available") - F("inventory__quantity_reserved")
    return Participant.objects.filter(run__session__is_what_if=False, run__item__quantity_needed__gt=free)


_SHORT_IN = Prepared(
    lambda code: _short().filter(run__code=code).order_by("id").values_list("seller_code"),
    NegotiationRun._meta.get_field("code"),
    UUID(int=1),
)
_SHORT_OF = Prepared(
    lambda inventory: (
        _short()
        .filter(inventory=inventory, run__status__in=_AT_THE_TABLE)
        .order_by("run_id")
        .values_list("run__code", "seller_code")
    ),
    SellerInventory._meta.get_field("id"),
    -1,
)
