from uuid import UUID, uuid4

import pytest
from django.db import connection

from marketplace.finding import find_session
from marketplace.models import Buyer, Session

pytestmark = pytest.mark.django_db


def values(row: Session | Buyer) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_found_session_is_the_one_that_django_finds(session, other_session):
    found = find_session(UUID(session["session_id"]))

    assert values(found) == values(Session.objects.get(code=session["session_id"]))
    assert values(found.buyer) == values(Buyer.objects.get(session__code=session["session_id"]))


def test_session_and_its_buyer_are_found_by_one_query(session, django_assert_num_queries):
    with django_assert_num_queries(1, connection=connection):
        assert find_session(UUID(session["session_id"])).buyer.name


def test_unknown_session_is_not_found(session):
    assert find_session(uuid4()) is None


def test_found_session_can_be_deleted(session):
    find_session(UUID(session["session_id"])).delete()

    assert not Session.objects.exists()
