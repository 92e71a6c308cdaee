import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.core.decision import best_award, explain, valid_quotes
from negotiation.core.events import Decided
from negotiation.core.moves import Award, Leave
from negotiation.core.vocabulary import Reason
from tests.factories import (
    a_buyer_thread,
    a_buyer_view,
    play_out,
    rooms_with_odd_secrets,
    terms,
)


def standing(name="Acme", price=100, *, quantity=4, round=1, failures=0):
    """A thread with one standing offer at these terms, made in that round."""
    thread = a_buyer_thread(name, quotes=[price], failures=failures)
    return replace(thread, quote=replace(thread.quote, terms=terms(price, quantity), round=round))


def ranking(*threads, **options):
    return [thread.name for thread in valid_quotes(a_buyer_view(*threads, **options))]


def test_lowest_price_wins():
    assert ranking(standing("Acme", 100), standing("Bolt", "99.99")) == ["Bolt", "Acme"]


def test_lower_price_beats_more_units_fewer_failures_and_an_earlier_round():
    cheap = standing("Bolt", "99.99", quantity=1, failures=9, round=9)

    assert ranking(standing("Acme", 100), cheap)[0] == "Bolt"


def test_level_prices_go_to_the_seller_with_more_units():
    fewer = standing("Acme", quantity=3)

    assert ranking(fewer, standing("Bolt", quantity=4, failures=9, round=9))[0] == "Bolt"


def test_level_offers_go_to_the_seller_that_failed_to_answer_less_often():
    assert ranking(standing("Acme", failures=1), standing("Bolt", round=9))[0] == "Bolt"


def test_level_offers_go_to_the_seller_that_came_down_to_it_first():
    assert ranking(standing("Acme", round=2), standing("Bolt", round=1))[0] == "Bolt"


@given(st.integers(0, 10_000))
def test_draw_between_equals_does_not_depend_on_the_order_they_are_listed_in(seed):
    threads = [standing(name) for name in ("Acme", "Bolt", "Cedar")]

    orders = {tuple(ranking(*order, seed=seed)) for order in itertools.permutations(threads)}

    assert len(orders) == 1


def test_draw_between_equals_favours_nobody():
    winners = [ranking(standing("Acme"), standing("Bolt"), seed=seed)[0] for seed in range(200)]

    assert 70 < winners.count("Acme") < 130


@pytest.mark.parametrize(("price", "counts"), [("49.99", False), ("50", True), ("110", True), ("110.01", False)])
def test_offer_outside_the_mandate_is_no_candidate(price, counts):
    assert bool(ranking(standing(price=price))) is counts


def test_seller_without_a_standing_offer_is_no_candidate():
    assert ranking(a_buyer_thread("Acme"), standing("Bolt")) == ["Bolt"]


def test_nothing_valid_means_no_award():
    assert best_award(a_buyer_view(standing(price=111), a_buyer_thread("Bolt"))) is None


def test_award_names_the_offer_that_stands():
    view = a_buyer_view(a_buyer_thread("Acme", quotes=[105, 100]))

    award = best_award(view)

    assert (award.seller_id, award.offer_id) == ("acme", 2)


def test_award_says_whether_there_was_a_choice():
    alone, chosen = a_buyer_view(standing()), a_buyer_view(standing(), standing("Bolt", 101))

    assert [best_award(view).reason for view in (alone, chosen)] == [Reason.ONLY_OFFER, Reason.BEST_OFFER]


def test_award_to_a_seller_that_accepted_says_so():
    accepted = replace(standing(), is_agreed=True)

    assert best_award(a_buyer_view(accepted, standing("Bolt", 101))).reason is Reason.FIRM_ACCEPTANCE


def test_cheaper_offer_wins_over_an_acceptance():
    accepted = replace(standing(), is_agreed=True)

    assert best_award(a_buyer_view(accepted, standing("Bolt", 99))).seller_id == "bolt"


def test_award_keeps_the_reason_it_is_told():
    assert best_award(a_buyer_view(standing()), Reason.OUT_OF_TIME).reason is Reason.OUT_OF_TIME


def test_explanation_says_by_how_much_the_offer_was_best():
    view = a_buyer_view(standing(price="97.25"), standing("Bolt", 101), standing("Cedar", 105))

    assert (
        explain(best_award(view), view)
        == "The best standing offer won. Lowest of 3 acceptable offers, 3.75 below the next."
    )


def test_explanation_of_a_draw_admits_it():
    view = a_buyer_view(standing(), standing("Bolt"))

    text = explain(best_award(view), view)

    assert text.endswith("level with the next; ties go by reliability, round, then a draw.")


def test_explanation_of_a_lone_offer_says_that_no_other_was_acceptable():
    view = a_buyer_view(standing(), standing("Bolt", 111))

    text = explain(best_award(view), view)

    assert text.endswith("No other offer was one the buyer may accept.")


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("price", [100, 111])
def test_every_way_of_leaving_is_explained_in_a_sentence_that_names_no_deal(reason, price):
    text = explain(Leave(reason), a_buyer_view(standing(price=price)))

    assert re.fullmatch(r"[A-Z].+\.", text)
    assert "Lowest" not in text


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_for_an_award_is_explained_in_a_sentence(reason):
    assert re.fullmatch(r"[A-Z].+\.", explain(Award("acme", 1, reason), a_buyer_view(standing())))


def test_explanation_of_a_dearer_choice_says_by_how_much():
    view = a_buyer_view(standing(), standing("Bolt", "103.50"))

    text = explain(Award("bolt", 1, Reason.FORCED), view)

    assert text.endswith("3.50 above the lowest of 2 acceptable offers.")


@settings(max_examples=40, deadline=None)
@given(rooms_with_odd_secrets())
def test_explanation_tells_nobodys_limit(setup):
    (decision,) = (event for event in play_out(setup) if isinstance(event, Decided))

    secrets = {setup.buyer.minimum, setup.buyer.maximum, *(s.limits.floor for s in setup.sellers)}
    secrets |= {seat.limits.cost for seat in setup.sellers}

    assert not [secret for secret in secrets if str(secret) in decision.explanation]
