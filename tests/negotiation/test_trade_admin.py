import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.models import SellerInventory
from negotiation.models import Participant
from negotiation.trade_models import Trade
from tests import accounts
from tests.trading import trade_beside

pytestmark = pytest.mark.django_db

LIST = reverse("admin:negotiation_trade_changelist")


@pytest.fixture
def trade(played) -> Trade:
    return Trade.objects.get()


@pytest.fixture
def browser(client):
    client.force_login(accounts.operator())
    return client


def act(browser, action, trade, **form):
    return browser.post(LIST, {"action": action, "_selected_action": [trade.pk], **form}, follow=True)


def test_row_shows_what_was_agreed_and_is_not_edited(browser, trade):
    page = browser.get(reverse("admin:negotiation_trade_change", args=[trade.pk])).content.decode()

    assert "50 x HP 15 Laptop (laptop_hp_15)" in page
    assert reverse("trade", args=[trade.number]) in page
    assert 'name="_save"' not in page


def test_list_asks_as_many_queries_for_many_trades_as_for_one(browser, trade):
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(LIST)
    for thread in Participant.objects.all():
        trade_beside(thread)

    with CaptureQueriesContext(connection) as many:
        browser.get(LIST)

    assert len(many) == len(few)


def test_operator_confirms_for_both_sides(browser, trade):
    response = act(browser, "confirm_trades", trade)

    trade.refresh_from_db()
    assert "Confirmed 1 trade." in response.content.decode()
    assert (trade.state, trade.buyer_confirmed_by, trade.seller_confirmed_by[:5]) == (
        "confirmed",
        trade.seller_confirmed_by,
        "user/",
    )


def test_cancelling_asks_why_first(browser, trade):
    asked = act(browser, "cancel_trades", trade).content.decode()
    unsaid = act(browser, "cancel_trades", trade, post="yes", reason=" ").content.decode()

    assert (trade.number in asked, "Say why" in asked, "Say why" in unsaid) == (True, False, True)
    assert Trade.objects.get().state == "agreed"


def test_cancelling_with_a_reason_frees_the_units(browser, trade):
    response = act(browser, "cancel_trades", trade, post="yes", reason="By court order")

    trade.refresh_from_db()
    assert "Cancelled 1 trade." in response.content.decode()
    assert (trade.state, trade.cancelled_side, trade.cancel_reason) == ("cancelled", "operator", "By court order")
    assert not SellerInventory.objects.filter(quantity_reserved__gt=0).exists()


def test_cancelled_trades_are_passed_over(browser, trade):
    act(browser, "cancel_trades", trade, post="yes", reason="By court order")

    again = act(browser, "cancel_trades", trade, post="yes", reason="Once more").content.decode()
    confirmed = act(browser, "confirm_trades", trade).content.decode()

    assert ("Cancelled 0 trades." in again, "Confirmed 0 trades." in confirmed) == (True, True)
    assert Trade.objects.get().cancel_reason == "By court order"


def test_auditor_looks_and_has_no_actions(client, trade):
    client.force_login(accounts.auditor())

    assert "cancel_trades" not in client.get(LIST).content.decode()
    act(client, "cancel_trades", trade, post="yes", reason="x")
    assert Trade.objects.get().state == "agreed"
