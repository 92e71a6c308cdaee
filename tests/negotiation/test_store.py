from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection

from negotiation import services
from negotiation.core.events import RoundStarted, StatusChanged
from negotiation.core.protocol import end_without_deal
from negotiation.core.vocabulary import Reason, RoomStatus
from negotiation.engine import Overtaken
from negotiation.errors import NoSellers, RoomNotFound
from negotiation.leases import claim_rooms
from negotiation.models import NegotiationRun, Outcome, RunEvent
from negotiation.recent import RecentRooms
from negotiation.store import append, chain, read_history, read_records, read_room
from tests import bodies

pytestmark = pytest.mark.django_db

ACTIVE = StatusChanged(RoomStatus.QUEUED, RoomStatus.ACTIVE)


def say_nothing(roster, records):
    """For writes that nobody watches."""


@pytest.fixture
def stored(started):
    return read_room(UUID(started))


def test_events_are_numbered_without_gaps_from_one(played):
    numbers = list(RunEvent.objects.order_by("seq").values_list("seq", flat=True))

    assert numbers == list(range(1, len(numbers) + 1))
    assert NegotiationRun.objects.get().last_seq == len(numbers)


def test_each_hash_covers_the_event_and_the_hash_before(played):
    previous = ""
    for event in RunEvent.objects.order_by("seq"):
        previous = chain(previous, event.seq, event.type, event.payload, event.at)
        assert event.hash == previous

    assert NegotiationRun.objects.get().last_hash == previous


@pytest.mark.parametrize("place", range(5))
def test_hash_changes_with_every_part_of_an_event(played, place):
    event = RunEvent.objects.first()
    parts = ["", event.seq, event.type, event.payload, event.at]
    others = ["x", 2, "Said", {}, event.at + timedelta(microseconds=1)]

    assert chain(*parts[:place], others[place], *parts[place + 1 :]) != chain(*parts)


def test_stored_log_reads_back_as_the_room_it_was(played):
    stored, records = read_history(UUID(played))

    assert (stored.status, stored.last_seq) == (RoomStatus.COMPLETED, len(records))
    assert stored.last_hash == NegotiationRun.objects.get().last_hash


def test_append_returns_the_room_with_its_events(stored):
    written = append(stored, [ACTIVE, RoundStarted(1)], say_nothing)

    assert (written.room.status, written.room.round, written.last_seq) == (RoomStatus.ACTIVE, 1, 3)
    assert written == read_room(stored.roster.room_id)


def test_second_writer_of_a_number_is_overtaken_and_stores_nothing(stored):
    append(stored, [ACTIVE], say_nothing)

    with pytest.raises(Overtaken):
        append(stored, end_without_deal(stored.room, Reason.CANCELLED), say_nothing)

    assert RunEvent.objects.count() == 2
    assert not Outcome.objects.exists()


def test_writer_with_a_lost_fence_is_overtaken_and_stores_nothing(stored):
    old = claim_rooms("old", 1)[0]
    NegotiationRun.objects.update(fence=old.fence + 1)

    with pytest.raises(Overtaken):
        append(stored, [ACTIVE], say_nothing, fence=old.fence)

    assert RunEvent.objects.count() == 1


def test_writer_with_the_current_fence_writes(stored):
    claim = claim_rooms("worker", 1)[0]

    append(stored, [ACTIVE], say_nothing, fence=claim.fence)

    assert RunEvent.objects.count() == 2


def test_person_writes_past_any_fence(stored):
    claim_rooms("worker", 1)

    append(stored, [ACTIVE], say_nothing)

    assert RunEvent.objects.count() == 2


def test_row_that_is_refused_takes_the_whole_write_back(stored):
    RunEvent.objects.create(run_id=stored.run_id, seq=3, type="Said", payload={}, at="2026-01-01T00:00Z", hash="")

    with pytest.raises(IntegrityError, match="(?i)unique"):
        append(stored, [ACTIVE, RoundStarted(1)], say_nothing)

    assert NegotiationRun.objects.get().last_seq == 1


def test_end_of_a_room_takes_its_lease_away(stored):
    claim_rooms("worker", 1)

    append(stored, end_without_deal(stored.room, Reason.CANCELLED), say_nothing)

    run = NegotiationRun.objects.get()
    assert (run.lease_owner, run.lease_until) == ("", None)
    assert run.ended_at is not None


@pytest.mark.django_db(transaction=True)
def test_watchers_are_told_after_the_commit(stored, race):
    told = []

    def tell(roster, records):
        numbers = race([lambda: RunEvent.objects.count()])
        told.append((roster.room_id, [record.seq for record in records], numbers))

    append(stored, [ACTIVE, RoundStarted(1)], tell)

    assert told == [(stored.roster.room_id, [2, 3], [3])]


@pytest.mark.django_db(transaction=True)
def test_nobody_is_told_of_what_was_not_stored(stored):
    append(stored, [ACTIVE], say_nothing)
    told = []

    with pytest.raises(Overtaken):
        append(stored, [ACTIVE], lambda roster, records: told.append(records))

    assert told == []


@pytest.mark.django_db(transaction=True)
def test_of_eight_writers_at_once_one_wins(stored, race):
    ends = race([lambda: append(stored, [ACTIVE], say_nothing)] * 8)

    assert sum(isinstance(end, Overtaken) for end in ends) == 7
    assert RunEvent.objects.count() == 2


def test_unknown_room_is_not_found():
    with pytest.raises(RoomNotFound):
        read_room(uuid4())


def test_room_that_is_deleted_while_it_is_read_is_not_found(started):
    def delete_first(execute, sql, *rest):
        if sql.startswith("SELECT") and 'FROM "negotiation_runevent"' in sql and NegotiationRun.objects.exists():
            NegotiationRun.objects.all().delete()
        return execute(sql, *rest)

    with connection.execute_wrapper(delete_first), pytest.raises(RoomNotFound):
        read_history(UUID(started), RecentRooms())


def test_records_come_from_after_a_number_up_to_a_limit(played):
    run = NegotiationRun.objects.get()

    assert [record.seq for record in read_records(run.pk, after=3, limit=2)] == [4, 5]


def test_reading_a_room_costs_as_many_queries_however_many_sellers(open_session, django_assert_max_num_queries):
    room = open_session(sellers=[bodies.seller(f"S {n}") for n in range(10)])["negotiation_rooms"][0]

    with django_assert_max_num_queries(4):
        read_room(UUID(room["room_id"]))


def test_room_without_sellers_is_over_from_the_beginning(open_session):
    session = open_session(buyer=bodies.buyer(bodies.item(item_id="moon")))
    code = UUID(session["negotiation_rooms"][0]["room_id"])

    assert read_room(code).status is RoomStatus.NO_SELLERS
    with pytest.raises(NoSellers):
        services.start(code)
