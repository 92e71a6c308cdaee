"""What a session came to: purchases judged against what was possible, failures with their reasons, and totals."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count

from llm.purse import Spending
from marketplace.models import Session
from negotiation.core.analysis import assess, survey
from negotiation.core.matching import Mismatch
from negotiation.core.terms import Terms, to_money
from negotiation.core.vocabulary import Result, RoomStatus
from negotiation.models import LLMCall, Message, NegotiationRun
from negotiation.store import roster_of

WHY_SKIPPED: dict[str, str] = {
    Mismatch.NO_INVENTORY: "No seller stocks this item.",
    Mismatch.INSUFFICIENT_QUANTITY: "No seller has enough of this item.",
    Mismatch.PRICE_MISMATCH: "No seller's prices fit the buyer's.",
}


@dataclass(frozen=True, slots=True)
class Purchase:
    """Savings and totals are in the session's currency over all units, prices per unit; shares mostly 0 to 1."""

    room_id: UUID
    item_name: str
    quantity: int
    seller_name: str
    unit_price: Decimal
    total_cost: Decimal
    rounds: int
    duration_seconds: float
    reason: str
    explanation: str
    savings_against_ask: Decimal
    savings_against_limit: Decimal
    competitive_price: Decimal | None
    best_possible_price: Decimal | None
    buyer_share: Decimal | None
    competitive_share: Decimal | None
    was_best_seller: bool
    messages: int


@dataclass(frozen=True, slots=True)
class FailedItem:
    room_id: UUID
    item_name: str
    reason: str
    explanation: str


@dataclass(frozen=True, slots=True)
class SessionSummary:
    session: Session
    buyer_name: str
    currency: str
    purchases: tuple[Purchase, ...]
    failed_items: tuple[FailedItem, ...]
    total_items_requested: int
    open_rooms: int
    total_messages: int
    models: Spending

    @property
    def total_spent(self) -> Decimal:
        return sum((purchase.total_cost for purchase in self.purchases), Decimal(0))

    @property
    def items_purchased(self) -> int:
        return len(self.purchases)

    @property
    def savings_against_ask(self) -> Decimal:
        return sum((purchase.savings_against_ask for purchase in self.purchases), Decimal(0))

    @property
    def savings_against_limit(self) -> Decimal:
        return sum((purchase.savings_against_limit for purchase in self.purchases), Decimal(0))

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
    runs = list(
        NegotiationRun.objects.with_setup()
        .filter(session=session)
        .select_related("outcome__participant")
        .order_by("id")
    )
    ended = [run for run in runs if RoomStatus(run.status).is_over]
    messages = dict(
        Message.objects.filter(run__session=session).values_list("run").annotate(count=Count("seq", distinct=True))
    )
    return SessionSummary(
        session=session,
        buyer_name=session.buyer.name,
        currency=session.currency,
        purchases=tuple(_purchase(run, messages.get(run.pk, 0)) for run in ended if _is_deal(run)),
        failed_items=tuple(_failed(run) for run in ended if not _is_deal(run)),
        total_items_requested=len(runs),
        open_rooms=len(runs) - len(ended),
        total_messages=sum(messages.values()),
        models=LLMCall.objects.filter(run__session=session).spending(),
    )


def _is_deal(run: NegotiationRun) -> bool:
    return hasattr(run, "outcome") and run.outcome.result == Result.DEAL


def _purchase(run: NegotiationRun, message_count: int) -> Purchase:
    outcome = run.outcome
    assert outcome.participant is not None
    assert outcome.unit_price is not None
    assert outcome.quantity is not None
    terms, setup = Terms(outcome.unit_price, outcome.quantity), roster_of(run).setup
    assessment = assess(setup, str(outcome.participant.seller_code), terms)
    market = survey(setup)
    return Purchase(
        room_id=run.code,
        item_name=run.item.item_name,
        quantity=terms.quantity,
        seller_name=outcome.participant.name,
        unit_price=terms.unit_price,
        total_cost=terms.total,
        rounds=run.current_round,
        duration_seconds=_duration(run),
        reason=outcome.reason,
        explanation=outcome.explanation,
        savings_against_ask=assessment.savings_against_ask,
        savings_against_limit=assessment.savings_against_limit,
        competitive_price=market.competitive_price,
        best_possible_price=market.zopa.low if market.zopa else None,
        buyer_share=assessment.buyer_share,
        competitive_share=assessment.competitive_share,
        was_best_seller=assessment.was_best_seller,
        messages=message_count,
    )


def _failed(run: NegotiationRun) -> FailedItem:
    if run.status == RoomStatus.NO_SELLERS:
        return FailedItem(run.code, run.item.item_name, run.skip_reason, WHY_SKIPPED[Mismatch(run.skip_reason)])
    return FailedItem(run.code, run.item.item_name, run.outcome.reason, run.outcome.explanation)


def _duration(run: NegotiationRun) -> float:
    if run.started_at is None or run.ended_at is None:
        return 0.0
    return round((run.ended_at - run.started_at).total_seconds(), 3)


def _mean(values: list[int] | list[float]) -> float:
    return round(sum(values) / len(values), 2) if values else 0.0
