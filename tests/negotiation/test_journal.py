import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from channels.db import database_sync_to_async
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from negotiation import journal as journals
from negotiation import metrics
from negotiation.core.events import Offered, RoundStarted, StatusChanged
from negotiation.core.folding import evolve
from negotiation.core.vocabulary import Party, RoomStatus
from negotiation.engine import Overtaken
from negotiation.journal import StoreJournal
from negotiation.leases import claim_rooms
from negotiation.models import LLMCall, Message, NegotiationRun, Offer, RunEvent
from negotiation.recent import RecentRooms
from negotiation.rows import Insert
from negotiation.services import send_message
from negotiation.store import read_history, read_room, recent_rooms
from negotiation.verification import first_broken
from tests.factories import a_call, some_words, terms

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 30
STATEMENTS_OF_A_TURN = ["UPDATE negotiation_neg", '"negotiation_runevent"', '_offer"', '_message"', '_llmcall"']


class Fault:
    """The database is lost at its next call, for so many times: before it did what it was asked for, or after."""

    def __init__(self, times=1, *, is_done_first=False, statement=""):
        self._times, self._is_done_first, self._statement = times, is_done_first, statement

    def around(self, call):
        def fail(*args, **options):
            if not self._times or not any(self._statement in str(each) for each in args):
                return call(*args, **options)
            self._times -= 1
            if self._is_done_first:
                call(*args, **options)
            raise OperationalError("the connection was lost")

        return fail


@pytest.fixture
def lose(monkeypatch):
    """Loses the database in commits, or in one kind of statement."""

    def at(fault, owner=BaseDatabaseWrapper, *names):
        for name in names or ("_commit",):
            monkeypatch.setattr(owner, name, fault.around(getattr(owner, name)))

    return at


@pytest.fixture(autouse=True)
def haste(monkeypatch, caplog):
    monkeypatch.setattr(journals, "REST_SECONDS", 0.01)
    caplog.set_level(logging.ERROR)


@pytest.fixture
def announced(monkeypatch):
    """The numbers of the events that watchers were told of."""
    numbers = []
    monkeypatch.setattr(journals, "announce", lambda roster, records: numbers.extend(r.seq for r in records))
    return numbers


@pytest.fixture
def open_journal(started):
    """Makes a journal of the room, with a call that waits to be stored."""
    pool = ThreadPoolExecutor(1)

    async def open_one():
        (claim,) = await database_sync_to_async(claim_rooms)("me", 1)
        journal = StoreJournal(claim, pool)
        await journal.load()
        journal.calls.add(a_call())
        return journal

    yield open_one
    pool.submit(connection.close)
    pool.shutdown()


@pytest.fixture
def turn(seller_ids):
    """The buyer's first move."""
    return (
        StatusChanged(RoomStatus.QUEUED, RoomStatus.ACTIVE),
        RoundStarted(1),
        Offered(Party.BUYER, seller_ids["Acme"], 1, 1, terms(450, 50), some_words()),
    )


@database_sync_to_async
def stored():
    """How much there is of everything that the turn writes, and whether the log is whole."""
    rows = [model.objects.count() for model in (RunEvent, Offer, Message, LLMCall)]
    return rows, first_broken(NegotiationRun.objects.get())


NOTHING, ONCE = ([1, 0, 0, 0], None), ([4, 1, 1, 1], None)


@pytest.mark.parametrize("statement", STATEMENTS_OF_A_TURN)
async def test_turn_is_stored_whole_though_the_database_was_lost_in_its_midst(
    open_journal, turn, lose, announced, statement
):
    journal = await open_journal()
    lose(Fault(statement=statement), CursorWrapper, "execute", "executemany")

    await journal.append(turn, after=1)

    assert await stored() == ONCE
    assert announced == [2, 3, 4]


async def test_turn_whose_commit_failed_is_stored_at_another_try(open_journal, turn, lose, announced):
    journal = await open_journal()
    lose(Fault(times=3))

    await journal.append(turn, after=1)

    assert await stored() == ONCE
    assert announced == [2, 3, 4]


async def test_watchers_are_told_of_a_turn_before_they_hear_of_its_answer(open_journal, turn, lose, announced):
    journal, told_before = await open_journal(), []
    lose(Fault(times=1))
    writing = asyncio.create_task(journal.append(turn, after=1))
    await asyncio.sleep(0)

    journal.calls.tell(lambda: told_before.append(list(announced)))
    await writing

    assert told_before == [[2, 3, 4]]


