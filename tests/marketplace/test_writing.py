from types import SimpleNamespace

import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from marketplace.writing import text_frame, write_texts

OPEN, CLOSING = 3, 2


class Wire(list[bytes]):
    """A connection that keeps what is written to it."""

    write = list.append


def a_websocket(**changes):
    plain = {"state": OPEN, "STATE_OPEN": OPEN, "send_queue": [], "_perMessageCompress": None, "transport": Wire()}
    return SimpleNamespace(**plain | changes)


def read_frame(data: bytes) -> Frame:
    """As another library reads it."""
    reader = StreamReader()
    reader.feed_data(data)
    parsing = Frame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as parsed:
        next(parsing)
    assert not reader.buffer
    return parsed.value.value


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_message_of_any_size_is_one_whole_frame(size):
    frame = read_frame(text_frame("x" * size))

    assert (frame.opcode, frame.fin, bytes(frame.data)) == (Opcode.TEXT, True, b"x" * size)


def test_message_is_written_in_utf_8():
    websocket = a_websocket()

    assert write_texts(websocket, ["für 41 €"])

    assert bytes(read_frame(b"".join(websocket.transport)).data).decode() == "für 41 €"


def test_several_messages_are_written_at_once_each_in_a_frame_of_its_own():
    websocket = a_websocket()

    assert write_texts(websocket, ["One.", "x" * 200])

    assert websocket.transport == [text_frame("One.") + text_frame("x" * 200)]


@pytest.mark.parametrize(
    "changes", [{"state": CLOSING}, {"send_queue": [(b"before", False)]}, {"_perMessageCompress": object()}]
)
def test_message_that_takes_more_than_a_frame_is_left_to_autobahn(changes):
    websocket = a_websocket(**changes)

    assert not write_texts(websocket, ["Hello.", "Good bye."])

    assert websocket.transport == []
