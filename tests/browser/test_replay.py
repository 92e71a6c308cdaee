import re

import pytest

from tests.browser.screens import expect, tell
from tests.browser.scripts import ACME, BOLT, bid, connected, deal, offer_updated, quote, round_start, short_room

pytestmark = pytest.mark.browser

PLACES = """async ([frames, places]) => {
  const { Timeline } = await import("/static/js/timeline.js");
  const { fold, newRoom } = await import("/static/js/room_state.js");
  const timeline = new Timeline();
  const [first, ...rest] = frames;
  timeline.open(first);
  for (const frame of rest) timeline.add(frame);
  const beginning = fold(newRoom(), { ...first, status: "pending", current_round: 0, last_seq: 0 });
  const folded = (count) => rest.slice(0, count).reduce((room, frame) => fold(room, frame), beginning);
  return places.every((count) => JSON.stringify(timeline.at(count)) === JSON.stringify(folded(count)));
}"""
WORDS = """async (frames) => {
  const { Timeline } = await import("/static/js/timeline.js");
  const { eventWords } = await import("/static/js/event_words.js");
  const timeline = new Timeline();
  const [first, ...rest] = frames;
  timeline.open(first);
  for (const frame of rest) timeline.add(frame);
  return rest.map((frame, index) => eventWords(frame, timeline.at(index + 1)));
}"""
ROUNDS = """async (frames) => {
  const { Timeline } = await import("/static/js/timeline.js");
  const timeline = new Timeline();
  for (const frame of frames.slice(1)) timeline.add(frame);
  return [[0, 1], [2, 1], [2, -1], [1, -1], [9, 1]].map(([count, step]) => timeline.roundBeside(count, step));
}"""
RESTS = """async () => {
  const { rest } = await import("/static/js/player.js");
  const at = (seconds, type = "round_start") => ({ type, timestamp: new Date(seconds * 1000).toISOString() });
  return [rest(at(0), at(2)), rest(at(0), at(0)), rest(at(0), at(0, "seller_response")), rest(at(0), at(9000))];
}"""


def long_room(messages):
    """With a last message from before it looked, as a room that is over has it."""
    talk = [quote(seq + 2, (ACME, BOLT)[seq % 2], 650 - seq / 100) for seq in range(messages)]
    return [connected(messages + 2, status="completed", current_round=1), round_start(1), *talk, deal(messages + 2)]


def timed(frames):
    """A second apart."""
    return [
        {**frame, "timestamp": f"2026-03-01T12:{frame['seq'] // 60:02}:{frame['seq'] % 60:02}+00:00"}
        if "seq" in frame
        else frame
        for frame in frames
    ]


@pytest.fixture
def replay(operator_tab, make_room):
    """Opens the replay of a room that its socket tells in these frames."""

    def open_replay(*frames, fragment="", **options):
        page = operator_tab(reduced_motion="reduce", **options)
        page.route_web_socket(re.compile("/ws/"), lambda socket: tell(socket, timed(frames)))
        page.goto(f"{make_room()}replay/{fragment}")
        expect(page.locator("[data-slider]")).to_be_enabled()
        return page

    return open_replay


def test_room_at_any_place_is_the_fold_of_what_came_before(blank):
    frames = long_room(450)

    assert blank.evaluate(PLACES, [frames, [452, 0, 451, 200, 199, 201, 400, 3, 452]])


def test_rounds_are_stepped_from_beginning_to_beginning(blank):
    frames = [connected(), round_start(1), bid(2), quote(3), round_start(4, 2), bid(5), deal(6)]

    assert blank.evaluate(ROUNDS, frames) == [1, 4, 1, 0, 6]


def test_event_is_told_in_one_line(blank):
    assert blank.evaluate(WORDS, [*short_room()[:5], offer_updated(6, "o4", "countered")]) == [
        "Round 1 begins",
        "TechCorp bids $450.00 to Acme",
        "TechCorp bids $450.00 to Bolt",
        "Acme offers $590.00",
        "Acme's offer of $590.00 is countered",
    ]


def test_rests_are_those_of_the_record_within_reason(blank):
    assert blank.evaluate(RESTS) == [2000, 0, 700, 4000]


def test_keys_go_forth_and_back_through_the_record(replay):
    page = replay(*short_room())

    page.keyboard.press("End")
    expect(page.locator("[data-outlook-label]")).to_have_text("Deal")
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("ArrowRight")

    expect(page.locator("[data-event-words]")).to_have_text("Acme offers $590.00")
    expect(page.locator("[data-slider]")).to_have_attribute("aria-valuetext", re.compile(r"^Round 1, .*Acme offers"))
    expect(page.locator("[data-outlook-price]")).to_contain_text("$590.00")
    assert page.locator(".words").count() == 3


def test_address_leads_to_the_event_and_follows_the_slider(replay):
    page = replay(*short_room(), fragment="#event=4")
    expect(page.locator("[data-event-words]")).to_have_text("Acme offers $590.00")

    page.get_by_role("button", name="Next event").click()

    expect(page.locator("[data-event-words]")).to_have_text("Bolt offers $610.00")
    page.wait_for_url("**/replay/#event=5")


def test_play_goes_to_the_end_by_itself(replay):
    page = replay(*short_room())

    page.get_by_role("button", name="10×").click()
    page.keyboard.press("Home")
    page.get_by_role("button", name="Play", exact=True).click()

    expect(page.locator("[data-outlook-label]")).to_have_text("Deal")
    expect(page.locator("[data-play]")).to_have_text("Again")


def test_operator_branches_a_room_from_its_replay(operator_tab, make_room):
    page = operator_tab()
    room = make_room(start=True)
    page.goto(room)
    expect(page.locator("[data-outlook-label]")).to_have_text("Deal")
    page.get_by_role("link", name="Replay").click()
    page.keyboard.press("End")

    page.get_by_role("button", name="What if…").click()
    page.get_by_label("Go on from").select_option("1")
    page.locator("[data-buyer]").get_by_label("Temperament").select_option("patient")
    page.get_by_role("button", name="Branch and watch").click()

    expect(page.locator(".what-if-line")).to_contain_text("from round 1")
    expect(page.locator(".what-if-line")).to_contain_text("patient buyer")
    page.get_by_role("link", name="Compare with the original").click()
    expect(page.locator(".compare-ends tbody tr")).to_have_count(2)
