import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.handlers.asgi import ASGIHandler
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import AsyncRequestFactory

from marketplace.handling import MOST_DEAR_ONES, MOST_OTHERS, OneThreadHandler
from marketplace.logging_setup import correlation_id

BOUND_SECONDS = 10
CALLERS = 6
DEAR, CHEAP, HEALTH = "/api/v1/simulation/x/summary", "/api/v1/negotiation/x/state", "/api/v1/health/live"
WHOLE_BODY = ({"type": "http.request", "body": b"", "more_body": False},)


class Crowd:
    """Answers requests when as many as are expected at once have come, or it is told to go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self._lock = threading.Lock()
        self._inside: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with self._lock:
            self._inside[request.path] += 1
            self.most[request.path] = max(self.most[request.path], self._inside[request.path])
        self.go_on.wait(BOUND_SECONDS)
        with self._lock:
            self._inside[request.path] -= 1
        return HttpResponse(threading.current_thread().name)

    def has(self, path: str, count: int) -> bool:
        with self._lock:
            return self._inside[path] >= count


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


@pytest.fixture
def handler(crowd: Crowd) -> OneThreadHandler:
    return handler_of(crowd)


def handler_of(chain: Callable[[HttpRequest], HttpResponseBase]) -> OneThreadHandler:
    handler = OneThreadHandler()
    handler._middleware_chain = chain
    return handler


async def ask(handler: OneThreadHandler, path: str, body: Sequence[Mapping[str, Any]] = WHOLE_BODY) -> list[Any]:
    """What is sent to the caller."""
    arriving, sent = iter(body), []

    async def receive() -> Mapping[str, Any]:
        return next(arriving)

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    await handler(AsyncRequestFactory().get(path).scope, receive, send)
    return sent


def ask_in_turn(handler: OneThreadHandler, count: int, path: str = "/") -> list[bytes]:
    async def ask_all() -> list[bytes]:
        return [(await ask(handler, path))[1]["body"] for _ in range(count)]

    return asyncio.run(ask_all())


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        while not is_so():  # noqa: ASYNC110  # what is waited for happens in threads
            await asyncio.sleep(0.01)


def crowd_in(handler: OneThreadHandler, paths: Sequence[str], crowd: Crowd, is_in: Callable[[], bool]) -> None:
    """Asks for all of them at once; nobody is answered before those that matter are in."""

    async def ask_all() -> None:
        async with asyncio.TaskGroup() as group:
            for path in paths:
                group.create_task(ask(handler, path))
            await until(is_in)
            crowd.go_on.set()

    asyncio.run(ask_all())


def test_few_requests_about_sessions_are_at_work_at_once(handler, crowd):
    crowd_in(handler, [DEAR] * CALLERS, crowd, lambda: crowd.has(DEAR, MOST_DEAR_ONES))

    assert crowd.most[DEAR] == MOST_DEAR_ONES


def test_request_about_a_room_does_not_wait_for_those_about_sessions(handler, crowd):
    crowd_in(
        handler,
        [DEAR] * CALLERS + [CHEAP],
        crowd,
        lambda: crowd.has(CHEAP, 1) and crowd.has(DEAR, MOST_DEAR_ONES),
    )

    assert crowd.most[CHEAP] == 1


def test_health_is_told_while_all_others_wait(handler, crowd):
    crowd_in(
        handler,
        [CHEAP] * (MOST_OTHERS + 1) + [DEAR] * CALLERS + [HEALTH],
        crowd,
        lambda: crowd.has(CHEAP, MOST_OTHERS) and crowd.has(DEAR, MOST_DEAR_ONES) and crowd.has(HEALTH, 1),
    )

    assert crowd.most[CHEAP] == MOST_OTHERS


def test_middleware_and_view_run_in_one_thread_without_the_loop():
    assert asyncio.iscoroutinefunction(ASGIHandler()._middleware_chain)
    assert not asyncio.iscoroutinefunction(OneThreadHandler()._middleware_chain)


def test_body_in_pieces_is_put_together():
    handler = handler_of(lambda request: HttpResponse(request.body[::-1]))
    pieces = [{"type": "http.request", "body": piece, "more_body": piece != b"c"} for piece in (b"a", b"b", b"c")]

    sent = asyncio.run(ask(handler, "/", pieces))

    assert sent[1]["body"] == b"cba"


def test_caller_that_leaves_in_the_middle_of_its_body_is_not_heard():
    asked: list[HttpRequest] = []
    handler = handler_of(lambda request: asked.append(request) or HttpResponse())
    broken_off = [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}]

    sent = asyncio.run(ask(handler, "/", broken_off))

    assert (asked, sent) == ([], [])


def test_file_is_sent_whole_with_its_own_headers_and_closed():
    pieces = StreamingHttpResponse([b"one ", b"two"], status=203, headers={"X-Kind": "file"})
    pieces.set_cookie("seen", "yes")
    del pieces.headers["Content-Type"]

    start, body = asyncio.run(ask(handler_of(lambda request: pieces), "/"))

    assert (start["status"], body["body"], pieces.closed) == (203, b"one two", True)
    assert start["headers"] == [(b"X-Kind", b"file"), (b"Set-Cookie", b"seen=yes; Path=/")]


def test_what_a_request_notes_in_its_context_no_other_sees():
    def note(request: HttpRequest) -> HttpResponse:
        known = correlation_id.get()
        correlation_id.set("mine")
        return HttpResponse(known)

    assert b"mine" not in ask_in_turn(handler_of(note), 2 * MOST_DEAR_ONES, DEAR)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "postgresql", reason="its connections go back to a pool")
def test_there_are_no_more_connections_than_threads():
    opened: list[object] = []

    def count_users(request: HttpRequest) -> HttpResponse:
        opened.append((User.objects.count(), connection.connection)[1])
        return HttpResponse()

    ask_in_turn(handler_of(count_users), 5 * MOST_DEAR_ONES, DEAR)

    assert len({id(one) for one in opened}) <= MOST_DEAR_ONES


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_streamed", [False, True])
def test_connection_that_is_too_old_is_closed_after_the_request(is_streamed):
    used: list[BaseDatabaseWrapper] = []

    def count_users(request: HttpRequest) -> HttpResponseBase:
        used.append(connections[DEFAULT_DB_ALIAS])
        count = User.objects.count()
        connection.close_at = 0
        return StreamingHttpResponse([str(count).encode()]) if is_streamed else HttpResponse(str(count))

    answers = ask_in_turn(handler_of(count_users), 1)

    assert answers == [b"0"]
    assert [database.connection for database in used] == [None]
