from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.sheets.own_side import how_it_went
from negotiation.core.vocabulary import Party
from negotiation.models import NegotiationRun, Offer, Outcome, Participant
from tests import accounts
from tests.marketplace.many import make_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread():
    """Sold at 75: asked 100, floor 60, cost 40, the buyer's limit 90, 5 units."""
    make_many(1)
    return Participant.objects.get()


@pytest.fixture
def rival(thread):
    """Bolt, that ended at 80 and could have gone to 61.23."""
    return _beside(thread, "Bolt", Decimal("61.23"), 80)


def told(thread, party):
    return " ".join(how_it_went(NegotiationRun.objects.get(), thread, party)).replace("\N{NO-BREAK SPACE}", " ")


def test_buyer_is_told_what_it_saved_and_how_far_it_stayed_under_its_limit(thread):
    words = told(thread, Party.BUYER)

    assert "You pay $75.00 a unit, $25.00 below what Acme asked: $125.00 less in all." in words
    assert "That is $15.00 below your limit." in words
    assert "No other seller's offer stood beside it." in words


def test_buyer_is_told_the_next_best_offer_that_it_had(thread, rival):
    assert "The next best offer was $80.00 from Bolt, $5.00 above what you pay." in told(thread, Party.BUYER)


def test_offer_that_was_taken_back_was_no_choice(thread, rival):
    rival.offers.update(status="withdrawn")

    assert "No other seller's offer" in told(thread, Party.BUYER)


def test_buyer_is_told_of_a_seller_that_did_not_win(thread, rival):
    assert told(rival, Party.BUYER) == "Bolt ended at $80.00 a unit, $5.00 above what you pay another."


def test_buyer_without_a_deal_is_told_how_far_each_was_from_its_limit(thread):
    Outcome.objects.update(result="no_deal", unit_price=None, participant=None)
    thread.offers.update(unit_price=95)

    assert told(thread, Party.BUYER) == "Acme ended at $95.00 a unit, $5.00 above your limit."


def test_winner_is_told_what_it_got_above_its_floor_and_cost(thread):
    words = told(thread, Party.SELLER)

    assert "You sold at $75.00 a unit, $25.00 below your asking price." in words
    assert "That is $15.00 above your floor, $75.00 in all, and $35.00 above your cost." in words


def test_winner_at_its_floor_is_told_that_and_no_sum_of_nothing(thread):
    Outcome.objects.update(unit_price=60)

    assert "That is exactly your floor, and $20.00 above your cost." in told(thread, Party.SELLER)


def test_loser_is_told_how_far_it_could_have_gone(thread, rival):
    words = told(rival, Party.SELLER)

    assert words == "You sold nothing. Your last price was $80.00 a unit; you could have gone $18.77 a unit lower."


@pytest.mark.parametrize(
    ("price", "words"),
    [("61.23", "that was your floor"), ("60.00", "that was $1.23 a unit below your floor")],
)
def test_loser_that_went_to_its_floor_or_below_is_told_so(thread, rival, price, words):
    rival.offers.update(unit_price=Decimal(price))

    assert told(rival, Party.SELLER) == f"You sold nothing. Your last price was ${price} a unit; {words}."


@pytest.mark.parametrize(
    ("party", "words"),
    [
        (Party.BUYER, "you gave 20 % and Acme 80 %."),
        (Party.SELLER, "you gave 80 % and the buyer 20 %."),
    ],
)
def test_each_side_is_told_what_it_gave(thread, party, words):
    Offer.objects.update(unit_price=95, number=2)
    Offer.objects.create(
        run=thread.run, participant=thread, number=1, party="buyer", round=1, unit_price=70, quantity=5, at=_at(thread)
    )

    assert words in told(thread, party)


def test_nothing_is_told_while_the_room_goes_on(thread):
    NegotiationRun.objects.update(status="active")

    assert told(thread, Party.BUYER) == told(thread, Party.SELLER) == ""


@pytest.mark.parametrize("party", ["buyer", "seller"])
def test_no_side_is_told_the_others_limit_or_a_rivals(thread, rival, party):
    thread.run.item.max_price_per_unit = Decimal("91.23")
    thread.run.item.save()
    Participant.objects.filter(pk=thread.pk).update(least_price=Decimal("62.34"))
    theirs = {"buyer": ("62.34", "61.23", "40.00"), "seller": ("91.23", "80.00", "Bolt")}[party]

    words = told(Participant.objects.get(name="Acme"), Party(party))

    assert words
    assert not any(secret in words for secret in theirs)


def test_page_of_a_thread_tells_its_side_alone(thread):
    client = Client()
    client.force_login(accounts.operator())
    page = reverse("thread", args=[thread.code])

    assert "above your floor" in client.get(page, {"party": "seller"}).content.decode()
    assert "below your limit" in client.get(page, {"party": "buyer"}).content.decode()
    assert "How it went" not in client.get(page).content.decode()


def _beside(thread, name, floor, price):
    seat = Participant.objects.get(pk=thread.pk)
    other = type(thread.seller).objects.create(name=f"{name} in stock")
    rival = Participant.objects.create(
        run=seat.run,
        seller=other,
        name=name,
        seller_code=other.code,
        stock=90,
        cost_price=40,
        least_price=floor,
        selling_price=100,
        priority="maximize_profit",
        speaking_style="neutral",
        mind="strategy",
    )
    Offer.objects.create(
        run=seat.run,
        participant=rival,
        number=7,
        party="seller",
        round=1,
        unit_price=price,
        quantity=5,
        at=_at(thread),
    )
    return rival


def _at(thread):
    return thread.offers.get().at
