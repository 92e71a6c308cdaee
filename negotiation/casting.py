"""Who plays the seats of a room, and how fast: read from the run's session and participants."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from llm.purse import Budget, Spending
from marketplace.models import Session
from negotiation.core.vocabulary import Fallback, Party, Voice
from negotiation.errors import RoomNotFound
from negotiation.minds.line import FAILED_TURN, MOST_FAILED_TURNS, Tuning
from negotiation.models import LLMCall, NegotiationRun, Participant
from negotiation.records import Roster
from negotiation.rosters import roster_of


@dataclass(frozen=True, slots=True)
class SeatCasting:
    """`failed_turns` are the latest in a row in which its model was of no use."""

    mind: str
    tuning: Tuning
    failed_turns: int = 0


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
    session, failed = run.session, _failed_turns(run)
    return Casting(
        roster=roster_of(run),
        turn_seconds=session.turn_seconds,
        provider=session.llm_provider,
        buyer=SeatCasting(session.buyer_mind, _buyer_tuning(session), failed.get("", 0)),
        sellers={
            str(p.seller_code): SeatCasting(p.mind, _tuning(session, p), failed.get(str(p.seller_code), 0))
            for p in run.participants.all()
        },
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


def _failed_turns(run: NegotiationRun) -> dict[str, int]:
    """By seller's code, the buyer's under "": as the log tells it to whoever goes on with the room."""
    said = run.messages.exclude(voice=Voice.PERSON).order_by("seq")
    turns: dict[str, dict[int, list[str]]] = {}
    for party, seller, number, fallback in said.values_list("party", "participant__seller_code", "round", "fallback"):
        seat = str(seller) if party == Party.SELLER else ""
        turns.setdefault(seat, {}).setdefault(number, []).append(fallback)
    return {seat: _failed_in_a_row(list(rounds.values())) for seat, rounds in turns.items()}


def _failed_in_a_row(turns: list[list[str]]) -> int:
    failed = 0
    for fallbacks in reversed(turns):
        if Fallback.GIVEN_UP in fallbacks:
            return MOST_FAILED_TURNS
        if any(fallback not in FAILED_TURN for fallback in fallbacks):
            break
        failed += 1
    return failed
