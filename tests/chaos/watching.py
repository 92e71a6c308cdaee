"""Watchers that write down what they are shown, over SSE and websocket by turns, and are cut off at random."""

import asyncio
import json
import random
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.chaos.installation import PATIENCE_SECONDS, Installation

LAST = "negotiation_complete"
UNREACHABLE = (OSError, EOFError, WebSocketException, TimeoutError)


@dataclass
class Shown:
    """What one watcher saw of one room, in the order in which it came."""

    room: str
    frames: list[tuple[int, str]] = field(default_factory=list)
    came_at: list[float] = field(default_factory=list)
    connections: int = 0
    is_over: bool = False

    @property
    def after(self) -> int:
        return self.frames[-1][0] if self.frames else 0

    def take(self, text: str) -> None:
        frame = json.loads(text)
        if "seq" in frame:
            self.frames.append((frame["seq"], text))
            self.came_at.append(time.monotonic())
        self.is_over = self.is_over or frame.get("type") == LAST


class Watchers:
    """So many watchers for each room, in a thread of their own, from their first look until each room is over.

    Each connection lasts at most `most_seconds`, cut at a random moment before; 0 leaves them alone.
    """

    def __init__(
        self, installation: Installation, rooms: Sequence[str], each: int, *, seed: int, most_seconds: float = 0
    ) -> None:
        self.shown = [Shown(room) for room in rooms for _ in range(each)]
        self._installation, self._most_seconds = installation, most_seconds
        self._random = random.Random(seed)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch_all()), name="watchers", daemon=True)
        self._thread.start()

    @property
    def reconnects(self) -> int:
        return sum(shown.connections - 1 for shown in self.shown)

    @property
    def frame_count(self) -> int:
        return sum(len(shown.frames) for shown in self.shown)

    def join(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Waits until every watcher has seen its room's end."""
        self._thread.join(seconds)
        late = [shown.room for shown in self.shown if not shown.is_over]
        assert not late, f"{len(late)} watchers have not seen the end of their rooms: {set(late)}"

    def first_after(self, moment: float) -> float | None:
        """How long after this moment the first new event was shown to anybody."""
        times = [at - moment for shown in self.shown for at in shown.came_at if at > moment]
        return min(times, default=None)

    async def _watch_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for shown in self.shown:
                group.create_task(self._watch(shown))

    async def _watch(self, shown: Shown) -> None:
        while not shown.is_over:
            port = self._random.choice(self._installation.ports)
            look = self._random.choice((over_sse, over_websocket))
            seconds = self._random.uniform(0.02, self._most_seconds) if self._most_seconds else None
            with suppress(*UNREACHABLE):
                async with asyncio.timeout(seconds):
                    async for text in look(port, self._installation.key, shown):
                        shown.take(text)
            await asyncio.sleep(0.02)


async def over_sse(port: int, key: str, shown: Shown) -> AsyncIterator[str]:
    """HTTP/1.0, so that the stream comes as it is and not in chunks."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"GET /api/v1/negotiation/{shown.room}/stream HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n"
        writer.write(f"{head}X-API-Key: {key}\r\nLast-Event-ID: {shown.after}\r\n\r\n".encode())
        status = (await reader.readline()).split()
        if status[1:2] != [b"200"]:
            return
        shown.connections += 1
        while line := await reader.readline():
            if line.startswith(b"data: ") and line.endswith(b"\n"):
                yield line[6:-1].decode()
    finally:
        writer.transport.abort()


async def over_websocket(port: int, key: str, shown: Shown) -> AsyncIterator[str]:
    url = f"ws://127.0.0.1:{port}/ws/negotiation/{shown.room}/?after={shown.after}"
    socket = await connect(url, additional_headers={"X-API-Key": key}, ping_interval=None, max_size=None)
    shown.connections += 1
    try:
        async for message in socket:
            assert isinstance(message, str)
            yield message
    finally:
        socket.transport.abort()
