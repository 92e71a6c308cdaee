import random
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from negotiation.core.analysis import survey
from negotiation.core.curves import TEMPERS, answers_rivals_from
from negotiation.core.events import Accepted, Decided, MindFailed, Offered
from negotiation.core.preferences import Policy, Priority
from negotiation.core.room import Setup
from negotiation.core.strategy import (
    Bid,
    acceptable_price,
    choose_award,
    choose_bids,
    choose_quote,
    opening_price,
    resistance_point,
)
from negotiation.core.terms import CENT, grain
from negotiation.core.vocabulary import Party, Reason
from tests.factories import (
    a_buyer,
    a_buyer_thread,
    a_buyer_view,
    a_seller,
    a_seller_view,
    a_setup,
    offers,
    play_out,
    prices,
    some_setups,
    terms,
)

PROFIT, RETENTION = Priority.MAXIMIZE_PROFIT, Priority.CUSTOMER_RETENTION
rooms = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 10_000)


def is_spoken(price, exact):
    """The price as people would say this one: rounded down by less than a grain."""
    return Decimal(0) <= exact - price < grain(Decimal(exact))


def only_bid(view) -> Bid:
    return choose_bids(view)[0]


def decided(events) -> Decided:
    (decision,) = (event for event in events if isinstance(event, Decided))
    return decision


def lost_room() -> Setup:
    """The seller answers raises with great steps, then stops above the limit that its floor is below."""
    seller = a_seller(floor="246.50", ask="282.17", cost=200)
    return a_setup(seller, buyer=a_buyer(minimum=0, maximum="250.85"), max_rounds=7, seed=75, disclose_best_offer=False)


@given(seeds, prices())
def test_buyer_without_a_minimum_opens_far_below_its_limit(seed, maximum):
    opening = opening_price(a_buyer_view(limits=a_buyer(minimum=0, maximum=maximum), seed=seed))

    assert maximum * Decimal("0.4") - CENT <= opening <= maximum * Decimal("0.65") + CENT


def test_first_bids_of_two_rooms_do_not_tell_the_same_limit_in_the_same_way():
    openings = {opening_price(a_buyer_view(limits=a_buyer(minimum=0, maximum=500), seed=seed)) for seed in range(20)}

    assert len(openings) > 10


@given(seeds, prices(), prices(0))
def test_buyer_with_a_minimum_opens_a_little_above_it_and_never_past_the_middle(seed, minimum, span):
    limits = a_buyer(minimum=minimum, maximum=minimum + span)

    opening = opening_price(a_buyer_view(limits=limits, seed=seed))

    assert minimum <= opening <= min(minimum * Decimal("1.05"), minimum + span / 2) + CENT


def test_first_bid_does_not_tell_the_buyers_minimum():
    openings = {opening_price(a_buyer_view(seed=seed)) for seed in range(20)}

    assert len(openings) > 10
    assert min(openings) > 50


def test_buyer_bids_its_opening_to_everyone_before_anybody_has_quoted():
    view = a_buyer_view(a_buyer_thread("Acme"), a_buyer_thread("Bolt"))

    acme, bolt = choose_bids(view)

    assert (acme.price, acme.claim) == (bolt.price, bolt.claim)
    assert is_spoken(acme.price, opening_price(view))


def test_buyer_with_several_quotes_hardly_moves_before_the_end():
    view = a_buyer_view(
        a_buyer_thread("Acme", quotes=[120, 100]), a_buyer_thread("Bolt", quotes=[120, 105]), round=5, max_rounds=11
    )

    opening = opening_price(view)
    exact = opening + Decimal("0.5") ** 4 * Decimal("0.8") * (Decimal("99.99") - opening)

    assert is_spoken(only_bid(view).price, exact)


def test_buyer_with_one_quote_concedes_towards_its_limit():
    bids = [
        only_bid(a_buyer_view(a_buyer_thread(quotes=[118, 112]), round=at_round, max_rounds=11)).price
        for at_round in range(1, 10)
    ]

    assert bids == sorted(bids)
    assert opening_price(a_buyer_view()) - 1 < bids[0] < bids[-1] <= 110


def test_sellers_that_do_not_move_are_searched_in_even_steps_up_to_what_stands():
    bids = [
        only_bid(a_buyer_view(a_buyer_thread(quotes=[100, 100, 100]), round=at_round)).price
        for at_round in range(3, 10)
    ]

    steps = [after - before for before, after in pairwise(bids)]
    assert max(steps) - min(steps) < 1
    assert is_spoken(bids[-1], Decimal("99.99"))


