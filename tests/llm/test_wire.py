import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm.errors import Fault, ProviderResponseError
from llm.types import LLMResult, Usage
from llm.wire import MOST_BYTES, BodyReader

STOP = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
DONE = b"data: [DONE]\n\n"


def event(document: Any, line_end: str = "\n", prefix: str = "data: ") -> bytes:
    return f"{prefix}{json.dumps(document, ensure_ascii=False)}{line_end}{line_end}".encode()


def delta(content: Any, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": content, **more}, "finish_reason": None}]}


def stream(*documents: Any, line_end: str = "\n", prefix: str = "data: ") -> bytes:
    return b"".join(event(document, line_end, prefix) for document in (*documents, STOP)) + DONE


def choice(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "finish_reason": "stop", **fields}]}


def answer(content: Any, finish_reason: Any = "stop", **more: Any) -> bytes:
    return json.dumps(choice(message={"content": content, **more}, finish_reason=finish_reason)).encode()


def ended(finish_reason: Any) -> bytes:
    return event(delta("Offer 41")) + event(choice(delta={}, finish_reason=finish_reason)) + DONE


def read(body: bytes, size: int = 0) -> tuple[LLMResult, str]:
    """The reply and what was shown of it on the way."""
    reader = BodyReader("asked-for", 5)
    shown = [piece for part in split(body, size) for piece in reader.feed(part)]
    return reader.finish(), "".join(shown)


def split(body: bytes, size: int) -> Iterable[bytes]:
    size = size or len(body) or 1
    return (body[start : start + size] for start in range(0, len(body), size))


