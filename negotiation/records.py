"""An event with its place in the log, and the roster that says who the parties of a room are to the outside."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from negotiation.core.events import Event
from negotiation.core.room import Setup


@dataclass(frozen=True, slots=True)
class Roster:
    """What stays the same for all events of a room. `setup` holds private numbers: frames choose what a viewer gets."""

    room_id: uuid.UUID
    session_id: uuid.UUID
    buyer_id: uuid.UUID
    currency: str
    setup: Setup

    def offer_id(self, number: int) -> str:
        return str(uuid.uuid5(self.room_id, f"offer/{number}"))

    def message_id(self, seq: int) -> str:
        return str(uuid.uuid5(self.room_id, f"event/{seq}"))

    def seller_name(self, seller_id: str) -> str:
        return self.setup.seat(seller_id).name


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a room's log; `seq` counts from 1 without gaps, `started_at` is when the room was started."""

    seq: int
    at: datetime
    event: Event
    started_at: datetime
