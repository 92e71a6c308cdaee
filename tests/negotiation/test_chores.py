import asyncio

import pytest
from django.db import OperationalError

from negotiation.chores import REST_SECONDS, repeat
from tests.virtual_time import in_virtual_time, now


async def _moments(faults, seconds, until):
    """When a chore with these faults, one after the other, was done."""
    began, moments, left = now(), [], list(faults)

    async def chore():
        moments.append(now() - began)
        if left and (fault := left.pop(0)) is not None:
            raise fault

    doing = asyncio.create_task(repeat(chore, seconds, "cannot do it"))
    await asyncio.sleep(until)
    doing.cancel()
    await asyncio.wait({doing})
    return moments


@in_virtual_time
async def test_chore_is_done_at_once_and_after_each_rest():
    assert await _moments([], seconds=2, until=5) == [0, 2, 4]


@pytest.mark.parametrize("fault", [OperationalError("the database is away"), OSError("the disk is full")])
@in_virtual_time
async def test_chore_goes_on_when_what_it_leans_on_is_back(fault, caplog):
    assert await _moments([fault, fault], seconds=1, until=2.5) == [0, 1, 2]
    assert [record.getMessage() for record in caplog.records] == [f"cannot do it: {fault}"] * 2


@in_virtual_time
async def test_chore_goes_on_after_a_fault_nobody_thought_of(caplog):
    moments = await _moments([RuntimeError("nobody thought of this")], seconds=1, until=REST_SECONDS + 1.5)

    assert moments == [0, REST_SECONDS, REST_SECONDS + 1]
    assert "nobody thought of this" in caplog.text
