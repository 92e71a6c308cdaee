"""The access log, where `ACCESS_LOG` is on: a line for each answer, and two for each stream and socket.

It says who asked for what kind of thing, without ids, words or addresses. Streams and sockets get their correlation id
here, and are counted while they are open.
"""

import logging
import time

from django.conf import settings

from marketplace import scopes
from marketplace.counting import OPEN, count_answer, known_method
from marketplace.logging_setup import choose_correlation, correlation_id
from marketplace.scopes import Application, Message, Receive, Scope, Send, headers_of

logger = logging.getLogger("marketplace.access")

OPENED = "open"
# What a caller that is gone without a word is said to have closed with.
GONE = "1006"
VISIT = "visit"


def log_answer(method: str, route: str, outcome: str, seconds: float, who: str) -> None:
    """`outcome` is a status, a close code, or that it is open."""
    if not settings.ACCESS_LOG:
        return
    milliseconds = round(1000 * seconds)
    about = {"method": method, "route": route, "outcome": outcome, "ms": milliseconds, "who": who}
    logger.info("%s %s %s %s ms %s", method, route, outcome, milliseconds, who or "-", extra={"access": about})


def name_caller(scope: Scope, name: str) -> None:
    """Says whose stream or socket it is."""
    visit: Visit = scope[VISIT]
    visit.who = name


class NotedLive:
    """An application for streams or sockets of one route, with what happens to them noted."""

    def __init__(self, app: Application, route: str) -> None:
        self._app, self._route = app, route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        correlation_id.set(choose_correlation(headers_of(scope).get("x-request-id", "")))
        method = known_method(scope["method"]) if scope["type"] == "http" else "WS"
        visit = Visit(method, self._route, receive, send)
        try:
            await self._app({**scope, VISIT: visit}, visit.receive, visit.send)
        finally:
            visit.end()


class Visit:
    """One stream or socket from its request to its end."""

    def __init__(self, method: str, route: str, receive: Receive, send: Send) -> None:
        self._method, self._route, self._receive, self._send = method, route, receive, send
        self._began = time.perf_counter()
        self._outcome = GONE
        self._kind = ""  # as long as it is not open
        self.who = ""

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "websocket.disconnect" and self._outcome == GONE:  # else it answers our own close
            self._outcome = str(message.get("code") or GONE)
        return message

    async def send(self, message: Message) -> None:
        match message["type"]:
            case "http.response.start":
                message = self._answer(message)
            case "websocket.send" | scopes.SEND_TEXTS if not self._kind:
                self._open("socket")
            case "websocket.close":
                self._outcome = str(message.get("code") or 1000)
            case _:
                pass
        await self._send(message)

    def end(self) -> None:
        if self._kind:
            OPEN.labels(self._kind).dec()
        self._log(self._outcome)

    def _answer(self, message: Message) -> Message:
        self._outcome = str(message["status"])
        count_answer(self._method, self._route, message["status"])
        if message["status"] == 200:
            self._open("stream")
        return {**message, "headers": [*message["headers"], (b"x-request-id", correlation_id.get().encode())]}

    def _open(self, kind: str) -> None:
        self._kind = kind
        OPEN.labels(kind).inc()
        self._log(OPENED)

    def _log(self, outcome: str) -> None:
        log_answer(self._method, self._route, outcome, time.perf_counter() - self._began, self.who)
