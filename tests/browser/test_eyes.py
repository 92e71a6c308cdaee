import re
from typing import Any

import pytest

from tests.browser.screens import expect, tell
from tests.browser.scripts import ACME, BOLT, connected, deal, quote, round_start, short_room

pytestmark = pytest.mark.browser

BELIEFS = """async ([frames, told]) => {
    const { fold, newRoom } = await import("/static/js/room_state.js");
    const { believed, sentence } = await import("/static/js/beliefs.js");
    const room = frames.reduce((before, frame) => fold(before, frame), newRoom());
    return believed(room, told).map((line) => [line.truth, sentence(line, room)]);
}"""


def belief(seller: str = ACME, **changes: Any) -> dict[str, Any]:
    return {
        "seller_id": seller,
        "low": 395.2,
        "high": 420.4,
        "certainty": "likely",
        "latest_offer": {"price": 450, "quantity": 50},
        "acceptance_probability": 0.084,
        **changes,
    }


def sentences(blank: Any, frames: list[dict[str, Any]], *beliefs: dict[str, Any]) -> list[Any]:
    told: list[Any] = blank.evaluate(BELIEFS, [frames, {"beliefs": list(beliefs)}])
    return told


def test_belief_is_said_as_sure_as_it_is(blank):
    frames = [connected(), round_start(1), quote(2, ACME, 590)]
    beliefs = belief(), belief(BOLT, certainty="unsure", acceptance_probability=None)

    (_, sure), (_, unsure) = sentences(blank, frames, *beliefs)

    assert sure == "Acme’s floor is probably between $395 and $420. A chance of 8 % that $450.00 is taken."
    assert unsure == "Bolt’s floor may be between $395 and $420, not sure yet."


def test_nothing_is_said_of_a_limit_too_early(blank):
    (_, acme), (_, bolt) = sentences(blank, [connected()], belief(certainty="too_early"))

    assert acme == "Too early to say where Acme’s floor is."
    assert bolt == "Too early to say where Bolt’s floor is."


def test_true_limit_is_told_beside_it_to_those_who_know_it(blank):
    sellers = connected()["sellers"]
    sellers[0]["limits"] = {"cost_price": 380, "least_price": 400, "priority": "p", "speaking_style": "s"}

    (truth, acme), (unknown, bolt) = sentences(blank, [connected(sellers=sellers)], belief(), belief(BOLT))

    assert (truth, unknown) == (400, None)
    assert "In truth it is $400.00." in acme
    assert "In truth" not in bolt


@pytest.fixture
def onlooker(operator_tab, make_room, tab, server):
    """The page of a spectators' link to a new room, its sockets told by the test; they come one by one."""
    room = make_room()
    page = operator_tab()
    page.goto(room)
    page.get_by_role("button", name="Let others look on").click()
    page.get_by_label("Also the talk and offers").check()
    page.get_by_role("button", name="Make a link").click()
    address = page.get_by_label("Link, shown once").input_value()
    expect(page.get_by_role("listitem").filter(has_text="Talk and offers at the end")).to_be_visible()

    def look(**options: Any) -> Any:
        sockets: list[Any] = []
        visitor = tab(base_url=server.base, **options)
        visitor.route_web_socket(re.compile("/ws/watch/"), lambda socket: sockets.append(socket))
        visitor.goto(address)
        return visitor, sockets

    return look


def stranger() -> dict[str, Any]:
    frame = connected(sellers=[])
    return {name: value for name, value in frame.items() if name not in ("buyer", "buyer_constraints")}


def next_socket(page: Any, sockets: list[Any], number: int) -> Any:
    while len(sockets) < number:
        page.wait_for_timeout(1)
    return sockets[number - 1]


def test_onlooker_follows_the_rounds_and_reads_the_talk_once_it_is_over(onlooker):
    page, sockets = onlooker(viewport={"width": 360, "height": 740})
    expect(page.get_by_role("heading", name="Not started yet")).to_be_visible()
    live = next_socket(page, sockets, 1)

    tell(live, [stranger(), round_start(3, 2)])

    expect(page.get_by_text("Round 2 of 6", exact=True).first).to_be_visible()
    expect(page.get_by_role("heading", name="The buyer talks to")).to_be_visible()
    assert page.get_by_role("region", name="The talk, seller by seller").is_hidden()

    hidden = {"selected_seller_id": None, "selected_seller_name": None, "final_offer": None, "explanation": ""}
    tell(live, [deal(8) | hidden])
    expect(page.get_by_role("heading", name="They have a deal")).to_be_visible()
    tell(next_socket(page, sockets, 2), [connected(last_seq=8, buyer_constraints=None), *short_room()[1:]])

    expect(page.get_by_role("region", name="How it ended")).to_contain_text("$590.00")
    expect(page.get_by_text("for TechCorp")).to_be_visible()
    expect(page.get_by_text("I ask 590.").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_onlooker_is_told_that_the_link_has_ended(onlooker):
    page, sockets = onlooker()
    socket = next_socket(page, sockets, 1)
    tell(socket, [stranger()])

    socket.close(code=4401)

    expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()


def test_operator_sees_the_room_with_a_sellers_eyes_and_comes_back(operator_tab, open_desk):
    page = operator_tab(viewport={"width": 360, "height": 740})
    page.goto(open_desk().address)

    page.get_by_role("link", name="Bolt", exact=True).click()

    expect(page.get_by_text("You see what Bolt sees.")).to_be_visible()
    expect(page.locator("[data-head]")).to_have_count(1)
    assert page.get_by_role("button", name="Decide now").count() == 0
    page.get_by_role("link", name="Back to X-ray").click()
    expect(page.locator("[data-head]")).to_have_count(2)
    expect(page.locator(".lane-private").first).to_contain_text("floor")
