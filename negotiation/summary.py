"""What stored rooms came to, judged with both sides' private numbers: for operators and auditors alone.

Rooms that were bargained to their end count, whatever has become of their trades since; those that were cancelled, that
failed or that no seller was invited to do not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from marketplace.models import Session
from negotiation.core.analysis import Measures, Path, measure
from negotiation.core.preferences import Extras
from negotiation.core.samples import Case, Gist, gist
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import OfferStatus, Party, Result, RoomStatus
from negotiation.models import LLMCall, Message, NegotiationRun, Offer, Participant
from negotiation.rosters import roster_of

# The newest that are found, if there are more.
MOST_ROOMS = 1_000
MOST_GROUPS = 12
JUDGED = [RoomStatus.COMPLETED, RoomStatus.EXPIRED]
BROKEN_OFF = [RoomStatus.CANCELLED, RoomStatus.FAILED]


class Kind(StrEnum):
    """Which sessions: those in which things are bought, or those of which nothing is."""

    REAL = "real"
    WHAT_IF = "what_if"
    ARENA = "arena"
    ALL = "all"


class Ending(StrEnum):
    """How a room ended, beside what was possible in it."""

    DEAL = "deal"
    MISSED = "missed"
    IMPOSSIBLE = "impossible"
    FALSE_DEAL = "false_deal"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rooms: of sessions made from `since` to `until`, both included, in UTC.

    `words` are a part of the session's, its buyer's or the item's name, `mind` is one at any seat of the room.
    """

    words: str = ""
    since: date | None = None
    until: date | None = None
    mind: str = ""
    ending: Ending | None = None
    kind: Kind = Kind.REAL
    session: UUID | None = None

    def runs(self) -> QuerySet[NegotiationRun]:
        """All but the ending, which no table holds."""
        found = NegotiationRun.objects.filter(self._sessions()).order_by("-id")
        if self.words:
            named = Q(session__name__icontains=self.words) | Q(session__buyer__name__icontains=self.words)
            found = found.filter(named | Q(item__item_name__icontains=self.words))
        if self.mind:
            held = Participant.objects.filter(mind=self.mind).values("run")
            found = found.filter(Q(session__buyer_mind=self.mind) | Q(pk__in=held))
        return found

    def _sessions(self) -> Q:
        asked = Q()
        if self.session is not None:
            return Q(session__code=self.session)
        if self.since is not None:
            asked &= Q(session__created_at__gte=_midnight(self.since))
        # The calendar's last day has no midnight after it, and no session a time after that day.
        if self.until is not None and self.until < date.max:
            asked &= Q(session__created_at__lt=_midnight(self.until + timedelta(days=1)))
        match self.kind:
            case Kind.REAL:
                asked &= Q(session__is_what_if=False, session__is_arena=False)
            case Kind.WHAT_IF:
                asked &= Q(session__is_what_if=True, session__is_arena=False)
            case Kind.ARENA:
                asked &= Q(session__is_arena=True)
            case Kind.ALL:
                pass
        return asked


@dataclass(frozen=True, slots=True)
class EndedRoom:
    """`seller_minds` are those of all invited, each once."""

    case: Case
    room_id: UUID
    session_id: UUID
    session_name: str
    item_name: str
    currency: str
    buyer_mind: str
    seller_minds: tuple[str, ...]
    ended_at: datetime | None

    @property
    def measures(self) -> Measures:
        return self.case.measures

    def named_seller_minds(self) -> str:
        return " + ".join(self.seller_minds)

    @property
    def ending(self) -> Ending:
        measures = self.measures
        if measures.deal is not None:
            return Ending.FALSE_DEAL if measures.is_false_deal else Ending.DEAL
        return Ending.MISSED if measures.is_feasible else Ending.IMPOSSIBLE


@dataclass(frozen=True, slots=True)
class Collection:
    """The rooms that were chosen, newest first; `left_out`: how many older ones were too many to be read."""

    rooms: tuple[EndedRoom, ...]
    broken_off: int
    left_out: int

    @property
    def cases(self) -> list[Case]:
        return [room.case for room in self.rooms]

    def by(self, key: Callable[[EndedRoom], str]) -> list[tuple[str, Gist]]:
        """Groups of rooms, the largest first; those beyond the most that are told are left out."""
        by_name = groupby(sorted(self.rooms, key=key), key)
        groups = sorted(((name, list(rooms)) for name, rooms in by_name), key=lambda group: -len(group[1]))
        return [(name, gist([room.case for room in rooms])) for name, rooms in groups[:MOST_GROUPS]]


