"""Daphne, started from code: with work that runs beside it, an orderly stop, and a client that reads or goes.

Daphne itself has no lifespan events, dies of SIGSEGV if streams are open when it ends, leaves websockets
without a close frame, and exits with 0 if its port is taken.
"""

# Installs the reactor that runs on asyncio, hence before all that imports twisted.internet.reactor.
import daphne.server  # isort: skip

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any, Protocol

from autobahn.exception import Disconnected
from daphne.endpoints import build_endpoint_description_strings
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.defer import maybeDeferred
from twisted.python.failure import Failure

from marketplace import scopes
from marketplace.backpressure import Backpressure
from marketplace.scopes import Application, Message, Scope
from marketplace.settling import settle
from marketplace.stop_signals import StopSignals
from marketplace.writing import EagerConnection, write_texts

RESTART_CLOSE_CODE = 4012  # 1012 would be the standard's, but autobahn lets an application send no such code
WEBSOCKET_MESSAGE_BYTES = 64 * 1024
PROXY_HEADERS = {
    "proxy_forwarded_address_header": "X-Forwarded-For",
    "proxy_forwarded_proto_header": "X-Forwarded-Proto",
}
WRITE_TIMEOUT_SECONDS = 10.0
# With what follows it, the stop takes less than the ten seconds that supervisors grant.
GRACE_SECONDS = 6.0
MARGIN_SECONDS = 0.5
CLOSING_SECONDS = 1.0  # granted three times at most: to finish, to react to being cancelled, to end the loop

logger = logging.getLogger(__name__)


class Lifecycle(Protocol):
    """What runs in the server's event loop, beside the connections."""

    async def started(self, host: str, port: int) -> None:
        """Begins when the port is open, which for 0 is any free one. If this fails, the server stops."""

    async def stopping(self, grace_seconds: float) -> None:
        """New connections are refused by now; the open ones end when this returns, or the time is up."""


class CannotListenError(Exception):
    """The address is taken, not ours, or not allowed; the message says which."""


