"""Writes to clients in fewer steps than Twisted and autobahn take, for a room's watchers are written to all at once."""

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import twisted.internet.tcp

MOST_KEPT = 64
TEXT_FRAME = 0x81  # whole, not one of several
SHORT, MEDIUM = 126, 0x10000


class EagerConnection(twisted.internet.tcp.Server):
    """Sends at once what the system takes.

    Twisted would ask the reactor first whether the socket can be written to: two system calls more for each message,
    and another turn of the loop until it leaves.
    """

    def write(self, data: bytes) -> None:
        if self._is_idle():
            sent = self.writeSomeData(data)
            if isinstance(sent, int):  # else the connection is lost, which Twisted finds out for itself
                if sent == len(data):
                    return
                data = data[sent:]
        super().write(data)  # type: ignore[no-untyped-call]

    def writeSequence(self, pieces: Iterable[bytes]) -> None:
        self.write(b"".join(pieces))

    def _is_idle(self) -> bool:
        """Whether nothing waits to be written before."""
        is_open = self.connected and not self._writeDisconnected
        return bool(is_open) and not self.TLS and not self.dataBuffer and not self._tempDataLen


def write_texts(websocket: Any, texts: Sequence[str]) -> bool:
    """Send a message each; False, and nothing is sent, if the websocket is not open, or not Daphne's plain one.

    autobahn spends several times as long on it, much of that on colours for a log that nobody keeps.
    """
    if websocket.state != websocket.STATE_OPEN or websocket.send_queue or websocket._perMessageCompress is not None:
        return False
    websocket.transport.write(b"".join([text_frame(text) for text in texts]))
    return True


@lru_cache(MOST_KEPT)
def text_frame(text: str) -> bytes:
    """As a server sends it: without a mask. Kept for a while, as what one watcher is sent others are, too."""
    payload = text.encode()
    size = len(payload)
    if size < SHORT:
        return bytes((TEXT_FRAME, size)) + payload
    if size < MEDIUM:
        return struct.pack("!BBH", TEXT_FRAME, 126, size) + payload
    return struct.pack("!BBQ", TEXT_FRAME, 127, size) + payload
