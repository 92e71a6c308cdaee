import asyncio
import random
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from llm.breaker import OPEN_SECONDS
from llm.builtin import BuiltinProvider
from llm.clearance import clear
from llm.errors import (
    Fault,
    ProviderDisabledError,
    ProviderError,
    ProviderResponseError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from llm.gateway import Answer, Ask, Gateway, Rules
from llm.types import LLMResult, Role, Schema
from tests.scripted_provider import AWAY, HERE, Cut, Drip, Held, ScriptedProvider, Slow, messages, result
from tests.virtual_time import in_virtual_time, now, settle

ASK = Ask(messages(), 0.7, 200)


class _Most(random.Random):
    """Always draws the upper end."""

    def uniform(self, a: float, b: float) -> float:
        return b


class _Connecting(ScriptedProvider):
    """Takes three seconds to connect."""

    async def generate(self, *arguments: Any, **options: Any) -> LLMResult:
        await asyncio.sleep(3)
        await clear()
        return await super().generate(*arguments, **options)


def _gateway(provider: ScriptedProvider, **rules: Any) -> Gateway:
    return Gateway(provider, Rules(**rules), clock=now, chance=_Most())


def _busy(text: str = "too many calls", after_seconds: float | None = None) -> ProviderUnavailableError:
    return ProviderUnavailableError(text, is_retryable=True, retry_after_seconds=after_seconds)


async def _fail(gateway: Gateway, seconds: float = 20.0, hear: Callable[[str], None] | None = None) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await gateway.ask(ASK, room="a", seconds=seconds, hear=hear)
    return caught.value


def _broken() -> ProviderResponseError:
    return ProviderResponseError("garbage", Fault.MALFORMED, is_retryable=True)


async def _break(gateway: Gateway) -> None:
    for _ in range(5):
        await _fail(gateway)


def _ask(text: str) -> Ask:
    return Ask(messages(text), 0.7, 200)


@in_virtual_time
async def test_provider_is_asked_for_exactly_what_the_caller_wants() -> None:
    provider = ScriptedProvider("Yes, gladly.")
    schema = Schema("message", {"type": "object"})

    answer = await _gateway(provider).ask(Ask(ASK.messages, 0.3, 99, ("END",), schema, "tiny"), room="a", seconds=20)

    assert answer == Answer(result("Yes, gladly."), 1, 0.0, None, 0.0)
    (asked,) = provider.asked
    assert (asked.messages, asked.temperature, asked.max_tokens) == (ASK.messages, 0.3, 99)
    assert (asked.stop, asked.schema, asked.model) == (("END",), schema, "tiny")
    assert asked.messages[0].role is Role.SYSTEM


@in_virtual_time
async def test_listener_hears_the_text_grow() -> None:
    heard = list[str]()

    answer = await _gateway(ScriptedProvider("I can do that.")).ask(ASK, room="a", seconds=20, hear=heard.append)

    assert heard == ["I", "I can", "I can do", "I can do that."]
    assert answer.result == result("I can do that.")


@in_virtual_time
async def test_listener_hears_a_second_attempt_from_its_beginning() -> None:
    cut = ProviderResponseError("cut off", Fault.TRUNCATED, is_retryable=True)
    heard = list[str]()

    await _gateway(ScriptedProvider(Cut(("I", " may"), cut), "Yes, I can.")).ask(
        ASK, room="a", seconds=20, hear=heard.append
    )

    assert heard == ["I", "I may", "Yes,", "Yes, I", "Yes, I can."]


@in_virtual_time
async def test_stream_that_just_ends_is_no_answer() -> None:
    error = await _fail(_gateway(ScriptedProvider(Cut(("I", " may"))), max_retries=1), hear=lambda text: None)

    assert isinstance(error, ProviderResponseError)
    assert (error.fault, error.attempts) == (Fault.TRUNCATED, 2)


@in_virtual_time
async def test_time_to_the_first_token_counts_from_the_attempt_that_was_answered() -> None:
    cut = ProviderResponseError("cut off", Fault.TRUNCATED, is_retryable=True)
    provider = ScriptedProvider(Slow(3, _busy()), Cut(("I",), cut), Drip(2, "Good day."))

    answer = await _gateway(provider).ask(ASK, room="a", seconds=20, hear=lambda text: None)

    assert answer.first_token_seconds == pytest.approx(2)
    assert answer.seconds == pytest.approx(3 + 0.25 + 1 + 3 * 2)


@in_virtual_time
async def test_listener_that_fails_ends_the_call_and_keeps_no_slot() -> None:
    provider = ScriptedProvider("I can do that.")
    gateway = _gateway(provider)

    with pytest.raises(ZeroDivisionError):
        await gateway.ask(ASK, room="a", seconds=20, hear=lambda text: 1 / 0)

    assert (gateway.in_flight, provider.in_flight, provider.cancelled) == (0, 0, 1)


@in_virtual_time
async def test_pauses_grow_between_attempts() -> None:
    slept = list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    gateway = Gateway(ScriptedProvider(_busy()), Rules(), clock=now, sleep=sleep, chance=_Most())

    error = await _fail(gateway)

    assert slept == [0.25, 1.0, 2.0]
    assert error.attempts == 4


@in_virtual_time
async def test_answer_tells_how_many_attempts_it_took() -> None:
    answer = await _gateway(ScriptedProvider(_busy(), _busy(), "At last.")).ask(ASK, room="a", seconds=20)

    assert (answer.attempts, answer.result.text) == (3, "At last.")
    assert answer.seconds == pytest.approx(0.25 + 1)


@pytest.mark.parametrize(
    "error",
    [
        ProviderUnavailableError("gone for good"),
        ProviderResponseError("wrong key", Fault.REFUSED),
        ProviderResponseError("too long", Fault.TRUNCATED),
        ProviderDisabledError("switched off"),
    ],
)
@in_virtual_time
async def test_error_that_another_try_would_not_change_is_not_retried(error: ProviderError) -> None:
    provider = ScriptedProvider(error)

    raised = await _fail(_gateway(provider))

    assert raised is error
    assert raised.attempts == len(provider.asked) == 1


@in_virtual_time
async def test_without_retries_there_is_one_attempt() -> None:
    error = await _fail(_gateway(ScriptedProvider(_busy()), max_retries=0))

    assert (error.attempts, now()) == (1, 0.0)


@in_virtual_time
async def test_server_is_asked_again_no_sooner_than_it_said() -> None:
    await _gateway(ScriptedProvider(_busy(after_seconds=7), "At last.")).ask(ASK, room="a", seconds=20)

    assert now() == pytest.approx(7)


@in_virtual_time
async def test_wait_that_does_not_fit_is_not_begun() -> None:
    error = await _fail(_gateway(ScriptedProvider(_busy(after_seconds=19.9))))

    assert (error.attempts, now()) == (1, 0.0)


@in_virtual_time
async def test_others_are_served_while_one_pauses() -> None:
    provider = ScriptedProvider(_busy(after_seconds=10), "For the other.", "For the first.")
    gateway = _gateway(provider, max_concurrency=1)

    async with asyncio.TaskGroup() as group:
        first = group.create_task(gateway.ask(_ask("first"), room="a", seconds=20))
        await settle()
        other = group.create_task(gateway.ask(_ask("other"), room="b", seconds=20))

    assert provider.texts == ["first", "other", "first"]
    assert (first.result().seconds, other.result().queued_seconds) == (pytest.approx(10), 0.0)


@in_virtual_time
async def test_hanging_attempt_leaves_time_for_a_second() -> None:
    answer = await _gateway(ScriptedProvider(Held(), "At last.")).ask(ASK, room="a", seconds=20)

    assert answer.attempts == 2
    assert answer.seconds == pytest.approx(0.6 * 20 + 0.25)


@in_virtual_time
async def test_provider_that_hangs_costs_no_more_than_the_seconds_given() -> None:
    provider = ScriptedProvider(Held())

    error = await _fail(_gateway(provider))

    assert isinstance(error, ProviderTimeoutError)
    assert error.attempts == provider.cancelled == 2
    assert now() == pytest.approx(20)


@in_virtual_time
async def test_stream_that_hangs_is_closed() -> None:
    provider = ScriptedProvider(Held())

    error = await _fail(_gateway(provider), hear=lambda text: None)

    assert isinstance(error, ProviderTimeoutError)
    assert (provider.in_flight, provider.cancelled) == (0, 2)


@in_virtual_time
async def test_single_attempt_has_its_own_limit() -> None:
    error = await _fail(_gateway(ScriptedProvider(Held()), attempt_seconds=3, max_retries=0), seconds=100)

    assert isinstance(error, ProviderTimeoutError)
    assert now() == pytest.approx(3)


@in_virtual_time
async def test_time_in_the_queue_is_not_work() -> None:
    provider = ScriptedProvider(Slow(50, "For the first."), Slow(5, "For the second."))
    gateway = _gateway(provider, max_concurrency=1, attempt_seconds=60)

    async with asyncio.TaskGroup() as group:
        group.create_task(gateway.ask(ASK, room="a", seconds=100))
        second = group.create_task(gateway.ask(ASK, room="b", seconds=10))

    assert second.result().queued_seconds == pytest.approx(50)
    assert second.result().seconds == pytest.approx(5)


@in_virtual_time
async def test_crowd_that_is_answered_lets_the_next_begin_before_it_goes_on() -> None:
    provider = ScriptedProvider(Slow(1.0, "Yes."))
    gateway = _gateway(provider, max_concurrency=3)
    begun_by_then: list[int] = []

    async def ask(room: str) -> None:
        await gateway.ask(ASK, room=room, seconds=20)
        begun_by_then.append(len(provider.asked))

    async with asyncio.TaskGroup() as group:
        for room in "abcdef":
            group.create_task(ask(room))

    assert begun_by_then[:3] == [6, 6, 6]


@in_virtual_time
async def test_queue_has_a_limit_of_its_own() -> None:
    provider = ScriptedProvider(Held())
    gateway = _gateway(provider, max_concurrency=1, queue_seconds=8)
    first = asyncio.create_task(gateway.ask(ASK, room="a", seconds=100))
    await settle()

    error = await _fail(gateway)

    assert isinstance(error, ProviderUnavailableError)
    assert (error.attempts, now(), gateway.waiting) == (0, pytest.approx(8), 0)
    first.cancel()
    await asyncio.wait((first,))


@in_virtual_time
async def test_limit_of_the_queue_is_for_all_attempts_together() -> None:
    provider = ScriptedProvider(Slow(6, "For the first."), _busy(), Held())
    gateway = _gateway(provider, max_concurrency=1, queue_seconds=10)

    async with asyncio.TaskGroup() as group:
        group.create_task(gateway.ask(ASK, room="a", seconds=20))
        await settle()
        patient = group.create_task(_fail(gateway))
        await asyncio.sleep(6.1)
        other = group.create_task(_fail(gateway, seconds=1000))
        await asyncio.wait((patient,))
        other.cancel()

    assert (patient.result().attempts, now()) == (1, pytest.approx(6 + 0.25 + 4))


@in_virtual_time
async def test_room_with_thirty_calls_does_not_hold_up_a_room_with_one() -> None:
    provider = ScriptedProvider(Slow(1, "Good day."))
    gateway = _gateway(provider, max_concurrency=2)

    async with asyncio.TaskGroup() as group:
        for _ in range(30):
            group.create_task(gateway.ask(_ask("greedy"), room="greedy", seconds=20))
        await settle()
        modest = group.create_task(gateway.ask(_ask("modest"), room="modest", seconds=20))

    assert provider.texts.index("modest") <= 3
    assert modest.result().queued_seconds == pytest.approx(1)
    assert provider.most_in_flight == 2
    assert len(provider.asked) == 31


@in_virtual_time
async def test_waiting_room_is_told_its_place_and_when_it_begins() -> None:
    gateway, told = _gateway(ScriptedProvider(Slow(1, "Good day.")), max_concurrency=1), list[int]()

    async with asyncio.TaskGroup() as group:
        for room in "abc":
            group.create_task(gateway.ask(ASK, room=room, seconds=20))
        await settle()
        group.create_task(gateway.ask(ASK, room="d", seconds=20, wait=told.append))
        await settle()
        counts = (gateway.in_flight, gateway.waiting)

    assert told == [3, 2, 1, 0]
    assert counts == (1, 3)


@in_virtual_time
async def test_room_that_need_not_wait_is_told_at_once() -> None:
    told = list[int]()

    await _gateway(ScriptedProvider()).ask(ASK, room="a", seconds=20, wait=told.append)

    assert told == [0]


@in_virtual_time
async def test_each_attempt_waits_until_its_asker_is_ready() -> None:
    provider, came_at = ScriptedProvider(_busy(), "At last."), list[float]()

    async def ready() -> None:
        await asyncio.sleep(5)
        came_at.append(now())

    began_at = now()
    answer = await _gateway(provider).ask(ASK, room="a", seconds=4, ready=ready)

    assert [at - began_at for at in came_at] == [5, 10.25]
    assert (answer.attempts, answer.seconds) == (2, 0.25)


@in_virtual_time
async def test_asker_that_is_never_ready_does_not_ask_and_gives_its_slot_back() -> None:
    gateway = _gateway(provider := ScriptedProvider("For the next."), max_concurrency=1)
    waiting = asyncio.create_task(gateway.ask(ASK, room="a", seconds=20, ready=asyncio.Event().wait))
    await settle()

    waiting.cancel()
    await asyncio.wait({waiting})

    assert provider.asked == []
    assert (await gateway.ask(ASK, room="b", seconds=20)).result.text == "For the next."


@in_virtual_time
async def test_asker_is_waited_for_once_more_before_the_request_goes_out() -> None:
    """Between the two a process can have slept."""
    provider, came_at = _Connecting(_busy(), "At last."), list[float]()

    async def ready() -> None:
        came_at.append(now())

    began_at = now()
    await _gateway(provider).ask(ASK, room="a", seconds=20, ready=ready)

    assert [at - began_at for at in came_at] == [0, 3, 3.25, 6.25]


@pytest.mark.parametrize("hear", [None, lambda text: None])
@in_virtual_time
async def test_cancelling_in_the_call_ends_it_at_the_provider(hear: Callable[[str], None] | None) -> None:
    provider = ScriptedProvider(Held(), "For the next.")
    gateway = _gateway(provider, max_concurrency=1)
    task = asyncio.create_task(gateway.ask(ASK, room="a", seconds=20, hear=hear))
    await settle()

    task.cancel()
    await asyncio.wait((task,))

    assert task.cancelled()
    assert (gateway.in_flight, provider.in_flight, provider.cancelled) == (0, 0, 1)
    assert (await gateway.ask(ASK, room="a", seconds=20)).result.text == "For the next."


@in_virtual_time
async def test_cancelling_in_the_queue_leaves_the_queue() -> None:
    provider = ScriptedProvider(Slow(5, "Good day."))
    gateway = _gateway(provider, max_concurrency=1)

    async with asyncio.TaskGroup() as group:
        group.create_task(gateway.ask(ASK, room="a", seconds=20))
        waiting = group.create_task(gateway.ask(ASK, room="b", seconds=20))
        await settle()
        waiting.cancel()
        await settle()
        assert (gateway.in_flight, gateway.waiting) == (1, 0)

    assert gateway.in_flight == 0
    assert len(provider.asked) == 1


@in_virtual_time
async def test_cancelling_in_a_pause_ends_the_retries() -> None:
    provider = ScriptedProvider(_busy(after_seconds=10))
    gateway = _gateway(provider)
    task = asyncio.create_task(gateway.ask(ASK, room="a", seconds=20))
    await asyncio.sleep(5)

    task.cancel()
    await asyncio.wait((task,))
    await asyncio.sleep(20)

    assert task.cancelled()
    assert len(provider.asked) == 1
    assert gateway.in_flight == 0


@in_virtual_time
async def test_cancelling_the_probe_lets_another_one_through() -> None:
    provider = ScriptedProvider(*[_broken()] * 5, Held(), "All is well.")
    gateway = _gateway(provider, max_retries=0)
    await _break(gateway)
    await asyncio.sleep(OPEN_SECONDS)
    probe = asyncio.create_task(gateway.ask(ASK, room="a", seconds=20))
    await settle()

    probe.cancel()
    await asyncio.wait((probe,))

    assert (await gateway.ask(ASK, room="a", seconds=20)).result.text == "All is well."


@pytest.mark.parametrize("moment", range(12))
@in_virtual_time
async def test_cancelling_at_any_moment_loses_no_slot(moment: int) -> None:
    provider = ScriptedProvider(_busy(), Slow(0, "Good day."))
    gateway = _gateway(provider, max_concurrency=1, retry_delay_seconds=0.0)
    others = [asyncio.create_task(gateway.ask(ASK, room="b", seconds=20)) for _ in range(2)]
    task = asyncio.create_task(gateway.ask(ASK, room="a", seconds=20))
    for _ in range(moment):
        await asyncio.sleep(0)

    task.cancel()
    await asyncio.wait((task, *others))

    assert (gateway.in_flight, gateway.waiting, provider.in_flight) == (0, 0, 0)
    assert all(not other.cancelled() for other in others)


@in_virtual_time
async def test_fifth_failure_spares_the_provider_for_thirty_seconds() -> None:
    provider = ScriptedProvider(_broken())
    gateway = _gateway(provider, max_retries=0)
    await _break(gateway)

    error = await _fail(gateway)

    assert isinstance(error, ProviderUnavailableError)
    assert (error.attempts, len(provider.asked)) == (0, 5)
    assert await gateway.is_there()


@in_virtual_time
async def test_probe_that_succeeds_lets_everybody_through_again() -> None:
    provider = ScriptedProvider(*[_broken()] * 5, "All is well.")
    gateway = _gateway(provider, max_retries=0)
    await _break(gateway)
    await asyncio.sleep(OPEN_SECONDS)

    answers = [await gateway.ask(ASK, room="a", seconds=20) for _ in range(3)]

    assert [answer.result.text for answer in answers] == ["All is well."] * 3


@in_virtual_time
async def test_others_are_refused_while_the_probe_is_under_way() -> None:
    provider = ScriptedProvider(*[_broken()] * 5, Slow(2, "All is well."))
    gateway = _gateway(provider, max_retries=0)
    await _break(gateway)
    await asyncio.sleep(OPEN_SECONDS)

    async with asyncio.TaskGroup() as group:
        probe = group.create_task(gateway.ask(ASK, room="a", seconds=20))
        await settle()
        error = await _fail(gateway)

    assert error.attempts == 0
    assert probe.result().attempts == 1


@in_virtual_time
async def test_probe_whose_reply_is_refused_shows_that_the_server_is_well() -> None:
    refused = ProviderResponseError("wrong key", Fault.REFUSED)
    provider = ScriptedProvider(*[_broken()] * 5, refused, Slow(1, "All is well."))
    gateway = _gateway(provider, max_retries=0)
    await _break(gateway)
    await asyncio.sleep(OPEN_SECONDS)
    await _fail(gateway)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(gateway.ask(ASK, room="a", seconds=20)) for _ in range(3)]

    assert [task.result().attempts for task in tasks] == [1] * 3


