"""`python -m tests.chaos.clock COMMAND...`: manage.py in a process whose wall clock jumps an hour ahead at SIGUSR1.

SIGUSR2 takes it back. What the database's own clock says does not change.
"""

import signal
import sys
import time
from datetime import datetime, timedelta

from django.core.management import execute_from_command_line
from django.utils import timezone

JUMP = timedelta(hours=1)


class Clock:
    def __init__(self) -> None:
        self._ahead = timedelta()
        self._now, self._time = timezone.now, time.time

    def install(self) -> None:
        timezone.now, time.time = self.now, self.time
        signal.signal(signal.SIGUSR1, lambda *_: self._jump(JUMP))
        signal.signal(signal.SIGUSR2, lambda *_: self._jump(-JUMP))

    def now(self) -> datetime:
        return self._now() + self._ahead

    def time(self) -> float:
        return self._time() + self._ahead.total_seconds()

    def _jump(self, by: timedelta) -> None:
        self._ahead += by


if __name__ == "__main__":
    Clock().install()
    execute_from_command_line(["manage.py", *sys.argv[1:]])
