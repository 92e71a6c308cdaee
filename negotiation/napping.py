"""The rest before a turn, which whoever changes the pace cuts short."""

import asyncio


class Nap:
    """A wake that comes while nobody rests cuts the next rest short, so that none is lost."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()
