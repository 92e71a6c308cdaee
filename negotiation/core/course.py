"""Events as they come about, and the room after them."""

from negotiation.core.events import Event
from negotiation.core.folding import evolve
from negotiation.core.room import Room


class Course:
    """What is about to be recorded behind `room` as it was at first; each event is folded once."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.events: list[Event] = []

    def add(self, *events: Event) -> None:
        for event in events:
            self.room = evolve(self.room, event)
        self.events.extend(events)
