import csv
import io
import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Session
from marketplace.sheets import sheet
from negotiation.codec import encode
from negotiation.core.events import WalkedAway
from negotiation.core.moves import Words
from negotiation.core.vocabulary import Party, Voice
from negotiation.models import NegotiationRun, Outcome, Participant, RunEvent
from negotiation.trade_models import Trade
from tests import accounts, bodies
from tests.trading import trade_beside

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(accounts.operator())
    return client


@pytest.fixture
def mixed(open_session, operator, play) -> None:
    """A session with one item bought, one that nobody stocks, and one whose room was not started."""
    items = [bodies.item(), bodies.item(item_id="moon", item_name="Moon"), bodies.item(item_id="mat", item_name="Mat")]
    inventory = [bodies.stock(), bodies.stock(item_id="mat", item_name="Mat")]
    session = open_session(buyer=bodies.buyer(*items), sellers=[bodies.seller("Acme", *inventory)])
    bought = session["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{bought}/start")
    play(bought)


@pytest.fixture
def page(staff):
    def read(**query) -> str:
        return unescape(staff.get(reverse("sheet", args=[Session.objects.get().code]), query).content.decode())

    return read


@pytest.fixture
def lines(staff):
    def read() -> list[dict[str, str]]:
        text = staff.get(reverse("sheet_csv", args=[Session.objects.get().code])).content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    return read


def folds(html, kind):
    """How many of that kind are folded, and how many are not."""
    opened = re.findall(rf'<details class="card {kind}"( open)?>', html)
    return opened.count(""), opened.count(" open")


def test_sheet_says_who_won_why_and_who_lost(page, played):
    outcome, [loser] = Outcome.objects.get(), _losers()
    offered = loser.offers.filter(party="seller").latest("number").unit_price

    html = page()

    for words in (outcome.explanation, "open competition", "left on the table", "Offers that lost", f"${offered}"):
        assert words in html
    assert reverse("replay", args=[outcome.run.code]) in html


def test_many_units_are_grouped(page, played):
    Outcome.objects.update(quantity=12500)

    assert '<td class="right" data-label="Quantity">12,500</td>' in page()


def test_each_step_of_the_savings_is_drawn_and_explained(page, played):
    html = page()

    bars, named = html.count('<svg class="bar"'), re.findall(r'aria-describedby="(why-[^"]+)"', html)
    assert bars == 6
    assert [html.count(f'id="{name}"') for name in named] == [1] * len(named)


def test_talk_is_folded_until_it_is_asked_for(page, played):
    asked_for = page(transcript="1")

    assert (folds(page(), "talk"), folds(asked_for, "talk")) == ((1, 0), (0, 1))
    for event in RunEvent.objects.filter(type="Offered"):
        assert event.payload["words"]["text"] in asked_for


def test_long_talk_is_sent_only_when_it_is_asked_for(page, played, monkeypatch):
    monkeypatch.setattr(sheet, "MOST_FOLDED", 1)

    assert (folds(page(), "talk"), folds(page(transcript="1"), "talk")) == ((0, 0), (0, 1))
    assert "too many to send" in page()


def test_hostile_words_and_names_are_text(staff, open_session, operator, play):
    session = open_session(buyer=bodies.buyer(bodies.item(item_name="<i>Lamp</i>")))
    room = session["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room}/start")
    operator.post(f"/negotiation/{room}/message", {"message": "<script>alert(1)</script>"})
    play(room)

    html = staff.get(reverse("sheet", args=[session["session_id"]]), {"transcript": "1"}).content.decode()

    assert "&lt;script&gt;alert(1)" in html
    assert not re.search(r"<script>|<i>", html)


def test_seller_that_left_is_said_to_have_left(page, played):
    [loser] = _losers()
    kind, payload = encode(WalkedAway(Party.SELLER, str(loser.seller_code), 2, Words("Goodbye then.", Voice.PERSON)))
    RunEvent.objects.create(run=loser.run, seq=999, type=kind, payload=payload, at=timezone.now())

    html = page()

    assert "Left in round 2." in html
    assert "Goodbye then." in html


def test_cancelled_trade_is_told_and_not_counted(page, played, operator):
    number = Trade.objects.get().number
    operator.post(f"/trade-desk/trades/{number}/cancel", {"reason": "No budget <b>left</b>"})

    html = page()

    for words in ("not counted above", "No budget <b>left</b>", f"does not count: the trade {number}", "Nothing was"):
        assert words in html


def test_what_if_says_that_nothing_was_bought_and_where_it_came_from(staff, played, other_session):
    run = NegotiationRun.objects.get(code=played)
    origin = NegotiationRun.objects.exclude(pk=run.pk).get()
    NegotiationRun.objects.filter(pk=run.pk).update(branched_from=origin)
    Session.objects.filter(pk=run.session_id).update(is_what_if=True)
    Trade.objects.all().delete()

    html = staff.get(reverse("sheet", args=[run.session.code])).content.decode()

    for words in ("Nothing was bought, no trade was made", origin.get_absolute_url(), "Would have cost"):
        assert words in html


def test_what_if_whose_original_is_gone_stands_alone(page, played):
    Trade.objects.all().delete()
    Session.objects.update(is_what_if=True)

    assert "It was branched from" not in page()


def test_sheet_asks_as_many_queries_for_many_rooms_as_for_one(staff, played):
    page = reverse("sheet", args=[Session.objects.get().code])
    with CaptureQueriesContext(connection) as few:
        staff.get(page)
    thread = NegotiationRun.objects.get().participants.get(name="Acme")
    for _ in range(4):
        trade_beside(thread)

    with CaptureQueriesContext(connection) as many:
        html = staff.get(page).content.decode()

    assert folds(html, "one-room") == (0, 5)
    assert len(many) == len(few)


def test_reasons_of_many_rooms_are_folded(staff, page, played, monkeypatch):
    monkeypatch.setattr("marketplace.pages.sheet.MOST_UNFOLDED", 0)

    assert folds(page(), "one-room") == (1, 0)


def test_file_has_a_line_for_each_room(lines, mixed):
    assert [line["result"] for line in lines()] == ["bought", "not_bought", "open"]


def test_line_of_a_deal_says_what_the_outcome_says(lines, played):
    outcome = Outcome.objects.get()

    [line] = lines()

    assert (line["unit_price"], line["total"]) == (str(outcome.unit_price), str(outcome.total_cost))
    assert (line["trade"], line["seller"]) == (outcome.trade.number, outcome.participant.name)
    assert (line["competitive_price"], line["best_possible_price"], line["what_if"]) == ("452.33", "447.19", "no")


def test_line_of_a_deal_that_was_taken_back_names_the_trade_and_no_price(lines, played, operator):
    number = Trade.objects.get().number
    operator.post(f"/trade-desk/trades/{number}/cancel", {"reason": "No budget"})

    [line] = lines()

    assert (line["result"], line["trade"], line["total"]) == ("trade_cancelled", number, "")


def test_name_that_looks_like_a_formula_is_no_formula_in_the_file(lines, open_session):
    open_session(buyer=bodies.buyer(bodies.item(item_name="=cmd|' /C calc'!A0")))

    assert lines()[0]["item"] == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize("name", ["sheet", "sheet_csv"])
def test_sheet_of_no_session_is_not_there(staff, name):
    assert staff.get(reverse(name, args=[bodies.NO_ID])).status_code == 404


def _losers() -> list[Participant]:
    return list(Participant.objects.exclude(pk=Outcome.objects.get().participant_id))
