"""Time that passes at once: a loop that jumps to its next timer whenever it has nothing else to do."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any


def in_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Runs the test on such a loop. A test that waits for what can never come fails instead of hanging."""

    @functools.wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(test(*arguments, **named))

    return run


def now() -> float:
    """The clock of the running loop."""
    return asyncio.get_running_loop().time()


async def settle() -> None:
    """Let everything run that need not wait for a timer."""
    for _ in range(10):
        await asyncio.sleep(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at zero."""

    def __init__(self) -> None:
        self.passed_seconds = 0.0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self.passed_seconds


class _JumpingSelector(selectors.SelectSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits and no timer is set"
            self._loop.passed_seconds += max(timeout, 0.0)
        return ready
