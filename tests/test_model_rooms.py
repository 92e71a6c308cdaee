import asyncio
from dataclasses import replace
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest

from llm.gateway import Rules
from llm.prices import parse_prices
from llm.purse import Budget
from negotiation import services
from negotiation.core.vocabulary import Fallback, Result, Voice
from negotiation.models import LLMCall, Message
from negotiation.stream import live_feed
from tests import bodies
from tests.fake_llm import behaviours
from tests.fake_llm.behaviours import Reply, raw, refusal
from tests.fake_llm.sensible import sensible
from tests.fake_llm.server import FakeLlm
from tests.model_rooms import (
    SECONDS,
    act,
    bargain,
    calls_of,
    events_of,
    in_database,
    is_farewell,
    item_in,
    play_all,
    speaker_in,
    spoken_by,
    strategys_bargain,
    until,
    until_over,
    voices,
    working,
)

pytestmark = pytest.mark.django_db(transaction=True)

MODEL = (Voice.MODEL, None)
GOOD = Reply(text=sensible)


@pytest.fixture
def fake():
    with FakeLlm() as server:
        yield server


@pytest.fixture(autouse=True)
def model(settings, fake, log_folder):
    settings.LLM = spoken_by(fake)


@pytest.fixture
def set_up(open_session):
    """Opens a session with a room for each of these items; their ids by the name of the item."""

    def open_rooms(*names, **changes):
        items = [bodies.item(item_id=name, item_name=name) for name in names]
        stocks = [
            [bodies.stock(item_id=name, item_name=name, **limits) for name in names]
            for limits in ({}, {"cost_price": 388.67, "least_price": 447.19, "selling_price": 640})
        ]
        sellers = [bodies.seller("Acme", *stocks[0]), bodies.seller("Bolt", *stocks[1])]
        session = open_session(**{"buyer": bodies.buyer(*items), "sellers": sellers, **changes})
        return {room["item_name"]: room["room_id"] for room in session["negotiation_rooms"]}

    return in_database(open_rooms)


UNAVAILABLE, TIMED_OUT, UNUSABLE = Fallback.UNAVAILABLE, Fallback.TIMED_OUT, Fallback.UNUSABLE
# Each with what its words are marked with, and whether a second question of the turn can mend it.
FAULTS = {
    "500": (refusal(500), UNAVAILABLE),
    "429": (refusal(429, Retry_After="0"), UNAVAILABLE),
    "429 for an hour": (refusal(429, Retry_After="3600"), UNAVAILABLE),
    "401": (refusal(401), UNAVAILABLE),
    "404": (refusal(404), UNAVAILABLE),
    "400": (refusal(400), UNAVAILABLE),
    "hang": (behaviours.hang, TIMED_OUT),
    "hang midway": (behaviours.hang_midway, TIMED_OUT),
    "drip": (behaviours.drip, TIMED_OUT),
    "slow": (replace(GOOD, latency_seconds=30), TIMED_OUT),
    "cut": (behaviours.cut, None),
    "reset": (behaviours.reset, None),
    "reset at once": (behaviours.reset_at_once, UNAVAILABLE),
    "error midway": (behaviours.error_midway, None),
    "endless": (behaviours.endless, None),
    "garbage": (raw(b"\x00\xff{{{", b"data: {]\n\n"), UNUSABLE),
    "page": (behaviours.page, UNUSABLE),
    "empty": (raw(), UNUSABLE),
    "empty words": (Reply(text=""), UNUSABLE),
    "usage only": (Reply(contents=(), finish_reason=None), UNUSABLE),
    "truncated": (replace(GOOD, finish_reason="length"), UNUSABLE),
    "unfinished": (replace(GOOD, finish_reason=None), UNUSABLE),
    "filtered": (replace(GOOD, finish_reason="content_filter"), UNUSABLE),
    "prose": (Reply(text="Let us think about it."), UNUSABLE),
}
SLOW = ("hang", "hang midway", "drip", "slow", "endless")


def trouble(fault):
    """A rule that lets each room suffer in a way of its own, which its item is named for."""
    first_prompts = {}

    def behave(asked):
        item = item_in(asked)
        first_prompt = first_prompts.setdefault(item, asked.last_user)
        is_hit = {
            "one seat": speaker_in(asked) == "Acme",
            "all seats": True,
            "first call": asked.last_user == first_prompt,
            "last call": is_farewell(asked),
        }
        return fault if is_hit[item] else GOOD

    return behave


