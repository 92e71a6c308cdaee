"""How requests get through Django: each in one go in a thread, those about whole sessions only a few at a time."""

import asyncio
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

DEAR_PATHS = "/api/v1/simulation/"
MOST_DEAR_ONES = 2


class OneThreadHandler(ASGIHandler):
    """Django's own goes from the thread of the middleware to the event loop and back for every view, which on a busy
    loop is most of the wait. All our middleware and views are sync, so all of them run in the one thread.
    """

    def __init__(self) -> None:
        super().__init__()
        # One for each event loop, of which a server has one and tests have many.
        self._gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Threads that compute at the same time only take the interpreter from each other, and from all who wait."""
        if not request.path.startswith(DEAR_PATHS):
            return await self._respond(request)
        async with self._gate():
            return await self._respond(request)

    async def _respond(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)

    def _gate(self) -> asyncio.Semaphore:
        return self._gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(MOST_DEAR_ONES))