GOOD = {
    "events": stream(delta("Offer"), delta(" 41")),
    "no space after data": stream(delta("Offer"), delta(" 41"), prefix="data:"),
    "carriage returns and line feeds": stream(delta("Offer"), delta(" 41"), line_end="\r\n"),
    "carriage returns alone": stream(delta("Offer"), delta(" 41"), line_end="\r"),
    "byte order mark": b"\xef\xbb\xbf" + stream(delta("Offer 41")),
    "comments and blank lines": b": PROCESSING\n\n\n\n: PROCESSING\n\n" + stream(delta("Offer 41")),
    "comments before JSON": b": PROCESSING\n\n" + answer("Offer 41"),
    "other fields": b"id: 7\nretry: 10\nevent: message\n" + stream(delta("Offer 41")),
    "data in several lines": b'data: {"choices":\ndata: [{"delta":{"content":"Offer 41"}}]}\n\n' + stream(),
    "data in several lines that end in two signs": b'data: {"choices":\r\ndata: [{"text":"Offer 41"}]}\r\n\r\n'
    + stream(),
    "no blank lines between events": stream(delta("Offer"), delta(" 41")).replace(b"\n\n", b"\n"),
    "no field names": b"data: {}\n\n" + stream(delta("Offer"), delta(" 41"), prefix=""),
    "no end mark": event(delta("Offer 41")) + event(STOP),
    "no last line end": event(delta("Offer 41")) + event(STOP).strip(),
    "talk after the end": stream(delta("Offer 41")) + event(delta(" no, 61")),
    "usage without choices": event({"choices": [], "usage": {}}) + stream(delta("Offer 41")),
    "ping without choices": event({"type": "ping"}) + stream(delta("Offer 41")),
    "role alone": stream({"choices": [{"index": 0, "delta": {"role": "assistant"}}]}, delta("Offer 41")),
    "content null": stream(delta(None), delta("Offer 41"), delta(None)),
    "delta missing": stream({"choices": [{"index": 0}]}, delta("Offer 41")),
    "delta null": stream({"choices": [{"index": 0, "delta": None}]}, delta("Offer 41")),
    "content in parts": stream(delta([{"type": "text", "text": "Offer"}, {"type": "text", "text": " 41"}])),
    "thinking among the parts": stream(delta([{"type": "thinking", "thinking": []}, {"text": "Offer 41"}])),
    "parts as plain texts": stream(delta(["Offer", " 41"])),
    "reasoning beside content": stream(delta("Offer", reasoning_content="hm"), delta(" 41", reasoning="hm")),
    "reasoning fields alone": stream(delta(None, reasoning_content="hm"), delta("Offer 41")),
    "tags over events": stream(*map(delta, ("<thi", "nk>h", "m</th", "ink>", "\n", "Offer", " 41"))),
    "several choices": stream(
        {"choices": [{"index": 1, "delta": {"content": "No"}}, {"index": 0, "delta": {"content": "Offer 41"}}]},
        {"choices": [{"index": 1, "delta": {"content": "No"}, "finish_reason": "length"}]},
    ),
    "no index": event({"choices": [{"delta": {"content": "Offer 41"}, "finish_reason": "stop"}]}),
    "legacy text": event({"choices": [{"index": 0, "text": "Offer 41", "finish_reason": "stop"}]}),
    "the whole message at the end": event(delta("Offer 41"))
    + event({"choices": [{"delta": {}, "message": {"content": "Offer 41"}, "finish_reason": "stop"}]}),
    "finish reason empty on the way": stream(
        {"choices": [{"index": 0, "delta": {"content": "Offer 41"}, "finish_reason": ""}]}
    ),
    "JSON": answer("Offer 41"),
    "JSON with blanks around": b"\n  \n" + answer("Offer 41") + b"\n\n",
    "JSON in lines": json.dumps(json.loads(answer("Offer 41")), indent=2).encode(),
    "JSON after a byte order mark": b"\xef\xbb\xbf" + answer("Offer 41"),
    "JSON with parts": answer([{"type": "text", "text": "Offer 41"}]),
    "JSON with reasoning": answer("<think>hm</think>Offer 41", reasoning_content="hm"),
    "JSON as an event": stream()[:0] + b"data: " + answer("Offer 41") + b"\n\n",
    "legacy JSON": json.dumps(choice(text="Offer 41")).encode(),
    "arguments of a call": answer(None, "tool_calls", tool_calls=[{"function": {"arguments": "Offer 41"}}]),
    "arguments of the first of two calls": answer(
        "", "tool_calls", tool_calls=[{"function": {"arguments": "Offer 41"}}, {"function": {"arguments": "No"}}]
    ),
    "arguments of a legacy call": answer(None, "function_call", function_call={"arguments": "Offer 41"}),
    "arguments in pieces": stream(
        delta(None, tool_calls=[{"index": 0, "function": {"name": "speak", "arguments": "Offer"}}]),
        delta(None, tool_calls=[{"index": 1, "function": {"name": "speak", "arguments": "No"}}]),
        delta(None, tool_calls=[{"index": 0, "function": {"arguments": " 41"}}]),
    ),
    "words beside a call": answer("Offer 41", "tool_calls", tool_calls=[{"function": {"arguments": "{}"}}]),
    "NaN": event({"choices": [], "usage": float("nan")}) + stream(delta("Offer 41")),
    "null error": event({"error": None, "choices": []}) + stream(delta("Offer 41")),
}


@pytest.mark.parametrize("size", [0, 1, 7])
@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD.keys())
def test_every_dialect_gives_the_same_reply(body: bytes, size: int) -> None:
    reply, shown = read(body, size)

    assert reply.text == "Offer 41"
    assert reply.text.startswith(shown)


@pytest.mark.parametrize("word", ["stop", "STOP", "eos", "end_turn", "stop_sequence", "eos_token", "tool_calls"])
def test_synonyms_of_stop_end_a_reply(word: str) -> None:
    assert read(ended(word))[0].text == "Offer 41"


