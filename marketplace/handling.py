"""How requests get through Django: each in one go in a thread of a pool, where those about whole sessions are few."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from marketplace.scopes import Scope

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

DEAR_PATHS = "/api/v1/simulation/"
HEALTH_PATHS = "/api/v1/health"
# Threads that compute at the same time only take the interpreter from each other, and from all who wait.
MOST_DEAR_ONES = 2
# So many may wait for a database that is locked or away before others wait for them; health answers even then.
MOST_OTHERS = 24
MOST_ABOUT_HEALTH = 4


class OneThreadHandler(ASGIHandler):
    """Django's own makes a thread for each request, and goes back and forth between it and the event loop for every
    signal, view and response: most of what a request costs, and on a busy loop most of the wait.

    All our middleware and views are sync, so all of them run in one thread, which keeps its database connection for
    the next request as long as `CONN_MAX_AGE` allows. A view is not told that its caller has left; none would care.
    """

    def __init__(self) -> None:
        super().__init__()
        self._dear = ThreadPoolExecutor(MOST_DEAR_ONES, thread_name_prefix="http-dear")
        self._health = ThreadPoolExecutor(MOST_ABOUT_HEALTH, thread_name_prefix="http-health")
        self._others = ThreadPoolExecutor(MOST_OTHERS, thread_name_prefix="http")

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _whole_body(receive)
        if body is None:
            return
        # A context of its own: what middleware notes there is this request's alone.
        respond, threads = copy_context().run, self._threads_for(scope["path"])
        response = await asyncio.get_running_loop().run_in_executor(threads, respond, self._respond, scope, body)
        await self.send_response(response, send)

    def _threads_for(self, path: str) -> ThreadPoolExecutor:
        if path.startswith(DEAR_PATHS):
            return self._dear
        return self._health if path.startswith(HEALTH_PATHS) else self._others

    def _respond(self, scope: Scope, body: bytes) -> HttpResponse:
        """With all that Django does before and after a request, which includes its connections."""
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, BytesIO(body))
        response = refusal if request is None else self.get_response(request)
        assert response is not None, "Django gives a request or a refusal"
        response._handler_class = self.__class__  # type: ignore[attr-defined]  # for the signal that `close` sends
        whole = _whole(response)
        response.close()
        return whole


async def _whole_body(receive: Receive) -> bytes | None:
    """None if the caller left before its end. How long it may be is the guard's concern."""
    chunks = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def _whole(response: HttpResponseBase) -> HttpResponse:
    """What comes in pieces are static files, which are small, and are read here rather than in the event loop."""
    if isinstance(response, HttpResponse):
        return response
    whole = HttpResponse(b"".join(response), status=response.status_code)
    whole.headers, whole.cookies = response.headers, response.cookies
    return whole
