"""A trade from its deal to its end, as a person on a phone goes through it."""

import pytest

from tests.browser.screens import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_trade_is_confirmed_by_both_sides_and_taken_back_by_an_operator(operator_tab, open_desk):
    page = operator_tab(viewport={"width": 360, "height": 740})
    page.goto(open_desk().address)
    page.get_by_role("link", name="Deal sheet").first.click()
    page.get_by_role("link", name="P-").first.click()
    state = page.locator(".lead .status")

    page.get_by_role("button", name="Confirm for TechCorp").click()
    expect(page.locator("dd time")).to_have_count(1)
    expect(state).to_have_text("Agreed")
    page.get_by_role("button", name="Confirm for").click()
    expect(state).to_have_text("Confirmed by both")
    page.get_by_text("Cancel this trade").click()
    page.get_by_label("Why").fill("The order came twice")
    page.get_by_role("button", name="Cancel the trade").click()

    expect(state).to_have_text("Cancelled")
    expect(page.get_by_text("The goods are free again.")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
