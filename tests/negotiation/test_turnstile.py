import asyncio

from negotiation.turnstile import CALM_SECONDS, CROWDED_SECONDS, ROUND_SECONDS, Turnstile
from tests.virtual_time import in_virtual_time, now, settle


class Crowd:
    """Rooms that each take a turn, in the order in which they get it."""

    def __init__(self, turnstile):
        self.turnstile = turnstile
        self.let_in = []

    def come(self, rank):
        return asyncio.create_task(self._enter(rank))

    async def _enter(self, rank):
        await self.turnstile.enter(rank)
        self.let_in.append(rank)


async def rounds_of_the_loop(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def turns_of_a_round(crowd):
    before = len(crowd.let_in)
    await rounds_of_the_loop(1)
    return len(crowd.let_in) - before


@in_virtual_time
async def test_room_that_comes_alone_is_let_in_at_once():
    crowd = Crowd(Turnstile(now))

    crowd.come(7)
    await settle()

    assert crowd.let_in == [7]
    assert crowd.turnstile.waiting == 0


@in_virtual_time
async def test_rooms_that_have_been_here_longest_go_first():
    crowd = Crowd(Turnstile(now))

    for rank in (3, 1, 2, 0):
        crowd.come(rank)
    await settle()

    assert crowd.let_in == [0, 1, 2, 3]


@in_virtual_time
async def test_one_turn_begins_in_each_round_of_the_loop():
    crowd = Crowd(Turnstile(now))
    for rank in range(5):
        crowd.come(rank)
    await rounds_of_the_loop(1)

    begun = [await turns_of_a_round(crowd) for _ in range(4)]

    assert max(begun) == 1
    assert crowd.turnstile.waiting > 0
    await settle()


@in_virtual_time
async def test_room_that_is_given_up_while_it_waits_costs_nobody_a_turn():
    crowd = Crowd(Turnstile(now))
    given_up, _ = crowd.come(0), crowd.come(1)
    await rounds_of_the_loop(1)

    given_up.cancel()
    await settle()

    assert crowd.let_in == [1]
    assert crowd.turnstile.waiting == 0


class Clock:
    """Stands still unless `seconds` is changed."""

    def __init__(self):
        self.seconds = 50.0

    def __call__(self):
        return self.seconds


async def burst_of_three():
    """Three rooms that came at once, one of which is at its turn, and the clock that its turnstile looks at."""
    clock = Clock()
    crowd = Crowd(Turnstile(clock))
    for rank in range(3):
        crowd.come(rank)
    await rounds_of_the_loop(1)
    return clock, crowd


@in_virtual_time
async def test_round_that_was_long_with_other_work_lets_in_several_turns():
    clock = Clock()
    crowd = Crowd(Turnstile(clock))
    for rank in range(9):
        crowd.come(rank)
    await rounds_of_the_loop(2)

    clock.seconds += 3.5 * ROUND_SECONDS
    begun = [await turns_of_a_round(crowd) for _ in range(4)]

    assert begun == [1, 4, 1, 1]
    await settle()


@in_virtual_time
async def test_burst_of_rooms_is_no_crowd():
    clock, crowd = await burst_of_three()

    clock.seconds += CROWDED_SECONDS / 2

    assert crowd.turnstile.waiting
    assert not crowd.turnstile.is_crowded()
    await settle()


@in_virtual_time
async def test_turns_that_keep_coming_are_a_crowd_and_are_remembered_for_a_while():
    clock, crowd = await burst_of_three()

    clock.seconds += 2 * CROWDED_SECONDS
    while_they_wait = crowd.turnstile.is_crowded()
    await settle()
    clock.seconds += CALM_SECONDS / 2
    soon_after = crowd.turnstile.is_crowded()
    clock.seconds += CALM_SECONDS

    assert (while_they_wait, soon_after) == (True, True)
    assert not crowd.turnstile.is_crowded()
