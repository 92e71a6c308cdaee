from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.core.opponent import LACKS, Sight, acceptance, estimate_limit, features, seen_by_buyer, seen_by_seller
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Party
from tests.factories import a_buyer_thread, a_buyer_view, a_seller_view, prices

threads = settings(deadline=None)


def a_sight(party=Party.BUYER, *, mine=("60", "70"), theirs=("120", "110"), round=5, **changes):
    return Sight(
        party=party,
        ask=Decimal(120),
        mine=tuple(map(Decimal, mine)),
        theirs=tuple(map(Decimal, theirs)),
        quantity=4,
        round=round,
        max_rounds=10,
        **changes,
    )


def of_seller(*, mine=("120", "110"), theirs=("60", "70"), **changes):
    return a_sight(Party.SELLER, mine=mine, theirs=theirs, **changes)


@st.composite
def sights(draw):
    ask = draw(prices(100))
    rounds = draw(st.integers(1, 100))
    return Sight(
        party=draw(st.sampled_from(Party)),
        ask=ask,
        mine=tuple(draw(st.lists(prices(), max_size=4))),
        theirs=tuple(draw(st.lists(prices(), max_size=4))),
        quantity=draw(st.integers(1, 100)),
        round=draw(st.integers(1, rounds)),
        max_rounds=rounds,
        rivals=draw(st.integers(0, 9)),
        rival_price=draw(st.none() | prices()),
    )


@threads
@given(sights(), prices(), prices(), st.integers(1, 100))
def test_better_price_for_the_other_side_is_never_less_likely_taken(sight, one, other, quantity):
    low, high = sorted((one, other))
    worse, better = (low, high) if sight.party is Party.BUYER else (high, low)

    assert acceptance(sight, Terms(worse, quantity)) <= acceptance(sight, Terms(better, quantity)) + 1e-12


@threads
@given(sights(), prices(), st.integers(1, 100), st.integers(1, 100))
def test_larger_part_of_the_quantity_is_never_less_likely_taken(sight, price, one, other):
    few, many = sorted((one, other))

    assert acceptance(sight, Terms(price, few)) <= acceptance(sight, Terms(price, many)) + 1e-12


@threads
@given(sights())
def test_limit_is_never_looked_for_beyond_what_the_other_side_has_said(sight):
    interval = estimate_limit(sight)

    assert Decimal(0) <= interval.low <= interval.high
    if sight.party is Party.BUYER:
        assert interval.high <= sight.last_heard + 1
    else:
        assert interval.low >= sight.last_heard - 1


@threads
@given(sights(), prices(), st.integers(1, 100))
def test_features_are_finite_and_those_that_lack_are_not_negative(sight, price, quantity):
    found = features(sight, price, quantity)

    assert all(-1e12 < value < 1e12 for value in found.values())
    assert all(found[name] >= 0 for name in LACKS)


def test_seller_takes_the_same_price_sooner_in_the_last_round():
    sight, terms = a_sight(mine=("60", "70", "85"), theirs=("120", "110", "100")), Terms(Decimal(92), 4)

    assert acceptance(replace(sight, round=10), terms) > 1.5 * acceptance(replace(sight, round=4), terms)


def test_seller_that_gives_fast_is_thought_to_take_more_than_one_that_holds():
    fast, slow = a_sight(theirs=("120", "100")), a_sight(theirs=("120", "119"))
    terms = Terms(Decimal(95), 4)

    assert acceptance(fast, terms) > acceptance(slow, terms)


def test_buyer_that_holds_a_better_offer_hardly_takes_a_dearer_one():
    alone, courted = of_seller(round=10), of_seller(round=10, rivals=1, rival_price=Decimal(80))
    terms = Terms(Decimal(100), 4)

    assert acceptance(courted, terms) < acceptance(alone, terms)


def test_more_said_narrows_the_limit():
    early = a_sight(mine=(), theirs=(), round=1)
    late = a_sight(mine=("60", "75", "85"), theirs=("120", "105", "98"), round=10)

    assert width(late) < width(early)


def width(sight):
    interval = estimate_limit(sight)
    return interval.high - interval.low


def test_a_side_sees_only_its_own_thread():
    acme = a_buyer_thread("Acme", bids=["60"], quotes=["110"])
    view = a_buyer_view(acme, a_buyer_thread("Bolt", quotes=["90"]), round=1)

    sight = seen_by_buyer(view, "acme")

    assert (sight.mine, sight.theirs, sight.round, sight.rivals) == ((Decimal(60),), (Decimal(110),), 2, 1)


def test_seller_knows_a_rival_only_by_what_the_buyer_claims():
    silent = seen_by_seller(a_seller_view(round=2, bids=["60", "70"], quotes=["120"]))
    told = seen_by_seller(a_seller_view(round=2, bids=["60", "70"], quotes=["120"], rival="95"))

    assert (silent.rivals, silent.rival_price) == (0, None)
    assert (told.rivals, told.rival_price) == (1, Decimal(95))
