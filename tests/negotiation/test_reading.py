import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiation.core.vocabulary import Party
from negotiation.models import Message, Participant, ReadMark
from negotiation.reading import mark_read, marks_of, unread_counts
from negotiation.store import read_room
from tests import bodies

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(open_session):
    acme, bolt = bodies.two_sellers()
    return open_session(sellers=[{**acme, "mind": "external"}, bolt])


@pytest.fixture
def thread(midway, seller_ids):
    """A seller's thread, in which one bid and no answer is."""
    return Participant.objects.get(seller_code=seller_ids["Acme"])


@pytest.fixture
def read(thread):
    roster = read_room(thread.run.code).roster

    def mark(party, up_to):
        return mark_read(thread, party, up_to, roster)

    return mark


def seq_of(thread, party):
    return marks_of([thread.pk])[thread.pk][party].seq


def test_mark_moves_on(read, thread):
    assert read(Party.SELLER, 2)
    assert read(Party.SELLER, 5)
    assert seq_of(thread, Party.SELLER) == 5


@pytest.mark.parametrize("number", [5, 4, 0])
def test_mark_never_goes_back(read, thread, number):
    read(Party.SELLER, 5)
    before = ReadMark.objects.get().at

    assert not read(Party.SELLER, number)
    assert (seq_of(thread, Party.SELLER), ReadMark.objects.get().at) == (5, before)


def test_each_side_has_its_own_mark(read, thread):
    read(Party.SELLER, 5)
    read(Party.BUYER, 3)

    assert (seq_of(thread, Party.SELLER), seq_of(thread, Party.BUYER)) == (5, 3)


def test_unread_is_what_the_other_side_has_said_behind_the_mark(read, thread):
    bid = Message.objects.get(participant=thread)

    assert unread_counts([thread.pk], Party.SELLER) == {thread.pk: 1}
    assert unread_counts([thread.pk], Party.BUYER) == {thread.pk: 0}
    read(Party.SELLER, bid.seq)
    assert unread_counts([thread.pk], Party.SELLER) == {thread.pk: 0}


def test_unread_is_counted_behind_the_mark_by_index(thread):
    with CaptureQueriesContext(connection) as asked:
        unread_counts([thread.pk], Party.SELLER)
    (query,) = asked.captured_queries

    plan = plan_of(query["sql"])

    # With few rows PostgreSQL reads them all whatever there is, unless it is told not to.
    assert re.search(r"participant_id ?=.* AND \(?seq ?>", plan), plan


def plan_of(sql):
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if not is_sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_counts_of_many_threads_are_one_query(django_assert_num_queries, midway):
    threads = list(Participant.objects.values_list("pk", flat=True))

    with django_assert_num_queries(1):
        assert set(unread_counts(threads, Party.SELLER)) == set(threads)
