from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from marketplace.idempotency import KEEP, delete_old_replies, once
from marketplace.identity import Principal, hashed
from marketplace.models import ApiKey, IdempotentReply, Role, Session
from negotiation import services
from negotiation.models import Outcome, RunEvent
from tests import bodies

pytestmark = pytest.mark.django_db

URL = "/simulation/initialize"


def test_repeat_gets_the_first_answer_and_makes_nothing_new(operator):
    first = operator.post(URL, bodies.session(), Idempotency_Key="k1")

    repeat = operator.post(URL, bodies.session(), Idempotency_Key="k1")

    assert (repeat.status_code, repeat.json()) == (200, first.json())
    assert Session.objects.count() == 1


def test_requests_without_a_key_are_all_different(operator):
    operator.post(URL, bodies.session())
    operator.post(URL, bodies.session())

    assert Session.objects.count() == 2


def test_key_cannot_be_used_for_another_body(operator):
    operator.post(URL, bodies.session(), Idempotency_Key="k1")

    response = operator.post(URL, bodies.session(seed=8), Idempotency_Key="k1")

    assert (response.status_code, response.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert Session.objects.count() == 1


def test_key_belongs_to_its_caller(operator, api_for):
    operator.post(URL, bodies.session(), Idempotency_Key="k1")

    other = api_for(Role.OPERATOR).post(URL, bodies.session(seed=8), Idempotency_Key="k1")

    assert other.status_code == 200
    assert Session.objects.count() == 2


def test_refused_request_is_not_remembered(operator):
    operator.post(URL, bodies.session(sellers=[bodies.seller(f"S {n}") for n in range(11)]), Idempotency_Key="k1")

    assert operator.post(URL, bodies.session(), Idempotency_Key="k1").status_code == 200


@pytest.mark.parametrize("key", ["k" * 201, "a\tb"])
def test_key_that_is_none_is_refused(operator, key):
    response = operator.post(URL, bodies.session(), Idempotency_Key=key)

    assert (response.status_code, response.json()["error"]["details"][0]["field"]) == (400, "Idempotency-Key")
    assert not Session.objects.exists()


def test_key_may_be_used_again_after_a_day(operator):
    operator.post(URL, bodies.session(), Idempotency_Key="k1")
    IdempotentReply.objects.update(created_at=timezone.now() - KEEP - timedelta(seconds=1))

    operator.post(URL, bodies.session(), Idempotency_Key="k1")

    assert Session.objects.count() == 2


def test_answer_and_deed_are_stored_together_or_not_at_all(rf):
    def act():
        Session.objects.create()
        raise ConnectionError

    asked = rf.post("/", headers={"Idempotency-Key": "k1"})
    with pytest.raises(ConnectionError):
        once(asked, Principal(Role.OPERATOR, "key/1"), act)

    assert not Session.objects.exists()
    assert not IdempotentReply.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_repeats_at_once_make_one_session(operator, race):
    answers = race([lambda: operator.post(URL, bodies.session(), Idempotency_Key="k1").json()] * 20)

    assert Session.objects.count() == 1
    assert {answer["session_id"] for answer in answers} == {str(Session.objects.get().code)}


STEERING = {
    "start": ("room_id", "/negotiation/{room}/start", None),
    "message": ("started", "/negotiation/{room}/message", {"message": "Hello"}),
    "decide": ("midway", "/negotiation/{room}/decide", {"decision_type": "no_deal"}),
    "decide now": ("midway", "/negotiation/{room}/decide", None),
    "pause": ("started", "/negotiation/{room}/pause", None),
    "cancel": ("started", "/negotiation/{room}/cancel", None),
}


@pytest.mark.parametrize("act", STEERING)
def test_repeat_of_what_steers_a_room_changes_nothing_and_gets_the_first_answer(operator, request, act):
    fixture, path, body = STEERING[act]
    path = path.format(room=request.getfixturevalue(fixture))
    first = operator.post(path, body, Idempotency_Key="k1")
    events = RunEvent.objects.count()

    repeat = operator.post(path, body, Idempotency_Key="k1")

    assert (first.status_code, repeat.status_code) in {(200, 200), (202, 202)}
    assert (repeat.content, RunEvent.objects.count()) == (first.content, events)


def test_session_is_deleted_once_and_the_repeat_is_told_so(operator, session):
    path = f"/api/v1/simulation/{session['session_id']}"
    headers = {"Authorization": f"Bearer {operator.key}", "Idempotency-Key": "k1"}

    first, repeat = (Client().delete(path, headers=headers) for _ in range(2))

    assert (first.status_code, first.content) == (repeat.status_code, repeat.content)
    assert first.json()["deleted"] is True


@pytest.mark.django_db(transaction=True)
def test_session_that_is_at_work_is_deleted_with_a_key_and_its_log_is_kept(operator, session, started, log_folder):
    headers = {"Authorization": f"Bearer {operator.key}", "Idempotency-Key": "k1"}

    answer = Client().delete(f"/api/v1/simulation/{session['session_id']}", headers=headers)

    assert (answer.status_code, answer.json()["logs_saved"]) == (200, True)
    kept = operator.get(f"/logs/{session['session_id']}/{started}").json()
    assert kept["metadata"]["status"] == "cancelled"


@pytest.mark.parametrize(
    "other", ["/negotiation/{room}/pause", "/negotiation/{room}/decide?decision_type=no_deal"], ids=["path", "query"]
)
def test_key_cannot_be_used_for_another_address(operator, started, other):
    operator.post(f"/negotiation/{started}/decide?decision_type=deal", Idempotency_Key="k0")
    operator.post(f"/negotiation/{started}/resume", Idempotency_Key="k1")
    assert operator.post(f"/negotiation/{started}/message", {"message": "Hi"}, Idempotency_Key="k1").status_code == 202

    response = operator.post(other.format(room=started), Idempotency_Key="k1")

    assert (response.status_code, response.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_conflict_is_not_remembered(operator, started):
    assert operator.post(f"/negotiation/{started}/resume", Idempotency_Key="k1").status_code == 409
    operator.post(f"/negotiation/{started}/pause")

    assert operator.post(f"/negotiation/{started}/resume", Idempotency_Key="k1").status_code == 200


def test_repeat_after_the_rights_are_gone_is_told_nothing(buyer, started, operator):
    first = buyer.post(f"/negotiation/{started}/message", {"message": "Hello"}, Idempotency_Key="k1")
    ApiKey.objects.filter(key_hash=hashed(buyer.key)).update(scope="read")

    repeat = buyer.post(f"/negotiation/{started}/message", {"message": "Hello"}, Idempotency_Key="k1")

    assert (first.status_code, repeat.status_code) == (202, 403)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["start", "message", "decide"])
def test_twenty_repeats_at_once_have_one_effect(operator, request, race, act):
    fixture, path, body = STEERING[act]
    path = path.format(room=request.getfixturevalue(fixture))
    events = RunEvent.objects.count()

    answers = race([lambda: operator.post(path, body, Idempotency_Key="k1")] * 20)

    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert answers[0].status_code in (200, 202)
    assert RunEvent.objects.count() > events
    assert IdempotentReply.objects.count() == 1
    assert Outcome.objects.count() == (act == "decide")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_announced_before_it_is_committed(operator, started, monkeypatch):
    told = []
    monkeypatch.setattr(services, "announce_command", lambda *told_of: told.append(connection.in_atomic_block))

    operator.post(f"/negotiation/{started}/message", {"message": "Hello"}, Idempotency_Key="k1")

    assert told == [False]


def test_old_replies_are_put_away(operator):
    operator.post(URL, bodies.session(), Idempotency_Key="k1")
    IdempotentReply.objects.update(created_at=timezone.now() - KEEP - timedelta(seconds=1))
    operator.post(URL, bodies.session(), Idempotency_Key="k2")

    assert delete_old_replies() == 1
    assert IdempotentReply.objects.get().key == "k2"
