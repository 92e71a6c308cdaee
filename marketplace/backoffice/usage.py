"""What language models were used for and what that cost, added up by the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse

from negotiation.minds.calls import Verdict
from negotiation.models import LLMCall
from negotiation.violations import Violation, count_violations

USUAL_DAYS = 30
MOST_DAYS = 366
TOTALS: Mapping[str, Any] = {
    "questions": Count("pk"),
    "calls": Sum("attempts", default=0),
    "input_tokens": Sum("input_tokens", default=0),
    "output_tokens": Sum("output_tokens", default=0),
    "cost": Sum("cost", default=Decimal(0)),
    "seconds": Sum("seconds", default=0.0),
    "failures": Count("pk", filter=~Q(error="")),
    "stand_ins": Count("pk", filter=Q(result=Verdict.FALLBACK)),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days in UTC, the last one included."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one day, model or session, or of all. `failures` are questions without any reply, `stand_ins` those for
    which template words or the strategy stood in."""

    questions: int = 0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)
    seconds: float = 0.0
    failures: int = 0
    stand_ins: int = 0


@dataclass(frozen=True, slots=True)
class UsageLine:
    name: str
    usage: Usage
    address: str = ""


@dataclass(frozen=True, slots=True)
class ViolationLine:
    """What a model did beyond what its seats may: in how many calls, in the order of the kinds."""

    name: str
    counts: list[int]


def span_up_to(today: date, days: int = USUAL_DAYS) -> Span:
    return Span(today - timedelta(days=days - 1), today)


def usage_of(span: Span) -> Usage:
    return Usage(**_calls(span).aggregate(**TOTALS))


def usage_by_day(span: Span) -> list[UsageLine]:
    """A line for each day, those without a call included, the oldest first."""
    found = {row.pop("day"): Usage(**row) for row in _grouped(_calls(span).annotate(day=TruncDate("at")), "day")}
    return [UsageLine(day.isoformat(), found.get(day, Usage())) for day in span.days]


def usage_by_model(span: Span) -> list[UsageLine]:
    """The dearest first."""
    rows = _grouped(_calls(span), "provider", "model").order_by("-cost", "-questions", "model", "provider")
    return [UsageLine(_model(row.pop("provider"), row.pop("model")), Usage(**row)) for row in rows]


def violations_by_model(span: Span) -> list[ViolationLine]:
    """Of the models that did any, by name."""
    noted = _calls(span).exclude(why="").order_by("model", "provider").values_list("provider", "model", "why")
    by_model: dict[str, list[tuple[str, int]]] = {}
    for provider, model, why, calls in noted.annotate(calls=Count("pk")):
        by_model.setdefault(_model(provider, model), []).append((why, calls))
    counted = {name: count_violations(rows) for name, rows in by_model.items()}
    return [
        ViolationLine(name, [counts.get(kind, 0) for kind in Violation]) for name, counts in counted.items() if counts
    ]


def usage_by_session(span: Span, most: int | None = None) -> list[UsageLine]:
    """The dearest first, at most so many."""
    calls = _calls(span).annotate(
        session=F("run__session"),
        title=F("run__session__name"),
        session_code=F("run__session__code"),
        buyer=F("run__item__buyer__name"),
    )
    rows: Any = _grouped(calls, "session", "title", "session_code", "buyer").order_by("-cost", "-questions", "session")
    return [_session(row) for row in (rows if most is None else rows[:most])]


def _calls(span: Span) -> QuerySet[LLMCall]:
    begin = datetime.combine(span.first, time(), UTC)
    end = datetime.combine(span.last, time(), UTC) + timedelta(days=1)
    return LLMCall.objects.filter(at__gte=begin, at__lt=end)


def _grouped(calls: QuerySet[LLMCall], *by: str) -> QuerySet[LLMCall, dict[str, Any]]:
    rows: QuerySet[LLMCall, dict[str, Any]] = calls.order_by().values(*by).annotate(**TOTALS)
    return rows


def _model(provider: str, model: str) -> str:
    return f"{model or 'default'} ({provider})"


def _session(row: dict[str, Any]) -> UsageLine:
    key, name, code, buyer = (row.pop(column) for column in ("session", "title", "session_code", "buyer"))
    shown = name or f"Session {str(code)[:8]}"
    address = reverse("admin:marketplace_session_change", args=[key])
    return UsageLine(f"{shown}, {buyer}", Usage(**row), address)


def tallest(values: Sequence[Decimal]) -> Decimal:
    """The top of a chart's axis: the next of 1, 2, 5, 10, 20 ... above all values."""
    most = max(values, default=Decimal(0))
    if most <= 0:
        return Decimal(1)
    step = Decimal(10) ** most.adjusted()
    return next(step * factor for factor in (1, 2, 5, 10) if step * factor >= most)
