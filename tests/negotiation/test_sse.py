import asyncio
import json
from contextlib import ExitStack
from dataclasses import replace
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError
from django.test import Client

from marketplace.asgi import application
from marketplace.headers import CROSS_ORIGIN_REQUEST_HEADERS, SECURITY_HEADERS
from marketplace.identity import hashed, local_operator
from marketplace.models import ApiKey
from marketplace.presence import seats
from marketplace.scopes import encoded
from negotiation import sse, watching
from negotiation.sse import HEADERS
from negotiation.stream import live_feed
from tests import bodies

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick_rhythm(settings):
    settings.STREAM = replace(settings.STREAM, heartbeat_seconds=0.02)


async def get(room_id, key="", **options):
    return await get_from(f"/api/v1/negotiation/{room_id}/stream", key, **options)


async def get_from(path, key="", *, query="", method="GET", leave_at=None, **headers):
    """Status, headers and text of a stream that ended, or that was left when this piece of text was read."""
    sent, is_leaving = [], asyncio.Event()

    async def receive():
        await is_leaving.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)
        if leave_at and leave_at in message.get("body", b"").decode():
            is_leaving.set()

    named = {"authorization": f"Bearer {key}"} if key else {}
    pairs = [(name.replace("_", "-").encode(), text.encode()) for name, text in {**named, **headers}.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": pairs}
    async with asyncio.timeout(20):
        await application(scope, receive, send)
    return sent[0]["status"], sent[0]["headers"], b"".join(message.get("body", b"") for message in sent).decode()


def events_of(text):
    """The events of a stream as dictionaries of their lines."""
    blocks = [block.split("\n") for block in text.split("\n\n") if block]
    return [dict(line.split(": ", 1) for line in block) for block in blocks]


def numbers(text):
    return [int(event["id"]) for event in events_of(text) if "id" in event]


async def test_stream_begins_with_the_time_to_wait_before_coming_back(operator, played, settings):
    status, headers, text = await get(played, operator.key)

    assert status == 200
    assert set(encoded(HEADERS)) <= set(headers)
    assert text.startswith(f"retry: {settings.STREAM.retry_milliseconds}\n\n")


async def test_each_event_has_its_number_its_type_and_one_line_of_json(operator, played):
    _, _, text = await get(played, operator.key)

    _, connected, *events = events_of(text)
    assert set(connected) == {"event", "data"}
    assert json.loads(connected["data"])["type"] == connected["event"] == "connected"
    for event in events:
        data = json.loads(event["data"])
        assert list(event) == ["id", "event", "data"]
        assert (event["id"], event["event"]) == (str(data["seq"]), data["type"])
        assert {"timestamp", "room_id"} <= set(data)


async def test_stream_ends_after_the_end_of_the_room(operator, played):
    _, _, text = await get(played, operator.key)

    assert events_of(text)[-1]["event"] == "negotiation_complete"
    assert numbers(text) == list(range(1, len(numbers(text)) + 1))


async def test_watcher_comes_back_by_the_number_it_saw_last(operator, played):
    _, _, whole = await get(played, operator.key)

    _, _, rest = await get(played, operator.key, last_event_id="5")

    assert numbers(rest) == numbers(whole)[5:]


async def test_number_in_the_address_goes_before_the_header(operator, played):
    _, _, text = await get(played, operator.key, query="after=7", last_event_id="5")

    assert numbers(text)[0] == 8


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "٣", "9" * 400, "", "1e3"])
async def test_number_that_is_none_means_from_the_beginning(operator, played, number):
    _, _, text = await get(played, operator.key, last_event_id=number)

    assert numbers(text)[0] == 1


async def test_stream_goes_on_live_while_the_room_is_played(operator, started, play):
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(get(started, operator.key))
        group.create_task(sync_to_async(play)(started))

    _, _, text = watching.result()
    assert events_of(text)[-1]["event"] == "negotiation_complete"
    assert numbers(text) == list(range(1, len(numbers(text)) + 1))


async def test_silent_stream_sends_heartbeats_without_a_number(operator, started):
    _, _, text = await get(started, operator.key, leave_at="event: heartbeat")

    beat = events_of(text)[-1]
    assert (beat["event"], "id" in beat) == ("heartbeat", False)


async def test_watcher_that_leaves_is_not_counted_any_more(operator, started):
    await get(started, operator.key, leave_at="event: connected")

    assert live_feed().watcher_count(UUID(started)) == 0


def code_of(answer):
    status, headers, text = answer
    assert dict(headers)[b"content-type"] == b"application/json"
    error = json.loads(text)["error"]
    assert set(error) == {"code", "message", "details", "timestamp"}
    return status, error["code"]


async def test_stranger_is_turned_away_before_the_stream_opens(started):
    assert code_of(await get(started)) == (401, "AUTHENTICATION_REQUIRED")
    assert code_of(await get(started, "parley_wrong")) == (401, "AUTHENTICATION_REQUIRED")


@pytest.mark.parametrize("role", ["buyer", "seller"])
async def test_party_of_another_session_finds_no_room(outsiders, started, role):
    assert code_of(await get(started, outsiders[role].key)) == (404, "ROOM_NOT_FOUND")


