import asyncio
import json
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.db import OperationalError

from marketplace.asgi import application
from marketplace.models import Role, Session
from negotiation import session_consumers, session_feed, watching
from negotiation.consumers import BAD_FRAME, COME_AGAIN, NOT_FOUND, NOT_SIGNED_IN
from negotiation.core.visibility import OperatorViewer
from negotiation.core.vocabulary import RoomStatus
from negotiation.models import NegotiationRun
from negotiation.services import send_message
from negotiation.session_feed import LAST_OF_SESSION, Wanted, follow_session
from negotiation.stream import Passing, Rhythm, live_feed, pass_on
from tests import bodies
from tests.negotiation.test_consumers import SECONDS, close_code, read, read_to
from tests.negotiation.test_sse import events_of, get_from

pytestmark = pytest.mark.django_db(transaction=True)

FOLLOW = {"type": "follow"}


@pytest.fixture(autouse=True)
def quick(settings, monkeypatch):
    settings.STREAM = replace(settings.STREAM, heartbeat_seconds=0.02)
    monkeypatch.setattr(session_feed, "LOOK_SECONDS", 0.02)


@pytest.fixture
def session(open_session):
    """With two rooms: laptops and lamps."""
    lamp = {"item_id": "lamp", "item_name": "Lamp"}
    stocks = [bodies.stock(), bodies.stock(**lamp)]
    bolt = {"cost_price": 388.67, "least_price": 447.19, "selling_price": 640}
    sellers = [bodies.seller("Acme", *stocks), bodies.seller("Bolt", *(one | bolt for one in stocks))]
    return open_session(buyer=bodies.buyer(bodies.item(), bodies.item(**lamp)), sellers=sellers)


@pytest.fixture
def rooms(session, operator):
    """The ids of both rooms, which wait for a worker."""
    ids = [room["room_id"] for room in session["negotiation_rooms"]]
    for room in ids:
        operator.post(f"/negotiation/{room}/start")
    return ids


@pytest.fixture
def both_played(rooms, play):
    for room in rooms:
        play(room)
    return rooms


def feed(session_id, key="", **headers):
    named = {"authorization": f"Bearer {key}"} if key else {}
    pairs = [(name.encode(), text.encode()) for name, text in {**named, **headers}.items()]
    return WebsocketCommunicator(application, f"/ws/session/{session_id}/", headers=pairs)


async def get_feed(session_id, key="", **options):
    return await get_from(f"/api/v1/simulation/{session_id}/stream", key, **options)


async def opened(session, caller, **follow):
    communicator = feed(session["session_id"], caller.key)
    await communicator.connect(timeout=SECONDS)
    await communicator.send_json_to(FOLLOW | follow)
    return communicator


async def frames_of(session, caller, **follow):
    """All that a socket which asks for this is sent, to the end of the session."""
    communicator = await opened(session, caller, **follow)
    frames = await read_to(communicator, LAST_OF_SESSION)
    assert await close_code(communicator) == 1000
    return frames


def numbers(frames):
    """Those of each room, in the order of their coming."""
    found = {}
    for frame in frames:
        if "seq" in frame:
            found.setdefault(frame["room_id"], []).append(frame["seq"])
    return found


def last_seqs(rooms):
    return {str(code): last for code, last in NegotiationRun.objects.values_list("code", "last_seq")}


async def test_feed_has_every_event_of_every_room_once_and_ends_with_the_session(session, operator, both_played):
    frames = await frames_of(session, operator)

    last = await sync_to_async(last_seqs)(both_played)
    assert numbers(frames) == {room: list(range(1, last[room] + 1)) for room in both_played}
    assert {frame["room_id"] for frame in frames if frame["type"] == "connected"} == set(both_played)
    assert (frames[-1]["session_id"], frames[-1]["rooms"]) == (session["session_id"], 2)


async def test_stream_has_the_frames_of_the_socket_and_no_ids(session, operator, both_played):
    by_socket = await frames_of(session, operator)

    status, _, text = await get_feed(session["session_id"], operator.key)

    _, *events = events_of(text)
    by_stream = [json.loads(event["data"]) for event in events if event["event"] != "heartbeat"]
    assert status == 200
    assert numbers(by_stream) == numbers(by_socket)
    assert by_stream[-1]["type"] == LAST_OF_SESSION
    assert not any("id" in event for event in events)


