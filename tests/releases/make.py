"""Makes the database of a released version, with rooms in every state: `python tests/releases/make.py COMMIT FILE.sql`.

The version's own server, from the source of its commit, plays the rooms and is killed in the middle of a round. The
database is then written as SQL. To be run once for each release, on its commit; the file is never changed again.
"""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests import bodies  # noqa: E402  # the project is not installed

PATIENCE_SECONDS = 60.0
ENDED_BY_SERVICE = ("expire", "fail")


def main(commit: str, target: str) -> None:
    with release(commit) as tree, tempfile.TemporaryDirectory() as folder:
        maker = Maker(tree, Path(folder))
        try:
            maker.fill()
        finally:
            maker.kill()
        maker.dump(Path(target))


@contextlib.contextmanager
def release(commit: str) -> Iterator[Path]:
    """The source of that version."""
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "-C", ROOT, "archive", commit], check=True, stdout=subprocess.PIPE).stdout
        subprocess.run(["tar", "-x", "-C", folder], check=True, input=archive)
        yield Path(folder)


class Maker:
    """An installation of the version, filled through its API."""

    def __init__(self, tree: Path, folder: Path) -> None:
        self._tree, self._database = tree, folder / "parley.sqlite3"
        own = {"PARLEY_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "marketplace.settings"}
        self._environment = (
            os.environ | own | {"LLM_PROVIDER": "builtin", "RATE_LIMITS": "off", "PYTHONPATH": str(tree)}
        )
        self._manage("migrate", "--verbosity", "0")
        made = self._manage("create_api_key", "--name", "operator of the release", "--role", "operator")
        self._key = made.split()[-1]

    def fill(self) -> None:
        self._serve()
        quick, slow = {"turn_seconds": 0.0}, {"turn_seconds": 0.5, "max_rounds": 10}
        ended = [self._room(seed=1, **quick), self._room(seed=2, buyer=_buyer_up_to(460), max_rounds=1, **quick)]
        started = [self._room(seed=seed, **slow) for seed in range(3, 8)]
        queued = self._room(seed=20)
        for by_service in ENDED_BY_SERVICE:
            room = self._room(seed=21)
            self._manage("shell", "-c", f"from negotiation import services; services.{by_service}('{room}')")
        self._room(seed=22)
        self._room(seed=23, buyer=_buyer_up_to(420))
        for room in [*ended, *started]:
            self._ask("POST", f"/negotiation/{room}/start")
        self._until(lambda: all(self._events(room)[-1:] == [("Closed",)] for room in ended))
        self._ask("POST", f"/negotiation/{started[0]}/pause")
        self._ask("POST", f"/negotiation/{started[1]}/cancel")
        self._ask("POST", f"/negotiation/{started[2]}/message", {"message": "Can you do better, @Acme?"})
        self._until(self._is_in_mid_round)
        self.kill()
        self._serve("--no-worker")
        self._ask("POST", f"/negotiation/{queued}/start")
        self._ask("POST", f"/negotiation/{ended[0]}/branch", {"after_round": 1, "buyer": {"temperament": "brisk"}})

    def kill(self) -> None:
        self._server.kill()
        self._server.wait()

    def dump(self, target: Path) -> None:
        with contextlib.closing(sqlite3.connect(self._database)) as connection:
            query = "SELECT status, count(*) FROM negotiation_negotiationrun GROUP BY 1"
            statuses = connection.execute(query).fetchall()
            text = "\n".join(connection.iterdump())
        target.write_text(f"-- made by tests/releases/make.py\n-- operator key: {self._key}\n{text}\n", "utf-8")
        print(target, target.stat().st_size, dict(statuses))

    def _room(self, **changes: Any) -> str:
        answer = self._ask("POST", "/simulation/initialize", bodies.session(**changes))
        return answer["negotiation_rooms"][0]["room_id"]

    def _is_in_mid_round(self) -> bool:
        """In some room, in a round after the first, one of its two sellers has answered and the other has not."""
        query = (
            "SELECT count(*) FROM negotiation_message message JOIN negotiation_negotiationrun run"
            " ON run.id = run_id AND run.current_round = message.round"
            " WHERE run.status = 'active' AND round > 1 AND party = 'seller' GROUP BY run.id"
        )
        return (1,) in self._rows(query)

    def _events(self, room: str) -> list[tuple[Any, ...]]:
        return self._rows(
            "SELECT type FROM negotiation_runevent JOIN negotiation_negotiationrun run ON run.id = run_id"
            " WHERE run.code = ? ORDER BY seq",
            room.replace("-", ""),
        )

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self._database, timeout=30)) as connection:
            return connection.execute(query, values).fetchall()

    def _serve(self, *more: str) -> None:
        command = [sys.executable, "manage.py", "serve", "--port", "0", "--no-demo", *more]
        self._server = subprocess.Popen(
            command, cwd=self._tree, env=self._environment, stdout=subprocess.PIPE, text=True
        )
        assert self._server.stdout is not None
        self._base = f"{self._server.stdout.readline().split()[-1]}/api/v1"

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        headers = {"X-API-Key": self._key, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, method=method, data=data, headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            return json.load(answer)

    def _manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=self._tree, env=self._environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout

    def _until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline
            time.sleep(0.01)


def _buyer_up_to(price: int) -> dict[str, Any]:
    """Nobody sells below 447.19."""
    return bodies.buyer(bodies.item(max_price_per_unit=price))


if __name__ == "__main__":
    main(*sys.argv[1:])
