import re
from dataclasses import replace
from decimal import Decimal

import pytest

from negotiation.core.because import Rule
from negotiation.core.preferences import Policy
from negotiation.core.reasons import Unit, explain_bid, explain_quote, said
from negotiation.core.strategy import choose_bids, choose_quote, opening_price, resistance_point
from negotiation.core.vocabulary import Party
from tests.factories import a_buyer, a_buyer_thread, a_buyer_view, a_seller, a_seller_view, offers


def a_final_view():
    return replace(a_seller_view(round=8, bids=[50]), quotes=offers(Party.SELLER, [118], is_final=True))


def a_bundle_view():
    return replace(a_seller_view(round=2, bids=[50, 50], quotes=[118]), bundle_discount=Decimal("0.05"))


SELLERS = {
    Rule.OPENING: a_seller_view(bids=[50]),
    Rule.ASPIRATION: a_seller_view(round=6, bids=[50, 50], quotes=[120]),
    Rule.RECIPROCITY: a_seller_view(round=2, bids=[50, 60], quotes=[118]),
    Rule.COMPETITION: a_seller_view(round=7, bids=[50, 50], quotes=[118], rival=90),
    Rule.CANNOT_BEAT: a_seller_view(round=7, bids=[50, 50], quotes=[118], rival="80.10"),
    Rule.HELD: a_seller_view(round=2, bids=[50, 50], quotes=[100]),
    Rule.LIMIT: a_seller_view(round=5, bids=[10, 79], quotes=[95]),
    Rule.FINAL: a_final_view(),
    Rule.GOOD_BID: a_seller_view(round=9, bids=[50, 109], quotes=[110]),
    Rule.LAST_BID: a_seller_view(round=10, bids=[50, 81], quotes=[118]),
    Rule.BUNDLE: a_bundle_view(),
}
ONE, TWO = a_buyer_thread(bids=[51], quotes=[125, 120]), a_buyer_thread("Bolt", bids=[51], quotes=[118, 115])
STEADY = a_buyer_thread(bids=[51, 51, 51], quotes=[140, 130, 120], ask=150)
BUYERS = {
    Rule.OPENING: a_buyer_view(a_buyer_thread()),
    Rule.ASPIRATION: a_buyer_view(ONE, round=5),
    Rule.COMPETITION: a_buyer_view(ONE, TWO, round=5),
    Rule.JUST_BELOW: a_buyer_view(a_buyer_thread(bids=[51], quotes=[56, 52]), round=8),
    Rule.HELD: a_buyer_view(a_buyer_thread(bids=[90], quotes=[120]), round=2),
    Rule.LIMIT: a_buyer_view(a_buyer_thread(bids=[112], quotes=[125, 120]), round=5),
    Rule.ASKING_PRICE: a_buyer_view(a_buyer_thread(ask=50)),
    Rule.SEARCH: a_buyer_view(a_buyer_thread(bids=[51, 51, 51], quotes=[120, 120, 120]), round=5),
    Rule.LAST_GAMBLE: a_buyer_view(a_buyer_thread(bids=[51], quotes=[105, 100]), round=9),
    Rule.EXTRAPOLATION: a_buyer_view(STEADY, round=9, limits=a_buyer(maximum=119)),
    Rule.ALL_THE_WAY: a_buyer_view(ONE, round=9),
}
NO_SELLERS = {Rule.SEARCH, Rule.ASKING_PRICE, Rule.JUST_BELOW, Rule.LAST_GAMBLE, Rule.EXTRAPOLATION, Rule.ALL_THE_WAY}


def told_by_seller(view):
    return explain_quote(view, choose_quote(view))


def told_by_buyer(view):
    return explain_bid(view, choose_bids(view)[0])


def figures(told):
    return {figure.name: figure.value for figure in told.figures}


def test_every_rule_is_one_of_a_side():
    assert set(SELLERS) == set(Rule) - NO_SELLERS
    assert set(SELLERS) | set(BUYERS) == set(Rule)


@pytest.mark.parametrize("rule", SELLERS)
def test_seller_knows_which_rule_made_its_price_and_says_it_in_a_few_sentences(rule):
    quote = choose_quote(SELLERS[rule])

    assert quote.because.rule is rule
    assert 1 <= len(told_by_seller(SELLERS[rule]).sentences) <= 4


@pytest.mark.parametrize("rule", BUYERS)
def test_buyer_knows_which_rule_made_its_bid_and_says_it_in_a_few_sentences(rule):
    bid = choose_bids(BUYERS[rule])[0]

    assert bid.because.rule is rule
    assert 1 <= len(told_by_buyer(BUYERS[rule]).sentences) <= 4


