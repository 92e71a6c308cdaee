from uuid import UUID

import pytest
from channels.db import database_sync_to_async
from django.db import OperationalError

from marketplace.errors import RateLimited
from marketplace.metrics import all_metrics
from marketplace.presence import seats
from marketplace.sign_in import MOST_OF_BOTH, count_try
from negotiation import services, watching
from negotiation.consumers import COME_AGAIN, COMMANDS, MOST_PER_SECOND, TOO_FAST
from tests.marketplace.test_metrics import value
from tests.negotiation.test_consumers import close_code, opened, read_to
from tests.negotiation.test_sse import get

pytestmark = pytest.mark.django_db(transaction=True)

STREAM = "api/v1/negotiation/<str:room_id>/stream"
AWAY = "parley_database_away_answers_total"


async def counted(line):
    return value((await database_sync_to_async(all_metrics)()).decode(), line)


async def test_open_sockets_and_streams_are_counted_as_long_as_they_are_open(operator, started):
    line = 'parley_open_connections{kind="socket"}'
    before = await counted(line)
    communicator = await opened(started, operator.key)
    during = await counted(line)

    await communicator.disconnect()

    assert (during - before, await counted(line) - before) == (1, 0)


async def test_requests_for_streams_are_counted(operator, played):
    line = f'parley_http_requests_total{{method="GET",route="{STREAM}",status="200"}}'
    before = await counted(line)

    await get(played, operator.key)

    assert await counted(line) == before + 1


async def test_time_to_a_watcher_is_measured_of_what_is_new_and_not_of_history(operator, played):
    before = await counted("parley_event_lag_seconds_count")

    await get(played, operator.key)

    assert await counted("parley_event_lag_seconds_count") == before


async def test_time_to_a_watcher_is_measured_once_for_all_watchers(operator, room_id, started, play):
    before = await counted("parley_event_lag_seconds_count")
    first, second = [await opened(started, operator.key) for _ in range(2)]
    for communicator in (first, second):
        await read_to(communicator, "status_changed")  # history: from here on they listen

    await database_sync_to_async(services.pause)(UUID(room_id))
    for communicator in (first, second):
        await read_to(communicator, "status_changed")

    for communicator in (first, second):
        await communicator.disconnect()
    assert await counted("parley_event_lag_seconds_count") == before + 1


def fail(*arguments):
    raise OperationalError("gone")


async def test_stream_that_is_refused_as_the_database_is_away_is_counted(operator, played, monkeypatch):
    monkeypatch.setattr(watching, "read_room", fail)
    before = await counted(AWAY)

    status, _, _ = await get(played, operator.key)

    assert (status, await counted(AWAY)) == (503, before + 1)


async def test_command_that_the_database_is_away_for_is_counted(operator, started, monkeypatch):
    monkeypatch.setitem(COMMANDS, "pause", fail)
    communicator = await opened(started, operator.key)
    before = await counted(AWAY)

    await communicator.send_json_to({"type": "pause"})
    await read_to(communicator, "error")

    assert await counted(AWAY) == before + 1
    assert await close_code(communicator) == COME_AGAIN


async def test_frames_that_come_too_fast_are_counted(operator, started):
    communicator = await opened(started, operator.key)
    before = await counted(throttled("frame"))

    for _ in range(MOST_PER_SECOND + 1):
        await communicator.send_json_to({"type": "ping"})

    assert await close_code(communicator) == TOO_FAST
    assert await counted(throttled("frame")) == before + 1


def test_connections_and_passwords_that_are_too_many_are_counted():
    lines = [throttled(kind) for kind in ("connection", "password")]
    before = [value(all_metrics().decode(), line) for line in lines]

    with pytest.raises(RateLimited), seats().taken("stream", 0):
        pass
    for _ in range(MOST_OF_BOTH):
        count_try("olivia", "192.0.2.7")
    with pytest.raises(RateLimited):
        count_try("olivia", "192.0.2.7")

    assert [value(all_metrics().decode(), line) for line in lines] == [count + 1 for count in before]


def throttled(kind):
    return f'parley_throttled_total{{kind="{kind}"}}'
