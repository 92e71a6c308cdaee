from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from marketplace.errors import InvalidRequest, NotAllowed
from marketplace.identity import Principal
from marketplace.models import Buyer, Role, Seller, SellerInventory
from negotiation import services, trades
from negotiation.core.vocabulary import Party, TradeState
from negotiation.errors import AlreadyDecided, Refused
from negotiation.models import NegotiationRun, Outcome
from negotiation.trade_models import Trade
from negotiation.verification import misjudged_stock, strayed

pytestmark = pytest.mark.django_db


@pytest.fixture
def trade(played) -> Trade:
    return Trade.objects.get()


def reserved() -> int:
    return sum(SellerInventory.objects.values_list("quantity_reserved", flat=True))


def test_deal_becomes_one_trade_with_what_was_agreed(trade):
    outcome = Outcome.objects.get()

    assert (trade.outcome, trade.state, trade.currency) == (outcome, TradeState.AGREED, "USD")
    assert (trade.total, trade.made_at) == (outcome.total_cost, outcome.decided_at)
    assert trade.lines == [
        {
            "item_id": "laptop_hp_15",
            "item_name": "HP 15 Laptop",
            "quantity": 50,
            "unit_price": str(outcome.unit_price),
            "total": str(outcome.total_cost),
        }
    ]
    assert trade.number == f"P-{outcome.decided_at:%Y}-{outcome.pk:06d}"


def test_room_without_a_deal_makes_no_trade(midway):
    services.force_no_deal(NegotiationRun.objects.get().code)

    assert not Trade.objects.exists()


def test_parties_stay_in_the_trade_as_they_were(midway, seller_ids, session):
    Buyer.objects.update(legal_name="TechCorp GmbH", contact="buy@techcorp.example")
    Seller.objects.filter(code=seller_ids["Acme"]).update(legal_name="Acme AG", contact="+49 30 1234")
    services.force_deal(NegotiationRun.objects.get().code, seller_ids["Acme"], Decimal(500))

    Buyer.objects.update(name="Other", legal_name="Other", contact="")
    Seller.objects.update(name="Someone", legal_name="", contact="")

    trade = Trade.objects.get()
    buyer = (str(trade.buyer_code), trade.buyer_name, trade.buyer_legal_name, trade.buyer_contact)
    assert buyer == (session["buyer_id"], "TechCorp", "TechCorp GmbH", "buy@techcorp.example")
    seller = (str(trade.seller_code), trade.seller_name, trade.seller_legal_name, trade.seller_contact)
    assert seller == (seller_ids["Acme"], "Acme", "Acme AG", "+49 30 1234")


def test_trade_is_confirmed_when_both_sides_have_confirmed(trade):
    first = trades.confirm(trade, Party.BUYER, "key/1").state
    second = trades.confirm(trade, Party.SELLER, "key/2").state

    assert (first, second) == (TradeState.AGREED, TradeState.CONFIRMED)
    assert (trade.buyer_confirmed_by, trade.seller_confirmed_by) == ("key/1", "key/2")


def test_side_that_confirms_again_changes_nothing(trade):
    at = trades.confirm(trade, Party.SELLER, "key/1").seller_confirmed_at

    again = trades.confirm(trade, Party.SELLER, "key/2")

    assert (again.state, again.seller_confirmed_at, again.seller_confirmed_by) == (TradeState.AGREED, at, "key/1")


def test_cancelled_trade_cannot_be_confirmed(trade):
    trades.cancel(trade, Party.SELLER, "key/1", "Sold out")

    with pytest.raises(AlreadyDecided, match="was cancelled"):
        trades.confirm(trade, Party.BUYER, "key/2")

    trade.refresh_from_db()
    assert (trade.state, trade.buyer_confirmed_at) == (TradeState.CANCELLED, None)


@pytest.mark.parametrize("side", [Party.BUYER, Party.SELLER, None])
def test_cancelling_frees_the_units_and_says_who_and_why(trade, side):
    assert reserved() == 50

    trades.cancel(trade, side, "key/1", "No budget")

    assert reserved() == 0
    told = (trade.state, trade.cancelled_side, trade.cancelled_by, trade.cancel_reason)
    assert told == (TradeState.CANCELLED, side or "operator", "key/1", "No budget")
    assert trade.cancelled_at is not None


