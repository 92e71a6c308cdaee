import asyncio
import json
import threading
from dataclasses import replace
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.apps import apps
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.utils import timezone

from marketplace import presence
from marketplace.asgi import application
from marketplace.identity import hashed, local_operator
from marketplace.models import ApiKey
from marketplace.presence import seats
from marketplace.throttling import Kind
from negotiation import consumers, watching
from negotiation.consumers import (
    BAD_FRAME,
    COME_AGAIN,
    COMMANDS,
    FAILED,
    FORBIDDEN,
    MOST_OF_ONE_CALLER,
    MOST_PER_SECOND,
    NOT_FOUND,
    NOT_SIGNED_IN,
    TOO_FAST,
)
from negotiation.models import NegotiationRun, Outcome
from negotiation.stream import live_feed
from tests import bodies
from tests.negotiation.test_sse import events_of
from tests.negotiation.test_sse import get as get_stream

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 20


@pytest.fixture(autouse=True)
def quick_rhythm(settings):
    settings.STREAM = replace(settings.STREAM, heartbeat_seconds=0.02)


def socket(room_id, key="", after="", **headers):
    named = {"authorization": f"Bearer {key}"} if key else {}
    pairs = [(name.encode(), text.encode()) for name, text in {**named, **headers}.items()]
    return WebsocketCommunicator(application, f"/ws/negotiation/{room_id}/?after={after}", headers=pairs)


async def opened(*arguments, **headers):
    """A socket that is connected; its first frame has been read."""
    communicator = socket(*arguments, **headers)
    await communicator.connect(timeout=SECONDS)
    assert (await read(communicator))["type"] == "connected"
    return communicator


async def read(communicator):
    """The next frame that is no heartbeat."""
    async with asyncio.timeout(SECONDS):
        while (frame := await communicator.receive_json_from(timeout=SECONDS))["type"] == "heartbeat":
            pass
    return frame


async def read_to(communicator, *types):
    """All frames up to one of these types."""
    frames = [await read(communicator)]
    while frames[-1]["type"] not in types:
        frames.append(await read(communicator))
    return frames


async def close_code(communicator):
    """The code with which the socket was closed, whatever was sent before."""
    message = await communicator.receive_output(timeout=SECONDS)
    return message.get("code", 1000) if message["type"] == "websocket.close" else await close_code(communicator)


async def answer_to(communicator, command):
    """The acknowledgement or error that the command is answered with."""
    await communicator.send_json_to(command)
    return (await read_to(communicator, "ack", "error", "pong"))[-1]


def numbers(frames):
    return [frame["seq"] for frame in frames if "seq" in frame]


async def test_watcher_of_a_played_room_gets_everything_and_then_the_end(operator, played):
    communicator = await opened(played, operator.key)

    frames = await read_to(communicator, "negotiation_complete")

    assert numbers(frames) == list(range(1, len(frames) + 1))
    assert await close_code(communicator) == 1000


async def test_watcher_goes_on_after_the_number_it_names(operator, played):
    communicator = await opened(played, operator.key, 5)

    assert (await read(communicator))["seq"] == 6
    await communicator.disconnect()


async def test_watchers_of_a_live_room_see_the_same_by_socket_and_stream_though_one_was_cut_off(
    operator, started, play
):
    steady, restless = await opened(started, operator.key), await opened(started, operator.key)
    before = [await read(restless)]
    await restless.disconnect()
    async with asyncio.TaskGroup() as group:
        streaming = group.create_task(get_stream(started, operator.key))
        group.create_task(sync_to_async(play)(started))
        back = await opened(started, operator.key, before[-1]["seq"])

    frames = await read_to(steady, "negotiation_complete")
    joined = before + await read_to(back, "negotiation_complete")
    _, _, text = streaming.result()
    assert frames == joined == [json.loads(event["data"]) for event in events_of(text) if "id" in event]


@pytest.mark.parametrize("role", ["nobody", "stranger"])
async def test_stranger_is_told_to_sign_in(started, role):
    communicator = socket(started, {"nobody": "", "stranger": "parley_wrong"}[role])
    await communicator.connect(timeout=SECONDS)

    assert await close_code(communicator) == NOT_SIGNED_IN == 4401


