import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from channels.db import database_sync_to_async
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from negotiation import writing
from negotiation.core.events import StatusChanged
from negotiation.core.vocabulary import RoomStatus
from negotiation.engine import Overtaken
from negotiation.models import NegotiationRun
from negotiation.services import start
from negotiation.store import prepare, read_room
from negotiation.writing import Writer
from tests.factories import a_call

pytestmark = pytest.mark.django_db(transaction=True)

ACTIVE = StatusChanged(RoomStatus.QUEUED, RoomStatus.ACTIVE)


@pytest.fixture
def writer():
    pool = ThreadPoolExecutor(1)
    yield Writer(pool)
    pool.submit(connection.close)
    pool.shutdown()


@pytest.fixture
def commits(monkeypatch):
    """A mark for each commit from now on."""
    marks, commit = [], BaseDatabaseWrapper._commit
    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", lambda self: (marks.append("commit"), commit(self)))
    return marks


@pytest.fixture
def turns(open_session):
    """The first turn of each of five rooms, and of whose rooms watchers were told."""
    told = []
    codes = [UUID(open_session()["negotiation_rooms"][0]["room_id"]) for _ in range(5)]
    for code in codes:
        start(code)
    logs = [read_room(code).log for code in codes]
    return [prepare(log, [ACTIVE], lambda roster, records: told.append(roster.room_id)) for log in logs], told


async def write_all(writer, turns):
    return await asyncio.gather(*(writer.write(turn) for turn in turns), return_exceptions=True)


@database_sync_to_async
def last_numbers():
    return list(NegotiationRun.objects.order_by("id").values_list("last_seq", flat=True))


async def test_turns_that_come_together_are_committed_together(turns, writer, commits):
    await write_all(writer, turns[0])

    assert await last_numbers() == [2] * 5
    assert len(commits) == 1


async def test_no_more_than_the_allowed_number_of_turns_share_a_transaction(turns, writer, commits, monkeypatch):
    monkeypatch.setattr(writing, "MOST_TURNS", 2)

    await write_all(writer, turns[0])

    assert await last_numbers() == [2] * 5
    assert len(commits) == 3


async def test_turn_that_was_overtaken_fails_alone(turns, writer):
    made, told = turns
    await database_sync_to_async(NegotiationRun.objects.filter(pk=made[2].after.run_id).update)(last_seq=7)

    failures = await write_all(writer, made)

    assert [type(failure) for failure in failures] == [*[type(None)] * 2, Overtaken, *[type(None)] * 2]
    assert await last_numbers() == [2, 2, 7, 2, 2]
    assert told == [turn.end.roster.room_id for turn in made if turn is not made[2]]


async def test_turn_that_no_database_can_hold_fails_alone(turns, writer):
    made, _ = turns
    made[2] = prepare(made[2].after, [ACTIVE], lambda *_: None, calls=(a_call(model="half a letter: \ud800"),))

    failures = await write_all(writer, made)

    assert [type(failure) for failure in failures] == [*[type(None)] * 2, UnicodeEncodeError, *[type(None)] * 2]
    assert await last_numbers() == [2, 2, 1, 2, 2]


async def test_nobody_is_told_of_a_turn_before_its_commit(turns, writer, commits):
    made, told = turns
    made = [prepare(turn.after, [ACTIVE], lambda *_: told.append(len(commits))) for turn in made]

    await write_all(writer, made)

    assert told == [1] * 5


async def test_turns_are_prepared_on_an_event_loop_without_connections_of_their_own(turns, monkeypatch):
    """Each task would have another one, for the garbage collector to find."""
    (turn, *_), _ = turns
    made, make = [], ConnectionHandler.create_connection
    monkeypatch.setattr(ConnectionHandler, "create_connection", lambda *given: made.append(given) or make(*given))

    async def prepare_again():
        prepare(turn.after, [ACTIVE], lambda *_: None)

    await asyncio.create_task(prepare_again())

    assert made == []
