import json
from typing import Any

import pytest

from tests.browser.scripts import connected

pytestmark = pytest.mark.browser

CONTROLS = """
<button data-next-round hidden>Next round</button>
<label data-pace data-session-seconds="0.7" hidden>Speed <select data-speed>
  <option value="0">Full speed</option><option value="0.5">Brisk</option><option value="3">Slow</option>
</select></label>"""
BEGIN = """async (controls) => {
  document.body.innerHTML = controls;
  const [{ Pacing }, { ApiError }, state] =
    await Promise.all(["pacing", "api", "room_state"].map((name) => import(`/static/js/${name}.js`)));
  const said = [];
  const attempt = async (button, call) => {
    try { return await call(); } catch (error) { if (error instanceof ApiError) return null; throw error; }
  };
  const pacing = new Pacing({ api: "/api/room", attempt, say: (words) => said.push(words) });
  let room = state.newRoom();
  window.tell = (frame) => { room = state.fold(room, frame); pacing.render(room); return { pace: room.pace, said }; };
}"""


def pace(seq: int, seconds: float | None, pause_after: int | None = None) -> dict[str, Any]:
    return {"type": "pace_changed", "seq": seq, "turn_seconds": seconds, "pause_after_round": pause_after}


def status(seq: int, new: str) -> dict[str, Any]:
    return {"type": "status_changed", "seq": seq, "old": "", "new": new, "reason": ""}


@pytest.fixture
def controls(blank) -> Any:
    """The page with the controls, and `asked`, what was sent."""
    blank.asked = []
    blank.answer = (200, {"status": "active"})

    def answer(route: Any) -> None:
        blank.asked.append((route.request.url.split("/room")[1], route.request.post_data_json))
        code, body = blank.answer
        route.fulfill(status=code, body=json.dumps(body), content_type="application/json")

    blank.route("http://parley.test/api/**", answer)
    blank.evaluate(BEGIN, CONTROLS)
    return blank


def tell(page: Any, *frames: dict[str, Any]) -> dict[str, Any]:
    for frame in frames:
        told = page.evaluate("(frame) => tell(frame)", frame)
    return told


def speed(page: Any) -> str:
    return page.locator("[data-speed]").evaluate("(select) => select.selectedOptions[0].textContent")


def test_controls_are_there_while_the_room_goes_on(controls):
    shown = []

    for state in ("pending", "active", "paused", "completed"):
        tell(controls, connected(status=state))
        shown.append([controls.locator(place).is_visible() for place in ("[data-next-round]", "[data-speed]")])

    assert shown == [[False, False], [True, True], [True, True], [False, False]]


def test_speed_of_the_session_is_shown_until_the_room_has_its_own(controls):
    tell(controls, connected())
    first = speed(controls)

    tell(controls, pace(1, 3))

    assert (first, speed(controls)) == ("0.7 s a turn", "Slow")
    assert controls.locator("[data-speed] option").count() == 3


def test_speed_that_is_chosen_is_sent(controls):
    tell(controls, connected())

    with controls.expect_response("**/pace"):
        controls.locator("[data-speed]").select_option("0.5")

    assert controls.asked == [("/pace", {"turn_seconds": 0.5})]


def test_speed_that_is_refused_falls_back_to_what_the_room_has(controls):
    tell(controls, connected(), pace(1, 3))
    controls.answer = (409, {"error": {"code": "ALREADY_DECIDED", "message": "The room is over."}})

    with controls.expect_response("**/pace"):
        controls.locator("[data-speed]").select_option("0.5")

    controls.locator("[data-speed]").evaluate("(one) => new Promise((done) => setTimeout(done)).then(() => one.value)")
    assert speed(controls) == "Slow"


def test_next_round_is_asked_for_and_keeps_its_focus(controls):
    tell(controls, connected(status="paused"))
    controls.locator("[data-next-round]").focus()

    with controls.expect_response("**/step"):
        controls.keyboard.press("Enter")

    assert controls.asked == [("/step", None)]
    assert controls.evaluate("document.activeElement.matches('[data-next-round]')")


def test_round_that_the_room_pauses_after_is_told_once(controls):
    told = tell(controls, connected(), pace(1, None, 4), pace(2, 3, 4))

    assert told["said"] == ["Pauses after round 4."]
    assert controls.locator("[data-next-round]").get_attribute("title") == "Pauses after round 4"


def test_room_that_has_paused_pauses_after_no_round(controls):
    told = tell(controls, connected(), pace(1, 0.5, 4), status(2, "paused"))

    assert told["pace"] == {"turnSeconds": 0.5, "pauseAfter": None}


def test_pause_that_was_known_already_ends_the_step_too(controls):
    told = tell(
        controls, connected(last_seq=3, status="active"), pace(1, None, 4), status(2, "paused"), status(3, "queued")
    )

    assert told["pace"]["pauseAfter"] is None
