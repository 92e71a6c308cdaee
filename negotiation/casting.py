"""Who plays the seats of a room, and how fast: read from the run's session and participants."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from llm.purse import Budget, Spending
from negotiation.core.vocabulary import Fallback, Party, Voice
from negotiation.errors import RoomNotFound
from negotiation.minds.auto_accept import AutoAccept
from negotiation.minds.line import FAILED_TURN, MOST_FAILED_TURNS, Tuning
from negotiation.models import AutoAcceptRule, LLMCall, Message, NegotiationRun, Participant
from negotiation.prepared import Prepared
from negotiation.records import Roster
from negotiation.rosters import find_run

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

    Whoever holds a seat has `hand_seconds` for a move; `auto_accept` is what is taken at once for it, by the seller's
    id, the buyer's under "".
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


class _SessionRow(NamedTuple):
    """Of a room's session, how its seats are played; in the order of `_SESSION`."""

    session_id: int
    current_round: int
    turn_seconds: float
    llm_provider: str
    llm_model: str
    llm_temperature: float
    llm_max_tokens: int
    buyer_llm_model: str
    buyer_llm_temperature: float | None
    budget_calls: int | None
    budget_tokens: int | None
    budget_cost: Decimal | None
    budget_seconds: float | None
    seat_hours: float | None


_SESSION = (
    "session_id",
    "current_round",
    *(f"session__{name}" for name in _SessionRow._fields[2:]),
)
_SESSIONS = Prepared(
    lambda run_id: NegotiationRun.objects.filter(pk=run_id).order_by().values_list(*_SESSION),
    NegotiationRun._meta.get_field("id"),
    1,
)
_MODELS = Prepared(
    lambda run_id: (
        Participant.objects.filter(run_id=run_id)
        .order_by("id")
        .values_list("seller_code", "llm_model", "llm_temperature")
    ),
    NegotiationRun._meta.get_field("id"),
    1,
)
_RULES = Prepared(
    lambda run_id: (
        AutoAcceptRule.objects.filter(run_id=run_id)
        .order_by()
        .values_list("participant__seller_code", "target", "tolerance", "least_part")
    ),
    NegotiationRun._meta.get_field("id"),
    1,
)
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
    """What was spent on the known day is not asked: the more there was, the longer that takes. Raises RoomNotFound."""
    found = find_run(code)
    if found is None:
        raise RoomNotFound(f"there is no room {code}")
    run, seats, roster = found
    sessions, models = _SESSIONS.rows(run.pk), _MODELS.rows(run.pk)
    if not sessions or len(models) < len(seats):
        raise RoomNotFound(f"there is no room {code} any more")
    session = _SessionRow(*sessions[0])
    failed = _failed_turns(run.pk) if session.current_round else {}
    tunings = {seller: _tuning(session, *own) for seller, *own in models}
    return Casting(
        roster=roster,
        turn_seconds=session.turn_seconds,
        provider=session.llm_provider,
        buyer=SeatCasting(
            agent_mind(run.buyer_mind),
            _tuning(session, session.buyer_llm_model, session.buyer_llm_temperature),
            failed.get("", 0),
        ),
        sellers={
            str(seat.code): SeatCasting(agent_mind(seat.mind), tunings[seat.code], failed.get(str(seat.code), 0))
            for seat in seats
        },
        session_budget=Budget(session.budget_calls, session.budget_tokens, session.budget_cost, session.budget_seconds),
        spent=_spent(run.pk, session.session_id, known_day),
        hand_seconds=hand_seconds(session.seat_hours),
        auto_accept={str(seller or ""): AutoAccept(*rule) for seller, *rule in _RULES.rows(run.pk)},
    )


def spent_in(sessions: Collection[UUID], *, with_today: bool) -> tuple[dict[UUID, Spending], Spending]:
    """What calls on record cost in these sessions and, if that is asked, today, whoever made them."""
    by_session = {code: LLMCall.objects.filter(run__session__code=code).spending() for code in sessions}
    return by_session, _spent_today() if with_today else Spending()


def hand_seconds(own_hours: float | None) -> int:
    """For a move by hand, in a session that grants so many hours, or None of its own."""
    hours = own_hours or settings.SEATS.hours
    return max(1, round(hours * 3600))


def agent_mind(mind: str) -> str:
    """The mind of the agent that takes the seat when whoever holds it gives it back."""
    return str(settings.NEGOTIATION.default_mind) if mind in BY_HAND else mind


def _tuning(session: _SessionRow, model: str, own: float | None) -> Tuning:
    return Tuning(
        model or session.llm_model,
        session.llm_temperature if own is None else own,
        session.llm_max_tokens,
    )


def _spent(run_id: int, session_id: int, known_day: date | None) -> Spent:
    calls = _CALLS.rows(session_id)
    return Spent(
        room=_total(calls, run_id),
        session=_total(calls),
        today=None if timezone.now().date() == known_day else _spent_today(),
    )


def _spent_today() -> Spending:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return LLMCall.objects.filter(at__gte=midnight).spending()


def _total(calls: Sequence[Sequence[Any]], run_id: int | None = None) -> Spending:
    """Of all the calls in the columns of `_CALLS`, or of those of one room."""
    counted = [call for call in calls if run_id in (None, call[0])]
    return Spending(
        calls=sum(call[1] for call in counted),
        tokens=sum(call[2] + call[3] for call in counted),
        cost=sum((call[4] for call in counted), Decimal(0)),
        seconds=sum(call[5] for call in counted),
    )


def _failed_turns(run_id: int) -> dict[str, int]:
    """By seller's code, the buyer's under "": as the log tells it to whoever goes on with the room."""
    said = Message.objects.filter(run_id=run_id).exclude(voice=Voice.PERSON).order_by("seq")
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
