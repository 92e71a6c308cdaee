from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.core.errors import NotYourTurn
from negotiation.core.events import Offered
from negotiation.core.folding import evolve
from negotiation.core.preferences import Range
from negotiation.core.suggesting import MarketPrice, suggest_to_buyer, suggest_to_seller
from negotiation.core.terms import Terms
from negotiation.core.visibility import buyer_view, seller_view
from negotiation.core.vocabulary import Action, Party
from tests.factories import (
    a_buyer,
    a_buyer_thread,
    a_buyer_view,
    a_seller,
    a_seller_view,
    a_setup,
    an_active_room,
    bid,
    played,
    prices,
    quote,
    some_setups,
)

DAYS = Range("delivery_days", 0, 14)
rooms = settings(max_examples=60, deadline=None)


@rooms
@given(some_setups(), st.lists(prices(1, 3_000_000), max_size=4), st.lists(prices(1, 3_000_000), max_size=4), st.data())
def test_suggestion_lies_within_the_own_limits_whatever_was_offered_by_hand(setup, bids, quotes, data):
    seat, rounds = setup.sellers[0], setup.max_rounds
    at = data.draw(st.integers(1, rounds))
    view = a_seller_view(seat, round=at, max_rounds=rounds, bids=bids, quotes=quotes)

    found = suggest_to_seller(view)

    assert seat.limits.permit(found.terms)
    assert 0 <= found.acceptance_probability <= 1
    assert 0 < found.confidence <= 1


@rooms
@given(some_setups(), st.lists(prices(1, 3_000_000), max_size=4), st.lists(prices(1, 3_000_000), max_size=4), st.data())
def test_buyer_is_never_advised_beyond_its_limits(setup, bids, quotes, data):
    rounds = setup.max_rounds
    at = data.draw(st.integers(0, rounds - 1))
    ask = setup.sellers[0].limits.ask
    thread = a_buyer_thread(bids=bids, quotes=quotes, ask=ask)
    view = a_buyer_view(thread, a_buyer_thread("Bolt", ask=ask), limits=setup.buyer, round=at, max_rounds=rounds)

    found = suggest_to_buyer(view, "acme")

    assert setup.buyer.admit(found.terms)
    assert found.action is Action.ACCEPT or setup.buyer.permit(found.terms)


def test_price_is_in_the_strategys_latitude():
    found = suggest_to_buyer(a_buyer_view(a_buyer_thread(quotes=["118"], bids=["55"]), round=1), "acme")

    assert found.action is Action.OFFER
    assert Decimal(55) <= found.terms.unit_price < Decimal(80)


def test_quote_as_good_as_the_next_bid_is_to_be_taken():
    view = a_buyer_view(a_buyer_thread(bids=["60"] * 9, quotes=["119"] * 8 + ["62"]), round=9)

    found = suggest_to_buyer(view, "acme")

    assert (found.action, found.terms, found.acceptance_probability) == (Action.ACCEPT, Terms(Decimal(62), 4), 1.0)


def test_bid_above_the_next_offer_is_to_be_taken():
    found = suggest_to_seller(a_seller_view(round=10, bids=["60"] * 9 + ["105"], quotes=["120"] * 9))

    assert (found.action, found.terms.unit_price) == (Action.ACCEPT, Decimal(105))


def test_quote_beyond_the_limit_is_never_to_be_taken():
    found = suggest_to_buyer(a_buyer_view(a_buyer_thread(bids=["60"] * 9, quotes=["119"] * 9), round=9), "acme")

    assert found.action is Action.OFFER


def test_after_the_last_round_there_is_nothing_to_suggest_but_to_take_what_stands():
    dear = a_buyer_view(a_buyer_thread(quotes=["119"]), round=10)
    fair = a_buyer_view(a_buyer_thread(quotes=["109"]), round=10)

    assert suggest_to_buyer(fair, "acme").action is Action.ACCEPT
    with pytest.raises(NotYourTurn):
        suggest_to_buyer(dear, "acme")


