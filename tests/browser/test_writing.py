from typing import Any

import pytest

from tests.browser.scripts import ACME, BOLT, Frame, bid, connected, deal, delta, quote, round_start, typing

pytestmark = pytest.mark.browser

FOLD = """async ([frames, later]) => {
  const state = await import("/static/js/room_state.js");
  const writing = await import("/static/js/writing.js");
  const folded = frames.reduce((room, frame) => state.fold(room, frame, 0), state.newRoom());
  const room = writing.withoutStale(folded, later);
  const lanes = room.sellers.map((one) => [one.name, writing.writingInLane(room, one.id)]);
  return { ...room, lanes: Object.fromEntries(lanes), all: writing.writingInAll(room) };
}"""
MINUTE = 60_000


def fold(page: Any, *frames: Frame, later: int = 0) -> dict[str, Any]:
    """The room with what is written in each lane, as it looks so many milliseconds after the last frame."""
    return page.evaluate(FOLD, [[connected(), round_start(1), *frames], later])


def texts(room: dict[str, Any], lane: str) -> list[str]:
    return [one["text"] for one in room["lanes"][lane]]


def test_words_grow_in_the_thread_they_belong_to(blank):
    room = fold(blank, delta("Good day."), delta("Good day. I ask 590."))

    assert texts(room, "Acme") == ["Good day. I ask 590."]
    assert texts(room, "Bolt") == []


def test_waiting_seat_becomes_a_writing_one(blank):
    waiting, writing = (fold(blank, typing(ACME, 3), *more) for more in ([], [typing(ACME)]))

    assert [one["place"] for one in waiting["lanes"]["Acme"]] == [3]
    assert [one["place"] for one in writing["lanes"]["Acme"]] == [0]


def test_buyer_that_writes_to_all_is_shown_where_it_has_no_words_yet(blank):
    room = fold(blank, typing(None), delta("I bid 450.", sender="buyer"))

    assert texts(room, "Acme") == ["I bid 450."]
    assert texts(room, "Bolt") == [""]
    assert [one["text"] for one in room["all"]] == ["I bid 450."]


def test_recorded_message_takes_the_place_of_its_parts(blank):
    room = fold(blank, typing(ACME), delta("I ask"), typing(BOLT), quote(2))

    assert texts(room, "Acme") == []
    assert texts(room, "Bolt") == [""]
    assert room["entries"][-1]["begun"] == "I ask"


def test_message_of_the_other_side_leaves_words_alone(blank):
    room = fold(blank, delta("I ask"), bid(2))

    assert texts(room, "Acme") == ["I ask"]


def test_persons_words_leave_those_of_the_mind_alone(blank):
    words = bid(2, offers=[], is_interjection=True, voice="person")

    room = fold(blank, delta("I bid", sender="buyer"), words)

    assert texts(room, "Acme") == ["I bid"]


@pytest.mark.parametrize("place", [0, 2])
def test_first_message_of_the_buyer_ends_its_sign_to_all(blank, place):
    room = fold(blank, typing(None, place), bid(2))

    assert room["writing"] == []


@pytest.mark.parametrize(
    "end",
    [
        {"type": "status_changed", "seq": 2, "old": "active", "new": "paused"},
        {"type": "status_changed", "seq": 2, "old": "active", "new": "cancelled"},
        deal(2),
        connected(status="paused"),
    ],
)
def test_nothing_is_being_written_in_a_room_that_rests(blank, end):
    room = fold(blank, delta("I ask"), typing(None), end)

    assert room["writing"] == []


def test_words_that_come_late_are_not_shown_in_a_paused_room(blank):
    paused = {"type": "status_changed", "seq": 2, "old": "active", "new": "paused"}

    room = fold(blank, paused, delta("I ask"), typing(BOLT))

    assert room["writing"] == []


def test_new_round_ends_what_was_left_over(blank):
    room = fold(blank, delta("I ask"), delta("I bid", sender="buyer"), round_start(2, 2))

    assert [one["kind"] for one in room["writing"]] == ["buyer"]


def test_buyer_writes_for_the_next_round_and_sellers_for_this_one(blank):
    room = fold(blank, typing(None), typing(ACME))

    assert [one["round"] for one in room["writing"]] == [2, 1]


def test_in_the_last_round_there_is_no_next_one(blank):
    room = fold(blank, round_start(2, 6), typing(None))

    assert [one["round"] for one in room["writing"]] == [6]


@pytest.mark.parametrize(("later", "left"), [(MINUTE - 1, 2), (MINUTE, 0)])
def test_words_without_news_are_let_go_after_a_minute(blank, later, left):
    room = fold(blank, delta("I ask"), typing(None), later=later)

    assert len(room["writing"]) == left


def test_words_in_an_unknown_thread_are_not_shown(blank):
    stranger = {**delta("I ask"), "seller_id": "33333333-3333-4333-8333-333333333333"}

    room = fold(blank, stranger, {**delta(""), "text": None})

    assert room["writing"] == []


def test_words_in_passing_change_no_number(blank):
    room = fold(blank, quote(2), delta("I ask"), typing(None))

    assert room["lastSeq"] == 2
    assert len(room["entries"]) == 2
