"""The event client against scripted sockets: what it shows once, when it comes back, and when it gives up."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.scripts import connected, deal, quote, round_start

pytestmark = pytest.mark.browser

FOLLOW = """async ({ until, after }) => {
  const { RoomEvents } = await import("/static/js/events.js");
  const [frames, states] = [[], []];
  await new Promise((resolve) => {
    const events = new RoomEvents({
      socketUrl: "/ws/room/", streamUrl: "/stream", after, random: () => 0,
      onFrame: (frame) => frames.push(frame.seq ?? frame.type),
      onState: (state, detail) => {
        states.push(detail ? `${state} ${detail}` : state);
        if (states.at(-1) === until) setTimeout(resolve, 300);
      },
    });
    events.open();
  });
  return { frames, states };
}"""

Script = Callable[[Any], None]


def follow(page: Any, *scripts: Script, until: str = "over", after: int = 0) -> dict[str, Any]:
    """What the client told, with the n-th socket going by the n-th script; `asked` are the numbers it resumed after."""
    asked: list[int] = []

    def answer(socket: Any) -> None:
        asked.append(int(socket.url.split("after=")[1]))
        scripts[min(len(asked), len(scripts)) - 1](socket)

    page.route_web_socket("ws://parley.test/**", answer)
    return {**page.evaluate(FOLLOW, {"until": until, "after": after}), "asked": asked}


def sends(*frames: dict[str, Any] | str, close: int | None = None) -> Script:
    def play(socket: Any) -> None:
        for frame in frames:
            socket.send(frame if isinstance(frame, str) else json.dumps(frame))
        if close is not None:
            socket.close(code=close)

    return play


def test_numbered_frames_come_once_and_in_order(blank):
    told = follow(blank, sends(connected(), round_start(1), quote(2), quote(2), round_start(1), deal(3)))

    assert told["frames"] == ["connected", 1, 2, 3]
    assert told["states"] == ["connecting", "live", "over"]


def test_client_resumes_after_the_last_number_it_saw(blank):
    told = follow(
        blank,
        sends(connected(), round_start(1), quote(2), close=4012),
        sends(connected(last_seq=2), quote(2), quote(3), deal(4)),
    )

    assert told["asked"] == [0, 2]
    assert told["frames"] == ["connected", 1, 2, "connected", 3, 4]
    assert told["states"] == ["connecting", "live", "lost", "connecting", "live", "over"]


def test_page_that_knows_the_beginning_asks_for_the_rest(blank):
    told = follow(blank, sends(connected(last_seq=7), deal(8)), after=7)

    assert told["asked"] == [7]


@pytest.mark.parametrize("code", [4401, 4403, 4404])
def test_client_that_is_refused_does_not_come_back(blank, code):
    told = follow(blank, sends(close=code), until=f"refused {code}")

    assert len(told["asked"]) == 1


def test_room_that_is_over_is_not_asked_for_again(blank):
    told = follow(blank, sends(connected(), deal(1), close=1000))

    assert len(told["asked"]) == 1


def test_half_a_frame_is_passed_over(blank):
    told = follow(blank, sends(connected(), '{"type": "round_st', "[1]", "null", deal(1)))

    assert told["frames"] == ["connected", 1]


def test_heartbeat_is_not_handed_on(blank):
    told = follow(blank, sends(connected(), {"type": "heartbeat"}, deal(1)))

    assert told["frames"] == ["connected", 1]


def test_without_sockets_it_reads_the_event_stream(blank):
    frames = [connected(), round_start(1), {"type": "error", "seq": 2, "message": "A mind failed."}, deal(3)]
    body = "".join(f"event: {frame['type']}\ndata: {json.dumps(frame)}\n\n" for frame in frames)
    blank.route("**/stream?after=0", lambda route: route.fulfill(body=body, content_type="text/event-stream"))

    told = blank.evaluate(FOLLOW, {"until": "over", "after": 0})

    assert told["frames"] == ["connected", 1, 2, 3]


ONE, TWO = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"

FOLLOW_ROOMS = """async ({ after, rooms }) => {
  const { SessionEvents } = await import("/static/js/events.js");
  const [frames, states] = [[], []];
  await new Promise((resolve) => {
    new SessionEvents({
      socketUrl: "/ws/session/", streamUrl: "/rooms/stream", after, rooms, random: () => 0,
      onFrame: (frame) => frames.push([frame.room_id[0], frame.seq ?? frame.type]),
      onState: (state) => {
        states.push(state);
        if (state === "over") setTimeout(resolve, 300);
      },
    }).open();
  });
  return { frames, states };
}"""
COMPLETE = {"type": "session_complete"}


def of(room: str, *frames: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**frame, "room_id": room} for frame in frames]


def follow_rooms(page: Any, *scripts: list[Any], after: dict[str, int] | None = None, rooms: Any = None) -> Any:
    """As `follow`, for a session; `asked` are the first frames of the sockets, each answered by the next script."""
    asked: list[Any] = []

    def answer(socket: Any) -> None:
        def greet(words: str) -> None:
            asked.append(json.loads(words))
            for frame in scripts[min(len(asked), len(scripts)) - 1]:
                socket.send(json.dumps(frame))
            if len(asked) < len(scripts):
                socket.close(code=4012)

        socket.on_message(greet)

    page.route_web_socket("ws://parley.test/**", answer)
    return {**page.evaluate(FOLLOW_ROOMS, {"after": after or {}, "rooms": rooms}), "asked": asked}


def test_frames_of_all_rooms_come_once_each_by_its_own_number(blank):
    frames = [*of(ONE, connected(), round_start(1)), *of(TWO, round_start(1), quote(2)), *of(ONE, round_start(1))]

    told = follow_rooms(blank, [*frames, *of(ONE, deal(2)), COMPLETE])

    assert told["frames"] == [["1", "connected"], ["1", 1], ["2", 1], ["2", 2], ["1", 2]]
    assert told["states"] == ["connecting", "live", "over"]


def test_broken_line_goes_on_behind_the_last_number_of_each_room(blank):
    told = follow_rooms(
        blank,
        [*of(ONE, round_start(1), quote(2)), *of(TWO, round_start(7))],
        [*of(ONE, quote(2), deal(3)), *of(TWO, deal(8)), COMPLETE],
        after={TWO: 6},
        rooms=[ONE, TWO],
    )

    assert [first["after"] for first in told["asked"]] == [{TWO: 6}, {ONE: 2, TWO: 7}]
    assert [first["rooms"] for first in told["asked"]] == [[ONE, TWO]] * 2
    assert told["frames"] == [["1", 1], ["1", 2], ["2", 7], ["1", 3], ["2", 8]]
    assert told["states"] == ["connecting", "live", "lost", "connecting", "live", "over"]


def test_without_sockets_the_rooms_are_read_from_the_event_stream(blank):
    frames = [*of(ONE, connected(), round_start(5)), *of(TWO, deal(3)), COMPLETE]
    body = "".join(f"event: {frame['type']}\ndata: {json.dumps(frame)}\n\n" for frame in frames)
    asked: list[str] = []

    def answer(route: Any) -> None:
        asked.append(route.request.url.partition("?")[2])
        route.fulfill(body=body, content_type="text/event-stream")

    blank.route("**/rooms/stream?*", answer)

    told = blank.evaluate(FOLLOW_ROOMS, {"after": {ONE: 4, TWO: 2}, "rooms": [ONE, TWO]})

    assert asked == [f"after={ONE}:4,{TWO}:2&rooms={ONE},{TWO}"]
    assert told["frames"] == [["1", "connected"], ["1", 5], ["2", 3]]
