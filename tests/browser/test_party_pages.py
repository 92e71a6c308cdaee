"""What somebody sees who comes in by a party's link, on a whole server."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.screens import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def link_for(operator_tab) -> Callable[[str], str]:
    """Makes a link in the admin for the standing seller of that name."""

    def make(seller: str) -> str:
        page = operator_tab()
        page.goto(f"/admin/marketplace/seller/?q={seller}")
        page.locator("#result_list").get_by_role("link", name=seller).click()
        page.get_by_role("link", name="Make a sign-in link").click()
        page.get_by_role("button", name="Save", exact=True).click()
        return str(page.locator(".messagelist code").inner_text())

    return make


@pytest.fixture
def room_of_several(operator_tab, make_room) -> tuple[Any, str, list[str]]:
    """The operator's page of a room that waits to be started, its address, and the names of its sellers."""
    address = make_room()
    page = operator_tab()
    page.goto(address)
    expect(page.locator("[data-board] tr").nth(1)).to_be_visible()
    return page, address, page.locator("[data-board] .board-name").all_inner_texts()


def test_seller_follows_its_own_thread_on_a_phone_and_sees_nothing_of_its_rivals(
    tab, server, room_of_several, link_for
):
    operators_page, address, (seller, *rivals) = room_of_several
    page = tab(base_url=server.base, viewport=PHONE)
    frames = _frames_told_to(page)
    page.goto(link_for(seller))
    page.get_by_role("button", name="Come in").click()
    page.locator(f'a[href="{_own_thread(page, operators_page)}"]').click()
    page.locator(f'a[href="{address}"]').click()
    expect(page.locator("[data-live-sign]")).to_have_text("Live")

    operators_page.get_by_role("button", name="Start the talks").click()

    expect(page.locator("[data-outlook-label]")).to_have_text(re.compile("Deal|Closed"))
    expect(page.locator("[data-live-sign]")).to_have_text("Complete record")
    seen = page.content() + "".join(frames)
    assert page.locator(".words.seller").count() > 0
    assert [name for name in rivals if name in seen] == []
    assert [price for price in _rivals_asking_prices(operators_page, seller) if price in page.content()] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert "Best standing offer" not in seen
    assert len(operators_page.locator(".words.seller").all()) > page.locator(".words.seller").count()


def _own_thread(page: Any, operators_page: Any) -> str:
    """Where the visitor's list leads to for the room that the operator has open."""
    threads = operators_page.locator("[data-room]").get_attribute("data-threads")
    expect(page.get_by_role("heading", name="Your rooms")).to_be_visible()
    listed = page.locator("tbody th a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    (own,) = [address for address in listed if address.split("/")[2] in threads]
    return own


def _rivals_asking_prices(operators_page: Any, seller: str) -> list[str]:
    own, rivals = set(), set()
    for row in operators_page.locator("[data-board] tr").all():
        price = row.locator(".board-name + .beneath").inner_text().removeprefix("asked ")
        (own if seller in row.inner_text() else rivals).add(price)
    assert rivals
    return sorted(rivals - own)


def _frames_told_to(page: Any) -> list[str]:
    """Grows as the page's sockets are told more."""
    told: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(frame)))
    return told


def test_link_that_was_used_lets_no_second_browser_in(tab, server, room_of_several, link_for):
    _, _, (seller, *_) = room_of_several
    link = link_for(seller)
    first, second = tab(base_url=server.base), tab(base_url=server.base)
    for page in (first, second):
        page.goto(link)

    for page in (first, second):
        page.get_by_role("button", name="Come in").click()

    expect(first.get_by_role("heading", name="Your rooms")).to_be_visible()
    expect(second.get_by_role("heading", name="This link does not work")).to_be_visible()
