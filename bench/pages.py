"""Measures the pages in headless Chromium, on a server of its own: one line for each figure, with its goal.

    .venv/bin/python bench/pages.py                        all parts; `--write` keeps the table in docs/performance.md
    .venv/bin/python bench/pages.py --part PAINT SHIFT     some of them

PAINT  first contentful paint of a room's page, with an empty cache
SHIFT  what moves on a room's page from its first paint to the end of the talk
LONG   a room of 10,000 events: when it can be read, how smoothly it scrolls, what it takes
FLOOR  a session of 60 rooms, all of them live on one page
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from driving import Case, session_body
from measuring import Line, at_most, median, percentile, table_of, write_table
from playwright.sync_api import Browser, Page, sync_playwright
from screenshots import ARGUMENTS, CHROMIUM
from serving import ROOT, Installation, Server, install

PAINTS = 5
LONG_EVENTS = 10_000
LIVE_ROOMS = 60
LIVE_SECONDS = 20
STALL = 50  # milliseconds
LONGEST_WAIT = 240_000
# What the browser itself tells of a page, from its beginning.
WATCH = """() => {
  window.told = { tasks: [], shifts: [] };
  const keep = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  keep("longtask", ({ startTime, duration }) => told.tasks.push([startTime, duration]));
  keep("layout-shift", ({ value, hadRecentInput }) => hadRecentInput || told.shifts.push(value));
}"""
UNTIL_READ = """async (selector) => {
  while (!document.querySelector(selector)) await new Promise(requestAnimationFrame);
  return performance.now();
}"""
SCROLL = """async () => {
  const talk = document.querySelector("[data-talk]");
  const [frames, distance] = [[], talk.scrollTop];
  let before = null;
  await new Promise((done) => requestAnimationFrame(function next(now) {
    if (before !== null) frames.push(now - before);
    before = now;
    if (talk.scrollTop <= 0) return done();
    talk.scrollTop -= 120;
    requestAnimationFrame(next);
  }));
  return { frames, distance, isAtBeginning: Boolean(document.querySelector('[data-round="1"] .words')) };
}"""
FRAMES = """async (seconds) => {
  const frames = [];
  let before = null;
  const until = performance.now() + 1000 * seconds;
  await new Promise((done) => requestAnimationFrame(function next(now) {
    if (before !== null) frames.push(now - before);
    before = now;
    if (now < until) requestAnimationFrame(next);
    else done();
  }));
  return frames;
}"""


@dataclass(frozen=True, slots=True)
class Bench:
    browser: Browser
    server: Server
    installation: Installation
    signed_in: Any

    @contextmanager
    def tab(self, width: int = 1440, height: int = 900) -> Iterator[Page]:
        """With the operator's cookies and an empty cache."""
        viewport: Any = {"width": width, "height": height}
        context = self.browser.new_context(storage_state=self.signed_in, base_url=self.server.base, viewport=viewport)
        page = context.new_page()
        page.set_default_timeout(LONGEST_WAIT)
        page.add_init_script(f"({WATCH})()")
        yield page
        context.close()

    def open_room(self, case: Case) -> str:
        made = self._post("simulation/initialize", session_body(case))
        return str(made["negotiation_rooms"][0]["room_id"])

    def start(self, room: str) -> None:
        self._post(f"negotiation/{room}/start")

    def make(self, *what: str) -> str:
        """One of `page_rooms.py`'s rooms."""
        with self.installation.program([sys.executable, str(ROOT / "bench" / "page_rooms.py"), *what]) as making:
            assert making.stdout is not None
            return making.stdout.read().split()[-1]

    def _post(self, path: str, body: Any = None) -> Any:
        url = f"{self.server.base}/api/v1/{path}"
        answer = httpx.post(url, json=body, headers={"X-API-Key": self.server.key}, timeout=60)
        answer.raise_for_status()
        return answer.json()


def paint(bench: Bench) -> list[Line]:
    room = _played(bench)
    times = []
    for _ in range(PAINTS):
        with bench.tab() as page:
            page.goto(f"/rooms/{room}/")
            page.wait_for_selector(".words")
            times.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    return [at_most("PAINT", f"first contentful paint of a room, median of {PAINTS}", median(times), 1000, " ms")]