@pytest.mark.parametrize("room_id", [bodies.NO_ID, "nonsense"])
async def test_room_that_is_not_there_is_not_found(operator, room_id):
    communicator = socket(room_id, operator.key)
    await communicator.connect(timeout=SECONDS)

    assert await close_code(communicator) == NOT_FOUND == 4404


@pytest.mark.parametrize("role", ["buyer", "seller"])
async def test_party_of_another_session_finds_no_room(outsiders, started, role):
    communicator = socket(started, outsiders[role].key)
    await communicator.connect(timeout=SECONDS)

    assert await close_code(communicator) == NOT_FOUND


@pytest.fixture
def cookie(db):
    client = Client()
    client.force_login(local_operator())
    return f"sessionid={client.cookies['sessionid'].value}"


async def test_own_page_may_use_the_browser_session(started, cookie):
    communicator = await opened(started, cookie=cookie, host="localhost:8000", origin="http://localhost:8000")

    assert (await answer_to(communicator, {"type": "pause"}))["type"] == "ack"
    await communicator.disconnect()


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:9000", "null", ""])
async def test_page_of_another_site_may_not_use_the_browser_session(started, cookie, origin):
    communicator = socket(started, cookie=cookie, host="localhost:8000", origin=origin)
    await communicator.connect(timeout=SECONDS)

    assert await close_code(communicator) == FORBIDDEN == 4403


async def test_browser_that_hides_its_origin_may_not_use_its_session(started, cookie):
    communicator = socket(started, cookie=cookie, host="localhost:8000")
    await communicator.connect(timeout=SECONDS)

    assert await close_code(communicator) == FORBIDDEN


@pytest.mark.parametrize(
    "frame",
    [
        *("{", "[]", "5", "null", '"text"', '{"a": NaN}', '{"a": Infinity}'),
        *(
            '{"type": "ping", "type": "cancel"}',
            '{"a": "\u0001"}',
            "[" * 50_000,
            '{"a":' * 10_000,
            '{"a": ' + "9" * 5000 + "}",
        ),
        '{"type": "ping", "pad": "' + "x" * 65_536 + '"}',
    ],
    ids=range(13),
)
async def test_frame_that_is_no_command_closes_the_socket(operator, started, frame):
    communicator = await opened(started, operator.key)

    await communicator.send_to(text_data=frame)

    assert await close_code(communicator) == BAD_FRAME == 4400


async def test_binary_frame_closes_the_socket(operator, started):
    communicator = await opened(started, operator.key)

    await communicator.send_to(bytes_data=b'{"type": "ping"}')

    assert await close_code(communicator) == BAD_FRAME


@pytest.fixture
def clock(monkeypatch):
    """What the sockets take for the time, in seconds; it stands still unless it is put forward."""
    now = [0.0]
    monkeypatch.setattr(consumers, "monotonic", lambda: now[0])
    return now


async def ping(communicator, times):
    for _ in range(times):
        await communicator.send_json_to({"type": "ping"})
        assert await read_to(communicator, "pong")


async def test_flood_of_frames_closes_the_socket(clock, operator, started):
    communicator = await opened(started, operator.key)
    await ping(communicator, MOST_PER_SECOND)

    await communicator.send_json_to({"type": "ping"})

    assert await close_code(communicator) == TOO_FAST == 4429


async def test_frames_may_go_on_in_the_next_second(clock, operator, started):
    communicator = await opened(started, operator.key)
    await ping(communicator, MOST_PER_SECOND)

    clock[0] = 1.0

    await ping(communicator, MOST_PER_SECOND)
    await communicator.disconnect()


async def test_commands_that_wait_for_a_slow_one_are_bounded(monkeypatch, operator, started):
    monkeypatch.setattr(consumers, "MOST_WAITING", 2)
    is_done = threading.Event()
    monkeypatch.setitem(COMMANDS, "pause", lambda code: is_done.wait(SECONDS))
    communicator = await opened(started, operator.key)

    for _ in range(4):
        await communicator.send_json_to({"type": "pause"})

    assert await close_code(communicator) == TOO_FAST
    is_done.set()


