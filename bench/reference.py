"""The bare stack to compare with: Daphne, Django and the openai SDK in one process, and nothing of the product's.

A room asks the model for its buyer, then for its sellers at once, round after round. Each event is a row of its own in
SQLite, as durable as the product's, committed before its watchers are told by SSE. Nothing is judged, counted or
limited. Prompts, replies and events are about as long as the product's.

    GET /rooms/<name>/start        GET /rooms/<name>/stream
"""

import argparse
import asyncio
import json
import signal
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import daphne.server
import django
from daphne.endpoints import build_endpoint_description_strings
from django.conf import settings
from django.db import connection, models
from django.http import HttpRequest, JsonResponse
from django.urls import path
from openai import AsyncOpenAI

from marketplace.database import SQLITE_OPTIONS

INSTRUCTIONS = " ".join(f"Rule {number}: stay polite, brief and plain; invent nothing." for number in range(1, 31))
DRAFT = (
    "Thank you for coming back to me. I can do 415.50 for each of the desks, and that is a fair price for all twenty."
)
TALK = [{"who": "they", "said": DRAFT}] * 3
SCHEMA = {
    "type": "object",
    "properties": {"message": {"type": "string", "maxLength": 240}},
    "required": ["message"],
    "additionalProperties": False,
}
FORM = {"type": "json_schema", "json_schema": {"name": "message", "schema": SCHEMA, "strict": True}}
HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]


class Reference:
    """All rooms of the process, their watchers, and the way to the model."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._database = ThreadPoolExecutor(2, thread_name_prefix="database")
        self._watchers: dict[str, set[asyncio.Queue[bytes]]] = defaultdict(set)
        self._rooms: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        self._openai = AsyncOpenAI(base_url=self._options.model, api_key="none", max_retries=0)

    def start(self, room: str) -> None:
        task = asyncio.get_running_loop().create_task(self._play(room))
        self._rooms.add(task)
        task.add_done_callback(self._rooms.discard)

    async def stream(self, room: str, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._watchers[room].add(queue)
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": b"event: connected\ndata: {}\n\n", "more_body": True})
        text = b""
        while b"negotiation_complete" not in text:
            text = await queue.get()
            await send({"type": "http.response.body", "body": text, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _play(self, room: str) -> None:
        number = await self._tell(room, 0, "status_changed", "")
        for _ in range(self._options.rounds):
            number = await self._tell(room, number, "round_start", "")
            said = await self._ask("buyer")
            for _ in range(self._options.sellers):
                number = await self._tell(room, number, "buyer_message", said)
            sellers = [asyncio.create_task(self._ask(f"seller {letter}")) for letter in range(self._options.sellers)]
            for answered in asyncio.as_completed(sellers):
                number = await self._tell(room, number, "seller_response", await answered)
        await self._tell(room, number, "negotiation_complete", "")

    async def _ask(self, who: str) -> str:
        facts = json.dumps({"you": who, "recent": TALK, "draft": DRAFT}, indent=0)
        asked: dict[str, Any] = {
            "model": "fake-model",
            "messages": [
                {"role": "system", "content": INSTRUCTIONS},
                {"role": "user", "content": f"The data:\n{facts}\nReply with the JSON object."},
            ],
            "temperature": 0.7,
            "max_tokens": 500,
            "response_format": FORM,
        }
        if not self._options.stream:
            answer = await self._openai.chat.completions.create(**asked)
            return str(json.loads(answer.choices[0].message.content or "{}")["message"])
        pieces: list[str] = []
        async for chunk in await self._openai.chat.completions.create(**asked, stream=True):
            pieces.extend(choice.delta.content for choice in chunk.choices if choice.delta.content)
        return str(json.loads("".join(pieces))["message"])

    async def _tell(self, room: str, after: int, kind: str, text: str) -> int:
        """Commit, then tell; the number of the event."""
        number, at = after + 1, datetime.now(UTC)
        frame = {"type": kind, "seq": number, "timestamp": at.isoformat(), "room_id": room, "message": text}
        body = json.dumps(frame, separators=(",", ":"))
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._database, lambda: Event.objects.create(room=room, seq=number, body=body))
        sent = f"id: {number}\nevent: {kind}\ndata: {body}\n\n".encode()
        for queue in self._watchers.get(room, ()):
            queue.put_nowait(sent)
        return number


def main() -> None:
    options = _read_options()
    reference = Reference(options)
    _migrate()
    django_app = _django_app(reference)

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["path"].endswith("/stream"):
            await reference.stream(scope["path"].split("/")[2], send)
        else:
            await django_app(scope, receive, send)

    server = daphne.server.Server(
        application,
        endpoints=build_endpoint_description_strings(host="127.0.0.1", port=0),
        signal_handlers=False,
        ready_callable=reference.open,
    )
    said = server.listen_success

    def listen_success(port: Any) -> None:
        said(port)
        print(port.getHost().port, flush=True)

    server.listen_success = listen_success
    # Daphne's own way to stop waits for streams; nothing here is worth waiting for.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    server.run()


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="the model's address, up to /v1")
    parser.add_argument("--database", required=True, type=Path, help="a file to be made")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--sellers", type=int, default=3)
    parser.add_argument("--stream", action="store_true", help="have the model's replies streamed")
    return parser.parse_args()


def _configure() -> None:
    database = sys.argv[sys.argv.index("--database") + 1] if "--database" in sys.argv else ":memory:"
    settings.configure(
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database, "OPTIONS": SQLITE_OPTIONS},
        },
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["127.0.0.1"],
        USE_TZ=True,
        SECRET_KEY="a benchmark signs nothing",  # noqa: S106
    )
    django.setup()


_configure()


class Event(models.Model):
    room = models.CharField(max_length=40)
    seq = models.PositiveIntegerField()
    body = models.TextField()

    class Meta:
        app_label = "reference"
        constraints = [models.UniqueConstraint(fields=["room", "seq"], name="one_event_for_a_number")]


def _migrate() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Event)


urlpatterns: list[Any] = []


def _django_app(reference: Reference) -> Any:
    from django.core.asgi import get_asgi_application

    async def start(request: HttpRequest, room: str) -> JsonResponse:
        reference.start(room)
        return JsonResponse({"status": "active"})

    urlpatterns.append(path("rooms/<str:room>/start", start))
    return get_asgi_application()


if __name__ == "__main__":
    main()
