"""A worker of Procrastinate's, which hands rooms to ours. It is imported on PostgreSQL only."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from django.db import connections
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import DeleteJobCondition, Status
from procrastinate.manager import JobManager
from procrastinate.worker import Worker as JobWorker

from marketplace.database import POOL_OPTIONS
from negotiation.dispatch import DEAD_AFTER_SECONDS, FAILED_FOR_HOURS, PLAY
from negotiation.napping import rest_until

MOST_CONNECTIONS = 2  # and one more, to be told of new jobs
POLL_SECONDS = 2.0
HEARTBEAT_SECONDS = 3.0
LAST_SECONDS = 1.0
REST_SECONDS = 1.0
# How long a worker with as many rooms in hand as its model takes calls leaves the next to others, and how long at most.
MODESTY_SECONDS, MOST_MODESTY_SECONDS = 0.04, 0.25

logger = logging.getLogger(__name__)


class Jobs:
    """Takes jobs for as many rooms as there is place for, and takes no more once it is stopped.

    `calls` are those that its model takes at once.
    """

    def __init__(self, play: Callable[[UUID], Awaitable[None]], concurrency: int, calls: int) -> None:
        self._concurrency, self._in_hand = concurrency, 0
        self._app = App(connector=_connector())
        self._app.job_manager = _ModestManager(self._app.connector, lambda: modesty(self._in_hand, calls))
        self._worker: JobWorker | None = None
        self._is_stopped = asyncio.Event()

        @self._app.task(name=PLAY)
        async def play_room(room: str) -> None:
            self._in_hand += 1
            try:
                await play(UUID(room))
            finally:
                self._in_hand -= 1

    async def run(self) -> None:
        """Until stopped, over whatever happens to the database."""
        while not self._is_stopped.is_set():
            try:
                async with self._app.open_async():
                    await self._work()
            except (ProcrastinateException, OSError) as error:
                logger.warning("cannot look for jobs: %s", error.__cause__ or error)
            await rest_until(self._is_stopped, REST_SECONDS)

    def stop(self) -> None:
        self._is_stopped.set()
        if self._worker is not None:
            self._worker.stop()  # type: ignore[no-untyped-call]

    async def clear_up(self) -> None:
        """End the jobs that dead workers had taken, and forget those that failed long ago."""
        manager = self._app.job_manager
        try:
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
                await manager.finish_job(job, Status.ABORTED, delete_job=True)
            await manager.prune_stalled_workers(DEAD_AFTER_SECONDS)
            await manager.delete_old_jobs(FAILED_FOR_HOURS, include_failed=True, include_aborted=True)
        except (ProcrastinateException, OSError) as error:
            logger.warning("cannot clear up jobs: %s", error.__cause__ or error)

    async def _work(self) -> None:
        if self._is_stopped.is_set():  # while the way to the jobs was being opened
            return
        self._worker = JobWorker(
            self._app,
            concurrency=self._concurrency,
            fetch_job_polling_interval=POLL_SECONDS,
            shutdown_graceful_timeout=LAST_SECONDS,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=DEAD_AFTER_SECONDS,
        )
        await self._worker.run()  # type: ignore[no-untyped-call]


def modesty(in_hand: int, calls: int) -> float:
    """Seconds for which a worker leaves a job to those that have fewer rooms for as many calls at once.

    Who takes a room too many makes it wait behind its others while another's calls are idle. The more wait already,
    the longer the step, for it has to be longer than what one worker takes to ask.
    """
    load = in_hand / calls
    return min(MODESTY_SECONDS * load * (1 + load) / 2, MOST_MODESTY_SECONDS)


class _ModestManager(JobManager):
    def __init__(self, connector: Any, seconds: Callable[[], float]) -> None:
        super().__init__(connector)
        self._seconds = seconds

    async def fetch_job(self, *args: Any, **options: Any) -> Any:
        await asyncio.sleep(self._seconds())
        return await super().fetch_job(*args, **options)


def _connector() -> PsycopgConnector:
    options: dict[str, Any] = {**POOL_OPTIONS, "min_size": 1, "max_size": MOST_CONNECTIONS}
    return PsycopgConnector(kwargs=connector_params(connections["default"].alias), **options)
