"""SIGTERM and Ctrl-C: the first one asks a process to stop, a second one insists."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

INSISTED_EXIT_CODE = 128 + signal.SIGTERM
# make passes a SIGTERM on to a child that got the same one with the process group: that is still one request.
SAME_REQUEST_SECONDS = 0.2


class StopSignals:
    """Calls `ask` in the loop at the first signal; at the next one the process is gone, with 143."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ask: Callable[[], object]) -> None:
        self._loop = loop
        self._ask = ask
        self._asked_at: float | None = None

    def install(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            try:
                self._loop.add_signal_handler(number, self._receive)
            except NotImplementedError:  # Windows
                signal.signal(number, self._receive_from_interpreter)

    def _receive_from_interpreter(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._receive)

    def _receive(self) -> None:
        now = self._loop.time()
        if self._asked_at is None:
            self._asked_at = now
            self._ask()
        elif now - self._asked_at > SAME_REQUEST_SECONDS:
            end_at_once(INSISTED_EXIT_CODE)


def end_at_once(exit_code: int) -> NoReturn:
    """Not `sys.exit`: that waits for every thread, and one of them may be what hangs."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(exit_code)
