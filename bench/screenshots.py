"""Pictures of all pages at two widths in both themes, of a demo that it plays on a server of its own.

python bench/screenshots.py [--into FOLDER]
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urljoin

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from serving import Installation, install

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
SIZES = {360: 740, 1440: 900}
THEMES = ("light", "dark")
LONGEST_DEMO = 240_000
# By the name of the picture: the address, and what the page has when it is drawn.
LIVE = {
    "room-live": ("{room}", ".words"),
    "floor-live": ("{floor}", ".room-card"),
    "home": ("/", "main"),
    "waiting": ("/waiting/", "main"),
    "new-session": ("/sessions/new/", "main"),
    "approvals": ("/approvals/", "main"),
    "arenas": ("/arenas/", "main"),
    "new-arena": ("/arenas/new/", "main"),
}
OVER = {
    "room": ("{room}", ".words"),
    "room-as-buyer": ("{room}?as=buyer", ".words"),
    "replay": ("{room}replay/#event=60", ".words"),
    "compare": ("{room}compare/", "main table"),
    "what-if": ("{what_if}", ".words"),
    "floor": ("{floor}", "main"),
    "sheet": ("{floor}sheet/", "main"),
    "sessions": ("/sessions/", "main"),
    "analysis": ("/analysis/", "main"),
    "trades": ("/trades/", "main"),
    "trade": ("{trade}", "main"),
    "watch": ("{watch}", "main"),
    "not-found": ("/nothing-here/", "main"),
    "admin": ("/admin/", "#content"),
    "admin-sellers": ("/admin/marketplace/seller/", "#result_list"),
    "admin-seller-add": ("/admin/marketplace/seller/add/", "#content"),
    "admin-import": ("/admin/marketplace/seller/import/", "#content"),
    "admin-sessions": ("/admin/marketplace/session/", "#result_list"),
    "admin-rooms": ("/admin/negotiation/negotiationrun/", "#result_list"),
    "admin-usage": ("/admin/usage/", "#content"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=FOLDER)
    into: Path = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        installation = install(Path(folder))
        with installation.serving() as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            signed_in = _sign_in(browser, server.sign_in)
            floor, room = _take_all(browser, signed_in, server.base, into)
            auditor = _sign_in(browser, _auditors_link(installation, server.base))
            _take_auditors(browser, auditor, (floor, room), into)
            _take_parties(browser, signed_in, (server.base, room), into)
            browser.close()


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


def _take_all(browser: Browser, signed_in: dict, base: str, into: Path) -> tuple[str, str]:
    """The addresses of the demo's floor and of its first room."""
    with _tab(browser, signed_in, 1440, "light") as page:
        floor = _run_demo(page, base)
        room = page.locator(".room-card h2 a").first.evaluate("link => link.href")
    places = {"floor": floor, "room": room}
    _take(browser, signed_in, base, LIVE, places, into)
    with _tab(browser, signed_in, 1440, "light") as page:
        page.goto(floor)
        page.wait_for_timeout(1000)
        expect(page.locator("[data-room][data-status=active]")).to_have_count(0, timeout=LONGEST_DEMO)
        places |= _made_afterwards(page, base, room)
    _take(browser, signed_in, base, OVER, places, into)
    for theme, width in ((theme, width) for theme in THEMES for width in SIZES):
        with _tab(browser, signed_in, width, theme) as page:
            page.goto(room)
            page.locator(".words").first.wait_for()
            page.get_by_role("button", name="Merged").click()
            page.screenshot(path=into / f"room-merged-{width}-{theme}.png", full_page=True)
    return floor, room


def _take(browser: Browser, signed_in: dict, base: str, pages: dict, places: dict[str, str], into: Path) -> None:
    for theme, width in ((theme, width) for theme in THEMES for width in SIZES):
        with _tab(browser, signed_in, width, theme) as page:
            for name, (address, settle) in pages.items():
                url = urljoin(base, address.format(**places))
                _picture(page, url, into / f"{name}-{width}-{theme}.png", settle)


