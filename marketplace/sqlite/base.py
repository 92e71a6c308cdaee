"""The transactions of a process begin one after another; Django finds its wrapper by this module's name.

Whoever finds a SQLite database locked looks again after a while, and after a longer one each time, a tenth of a second
in the end, while others come, find it free and go first. Of ten rooms that were started together the last waited 130 ms
for a lock that is held for two. Here it waits for its turn, so that only other processes are waited for by looking.
"""

from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._turn: Lock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        turn = _turn_at(str(self.settings_dict["NAME"]))
        if not turn.acquire(timeout=self.settings_dict["OPTIONS"].get("timeout", 5)):
            raise OperationalError("database is locked")
        self._turn = turn
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs lack it
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> Any:
        return self._and_end_turn(super()._commit)  # type: ignore[misc]

    def _rollback(self) -> Any:
        return self._and_end_turn(super()._rollback)  # type: ignore[misc]

    def _close(self) -> Any:
        return self._and_end_turn(super()._close)  # type: ignore[misc]

    def _and_end_turn(self, work: Callable[[], Any]) -> Any:
        """Also if it fails: then others find out by looking whether the database is still locked."""
        try:
            return work()
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.release()


@cache
def _turn_at(path: str) -> Lock:
    return Lock()
