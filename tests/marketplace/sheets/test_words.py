from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.models import Session
from marketplace.sheets.words import on_failure, on_purchase, verdict
from negotiation.core.analysis import Path
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
        (95, "would have ended at $90.00 a unit; $95.00 was paid, $5.00 more. The buyer got 75.0 % of what such"),
        (85, "An auction among these sellers would have ended at $90.00 a unit; $85.00 was paid, $5.00 better."),
        (90, "An auction among these sellers would have ended at $90.00 a unit, exactly what was paid."),
        (
            95,
            "$15.00 a unit or $60.00 in all was left on the table: the lowest price that a seller could accept is $80",
        ),
        (80, "Nothing was left on the table: no seller could accept less."),
        (95, "The right seller won: nobody could have gone lower than Acme."),
    ],
)
def test_figures_of_a_purchase_are_told_in_sentences(price, words):
    assert words in told(price)


def test_seller_that_should_have_won_is_named_with_what_that_cost():
    setup = a_setup(ACME, a_seller("Bolt", floor=70), buyer=SETUP.buyer)

    words = told(95, setup)

    assert "Bolt would have been the right seller: it could have gone to $70.00" in words
    assert "$10.00 a unit or $40.00 in all lower than Acme." in words


def test_lone_seller_has_no_competition_to_be_compared_with_but_a_split():
    words = told(95, a_setup(ACME, buyer=SETUP.buyer))

    assert "Only Acme could sell within the limits, so nobody competed with it." in words
    assert "Of the $30.00 a unit between its limit and the seller's, the buyer kept 50.0 % and Acme 50.0 %." in words


def test_way_from_the_first_prices_is_told_where_it_is_known():
    bought = a_purchase(95)
    known = replace(bought, measures=replace(bought.measures, path=Path(Decimal(55), Decimal(120), Decimal(94))))

    words = " ".join(on_purchase(known, SETUP, "USD")).replace("\N{NO-BREAK SPACE}", " ")

    assert "They began $65.00 a unit apart: the buyer gave 60.0 % of that, Acme 40.0 %." in words
    assert "apart" not in told(95)


def test_price_with_further_terms_is_told_as_what_it_comes_to():
    bought = a_purchase(95)
    deal = replace(bought.measures.deal, price=Decimal("97.50"))

    words = " ".join(on_purchase(replace(bought, measures=replace(bought.measures, deal=deal)), SETUP, "USD"))

    assert "With the further terms agreed it comes to $97.50 a unit for the buyer" in words
    assert "$97.50 was paid" in words


def test_deal_that_no_seller_could_legally_make_is_not_judged():
    words = told(95, a_setup(a_seller("Acme", floor=115, ask=120), buyer=SETUP.buyer))

    assert "no competitive price" in words
    assert "left on the table" not in words


def test_failed_room_says_whether_a_deal_was_possible():
    apart = a_setup(a_seller("Acme", floor=115, ask=120), buyer=a_buyer(maximum=110))

    assert "Acme could have gone lowest, to $80.00, and the limit is $110.00." in on_failure(a_room(None), SETUP, "USD")
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


@pytest.mark.parametrize(
    ("price", "words"),
    [(126, "5.0 % more than was asked"), (120, "exactly what was asked"), (95, "20.8 % less than was asked")],
)
def test_verdict_says_whether_more_was_paid_than_was_asked(price, words):
    assert f": {words} and " in verdict(a_summary(a_purchase(price))).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("open_rooms", "words"), [(0, "Nothing was bought."), (2, "Nothing is bought yet.")])
def test_verdict_on_nothing_depends_on_whether_rooms_are_open(open_rooms, words):
    assert verdict(a_summary(open_rooms=open_rooms)) == words


def test_verdict_on_a_what_if_says_that_nothing_was_bought():
    summary = a_summary(a_purchase(95), session=Session(is_what_if=True))

    assert verdict(summary).startswith("The item would have been bought for $380.00")
