"""What watchers see of a seat before its move is on record: that it waits for its model, and words on their way.

All of it is transient: it has no number and may be lost, for the recorded message replaces it.
"""

import time

from django.utils import timezone

from negotiation.core.vocabulary import Party
from negotiation.frames import Frame
from negotiation.minds.calls import Seat
from negotiation.records import Roster
from negotiation.stream import Passing, is_watched, pass_on

COALESCE_SECONDS = 0.05


class RoomOnlookers:
    """Those of one seat; the buyer's has no seller id."""

    def __init__(self, roster: Roster, seller_id: str) -> None:
        party = Party.SELLER if seller_id else Party.BUYER
        self.seat = Seat(str(roster.room_id), party, seller_id)
        self._roster = roster
        self._shown_at: dict[str, float] = {}

    def are_there(self) -> bool:
        return is_watched(self._roster.room_id)

    def show(self, seller_id: str, text: str) -> None:
        now = time.monotonic()
        if now - self._shown_at.get(seller_id, 0.0) >= COALESCE_SECONDS:
            self._shown_at[seller_id] = now
            self._announce("message_delta", seller_id, {"text": text})

    def wait(self, place: int) -> None:
        """`place` in the provider's queue; 0 when the model begins."""
        if self.are_there():
            self._announce("typing", self.seat.seller_id, {"is_typing": True, "queue_position": place})

    def _announce(self, kind: str, seller_id: str, body: Frame) -> None:
        roster = self._roster
        is_buyer = self.seat.party is Party.BUYER
        frame = {
            "type": kind,
            "timestamp": timezone.now().isoformat(),
            "room_id": str(roster.room_id),
            "sender_type": self.seat.party,
            "sender_id": str(roster.buyer_id) if is_buyer else self.seat.seller_id,
            "sender_name": roster.setup.buyer_name if is_buyer else roster.seller_name(self.seat.seller_id),
            "seller_id": seller_id or None,
            **body,
        }
        pass_on(roster.room_id, Passing(seller_id, frame))
