"""Rounds of the event loop, for those who let others go first as long as the loop has little else to do."""

import asyncio
import time

# Two rounds of a loop that take longer are full of work: whoever waited for more of them would wait for long.
IDLE_SECONDS = 0.005


async def is_idle() -> bool:
    """After two rounds, one for a mind that has just been asked and one for its request: whether they were short."""
    began_at = time.monotonic()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return time.monotonic() - began_at < IDLE_SECONDS
