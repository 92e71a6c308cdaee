from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from llm.purse import Budget, Spending
from negotiation.casting import read_casting, spent_in
from negotiation.errors import RoomNotFound
from negotiation.minds.line import Tuning
from negotiation.models import LLMCall, NegotiationRun
from tests import bodies

pytestmark = pytest.mark.django_db


def a_call(run, **changes):
    fields = {
        "run": run, "round": 1, "purpose": "words", "provider": "lm_studio", "model": "small", "input_tokens": 10,
        "output_tokens": 5, "is_estimated": False, "cost": Decimal("0.25"), "attempts": 2, "queued_seconds": 9,
        "seconds": 1.5, "result": "ok", "prompt_hash": "a", "reply_hash": "b", "at": timezone.now(),
    }  # fmt: skip
    return LLMCall.objects.create(**{**fields, **changes})


@pytest.fixture
def cast_with(open_session):
    """The casting of the only room of a session with these changes, with the seats of the sellers by name."""

    def read(**changes):
        session = open_session(**changes)
        return read_casting(UUID(session["negotiation_rooms"][0]["room_id"]))

    return read


def tunings(casting):
    names = {seat.seller_id: seat.name for seat in casting.roster.setup.sellers}
    return {names[seller_id]: seat.tuning for seller_id, seat in casting.sellers.items()}


def test_every_seat_is_cast_with_its_own_mind(cast_with):
    sellers = [bodies.seller("Acme", mind="llm"), bodies.seller("Bolt", mind="strategy")]

    casting = cast_with(buyer=bodies.buyer(mind="narrated"), sellers=sellers)

    assert casting.buyer.mind == "narrated"
    assert sorted(seat.mind for seat in casting.sellers.values()) == ["llm", "strategy"]


def test_seats_share_the_sessions_model_where_they_name_none(cast_with):
    casting = cast_with(llm_config={"model": "small", "temperature": 0.4, "max_tokens": 99})

    assert casting.buyer.tuning == Tuning("small", 0.4, 99)
    assert set(tunings(casting).values()) == {Tuning("small", 0.4, 99)}


def test_seat_may_have_a_model_and_a_temperature_of_its_own(cast_with):
    sellers = [
        bodies.seller("Acme", llm_config={"model": "large"}),
        bodies.seller("Bolt", llm_config={"temperature": 0}),
    ]

    casting = cast_with(
        buyer=bodies.buyer(llm_config={"model": "huge", "temperature": 1.5}),
        sellers=sellers,
        llm_config={"model": "small", "temperature": 0.4, "max_tokens": 99},
    )

    assert casting.buyer.tuning == Tuning("huge", 1.5, 99)
    assert tunings(casting) == {"Acme": Tuning("large", 0.4, 99), "Bolt": Tuning("small", 0.0, 99)}


def test_provider_budget_and_pace_are_the_sessions(cast_with):
    budget = {"calls": 7, "tokens": 800, "cost": 0.5, "seconds": 60}

    casting = cast_with(llm_config={"provider": "lm_studio", "budget": budget}, turn_seconds=1.5)

    assert (casting.provider, casting.turn_seconds) == ("lm_studio", 1.5)
    assert casting.session_budget == Budget(7, 800, Decimal("0.5"), 60.0)


def test_session_without_a_budget_has_none(cast_with):
    assert cast_with().session_budget == Budget()


@pytest.mark.parametrize(
    ("buyer", "sellers", "is_so"),
    [("strategy", "strategy", False), ("narrated", "strategy", True), ("strategy", "llm", True)],
)
def test_room_uses_a_model_if_one_of_its_seats_does(cast_with, buyer, sellers, is_so):
    assert cast_with(minds={"buyer": buyer, "sellers": sellers}).uses_model is is_so


def test_spending_of_room_session_and_day_are_told_apart(open_session):
    items = [bodies.item(item_id=name) for name in ("lamp", "desk")]
    stocks = [bodies.stock(item_id=name) for name in ("lamp", "desk")]
    session = open_session(buyer=bodies.buyer(*items), sellers=[bodies.seller("Acme", *stocks)])
    elsewhere = open_session()
    lamp, desk = (NegotiationRun.objects.get(code=room["room_id"]) for room in session["negotiation_rooms"])
    other = NegotiationRun.objects.get(code=elsewhere["negotiation_rooms"][0]["room_id"])
    for run in (lamp, desk, other):
        a_call(run)
    a_call(lamp, at=timezone.now() - timedelta(days=2))

    spent = read_casting(lamp.code).spent

    assert spent.room == Spending(4, 30, Decimal("0.50"), 3.0)
    assert spent.session == Spending(6, 45, Decimal("0.75"), 4.5)
    assert spent.today == Spending(6, 45, Decimal("0.75"), 4.5)


def test_spending_of_sessions_is_that_of_all_who_asked_for_them(open_session):
    mine, other = open_session(), open_session()
    for session in (mine, mine, other):
        a_call(NegotiationRun.objects.get(code=session["negotiation_rooms"][0]["room_id"]))
    code = UUID(mine["session_id"])
    today = Spending(6, 45, Decimal("0.75"), 4.5)

    assert spent_in([code], with_today=True) == ({code: Spending(4, 30, Decimal("0.50"), 3.0)}, today)
    assert spent_in([], with_today=False) == ({}, Spending())


def test_room_that_asked_nobody_has_spent_nothing(cast_with):
    assert cast_with().spent.today == Spending()


def test_day_that_is_known_is_not_added_up_again(open_session):
    run = NegotiationRun.objects.get(code=open_session()["negotiation_rooms"][0]["room_id"])
    today = timezone.now().date()

    assert read_casting(run.code, today).spent.today is None
    assert read_casting(run.code, today - timedelta(days=1)).spent.today == Spending()


def test_unknown_room_is_not_found():
    with pytest.raises(RoomNotFound):
        read_casting(uuid4())