async def test_answer_that_comes_before_the_turn_is_even_being_stored_is_told_after_it(open_journal, turn, announced):
    journal, told_before = await open_journal(), []

    async def answer_at_once():
        journal.calls.tell(lambda: told_before.append(list(announced)))
        assert await stored() == NOTHING

    await journal.append(turn, after=1, when=answer_at_once)

    assert told_before == [[2, 3, 4]]


async def test_room_that_is_known_is_not_read_again_until_somebody_else_wrote_to_it(started, turn, announced):
    (claim,) = await database_sync_to_async(claim_rooms)("me", 1)
    known = await database_sync_to_async(read_room)(claim.code)
    await database_sync_to_async(send_message)(claim.code, "When do you deliver?")
    with ThreadPoolExecutor(1) as pool:
        journal = StoreJournal(claim, pool, known=known)

        assert await journal.load() == (known.room, 1)
        with pytest.raises(Overtaken):
            await journal.append(turn, after=1)
        _, number = await journal.load()

        pool.submit(connection.close)
    assert number == 2
    assert not announced


async def test_turn_whose_commit_was_never_answered_is_stored_and_told_once(open_journal, turn, lose, announced):
    journal = await open_journal()
    lose(Fault(is_done_first=True))

    await journal.append(turn, after=1)
    await journal.keep_calls()

    assert await stored() == ONCE
    assert announced == [2, 3, 4]


async def test_room_goes_on_behind_a_turn_whose_commit_was_never_answered(open_journal, turn, lose, started):
    journal = await open_journal()
    lose(Fault(is_done_first=True))
    await journal.append(turn, after=1)

    await journal.append((StatusChanged(RoomStatus.ACTIVE, RoomStatus.PAUSED),), after=4)

    room = await database_sync_to_async(read_room)(UUID(started))
    assert (room.last_seq, room.status) == (5, RoomStatus.PAUSED)


async def test_calls_are_counted_once_whether_their_turn_is_stored_or_broken_off(open_journal, turn):
    before = calls_counted()
    journal = await open_journal()
    await journal.append(turn, after=1)
    journal.calls.add(a_call())

    for _ in range(2):
        await journal.keep_calls()

    assert calls_counted() == before + 2


def calls_counted():
    call = a_call()
    return metrics.CALLS.labels(call.provider, call.verdict.value)._value.get()


async def leave_in_trouble(journal, turn):
    """The room is broken off while its turn waits for the database."""
    storing = asyncio.create_task(journal.append(turn, after=1))
    async with asyncio.timeout(SECONDS):
        while journal._doubtful is None:  # noqa: ASYNC110
            await asyncio.sleep(0)
    storing.cancel()
    await journal.keep_calls()


async def test_worker_that_leaves_while_the_database_is_away_keeps_its_calls_once(open_journal, turn, lose):
    journal = await open_journal()
    lose(Fault(times=1000), Insert, "write_adapted")

    with pytest.raises(OperationalError):
        await leave_in_trouble(journal, turn)

    assert await stored() == NOTHING
    assert len(journal.calls.left()) == 1


async def test_worker_that_leaves_without_an_answer_to_its_commit_stores_no_call_again(
    open_journal, turn, lose, announced, monkeypatch
):
    journal = await open_journal()
    monkeypatch.setattr(journals, "REST_SECONDS", SECONDS)
    lose(Fault(is_done_first=True))

    await leave_in_trouble(journal, turn)

    assert await stored() == ONCE
    assert announced == [2, 3, 4]


async def test_what_was_written_here_need_not_be_read_again(open_journal, turn, announced):
    journal = await open_journal()
    room, _ = await journal.load()
    await journal.append(turn, after=1)
    for event in turn:
        room = evolve(room, event)

    journal.remember(room)

    run = await database_sync_to_async(NegotiationRun.objects.get)()
    anew, records = await database_sync_to_async(read_history)(run.code, RecentRooms())
    known = recent_rooms().get(run.pk)
    assert known is not None
    assert (known.records, known.room, known.last_hash) == (tuple(records), anew.room, run.last_hash)


async def test_log_that_is_known_in_part_is_not_taken_for_the_whole(open_journal, turn, announced):
    journal = await open_journal()
    room, _ = await journal.load()
    await journal.append(turn[:1], after=1)
    journal._written.clear()
    before = recent_rooms().get((await database_sync_to_async(NegotiationRun.objects.get)()).pk)

    journal.remember(evolve(room, turn[0]))

    assert recent_rooms().get((await database_sync_to_async(NegotiationRun.objects.get)()).pk) is before
