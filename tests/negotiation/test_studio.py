import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.conf import settings as installed

from llm.prices import parse_prices
from llm.purse import Budget, BudgetSpent, Purse, Spending
from negotiation import studio as studio_module
from negotiation.casting import Casting, SeatCasting, Spent
from negotiation.engine import Overtaken
from negotiation.minds.line import Tuning
from negotiation.minds.narrated import NarratedMind
from negotiation.minds.reasoning import ReasoningMind
from negotiation.minds.strategy import StrategyMind
from negotiation.studio import Means, PendingCalls, Studio, make_minds
from tests.factories import a_roster, a_seller_view, a_setup
from tests.fake_llm import behaviours
from tests.fake_llm.server import FakeLlm
from tests.model_rooms import PROVIDER, spoken_by
from tests.scripted_provider import ScriptedProvider

SETUP = a_setup()
NOTHING = Spending()


def a_casting(mind="narrated", *, session=None, spent=(NOTHING, NOTHING, NOTHING), **changes):
    roster = replace(a_roster(SETUP), session_id=session or uuid4())
    seat = SeatCasting(mind, Tuning())
    return Casting(**{
        "roster": roster,
        "turn_seconds": 0.0,
        "provider": "",
        "buyer": seat,
        "sellers": {seller.seller_id: seat for seller in SETUP.sellers},
        "session_budget": Budget(),
        "spent": Spent(*spent),
        "hand_seconds": 3600,
        "auto_accept": {},
        **changes,
    })  # fmt: skip


@pytest.fixture
def fake():
    with FakeLlm() as server:
        yield server


@pytest.fixture
async def make_studio(fake):
    """Makes studios with these settings, and closes them."""
    made = []

    def make(**changes):
        made.append(Studio(spoken_by(fake, **changes)))
        return made[-1]

    yield make
    for studio in made:
        await studio.close()


def seats(minds):
    return [minds.buyer, *minds.sellers.values()]


@pytest.mark.parametrize(
    ("mind", "kind"), [("strategy", StrategyMind), ("narrated", NarratedMind), ("llm", ReasoningMind)]
)
async def test_seat_gets_the_mind_that_it_was_cast_with(make_studio, mind, kind):
    minds = make_studio().cast(a_casting(mind), PendingCalls())

    assert {type(seat) for seat in seats(minds)} == {kind}
    assert set(minds.sellers) == {"acme", "bolt"}


async def test_seats_of_a_room_may_have_minds_of_different_kinds(make_studio):
    casting = a_casting(buyer=SeatCasting("llm", Tuning()), sellers={"acme": SeatCasting("strategy", Tuning())})

    minds = make_studio().cast(casting, PendingCalls())

    assert [type(seat) for seat in seats(minds)] == [ReasoningMind, StrategyMind]


@pytest.mark.parametrize("mind", ["narrated", "llm"])
async def test_builtin_provider_stands_for_minds_without_a_model(make_studio, mind):
    minds = make_studio().cast(a_casting(mind, provider="builtin"), PendingCalls())

    assert {type(seat) for seat in seats(minds)} == {StrategyMind}


async def test_seat_asks_the_model_of_its_provider_where_it_names_none(make_studio, fake):
    view, calls = a_seller_view(bids=(60,)), PendingCalls()
    named = SeatCasting("narrated", Tuning("large", 0.1, 55))
    casting = a_casting(sellers={"acme": SeatCasting("narrated", Tuning()), "bolt": named})

    minds = make_studio().cast(casting, calls)
    for seller_id in ("acme", "bolt"):
        await minds.sellers[seller_id].sell(view)

    assert [asked.model for asked in fake.chats] == ["fake-model", "large"]
    assert [(asked.body["temperature"], asked.body["max_tokens"]) for asked in fake.chats] == [(0.7, 500), (0.1, 55)]


async def test_calls_wait_for_the_move_they_led_to(make_studio):
    calls = PendingCalls()

    await make_studio().cast(a_casting(), calls).sellers["acme"].sell(a_seller_view(bids=(60,)))

    (call,) = calls.left()
    assert (call.seat.seller_id, call.provider, call.seat.room) == ("acme", PROVIDER, str(UUID(int=1)))


def test_calls_that_were_stored_wait_no_longer():
    calls = PendingCalls()
    for call in ("one", "two"):
        calls.add(call)
    stored = calls.left()
    calls.add("three")

    calls.drop(stored)

    assert calls.left() == ("three",)


async def test_rooms_of_a_worker_share_one_way_to_each_provider(make_studio, monkeypatch):
    made = []
    monkeypatch.setattr(
        studio_module, "choose_provider", lambda name, settings: made.append(name) or ScriptedProvider()
    )
    studio = make_studio()

    for provider in ("", "lm_studio", "", "lm_studio"):
        studio.cast(a_casting(provider=provider), PendingCalls())

    assert made == [PROVIDER, "lm_studio"]


async def test_closed_studio_has_closed_its_providers(make_studio, monkeypatch):
    provider = ScriptedProvider()
    monkeypatch.setattr(studio_module, "choose_provider", lambda name, settings: provider)
    studio = make_studio()
    studio.cast(a_casting(), PendingCalls())

    await studio.close()

    assert provider.is_closed


class KeptPurses:
    """Stands in for the purses of a studio, to look into them."""

    def __init__(self):
        self.purses = []

    def __call__(self, accounts):
        self.purses.append(Purse(accounts))
        return self.purses[-1]


