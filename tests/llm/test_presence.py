import asyncio

import pytest

from llm.presence import Presence
from llm.types import ProviderStatus
from tests.scripted_provider import AWAY, HERE
from tests.virtual_time import in_virtual_time, now, settle


class _Server:
    """Answers a ping after `seconds` with its status of that moment."""

    def __init__(self, status: ProviderStatus, seconds: float = 1.0) -> None:
        self.status, self.seconds = status, seconds
        self.pings = self.cancelled = 0

    async def ping(self) -> ProviderStatus:
        self.pings += 1
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return self.status


def _presence(server: _Server) -> Presence:
    return Presence(server.ping, max_age_seconds=5.0, clock=now)


@in_virtual_time
async def test_first_question_waits_for_the_ping() -> None:
    server = _Server(HERE)

    status = await _presence(server).status()

    assert status == HERE
    assert now() == 1.0


@in_virtual_time
async def test_first_questions_share_one_ping() -> None:
    server = _Server(HERE)
    presence = _presence(server)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(presence.status()) for _ in range(10)]

    assert [task.result() for task in tasks] == [HERE] * 10
    assert server.pings == 1


@in_virtual_time
async def test_fresh_answer_costs_no_ping() -> None:
    server = _Server(HERE)
    presence = _presence(server)
    await presence.status()
    await asyncio.sleep(4.9)

    await presence.status()
    await settle()

    assert server.pings == 1


@in_virtual_time
async def test_old_answer_is_given_at_once_and_renewed_meanwhile() -> None:
    server = _Server(AWAY)
    presence = _presence(server)
    await presence.status()
    server.status = HERE
    await asyncio.sleep(5)

    asked_at = now()
    at_once = [await presence.status() for _ in range(3)]
    took_seconds = now() - asked_at
    await asyncio.sleep(1.1)
    later = await presence.status()

    assert at_once == [AWAY] * 3
    assert took_seconds == 0.0
    assert later == HERE
    assert server.pings == 2


@in_virtual_time
async def test_server_that_goes_away_is_noticed() -> None:
    server = _Server(HERE)
    presence = _presence(server)
    await presence.status()
    presence.saw_success()
    server.status = AWAY
    await asyncio.sleep(5)
    await presence.status()
    await asyncio.sleep(1.1)

    assert await presence.status() == AWAY


@in_virtual_time
async def test_calls_that_succeed_make_pings_needless() -> None:
    server = _Server(HERE)
    presence = _presence(server)
    await presence.status()

    for _ in range(10):
        await asyncio.sleep(4)
        presence.saw_success()
        await presence.status()
    await settle()

    assert server.pings == 1


@in_virtual_time
async def test_call_that_finds_nobody_makes_the_next_question_look_again() -> None:
    server = _Server(HERE)
    presence = _presence(server)
    await presence.status()
    server.status = AWAY

    presence.saw_failure()
    first = await presence.status()
    await asyncio.sleep(1.1)

    assert first == HERE
    assert await presence.status() == AWAY


@in_virtual_time
async def test_success_of_a_call_under_way_makes_an_absent_server_be_looked_for() -> None:
    server = _Server(AWAY)
    presence = _presence(server)
    await presence.status()
    server.status = HERE

    presence.saw_success()
    await presence.status()
    await asyncio.sleep(1.1)

    assert await presence.status() == HERE


@in_virtual_time
async def test_ping_that_fails_while_a_call_succeeds_is_not_believed() -> None:
    server = _Server(HERE)
    presence = _presence(server)
    await presence.status()
    await asyncio.sleep(5)
    server.status = AWAY

    await presence.status()
    await asyncio.sleep(0.5)
    presence.saw_success()
    await asyncio.sleep(5)

    assert await presence.status() == HERE


@in_virtual_time
async def test_ping_that_fails_after_a_call_failed_is_believed() -> None:
    server = _Server(HERE)
    presence = _presence(server)
    await presence.status()
    await asyncio.sleep(5)
    server.status = AWAY

    await presence.status()
    await asyncio.sleep(0.5)
    presence.saw_success()
    presence.saw_failure()
    await asyncio.sleep(1)

    assert await presence.status() == AWAY


@in_virtual_time
async def test_question_that_is_cancelled_does_not_end_the_ping_for_the_others() -> None:
    server = _Server(HERE)
    presence = _presence(server)
    impatient = asyncio.create_task(presence.status())
    patient = asyncio.create_task(presence.status())
    await settle()

    impatient.cancel()

    assert await patient == HERE
    assert (server.pings, server.cancelled) == (1, 0)


@in_virtual_time
async def test_closing_ends_the_ping_and_whoever_waits_for_it_is_told_so() -> None:
    server = _Server(HERE)
    presence = _presence(server)
    waiting = asyncio.create_task(presence.status())
    await settle()

    await presence.close()

    assert server.cancelled == 1
    assert (await waiting).error == "closed"


@in_virtual_time
async def test_closing_without_a_ping_under_way_is_nothing() -> None:
    presence = _presence(_Server(HERE))

    await presence.close()
    await presence.status()
    await presence.close()


@in_virtual_time
async def test_ping_that_crashes_is_not_taken_for_an_answer() -> None:
    async def crash() -> ProviderStatus:
        raise LookupError("a bug")

    presence = Presence(crash, clock=now)

    for _ in range(2):
        with pytest.raises(LookupError):
            await presence.status()


def test_presence_works_on_one_loop_after_another() -> None:
    server = _Server(HERE, seconds=0.0)
    presence = Presence(server.ping, max_age_seconds=0.0)

    statuses = [asyncio.run(presence.status()) for _ in range(3)]

    assert statuses == [HERE] * 3
    assert server.pings == 3


@in_virtual_time
async def test_question_after_a_long_silence_waits_for_a_new_answer() -> None:
    server = _Server(AWAY)
    presence = _presence(server)
    await presence.status()
    server.status = HERE
    await asyncio.sleep(30)

    assert await presence.status() == HERE
