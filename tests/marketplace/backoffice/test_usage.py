import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.backoffice.usage import (
    Span,
    UsageLine,
    tallest,
    usage_by_day,
    usage_by_model,
    usage_by_session,
    usage_of,
    violations_by_model,
)
from marketplace.backoffice.usage_views import MOST_SESSIONS
from negotiation.models import LLMCall
from tests import accounts
from tests.marketplace.catalogue import make_session

pytestmark = pytest.mark.django_db

USAGE, CSV = reverse("admin:usage"), reverse("admin:usage_csv")
MARCH = Span(date(2026, 3, 1), date(2026, 3, 3))
ASKED = "?first=2026-03-01&last=2026-03-03"


@pytest.fixture
def room():
    return make_session().runs.get()


@pytest.fixture
def browser(client):
    client.force_login(accounts.auditor())
    return client


def call(room, day: int = 2, hour: int = 12, **changes) -> None:
    usual = {
        "provider": "lm_studio",
        "model": "small",
        "input_tokens": 100,
        "output_tokens": 10,
        "is_estimated": False,
        "cost": Decimal("0.5"),
        "attempts": 1,
        "queued_seconds": 0,
        "seconds": 1.5,
        "result": "ok",
    }
    at = datetime(2026, 3, day, hour, tzinfo=UTC)
    LLMCall.objects.create(run=room, round=1, purpose="words", at=at, **{**usual, **changes})


def named(lines: list[UsageLine]) -> dict[str, tuple[int, Decimal]]:
    return {line.name: (line.usage.questions, line.usage.cost) for line in lines}


def rows_of(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_all_calls_of_the_days_are_added_up(room):
    call(room, attempts=3, error="timed_out", result="fallback")
    call(room)

    total = usage_of(MARCH)

    assert (total.questions, total.calls, total.input_tokens, total.output_tokens) == (2, 4, 200, 20)
    assert (total.cost, total.seconds, total.failures, total.stand_ins) == (Decimal(1), 3.0, 1, 1)


def test_days_without_a_call_have_a_line_too(room):
    call(room)

    assert named(usage_by_day(MARCH)) == {"2026-03-01": (0, 0), "2026-03-02": (1, Decimal("0.5")), "2026-03-03": (0, 0)}


def test_last_day_counts_to_its_end_and_no_further(room):
    call(room, day=3, hour=23)
    call(room, day=4, hour=0)

    assert usage_of(MARCH).questions == 1


def test_dearest_model_comes_first(room):
    call(room, model="small")
    call(room, model="large", cost=Decimal(2))
    call(room, model="", cost=0)

    assert list(named(usage_by_model(MARCH))) == ["large (lm_studio)", "small (lm_studio)", "default (lm_studio)"]


def test_violations_are_counted_for_each_model_that_did_any(room, browser):
    call(room, model="large", why="clamped, too_short")
    call(room, model="large", why="clamped")
    call(room, model="small", why="LLM_TIMEOUT")
    call(room, model="small", day=5, why="secret_said")

    (line,) = violations_by_model(MARCH)

    assert (line.name, line.counts) == ("large (lm_studio)", [2, 0, 0, 0, 0, 1, 0])
    assert "Beyond their rules" in browser.get(USAGE + ASKED).content.decode()


def test_models_that_kept_to_their_rules_have_no_table_of_violations(room, browser):
    call(room)

    assert "Beyond their rules" not in browser.get(USAGE + ASKED).content.decode()


def test_dearest_session_comes_first_and_leads_to_its_page(room):
    dear = make_session("Dear")
    call(room)
    call(dear.runs.get(), cost=Decimal(2))

    first, _ = usage_by_session(MARCH)

    assert (first.name, first.usage.cost) == ("Dear, Harbour", Decimal(2))
    assert first.address == reverse("admin:marketplace_session_change", args=[dear.pk])


@pytest.mark.parametrize(
    ("most", "top"),
    [("0", "1"), ("0.0123", "0.02"), ("0.5", "0.5"), ("7", "10"), ("10", "10"), ("101", "200"), ("999", "1000")],
)
def test_axis_ends_at_a_round_number_above_all_values(most, top):
    assert tallest([Decimal(0), Decimal(most)]) == Decimal(top)


def test_page_shows_figures_chart_and_tables(browser, room):
    call(room)

    page = browser.get(USAGE + ASKED).content.decode()

    assert "<dd>$0.50</dd>" in page
    assert "2 Mar 2026: $0.5000, 1 call" in page
    assert "small (lm_studio)" in page
    assert "Office, Harbour" in page


def test_page_without_calls_says_so(browser):
    assert "No model was asked in these days" in browser.get(USAGE).content.decode()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?first=2026-03-05&last=2026-03-01", "last"),
        ("?first=2020-01-01&last=2026-03-01", "last"),
        ("?first=soon", "first"),
    ],
)
def test_days_that_make_no_sense_are_refused_in_words(browser, query, field):
    page = browser.get(USAGE + query)

    assert field in page.context["form"].errors
    assert len(page.context["span"].days) == 30


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("day", ["2026-03-01", "2026-03-02", "2026-03-03"]),
        ("model", ["small (lm_studio)"]),
        ("session", ["Office, Harbour"]),
    ],
)
def test_table_is_exported(browser, room, by, names):
    call(room)

    rows = rows_of(browser.get(f"{CSV}{ASKED}&by={by}"))

    assert [row[by] for row in rows] == names
    assert {row["cost"] for row in rows if row["questions"] == "1"} == {"0.500000"}


def test_name_that_a_spreadsheet_would_run_is_exported_as_text(browser):
    call(make_session("=1+1").runs.get())

    assert rows_of(browser.get(f"{CSV}{ASKED}&by=session"))[0]["session"] == "'=1+1, Harbour"


def test_export_by_anything_else_is_refused(browser):
    assert browser.get(f"{CSV}?by=colour").status_code == 400


def test_page_asks_the_database_as_often_for_many_calls_as_for_few(browser, room):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(USAGE + ASKED)
        return len(queries)

    call(room)
    few = asked()
    for number in range(MOST_SESSIONS + 5):
        call(make_session(f"Session {number}").runs.get(), model=f"model {number}")

    assert asked() == few


@pytest.mark.parametrize("page", [USAGE, CSV])
def test_staff_who_may_not_look_at_calls_see_no_cost(client, page):
    user = accounts.auditor()
    user.groups.clear()
    client.force_login(user)

    assert client.get(page).status_code == 403


@pytest.mark.parametrize("page", [USAGE, CSV])
def test_visitors_are_sent_to_sign_in(client, page):
    assert client.get(page).status_code == 302
