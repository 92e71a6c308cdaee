from collections.abc import Callable

import pytest

from llm.errors import Fault, ProviderResponseError, ProviderUnavailableError
from llm.types import Schema
from tests.fake_llm.asked import Asked
from tests.fake_llm.behaviours import Behaviour, Reply, refusal
from tests.fake_llm.server import FakeLlm
from tests.llm.calling import SCHEMA, Call, Make, both_ways, error_of, generate, stream


def refusing(*kinds: str, status: int = 400, usage_option: bool = False) -> Callable[[Asked], Behaviour]:
    """A server that does not know these forms of response_format."""

    def choose(asked: Asked) -> Behaviour:
        kind = asked.format + ("+schema" if asked.format == "json_object" and asked.schema else "")
        is_refused = kind in kinds or (usage_option and "stream_options" in asked.body)
        return refusal(status) if is_refused else Reply('{"message": "41"}')

    return choose


def forms(fake: FakeLlm) -> list[str]:
    return [chat.format + ("+schema" if chat.format == "json_object" and chat.schema else "") for chat in fake.chats]


LADDER = ["json_schema", "json_object+schema", "json_object", ""]


@both_ways
@pytest.mark.parametrize("status", [400, 404, 415, 422])
@pytest.mark.parametrize("known", LADDER)
async def test_form_that_the_server_takes_is_found_and_remembered(
    call: Call, known: str, status: int, fake: FakeLlm, make: Make
) -> None:
    refused = LADDER[: LADDER.index(known)]
    fake.rule = refusing(*refused, status=status)
    provider = make()
    await call(provider, schema=SCHEMA)
    fake.asked.clear()

    await call(provider, schema=SCHEMA)

    assert forms(fake) == [known]


async def test_forms_are_tried_from_the_best_down(fake: FakeLlm, make: Make) -> None:
    fake.rule = refusing(*LADDER[:3])

    await generate(make(), schema=SCHEMA)

    assert forms(fake) == LADDER
    assert fake.chats[0].body["response_format"]["json_schema"] == {
        "name": "message",
        "strict": True,
        "schema": SCHEMA.document,
    }
    assert fake.chats[1].body["response_format"]["schema"] == SCHEMA.document


async def test_server_that_fails_at_json_schema_is_asked_for_objects(fake: FakeLlm, make: Make) -> None:
    fake.rule = refusing("json_schema", status=500)
    provider = make()

    for _ in range(3):
        await generate(provider, schema=SCHEMA)

    assert forms(fake) == ["json_schema", *["json_object+schema"] * 3]


async def test_form_learned_from_a_failure_is_doubted_later(fake: FakeLlm, make: Make) -> None:
    fake.queue.append(refusal(500))
    provider = make()

    for _ in range(30):
        await generate(provider, schema=SCHEMA)

    assert forms(fake)[:2] == ["json_schema", "json_object+schema"]
    assert forms(fake)[-1] == "json_schema"


async def test_failing_server_is_not_asked_in_every_form(fake: FakeLlm, make: Make) -> None:
    fake.rule = lambda asked: refusal(500)

    error = await error_of(generate, make(), schema=SCHEMA)

    assert isinstance(error, ProviderUnavailableError)
    assert forms(fake) == LADDER[:2]


async def test_form_that_has_worked_is_kept_through_failures(fake: FakeLlm, make: Make) -> None:
    provider = make()
    await generate(provider, schema=SCHEMA)
    fake.queue.append(refusal(500))

    await error_of(generate, provider, schema=SCHEMA)
    await generate(provider, schema=SCHEMA)

    assert forms(fake) == ["json_schema"] * 3


async def test_first_error_is_the_one_told(fake: FakeLlm, make: Make) -> None:
    fake.queue.extend([refusal(404), refusal(400), refusal(400), refusal(400)])

    error = await error_of(generate, make(), schema=SCHEMA)

    assert "404" in str(error)
    assert isinstance(error, ProviderResponseError)
    assert error.fault is Fault.REFUSED


@pytest.mark.parametrize("status", [401, 402, 403, 429, 503])
async def test_other_refusals_are_no_question_of_form(status: int, fake: FakeLlm, make: Make) -> None:
    fake.rule = lambda asked: refusal(status)

    await error_of(generate, make(), schema=SCHEMA)

    assert len(fake.chats) == 1


async def test_what_did_not_succeed_teaches_nothing(fake: FakeLlm, make: Make) -> None:
    fake.queue.extend([refusal(400), Reply(finish_reason="length")])
    provider = make()
    await error_of(generate, provider, schema=SCHEMA)

    await generate(provider, schema=SCHEMA)

    assert forms(fake)[-1] == "json_schema"


async def test_models_have_forms_of_their_own(fake: FakeLlm, make: Make) -> None:
    fake.queue.append(refusal(400))
    provider = make()
    await generate(provider, schema=SCHEMA)

    await generate(provider, schema=SCHEMA, model="huge")

    assert forms(fake)[-1] == "json_schema"


@pytest.mark.parametrize("schema", [None, SCHEMA])
async def test_usage_is_no_longer_asked_for_where_that_is_refused(
    schema: Schema | None, fake: FakeLlm, make: Make
) -> None:
    fake.rule = refusing(usage_option=True)
    provider = make()

    for _ in range(2):
        await stream(provider, schema=schema)

    assert ["stream_options" in chat.body for chat in fake.chats] == [True, False, False]
