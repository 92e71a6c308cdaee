"""Database work in threads of one's own, beside those of HTTP requests and sockets."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from channels.db import DatabaseSyncToAsync
from django.db import InterfaceError, OperationalError

# What a database that cannot be reached raises, and a connection to it that was lost.
DATABASE_AWAY = (OperationalError, InterfaceError)

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def in_thread(pool: ThreadPoolExecutor, function: Callable[_P, _T], *args: _P.args, **options: _P.kwargs) -> _T:
    answer: _T = await DatabaseSyncToAsync(function, thread_sensitive=False, executor=pool)(*args, **options)
    return answer
