"""How the fake server answers one request, well or badly: a behaviour turns the request into steps."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, repeat
from typing import Any

from tests.fake_llm.asked import Asked


@dataclass(frozen=True, slots=True)
class Head:
    """The status line and headers. With a length the body follows as it is, without one in chunks."""

    status: int = 200
    content_type: str = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing more comes until the client goes away."""


@dataclass(frozen=True, slots=True)
class Close:
    """The connection ends here, in mid body."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection breaks here."""


Step = Head | bytes | Pause | Hang | Close | Reset
Behaviour = Callable[[Asked], Iterable[Step]]


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer, unless the fields say otherwise: as JSON or, if asked for, as a stream of words.

    `text` may be a function of the request. `contents` replaces the pieces that the text would be cut into, and may
    hold anything at all. `usage` None means that none is sent.
    """

    text: str | Callable[[Asked], str] = "Good day to you."
    contents: Sequence[Any] | None = None
    finish_reason: str | None = "stop"
    usage: Mapping[str, Any] | None = field(default_factory=lambda: {"prompt_tokens": 11, "completion_tokens": 7})
    latency_seconds: float = 0.0
    tokens_per_second: float = 0.0
    delta: Mapping[str, Any] = field(default_factory=dict)
    line_end: str = "\n"
    after_data: str = " "
    comment: str = ""
    is_always_json: bool = False
    chunk_bytes: int = 0

    def __call__(self, asked: Asked) -> Iterator[Step]:
        text = self.text if isinstance(self.text, str) else self.text(asked)
        if self.latency_seconds:
            yield Pause(self.latency_seconds)
        if asked.is_stream and not self.is_always_json:
            yield from self._stream(asked, self.contents if self.contents is not None else words(text))
        else:
            yield from self._whole(asked, text)

    def _whole(self, asked: Asked, text: str) -> Iterator[Step]:
        contents = self.contents
        content = text if contents is None else contents[0] if len(contents) == 1 else "".join(map(str, contents))
        if self.tokens_per_second:
            yield Pause(len(words(text)) / self.tokens_per_second)
        message = {"role": "assistant", "content": content, **self.delta}
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        usage = {} if self.usage is None else {"usage": self.usage}
        yield from json_body({**envelope(asked, "chat.completion"), "choices": [choice], **usage})

    def _stream(self, asked: Asked, contents: Sequence[Any]) -> Iterator[Step]:
        yield Head()
        documents = self._documents(asked, contents)
        for document in documents:
            if self.tokens_per_second and document is not None:
                yield Pause(1 / self.tokens_per_second)
            yield from self._cut(
                self._event("[DONE]" if document is None else json.dumps(document, ensure_ascii=False))
            )

    def _documents(self, asked: Asked, contents: Sequence[Any]) -> Iterator[Mapping[str, Any] | None]:
        head = envelope(asked, "chat.completion.chunk")
        for position, content in enumerate(contents):
            extra = self.delta if position == 0 else {}
            yield {**head, "choices": [{"index": 0, "delta": {"content": content, **extra}, "finish_reason": None}]}
        if not contents and self.delta:
            yield {**head, "choices": [{"index": 0, "delta": self.delta, "finish_reason": None}]}
        if self.finish_reason is not None:
            yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": self.finish_reason}]}
        if self.usage is not None:
            yield {**head, "choices": [], "usage": self.usage}
        yield None

    def _event(self, data: str) -> bytes:
        comment = f": {self.comment}{self.line_end}{self.line_end}" if self.comment else ""
        return f"{comment}data:{self.after_data}{data}{self.line_end}{self.line_end}".encode()

    def _cut(self, event: bytes) -> Iterator[bytes]:
        size = self.chunk_bytes or len(event)
        for start in range(0, len(event), size):
            yield event[start : start + size]


def words(text: str) -> list[str]:
    """Pieces of one word with the blanks before it, as tokens come; together they are the text."""
    return [piece for piece in text.replace(" ", "\0 ").split("\0") if piece]


def envelope(asked: Asked, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": asked.model}


def json_body(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Iterator[Step]:
    body = json.dumps(document, ensure_ascii=False).encode()
    yield Head(status, "application/json", headers or {}, len(body))
    yield body


def refusal(status: int, document: Any = None, **headers: str) -> Behaviour:
    """Header names are written with underscores."""
    error = {"error": {"message": "no", "type": "error", "code": status}} if document is None else document
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda asked: json_body(error, status, named)


def raw(*pieces: bytes, content_type: str = "text/event-stream", status: int = 200) -> Behaviour:
    """Exactly these bytes, each piece a chunk of its own, and then the proper end of the body."""
    return lambda asked: (Head(status, content_type), *pieces)


def page(asked: Asked) -> Iterable[Step]:
    """What a proxy shows to people."""
    return (Head(content_type="text/html"), b"<html><body><h1>It works!</h1></body></html>")


def hang(asked: Asked) -> Iterable[Step]:
    return (Hang(),)


def hang_midway(asked: Asked) -> Iterable[Step]:
    return (*_first_words(asked), Hang())


def cut(asked: Asked) -> Iterable[Step]:
    return (*_first_words(asked), Close())


def reset(asked: Asked) -> Iterable[Step]:
    return (*_first_words(asked), Pause(0.001), Reset())


def reset_at_once(asked: Asked) -> Iterable[Step]:
    return (Reset(),)


def error_midway(asked: Asked) -> Iterable[Step]:
    error = {"error": {"message": "out of memory", "code": 500}, "choices": [{"finish_reason": "error"}]}
    return (*_first_words(asked), f"data: {json.dumps(error)}\n\n".encode(), b"data: [DONE]\n\n")


def endless(asked: Asked) -> Iterator[Step]:
    """Words for ever, as fast as they are read."""
    yield Head()
    event = _event("once more ")
    for _ in count():
        yield event * 20
        yield Pause(0)


def drip(asked: Asked, seconds: float = 0.002) -> Iterator[Step]:
    """Comments for ever, which keep a connection awake."""
    yield Head()
    for comment in repeat(b": PROCESSING\n\n"):
        yield comment
        yield Pause(seconds)


def _first_words(asked: Asked) -> tuple[Step, ...]:
    return (Head(), _event("I can"), _event(" offer $6"))


def _event(content: str) -> bytes:
    return f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': content}}]})}\n\n".encode()
