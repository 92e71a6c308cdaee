"""A room's events as Server-Sent Events: a plain ASGI application before Django, so no thread is held per watcher."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

from django.conf import settings

from marketplace.envelope import PLAIN_CODES, error_response
from marketplace.errors import NotAllowed
from negotiation.errors import RoomNotFound
from negotiation.stream import Sent, follow
from negotiation.watching import Scope, Unauthenticated, Watcher, admit, last_seen, rhythm, room_code

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

LIFETIME_SECONDS = 15 * 60
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Ends after the room's last event, when the client leaves, and after a quarter of an hour (clients resume)."""
    if scope["method"] != "GET":
        await _refuse(send, 405, *PLAIN_CODES[405])
        return
    code = room_code(scope["url_route"]["kwargs"]["room_id"])
    try:
        if code is None:
            raise RoomNotFound("that is not the id of a room")
        watcher = await admit(scope, code)
    except Unauthenticated:
        await _refuse(send, 401, *PLAIN_CODES[401])
    except NotAllowed as foreign:
        await _refuse(send, 403, foreign.code, str(foreign))
    except RoomNotFound as missing:
        await _refuse(send, 404, missing.code, str(missing))
    else:
        await _stream_until_left(scope, watcher, receive, send)


async def _stream_until_left(scope: Scope, watcher: Watcher, receive: Receive, send: Send) -> None:
    sending = asyncio.create_task(_send_all(scope, watcher, send))
    leaving = asyncio.create_task(_wait_for_disconnect(receive))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, leaving):
            task.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)


async def _send_all(scope: Scope, watcher: Watcher, send: Send) -> None:
    code = room_code(scope["url_route"]["kwargs"]["room_id"])
    assert code is not None
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await _write(send, f"retry: {settings.STREAM.retry_milliseconds}\n\n")
    try:
        async with asyncio.timeout(LIFETIME_SECONDS):
            async with aclosing(follow(code, watcher.viewer, last_seen(scope), rhythm())) as events:
                async for sent in events:
                    await _write(send, _as_text(sent))
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _as_text(sent: Sent) -> str:
    number = f"id: {sent.seq}\n" if sent.seq is not None else ""
    return f"{number}event: {sent.type}\ndata: {sent.json}\n\n"


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, status: int, code: str, message: str) -> None:
    body = error_response(status, code, message).content
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
