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
