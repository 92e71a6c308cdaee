import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm.fair_queue import TELL_SECONDS, FairQueue
from tests.virtual_time import in_virtual_time, settle


class _Callers:
    """Tasks that each enter once, and stay until they are let go."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.served: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []
        self._doors: list[asyncio.Event] = []

    def come(self, room: str, wait: Callable[[int], None] | None = None) -> asyncio.Task[None]:
        door = asyncio.Event()
        self._doors.append(door)
        self.tasks.append(asyncio.create_task(self._visit(room, wait, door)))
        return self.tasks[-1]

    def let_go(self, number: int) -> None:
        self._doors[number].set()

    async def all_leave(self) -> None:
        for door in self._doors:
            door.set()
        await settle()
        await asyncio.wait(self.tasks)

    async def _visit(self, room: str, wait: Callable[[int], None] | None, door: asyncio.Event) -> None:
        await self.queue.enter(room, wait)
        try:
            self.served.append(room)
            await door.wait()
        finally:
            self.queue.leave()


@in_virtual_time
async def test_room_with_many_calls_does_not_hold_up_a_room_with_one() -> None:
    callers = _Callers(FairQueue(1))
    for _ in range(30):
        callers.come("greedy")
    await settle()
    callers.come("modest")

    await callers.all_leave()

    assert callers.served.index("modest") == 2
    assert len(callers.served) == 31


@in_virtual_time
async def test_rooms_are_served_in_turn() -> None:
    callers = _Callers(FairQueue(1))
    for room in "aaabbc":
        callers.come(room)
    await settle()

    await callers.all_leave()

    assert callers.served == ["a", "a", "b", "c", "a", "b"]


@in_virtual_time
async def test_calls_of_one_room_are_served_as_they_came() -> None:
    queue, order = FairQueue(1), list[int]()

    async def visit(number: int) -> None:
        await queue.enter("a")
        order.append(number)
        await asyncio.sleep(1)
        queue.leave()

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(visit(number))

    assert order == [0, 1, 2, 3, 4]


@in_virtual_time
async def test_no_more_than_the_slots_are_in_flight() -> None:
    callers = _Callers(FairQueue(2))
    for room in "abcd":
        callers.come(room)
    await settle()

    in_flight, waiting, served = callers.queue.in_flight, callers.queue.waiting, list(callers.served)
    await callers.all_leave()

    assert (in_flight, waiting, served) == (2, 2, ["a", "b"])
    assert (callers.queue.in_flight, callers.queue.waiting) == (0, 0)


@in_virtual_time
async def test_place_counts_the_rooms_that_are_served_before() -> None:
    callers = _Callers(FairQueue(1))
    for room in "abbc":
        callers.come(room)
    await settle()

    places = {room: callers.queue.place(room) for room in "abcd"}
    await callers.all_leave()

    assert places == {"a": 0, "b": 1, "c": 2, "d": 0}


@in_virtual_time
async def test_waiting_call_is_told_its_place_and_how_it_changes() -> None:
    callers, told = _Callers(FairQueue(1)), list[int]()
    for room in "abc":
        callers.come(room)
    callers.come("d", told.append)
    await settle()
    callers.let_go(0)
    await asyncio.sleep(TELL_SECONDS)
    callers.let_go(1)
    await asyncio.sleep(TELL_SECONDS)

    await callers.all_leave()

    assert told == [3, 2, 1]


@in_virtual_time
async def test_places_that_change_many_times_in_a_moment_are_told_once() -> None:
    callers, told = _Callers(FairQueue(1)), list[int]()
    for room in "abcde":
        callers.come(room)
    callers.come("f", told.append)
    await settle()
    for number in range(3):
        callers.let_go(number)
        await settle()

    await asyncio.sleep(TELL_SECONDS)

    assert told == [5, 2]
    await callers.all_leave()


@in_virtual_time
async def test_place_improves_when_a_room_before_gives_up() -> None:
    callers, told = _Callers(FairQueue(1)), list[int]()
    callers.come("a")
    before = callers.come("b")
    callers.come("c", told.append)
    await settle()

    before.cancel()
    await asyncio.sleep(TELL_SECONDS)
    await callers.all_leave()

    assert told == [2, 1]


@in_virtual_time
async def test_place_that_stays_the_same_is_told_once() -> None:
    callers, told = _Callers(FairQueue(1)), list[int]()
    callers.come("a")
    callers.come("b", told.append)
    behind = callers.come("c")
    callers.come("d")
    await settle()

    behind.cancel()
    await asyncio.sleep(TELL_SECONDS)
    await callers.all_leave()

    assert told == [1]


@in_virtual_time
async def test_call_that_finds_a_free_slot_is_told_no_place() -> None:
    queue, told = FairQueue(1), list[int]()

    await queue.enter("a", told.append)

    assert told == []


@in_virtual_time
async def test_cancelled_waiter_takes_no_slot() -> None:
    callers = _Callers(FairQueue(1))
    callers.come("a")
    waiter = callers.come("b")
    await settle()

    waiter.cancel()
    await settle()

    assert callers.queue.waiting == 0
    await callers.all_leave()
    assert callers.served == ["a"]
    assert callers.queue.in_flight == 0


@in_virtual_time
async def test_waiter_cancelled_with_the_slot_in_hand_passes_it_on() -> None:
    queue = FairQueue(1)
    await queue.enter("a")
    callers = _Callers(queue)
    unlucky = callers.come("b")
    callers.come("c")
    await settle()

    queue.leave()
    unlucky.cancel()
    await settle()

    assert callers.served == ["c"]
    await callers.all_leave()
    assert queue.in_flight == 0


@in_virtual_time
async def test_waiter_cancelled_just_before_its_turn_does_not_cost_its_room_the_turn() -> None:
    queue = FairQueue(1)
    await queue.enter("a")
    callers = _Callers(queue)
    unlucky = callers.come("b")
    callers.come("b")
    callers.come("c")
    await settle()

    unlucky.cancel()
    queue.leave()
    await settle()

    assert callers.served == ["b"]
    await callers.all_leave()


@in_virtual_time
async def test_listener_that_fails_on_entering_leaves_nothing_behind() -> None:
    queue = FairQueue(1)
    await queue.enter("a")

    def fail(place: int) -> None:
        raise LookupError(place)

    with pytest.raises(LookupError):
        await queue.enter("b", fail)

    assert queue.waiting == 0
    queue.leave()
    assert queue.in_flight == 0


@in_virtual_time
async def test_listener_that_fails_later_does_not_harm_whoever_leaves() -> None:
    queue, complaints = FairQueue(1), list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["exception"]))
    await queue.enter("a")
    callers = _Callers(queue)
    callers.come("b")
    callers.come("c", lambda place: [][place] if place == 1 else None)
    await settle()

    queue.leave()
    await asyncio.sleep(TELL_SECONDS)
    await callers.all_leave()

    assert callers.served == ["b", "c"]
    assert [type(complaint) for complaint in complaints] == [IndexError]


def test_queue_can_be_made_before_there_is_a_loop() -> None:
    queue = FairQueue(1)

    async def visit() -> None:
        await queue.enter("a")
        queue.leave()

    asyncio.run(visit())

    assert queue.in_flight == 0


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("come"), st.integers(0, 3)),
        st.tuples(st.just("go"), st.integers(0, 30)),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
        st.tuples(st.just("breathe"), st.just(0)),
    ),
    max_size=60,
)


@settings(deadline=None)
@given(st.integers(1, 4), _STEPS)
@in_virtual_time
async def test_whatever_happens_slots_are_never_exceeded_lost_or_left_idle(
    slots: int, steps: list[tuple[str, int]]
) -> None:
    callers = _Callers(FairQueue(slots))
    callers.come("first")
    for step, number in steps:
        match step:
            case "come":
                callers.come(f"room {number}")
            case "go":
                callers.let_go(number % len(callers.tasks))
            case "cancel":
                callers.tasks[number % len(callers.tasks)].cancel()
            case "breathe":
                await settle()
        assert callers.queue.in_flight <= slots
        assert callers.queue.in_flight == slots or not callers.queue.waiting
    await callers.all_leave()

    assert (callers.queue.in_flight, callers.queue.waiting) == (0, 0)
    stayed = [task for task in callers.tasks if not task.cancelled()]
    assert len(callers.served) >= len(stayed)
    assert all(callers.queue.place(f"room {number}") == 0 for number in range(4))
