import asyncio
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm import errors
from llm.errors import (
    Fault,
    ProviderDisabledError,
    ProviderError,
    ProviderResponseError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from llm.recording import (
    Entry,
    RecordingProvider,
    ReplayProvider,
    fingerprint,
    parse_recording,
    read_recording,
    write_entry,
)
from llm.types import ChatMessage, LLMResult, Provider, Role, Schema, Usage
from tests.scripted_provider import HERE, Cut, Held, ScriptedProvider, Step, messages, result

SCHEMA = Schema("message", {"type": "object", "properties": {"message": {"type": "string"}}})
FAILURES = [
    ProviderDisabledError("switched off"),
    ProviderUnavailableError("too many calls", is_retryable=True, retry_after_seconds=2.5),
    ProviderTimeoutError("no whole reply in 12 seconds", is_retryable=True),
    ProviderError("something else"),
    *(ProviderResponseError(f"{fault} it is", fault, is_retryable=fault is Fault.TRUNCATED) for fault in Fault),
]


async def _record(path: Path, *steps: Step, prompts: Sequence[str]) -> None:
    provider = RecordingProvider(ScriptedProvider(*steps), path)
    for prompt in prompts:
        try:
            await provider.generate(messages(prompt), 0.3, 99, ("END",), SCHEMA, "tiny")
        except ProviderError:
            continue


def _read(lines: Sequence[str]) -> tuple[Entry, ...]:
    return parse_recording("\n".join(lines).encode())


async def _ask(provider: Provider, prompt: str) -> str:
    return (await provider.generate(messages(prompt), 0.3, 99, ("END",), SCHEMA, "tiny")).text


@pytest.mark.parametrize(
    "changes",
    [
        {"messages": messages("Something else")},
        {"messages": (ChatMessage(Role.USER, "You sell lamps."), messages()[1])},
        {"temperature": 0.8},
        {"max_tokens": 201},
        {"stop": ("END",)},
        {"schema": SCHEMA},
        {"model": "tiny"},
    ],
)
def test_everything_that_a_model_is_asked_changes_the_fingerprint(changes: dict[str, object]) -> None:
    asked = {"messages": messages(), "temperature": 0.7, "max_tokens": 200, "stop": (), "schema": None, "model": ""}

    assert fingerprint(**asked) != fingerprint(**{**asked, **changes})


def test_fingerprint_is_the_same_in_every_process_and_for_equal_questions() -> None:
    asked = fingerprint(messages("\ud800 é"), 1, 200, ["a"], Schema("m", {"b": 1, "a": 2}), "")

    assert asked == fingerprint(list(messages("\ud800 é")), 1.0, 200, ("a",), Schema("m", {"a": 2, "b": 1}), "")
    assert asked == "eca7868b9b60b174433966c6276b489042b07f8c52b46efb435ba71142678d5f"


async def test_recorded_answers_come_again_in_their_order_and_the_last_is_repeated(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    await _record(path, "One.", "Other.", "Two.", prompts=["a", "b", "a"])
    replay = ReplayProvider(path)

    replies = [await _ask(replay, prompt) for prompt in ("a", "a", "a", "b", "b")]

    assert replies == ["One.", "Two.", "Two.", "Other.", "Other."]


async def test_recorded_answer_is_the_same_in_every_part() -> None:
    lines = list[str]()
    recorded = LLMResult("Ça va\u2028?", Usage(10, 5, is_estimated=True, cost=Decimal("0.000123")), "tiny")
    asked = fingerprint(messages(), 0.7, 500, (), None, "")
    lines.append(write_entry(Entry(asked, recorded)))

    replayed = await ReplayProvider(_read(lines)).generate(messages())

    assert replayed == recorded


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
async def test_recorded_failure_is_raised_again_as_it_was(tmp_path: Path, failure: ProviderError) -> None:
    await _record(tmp_path / "calls.jsonl", failure, prompts=["a"])

    with pytest.raises(type(failure)) as caught:
        await _ask(ReplayProvider(tmp_path / "calls.jsonl"), "a")

    raised = caught.value
    assert type(raised) is type(failure)
    assert str(raised) == str(failure)
    assert (raised.is_retryable, raised.retry_after_seconds) == (failure.is_retryable, failure.retry_after_seconds)
    assert getattr(raised, "fault", None) == getattr(failure, "fault", None)


def test_every_class_of_error_is_among_the_failures_tried() -> None:
    known = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ProviderError)}

    assert known == {type(failure) for failure in FAILURES}


async def test_prompt_that_was_never_recorded_is_refused(tmp_path: Path) -> None:
    await _record(tmp_path / "calls.jsonl", "One.", prompts=["a"])

    with pytest.raises(ProviderUnavailableError) as caught:
        await _ask(ReplayProvider(tmp_path / "calls.jsonl"), "b")

    assert not caught.value.is_retryable


