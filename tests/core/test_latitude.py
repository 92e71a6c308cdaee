import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.asking import Minds
from negotiation.core.events import MindFailed
from negotiation.core.latitude import Latitude, buyer_latitudes, seller_latitude, shadow_bids, shadow_quote
from negotiation.core.moves import Bids, Propose
from negotiation.core.strategy import choose_bids, choose_quote
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Result
from negotiation.minds.strategy import StrategyMind
from tests.factories import (
    NAMES,
    a_buyer,
    a_buyer_thread,
    a_buyer_view,
    a_seller,
    a_seller_view,
    a_setup,
    play_out,
    some_setups,
)


class WaveringSeller(StrategyMind):
    """Offers at a drawn place of its latitude."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    async def sell(self, view):
        if choose_quote(view).accepts:
            return await super().sell(view)
        latitude = seller_latitude(view)
        price = self._chance.choice((latitude.low, latitude.advised, latitude.high))
        return Propose(Terms(price, view.quantity), is_final=view.is_last_round)


class WaveringBuyer(StrategyMind):
    """Bids at a drawn place of its latitude."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    async def buy(self, view):
        turn = await super().buy(view)
        if not isinstance(turn, Bids):
            return turn
        latitudes = buyer_latitudes(view)
        return Bids(
            tuple(
                (seller_id, replace(move, terms=Terms(self._drawn(latitudes[seller_id]), move.terms.quantity)))
                for seller_id, move in turn.moves
            )
        )

    def _drawn(self, latitude):
        return self._chance.choice((latitude.low, latitude.advised, latitude.high))


@given(some_setups(), st.integers(0, 1000))
def test_whatever_is_chosen_within_the_latitude_is_legal(setup, seed):
    chance = random.Random(seed)
    minds = Minds(WaveringBuyer(chance), {seat.seller_id: WaveringSeller(chance) for seat in setup.sellers})

    events = play_out(setup, minds)

    assert not [event for event in events if isinstance(event, MindFailed)]


def test_seller_may_give_three_hundredths_of_its_span_more_and_hold_back_a_tenth():
    view = a_seller_view(a_seller(floor=100, ask=200), round=5, bids=["110"] * 5, quotes=["200", "199", "198", "197"])
    price = shadow_quote(view).price

    latitude = seller_latitude(view)

    assert (latitude.low, latitude.advised, latitude.high) == (price - 3, price, min(price + 10, Decimal(197)))


def test_seller_never_asks_for_more_than_before():
    view = a_seller_view(a_seller(floor=100, ask=200), round=3, bids=["110"] * 3, quotes=["200", "150"])

    assert seller_latitude(view).high == 150


def test_seller_is_not_led_to_its_floor_by_latitude_alone():
    view = a_seller_view(a_seller(floor=100, ask=101), round=10, bids=["90"] * 10, quotes=["101"] * 9, rival="100.05")

    assert seller_latitude(view).low > 100


def test_seller_offers_no_more_than_the_strategy_in_the_last_round():
    view = a_seller_view(a_seller(floor=100, ask=200), round=10, bids=["120"] * 10, quotes=["200"] * 9)

    assert seller_latitude(view).high == shadow_quote(view).price


def test_seller_whose_strategy_undercuts_a_rival_holds_nothing_back():
    view = a_seller_view(a_seller(floor=100, ask=200), round=9, bids=["110"] * 9, quotes=["190"] * 8, rival="150")

    latitude = seller_latitude(view)

    assert shadow_quote(view).answers_rival
    assert latitude.low < latitude.high == latitude.advised < 150


def test_sellers_own_gifts_do_not_move_its_shadow():
    views = [
        a_seller_view(a_seller(floor=100, ask=200), round=5, bids=["110"] * 5, quotes=quotes)
        for quotes in (["200", "199", "198", "197"], ["190", "170", "150", "130"])
    ]

    assert shadow_quote(views[0]) == shadow_quote(views[1])