def test_quantity_is_what_is_offered_where_that_is_less():
    thread = a_buyer_thread(quotes=["118"])
    few = replace(thread.quotes[0], terms=Terms(Decimal(118), 3))
    view = a_buyer_view(replace(thread, quotes=(few,), quote=few), round=1)

    assert suggest_to_buyer(view, "acme").terms.quantity == 3


def test_seller_never_offers_more_than_its_stock():
    assert suggest_to_seller(a_seller_view(a_seller(stock=3), bids=["60"])).terms.quantity == 3


def test_further_terms_of_the_other_side_are_taken_over_as_far_as_the_own_range_goes():
    thread = a_buyer_thread(quotes=["118"])
    wanted = replace(thread.quotes[0], terms=Terms(Decimal(118), 4, (("delivery_days", 30), ("payment_days", 10))))
    limits = replace(a_buyer(), extras=(DAYS,))
    view = a_buyer_view(replace(thread, quotes=(wanted,), quote=wanted), limits=limits, round=1)

    assert suggest_to_buyer(view, "acme").terms.extras == (("delivery_days", 14),)


def test_reasons_say_what_was_heard_and_no_limit():
    setup = a_setup(a_seller("Acme", floor="81.31", cost="60.61"), buyer=a_buyer(minimum="50.19", maximum="110.21"))
    room = played(an_active_room(setup), bid("acme", 60), quote("acme", 118))

    to_buyer = suggest_to_buyer(buyer_view(room), "acme")
    to_seller = suggest_to_seller(seller_view(room, "acme"))

    assert "The seller asks 118.00" in to_buyer.reasoning
    assert "The buyer bids 60.00" in to_seller.reasoning
    for secret in ("81.31", "60.61", "50.19", "110.21"):
        assert secret not in to_buyer.reasoning + to_seller.reasoning


def test_market_is_said_and_compared_with_the_price():
    market = MarketPrice(Decimal(100), 5, 90)

    found = suggest_to_seller(a_seller_view(bids=["60"]), market)

    assert found.market == market
    assert "Recent deals were around 100.00, so this is above the market." in found.reasoning
    assert market.difference(Decimal(120)) == 20.0


@pytest.mark.parametrize("party", Party)
@rooms
@given(some_setups(max_sellers=2).filter(lambda setup: setup.max_rounds > 1), prices(), prices(), st.integers(0, 2))
def test_private_numbers_of_the_others_change_no_byte_of_a_suggestion(party, setup, one, other, moves):
    sellers = setup.sellers
    if party is Party.BUYER:
        changed = replace(setup, sellers=tuple(_with_other_secrets(seat, one, other) for seat in sellers))
    else:
        limits = replace(setup.buyer, minimum=one, maximum=one + other, approve_above=other)
        rivals = (_with_other_secrets(seat, one, other) for seat in sellers[1:])
        changed = replace(setup, buyer=limits, sellers=(sellers[0], *rivals))
    first, ask = sellers[0].seller_id, sellers[0].limits.ask
    said = [bid(first, ask // 2 + 1), quote(first, ask)][:moves]

    assert repr(_suggested(setup, party, said)) == repr(_suggested(changed, party, said))


def _with_other_secrets(seat, one, other):
    """Whatever of it nobody else may know; the asking price is public."""
    limits = replace(seat.limits, floor=one, cost=other, stock=seat.limits.stock + 3)
    return replace(seat, limits=limits)


def _suggested(setup, party, said):
    room = an_active_room(setup)
    for who, seller_id, move in said:
        room = _told(room, who, seller_id, move)
    if party is Party.BUYER:
        return suggest_to_buyer(buyer_view(room), setup.sellers[0].seller_id)
    return suggest_to_seller(seller_view(room, setup.sellers[0].seller_id))


def _told(room, party, seller_id, move):
    """The room after it was said, whoever's limits that keeps."""
    return evolve(room, Offered(party, seller_id, room.round, room.offer_count + 1, move.terms, move.words))
