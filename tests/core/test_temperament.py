import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.core.analysis import survey
from negotiation.core.curves import PATIENCE, TEMPERS
from negotiation.core.events import Decided, Offered
from negotiation.core.preferences import Priority, Temperament
from negotiation.core.strategy import choose_award, choose_bids, choose_quote, resistance_point
from negotiation.core.terms import CENT
from negotiation.core.visibility import BuyerViewer, SellerViewer, buyer_view, seller_view
from negotiation.core.vocabulary import Party, Reason
from negotiation.frames import connected
from tests.factories import (
    NOON,
    a_buyer,
    a_buyer_thread,
    a_buyer_view,
    a_roster,
    a_seller,
    a_seller_view,
    a_setup,
    an_active_room,
    play_out,
    prices,
    some_setups,
)

PATIENT, BALANCED, BRISK = Temperament
TWO = (a_buyer_thread("Acme", quotes=[119, 94]), a_buyer_thread("Bolt", quotes=[119, 105]))
temperaments = st.sampled_from(Temperament)


def bid_of(temperament, *threads, round):
    view = replace(a_buyer_view(*threads, round=round, max_rounds=11), temperament=temperament)
    return choose_bids(view)[0].price


def selling(temperament, **seat):
    return replace(a_seller(**seat), temperament=temperament)


def tempered(setup, buyer, sellers):
    seats = tuple(replace(seat, temperament=sellers) for seat in setup.sellers)
    return replace(setup, buyer_temperament=buyer, sellers=seats)


def end_of(events):
    return next(event for event in events if isinstance(event, Decided))


@pytest.mark.parametrize("threads", [TWO[:1], TWO])
@pytest.mark.parametrize("round", [3, 5, 8])
def test_patient_buyer_raises_its_bids_later_and_a_brisk_one_sooner(threads, round):
    patient, balanced, brisk = (bid_of(temperament, *threads, round=round) for temperament in Temperament)

    assert patient <= balanced < brisk
    assert patient < brisk


@pytest.mark.parametrize("priority", Priority)
@pytest.mark.parametrize("round", [3, 5, 8])
def test_patient_seller_lowers_its_price_later_and_a_brisk_one_sooner(priority, round):
    views = [a_seller_view(selling(t, priority=priority), round=round, bids=[50]) for t in Temperament]

    patient, balanced, brisk = (choose_quote(view).price for view in views)

    assert patient > balanced > brisk


def test_patient_seller_aims_higher_and_a_brisk_one_as_high_as_any():
    patient, balanced, brisk = (resistance_point(a_seller_view(selling(t))) for t in Temperament)

    assert patient > balanced == brisk


@given(st.integers(0, 10_000), prices(1000), prices(0), st.sampled_from(Priority), temperaments)
def test_resistance_point_is_within_its_bounds_whatever_the_temperament(seed, floor, span, priority, temperament):
    seat = selling(temperament, floor=floor, ask=floor + span, priority=priority)

    mean = TEMPERS[priority].resistance * PATIENCE[temperament].firmness

    point = resistance_point(a_seller_view(seat, seed=seed))
    assert floor + mean * span / 2 - CENT <= point <= floor + mean * span * 3 / 2 + CENT
    assert floor <= point <= floor + span


def test_brisk_buyer_takes_a_good_offer_though_others_compete():
    view = a_buyer_view(*TWO, round=8, max_rounds=10)

    award = choose_award(replace(view, temperament=BRISK))

    assert (award.seller_id, award.reason) == ("acme", Reason.GOOD_ENOUGH)
    assert choose_award(view) is None
    assert choose_award(replace(view, temperament=PATIENT)) is None


def test_brisk_buyer_does_not_take_whatever_comes():
    view = replace(a_buyer_view(*TWO, round=1, max_rounds=10), temperament=BRISK)

    assert choose_award(view) is None


@settings(max_examples=40, deadline=None)
@given(some_setups())
def test_prices_of_every_temperament_are_within_limits_and_only_move_towards_the_other_side(setup):
    spoken = {}

    for event in play_out(setup):
        if isinstance(event, Offered):
            mine = setup.buyer if event.party is Party.BUYER else setup.seat(event.seller_id).limits
            assert mine.permit(event.terms)
            spoken.setdefault((event.party, event.seller_id), []).append(event.terms.unit_price)

    for (party, _), series in spoken.items():
        assert series == sorted(series, reverse=party is Party.SELLER)


@pytest.mark.parametrize("sellers", Temperament)
@pytest.mark.parametrize("buyer", Temperament)
def test_no_temperament_loses_a_feasible_room_of_a_fixed_sample(buyer, sellers):
    chance = random.Random(22)
    feasible = [setup for setup in (sampled_room(chance) for _ in range(30)) if survey(setup).zopa]

    ends = [end_of(play_out(tempered(setup, buyer, sellers))) for setup in feasible]

    assert len(feasible) > 15
    assert not [end for end in ends if end.terms is None]


def sampled_room(chance):
    maximum = chance.randint(20, 2000)
    sellers = []
    for name in ("Acme", "Bolt", "Cedar")[: chance.randint(1, 3)]:
        floor = maximum * Decimal(chance.randint(70, 103)) / 100
        ask = floor * Decimal(chance.randint(102, 160)) / 100
        sellers.append(a_seller(name, floor=round(floor, 2), ask=round(ask, 2), priority=chance.choice(list(Priority))))
    return a_setup(*sellers, buyer=a_buyer(minimum=0, maximum=maximum), seed=chance.randint(0, 999))


@pytest.mark.parametrize("temperament", Temperament)
def test_no_seller_can_see_the_temperament_of_the_buyer_or_of_a_rival(temperament):
    setup = a_setup()
    other = replace(
        setup,
        buyer_temperament=temperament,
        sellers=(setup.sellers[0], replace(setup.sellers[1], temperament=temperament)),
    )

    shown = [connected_frame(one, SellerViewer("acme")) for one in (setup, other)]

    assert seller_view(an_active_room(setup), "acme") == seller_view(an_active_room(other), "acme")
    assert shown[0] == shown[1]


@pytest.mark.parametrize("temperament", Temperament)
def test_buyer_cannot_see_the_temperament_of_a_seller(temperament):
    setup = a_setup()
    other = tempered(setup, BALANCED, temperament)

    shown = [connected_frame(one, BuyerViewer()) for one in (setup, other)]

    assert buyer_view(an_active_room(setup)) == buyer_view(an_active_room(other))
    assert shown[0] == shown[1]


def connected_frame(setup, viewer):
    room = an_active_room(setup)
    return connected(room, room.status, 3, a_roster(setup), viewer, NOON)


def test_seller_is_shown_its_own_temperament():
    setup = tempered(a_setup(), BALANCED, BRISK)

    assert connected_frame(setup, SellerViewer("acme"))["sellers"][0]["limits"]["temperament"] == "brisk"