async def test_streamed_call_is_recorded_and_streams_again_to_the_same_text() -> None:
    lines = list[str]()
    recording = RecordingProvider(ScriptedProvider("I can  do\nthat. "), lines.append)
    passed = [chunk async for chunk in recording.stream(messages())]

    replayed = [chunk async for chunk in ReplayProvider(_read(lines)).stream(messages())]

    assert len(lines) == 1
    assert "".join(chunk.token for chunk in passed) == "I can  do\nthat. "
    assert "".join(chunk.token for chunk in replayed) == "I can  do\nthat. "
    assert len(replayed) == 6
    assert replayed[-1].result == passed[-1].result


async def test_stream_that_breaks_is_recorded_as_its_failure() -> None:
    lines = list[str]()
    cut = ProviderResponseError("cut off", Fault.TRUNCATED, is_retryable=True)
    recording = RecordingProvider(ScriptedProvider(Cut(("I", " may"), cut)), lines.append)

    with pytest.raises(ProviderResponseError):
        _ = [chunk async for chunk in recording.stream(messages())]

    with pytest.raises(ProviderResponseError, match="cut off"):
        _ = [chunk async for chunk in ReplayProvider(_read(lines)).stream(messages())]


async def test_cancelled_call_leaves_no_line_and_ends_at_the_provider() -> None:
    lines, provider = list[str](), ScriptedProvider(Held())
    task = asyncio.create_task(RecordingProvider(provider, lines.append).generate(messages()))
    await asyncio.sleep(0)

    task.cancel()
    await asyncio.wait((task,))

    assert (lines, provider.cancelled) == ([], 1)


async def test_closing_a_recorded_stream_closes_the_providers() -> None:
    provider = ScriptedProvider("I can do that.")
    stream = RecordingProvider(provider, lambda line: None).stream(messages())
    await anext(stream)

    await stream.aclose()

    assert (provider.in_flight, provider.cancelled) == (0, 1)


async def test_recording_provider_is_otherwise_the_one_it_records() -> None:
    provider = ScriptedProvider()
    recording = RecordingProvider(provider, lambda line: None)

    await recording.close()

    assert recording.name == "scripted"
    assert await recording.ping() == HERE
    assert provider.is_closed


async def test_replay_is_there_with_the_models_that_were_recorded() -> None:
    replay = ReplayProvider([Entry("b", LLMResult("B.", Usage(1, 1), "large")), Entry("a", result("A."))])

    status = await replay.ping()
    await replay.close()

    assert (status.available, status.models) == (True, ("large", "small"))


async def test_recording_grows_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    await _record(path, "One.", prompts=["a"])
    first = path.read_bytes()

    await _record(path, "Two.", prompts=["b"])

    assert path.read_bytes().startswith(first)
    assert len(read_recording(path)) == 2
    assert path.stat().st_mode & 0o777 == 0o600


GOOD = write_entry(Entry("f" * 64, result("Fine.")))
FAILED = '{"fingerprint":"f","error":"%s","fault":%s,"message":"m","is_retryable":false}'


@pytest.mark.parametrize(
    "damaged",
    [
        GOOD[:-5],
        "null",
        "[]",
        "{}",
        '{"fingerprint": 5}',
        GOOD.replace("Fine.", '"'),
        GOOD.replace('"Fine."', "null"),
        GOOD.replace('"model":"small"', '"model":7'),
        GOOD.replace('"input_tokens":10', '"input_tokens":"ten"'),
        GOOD.replace('"cost":null', '"cost":"dear"'),
        FAILED % ("LLM_UNHEARD_OF", "null"),
        FAILED % ("LLM_UNHEARD_OF", '"truncated"'),
        FAILED % ("LLM_BAD_RESPONSE", "null"),
        FAILED % ("LLM_TIMEOUT", '"truncated"'),
        FAILED % ("LLM_BAD_RESPONSE", '"unheard of"'),
        FAILED % ("LLM_TIMEOUT", 'null,"retry_after_seconds":[]'),
        "[" * 100_000,
        "\xff",
    ],
)
def test_damaged_line_is_named(tmp_path: Path, damaged: str) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_bytes(f"{GOOD}\n{damaged}\n{GOOD}\n".encode("latin-1"))

    with pytest.raises(ValueError, match="line 2 of the recording is damaged"):
        read_recording(path)


@settings(deadline=None)
@given(st.text(), st.text(), st.integers(0, 10**9), st.none() | st.decimals(0, 100, places=9))
def test_what_is_written_reads_the_same(text: str, model: str, tokens: int, cost: Decimal | None) -> None:
    entry = Entry("f" * 64, LLMResult(text, Usage(tokens, tokens, is_estimated=True, cost=cost), model))

    line = write_entry(entry)

    assert "\n" not in line
    assert line.isascii()
    assert _read([line]) == (entry,)