@pytest.fixture
def purses(monkeypatch):
    kept = KeptPurses()
    monkeypatch.setattr(studio_module, "Purse", kept)
    return kept.purses


ONE = Spending(calls=1)


def spend(purse, calls):
    for _ in range(calls):
        purse.reserve(ONE)


async def test_rooms_of_a_session_draw_on_one_account(make_studio, purses):
    studio, session = make_studio(session_budget=Budget(calls=3)), uuid4()
    for _ in range(2):
        studio.cast(a_casting(session=session), PendingCalls())

    spend(purses[0], 2)
    spend(purses[1], 1)

    with pytest.raises(BudgetSpent, match="session"):
        spend(purses[1], 1)


async def test_rooms_of_different_sessions_do_not(make_studio, purses):
    studio = make_studio(session_budget=Budget(calls=1))
    for _ in range(2):
        studio.cast(a_casting(), PendingCalls())

    spend(purses[0], 1)
    spend(purses[1], 1)


async def test_all_rooms_of_a_day_draw_on_one_account(make_studio, purses):
    studio = make_studio(day_budget=Budget(calls=1))
    for _ in range(2):
        studio.cast(a_casting(), PendingCalls())
    spend(purses[0], 1)

    with pytest.raises(BudgetSpent, match="day"):
        spend(purses[1], 1)


@pytest.mark.parametrize("account", ["session", "day"])
async def test_what_other_processes_spend_counts(make_studio, purses, account):
    studio, session = make_studio(**{f"{account}_budget": Budget(calls=3)}), uuid4()
    studio.cast(a_casting(session=session), PendingCalls())
    sessions = studio.limited_sessions
    others = Spending(calls=2)

    studio.learn(dict.fromkeys(sessions, others), others if studio.is_day_limited else NOTHING)
    spend(purses[0], 1)

    assert sessions == ([session] if account == "session" else [])
    with pytest.raises(BudgetSpent, match=account):
        spend(purses[0], 1)


@pytest.mark.parametrize("account", ["room", "session", "day"])
async def test_what_was_spent_before_counts(make_studio, purses, account):
    before = tuple(Spending(calls=2) if name == account else NOTHING for name in ("room", "session", "day"))
    make_studio(**{f"{account}_budget": Budget(calls=3)}).cast(a_casting(spent=before), PendingCalls())
    spend(purses[0], 1)

    with pytest.raises(BudgetSpent, match=account):
        spend(purses[0], 1)


async def test_next_day_has_a_budget_of_its_own(make_studio, purses, monkeypatch):
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    studio = make_studio(day_budget=Budget(calls=1))
    monkeypatch.setattr(studio_module.timezone, "now", lambda: noon)
    studio.cast(a_casting(), PendingCalls())
    spend(purses[0], 1)
    monkeypatch.setattr(studio_module.timezone, "now", lambda: noon + timedelta(days=1))

    studio.cast(a_casting(), PendingCalls())
    spend(purses[1], 1)

    with pytest.raises(BudgetSpent):
        spend(purses[1], 1)


async def test_budget_of_the_session_itself_goes_before_the_installations(make_studio, purses):
    studio = make_studio(session_budget=Budget(calls=1))
    studio.cast(a_casting(session_budget=Budget(calls=2)), PendingCalls())

    spend(purses[0], 2)

    with pytest.raises(BudgetSpent, match="session"):
        spend(purses[0], 1)


async def test_session_that_is_over_is_forgotten(make_studio):
    studio = make_studio()

    studio.cast(a_casting(), PendingCalls())

    assert len(studio._sessions) == 0


async def test_call_costs_what_the_price_table_says(make_studio):
    calls = PendingCalls()
    studio = make_studio(day_budget=Budget(), prices=parse_prices('{"fake-model": {"input": 1000000, "output": 0}}'))

    await studio.cast(a_casting(), calls).sellers["acme"].sell(a_seller_view(bids=(60,)))

    assert calls.left()[0].cost == Decimal(11)


def test_minds_without_a_gateway_need_no_model():
    means = Means(None, Purse(()), PendingCalls(), installed.LLM.prices)

    assert {type(seat) for seat in seats(make_minds(a_casting("llm"), means))} == {StrategyMind}


async def test_turn_takes_no_longer_than_the_installation_allows(make_studio, fake):
    fake.rule = lambda asked: behaviours.hang
    calls = PendingCalls()

    move = await make_studio(turn_seconds=0.2).cast(a_casting(), calls).sellers["acme"].sell(a_seller_view(bids=(60,)))

    assert move.words.fallback == "provider_timeout"
    assert calls.left()[0].error == "LLM_TIMEOUT"


async def stored(has_failed):
    if has_failed:
        raise Overtaken


@pytest.mark.parametrize(("has_failed", "told"), [(False, ["typing", "a word"]), (True, [])])
async def test_watchers_hear_of_an_answer_only_once_what_it_answers_is_stored(has_failed, told):
    calls, heard = PendingCalls(), []
    calls.writing = asyncio.create_task(stored(has_failed))

    calls.tell(lambda: heard.append("typing"))
    calls.tell(lambda: heard.append("a word"))
    before = list(heard)
    await asyncio.wait([calls.writing])
    await asyncio.sleep(0)

    assert (before, heard) == ([], told)


async def test_watchers_hear_at_once_where_nothing_is_being_written():
    calls, heard = PendingCalls(), []

    calls.tell(lambda: heard.append("typing"))
    calls.writing = asyncio.create_task(stored(False))
    await calls.writing
    calls.tell(lambda: heard.append("a word"))

    assert heard == ["typing", "a word"]
