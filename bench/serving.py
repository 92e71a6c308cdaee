"""Servers of the benchmarks' own: on free ports, with a database that is gone afterwards, and watched from outside."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import websockets

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
KEYS = 16
STOP_SECONDS = 20
MAKE_KEYS = f"""
from django.core.management import call_command
for number in range({KEYS}):
    call_command("create_api_key", name=f"bench-{{number}}", role="operator")
"""


@dataclass(frozen=True, slots=True)
class Process:
    """What the system knows of a running process (Linux)."""

    pid: int

    def cpu_seconds(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mib(self) -> float:
        return self._status("VmRSS") / 1024

    def threads(self) -> int:
        return self._status("Threads")

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)


@dataclass(frozen=True, slots=True)
class Server(Process):
    """Each of its keys is an operator's. Several, because there is a limit to what one principal may watch at once."""

    base: str
    sign_in: str
    keys: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.keys[0]

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"{self.base}/api/v1", headers={"X-API-Key": self.key}, timeout=60)

    def socket(self, room: str) -> Any:
        url = f"{self.base.replace('http', 'ws')}/ws/negotiation/{room}/"
        return websockets.connect(url, additional_headers={"X-API-Key": self.key}, max_queue=None)


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder with a migrated database and keys, which servers can be started on one after another."""

    folder: Path
    keys: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def serving(self, *options: str) -> Iterator[Server]:
        with self.process("serve", "--host", "127.0.0.1", "--port", "0", *options) as process:
            yield self.greeted(process)

    def greeted(self, process: "subprocess.Popen[str]") -> Server:
        """Waits for what a server says when it is ready."""
        assert process.stdout is not None
        ready, sign_in = process.stdout.readline(), process.stdout.readline()
        if not sign_in:
            raise SystemExit(f"The server did not start:\n{self.log}")
        return Server(process.pid, ready.split()[-1], sign_in.split()[-1], self.keys)

    def process(self, *command: str) -> AbstractContextManager["subprocess.Popen[str]"]:
        """One of manage.py's commands at work."""
        return self.program([sys.executable, str(ROOT / "manage.py"), *command])

    @contextmanager
    def program(self, command: Sequence[str]) -> Iterator["subprocess.Popen[str]"]:
        """Stopped at the end, if it has not been killed."""
        with (self.folder / "server.log").open("a") as log:
            process = subprocess.Popen(command, env=self._environment(), stdout=subprocess.PIPE, stderr=log, text=True)
        with process:
            try:
                yield process
            finally:
                _stop(process)

    def copy(self, folder: Path, environment: Mapping[str, str]) -> "Installation":
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Installation(folder, self.keys, environment)

    @property
    def log(self) -> str:
        path = self.folder / "server.log"
        return path.read_text("utf-8") if path.exists() else ""

    def _environment(self) -> dict[str, str]:
        return {**_own_environment(self.folder), **self.environment}


def install(folder: Path, environment: Mapping[str, str] | None = None) -> Installation:
    """Makes database and keys."""
    own = {**_own_environment(folder), **(environment or {})}
    manage = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=own, check=True)
    made = subprocess.run(
        [*manage, "shell", "-v0", "-c", MAKE_KEYS], env=own, check=True, capture_output=True, text=True
    )
    return Installation(folder, tuple(made.stdout.split()[-KEYS:]), environment or {})


@contextmanager
def running_server(*options: str) -> Iterator[Server]:
    """A server with the settings of this process's environment, on a database of its own, both gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="parley-bench-") as folder,
        install(Path(folder)).serving(*options) as server,
    ):
        yield server


@contextmanager
def program(script: str, *options: str) -> Iterator[tuple[int, int]]:
    """Another of the benchmarks' programs at work: its process id and the port that it prints."""
    command = [sys.executable, str(ROOT / "bench" / script), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.pid, int(process.stdout.readline())
        finally:
            _stop(process)


@contextmanager
def several(starters: Sequence[Any]) -> Iterator[list[Any]]:
    with ExitStack() as stack:
        yield [stack.enter_context(starter) for starter in starters]


def _stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"{process.args!r} did not stop when it was asked to, and was killed", file=sys.stderr)
        process.kill()


def _own_environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PARLEY_DATA_DIR": str(folder), "RATE_LIMITS": "off", "LOG_LEVEL": "WARNING"}
