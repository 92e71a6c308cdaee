import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.utils import timezone

from marketplace.models import BuyerItem, Seller, SellerInventory, Session
from negotiation import advice
from negotiation.advice import in_model_words, market_price, suggest, suggest_in_words
from negotiation.core.suggesting import Suggestion
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Action, Party, Result
from negotiation.errors import NotActive
from negotiation.models import LLMCall, NegotiationRun, Outcome
from negotiation.services import pause
from negotiation.store import read_room
from tests import bodies
from tests.scripted_provider import AWAY, HERE, ScriptedProvider
from tests.speaking import a_gateway, a_line

pytestmark = pytest.mark.django_db(transaction=True)

SUGGESTION = Suggestion(Terms(Decimal("412.00"), 5), Action.OFFER, 0.6, 0.4, "412.00 for 5 is a steady next step.")


@pytest.fixture
def room(midway):
    return read_room(UUID(midway))


@pytest.fixture
def deals(open_session):
    """Records deals in sessions of their own, at these prices, by sellers of these names in turn."""

    def record(*prices, sellers=("Acme", "Bolt"), days_ago=1, **changes):
        for place, price in enumerate(prices):
            code = open_session(**changes)["negotiation_rooms"][0]["room_id"]
            run = NegotiationRun.objects.get(code=code)
            winner = run.participants.get(name=sellers[place % len(sellers)])
            Outcome.objects.create(
                run=run, result=Result.DEAL, reason="best_offer", participant=winner, unit_price=price, quantity=50,
                total_cost=50 * price, decided_at=timezone.now() - timedelta(days=days_ago),
            )  # fmt: skip

    return record


def standing(name, ask, *, is_active=True):
    seller = Seller.objects.create(name=name, is_active=is_active)
    SellerInventory.objects.create(
        seller=seller, item_id="laptop_hp_15", item_name="HP 15 Laptop", quantity_available=100, cost_price=1,
        least_price=2, selling_price=ask,
    )  # fmt: skip
    return seller


@pytest.mark.parametrize("party", Party)
def test_either_side_is_advised_within_its_own_limits(room, seller_ids, party):
    found = suggest(room, party, seller_ids["Acme"])

    setup = room.room.setup
    own = setup.buyer if party is Party.BUYER else setup.seat(seller_ids["Acme"]).limits
    assert own.permit(found.terms) or found.action is Action.ACCEPT
    assert found.terms.quantity == 50
    assert found.reasoning
    assert found.market is None


def test_there_is_no_advice_where_nobody_can_move(room_id, seller_ids):
    with pytest.raises(NotActive):
        suggest(read_room(UUID(room_id)), Party.BUYER, seller_ids["Acme"])


def test_there_is_no_advice_in_a_room_that_is_paused_or_over(midway, play, operator, seller_ids):
    pause(UUID(midway))
    with pytest.raises(NotActive):
        suggest(read_room(UUID(midway)), Party.SELLER, seller_ids["Acme"])

    operator.post(f"/negotiation/{midway}/cancel")
    with pytest.raises(NotActive):
        suggest(read_room(UUID(midway)), Party.SELLER, seller_ids["Acme"])


def test_advice_changes_nothing(room, seller_ids, midway):
    suggest(room, Party.BUYER, seller_ids["Acme"])

    assert read_room(UUID(midway)) == room


@pytest.mark.parametrize("party", Party)
def test_market_price_is_the_rounded_median_of_others_deals(room, seller_ids, deals, party):
    deals(Decimal("500.13"), Decimal("523.77"), Decimal("560.01"))

    found = market_price(room, party, seller_ids["Acme"])

    assert found is not None
    assert (found.price, found.count, found.window_days) == (Decimal(525), 3, 90)
    assert suggest(room, party, seller_ids["Acme"]).market == found


@pytest.mark.parametrize(
    ("prices", "changes"),
    [
        ((500, 510), {}),
        ((500, 510, 520), {"sellers": ("Acme",)}),
        ((500, 510, 520), {"days_ago": 91}),
        ((500, 510, 520), {"currency": "EUR"}),
    ],
    ids=["few", "one seller's", "old", "other money"],
)
def test_deals_that_would_tell_of_one_party_or_say_nothing_are_no_market(room, seller_ids, deals, prices, changes):
    deals(*map(Decimal, prices), **changes)

    assert market_price(room, Party.BUYER, seller_ids["Acme"]) is None


