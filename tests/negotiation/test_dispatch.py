"""Rooms as jobs: these run where the tests' database is PostgreSQL (PARLEY_TEST_DATABASE=postgres)."""

import asyncio
from contextlib import asynccontextmanager
from itertools import pairwise
from uuid import UUID

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import connection, transaction

from negotiation import services
from negotiation import worker as worker_module
from negotiation.dispatch import request_play, request_what_waits
from negotiation.leases import claim_rooms
from negotiation.models import NegotiationRun
from negotiation.worker import Worker
from tests.workers import at_work

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(settings.WORKER_ENGINE != "procrastinate", reason="the tests' database is not PostgreSQL"),
]

SECONDS = 30


@pytest.fixture(autouse=True)
def no_jobs(transactional_db):
    """The tables are not Django's own, so they are not emptied with the others."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    with transaction.atomic():
        ProcrastinateJob.objects.all()._raw_delete("default")


def jobs():
    from procrastinate.contrib.django.models import ProcrastinateJob

    return list(ProcrastinateJob.objects.values_list("queueing_lock", "status"))


def test_start_leaves_a_job_for_the_room(started):
    assert jobs() == [(started, "todo")]


def test_start_that_is_taken_back_leaves_no_job(room_id):
    with transaction.atomic():
        services.start(UUID(room_id))
        transaction.set_rollback(True)

    assert jobs() == []


def test_room_that_waits_has_one_job_however_often_it_is_asked_for(started):
    request_play(UUID(started))

    assert jobs() == [(started, "todo")]


def test_room_that_waits_without_a_job_gets_one(started):
    from procrastinate.contrib.django.models import ProcrastinateJob

    ProcrastinateJob.objects.all()._raw_delete("default")

    assert (request_what_waits(), request_what_waits()) == (1, 0)
    assert jobs() == [(started, "todo")]


@pytest.fixture
def full_disk():
    """Nothing can be added to the queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER full_disk ON procrastinate_jobs")


def test_start_that_finds_no_place_in_the_queue_is_answered_with_try_again(operator, room_id, full_disk):
    answer = operator.post(f"/negotiation/{room_id}/start")

    assert answer.status_code == 503
    assert NegotiationRun.objects.get().status == "pending"


def test_worker_outlives_a_queue_without_place(started, full_disk, caplog, monkeypatch):
    from procrastinate.contrib.django.models import ProcrastinateJob

    ProcrastinateJob.objects.all()._raw_delete("default")
    monkeypatch.setattr(worker_module, "RECOVERY_SECONDS", 0.1)

    async def play():
        async with working():
            while caplog.text.count("No space left on device") < 2:  # noqa: ASYNC110  # the hub is not what is tested
                await asyncio.sleep(0.05)

    asyncio.run(play())


def test_room_in_play_needs_no_job(started):
    from procrastinate.contrib.django.models import ProcrastinateJob

    claim_rooms("w", 1)
    ProcrastinateJob.objects.all()._raw_delete("default")

    assert request_what_waits() == 0


@asynccontextmanager
async def working():
    async with at_work(Worker(5), seconds=SECONDS) as worker:
        yield worker


async def test_worker_that_is_stopped_before_it_has_found_its_way_to_the_jobs_stops():
    from negotiation.jobs import Jobs  # only there on PostgreSQL

    jobs = Jobs(lambda code: asyncio.sleep(0), 5, 5)
    running = asyncio.create_task(jobs.run())
    await asyncio.sleep(0)

    jobs.stop()

    async with asyncio.timeout(SECONDS):
        await running


def test_worker_leaves_rooms_to_those_that_have_fewer_for_as_many_calls():
    from negotiation.jobs import MOST_MODESTY_SECONDS, modesty  # only there on PostgreSQL

    waits = [modesty(in_hand, 5) for in_hand in range(100)]

    assert waits[0] == 0
    assert waits == sorted(waits)
    assert waits[-1] == MOST_MODESTY_SECONDS
    steps = [later - sooner for sooner, later in pairwise(waits[:11])]
    assert steps == sorted(steps)  # the more there are already, the surer another takes the next
    assert all(modesty(in_hand, 50) < modesty(in_hand, 5) for in_hand in range(1, 15))


async def test_two_workers_play_a_room_once_to_its_end(started, log_folder):
    @database_sync_to_async
    def run():
        return NegotiationRun.objects.get(code=started)

    async with working(), working():
        while (await run()).status != "completed":  # noqa: ASYNC110  # the hub is not what is tested
            await asyncio.sleep(0.01)

    assert (await run()).fence == 1
