"""Workers in the tests' own process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from negotiation.worker import Worker


@asynccontextmanager
async def at_work(worker: Worker, *, seconds: float = 30.0) -> AsyncIterator[Worker]:
    """Drained at the end, and done with its last queries: whoever empties the tables next would lock up with them."""
    async with asyncio.timeout(seconds):
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.run())
            try:
                yield worker
            finally:
                await worker.drain(seconds)
        await asyncio.to_thread(worker._database.shutdown)
