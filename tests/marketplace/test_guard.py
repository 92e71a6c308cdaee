import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from marketplace.guard import Application, BodyLimit, Message, Receive, Scope, Send

LIMIT = 10


async def read_all(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what it was sent."""
    body, has_more = b"", True
    while has_more:
        message = await receive()
        body += message["body"]
        has_more = message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def ask(
    chunks: list[bytes], headers: dict[bytes, bytes] | None = None, app: Application = read_all
) -> list[Message]:
    pieces = iter(chunks)
    left = len(chunks)
    sent: list[Message] = []

    async def receive() -> Message:
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": next(pieces), "more_body": left > 0}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "path": "/api/v1/x", "headers": list((headers or {}).items())}
    await BodyLimit(app, LIMIT)(scope, receive, send)
    return sent


async def test_body_at_the_limit_passes_unchanged():
    start, body = await ask([b"12345", b"67890"])

    assert start["status"] == 200
    assert body["body"] == b"1234567890"


async def test_declared_length_above_the_limit_is_refused_before_anything_is_read():
    start, _ = await ask([], {b"content-length": b"11"})

    assert start["status"] == 413


@pytest.mark.parametrize("headers", [{}, {b"content-length": b"3"}, {b"content-length": b"lots"}])
async def test_chunks_above_the_limit_are_refused_whatever_length_was_declared(headers):
    start, _ = await ask([b"12345", b"67890", b"1"], headers)

    assert start["status"] == 413


async def test_length_of_a_thousand_digits_is_refused():
    start, _ = await ask([], {b"content-length": b"9" * 5000})

    assert start["status"] == 413


async def test_refusal_has_the_envelope_of_every_error():
    start, body = await ask([b"12345678901"])

    error = json.loads(body["body"])["error"]
    assert set(error) == {"code", "message", "details", "timestamp"}
    assert error["code"] == "PAYLOAD_TOO_LARGE"
    assert datetime.fromisoformat(error["timestamp"]).utcoffset() == timedelta(0)
    assert dict(start["headers"])[b"content-type"] == b"application/json"


async def test_answer_that_has_begun_is_not_begun_again():
    sent: list[Message] = []

    async def answer_first(scope: Scope, receive: Receive, send: Send) -> None:
        sent.append({"type": "http.response.start"})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()

    with pytest.raises(Exception, match="^$"):
        await ask([b"12345678901"], app=answer_first)

    assert len(sent) == 1


async def test_websocket_is_left_alone():
    seen: list[Scope] = []

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    await BodyLimit(note, LIMIT)({"type": "websocket"}, None, None)  # type: ignore[arg-type]

    assert seen == [{"type": "websocket"}]