@in_virtual_time
async def test_nobody_queues_for_a_provider_that_is_left_alone() -> None:
    provider = ScriptedProvider(*[_broken()] * 5, Held())
    gateway = _gateway(provider, max_retries=0, max_concurrency=1)
    await _break(gateway)
    await asyncio.sleep(OPEN_SECONDS)
    probe = asyncio.create_task(gateway.ask(ASK, room="a", seconds=20))
    await settle()

    asked_at = now()
    error = await _fail(gateway)

    assert (error.attempts, now()) == (0, asked_at)
    probe.cancel()
    await asyncio.wait((probe,))


@in_virtual_time
async def test_call_that_waited_while_the_breaker_opened_is_refused() -> None:
    provider = ScriptedProvider(Slow(1, _broken()))
    gateway = _gateway(provider, max_concurrency=1, max_retries=0)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_fail(gateway)) for _ in range(8)]

    assert [task.result().attempts for task in tasks] == [1] * 5 + [0] * 3
    assert len(provider.asked) == 5


@in_virtual_time
async def test_retries_stop_when_the_breaker_opens() -> None:
    provider = ScriptedProvider(_broken())
    gateway = _gateway(provider, max_retries=9, retry_delay_seconds=0.1)

    error = await _fail(gateway)

    assert error.attempts == len(provider.asked) == 5


