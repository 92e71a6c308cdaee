from dataclasses import replace
from decimal import Decimal

from marketplace.sheets.waterfall import MOST_ITEMS, Kind, waterfall
from negotiation.core.preferences import Range
from tests.factories import a_buyer, a_seller, a_setup
from tests.marketplace.deals import ACME, SETUP, a_purchase, a_summary


def amounts(steps):
    return [(step.kind, step.amount) for step in steps]


def test_steps_lead_from_what_was_asked_over_each_saving_to_what_was_spent():
    drawn = waterfall(a_summary(a_purchase(95), a_purchase(110)))

    assert amounts(drawn.steps) == [(Kind.SUM, 960), (Kind.SAVED, -100), (Kind.SAVED, -40), (Kind.SUM, 820)]


def test_each_step_begins_where_the_one_before_ended():
    steps = waterfall(a_summary(a_purchase(95), a_purchase(110), a_purchase(125))).steps

    assert [step.end for step in steps[:-1]] == [step.begin for step in steps[1:]]


def test_price_above_the_asking_price_comes_on_top():
    drawn = waterfall(a_summary(a_purchase(125)))

    assert amounts(drawn.steps)[1] == (Kind.ADDED, 20)
    assert (drawn.steps[1].x, drawn.steps[1].width) == ("96.000%", "4.000%")


def test_other_sums_tell_how_far_they_are_from_what_was_spent():
    drawn = waterfall(a_summary(a_purchase(95)))

    assert [(step.amount, step.away) for step in drawn.compared] == [(440, 60), (360, -20), (320, -60)]


def test_further_terms_lead_on_to_what_the_deal_comes_to_for_the_buyer():
    seller = replace(ACME, limits=replace(ACME.limits, extras=(Range("delivery_days", 1, 10, Decimal("0.5")),)))
    buyer = replace(SETUP.buyer, extras=(Range("delivery_days", 1, 10, Decimal(-2)),))
    late = a_purchase(95, a_setup(seller, buyer=buyer), extras=(("delivery_days", 4),))

    drawn = waterfall(a_summary(late))

    assert amounts(drawn.steps[-3:]) == [(Kind.SUM, 380), (Kind.ADDED, 24), (Kind.SUM, 404)]
    assert [step.away for step in drawn.compared] == [36, 36, -66]


def test_sum_that_is_not_known_for_all_purchases_is_left_out():
    unknown = a_purchase(95, a_setup(a_seller("Acme", floor=115, ask=120), buyer=SETUP.buyer))

    drawn = waterfall(a_summary(a_purchase(95), unknown))

    assert [step.label for step in drawn.compared] == ["At the buyer's limits"]


def test_smallest_savings_of_many_are_one_step():
    many = [a_purchase(price) for price in range(90, 90 + MOST_ITEMS + 2)]

    steps = waterfall(a_summary(*many)).steps

    assert (len(steps), steps[-2].label) == (MOST_ITEMS + 2, "3 other purchases")
    assert sum(step.amount for step in steps[1:-1]) == -sum((p.savings_against_ask for p in many), Decimal(0))


def test_nothing_bought_leads_nowhere():
    assert waterfall(a_summary()) is None


def test_gift_is_drawn_as_nothing():
    drawn = waterfall(a_summary(a_purchase(0, a_setup(a_seller("Acme", floor=0, ask=0), buyer=a_buyer(minimum=0)))))

    assert drawn.steps[-1].width == "0.000%"
