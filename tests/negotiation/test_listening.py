import asyncio
from uuid import UUID, uuid4

import pytest
from channels.db import database_sync_to_async

from negotiation import listening as listening_module
from negotiation.core.visibility import OperatorViewer
from negotiation.doorbell import PassingFrame, Ring
from negotiation.hub import Hub
from negotiation.listening import Listener, listening
from negotiation.models import RunEvent
from negotiation.stream import WORKERS

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 20


@pytest.fixture
def hub():
    return Hub()


@pytest.fixture
async def listener(hub):
    """One that reads until the test is over."""
    listener = Listener(hub)
    reading = asyncio.create_task(listener.read())
    yield listener
    reading.cancel()
    await asyncio.wait({reading})


@pytest.fixture
def reads(monkeypatch):
    """The rooms' numbers that the table was asked for."""
    asked = []
    read_records = listening_module.read_records

    def count(run_id, after, limit):
        asked.append(after)
        return read_records(run_id, after, limit)

    monkeypatch.setattr(listening_module, "read_records", count)
    return asked


def ring(*rooms, first=1, commanded=(), words=()):
    return Ring({UUID(room): first for room in rooms}, {UUID(room) for room in commanded}, words)


async def take(subscription, count):
    async with asyncio.timeout(SECONDS):
        return [await subscription.next() for _ in range(count)]


async def count_events(room):
    return await database_sync_to_async(RunEvent.objects.filter(run__code=room).count)()


async def test_watchers_get_what_another_process_wrote_and_it_is_read_once_for_all(hub, listener, reads, midway):
    watching = [hub.subscribe(UUID(midway)) for _ in range(3)]
    count = await count_events(midway)

    listener.hear(ring(midway))
    seen = [await take(one, count) for one in watching]

    assert [live.record.seq for live in seen[0]] == list(range(1, count + 1))
    assert seen[0] == seen[1] == seen[2]
    assert reads == [0]


async def test_frame_is_made_once_for_all_who_see_with_the_same_eyes(hub, listener, midway):
    watching = [hub.subscribe(UUID(midway)) for _ in range(2)]

    listener.hear(ring(midway))
    [one], [other] = [await take(one, 1) for one in watching]

    assert one.sent_to(OperatorViewer()) is other.sent_to(OperatorViewer())


async def test_rings_for_rooms_that_nobody_watches_here_cost_no_read(hub, listener, reads, midway):
    watched = hub.subscribe(UUID(midway))

    listener.hear(ring(str(uuid4())))
    listener.hear(ring(midway))
    await take(watched, 1)

    assert reads == [0]


async def test_command_from_elsewhere_reaches_the_worker(hub, listener, started):
    worker = hub.subscribe(WORKERS)

    listener.hear(ring(started, commanded=[started]))
    [live] = await take(worker, 1)

    assert (live.roster.room_id, live.record.seq) == (UUID(started), 1)


async def test_words_on_their_way_are_shown_without_a_read(hub, listener, reads, room_id):
    watcher = hub.subscribe(UUID(room_id))

    listener.hear(ring(words=[PassingFrame(UUID(room_id), "", {"type": "message_delta", "text": "Good"})]))
    [passing] = await take(watcher, 1)

    assert '"text":"Good"' in passing.sent_to(OperatorViewer()).json
    assert reads == []


async def test_ring_for_a_room_that_was_deleted_harms_nobody(hub, listener, midway):
    gone, watched = uuid4(), hub.subscribe(UUID(midway))
    hub.subscribe(gone)

    listener.hear(ring(str(gone)))
    listener.hear(ring(midway))

    assert await take(watched, 1)


async def test_without_redis_nobody_listens():
    async with listening() as is_listening:
        assert not is_listening
