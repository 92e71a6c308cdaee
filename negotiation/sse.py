"""A room's events as Server-Sent Events: a plain ASGI application before Django, so no thread is held per watcher."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from django.conf import settings
from django.http import HttpResponse

from marketplace.access_log import name_caller
from marketplace.counting import DATABASE_AWAY_ANSWERS
from marketplace.envelope import PLAIN_CODES, error_response
from marketplace.errors import NotAllowed, RateLimited, SessionNotFound
from marketplace.failures import COME_AGAIN_SECONDS
from marketplace.headers import preflight_headers
from marketplace.presence import seats
from marketplace.scopes import Receive, Scope, Send, answer, answer_headers, encoded, headers_of
from negotiation.errors import RoomNotFound
from negotiation.stream import Batch, Sent, follow
from negotiation.threads import DATABASE_AWAY
from negotiation.watching import (
    REFUSALS,
    Unauthenticated,
    Watcher,
    admit,
    admit_spectator,
    last_seen,
    rhythm,
    room_code,
    stay,
)

LIFETIME_SECONDS = 15 * 60
MOST_OF_ONE_CALLER = 5
METHODS = "GET, OPTIONS"
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}

# Who watches, or one of REFUSALS; and what that one is shown.
Admit = Callable[[Scope], Awaitable[Watcher]]
Show = Callable[[Scope, Watcher], AsyncGenerator[Batch, None]]

logger = logging.getLogger(__name__)


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """One room, until its last event."""
    await serve(scope, receive, send, _admit, _show)


async def watch(scope: Scope, receive: Receive, send: Send) -> None:
    """The same for whoever has a spectators' link."""
    await serve(scope, receive, send, admit_spectator, _show)


async def serve(scope: Scope, receive: Receive, send: Send, admit: Admit, show: Show) -> None:
    """Ends with what is shown, when the client leaves or has lost its right to it, when the database is away, and
    after a quarter of an hour (clients resume)."""
    if scope["method"] != "GET":
        await answer(scope, send, _without_stream(scope))
        return
    leaving = asyncio.create_task(_wait_for_disconnect(receive))
    try:
        watcher = await _unless_left(admit(scope), leaving)
        if watcher is None:
            return
        name_caller(scope, watcher.principal.name)
        with seats().taken(f"stream {watcher.code} {watcher.counted_as}", MOST_OF_ONE_CALLER):
            await _stream_until_left(scope, watcher, show(scope, watcher), leaving, send)
    except REFUSALS as refused:
        await answer(scope, send, _refusal(refused))
    finally:
        leaving.cancel()


async def _unless_left(admission: Awaitable[Watcher], leaving: asyncio.Task[None]) -> Watcher | None:
    """None if the client left first. Nobody asks the database for it any more: others wait behind it."""
    admitting = asyncio.ensure_future(admission)
    try:
        await asyncio.wait({admitting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return admitting.result() if admitting.done() else None
    finally:
        admitting.cancel()


async def _admit(scope: Scope) -> Watcher:
    code = room_code(scope["url_route"]["kwargs"]["room_id"])
    if code is None:
        raise RoomNotFound("that is not the id of a room")
    return await admit(scope, code)


def _show(scope: Scope, watcher: Watcher) -> AsyncGenerator[Batch, None]:
    return follow(watcher.code, watcher.viewer, last_seen(scope), rhythm())


def _without_stream(scope: Scope) -> HttpResponse:
    headers = headers_of(scope)
    if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
        return HttpResponse(status=204, headers=preflight_headers(headers.get("origin", "")))
    response = error_response(405, *PLAIN_CODES[405])
    response["Allow"] = METHODS
    return response


def _refusal(refused: Exception) -> HttpResponse:
    match refused:
        case Unauthenticated():
            return error_response(401, *PLAIN_CODES[401])
        case NotAllowed():
            return error_response(403, refused.code, str(refused))
        case RoomNotFound() | SessionNotFound():
            return error_response(404, refused.code, str(refused))
        case RateLimited():
            response, wait_seconds = error_response(429, refused.code, str(refused)), refused.retry_after_seconds
        case _:
            logger.error("a watcher was sent away: %s", refused)
            DATABASE_AWAY_ANSWERS.inc()
            response, wait_seconds = error_response(503, *PLAIN_CODES[503]), COME_AGAIN_SECONDS
    response["Retry-After"] = str(wait_seconds)
    return response


async def _stream_until_left(
    scope: Scope, watcher: Watcher, shown: AsyncGenerator[Batch, None], leaving: asyncio.Task[None], send: Send
) -> None:
    """Once the answer has begun nobody can be refused any more: the stream just ends."""
    await send({"type": "http.response.start", "status": 200, "headers": encoded(answer_headers(scope) | HEADERS)})
    await _write(send, f"retry: {settings.STREAM.retry_milliseconds}\n\n")
    tasks = {
        leaving,
        asyncio.create_task(_send_all(shown, send)),
        asyncio.create_task(stay(watcher)),
    }
    try:
        async with asyncio.timeout(LIFETIME_SECONDS):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    except TimeoutError:
        pass
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        _require_expected(watcher, end)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_all(shown: AsyncGenerator[Batch, None], send: Send) -> None:
    async with aclosing(shown):
        async for batch in shown:
            await _write(send, "".join([_as_text(sent) for sent in batch]))


def _require_expected(watcher: Watcher, end: BaseException | None) -> None:
    if isinstance(end, DATABASE_AWAY):
        logger.warning("a watcher of %s has to come again: %s", watcher.code, end)
    elif isinstance(end, Exception) and not isinstance(end, REFUSALS):
        raise end


def _as_text(sent: Sent) -> str:
    number = f"id: {sent.seq}\n" if sent.seq is not None else ""
    return f"{number}event: {sent.type}\ndata: {sent.json}\n\n"


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
