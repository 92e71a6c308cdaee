"""Watchers of rooms by SSE and websocket, many in one process."""

import asyncio
import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import TypeVar

from seen import Seen

W = TypeVar("W", bound="Watcher")


class Watcher(asyncio.Protocol):
    """Follows a room over a connection of its own; `joined` and `done` are set when events can come, and when no more
    will.

    No client of HTTP or websockets: at a few thousand events a second they would take longer than the server, and what
    waits for them would count as the server's.
    """

    def __init__(self, request: bytes, seen: Seen, leave_after: int = 0) -> None:
        self._request, self.seen, self._leave_after = request, seen, leave_after
        self._rest = b""
        loop = asyncio.get_running_loop()
        self.joined: asyncio.Future[None] = loop.create_future()
        self.done: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        for future in (self.joined, self.done):
            if not future.done():
                future.set_result(None)

    def leave(self) -> None:
        self._transport.abort()

    def take(self, frame: bytes) -> None:
        if self._transport.is_closing():
            return
        self.seen.take(frame)
        if self.seen.is_over or (self._leave_after and len(self.seen.numbers) >= self._leave_after):
            self.leave()


class StreamWatcher(Watcher):
    """By SSE, over HTTP/1.0 so that nothing is cut into chunks."""

    def data_received(self, data: bytes) -> None:
        *whole, self._rest = (self._rest + data).split(b"\n\n")
        for block in whole:
            if not self.joined.done() and b"event: connected" in block:
                self.joined.set_result(None)
            elif b"id: " in block:
                self.take(block[block.index(b"data: ") + 6 :])


class SocketWatcher(Watcher):
    """By websocket; the first message says that it has joined."""

    _is_open = False

    def data_received(self, data: bytes) -> None:
        self._rest += data
        if not self._is_open:
            head, ended, rest = self._rest.partition(b"\r\n\r\n")
            if not ended:
                return
            if b" 101 " not in head[:16]:
                raise ConnectionError(head.decode("latin-1"))
            self._is_open, self._rest = True, rest
        frames, self._rest = _frames_of(self._rest)
        for opcode, payload in frames:
            if opcode == PING:
                self._transport.write(bytes((FINAL | PONG, MASKED | len(payload), 0, 0, 0, 0)) + payload)
            elif opcode == CLOSE:
                self.leave()
            elif self.joined.done():
                self.take(payload)
            else:
                self.joined.set_result(None)


# Of the websocket protocol, RFC 6455, section 5.2. A mask of zeros leaves a payload as it is.
FINAL = MASKED = 0x80
CLOSE, PING, PONG = 0x8, 0x9, 0xA


def _frames_of(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Opcode and payload of each whole frame, and what is left; servers send no masks, and ours no parts."""
    frames, start = [], 0
    while len(data) >= start + 2:
        begin, size = start + 2, data[start + 1]
        if size >= 126:
            begin += 2 if size == 126 else 8
            size = int.from_bytes(data[start + 2 : begin], "big")
        if len(data) < begin + size:
            break
        frames.append((data[start] & 0x0F, data[begin : begin + size]))
        start = begin + size
    return frames, data[start:]


async def watch_stream(
    port: int, path: str, key: str = "", *, seen: Seen | None = None, after: int = 0, leave_after: int = 0
) -> StreamWatcher:
    """Returns when the watcher has joined."""
    lines = [f"GET {path} HTTP/1.0", f"Last-Event-ID: {after}" if after else "Accept: */*"]
    request = _request(lines, key)
    return await _joined(port, lambda: StreamWatcher(request, seen or Seen(), leave_after))


async def watch_socket(port: int, room: str, key: str, *, seen: Seen | None = None) -> SocketWatcher:
    """Returns when the watcher has joined."""
    nonce = b64encode(os.urandom(16)).decode()
    lines = [f"GET /ws/negotiation/{room}/ HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"]
    request = _request([*lines, f"Sec-WebSocket-Key: {nonce}", "Sec-WebSocket-Version: 13"], key)
    return await _joined(port, lambda: SocketWatcher(request, seen or Seen()))


def stream_path(room: str) -> str:
    return f"/api/v1/negotiation/{room}/stream"


def _request(lines: Sequence[str], key: str) -> bytes:
    own = [f"X-API-Key: {key}"] if key else []
    return "\r\n".join([lines[0], "Host: 127.0.0.1", *lines[1:], *own, "", ""]).encode()


async def _joined(port: int, make: Callable[[], W]) -> W:
    _, watcher = await asyncio.get_running_loop().create_connection(make, "127.0.0.1", port)
    await watcher.joined
    return watcher