def test_sellers_that_name_no_price_hear_the_limit_last():
    view = a_buyer_view(a_buyer_thread("Acme"), a_buyer_thread("Bolt"), round=9)

    assert {bid.price for bid in choose_bids(view)} == {Decimal(110)}


def test_buyer_never_bids_as_much_as_the_seller_asks():
    view = a_buyer_view(a_buyer_thread(quotes=[60, 55]), round=8)

    assert is_spoken(only_bid(view).price, Decimal("54.99"))


def test_buyer_never_lowers_its_bid_when_a_rival_becomes_cheaper():
    view = a_buyer_view(
        a_buyer_thread("Acme", bids=["61.30"], quotes=[100]), a_buyer_thread("Bolt", quotes=[62]), round=2
    )

    assert only_bid(view).price == Decimal("61.30")


def test_last_bid_gambles_on_most_of_the_way_while_an_acceptable_offer_stands():
    view = a_buyer_view(a_buyer_thread(quotes=[120, 100]), round=9)

    opening = opening_price(view)

    assert only_bid(view).is_last
    assert is_spoken(only_bid(view).price, opening + Decimal("0.7") * (Decimal("99.99") - opening))


def test_last_bid_goes_to_the_limit_where_no_offer_is_acceptable():
    view = a_buyer_view(a_buyer_thread(quotes=[118]), round=9)

    assert only_bid(view).price == 110


def test_only_bid_goes_to_the_limit_where_every_seller_asks_for_more():
    view = a_buyer_view(a_buyer_thread(ask=250), a_buyer_thread("Bolt", ask=111), max_rounds=1)

    assert {bid.price for bid in choose_bids(view)} == {Decimal(110)}


def test_only_bid_gambles_where_a_seller_asks_for_no_more_than_the_limit():
    view = a_buyer_view(a_buyer_thread(ask=250), a_buyer_thread("Bolt", ask=110), max_rounds=1)

    opening = opening_price(view)

    assert is_spoken(only_bid(view).price, opening + Decimal("0.7") * (110 - opening))


def test_only_bid_gambles_where_the_price_comes_first():
    view = replace(a_buyer_view(a_buyer_thread(ask=250), max_rounds=1), policy=Policy.PRICE_FIRST)

    assert only_bid(view).price < 110


@pytest.mark.parametrize("seed", range(10))
def test_room_of_one_round_closes_where_a_deal_is_possible(seed):
    setup = a_setup(a_seller(floor=90, ask=250), buyer=a_buyer(minimum=0, maximum=100), max_rounds=1, seed=seed)

    assert decided(play_out(setup)).terms is not None


def test_bid_at_the_limit_is_in_whole_cents():
    view = a_buyer_view(a_buyer_thread(bids=["110.0000000"], quotes=[200, 190]), round=2)

    assert str(only_bid(view).price) == "110.00"


def test_last_bid_saves_money_on_a_seller_whose_next_step_will_do():
    view = a_buyer_view(a_buyer_thread(ask=150, bids=[60, 60, 60], quotes=[140, 128, 115]), round=9)

    opening = opening_price(view)

    assert is_spoken(only_bid(view).price, opening + Decimal("0.7") * (102 - opening))


def test_forecast_leaves_out_what_a_seller_gave_for_a_raise():
    view = a_buyer_view(a_buyer_thread(ask=150, bids=[60, 64, 68], quotes=[140, 128, 115]), round=9)

    opening, forecast = opening_price(view), 115 - (13 - Decimal("0.35") * 4)

    assert is_spoken(only_bid(view).price, opening + Decimal("0.7") * (forecast - opening))


def test_last_bid_is_raised_at_least_as_much_as_the_one_before():
    view = a_buyer_view(a_buyer_thread(ask=150, bids=[56, 68, 80], quotes=[146, 130, 114]), round=9)

    assert only_bid(view).price == 92


@pytest.mark.parametrize(
    ("bids", "quotes"),
    [
        ((60, 60, 60), (140, 125, 115)),
        ((60, 60), (140, 115)),
        ((60, 60, 60), (122, 118, 114)),
        ((60, 60, 60), (115, 115, 115)),
        ((60, 80, 100), (125, 118, 111)),
        ((60, 70), (140, 128, 115)),
    ],
    ids=["shrinking", "few", "too-high", "none", "answers-to-raises", "few-bids"],
)
def test_last_bid_trusts_no_forecast_of_steps_that_shrink_are_few_stop_too_high_or_answered_raises(bids, quotes):
    view = a_buyer_view(a_buyer_thread(ask=150, bids=bids, quotes=quotes), round=9)

    assert only_bid(view).price == 110