@in_virtual_time
async def test_replies_that_are_refused_do_not_open_the_breaker() -> None:
    provider = ScriptedProvider(ProviderResponseError("wrong key", Fault.REFUSED))
    gateway = _gateway(provider)

    for _ in range(20):
        await _fail(gateway)

    assert len(provider.asked) == 20


@in_virtual_time
async def test_provider_that_is_away_is_not_asked() -> None:
    provider = ScriptedProvider(status=AWAY)
    gateway = _gateway(provider)

    errors = [await _fail(gateway) for _ in range(20)]

    assert {(type(error), error.attempts) for error in errors} == {(ProviderUnavailableError, 0)}
    assert (len(provider.asked), provider.pings) == (0, 1)
    assert not await gateway.is_there()


@in_virtual_time
async def test_nobody_queues_for_a_provider_that_is_away() -> None:
    provider = ScriptedProvider(Held())
    gateway = _gateway(provider, max_concurrency=1, attempt_seconds=100)
    hanging = asyncio.create_task(gateway.ask(ASK, room="a", seconds=1000))
    await asyncio.sleep(5)
    provider.status = AWAY
    await gateway.is_there()
    await settle()

    error = await _fail(gateway)

    assert (error.attempts, now()) == (0, 5)
    hanging.cancel()
    await asyncio.wait((hanging,))


