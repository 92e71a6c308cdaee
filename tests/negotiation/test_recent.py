from dataclasses import replace
from uuid import UUID

import pytest

from negotiation import services
from negotiation.core.room import new_room
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer
from negotiation.core.vocabulary import RoomStatus
from negotiation.models import NegotiationRun, Participant, RunEvent
from negotiation.recent import Reading, RecentAnswers, RecentRooms, Standing
from negotiation.store import chain, read_history, read_room, recent_rooms
from tests.factories import a_roster, a_setup, records_of


@pytest.fixture
def reading_of():
    def make(length):
        records = tuple(records_of([None] * length))
        return Reading(records, new_room(a_setup()), "x")

    return make


def test_rooms_asked_for_longest_ago_are_forgotten_first(reading_of):
    recent = RecentRooms(most_records=10)
    for run_id in (1, 2):
        recent.keep(run_id, reading_of(5))
    recent.get(1)

    recent.keep(3, reading_of(5))

    assert [run_id for run_id in (1, 2, 3) if recent.get(run_id)] == [1, 3]


def test_newer_reading_takes_the_place_of_the_older(reading_of):
    recent = RecentRooms(most_records=10)
    recent.keep(1, reading_of(4))
    recent.keep(2, reading_of(3))

    recent.keep(1, reading_of(7))

    assert [recent.get(run_id).last_seq for run_id in (1, 2)] == [7, 3]


def test_reading_longer_than_all_that_is_kept_is_not_kept(reading_of):
    recent = RecentRooms(most_records=10)

    recent.keep(1, reading_of(11))

    assert recent.get(1) is None


@pytest.mark.django_db
def test_room_read_again_is_the_room_read_from_the_table(midway):
    for act in (services.pause, services.resume, services.cancel):
        read_room(UUID(midway))
        act(UUID(midway))

        assert read_history(UUID(midway)) == read_history(UUID(midway), RecentRooms())


@pytest.mark.django_db
def test_room_that_has_not_changed_is_not_read_again(midway, django_assert_num_queries):
    read_room(UUID(midway))

    with django_assert_num_queries(2):
        read_room(UUID(midway))


@pytest.mark.django_db
def test_only_what_came_since_is_read(midway):
    first = read_history(UUID(midway))[1]
    services.pause(UUID(midway))

    again = read_history(UUID(midway))[1]

    assert {one is other for one, other in zip(first, again, strict=False)} == {True}


@pytest.mark.django_db
def test_log_that_became_another_is_read_anew(midway):
    run = NegotiationRun.objects.get(code=midway)
    read_room(UUID(midway))
    last = RunEvent.objects.get(run=run, seq=run.last_seq)
    before = RunEvent.objects.get(run=run, seq=run.last_seq - 1)
    last.payload["words"] = {**last.payload["words"], "text": "Another one."}
    last.hash = chain(before.hash, last.seq, last.type, last.payload, last.at)
    last.save()
    run.last_hash = last.hash
    run.save()

    services.pause(UUID(midway))

    assert read_history(UUID(midway)) == read_history(UUID(midway), RecentRooms())
    assert read_history(UUID(midway))[1][-2].event.words.text == "Another one."


@pytest.mark.django_db
def test_room_whose_setup_was_changed_is_folded_anew(midway):
    read_room(UUID(midway))

    Participant.objects.update(selling_price=700)

    assert {seat.limits.ask for seat in read_room(UUID(midway)).room.setup.sellers} == {700}


@pytest.mark.django_db
def test_process_has_one_memory_of_rooms(midway):
    stored = read_room(UUID(midway))

    assert recent_rooms().get(stored.run_id).room is stored.room


@pytest.fixture
def standing():
    return Standing(a_roster(a_setup()), RoomStatus.COMPLETED, "last")


def test_answer_is_given_again_to_the_same_eyes_alone(standing):
    answers = RecentAnswers()
    answers.keep(1, SellerViewer("one"), standing, b"for one")

    assert answers.get(1, SellerViewer("one"), standing) == b"for one"
    others = [SellerViewer("two"), BuyerViewer(), OperatorViewer()]
    assert [answers.get(1, viewer, standing) for viewer in others] == [None] * 3
    assert answers.get(2, SellerViewer("one"), standing) is None


@pytest.mark.parametrize(
    "change",
    [{"last_hash": "later"}, {"status": RoomStatus.NO_SELLERS}, {"roster": a_roster(a_setup(max_rounds=3))}],
)
def test_answer_about_a_room_that_stands_otherwise_by_now_is_not_given(standing, change):
    answers = RecentAnswers()
    answers.keep(1, BuyerViewer(), standing, b"as it was")

    assert answers.get(1, BuyerViewer(), replace(standing, **change)) is None


def test_answers_asked_for_longest_ago_are_forgotten_first(standing):
    answers = RecentAnswers(most_bytes=10)
    for run_id in (1, 2):
        answers.keep(run_id, BuyerViewer(), standing, b"12345")
    answers.get(1, BuyerViewer(), standing)

    answers.keep(3, BuyerViewer(), standing, b"12345")

    assert [run_id for run_id in (1, 2, 3) if answers.get(run_id, BuyerViewer(), standing)] == [1, 3]


def test_later_answer_takes_the_place_and_the_room_of_the_earlier(standing):
    answers = RecentAnswers(most_bytes=10)
    answers.keep(1, BuyerViewer(), standing, b"123456")
    answers.keep(2, BuyerViewer(), standing, b"1234")

    answers.keep(1, BuyerViewer(), standing, b"654321")

    assert [answers.get(run_id, BuyerViewer(), standing) for run_id in (1, 2)] == [b"654321", b"1234"]


def test_answer_longer_than_all_that_is_kept_is_not_kept(standing):
    answers = RecentAnswers(most_bytes=4)

    answers.keep(1, BuyerViewer(), standing, b"12345")

    assert answers.get(1, BuyerViewer(), standing) is None
