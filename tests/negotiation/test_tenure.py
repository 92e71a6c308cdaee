"""How long a worker may take a room for its own."""

import asyncio

from negotiation.tenure import Tenure
from tests.virtual_time import in_virtual_time, now, settle


@in_virtual_time
async def test_lease_that_runs_is_secure_at_once() -> None:
    tenure = Tenure(10, now(), clock=now)

    await asyncio.sleep(9)
    await asyncio.wait_for(tenure.secure(), 0.5)


@in_virtual_time
async def test_lease_that_ran_out_is_not_secure_until_it_is_renewed() -> None:
    tenure = Tenure(10, now(), clock=now)

    await asyncio.sleep(10)
    waiting = asyncio.create_task(tenure.secure())
    await settle()
    was_done = waiting.done()
    tenure.renew(now())
    await waiting

    assert not was_done


@in_virtual_time
async def test_renewal_that_was_asked_for_too_long_ago_secures_nothing() -> None:
    tenure, asked_at = Tenure(10, now(), clock=now), now()

    await asyncio.sleep(12)
    waiting = asyncio.create_task(tenure.secure())
    await settle()
    tenure.renew(asked_at + 1)
    await settle()
    was_done = waiting.done()
    tenure.renew(asked_at + 11)
    await waiting

    assert not was_done
