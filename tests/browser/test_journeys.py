"""What people do on whole pages from one end to the other: two tabs, a reload, a server that dies, an own seller."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import bodies
from tests.browser.screens import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
WHOLE = "Complete record"
LONG_ENOUGH = 120_000
HOSTILE = "\u202e<img src=x onerror=alert(1)>"
UNBROKEN = "W" * 1000
# What it takes so that nobody agrees for a while.
PATIENT = {"max_rounds": 12, "turn_seconds": 0.3}


class Mortal:
    """A server at a port of its own that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        own = {
            "PARLEY_DATA_DIR": str(folder),
            "LLM_PROVIDER": "builtin",
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
        }
        self._environment = {name: value for name, value in (os.environ | own).items() if name != "DATABASE_URL"}
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        subprocess.run([*self._manage, "migrate", "--verbosity", "0"], env=self._environment, check=True)
        self.sign_in_link = self.start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def _manage(self) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py")]

    def start(self) -> str:
        """The link that signs in once; it is told when the server answers."""
        command = [*self._manage, "serve", "--port", str(self._port)]
        self._process = subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        return next(line for line in self._process.stdout if "/sign-in/" in line).split()[-1]

    def end(self, how: signal.Signals) -> None:
        self._process.send_signal(how)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.wait(30)


@pytest.fixture
def mortal(tmp_path) -> Iterator[Mortal]:
    server = Mortal(tmp_path)
    yield server
    server.end(signal.SIGTERM)


def test_two_tabs_see_the_same(operator_tab, make_room):
    address = make_room()
    tabs = [operator_tab(), operator_tab()]
    for page in tabs:
        page.goto(address)
        expect(page.locator("[data-live-sign]")).to_have_text("Live")

    tabs[0].get_by_role("button", name="Start the talks").click()

    for page in tabs:
        expect(page.locator("[data-live-sign]")).to_have_text(WHOLE)
    first, second = (talk_of(page) for page in tabs)
    assert first == second
    assert len(first) > 4


def test_reload_in_the_middle_loses_nothing(operator_tab, open_desk):
    room = open_desk(**PATIENT)
    page = operator_tab()
    page.goto(room.address)
    expect(page.locator(".words").nth(3)).to_be_attached()
    before = talk_of(page)

    page.reload()

    expect(page.locator("[data-live-sign]")).to_have_text(WHOLE, timeout=LONG_ENOUGH)
    told = talk_of(page)
    page.reload()
    expect(page.locator("[data-live-sign]")).to_have_text(WHOLE)
    assert talk_of(page) == told
    assert Counter(before) <= Counter(told)
    assert len(before) < len(told)


def test_page_recovers_by_itself_when_its_server_is_killed_and_started_again(mortal, tab):
    page = tab(base_url=mortal.base)
    page.goto(mortal.sign_in_link)
    headers = {"X-CSRFToken": page.locator('meta[name="csrf-token"]').get_attribute("content")}
    asked = bodies.session(**PATIENT)
    made = page.request.post("/api/v1/simulation/initialize", data=asked, headers=headers).json()
    room = made["negotiation_rooms"][0]["room_id"]
    page.goto(f"/rooms/{room}/")
    page.get_by_role("button", name="Start the talks").click()
    expect(page.locator(".words").nth(3)).to_be_attached()

    mortal.end(signal.SIGKILL)
    expect(page.locator("[data-live-sign]")).to_have_text("Reconnecting…")
    mortal.start()

    expect(page.locator("[data-live-sign]")).to_have_text(WHOLE, timeout=LONG_ENOUGH)
    seen = talk_of(page)
    page.reload()
    expect(page.locator("[data-live-sign]")).to_have_text(WHOLE)
    assert talk_of(page) == seen


def test_operator_sets_up_a_seller_in_the_admin_and_buys_from_it(operator_tab):
    page = operator_tab()
    page.goto("/admin/marketplace/seller/add/")
    page.locator("#id_name").fill("Hillside Supplies")
    page.locator("#id_mind").select_option("strategy")
    stock = {"item_id": "tent", "item_name": "Festival tent", "quantity_available": "40"}
    for field, value in {**stock, "cost_price": "60", "least_price": "130", "selling_price": "120"}.items():
        page.locator(f"#id_inventory-0-{field}").fill(value)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".field-least_price .errorlist, .field-selling_price .errorlist").first).to_be_visible()
    page.locator("#id_inventory-0-least_price").fill("80")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("Hillside Supplies")

    page.goto("/sessions/new/")
    page.get_by_role("textbox", name="Buyer").fill("Festival Ltd")
    page.get_by_label("Item", exact=True).first.fill("Festival tent")
    page.get_by_label("Quantity").first.fill("10")
    page.get_by_label("Highest price").first.fill("115")
    page.get_by_label("Hillside Supplies").check()
    page.get_by_label("Rest between turns, seconds").fill("0")
    page.get_by_role("button", name="Create and start").click()
    page.locator(".room-card h2 a").first.click()

    expect(page.locator("[data-outlook-label]")).to_have_text("Deal")
    expect(page.locator("[data-outlook-who]")).to_contain_text("Hillside Supplies")


@pytest.mark.parametrize("width", [360, 1440])
def test_hostile_names_neither_run_nor_break_the_layout_of_any_page(operator_tab, open_desk, width):
    name = f"{HOSTILE}{UNBROKEN}"[:50]
    item = {"item_name": f"<script>alert(2)</script>{UNBROKEN}"[:100]}
    asked = {
        "buyer": bodies.buyer(bodies.item(**item), name=name),
        "sellers": [bodies.seller(name, bodies.stock(**item)), bodies.seller("Acme", bodies.stock(**item))],
    }
    room = open_desk(**asked)
    page = operator_tab(viewport={"width": width, "height": 800})
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.goto(room.address)
    expect(page.locator("[data-live-sign]")).to_have_text(WHOLE)
    floor = page.locator(".crumbs a").nth(1).get_attribute("href")

    for address in (room.address, floor, f"{floor}sheet/", "/", "/admin/negotiation/negotiationrun/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.locator("main img[src=x], #content img[src=x]").count() == 0

    assert dialogs == []


def test_no_page_asks_another_origin_for_anything(operator_tab, server, make_room):
    page = operator_tab()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    room = make_room(start=True)

    for address in ("/", "/sessions/new/", room, "/approvals/", "/admin/"):
        page.goto(address)

    own = re.compile(rf"({re.escape(server.base)}|data:|blob:)")
    assert [url for url in asked if not own.match(url)] == []
    assert len(asked) > 10


def talk_of(page: Any) -> list[str]:
    """The words and prices, lane by lane and round by round, in a box so high that none of them is put away."""
    talk = page.locator("[data-talk]")
    talk.evaluate("""(talk) => {
        talk.style.setProperty("height", "20000px", "important");
        talk.style.setProperty("flex", "none");
        talk.dispatchEvent(new Event("scroll"));
    }""")
    expect(page.locator(".stretch.is-away")).to_have_count(0)
    shown = page.locator(".words:not(.draft)").locator(".said, .offer-price")
    return [" ".join(words.split()) for words in shown.evaluate_all("all => all.map((one) => one.textContent)")]
