from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.idempotency import KEEP, once
from marketplace.identity import Principal
from marketplace.models import IdempotentReply, Role, Session
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
