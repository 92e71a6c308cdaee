import pytest

from negotiation.core.closing import conclude
from negotiation.core.errors import OfferNotLive, OutsideLimits
from negotiation.core.events import Closed, Decided, OfferChanged, Said
from negotiation.core.moves import Award, Leave, Words
from negotiation.core.protocol import run_out
from negotiation.core.vocabulary import Party, Reason, Result
from tests.factories import after, an_active_room, bid, played, quote

FAREWELLS = (("acme", Words("Deal.")), ("bolt", Words("Not today.")))


def bargained():
    """Acme stands at 100 (offer 2), Bolt at 105 (offer 4)."""
    return played(an_active_room(), bid("acme", 60), quote("acme", 100), bid("bolt", 60), quote("bolt", 105))


def said(events):
    return [(event.seller_id, event.words.text) for event in events if isinstance(event, Said)]


def test_farewells_are_said_before_the_decision_is_told():
    events = conclude(bargained(), Award("acme", 2, Reason.BEST_OFFER, FAREWELLS))

    kinds = [type(event) for event in events]
    assert kinds == [Said, Said, OfferChanged, OfferChanged, Decided, Closed]


def test_each_seller_hears_its_own_farewell():
    events = conclude(bargained(), Award("acme", 2, Reason.BEST_OFFER, FAREWELLS))

    assert said(events) == [("acme", "Deal."), ("bolt", "Not today.")]


def test_seller_that_is_about_to_answer_is_not_interrupted():
    room = played(bargained(), bid("bolt", 70))

    assert said(conclude(room, Award("acme", 2, Reason.OUT_OF_TIME, FAREWELLS))) == [("acme", "Deal.")]


def test_seller_that_left_gets_no_farewell():
    room = after(bargained(), *run_out(bargained(), "acme"))

    assert said(conclude(room, Leave(Reason.SELLERS_LEFT, FAREWELLS), "Gone.")) == [("bolt", "Not today.")]


def test_farewells_are_the_buyers_words():
    events = conclude(bargained(), Award("acme", 2, Reason.BEST_OFFER, FAREWELLS))

    assert {event.party for event in events if isinstance(event, Said)} == {Party.BUYER}


def test_award_is_explained_by_the_offers_that_stood():
    closed = conclude(bargained(), Award("acme", 2, Reason.BEST_OFFER))[-1]

    assert closed.explanation == "The best standing offer won. Lowest of 2 acceptable offers, 5 below the next."


@pytest.mark.parametrize("turn", [Award("acme", 2, Reason.FORCED), Leave(Reason.FORCED)])
def test_note_of_whoever_decided_takes_the_place_of_the_explanation(turn):
    decided, closed = conclude(bargained(), turn, "Board decision.")[-2:]

    assert (decided.explanation, closed.explanation) == ("Board decision.", "Board decision.")


def test_leaving_ends_the_room_without_a_deal():
    room = played(an_active_room(), bid("acme", 60), quote("acme", 115))

    closed = conclude(room, Leave(Reason.NO_VALID_OFFER))[-1]

    assert (closed.result, closed.reason) == (Result.NO_DEAL, Reason.NO_VALID_OFFER)


def test_offer_that_does_not_stand_cannot_be_awarded():
    with pytest.raises(OfferNotLive):
        conclude(bargained(), Award("acme", 4, Reason.BEST_OFFER))


def test_offer_above_the_limit_cannot_be_awarded():
    room = played(an_active_room(), bid("acme", 60), quote("acme", 115))

    with pytest.raises(OutsideLimits):
        conclude(room, Award("acme", 2, Reason.DECIDED_NOW))


def test_room_closed_without_a_deal_is_not_explained_as_a_deal():
    closed = conclude(bargained(), Leave(Reason.FORCED))[-1]

    assert closed.explanation == "An operator closed the room without a deal."


def test_award_of_a_dearer_offer_is_not_explained_as_the_lowest():
    closed = conclude(bargained(), Award("bolt", 4, Reason.FORCED))[-1]

    assert "Lowest" not in closed.explanation
