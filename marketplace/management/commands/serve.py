"""Pages, API, sockets and worker in one process."""

import asyncio
from collections.abc import Callable
from typing import Any

from channels.db import database_sync_to_async
from channels.routing import get_default_application
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import connections

from llm.loading import load_ahead
from marketplace.demo import ensure_demo, start_demo_rooms
from marketplace.identity import make_sign_in_link
from marketplace.management.arguments import whole_number
from marketplace.management.schema import DatabaseCommand
from marketplace.readiness import readiness
from marketplace.server import CannotListenError, Server
from marketplace.stop_signals import end_at_once
from negotiation.listening import listening
from negotiation.worker import Worker


class Command(DatabaseCommand):
    help = "Serves the marketplace, and works on its negotiations, until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=whole_number(0, 65_535), default=settings.PORT, help="0 takes any free one")
        parser.add_argument("--no-worker", action="store_true", help="leave the negotiations to `work`")
        parser.add_argument("--no-demo", action="store_true", help="make no demo marketplace")

    def handle(self, *args: object, **options: Any) -> None:
        if not options["no_demo"]:
            ensure_demo()
        load_ahead()
        connections.close_all()
        lifecycle = Marketplace(
            self._say,
            worker=None if options["no_worker"] else Worker(concurrency=settings.WORKER_CONCURRENCY),
            play_demo=None if options["no_demo"] else start_demo_rooms,
        )
        server = Server(
            get_default_application(),
            lifecycle,
            host=options["host"],
            port=options["port"],
            is_behind_proxy=settings.BEHIND_PROXY,
        )
        try:
            exit_code = server.serve()
        except CannotListenError as error:
            raise CommandError(str(error)) from error
        end_at_once(exit_code)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


class Marketplace:
    """What lives and dies with the server: the greeting, the demo's rooms, the worker."""

    def __init__(
        self, say: Callable[[str], None], *, worker: Worker | None, play_demo: Callable[[], None] | None
    ) -> None:
        self._say = say
        self._worker = worker
        self._play_demo = play_demo
        self._is_stopping = asyncio.Event()

    async def started(self, host: str, port: int) -> None:
        base_url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self._say(f"Parley is ready at {base_url}")
        if self._play_demo:  # first, so that whoever follows the link finds the rooms at work
            await database_sync_to_async(self._play_demo)()
        if not settings.BEHIND_PROXY:  # where none is taken
            link = await database_sync_to_async(make_sign_in_link)(base_url)
            self._say(f"Sign in once with: {link}")
        async with listening() as is_listening:
            if self._worker:
                await self._worker.run()
            elif is_listening:
                await self._is_stopping.wait()

    async def stopping(self, grace_seconds: float) -> None:
        readiness().drain()
        self._is_stopping.set()
        if self._worker:
            await self._worker.drain(grace_seconds)