def _made_afterwards(page: Page, base: str, room: str) -> dict[str, str]:
    """The addresses of a what-if of the room, of a spectators' link to it, and of a trade."""
    page.goto(room)
    code = room.rstrip("/").rpartition("/")[2]
    headers = {"X-CSRFToken": page.locator('meta[name="csrf-token"]').get_attribute("content") or ""}

    def made(what: str, asked: dict) -> dict:
        answer = page.request.post(f"{base}/api/v1/negotiation/{code}/{what}", data=asked, headers=headers)
        if not answer.ok:
            raise SystemExit(f"{what}: {answer.text()}")
        return answer.json()

    branch = made("branch", {"after_round": 3, "buyer": {"temperament": "brisk"}})
    watched = made("spectator-links", {"shows_talk": True, "days": 1})
    trades = page.request.get(f"{base}/api/v1/trade-desk/trades").json()["trades"]
    return {"what_if": f"{base}/rooms/{branch['room_id']}/", "watch": watched["address"], "trade": trades[0]["page"]}


def _take_auditors(browser: Browser, auditor: dict, addresses: tuple[str, str], into: Path) -> None:
    floor, room = addresses
    for theme, width in ((theme, width) for theme in THEMES for width in SIZES):
        with _tab(browser, auditor, width, theme) as page:
            _picture(page, floor, into / f"floor-auditor-{width}-{theme}.png")
            _picture(page, room, into / f"room-auditor-{width}-{theme}.png", settle=".words")


def _take_parties(browser: Browser, signed_in: dict, addresses: tuple[str, str], into: Path) -> None:
    """The way in, the list of rooms and a room, for its buyer and for its first seller."""
    base, room = addresses
    with _tab(browser, signed_in, 1440, "light") as page:
        page.goto(room)
        seller = page.locator("[data-board] .board-name").first.inner_text()
        lists = {
            "buyer": f"{base}/admin/marketplace/session/",
            "seller": f"{base}/admin/marketplace/seller/?{urlencode({'q': seller})}",
        }
        links = {party: _make_link(page, rows) for party, rows in lists.items()}
    for party, link in links.items():
        for theme, width in ((theme, width) for theme in THEMES for width in SIZES):
            with _tab(browser, None, width, theme) as page:
                _picture(page, link, into / f"enter-{party}-{width}-{theme}.png")
        state = _sign_in(browser, link, by_button=True)
        for theme, width in ((theme, width) for theme in THEMES for width in SIZES):
            with _tab(browser, state, width, theme) as page:
                _picture(page, f"{base}/", into / f"own-rooms-{party}-{width}-{theme}.png")
                own = page.locator("tbody th a").first.get_attribute("href") or ""
                if party == "seller":  # with one thread in the room, which is entered there
                    _picture(page, f"{base}{own}", into / f"thread-{width}-{theme}.png", settle=".words")
                _picture(page, room, into / f"room-{party}-{width}-{theme}.png", settle=".talk")


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


def _picture(page: Page, url: str, path: Path, settle: str = "main") -> None:
    page.goto(url)
    page.locator(settle).first.wait_for()
    page.wait_for_timeout(700)
    page.screenshot(path=path, full_page=True)
    print(path)


@contextmanager
def _tab(browser: Browser, signed_in: dict | None, width: int, theme: str) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": SIZES[width]},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",  # words that still appear would be missing
        storage_state=signed_in,
        device_scale_factor=2 if width == 360 else 1,
    )
    page = context.new_page()
    page.on("pageerror", lambda error: print(f"script error on {page.url}: {error}"))
    page.on("console", lambda said: print(f"{page.url}: {said.text}") if said.type == "error" else None)
    try:
        yield page
    finally:
        context.close()


if __name__ == "__main__":
    main()
