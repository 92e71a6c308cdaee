"""People at the table: a thread's page on a whole server, from the link to the deal."""

import re
from typing import Any

import pytest

from tests import bodies
from tests.browser.screens import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = {"width": 360, "height": 740}
HOSTILE = "<img src=x onerror=alert(1)>"
LONG = "W" * 46
LOW_FLOOR = bodies.stock(cost_price=300, least_price=310)
HIGH_FLOOR = bodies.stock(cost_price=500, least_price=590)

UNNAMED = """() => [...document.querySelectorAll("button, a[href], input, select, textarea, summary")]
  .filter((one) => one.checkVisibility() && one.type !== "hidden")
  .filter((one) => !(one.textContent.trim() || one.getAttribute("aria-label") || one.labels?.length))
  .map((one) => one.outerHTML)"""
SMALL = """() => [...document.querySelectorAll("main button, main summary")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 24)
  .map((one) => one.outerHTML)"""


def person_sells(open_desk: Any, **changes: Any) -> Any:
    return open_desk(sellers=[bodies.seller("Acme", LOW_FLOOR, mind="human")], max_rounds=20, **changes)


def standing(page: Any) -> Any:
    return page.locator("[data-standing]")


def test_person_sells_on_a_phone_from_the_link_to_the_deal(tab, server, operator_tab, open_desk):
    room = person_sells(open_desk)
    operators = operator_tab()
    operators.goto(room.address)
    operators.get_by_role("button", name="Invite").click()
    link = operators.get_by_label("Link, shown once").input_value()
    page = tab(base_url=server.base, viewport=PHONE)

    page.goto(link)
    page.get_by_role("button", name="Come in").click()
    expect(standing(page)).to_contain_text("Your move: TechCorp offers")
    page.get_by_role("button", name="Counter…").click()
    page.get_by_label("Price per unit").fill("1,000")
    expect(page.locator("[data-sum]")).to_have_text("50 × $1,000.00 = $50,000.00")
    page.get_by_label("Price per unit").fill("600,50")
    page.get_by_role("button", name="Make the offer").click()
    expect(page.locator(".words.own .offer-price")).to_contain_text("$600.50")
    expect(page.locator(".words.other .offer-price")).to_have_count(2)
    page.get_by_role("button", name="Accept…").click()
    page.get_by_role("button", name="Accept", exact=True).click()

    expect(standing(page)).to_contain_text("Deal with TechCorp")
    expect(page.get_by_role("link", name=re.compile("Trade"))).to_be_visible()
    expect(page.locator("[data-moves] button")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_what_goes_beyond_the_own_limits_takes_an_express_word(operator_tab, open_desk):
    room = person_sells(open_desk)
    page = operator_tab()
    page.goto(room.thread("Acme", "seller"))
    page.get_by_role("button", name="Counter…").click()
    page.get_by_label("Price per unit").fill("305")
    page.get_by_role("button", name="Make the offer").click()

    expect(page.locator("[data-beyond]")).to_have_text(
        "305.00 a unit is below your lowest price, 310.00; it takes your express word to do it all the same."
    )
    assert page.locator(".words.own").count() == 0
    page.get_by_label("Do it all the same").check()
    page.get_by_role("button", name="Make the offer").click()

    expect(page.locator(".words.own .offer-price").first).to_contain_text("$305.00")


def test_move_that_says_nothing_is_refused_beside_its_field(operator_tab, open_desk):
    room = person_sells(open_desk)
    page = operator_tab()
    page.goto(room.thread("Acme", "seller"))
    page.get_by_role("button", name="Counter…").click()
    page.get_by_label("Price per unit").fill("cheap")

    page.get_by_role("button", name="Make the offer").click()

    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Enter a price")
    expect(page.get_by_label("Price per unit")).to_be_focused()


def test_seat_is_taken_over_and_given_back(operator_tab, open_desk):
    room = open_desk(buyer=bodies.buyer(mind="human"), sellers=[bodies.seller("Acme", LOW_FLOOR)])
    page = operator_tab()
    page.goto(room.thread("Acme", "seller"))
    standing(page).get_by_role("button", name="Take over").click()
    expect(page.locator(".note", has_text="A person moves for Acme")).to_be_visible()

    page.get_by_role("button", name="Give back to the agent").click()

    expect(page.locator(".note", has_text="An agent moves for Acme")).to_be_visible()
    expect(standing(page).get_by_role("button", name="Take over")).to_be_visible()


def test_buyers_seat_is_taken_in_the_room_and_the_panel_leads_to_the_thread(operator_tab, open_desk):
    room = open_desk(sellers=[bodies.seller("Acme", LOW_FLOOR, mind="human")], max_rounds=20)
    page = operator_tab()
    page.goto(room.address)
    expect(page.locator("[data-desk]")).to_contain_text("TechCorp offers")

    page.get_by_role("button", name="Take the buyer's seat").click()
    expect(page.get_by_role("button", name="Give the seat back")).to_be_visible()
    page.locator("[data-desk-moves] a").first.click()

    expect(page.get_by_role("heading", name="HP 15 Laptop")).to_be_visible()
    expect(standing(page)).to_contain_text("Your move")


def test_buyer_is_told_to_decide_only_once_it_is_plain_what_that_does(operator_tab, open_desk):
    room = person_sells(open_desk)
    page = operator_tab()
    page.goto(room.address)
    dialog = page.get_by_role("dialog")

    page.get_by_role("button", name="Decide now…").click()
    expect(dialog).to_contain_text("As it stands, nothing would be bought.")
    dialog.get_by_role("button", name="Keep talking").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("Waiting for a person").first).to_be_visible()

    page.get_by_role("button", name="Decide now…").click()
    dialog.get_by_role("button", name="Decide now", exact=True).click()
    expect(page.locator("[data-outlook-label]")).to_have_text("Closed")


