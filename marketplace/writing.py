"""Writes to clients in fewer steps than Twisted and autobahn take, for a room's watchers are written to all at once."""

import struct
from collections.abc import Iterable
from typing import Any

import twisted.internet.tcp

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


def write_text(websocket: Any, text: str) -> bool:
    """Send one message; False if the websocket is not open, or not Daphne's plain one.

    autobahn spends several times as long on it, much of that on colours for a log that nobody keeps.
    """
    if websocket.state != websocket.STATE_OPEN or websocket.send_queue or websocket._perMessageCompress is not None:
        return False
    websocket.transport.write(text_frame(text.encode()))
    return True


def text_frame(payload: bytes) -> bytes:
    """As a server sends it: without a mask."""
    size = len(payload)
    if size < SHORT:
        return bytes((TEXT_FRAME, size)) + payload
    if size < MEDIUM:
        return struct.pack("!BBH", TEXT_FRAME, 126, size) + payload
    return struct.pack("!BBQ", TEXT_FRAME, 127, size) + payload
