"""The page on streams and sockets names every frame, command and close code that there is."""

import re
from pathlib import Path

import pytest

from marketplace.server import RESTART_CLOSE_CODE
from negotiation import consumers

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "live.md").read_text("utf-8")
SOURCES = ("frames", "table_frames", "stream", "onlookers", "session_feed", "consumers")
TYPES = {
    kind
    for name in SOURCES
    for kind in re.findall(
        r'(?:"type": |_sent\(|_announce\(|LAST_FRAME = |LAST_OF_SESSION = )"([a-z_]+)"',
        (ROOT / "negotiation" / f"{name}.py").read_text("utf-8"),
    )
}


def test_all_kinds_of_frames_are_found():
    assert {"buyer_message", "human_input_required", "message_delta", "heartbeat", "session_complete", "ack"} <= TYPES
    assert len(TYPES) > 20


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_page_names_the_frame(kind):
    assert f"`{kind}`" in PAGE


@pytest.mark.parametrize("command", sorted({*consumers.COMMANDS, "decide", "message", "pace", "ping"}))
def test_page_names_the_command(command):
    assert f"`{command}`" in PAGE or f'{{"type": "{command}"' in PAGE


@pytest.mark.parametrize(
    "code",
    [
        consumers.BAD_FRAME,
        consumers.NOT_SIGNED_IN,
        consumers.FORBIDDEN,
        consumers.NOT_FOUND,
        consumers.TOO_FAST,
        consumers.COME_AGAIN,
        consumers.FAILED,
        RESTART_CLOSE_CODE,
    ],
)
def test_page_tells_the_close_code(code):
    assert f"| {code} |" in PAGE