@pytest.mark.parametrize("room_id", [bodies.NO_ID, "nonsense"])
async def test_room_that_is_not_there_is_not_found(operator, room_id):
    assert code_of(await get(room_id, operator.key)) == (404, "ROOM_NOT_FOUND")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_stream_is_only_read(operator, started, method):
    assert code_of(await get(started, operator.key, method=method)) == (405, "METHOD_NOT_ALLOWED")


@pytest.fixture
def cookie(db):
    client = Client()
    client.force_login(local_operator())
    return f"sessionid={client.cookies['sessionid'].value}"


async def test_browser_of_staff_may_watch(played, cookie):
    status, _, text = await get(played, cookie=cookie, host="localhost")

    assert (status, events_of(text)[-1]["event"]) == (200, "negotiation_complete")


async def test_page_of_another_site_may_not_use_the_browser_session(played, cookie):
    answer = await get(played, cookie=cookie, host="localhost", origin="https://evil.example")

    assert code_of(answer) == (403, "FORBIDDEN")


FOREIGN = {
    "buyer": bodies.ACME_SECRETS + bodies.BOLT_SECRETS,
    "acme": ("603.57", *bodies.BOLT_SECRETS),
    "watcher": bodies.BUYER_SECRETS + bodies.ACME_SECRETS + bodies.BOLT_SECRETS,
}


@pytest.mark.parametrize("role", FOREIGN)
@pytest.mark.parametrize("session", [bodies.LIMIT_IS_KEPT], indirect=True, ids=["limit kept"])
async def test_stream_holds_no_secret_of_somebody_else(request, buyer, acme, watcher, played, role):
    caller = {"buyer": buyer, "acme": acme, "watcher": watcher}[role]

    _, _, text = await get(played, caller.key)

    assert [secret for secret in FOREIGN[role] if secret in text] == []


async def test_stream_has_the_headers_of_every_answer(operator, played):
    _, headers, _ = await get(played, operator.key)

    names = {name.decode() for name, _ in headers}
    assert {name.lower() for name in SECURITY_HEADERS} <= names


async def test_listed_site_may_ask_first_and_read_the_stream(settings, operator, played):
    settings.CORS = replace(settings.CORS, origins=("https://shop.example",), allow_credentials=True)
    asks = {"origin": "https://shop.example", "access_control_request_method": "GET"}

    status, allowed, _ = await get(played, method="OPTIONS", **asks)
    _, shared, _ = await get(played, operator.key, origin="https://shop.example")
    refused = await get(played, origin="https://shop.example")

    assert status == 204
    assert (b"access-control-allow-headers", CROSS_ORIGIN_REQUEST_HEADERS.encode()) in allowed
    for headers in (allowed, shared, refused[1]):
        assert (b"access-control-allow-origin", b"https://shop.example") in headers


async def test_other_site_learns_nothing_of_the_stream(settings, operator, played):
    settings.CORS = replace(settings.CORS, origins=("https://shop.example",), allow_credentials=True)

    _, headers, _ = await get(played, operator.key, origin="https://evil.example")

    assert [name for name, _ in headers if name.startswith(b"access-control")] == []


async def test_caller_has_so_many_streams_of_a_room_and_not_one_more(operator, buyer, played):
    name = f"key/{(await ApiKey.objects.aget(key_hash=hashed(operator.key))).pk}"

    with ExitStack() as others:
        for _ in range(5):
            others.enter_context(seats().taken(f"stream {played} {name}", 5))
        sixth = await get(played, operator.key)
        somebody_else = await get(played, buyer.key)
    later = await get(played, operator.key)

    assert code_of(sixth) == (429, "RATE_LIMITED")
    assert dict(sixth[1])[b"retry-after"] == b"5"
    assert (somebody_else[0], later[0]) == (200, 200)
    assert seats().count(f"stream {played} {name}") == 0


async def test_revoked_key_ends_the_stream(monkeypatch, operator, started):
    monkeypatch.setattr(watching, "LOOK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(watching, "_look_again", revoked)

    status, _, text = await get(started, operator.key)

    assert status == 200
    assert "negotiation_complete" not in text


def revoked(watcher):
    raise watching.Unauthenticated


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
async def test_stream_is_refused_while_the_database_is_away_and_ends_when_it_goes(
    monkeypatch, operator, started, error
):
    def fail(*arguments):
        raise error("gone")

    monkeypatch.setattr(watching, "LOOK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(watching, "_look_again", fail)
    ended = await get(started, operator.key)
    monkeypatch.setattr(watching, "read_room", fail)
    refused = await get(started, operator.key)

    assert ended[0] == 200
    assert code_of(refused) == (503, "DATABASE_UNAVAILABLE")
    assert dict(refused[1])[b"retry-after"] == b"2"


async def test_client_that_leaves_before_it_is_let_in_is_looked_up_no_further():
    given_up, sent = asyncio.Event(), []

    async def admit(scope):
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    async with asyncio.timeout(20):
        await sse.serve({"type": "http", "method": "GET"}, receive, send, admit, show=None)
        await given_up.wait()

    assert sent == []