def test_deals_over_another_item_are_no_market(room, seller_ids, deals):
    deals(Decimal(500), Decimal(510), Decimal(520))
    BuyerItem.objects.exclude(runs=room.run_id).update(item_id="desk_lamp")

    assert market_price(room, Party.BUYER, seller_ids["Acme"]) is None


def test_what_would_have_been_is_no_market(room, seller_ids, deals):
    deals(Decimal(500), Decimal(510), Decimal(520))
    Session.objects.exclude(runs=room.run_id).update(is_what_if=True)

    assert market_price(room, Party.BUYER, seller_ids["Acme"]) is None


def test_own_deals_are_not_among_those_of_the_market(room, seller_ids, deals):
    deals(Decimal(500), Decimal(510), Decimal(520))
    own = Outcome.objects.order_by("pk").last().participant
    own.seller_code = seller_ids["Acme"]
    own.save()

    assert market_price(room, Party.BUYER, seller_ids["Acme"]) is not None
    assert market_price(room, Party.SELLER, seller_ids["Acme"]) is None


def test_asking_prices_stand_in_where_there_are_too_few_deals(room, seller_ids, deals):
    deals(Decimal(500))
    standing("Cedar", 640)
    standing("Delta", 660)
    standing("Ember", 10, is_active=False)

    found = market_price(room, Party.BUYER, seller_ids["Acme"])

    assert found is not None
    assert (found.price, found.count, found.window_days) == (Decimal(650), 2, 0)


def test_one_asking_price_is_no_market(room, seller_ids):
    standing("Cedar", 640)

    assert market_price(room, Party.BUYER, seller_ids["Acme"]) is None


async def told(*replies, status=HERE):
    provider = ScriptedProvider(*replies, status=status)
    return await in_model_words(SUGGESTION, "HP 15 Laptop", "USD", a_line(a_gateway(provider)))


def a_reply(words):
    return json.dumps({"message": words})


async def test_reasons_are_given_in_the_models_words():
    words = "Offering 412.00 for all 5 of them keeps things moving at a calm pace."

    assert await told(a_reply(words)) == words


@pytest.mark.parametrize(
    "words",
    ["Offering 412.00 keeps 391.21 a secret for now.", "A steady step, without the number.", "Offer 412.00, 5% less."],
)
async def test_words_with_a_number_that_is_not_there_are_not_used(words):
    assert await told(a_reply(words), a_reply(words)) == SUGGESTION.reasoning


async def test_without_a_model_the_reasons_are_the_templates():
    assert await told(status=AWAY) == SUGGESTION.reasoning


def test_suggestion_does_not_wait_for_a_model_that_is_not_there(room, seller_ids):
    assert suggest_in_words(room, Party.BUYER, seller_ids["Acme"]) == suggest(room, Party.BUYER, seller_ids["Acme"])
    assert not LLMCall.objects.exists()


@pytest.mark.parametrize("party", Party)
def test_call_to_a_model_is_kept_with_the_room(room, seller_ids, settings, monkeypatch, party):
    plain = suggest(room, party, seller_ids["Acme"])
    words = f"I would go with {plain.terms.unit_price:,.2f}, as it is a calm next step."
    settings.LLM = replace(settings.LLM, provider="lm_studio")
    NegotiationRun.objects.get(pk=room.run_id).participants.update(mind="narrated")
    monkeypatch.setattr(advice, "choose_provider", lambda name, llm: ScriptedProvider(a_reply(words)))
    monkeypatch.setattr(advice, "provider_lights", lambda: SimpleNamespace(status=lambda name: HERE))

    found = suggest_in_words(room, party, seller_ids["Acme"])

    assert found == replace(plain, reasoning=words)
    kept = LLMCall.objects.get(run=room.run_id)
    assert (kept.result, kept.participant is None) == ("ok", party is Party.BUYER)
    assert all(secret not in kept.prompt for secret in (*bodies.BUYER_SECRETS, *bodies.ACME_SECRETS))
