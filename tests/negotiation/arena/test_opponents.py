import asyncio
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.arena.opponents import OPPONENTS, make_buyer, make_seller
from negotiation.asking import Minds
from negotiation.core.events import Closed, MindFailed, Offered, WalkedAway
from negotiation.core.moves import Accept, Award, Bids, Propose, Say, WalkAway
from negotiation.core.room import Setup
from negotiation.core.vocabulary import Party
from negotiation.minds.strategy import StrategyMind
from tests.factories import (
    a_buyer,
    a_buyer_thread,
    a_buyer_view,
    a_seller,
    a_seller_view,
    a_setup,
    play_out,
    some_setups,
)

SELLERS, BUYERS = sorted(OPPONENTS[Party.SELLER]), sorted(OPPONENTS[Party.BUYER])


def answer(kind, view, **parameters):
    return asyncio.run(make_seller(kind, parameters, seed=1).sell(view))


def turn(kind, view, **parameters):
    return asyncio.run(make_buyer(kind, parameters, seed=1).buy(view))


def asked(kind, view, **parameters) -> Decimal:
    move = answer(kind, view, **parameters)
    assert isinstance(move, Propose)
    return move.terms.unit_price


def bid(kind, view, **parameters) -> Decimal:
    made = turn(kind, view, **parameters)
    assert isinstance(made, Bids)
    ((_, move),) = made.moves
    assert isinstance(move, Propose)
    return move.terms.unit_price


def halfway(**changes):
    return a_seller_view(**{"round": 6, "max_rounds": 11, "bids": [50, 50], "quotes": [119], **changes})


def played(setup: Setup, buyer: str, seller: str):
    sellers = {seat.seller_id: make_seller(seller, {}, seed=3) for seat in setup.sellers}
    return play_out(setup, Minds(make_buyer(buyer, {}, seed=3), sellers))


@pytest.mark.parametrize("kind", SELLERS)
@given(setup=some_setups(max_sellers=3))
@settings(max_examples=8, deadline=None)
def test_reference_sellers_keep_the_rules(kind, setup):
    minds = {seat.seller_id: make_seller(kind, {}, seed=2) for seat in setup.sellers}

    events = play_out(setup, Minds(StrategyMind(), minds))

    assert isinstance(events[-1], Closed)
    assert not [event for event in events if isinstance(event, MindFailed)]


@pytest.mark.parametrize("kind", BUYERS)
@given(setup=some_setups(max_sellers=3))
@settings(max_examples=8, deadline=None)
def test_reference_buyers_keep_the_rules(kind, setup):
    mind = StrategyMind()

    events = play_out(setup, Minds(make_buyer(kind, {}, seed=2), {seat.seller_id: mind for seat in setup.sellers}))

    assert isinstance(events[-1], Closed)
    assert not [event for event in events if isinstance(event, MindFailed)]


@given(st.integers(0, 50))
@settings(max_examples=5, deadline=None)
def test_same_seed_plays_the_same_room(seed):
    setup = a_setup(a_seller("Acme"), a_seller("Bolt", floor=85), seed=seed)

    assert played(setup, "random_walker", "splitter") == played(setup, "random_walker", "splitter")


def test_conceder_has_given_more_than_linear_and_boulware_less_by_half_time():
    conceder, linear, boulware = (asked(kind, halfway()) for kind in ("conceder", "linear", "boulware"))

    assert conceder < linear < boulware
    assert linear == 100


def test_shading_seller_keeps_less_where_it_reckons_with_more_rivals():
    few, many = (asked("shading", a_seller_view(round=10, bids=[50]), rivals=rivals) for rivals in ("1", "9"))

    assert (few, many) == (100, 84)


def test_shading_seller_goes_below_the_rivals_price_that_it_was_told():
    assert asked("shading", a_seller_view(round=10, bids=[50], rival=90)) < 90


def test_tit_for_tat_seller_gives_what_the_buyer_gives():
    assert asked("tit_for_tat", a_seller_view(round=2, bids=[50, 53], quotes=[118])) == 115
    assert asked("tit_for_tat", a_seller_view(round=2, bids=[50, 50], quotes=[118])) == 118


def test_short_fused_seller_calls_its_floor_final_and_leaves():
    last = answer("short_fuse", a_seller_view(round=4, bids=[50], quotes=[100]))
    gone = answer("short_fuse", a_seller_view(round=5, bids=[50], quotes=[80]))

    assert isinstance(last, Propose)
    assert (last.terms.unit_price, last.is_final) == (80, True)
    assert isinstance(gone, WalkAway)


def test_short_fused_seller_that_does_not_warn_leaves_without_a_final_offer():
    events = play_out(
        a_setup(a_seller(), buyer=a_buyer(maximum=79)),
        Minds(StrategyMind(), {"acme": make_seller("short_fuse", {"warns": "0"}, seed=1)}),
    )

    assert [event.round for event in events if isinstance(event, WalkedAway)] == [5]
    assert not [event for event in events if isinstance(event, Offered) and event.is_final]


def test_splitting_seller_gives_about_the_part_of_the_gap():
    assert 98 <= asked("splitter", a_seller_view(round=2, bids=[50, 60], quotes=[120]), noise="0.05") <= 106


def test_stubborn_seller_takes_nothing_below_its_aim_even_last():
    refused, taken = (answer("stubborn", a_seller_view(round=10, bids=[price], quotes=[93])) for price in ("91.99", 92))

    assert isinstance(refused, Propose)
    assert isinstance(taken, Accept)