async def test_caller_has_so_many_sockets_and_not_one_more(monkeypatch, operator, started):
    monkeypatch.setattr(consumers, "MOST_OF_ONE_CALLER", 2)
    first, second = await opened(started, operator.key), await opened(started, operator.key)
    third = socket(started, operator.key)
    await third.connect(timeout=SECONDS)

    assert await close_code(third) == TOO_FAST
    await first.disconnect()
    name = await name_of(operator)
    await until(lambda: seats().count(f"socket {name}") == 1)
    fourth = await opened(started, operator.key)
    for communicator in (second, fourth):
        await communicator.disconnect()
    await until(lambda: seats().count(f"socket {name}") == 0)
    assert MOST_OF_ONE_CALLER == 50


async def name_of(caller):
    """Under which it is counted."""
    return f"key/{(await ApiKey.objects.aget(key_hash=hashed(caller.key))).pk}"


async def until(is_so):
    async with asyncio.timeout(SECONDS):
        while not is_so():  # noqa: ASYNC110  # nobody is told who leaves
            await asyncio.sleep(0.001)


async def test_key_that_is_revoked_closes_the_socket_and_shows_no_more(monkeypatch, operator, started, play):
    monkeypatch.setattr(watching, "LOOK_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(presence, "FRESH_SECONDS", -1.0)
    communicator = await opened(started, operator.key, 1)
    await ApiKey.objects.filter(key_hash=hashed(operator.key)).aupdate(revoked_at=timezone.now())

    assert await close_code(communicator) == NOT_SIGNED_IN
    await sync_to_async(play)(started)
    assert await communicator.receive_nothing(timeout=0.05)


async def test_revoked_key_commands_nothing_though_its_socket_is_still_open(operator, started):
    communicator = await opened(started, operator.key)
    await ApiKey.objects.filter(key_hash=hashed(operator.key)).aupdate(revoked_at=timezone.now())

    await communicator.send_json_to({"type": "cancel"})

    assert await close_code(communicator) == NOT_SIGNED_IN
    assert (await NegotiationRun.objects.aget(code=started)).status == "queued"


async def test_key_that_may_only_read_commands_nothing(operator, started):
    await ApiKey.objects.filter(key_hash=hashed(operator.key)).aupdate(scope="read")
    communicator = await opened(started, operator.key)
    kinds = (*COMMANDS, "decide", "message")

    answers = [await answer_to(communicator, {"type": kind, "message": "Hello"}) for kind in kinds]

    assert [answer["error_code"] for answer in answers] == ["FORBIDDEN"] * len(kinds)
    await communicator.disconnect()


async def test_commands_count_as_writes(settings, operator, started):
    communicator = await opened(started, operator.key)
    settings.RATE_LIMITS = True
    take = apps.get_app_config("marketplace").throttle.take
    name = await name_of(operator)
    while not take(Kind.WRITE, name):
        pass

    assert (await answer_to(communicator, {"type": "pause"}))["error_code"] == "RATE_LIMITED"
    await communicator.disconnect()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
async def test_watcher_comes_again_when_the_database_is_away(monkeypatch, operator, started, error):
    def fail(*arguments):
        raise error("gone")

    monkeypatch.setattr(watching, "read_room", fail)
    communicator = socket(started, operator.key)
    await communicator.connect(timeout=SECONDS)

    assert await close_code(communicator) == COME_AGAIN == 4012


async def test_client_that_leaves_before_it_is_let_in_is_looked_up_no_further(monkeypatch, started):
    given_up = asyncio.Event()

    async def admit(scope, code):
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    monkeypatch.setattr(consumers, "admit", admit)
    communicator = socket(started)
    await communicator.connect(timeout=SECONDS)

    await communicator.disconnect()

    async with asyncio.timeout(SECONDS):
        await given_up.wait()


async def test_fault_of_our_own_closes_the_socket_and_is_logged(monkeypatch, started, caplog):
    def fail(*arguments):
        raise ValueError("a fault")

    monkeypatch.setattr(consumers, "admit", fail)
    communicator = socket(started)
    await communicator.connect(timeout=SECONDS)

    assert await close_code(communicator) == FAILED == 1011
    assert "a watcher's socket failed" in caplog.text


async def test_command_meets_no_database(monkeypatch, operator, started):
    def fail(*arguments):
        raise OperationalError("gone")

    monkeypatch.setattr(consumers, "steer", fail)
    communicator = await opened(started, operator.key)

    assert (await answer_to(communicator, {"type": "pause"}))["error_code"] == "DATABASE_UNAVAILABLE"
    assert await close_code(communicator) == COME_AGAIN


async def test_command_about_a_room_that_was_deleted_meanwhile_finds_nothing(monkeypatch, operator, started):
    def fail(*arguments):
        raise NegotiationRun.DoesNotExist

    monkeypatch.setattr(consumers, "steer", fail)
    communicator = await opened(started, operator.key)

    assert (await answer_to(communicator, {"type": "pause"}))["error_code"] == "NOT_FOUND"


async def test_pace_is_set_and_everybody_on_the_socket_is_told(operator, started):
    communicator = await opened(started, operator.key)

    await communicator.send_json_to({"type": "pace", "turn_seconds": 0.5})
    await communicator.send_json_to({"type": "step"})
    told = [frame for frame in await read_to_all(communicator, {"pace", "step"}) if frame["type"] == "pace_changed"]

    assert [(frame["turn_seconds"], frame["pause_after_round"]) for frame in told] == [(0.5, None), (0.5, 1)]
    await communicator.disconnect()


async def read_to_all(communicator, commands):
    """All frames until these commands are answered and what they changed is told."""
    frames, changes = [], 0
    while commands or changes < 2:
        frames.append(await read(communicator))
        changes += frames[-1]["type"] == "pace_changed"
        if frames[-1]["type"] == "ack":
            commands = commands - {frames[-1]["command"]}
    return frames


@pytest.mark.parametrize("value", [-1, 61, "1", True, None])
async def test_pace_out_of_bounds_is_an_error_and_the_socket_goes_on(operator, started, value):
    communicator = await opened(started, operator.key)

    answer = await answer_to(communicator, {"type": "pace", "turn_seconds": value})

    assert (answer["type"], answer["error_code"]) == ("error", "VALIDATION_ERROR")
    assert await answer_to(communicator, {"type": "ping"}) == {"type": "pong"}
    await communicator.disconnect()


async def test_ping_is_answered(operator, started):
    communicator = await opened(started, operator.key)

    assert await answer_to(communicator, {"type": "ping"}) == {"type": "pong"}
    await communicator.disconnect()


@pytest.mark.parametrize("kind", ["websocket.disconnect", "_answer", None, [], "\ud800"])
async def test_unknown_command_is_an_error_and_the_socket_goes_on(operator, started, kind):
    communicator = await opened(started, operator.key)

    assert (await answer_to(communicator, {"type": kind}))["error_code"] == "VALIDATION_ERROR"
    assert await answer_to(communicator, {"type": "ping"}) == {"type": "pong"}
    await communicator.disconnect()


async def test_message_is_acknowledged_and_shown_to_all(operator, acme, started):
    speaker, listener = await opened(started, operator.key), await opened(started, acme.key, 1)

    answer = await answer_to(speaker, {"type": "message", "message": "What about the warranty?"})

    heard = await read(listener)
    assert (answer["type"], answer["command"]) == ("ack", "message")
    assert (heard["message"], heard["message_id"]) == ("What about the warranty?", answer["message_id"])
    await speaker.disconnect()
    await listener.disconnect()


@pytest.mark.parametrize("message", [None, "", "x" * 1001, 5, "\u0000"])
async def test_what_is_no_message_is_an_error(operator, started, message):
    communicator = await opened(started, operator.key)

    answer = await answer_to(communicator, {"type": "message", "message": message})

    assert (answer["type"], answer["error_code"]) == ("error", "VALIDATION_ERROR")
    assert [problem["field"] for problem in answer["details"]] == ["message"]
    await communicator.disconnect()


async def test_command_that_fails_for_a_reason_nobody_thought_of_is_answered_and_the_next_is_heard(
    operator, started, monkeypatch, caplog
):
    def fail(code):
        raise ArithmeticError("nobody thought of this")

    monkeypatch.setitem(consumers.COMMANDS, "pause", fail)
    communicator = await opened(started, operator.key)

    answer = await answer_to(communicator, {"type": "pause"})

    assert (answer["type"], answer["error_code"]) == ("error", "INTERNAL_ERROR")
    assert "nobody thought of this" in caplog.text
    assert await answer_to(communicator, {"type": "ping"}) == {"type": "pong"}
    await communicator.disconnect()


async def test_room_is_steered_over_the_socket(operator, room_id):
    communicator = await opened(room_id, operator.key)

    answers = [await answer_to(communicator, {"type": kind}) for kind in ("start", "pause", "resume")]

    assert answers == [{"type": "ack", "command": kind} for kind in ("start", "pause", "resume")]
    await communicator.disconnect()


@pytest.mark.parametrize("kind", ["decide", "cancel"])
async def test_room_is_ended_over_the_socket(operator, started, kind):
    communicator = await opened(started, operator.key)

    await communicator.send_json_to({"type": kind})

    assert (await read_to(communicator, "negotiation_complete"))[-1]["outcome"] == "no_deal"


async def test_decision_with_terms_of_its_own_is_refused_and_ends_nothing(operator, midway):
    communicator = await opened(midway, operator.key)

    answer = await answer_to(communicator, {"type": "decide", "decision_type": "no_deal"})

    assert (answer["error_code"], answer["details"][0]["field"]) == ("VALIDATION_ERROR", "decision_type")
    assert not await sync_to_async(Outcome.objects.exists)()
    await communicator.disconnect()


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("start", "NEGOTIATION_ALREADY_ACTIVE"),
        ("resume", "NEGOTIATION_NOT_ACTIVE"),
    ],
)
async def test_command_that_the_state_does_not_allow_is_an_error(operator, started, kind, code):
    communicator = await opened(started, operator.key)

    assert (await answer_to(communicator, {"type": kind}))["error_code"] == code
    await communicator.disconnect()


