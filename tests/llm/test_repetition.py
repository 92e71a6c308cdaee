import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.errors import ProviderResponseError
from llm.repetition import Repetition
from llm.wire import BodyReader

WORDS = st.sampled_from(
    ["", " ", "Offer", " 41", "ü", "🙂", 'a "quoted" word', "\\", "\n", "<think>", "</think>", "[", "x" * 99]
)
CHUNKS = st.builds(
    lambda words, extra, choice, more: {
        **more,
        "choices": [{"index": 0, "delta": {"content": words, **extra}, "finish_reason": None, **choice}],
    },
    WORDS,
    st.sampled_from([{}, {}, {}, {"role": "assistant"}, {"reasoning": "Hm."}, {"refusal": "No."}, {"tool_calls": []}]),
    st.sampled_from([{}, {}, {}, {"index": 1}, {"error": {"code": 500}}, {"finish_reason": "stop"}]),
    st.sampled_from([{}, {}, {}, {"usage": {"prompt_tokens": 3, "completion_tokens": 4}}, {"model": "other"}]),
)


def chunk(words: str, **more: Any) -> bytes:
    return json.dumps({"id": "1", "choices": [{"index": 0, "delta": {"content": words}}], **more}).encode()


def learnt_from(data: bytes) -> Repetition:
    repetition = Repetition()
    repetition.learn(data, json.loads(data))
    return repetition


def read(bodies: list[bytes]) -> tuple[str, object]:
    reader = BodyReader("asked-for", 5)
    try:
        shown = "".join(piece for body in bodies for piece in reader.feed(b"data: " + body + b"\n\n"))
        return shown, reader.finish()
    except ProviderResponseError as error:
        return error.code, (str(error), error.fault)


def test_words_of_a_chunk_like_the_one_before_are_read_alone() -> None:
    assert learnt_from(chunk("Offer")).words(chunk(" 41")) == " 41"


@pytest.mark.parametrize(
    "other",
    [
        chunk('a "quoted" word'),
        chunk("Offer", model="other"),
        chunk("Offer")[:-1],
        chunk("Offer").replace(b"Offer", b"\xff"),
        chunk("Offer").replace(b"Offer", b"two\nlines"),
        b"",
    ],
)
def test_chunk_that_differs_in_more_is_parsed(other: bytes) -> None:
    assert learnt_from(chunk("Offer")).words(other) is None


@pytest.mark.parametrize(
    "data",
    [
        b'{"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}]}',
        b'{"choices": [{"delta": {"content": "a"}, "index": 1}]}',
        b'{"choices": [{"delta": {"content": "a", "reasoning": "b"}}]}',
        b'{"choices": [{"delta": {"content": "a"}}], "usage": {"prompt_tokens": 1}}',
        b'{"choices": [{"delta": {"content": "a"}}], "object": "error"}',
        b'{"choices": [{"delta": {"content": "a", "content": "b"}}]}',
        b'{"choices": [{"delta": {"content": "a\\u0041"}}]}',
        b'{"choices": [{"delta": {"content": "a"}}, {"delta": {"content": "b"}}]}',
        b'{"content": "a"}',
    ],
)
def test_chunk_that_does_more_than_add_words_is_not_learnt(data: bytes) -> None:
    assert learnt_from(data).words(data) is None


@given(st.lists(CHUNKS, max_size=12))
def test_reply_reads_as_if_every_chunk_had_been_parsed(chunks: list[dict[str, Any]]) -> None:
    numbered = [json.dumps({"created": number, **chunk}).encode() for number, chunk in enumerate(chunks)]
    alike = [json.dumps(chunk, ensure_ascii=False).encode() for chunk in chunks]

    assert read(alike) == read(numbered)
