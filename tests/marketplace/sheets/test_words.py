import pytest

from marketplace.models import Session
from marketplace.sheets.words import on_failure, on_purchase, verdict
from negotiation.core.vocabulary import TradeState
from tests.factories import a_buyer, a_seller, a_setup
from tests.marketplace.deals import ACME, SETUP, a_purchase, a_room, a_summary


def told(price, setup=SETUP):
    """With plain spaces, for the eye."""
    return " ".join(on_purchase(a_purchase(price, setup), setup, "USD")).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (95, "Acme asked $120.00 a unit: $100.00 or 20.8 % were saved."),
        (120, "Acme got the $120.00 a unit that it asked."),
        (126, "Acme asked $120.00 a unit: $24.00 or 5.0 % were paid on top."),
        (95, "The price is $15.00 a unit below the buyer's limit of $110.00."),
        (110, "The price is the buyer's limit of $110.00."),
        (95, "The price is 5.6 % above what open competition would lead to ($90.00)."),
        (85, "The price is 5.6 % below what open competition would lead to ($90.00)."),
        (90, "The price is exactly what open competition would lead to ($90.00)."),
        ("90.01", "The price is less than 0.1 % above what open competition would lead to ($90.00)."),
        (95, "$15.00 a unit were left on the table: the lowest price a seller could accept is $80.00."),
        (80, "This is the best possible price: no seller could accept less."),
        (95, "The seller with the lowest floor won."),
        (95, "The buyer kept 50.0 % of the range between its limit and the best possible price."),
    ],
)
def test_figures_of_a_purchase_are_told_in_sentences(price, words):
    assert words in told(price)


def test_seller_that_could_have_gone_lower_is_named():
    setup = a_setup(ACME, a_seller("Bolt", floor=70), buyer=SETUP.buyer)

    assert "Bolt could have gone lowest, to $70.00, but Acme won." in told(95, setup)


def test_lone_seller_has_no_competition_to_be_compared_with():
    words = told(95, a_setup(ACME, buyer=SETUP.buyer))

    assert "Only one seller could sell within the limits" in words
    assert "The only seller that could serve the buyer won." in words


def test_deal_that_no_seller_could_legally_make_is_not_judged():
    words = told(95, a_setup(a_seller("Acme", floor=115, ask=120), buyer=SETUP.buyer))

    assert "no competitive price" in words
    assert "left on the table" not in words


def test_failed_room_says_whether_a_deal_was_possible():
    apart = a_setup(a_seller("Acme", floor=115, ask=120), buyer=a_buyer(maximum=110))

    assert "from $80.00, the lowest" in on_failure(a_room(None), SETUP, "USD")
    assert "No deal was possible" in on_failure(a_room(None), apart, "USD")


def test_deal_whose_trade_was_cancelled_is_said_not_to_count():
    words = on_failure(a_room(95, trade_state=TradeState.CANCELLED), SETUP, "USD")

    assert words == "The deal with Acme at $95.00 a unit does not count: the trade P-2026-000001 was cancelled."


def test_verdict_is_the_session_in_a_sentence():
    summary = a_summary(a_purchase(95), total_items_requested=3)

    assert verdict(summary).replace("\N{NO-BREAK SPACE}", " ") == (
        "1 of 3 items was bought for $380.00: 20.8 % less than was asked"
        " and 5.6 % above what open competition would lead to."
    )


@pytest.mark.parametrize(("open_rooms", "words"), [(0, "Nothing was bought."), (2, "Nothing is bought yet.")])
def test_verdict_on_nothing_depends_on_whether_rooms_are_open(open_rooms, words):
    assert verdict(a_summary(open_rooms=open_rooms)) == words


def test_verdict_on_a_what_if_says_that_nothing_was_bought():
    summary = a_summary(a_purchase(95), session=Session(is_what_if=True))

    assert verdict(summary).startswith("The item would have been bought for $380.00")
