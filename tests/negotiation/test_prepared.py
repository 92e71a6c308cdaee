from uuid import UUID, uuid4

import pytest
from django.db import connection

from negotiation.models import NegotiationRun, Participant
from negotiation.prepared import Prepared
from negotiation.rosters import find_run, roster_of

pytestmark = pytest.mark.django_db

COLUMNS = ("seller_code", "least_price", "run__code", "run__created_at", "run__started_at", "llm_temperature")


@pytest.fixture
def participants():
    return Prepared(
        lambda run_id: Participant.objects.filter(run=run_id).order_by("id").values_list(*COLUMNS),
        NegotiationRun._meta.get_field("id"),
        1,
    )


def test_prepared_query_finds_what_django_finds(participants, session):
    run = NegotiationRun.objects.get()

    rows = participants.rows(run.pk)

    assert [tuple(row) for row in rows] == list(Participant.objects.order_by("id").values_list(*COLUMNS))
    assert len(rows) == 2


def test_prepared_query_is_asked_with_each_value_anew(participants, session, other_session):
    first, second = NegotiationRun.objects.order_by("id")

    found = [{row[2] for row in participants.rows(run.pk)} for run in (first, second)]

    assert found == [{first.code}, {second.code}]


def test_rows_of_nobody_are_none(participants, session):
    assert participants.rows(0) == []


def test_query_whose_value_cannot_be_told_from_the_rest_is_refused():
    greedy = Prepared(
        lambda run_id: Participant.objects.filter(run=run_id, stock=1).values_list("pk"),
        NegotiationRun._meta.get_field("id"),
        1,
    )

    with pytest.raises(AssertionError):
        greedy.rows(1)


def test_run_as_found_has_the_roster_that_its_model_has(session, room_id):
    found = find_run(UUID(room_id))

    assert found is not None
    assert found[2] == roster_of(NegotiationRun.objects.with_setup().get())


def test_room_costs_two_queries_to_find(session, room_id, django_assert_num_queries):
    with django_assert_num_queries(2, connection=connection):
        find_run(UUID(room_id))


def test_room_that_is_not_there_is_not_found(session):
    assert find_run(uuid4()) is None


def test_rest_of_a_prepared_question_stays_what_it_was(session, other_session):
    run, other = NegotiationRun.objects.order_by("id")
    named = Prepared(
        lambda run_id: Participant.objects.filter(run=run_id, selling_price__gt=0).order_by("id").values_list("run_id"),
        NegotiationRun._meta.get_field("id"),
        -1,
    )

    found = [named.rows(each.pk) for each in (run, other)]

    assert [{row[0] for row in rows} for rows in found] == [{run.pk}, {other.pk}]
