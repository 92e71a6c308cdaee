import asyncio
from decimal import Decimal

import pytest

from llm.errors import (
    Fault,
    ProviderDisabledError,
    ProviderResponseError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from llm.gateway import Rules
from llm.prices import parse_prices
from llm.purse import Account, Budget, Purse, Spending
from llm.tokens import estimate_messages
from llm.types import LLMResult, Schema, Usage
from negotiation.core.vocabulary import Fallback
from negotiation.minds.calls import Purpose, Verdict
from negotiation.minds.line import MOST_KEPT_CHARACTERS, Question, Reading, Tuning, Unspoken
from negotiation.replies.flaws import Flaw, Unusable
from tests.scripted_provider import AWAY, Held, ScriptedProvider, Slow, messages
from tests.speaking import KeptCalls, a_gateway, a_line
from tests.virtual_time import in_virtual_time, now, settle

GOOD, BAD = "Fine, 41.20 it is.", "bad"
SCHEMA = Schema("message", {"type": "object"})
PRICES = parse_prices('{"small": {"input": 1000, "output": 2000}}')


def read(reply):
    if reply == BAD:
        raise Unusable(Flaw.TOO_SHORT, "write at least one whole sentence")
    return Reading(reply, "a part of it was no good" if "part" in reply else "")


def a_question(text="What do you say?", **changes):
    return Question(**{
        "purpose": Purpose.WORDS, "round": 3, "messages": messages(text), "schema": SCHEMA, "read": read, **changes,
    })  # fmt: skip


def refused(fault, **options):
    return ProviderResponseError("no", fault, **options)


async def fallback_of(line, question=None):
    with pytest.raises(Unspoken) as caught:
        await line.put(question or a_question())
    return caught.value.fallback


def verdicts(calls):
    return [(call.verdict, call.why) for call in calls]


async def test_reply_is_given_back_as_the_question_reads_it():
    line = a_line(a_gateway(ScriptedProvider(GOOD)))

    assert await line.put(a_question()) == GOOD


async def test_model_is_asked_with_the_tuning_of_the_seat_and_the_schema_of_the_question():
    provider = ScriptedProvider(GOOD)

    await a_line(a_gateway(provider), tuning=Tuning("large", 0.3, 77)).put(a_question())

    asked = provider.asked[0]
    assert (asked.model, asked.temperature, asked.max_tokens, asked.schema) == ("large", 0.3, 77, SCHEMA)


async def test_reply_that_was_used_is_kept_with_all_that_it_cost():
    calls = KeptCalls()

    await a_line(a_gateway(ScriptedProvider(GOOD)), calls, prices=PRICES).put(a_question())

    (call,) = calls
    assert (call.verdict, call.why, call.error, call.reply, call.model) == (Verdict.OK, "", "", GOOD, "small")
    assert (call.purpose, call.round, call.provider, call.attempts) == (Purpose.WORDS, 3, "scripted", 1)
    assert (call.usage, call.cost) == (Usage(10, 5), Decimal("0.02"))


async def test_parts_of_a_reply_that_were_no_good_are_kept_in_mind():
    calls = KeptCalls()

    await a_line(a_gateway(ScriptedProvider("in part")), calls).put(a_question())

    assert verdicts(calls) == [(Verdict.OK, "a part of it was no good")]


async def test_second_question_quotes_what_was_wrong_and_is_asked_at_temperature_zero():
    provider = ScriptedProvider(BAD, GOOD)

    spoken = await a_line(a_gateway(provider), tuning=Tuning(temperature=0.9)).put(a_question("Your words?"))

    first, second = provider.asked
    assert (spoken, first.temperature, second.temperature) == (GOOD, 0.9, 0.0)
    assert second.messages[:-1] == first.messages[:-1]
    assert second.messages[-1].content.startswith("Your words?")
    assert "write at least one whole sentence" in second.messages[-1].content


async def test_both_questions_of_a_turn_are_kept_with_what_became_of_them():
    calls = KeptCalls()

    await a_line(a_gateway(ScriptedProvider(BAD, GOOD)), calls).put(a_question())

    assert verdicts(calls) == [(Verdict.RETRIED, Flaw.TOO_SHORT), (Verdict.OK, "")]
    assert [call.reply for call in calls] == [BAD, GOOD]


async def test_second_unusable_reply_ends_the_turn():
    calls, provider = KeptCalls(), ScriptedProvider(BAD)

    assert await fallback_of(a_line(a_gateway(provider), calls)) is Fallback.UNUSABLE
    assert verdicts(calls) == [(Verdict.RETRIED, Flaw.TOO_SHORT), (Verdict.FALLBACK, Flaw.TOO_SHORT)]
    assert len(provider.asked) == 2


async def test_seat_that_failed_two_turns_in_a_row_does_without_its_model():
    provider, calls = ScriptedProvider(BAD), KeptCalls()
    line = a_line(a_gateway(provider), calls)

    fallbacks = [await fallback_of(line) for _ in range(4)]

    assert fallbacks == [Fallback.UNUSABLE, Fallback.UNUSABLE, Fallback.GIVEN_UP, Fallback.GIVEN_UP]
    assert (len(provider.asked), len(calls)) == (4, 4)


async def test_turn_that_succeeds_in_between_starts_the_count_anew():
    line = a_line(a_gateway(ScriptedProvider(BAD, BAD, GOOD, BAD, BAD, GOOD)))

    await fallback_of(line)
    await line.put(a_question())
    await fallback_of(line)

    assert await line.put(a_question()) == GOOD


async def test_seats_are_given_up_one_by_one():
    gateway = a_gateway(ScriptedProvider(*[BAD] * 4, GOOD))
    line, other = a_line(gateway), a_line(gateway)
    await fallback_of(line)
    await fallback_of(line)

    assert await other.put(a_question()) == GOOD


async def test_provider_that_is_away_is_not_asked_and_leaves_no_call():
    provider, calls = ScriptedProvider(status=AWAY), KeptCalls()

    assert await fallback_of(a_line(a_gateway(provider), calls)) is Fallback.UNAVAILABLE
    assert (provider.asked, calls) == ([], [])


@in_virtual_time
async def test_seat_goes_on_with_its_model_however_often_the_provider_was_away():
    provider = ScriptedProvider(GOOD, status=AWAY)
    gateway = a_gateway(provider, clock=now)
    line = a_line(gateway)
    for _ in range(3):
        await fallback_of(line)
    provider.status = ScriptedProvider().status
    await asyncio.sleep(60)

    assert await line.put(a_question()) == GOOD
    await gateway.close()


FALLBACKS = {
    "unavailable": (ProviderUnavailableError("busy", is_retryable=True), Fallback.UNAVAILABLE),
    "too many requests": (
        ProviderUnavailableError("later", is_retryable=True, retry_after_seconds=60),
        Fallback.UNAVAILABLE,
    ),
    "disabled": (ProviderDisabledError("off"), Fallback.UNAVAILABLE),
    "timeout": (ProviderTimeoutError("late", is_retryable=True), Fallback.TIMED_OUT),
    "refused": (refused(Fault.REFUSED), Fallback.UNAVAILABLE),
    "error": (refused(Fault.ERROR), Fallback.UNUSABLE),
    "filtered": (refused(Fault.FILTERED), Fallback.UNUSABLE),
}


@pytest.mark.parametrize(("error", "fallback"), FALLBACKS.values(), ids=FALLBACKS)
async def test_error_that_another_question_cannot_help_ends_the_turn(error, fallback):
    provider, calls = ScriptedProvider(error), KeptCalls()

    assert await fallback_of(a_line(a_gateway(provider), calls)) is fallback
    assert len(provider.asked) == 1
    assert [(call.verdict, call.error, call.attempts) for call in calls] == [(Verdict.FALLBACK, error.code, 1)]
    assert calls[0].why == getattr(error, "fault", error.code)


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.EMPTY, Fault.MALFORMED])
async def test_reply_that_was_no_reply_is_asked_for_once_more(fault):
    calls, provider = KeptCalls(), ScriptedProvider(refused(fault), GOOD)

    assert await a_line(a_gateway(provider), calls).put(a_question()) == GOOD
    assert verdicts(calls) == [(Verdict.RETRIED, fault), (Verdict.OK, "")]
    assert "Your last reply was no good" in provider.texts[1]


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.EMPTY, Fault.MALFORMED, Fault.ERROR, Fault.FILTERED])
async def test_replies_that_are_none_count_as_failed_turns(fault):
    line = a_line(a_gateway(ScriptedProvider(refused(fault))))

    fallbacks = [await fallback_of(line) for _ in range(3)]

    assert fallbacks == [Fallback.UNUSABLE, Fallback.UNUSABLE, Fallback.GIVEN_UP]


