"""What a watcher keeps of a room: numbers and times, read from the frames as cheaply as can be."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import time
from typing import Any

LAST = b'"type":"negotiation_complete"'
STAMP = b'"timestamp":"'
NUMBER = b'"seq":'
IN_TEMPLATE_WORDS = b'"fallback":"'


@dataclass(slots=True)
class Seen:
    """What one watcher saw of one room. Times are seconds since 1970; `waits` are from an event's time to here."""

    numbers: list[int] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    first_at: float = 0.0
    last_at: float = 0.0
    in_template_words: int = 0
    is_over: bool = False
    frames: list[bytes] | None = None
    _digest: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=8))

    @property
    def seconds(self) -> float:
        """From the room's start to its end, by the times of its events."""
        return self.last_at - self.first_at

    @property
    def fingerprint(self) -> str:
        return str(self._digest.hexdigest())

    @property
    def gaps_and_doubles(self) -> int:
        return sum(number != place for place, number in enumerate(self.numbers, 1))

    def take(self, frame: bytes) -> None:
        """A frame without a number is of passing interest only."""
        found = frame.find(NUMBER, 0, 120)
        if found < 0:
            return
        start = frame.find(STAMP) + len(STAMP)
        at = datetime.fromisoformat(frame[start : frame.index(b'"', start)].decode()).timestamp()
        self.waits.append(time() - at)
        self.numbers.append(int(frame[found + len(NUMBER) : frame.index(b",", found)]))
        self.first_at, self.last_at = self.first_at or at, at
        self.in_template_words += frame.count(IN_TEMPLATE_WORDS)
        self.is_over = LAST in frame[:60]
        self._digest.update(frame)
        if self.frames is not None:
            self.frames.append(frame)

    def decoded(self) -> list[dict[str, Any]]:
        return [json.loads(frame) for frame in self.frames or ()]


def seconds_of(frame: Mapping[str, Any]) -> float:
    """When a decoded event was recorded, in seconds since 1970."""
    return datetime.fromisoformat(frame["timestamp"]).timestamp()