async def test_each_room_goes_on_behind_its_own_number(session, operator, both_played):
    one, two = both_played
    last = await sync_to_async(last_seqs)(both_played)

    frames = await frames_of(session, operator, after={one: 5, two: last[two]})
    _, _, text = await get_feed(session["session_id"], operator.key, query=f"after={one}:5,{two}:{last[two]}")

    told = [json.loads(event["data"]) for event in events_of(text)[1:]]
    assert numbers(frames) == numbers(told) == {one: list(range(6, last[one] + 1))}


async def test_only_the_rooms_that_are_named_are_shown(session, operator, both_played):
    one, two = both_played

    frames = await frames_of(session, operator, rooms=[two])
    _, _, text = await get_feed(session["session_id"], operator.key, query=f"rooms={two}")

    assert set(numbers(frames)) == {two}
    assert one not in text


async def test_watcher_that_is_cut_off_in_the_middle_loses_and_repeats_nothing(session, operator, rooms, play):
    first = await opened(session, operator)
    async with asyncio.TaskGroup() as group:
        for room in rooms:
            group.create_task(sync_to_async(play)(room))
        seen = [await read(first) for _ in range(12)]
        await first.disconnect()

    after = {room: max(numbers(seen).get(room, [0])) for room in rooms}
    rest = await frames_of(session, operator, after=after)

    last = await sync_to_async(last_seqs)(rooms)
    assert numbers(seen + rest) == {room: list(range(1, last[room] + 1)) for room in rooms}


async def test_room_that_is_opened_later_joins(session, operator, rooms):
    communicator = await opened(session, operator)
    await read(communicator)

    code = await sync_to_async(open_another_room)(rooms[0])

    while (frame := await read(communicator))["room_id"] != str(code):
        pass
    assert frame["type"] == "connected"
    await communicator.disconnect()


def open_another_room(beside):
    run = NegotiationRun.objects.select_related("item", "session").get(code=beside)
    new = NegotiationRun(session=run.session, item=run.item, status=RoomStatus.PENDING, max_rounds=3, seed=1)
    new.save()
    for seat in run.participants.all():
        seat.pk, seat.code, seat.run = None, uuid4(), new
        seat.save(force_insert=True)
    return new.code


async def test_words_on_their_way_are_left_out(session, operator, rooms):
    communicator = await opened(session, operator, rooms=rooms[:1])
    await read_to(communicator, "status_changed")

    pass_on(UUID(rooms[0]), Passing("acme", {"type": "message_delta", "text": "Half a"}))
    await sync_to_async(send_message)(UUID(rooms[0]), "What about the warranty?")

    assert (await read(communicator))["type"] == "buyer_message"
    await communicator.disconnect()


async def test_silent_feed_has_heartbeats_of_its_own(session, operator, rooms):
    communicator = await opened(session, operator)

    while (frame := await communicator.receive_json_from(timeout=SECONDS))["type"] != "heartbeat":
        pass

    assert set(frame) == {"type", "timestamp"}
    await communicator.disconnect()


async def test_feed_of_a_session_that_is_deleted_ends_without_a_last_frame(session, operator, rooms):
    communicator = await opened(session, operator)
    await read_to(communicator, "status_changed")

    await sync_to_async(Session.objects.all().delete)()

    assert await close_code(communicator) == 1000


async def test_rooms_wait_for_their_turn_when_there_are_too_many(session, operator, both_played, monkeypatch):
    monkeypatch.setattr(session_feed, "MOST_ROOMS", 1)

    frames = await frames_of(session, operator)

    shown = [frame["room_id"] for frame in frames if "room_id" in frame]
    assert shown == sorted(shown, key=both_played.index)
    assert set(shown) == set(both_played)


async def test_watcher_that_never_reads_holds_back_its_rooms_and_leaves_nothing_behind(
    session, both_played, monkeypatch
):
    monkeypatch.setattr(session_feed, "MOST_HELD", 3)
    put = asyncio.Queue.put
    offered = []

    async def count(queue, item):
        offered.append(item)
        await put(queue, item)

    monkeypatch.setattr(asyncio.Queue, "put", count)
    frames = follow_session(UUID(session["session_id"]), OperatorViewer(), Wanted(), Rhythm(60.0, 60.0))
    taken = len(await anext(frames))
    most = taken + 3 + len(both_played)
    async with asyncio.timeout(SECONDS):
        while len(offered) < most:  # noqa: ASYNC110  # nobody is told how many are held
            await asyncio.sleep(0)

    await frames.aclose()

    assert len(offered) == most
    assert [live_feed().watcher_count(UUID(room)) for room in both_played] == [0, 0]


