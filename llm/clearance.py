"""Whether a request may still go out, asked in the last moment before it does.

Between the decision to ask a model and the first byte on the wire a process can be stopped for as long as anybody
likes. What it meant to ask may be another's business by the time it wakes.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Ready = Callable[[], Awaitable[None]]

_ready: ContextVar[Ready | None] = ContextVar("ready", default=None)


@contextmanager
def cleared_by(ready: Ready | None) -> Iterator[None]:
    """Requests that begin in here, in this task and those it starts, go out when `ready` returns."""
    token = _ready.set(ready)
    try:
        yield
    finally:
        _ready.reset(token)


async def clear() -> None:
    if (ready := _ready.get()) is not None:
        await ready()
