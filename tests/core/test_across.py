from dataclasses import replace
from decimal import Decimal

import pytest

from negotiation.core.across import UNTOLD, bid_across, ending_across, quote_across
from negotiation.core.events import Accepted, Decided, Offered
from negotiation.core.moves import SILENCE
from negotiation.core.vocabulary import Party, Reason, Result
from tests.factories import after, an_active_room, bid, played, quote, terms


@pytest.fixture
def answered():
    """Acme asks 100 and Bolt 104; the buyer has bid 70 and named Acme's price to Bolt."""
    room = played(an_active_room(), bid("acme", 60), bid("bolt", 60), quote("acme", 100), quote("bolt", 104))
    return replace(played(room, bid("acme", 70), bid("bolt", 70, claim=100)), round=1)


def asks(seller_id, price, **changes):
    return replace(Offered(Party.SELLER, seller_id, 1, 9, terms(price), SILENCE), **changes)


def bids(price, **changes):
    return replace(Offered(Party.BUYER, "acme", 2, 9, terms(price), SILENCE), **changes)


def told(room, move):
    return quote_across(room, after(room, move), move)


def test_sellers_answer_is_told_by_what_changed(answered):
    first = told(answered, asks("acme", 97)).sentences[0]

    assert first == "The seller asks 97.00, 3.00 less than before."


@pytest.mark.parametrize(
    ("seller_id", "price", "words"),
    [
        ("acme", 97, "It is the best offer on the table, 7.00 below the next."),
        ("bolt", 102, "Acme asks 2.00 less."),
        ("bolt", 100, "Acme asks as much."),
    ],
)
def test_sellers_answer_is_compared_with_the_best_that_the_buyer_knows(answered, seller_id, price, words):
    assert words in told(answered, asks(seller_id, price)).sentences


@pytest.mark.parametrize(("price", "words"), [(99, "went below"), (101, "did not go below")])
def test_answer_to_a_rivals_price_is_told_as_one(answered, price, words):
    assert any(words in sentence and "100.00" in sentence for sentence in told(answered, asks("bolt", price)).sentences)


def test_opening_at_the_asking_price_is_told_as_such():
    room = played(an_active_room(), bid("acme", 60))

    assert told(room, asks("acme", 120)).sentences[0] == "The seller opens at 120.00, its asking price."


def test_final_offer_and_further_terms_are_told(answered):
    move = asks("acme", 100, is_final=True, terms=replace(terms(100), extras=(("delivery_days", 7),)))

    assert told(answered, move).sentences[:2] == (
        "The seller stays at 100.00, and calls that final.",
        "With it go delivery days 7.",
    )


def test_acceptance_is_told_with_what_the_seller_asked_last(answered):
    taken = Accepted(Party.SELLER, "acme", 1, answered.thread("acme").bids[-1].offer_id, terms(70), SILENCE)

    assert told(answered, taken).sentences[0] == "The seller takes the buyer's bid of 70.00. Its last offer was 100.00."


def test_bid_is_told_by_what_changed_and_how_far_it_is_from_the_sellers_offer(answered):
    move = bids(76, claim=Decimal(95))

    assert bid_across(answered, move).sentences == (
        "The buyer bids 76.00, 6.00 more than before.",
        "That is 24.00 below the seller's last offer.",
        "It names a rival's price of 95.00, which is true.",
        UNTOLD,
    )


@pytest.mark.parametrize(("price", "words"), [(70, "stays at 70.00"), (60, "10.00 less than before")])
def test_bid_that_is_no_raise_is_told_as_what_it_is(answered, price, words):
    assert words in bid_across(answered, bids(price)).sentences[0]


def test_seller_that_was_taken_is_told_its_price_and_no_others(answered):
    deal = Decided(Result.DEAL, Reason.BEST_OFFER, 1, "acme", 3, terms(100))

    assert ending_across(answered, deal, "acme").sentences == (
        "The buyer took this seller's price of 100.00 for 4.",
        UNTOLD,
    )


def test_seller_that_was_not_taken_is_told_the_last_rivals_price_that_it_knew(answered):
    lost = Decided(Result.NO_DEAL, Reason.BEST_OFFER, 1)

    assert ending_across(answered, lost, "bolt").sentences == (
        "The room ended without a deal with this seller.",
        "The last rival's price that it was told was 100.00, 4.00 below its own.",
        UNTOLD,
    )
