"""The rooms lately read, folded: a log only grows, so what was read of it stays true as far as it went."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from negotiation.core.room import Room
from negotiation.records import Record

MOST_RECORDS = 20_000


@dataclass(frozen=True, slots=True)
class Reading:
    """A log up to the record with `last_hash`, and the room it folds to."""

    records: tuple[Record, ...]
    room: Room
    last_hash: str

    @property
    def last_seq(self) -> int:
        return len(self.records)


class RecentRooms:
    """Of this process, those asked for last; all of them together hold a bounded number of records.

    Nobody need be told of changes: whoever uses a reading compares its hash with the log's.
    """

    def __init__(self, most_records: int = MOST_RECORDS) -> None:
        self._lock = threading.Lock()
        self._readings: OrderedDict[int, Reading] = OrderedDict()
        self._most_records, self._record_count = most_records, 0

    def get(self, run_id: int) -> Reading | None:
        with self._lock:
            reading = self._readings.get(run_id)
            if reading is not None:
                self._readings.move_to_end(run_id)
            return reading

    def keep(self, run_id: int, reading: Reading) -> None:
        with self._lock:
            self._forget(self._readings.pop(run_id, None))
            self._readings[run_id] = reading
            self._record_count += reading.last_seq
            while self._record_count > self._most_records:
                self._forget(self._readings.popitem(last=False)[1])

    def drop(self, run_id: int) -> None:
        with self._lock:
            self._forget(self._readings.pop(run_id, None))

    def _forget(self, reading: Reading | None) -> None:
        if reading is not None:
            self._record_count -= reading.last_seq
