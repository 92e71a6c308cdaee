"""A server with a tiny application, run by its tests in a process of its own: `python -m ... PORT [MODE]`.

Says on stdout, a line each, what it goes through. MODE is how its lifecycle misbehaves.
"""

import asyncio
import resource
import sys

from marketplace.guard import Message, Receive, Scope, Send
from marketplace.scopes import SEND_TEXTS
from marketplace.server import CannotListenError, Server

PIECE = b"x" * 64 * 1024
RESPONSE_START = {"type": "http.response.start", "status": 200, "headers": []}


class Lifecycle:
    def __init__(self, mode: str) -> None:
        self._mode = mode

    async def started(self, host: str, port: int) -> None:
        print("listening", port, flush=True)
        if self._mode == "work-fails":
            raise RuntimeError("the work failed")

    async def stopping(self, grace_seconds: float) -> None:
        print("stopping", flush=True)
        if self._mode in {"stop-hangs", "no-grace"}:
            await asyncio.Event().wait()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await answer_websocket(scope, receive, send)
    else:
        await PAGES[scope["path"]](send)


async def answer_websocket(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    if scope["path"] == "/flood":
        await flood(send, {"type": "websocket.send", "bytes": PIECE})
    while (message := await receive())["type"] == "websocket.receive":
        if message["text"] == "several":
            assert SEND_TEXTS in scope["extensions"]
            await send({"type": SEND_TEXTS, "texts": ["one", "two", "three"]})
        else:
            await send({"type": "websocket.send", "text": message["text"]})


async def answer_whole(send: Send) -> None:
    await send(RESPONSE_START)
    await send({"type": "http.response.body", "body": b"hello"})


async def answer_in_pieces(send: Send) -> None:
    await send(RESPONSE_START)
    for _ in range(64):
        await send({"type": "http.response.body", "body": PIECE, "more_body": True})
    await send({"type": "http.response.body", "body": b"end"})


async def answer_without_end(send: Send) -> None:
    await send(RESPONSE_START)
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    await asyncio.Event().wait()


async def answer_and_fail(send: Send) -> None:
    await send(RESPONSE_START)
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    raise RuntimeError("failed in mid answer")


async def flood_response(send: Send) -> None:
    await send(RESPONSE_START)
    await flood(send, {"type": "http.response.body", "body": PIECE, "more_body": True})


async def flood(send: Send, message: Message) -> None:
    """Writes 128 MiB, and says by how many MiB the process has grown."""
    before = peak_mebibytes()
    for _ in range(2048):
        await send(message)
    print("grown", peak_mebibytes() - before, flush=True)


def peak_mebibytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


PAGES = {
    "/": answer_whole,
    "/pieces": answer_in_pieces,
    "/endless": answer_without_end,
    "/fails": answer_and_fail,
    "/flood": flood_response,
}


def main(port: str, mode: str = "") -> int:
    server = Server(
        application,
        Lifecycle(mode),
        host="127.0.0.1",
        port=int(port),
        grace_seconds=0 if mode == "no-grace" else 6,
        write_timeout_seconds=0.2,
    )
    try:
        return server.serve()
    except CannotListenError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
