"""The floor of a session on a whole server, one of which is restarted under it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import bodies
from tests.browser.conftest import ROOT
from tests.browser.screens import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = ("Desk", "Lamp", "Chair")


@pytest.fixture
def open_floor(operator_tab) -> Callable[..., Any]:
    """The floor of a session of three rooms, none of them started."""

    def open_page(**options: Any) -> Any:
        page = operator_tab(**options)
        page.goto("/")
        page.goto(make_session(page))
        return page

    return open_page


def make_session(page: Any, **changes: Any) -> str:
    """By the API, as the page's visitor; the address of its floor."""
    items = [bodies.item(item_id=name.lower(), item_name=name) for name in NAMES]
    stocks = [bodies.stock(item_id=item["item_id"], item_name=item["item_name"]) for item in items]
    sellers = [bodies.seller(name, *stocks) for name in ("Acme", "Bolt")]
    headers = {"X-CSRFToken": page.locator('meta[name="csrf-token"]').get_attribute("content")}
    asked = bodies.session(buyer=bodies.buyer(*items), sellers=sellers, **changes)
    made = page.request.post("/api/v1/simulation/initialize", data=asked, headers=headers)
    assert made.ok, made.text()
    return f"/sessions/{made.json()['session_id']}/"


def test_all_rooms_of_a_floor_are_started_and_seen_to_their_end_without_a_reload(open_floor):
    page = open_floor()
    page.evaluate("window.isFirst = true")

    page.get_by_role("button", name="Start all rooms").click()

    expect(page.locator("[data-told]")).to_have_text("3 rooms started.")
    expect(page.locator('[data-room][data-status="deal"]')).to_have_count(3)
    expect(page.locator('[data-figure="finished"]')).to_have_text("3")
    expect(page.locator("[data-live-sign]")).to_have_text("All rooms are over")
    expect(page.get_by_role("button", name="Start all rooms")).to_be_hidden()
    assert page.evaluate("window.isFirst")


def test_figures_that_the_page_adds_up_are_those_of_the_server(open_floor):
    page = open_floor()
    page.get_by_role("button", name="Start all rooms").click()
    expect(page.locator("[data-live-sign]")).to_have_text("All rooms are over")
    added, cards = (page.locator(place).all_inner_texts() for place in ("[data-floor-figures]", "[data-room]"))

    page.reload()

    assert page.locator("[data-floor-figures]").all_inner_texts() == added
    assert page.locator("[data-room]").all_inner_texts() == cards


def test_filter_shows_rooms_of_a_state_in_their_order_and_keeps_those_that_leave_it(open_floor):
    page = open_floor()
    shown = page.locator("[data-room]:visible h2")

    page.get_by_role("button", name="Deals").click()
    expect(page.get_by_role("heading", name="No such room")).to_be_visible()
    page.get_by_role("button", name="Not running").click()
    expect(shown).to_have_text(list(NAMES))
    page.get_by_role("button", name="Start all rooms").click()
    expect(page.locator("[data-live-sign]")).to_have_text("All rooms are over")

    expect(shown).to_have_text(list(NAMES))
    page.get_by_role("button", name="Deals").press("Enter")
    expect(shown).to_have_text(list(NAMES))
    assert page.url.endswith("#deals")


class Served:
    """A server that can be killed and started again at its address."""

    def __init__(self, folder: Path) -> None:
        self._environment = {**os.environ, "PARLEY_DATA_DIR": str(folder), "LLM_PROVIDER": "builtin"}
        for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
            self._environment.pop(name, None)
        self._manage = [sys.executable, str(ROOT / "manage.py")]
        subprocess.run([*self._manage, "migrate", "--verbosity", "0"], env=self._environment, check=True)
        self.base, self.sign_in_link = self.start("0")

    def start(self, port: str) -> tuple[str, str]:
        command = [*self._manage, "serve", "--port", port]
        self._process = subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE, text=True)
        words = iter(self._process.stdout.readline, "")
        base = next(line for line in words if "ready at" in line).split()[-1]
        return base, next(line for line in words if "/sign-in/" in line).split()[-1]

    def start_again(self) -> None:
        self.start(self.base.rpartition(":")[2])

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(20)
        self._process.stdout.close()


@pytest.fixture
def mortal_server(tmp_path) -> Iterator[Served]:
    server = Served(tmp_path)
    yield server
    server.kill()


def test_floor_recovers_by_itself_when_the_server_was_restarted_under_it(tab, mortal_server):
    page = tab(base_url=mortal_server.base)
    page.goto(mortal_server.sign_in_link)
    page.goto(make_session(page, turn_seconds=0.4))
    page.get_by_role("button", name="Start all rooms").click()
    expect(page.locator("[data-round-line]").first).to_contain_text("Round 1")

    mortal_server.kill()
    expect(page.locator("[data-live-sign]")).to_have_text("Reconnecting…")
    mortal_server.start_again()

    expect(page.locator('[data-room][data-status="deal"]')).to_have_count(3, timeout=90_000)
    expect(page.locator("[data-live-sign]")).to_have_text("All rooms are over")
