"""A fast OpenAI-compatible chat server in a process of its own, for benchmarks. Prints its port, serves until stopped.

    .venv/bin/python bench/fake_model.py --latency 0.3 --max-concurrency 20 --fault 500=0.1 --fault hang=0.1

It answers with the draft or the advice in the prompt, so that rooms run all their rounds; with a `--habit` it chooses
as one that knows nothing. `GET /stats` tells what it saw and its own processor time; `POST /settings` changes how it
behaves and forgets what it saw.
"""

import argparse
import asyncio
import hashlib
import json
import random
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from aiohttp import web

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.fake_llm.asked import Asked
from tests.fake_llm.careless import HABITS, Careless
from tests.fake_llm.sensible import sensible

MODEL = "fake-model"
FAULTS = ("500", "429", "hang", "cut", "garbage")
FIRST_TOKEN_SHARE = 0.4
CHUNKS_IN_A_WRITE = 4
USAGE = {"prompt_tokens": 500, "completion_tokens": 40, "total_tokens": 540}
EVENT_STREAM = {"content-type": "text/event-stream"}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Seconds are those of a whole reply; `jitter` is the part of them by which it may be sooner or later.

    A streamed reply comes in `chunks` pieces, four to a write, from 40 % of its time on.
    `faults` has the share of each kind. Without a `habit` the advice is followed.
    """

    latency: float = 0.0
    jitter: float = 0.0
    max_concurrency: int = 0
    chunks: int = 20
    retry_after: float = 1.0
    seed: int = 7
    habit: str = ""
    faults: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Seen:
    """What came in since the last change of behaviour. `in_flight` counts the queued ones, `busy` those at work."""

    calls: int = 0
    answered: int = 0
    aborted: int = 0
    faulted: int = 0
    repeated: int = 0
    streamed: int = 0
    in_flight: int = 0
    peak_in_flight: int = 0
    busy: int = 0
    peak_busy: int = 0
    busy_seconds: float = 0.0


class FakeModel:
    def __init__(self, behaviour: Behaviour) -> None:
        self.adopt(behaviour)

    def adopt(self, behaviour: Behaviour) -> None:
        """Calls that are on their way are counted where nobody looks."""
        self._behaviour, self._seen = behaviour, Seen()
        self._chance = random.Random(behaviour.seed)
        self._say: Callable[[Asked], str] = Careless(behaviour.habit, behaviour.seed) if behaviour.habit else sensible
        self._prompts: set[bytes] = set()
        self._slots = asyncio.Semaphore(behaviour.max_concurrency) if behaviour.max_concurrency else None
        self._cpu = time.process_time()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        routes: Mapping[str, Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]] = {
            "/v1/chat/completions": self._chat,
            "/v1/models": self._models,
            "/stats": self._stats,
            "/settings": self._settings,
        }
        route = routes.get(request.path)
        return await route(request) if route else web.Response(status=404)

    async def _models(self, request: web.BaseRequest) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": MODEL, "object": "model"}]})

    async def _stats(self, request: web.BaseRequest) -> web.Response:
        return web.json_response({**asdict(self._seen), "cpu_seconds": time.process_time() - self._cpu})

    async def _settings(self, request: web.BaseRequest) -> web.Response:
        self.adopt(Behaviour(**json.loads(await request.read())))
        return web.json_response({})

    async def _chat(self, request: web.BaseRequest) -> web.StreamResponse:
        seen, behaviour = self._seen, self._behaviour
        raw = await request.read()
        self._remember(raw)
        seen.in_flight += 1
        seen.peak_in_flight = max(seen.peak_in_flight, seen.in_flight)
        is_answered = False
        try:
            async with self._slots or nullcontext():
                seen.busy += 1
                seen.peak_busy = max(seen.peak_busy, seen.busy)
                started = time.monotonic()
                try:
                    reply = await self._reply(request, json.loads(raw), behaviour, started)
                finally:
                    seen.busy -= 1
                    seen.busy_seconds += time.monotonic() - started
            is_answered = True
        finally:
            seen.in_flight -= 1
            seen.answered += is_answered
            seen.aborted += not is_answered
        return reply

    def _remember(self, raw: bytes) -> None:
        prompt = hashlib.blake2b(raw, digest_size=12).digest()
        self._seen.calls += 1
        self._seen.repeated += prompt in self._prompts
        self._prompts.add(prompt)

    async def _reply(
        self, request: web.BaseRequest, body: dict[str, Any], behaviour: Behaviour, started: float
    ) -> web.StreamResponse:
        spread = behaviour.jitter * self._chance.uniform(-1, 1) if behaviour.jitter else 0.0
        seconds = behaviour.latency * (1 + spread)
        fault = self._drawn_fault(behaviour)
        if fault:
            self._seen.faulted += 1
            return await self._fail(request, fault, started + seconds, behaviour)
        text = self._say(Asked("POST", request.path, {}, body))
        if body.get("stream"):
            self._seen.streamed += 1
            return await _streamed(request, text, started, seconds, behaviour.chunks)
        await _until(started + seconds)
        return web.Response(body=_completion(text), content_type="application/json")

    def _drawn_fault(self, behaviour: Behaviour) -> str:
        if not behaviour.faults:
            return ""
        drawn = self._chance.random()
        for kind, share in behaviour.faults.items():
            if drawn < share:
                return kind
            drawn -= share
        return ""

    async def _fail(self, request: web.BaseRequest, kind: str, due: float, behaviour: Behaviour) -> web.StreamResponse:
        if kind == "500":
            return web.json_response({"error": {"message": "overloaded"}}, status=500)
        if kind == "429":
            headers = {"retry-after": f"{behaviour.retry_after:g}"}
            return web.json_response({"error": {"message": "too many requests"}}, status=429, headers=headers)
        if kind == "hang":
            await asyncio.Event().wait()
        await _until(due)
        if kind == "cut":
            return await _cut(request)
        return web.Response(text="<html>Please sign in</html>", content_type="text/html")


async def _streamed(
    request: web.BaseRequest, text: str, started: float, seconds: float, chunks: int
) -> web.StreamResponse:
    """Times count from the call's beginning, so that what each wait is too long does not add up."""
    response = web.StreamResponse(headers=EVENT_STREAM)
    pieces = [_chunk({"content": piece}, None) for piece in _pieces(text, chunks)]
    writes = [pieces[place : place + CHUNKS_IN_A_WRITE] for place in range(0, len(pieces), CHUNKS_IN_A_WRITE)]
    due = started + FIRST_TOKEN_SHARE * seconds
    await _until(due)
    await response.prepare(request)
    for written in writes:
        due += (1 - FIRST_TOKEN_SHARE) * seconds / len(writes)
        await response.write(b"".join(written))
        await _until(due)
    await response.write(_chunk({}, "stop") + b"data: [DONE]\n\n")
    await response.write_eof()
    return response


