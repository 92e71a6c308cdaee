"""Splits a body into server-sent events, as bytes come in. What the events say is read elsewhere."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """`is_whole` is false for what the end of the body cut off."""

    name: str
    data: bytes
    is_whole: bool = True


class ServerEventReader:
    """A body that is no stream of events, such as JSON or a page, comes out at its end as one event.

    `is_garbled` tells of a line that no server would write. More forgiving than the standard: a line that is an object
    is an event without its field name, and the last event needs no blank line.
    """

    def __init__(self) -> None:
        self.is_plain = False
        self.is_garbled = False
        self._is_begun = False
        self._line: list[bytes] = []
        self._name = ""
        self._data: list[bytes] = []

    def feed(self, data: bytes) -> list[ServerEvent]:
        if self._goes_on(data):
            self._line.append(data)
            return []
        lines = b"".join([*self._line, data]).splitlines(keepends=True)
        # A line that ends in a carriage return may yet get its line feed.
        self._line = [] if lines[-1].endswith(b"\n") else [lines.pop()]
        events: list[ServerEvent] = []
        for position, line in enumerate(lines):
            self._take(line.rstrip(b"\r\n"), events)
            if self.is_plain:
                self._line = [*lines[position:], *self._line]
                break
        return events

    def finish(self) -> list[ServerEvent]:
        """What the body ended with; nothing more may be fed."""
        rest = b"".join(self._line)
        events: list[ServerEvent] = []
        if not self.is_plain:
            self._take(rest.rstrip(b"\r\n"), events)
        if self.is_plain:
            body = rest.removeprefix(BYTE_ORDER_MARK).strip()
            return [ServerEvent("", body, is_whole=not body.startswith(b"{") or body.endswith(b"}"))]
        self._dispatch(events, is_whole=rest.endswith((b"\r", b"\n")) or not rest)
        return events

    def _goes_on(self, data: bytes) -> bool:
        """Whether the line that has begun does not end here."""
        return self.is_plain or (b"\n" not in data and b"\r" not in data)

    def _take(self, line: bytes, events: list[ServerEvent]) -> None:
        if line.startswith(b"data:"):  # by far the most
            self._is_begun = True
            self._data.append(line[len(b"data:") :].removeprefix(b" "))
            return
        if not self._is_begun:
            line = line.removeprefix(BYTE_ORDER_MARK)
        if line.lstrip()[:1] in (b"{", b"[", b"<"):
            self._take_bare(line, events)
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not line.strip():
            self._dispatch(events, is_whole=True)
        elif field == b"data":
            self._is_begun = True
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("ascii", "replace").strip()
        elif field == b"error":
            self._name = "error"
            self._data.append(value)
        elif not FIELD.fullmatch(field):
            self.is_garbled = True

    def _take_bare(self, line: bytes, events: list[ServerEvent]) -> None:
        if self._is_begun:
            self._dispatch(events, is_whole=True)
            events.append(ServerEvent("", line))
        else:
            self.is_plain = True

    def _dispatch(self, events: list[ServerEvent], *, is_whole: bool) -> None:
        if self._data or self._name:
            events.append(ServerEvent(self._name, b"\n".join(self._data), is_whole))
        self._name, self._data = "", []


FIELD = re.compile(rb"[A-Za-z_-]{0,30}")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
