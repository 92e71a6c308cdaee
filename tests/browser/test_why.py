import json
from typing import Any

import pytest
from playwright.sync_api import expect

PLACE = """async () => {
    const { Why } = await import("/static/js/why.js");
    document.body.innerHTML = `<main><div class="outlook"><div class="outlook-main"></div></div></main>`;
    window.why = new Why({ api: "/api/room", as: "seller:7", currency: "EUR" });
    document.querySelector("main").append(why.button(9, "Acme, 412.00"));
}"""
TOLD = {
    "seq": 9,
    "move": "offer",
    "reason": "aspiration",
    "basis": "strategy",
    "sentences": ["By round 3 it is at <b>412.00</b>."],
    "figures": [
        {"name": "Asking price", "value": 468, "unit": "money"},
        {"name": "Way gone by now", "value": 12.5, "unit": "percent"},
    ],
}


@pytest.fixture
def asked(blank) -> list[str]:
    """The addresses that were asked for a reason; the page has a button for one."""
    addresses: list[str] = []

    def answer(route: Any) -> None:
        addresses.append(route.request.url)
        route.fulfill(body=json.dumps(TOLD), content_type="application/json")

    blank.route("**/why/**", answer)
    blank.evaluate(PLACE)
    return addresses


def test_reason_opens_beside_its_offer_and_escape_leads_back(blank, asked):
    button, panel = blank.get_by_role("button", name="Why? Acme, 412.00"), blank.get_by_role("dialog")

    button.focus()
    blank.keyboard.press("Enter")

    expect(panel).to_contain_text("By round 3 it is at <b>412.00</b>.")
    expect(panel.get_by_role("row")).to_have_text(["Asking price€468.00", "Way gone by now12.5 %"])
    assert asked == ["http://parley.test/api/room/why/9?agent_type=seller&agent_id=7"]
    blank.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_reason_is_asked_for_once_and_its_button_closes_it_again(blank, asked):
    button, panel = blank.get_by_role("button", name="Why? Acme"), blank.get_by_role("dialog")

    for _ in range(2):
        button.click()
        expect(panel).to_contain_text("By round 3")
        button.click()
        expect(panel).to_be_hidden()

    assert len(asked) == 1


def test_reason_that_cannot_be_had_is_told_as_such_and_can_be_asked_for_again(blank, asked):
    blank.route("**/why/**", lambda route: route.fulfill(status=503, body='{"error": {"message": "Not now."}}'))
    button, panel = blank.get_by_role("button", name="Why? Acme"), blank.get_by_role("dialog")

    button.click()
    expect(panel.get_by_role("alert")).to_have_text("Not now.")
    blank.unroute("**/why/**")
    blank.route("**/why/**", lambda route: route.fulfill(body=json.dumps(TOLD), content_type="application/json"))
    blank.keyboard.press("Escape")
    button.click()

    expect(panel).to_contain_text("By round 3")


def test_end_of_the_room_has_a_reason_once_it_is_decided(blank, asked):
    render = "(decision) => why.renderEnding(document.querySelector('.outlook'), { decision })"
    reasons = blank.get_by_role("button", name="The end of the room")

    blank.evaluate(render, None)
    expect(reasons).to_have_count(0)
    for _ in range(2):
        blank.evaluate(render, {"seq": 12})
    reasons.click()

    expect(blank.get_by_role("dialog")).to_contain_text("By round 3")
    assert asked[-1].startswith("http://parley.test/api/room/why/12")
