import asyncio
import gc
import sys
from typing import Any

import pytest
from aiohttp.client_proto import ResponseHandler

from llm import openai_compatible
from llm.clearance import cleared_by
from llm.errors import ProviderError, ProviderResponseError, ProviderTimeoutError, ProviderUnavailableError
from llm.openai_compatible import OpenAICompatibleProvider, Server
from llm.types import ChatMessage, LLMResult, Role
from tests.fake_llm import behaviours
from tests.fake_llm.behaviours import Behaviour, Reply, json_body, raw, refusal
from tests.fake_llm.server import FakeLlm
from tests.llm.calling import PROMPT, Call, Make, both_ways, error_of, generate, stream


async def test_request_carries_what_was_asked_for(fake: FakeLlm, make: Make) -> None:
    await generate(make(), temperature=0.3, max_tokens=90, stop=("\n", "END"))

    assert fake.asked[0].path == "/v1/chat/completions"
    assert fake.asked[0].body == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What is your price?"},
        ],
        "temperature": 0.3,
        "max_tokens": 90,
        "stop": ["\n", "END"],
    }


async def test_stream_asks_for_usage(fake: FakeLlm, make: Make) -> None:
    await stream(make())

    assert fake.asked[0].body["stream"] is True
    assert fake.asked[0].body["stream_options"] == {"include_usage": True}


async def test_model_can_be_chosen_for_a_call(fake: FakeLlm, make: Make) -> None:
    reply = await generate(make(), model="huge")

    assert fake.asked[0].model == reply.model == "huge"


async def test_key_and_headers_go_with_every_call(fake: FakeLlm, make: Make) -> None:
    provider = make(api_key="sk-1", headers={"X-Title": "Parley"})

    await generate(provider)
    await stream(provider)
    await provider.ping()

    assert [asked.headers["authorization"] for asked in fake.asked] == ["Bearer sk-1"] * 3
    assert [asked.headers["x-title"] for asked in fake.asked] == ["Parley"] * 3


