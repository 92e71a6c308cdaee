"""Whether a room's log is the one that was written, and whether the tables beside it say what the log says."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Model, Q, Sum

from marketplace.models import SellerInventory
from negotiation.core.vocabulary import Result, TradeState
from negotiation.models import Approval, Message, NegotiationRun, Offer, Outcome, SeatWait
from negotiation.projections import MESSAGES, OFFERS, OPEN, Projections
from negotiation.rows import Row
from negotiation.store import StoredRoom, chain, read_history
from negotiation.trade_models import Trade

# What the log says of them; the first column tells those of one room apart.
WAIT = ("participant_id", "party", "actions", "asked_at", "until", "warned_at")
APPROVAL = (
    *("number", "participant_id", "offer_number", "kind", "unit_price", "quantity", "state"),
    *("requested_at", "expires_at", "decided_by", "decided_at", "note"),
)


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
    projections = Projections(run.pk, stored.seats)
    projections.add(records)
    offers, messages = projections.rows()
    waits, approvals = projections.table_rows()
    checks = {
        "status": run.status == stored.status,
        "round": run.current_round == stored.room.round,
        "offers": _offers_told(offers, kept := _offers_of(run)) == kept,
        "outcome": _outcomes_of(run) == _outcomes_told(stored),
        "waits": _values(waits, WAIT) == _values(SeatWait.objects.filter(run=run), WAIT),
        "approvals": _values(approvals, APPROVAL) == _values(Approval.objects.filter(run=run), APPROVAL),
        "trade": _trades_of(run) == ([] if run.session.is_what_if else _trades_told(stored)),
        "messages": sorted(messages) == sorted(Message.objects.filter(run=run).values_list(*MESSAGES.columns)),
    }
    return [name for name, is_so in checks.items() if not is_so]


def misjudged_stock() -> list[SellerInventory]:
    """Inventory of which not as much is reserved as the deals say that were not taken back, with those of deleted
    sessions.
    """
    sold = Sum("quantity", filter=Q(result=Result.DEAL) & ~Q(trade__state=TradeState.CANCELLED))
    deals = Outcome.objects.filter(participant__inventory__isnull=False).values_list("participant__inventory")
    promised = {inventory: units or 0 for inventory, units in deals.annotate(units=sold).order_by()}
    items = SellerInventory.objects.filter(Q(pk__in=promised) | Q(quantity_reserved__gt=0)).select_related("seller")
    return [item for item in items if item.quantity_reserved - item.quantity_settled != promised.get(item.pk, 0)]


def _values(rows: Iterable[Model], columns: Sequence[str]) -> list[tuple[object, ...]]:
    return sorted(tuple(getattr(row, column) for column in columns) for row in rows)


def _offers_of(run: NegotiationRun) -> list[tuple[object, ...]]:
    """By number and as they are projected: further terms are JSON there."""
    stored_as_json = {OFFERS.columns.index(name) for name in ("extras", "packages")}
    rows = Offer.objects.filter(run=run).order_by("number").values_list(*OFFERS.columns)
    return [tuple(json.dumps(v) if at in stored_as_json else v for at, v in enumerate(row)) for row in rows]


def _offers_told(offers: Sequence[Row], kept: Sequence[Row]) -> list[Row]:
    """As the log tells them; what was said to offers, and when, was not written down by older versions."""
    number, responded = OFFERS.columns.index("number"), OFFERS.columns.index("responded_at")
    older = {row[number] for row in kept if row[responded] is None}
    return [(*row[:responded], *OPEN[1:]) if row[number] in older else row for row in offers]


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


def _trades_of(run: NegotiationRun) -> list[tuple[str, Decimal, dict[str, int]]]:
    trades = Trade.objects.filter(outcome__run=run).values_list("seller_code", "total", "terms")
    return [(str(seller), total, terms) for seller, total, terms in trades]


def _trades_told(stored: StoredRoom) -> list[tuple[str, Decimal, dict[str, int]]]:
    """None or one: the winner, what it is paid, and the further terms."""
    room = stored.room
    if room.winner is None or room.terms is None:
        return []
    return [(room.winner, room.terms.total, dict(room.terms.extras))]
