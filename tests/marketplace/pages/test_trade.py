import re
from decimal import Decimal
from html import unescape
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import Role, SellerInventory, Session
from marketplace.templatetags.trade import term_words
from negotiation import services
from negotiation.trade_models import Trade
from tests import accounts, bodies
from tests.security.callers import visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(open_session):
    acme, bolt = bodies.two_sellers()
    acme |= {"legal_name": "Acme <b>AG</b>", "contact": "sales@acme.example"}
    return open_session(sellers=[acme, bolt])


@pytest.fixture
def trade(midway, seller_ids) -> Trade:
    services.force_deal(UUID(midway), seller_ids["Acme"], Decimal("523.50"))
    return Trade.objects.get()


@pytest.fixture
def page(trade) -> str:
    return reverse("trade", args=[trade.number])


@pytest.fixture
def seller(seller_ids) -> Client:
    return visitor(Role.SELLER, seller_ids["Acme"])


@pytest.fixture
def buyer(session) -> Client:
    return visitor(Role.BUYER, session["buyer_id"])


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(accounts.operator())
    return client


def confirm(browser, page, **form):
    return browser.post(f"{page}confirm/", form, follow=True).content.decode()


def cancel(browser, page, reason="No budget"):
    return browser.post(f"{page}cancel/", {"reason": reason}, follow=True)


def buttons(html):
    return [unescape(words) for words in re.findall(r"<button[^>]*type=\"submit\">(Co[^<]*|Cancel[^<]*)<", html)]


def test_page_tells_parties_lines_and_total(seller, page, trade):
    html = seller.get(page).content.decode()

    for words in (trade.number, "Acme &lt;b&gt;AG&lt;/b&gt;", "sales@acme.example", "$523.50", "$26,175.00", "HP 15"):
        assert words in html
    assert "<b>AG" not in html


def test_many_units_are_grouped(seller, page, trade):
    Trade.objects.update(lines=[{**trade.lines[0], "quantity": 12500}])

    assert '<td class="right" data-label="Quantity">12,500</td>' in seller.get(page).content.decode()


def test_each_side_may_confirm_for_itself_and_operators_for_both(seller, buyer, staff, page):
    shown = [buttons(browser.get(page).content.decode()) for browser in (seller, buyer, staff)]

    own = ["Confirm the trade", "Cancel the trade"]
    assert shown == [own, own, ["Confirm for TechCorp", "Confirm for Acme", "Cancel the trade"]]


def test_page_asks_nobody_who_has_confirmed(seller, page):
    html = confirm(seller, page)

    assert Trade.objects.get().seller_confirmed_by.startswith("link/")
    assert buttons(html) == ["Cancel the trade"]


def test_operator_confirms_for_the_side_of_the_button(staff, page):
    confirm(staff, page, party="buyer")

    trade = Trade.objects.get()
    assert (trade.buyer_confirmed_at is None, trade.seller_confirmed_at is None) == (False, True)


def test_operator_who_names_no_side_is_told_that_nothing_was_done(staff, page):
    assert "Not done" in confirm(staff, page)


def test_confirmed_trade_offers_cancelling_to_operators_alone(seller, buyer, staff, page):
    confirm(seller, page)
    confirm(buyer, page)

    shown = [buttons(browser.get(page).content.decode()) for browser in (seller, staff)]

    assert shown == [[], ["Cancel the trade"]]


def test_cancelled_trade_says_who_and_why_and_offers_nothing(buyer, seller, page):
    cancel(buyer, page, "Too <i>dear</i>\r\nnow")

    html = seller.get(page).content.decode()
    assert "Cancelled by the buyer" in html
    assert "Too &lt;i&gt;dear&lt;/i&gt;\nnow" in html
    assert buttons(html) == []
    assert not SellerInventory.objects.filter(quantity_reserved__gt=0).exists()


def test_side_that_comes_too_late_is_told_so(buyer, seller, page):
    cancel(buyer, page)

    assert "was cancelled" in confirm(seller, page)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\x00b"])
def test_cancelling_without_a_reason_asks_again(buyer, page, reason):
    response = cancel(buyer, page, reason)

    assert response.status_code == 400
    assert "Say why" in response.content.decode()
    assert Trade.objects.get().state == "agreed"


def test_trade_of_others_is_not_there(seller_ids, outsiders, other_session, page):
    strangers = [
        visitor(Role.SELLER, seller_ids["Bolt"]),
        visitor(Role.SELLER, other_session["seller_ids"][0]),
        visitor(Role.BUYER, other_session["buyer_id"]),
    ]

    assert [browser.get(page).status_code for browser in strangers] == [404] * 3
    assert [cancel(browser, page).status_code for browser in strangers] == [404] * 3


def test_stranger_signs_in_first(page):
    assert "/login/?" in Client().get(page)["Location"]


def test_auditor_reads_and_changes_nothing(page):
    auditor = Client()
    auditor.force_login(accounts.auditor())

    assert buttons(auditor.get(page).content.decode()) == []
    assert [auditor.post(f"{page}{act}/").status_code for act in ("confirm", "cancel")] == [403, 403]


def test_forms_need_the_token_against_other_sites(page, session):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(accounts.operator())

    assert browser.post(f"{page}cancel/", {"reason": "x"}).status_code == 403


def test_further_terms_are_told_in_words(seller, page):
    Trade.objects.update(terms={"delivery_days": 1, "payment_days": 30, "spare_parts": 1200})

    html = seller.get(page).content.decode()

    for words in ("Delivery in 1 day<", "Payment within 30 days<", "Spare parts 1,200<"):
        assert words in html


def test_term_of_several_months_is_told_in_the_plural():
    assert term_words(("warranty_months", 24)) == "Warranty 24 months"


def test_deal_sheet_and_floor_count_no_cancelled_trade(staff, buyer, page, trade):
    floor, sheet = (reverse(name, args=[Session.objects.get().code]) for name in ("floor", "sheet"))
    assert "$26,175.00" in staff.get(floor).content.decode()
    assert trade.number in staff.get(sheet).content.decode()

    cancel(buyer, page)

    told = staff.get(sheet).content.decode()
    assert f"The trade {trade.number} was cancelled." in told
    assert '<dd data-figure="spent">$0.00</dd>' in staff.get(floor).content.decode()
    assert "$26,175.00" not in staff.get("/").content.decode()
