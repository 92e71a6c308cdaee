from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import AnonymousUser, User

from marketplace.errors import NotAllowed
from negotiation.core.visibility import OperatorViewer, SellerViewer
from negotiation.errors import RoomNotFound
from negotiation.watching import POLL_SECONDS, Unauthenticated, admit, last_seen, rhythm, room_code

pytestmark = pytest.mark.django_db(transaction=True)

STAFF = User(pk=1, is_staff=True)


def scope(kind="websocket", query="", user=None, **headers):
    pairs = [(name.replace("_", "-").encode(), text.encode("latin-1")) for name, text in headers.items()]
    return {"type": kind, "query_string": query.encode(), "headers": pairs, "user": user or AnonymousUser()}


@pytest.mark.parametrize(
    ("query", "header", "number"),
    [
        ("", "", 0),
        ("after=5", "", 5),
        ("", "7", 7),
        ("after=5", "7", 5),
        ("after=0", "7", 0),
        ("after=-1", "", 0),
        ("after=1.5", "", 0),
        ("after=²", "", 0),
        ("after=1000000000", "", 0),
        ("after=" + "9" * 5000, "", 0),
        ("after=5&after=6", "", 5),
        ("after=%00", "", 0),
    ],
)
def test_number_to_go_on_after_is_read_from_address_or_header(query, header, number):
    assert last_seen(scope(query=query, last_event_id=header)) == number


@pytest.mark.parametrize("text", ["", "nonsense", "1", "\ud800", "x" * 5000])
def test_what_is_no_id_is_no_room(text):
    assert room_code(text) is None


def test_id_is_a_room():
    code = uuid4()

    assert room_code(str(code)) == code


@pytest.mark.parametrize(("heartbeat", "poll"), [(15, POLL_SECONDS), (1, 1)])
def test_table_is_looked_at_no_less_often_than_hearts_beat(settings, heartbeat, poll):
    settings.STREAM = replace(settings.STREAM, heartbeat_seconds=heartbeat)

    assert (rhythm().heartbeat_seconds, rhythm().poll_seconds) == (heartbeat, poll)


async def test_key_is_admitted_from_any_origin(operator, started):
    watcher = await admit(scope(x_api_key=operator.key, origin="https://evil.example"), UUID(started))

    assert watcher.viewer == OperatorViewer()


async def test_seller_is_admitted_with_its_own_eyes(acme, seller_ids, started):
    watcher = await admit(scope(authorization=f"Bearer {acme.key}"), UUID(started))

    assert watcher.viewer == SellerViewer(seller_ids["Acme"])


@pytest.mark.parametrize("headers", [{}, {"x_api_key": "wrong"}, {"authorization": "Basic eDp5"}])
async def test_stranger_is_not_admitted(started, headers):
    with pytest.raises(Unauthenticated):
        await admit(scope(**headers), UUID(started))


async def test_wrong_key_is_not_made_good_by_a_browser_session(started):
    with pytest.raises(Unauthenticated):
        await admit(scope(user=STAFF, x_api_key="wrong", host="a", origin="http://a"), UUID(started))


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("websocket", {"host": "parley.example:8000", "origin": "http://parley.example:8000"}),
        ("http", {"host": "parley.example", "origin": "https://parley.example"}),
        ("http", {"host": "parley.example"}),
    ],
)
async def test_own_page_is_admitted_by_its_session(started, kind, headers):
    watcher = await admit(scope(kind, user=STAFF, **headers), UUID(started))

    assert watcher.viewer == OperatorViewer()


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("websocket", {"host": "parley.example"}),
        ("websocket", {"host": "parley.example", "origin": "http://parley.example:8000"}),
        ("websocket", {"host": "parley.example", "origin": "http://parley.example.evil"}),
        ("websocket", {"host": "parley.example", "origin": "null"}),
        ("websocket", {"origin": "http://"}),
        ("http", {"host": "parley.example", "origin": "http://evil"}),
    ],
)
async def test_page_of_another_site_is_not_admitted_by_a_session(started, kind, headers):
    with pytest.raises(NotAllowed):
        await admit(scope(kind, user=STAFF, **headers), UUID(started))


async def test_account_without_staff_rights_is_not_admitted(started):
    with pytest.raises(Unauthenticated):
        await admit(scope("http", user=User(pk=2)), UUID(started))


async def test_room_that_is_not_there_is_not_found(operator):
    with pytest.raises(RoomNotFound):
        await admit(scope(x_api_key=operator.key), uuid4())
