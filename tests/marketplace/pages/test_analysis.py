import csv
import io
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import Session
from marketplace.pages import analysis_words as words
from negotiation.core.estimates import Estimate
from negotiation.core.samples import Anchoring, Bin, Position
from negotiation.models import NegotiationRun, Outcome
from tests import accounts
from tests.marketplace.many import make_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(accounts.operator())
    return client


@pytest.fixture
def page(staff):
    def read(**query) -> str:
        response = staff.get(reverse("analysis"), query)
        assert response.status_code == 200
        return " ".join(unescape(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ").split())

    return read


@pytest.fixture
def three():
    make_many(3)


def test_measures_are_told_with_what_they_mean(page, three):
    html = page()

    assert "3 rooms of 3 sessions: 3 deals, 0 possible deals missed." in html
    assert "Buyer's share of all there was" in html
    assert "50.0 %" in html
    assert "1 at an even split, 0 where one side has all." in html


def test_room_where_most_was_left_comes_first(page, three):
    dear = Outcome.objects.get(run__session__name="Session 1")
    Outcome.objects.filter(pk=dear.pk).update(unit_price=89)

    table = page().partition("Where most was left on the table")[2]

    assert table.index(reverse("room", args=[dear.run.code])) < table.index("Session 0")
    assert "$29.00" in table


def test_rooms_are_compared_by_what_they_differ_in(page, three):
    Session.objects.filter(name="Session 1").update(buyer_mind="llm")

    html = page()

    assert "By buyer's mind" in html
    assert "By item" not in html


def test_choice_stays_in_the_form_and_in_the_addresses_of_the_files(page, three):
    html = page(q="Session 1", mind="strategy", kind="all", since="2020-01-01")

    assert 'value="Session 1"' in html
    assert 'value="2020-01-01"' in html
    assert "rooms.csv?q=Session+1&since=2020-01-01&mind=strategy&kind=all" in html
    assert "/api/v1/analysis?rooms=true&q=Session+1" in html


def test_session_is_analysed_alone(page, three):
    session = Session.objects.get(name="Session 1")

    html = page(session=session.code)

    assert "1 room of 1 session" in html
    assert f"session_id={session.code}" in html


def test_nonsense_finds_all(page, three):
    assert "3 rooms of 3 sessions" in page(since="2026-99-99", until="x", ending="happy", kind="dreams", session="7")


def test_rooms_that_are_not_measured_are_said_to_be(page, three):
    NegotiationRun.objects.filter(session__name="Session 0").update(status="failed")

    assert "1 that was cancelled or failed is not counted." in page()


def test_nothing_to_measure_says_how_to_come_by_something(page):
    assert "Rooms are measured here as soon as they have ended." in page()
    assert "Show all rooms" in page(q="nothing")


def test_name_that_is_code_is_shown_as_text(staff, three):
    Session.objects.filter(name="Session 1").update(name="<b>&quot;")

    html = staff.get(reverse("analysis")).content.decode()

    assert "<b>&amp;quot;" not in html
    assert "&lt;b&gt;&amp;quot;" in html


def test_file_has_a_line_for_each_room(staff, three):
    text = staff.get(reverse("analysis_csv"), {"q": "Session"}).content.decode("utf-8-sig")

    lines = list(csv.DictReader(io.StringIO(text, newline="")))

    assert [line["session"] for line in lines] == ["Session 2", "Session 1", "Session 0"]
    assert (lines[0]["price"], lines[0]["ideal_share"], lines[0]["left_by_buyer"]) == ("75.00", "0.500000", "15.00")
    assert None not in lines[0]


def test_last_bin_is_told_as_what_no_auction_beats():
    bins = (Bin(0.0, 0.1, 1), Bin(0.4, 0.5, 0), Bin(0.9, 1.0, 2), Bin(1.0, None, 4))

    drawn = words.bars(bins)

    assert words.on_spread(bins).startswith("In 4 of 7 rooms with competition")
    assert "in 1 it got less than half" in words.on_spread(bins)
    assert [(bar.label, bar.is_core) for bar in drawn][-2:] == [("90", False), ("100+", True)]
    assert drawn[-1].height == max(bar.height for bar in drawn) == words.CHART_HEIGHT - words.CHART_TOP


@pytest.mark.parametrize(("value", "shown"), [(-0.0001, "0.0 %"), (-0.02, "\N{MINUS SIGN}2.0 %"), (0.999, "99.9 %")])
def test_nothing_has_no_sign(value, shown):
    assert words.percent(value).replace("\N{NO-BREAK SPACE}", " ") == shown


@pytest.mark.parametrize(("core", "words_of"), [(1, "paid no more than"), (0, "paid more than")])
def test_one_room_is_told_as_one(core, words_of):
    assert words_of in words.on_spread((Bin(0.9, 1.0, 1 - core), Bin(1.0, None, core)))


def test_nothing_is_said_of_the_position_in_too_few_deals():
    assert words.on_position(Position(1.0, 0.0, Estimate(1.0, None, None, 4))) == ""


@pytest.mark.parametrize(
    ("mean", "low", "high", "verdict"),
    [
        (0.01, 0.005, 0.02, "To ask more brings sellers next to nothing."),
        (0.2, -0.1, 0.5, "To ask more brings sellers next to nothing."),
        (0.2, 0.1, 0.3, "Sellers that ask more get more."),
    ],
)
def test_anchoring_is_judged_by_size_and_by_chance(mean, low, high, verdict):
    told = words.on_anchoring(Anchoring(Estimate(mean, low, high, 20), None, None))

    assert told == [
        f"Among rooms that differ in nothing but asking prices, asking 1.00 more moved the price by {mean:.2f}"
        f" ({low:.2f} to {high:.2f}).".replace("-", "\N{MINUS SIGN}"),
        verdict,
    ]


@pytest.mark.parametrize(
    ("excess", "verdict"),
    [
        (Estimate(0.01, -0.1, 0.1, 50), "decides next to nothing"),
        (Estimate(0.1, -0.1, 0.3, 50), "cannot be told from chance"),
        (Estimate(0.2, 0.1, 0.3, 50), "wins more often than it should"),
        (Estimate(-0.2, -0.3, -0.1, 50), "wins less often than it should"),
    ],
)
def test_position_is_judged_by_size_and_by_chance(excess, verdict):
    assert verdict in words.on_position(Position(0.5, 0.4, excess))
