"""Real server processes over a database of their own, each of which can be killed, stopped, woken and started again."""

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests import bodies

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 240.0  # only a broken server needs them
FULL = os.environ.get("PARLEY_CHAOS") == "full"


# In one process, since most of what a command takes is its start.
SET_UP = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("create_api_key", name="chaos", role="operator")
"""


class Process:
    """One `serve` or `work`; what it says goes to a file, also after it was started again."""

    def __init__(self, command: list[str], environment: dict[str, str], told: Path, ready: str) -> None:
        self._command, self._environment, self._told, self._ready = command, environment, told, ready
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def launch(self) -> None:
        self._before = self._told.stat().st_size if self._told.exists() else 0
        with self._told.open("ab") as told:
            self._process = subprocess.Popen(self._command, env=self._environment, stdout=told, stderr=told, cwd=ROOT)

    def start(self) -> None:
        """Returns when it is at work."""
        self.launch()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        if self._ready:
            until(lambda: self._ready in self.told()[self._before :] or not self.is_running)
        assert self.is_running, self.told()

    def wait(self) -> int:
        """Until it has ended by itself."""
        assert self._process is not None
        return self._process.wait(PATIENCE_SECONDS)

    def send(self, how: signal.Signals) -> None:
        os.kill(self.pid, how)

    def end(self, how: signal.Signals) -> int:
        if not self.is_running:
            return 0
        self.send(how)
        return self.wait()

    def told(self) -> str:
        return self._told.read_text("utf-8", "replace") if self._told.exists() else ""


class Installation:
    """`webs` processes that serve and `workers` that only work; without workers the one that serves also works."""

    def __init__(
        self, folder: Path, *, database_url: str = "", redis_url: str = "", webs: int = 1, workers: int = 0, **own: str
    ) -> None:
        self._folder, self._database_url = folder, database_url
        self.environment = os.environ | {
            "PARLEY_DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "RATE_LIMITS": "off",
            **own,
        }
        self.key = self.manage("shell", "-c", SET_UP).split()[-1]
        self.ports = [_free_port() for _ in range(webs)]
        alone = ["--no-worker"] if workers else []
        self.webs = [
            self.process(f"web-{port}", "ready at", "serve", "--port", str(port), "--no-demo", *alone)
            for port in self.ports
        ]
        self.workers = [self.process(f"worker-{number}", "", "work") for number in range(workers)]

    @property
    def processes(self) -> list[Process]:
        return [*self.webs, *self.workers]

    @property
    def database(self) -> Path:
        return self._folder / "parley.sqlite3"

    def process(self, name: str, ready: str, *arguments: str) -> Process:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return Process(command, self.environment, self._folder / f"{name}.log", ready)

    def start_what_is_not_running(self) -> None:
        """Returns when all web processes answer."""
        stopped = [process for process in self.processes if not process.is_running]
        for process in stopped:
            process.launch()
        for process in stopped:
            process.wait_until_ready()

    def is_in_order(self) -> bool:
        return all(process.is_running for process in self.processes) and self.open_count() == 0

    @contextmanager
    def served_by(self, name: str, module: str, *arguments: str) -> Iterator[Process]:
        """In place of the first web process one that this module starts, at the same port; it is not started yet."""
        usual = self.webs[0]
        usual.end(signal.SIGKILL)
        serve = ["serve", "--port", str(self.ports[0]), "--no-demo"]
        command = [sys.executable, "-m", module, *arguments, *serve]
        self.webs[0] = Process(command, self.environment, self._folder / f"{name}.log", "ready at")
        try:
            yield self.webs[0]
        finally:
            self.webs[0].end(signal.SIGKILL)
            self.webs[0] = usual
        usual.start()

    def close(self) -> None:
        for process in self.processes:
            process.end(signal.SIGKILL)

    def told(self) -> str:
        return "".join(process.told() for process in self.processes)

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(
        self, method: str, path: str, body: object = None, *, web: int | None = None, once_as: str = ""
    ) -> tuple[int, Any]:
        """The status and the answer of one web process; of any without a number."""
        port = random.choice(self.ports) if web is None else self.ports[web]
        headers = {"X-API-Key": self.key, "Content-Type": "application/json"}
        if once_as:
            headers["Idempotency-Key"] = once_as
        data = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{port}/api/v1{path}"
        request = urllib.request.Request(url, method=method, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read() or b"{}")

    def open_rooms(self, count: int, **changes: Any) -> list[str]:
        """Started rooms, each of a session of its own."""
        rooms = self.make_rooms(count, **changes)
        self.start_rooms(rooms)
        return rooms

    def make_rooms(self, count: int, **changes: Any) -> list[str]:
        return [self._make_room(seed, changes) for seed in range(count)]

    def start_rooms(self, rooms: Sequence[str]) -> None:
        for room in rooms:
            status, answer = self.ask("POST", f"/negotiation/{room}/start")
            assert status == 200, answer

    def _make_room(self, seed: int, changes: dict[str, Any]) -> str:
        """Its item has a name of its own, so that no two rooms put the same question to a model."""
        buyer = bodies.buyer(bodies.item(item_name=f"Lot {uuid4().hex}"))
        body = bodies.session(**{"buyer": buyer, "seed": seed, **changes})
        status, session = self.ask("POST", "/simulation/initialize", body)
        assert status == 200, session
        room: str = session["negotiation_rooms"][0]["room_id"]
        return room

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the table says, read beside the product."""
        if not self._database_url:
            with closing(sqlite3.connect(self.database, timeout=30)) as connection:
                return connection.execute(query).fetchall()
        import psycopg

        with psycopg.connect(self._database_url) as connection:
            return connection.execute(query.encode()).fetchall()

    def open_count(self) -> int:
        return int(self.rows("SELECT count(*) FROM negotiation_negotiationrun WHERE ended_at IS NULL")[0][0])

    def event_count(self) -> int:
        return int(self.rows("SELECT count(*) FROM negotiation_runevent")[0][0])


def until(is_so: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> float:
    """Waits for it, and fails if it never comes; how long it took."""
    began = time.monotonic()
    while True:
        with suppress(sqlite3.OperationalError):
            if is_so():
                return time.monotonic() - began
        assert time.monotonic() - began < seconds, "it never came"
        time.sleep(0.01)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return int(probe.getsockname()[1])
