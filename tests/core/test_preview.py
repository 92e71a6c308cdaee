from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.core.preferences import Policy, Priority, Temperament, Toughness
from negotiation.core.preview import BuyerPlan, Others, Script, SellerPlan, preview_buyer, preview_seller
from tests.factories import a_buyer, a_seller, prices

STAY, FIRM, MEET = Script(Others.STAY), Script(Others.FIRM), Script(Others.MEET)


def buying(*, minimum=0, maximum=1000, **manner):
    return BuyerPlan(a_buyer(minimum=minimum, maximum=maximum), **manner)


def selling(*, floor=700, ask=1000, priority=Priority.MAXIMIZE_PROFIT, **manner):
    return SellerPlan(a_seller(floor=floor, ask=ask, priority=priority).limits, **manner)


def offered(preview, round):
    return preview.steps[round - 1].offered.middle


def test_brisk_seller_is_seen_to_come_down_sooner_and_a_patient_one_later():
    patient, balanced, brisk = (preview_seller(selling(temperament=t), STAY) for t in Temperament)

    assert offered(patient, 5) > offered(balanced, 5) > offered(brisk, 5)


def test_brisk_buyer_is_seen_to_raise_sooner_and_a_patient_one_later():
    patient, balanced, brisk = (preview_buyer(buying(temperament=t), FIRM) for t in Temperament)

    assert offered(patient, 6) < offered(balanced, 6) < offered(brisk, 6)


def test_tough_seller_is_seen_to_end_higher_above_its_floor_and_a_generous_one_lower():
    generous, fair, tough = (preview_seller(selling(toughness=t), STAY) for t in Toughness)

    assert offered(generous, 10) < offered(fair, 10) < offered(tough, 10)


def test_only_who_wants_the_deal_first_is_seen_to_bid_its_limit_in_the_end():
    deal_first, price_first = (preview_buyer(buying(policy=policy), replace(FIRM, rivals=2)) for policy in Policy)

    assert offered(deal_first, 10) == 1000
    assert offered(price_first, 10) < 1000


def test_others_that_give_nothing_let_no_deal_come_about():
    previews = [preview_seller(selling(), STAY), preview_buyer(buying(), STAY)]

    assert [(preview.deals, preview.price, preview.round, len(preview.steps)) for preview in previews] == [
        (0, None, None, 10),
        (0, None, None, 10),
    ]


def test_others_that_come_half_way_lead_to_a_deal_within_the_limits():
    sold, bought = preview_seller(selling(), MEET), preview_buyer(buying(), MEET)

    assert sold.deals == bought.deals == 1
    assert 700 <= sold.price.low <= sold.price.middle <= sold.price.high <= 1000
    assert bought.price.high <= 1000
    assert sold.round == len(sold.steps) or sold.round == len(sold.steps) - 1


def test_rivals_make_a_seller_cheaper_and_a_purchase_too():
    alone, among = (
        [preview_seller(selling(), script), preview_buyer(buying(), script)] for script in (MEET, Script(rivals=3))
    )

    assert [after.price.middle < before.price.middle for before, after in zip(alone, among, strict=True)] == [
        True,
        True,
    ]


def test_band_is_of_the_draws_and_holds_the_middle():
    last = preview_seller(selling(), STAY).steps[-1].offered

    assert last.low < last.middle < last.high
    assert last.low >= 700


def test_room_of_one_round_has_one_step():
    assert [step.round for step in preview_buyer(buying(), Script(max_rounds=1)).steps] == [1]


def test_long_rooms_are_played_to_their_end():
    preview = preview_buyer(buying(), Script(Others.STAY, rivals=4, max_rounds=100))

    assert [step.round for step in preview.steps] == list(range(1, 101))


@settings(max_examples=25, deadline=None)
@given(
    prices(0), prices(0), st.integers(1, 12), st.sampled_from(Others), st.integers(0, 4), st.sampled_from(Temperament)
)
def test_whatever_the_limits_every_offer_lies_within_them(least, span, rounds, others, rivals, temperament):
    script = Script(others, rivals, rounds)
    plan = buying(minimum=least, maximum=least + span + 1, temperament=temperament)

    bids = preview_buyer(plan, script).steps
    quotes = preview_seller(selling(floor=least, ask=least + span + 1, temperament=temperament), script).steps

    assert all(least <= step.offered.low <= step.offered.high <= least + span + 1 for step in (*bids, *quotes))


@pytest.mark.parametrize("script", [MEET, STAY])
def test_same_seat_has_the_same_curve(script):
    assert preview_buyer(buying(), script) == preview_buyer(buying(), script)
    assert preview_seller(selling(), script) == preview_seller(selling(), script)


def test_asking_price_a_cent_above_the_floor_is_no_trouble():
    preview = preview_seller(selling(floor=Decimal("0.01"), ask=Decimal("0.02")), MEET)

    assert {step.offered.middle for step in preview.steps} <= {Decimal("0.01"), Decimal("0.02")}
