"""Watchers of rooms by SSE and websocket, many in one process."""

import asyncio
from contextlib import AsyncExitStack

import aiohttp
from seen import Seen
from serving import Server


class StreamWatcher(asyncio.Protocol):
    """Follows a room by SSE, over HTTP/1.0 so that nothing is cut into chunks; `done` is set when the stream ends."""

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

    def data_received(self, data: bytes) -> None:
        *whole, self._rest = (self._rest + data).split(b"\n\n")
        for block in whole:
            self._take(block)

    def connection_lost(self, error: Exception | None) -> None:
        for future in (self.joined, self.done):
            if not future.done():
                future.set_result(None)

    def leave(self) -> None:
        self._transport.abort()

    def _take(self, block: bytes) -> None:
        if not self.joined.done() and b"event: connected" in block:
            self.joined.set_result(None)
        elif b"id: " in block and not self._transport.is_closing():
            self.seen.take(block[block.index(b"data: ") + 6 :])
            if self.seen.is_over or (self._leave_after and len(self.seen.numbers) >= self._leave_after):
                self.leave()


async def watch_stream(
    port: int, path: str, key: str = "", *, seen: Seen | None = None, after: int = 0, leave_after: int = 0
) -> StreamWatcher:
    """Returns when the watcher has joined."""
    lines = [f"GET {path} HTTP/1.0", "Host: 127.0.0.1", f"Last-Event-ID: {after}" if after else "Accept: */*"]
    request = "\r\n".join([*lines, *([f"X-API-Key: {key}"] if key else []), "", ""]).encode()
    loop = asyncio.get_running_loop()
    make = lambda: StreamWatcher(request, seen or Seen(), leave_after)  # noqa: E731
    _, watcher = await loop.create_connection(make, "127.0.0.1", port)
    await watcher.joined
    return watcher


def stream_path(room: str) -> str:
    return f"/api/v1/negotiation/{room}/stream"


async def watch_socket(
    http: aiohttp.ClientSession, server: Server, room: str, key: str, entry: tuple[asyncio.Semaphore, asyncio.Event]
) -> Seen:
    """Follow the room to its end by websocket. Joins when the gate lets it, and says when it has."""
    gate, joined = entry
    seen = Seen()
    url = f"{server.base}/ws/negotiation/{room}/"
    async with AsyncExitStack() as stack:
        async with gate:
            socket = await stack.enter_async_context(http.ws_connect(url, headers={"X-API-Key": key}, max_msg_size=0))
            await socket.receive()
            joined.set()
        async for message in socket:
            if isinstance(message.data, str):
                seen.take(message.data.encode())
            if seen.is_over:
                break
    return seen
