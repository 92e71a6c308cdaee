"""The admin's page of what models cost, and the same as CSV. Who may see it is decided by the site."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django import forms
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from marketplace.backoffice.catalogue_file import guard
from marketplace.backoffice.usage import (
    MOST_DAYS,
    Span,
    Usage,
    UsageLine,
    span_up_to,
    tallest,
    usage_by_day,
    usage_by_model,
    usage_by_session,
    usage_of,
    violations_by_model,
)

MOST_SESSIONS = 50
BY: dict[str, Callable[[Span], list[UsageLine]]] = {
    "day": usage_by_day,
    "model": usage_by_model,
    "session": usage_by_session,
}
FIGURES = ("questions", "calls", "input_tokens", "output_tokens", "cost", "seconds", "failures", "stand_ins")
USUAL_SPANS = (1, 7, 30, 90)


class SpanForm(forms.Form):
    first = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> None:
        super().clean()
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and first > last:
            self.add_error("last", "It must not be before the first day.")
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("last", f"At most {MOST_DAYS} days are shown at once.")


@dataclass(frozen=True, slots=True)
class Bar:
    """One day in a chart of 100 units' height; `place` is its left edge, in days."""

    place: str
    top: str
    height: str
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    bars: list[Bar]
    highest: str
    halfway: str
    days: int


def usage_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    form, span = _asked(request)
    days = usage_by_day(span)
    shows_calls = request.GET.get("show") == "calls"
    sessions = usage_by_session(span, MOST_SESSIONS + 1)
    today = timezone.now().date()
    context = {
        **site.each_context(request),
        "title": "Usage and cost of models",
        "form": form,
        "span": span,
        "asked": urlencode({"first": span.first, "last": span.last}),
        "spans": [(days, span_up_to(today, days)) for days in USUAL_SPANS],
        "total": usage_of(span),
        "chart": _chart(days, _calls if shows_calls else _cost, _calls_in_words if shows_calls else _cost_in_words),
        "shows_calls": shows_calls,
        "days": [line for line in reversed(days) if line.usage.questions],
        "models": usage_by_model(span),
        "violations": violations_by_model(span),
        "sessions": sessions[:MOST_SESSIONS],
        "is_cut": len(sessions) > MOST_SESSIONS,
        "most_sessions": MOST_SESSIONS,
    }
    return TemplateResponse(request, "admin/usage.html", context)


def usage_csv(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """By day, model or session, all of it."""
    _, span = _asked(request)
    by = request.GET.get("by", "day")
    read = BY.get(by)
    if read is None:
        return HttpResponse("by is day, model or session.", status=400, content_type="text/plain")
    name = f"parley-usage-by-{by}-{span.first}-{span.last}.csv"
    answer = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    answer.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer = csv.writer(answer)
    writer.writerow((by, *FIGURES))
    for line in read(span):
        writer.writerow((guard(line.name), *(_plain(getattr(line.usage, figure)) for figure in FIGURES)))
    return answer


def _asked(request: HttpRequest) -> tuple[SpanForm, Span]:
    """The days that were asked for; the usual ones where none were, or where they make no sense."""
    usual = span_up_to(timezone.now().date())
    given = {name: request.GET[name] for name in ("first", "last") if request.GET.get(name)}
    form = SpanForm({"first": usual.first, "last": usual.last, **given})
    return form, Span(form.cleaned_data["first"], form.cleaned_data["last"]) if form.is_valid() else usual


def _chart(days: list[UsageLine], value: Callable[[Usage], Decimal], words: Callable[[Usage], str]) -> Chart:
    highest = tallest([value(line.usage) for line in days])
    bars = []
    for place, line in enumerate(days):
        height = value(line.usage) / highest * 100
        day = date.fromisoformat(line.name)
        shown = f"{day.day} {day:%b %Y}: {words(line.usage)}"
        bars.append(Bar(f"{place + 0.1:.1f}", f"{100 - height:.2f}", f"{height:.2f}", shown))
    unit = "" if value is _calls else "$"
    return Chart(bars, f"{unit}{highest:,f}", f"{unit}{(highest / 2).normalize():,f}", len(days))


def _cost(usage: Usage) -> Decimal:
    return usage.cost


def _calls(usage: Usage) -> Decimal:
    return Decimal(usage.calls)


def _cost_in_words(usage: Usage) -> str:
    return f"${usage.cost:,.4f}, {usage.calls:,} call{'' if usage.calls == 1 else 's'}"


def _calls_in_words(usage: Usage) -> str:
    return f"{usage.calls:,} call{'' if usage.calls == 1 else 's'}, ${usage.cost:,.4f}"


def _plain(figure: object) -> str:
    match figure:
        case Decimal():
            return f"{figure:.6f}"
        case float():
            return f"{figure:.3f}"
        case _:
            return str(figure)