def test_trade_is_cancelled_once(trade):
    trades.cancel(trade, Party.BUYER, "key/1", "No budget")

    with pytest.raises(AlreadyDecided, match="cancelled already"):
        trades.cancel(trade, None, "user/1", "Once more")

    trade.refresh_from_db()
    assert (reserved(), trade.cancel_reason) == (0, "No budget")


def test_what_both_have_confirmed_one_side_cannot_take_back(trade):
    for side in Party:
        trades.confirm(trade, side, "key/1")

    with pytest.raises(AlreadyDecided, match="only an operator"):
        trades.cancel(trade, Party.BUYER, "key/1", "No budget")

    assert reserved() == 50


def test_operator_can_cancel_what_both_have_confirmed(trade):
    for side in Party:
        trades.confirm(trade, side, "key/1")

    trades.cancel(trade, None, "user/1", "By court order")

    assert (trade.state, reserved()) == (TradeState.CANCELLED, 0)
    assert trade.seller_confirmed_at is not None


def test_side_that_has_confirmed_alone_may_still_cancel(trade):
    trades.confirm(trade, Party.BUYER, "key/1")

    trades.cancel(trade, Party.BUYER, "key/1", "No budget")

    assert trade.state == TradeState.CANCELLED


def test_stock_of_a_cancelled_trade_is_as_the_deals_say(trade):
    assert misjudged_stock() == []

    trades.cancel(trade, None, "user/1", "Mistake")

    assert misjudged_stock() == []
    assert strayed(trade.outcome.run) == []


def test_reserved_stock_of_a_cancelled_trade_is_found(trade):
    trades.cancel(trade, None, "user/1", "Mistake")
    stock = SellerInventory.objects.get(seller__code=trade.seller_code)
    SellerInventory.objects.filter(pk=stock.pk).update(quantity_reserved=50)

    assert misjudged_stock() == [stock]


def test_trade_that_says_something_else_than_the_log_is_found(trade):
    Trade.objects.update(total=1)

    assert strayed(trade.outcome.run) == ["trade"]


def test_units_of_a_cancelled_trade_can_be_sold_again(trade):
    SellerInventory.objects.update(quantity_available=50)
    trades.cancel(trade, None, "user/1", "Mistake")

    assert SellerInventory.objects.get(seller__code=trade.seller_code).quantity_free == 50


def test_inventory_that_was_deleted_does_not_keep_a_trade_from_being_cancelled(trade):
    SellerInventory.objects.all().delete()

    trades.cancel(trade, None, "user/1", "Mistake")

    assert trade.state == TradeState.CANCELLED


@pytest.mark.parametrize(
    "change",
    [{"state": "confirmed"}, {"state": "cancelled"}, {"state": "lost"}],
    ids=["confirmed by nobody", "cancelled at no time", "unknown"],
)
def test_table_refuses_a_state_that_was_not_brought_about(trade, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Trade.objects.update(**change)


def test_trade_goes_with_its_session(trade):
    trade.outcome.run.session.delete()

    assert not Trade.objects.exists()


OPERATOR = Principal(Role.OPERATOR, "key/1")
SELLER = Principal(Role.SELLER, "key/2")


def test_operator_must_name_the_side_it_confirms_for():
    with pytest.raises(InvalidRequest):
        trades.side_to_move(OPERATOR, None)

    assert trades.side_to_move(OPERATOR, Party.BUYER) is Party.BUYER


def test_party_may_name_its_own_side_only():
    with pytest.raises(NotAllowed):
        trades.side_to_move(SELLER, Party.BUYER)

    assert {trades.side_to_move(SELLER, named) for named in (None, Party.SELLER)} == {Party.SELLER}


@pytest.mark.parametrize("number", ["", "P-2026-1", "P-2026-000000", "P-２０２６-000001", "x\0y", "P-2026-" + "9" * 30])
def test_number_that_is_none_finds_nothing(trade, number):
    with pytest.raises(Refused, match="no such trade"):
        trades.trade_for(OPERATOR, number)
