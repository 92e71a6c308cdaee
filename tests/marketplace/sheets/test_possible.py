import csv
import io
import json
import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.csv_files import terms_cell
from marketplace.models import Session
from marketplace.sheets.possible import possible_deals, sentence
from marketplace.summary import summarise
from marketplace.templatetags.trade import terms_words
from negotiation.branching import Changes, branch
from negotiation.models import NegotiationRun
from negotiation.trade_models import Trade
from tests import accounts
from tests.chaos.installation import ROOT

EXAMPLE = json.loads((ROOT / "examples" / "terms.json").read_text("utf-8"))


@pytest.fixture
def played_example(db, operator, play):
    """The session of the example, played to its end."""
    room = operator.post("/simulation/initialize", EXAMPLE).json()["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room}/start")
    play(room)
    return Session.objects.get()


def test_example_is_a_deal_with_terms_that_is_drawn_beside_what_was_possible(played_example):
    [possible] = possible_deals(played_example)

    assert [row.name for row in possible.outcomes] == ["Agreed", "Nash", "Kalai-Smorodinsky", "Egalitarian"]
    assert "delivery in" in possible.outcomes[0].terms
    assert possible.outcomes[0].buyer_gain > 0 < possible.outcomes[0].seller_gain
    assert max(row.joint_gain for row in possible.ends) >= possible.outcomes[0].joint_gain
    assert [mark.kind for mark in possible.picture.marks] == ["agreed", "solution", "solution", "solution"]


def test_sheet_tells_operators_every_figure_of_the_picture(played_example):
    operator = Client()
    operator.force_login(accounts.operator())
    [possible] = possible_deals(played_example)

    page = unescape(operator.get(reverse("sheet", args=[played_example.code])).content.decode())

    figures = [f"${gain:,.2f}" for row in possible.outcomes for gain in (row.buyer_gain, row.seller_gain)]
    assert [figure for figure in figures if figure not in page] == []
    assert possible.sentence in page
    assert "delivery in" in page[page.index('id="transcript"') :]


def test_file_says_what_the_price_comes_to_with_the_further_terms(played_example):
    operator = Client()
    operator.force_login(accounts.operator())
    [purchase] = summarise(played_example).purchases

    file = operator.get(reverse("sheet_csv", args=[played_example.code])).content.decode("utf-8-sig")

    [line] = csv.DictReader(io.StringIO(file, newline=""))
    assert purchase.price_in_effect != purchase.unit_price
    assert (line["unit_price"], line["price_in_effect"]) == (str(purchase.unit_price), str(purchase.price_in_effect))
    assert line["terms"] == terms_cell(Trade.objects.get().terms.items()) != ""
    cents = re.compile(r"\d+\.\d\d")
    assert all(cents.fullmatch(line[name]) for name in ("competitive_price", "best_possible_price"))
    [traded] = csv.DictReader(io.StringIO(operator.get(reverse("trades_csv")).content.decode("utf-8-sig"), newline=""))
    assert traded["terms"] == line["terms"]


def test_sheet_and_comparison_name_the_terms_of_a_deal(played_example):
    operator = Client()
    operator.force_login(accounts.operator())
    [purchase] = summarise(played_example).purchases
    run = NegotiationRun.objects.get(code=purchase.room_id)
    branch(run.code, 1, Changes(), is_queued=False)

    for address in (reverse("sheet", args=[played_example.code]), reverse("compare", args=[run.code])):
        page = unescape(operator.get(address).content.decode())
        assert terms_words(purchase.extras) in page
        assert f"comes to ${purchase.price_in_effect:,.2f}" in page


def test_analysis_says_what_the_price_comes_to_beside_the_lowest_possible(played_example):
    operator = Client()
    operator.force_login(accounts.operator())
    [purchase] = summarise(played_example).purchases

    table = unescape(operator.get(reverse("analysis")).content.decode()).partition("Where most was left")[2]

    assert f"comes to ${purchase.price_in_effect:,.2f}" in table


@pytest.mark.django_db
def test_room_without_further_terms_has_no_such_picture(open_session, operator, play):
    session = open_session()
    operator.post(f"/negotiation/{session['negotiation_rooms'][0]['room_id']}/start")
    play(session["negotiation_rooms"][0]["room_id"])

    assert possible_deals(Session.objects.get()) == []


def test_sentence_counts_what_was_left_for_all_units():
    assert sentence(Decimal("0.40"), 50, "USD").startswith(
        "Between these two $0.40 a unit was left on the table, $20.00 in all"
    )
    assert sentence(Decimal(0), 50, "USD").startswith("Between these two nothing was left on the table")
