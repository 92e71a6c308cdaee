"""Further terms in a browser: set as rows of a form, and taken as a package at a seat."""

from typing import Any

import pytest

from tests import bodies
from tests.browser.screens import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RANGES = {"delivery_days": [3, 21]}
OFFER = {
    "party": "seller",
    "price": 605,
    "quantity": 50,
    "terms": {"delivery_days": 7},
    "packages": [
        {"price": 612, "terms": {"delivery_days": 3}},
        {"price": 598.5, "terms": {"delivery_days": 14}},
    ],
}


def term(page: Any, name: str) -> Any:
    return page.locator("[data-item-row]").first.get_by_role("group", name=name, exact=True)


def fill_term(row: Any, low: str, high: str, weight: str, better: str) -> None:
    for part, value in {"low": low, "high": high, "weight": weight}.items():
        row.locator(f"[data-part={part}]").fill(value)
    row.locator("[data-part=better]").select_option(better)


def test_terms_are_set_as_rows_and_stand_there_again(operator_tab):
    page = operator_tab()
    page.goto("/sessions/new/")
    page.get_by_role("textbox", name="Buyer").fill("TechCorp")
    page.get_by_label("Item", exact=True).fill(page.locator("#known-items option").first.get_attribute("value"))
    page.get_by_label("Quantity").fill("2")
    page.get_by_label("Highest price").fill("5000")
    page.locator("summary", has_text="Mandate").first.click()
    fill_term(term(page, "Delivery days"), "3", "14", "30", "less")
    page.get_by_role("button", name="Add a further term").click()
    page.keyboard.type("Spare parts")
    fill_term(term(page, "New term"), "1", "5", "12.5", "more")
    expect(page.get_by_text("The price matters the remaining 57.5 %.")).to_be_visible()
    page.get_by_role("button", name="Create only").click()
    expect(page.locator(".room-card").first).to_be_visible()

    page.goto(f"/sessions/new/?from={page.url.rstrip('/').rsplit('/', 1)[-1]}")
    page.locator("summary", has_text="Mandate").first.click()

    delivery, parts = term(page, "Delivery days"), term(page, "Spare parts")
    assert [field.input_value() for field in delivery.locator("input, select").all()] == ["3", "14", "30", "less"]
    assert [field.input_value() for field in parts.locator("input, select").all()] == ["1", "5", "12.5", "more"]


def test_what_the_terms_leave_for_the_price_is_told_and_nothing_is_too_little(operator_tab):
    page = operator_tab()
    page.goto("/sessions/new/")
    page.get_by_role("textbox", name="Buyer").fill("TechCorp")
    page.locator("summary", has_text="Mandate").first.click()
    fill_term(term(page, "Delivery days"), "3", "14", "60", "less")
    fill_term(term(page, "Payment days"), "3", "14", "40", "more")
    expect(page.get_by_text("Nothing is left for the price: the terms weigh 100 %.")).to_be_visible()

    page.get_by_role("button", name="Create only").click()

    wrong = page.locator("[data-item-row]").first.locator("[aria-invalid=true][data-part=weight]")
    expect(wrong).to_have_value("60")
    expect(page.locator("term-rows .errorlist").first).to_contain_text("nothing is left for the price")


def test_package_is_taken_at_a_seat(operator_tab, open_desk):
    item = bodies.item(allowed_terms=RANGES, term_weights={"price": 0.8, "delivery_days": -0.2}, max_price_per_unit=700)
    stock = bodies.stock(allowed_terms=RANGES, term_weights={"price": 0.8, "delivery_days": 0.2})
    room = open_desk(
        buyer=bodies.buyer(item, mind="human"), sellers=[bodies.seller("Acme", stock, mind="external")], max_rounds=9
    )
    page = operator_tab()
    page.goto(room.thread("Acme", "buyer"))
    page.get_by_role("button", name="Make an offer…").click()
    expect(page.get_by_label("Delivery, days")).to_be_visible()
    page.get_by_label("Price per unit").fill("500")
    page.get_by_label("Delivery, days").fill("3")
    page.get_by_role("button", name="Make the offer").click()
    expect(page.locator(".words.own .offer-terms")).to_have_text("Delivery in 3 days")
    headers = {"X-CSRFToken": page.locator('meta[name="csrf-token"]').get_attribute("content")}
    address = f"/api/v1/trade-desk/negotiations/{room.threads['Acme']}/offer"
    assert page.request.post(address, data=OFFER, headers=headers).ok
    options = page.locator(".words.other .offer-options li")
    expect(options).to_have_text(["or $612.00 with delivery in 3 days", "or $598.50 with delivery in 14 days"])

    page.get_by_role("button", name="Accept package 2, $598.50").click()
    expect(page.locator("[data-about]")).to_have_text("50 × $598.50 = $29,925.00, delivery in 14 days")
    page.get_by_role("button", name="Accept", exact=True).click()

    expect(page.locator("[data-standing]")).to_contain_text("Deal with Acme")
    expect(page.locator("[data-standing-terms]")).to_contain_text("$29,925.00 in total, delivery in 14 days")
    expect(options).to_have_count(0)