BAD: dict[str, tuple[bytes, Fault, bool]] = {
    "limit of tokens": (ended("length"), Fault.TRUNCATED, False),
    "limit of tokens, elsewhere": (ended("MAX_TOKENS"), Fault.TRUNCATED, False),
    "limit of tokens while thinking": (answer("<think>hm", "length"), Fault.TRUNCATED, False),
    "no finish reason": (event(delta("Offer $6")) + DONE, Fault.TRUNCATED, True),
    "no finish reason in JSON": (answer("Offer 41", None), Fault.TRUNCATED, True),
    "unknown finish reason": (ended("abort"), Fault.TRUNCATED, True),
    "finish reason of another type": (ended({"type": "stop"}), Fault.TRUNCATED, True),
    "cut in an event": (event(delta("Offer $6")) + b'data: {"choices": [{"del', Fault.TRUNCATED, True),
    "cut in JSON": (answer("Offer 41")[:-9], Fault.TRUNCATED, True),
    "filtered": (ended("content_filter"), Fault.FILTERED, False),
    "safety": (ended("SAFETY"), Fault.FILTERED, False),
    "refusal": (answer(None, refusal="I cannot help with that."), Fault.FILTERED, False),
    "nothing": (b"", Fault.EMPTY, True),
    "blank lines": (b"\n\n\n", Fault.EMPTY, True),
    "comments alone": (b": PROCESSING\n\n" * 3, Fault.EMPTY, True),
    "end mark alone": (DONE, Fault.EMPTY, True),
    "usage alone": (event({"choices": [], "usage": {"prompt_tokens": 1}}) + DONE, Fault.EMPTY, True),
    "stop alone": (stream(), Fault.EMPTY, True),
    "blanks": (stream(delta(" \n\t ")), Fault.EMPTY, True),
    "reasoning alone": (stream(delta("<think>hm</think>\n")), Fault.EMPTY, True),
    "reasoning without an end": (stream(delta("<think>hm, offer 41")), Fault.EMPTY, True),
    "reasoning in its own field": (answer("", reasoning_content="hm"), Fault.EMPTY, True),
    "call without arguments": (answer(None, "tool_calls", tool_calls=[{}]), Fault.EMPTY, True),
    "content null in JSON": (answer(None), Fault.EMPTY, True),
    "choices empty in JSON": (b'{"choices": []}', Fault.EMPTY, True),
    "a page": (b"<!DOCTYPE html><html><body>It works!</body></html>", Fault.MALFORMED, True),
    "no JSON": (b"data: {'choices': 1}\n\n" + stream(delta("Offer 41")), Fault.MALFORMED, True),
    "garbage": (b"\x80\x81\x00\xff garbage \xfe\n" + stream(delta("Offer 41")), Fault.MALFORMED, True),
    "garbage on the way": (event(delta("Offer $6")) + b"\xff\xfe15\n\n" + stream(delta(" 41")), Fault.MALFORMED, True),
    "bytes that are no text": (b'data: {"choices": "\xff\xfe"}\n\n' + stream(delta("x")), Fault.MALFORMED, True),
    "no choices": (b'{"id": "1", "object": "chat.completion"}', Fault.MALFORMED, True),
    "choices null": (b'{"choices": null}', Fault.MALFORMED, True),
    "a list": (b"[1, 2]", Fault.MALFORMED, True),
    "a text": (b'data: "Offer 41"\n\n' + DONE, Fault.MALFORMED, True),
    "a native answer of another protocol": (
        b'{"message": {"content": "Offer 41"}, "done": true}',
        Fault.MALFORMED,
        True,
    ),
    "content a number": (stream(delta("Offer $"), delta(615)), Fault.MALFORMED, True),
    "content an object": (answer({"price": 41}), Fault.MALFORMED, True),
    "text of a part a number": (answer([{"type": "text", "text": 41}]), Fault.MALFORMED, True),
    "too deep": (b"data: " + b"[" * 100_000 + b"\n\n" + stream(delta("Offer 41")), Fault.MALFORMED, True),
    "a number of too many digits": (b'data: {"created": ' + b"9" * 5000 + b"}\n\n" + DONE, Fault.MALFORMED, True),
    "OpenAI's error": (event({"error": {"message": "no", "type": "server_error"}}), Fault.ERROR, True),
    "OpenAI's error as JSON": (b'{"error": {"message": "no", "code": null}}', Fault.ERROR, True),
    "error as a text": (b'{"error": "model is loading"}', Fault.ERROR, True),
    "vLLM's error": (b'{"object": "error", "message": "too long", "code": 400}', Fault.ERROR, False),
    "TGI's error": (b'{"error_type": "overloaded", "error": "busy"}', Fault.ERROR, True),
    "FastAPI's error": (b'{"detail": "Not Found"}', Fault.ERROR, True),
    "Anthropic's error": (event({"type": "error", "error": {"type": "overloaded_error"}}), Fault.ERROR, True),
    "OpenRouter's error": (
        event(delta("Offer $6"))
        + event({"error": {"code": 502, "message": "no"}, "choices": [{"delta": {}, "finish_reason": "error"}]}),
        Fault.ERROR,
        True,
    ),
    "OpenRouter's error in a choice": (
        event({"choices": [{"delta": {}, "error": {"code": 429}, "finish_reason": "error"}]}),
        Fault.ERROR,
        True,
    ),
    "error as a finish reason": (ended("error"), Fault.ERROR, True),
    "LM Studio's error": (b'event: error\ndata: {"error": {"message": "no"}}\n\n', Fault.ERROR, True),
    "an error event without JSON": (b"event: error\ndata: out of memory\n\n", Fault.ERROR, True),
    "an error event without data": (event(delta("Offer $6")) + b"event: error\n\n", Fault.ERROR, True),
    "llama.cpp's error field": (b'error: {"code": 500, "message": "no"}\n\n', Fault.ERROR, True),
    "a bare error object": (event(delta("Offer $6")) + b'{"error": {"code": 500}}\n', Fault.ERROR, True),
    "an error that stays": (event({"error": {"type": "invalid_request_error"}}), Fault.ERROR, False),
    "a context that overflows": (event({"error": {"code": "context_length_exceeded"}}), Fault.ERROR, False),
    "a key that is wrong": (event({"error": {"code": 401}}), Fault.ERROR, False),
}