def test_silent_seller_names_its_asking_price_once_and_takes_a_bid_that_will_do():
    assert asked("silent", a_seller_view(bids=[50])) == 120
    assert isinstance(answer("silent", a_seller_view(round=2, bids=[79], quotes=[120])), Say)
    assert isinstance(answer("silent", a_seller_view(round=2, bids=[80], quotes=[120])), Accept)


def test_mute_seller_names_no_price_at_all():
    assert isinstance(answer("mute", a_seller_view(bids=[50])), Say)


def test_final_offer_seller_names_one_price_and_takes_no_less():
    first = answer("final_offer", a_seller_view(bids=[50]))

    assert isinstance(first, Propose)
    assert (first.terms.unit_price, first.is_final) == (92, True)
    assert isinstance(answer("final_offer", a_seller_view(round=10, bids=[91], quotes=[92])), Propose)


def test_eager_seller_takes_what_a_linear_one_does_not():
    view = halfway(bids=[50, 90], quotes=[102])

    assert isinstance(answer("linear", view), Propose)
    assert isinstance(answer("eager", view), Accept)


def test_micro_seller_steps_down_only_for_a_bid_that_is_new():
    assert asked("micro", a_seller_view(round=2, bids=[50, 55], quotes=[120])) < 120
    assert asked("micro", a_seller_view(round=3, bids=[50, 50], quotes=[120, "115.56"])) == Decimal("115.56")


def test_conceding_buyer_has_bid_more_than_linear_and_boulware_less_by_half_time():
    view = a_buyer_view(a_buyer_thread(quotes=[118]), round=5, max_rounds=11)

    assert bid("conceder", view) > bid("linear", view) > bid("boulware", view)


@pytest.mark.parametrize("kind", ["silent", "hardliner", "boulware"])
def test_buyer_that_waits_takes_no_offer_in_the_first_rounds_that_the_hasty_one_takes(kind):
    view = a_buyer_view(a_buyer_thread(quotes=[108]), round=1)

    assert isinstance(turn("first_in_range", view), Award)
    assert isinstance(turn(kind, view), Bids)


def test_ac_next_buyer_takes_what_lacks_a_constant_part():
    view = a_buyer_view(a_buyer_thread(quotes=[85]), round=5, max_rounds=11)

    assert isinstance(turn("ac_next", view, exponent="1", short="0.1"), Award)
    assert isinstance(turn("ac_next", view, exponent="1", short="0"), Bids)


def test_tit_for_tat_buyer_raises_by_what_the_seller_gave():
    assert bid("tit_for_tat", a_buyer_view(a_buyer_thread(bids=[60, 60], quotes=[118, 114]), round=2)) == 64


def test_hardliner_would_rather_have_no_deal():
    made = turn("hardliner", a_buyer_view(a_buyer_thread(quotes=[100]), round=10))

    assert not isinstance(made, Award)


def test_silent_buyer_bids_once_and_takes_the_best_in_the_end():
    first = turn("silent", a_buyer_view(a_buyer_thread()))
    later = turn("silent", a_buyer_view(a_buyer_thread(bids=[55], quotes=[118]), round=1))
    last = turn("silent", a_buyer_view(a_buyer_thread(bids=[55], quotes=[100]), round=10))

    assert isinstance(first, Bids)
    assert isinstance(first.moves[0][1], Propose)
    assert isinstance(later, Bids)
    assert isinstance(later.moves[0][1], Say)
    assert isinstance(last, Award)


def test_random_walker_raises_differently_with_another_seed():
    view = a_buyer_view(a_buyer_thread(bids=[60], quotes=[118]), round=1)

    raised = {asyncio.run(make_buyer("random_walker", {"takes": "0"}, seed).buy(view)) for seed in range(8)}

    assert len(raised) > 4


def test_micro_buyer_steps_up_only_for_an_offer_that_is_new():
    moving = a_buyer_view(a_buyer_thread(bids=[55], quotes=[118]), round=1)
    standing = a_buyer_view(a_buyer_thread(bids=[55, 61], quotes=[118, 118]), round=2)

    assert bid("micro", moving) > 55
    assert bid("micro", standing) == 61


def test_splitting_buyer_goes_a_part_of_the_way():
    assert bid("splitter", a_buyer_view(a_buyer_thread(bids=[60], quotes=[100]), round=1), noise="0") == 72


@pytest.mark.parametrize(
    ("kind", "parameters", "said"),
    [
        ("boulwar", {}, "there is no seller 'boulwar'; there are boulware, conceder"),
        ("boulware", {"pace": "1"}, "boulware has no parameter 'pace'; it has exponent, keep"),
        ("boulware", {"exponent": "40"}, "exponent must be from 1 to 10, not 40"),
        ("boulware", {"exponent": "much"}, "exponent must be a number, not 'much'"),
        ("boulware", {"exponent": "NaN"}, "exponent must be from 1 to 10, not NaN"),
        ("micro", {"exponent": "2"}, "micro has no parameter 'exponent'; it has none"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(kind, parameters, said):
    with pytest.raises(ValueError, match="^" + said.replace("(", r"\(")):
        make_seller(kind, parameters, seed=1)


@pytest.mark.parametrize(("party", "kind"), [(party, kind) for party in Party for kind in OPPONENTS[party]])
def test_defaults_are_within_their_own_ranges(party, kind):
    for parameter in OPPONENTS[party][kind].parameters:
        assert parameter.low <= parameter.default <= parameter.high
        assert parameter.read(str(parameter.default)) == parameter.default
