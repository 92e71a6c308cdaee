"""Databases of released versions under this one: `make.py` says how they came to be."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener
from uuid import UUID

import pytest

from tests.chaos import judging
from tests.chaos.installation import Installation, until

RELEASES = sorted(Path(__file__).parent.glob("*.sql"))
PLAYABLE = ("queued", "active")

pytestmark = pytest.mark.slow


class Upgraded:
    """An installation that was made by an older version and is served by this one."""

    def __init__(self, folder: Path, dump: Path) -> None:
        text = dump.read_text("utf-8")
        self.old_key = text.splitlines()[1].split()[-1]
        with closing(sqlite3.connect(folder / "parley.sqlite3")) as connection:
            connection.executescript(text)
            connection.execute("UPDATE marketplace_session SET turn_seconds = 0")  # nobody is watching
            # Upgraded in time: rooms that nobody starts expire after a day.
            connection.execute("UPDATE negotiation_negotiationrun SET created_at = datetime('now')")
            connection.commit()
            self.events = dict(connection.execute("SELECT id, hash FROM negotiation_runevent"))
            self.before = dict(connection.execute("SELECT code, status FROM negotiation_negotiationrun"))
        self.installation = Installation(folder, LLM_PROVIDER="builtin")
        self.installation.start_what_is_not_running()

    def now(self) -> dict[str, str]:
        return dict(self.installation.rows("SELECT code, status FROM negotiation_negotiationrun"))

    def wait_for_open_rooms(self) -> None:
        until(lambda: not set(PLAYABLE) & set(self.now().values()))

    def browser(self) -> OpenerDirector:
        """Signed in as an operator by the link that the server prints."""
        until(lambda: "/sign-in/" in self.installation.told())
        link = next(line for line in self.installation.told().splitlines() if "/sign-in/" in line).split()[-1]
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        browser.open(link).close()
        return browser


@pytest.fixture(params=RELEASES, ids=[release.stem for release in RELEASES])
def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Upgraded]:
    upgraded = Upgraded(tmp_path, request.param)
    yield upgraded
    upgraded.installation.close()


def test_rooms_of_an_older_version_end_and_can_all_be_read(upgraded: Upgraded) -> None:
    installation = upgraded.installation

    upgraded.wait_for_open_rooms()
    after = upgraded.now()
    browser = upgraded.browser()

    finished = {code for code, status in upgraded.before.items() if status in PLAYABLE}
    assert len(finished) >= 3
    assert {after[code] for code in finished} == {"completed"}
    assert {code: after[code] for code in after if code not in finished} == {
        code: status for code, status in upgraded.before.items() if code not in finished
    }
    kept = dict(installation.rows("SELECT id, hash FROM negotiation_runevent"))
    assert {number: kept.get(number) for number in upgraded.events} == upgraded.events
    assert f"{len(after)} of {len(after)} logs" in installation.manage("verify_run", "--deep")
    judging.outcomes_are_single(installation)
    installation.key = upgraded.old_key
    for code in after:
        assert installation.ask("GET", f"/negotiation/{code}/state")[0] == 200
        with browser.open(f"http://127.0.0.1:{installation.ports[0]}/rooms/{UUID(code)}/") as page:
            assert page.status == 200
    judging.nothing_unforeseen_was_told(installation)
