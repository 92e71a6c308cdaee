"""Whose a room is and how it was set up: read by queries made once, for nearly every request asks this first."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Model

from marketplace.term_ranges import buyers_span, ranges_of
from negotiation.core.preferences import BuyerLimits, Policy, Priority, SellerLimits, Style, Temperament, Toughness
from negotiation.core.room import SellerSeat, Setup
from negotiation.core.vocabulary import Holder, RoomStatus
from negotiation.models import NegotiationRun, Participant
from negotiation.prepared import Prepared
from negotiation.records import Roster

_RUN = (
    *("pk", "code", "session__code", "item__buyer__code", "session__currency", "session__disclose_best_offer"),
    *("item__item_name", "item__buyer__name", "item__min_price_per_unit", "item__max_price_per_unit"),
    *("item__quantity_needed", "max_rounds", "seed", "session__seed"),
    *("status", "skip_reason", "last_seq", "last_hash", "fence", "started_at"),
    *("item__approve_above", "session__approve_above", "item__approve_below_min", "item__allowed_terms"),
    "session__buyer_mind",
    "session__is_what_if",
    *("session__buyer_temperament", "session__buyer_policy", "item__term_weights"),
)
_SEAT = (
    *("pk", "inventory_id", "seller_code", "name", "cost_price", "least_price", "selling_price", "stock"),
    *(
        "priority",
        "speaking_style",
        "mind",
        "allowed_terms",
        "temperament",
        "toughness",
        "term_weights",
        "bundle_percent",
    ),
)
_RUNS = Prepared(
    lambda code: NegotiationRun.objects.filter(code=code).order_by().values_list(*_RUN),
    NegotiationRun._meta.get_field("code"),
    UUID(int=1),
)
_SEATS = Prepared(
    lambda run_id: Participant.objects.filter(run_id=run_id).order_by("id").values_list(*_SEAT),
    NegotiationRun._meta.get_field("id"),
    1,
)


_HOLDERS = {"human": Holder.PERSON, "external": Holder.PROGRAM}


class RunRow(NamedTuple):
    """What a room's roster and log are read from, in the order of `_RUN`."""

    pk: int
    code: UUID
    session_code: UUID
    buyer_code: UUID
    currency: str
    disclose_best_offer: bool
    item_name: str
    buyer_name: str
    minimum: Decimal
    maximum: Decimal
    quantity: int
    max_rounds: int
    seed: int
    session_seed: int | None
    status: str
    skip_reason: str
    last_seq: int
    last_hash: str
    fence: int
    started_at: datetime | None
    item_approve_above: Decimal | None
    session_approve_above: Decimal | None
    asks_below_minimum: bool
    allowed_terms: dict[str, list[int]]
    buyer_mind: str
    is_what_if: bool
    buyer_temperament: str
    buyer_policy: str
    term_weights: dict[str, float]


class SeatRow(NamedTuple):
    """In the order of `_SEAT`."""

    pk: int
    inventory_id: int | None
    code: UUID
    name: str
    cost: Decimal
    floor: Decimal
    ask: Decimal
    stock: int
    priority: str
    style: str
    mind: str
    allowed_terms: dict[str, list[int]]
    temperament: str
    toughness: str
    term_weights: dict[str, float]
    bundle_percent: int


def find_run(code: UUID) -> tuple[RunRow, list[SeatRow], Roster] | None:
    """None if there is no such room, or it is being deleted."""
    found = _RUNS.rows(code)
    if not found:
        return None
    run = RunRow(*found[0])
    seats = [SeatRow(*row) for row in _SEATS.rows(run.pk)]
    if not seats and run.status != RoomStatus.NO_SELLERS:
        return None
    return run, seats, _roster(run, seats)


def roster_of(run: NegotiationRun) -> Roster:
    """Costs no query after `with_setup()`."""
    seats = [SeatRow(*_values(participant, _SEAT)) for participant in run.participants.all()]
    return _roster(RunRow(*_values(run, _RUN)), seats)


def _values(row: Model, columns: Sequence[str]) -> list[Any]:
    """As `values_list` has them."""
    return [attrgetter(column.replace("__", "."))(row) for column in columns]


def _roster(run: RunRow, seats: Sequence[SeatRow]) -> Roster:
    setup = Setup(
        item_name=run.item_name,
        buyer_name=run.buyer_name,
        buyer=_buyer_limits(run),
        sellers=tuple(_seat_of(seat) for seat in seats),
        max_rounds=run.max_rounds,
        seed=run.seed,
        disclose_best_offer=run.disclose_best_offer,
        buyer_holder=holder_of(run.buyer_mind),
        buyer_temperament=Temperament(run.buyer_temperament),
        buyer_policy=Policy(run.buyer_policy),
        draws_by_limits=run.session_seed is None,
    )
    return Roster(run.code, run.session_code, run.buyer_code, run.currency, setup)


def holder_of(mind: str) -> Holder:
    """Who holds the seat of this mind when the room opens."""
    return _HOLDERS.get(mind, Holder.AGENT)


def _buyer_limits(run: RunRow) -> BuyerLimits:
    own = run.item_approve_above
    return BuyerLimits(
        run.minimum,
        run.maximum,
        run.quantity,
        ranges_of(run.allowed_terms, run.term_weights, buyers_span(run.minimum, run.maximum))
        if run.allowed_terms
        else (),
        run.session_approve_above if own is None else own,
        run.asks_below_minimum,
        asks_nobody=run.is_what_if,
    )


def _seat_of(seat: SeatRow) -> SellerSeat:
    extras = ranges_of(seat.allowed_terms, seat.term_weights, seat.ask - seat.floor) if seat.allowed_terms else ()
    limits = SellerLimits(seat.cost, seat.floor, seat.ask, seat.stock, Priority(seat.priority), extras)
    return SellerSeat(
        str(seat.code),
        seat.name,
        limits,
        Style(seat.style),
        holder_of(seat.mind),
        Temperament(seat.temperament),
        Toughness(seat.toughness),
        Decimal(seat.bundle_percent) / 100,
    )