async def test_seat_whose_model_is_too_slow_twice_in_a_row_does_without_it():
    late = ProviderTimeoutError("late")
    line = a_line(a_gateway(ScriptedProvider(late, late, GOOD)))

    fallbacks = [await fallback_of(line) for _ in range(3)]

    assert fallbacks == [Fallback.TIMED_OUT, Fallback.TIMED_OUT, Fallback.GIVEN_UP]


async def test_absence_of_the_provider_is_no_failure_of_the_seat():
    error = ProviderUnavailableError("busy")
    line = a_line(a_gateway(ScriptedProvider(error, error, error, GOOD)))
    for _ in range(3):
        await fallback_of(line)

    assert await line.put(a_question()) == GOOD


async def test_number_of_attempts_is_kept_with_the_call():
    busy = ProviderUnavailableError("busy", is_retryable=True)
    calls, rules = KeptCalls(), Rules(max_retries=2, retry_delay_seconds=0)

    await a_line(a_gateway(ScriptedProvider(busy, busy, GOOD), rules), calls).put(a_question())

    assert [call.attempts for call in calls] == [3]


@in_virtual_time
async def test_call_that_never_ends_ends_with_the_turn():
    calls, provider = KeptCalls(), ScriptedProvider(Held())
    line = a_line(a_gateway(provider, Rules(max_retries=3), clock=now), calls, turn_seconds=20)

    assert await fallback_of(line) is Fallback.TIMED_OUT
    assert now() <= 20
    assert [(call.verdict, call.error) for call in calls] == [(Verdict.FALLBACK, "LLM_TIMEOUT")]
    assert (provider.in_flight, calls[0].attempts) == (0, 2)