@pytest.mark.parametrize(
    "frame",
    [
        *("{", "[]", '{"type":"ping"}', '{"type":"follow","after":[]}', '{"type":"follow","then":1}'),
        *('{"type":"follow","after":{"nonsense":1}}', f'{{"type":"follow","after":{{"{bodies.NO_ID}":-1}}}}'),
        *(f'{{"type":"follow","after":{{"{bodies.NO_ID}":{number}}}}}' for number in ("1.5", '"1"', "true", "1e9")),
        '{"type":"follow","rooms":["nonsense"]}',
    ],
)
async def test_first_frame_that_is_no_wish_to_follow_closes_the_socket(session, operator, frame):
    communicator = feed(session["session_id"], operator.key)
    await communicator.connect(timeout=SECONDS)

    await communicator.send_to(text_data=frame)

    assert await close_code(communicator) == BAD_FRAME == 4400


async def test_socket_that_asks_for_nothing_is_closed(session, operator, monkeypatch):
    monkeypatch.setattr(session_consumers, "PATIENCE_SECONDS", 0.0)
    communicator = feed(session["session_id"], operator.key)
    await communicator.connect(timeout=SECONDS)

    assert await close_code(communicator) == BAD_FRAME


@pytest.mark.parametrize("kind", ["start", "pause", "cancel", "message", "follow"])
async def test_feed_takes_no_command(session, operator, rooms, kind):
    communicator = await opened(session, operator)

    await communicator.send_json_to({"type": kind, "message": "Hello"})

    assert (await read_to(communicator, "error", "ack"))[-1]["error_code"] == "VALIDATION_ERROR"
    await communicator.disconnect()


async def test_ping_is_answered(session, operator, rooms):
    communicator = await opened(session, operator)

    await communicator.send_json_to({"type": "ping"})

    assert (await read_to(communicator, "pong"))[-1] == {"type": "pong"}
    await communicator.disconnect()


async def code_for(session_id, key=""):
    communicator = feed(session_id, key)
    await communicator.connect(timeout=SECONDS)
    return await close_code(communicator)


async def test_stranger_is_told_to_sign_in(session):
    assert await code_for(session["session_id"]) == NOT_SIGNED_IN
    assert (await get_feed(session["session_id"]))[0] == 401


@pytest.mark.parametrize("session_id", [bodies.NO_ID, "nonsense"])
async def test_session_that_is_not_there_is_not_found(operator, session_id):
    status, _, text = await get_feed(session_id, operator.key)

    assert (status, json.loads(text)["error"]["code"]) == (404, "SESSION_NOT_FOUND")
    assert await code_for(session_id, operator.key) == NOT_FOUND


async def test_sellers_and_other_buyers_find_no_session(session, outsiders, api_for):
    seller = await sync_to_async(api_for)(Role.SELLER, session["seller_ids"][0])

    for caller in (*outsiders.values(), seller):
        assert await code_for(session["session_id"], caller.key) == NOT_FOUND
        assert (await get_feed(session["session_id"], caller.key))[0] == 404


FOREIGN = {
    "buyer": bodies.ACME_SECRETS + bodies.BOLT_SECRETS,
    "watcher": (*bodies.BUYER_SECRETS, *bodies.ACME_SECRETS, *bodies.BOLT_SECRETS, "seller_response"),
}


@pytest.mark.parametrize("role", FOREIGN)
async def test_feed_holds_no_secret_of_somebody_else(session, buyer, watcher, both_played, role):
    text = json.dumps(await frames_of(session, {"buyer": buyer, "watcher": watcher}[role]))

    assert [secret for secret in FOREIGN[role] if secret in text] == []


async def test_revoked_key_ends_the_feed(session, operator, rooms, monkeypatch):
    def revoked(watcher):
        raise watching.Unauthenticated

    monkeypatch.setattr(watching, "LOOK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(watching, "_look_again", revoked)

    communicator = await opened(session, operator)

    assert await close_code(communicator) == NOT_SIGNED_IN


async def test_feed_ends_when_the_database_is_away_so_that_its_watcher_comes_again(
    session, operator, rooms, monkeypatch
):
    def fail(*arguments):
        raise OperationalError("gone")

    monkeypatch.setattr(session_feed, "_rooms", fail)

    communicator = await opened(session, operator)

    assert await close_code(communicator) == COME_AGAIN