@pytest.mark.parametrize("size", [0, 1, 7])
@pytest.mark.parametrize(("body", "fault", "is_retryable"), BAD.values(), ids=BAD.keys())
def test_what_is_no_reply_is_told_apart(body: bytes, fault: Fault, is_retryable: bool, size: int) -> None:
    if size == 1 and len(body) > 50_000:
        size = 1000

    with pytest.raises(ProviderResponseError) as caught:
        read(body, size)

    assert (caught.value.fault, caught.value.is_retryable) == (fault, is_retryable)


def test_messages_of_errors_tell_nothing_that_the_server_wrote() -> None:
    body = event(
        {"error": {"message": "key sk-secret of user 7 at http://10.0.0.1", "code": "sk-secret", "type": "sk"}}
    )

    with pytest.raises(ProviderResponseError) as caught:
        read(body)

    assert str(caught.value) == "the server reported an error in its reply"


def test_characters_split_between_chunks_are_whole() -> None:
    assert read(stream(delta("Gruß 北京 👍")), 1) == read(stream(delta("Gruß 北京 👍")))
    assert read(stream(delta("Gruß 北京 👍")), 1)[1] == "Gruß 北京 👍"


def test_halves_of_a_character_in_two_events_become_one() -> None:
    halves = (f'data: {{"choices":[{{"delta":{{"content":"{half}"}}}}]}}\n\n' for half in ("Deal \\ud83d", "\\udc4d"))

    reply, shown = read("".join(halves).encode() + stream())

    assert reply.text == shown == "Deal 👍"


@pytest.mark.parametrize("half", ["\\ud83d", "\\udc4d"])
def test_half_a_character_alone_can_still_be_encoded(half: str) -> None:
    body = f'data: {{"choices":[{{"delta":{{"content":"Deal {half}"}}}}]}}\n\n'.encode()

    assert read(body + stream())[0].text.encode() == "Deal \N{REPLACEMENT CHARACTER}".encode()


