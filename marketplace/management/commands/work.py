"""A worker alone, beside processes that serve."""

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from prometheus_client import start_http_server

from llm.loading import load_ahead
from marketplace.management.arguments import whole_number
from marketplace.management.schema import DatabaseCommand
from marketplace.settling import settle
from marketplace.stop_signals import StopSignals
from negotiation.listening import listening
from negotiation.metrics import REGISTRY
from negotiation.worker import Worker

GRACE_SECONDS = 8.0


class Command(DatabaseCommand):
    help = "Works on negotiations, without serving anything, until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--concurrency",
            type=whole_number(1, 1_000),
            default=settings.WORKER_CONCURRENCY,
            help="how many negotiations at a time",
        )
        parser.add_argument(
            "--metrics-port", type=whole_number(1, 65_535), help="tell what this worker counts, for Prometheus"
        )
        parser.add_argument("--metrics-host", default="127.0.0.1")

    def handle(self, *args: object, **options: Any) -> None:
        if options["metrics_port"]:
            _tell_metrics(options["metrics_host"], options["metrics_port"])
        load_ahead()
        settle()
        asyncio.run(work(Worker(concurrency=options["concurrency"])))


def _tell_metrics(host: str, port: int) -> None:
    try:
        start_http_server(port, host, REGISTRY)
    except OSError as error:
        raise CommandError(f"Cannot listen on {host} port {port}: {error.strerror or error}") from error


async def work(worker: Worker) -> None:
    """Returns when the worker has been drained, which the first SIGTERM or Ctrl-C asks for."""
    stop_asked = asyncio.Event()
    StopSignals(asyncio.get_running_loop(), stop_asked.set).install()
    async with asyncio.TaskGroup() as tasks:
        draining = tasks.create_task(_drain_when(stop_asked, worker))
        async with listening():
            await worker.run()
        if not stop_asked.is_set():
            draining.cancel()


async def _drain_when(stop_asked: asyncio.Event, worker: Worker) -> None:
    await stop_asked.wait()
    await worker.drain(GRACE_SECONDS)
