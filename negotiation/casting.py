"""Who plays the seats of a room, and how fast: read from the run's session and participants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from llm.purse import Budget, Spending
from marketplace.models import Session
from negotiation.core.vocabulary import Fallback, Party, Voice
from negotiation.errors import RoomNotFound
from negotiation.minds.line import FAILED_TURN, MOST_FAILED_TURNS, Tuning
from negotiation.minds.seated import AutoAccept
from negotiation.models import AutoAcceptRule, LLMCall, NegotiationRun, Participant
from negotiation.prepared import Prepared
from negotiation.records import Roster
from negotiation.rosters import roster_of

BY_HAND = ("human", "external")


@dataclass(frozen=True, slots=True)
class SeatCasting:
    """`failed_turns` are the latest in a row in which its model was of no use."""

    mind: str
    tuning: Tuning
    failed_turns: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What models have cost so far: the room, its session, and all rooms today, which is not always asked."""

    room: Spending
    session: Spending
    today: Spending | None


@dataclass(frozen=True, slots=True)
class Casting:
    """A mind with its model for each seat, and the rest before each turn. An empty provider is the default.

    Whoever holds a seat has `hand_seconds` for a move; by the seller's id, the buyer's under "", what is taken for it
    at once.
    """

    roster: Roster
    turn_seconds: float
    provider: str
    buyer: SeatCasting
    sellers: Mapping[str, SeatCasting]
    session_budget: Budget
    spent: Spent
    hand_seconds: int
    auto_accept: Mapping[str, AutoAccept]

    @property
    def uses_model(self) -> bool:
        return any(seat.mind in ("narrated", "llm") for seat in (self.buyer, *self.sellers.values()))


_CALLS = Prepared(
    lambda session_id: (
        LLMCall.objects.filter(run__session_id=session_id)
        .order_by()
        .values_list("run_id", "attempts", "input_tokens", "output_tokens", "cost", "seconds")
    ),
    LLMCall._meta.get_field("id"),
    1,
)


def read_casting(code: UUID, known_day: date | None = None) -> Casting:
    """What was spent on the known day is left out: it takes the longer the more there was. Raises RoomNotFound."""
    try:
        run = NegotiationRun.objects.with_setup().get(code=code)
    except NegotiationRun.DoesNotExist as missing:
        raise RoomNotFound(f"there is no room {code}") from missing
    session, failed = run.session, _failed_turns(run)
    return Casting(
        roster=roster_of(run),
        turn_seconds=session.turn_seconds,
        provider=session.llm_provider,
        buyer=SeatCasting(agent_mind(session.buyer_mind), _buyer_tuning(session), failed.get("", 0)),
        sellers={
            str(p.seller_code): SeatCasting(agent_mind(p.mind), _tuning(session, p), failed.get(str(p.seller_code), 0))
            for p in run.participants.all()
        },
        session_budget=Budget(session.budget_calls, session.budget_tokens, session.budget_cost, session.budget_seconds),
        spent=_spent(run, known_day),
        hand_seconds=hand_seconds(session),
        auto_accept=_auto_accept(run),
    )


def _auto_accept(run: NegotiationRun) -> dict[str, AutoAccept]:
    kept = AutoAcceptRule.objects.filter(run=run).select_related("participant")
    return {
        str(rule.participant.seller_code) if rule.participant else "": AutoAccept(
            rule.target, rule.tolerance, rule.least_part
        )
        for rule in kept
    }


def hand_seconds(session: Session) -> int:
    hours = session.seat_hours or settings.SEATS.hours
    return max(1, round(hours * 3600))


def agent_mind(mind: str) -> str:
    """The mind of the agent that takes the seat when whoever holds it gives it back."""
    return str(settings.NEGOTIATION.default_mind) if mind in BY_HAND else mind


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


def _spent(run: NegotiationRun, known_day: date | None) -> Spent:
    now = timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    calls = _CALLS.rows(run.session_id)
    return Spent(
        room=_total(calls, run.pk),
        session=_total(calls),
        today=None if now.date() == known_day else LLMCall.objects.filter(at__gte=midnight).spending(),
    )


def _total(calls: Sequence[Sequence[Any]], run_id: int | None = None) -> Spending:
    """Of all the calls in the columns of `_CALLS`, or of those of one room."""
    counted = [call for call in calls if run_id in (None, call[0])]
    return Spending(
        calls=sum(call[1] for call in counted),
        tokens=sum(call[2] + call[3] for call in counted),
        cost=sum((call[4] for call in counted), Decimal(0)),
        seconds=sum(call[5] for call in counted),
    )


def _failed_turns(run: NegotiationRun) -> dict[str, int]:
    """By seller's code, the buyer's under "": as the log tells it to whoever goes on with the room."""
    if not run.current_round:
        return {}
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
