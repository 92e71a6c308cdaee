"""A server that is killed in the middle of its rooms, and what is there when it is started again."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests import bodies

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60  # only a broken server needs them
ROOMS = 4

pytestmark = pytest.mark.slow


class Installation:
    """A database of its own with a server that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        own = {"PARLEY_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "marketplace.settings"}
        self._environment = os.environ | own
        self._manage("migrate", "--verbosity", "0")
        made = self._manage("create_api_key", "--name", "restart", "--role", "operator")
        self._key = made.split()[-1]

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", "0", "--no-demo"]
        self._server = subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE, text=True)
        assert self._server.stdout is not None
        self._base = f"{self._server.stdout.readline().split()[-1]}/api/v1"

    def end(self, how: signal.Signals) -> int:
        self._server.send_signal(how)
        assert self._server.stdout is not None
        self._server.stdout.close()
        return self._server.wait(PATIENCE_SECONDS)

    def ask(self, method: str, path: str, body: object = None):
        headers = {"X-API-Key": self._key, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, method=method, data=data, headers=headers)  # noqa: S310
        return urllib.request.urlopen(request, timeout=PATIENCE_SECONDS)  # noqa: S310

    def events(self, room: str, *, most: int | None = None) -> list[dict[str, object]]:
        """What a watcher of the room is sent, to its end or so many events."""
        seen = []
        with self.ask("GET", f"/negotiation/{room}/stream") as lines:
            for line in lines:
                frame = json.loads(line[5:]) if line.startswith(b"data:") else {}
                if "seq" in frame:
                    seen.append(frame)
                if frame.get("type") == "negotiation_complete" or len(seen) == most:
                    return seen
        return seen

    def _manage(self, *arguments: str) -> str:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def installation(tmp_path):
    installation = Installation(tmp_path)
    installation.start()
    yield installation
    installation.end(signal.SIGTERM)


@pytest.fixture
def rooms(installation):
    opened = []
    for _ in range(ROOMS):
        with installation.ask("POST", "/simulation/initialize", bodies.session(turn_seconds=0.05)) as answer:
            opened.append(json.load(answer)["negotiation_rooms"][0]["room_id"])
    for room in opened:
        installation.ask("POST", f"/negotiation/{room}/start").close()
    return opened


def test_killed_server_loses_no_event_and_its_rooms_go_on_by_themselves(installation, rooms):
    shown = {room: installation.events(room, most=8) for room in rooms}

    assert installation.end(signal.SIGKILL) == -signal.SIGKILL
    installation.start()
    stored = {room: installation.events(room) for room in rooms}

    assert all(stored[room][:8] == shown[room] for room in rooms)
    assert all([frame["seq"] for frame in stored[room]] == list(range(1, len(stored[room]) + 1)) for room in rooms)
    assert {stored[room][-1]["type"] for room in rooms} == {"negotiation_complete"}


def test_stopped_server_ends_well_and_its_rooms_go_on_at_the_next_start(installation, rooms):
    installation.events(rooms[0], most=8)

    assert installation.end(signal.SIGTERM) == 0
    installation.start()

    assert {installation.events(room)[-1]["status"] for room in rooms} == {"completed"}