def test_operator_approves_in_the_room(operator_tab, open_desk):
    room = open_desk(approve_above=100)
    page = operator_tab()
    page.goto(room.address)
    expect(page.locator("[data-desk]")).to_contain_text("above the approval limit")

    page.locator("[data-desk]").get_by_role("button", name="Approve").click()

    expect(page.locator("[data-outlook-label]")).to_have_text("Deal")
    expect(page.locator("[data-desk]")).to_be_hidden()
    expect(page.get_by_text("Approved.", exact=True)).to_be_visible()


def test_approval_is_decided_in_the_inbox_with_a_note(operator_tab, open_desk):
    room = open_desk(buyer=bodies.buyer(name="Inbox Ltd"), approve_above=100)
    page = operator_tab()
    page.goto(room.address)
    expect(page.locator("[data-desk-approval] article")).to_be_visible()
    page.goto("/approvals/")
    expect(page.locator("[data-approval]").last).to_be_visible()
    count = page.locator("[data-approval]").count()

    card = page.locator("[data-approval]").last
    card.get_by_label("Note (optional)").fill("Too dear")
    card.get_by_role("button", name="Reject").click()

    expect(page.get_by_text("Rejected. The room goes on.")).to_be_focused()
    expect(page.locator("[data-approval]")).to_have_count(count - 1)
    page.reload()
    expect(page.locator("tbody tr").first).to_contain_text("Too dear")


def test_two_sides_see_each_other_write_and_read(tab, server, operator_tab, open_desk):
    room = person_sells(open_desk, buyer=bodies.buyer(mind="human"))
    operators = operator_tab()
    operators.goto(room.thread("Acme"))
    links = {}
    for party, name in (("seller", "For Acme"), ("buyer", "For TechCorp")):
        operators.get_by_role("button", name=name).click()
        expect(operators.get_by_label("Link, shown once")).not_to_have_value(links.get("seller", ""))
        links[party] = operators.get_by_label("Link, shown once").input_value()
    pages = {party: tab(base_url=server.base) for party in links}
    for party, page in pages.items():
        page.goto(links[party])
        page.get_by_role("button", name="Come in").click()
        expect(page.locator("[data-live-sign]")).to_have_text("Live")
    seller, buyer = pages["seller"], pages["buyer"]
    expect(seller.locator("[data-presence]")).to_have_text("TechCorp is here")

    seller.get_by_label("Write to TechCorp").press_sequentially("Hello")
    expect(buyer.locator("[data-typing]")).to_contain_text("Acme is writing")
    seller.get_by_role("button", name="Send").click()

    expect(buyer.locator(".words.other .said")).to_have_text("Hello")
    expect(seller.locator(".read-mark:visible")).to_have_text("Read")


