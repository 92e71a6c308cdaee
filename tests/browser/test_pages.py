"""The pages on a whole server: a room played for real, and rooms told by scripted sockets."""

import re
from typing import Any

import pytest

from tests.browser.screens import expect, settled_boxes, tell
from tests.browser.scripts import ACME, BOLT, asked, bid, connected, long_room, quote, round_start, short_room

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def test_room_plays_before_the_eyes_of_its_viewer(operator_tab, make_room):
    page = operator_tab()
    page.goto(make_room())

    page.get_by_role("button", name="Start the talks").click()

    expect(page.locator("[data-outlook-label]")).to_have_text("Deal")
    expect(page.get_by_role("status")).to_contain_text("Deal with")
    expect(page.get_by_role("link", name="Deal sheet")).to_be_visible()
    assert page.locator(".words.seller").count() > 1


def test_demo_plays_from_its_button_to_a_deal_without_an_error_in_the_console(operator_tab):
    page, errors = operator_tab(), []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)

    page.goto("/")
    page.get_by_role("button", name="Run the demo").first.click()
    expect(page.locator("[data-outlook-label]")).to_have_text("Deal", timeout=120_000)

    assert errors == []


def test_finished_room_is_the_same_after_a_reload(operator_tab, make_room):
    page = operator_tab()
    page.goto(make_room(start=True))
    expect(page.locator("[data-outlook-label]")).to_have_text("Deal")
    talk = page.locator("[data-talk]").inner_text()

    page.reload()

    expect(page.locator("[data-outlook-label]")).to_have_text("Deal")
    expect(page.locator("[data-live-sign]")).to_have_text("Complete record")
    assert page.locator("[data-talk]").inner_text() == talk


def test_deal_sheet_tells_the_price_of_the_room(operator_tab, make_room):
    page = operator_tab()
    page.goto(make_room(start=True))
    expect(page.locator("[data-outlook-label]")).to_have_text("Deal")
    price = page.locator("[data-outlook-price]").inner_text().split()[0]

    page.get_by_role("link", name="Deal sheet").click()

    expect(page.locator(".deals")).to_contain_text(price)


def test_words_from_outside_stay_text(told_room):
    sellers = [{"seller_id": ACME, "seller_name": HOSTILE, "initial_price": 650, "is_open": True}]
    page = told_room(
        connected(sellers=sellers), round_start(1), bid(2, ACME, message=HOSTILE), quote(3, message=HOSTILE)
    )
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))

    expect(page.locator(".said").last).to_have_text(HOSTILE)
    page.get_by_role("button", name="Merged").click()

    expect(page.locator(".said").last).to_have_text(HOSTILE)
    assert page.locator("main img, main script").count() == 0
    assert dialogs == []


def test_lanes_hold_each_sellers_talk(told_room):
    page = told_room(*short_room())

    expect(page.locator(f'.cell[data-lane="{ACME}"]')).to_contain_text("I ask 590.")
    expect(page.locator(f'.cell[data-lane="{ACME}"]')).not_to_contain_text("I ask 610.")


def test_merged_talk_is_in_the_order_of_events(told_room):
    page = told_room(*short_room())

    page.get_by_role("button", name="Merged").click()

    assert page.locator(".said").all_inner_texts() == ["I bid 450.", "I bid 450.", "I ask 590.", "I ask 610."]


def test_badges_tell_best_and_over_the_limit(told_room):
    page = told_room(*short_room()[:6])

    expect(page.locator(f'[data-board] tr[data-seller="{ACME}"]')).to_contain_text("Best")
    expect(page.locator(f'[data-board] tr[data-seller="{BOLT}"]')).to_contain_text("Over")


def test_offer_over_the_limit_cannot_be_taken_by_hand(told_room):
    page = told_room(*short_room()[:6])

    page.get_by_role("button", name="Close by hand").click()

    expect(page.get_by_role("radio", name="Bolt")).to_be_disabled()
    expect(page.get_by_role("radio", name="Acme")).to_be_checked()


def test_closing_panel_says_what_was_saved(told_room):
    page = told_room(*short_room())

    expect(page.locator("[data-outlook]")).to_contain_text("$3,000.00 (9.2 %)")
    expect(page.locator("[data-outlook]")).to_contain_text("The best standing offer won.")


@pytest.mark.parametrize("width", [360, 1280])
def test_shown_words_keep_their_place_when_more_come(operator_tab, make_room, width):
    page = operator_tab(reduced_motion="reduce", viewport={"width": width, "height": 1200})
    sockets: list[Any] = []
    page.route_web_socket(re.compile("/ws/"), lambda socket: (sockets.append(socket), tell(socket, short_room()[:4])))
    page.goto(make_room())
    expect(page.locator(".said")).to_have_count(2)
    parts = [page.locator(".words").first, page.locator("[data-chart]")]
    before = settled_boxes(page, parts)

    tell(sockets[0], short_room()[4:])

    expect(page.locator(".said")).to_have_count(4)
    expect(page.get_by_role("link", name="Deal sheet")).to_be_visible()
    assert settled_boxes(page, parts) == before


