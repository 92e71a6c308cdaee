import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from marketplace import presence
from marketplace.errors import NotAllowed, RateLimited
from marketplace.identity import hashed, local_operator
from marketplace.models import ApiKey, Role
from marketplace.presence import doorman
from marketplace.throttling import RATES, Kind
from negotiation import watching
from negotiation.core.visibility import OperatorViewer, SellerViewer
from negotiation.errors import RoomNotFound
from negotiation.watching import POLL_SECONDS, Unauthenticated, admit, last_seen, rhythm, room_code, stay

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 20


@pytest.fixture(autouse=True)
def own_host(settings):
    settings.ALLOWED_HOSTS = ["testserver", "parley.example"]


@pytest.fixture
def staff(db):
    return local_operator()


@pytest.fixture
def cookie(staff):
    """What the browser of a signed-in operator sends."""
    return cookie_of(staff)


def cookie_of(user):
    client = Client()
    client.force_login(user)
    return f"theme=dark; sessionid={client.cookies['sessionid'].value}"


def scope(kind="websocket", query="", scheme="http", **headers):
    pairs = [(name.replace("_", "-").encode(), text.encode("latin-1")) for name, text in headers.items()]
    return {"type": kind, "scheme": scheme, "path": "/", "query_string": query.encode(), "headers": pairs}


