"""A Chromium for the tests of the pages, the modules on an empty page, and a whole server for what needs one.

Playwright keeps an event loop running in the thread of its tests, so each module stops it before others run.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import bodies
from tests.browser.screens import tell

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class RunningServer:
    base: str
    sign_in_link: str


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """The address of a room's page, and its threads by their sellers' names."""

    address: str
    threads: dict[str, str]

    def thread(self, seller: str, party: str = "") -> str:
        return f"/negotiations/{self.threads[seller]}/" + (f"?party={party}" if party else "")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium) -> Iterator[Callable[..., Any]]:
    """Opens pages; a script error on any of them fails the test."""
    contexts, errors = [], []

    def open_tab(**options: Any) -> Any:
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(15_000)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def blank(tab) -> Any:
    """An empty page of an origin that serves our static files and nothing else."""
    page = tab()

    def answer(route: Any) -> None:
        path = ROOT / route.request.url.removeprefix("http://parley.test/").split("?")[0]
        if path.is_file():
            route.fulfill(body=path.read_bytes(), content_type=TYPES[path.suffix])
        else:
            route.fulfill(body="<!doctype html><title>empty</title>", content_type="text/html")

    page.route("http://parley.test/**", answer)
    page.goto("http://parley.test/")
    return page


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("served")
    environment = {**os.environ, "PARLEY_DATA_DIR": str(folder), "DATABASE_URL": "", "LLM_PROVIDER": "builtin"}
    environment = {name: value for name, value in environment.items() if value}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    manage = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environment, check=True)
    process = subprocess.Popen([*manage, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        words = iter(process.stdout.readline, "")
        base = next(line for line in words if "ready at" in line).split()[-1]
        link = next(line for line in words if "/sign-in/" in line).split()[-1]
        yield RunningServer(base, link)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="module")
def signed_in(chromium, server) -> dict[str, Any]:
    """The cookies of an operator."""
    context = chromium.new_context()
    context.new_page().goto(server.sign_in_link)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def operator_tab(tab, server, signed_in) -> Callable[..., Any]:
    def open_tab(**options: Any) -> Any:
        return tab(storage_state=signed_in, base_url=server.base, **options)

    return open_tab


@pytest.fixture
def make_room(operator_tab) -> Any:
    """Makes a session of one item of the demo market by the form; the address of its room."""

    def make(*, start: bool = False) -> str:
        page = operator_tab()
        page.goto("/sessions/new/")
        name = page.locator("#known-items option").first.get_attribute("value")
        page.get_by_role("textbox", name="Buyer").fill("TechCorp")
        page.get_by_label("Item", exact=True).fill(name)
        page.get_by_label("Quantity").fill("2")
        page.get_by_label("Highest price").fill("5000")
        page.get_by_label("Rest between turns, seconds").fill("0")
        page.get_by_role("button", name="Create and start" if start else "Create only").click()
        return page.locator(".room-card h2 a").get_attribute("href")

    return make


@pytest.fixture
def told_room(live_room) -> Any:
    """Opens a room's page with its socket told by these frames."""

    def open_room(*frames: dict[str, Any], **options: Any) -> Any:
        page, socket = live_room(**options)
        tell(socket, frames)
        return page

    return open_room


@pytest.fixture
def live_room(operator_tab, make_room) -> Any:
    """Opens a room's page; the page and the socket by which it can be told what happens."""

    def open_room(**options: Any) -> Any:
        page = operator_tab(**options)
        sockets: list[Any] = []
        page.route_web_socket(re.compile("/ws/"), lambda socket: sockets.append(socket))
        page.goto(make_room())
        while not sockets:
            page.wait_for_timeout(1)
        return page, sockets[0]

    return open_room


@pytest.fixture
def open_desk(operator_tab) -> Callable[..., DeskRoom]:
    """Sets up a session of one item by the API and starts it; who holds which seat is in what is asked for."""

    def open_room(**asked: Any) -> DeskRoom:
        page = operator_tab()
        page.goto("/")
        headers = {"X-CSRFToken": page.locator('meta[name="csrf-token"]').get_attribute("content")}
        made = page.request.post("/api/v1/simulation/initialize", data=bodies.session(**asked), headers=headers)
        assert made.ok, made.text()
        room = made.json()["negotiation_rooms"][0]["room_id"]
        assert page.request.post(f"/api/v1/negotiation/{room}/start", headers=headers).ok
        listed = page.request.get("/api/v1/trade-desk/negotiations?party=buyer&limit=100").json()["negotiations"]
        threads = {one["counterparty"]["name"]: one["negotiation_id"] for one in listed if one["room_id"] == room}
        return DeskRoom(f"/rooms/{room}/", threads)

    return open_room
