"""Pictures of all pages at two widths in both themes, of a demo that it plays on a server of its own.

python bench/screenshots.py [--into FOLDER] [--only NAME ...]
"""

import argparse
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urljoin

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from serving import Installation, install
from staged_rooms import Stage

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SIZES = {1440: 900, 360: 740}
THEMES = ("light", "dark")
LONGEST_DEMO = 240_000
LONGEST_ARENA = 180_000
BROKEN_CSV = """seller,item_id,item_name,quantity_available,cost_price,least_price,selling_price
Harbour Parts,desk_140,Standing desk 140,40,210.00,260.00,410.00
Harbour Parts,desk_160,Standing desk 160,twelve,230.00,450.00,430.00
"""


@dataclass(frozen=True, slots=True)
class Shot:
    """A page: its address, what it has when it is drawn, what is done there first; whole, or what is in sight."""

    address: str
    settle: str = "main"
    act: Callable[[Page], object] | None = None
    is_whole: bool = True
    is_cut_off: bool = False


def press(name: str) -> Callable[[Page], object]:
    return lambda page: page.get_by_role("button", name=name).first.click()


def _wait_for_some_rounds(page: Page) -> None:
    """Until the lines of prices have some length."""
    expect(page.locator("[data-round-line]").first).to_have_text(re.compile("Round [4-9]"), timeout=LONGEST_DEMO)


def _ask_why(page: Page) -> None:
    page.locator(".words .why:visible").last.click()
    page.locator(".why-panel p").first.wait_for()


def _suggest(page: Page) -> None:
    page.get_by_role("button", name="Suggest a move").click()
    page.locator(".suggested").first.wait_for()


