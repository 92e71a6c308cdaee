"""Does what the README says. The README is read, so a command that it no longer names is no longer run here."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line and not line.startswith("#")
]
PATIENCE_SECONDS = 120  # only a broken command needs them


def run(command: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    command = command.replace(".venv/bin/python", sys.executable)
    return subprocess.run(
        command.split(),
        cwd=ROOT,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "PARLEY_DATA_DIR": str(tmp_path),
        "PORT": "0",
        "DJANGO_SETTINGS_MODULE": "marketplace.settings",
    }


@contextmanager
def running(command: str, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address and the sign-in link that the command prints."""
    process = subprocess.Popen(
        command.split(), cwd=ROOT, env=environment(tmp_path), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    try:
        told = iter(process.stdout.readline, "")  # a make that was started by a make has words of its own
        address = next(line.split()[-1] for line in told if line.startswith("Parley is ready at "))
        yield address, next(line.split()[-1] for line in told if line.startswith("Sign in once with: "))
    finally:
        os.killpg(process.pid, 15)
        process.wait(PATIENCE_SECONDS)
        process.stdout.close()


def test_readme_names_the_commands_that_are_run_here():
    known = [
        "make run",
        "make test",
        "python -m venv .venv",
        ".venv/bin/python -m pip install -r requirements.txt",
        ".venv/bin/python manage.py migrate",
        ".venv/bin/python manage.py serve",
        ".venv/bin/python manage.py negotiate demo.json",
        ".venv/bin/python manage.py create_api_key --name me --role operator",
    ]

    assert known == COMMANDS


@pytest.mark.slow
def test_first_command_serves_a_demo_that_is_negotiating(tmp_path):
    with running("make run", tmp_path) as (address, link):
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        home = browser.open(link, timeout=PATIENCE_SECONDS).read().decode()
        room = re.search(r"/rooms/([0-9a-f-]{36})/", home)
        assert room is not None
        stream = browser.open(f"{address}/api/v1/negotiation/{room[1]}/stream", timeout=PATIENCE_SECONDS)
        seen = next(line for line in stream if line.startswith(b"event: seller_response"))

    assert seen


def test_second_command_runs_the_tests():
    planned = subprocess.run(["make", "-n", "test"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "-m pytest" in planned.stdout


@pytest.mark.slow
def test_plain_commands_prepare_a_database_and_make_a_key(tmp_path):
    migrated = run(".venv/bin/python manage.py migrate", tmp_path)
    made = run(".venv/bin/python manage.py create_api_key --name me --role operator", tmp_path)

    assert migrated.returncode == 0
    assert made.stdout.splitlines()[-1].startswith("parley_")


@pytest.mark.slow
def test_session_is_played_in_the_terminal(tmp_path):
    played = run(".venv/bin/python manage.py negotiate demo.json", tmp_path)

    assert played.returncode == 0
    assert "deal" in played.stdout


@pytest.mark.slow
def test_session_is_played_for_programs(tmp_path):
    played = run(".venv/bin/python manage.py negotiate demo.json --json --seed 7 --fast", tmp_path)

    assert json.loads(played.stdout)["rooms"]


def test_every_file_and_link_the_readme_names_is_there():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    files = re.findall(r"`((?:core|docs|negotiation|marketplace)/[\w/.]+\.(?:py|md))`", README)

    missing = [link for link in links if not (ROOT / link).exists()]
    missing += [file for file in files if not any((ROOT / base / file).exists() for base in ("", "negotiation"))]

    assert missing == []