@pytest.mark.parametrize("name", FAULTS)
async def test_room_ends_as_with_the_strategy_whatever_its_provider_does(settings, fake, set_up, name):
    fault, fallback = FAULTS[name]
    settings.LLM = spoken_by(fake, turn_seconds=0.5 if name in SLOW else 5.0)
    fake.rule = trouble(fault)
    rooms = await set_up("one seat", "all seats", "first call", "last call", max_rounds=2)

    await play_all([*rooms.values()], apart=True)

    for room_id in rooms.values():
        events = await in_database(events_of)(room_id)
        assert bargain(events) == await in_database(strategys_bargain)(room_id)
        assert any(call.result != "ok" for call in await in_database(calls_of)(room_id))
    if fallback is not None:
        suffering = voices(await in_database(events_of)(rooms["all seats"]))
        assert MODEL not in suffering
        assert (Voice.TEMPLATE, fallback) in suffering
    assert MODEL in voices(await in_database(events_of)(rooms["one seat"]))


@pytest.mark.parametrize("name", ["500", "hang", "cut", "garbage", "truncated"])
@pytest.mark.parametrize("mind", ["llm"])
async def test_room_of_reasoning_minds_ends_whatever_its_provider_does(settings, fake, set_up, name, mind):
    fault, _ = FAULTS[name]
    settings.LLM = spoken_by(fake, turn_seconds=0.5 if name in SLOW else 5.0)
    fake.rule = trouble(fault)
    rooms = await set_up(
        "one seat", "all seats", "first call", "last call", max_rounds=2, minds={"buyer": mind, "sellers": mind}
    )

    await play_all([*rooms.values()], apart=True)

    for room_id in rooms.values():
        assert (await until(room_id, lambda run: True)).status == "completed"
    without_model = await in_database(events_of)(rooms["all seats"])
    assert bargain(without_model) == await in_database(strategys_bargain)(rooms["all seats"])


async def test_room_speaks_by_its_model_from_beginning_to_end(set_up):
    rooms = await set_up("lamp")

    await play_all([rooms["lamp"]])

    events = await in_database(events_of)(rooms["lamp"])
    assert voices(events) == {MODEL}
    assert bargain(events) == await in_database(strategys_bargain)(rooms["lamp"])


@pytest.fixture
def watched():
    """Has somebody watch a room until the test is over."""
    subscriptions = []

    def watch(room_id):
        subscriptions.append((UUID(room_id), live_feed().subscribe(UUID(room_id))))

    yield watch
    for code, subscription in subscriptions:
        live_feed().unsubscribe(code, subscription)


async def test_faults_are_the_same_for_a_room_that_is_watched(settings, fake, set_up, watched):
    faults = ("cut", "reset", "error midway", "endless", "garbage", "empty", "usage only", "unfinished")
    settings.LLM = spoken_by(fake, turn_seconds=1.0)
    fake.rule = lambda asked: FAULTS[item_in(asked)][0]
    rooms = await set_up(*faults, max_rounds=1)
    for room_id in rooms.values():
        watched(room_id)

    await play_all([*rooms.values()], apart=True)

    assert {asked.is_stream for asked in fake.chats} == {True}
    for room_id in rooms.values():
        events = await in_database(events_of)(room_id)
        assert bargain(events) == await in_database(strategys_bargain)(room_id)
        assert MODEL not in voices(events)


async def test_room_that_nobody_watches_is_not_streamed(fake, set_up):
    rooms = await set_up("lamp", max_rounds=1)

    await play_all([rooms["lamp"]])

    assert {asked.is_stream for asked in fake.chats} == {False}


@pytest.fixture
def quick_pings(monkeypatch):
    monkeypatch.setattr("negotiation.studio.Rules", partial(Rules, presence_seconds=0.02))


async def spoke_last(room_id):
    """Who has found the newest words, and why not the model."""
    newest = await in_database(Message.objects.filter(run__code=room_id).order_by("-seq").first)()
    return (newest.voice, newest.fallback or None) if newest else None


async def until_spoken(room_id, *voice):
    async with asyncio.timeout(SECONDS):
        while await spoke_last(room_id) != voice:  # noqa: ASYNC110  # another thread makes it so
            await asyncio.sleep(0.005)


@pytest.mark.usefixtures("quick_pings")
async def test_room_goes_on_without_its_server_and_comes_back_to_it(fake, set_up):
    room_id = (await set_up("lamp", max_rounds=100, turn_seconds=0.02))["lamp"]
    await act(services.start, room_id)

    async with working():
        await until_spoken(room_id, *MODEL)
        await asyncio.to_thread(fake.stop)
        await until_spoken(room_id, Voice.TEMPLATE, UNAVAILABLE)
        await asyncio.to_thread(fake.start)
        await until_spoken(room_id, *MODEL)
        await act(services.decide_now, room_id)

    assert (await until(room_id, lambda run: True)).status == "completed"