class Server(daphne.server.Server):  # type: ignore[misc]  # Daphne has no types
    def __init__(
        self,
        application: Application,
        lifecycle: Lifecycle,
        *,
        host: str,
        port: int,
        grace_seconds: float = GRACE_SECONDS,
        write_timeout_seconds: float = WRITE_TIMEOUT_SECONDS,
        is_behind_proxy: bool = False,
    ) -> None:
        super().__init__(
            application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
            signal_handlers=False,
            ready_callable=self._go_live,
            server_name="",
            websocket_max_message_size=WEBSOCKET_MESSAGE_BYTES,
            websocket_max_frame_size=WEBSOCKET_MESSAGE_BYTES,
            **(PROXY_HEADERS if is_behind_proxy else {}),
        )
        self._lifecycle = lifecycle
        self._host = host
        self._port = port
        self._grace_seconds = grace_seconds
        self._backpressure = Backpressure(write_timeout_seconds)
        self._ports: list[Any] = []
        self._listen_failure = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._has_failed = False

    def serve(self) -> int:
        """Blocks until the server has stopped, and returns the exit code.

        Daphne's `run` listens, calls `_go_live`, and runs the reactor, that is the event loop, until `_stop`.
        """
        self.run()
        if self._listen_failure:
            raise CannotListenError(self._listen_failure)
        self._close_loop()
        return int(self._has_failed)

    def create_application(self, protocol: Any, scope: Scope) -> Any:
        if scope["type"] == "websocket":
            scope = {**scope, "extensions": {**scope.get("extensions", {}), scopes.SEND_TEXTS: {}}}
        receive_queue = super().create_application(protocol, scope)
        if receive_queue is not None:
            application = self.connections[protocol]["application_instance"]
            application.add_done_callback(partial(self._cut_half_an_answer, protocol))
        return receive_queue

    async def handle_reply(self, protocol: Any, message: Message) -> None:
        if self._is_gone(protocol):
            return
        self._backpressure.prepare(protocol, message)
        try:
            texts = _texts_in(message)
            if not texts:
                await super().handle_reply(protocol, message)
            elif not write_texts(protocol, texts):
                for text in texts:
                    await super().handle_reply(protocol, {"type": "websocket.send", "text": text})
        except Disconnected:
            return  # a websocket that is closing: for the application no different from one that is closed
        await self._backpressure.drain(protocol)

    def listen_success(self, port: Any) -> None:
        port.transport = EagerConnection
        self._ports.append(port)
        super().listen_success(port)

    def listen_error(self, failure: Failure) -> None:
        reason = getattr(failure.value, "socketError", None) or failure.getErrorMessage()
        self._listen_failure = f"Cannot listen on {self._host} port {self._port}: {reason}"
        self.stop()

    def kill_all_applications(self) -> None:
        """Daphne would wait here as long as an application likes; `_end_all` has done it."""

    def _cut_half_an_answer(self, protocol: Any, application: asyncio.Future[None]) -> None:
        # Daphne would send an error page into it, fail, and never clear up after any application again.
        has_failed = not application.cancelled() and application.exception() is not None
        if has_failed and getattr(protocol, "_response_started", False) and protocol.channel:
            self.protocol_disconnected(protocol)
            protocol.channel.loseConnection()

    def _go_live(self) -> None:
        self._loop = asyncio.get_event_loop()
        # A client that sends too much, or nonsense, is told so by a close code.
        self.ws_factory.setProtocolOptions(failByDrop=False)
        StopSignals(self._loop, partial(self._hold, self._stop)).install()
        settle()
        self._hold(self._start)

    def _hold(self, start: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """The loop itself keeps only weak references to its tasks."""
        task = self._loop.create_task(start())
        self._tasks.add(task)
        task.add_done_callback(self._release)

    def _release(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.critical("The server stops, for what runs in it failed", exc_info=error)
            self._has_failed = True
            self._hold(self._stop)

    async def _start(self) -> None:
        await self._lifecycle.started(self._host, self._ports[0].getHost().port)

    async def _stop(self) -> None:
        if self._is_stopping:
            return
        self._is_stopping = True
        for port in self._ports:
            await maybeDeferred(port.stopListening).asFuture(self._loop)
        try:
            async with asyncio.timeout(self._grace_seconds + MARGIN_SECONDS):
                await self._lifecycle.stopping(self._grace_seconds)
        except TimeoutError:
            logger.warning("Not all work had ended after %s s", self._grace_seconds)
        finally:
            await self._end_all()
            self.stop()

    async def _end_all(self) -> None:
        """A request may finish; a websocket is told to come back; what has no end of its own is cut."""
        for protocol in self.connections:
            if isinstance(protocol, WebSocketProtocol) and protocol.state == protocol.STATE_OPEN:
                protocol.sendClose(RESTART_CLOSE_CODE, "restart")
        still_open = await _wait_for(self._applications() | self._tasks - {asyncio.current_task()})
        for task in still_open:
            task.cancel()
        await _wait_for(still_open)

    def _applications(self) -> set[asyncio.Future[None]]:
        found = {details.get("application_instance") for details in self.connections.values()}
        return found - {None}

    def _is_gone(self, protocol: Any) -> bool:
        return bool(self.connections.get(protocol, {"disconnected": True}).get("disconnected"))

    def _close_loop(self) -> None:
        # Tasks that are left to the interpreter's last garbage collection end in a SIGSEGV.
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(_wait_for(left))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())


def _texts_in(message: Message) -> Sequence[str]:
    match message["type"]:
        case "websocket.send":
            return [message["text"]] if message.get("text") else []
        case scopes.SEND_TEXTS:
            return message["texts"]  # type: ignore[no-any-return]
        case _:
            return []


async def _wait_for(tasks: Iterable[asyncio.Future[None]]) -> set[asyncio.Future[None]]:
    """Returns those that had not ended in time."""
    unfinished = {task for task in tasks if not task.done()}
    if not unfinished:
        return set()
    _, pending = await asyncio.wait(unfinished, timeout=CLOSING_SECONDS)
    return pending
