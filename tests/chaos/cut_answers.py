"""`python -m tests.chaos.cut_answers POINT COMMAND...`: manage.py in a process that dies over a remembered answer.

POINT is where: `written` when answer and deed are written and before their commit, `committed` after it and before the
caller is answered.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from django.core.management import execute_from_command_line
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_save

from tests.chaos.crashing import EXIT_CODE

POINTS = ("written", "committed")


def main(point: str, *command: str) -> None:
    arm(point, lambda: os._exit(EXIT_CODE))
    execute_from_command_line(["manage.py", *command])


def arm(point: str, die: Callable[[], None]) -> None:
    commit = BaseDatabaseWrapper.commit
    written: list[object] = []

    def note(instance: Any, **signal: Any) -> None:
        if instance.body:
            written.append(instance)

    def crash_about_commit(self: BaseDatabaseWrapper) -> None:
        if written and point == "written":
            die()
        commit(self)
        if written and point == "committed":
            die()

    assert point in POINTS
    post_save.connect(note, sender="marketplace.IdempotentReply", weak=False)
    BaseDatabaseWrapper.commit = crash_about_commit  # type: ignore[method-assign]


if __name__ == "__main__":
    main(*sys.argv[1:])
