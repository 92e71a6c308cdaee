"""What a session came to: purchases judged against what was possible, failures with their reasons, and totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, Sum

from llm.purse import Spending
from marketplace.models import Session
from marketplace.term_ranges import buyers_span, ranges_of
from negotiation.core.analysis import Measures, measure
from negotiation.core.matching import WHY_SKIPPED
from negotiation.core.preferences import BuyerLimits, Extras, Priority, SellerLimits, Style
from negotiation.core.room import SellerSeat, Setup
from negotiation.core.terms import Terms, to_money
from negotiation.core.vocabulary import OfferStatus, Result, RoomStatus, TradeState
from negotiation.models import LLMCall, Message, NegotiationRun, Offer, Participant
from negotiation.prepared import Prepared

TRADE_CANCELLED = "trade_cancelled"
THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Purchase:
    """Savings and totals are in the session's currency over all units, prices per unit; shares mostly 0 to 1.

    What it is judged by is its `price_in_effect`: what it comes to for the buyer with the further terms agreed.
    """

    room_id: UUID
    item_id: str
    item_name: str
    quantity: int
    seller_name: str
    unit_price: Decimal
    total_cost: Decimal
    rounds: int
    duration_seconds: float
    reason: str
    explanation: str
    asking_price: Decimal
    measures: Measures
    messages: int
    trade_number: str
    is_direct: bool
    extras: Extras

    @property
    def price_in_effect(self) -> Decimal:
        return self.unit_price if self.measures.price is None else self.measures.price

    @property
    def limit_price(self) -> Decimal:
        return self.measures.limit

    @property
    def savings_against_ask(self) -> Decimal:
        return self.measures.saved_against_ask or Decimal(0)

    @property
    def savings_against_limit(self) -> Decimal:
        return self.measures.saved_against_limit or Decimal(0)

    @property
    def competitive_price(self) -> Decimal | None:
        return self.measures.competitive_price

    @property
    def best_possible_price(self) -> Decimal | None:
        return self.measures.ideal_price

    @property
    def buyer_share(self) -> Decimal | None:
        return rounded_share(self.measures.ideal_share)

    @property
    def competitive_share(self) -> Decimal | None:
        return rounded_share(self.measures.competitive_share)

    @property
    def was_best_seller(self) -> bool:
        return bool(self.measures.has_core_winner)


@dataclass(frozen=True, slots=True)
class FailedItem:
    room_id: UUID
    item_name: str
    reason: str
    explanation: str


class RoomRow(NamedTuple):
    """What a summary tells of a room, in the order of `_ROOM`. Without an outcome, what is of it is None."""

    pk: int
    code: UUID
    status: str
    skip_reason: str
    current_round: int
    max_rounds: int
    started_at: datetime | None
    ended_at: datetime | None
    item_name: str
    minimum: Decimal
    maximum: Decimal
    quantity_needed: int
    item_id: str
    is_bilateral: bool
    result: str | None
    reason: str
    explanation: str
    unit_price: Decimal
    quantity: int
    winner: UUID
    winner_name: str
    trade_number: str | None
    trade_state: str | None
    allowed_terms: Mapping[str, list[int]]
    term_weights: Mapping[str, float]

    @property
    def is_over(self) -> bool:
        return RoomStatus(self.status).is_over

    @property
    def is_bought(self) -> bool:
        return self.result == Result.DEAL and self.trade_state != TradeState.CANCELLED

    @property
    def duration_seconds(self) -> float:
        if self.started_at is None or self.ended_at is None:
            return 0.0
        return round((self.ended_at - self.started_at).total_seconds(), 3)

    def setup(self, buyer_name: str, seats: Sequence[SellerSeat]) -> Setup:
        span = buyers_span(self.minimum, self.maximum)
        extras = ranges_of(self.allowed_terms, self.term_weights, span) if self.allowed_terms else ()
        buyer = BuyerLimits(self.minimum, self.maximum, self.quantity_needed, extras)
        return Setup(self.item_name, buyer_name, buyer, tuple(seats), self.max_rounds)


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """`rooms` are all rooms, with the sellers of each by its key: both hold private numbers of both sides."""

    session: Session
    buyer_name: str
    currency: str
    purchases: tuple[Purchase, ...]
    failed_items: tuple[FailedItem, ...]
    total_items_requested: int
    open_rooms: int
    total_messages: int
    models: Spending
    rooms: tuple[RoomRow, ...]
    seats: Mapping[int, Sequence[SellerSeat]]

    def setup(self, room: RoomRow) -> Setup:
        return room.setup(self.buyer_name, self.seats.get(room.pk, ()))

    @property
    def total_spent(self) -> Decimal:
        return sum((purchase.total_cost for purchase in self.purchases), Decimal(0))

    @property
    def total_in_effect(self) -> Decimal:
        """What was spent, and what the further terms agreed took from the buyer besides."""
        return sum((purchase.price_in_effect * purchase.quantity for purchase in self.purchases), Decimal(0))

    @property
    def items_purchased(self) -> int:
        """An item counts once, though it may have been bought in its own room and in direct negotiations."""
        return len({purchase.item_id for purchase in self.purchases})

    @property
    def savings_against_ask(self) -> Decimal:
        return sum((purchase.savings_against_ask for purchase in self.purchases), Decimal(0))

    @property
    def savings_against_limit(self) -> Decimal:
        return sum((purchase.savings_against_limit for purchase in self.purchases), Decimal(0))

    @property
    def total_asked(self) -> Decimal:
        """By those who sold, for what they sold."""
        return self.total_spent + self.savings_against_ask

    @property
    def total_at_limits(self) -> Decimal:
        return self.total_spent + self.savings_against_limit

    @property
    def competitive_total(self) -> Decimal | None:
        """For all that was bought; None if it is not known of each purchase."""
        return _known_total([(purchase.competitive_price, purchase.quantity) for purchase in self.purchases])

    @property
    def best_possible_total(self) -> Decimal | None:
        return _known_total([(purchase.best_possible_price, purchase.quantity) for purchase in self.purchases])

    @property
    def average_savings_per_item(self) -> Decimal:
        """Against the asking prices, for each purchase."""
        return to_money(self.savings_against_ask / len(self.purchases)) if self.purchases else Decimal(0)

    @property
    def average_rounds(self) -> float:
        return _mean([purchase.rounds for purchase in self.purchases])

    @property
    def average_duration_seconds(self) -> float:
        return _mean([purchase.duration_seconds for purchase in self.purchases])


def summarise(session: Session) -> SessionSummary:
    """Raises Session.DoesNotExist if it is deleted meanwhile."""
    rooms = tuple(RoomRow(*row) for row in _ROOMS.rows(session.pk))
    seats = _seats(session)
    messages: dict[int, int] = dict(_MESSAGES.rows(session.pk))
    buyer_name = session.buyer.name
    deals = [room for room in rooms if room.is_over and room.is_bought]
    if any(room.pk not in seats for room in deals):
        raise Session.DoesNotExist(f"session {session.code} was deleted")
    extras = _agreed_extras(deals)
    bought = {room.item_id for room in deals}
    own = [room for room in rooms if not room.is_bilateral]
    return SessionSummary(
        session=session,
        buyer_name=buyer_name,
        currency=session.currency,
        purchases=tuple(
            purchase_in(room, room.setup(buyer_name, seats[room.pk]), messages.get(room.pk, 0), extras.get(room.pk, ()))
            for room in deals
        ),
        failed_items=tuple(_failed(room) for room in own if room.is_over and room.item_id not in bought),
        total_items_requested=len(own),
        open_rooms=sum(not room.is_over for room in rooms),
        total_messages=sum(messages.values()),
        models=_spending(session),
        rooms=rooms,
        seats=seats,
    )


def purchase_in(room: RoomRow, setup: Setup, message_count: int, extras: Extras = ()) -> Purchase:
    """Of a room that ended with a deal, with these further terms."""
    terms = Terms(room.unit_price, room.quantity, extras)
    return Purchase(
        room_id=room.code,
        item_id=room.item_id,
        item_name=room.item_name,
        quantity=terms.quantity,
        seller_name=room.winner_name,
        unit_price=terms.unit_price,
        total_cost=terms.total,
        rounds=room.current_round,
        duration_seconds=room.duration_seconds,
        reason=room.reason,
        explanation=room.explanation,
        asking_price=setup.seat(str(room.winner)).limits.ask,
        measures=measure(setup, str(room.winner), terms, room.current_round),
        messages=message_count,
        trade_number=room.trade_number or "",
        is_direct=room.is_bilateral,
        extras=extras,
    )


_ROOM = (
    *("pk", "code", "status", "skip_reason", "current_round", "max_rounds", "started_at", "ended_at"),
    *("item__item_name", "item__min_price_per_unit", "item__max_price_per_unit", "item__quantity_needed"),
    *("item__item_id", "is_bilateral"),
    *("outcome__result", "outcome__reason", "outcome__explanation", "outcome__unit_price", "outcome__quantity"),
    *("outcome__participant__seller_code", "outcome__participant__name"),
    *("outcome__trade__number", "outcome__trade__state"),
    *("item__allowed_terms", "item__term_weights"),
)
_SEAT = (
    *("run_id", "seller_code", "name", "speaking_style"),
    *("cost_price", "least_price", "selling_price", "stock", "priority", "allowed_terms", "term_weights"),
)
_SESSION_ID = Session._meta.get_field("id")
_ROOMS = Prepared(
    lambda session: NegotiationRun.objects.filter(session=session).order_by("id").values_list(*_ROOM), _SESSION_ID, 1
)
_SEATS = Prepared(
    lambda session: Participant.objects.filter(run__session=session).order_by("id").values_list(*_SEAT), _SESSION_ID, 1
)
# What was said to several sellers at once is one message.
_MESSAGES = Prepared(
    lambda session: (
        Message.objects.filter(run__session=session).order_by().values_list("run").annotate(Count("seq", distinct=True))
    ),
    _SESSION_ID,
    1,
)

_SPENDING = Prepared(
    lambda session: (
        LLMCall.objects.filter(run__session=session)
        .order_by()
        .values("run__session")
        .annotate(
            all_calls=Sum("attempts"),
            all_tokens=Sum(F("input_tokens") + F("output_tokens")),
            all_cost=Sum("cost"),
            all_seconds=Sum("seconds"),
        )
        .values_list("all_calls", "all_tokens", "all_cost", "all_seconds")
    ),
    _SESSION_ID,
    1,
)


def _spending(session: Session) -> Spending:
    """As `LLMCall.objects.spending`; Django makes that query in more time than all others of a summary together."""
    found = _SPENDING.rows(session.pk)
    return Spending(*found[0]) if found else Spending()


def _seats(session: Session) -> dict[int, list[SellerSeat]]:
    """By room."""
    seats: dict[int, list[SellerSeat]] = {}
    for run_id, code, name, style, cost, floor, ask, stock, priority, ranges, weights in _SEATS.rows(session.pk):
        extras = ranges_of(ranges, weights, ask - floor) if ranges else ()
        limits = SellerLimits(cost, floor, ask, stock, Priority(priority), extras)
        seats.setdefault(run_id, []).append(SellerSeat(str(code), name, limits, Style(style)))
    return seats


def _agreed_extras(deals: Sequence[RoomRow]) -> dict[int, Extras]:
    """By room; asked for only where anything but the price can have been bargained over."""
    rooms = [room.pk for room in deals if room.allowed_terms]
    if not rooms:
        return {}
    taken = Offer.objects.filter(run__in=rooms, participant=F("run__outcome__participant"))
    rows = taken.filter(status=OfferStatus.ACCEPTED).exclude(extras={}).order_by("number")
    return {run: tuple(sorted(terms.items())) for run, terms in rows.values_list("run_id", "extras")}


def _failed(room: RoomRow) -> FailedItem:
    if room.status == RoomStatus.NO_SELLERS:
        return FailedItem(room.code, room.item_name, room.skip_reason, WHY_SKIPPED[room.skip_reason])
    if room.result == Result.DEAL:
        return FailedItem(room.code, room.item_name, TRADE_CANCELLED, f"The trade {room.trade_number} was cancelled.")
    return FailedItem(room.code, room.item_name, room.reason, room.explanation)


def whole_cents(price: Decimal | None) -> Decimal | None:
    """Of a price that was reckoned from what terms are worth, and that nobody has named."""
    return None if price is None else to_money(price)


def rounded_share(share: Decimal | None) -> Decimal | None:
    return None if share is None else share.quantize(THOUSANDTH)


def _known_total(prices: Sequence[tuple[Decimal | None, int]]) -> Decimal | None:
    total = Decimal(0)
    for price, quantity in prices:
        if price is None:
            return None
        total += price * quantity
    return total


def _mean(values: list[int] | list[float]) -> float:
    return round(sum(values) / len(values), 2) if values else 0.0