def test_buyer_never_bids_more_than_the_asking_price():
    view = a_buyer_view(a_buyer_thread(ask=70, bids=[70], quotes=[]), a_buyer_thread("Bolt", quotes=[118]), round=9)

    assert only_bid(view).price == 70


def test_buyer_tells_its_best_offer_to_everyone_but_the_leader():
    view = a_buyer_view(
        a_buyer_thread("Acme", quotes=[100]), a_buyer_thread("Bolt", quotes=[105]), a_buyer_thread("Cedar"), round=2
    )

    assert [b.claim for b in choose_bids(view)] == [None, 100, 100]


def test_sellers_level_at_the_top_hear_of_each_other():
    view = a_buyer_view(a_buyer_thread("Acme", quotes=[100]), a_buyer_thread("Bolt", quotes=[100]), round=2)

    assert [b.claim for b in choose_bids(view)] == [100, 100]


def test_buyer_claims_nothing_in_a_room_that_does_not_disclose():
    threads = a_buyer_thread("Acme", quotes=[100]), a_buyer_thread("Bolt", quotes=[105])

    assert {b.claim for b in choose_bids(a_buyer_view(*threads, round=2, may_claim=False))} == {None}


@pytest.mark.parametrize("limit", [50, 110])
def test_buyer_does_not_claim_a_price_that_is_its_own_secret(limit):
    view = a_buyer_view(a_buyer_thread("Acme", quotes=[limit]), a_buyer_thread("Bolt", quotes=[115]), round=2)

    assert choose_bids(view)[1].claim is None


def test_buyer_takes_the_best_offer_when_the_rounds_are_over():
    view = a_buyer_view(a_buyer_thread("Acme", quotes=[100]), a_buyer_thread("Bolt", quotes=[95]), round=10)

    assert choose_award(view).seller_id == "bolt"


def test_buyer_does_not_stop_early_while_sellers_compete():
    view = a_buyer_view(a_buyer_thread("Acme", quotes=[51]), a_buyer_thread("Bolt", quotes=[52]), round=5)

    assert choose_award(view) is None


