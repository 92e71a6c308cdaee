"""The curve of what an agent would do, beside what is chosen for it."""

import re

import pytest

from tests.browser.screens import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(operator_tab):
    opened = operator_tab()
    opened.goto("/sessions/new/")
    return opened


def test_curve_follows_the_limit_and_the_choices_and_is_read_with_the_keys(page):
    curve = page.locator('[data-curve="buyer"]')
    words, plot = curve.locator("[data-words]"), curve.get_by_role("slider")
    expect(words).to_contain_text("Until prices are typed in, for a limit of 100.")

    page.get_by_label("Highest price").first.fill("600")
    curve.get_by_label("Sellers").select_option("firm")
    expect(words).to_have_text("No deal: its last bid, in round 10, would be $600.00.")

    page.get_by_label("If it comes to the worst").select_option("price_first")
    expect(words).to_contain_text(re.compile(r"would be about \$5\d\d"))

    plot.focus()
    for _ in range(20):
        plot.press("ArrowRight")
    expect(plot).to_have_attribute("aria-valuetext", re.compile(r"^Round 10: offers \$5\d\d.*, against \$6\d\d\.\d\d$"))
    expect(curve.locator("[data-curve-reading]")).to_contain_text("Round 10")
    curve.get_by_text("Figures").click()
    expect(curve.get_by_role("row")).to_have_count(11)


def test_each_new_seller_has_a_curve_of_its_own_and_none_of_it_is_sent(page):
    for _ in range(2):
        page.get_by_role("button", name="Enter a seller for this session").click()
    second = page.locator("[data-newcomer]").nth(1)
    second.get_by_label("Lowest price").fill("400")
    second.get_by_label("Asking price").fill("650")
    second.get_by_text("See what it will do").click()
    words = second.locator("[data-words]")
    expect(words).to_contain_text("A deal, mostly in round")
    fair = words.text_content()

    second.get_by_label("Toughness").select_option("tough")

    expect(words).not_to_have_text(fair)
    sent = page.evaluate("[...new FormData(document.querySelector('[data-new-session]')).keys()]")
    assert [name for name in sent if "curve" in name or not name] == []


def test_sellers_page_in_the_admin_draws_the_stock_that_is_typed_in(page):
    page.goto("/admin/marketplace/seller/add/")
    words = page.locator("[data-curve] [data-words]")
    expect(words).to_contain_text("Until prices are typed in, for a floor of 80 and an asking price of 100.")

    page.locator("#id_inventory-0-least_price").fill("400")
    page.locator("#id_inventory-0-selling_price").fill("650")
    page.get_by_label("The buyer").select_option("stay")

    expect(words).to_contain_text(re.compile(r"No deal: its last offer, in round 10, would be about 4\d\d\.\d\d"))
