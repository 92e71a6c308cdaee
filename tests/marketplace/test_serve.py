import asyncio
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.management.commands import serve
from marketplace.management.commands.serve import Marketplace

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60  # only a broken command needs them


class FakeWorker:
    def __init__(self) -> None:
        self.drained_with: list[float] = []
        self._drained = asyncio.Event()

    async def run(self) -> None:
        await self._drained.wait()

    async def drain(self, seconds: float) -> None:
        self.drained_with.append(seconds)
        self._drained.set()


@pytest.fixture
def said(monkeypatch, transactional_db) -> list[str]:
    monkeypatch.setattr(serve, "make_sign_in_link", lambda base_url: f"{base_url}/sign-in/once/")
    return []


async def test_greeting_says_where_it_is_ready_and_then_how_to_sign_in(said):
    await Marketplace(said.append, worker=None, play_demo=None).started("127.0.0.1", 8000)

    assert said == [
        "Parley is ready at http://127.0.0.1:8000",
        "Sign in once with: http://127.0.0.1:8000/sign-in/once/",
    ]


async def test_greeting_has_no_link_behind_a_proxy_where_none_is_taken(said, settings):
    settings.BEHIND_PROXY = True

    await Marketplace(said.append, worker=None, play_demo=None).started("127.0.0.1", 8000)

    assert said == ["Parley is ready at http://127.0.0.1:8000"]


async def test_greeting_puts_an_ipv6_address_in_brackets(said):
    await Marketplace(said.append, worker=None, play_demo=None).started("::1", 8000)

    assert said[0] == "Parley is ready at http://[::1]:8000"


async def test_demo_has_begun_when_the_link_is_told(said):
    await Marketplace(said.append, worker=None, play_demo=lambda: said.append("demo")).started("localhost", 1)

    assert said[1] == "demo"
    assert said[2].startswith("Sign in once with: ")


async def test_worker_runs_until_the_stop_drains_it(said):
    worker = FakeWorker()
    marketplace = Marketplace(said.append, worker=worker, play_demo=None)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(marketplace.started("localhost", 1))
        await marketplace.stopping(5)

    assert worker.drained_with == [5]


@pytest.fixture
def manage(tmp_path):
    """Starts `manage.py` on a database of its own."""

    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=os.environ | {"PARLEY_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "marketplace.settings"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def served(manage) -> Iterator[subprocess.Popen[str]]:
    manage("migrate").communicate(timeout=PATIENCE_SECONDS)
    process = manage("serve", "--port", "0")
    yield process
    process.kill()
    process.communicate()


@pytest.mark.slow
def test_first_start_greets_plays_the_demo_and_stops_cleanly(served):
    lines = [served.stdout.readline(), served.stdout.readline()]

    served.send_signal(signal.SIGTERM)
    rest, errors = served.communicate(timeout=PATIENCE_SECONDS)

    assert lines[0].startswith("Parley is ready at http://127.0.0.1:")
    assert lines[1].startswith("Sign in once with: http://127.0.0.1:")
    assert (served.returncode, rest, errors) == (0, "", "")


@pytest.mark.slow
def test_no_answer_names_the_server_or_its_version(served):
    base = served.stdout.readline().split()[-1]

    answers = [_headers(f"{base}{path}") for path in ("/login/", "/api/v1/health", "/static/css/parley.css", "/none")]

    assert [{"Server", "X-Powered-By"} & set(headers) for headers in answers] == [set()] * 4


def _headers(url: str) -> dict[str, str]:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            return dict(answer.headers)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return dict(refusal.headers)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["serve", "work"])
def test_database_that_was_not_migrated_is_refused(manage, command):
    process = manage(command)

    _, errors = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert "Run `manage.py migrate` first." in errors
