"""A room's log in memory: for playing a room without a database."""

from collections.abc import Callable

from negotiation.core.events import Event
from negotiation.core.folding import replay
from negotiation.core.protocol import change_status
from negotiation.core.room import Room, Setup, new_room
from negotiation.core.vocabulary import RoomStatus
from negotiation.engine import Overtaken, When


class MemoryJournal:
    """Starts with the room queued. `on_event` is told of each event once it is stored, in order."""

    def __init__(self, setup: Setup, on_event: Callable[[Event], None] | None = None) -> None:
        self._setup, self._on_event = setup, on_event
        self.events: list[Event] = [change_status(new_room(setup), RoomStatus.QUEUED)]

    async def load(self) -> tuple[Room, int]:
        return replay(self._setup, self.events), len(self.events)

    async def append(self, events: tuple[Event, ...], after: int, when: When | None = None) -> None:
        if when is not None:
            await when()
        if after != len(self.events):
            raise Overtaken
        self.events.extend(events)
        if self._on_event is not None:
            for event in events:
                self._on_event(event)
