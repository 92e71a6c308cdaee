"""Makes an application wait for a client that reads slowly, and drops a client that does not read at all.

Daphne keeps whatever it is given to send in memory. Twisted, though, tells a registered producer when a
client's buffer is full: so each websocket, and each response that comes in pieces, gets a `Valve`.
"""

import asyncio
import logging
import socket
from typing import Any
from weakref import WeakKeyDictionary

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from marketplace.scopes import SEND_TEXTS

SYSTEM_BUFFER_BYTES = 32 * 1024

logger = logging.getLogger(__name__)


@implementer(IPushProducer)
class Valve:
    """Open while the client takes what it is sent; the names of the methods are Twisted's."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    @property
    def is_open(self) -> bool:
        return self._open.is_set()

    async def opened(self) -> None:
        await self._open.wait()

    def pauseProducing(self) -> None:
        self._open.clear()

    def resumeProducing(self) -> None:
        self._open.set()

    def stopProducing(self) -> None:
        """The client is gone, so nobody needs to wait for it any longer."""
        self._open.set()


class Backpressure:
    """Watches the connections of one server; a `protocol` is Daphne's web request or websocket."""

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._valves: WeakKeyDictionary[Any, Valve] = WeakKeyDictionary()

    def prepare(self, protocol: Any, message: dict[str, Any]) -> None:
        """To be called before each message is written."""
        if message["type"] in ("websocket.send", SEND_TEXTS):
            self._watch_websocket(protocol)
        elif message["type"] == "http.response.body" and message.get("more_body"):
            self._watch_response(protocol)
        elif message["type"] == "http.response.body":
            self._release_response(protocol)

    async def drain(self, protocol: Any) -> None:
        """To be awaited after each message: returns when the client is ready for more, or is dropped."""
        valve = self._valves.get(protocol)
        if valve is None or valve.is_open:
            return
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await valve.opened()
        except TimeoutError:
            logger.warning("Dropped %s, which read nothing for %s s", protocol.client_addr, self._timeout_seconds)
            protocol.transport.abortConnection()

    def _watch_response(self, protocol: Any) -> None:
        if protocol not in self._valves and protocol.channel is not None:
            self._valves[protocol] = Valve()
            _keep_little(protocol.transport)
            protocol.registerProducer(self._valves[protocol], True)

    def _release_response(self, protocol: Any) -> None:
        # A request that ends with a producer still registered blocks the next one on its connection.
        if self._valves.pop(protocol, None) and protocol.channel is not None:
            protocol.unregisterProducer()

    def _watch_websocket(self, protocol: Any) -> None:
        if protocol not in self._valves:
            self._valves[protocol] = Valve()
            _keep_little(protocol.transport)
            # Left behind by the upgrade: the HTTP channel, which would pause nothing but itself.
            protocol.transport.unregisterProducer()
            protocol.transport.registerProducer(self._valves[protocol], True)


def _keep_little(transport: Any) -> None:
    """A client that reads nothing is noticed when this is full; the system would keep some megabytes for it."""
    transport.getHandle().setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SYSTEM_BUFFER_BYTES)
