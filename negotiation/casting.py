"""Who plays the seats of a room, and how fast: read from the run's session and participants."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from llm.purse import Budget, Spending
from marketplace.models import Session
from negotiation.errors import RoomNotFound
from negotiation.minds.line import Tuning
from negotiation.models import LLMCall, NegotiationRun, Participant
from negotiation.records import Roster
from negotiation.store import roster_of


@dataclass(frozen=True, slots=True)
class SeatCasting:
    mind: str
    tuning: Tuning


@dataclass(frozen=True, slots=True)
class Spent:
    """What models have cost so far: the room, its session, and all rooms today."""

    room: Spending
    session: Spending
    today: Spending


@dataclass(frozen=True, slots=True)
class Casting:
    """A mind with its model for each seat, and the rest before each turn. An empty provider is the default."""

    roster: Roster
    turn_seconds: float
    provider: str
    buyer: SeatCasting
    sellers: Mapping[str, SeatCasting]
    session_budget: Budget
    spent: Spent

    @property
    def uses_model(self) -> bool:
        return any(seat.mind in ("narrated", "llm") for seat in (self.buyer, *self.sellers.values()))


def read_casting(code: UUID) -> Casting:
    """Raises RoomNotFound."""
    try:
        run = NegotiationRun.objects.with_setup().get(code=code)
    except NegotiationRun.DoesNotExist as missing:
        raise RoomNotFound(f"there is no room {code}") from missing
    session = run.session
    return Casting(
        roster=roster_of(run),
        turn_seconds=session.turn_seconds,
        provider=session.llm_provider,
        buyer=SeatCasting(session.buyer_mind, _buyer_tuning(session)),
        sellers={str(p.seller_code): SeatCasting(p.mind, _tuning(session, p)) for p in run.participants.all()},
        session_budget=Budget(session.budget_calls, session.budget_tokens, session.budget_cost, session.budget_seconds),
        spent=_spent(run),
    )


def _buyer_tuning(session: Session) -> Tuning:
    own = session.buyer_llm_temperature
    return Tuning(
        session.buyer_llm_model or session.llm_model,
        session.llm_temperature if own is None else own,
        session.llm_max_tokens,
    )


def _tuning(session: Session, seat: Participant) -> Tuning:
    own = seat.llm_temperature
    return Tuning(
        seat.llm_model or session.llm_model,
        session.llm_temperature if own is None else own,
        session.llm_max_tokens,
    )


def _spent(run: NegotiationRun) -> Spent:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return Spent(
        room=LLMCall.objects.filter(run=run).spending(),
        session=LLMCall.objects.filter(run__session_id=run.session_id).spending(),
        today=LLMCall.objects.filter(at__gte=midnight).spending(),
    )
