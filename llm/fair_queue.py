"""A number of slots, and the order in which calls get them: the rooms in turn, a room's own calls as they came."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

# Each slot that changes hands moves everybody who waits: to tell each of them each time would cost more than the calls.
TELL_SECONDS = 1.0


class FairQueue:
    """Lives on one event loop. A slot that is free while somebody waits does not occur."""

    def __init__(self, slots: int) -> None:
        assert slots >= 1
        self._slots = slots
        self._free = slots
        # In the order in which the rooms are served next.
        self._rooms: OrderedDict[str, deque[_Waiter]] = OrderedDict()
        self._is_telling = False

    @property
    def in_flight(self) -> int:
        return self._slots - self._free

    @property
    def waiting(self) -> int:
        """Safe from any thread."""
        return sum(map(len, list(self._rooms.values())))

    def place(self, room: str) -> int:
        """1 is served next; 0 is not waiting."""
        return next((place for place, waiting in enumerate(self._rooms, 1) if waiting == room), 0)

    def enter_at_once(self) -> bool:
        """Whether a slot was free; it is taken then, for `leave` to give back."""
        has_slot = self._free > 0
        self._free -= has_slot
        return has_slot

    async def enter(self, room: str, wait: Callable[[int], None] | None = None) -> None:
        """Returns with a slot, for `leave` to give back. `wait` is told the room's place, now and as it changes, but
        not more often than every `TELL_SECONDS`."""
        if self.enter_at_once():
            return
        waiter = _Waiter(asyncio.get_running_loop().create_future(), wait)
        self._rooms.setdefault(room, deque()).append(waiter)
        has_slot = False
        try:
            waiter.tell(self.place(room))
            await waiter.turn
            has_slot = True
        finally:
            if not has_slot:
                self._give_up(room, waiter)

    def leave(self) -> bool:
        """Hand the slot to whoever is next; false if nobody waits."""
        waiter = self._next()
        if waiter is None:
            self._free += 1
            return False
        waiter.turn.set_result(None)
        self._tell_soon()
        return True

    def _next(self) -> "_Waiter | None":
        """Takes it out, and sends its room to the end of the line."""
        while self._rooms:
            room, waiters = next(iter(self._rooms.items()))
            waiter = waiters.popleft()
            is_waiting = not waiter.turn.done()
            if not waiters:
                del self._rooms[room]
            elif is_waiting:
                self._rooms.move_to_end(room)
            if is_waiting:
                return waiter
        return None

    def _give_up(self, room: str, waiter: "_Waiter") -> None:
        if waiter.turn.done() and not waiter.turn.cancelled():
            # The slot came in the same moment as the cancellation.
            self.leave()
            return
        waiters = self._rooms.get(room, deque())
        if waiter in waiters:
            waiters.remove(waiter)
            if not waiters:
                del self._rooms[room]
            self._tell_soon()

    def _tell_soon(self) -> None:
        """From the loop, so that a listener that fails does no harm to the call that has just ended."""
        if self._rooms and not self._is_telling:
            self._is_telling = True
            asyncio.get_running_loop().call_later(TELL_SECONDS, self._tell)

    def _tell(self) -> None:
        self._is_telling = False
        for place, waiters in enumerate(list(self._rooms.values()), 1):
            for waiter in list(waiters):
                waiter.tell(place)


@dataclass(slots=True, eq=False)
class _Waiter:
    turn: asyncio.Future[None]
    wait: Callable[[int], None] | None
    told: int = 0

    def tell(self, place: int) -> None:
        if self.wait is not None and place != self.told:
            self.told = place
            self.wait(place)
