"""Arenas in the browser: minds as chips, an arena that goes on by itself, and the ways to its games."""

import json
from typing import Any

import pytest

from tests.browser.screens import expect
from tests.browser.test_accessibility import problems_on

pytestmark = pytest.mark.browser

EXPONENT = {
    "name": "exponent",
    "summary": "How late it gives.",
    "choices": [],
    "low": "1",
    "high": "10",
    "default": "4",
}
TEMPERAMENT = {
    **{"name": "temperament", "summary": "How long it holds out.", "choices": ["patient", "brisk"]},
    **{"low": None, "high": None, "default": ""},
}
KINDS = [
    {"name": "strategy", "summary": "The built-in one.", "parameters": [TEMPERAMENT]},
    {"name": "boulware", "summary": "Gives late.", "parameters": [EXPONENT]},
]
SET_UP = """async (kinds) => {
  document.body.innerHTML = `<section data-minds="buyers" data-one="buyer">
    <ul data-chips hidden></ul><div data-maker hidden></div>
    <details data-as-text open><summary>As text</summary><textarea>strategy</textarea></details></section>`;
  const root = document.querySelector("section");
  root.dataset.kinds = kinds;
  const { MindChips } = await import("/static/js/mind_chips.js");
  window.told = 0;
  new MindChips(root, () => { window.told += 1; }).show();
}"""


@pytest.fixture
def chips(blank) -> Any:
    blank.evaluate(SET_UP, json.dumps(KINDS))
    return blank


def minds(page: Any) -> list[str]:
    return page.evaluate("document.querySelector('textarea').value.split('\\n')")


def test_mind_with_its_parameters_is_added_by_keyboard(chips):
    chips.get_by_label("Add a buyer").select_option("boulware")
    chips.get_by_label("exponent").fill("6")
    chips.get_by_label("exponent").press("Enter")

    assert minds(chips) == ["strategy", "boulware(exponent=6)"]
    assert chips.evaluate("window.told") == 1


def test_parameter_left_empty_is_left_out(chips):
    chips.get_by_label("Add a buyer").select_option("boulware")
    chips.get_by_role("button", name="Add").click()

    assert minds(chips) == ["strategy", "boulware"]


@pytest.mark.parametrize("value", ["99", "0"])
def test_parameter_outside_its_range_is_refused_with_its_name(chips, value):
    chips.get_by_label("Add a buyer").select_option("boulware")
    chips.get_by_label("exponent").fill(value)
    chips.get_by_role("button", name="Add").click()

    assert minds(chips) == ["strategy"]
    expect(chips.get_by_role("alert")).to_contain_text("exponent: ")


def test_mind_that_takes_part_already_is_not_added_again(chips):
    chips.get_by_role("button", name="Add").click()

    assert minds(chips) == ["strategy"]
    expect(chips.get_by_role("alert")).to_have_text("strategy takes part already.")


def test_mind_is_taken_out_and_the_focus_stays_near(chips):
    chips.get_by_label("temperament").select_option("brisk")
    chips.get_by_role("button", name="Add").click()

    chips.get_by_role("button", name="Take out strategy", exact=True).click()

    assert minds(chips) == ["strategy(temperament=brisk)"]
    expect(chips.get_by_role("button", name="Take out strategy(temperament=brisk)")).to_be_focused()


def test_mind_written_as_text_becomes_a_chip(chips):
    chips.get_by_text("As text").click()
    chips.locator("textarea").fill("lab:Tough; boulware(exponent=2)")

    expect(chips.get_by_role("listitem")).to_have_text(["lab:Tough×", "boulwareexponent=2×"])


@pytest.mark.slow
def test_arena_is_set_up_goes_on_by_itself_and_leads_to_its_games(operator_tab):
    page = operator_tab(reduced_motion="reduce")
    page.goto("/arenas/new/")
    page.get_by_label("Multi").fill("2")
    expect(page.get_by_role("status")).to_contain_text("2 buyers × 2 sellers' minds × 2 scenarios = 8 games")

    page.get_by_role("button", name="Start the arena").click()
    page.wait_for_url("**/arenas/*-*/")
    expect(page.get_by_text("8 of 8 games over")).to_be_visible(timeout=120_000)
    expect(page.locator(".status")).to_have_text("Finished")
    expect(page.locator(".heat td a")).to_have_count(4)
    assert problems_on(page) == []

    page.get_by_role("link", name="Rounds").click()
    expect(page.get_by_role("heading", name="Rounds")).to_be_visible()
    expect(page.get_by_role("link", name="Rounds")).to_be_focused()
    page.get_by_label("better than").select_option("seller:0")
    expect(page.get_by_text("Choose two buyers, or two sellers' minds.")).to_be_visible()

    page.locator(".heat td a").first.click()
    expect(page.locator(".games tbody tr")).to_have_count(2)
    assert problems_on(page) == []
    page.get_by_role("link", name="Talk").first.click()
    expect(page.locator(".arena-line")).to_contain_text("strategy(temperament=patient) buys from strategy")
