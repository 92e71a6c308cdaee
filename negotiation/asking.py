"""Asks the minds of a room for their moves: together, each within its time, and whatever it may raise."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from negotiation.core.moves import BuyerTurn, Leave, Move
from negotiation.core.room import Room, Thread
from negotiation.core.visibility import buyer_view, seller_view
from negotiation.core.vocabulary import Failure, Party, Reason
from negotiation.core.waiting import is_moved_by_agent
from negotiation.minds.auto_accept import AutoAccept
from negotiation.minds.mind import BuyerMind, SellerMind
from negotiation.minds.soundness import is_buyer_turn, is_move
from negotiation.minds.strategy import StrategyMind

logger = logging.getLogger(__name__)

# Models asked together answer nearly together, and one commit for all costs hardly more than a commit for one. The
# first answer waits so long for the others, at most.
GATHER_SECONDS = 0.01
# A loop that takes longer for two passes is full of work: whoever waited for more of them would wait for long.
IDLE_SECONDS = 0.005

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Minds:
    """The agents' minds, and what is taken at once at seats held by others: by seller's id, the buyer's under ""."""

    buyer: BuyerMind
    sellers: Mapping[str, SellerMind]
    auto_accept: Mapping[str, AutoAccept] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BuyersAnswer:
    turn: BuyerTurn
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class SellersAnswer:
    """`thread` is what the seller answered to."""

    thread: Thread
    move: Move
    failure: Failure | None = None

    @property
    def seller_id(self) -> str:
        return self.thread.seller_id


async def let_others_go_first() -> bool:
    """Yield for two passes of the loop, one for a mind just asked and one for its request; whether they were short."""
    began_at = time.monotonic()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return time.monotonic() - began_at < IDLE_SECONDS


class Asked(Generic[_T]):
    """Minds at work; their answers come in the order in which they are given. `missing` are still to be taken."""

    def __init__(self, begin: Callable[[], Awaitable[None]], asks: Sequence[Callable[[], Awaitable[_T]]]) -> None:
        self.missing = len(asks)
        self._answers: asyncio.Queue[_T | Exception] = asyncio.Queue()
        self._tasks = [asyncio.create_task(self._begin(begin, asks))]

    async def next(self) -> _T:
        answer = await self._answers.get()
        self.missing -= 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def sent(self) -> None:
        """Returns when the requests are on their way, or sooner if the loop has other things to do."""
        for _ in range(1 + self.missing):
            if self._answers.qsize() == self.missing or not await let_others_go_first():
                return

    async def soon(self) -> list[_T]:
        """Those that are there, or come in a moment."""
        answers: list[_T] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(GATHER_SECONDS):
                while self.missing:
                    answers.append(await self.next())
        return answers

    async def withdraw(self) -> None:
        """Break off whoever has not answered yet, and wait until it has ended."""
        is_cancelled = False
        for task in self._tasks:
            task.cancel()
        while working := [task for task in self._tasks if not task.done()]:
            try:
                await asyncio.wait(working)
            except asyncio.CancelledError:
                is_cancelled = True
        if is_cancelled:
            raise asyncio.CancelledError

    async def _begin(self, begin: Callable[[], Awaitable[None]], asks: Sequence[Callable[[], Awaitable[_T]]]) -> None:
        await begin()
        if len(asks) == 1:
            return await self._ask(asks[0])  # without a task of its own
        # Where there is time, each request is sent before the next mind begins its own. So the answers come one after
        # another, too, and all but the last are read while the last is on its way.
        is_quick = True
        for ask in asks:
            self._tasks.append(asyncio.create_task(self._ask(ask)))
            is_quick = is_quick and await let_others_go_first()

    async def _ask(self, ask: Callable[[], Awaitable[_T]]) -> None:
        try:
            self._answers.put_nowait(await ask())
        except Exception as error:  # raised where the answer is waited for
            self._answers.put_nowait(error)


class Asking:
    """`call_seconds` bounds one answer. `begin` is awaited before minds are asked: other rooms may have to go first."""

    def __init__(self, minds: Minds, call_seconds: float, begin: Callable[[], Awaitable[None]]) -> None:
        self._minds, self._call_seconds, self._begin = minds, call_seconds, begin
        self._fallback = StrategyMind()

    def buyer(self, room: Room) -> Asked[BuyersAnswer]:
        return Asked(self._begin, [partial(self._ask_buyer, room)])

    def sellers(self, room: Room) -> Asked[SellersAnswer]:
        """The agents whose turn it is, in an order drawn by name: nobody chooses who of the equally fast is first."""
        order = [seat.seller_id for seat in sorted(room.setup.sellers, key=lambda seat: seat.name)]
        random.Random(f"{room.setup.seed}/{room.round}").shuffle(order)
        waiting = {t.seller_id for t in room.open_threads if t.turn is Party.SELLER and is_moved_by_agent(room, t)}
        return Asked(self._begin, [partial(self._ask_seller, room, seller) for seller in order if seller in waiting])

    async def _ask_buyer(self, room: Room) -> BuyersAnswer:
        view = buyer_view(room)
        turn, failure = await self._bounded(room, lambda: self._minds.buyer.buy(view))
        if failure is None and is_buyer_turn(turn, {thread.seller_id for thread in room.open_threads}):
            return BuyersAnswer(turn)
        return BuyersAnswer(Leave(Reason.FAILED), failure or Failure.NONSENSE)

    async def _ask_seller(self, room: Room, seller_id: str) -> SellersAnswer:
        view, thread = seller_view(room, seller_id), room.thread(seller_id)
        move, failure = await self._bounded(room, lambda: self._minds.sellers[seller_id].sell(view))
        if failure is None and is_move(move):
            return SellersAnswer(thread, move)
        return SellersAnswer(thread, await self._fallback.sell(view), failure or Failure.NONSENSE)

    async def _bounded(self, room: Room, ask: Callable[[], Awaitable[_T]]) -> tuple[_T | None, Failure | None]:
        try:
            async with asyncio.timeout(self._call_seconds):
                return await ask(), None
        except TimeoutError:
            return None, Failure.TIMED_OUT
        except asyncio.CancelledError:
            if _is_being_cancelled():
                raise
            return None, Failure.RAISED
        except Exception:  # a mind is foreign code: whatever it raises, the room goes on
            logger.warning("a mind raised in the room for %s", room.setup.item_name, exc_info=True)
            return None, Failure.RAISED


def _is_being_cancelled() -> bool:
    """Whether it is this task that is cancelled, and not something that a mind was waiting for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
