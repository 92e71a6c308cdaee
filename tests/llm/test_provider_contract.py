"""What every provider promises. A new one joins by a line in PROVIDERS."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from llm.builtin import BuiltinProvider
from llm.configuration import LlmEndpoint
from llm.errors import ProviderError
from llm.factory import lm_studio, openai_compatible, openrouter
from llm.recording import RecordingProvider, ReplayProvider
from llm.types import ChatMessage, Provider, Role, Schema, TokenChunk
from tests.fake_llm import behaviours
from tests.fake_llm.behaviours import Behaviour, Reply, raw, refusal
from tests.fake_llm.sensible import sensible
from tests.fake_llm.server import FakeLlm

PROMPT = (
    ChatMessage(Role.SYSTEM, "You are a seller."),
    ChatMessage(Role.USER, '{"draft": "I can offer 41.20, grüß dich."}'),
)
SCHEMA = Schema("message", {"type": "object", "properties": {"message": {"type": "string"}}})
BLANK = (ChatMessage(Role.SYSTEM, ""), ChatMessage(Role.USER, " \n"))
OPTIONS: Mapping[str, Any] = {
    "temperature": 0.2,
    "max_tokens": 90,
    "stop": ("\n\n", "END"),
    "schema": SCHEMA,
    "model": "huge",
}

Build = Callable[[FakeLlm, Path], Awaitable[Provider]]


def endpoint(fake: FakeLlm) -> LlmEndpoint:
    return LlmEndpoint(fake.base_url, "tiny", timeout_seconds=5.0, api_key="sk-test")


def served(configure: Callable[[LlmEndpoint], Provider]) -> Build:
    async def build(fake: FakeLlm, folder: Path) -> Provider:
        return configure(endpoint(fake))

    return build


async def build_builtin(fake: FakeLlm, folder: Path) -> Provider:
    return BuiltinProvider()


async def build_recording(fake: FakeLlm, folder: Path) -> Provider:
    return RecordingProvider(lm_studio(endpoint(fake)), folder / "recording.jsonl")


async def build_replay(fake: FakeLlm, folder: Path) -> Provider:
    """Of the calls that the tests below make."""
    recording = await build_recording(fake, folder)
    for messages, options in ((PROMPT, {}), (PROMPT, OPTIONS), (BLANK, {})):
        await recording.generate(messages, **options)
    await recording.close()
    fake.asked.clear()
    return ReplayProvider(folder / "recording.jsonl")


SERVED: Mapping[str, Build] = {
    "lm_studio": served(lm_studio),
    "openrouter": served(openrouter),
    "openai_compatible": served(openai_compatible),
    "recording": build_recording,
}
PROVIDERS: Mapping[str, Build] = {**SERVED, "builtin": build_builtin, "replay": build_replay}

of_a_server = pytest.mark.parametrize("provider", SERVED, indirect=True)


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    with FakeLlm(Reply(sensible)) as server:
        yield server


@pytest.fixture(params=PROVIDERS)
async def provider(request: pytest.FixtureRequest, fake: FakeLlm, tmp_path: Path) -> AsyncIterator[Provider]:
    built = await PROVIDERS[request.param](fake, tmp_path)
    yield built
    await built.close()


async def chunks_of(provider: Provider, **options: Any) -> list[TokenChunk]:
    return [chunk async for chunk in provider.stream(PROMPT, **options)]


async def test_provider_has_a_name(provider: Provider) -> None:
    assert provider.name


async def test_ping_tells_that_it_is_available(provider: Provider) -> None:
    status = await provider.ping()

    assert status.available
    assert status.error is None


async def test_reply_has_text_usage_and_model(provider: Provider) -> None:
    reply = await provider.generate(PROMPT)

    assert "I can offer 41.20, grüß dich." in reply.text
    assert reply.usage.input_tokens > 0
    assert reply.usage.output_tokens > 0
    assert reply.model


async def test_tokens_of_a_stream_add_up_to_the_same_reply(provider: Provider) -> None:
    reply = await provider.generate(PROMPT)

    chunks = await chunks_of(provider)

    assert "".join(chunk.token for chunk in chunks) == reply.text
    assert chunks[-1].result == reply


async def test_stream_counts_from_nought_and_ends_once(provider: Provider) -> None:
    chunks = await chunks_of(provider)

    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.is_end for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].token == ""
    assert all(chunk.token and chunk.result is None for chunk in chunks[:-1])


async def test_options_are_taken_in_both_ways(provider: Provider) -> None:
    reply = await provider.generate(PROMPT, **OPTIONS)

    assert (await chunks_of(provider, **OPTIONS))[-1].result == reply


async def test_blank_prompt_gets_a_reply(provider: Provider) -> None:
    assert (await provider.generate(BLANK)).text


async def test_left_stream_does_no_harm(provider: Provider) -> None:
    chunks = provider.stream(PROMPT)
    await anext(chunks)
    await chunks.aclose()

    assert (await provider.generate(PROMPT)).text


async def test_cancelled_call_does_no_harm(provider: Provider) -> None:
    task = asyncio.ensure_future(provider.generate(PROMPT))
    await asyncio.sleep(0)
    task.cancel()

    assert (await provider.generate(PROMPT)).text
    assert task.done()


async def test_provider_can_be_closed_twice(provider: Provider) -> None:
    await provider.generate(PROMPT)

    await provider.close()
    await provider.close()


@of_a_server
async def test_options_reach_the_server(provider: Provider, fake: FakeLlm) -> None:
    await provider.generate(PROMPT, **OPTIONS)

    body = fake.chats[0].body
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("huge", 0.2, 90)
    assert body["stop"] == ["\n\n", "END"]
    assert fake.chats[0].schema == SCHEMA.document


@of_a_server
async def test_ping_tells_that_nobody_is_there(provider: Provider, fake: FakeLlm) -> None:
    fake.stop()

    status = await provider.ping()

    fake.start()
    assert not status.available
    assert status.error


@of_a_server
async def test_provider_notices_that_its_server_is_back(provider: Provider, fake: FakeLlm) -> None:
    await provider.generate(PROMPT)
    fake.stop()
    with pytest.raises(ProviderError):
        await provider.generate(PROMPT)
    fake.start()

    assert (await provider.ping()).available
    assert (await provider.generate(PROMPT)).text


@of_a_server
@pytest.mark.parametrize(
    "behaviour",
    [
        refusal(500),
        refusal(401),
        raw(b""),
        raw(b"\xff\xfe\n\n"),
        raw(b'data: {"choices": [{}]}\n\n'),
        behaviours.page,
        behaviours.cut,
        behaviours.reset,
        behaviours.reset_at_once,
        behaviours.error_midway,
        Reply(finish_reason="length"),
        Reply(contents=[None]),
    ],
)
async def test_faults_are_errors_of_ours(provider: Provider, behaviour: Behaviour, fake: FakeLlm) -> None:
    fake.rule = lambda asked: behaviour

    with pytest.raises(ProviderError):
        await provider.generate(PROMPT, schema=SCHEMA)
    with pytest.raises(ProviderError):
        await chunks_of(provider, schema=SCHEMA)