@in_virtual_time
async def test_second_question_gets_only_what_the_first_has_left_of_the_turn():
    provider = ScriptedProvider(Slow(11, BAD), Held())
    line = a_line(a_gateway(provider, clock=now), turn_seconds=20)

    assert await fallback_of(line) is Fallback.UNUSABLE
    assert 11 < now() <= 20


@in_virtual_time
async def test_reply_that_comes_too_late_for_another_question_ends_the_turn():
    calls, provider = KeptCalls(), ScriptedProvider(Slow(0.5, BAD))

    assert await fallback_of(a_line(a_gateway(provider, clock=now), calls, turn_seconds=1.2)) is Fallback.UNUSABLE
    assert verdicts(calls) == [(Verdict.FALLBACK, Flaw.TOO_SHORT)]


@in_virtual_time
async def test_time_in_the_queue_is_not_taken_from_the_turn():
    held = Held(GOOD)
    provider, calls = ScriptedProvider(held, GOOD), KeptCalls()
    gateway = a_gateway(provider, Rules(max_retries=0, max_concurrency=1, attempt_seconds=300), clock=now)
    async with asyncio.TaskGroup() as group:
        group.create_task(a_line(gateway, turn_seconds=1000).put(a_question()))
        await settle()
        second = group.create_task(a_line(gateway, calls, turn_seconds=20).put(a_question()))
        await asyncio.sleep(60)
        held.gate.set()

    assert second.result() == GOOD
    assert (calls[0].queued_seconds, calls[0].seconds) == (60, 0)
    await gateway.close()


async def test_question_is_told_its_place_in_the_queue():
    places = []

    await a_line(a_gateway(ScriptedProvider(GOOD)), wait=places.append).put(a_question())

    assert places[-1] == 0


async def test_reply_is_streamed_only_where_somebody_listens():
    heard, calls = [], KeptCalls()
    line = a_line(a_gateway(ScriptedProvider(GOOD)), calls)

    await line.put(a_question())
    await line.put(a_question(show=heard.append))

    assert heard[-1] == GOOD
    assert [call.first_token_seconds is None for call in calls] == [True, False]


def an_account(**limits):
    return Account("session", Budget(**limits))


async def test_most_that_a_call_can_cost_is_charged_before_it_is_made():
    account, held = an_account(), Held(GOOD)
    line = a_line(a_gateway(ScriptedProvider(held)), purse=Purse((account,)), tuning=Tuning("small"), prices=PRICES)
    asking = asyncio.create_task(line.put(a_question()))
    await settle()

    most = Usage(estimate_messages(messages()), 500)
    assert account.spent == Spending(1, most.total_tokens, PRICES.cost("small", most))

    held.gate.set()
    await asking


async def test_what_a_call_did_cost_is_charged_when_it_is_over():
    account = an_account()

    await a_line(a_gateway(ScriptedProvider(GOOD)), purse=Purse((account,)), prices=PRICES).put(a_question())

    spent = account.spent
    assert (spent.calls, spent.tokens, spent.cost) == (1, 15, Decimal("0.02"))


async def test_nothing_stays_reserved_for_a_call_that_is_cancelled():
    account = an_account()
    line = a_line(a_gateway(ScriptedProvider(Held())), purse=Purse((account,)))
    asking = asyncio.create_task(line.put(a_question()))
    await settle()
    reserved = account.spent.tokens

    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert account.spent.tokens < reserved


