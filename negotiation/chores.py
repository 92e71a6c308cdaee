"""What is done over and over beside the rooms, whatever goes wrong with it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from negotiation.threads import DATABASE_AWAY

logger = logging.getLogger(__name__)

# After a fault nobody thought of, at least: it may well come again, and each time fills a page of the log.
REST_SECONDS = 3.0


async def repeat(chore: Callable[[], Awaitable[object]], seconds: float, trouble: str) -> None:
    """Do the chore at once and again so many seconds after each time, until cancelled.

    No fault of a chore ends the worker and with it the rooms in play; `trouble` says in the log what did not get done.
    """
    while True:
        rest = seconds
        try:
            await chore()
        except (*DATABASE_AWAY, OSError) as error:
            logger.warning("%s: %s", trouble, error)
        except Exception:
            logger.exception("%s", trouble)
            rest = max(seconds, REST_SECONDS)
        await asyncio.sleep(rest)
