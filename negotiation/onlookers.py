"""What watchers see of a seat before its move is on record: that it waits for its model, and words on their way.

All of it is transient: it has no number and may be lost, for the recorded message replaces it.
"""

import asyncio
import math
import time
from collections.abc import Callable

from django.utils import timezone

from negotiation.core.vocabulary import Party
from negotiation.figures import Frame
from negotiation.minds.calls import Seat
from negotiation.records import Roster
from negotiation.stream import Passing, is_watched, pass_on
from negotiation.turnstile import Turnstile

# How often a reply on its way is taken apart for those who wait for it.
LOOK_SECONDS = 0.1
PROBE_SECONDS = 0.02
# Later than this, and the loop has better things to do.
BEHIND_SECONDS = 0.02


class Leisure:
    """Whether an event loop keeps up with its work; while it does not, what may be left out is left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._is_behind = self._is_probing = False

    def is_behind(self) -> bool:
        """As the last timer of its own was late or not. To ask sets the next, so that nothing runs while nobody asks.

        Must be asked on the loop.
        """
        if not self._is_probing:
            self._is_probing = True
            asyncio.get_running_loop().call_later(PROBE_SECONDS, self._note, self._clock() + PROBE_SECONDS)
        return self._is_behind

    def _note(self, due: float) -> None:
        self._is_probing = False
        self._is_behind = self._clock() - due > BEHIND_SECONDS


class RoomOnlookers:
    """Those of one seat; the buyer's has no seller id. `tell` says when they may hear of it."""

    def __init__(
        self,
        roster: Roster,
        seller_id: str,
        leisure: Leisure,
        turnstile: Turnstile,
        tell: Callable[[Callable[[], None]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        party = Party.SELLER if seller_id else Party.BUYER
        self.seat = Seat(str(roster.room_id), party, seller_id)
        self._roster, self._leisure, self._turnstile, self._clock = roster, leisure, turnstile, clock
        self._tell, self._looked_at = tell, -math.inf

    def are_there(self) -> bool:
        """Only as long as there is time for them: a reply that comes whole costs less than its words one by one, so
        where rooms have to wait for their turns all replies come whole."""
        return self._are_watching() and not self._turnstile.is_crowded()

    def may_look(self) -> bool:
        now = self._clock()
        if now - self._looked_at < LOOK_SECONDS or self._leisure.is_behind() or not self._are_watching():
            return False
        self._looked_at = now
        return True

    def show(self, seller_id: str, text: str) -> None:
        self._announce("message_delta", seller_id, {"text": text})

    def wait(self, place: int) -> None:
        """`place` in the provider's queue; 0 when the model begins."""
        if self._are_watching():
            self._announce("typing", self.seat.seller_id, {"is_typing": True, "queue_position": place})

    def _are_watching(self) -> bool:
        return is_watched(self._roster.room_id)

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
        self._tell(lambda: pass_on(roster.room_id, Passing(seller_id, frame)))
