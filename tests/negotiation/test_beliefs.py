from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.errors import NotAllowed
from negotiation.beliefs import beliefs_of
from negotiation.core.events import Closed, RoundStarted
from negotiation.core.folding import replay
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer, SpectatorViewer
from negotiation.frames import to_json
from tests import bodies
from tests.factories import a_buyer, a_seller, a_setup, play_out

ACME, BUYER = SellerViewer("acme"), BuyerViewer()
SETUP = a_setup(
    a_seller("Acme", cost=300, floor=400, ask=650),
    a_seller("Bolt", cost=390, floor=447, ask=640),
    buyer=a_buyer(minimum=300, maximum=600),
    max_rounds=6,
)


@pytest.fixture(scope="module")
def log():
    return play_out(SETUP)


@pytest.fixture(scope="module")
def stages(log):
    """How many events had happened at the end of each round, and at the end of the room."""
    rounds = [number for number, event in enumerate(log) if isinstance(event, RoundStarted)]
    return [*rounds[1:], len(log)]


def told(setup, events, viewer):
    return to_json(beliefs_of(replay(setup, events), viewer))


def beliefs(events, viewer):
    return beliefs_of(replay(SETUP, events), viewer)["beliefs"]


def test_what_the_buyer_thinks_does_not_depend_on_what_sellers_keep_to_themselves(log, stages):
    sellers = tuple(
        replace(seat, limits=replace(seat.limits, cost=Decimal(1), floor=Decimal(2), stock=77))
        for seat in SETUP.sellers
    )
    other = replace(SETUP, sellers=sellers)

    assert [told(other, log[:stage], BUYER) for stage in stages] == [
        told(SETUP, log[:stage], BUYER) for stage in stages
    ]


def test_what_a_seller_thinks_does_not_depend_on_what_the_buyer_and_its_rival_keep_to_themselves(log, stages):
    acme, bolt = SETUP.sellers
    rival = replace(bolt, limits=replace(bolt.limits, cost=Decimal(1), floor=Decimal(2)))
    other = replace(SETUP, sellers=(acme, rival), buyer=a_buyer(minimum=1, maximum=9999))

    assert [told(other, log[:stage], ACME) for stage in stages] == [told(SETUP, log[:stage], ACME) for stage in stages]


def test_nothing_is_said_of_a_limit_before_the_other_side_has_spoken(log):
    first = next(number for number, event in enumerate(log) if isinstance(event, RoundStarted))

    assert {one["certainty"] for one in beliefs(log[:first], BUYER)} == {"too_early"}
    assert {one["acceptance_probability"] for one in beliefs(log[:first], BUYER)} == {None}


def test_true_floors_lie_where_the_buyer_thinks_in_the_end(log):
    last = beliefs(log, BUYER)

    assert [one["low"] <= floor <= one["high"] for one, floor in zip(last, (400, 447), strict=True)] == [True, True]


def test_chance_is_told_of_the_sides_own_latest_offer_and_not_once_it_is_over(log, stages):
    (midway,), ended = beliefs(log[: stages[1]], ACME), beliefs(log, BUYER)

    room = replay(SETUP, log[: stages[1]])
    assert midway["latest_offer"]["price"] == float(room.thread("acme").quotes[-1].terms.unit_price)
    assert 0 <= midway["acceptance_probability"] <= 1
    assert [one["acceptance_probability"] for one in ended] == [None, None]


def test_price_that_was_agreed_is_within_the_others_limit(log):
    closed = next(event for event in log if isinstance(event, Closed))

    about_buyer = beliefs(log, SellerViewer(closed.seller_id))[0]
    about_winner = next(one for one in beliefs(log, BUYER) if one["seller_id"] == closed.seller_id)

    assert about_buyer["low"] >= float(closed.terms.unit_price)
    assert about_winner["high"] <= float(closed.terms.unit_price)


def test_sellers_that_took_the_only_bid_are_thought_to_have_floors_below_it():
    sellers = [a_seller(name, cost=391, floor=452, ask=640) for name in ("Acme", "Bolt")]
    setup = a_setup(*sellers, buyer=a_buyer(minimum=401, maximum=460), max_rounds=1)

    told = beliefs_of(replay(setup, play_out(setup)), BUYER)["beliefs"]

    assert [one["low"] < 452 < one["high"] <= 460 for one in told] == [True, True]
    assert "too_early" not in {one["certainty"] for one in told}


def test_seller_thinks_of_the_buyer_alone_and_who_reads_all_is_told_what_the_buyer_thinks(log):
    assert [one["seller_id"] for one in beliefs(log, ACME)] == ["acme"]
    assert beliefs(log, OperatorViewer()) == beliefs(log, BUYER)


def test_spectator_takes_no_side(log):
    with pytest.raises(NotAllowed):
        beliefs(log, SpectatorViewer(is_stranger=True, shows_talk=True))


@pytest.mark.django_db
def test_each_party_is_told_what_its_own_side_thinks(buyer, acme, operator, midway, seller_ids):
    asked = {name: one.get(f"/negotiation/{midway}/beliefs").json() for name, one in (("buyer", buyer), ("acme", acme))}

    assert {one["seller_id"] for one in asked["buyer"]["beliefs"]} == set(seller_ids.values())
    assert (asked["acme"]["party"], len(asked["acme"]["beliefs"])) == ("seller", 1)
    assert operator.get(f"/negotiation/{midway}/beliefs").json() == asked["buyer"]


@pytest.mark.django_db
def test_operator_sees_beliefs_with_a_sellers_eyes_and_a_seller_not_with_its_rivals(operator, acme, midway, seller_ids):
    eyes = {"agent_type": "seller", "agent_id": seller_ids["Acme"]}
    bolts = {"agent_type": "seller", "agent_id": seller_ids["Bolt"]}

    own = acme.get(f"/negotiation/{midway}/beliefs").json()

    assert operator.get(f"/negotiation/{midway}/beliefs", **eyes).json() == own
    assert acme.get(f"/negotiation/{midway}/beliefs", **bolts).json() == own


@pytest.mark.django_db
def test_beliefs_are_for_the_parties_of_the_room(watcher, outsiders, anonymous, operator, midway):
    path = f"/negotiation/{midway}/beliefs"

    assert watcher.get(path).status_code == 403
    assert outsiders["buyer"].get(path).status_code == outsiders["seller"].get(path).status_code == 404
    assert anonymous.get(path).status_code == 401
    assert operator.get(path, agent_type="seller", agent_id=bodies.NO_ID).status_code == 404