def test_hostile_names_and_words_stay_text_and_keep_to_their_places(operator_tab, open_desk):
    room = open_desk(
        buyer=bodies.buyer(bodies.item(item_name=HOSTILE), name=HOSTILE),
        sellers=[
            bodies.seller(LONG, bodies.stock(item_name=HOSTILE), mind="human"),
            bodies.seller(HOSTILE, bodies.stock(item_name=HOSTILE), mind="human"),
        ],
    )
    dialogs: list[str] = []
    for width in (360, 1440):
        page = operator_tab(viewport={"width": width, "height": 800})
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        page.goto(room.thread(LONG, "seller"))
        page.get_by_role("textbox", name="Write to").fill(f"{HOSTILE}{'M' * 900}")
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".words.own .said").last).to_contain_text(HOSTILE)
        for address in (room.thread(LONG, "seller"), room.thread(HOSTILE), room.address, "/", "/approvals/"):
            page.goto(address)
            expect(page.locator("h1")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (width, address)
            assert page.locator("main img").count() == 0
    assert dialogs == []


def test_everything_in_a_thread_is_named_and_reached_by_keyboard(operator_tab, open_desk):
    room = person_sells(open_desk)
    page = operator_tab(viewport=PHONE)
    page.goto(room.thread("Acme", "seller"))
    accept = page.get_by_role("button", name="Accept…")
    expect(accept).to_be_visible()
    page.get_by_label("Accept a good offer at once").check()
    found = page.evaluate(UNNAMED) + page.evaluate(SMALL)

    for _ in range(40):
        page.keyboard.press("Tab")
        if accept.evaluate("one => one === document.activeElement"):
            break
    outline = accept.evaluate("one => getComputedStyle(one).outlineStyle")
    page.keyboard.press("Enter")

    expect(page.get_by_role("dialog", name="Accept this offer?")).to_be_visible()
    assert outline == "solid"
    assert found + page.evaluate(UNNAMED) == []
    page.keyboard.press("Escape")
    expect(accept).to_be_focused()


def test_message_is_sent_once_and_what_is_written_meanwhile_stays(operator_tab, open_desk):
    room = person_sells(open_desk)
    page = operator_tab()
    sent, held = [], []
    page.route("**/messages", lambda route: (sent.append(route.request.post_data_json["message"]), held.append(route)))
    page.goto(room.thread("Acme", "seller"))
    field = page.locator("[data-composer] textarea")
    field.fill("Let me think.")

    field.press("Enter")
    field.press("Enter")
    field.press_sequentially(" And talk.")
    held[0].continue_()

    expect(page.get_by_role("log")).to_contain_text("Let me think.")
    expect(field).to_have_value("Let me think. And talk.")
    assert sent == ["Let me think."]


def test_target_that_is_no_price_is_told_and_no_rule_is_kept(operator_tab, open_desk):
    room = person_sells(open_desk)
    page = operator_tab()
    kept = []
    page.on("request", lambda request: kept.append(request.post_data_json) if "auto-accept" in request.url else None)
    page.goto(room.thread("Acme", "seller"))
    page.get_by_label("Accept a good offer at once").check()
    terms = page.locator("[data-auto-terms]")

    terms.locator("[name=target_price]").fill("USD a lot")
    terms.locator("[name=target_price]").press("Enter")
    expect(page.locator("[data-error]")).to_contain_text('"USD a lot" is no price.')
    terms.locator("[name=target_price]").fill("$1,234.50")
    terms.locator("[name=tolerance_pct]").fill("")
    terms.locator("[name=target_price]").press("Enter")
    expect(page.locator("[data-announce]")).to_have_text("The rule is kept.")

    assert [(body["target_price"], "tolerance_pct" in body) for body in kept] == [(1234.5, False)]


def test_thread_of_a_seller_that_lost_says_that_another_was_chosen(operator_tab, open_desk):
    room = open_desk(sellers=[bodies.seller("Acme", LOW_FLOOR), bodies.seller("Bolt", HIGH_FLOOR)], max_rounds=3)
    page = operator_tab()

    page.goto(room.thread("Bolt", "seller"))

    expect(standing(page)).to_contain_text("The buyer chose another offer.")


def test_thread_that_cannot_be_read_says_so_and_is_read_again(operator_tab, open_desk):
    room = person_sells(open_desk)
    page = operator_tab()
    is_down = True

    def answer(route: Any) -> None:
        if is_down:
            route.fulfill(status=503, json={"error": {"code": "SERVICE_UNAVAILABLE", "message": "Come again."}})
        else:
            route.continue_()

    page.route("**/api/v1/trade-desk/**", answer)
    page.goto(room.thread("Acme", "seller"))
    expect(page.get_by_role("alert")).to_contain_text("Come again.")

    is_down = False
    page.get_by_role("button", name="Try again").click()

    expect(standing(page)).to_contain_text("Your move")
    expect(page.locator("[data-error]")).to_be_hidden()


def test_broken_line_is_told_and_words_still_come(operator_tab, open_desk):
    room = person_sells(open_desk)
    page, other = operator_tab(), operator_tab()
    page.route_web_socket(re.compile("/ws/trade-desk/"), lambda socket: socket.close())
    page.goto(room.thread("Acme", "seller"))
    expect(page.locator("[data-live-sign]")).to_have_text("Reconnecting…")
    other.goto(room.thread("Acme", "buyer"))
    other.get_by_label("Write to Acme").fill("Are you there?")
    other.get_by_role("button", name="Send").click()
    expect(other.locator(".words.own .said").last).to_have_text("Are you there?")

    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.locator(".said", has_text="Are you there?")).to_be_visible(timeout=40_000)


