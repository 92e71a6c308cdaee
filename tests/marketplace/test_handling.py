import asyncio
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory

from marketplace.handling import MOST_DEAR_ONES, OneThreadHandler

BOUND_SECONDS = 10
CALLERS = 6


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
    handler = OneThreadHandler()
    handler._middleware_chain = crowd
    return handler


async def ask(handler: OneThreadHandler, path: str) -> None:
    """As the server does, each request with a thread of its own."""
    async with ThreadSensitiveContext():
        await handler.get_response_async(AsyncRequestFactory().get(path))


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        while not is_so():  # noqa: ASYNC110  # what is waited for happens in threads
            await asyncio.sleep(0.01)


def test_few_requests_about_sessions_are_at_work_at_once(handler, crowd):
    path = "/api/v1/simulation/x/summary"

    async def crowd_in() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(CALLERS):
                group.create_task(ask(handler, path))
            await until(lambda: crowd.has(path, MOST_DEAR_ONES))
            crowd.go_on.set()

    asyncio.run(crowd_in())

    assert crowd.most[path] == MOST_DEAR_ONES


def test_request_about_a_room_does_not_wait_for_those_about_sessions(handler, crowd):
    dear, cheap = "/api/v1/simulation/x/summary", "/api/v1/negotiation/x/state"

    async def crowd_in() -> bool:
        async with asyncio.TaskGroup() as group:
            for path in [dear] * CALLERS + [cheap]:
                group.create_task(ask(handler, path))
            await until(lambda: crowd.has(cheap, 1) and crowd.has(dear, MOST_DEAR_ONES))
            crowd.go_on.set()
        return True

    assert asyncio.run(crowd_in())


def test_middleware_and_view_run_in_one_thread_without_the_loop():
    assert asyncio.iscoroutinefunction(ASGIHandler()._middleware_chain)
    assert not asyncio.iscoroutinefunction(OneThreadHandler()._middleware_chain)
