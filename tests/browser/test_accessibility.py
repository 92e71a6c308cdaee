"""Every page, judged by axe-core in both themes and on a wide and a narrow screen: no serious problem."""

from typing import Any

import pytest

from tests import bodies

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SERIOUS = {"serious", "critical"}
LOOKS = [
    {"color_scheme": "light", "viewport": {"width": 1440, "height": 900}},
    {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
]
PAGES = [
    "/",
    "/sessions/",
    "/sessions/new/",
    "/waiting/",
    "/sessions/{session}/",
    "/sessions/{session}/sheet/",
    "/rooms/{room}/",
    "/rooms/{room}/?as=buyer",
    "/rooms/{waiting}/",
    "/rooms/{room}/replay/",
    "/rooms/{room}/compare/",
    "/negotiations/{thread}/?party=seller",
    "/approvals/",
    "/analysis/",
    "/trades/",
    "/trades/{trade}/",
    "/arenas/",
    "/arenas/new/",
    "/nothing-here/",
    "/admin/",
    "/admin/marketplace/seller/",
    "/admin/marketplace/seller/add/",
    "/admin/marketplace/session/",
    "/admin/negotiation/negotiationrun/",
    "/admin/marketplace/seller/import/",
    "/admin/usage/",
]
PAGES_OF_STRANGERS = ["/login/", "/enter/no-such-link/", "/watch/no-such-link/", "/watch/{watched}/"]


@pytest.fixture(scope="module")
def places(chromium, server, signed_in) -> dict[str, str]:
    """The codes of a session whose room ended in a deal, of one that waits for a person, and of what hangs on them."""
    context = chromium.new_context(storage_state=signed_in, base_url=server.base)
    page = context.new_page()
    page.goto("/")
    headers = {"X-CSRFToken": page.locator('meta[name="csrf-token"]').get_attribute("content")}

    def start(**asked: Any) -> tuple[str, str]:
        made = page.request.post("/api/v1/simulation/initialize", data=bodies.session(**asked), headers=headers)
        assert made.ok, made.text()
        (room,) = [one["room_id"] for one in made.json()["negotiation_rooms"]]
        assert page.request.post(f"/api/v1/negotiation/{room}/start", headers=headers).ok
        return made.json()["session_id"], room

    session, room = start()
    _, waiting = start(sellers=[bodies.seller("Acme", bodies.stock(), mind="human")])
    page.goto(f"/rooms/{room}/")
    page.get_by_text("Complete record").wait_for()
    assert page.request.post(f"/api/v1/negotiation/{room}/branch", data={"after_round": 1}, headers=headers).ok
    link = page.request.post(
        f"/api/v1/negotiation/{room}/spectator-links", data={"shows_talk": True, "days": 1}, headers=headers
    )
    assert link.ok, link.text()
    watched = link.json()["address"].rstrip("/").rpartition("/")[2]
    threads = page.request.get("/api/v1/trade-desk/negotiations?party=seller&limit=100").json()["negotiations"]
    (thread,) = [one["negotiation_id"] for one in threads if one["room_id"] == waiting]
    trades = page.request.get("/api/v1/trade-desk/trades").json()["trades"]
    trade = next(one["trade_number"] for one in trades if one["room_id"] == room)
    context.close()
    codes = {"session": session, "room": room, "waiting": waiting, "thread": thread, "trade": trade}
    return {**codes, "watched": watched}


@pytest.mark.parametrize("look", LOOKS, ids=["light and wide", "dark and narrow"])
@pytest.mark.parametrize("address", PAGES)
def test_page_of_operators_has_no_serious_problem(operator_tab, places, address, look):
    page = operator_tab(**look, reduced_motion="reduce")

    page.goto(address.format(**places))

    assert problems_on(page) == []


@pytest.mark.parametrize("look", LOOKS, ids=["light and wide", "dark and narrow"])
@pytest.mark.parametrize("address", PAGES_OF_STRANGERS)
def test_page_of_strangers_has_no_serious_problem(tab, server, places, address, look):
    page = tab(base_url=server.base, **look)

    page.goto(address.format(**places))

    assert problems_on(page) == []


def test_form_sent_back_with_errors_has_no_serious_problem(operator_tab):
    page = operator_tab()
    page.goto("/sessions/new/")

    page.get_by_role("button", name="Create only").click()

    page.locator(".errorlist").first.wait_for()
    assert problems_on(page) == []


def problems_on(page: Any) -> list[str]:
    """Each rule broken, with the elements that break it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.wait_for_load_state("networkidle")
    found = axe.run(page).response["violations"]
    return [
        f"{broken['id']}: {', '.join(str(node['target'][0]) for node in broken['nodes'][:5])}"
        for broken in found
        if broken["impact"] in SERIOUS
    ]
