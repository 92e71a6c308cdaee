"""Many at once on one room: one of them wins, the others are told so. PARLEY_RACES sets how often each is run."""

import os
import threading
from collections import Counter
from contextlib import suppress
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, connections

from marketplace.models import Role, SellerInventory, Session
from negotiation import notifications, services
from negotiation.call_log import save_calls
from negotiation.core.vocabulary import RoomStatus
from negotiation.models import LLMCall, NegotiationRun, Outcome, Participant
from negotiation.notification_models import Channel, Notification, NotificationTarget, Side
from negotiation.store import read_room
from negotiation.verification import first_broken, strayed
from tests import bodies
from tests.arenas import an_arena
from tests.factories import a_call

REPEATS = int(os.environ.get("PARLEY_RACES", "10"))

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def new_room(open_session):
    """The id of a room with sellers of its own."""
    return lambda: open_session()["negotiation_rooms"][0]["room_id"]


@pytest.fixture
def statuses_of(race, operator):
    """How often each status was the answer to these requests, sent at once."""

    def send(*requests):
        answers = race([lambda path=path, body=body: operator.post(path, body) for path, body in requests])
        return Counter(getattr(answer, "status_code", repr(answer)) for answer in answers)

    return send


def require_whole(room_id):
    """The log has no holes, its hashes are right, the tables say the same, and there is an outcome where it is over."""
    run = NegotiationRun.objects.get(code=room_id)
    assert (first_broken(run), strayed(run)) == (None, [])
    assert Outcome.objects.filter(run=run).count() == RoomStatus(run.status).is_over


def test_one_of_twenty_starts_wins(new_room, statuses_of):
    for _ in range(REPEATS):
        room_id = new_room()

        statuses = statuses_of(*[(f"/negotiation/{room_id}/start", None)] * 20)

        assert statuses == {200: 1, 409: 19}
        require_whole(room_id)


def test_one_of_ten_decisions_wins(new_room, statuses_of, operator, play):
    for _ in range(REPEATS):
        room_id = new_room()
        operator.post(f"/negotiation/{room_id}/start")
        play(room_id, until_seq=7)
        wanted = [{"decision_type": "no_deal"}, {}] * 5

        statuses = statuses_of(*((f"/negotiation/{room_id}/decide", body) for body in wanted))

        assert statuses == {200: 1, 409: 9}
        require_whole(room_id)


def test_buyer_who_takes_an_offer_and_operator_who_decides_otherwise_leave_one_outcome(
    open_session, operator, api_for, play, race
):
    for _ in range(REPEATS):
        session = open_session(buyer=bodies.buyer(bodies.item(max_price_per_unit=700)))
        [room] = session["negotiation_rooms"]
        room_id, acme = room["room_id"], room["participating_sellers"][0]["seller_id"]
        buyer = api_for(Role.BUYER, session["buyer_id"])
        operator.post(f"/negotiation/{room_id}/start")
        play(room_id, until_seq=7)

        taken, refused = race(
            [
                _decide(buyer, room_id, {"decision_type": "deal", "selected_seller_id": acme}),
                _decide(operator, room_id, {"decision_type": "no_deal"}),
            ]
        )

        assert Counter([taken.status_code, refused.status_code]) == {200: 1, 409: 1}
        is_taken = taken.status_code == 200
        assert Outcome.objects.get(run__code=UUID(room_id)).result == ("deal" if is_taken else "no_deal")
        assert _reserved(acme) == (50 if is_taken else 0)
        require_whole(room_id)


def _decide(caller, room_id, body):
    return lambda: caller.post(f"/negotiation/{room_id}/decide", body)


def _reserved(seller_id):
    return SellerInventory.objects.get(seller__code=UUID(seller_id)).quantity_reserved


def test_engine_that_finishes_while_somebody_decides_leaves_one_outcome(new_room, operator, play, race):
    for _ in range(REPEATS):
        room_id = new_room()
        operator.post(f"/negotiation/{room_id}/start")
        play(room_id, until_seq=7)

        _, decided = race(
            [
                lambda room_id=room_id: play(room_id),
                lambda room_id=room_id: operator.post(f"/negotiation/{room_id}/decide", {"decision_type": "no_deal"}),
            ]
        )

        assert decided.status_code in (200, 409)
        assert Outcome.objects.filter(run__code=UUID(room_id)).count() == 1
        require_whole(room_id)


