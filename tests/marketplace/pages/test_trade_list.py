import csv
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.models import Role
from negotiation.models import Participant
from negotiation.trade_models import Trade
from tests import accounts
from tests.security.callers import visitor
from tests.trading import trade_beside

pytestmark = pytest.mark.django_db

LIST, FILE = reverse("trades"), reverse("trades_csv")


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(accounts.operator())
    return client


@pytest.fixture
def trades(midway) -> dict[str, Trade]:
    """One with each seller of a room that goes on."""
    return {thread.name: trade_beside(thread) for thread in Participant.objects.filter(run__code=midway)}


def listed(browser, address=LIST, **query):
    """The numbers in cells, not those in what was searched for."""
    return set(re.findall(r"[>\n](P-\d{4}-\d{6})[<,]", browser.get(address, query).content.decode()))


def numbers(*trades):
    return {trade.number for trade in trades}


def test_operators_see_all_trades_and_parties_their_own(staff, trades, session, seller_ids, other_session):
    acme, buyer = visitor(Role.SELLER, seller_ids["Acme"]), visitor(Role.BUYER, session["buyer_id"])
    stranger = visitor(Role.BUYER, other_session["buyer_id"])

    for address in (LIST, FILE):
        assert listed(staff, address) == listed(buyer, address) == numbers(*trades.values())
        assert listed(acme, address) == numbers(trades["Acme"])
        assert listed(stranger, address) == set()


def test_seller_cannot_find_a_rival_by_its_name(trades, seller_ids):
    acme = visitor(Role.SELLER, seller_ids["Acme"])

    assert listed(acme, q="Bolt") == listed(acme, q=trades["Bolt"].number) == set()


@pytest.mark.parametrize("words", ["acme", "Acm", "number"])
def test_trades_are_found_by_a_part_of_their_number_or_a_party(staff, trades, words):
    words = trades["Acme"].number[-4:] if words == "number" else words

    assert listed(staff, q=words) == numbers(trades["Acme"])


@pytest.mark.parametrize("words", ["hp 15", "laptop_hp", "TechCorp"])
def test_trades_are_found_by_their_item_or_buyer(staff, trades, words):
    assert listed(staff, q=words) == numbers(*trades.values())


def test_trades_are_filtered_by_their_state(staff, trades, operator):
    operator.post(f"/trade-desk/trades/{trades['Bolt'].number}/cancel", {"reason": "No budget"})

    assert listed(staff, state="cancelled") == numbers(trades["Bolt"])
    assert listed(staff, state="agreed") == numbers(trades["Acme"])
    assert listed(staff, state="nonsense") == numbers(*trades.values())


def test_list_has_pages(staff, trades, monkeypatch):
    monkeypatch.setattr("marketplace.pages.session_lists.ON_A_PAGE", 1)

    pages = [listed(staff, page=page) for page in ("1", "2", "nonsense")]

    assert pages == [numbers(trades["Bolt"]), numbers(trades["Acme"]), numbers(trades["Bolt"])]


def test_list_asks_as_many_queries_for_many_trades_as_for_one(staff, trades):
    with CaptureQueriesContext(connection) as few:
        listed(staff, q=trades["Acme"].number)

    with CaptureQueriesContext(connection) as many:
        listed(staff, q="TechCorp")

    assert len(many) == len(few)


def test_file_has_what_the_list_was_searched_for(staff, trades, operator):
    operator.post(f"/trade-desk/trades/{trades['Acme'].number}/cancel", {"reason": "=1+1"})

    [line] = csv.DictReader(io.StringIO(staff.get(FILE, {"q": "Acme"}).content.decode("utf-8-sig"), newline=""))

    told = [line[name] for name in ("number", "state", "item", "quantity", "unit_price", "total", "cancel_reason")]
    assert told == [trades["Acme"].number, "cancelled", "HP 15 Laptop", "10", "512.34", "5123.40", "'=1+1"]


def test_search_that_finds_nothing_says_so_and_leads_back(staff, trades):
    html = staff.get(LIST, {"q": "<i>moon</i>"}).content.decode()

    assert "No trade found" in html
    assert "&lt;i&gt;moon" in html
    assert "<i>" not in html


def test_list_without_any_trade_says_when_there_will_be_one(staff):
    assert "No trade yet" in staff.get(LIST).content.decode()


def test_parties_find_their_trades_from_their_rooms(session, seller_ids, started):
    for browser in (visitor(Role.SELLER, seller_ids["Acme"]), visitor(Role.BUYER, session["buyer_id"])):
        assert f'href="{LIST}"' in browser.get("/").content.decode()