USAGES: dict[str, tuple[list[Any], Usage]] = {
    "at the end": ([{"prompt_tokens": 9, "completion_tokens": 3}], Usage(9, 3)),
    "on every chunk": (
        [{"prompt_tokens": 9, "completion_tokens": 1}, {"prompt_tokens": 9, "completion_tokens": 3}],
        Usage(9, 3),
    ),
    "with a cost": (
        [{"prompt_tokens": 9, "completion_tokens": 3, "cost": 0.00125}],
        Usage(9, 3, cost=Decimal("0.00125")),
    ),
    "under other names": ([{"input_tokens": 9, "output_tokens": 3}], Usage(9, 3)),
    "missing": ([], Usage(5, 2, is_estimated=True)),
    "null": ([None], Usage(5, 2, is_estimated=True)),
    "half": ([{"prompt_tokens": 9}], Usage(9, 2, is_estimated=True)),
    "zero": ([{"prompt_tokens": 0, "completion_tokens": 0}], Usage(5, 2, is_estimated=True)),
    "nonsense": (
        [{"prompt_tokens": -1, "completion_tokens": 10**30, "cost": "a lot"}],
        Usage(5, 2, is_estimated=True),
    ),
    "nonsense of other types": (
        [{"prompt_tokens": True, "completion_tokens": "3", "cost": float("inf")}],
        Usage(5, 2, is_estimated=True),
    ),
    "more than a table holds": (
        [{"prompt_tokens": 9, "completion_tokens": 3, "cost": 1_000_000}],
        Usage(9, 3),
    ),
    "a text": (["9"], Usage(5, 2, is_estimated=True)),
}


@pytest.mark.parametrize(("reports", "usage"), USAGES.values(), ids=USAGES.keys())
def test_usage_is_the_servers_last_word_or_an_estimate(reports: list[Any], usage: Usage) -> None:
    documents = [{**delta(""), "usage": report} for report in reports]

    assert read(stream(delta("Offer 41"), *documents))[0].usage == usage


def test_reasoning_counts_in_the_estimate() -> None:
    reply, _ = read(stream(delta("Offer 41", reasoning_content="12345678"), delta("<think>1234567")))

    assert reply.usage.output_tokens == 8


def test_model_is_the_one_that_replied() -> None:
    assert read(stream({**delta("Offer 41"), "model": "tiny-1"}))[0].model == "tiny-1"
    assert read(stream({**delta("Offer 41"), "model": None}))[0].model == "asked-for"


@pytest.mark.parametrize("body", [event(delta("once more ")) * 30_000, b": PROCESSING\n\n" * 30_000, b"x" * 300_000])
def test_endless_bodies_are_given_up(body: bytes) -> None:
    with pytest.raises(ProviderResponseError, match="longer") as caught:
        read(body, 4096)

    assert caught.value.fault is Fault.TRUNCATED
    assert not caught.value.is_retryable


def test_a_long_text_in_one_document_is_refused() -> None:
    with pytest.raises(ProviderResponseError, match="longer"):
        read(answer("x" * 100_000))


def test_a_body_may_be_as_long_as_it_is_said() -> None:
    reader = BodyReader("m", 5, most_bytes=2 * MOST_BYTES)

    reader.feed(b": PROCESSING\n\n" * (MOST_BYTES // 10) + stream(delta("Offer 41")))

    assert reader.finish().text == "Offer 41"


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(1, 9))
def test_no_bytes_raise_anything_but_a_bad_response(noise: bytes, size: int) -> None:
    with pytest.raises(ProviderResponseError):
        read(b"data: {}\n" + noise, size)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "delta", "message", "content", "usage", "error", "index", "finish_reason"])
            | st.sampled_from(["tool_calls", "function", "arguments", "text", "type", "cost", "refusal", "reasoning"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.lists(JSON, max_size=4))
def test_no_documents_raise_anything_but_a_bad_response(documents: list[Any]) -> None:
    body = b"".join(b"data: " + json.dumps(document).encode() + b"\n\n" for document in documents)

    try:
        reply, _ = read(body)
    except ProviderResponseError:
        return

    assert reply.text.strip()
