import asyncio
import os
import signal

from marketplace.management.commands.work import GRACE_SECONDS, work


class FakeWorker:
    """Is told to stop, as an operator would, as soon as it runs; `asks_for` is how."""

    def __init__(self, asks_for: signal.Signals | None) -> None:
        self.drained_with: list[float] = []
        self._asks_for = asks_for
        self._drained = asyncio.Event()

    async def run(self) -> None:
        if self._asks_for:
            os.kill(os.getpid(), self._asks_for)
            await self._drained.wait()

    async def drain(self, seconds: float) -> None:
        self.drained_with.append(seconds)
        self._drained.set()


async def test_sigterm_drains_the_worker():
    worker = FakeWorker(signal.SIGTERM)

    await work(worker)

    assert worker.drained_with == [GRACE_SECONDS]


async def test_interrupt_from_the_keyboard_drains_the_worker():
    worker = FakeWorker(signal.SIGINT)

    await work(worker)

    assert worker.drained_with == [GRACE_SECONDS]


async def test_worker_that_ends_by_itself_ends_the_command():
    worker = FakeWorker(None)

    await work(worker)

    assert worker.drained_with == []