def test_buyers_own_raises_do_not_move_its_shadow():
    views = [
        a_buyer_view(a_buyer_thread(quotes=["120", "118", "116"], bids=bids), round=3)
        for bids in (["50", "51", "52"], ["60", "80", "100"])
    ]

    assert shadow_bids(views[0]) == shadow_bids(views[1])


@given(some_setups())
def test_shadow_of_the_strategy_is_the_strategy(setup):
    class Comparing(StrategyMind):
        async def sell(self, view):
            assert shadow_quote(view) == choose_quote(view)
            return await super().sell(view)

        async def buy(self, view):
            if view.threads and not view.is_over:
                assert shadow_bids(view) == choose_bids(view)
            return await super().buy(view)

    minds = Minds(Comparing(), {seat.seller_id: Comparing() for seat in setup.sellers})
    events = play_out(setup, minds)

    assert not [event for event in events if isinstance(event, MindFailed)]


def test_buyer_bids_at_least_the_strategys_bid_in_the_last_round():
    view = a_buyer_view(a_buyer_thread(quotes=["100"] * 9, bids=["50"] * 9), round=9)
    (bid,) = shadow_bids(view)

    assert buyer_latitudes(view)["acme"].low == bid.price


def test_buyer_never_bids_less_than_before_nor_beside_the_standing_offer():
    view = a_buyer_view(a_buyer_thread(quotes=["71", "70.50"], bids=["55", "70"]), round=2)

    latitude = buyer_latitudes(view)["acme"]

    assert latitude.low >= 70
    assert latitude.high <= Decimal("70.49")


def test_only_the_best_offer_may_be_awarded_early():
    threads = (a_buyer_thread("Acme", quotes=["90"]), a_buyer_thread("Bolt", quotes=["95"]))

    latitudes = buyer_latitudes(a_buyer_view(*threads, round=1))

    assert latitudes["acme"].accept_limit is not None
    assert latitudes["bolt"].accept_limit is None


@pytest.mark.parametrize(
    ("price", "settled"),
    [("41", "41"), ("39.99", "40"), ("38", "40"), ("44", "42"), ("48", "42"), ("48.01", None), ("33.99", None)],
)
def test_a_price_a_little_outside_is_moved_and_one_far_off_refused(price, settled):
    latitude = Latitude(Decimal(41), Decimal(40), Decimal(42), None)

    assert latitude.clamp(Decimal(price)) == (None if settled is None else Decimal(settled))


def test_minds_that_waver_within_their_latitude_still_deal_where_a_deal_is_possible():
    results = []
    for seed in range(60):
        chance = random.Random(seed)
        limit = chance.randint(50, 500)
        floors = [chance.randint(limit * 6 // 10, limit) for _ in range(chance.randint(1, 4))]
        sellers = [
            a_seller(name, floor=floor, ask=int(floor * chance.uniform(1.1, 1.7)) + 1, cost=floor * 8 // 10)
            for name, floor in zip(NAMES, floors, strict=False)
        ]
        setup = a_setup(*sellers, buyer=a_buyer(minimum=limit * 4 // 10, maximum=limit), seed=seed)
        minds = Minds(WaveringBuyer(chance), {seat.seller_id: WaveringSeller(chance) for seat in setup.sellers})
        results.append(play_out(setup, minds)[-1].result)

    assert results == [Result.DEAL] * 60


def test_buyer_goes_to_its_limit_in_the_last_round_where_the_strategy_would():
    """What the buyer really raised has earned the seller's last steps; its shadow, which raised less, trusts them."""
    quotes = ["128"] * 7 + ["120", "111"]
    view = a_buyer_view(a_buyer_thread(quotes=quotes, bids=["50"] * 6 + ["61", "63", "79"]), round=9)
    (shadow,), (real,) = shadow_bids(view), choose_bids(view)

    latitude = buyer_latitudes(view)["acme"]

    assert shadow.price < real.price == view.limits.maximum
    assert (latitude.low, latitude.high) == (real.price, real.price)