@in_virtual_time
async def test_calls_that_succeed_spare_the_server_pings() -> None:
    provider = ScriptedProvider()
    gateway = _gateway(provider)

    for _ in range(10):
        await gateway.ask(ASK, room="a", seconds=20)
        await asyncio.sleep(4)

    assert provider.pings == 1


@in_virtual_time
async def test_bad_replies_are_no_reason_to_look_whether_the_server_is_there() -> None:
    provider = ScriptedProvider(_broken())
    gateway = _gateway(provider, max_retries=0)

    await _fail(gateway)
    await _fail(gateway)
    await settle()

    assert provider.pings == 1


@in_virtual_time
async def test_server_that_comes_up_is_used_within_five_seconds() -> None:
    provider = ScriptedProvider(status=AWAY)
    gateway = _gateway(provider)
    await _fail(gateway)
    provider.status = HERE
    await asyncio.sleep(5)

    await _fail(gateway)
    await settle()

    assert (await gateway.ask(ASK, room="a", seconds=20)).attempts == 1


@in_virtual_time
async def test_server_that_goes_away_is_missed_after_one_call() -> None:
    provider = ScriptedProvider("Good day.", _busy("connection refused"))
    gateway = _gateway(provider, max_retries=0)
    await gateway.ask(ASK, room="a", seconds=20)
    provider.status = AWAY
    await _fail(gateway)

    await gateway.is_there()
    await settle()
    error = await _fail(gateway)

    assert (error.attempts, len(provider.asked)) == (0, 2)


