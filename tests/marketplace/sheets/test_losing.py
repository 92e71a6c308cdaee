import pytest

from marketplace.sheets.losing import losers
from tests.marketplace.deals import SETUP, a_room, held


def why(word, room=None):
    [other] = losers(room or a_room(95), SETUP, [word], "USD")
    return other.why


@pytest.mark.parametrize(
    ("word", "words"),
    [
        (held(99), "$4.00 a unit dearer."),
        (held(99, quantity=3), "$4.00 a unit dearer. It was for 3 units only."),
        (held(95), "Level with the winner: such ties go by reliability, the earlier round, then a draw."),
        (held(95, quantity=2), "It was for 2 units only."),
        (held(95, quantity=1), "It was for 1 unit only."),
        (held(91, quantity=2), "$4.00 a unit cheaper, but for 2 of 4 units only."),
        (held(91), "$4.00 a unit cheaper, but it did not stand when the buyer decided."),
        (held(112), "$2.00 above the buyer's limit."),
        (held(49), "Below the lowest price that the buyer may pay."),
        (held(99, status="withdrawn"), "Took its offer back."),
        (held(99, left_in=2), "Left in round 2."),
        (held(99, has_expired=True), "Did not answer in time."),
        (held(None), "Made no offer."),
        (held(None, left_in=1), "Left in round 1."),
    ],
)
def test_losing_offer_says_why_it_lost(word, words):
    assert why(word) == words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("firm_acceptance", "the winner had accepted the buyer's price before, and the buyer kept its word"),
        ("chosen", "whoever holds the buyer's seat chose another"),
        ("forced", "an operator closed the room with another"),
    ],
)
def test_cheaper_offer_says_why_a_dearer_one_won(reason, words):
    assert why(held(91), a_room(95, reason=reason)) == f"$4.00 a unit cheaper, but {words}."


def test_offer_in_a_room_without_a_deal_is_compared_with_none():
    assert why(held(99), a_room(None)) == "Within the buyer's limits, but the room ended without a deal."


def test_cheapest_comes_first_and_the_winner_not_at_all():
    words = [held(99, "Cedar"), held(None, "Delta"), held(95, "Acme"), held(97)]

    assert [other.seller_name for other in losers(a_room(95), SETUP, words, "USD")] == ["Bolt", "Cedar", "Delta"]


def test_in_a_room_without_a_deal_all_have_lost():
    found = losers(a_room(None, winner=None), SETUP, [held(99, "Acme"), held(97)], "USD")

    assert [other.seller_name for other in found] == ["Bolt", "Acme"]