def test_price_in_free_words_becomes_an_offer_when_it_is_confirmed(operator_tab, open_desk):
    room = person_sells(open_desk, buyer=bodies.buyer(mind="human"))
    page, buyers = operator_tab(viewport=PHONE), operator_tab()
    buyers.goto(room.thread("Acme", "buyer"))
    buyers.get_by_role("button", name="Make an offer…").click()
    buyers.get_by_label("Price per unit").fill("405")
    buyers.get_by_role("button", name="Make the offer").click()
    page.goto(room.thread("Acme", "seller"))
    expect(standing(page)).to_contain_text("Your move: TechCorp offers")
    page.get_by_label("Write to TechCorp").fill("I can do 415 if you take 40")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-proposal]")).to_contain_text("40 × $415.00 = $16,600.00")
    assert page.locator(".words.own .offer").count() == 0

    page.get_by_role("button", name="Offer this").click()

    expect(page.locator(".words.own .offer-price")).to_contain_text("$415.00")
    expect(page.locator("[data-proposal]")).to_be_hidden()
    expect(buyers.locator(".words.other .offer")).to_contain_text("× 40")


def test_suggestion_is_told_with_its_reasons_and_followed(operator_tab, open_desk):
    room = person_sells(open_desk)
    page = operator_tab()
    page.goto(room.thread("Acme", "seller"))
    page.get_by_role("button", name="Suggest a move").click()
    expect(page.locator("[data-suggested]")).to_contain_text("Likely to be taken")
    page.locator("[data-suggested]").get_by_role("button").click()
    expect(page.get_by_label("Price per unit")).not_to_have_value("")

    page.get_by_role("button", name="Make the offer").click()

    expect(page.locator(".words.own .offer").first).to_contain_text("Followed a suggestion")
    expect(page.locator("[data-suggested]")).to_be_empty()


def test_rule_that_takes_a_good_offer_at_once_is_kept(operator_tab, open_desk):
    room = person_sells(open_desk)
    page = operator_tab()
    page.goto(room.thread("Acme", "seller"))
    page.get_by_label("Accept a good offer at once").check()
    page.get_by_label("Target price").fill("640")
    page.get_by_role("button", name="Keep this rule").click()
    expect(page.get_by_text("The rule is kept.")).to_be_attached()

    page.reload()

    expect(page.get_by_label("Accept a good offer at once")).to_be_checked()
    expect(page.get_by_label("Target price")).to_have_value("640")