@pytest.mark.parametrize(
    ("query", "header", "number"),
    [
        ("", "", 0),
        ("after=5", "", 5),
        ("", "7", 7),
        ("after=5", "7", 7),
        ("after=0", "7", 7),
        ("after=9", "7", 9),
        ("after=abc", "7", 7),
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


async def test_wrong_key_is_not_made_good_by_a_browser_session(started, cookie):
    with pytest.raises(Unauthenticated):
        await admit(scope("http", cookie=cookie, x_api_key="wrong"), UUID(started))


OWN_PAGES = [
    ("websocket", "ws", {"host": "parley.example:8000", "origin": "http://parley.example:8000"}),
    ("websocket", "wss", {"host": "parley.example", "origin": "https://parley.example"}),
    ("http", "https", {"host": "parley.example", "origin": "https://parley.example:443"}),
    ("http", "http", {"host": "parley.example"}),
    ("http", "http", {"host": "parley.example", "sec_fetch_site": "same-origin"}),
]
FOREIGN_PAGES = [
    ("websocket", "ws", {"host": "parley.example"}),
    ("websocket", "ws", {"host": "parley.example", "origin": "http://parley.example:8000"}),
    ("websocket", "ws", {"host": "parley.example", "origin": "https://parley.example"}),
    ("websocket", "wss", {"host": "parley.example", "origin": "http://parley.example"}),
    ("websocket", "ws", {"host": "parley.example", "origin": "http://parley.example.evil"}),
    ("websocket", "ws", {"host": "evil.example", "origin": "http://evil.example"}),
    ("websocket", "ws", {"host": "parley.example", "origin": "null"}),
    ("websocket", "ws", {"host": "parley.example", "origin": "http://parley.example:x"}),
    ("websocket", "ws", {"origin": "http://"}),
    ("http", "http", {"host": "parley.example", "origin": "http://evil"}),
    ("http", "http", {"host": "parley.example", "sec_fetch_site": "cross-site"}),
]


@pytest.mark.parametrize(("kind", "scheme", "headers"), OWN_PAGES)
async def test_own_page_is_admitted_by_its_session(started, cookie, kind, scheme, headers):
    watcher = await admit(scope(kind, scheme=scheme, cookie=cookie, **headers), UUID(started))

    assert watcher.viewer == OperatorViewer()


@pytest.mark.parametrize(("kind", "scheme", "headers"), FOREIGN_PAGES)
async def test_page_of_another_site_is_not_admitted_by_a_session(started, cookie, kind, scheme, headers):
    with pytest.raises(NotAllowed):
        await admit(scope(kind, scheme=scheme, cookie=cookie, **headers), UUID(started))


async def test_page_of_a_listed_site_may_stream_by_a_session_and_open_no_socket(started, cookie, settings):
    settings.CORS = replace(settings.CORS, origins=("https://shop.example",), allow_credentials=True)
    headers = {"cookie": cookie, "host": "parley.example", "origin": "https://shop.example"}

    watcher = await admit(scope("http", **headers), UUID(started))

    assert watcher.viewer == OperatorViewer()
    with pytest.raises(NotAllowed):
        await admit(scope("websocket", **headers), UUID(started))


async def test_account_without_rights_is_not_admitted(started):
    cookie = await sync_to_async(lambda: cookie_of(User.objects.create(username="nobody")))()

    with pytest.raises(Unauthenticated):
        await admit(scope("http", cookie=cookie), UUID(started))


async def test_room_that_is_not_there_is_not_found(operator):
    with pytest.raises(RoomNotFound):
        await admit(scope(x_api_key=operator.key), uuid4())


@pytest.fixture
def looks_again_at_once(monkeypatch):
    """Nobody waits for half a minute, and nothing is remembered."""
    monkeypatch.setattr(watching, "LOOK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(presence, "FRESH_SECONDS", -1.0)


def take_key(key):
    ApiKey.objects.filter(key_hash=hashed(key)).update(revoked_at=timezone.now())


def let_key_expire(key):
    ApiKey.objects.filter(key_hash=hashed(key)).update(expires_at=timezone.now())


@pytest.mark.parametrize("end", [take_key, let_key_expire])
async def test_key_that_opens_nothing_any_more_ends_the_stay(looks_again_at_once, operator, started, end):
    watcher = await admit(scope(x_api_key=operator.key), UUID(started))
    await sync_to_async(end)(operator.key)

    with pytest.raises(Unauthenticated):
        await asyncio.wait_for(stay(watcher), SECONDS)


def sign_out(user):
    Session.objects.all().delete()


def deactivate(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def take_group(user):
    user.groups.clear()


@pytest.mark.parametrize("end", [sign_out, deactivate, take_group])
async def test_browser_that_is_signed_in_no_more_ends_the_stay(looks_again_at_once, staff, cookie, started, end):
    watcher = await admit(scope("http", cookie=cookie), UUID(started))
    await sync_to_async(end)(staff)

    with pytest.raises(Unauthenticated):
        await asyncio.wait_for(stay(watcher), SECONDS)


@pytest.mark.parametrize(("role", "refusal"), [(Role.WATCHER, NotAllowed), (Role.BUYER, RoomNotFound)])
async def test_caller_with_other_rights_than_before_has_to_come_again(
    looks_again_at_once, operator, other_session, started, role, refusal
):
    watcher = await admit(scope(x_api_key=operator.key), UUID(started))
    keys = ApiKey.objects.filter(key_hash=hashed(operator.key))
    await keys.aupdate(role=role, party=other_session["buyer_id"])

    with pytest.raises(refusal):
        await asyncio.wait_for(stay(watcher), SECONDS)


async def test_caller_whose_rights_are_as_before_stays(monkeypatch, operator, started):
    looks = []
    monkeypatch.setattr(watching, "LOOK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(watching, "require_unchanged", lambda *looked: looks.append(looked))
    watcher = await admit(scope(x_api_key=operator.key), UUID(started))
    staying = asyncio.create_task(stay(watcher))

    async with asyncio.timeout(SECONDS):
        while len(looks) < 3:  # noqa: ASYNC110  # nobody is told of a look
            await asyncio.sleep(0)

    assert not staying.done()
    assert looks[-1] == (watcher, watcher.principal)
    staying.cancel()


async def test_caller_is_looked_up_once_for_many_that_stay(operator, started, django_assert_num_queries):
    watcher = await admit(scope(x_api_key=operator.key), UUID(started))

    def recognise():
        with django_assert_num_queries(0):
            return doorman().recognise(watcher.credential)

    assert await sync_to_async(recognise)() == watcher.principal


async def test_strangers_are_told_to_wait_in_the_end(settings, started):
    settings.RATE_LIMITS = True
    refusals = []

    for _ in range(RATES[Kind.UNKNOWN_KEY].most + 1):
        try:
            await admit(scope(x_api_key="wrong"), UUID(started))
        except (Unauthenticated, RateLimited) as refused:
            refusals.append(type(refused))

    assert refusals == [Unauthenticated] * RATES[Kind.UNKNOWN_KEY].most + [RateLimited]