only_where_writers_are_many = pytest.mark.skipif(
    "connection.vendor == 'sqlite'", reason="SQLite lets one write at a time"
)


def meanwhile(deed):
    """Begins the deed in a thread with a connection of its own, and gives it time to come as far as it can."""

    def do():
        try:
            deed()
        finally:
            connections.close_all()

    thread = threading.Thread(target=do)
    thread.start()
    thread.join(0.5)
    return thread


def test_one_of_many_who_delete_a_session_is_told_that_it_did(operator, open_session, race):
    for _ in range(REPEATS):
        address = f"/simulation/{open_session()['session_id']}"

        statuses = [answer.status_code for answer in race([lambda a=address: operator.delete(a)] * 5)]

        assert sorted(statuses) == [200, 404, 404, 404, 404]


def test_one_of_many_who_delete_an_arena_is_told_that_it_did(operator, race):
    for _ in range(REPEATS):
        address = f"/arenas/{an_arena().code}"

        statuses = [answer.status_code for answer in race([lambda a=address: operator.delete(a)] * 5)]

        assert sorted(statuses) == [200, 404, 404, 404, 404]


MARKED = {"party": "buyer", "up_to_seq": 1}


@pytest.mark.parametrize(
    ("path", "body", "table", "code"),
    [
        ("/negotiation/{room}/spectator-links", {}, "negotiation_spectatorlink", "ROOM_NOT_FOUND"),
        ("/trade-desk/negotiations/{thread}/read", MARKED, "negotiation_readmark", "NEGOTIATION_NOT_FOUND"),
    ],
)
def test_what_is_deleted_as_it_is_written_to_is_not_found(operator, started, path, body, table, code):
    thread = Participant.objects.filter(run__code=started).first().code
    deleted = []

    def delete_before(execute, sql, params, many, context):
        if sql.startswith(f'INSERT INTO "{table}"') and not deleted:
            deleted.append(Session.objects.all().delete())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(delete_before):
        response = operator.post(path.format(room=started, thread=thread), body)

    assert deleted
    assert (response.status_code, response.json()["error"]["code"]) == (404, code)


@only_where_writers_are_many
def test_call_that_is_kept_as_its_room_is_deleted_goes_with_it(operator, open_session):
    session = open_session()
    stored = read_room(UUID(session["negotiation_rooms"][0]["room_id"]))
    keeping, refused = [], []

    def keep():
        try:
            save_calls(stored.run_id, stored.log.seats, [a_call()])
        except IntegrityError as error:
            refused.append(error)

    def delete_last(execute, sql, *rest):
        if sql.startswith('DELETE FROM "negotiation_negotiationrun"') and not keeping:
            keeping.append(meanwhile(keep))
        return execute(sql, *rest)

    with connection.execute_wrapper(delete_last):
        answer = operator.delete(f"/simulation/{session['session_id']}")
    keeping[0].join()

    assert (answer.status_code, len(refused)) == (200, 1)
    assert not LLMCall.objects.exists()


@only_where_writers_are_many
def test_deal_is_stored_though_somebody_who_is_told_of_it_goes(started, monkeypatch):
    NotificationTarget.objects.create(side=Side.OPERATOR, channel=Channel.EMAIL, address="desk@example.com")
    find, deleting = notifications._targets_of, []

    def delete():
        with suppress(IntegrityError):  # by now there is something to tell them
            NotificationTarget.objects.all().delete()

    def find_before_they_go(parties):
        found = list(find(parties))
        deleting.append(meanwhile(delete))
        return found

    monkeypatch.setattr(notifications, "_targets_of", find_before_they_go)
    services.force_deal(UUID(started), str(Participant.objects.first().seller_code), Decimal(500))
    deleting[0].join()

    assert Outcome.objects.get().result == "deal"
    assert Notification.objects.get().kind == "deal"
