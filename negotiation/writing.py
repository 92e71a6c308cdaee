"""Many rooms' turns in few transactions: what comes while one is being committed goes into the next, together."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from negotiation.store import Turn, commit_each
from negotiation.threads import in_thread

MOST_TURNS = 64

Outcomes = list[Exception | None]


class Writer:
    """Stores the turns of a worker's rooms, one transaction at a time; lives on the worker's loop."""

    def __init__(self, database: ThreadPoolExecutor) -> None:
        self._database = database
        self._one_at_a_time = asyncio.Lock()
        self._waiting: list[Turn] = []
        self._commit: asyncio.Task[Outcomes] | None = None

    async def write(self, turn: Turn) -> None:
        """Returns when the turn is stored, and raises what kept it from being stored; no other turn is harmed."""
        if self._commit is None or len(self._waiting) == MOST_TURNS:
            self._waiting = []
            self._commit = asyncio.create_task(self._commit_together(self._waiting))
        place = len(self._waiting)
        self._waiting.append(turn)
        outcomes = await asyncio.shield(self._commit)
        failure = outcomes[place]
        if failure is not None:
            raise failure

    async def _commit_together(self, turns: list[Turn]) -> Outcomes:
        async with self._one_at_a_time:
            if self._waiting is turns:
                self._commit = None
            return await in_thread(self._database, commit_each, turns)
