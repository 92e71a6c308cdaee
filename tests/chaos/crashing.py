"""`python -m tests.chaos.crashing POINT NUMBER COMMAND...`: manage.py in a process that dies at a chosen moment.

POINT is where, at the NUMBER-th turn: `written` after its rows are written and before the commit, `committed` after the
commit and before anybody is told, `told` after that. The product has no hook for it: Django's connection is changed.
"""

import os
import sys
from collections.abc import Callable

from django.core.management import execute_from_command_line
from django.db.backends.base.base import BaseDatabaseWrapper

POINTS = ("written", "committed", "told")
EXIT_CODE = 137


def main(point: str, number: str, *command: str) -> None:
    arm(point, dying_at(int(number)))
    execute_from_command_line(["manage.py", *command])


def arm(point: str, die: Callable[[], None]) -> None:
    """Who writes to a room's log has somebody to tell after the commit: that is how a turn's transaction is known."""
    commit, tell = BaseDatabaseWrapper.commit, BaseDatabaseWrapper.run_and_clear_commit_hooks

    def crash_about_commit(self: BaseDatabaseWrapper) -> None:
        is_turn = bool(self.run_on_commit)
        if is_turn and point == "written":
            die()
        commit(self)
        if is_turn and point == "committed":
            die()

    def crash_after_telling(self: BaseDatabaseWrapper) -> None:
        is_turn = bool(self.run_on_commit)
        tell(self)
        if is_turn and point == "told":
            die()

    assert point in POINTS
    BaseDatabaseWrapper.commit = crash_about_commit  # type: ignore[method-assign]
    BaseDatabaseWrapper.run_and_clear_commit_hooks = crash_after_telling  # type: ignore[method-assign]


def dying_at(number: int) -> Callable[[], None]:
    """Ends the process when it is called for the number-th time, as a kill would: nothing is cleaned up."""
    calls = 0

    def die() -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            os._exit(EXIT_CODE)

    return die


if __name__ == "__main__":
    main(*sys.argv[1:])