def _unfold(page: Page) -> None:
    for summary in page.locator("main details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()


def _read_words(page: Page) -> None:
    page.get_by_label("In your own words").fill("50 laptops up to 600 each and 100 mice up to 35")
    page.get_by_role("button", name="Read it").click()
    page.locator("[data-reading]").wait_for()
    page.locator(".row-match").first.wait_for()


def _create_nothing(page: Page) -> None:
    page.get_by_role("button", name="Create only").click()
    page.locator("[data-complaints]").wait_for()


def _start_no_arena(page: Page) -> None:
    page.locator("[data-minds] textarea").first.evaluate("field => field.value = 'boulware(exponent=99)'")
    page.get_by_role("button", name="Start the arena").click()
    page.locator("[data-complaints]").wait_for()


def _import_broken(page: Page) -> None:
    page.set_input_files(
        "input[type=file]", {"name": "stock.csv", "mimeType": "text/csv", "buffer": BROKEN_CSV.encode()}
    )
    page.get_by_role("button", name="Look at what would change").click()
    page.locator("#bad-lines").wait_for()


def _ask_to_pause(page: Page) -> None:
    page.locator("#result_list .action-select").first.check()
    page.get_by_label("Action:").select_option(label="Pause rooms at work")
    page.get_by_role("button", name="Go").click()
    page.get_by_role("link", name="No, take me back").wait_for()


def _open_first(page: Page) -> None:
    page.locator("#result_list tbody th a").first.click()
    page.locator("#content h1").wait_for()


# By the name of the picture.
EMPTY = {
    "home-empty": Shot("/"),
    "sessions-empty": Shot("/sessions/"),
    "waiting-empty": Shot("/waiting/"),
    "approvals-empty": Shot("/approvals/"),
    "trades-empty": Shot("/trades/"),
    "analysis-empty": Shot("/analysis/"),
    "arenas-empty": Shot("/arenas/"),
}
LIVE = {
    "room-live": Shot("{room}", ".words"),
    "floor-live": Shot("{floor}", ".room-card", _wait_for_some_rounds),
    "home": Shot("/"),
    "room-reconnecting": Shot("{waiting}", "[data-live=lost]", is_cut_off=True),
    "arenas": Shot("/arenas/"),
    "watch-live": Shot("{watch_live}", "[data-state]"),
}
STAGED = {
    "waiting": Shot("/waiting/"),
    "approvals": Shot("/approvals/", "[data-approval]"),
    "new-session": Shot("/sessions/new/"),
    "new-session-unfolded": Shot("/sessions/new/", act=_unfold),
    "new-session-read": Shot("/sessions/new/", act=_read_words),
    "new-session-errors": Shot("/sessions/new/", act=_create_nothing),
    "new-arena": Shot("/arenas/new/"),
    "new-arena-errors": Shot("/arenas/new/", act=_start_no_arena),
    "room-pending": Shot("{pending}"),
    "room-waiting": Shot("{waiting}", "[data-desk] .card", is_whole=False),
    "room-approval": Shot("{approval}", "[data-approval]", is_whole=False),
    "room-close-by-hand": Shot("{waiting}", ".words", press("Close by hand"), is_whole=False),
    "room-share": Shot("{waiting}", ".words", press("Let others look on"), is_whole=False),
    "room-paused": Shot("{paused}", ".words"),
    "room-no-deal": Shot("{no_deal}", ".words"),
    "room-none-sells": Shot("{none_sells}"),
    "room-terms": Shot("{terms}", ".words"),
    "room-why": Shot("{terms}", ".words", _ask_why, is_whole=False),
    "thread-waiting": Shot("{thread_waiting}", ".words", _suggest),
    "thread-offer": Shot("{thread_waiting}", ".words", press("Counter"), is_whole=False),
    "thread-packages": Shot("{thread_packages}", ".words"),
}
OVER = {
    "room": Shot("{room}", ".words"),
    "room-merged": Shot("{room}", ".words", press("Merged")),
    "room-as-buyer": Shot("{room}?as=buyer", ".words"),
    "room-what-if": Shot("{room}", ".words", press("What if"), is_whole=False),
    "replay": Shot("{room}replay/#event=60", ".words"),
    "compare": Shot("{room}compare/", "main table"),
    "what-if": Shot("{what_if}", ".words"),
    "floor": Shot("{floor}"),
    "sheet": Shot("{floor}sheet/"),
    "sheet-terms": Shot("{terms_floor}sheet/", "[data-possible]"),
    "session-delete": Shot("{floor}delete/"),
    "sessions": Shot("/sessions/"),
    "analysis": Shot("/analysis/"),
    "arena": Shot("{arena}", ".heat"),
    "arena-games": Shot("{arena_games}", ".games"),
    "arena-delete": Shot("{arena}delete/"),
    "trades": Shot("/trades/"),
    "trade": Shot("{trade}"),
    "watch": Shot("{watch}"),
    "not-found": Shot("/nothing-here/"),
    "admin": Shot("/admin/", "#content"),
    "admin-sellers": Shot("/admin/marketplace/seller/", "#result_list"),
    "admin-seller": Shot("/admin/marketplace/seller/", "#result_list", _open_first),
    "admin-seller-add": Shot("/admin/marketplace/seller/add/", "#content"),
    "admin-import": Shot("/admin/marketplace/seller/import/", "#content"),
    "admin-import-broken": Shot("/admin/marketplace/seller/import/", "#content", _import_broken),
    "admin-sessions": Shot("/admin/marketplace/session/", "#result_list"),
    "admin-session": Shot("/admin/marketplace/session/", "#result_list", _open_first),
    "admin-pause": Shot("/admin/marketplace/session/", "#result_list", _ask_to_pause),
    "admin-rooms": Shot("/admin/negotiation/negotiationrun/", "#result_list"),
    "admin-room": Shot("/admin/negotiation/negotiationrun/", "#result_list", _open_first),
    "admin-usage": Shot("/admin/usage/", "#content"),
}
STRANGERS = {
    "login": Shot("/login/"),
    "sign-in-refused": Shot("/sign-in/no-such-link/"),
    "enter-refused": Shot("/enter/no-such-link/"),
    "watch-ended": Shot("/watch/no-such-link/"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=FOLDER)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="such as room floor-live sheet")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder, sync_playwright() as playwright:
        installation = install(Path(folder), {"LLM_PROVIDER": "builtin"})
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with installation.serving("--no-demo") as server:
            camera = Camera(browser, server.base, options.into, options.only)
            camera.take(_sign_in(browser, server.sign_in), EMPTY, {})
        with installation.serving() as server:
            signed_in = _sign_in(browser, server.sign_in)
            camera = Camera(browser, server.base, options.into, options.only)
            floor, room = _take_all(camera, signed_in)
            auditor = _sign_in(browser, _auditors_link(installation, server.base))
            camera.take(auditor, {"floor-auditor": Shot(floor), "room-auditor": Shot(room, ".words")}, {})
            _take_parties(camera, signed_in, room)
            camera.take(None, STRANGERS, {})
        browser.close()


@dataclass(frozen=True, slots=True)
class Camera:
    browser: Browser
    base: str
    into: Path
    only: Sequence[str] | None = None

    def take(self, signed_in: dict | None, shots: Mapping[str, Shot], places: Mapping[str, str]) -> None:
        """Each page at both widths, and there in both themes."""
        wanted = {name: shot for name, shot in shots.items() if self.only is None or name in self.only}
        for width in SIZES if wanted else ():
            with self.tab(signed_in, width) as context:
                for name, shot in wanted.items():
                    self._picture(context, f"{name}-{width}", shot, urljoin(self.base, shot.address.format(**places)))

    @contextmanager
    def tab(self, signed_in: dict | None, width: int = 1440) -> Iterator[BrowserContext]:
        context = self.browser.new_context(
            viewport={"width": width, "height": SIZES[width]},
            reduced_motion="reduce",  # words that still appear would be missing
            storage_state=signed_in,
            device_scale_factor=2 if width == 360 else 1,
        )
        try:
            yield context
        finally:
            context.close()

    def _picture(self, context: BrowserContext, name: str, shot: Shot, url: str) -> None:
        page = context.new_page()
        page.on("pageerror", lambda error: print(f"script error on {page.url}: {error}"))
        if shot.is_cut_off:
            page.route_web_socket(re.compile("/ws/"), lambda line: line.close())
            page.route("**/stream*", lambda route: route.abort())
        page.goto(url)
        page.locator(shot.settle).first.wait_for()
        if shot.act:
            shot.act(page)
        page.wait_for_timeout(700)
        for theme in THEMES:
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            path = self.into / f"{name}-{theme}.png"
            page.screenshot(path=path, full_page=shot.is_whole)
            print(path)
        page.close()


def _take_all(camera: Camera, signed_in: dict) -> tuple[str, str]:
    """The addresses of the demo's floor and of its first room."""
    with camera.tab(signed_in) as context:
        page = context.new_page()
        stage = Stage(page, camera.base)
        places = stage.begin()
        floor = _run_demo(page, camera.base)
        room = page.locator(".room-card h2 a").first.evaluate("link => link.href")
        places |= {"floor": floor, "room": room, "watch_live": stage.watched(room)}
        camera.take(signed_in, LIVE, places)
        camera.take(signed_in, STAGED, places)
        page.goto(floor)
        page.wait_for_timeout(1000)
        expect(page.locator("[data-room][data-status=active]")).to_have_count(0, timeout=LONGEST_DEMO)
        places |= stage.follow(room) | _ended(page, places)
    camera.take(signed_in, OVER, places)
    return floor, room


def _ended(page: Page, places: Mapping[str, str]) -> dict[str, str]:
    """The addresses of a cell of the arena, which is over then, and of the floor of the room with further terms."""
    page.goto(places["arena"])
    expect(page.locator(".status").first).to_have_text("Finished", timeout=LONGEST_ARENA)
    games = page.locator(".heat td a").first.evaluate("link => link.href")
    page.goto(places["terms"])
    return {"arena_games": games, "terms_floor": page.locator(".crumbs a").last.evaluate("link => link.href")}


def _auditors_link(installation: Installation, base: str) -> str:
    """The command prints the link for the usual address."""
    with installation.process("create_operator", "auditor", "--auditor") as made:
        assert made.stdout is not None
        return f"{base}/sign-in/{made.stdout.read().rstrip().rstrip('/').rpartition('/')[2]}/"


def _sign_in(browser: Browser, link: str, *, by_button: bool = False) -> dict:
    context = browser.new_context()
    page = context.new_page()
    answer = page.goto(link)
    if answer is None or not answer.ok:
        raise SystemExit(f"The sign-in link does not work: {answer.status if answer else 'no answer'}")
    if by_button:
        page.get_by_role("button", name="Come in").click()
        expect(page.get_by_role("heading", name="Your rooms")).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


def _take_parties(camera: Camera, signed_in: dict, room: str) -> None:
    """The way in, the list of rooms and a room, for its buyer and for its first seller; and what is not theirs."""
    for party, link in _party_links(camera, signed_in, room).items():
        camera.take(None, {f"enter-{party}": Shot(link)}, {})
        state = _sign_in(camera.browser, link, by_button=True)
        with camera.tab(state) as context:
            page = context.new_page()
            page.goto(f"{camera.base}/")
            own = page.locator("tbody th a").first.evaluate("link => link.href")
        shots = {f"own-rooms-{party}": Shot("/"), f"room-{party}": Shot(room, ".words")}
        if party == "seller":  # with one thread in the room, which is entered there
            shots["thread"] = Shot(own, ".words")
            shots["forbidden"] = Shot("/sessions/new/")
        camera.take(state, shots, {})


def _party_links(camera: Camera, signed_in: dict, room: str) -> dict[str, str]:
    with camera.tab(signed_in) as context:
        page = context.new_page()
        page.goto(room)
        seller = page.locator("[data-board] .board-name").first.inner_text()
        floor = page.locator(".crumbs a").last.evaluate("link => link.href")
        session = floor.rstrip("/").rpartition("/")[2]
        lists = {
            "buyer": f"{camera.base}/admin/marketplace/session/?{urlencode({'q': session})}",
            "seller": f"{camera.base}/admin/marketplace/seller/?{urlencode({'q': seller})}",
        }
        return {party: _make_link(page, rows) for party, rows in lists.items()}


def _make_link(page: Page, rows: str) -> str:
    """A party's link, made in the admin for the first row of this list."""
    page.goto(rows)
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Make a sign-in link").click()
    page.get_by_role("button", name="Save", exact=True).click()
    return page.locator(".messagelist code").inner_text()


def _run_demo(page: Page, base: str) -> str:
    page.goto(f"{base}/")
    page.get_by_role("button", name="Run the demo").first.click()
    page.wait_for_url("**/rooms/*/")
    page.locator(".crumbs a[href^='/sessions/']").last.click()
    page.wait_for_url("**/sessions/*/")
    return page.url


if __name__ == "__main__":
    main()