def collect(choice: Choice) -> Collection:
    """In as many queries for many rooms as for one."""
    chosen = choice.runs()
    counted = chosen.order_by().aggregate(
        judged=Count("pk", filter=Q(status__in=JUDGED)), broken_off=Count("pk", filter=Q(status__in=BROKEN_OFF))
    )
    rooms = read_rooms(chosen.filter(status__in=JUDGED)[:MOST_ROOMS])
    return Collection(
        rooms=tuple(room for room in rooms if choice.ending in (None, room.ending)),
        broken_off=counted["broken_off"],
        left_out=max(0, counted["judged"] - MOST_ROOMS),
    )


def rooms_of(session: Session) -> list[EndedRoom]:
    """Those that were bargained to their end, in the order of the shopping list."""
    return read_rooms(NegotiationRun.objects.filter(session=session, status__in=JUDGED).order_by("id"))


@dataclass(frozen=True, slots=True)
class WinnersThread:
    """The first prices of both sides, where they named any, and the further terms that were accepted."""

    first_bid: Decimal | None = None
    first_quote: Decimal | None = None
    extras: Extras = ()

    def path(self, end: Decimal) -> Path | None:
        if self.first_bid is None or self.first_quote is None:
            return None
        return Path(self.first_bid, self.first_quote, end)


def read_rooms(runs: QuerySet[NegotiationRun]) -> list[EndedRoom]:
    """Of rooms that are over; six queries."""
    listed = runs.select_related("session", "item__buyer", "outcome__participant").prefetch_related("participants")
    found = [run for run in listed if run.participants.all()]  # else it is being deleted
    ids = [run.pk for run in found]
    threads, spent, stand_ins = _threads(ids), _spent(ids), _stand_ins(ids)
    return [
        _ended(run, threads.get(run.pk, WinnersThread()), spent.get(run.pk, Spent()), stand_ins.get(run.pk, 0))
        for run in found
    ]


@dataclass(frozen=True, slots=True)
class Spent:
    """On models, in one room."""

    calls: int = 0
    tokens: int = 0
    cost: Decimal = Decimal(0)


def _ended(run: NegotiationRun, thread: WinnersThread, spent: Spent, stand_ins: int) -> EndedRoom:
    setup = roster_of(run).setup
    winner, terms = _deal(run, thread)
    path = thread.path(terms.unit_price) if terms is not None else None
    return EndedRoom(
        case=Case(
            setup=setup,
            measures=measure(setup, winner, terms, run.current_round, path),
            seconds=_seconds(run),
            tokens=spent.tokens,
            calls=spent.calls,
            cost=spent.cost,
            stand_ins=stand_ins,
        ),
        room_id=run.code,
        session_id=run.session.code,
        session_name=str(run.session),
        item_name=run.item.item_name,
        currency=run.session.currency,
        buyer_mind=run.session.buyer_mind,
        seller_minds=tuple(sorted({seat.mind for seat in run.participants.all()})),
        ended_at=run.ended_at,
    )


def _deal(run: NegotiationRun, thread: WinnersThread) -> tuple[str | None, Terms | None]:
    outcome = getattr(run, "outcome", None)
    if outcome is None or outcome.result != Result.DEAL:
        return None, None
    return str(outcome.participant.seller_code), Terms(outcome.unit_price, outcome.quantity, thread.extras)


def _threads(ids: Sequence[int]) -> Mapping[int, WinnersThread]:
    """Of those who won, by room."""
    made = Offer.objects.filter(run_id__in=ids, participant=F("run__outcome__participant")).order_by("-number")
    # The last to be written is the first that was made.
    first = {(run, party): price for run, party, price in made.values_list("run_id", "party", "unit_price")}
    taken = made.filter(status=OfferStatus.ACCEPTED).exclude(extras={}).order_by("number")
    extras = {run: tuple(sorted(terms.items())) for run, terms in taken.values_list("run_id", "extras")}
    return {
        run: WinnersThread(first.get((run, Party.BUYER)), first.get((run, Party.SELLER)), extras.get(run, ()))
        for run, _ in first
    }


def _spent(ids: Sequence[int]) -> Mapping[int, Spent]:
    by_run = LLMCall.objects.filter(run_id__in=ids).order_by().values_list("run")
    tokens_of_one = F("input_tokens") + F("output_tokens")
    rows = by_run.annotate(asked=Sum("attempts"), all_tokens=Sum(tokens_of_one), all_cost=Sum("cost"))
    return {run: Spent(calls, tokens, cost) for run, calls, tokens, cost in rows}


def _stand_ins(ids: Sequence[int]) -> Mapping[int, int]:
    """How many messages template words stood in for a model in."""
    stood_in = Message.objects.filter(run_id__in=ids).exclude(fallback="")
    return dict(stood_in.order_by().values_list("run").annotate(Count("seq", distinct=True)))


def _seconds(run: NegotiationRun) -> float:
    if run.started_at is None or run.ended_at is None:
        return 0.0
    return round((run.ended_at - run.started_at).total_seconds(), 3)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
