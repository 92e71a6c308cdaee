"""Rests that are cut short."""

import asyncio
from contextlib import suppress


async def rest_until(event: asyncio.Event, seconds: float) -> None:
    """Until it happens, and no longer than that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


class Nap:
    """The rest before a turn, which whoever changes the pace cuts short.

    A wake that comes while nobody rests cuts the next rest short, so that none is lost.
    """

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def sleep(self, seconds: float) -> None:
        await rest_until(self._woken, seconds)
        self._woken.clear()