@pytest.mark.usefixtures("quick_pings")
async def test_server_may_be_started_after_the_worker(fake, set_up):
    room_id = (await set_up("lamp", max_rounds=100, turn_seconds=0.02))["lamp"]
    await act(services.start, room_id)
    await asyncio.to_thread(fake.stop)

    async with working():
        await until_spoken(room_id, Voice.TEMPLATE, UNAVAILABLE)
        await asyncio.to_thread(fake.start)
        await until_spoken(room_id, *MODEL)
        await act(services.cancel, room_id)

    assert fake.chats != []


BUDGETS = {"room": "room_budget", "session": "session_budget", "day": "day_budget"}


@pytest.mark.parametrize("account", BUDGETS)
async def test_room_ends_in_template_words_when_a_budget_is_spent(settings, fake, set_up, account):
    settings.LLM = spoken_by(fake, **{BUDGETS[account]: Budget(calls=3)})
    room_id = (await set_up("lamp"))["lamp"]

    await play_all([room_id])

    events, calls = await in_database(events_of)(room_id), await in_database(calls_of)(room_id)
    assert len(fake.chats) <= 4
    assert voices(events) == {MODEL, (Voice.TEMPLATE, Fallback.BUDGET)}
    assert bargain(events) == await in_database(strategys_bargain)(room_id)
    assert events[-1].result is Result.DEAL
    assert {call.why for call in calls if call.error == "BUDGET_SPENT"} == {f"the budget of the {account} is spent"}


@pytest.mark.parametrize("budget", [Budget(tokens=3000), Budget(cost=Decimal("0.00005"))], ids=["tokens", "cost"])
async def test_budgets_of_tokens_and_money_are_kept_as_well(settings, fake, set_up, budget):
    prices = parse_prices('{"fake-model": {"input": 1, "output": 2}}')
    settings.LLM = spoken_by(fake, room_budget=budget, prices=prices, max_tokens=50)
    fake.rule = lambda asked: Reply(text=sensible, usage={"prompt_tokens": 5, "completion_tokens": 5})
    room_id = (await set_up("lamp", llm_config={"max_tokens": 50}))["lamp"]

    await play_all([room_id])

    assert budget.allows(await in_database(LLMCall.objects.spending)())


async def test_rooms_of_a_session_share_its_budget(settings, fake, set_up):
    settings.LLM = spoken_by(fake, session_budget=Budget(calls=5))
    rooms = await set_up("lamp", "desk", "chair")

    await play_all([*rooms.values()])

    assert len(fake.chats) <= 6


async def test_sessions_own_budget_counts_before_the_installations(settings, fake, set_up):
    settings.LLM = spoken_by(fake, session_budget=Budget(calls=100))
    room_id = (await set_up("lamp", llm_config={"budget": {"calls": 2}}))["lamp"]

    await play_all([room_id])

    assert len(fake.chats) <= 3


@pytest.mark.parametrize("account", ["session", "day"])
async def test_what_was_spent_before_a_restart_counts(settings, fake, set_up, account):
    settings.LLM = spoken_by(fake, **{BUDGETS[account]: Budget(calls=10)})
    rooms = await set_up("lamp", "desk", max_rounds=2)
    await play_all([rooms["lamp"]])
    before = len(fake.chats)

    await play_all([rooms["desk"]])

    assert 0 < before < len(fake.chats) <= 11


async def test_room_that_was_interrupted_goes_on_with_what_is_left_of_its_budget(settings, fake, set_up):
    settings.LLM = spoken_by(fake, room_budget=Budget(calls=5))
    room_id = (await set_up("lamp", turn_seconds=0.05))["lamp"]
    await act(services.start, room_id)
    async with working():
        await until(room_id, lambda run: len(fake.chats) >= 3)

    async with working():
        await until_over(room_id)

    assert len(fake.chats) <= 6


async def test_price_of_each_call_is_kept(settings, fake, set_up):
    settings.LLM = spoken_by(fake, prices=parse_prices('{"fake-*": {"input": 100, "output": 200}}'))
    room_id = (await set_up("lamp", max_rounds=1))["lamp"]

    await play_all([room_id])

    assert {call.cost for call in await in_database(calls_of)(room_id)} == {Decimal("0.0025")}
