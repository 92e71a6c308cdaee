"""The database fails a request at its first query, its second, and so on; then it is sent again with its key."""

import sqlite3
from collections import Counter
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from negotiation.models import NegotiationRun, Participant
from negotiation.verification import first_broken, strayed
from tests import bodies

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the database is copied to begin anew"),
]

# What is kept of requests themselves, and of when a key was last used, is no effect of theirs.
ASIDE = {"IdempotentReply", "ApiKey"}


@contextmanager
def as_it_was():
    """Whatever is done to the database is undone in the end."""
    connection.ensure_connection()
    before = sqlite3.connect(":memory:")
    connection.connection.backup(before)
    try:
        yield
    finally:
        before.backup(connection.connection)


class FailAt:
    """Lets the query of that number fail."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == 0:
            raise OperationalError("disk I/O error")
        return execute(sql, params, many, context)


def effects() -> tuple[Counter[str], list[str]]:
    """How many rows each table has, and where the rooms stand; the logs are whole."""
    for run in NegotiationRun.objects.all():
        assert (first_broken(run), strayed(run)) == (None, [])
    rows = {model.__name__: model._base_manager.count() for model in apps.get_models() if model.__name__ not in ASIDE}
    return Counter(rows), sorted(NegotiationRun.objects.values_list("status", flat=True))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/simulation/initialize", bodies.session()),
        ("/negotiation/{room}/message", {"message": "Good morning"}),
        ("/negotiation/{room}/decide", {"decision_type": "no_deal"}),
        ("/trade-desk/negotiations/{thread}/offer", {"party": "buyer", "price": 455, "quantity": 50}),
        ("/trade-desk/negotiations/{thread}/seat", {"party": "buyer", "holder": "agent"}),
        ("/trade-desk/negotiations/{thread}/walk-away", {"party": "buyer"}),
    ],
)
def test_request_that_fails_anywhere_and_is_sent_again_has_its_effect_once(operator, open_session, play, path, body):
    room = open_session(buyer={**bodies.session()["buyer"], "mind": "human"})["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room}/start")
    play(room)
    path = path.format(room=room, thread=Participant.objects.filter(run__code=room).first().code)
    with as_it_was():
        answered, wanted = operator.post(path, body, Idempotency_Key="once").status_code, effects()
    number, has_failed = 0, True

    while has_failed:
        number += 1
        with as_it_was():
            failing = FailAt(number)
            with connection.execute_wrapper(failing):
                first = operator.post(path, body, Idempotency_Key="once").status_code
            has_failed = failing.left <= 0
            again = operator.post(path, body, Idempotency_Key="once").status_code

            assert first in (503, answered)  # the latter where what it did was stored before
            assert (again, effects()) == (answered, wanted)

    assert number > 10
