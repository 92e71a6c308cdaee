"""A small OpenAI-compatible server on loopback that answers as it is told, and remembers all it was asked."""

import asyncio
import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from types import TracebackType
from typing import Self

from tests.fake_llm.asked import Asked
from tests.fake_llm.behaviours import Behaviour, Close, Hang, Head, Pause, Reply, Reset, Step, json_body, refusal
from tests.fake_llm.sensible import sensible

Rule = Callable[[Asked], Behaviour]


class FakeLlm:
    """Lives in a thread of its own, so that sync tests can use it. Queued behaviours come before the rule's."""

    def __init__(
        self,
        answer: Behaviour | None = None,
        *,
        rule: Rule | None = None,
        models: tuple[str, ...] = ("fake-model",),
        max_concurrency: int = 0,
        port: int = 0,
    ) -> None:
        behaviour = answer or Reply(text=sensible)
        self.rule: Rule = rule or (lambda asked: behaviour)
        self.models_answer: Behaviour = lambda asked: json_body({"data": [{"id": model} for model in models]})
        self.queue: deque[Behaviour] = deque()
        self.asked: list[Asked] = []
        self.port, self._max_concurrency = port, max_concurrency
        self.connections = self.in_flight = self.peak_in_flight = self.aborted = self.answered = 0
        self._open: set[_Connection] = set()
        self._slots: asyncio.Semaphore | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def chats(self) -> list[Asked]:
        """The requests for replies, without those for the list of models."""
        return [asked for asked in self.asked if asked.method == "POST"]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when connections are taken; after a stop, at the same port."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fake-llm", daemon=True)
        self._is_listening, self._stopping = threading.Event(), asyncio.Event()
        self._thread.start()
        assert self._is_listening.wait(10)

    def stop(self) -> None:
        """Breaks all connections; returns when the port is free."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def wait_until(self, is_so: Callable[["FakeLlm"], bool], seconds: float = 5.0) -> bool:
        """Whether it became so in time."""
        deadline = time.monotonic() + seconds
        while not is_so(self) and time.monotonic() < deadline:
            time.sleep(0.002)
        return is_so(self)

    def behaviour_for(self, asked: Asked) -> Behaviour:
        if asked.path.endswith("/models"):
            return self.models_answer
        if not asked.path.endswith("/chat/completions"):
            return refusal(404)
        return self.queue.popleft() if self.queue else self.rule(asked)

    def begin(self) -> None:
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)

    def end(self, *, is_answered: bool) -> None:
        self.in_flight -= 1
        self.answered += is_answered
        self.aborted += not is_answered

    def opened(self, connection: "_Connection") -> None:
        if self._stopping.is_set():  # taken in the very moment of the stop, which has broken all others
            connection.abort()
            return
        self._open.add(connection)
        self.connections += 1

    def closed(self, connection: "_Connection") -> None:
        self._open.discard(connection)

    @property
    def slots(self) -> asyncio.Semaphore | None:
        return self._slots

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        self._slots = asyncio.Semaphore(self._max_concurrency) if self._max_concurrency else None
        server = await loop.create_server(
            lambda: _Connection(self, loop), "127.0.0.1", self.port, reuse_address=True, backlog=1024
        )
        async with server:
            self.port = server.sockets[0].getsockname()[1]
            self._is_listening.set()
            await self._stopping.wait()
            for connection in list(self._open):
                connection.abort()
            # One turn of the loop, in which the connections learn that they are lost.
            await asyncio.sleep(0)


class _Connection(asyncio.Protocol):
    """One client; answers one request after another."""

    def __init__(self, server: FakeLlm, loop: asyncio.AbstractEventLoop) -> None:
        self._server, self._loop = server, loop
        self._received = bytearray()
        self._transport: asyncio.Transport
        self._answering: asyncio.Task[None] | None = None
        self._can_write = asyncio.Event()
        self._can_write.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.opened(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._server.closed(self)
        if self._answering is not None:
            self._answering.cancel()

    def pause_writing(self) -> None:
        self._can_write.clear()

    def resume_writing(self) -> None:
        self._can_write.set()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._answering is None and (asked := self._next_request()) is not None:
            self._answering = self._loop.create_task(self._answer(asked))

    def abort(self) -> None:
        self._transport.abort()

    def _next_request(self) -> Asked | None:
        """None as long as the request is not whole."""
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return None
        request_line, *lines = self._received[:head_end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body_end = head_end + 4 + int(headers.get("content-length", 0))
        if len(self._received) < body_end:
            return None
        body = bytes(self._received[head_end + 4 : body_end])
        del self._received[:body_end]
        method, path, _ = request_line.split(" ")
        return Asked(method, path, headers, json.loads(body) if body else {})

    async def _answer(self, asked: Asked) -> None:
        self._server.asked.append(asked)
        self._server.begin()
        writer, is_answered = _Writer(self._transport), False
        try:
            async with self._server.slots or nullcontext():
                is_answered = await self._perform(asked, writer)
        finally:
            # Before the client can see the end of its reply.
            self._server.end(is_answered=is_answered)
        if is_answered:
            writer.end()
        self._answering = None
        self.data_received(b"")

    async def _perform(self, asked: Asked, writer: "_Writer") -> bool:
        """Whether the client gets an answer to its end, be it a bad one."""
        for step in self._server.behaviour_for(asked)(asked):
            if not await self._do(step, writer):
                return False
        return True

    async def _do(self, step: Step, writer: "_Writer") -> bool:
        """Whether there is anything to do after this step."""
        match step:
            case Head() | bytes():
                writer.add(step)
            case Pause(seconds):
                writer.flush()
                await self._can_write.wait()
                await asyncio.sleep(seconds)
            case Hang():
                writer.flush()
                await asyncio.Event().wait()
            case Close():
                writer.flush()
                self._transport.close()
                return False
            case Reset():
                self._break()
                return False
        return True

    def _break(self) -> None:
        """Makes the other side see a reset, not an end."""
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


class _Writer:
    """Gathers what a reply is made of, to send it in as few writes as its pauses allow."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._waiting: list[bytes] = []
        self._is_chunked = False

    def add(self, step: Head | bytes) -> None:
        if isinstance(step, Head):
            self._is_chunked = step.length is None
            self._waiting.append(_head(step))
        elif self._is_chunked and step:
            self._waiting.append(b"%x\r\n%b\r\n" % (len(step), step))
        else:
            self._waiting.append(step)

    def flush(self) -> None:
        self._transport.write(b"".join(self._waiting))
        self._waiting.clear()

    def end(self) -> None:
        if self._is_chunked:
            self._waiting.append(b"0\r\n\r\n")
        self.flush()


def _head(head: Head) -> bytes:
    length = "transfer-encoding: chunked" if head.length is None else f"content-length: {head.length}"
    lines = [f"HTTP/1.1 {head.status} Whatever", f"content-type: {head.content_type}", length]
    lines += [f"{name}: {value}" for name, value in head.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