@pytest.mark.parametrize(("above", "reason"), [("0", Reason.GOOD_ENOUGH), ("0.01", None)])
def test_buyer_takes_a_lone_offer_once_it_would_bid_as_much_itself(above, reason):
    own_bid = acceptable_price(a_buyer_view(round=5, max_rounds=11))
    view = a_buyer_view(a_buyer_thread(quotes=[own_bid // CENT * CENT + Decimal(above)]), round=5, max_rounds=11)

    award = choose_award(view)

    assert (award.reason if award else None) is reason


def test_buyer_never_takes_an_offer_above_its_limit():
    view = a_buyer_view(a_buyer_thread(quotes=["110.01"]), round=10)

    assert choose_award(view) is None


def test_buyer_takes_a_final_offer_that_nobody_comes_close_to():
    view = a_buyer_view(
        a_buyer_thread("Acme", quotes=[100], is_final=True), a_buyer_thread("Bolt", quotes=["103.01"]), round=3
    )

    assert choose_award(view).reason is Reason.FINAL_OFFER


def test_buyer_waits_with_a_final_offer_while_a_rival_is_within_three_percent():
    view = a_buyer_view(
        a_buyer_thread("Acme", quotes=[100], is_final=True), a_buyer_thread("Bolt", quotes=[103]), round=3
    )

    assert choose_award(view) is None


def test_rival_that_cannot_move_any_more_is_not_waited_for():
    view = a_buyer_view(
        a_buyer_thread("Acme", quotes=[100], is_final=True),
        a_buyer_thread("Bolt", quotes=[103], is_final=True),
        round=3,
    )

    assert choose_award(view).reason is Reason.FINAL_OFFER


def test_buyer_keeps_its_word_to_a_seller_that_accepted():
    accepted = replace(a_buyer_thread("Acme", quotes=[90]), is_agreed=True)

    award = choose_award(a_buyer_view(accepted, a_buyer_thread("Bolt", quotes=[95]), round=3))

    assert (award.seller_id, award.reason) == ("acme", Reason.FIRM_ACCEPTANCE)


def test_seller_opens_at_its_asking_price():
    assert choose_quote(a_seller_view(bids=[50])).price == 120


@given(seeds)
def test_halfway_a_seller_for_profit_has_gone_less_of_its_way_than_one_for_retention(seed):
    profit, retention = (
        choose_quote(a_seller_view(a_seller(priority=priority), round=6, max_rounds=11, bids=[50], seed=seed))
        for priority in (PROFIT, RETENTION)
    )

    assert profit.because.share < retention.because.share


def test_how_fast_a_seller_comes_down_differs_by_a_factor_from_seed_to_seed():
    shares = [choose_quote(a_seller_view(round=5, bids=[50], seed=seed)).because.share for seed in range(60)]

    assert max(shares) > 3 * min(shares)


@pytest.mark.parametrize(("round", "max_rounds"), [(10, 10), (2, 2), (1, 1)])
def test_sellers_own_last_word_is_its_resistance_point(round, max_rounds):
    view = a_seller_view(round=round, max_rounds=max_rounds, bids=[50])

    assert is_spoken(choose_quote(view).price, resistance_point(view))


def test_seller_rewards_a_raise_with_a_third_of_it():
    view = a_seller_view(round=2, bids=[50, 60], quotes=[118])

    assert choose_quote(view).price == Decimal("114.5")


def test_seller_keeps_to_the_price_it_called_final():
    view = replace(a_seller_view(round=8, bids=[50]), quotes=offers(Party.SELLER, [118], is_final=True))

    assert choose_quote(view).price == 118


def test_seller_never_asks_for_more_than_before():
    view = a_seller_view(round=2, bids=[50, 50], quotes=[100])

    assert choose_quote(view).price == 100


def pressed(rival, *, round=7, quotes=("118",), **changes):
    """A seller in that round that the buyer tells of a rival's price."""
    return a_seller_view(round=round, bids=[50] * (len(quotes) + 1), quotes=quotes, rival=rival, **changes)


def test_seller_goes_below_a_rivals_price_by_a_part_of_the_way_to_its_floor_that_nobody_can_tell():
    quotes = [choose_quote(pressed(90, seed=seed)) for seed in range(40)]

    assert all(quote.answers_rival and 80 < quote.price < 90 for quote in quotes)
    assert len({quote.price for quote in quotes}) > 20


def test_seller_near_its_floor_undercuts_a_rival_by_as_much_as_anybody_would_notice():
    quotes = {choose_quote(pressed("80.18", seed=seed)).price for seed in range(20)}

    assert Decimal(80) <= min(quotes) <= max(quotes) <= Decimal("80.18") * Decimal("0.998")


def test_seller_that_cannot_beat_a_rival_stays_where_it_is_and_does_not_show_its_floor():
    quote = choose_quote(pressed("80.10"))

    assert (quote.price, quote.cannot_beat) == (choose_quote(pressed(None)).price, True)


def test_seller_ignores_a_rival_that_is_dearer_than_its_own_last_offer():
    quote = choose_quote(pressed(101, quotes=["100"]))

    assert (quote.price, quote.answers_rival, quote.cannot_beat) == (
        choose_quote(pressed(None, quotes=["100"])).price,
        False,
        False,
    )


def test_seller_goes_below_a_rival_that_its_own_course_would_hardly_beat():
    own = choose_quote(pressed(None)).price

    assert choose_quote(pressed(own + CENT)).price < own - 1


@given(seeds, st.integers(1, 6), prices(1, 120))
def test_rivals_prices_of_the_first_rounds_move_no_seller(seed, round, rival):
    alone, told = (pressed(price, round=round, seed=seed) for price in (None, rival))

    assert choose_quote(told).price == choose_quote(alone).price
    assert not choose_quote(told).cannot_beat


@pytest.mark.parametrize(
    ("max_rounds", "first"), [(1, 1), (3, 1), (4, 1), (5, 2), (7, 4), (10, 7), (20, 13), (100, 61)]
)
def test_rivals_prices_are_answered_in_the_last_four_rounds_or_two_fifths_of_many(max_rounds, first):
    assert answers_rivals_from(max_rounds) == first


@pytest.mark.parametrize(("above", "accepts"), [(CENT, True), (Decimal(0), True), (-CENT, False)])
def test_seller_accepts_what_it_would_itself_ask_for_in_the_next_round(above, accepts):
    view = a_seller_view(round=2, max_rounds=3, quotes=[120], bids=[50])

    view = replace(view, live_bid=offers(Party.BUYER, [resistance_point(view) + above])[0])

    assert choose_quote(view).accepts is accepts


@pytest.mark.parametrize(("price", "accepts"), [("79.99", False), ("80", True)])
def test_seller_takes_any_last_bid_that_is_not_below_its_floor(price, accepts):
    view = a_seller_view(round=10, bids=[price], quotes=[90])

    assert choose_quote(view).accepts is accepts


def test_seller_does_not_accept_a_bid_for_more_than_it_has():
    view = a_seller_view(a_seller(stock=4), round=10, quotes=[90])

    bid = replace(offers(Party.BUYER, [100])[0], terms=terms(100, 5))

    assert not choose_quote(replace(view, live_bid=bid)).accepts


@given(seeds, prices(), prices(0), st.sampled_from(Priority))
def test_resistance_point_is_between_half_and_one_and_a_half_of_its_mean_above_the_floor(seed, floor, span, priority):
    view = a_seller_view(a_seller(floor=floor, ask=floor + span, priority=priority), seed=seed)

    mean = TEMPERS[priority].resistance

    assert floor + mean * span / 2 - CENT <= resistance_point(view) <= floor + mean * span * 3 / 2 + CENT


@given(seeds, prices(1000), prices(0), st.sampled_from(Priority), st.integers(1, 10))
def test_resistance_point_is_never_below_the_floor_nor_above_the_asking_price(seed, floor, span, priority, round):
    view = a_seller_view(a_seller(floor=floor, ask=floor + span, priority=priority), seed=seed, round=round)

    assert floor <= resistance_point(view) <= floor + span


@given(seeds)
def test_resistance_point_stays_the_same_through_a_negotiation(seed):
    first, last = (resistance_point(a_seller_view(seed=seed, round=round)) for round in (1, 10))

    assert first == last


def test_resistance_points_of_different_threads_differ():
    assert len({resistance_point(a_seller_view(seed=seed)) for seed in range(20)}) > 10


@rooms
@given(some_setups())
def test_strategies_never_try_a_move_that_the_rules_forbid(setup):
    assert not [event for event in play_out(setup) if isinstance(event, MindFailed)]


@rooms
@given(some_setups())
def test_deal_lies_between_the_sellers_floor_and_the_buyers_limit_and_is_never_above_the_asking_price(setup):
    decision = decided(play_out(setup))
    assume(decision.terms is not None)

    winner, price = setup.seat(decision.seller_id).limits, decision.terms.unit_price

    assert max(winner.floor, setup.buyer.minimum) <= price <= min(winner.ask, setup.buyer.maximum)
    assert decision.terms.quantity == setup.buyer.quantity


@rooms
@given(some_setups())
def test_room_without_a_price_both_sides_could_live_with_ends_without_a_deal(setup):
    hopeless = replace(setup, buyer=replace(setup.buyer, minimum=Decimal(0), maximum=lowest_floor(setup) - CENT))
    assume(hopeless.buyer.maximum > 0)

    assert survey(hopeless).zopa is None
    assert decided(play_out(hopeless)).terms is None


def lowest_floor(setup: Setup) -> Decimal:
    return min(seat.limits.floor for seat in setup.sellers)


@rooms
@given(some_setups())
def test_room_in_which_the_buyer_could_pay_an_asking_price_always_ends_with_a_deal(setup):
    dearest = max(seat.limits.ask for seat in setup.sellers)
    affordable = replace(setup, buyer=replace(setup.buyer, maximum=max(setup.buyer.maximum, dearest)))

    assert decided(play_out(affordable)).terms is not None


def test_every_feasible_room_of_a_fixed_sample_ends_with_a_deal():
    chance = random.Random(2026)

    feasible = [setup for setup in (sampled_room(chance) for _ in range(150)) if survey(setup).zopa]

    assert len(feasible) > 100
    assert not [setup for setup in feasible if decided(play_out(setup)).terms is None]


def sampled_room(chance: random.Random) -> Setup:
    """Ten rounds, one to four sellers whose asking prices the buyer mostly cannot pay."""
    maximum = chance.randint(20, 2000)
    sellers = []
    for name in ("Acme", "Bolt", "Cedar", "Delta")[: chance.randint(1, 4)]:
        floor = maximum * Decimal(chance.randint(70, 103)) / 100
        ask = floor * Decimal(chance.randint(102, 160)) / 100
        sellers.append(a_seller(name, floor=round(floor, 2), ask=round(ask, 2), priority=chance.choice(list(Priority))))
    minimum = chance.choice((0, maximum // 2))
    return a_setup(*sellers, buyer=a_buyer(minimum=minimum, maximum=maximum), seed=chance.randint(0, 999))


@rooms
@given(some_setups())
def test_order_in_which_sellers_are_listed_decides_nothing(setup):
    one, other = (decided(play_out(s)) for s in (setup, replace(setup, sellers=setup.sellers[::-1])))

    assert (one.seller_id, one.terms) == (other.seller_id, other.terms)


@rooms
@given(some_setups())
def test_same_room_with_the_same_seed_gives_the_same_log(setup):
    assert play_out(setup) == play_out(setup)


def test_another_seed_may_end_at_another_price():
    ends = {decided(play_out(a_setup(a_seller(floor=70), seed=seed))).terms.unit_price for seed in range(12)}

    assert len(ends) > 1


@rooms
@given(some_setups(), st.decimals("0.3", "1", places=2))
def test_buyers_first_bids_do_not_depend_on_what_sellers_would_take(setup, share):
    sellers = tuple(
        replace(s, limits=replace(s.limits, floor=s.limits.floor * share // CENT * CENT)) for s in setup.sellers
    )

    plain, moved = (play_out(s) for s in (setup, replace(setup, sellers=sellers)))

    assert first_offers(plain, Party.BUYER) == first_offers(moved, Party.BUYER)


@rooms
@given(some_setups(), prices())
def test_sellers_first_offers_do_not_depend_on_what_the_buyer_would_pay(setup, extra):
    minimum = max(setup.buyer.minimum, CENT)
    wide = replace(setup.buyer, minimum=minimum, maximum=setup.buyer.maximum + minimum)
    setup = replace(setup, max_rounds=max(2, setup.max_rounds), buyer=wide)
    richer = replace(setup, buyer=replace(setup.buyer, maximum=setup.buyer.maximum + extra))

    assert first_offers(play_out(setup), Party.SELLER) == first_offers(play_out(richer), Party.SELLER)


def first_offers(events, party):
    made = [event for event in events if isinstance(event, Offered | Accepted) and event.party is party]
    return sorted((event.seller_id, event.terms) for event in made if event.round == 1)


@pytest.mark.parametrize("max_rounds", [1, 2, 3])
def test_short_rooms_end_with_a_deal_in_their_last_round_at_the_latest(max_rounds):
    decision = decided(play_out(a_setup(a_seller(ask=105), a_seller("Bolt", ask=110), max_rounds=max_rounds)))

    assert decision.terms is not None
    assert decision.round <= max_rounds


@pytest.mark.parametrize(
    ("floor", "ask", "maximum"),
    [("0.01", "0.02", "0.02"), ("0.01", "0.01", "0.01"), ("7000000000.00", "9999999999.99", "9999999999.99")],
)
@pytest.mark.parametrize("minimum", ["0", "0.01"])
def test_smallest_and_largest_prices_are_bargained_over_like_any_other(floor, ask, maximum, minimum):
    sellers = (a_seller(name, floor=floor, ask=ask) for name in ("Acme", "Bolt"))
    setup = a_setup(*sellers, buyer=a_buyer(minimum=minimum, maximum=maximum))

    events = play_out(setup)

    assert Decimal(floor) <= decided(events).terms.unit_price <= Decimal(ask)
    assert not [event for event in events if isinstance(event, MindFailed)]


def test_competition_brings_the_price_down_to_what_the_second_seller_could_take():
    setup = a_setup(a_seller(floor=70), a_seller("Bolt", floor=80), a_seller("Cedar", floor=95))

    decision = decided(play_out(setup))

    assert decision.seller_id == "acme"
    assert decision.terms.unit_price <= survey(setup).competitive_price


@example(seed=7)
@given(seeds)
def test_seller_whose_span_is_narrow_does_not_say_its_floor_to_a_buyer_who_only_waits(seed):
    view = a_seller_view(a_seller(floor="999.63", ask="1000.30"), round=10, bids=[500], quotes=["1000.30"], seed=seed)

    assert choose_quote(view).price > view.limits.floor


def test_feasible_room_is_not_lost_to_a_forecast():
    assert survey(lost_room()).zopa is not None

    assert decided(play_out(lost_room())).terms is not None


def test_feasible_room_is_not_lost_to_a_forecast_of_what_answered_a_rival():
    sellers = (
        a_seller("Acme", floor="187.11", ask="888.30"),
        a_seller("Bolt", floor="213.57", ask="627.48", priority=RETENTION),
    )

    setup = a_setup(*sellers, buyer=a_buyer(minimum=0, maximum=189), max_rounds=5, seed=754)

    assert decided(play_out(setup)).terms is not None