async def _until(due: float) -> None:
    if (wait := due - time.monotonic()) > 0:
        await asyncio.sleep(wait)


def _pieces(text: str, chunks: int) -> Sequence[str]:
    length = max(1, -(-len(text) // max(1, chunks)))
    return [text[start : start + length] for start in range(0, len(text), length)] or [""]


def _chunk(delta: Mapping[str, str], finish: str | None) -> bytes:
    said = json.dumps({"index": 0, "delta": delta, "finish_reason": finish}, ensure_ascii=False)
    head = f'{{"id":"c","object":"chat.completion.chunk","created":1,"model":"{MODEL}","choices":'
    usage = f',"usage":{json.dumps(USAGE)}' if finish else ""
    return f"data: {head}[{said}]{usage}}}\n\n".encode()


def _completion(text: str) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice], "usage": USAGE}
    return json.dumps(body, ensure_ascii=False).encode()


async def _cut(request: web.BaseRequest) -> web.StreamResponse:
    """Half a reply, then the end of the connection."""
    response = web.StreamResponse(headers={"content-type": "application/json", "content-length": "4000"})
    await response.prepare(request)
    await response.write(_completion("half")[:40])
    assert request.transport is not None
    request.transport.close()
    return response


async def serve(behaviour: Behaviour, port: int) -> None:
    """Returns when asked to stop by a signal."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    # Without the access log, and told of clients that leave.
    server = web.Server(FakeModel(behaviour).answer, handler_cancellation=True, access_log=None)
    listener = await loop.create_server(server, "127.0.0.1", port, backlog=2048)
    print(listener.sockets[0].getsockname()[1], flush=True)
    await stopped.wait()
    listener.close()
    await server.shutdown(0.5)


def read_behaviour(arguments: Sequence[str] | None = None) -> tuple[Behaviour, int]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that a reply takes")
    parser.add_argument("--jitter", type=float, default=0.0, help="the part of it by which replies differ, 0 to 1")
    parser.add_argument("--max-concurrency", type=int, default=0, help="0: no limit; the others wait")
    parser.add_argument("--chunks", type=int, default=Behaviour().chunks, help="pieces of a streamed reply")
    parser.add_argument("--retry-after", type=float, default=1.0, help="what a 429 asks for")
    parser.add_argument("--fault", action="append", default=[], metavar="KIND=SHARE", help=", ".join(FAULTS))
    parser.add_argument("--habit", choices=HABITS, default="", help="choose by it, whatever is advised")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    faults = {kind: float(share) for kind, _, share in (fault.partition("=") for fault in options.fault)}
    if unknown := faults.keys() - set(FAULTS):
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    names = ("latency", "jitter", "max_concurrency", "chunks", "retry_after", "seed", "habit")
    return replace(Behaviour(**{name: getattr(options, name) for name in names}), faults=faults), options.port


if __name__ == "__main__":
    asyncio.run(serve(*read_behaviour()))