@pytest.mark.parametrize("role", ["acme", "watcher"])
async def test_seller_and_watcher_may_not_steer(acme, watcher, started, role):
    communicator = await opened(started, {"acme": acme, "watcher": watcher}[role].key)
    kinds = (*COMMANDS, "decide", "message")

    answers = [await answer_to(communicator, {"type": kind, "message": "Hello"}) for kind in kinds]

    assert [(answer["type"], answer["error_code"]) for answer in answers] == [("error", "FORBIDDEN")] * len(kinds)
    await communicator.disconnect()


async def test_buyer_may_steer_its_room(buyer, started):
    communicator = await opened(started, buyer.key)

    assert (await answer_to(communicator, {"type": "pause"}))["type"] == "ack"
    await communicator.disconnect()


async def test_watcher_that_leaves_is_not_counted_any_more(operator, started):
    communicator = await opened(started, operator.key)
    assert live_feed().watcher_count(UUID(started)) == 1

    await communicator.disconnect()

    async with asyncio.timeout(SECONDS):
        while live_feed().watcher_count(UUID(started)):  # noqa: ASYNC110  # nobody is told who leaves
            await asyncio.sleep(0)


FOREIGN = {
    "buyer": bodies.ACME_SECRETS + bodies.BOLT_SECRETS,
    "acme": ("603.57", *bodies.BOLT_SECRETS),
    "watcher": bodies.BUYER_SECRETS + bodies.ACME_SECRETS + bodies.BOLT_SECRETS,
}


@pytest.mark.parametrize("role", FOREIGN)
@pytest.mark.parametrize("session", [bodies.LIMIT_IS_KEPT], indirect=True, ids=["limit kept"])
async def test_socket_sends_no_secret_of_somebody_else(buyer, acme, watcher, played, role):
    communicator = socket(played, {"buyer": buyer, "acme": acme, "watcher": watcher}[role].key)
    await communicator.connect(timeout=SECONDS)

    text = json.dumps(await read_to(communicator, "negotiation_complete"))

    assert [secret for secret in FOREIGN[role] if secret in text] == []


async def test_socket_that_the_server_cuts_off_leaves_nothing_behind(operator, started):
    """As Daphne does with an application that had no time to hear of its client's going."""
    communicator = await opened(started, operator.key)
    await read(communicator)

    communicator.future.cancel()

    async with asyncio.timeout(SECONDS):
        while live_feed().watcher_count(UUID(started)) or tasks_of_consumers():  # noqa: ASYNC110  # nobody is told
            await asyncio.sleep(0.01)


def tasks_of_consumers():
    return [task for task in asyncio.all_tasks() if "Consumer" in repr(task.get_coro())]