@in_virtual_time
async def test_server_that_comes_back_need_not_wait_for_the_breaker() -> None:
    provider = ScriptedProvider(*[_busy("connection refused")] * 5, "Here again.")
    gateway = _gateway(provider, max_retries=0)
    await gateway.is_there()
    provider.status = AWAY
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(_fail(gateway))
    assert len(provider.asked) == 5
    assert not await gateway.is_there()

    provider.status = HERE
    await asyncio.sleep(5)
    await gateway.is_there()
    await settle()

    assert (await gateway.ask(ASK, room="a", seconds=20)).result.text == "Here again."


def test_gateway_made_without_a_loop_works_in_one_and_leaves_nothing_behind() -> None:
    provider = ScriptedProvider("Good day.")
    gateway = Gateway(provider, Rules())

    async def use() -> Answer:
        try:
            return await gateway.ask(ASK, room="a", seconds=20)
        finally:
            await gateway.close()

    with warnings.catch_warnings(record=True) as caught:
        answer = asyncio.run(use(), debug=True)

    assert answer.result.text == "Good day."
    assert provider.is_closed
    assert caught == []


@in_virtual_time
async def test_closing_does_not_wait_for_a_ping() -> None:
    provider = ScriptedProvider()
    provider.ping_seconds = 2.0
    gateway = _gateway(provider)
    asking = asyncio.create_task(gateway.is_there())
    await settle()

    await gateway.close()

    assert (await asking, now()) == (False, 0.0)


@in_virtual_time
async def test_builtin_provider_speaks_through_a_gateway() -> None:
    gateway = Gateway(BuiltinProvider(), Rules())

    answer = await gateway.ask(ASK, room="a", seconds=20, hear=lambda text: None)

    assert gateway.name == "builtin"
    assert answer.result.text


@in_virtual_time
async def test_a_thousand_calls_with_every_fifth_failing_all_get_through() -> None:
    chance = random.Random(3)
    steps = [Slow(0.3, _busy() if chance.random() < 0.2 else "Good day.") for _ in range(2000)]
    provider = ScriptedProvider(*steps)
    gateway = Gateway(provider, Rules(max_retries=6), clock=now, chance=random.Random(1))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(gateway.ask(ASK, room=f"room {number % 50}", seconds=200)) for number in range(1000)]

    assert all(task.result().result.text == "Good day." for task in tasks)
    assert provider.most_in_flight == 10
    assert (gateway.in_flight, gateway.waiting) == (0, 0)
