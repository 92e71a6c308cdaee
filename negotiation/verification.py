"""Whether a room's log is the one that was written, and whether the tables beside it say what the log says."""

from decimal import Decimal

from django.db.models import Q, Sum

from marketplace.models import SellerInventory
from negotiation.core.vocabulary import Result
from negotiation.models import Message, NegotiationRun, Offer, Outcome
from negotiation.projections import MESSAGES, OFFERS, Projections
from negotiation.store import StoredRoom, chain, read_history


def first_broken(run: NegotiationRun) -> int | None:
    """The number of the first event that is missing or not as it was written, None if the log is whole."""
    previous, expected = "", 1
    for row in run.events.order_by("seq"):
        if row.seq != expected or row.hash != chain(previous, row.seq, row.type, row.payload, row.at):
            return expected
        previous, expected = row.hash, row.seq + 1
    is_whole = run.last_seq == expected - 1 and run.last_hash == previous
    return None if is_whole else expected


def strayed(run: NegotiationRun) -> list[str]:
    """What of a room, whose log is whole, is not in the tables as its log says: empty if all is."""
    stored, records = read_history(run.code)
    projections = Projections()
    projections.add(run.pk, stored.seats, records)
    offers, messages = projections.rows()
    checks = {
        "status": run.status == stored.status,
        "round": run.current_round == stored.room.round,
        "offers": sorted(offers) == sorted(Offer.objects.filter(run=run).values_list(*OFFERS.columns)),
        "outcome": _outcomes_of(run) == _outcomes_told(stored),
        "messages": sorted(messages) == sorted(Message.objects.filter(run=run).values_list(*MESSAGES.columns)),
    }
    return [name for name, is_so in checks.items() if not is_so]


def misjudged_stock() -> list[SellerInventory]:
    """Inventory of which not as much is reserved as the deals say."""
    sold = Sum("quantity", filter=Q(result=Result.DEAL))
    deals = Outcome.objects.filter(participant__inventory__isnull=False).values_list("participant__inventory")
    promised = {inventory: units or 0 for inventory, units in deals.annotate(units=sold).order_by()}
    items = SellerInventory.objects.filter(Q(pk__in=promised) | Q(quantity_reserved__gt=0)).select_related("seller")
    return [item for item in items if item.quantity_reserved != promised.get(item.pk, 0)]


def _outcomes_of(run: NegotiationRun) -> list[tuple[int | None, Decimal | None, int | None]]:
    return list(Outcome.objects.filter(run=run).values_list("participant", "unit_price", "quantity"))


def _outcomes_told(stored: StoredRoom) -> list[tuple[int | None, Decimal | None, int | None]]:
    """None or one: the winner's number and terms, or nothing of either where there was no deal."""
    room = stored.room
    if not room.is_decided and not room.status.is_over:
        return []
    if room.winner is None or room.terms is None:
        return [(None, None, None)]
    return [(stored.seats[room.winner].participant_id, room.terms.unit_price, room.terms.quantity)]
