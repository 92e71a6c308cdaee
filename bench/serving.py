"""A server of the benchmarks' own: on a free port, with a database that is gone afterwards."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import websockets

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class Server:
    base: str
    sign_in: str
    key: str
    pid: int

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"{self.base}/api/v1", headers={"X-API-Key": self.key}, timeout=60)

    def socket(self, room: str) -> Any:
        url = f"{self.base.replace('http', 'ws')}/ws/negotiation/{room}/"
        return websockets.connect(url, additional_headers={"X-API-Key": self.key}, max_queue=None)

    def cpu_seconds(self) -> float:
        """Processor time of the server so far (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mib(self) -> float:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0


@contextmanager
def running_server(*options: str) -> Iterator[Server]:
    """A server on a free port with a database of its own, both gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        environment = {**os.environ, "PARLEY_DATA_DIR": folder, "RATE_LIMITS": "off", "LOG_LEVEL": "WARNING"}
        manage = [sys.executable, str(ROOT / "manage.py")]
        subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True)
        made = [*manage, "create_api_key", "--name", "bench", "--role", "operator"]
        key = subprocess.run(made, env=environment, check=True, capture_output=True, text=True)
        serve = [*manage, "serve", "--host", "127.0.0.1", "--port", "0", *options]
        with subprocess.Popen(serve, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            ready, sign_in = process.stdout.readline(), process.stdout.readline()
            try:
                yield Server(ready.split()[-1], sign_in.split()[-1], key.stdout.split()[-1], process.pid)
            finally:
                process.terminate()
                process.wait(15)