@pytest.mark.parametrize("width", [360, 1280])
def test_what_waits_for_somebody_comes_into_sight_and_moves_nothing(live_room, width):
    page, socket = live_room(reduced_motion="reduce", viewport={"width": width, "height": 740})
    tell(socket, short_room()[:4])
    expect(page.locator(".said")).to_have_count(2)
    parts = [page.locator(part).first for part in (".eyes", "[data-outlook]", ".words", "[data-chart]")]
    before = settled_boxes(page, parts)

    tell(socket, [asked(9, BOLT)])

    expect(page.locator("[data-desk]").get_by_role("link")).to_be_in_viewport(ratio=1)
    expect(page.locator("[data-announce]")).to_contain_text("Waiting for a person: TechCorp offers")
    assert settled_boxes(page, parts) == before


def test_one_lane_at_a_time_on_a_phone(told_room):
    page = told_room(*short_room(), viewport={"width": 360, "height": 740})
    expect(page.get_by_text("I ask 590.")).to_be_visible()
    expect(page.get_by_text("I ask 610.")).to_be_hidden()

    page.get_by_role("tab", name="Bolt").click()

    expect(page.get_by_text("I ask 610.")).to_be_visible()
    expect(page.get_by_text("I ask 590.")).to_be_hidden()


def test_arrow_keys_turn_the_lanes(told_room):
    page = told_room(*short_room(), viewport={"width": 360, "height": 740})

    page.get_by_role("tab", name="Acme").focus()
    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("tab", name="Bolt")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tab", name="Bolt")).to_be_focused()


def test_chart_is_read_by_keyboard(told_room):
    page = told_room(*short_room())
    expect(page.locator("[data-legend]")).to_contain_text("Acme")

    page.locator("[data-plot]").focus()
    page.keyboard.press("Home")

    expect(page.locator("[data-reading]")).to_contain_text("Asked")
    expect(page.locator("[data-reading]")).to_contain_text("$650.00")


def test_chart_tells_readers_each_round_with_offers_and_bids(told_room):
    page = told_room(*short_room())
    plot = page.get_by_role("slider", name="Prices by round")
    expect(page.locator("[data-outlook-label]")).to_have_text("Deal")

    plot.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")

    told = "Round 1: Bolt $610.00 bid $450.00, Acme $590.00 bid $450.00, Best bid bid $450.00"
    expect(plot).to_have_attribute("aria-valuetext", told)
    expect(page.locator("[data-reading] tr", has_text="Bolt")).to_contain_text("$610.00$450.00")


def test_ten_thousand_frames_leave_a_small_page_that_scrolls_back_to_the_first_round(told_room):
    page = told_room(*long_room(rounds=500), viewport={"width": 1280, "height": 1200})
    expect(page.locator('[data-round="500"] .said').last).to_be_in_viewport(timeout=60_000)
    elements = page.evaluate("document.querySelectorAll('[data-talk] *').length")
    first = page.locator('[data-round="1"]')
    far = first.locator(".stretch").text_content()

    page.evaluate("document.querySelector('[data-talk]').scrollTop = 0")

    expect(first.locator(".said").first).to_be_in_viewport()
    assert page.locator("[data-newest]").is_hidden()
    assert "I bid 450." in far
    assert elements < 5_000


def test_place_in_the_talk_stays_while_earlier_rounds_are_drawn(told_room):
    page = told_room(*long_room(rounds=60), reduced_motion="reduce", viewport={"width": 1280, "height": 1200})
    expect(page.locator('[data-round="60"] .said').last).to_be_in_viewport()
    middle = page.locator('[data-round="30"] .round-mark')
    middle.scroll_into_view_if_needed()
    expect(page.locator('[data-round="30"] .said').first).to_be_visible()
    before = middle.bounding_box()["y"]

    page.evaluate("document.querySelector('[data-talk]').scrollBy(0, -100)")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert middle.bounding_box()["y"] == pytest.approx(before + 100, abs=1)


@pytest.mark.parametrize("width", [360, 1920])
def test_no_page_is_wider_than_the_window(operator_tab, make_room, width):
    room = make_room()
    page = operator_tab(viewport={"width": width, "height": 800})
    floor = page.request.get(room).text()
    session = re.search(r"/sessions/[0-9a-f-]{36}/", floor).group()

    for address in ("/", "/sessions/new/", session, f"{session}sheet/", f"{session}delete/", room, "/nothing/"):
        page.goto(address)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, address


def test_theme_stays_as_chosen(operator_tab):
    page = operator_tab(color_scheme="light")
    page.goto("/")
    page.get_by_role("button", name="Theme: system").click()
    page.get_by_role("button", name="Theme: light").click()

    page.reload()

    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_rows_of_the_shopping_list_come_and_go(operator_tab):
    page = operator_tab()
    page.goto("/sessions/new/")
    page.get_by_role("button", name="Add an item").click()
    page.get_by_label("Item", exact=True).nth(1).fill("Second")
    page.get_by_role("button", name="Remove").first.click()

    expect(page.get_by_label("Item", exact=True)).to_have_count(1)
    expect(page.locator("#id_items-0-item_name")).to_have_value("Second")


def test_new_session_needs_no_script(operator_tab):
    page = operator_tab(java_script_enabled=False)

    page.goto("/sessions/new/")

    expect(page.get_by_label("Item", exact=True)).to_have_count(4)


def test_skip_link_is_the_first_thing_the_keyboard_finds(operator_tab):
    page = operator_tab()
    page.goto("/")

    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