def shift(bench: Bench) -> list[Line]:
    lines = []
    for width, height in ((1440, 900), (360, 740)):
        room = bench.open_room(Case(1, mind="strategy", sellers=4, rounds=6, turn_seconds=0.3))
        with bench.tab(width, height) as page:
            page.goto(f"/rooms/{room}/")
            page.wait_for_selector(".talk-hint")
            bench.start(room)
            page.wait_for_selector("[data-outlook].is-deal, [data-outlook].is-no-deal")
            page.wait_for_timeout(1500)
            shifts = page.evaluate("told.shifts")
        what = f"layout shift of a live room, from its first paint to its end; {width} pixels wide"
        lines.append(at_most("SHIFT", what, sum(shifts), 0.01))
    return lines


def long_talk(bench: Bench) -> list[Line]:
    room = bench.open_room(Case(1, mind="strategy", sellers=10, rounds=100))
    events = int(bench.make("long", room, str(LONG_EVENTS)))
    with bench.tab() as page:
        page.goto(f"/rooms/{room}/", wait_until="commit")
        page.wait_for_selector("[data-outlook].is-no-deal")
        read = page.evaluate(UNTIL_READ, '[data-round="100"] .words')
        page.wait_for_timeout(3000)
        tasks = page.evaluate("told.tasks")
        nodes, words = page.evaluate(
            "[document.querySelectorAll('*').length, document.querySelectorAll('.words').length]"
        )
        scrolled = page.evaluate(SCROLL)
        heap = _heap(page)
    assert scrolled["isAtBeginning"], "the talk did not scroll to its beginning"
    frames = scrolled["frames"]
    stalled = sum(frame > STALL for frame in frames)
    return [
        Line("LONG", f"{events} events, 10 sellers, 100 rounds: everything drawn", f"{read / 1000:.2g} s"),
        at_most("LONG", "… longest task until then", max((length for _, length in tasks), default=0), 200, " ms"),
        at_most("LONG", f"… elements of the page, {words} messages drawn", nodes, 10_000),
        at_most("LONG", "… JS heap after the talk was scrolled through", heap, 100, " MiB"),
        Line(
            "LONG",
            "… scrolled from end to beginning, 7,200 pixels a second",
            f"{scrolled['distance']:.0f} pixels, {len(frames)} frames",
        ),
        at_most("LONG", "… a frame, p95", percentile(frames, 0.95), 34, " ms"),
        at_most("LONG", f"… share of frames over {STALL} ms", stalled / len(frames), 0.01),
        Line("LONG", "… longest frame", f"{max(frames):.0f} ms"),
    ]


def floor(bench: Bench) -> list[Line]:
    session = bench.make("wide", str(LIVE_ROOMS))
    with bench.tab() as page:
        page.goto(f"/sessions/{session}/")
        page.get_by_role("button", name="Start all rooms").click()
        page.wait_for_selector("[data-room][data-status=active]")
        page.evaluate("told.tasks.length = 0")
        frames = page.evaluate(FRAMES, LIVE_SECONDS)
        tasks = page.evaluate("told.tasks")
    stalled = sum(frame > STALL for frame in frames)
    return [
        Line("FLOOR", f"{LIVE_ROOMS} live rooms for {LIVE_SECONDS} s", f"{len(frames)} frames"),
        at_most("FLOOR", "… longest task", max((length for _, length in tasks), default=0), 200, " ms"),
        at_most("FLOOR", f"… share of frames over {STALL} ms", stalled / len(frames), 0.02),
    ]


def _played(bench: Bench) -> str:
    room = bench.open_room(Case(1, mind="strategy", sellers=4, rounds=6))
    bench.start(room)
    with bench.tab() as page:
        page.goto(f"/rooms/{room}/")
        page.wait_for_selector("[data-outlook].is-deal, [data-outlook].is-no-deal")
    return room


def _heap(page: Page) -> float:
    tools = page.context.new_cdp_session(page)
    tools.send("HeapProfiler.collectGarbage")
    used: float = tools.send("Runtime.getHeapUsage")["usedSize"]
    return used / 2**20


PARTS: Mapping[str, Callable[[Bench], list[Line]]] = {
    "PAINT": paint,
    "SHIFT": shift,
    "LONG": long_talk,
    "FLOOR": floor,
}


def main() -> None:
    options = _read_options()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        installation = install(Path(folder))
        with installation.serving("--no-demo") as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            bench = Bench(browser, server, installation, _sign_in(browser, server))
            for name in options.part or PARTS:
                lines += PARTS[name](bench)
            browser.close()
    print(table_of(lines))
    if options.write:
        write_table("pages", table_of(lines))


def _sign_in(browser: Browser, server: Server) -> Any:
    context = browser.new_context()
    context.new_page().goto(server.sign_in)
    state = context.storage_state()
    context.close()
    return state


def _read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=list(PARTS), metavar="PART", help=" ".join(PARTS))
    parser.add_argument("--write", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