async def test_accounts_of_the_environment_stay_there(
    fake: FakeLlm, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")

    await generate(make())

    assert not {"openai-organization", "openai-project"} & fake.asked[0].headers.keys()


async def test_half_characters_in_a_prompt_are_replaced(fake: FakeLlm, make: Make) -> None:
    await make().generate([ChatMessage(Role.USER, "Deal \ud83d, grüß dich")])

    assert fake.asked[0].last_user == "Deal ?, grüß dich"


@pytest.mark.skipif(sys.platform == "win32", reason="asyncio reads in another way there")
async def test_replies_are_read_in_small_pieces(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else new memory is taken from the system for every piece of a stream."""
    transports: list[Any] = []
    connection_made = ResponseHandler.connection_made

    def note(handler: ResponseHandler, transport: asyncio.BaseTransport) -> None:
        transports.append(transport)
        connection_made(handler, transport)

    monkeypatch.setattr(ResponseHandler, "connection_made", note)

    await stream(make())

    assert [transport.max_size for transport in transports] == [64 * 1024]


@both_ways
async def test_request_goes_out_only_when_it_is_cleared(fake: FakeLlm, make: Make, call: Call) -> None:
    """A process that was stopped while it connected wakes to what may be another's business by now."""
    cleared, reached = asyncio.Event(), asyncio.Event()

    async def ready() -> None:
        reached.set()
        await cleared.wait()

    with cleared_by(ready):
        asking = asyncio.create_task(call(make()))
    await asyncio.wait_for(reached.wait(), 10)
    assert not await asyncio.to_thread(fake.wait_until, lambda server: bool(server.chats), 0.2)
    cleared.set()
    await asking

    assert len(fake.chats) == 1


@both_ways
async def test_request_that_is_never_cleared_is_never_sent(fake: FakeLlm, make: Make, call: Call) -> None:
    reached, provider = asyncio.Event(), make()

    async def ready() -> None:
        reached.set()
        await asyncio.Event().wait()

    with cleared_by(ready):
        asking = asyncio.create_task(call(provider))
    await asyncio.wait_for(reached.wait(), 10)
    asking.cancel()
    await asyncio.wait({asking})
    await generate(provider)

    assert len(fake.chats) == 1


async def test_connections_are_used_again(fake: FakeLlm, make: Make) -> None:
    provider = make()

    for call in (generate, stream, generate):
        await call(provider)

    assert fake.connections == 1


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_provider_outlives_the_event_loop_that_left_it_open(fake: FakeLlm) -> None:
    provider = OpenAICompatibleProvider(Server("lm_studio", fake.base_url, "tiny", 10.0))
    asyncio.run(generate(provider))

    reply = asyncio.run(generate(provider))

    assert reply.text == "I can offer 41."
    # What was left open is to warn here, and not in whichever test comes next.
    del provider
    gc.collect()


def test_provider_serves_one_event_loop_after_another(fake: FakeLlm) -> None:
    provider = OpenAICompatibleProvider(Server("lm_studio", fake.base_url, "tiny", 10.0))

    async def call_and_close() -> LLMResult:
        try:
            return await generate(provider)
        finally:
            await provider.close()

    assert asyncio.run(call_and_close()) == asyncio.run(call_and_close())


async def test_stream_tells_words_and_then_the_whole(make: Make) -> None:
    chunks = await stream(make())

    assert [chunk.token for chunk in chunks] == ["I", " can", " offer", " 41.", ""]
    assert chunks[-1].result == await generate(make())


async def test_reasoning_is_never_told(fake: FakeLlm, make: Make) -> None:
    fake.queue.append(Reply("<think>my floor is 39</think>\n\nI can offer 41."))

    chunks = await stream(make())

    assert "".join(chunk.token for chunk in chunks) == "I can offer 41."


async def test_result_is_the_truth_where_reasoning_is_taken_back(fake: FakeLlm, make: Make) -> None:
    fake.queue.append(Reply("my floor is 39</think>I can offer 41."))

    last = (await stream(make()))[-1]

    assert last.result is not None
    assert last.result.text == "I can offer 41."


async def test_arguments_of_a_call_are_told_at_the_end(fake: FakeLlm, make: Make) -> None:
    call = {"tool_calls": [{"index": 0, "function": {"name": "speak", "arguments": '{"message": "41"}'}}]}
    fake.queue.append(Reply(contents=[], delta=call, finish_reason="tool_calls"))

    chunks = await stream(make())

    assert [chunk.token for chunk in chunks] == ['{"message": "41"}', ""]


async def test_json_instead_of_a_stream_is_read(fake: FakeLlm, make: Make) -> None:
    fake.queue.append(Reply("I can offer 41.", is_always_json=True))

    assert [chunk.token for chunk in await stream(make())] == ["I can offer 41.", ""]


@pytest.mark.parametrize(
    "reply",
    [
        Reply("Grüß dich 北京 👍 41", chunk_bytes=1),
        Reply("Grüß dich 北京 👍 41", line_end="\r\n", after_data="", comment="PROCESSING"),
        Reply("Grüß dich 北京 👍 41", usage=None),
    ],
)
@both_ways
async def test_manners_of_a_stream_make_no_difference(call: Call, reply: Reply, fake: FakeLlm, make: Make) -> None:
    fake.queue.append(reply)

    told = await call(make())

    text = told.text if isinstance(told, LLMResult) else "".join(chunk.token for chunk in told)
    assert text == "Grüß dich 北京 👍 41"


async def test_words_that_come_together_do_not_outstay_the_end(
    fake: FakeLlm, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_compatible, "GATHER_SECONDS", 3600.0)
    fake.queue.append(Reply("I can offer 41.", tokens_per_second=200))

    chunks = await stream(make(timeout_seconds=60.0))

    assert "".join(chunk.token for chunk in chunks) == "I can offer 41."


async def test_words_are_told_while_others_have_yet_to_come(fake: FakeLlm, make: Make) -> None:
    fake.queue.append(lambda asked: (*tuple(Reply("I can offer 41.")(asked))[:4], behaviours.Hang()))
    chunks = make(timeout_seconds=60.0).stream(PROMPT)

    told = [(await anext(chunks)).token for _ in range(2)]
    await chunks.aclose()

    assert told == ["I", " can"]


async def test_reply_is_whole_though_the_connection_breaks_after_its_end(fake: FakeLlm, make: Make) -> None:
    fake.queue.append(lambda asked: (*tuple(Reply("41")(asked))[:-1], behaviours.Pause(0.001), behaviours.Reset()))

    chunks = await stream(make())

    assert [chunk.token for chunk in chunks] == ["41", ""]


async def test_reply_is_whole_though_the_server_falls_silent_after_its_end(fake: FakeLlm, make: Make) -> None:
    fake.queue.append(lambda asked: (*tuple(Reply("41")(asked))[:-1], behaviours.Hang()))

    chunks = await stream(make(timeout_seconds=0.1))

    assert [chunk.token for chunk in chunks] == ["41", ""]


async def test_body_may_be_as_long_as_the_tokens_asked_for(fake: FakeLlm, make: Make) -> None:
    fake.queue.append(Reply("a " * 2000))

    chunks = await stream(make(), max_tokens=2000)

    assert "".join(chunk.token for chunk in chunks) == ("a " * 2000).strip()


async def test_server_that_never_ends_its_body_is_left_after_the_end_of_the_reply(fake: FakeLlm, make: Make) -> None:
    fake.queue.append(lambda asked: (*Reply("41")(asked), behaviours.Hang()))

    chunks = await stream(make())

    assert [chunk.token for chunk in chunks] == ["41", ""]


FAULTS: dict[str, tuple[Behaviour, type[ProviderError], bool]] = {
    **{
        f"status {status}": (refusal(status), ProviderResponseError, False) for status in (400, 401, 402, 403, 404, 422)
    },
    **{f"status {status}": (refusal(status), ProviderResponseError, False) for status in (300, 405, 413, 451)},
    **{f"status {status}": (refusal(status), ProviderUnavailableError, True) for status in (408, 409, 429)},
    **{f"status {status}": (refusal(status), ProviderUnavailableError, True) for status in (500, 502, 503, 504, 529)},
    "error without an end": (
        lambda asked: (behaviours.Head(500), b"no", behaviours.Hang()),
        ProviderUnavailableError,
        True,
    ),
    "endless error": (raw(*[b"no " * 1000] * 1000, status=500), ProviderUnavailableError, True),
    "a page": (behaviours.page, ProviderResponseError, True),
    "wrong JSON": (raw(b'{"choices": [', content_type="application/json"), ProviderResponseError, True),
    "garbage": (raw(b"\x80\x81\xff\x00\n\n"), ProviderResponseError, True),
    "empty": (raw(b""), ProviderResponseError, True),
    "empty stream": (raw(b"data: [DONE]\n\n"), ProviderResponseError, True),
    "usage alone": (Reply(contents=[], finish_reason=None), ProviderResponseError, True),
    "no choices": (lambda asked: json_body({"id": "1"}), ProviderResponseError, True),
    "content null": (Reply(contents=[None]), ProviderResponseError, True),
    "content a number": (Reply(contents=[41]), ProviderResponseError, True),
    "limit of tokens": (Reply(finish_reason="length"), ProviderResponseError, False),
    "filtered": (Reply(finish_reason="content_filter"), ProviderResponseError, False),
    "no finish reason": (Reply(finish_reason=None), ProviderResponseError, True),
    "error on the way": (behaviours.error_midway, ProviderResponseError, True),
    "cut": (behaviours.cut, ProviderResponseError, True),
    "reset": (behaviours.reset, ProviderResponseError, True),
    "reset at once": (behaviours.reset_at_once, ProviderUnavailableError, True),
    "answer of another protocol": (lambda asked: (b"SSH-2.0-OpenSSH\r\n\r\n",), ProviderUnavailableError, True),
    "headers without an end": (
        lambda asked: (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 50_000 + b"\r\n",),
        ProviderUnavailableError,
        True,
    ),
    "body shorter than said": (
        lambda asked: (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}", behaviours.Close()),
        ProviderResponseError,
        True,
    ),
    "redirection in a circle": (refusal(307, location="/v1/chat/completions"), ProviderUnavailableError, True),
    "closed at once": (lambda asked: (behaviours.Close(),), ProviderUnavailableError, True),
    "a megabyte": (Reply("x" * 1_000_000), ProviderResponseError, False),
    "endless": (behaviours.endless, ProviderResponseError, False),
}


@both_ways
@pytest.mark.parametrize(("behaviour", "error_class", "is_retryable"), FAULTS.values(), ids=FAULTS.keys())
async def test_every_fault_becomes_an_error_of_ours(
    call: Call, behaviour: Behaviour, error_class: type[ProviderError], is_retryable: bool, fake: FakeLlm, make: Make
) -> None:
    fake.rule = lambda asked: behaviour

    error = await error_of(call, make())

    assert type(error) is error_class
    assert error.is_retryable is is_retryable


@both_ways
@pytest.mark.parametrize("behaviour", [refusal(429), refusal(503), refusal(500), behaviours.cut, behaviours.page])
async def test_one_call_is_one_attempt(call: Call, behaviour: Behaviour, fake: FakeLlm, make: Make) -> None:
    fake.queue.append(behaviour)

    await error_of(call, make())

    assert len(fake.chats) == 1


@both_ways
@pytest.mark.parametrize("behaviour", [behaviours.hang, behaviours.hang_midway, behaviours.drip])
async def test_whole_call_is_bounded_in_time(call: Call, behaviour: Behaviour, fake: FakeLlm, make: Make) -> None:
    fake.queue.append(behaviour)

    error = await error_of(call, make(timeout_seconds=0.4))

    assert isinstance(error, ProviderTimeoutError)
    assert error.is_retryable
    assert await asyncio.to_thread(fake.wait_until, lambda fake: fake.aborted == 1 and fake.in_flight == 0)


@both_ways
async def test_server_that_is_away_is_unavailable(call: Call, fake: FakeLlm, make: Make) -> None:
    fake.stop()

    error = await error_of(call, make())

    fake.start()
    assert isinstance(error, ProviderUnavailableError)
    assert error.is_retryable


@pytest.mark.parametrize("base_url", ["http://[", "http://no.invalid/v1", "ftp://127.0.0.1/v1", ""])
async def test_address_of_nobody_is_unavailable(base_url: str, make: Make) -> None:
    error = await error_of(generate, make(base_url=base_url))

    assert isinstance(error, ProviderUnavailableError)


@pytest.mark.parametrize("api_key", ["sk\n1", "ключ"])
async def test_key_that_cannot_be_sent_is_an_error_of_ours(api_key: str, make: Make) -> None:
    error = await error_of(generate, make(api_key=api_key))

    assert isinstance(error, ProviderUnavailableError)
    assert api_key not in str(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "3"}, 3.0),
        ({"retry_after": "0.5"}, 0.5),
        ({"retry_after": "Sun, 01 Mar 2026 12:00:09 GMT"}, 9.0),
        ({"retry_after": "Sun, 01 Mar 2026 11:59:00 GMT"}, 0.0),
        ({"retry_after_ms": "250", "retry_after": "3"}, 0.25),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-3"}, None),
        ({"retry_after": "inf"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_server_says_when_to_come_back(
    status: int, headers: dict[str, str], seconds: float | None, fake: FakeLlm, make: Make
) -> None:
    fake.queue.append(refusal(status, **headers))

    assert (await error_of(generate, make())).retry_after_seconds == seconds


async def test_errors_name_neither_key_nor_address(fake: FakeLlm, make: Make) -> None:
    provider = make(api_key="sk-secret")
    fake.queue.extend(
        [refusal(401, {"error": f"wrong key sk-secret at {fake.base_url}"}), behaviours.reset_at_once, behaviours.page]
    )

    messages = [str(await error_of(generate, provider)) for _ in range(3)]

    assert not any("sk-secret" in message or str(fake.port) in message for message in messages)


@both_ways
@pytest.mark.parametrize("behaviour", [behaviours.hang, behaviours.hang_midway])
async def test_cancelled_call_ends_at_the_server(call: Call, behaviour: Behaviour, fake: FakeLlm, make: Make) -> None:
    fake.queue.append(behaviour)
    task = asyncio.ensure_future(call(make()))
    assert await asyncio.to_thread(fake.wait_until, lambda fake: fake.in_flight == 1)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await asyncio.to_thread(fake.wait_until, lambda fake: fake.aborted == 1 and fake.in_flight == 0)


async def test_closed_iterator_ends_the_call_at_the_server(fake: FakeLlm, make: Make) -> None:
    fake.queue.append(behaviours.endless)
    chunks = make().stream(PROMPT)

    await anext(chunks)
    await chunks.aclose()

    assert await asyncio.to_thread(fake.wait_until, lambda fake: fake.aborted == 1 and fake.in_flight == 0)


async def test_provider_works_on_after_a_cancelled_call(fake: FakeLlm, make: Make) -> None:
    provider = make()
    fake.queue.append(behaviours.hang)
    task = asyncio.ensure_future(generate(provider))
    assert await asyncio.to_thread(fake.wait_until, lambda fake: fake.in_flight == 1)
    task.cancel()

    assert (await generate(provider)).text == "I can offer 41."
    assert task.cancelled()


async def test_many_calls_run_at_once(fake: FakeLlm, make: Make) -> None:
    fake.rule = lambda asked: Reply("41", latency_seconds=0.05)
    provider = make()

    async with asyncio.TaskGroup() as calls:
        tasks = [calls.create_task(generate(provider)) for _ in range(60)]

    assert {task.result().text for task in tasks} == {"41"}
    assert fake.peak_in_flight > 10
