"""Setting a session up in a browser: what the page says while it is filled in."""

import re

import pytest

from tests.browser.screens import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(operator_tab):
    opened = operator_tab()
    opened.goto("/sessions/new/")
    return opened


def first_known(page) -> str:
    return page.locator("#known-items option").first.get_attribute("value")


def enter_item(page, name: str, quantity: str = "2") -> None:
    page.get_by_label("Item", exact=True).last.fill(name)
    page.get_by_label("Quantity").last.fill(quantity)


def test_row_says_who_can_serve_it_as_it_is_typed(page):
    enter_item(page, first_known(page))

    expect(page.locator("[data-match]")).to_contain_text(
        re.compile(r"of 6 chosen sellers can serve this|can serve this")
    )

    page.get_by_role("button", name="Choose none").click()

    expect(page.locator("[data-match]")).to_have_text("No seller is chosen yet.")


def test_one_question_at_a_time_and_the_last_word_is_answered(page):
    asked = []
    page.route(
        "**/sessions/new/check/", lambda route: (asked.append(route.request.post_data or ""), route.continue_())[1]
    )
    enter_item(page, "teapo")
    for letter in ("teapot", "teapots", first_known(page)):
        page.get_by_label("Item", exact=True).fill(letter)

    expect(page.locator("[data-match]")).to_contain_text("can serve this")

    assert len(asked) < 5
    assert first_known(page) in asked[-1]


def test_answer_that_does_not_come_takes_nothing_back(page):
    enter_item(page, first_known(page))
    expect(page.locator("[data-match]")).to_contain_text("can serve this")
    page.route("**/sessions/new/check/", lambda route: route.abort())

    with page.expect_event("requestfailed"):
        page.get_by_label("Quantity").fill("3")

    expect(page.locator("[data-match]")).to_contain_text("can serve this")


def test_sentence_is_read_shown_and_sent(page):
    name = first_known(page)
    page.get_by_role("textbox", name="Buyer").fill("TechCorp")
    page.get_by_label("In your own words").fill(f"2 {name} up to 5,000 each and 12 teapots up to 20 each")

    page.get_by_role("button", name="Read it").click()

    expect(page.locator("[data-reading]")).to_be_focused()
    expect(page.get_by_label("Item", exact=True)).to_have_count(2)
    expect(page.locator("[data-note]").first).to_contain_text("sure")
    page.get_by_role("button", name="Remove", exact=True).last.click()
    page.get_by_role("button", name="Create only").click()
    expect(page.locator(".room-card h2")).to_have_text(name)


def test_near_name_is_taken_by_a_press(page):
    name = first_known(page)
    enter_item(page, name[:-1])

    page.locator("[data-similar] button").first.click()

    expect(page.get_by_label("Item", exact=True)).to_have_value(name)
    expect(page.locator("[data-match]")).to_contain_text("can serve this")
    expect(page).to_have_url(re.compile("/sessions/new/$"))


def test_stock_of_a_new_seller_follows_the_list(page):
    enter_item(page, "Teapot")
    page.get_by_role("button", name="Enter a seller for this session").click()
    page.locator("[name=newcomers-0-stock-0-cost_price]").fill("11")
    page.get_by_role("button", name="Add an item").click()
    enter_item(page, "Lamp")
    page.locator("[name=newcomers-0-stock-1-cost_price]").fill("22")

    page.get_by_role("button", name="Remove", exact=True).first.click()

    expect(page.locator("[data-stock-name]")).to_have_text(["Lamp"])
    expect(page.locator("[name=newcomers-0-stock-0-cost_price]")).to_have_value("22")


def test_seller_entered_by_hand_is_in_the_room(page):
    page.get_by_role("textbox", name="Buyer").fill("TechCorp")
    enter_item(page, "Teapot")
    page.get_by_label("Highest price").fill("50")
    page.get_by_role("button", name="Choose none").click()
    page.get_by_role("button", name="Enter a seller for this session").click()
    for field, value in {"name": "Corner Shop", "stock-0-quantity_available": "9", "stock-0-cost_price": "10"}.items():
        page.locator(f"[name=newcomers-0-{field}]").fill(value)
    page.locator("[name=newcomers-0-stock-0-selling_price]").fill("40")
    page.locator("[name=newcomers-0-stock-0-least_price]").fill("9")
    page.get_by_role("button", name="Create only").click()
    expect(page.locator("[name=newcomers-0-stock-0-least_price]")).to_be_focused()
    expect(page.locator(".stock-row .errorlist")).to_have_text("The lowest price must be above the cost.")

    page.locator("[name=newcomers-0-stock-0-least_price]").fill("20")
    page.get_by_role("button", name="Create only").click()

    expect(page.locator(".room-card")).to_contain_text("1 seller will be asked.")


def test_session_is_made_once_though_its_button_is_pressed_twice(page):
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("textbox", name="Buyer").fill("TechCorp")
    enter_item(page, first_known(page))
    page.get_by_label("Highest price").fill("50")

    page.get_by_role("button", name="Create only").evaluate(
        "(button) => { button.click(); setTimeout(() => button.click(), 1); }"
    )

    expect(page.locator(".room-card")).to_be_visible()
    assert sum(url.endswith("/sessions/new/") for url in sent) == 1  # the page asks for previews as well


def test_folded_part_says_what_is_set_in_it(page):
    fold = page.locator("details", has_text="What needs a person")
    expect(fold.locator("summary")).to_contain_text("as usual")
    fold.locator("summary").click()

    page.get_by_label("Ask me above a total of").last.fill("900")
    page.get_by_label("Ask me above a total of").last.blur()

    expect(fold.locator("summary")).to_contain_text("Ask me above a total of: 900")


def test_all_are_chosen_and_none(page):
    page.get_by_role("button", name="Choose none").click()
    expect(page.locator("[data-chosen]")).to_have_text("0 of at most 10")

    page.get_by_role("button", name="Choose all").click()

    expect(page.locator("[data-chosen]")).to_have_text("6 of at most 10")


def test_enter_never_reads_the_sentence_in_place_of_sending(page):
    page.get_by_label("In your own words").fill("2 teapots up to 5")
    page.get_by_role("textbox", name="Buyer").press("Enter")

    expect(page.locator("[data-complaints]")).to_be_visible()
    expect(page).to_have_url(re.compile("/sessions/new/$"))
