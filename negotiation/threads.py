"""Database work in threads of one's own, beside those of HTTP requests and sockets."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections

# What a database that cannot be reached raises, and a connection to it that was lost.
DATABASE_AWAY = (OperationalError, InterfaceError)

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def in_thread(
    pool: ThreadPoolExecutor | None, function: Callable[_P, _T], *args: _P.args, **options: _P.kwargs
) -> _T:
    """As `database_sync_to_async`, which costs more than most queries do. Without a pool in one of the loop's own."""
    work = partial(copy_context().run, _on_sound_connections, partial(function, *args, **options))
    return await asyncio.get_running_loop().run_in_executor(pool, work)


def _on_sound_connections(work: Callable[[], _T]) -> _T:
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