@pytest.mark.parametrize("told", [*map(told_by_seller, SELLERS.values()), *map(told_by_buyer, BUYERS.values())])
def test_sentences_are_whole_and_name_money_in_cents(told):
    for sentence in told.sentences:
        assert re.fullmatch(r"[A-Z0-9].*\.", sentence)
        assert not re.search(r"\d\.\d{3}|None|Decimal", sentence)


def test_curve_is_told_with_its_ends_and_how_far_it_has_come():
    view = SELLERS[Rule.ASPIRATION]
    aim = resistance_point(view)

    told = told_by_seller(view)

    assert f"from 120.00 to {said(aim)}, where it means to end" in told.sentences[0]
    assert (figures(told)["Means to end at"], figures(told)["Floor"]) == (aim, 80)
    assert told.figures[-1] == replace(told.figures[-1], name="Way gone by now", unit=Unit.PERCENT)


def test_price_that_people_would_round_is_told_with_the_curves_own():
    view = SELLERS[Rule.ASPIRATION]
    quote = choose_quote(view)

    assert quote.because.curve != quote.price
    assert f"that is {said(quote.because.curve)}, said as {said(quote.price)}" in told_by_seller(view).sentences[0]


def test_rivals_price_that_is_answered_is_named_beside_the_floor():
    assert "90.00" in told_by_seller(SELLERS[Rule.COMPETITION]).sentences[0]
    assert "floor of 80.00" in told_by_seller(SELLERS[Rule.COMPETITION]).sentences[1]


def test_seller_that_cannot_beat_a_rival_says_what_it_does_instead():
    alone = a_seller_view(round=7, bids=[50, 50], quotes=[118])

    assert told_by_seller(SELLERS[Rule.CANNOT_BEAT]).sentences[-1] == told_by_seller(alone).sentences[0]


def test_rivals_price_that_is_dearer_is_said_to_need_no_answer():
    view = a_seller_view(round=6, bids=[50, 50], quotes=[120], rival=150)

    assert "150.00" in told_by_seller(view).sentences[1]


@pytest.mark.parametrize(
    "rule", [Rule.ASPIRATION, Rule.RECIPROCITY, Rule.HELD, Rule.LIMIT], ids=lambda rule: rule.value
)
def test_rivals_price_that_is_not_answered_yet_is_said_to_be_later(rule):
    view = replace(SELLERS[rule], rival_price=Decimal(81))

    assert choose_quote(view).because.rule is rule
    assert "81.00. The seller goes below such prices from round 7 on" in told_by_seller(view).sentences[-1]


def test_raise_is_told_where_it_earned_the_price():
    told = told_by_seller(SELLERS[Rule.RECIPROCITY])

    assert "raised its bid by 10.00" in told.sentences[0]
    assert figures(told)["Raise of the buyer"] == 10


@pytest.mark.parametrize(("minimum", "place"), [(50, "minimum of 50.00"), (0, "part of its limit of 110.00")])
def test_buyers_opening_is_told_by_what_it_was_drawn_from(minimum, place):
    view = a_buyer_view(a_buyer_thread(), limits=a_buyer(minimum=minimum))

    assert place in told_by_buyer(view).sentences[0]
    assert figures(told_by_buyer(view))["Opening"] == opening_price(view)


def test_buyer_tells_that_it_names_a_rivals_price():
    assert told_by_buyer(BUYERS[Rule.COMPETITION]).sentences[-1] == "It tells this seller that another one asks 115.00."


def test_last_bid_is_told_to_be_free_while_an_offer_stands():
    assert "risks nothing" in told_by_buyer(BUYERS[Rule.LAST_GAMBLE]).sentences[1]


def test_buyer_that_bids_its_limit_says_that_it_does():
    assert "all that it may: 110.00" in told_by_buyer(BUYERS[Rule.ALL_THE_WAY]).sentences[1]


def test_buyer_that_prefers_its_price_stays_on_its_curve_in_the_last_round():
    view = replace(BUYERS[Rule.ALL_THE_WAY], policy=Policy.PRICE_FIRST)

    assert choose_bids(view)[0].because.rule is Rule.ASPIRATION


def test_seller_that_is_tougher_means_to_end_higher_in_what_it_says():
    view = a_seller_view(a_seller(floor=90), round=6, bids=[50, 50], quotes=[120])

    assert figures(told_by_seller(view))["Means to end at"] > 90