@pytest.mark.parametrize("error", [ProviderUnavailableError("busy"), refused(Fault.REFUSED)])
async def test_nothing_stays_reserved_for_a_call_that_failed(error):
    account = an_account(tokens=2000)
    line = a_line(a_gateway(ScriptedProvider(error, GOOD)), purse=Purse((account,)), tuning=Tuning(max_tokens=1900))
    await fallback_of(line)

    assert await line.put(a_question()) == GOOD


@pytest.mark.parametrize("limits", [{"calls": 0}, {"tokens": 400}, {"cost": Decimal("0.5")}], ids=str)
async def test_call_that_might_cost_more_than_is_left_is_not_made(limits):
    provider, calls, account = ScriptedProvider(GOOD), KeptCalls(), an_account(**limits)
    line = a_line(a_gateway(provider), calls, purse=Purse((account,)), tuning=Tuning("small"), prices=PRICES)

    assert await fallback_of(line) is Fallback.BUDGET
    assert (provider.asked, account.spent) == ([], Spending())
    assert [(call.verdict, call.why, call.attempts) for call in calls] == [
        (Verdict.FALLBACK, "the budget of the session is spent", 0)
    ]


async def test_second_question_of_a_turn_is_charged_as_well():
    provider, calls, account = ScriptedProvider(BAD), KeptCalls(), an_account(calls=1)

    assert await fallback_of(a_line(a_gateway(provider), calls, purse=Purse((account,)))) is Fallback.BUDGET
    assert [call.verdict for call in calls] == [Verdict.RETRIED, Verdict.FALLBACK]
    assert len(provider.asked) == 1


async def test_spent_budget_is_no_failure_of_the_seat():
    account = an_account(calls=0)
    line = a_line(a_gateway(ScriptedProvider(GOOD)), purse=Purse((account,)))

    assert [await fallback_of(line) for _ in range(4)] == [Fallback.BUDGET] * 4


async def test_failed_call_is_charged_what_its_log_says():
    account, calls = an_account(), KeptCalls()
    line = a_line(
        a_gateway(ScriptedProvider(ProviderTimeoutError("late"))),
        calls,
        purse=Purse((account,)),
        tuning=Tuning("small"),
        prices=PRICES,
    )
    await fallback_of(line)

    assert (account.spent.tokens, account.spent.cost) == (calls[0].usage.total_tokens, calls[0].cost)


async def test_call_that_was_cancelled_at_the_server_is_charged_and_kept():
    account, calls = an_account(), KeptCalls()
    line = a_line(a_gateway(ScriptedProvider(Held())), calls, purse=Purse((account,)))
    asking = asyncio.create_task(line.put(a_question()))
    await settle()

    asking.cancel()
    await asyncio.wait([asking])

    assert (account.spent.calls, len(calls)) == (1, 1)


@pytest.mark.parametrize("seats", [1, 4])
async def test_attempts_at_the_server_never_overshoot_the_budget(seats):
    """Not even those of seats that ask at once and fail together."""
    account = an_account(calls=5)
    provider = ScriptedProvider(ProviderUnavailableError("busy", is_retryable=True))
    gateway = a_gateway(provider, Rules(max_retries=3, retry_delay_seconds=0))

    await asyncio.gather(*(fallback_of(a_line(gateway, purse=Purse((account,)))) for _ in range(seats)))

    assert len(provider.asked) == account.spent.calls == min(5, 4 * seats)


@pytest.mark.parametrize("text", ["a\0b", "lone \ud800 half", "\0" * 20])
async def test_reply_is_kept_as_a_database_can_hold_it(text):
    calls = KeptCalls()

    await a_line(a_gateway(ScriptedProvider(text)), calls).put(a_question())

    assert "\0" not in calls[0].reply
    assert calls[0].reply.encode().decode() == calls[0].reply


async def test_models_name_for_itself_is_kept_as_a_database_can_hold_it():
    calls, result = KeptCalls(), LLMResult("Fine.", Usage(1, 1), "tiny\0\ud800")

    class Named(ScriptedProvider):
        async def generate(self, *arguments, **options):
            return result

    await a_line(a_gateway(Named()), calls).put(a_question())

    assert calls[0].model == "tiny\ufffd?"


async def test_reply_is_kept_up_to_a_length():
    calls = KeptCalls()

    await a_line(a_gateway(ScriptedProvider("x" * 1_000_000)), calls).put(a_question())

    assert len(calls[0].reply) == MOST_KEPT_CHARACTERS


async def test_error_in_reading_a_reply_is_not_hidden():
    def read_badly(reply):
        raise ZeroDivisionError

    account = an_account()
    line = a_line(a_gateway(ScriptedProvider(GOOD)), purse=Purse((account,)))

    with pytest.raises(ZeroDivisionError):
        await line.put(a_question(read=read_badly))

    assert account.spent.tokens == 15
