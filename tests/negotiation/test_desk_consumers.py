import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from marketplace.asgi import application
from negotiation import desk_consumers
from negotiation.attendance import GONE_AFTER_SECONDS, Attendance
from negotiation.core.vocabulary import Party
from negotiation.models import Participant, ReadMark, RunEvent
from tests import bodies
from tests.negotiation.test_consumers import close_code, read_to, socket

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 20


@pytest.fixture(autouse=True)
def quick_rhythm(settings):
    settings.STREAM = replace(settings.STREAM, heartbeat_seconds=0.02)


@pytest.fixture
def session(open_session):
    acme, bolt = bodies.two_sellers()
    return open_session(sellers=[{**acme, "mind": "external"}, bolt])


@pytest.fixture
def asked(started, play):
    play(started)
    return started


@pytest.fixture
def thread(seller_ids):
    return str(Participant.objects.get(seller_code=seller_ids["Acme"]).code)


def desk_socket(thread, key="", after="", party=""):
    headers = [(b"authorization", f"Bearer {key}".encode())] if key else []
    address = f"/ws/trade-desk/{thread}/?after={after}&party={party}"
    return WebsocketCommunicator(application, address, headers=headers)


async def desk_opened(*arguments, **options):
    """A socket that is connected; its first frame has been read."""
    communicator = desk_socket(*arguments, **options)
    await communicator.connect(timeout=SECONDS)
    assert (await communicator.receive_json_from(timeout=SECONDS))["type"] == "connected"
    return communicator


async def answer_to(communicator, command):
    await communicator.send_json_to(command)
    return (await read_to(communicator, "ack", "error", "pong"))[-1]


async def read_until(communicator, is_wanted):
    """The first frame that is."""
    async with asyncio.timeout(SECONDS):
        while not is_wanted(frame := await communicator.receive_json_from(timeout=SECONDS)):
            pass
    return frame


def is_presence(**there):
    return lambda frame: frame["type"] == "presence" and there.items() <= frame.items()


async def frames_of(room_id, caller, thread=""):
    """All that a finished room has told somebody, or of one thread alone."""
    communicator = desk_socket(thread, caller.key) if thread else socket(room_id, caller.key)
    await communicator.connect(timeout=SECONDS)
    frames = await read_to(communicator, "negotiation_complete")
    await communicator.disconnect()
    return [frame for frame in frames if "seq" in frame]


async def test_seller_reads_in_its_thread_what_the_room_tells_it(acme, operator, asked, thread):
    await sync_to_async(operator.post)(f"/negotiation/{asked}/decide")

    assert await frames_of(asked, acme, thread) == await frames_of(asked, acme)


async def test_buyer_reads_in_a_thread_nothing_of_the_others(buyer, operator, seller_ids, asked, thread):
    await sync_to_async(operator.post)(f"/negotiation/{asked}/decide")

    in_thread, in_room = await frames_of(asked, buyer, thread), await frames_of(asked, buyer)

    assert {frame.get("seller_id") for frame in in_thread} == {None, seller_ids["Acme"]}
    assert {frame.get("seller_id") for frame in in_room} == {None, *seller_ids.values()}


async def test_first_frame_names_no_other_seller(buyer, asked, thread):
    communicator = desk_socket(thread, buyer.key)
    await communicator.connect(timeout=SECONDS)

    first = await communicator.receive_json_from(timeout=SECONDS)

    assert [seller["seller_name"] for seller in first["sellers"]] == ["Acme"]
    await communicator.disconnect()


@pytest.mark.parametrize("code", ["nonsense", bodies.NO_ID])
async def test_thread_that_is_not_there_is_not_found(acme, asked, code):
    communicator = desk_socket(code, acme.key)
    await communicator.connect(timeout=SECONDS)

    assert await close_code(communicator) == 4404


@pytest.mark.parametrize("role", ["buyer", "seller"])
async def test_thread_of_others_is_not_there(outsiders, asked, thread, role):
    communicator = desk_socket(thread, outsiders[role].key)
    await communicator.connect(timeout=SECONDS)

    assert await close_code(communicator) == 4404


async def test_stranger_is_told_to_sign_in(asked, thread):
    communicator = desk_socket(thread)
    await communicator.connect(timeout=SECONDS)

    assert await close_code(communicator) == 4401


async def test_moves_are_made_and_told_to_the_other_side(acme, buyer, asked, thread):
    seller, other = await desk_opened(thread, acme.key), await desk_opened(thread, buyer.key, after="9999")

    said = await answer_to(seller, {"type": "message", "message": "One moment."})
    made = await answer_to(seller, {"type": "offer", "price": 610.5, "quantity": 50})

    assert (said["command"], said["proposed_offer"]) == ("message", None)
    assert (made["type"], made["command"]) == ("ack", "offer")
    frame = await read_until(other, lambda frame: frame.get("offer") is not None)
    assert (frame["offer"]["price"], frame["moved_by"]) == (610.5, "program")
    await seller.disconnect()
    await other.disconnect()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"type": "offer", "price": 1, "quantity": 50}, "OUTSIDE_MANDATE"),
        ({"type": "offer", "price": "x", "quantity": 50}, "VALIDATION_ERROR"),
        ({"type": "offer"}, "VALIDATION_ERROR"),
        ({"type": "accept", "offer_id": str(uuid4())}, "OFFER_NOT_LIVE"),
        ({"type": "withdraw"}, "OFFER_NOT_LIVE"),
        ({"type": "message", "message": "x" * 1001}, "VALIDATION_ERROR"),
        ({"type": "read", "up_to_seq": -1}, "VALIDATION_ERROR"),
        ({"type": "offer", "price": 600, "quantity": 50, "party": "buyer"}, "FORBIDDEN"),
        ({"type": "start"}, "VALIDATION_ERROR"),
        ({"type": "nonsense"}, "VALIDATION_ERROR"),
        ({"type": 5}, "VALIDATION_ERROR"),
    ],
)
async def test_command_that_is_refused_changes_nothing(acme, asked, thread, command, code):
    communicator = await desk_opened(thread, acme.key)
    before = await sync_to_async(RunEvent.objects.count)()

    answer = await answer_to(communicator, command)

    assert (answer["type"], answer["error_code"]) == ("error", code)
    assert await sync_to_async(RunEvent.objects.count)() == before
    await communicator.disconnect()


async def test_own_limits_are_told_as_what_may_be_overruled(acme, asked, thread):
    communicator = await desk_opened(thread, acme.key)

    refused = await answer_to(communicator, {"type": "offer", "price": 400, "quantity": 50})
    taken = await answer_to(communicator, {"type": "offer", "price": 400, "quantity": 50, "overrule": True})

    assert refused["details"][0]["can_overrule"] is True
    assert taken["type"] == "ack"
    await communicator.disconnect()


async def test_operator_who_names_no_side_is_told_which_field_is_missing(operator, asked, thread):
    communicator = await desk_opened(thread, operator.key)

    refused = await answer_to(communicator, {"type": "offer", "price": 600, "quantity": 50})

    assert (refused["error_code"], refused["details"][0]["field"]) == ("VALIDATION_ERROR", "party")
    await communicator.disconnect()


async def test_reading_is_told_to_the_other_side(acme, buyer, asked, thread):
    seller, other = await desk_opened(thread, acme.key), await desk_opened(thread, buyer.key)

    await answer_to(seller, {"type": "read", "up_to_seq": 3})

    frame = await read_until(other, lambda frame: frame["type"] == "read")
    assert (frame["party"], frame["up_to_seq"]) == ("seller", 3)
    assert await sync_to_async(lambda: ReadMark.objects.get().seq)() == 3
    await seller.disconnect()
    await other.disconnect()


async def test_typing_is_shown_to_the_other_side_and_not_to_oneself(acme, buyer, asked, thread):
    seller, other = await desk_opened(thread, acme.key), await desk_opened(thread, buyer.key)

    await seller.send_json_to({"type": "typing"})
    frame = await read_until(other, lambda frame: frame["type"] == "typing")
    await seller.send_json_to({"type": "ping"})
    shown = await read_to(seller, "pong")

    assert (frame["sender_type"], frame["sender_name"], frame["moved_by"]) == ("seller", "Acme", "program")
    assert "typing" not in {frame["type"] for frame in shown}
    await seller.disconnect()
    await other.disconnect()


async def test_typing_and_presence_stay_in_the_thread(acme, bolt, operator, asked, thread):
    stranger, looking = socket(asked, bolt.key), await desk_opened(thread, operator.key)
    await stranger.connect(timeout=SECONDS)
    seller = await desk_opened(thread, acme.key)

    await seller.send_json_to({"type": "typing"})
    await read_until(looking, lambda frame: frame["type"] == "typing")
    await stranger.send_json_to({"type": "ping"})
    shown = await read_to(stranger, "pong")

    assert {frame["type"] for frame in shown} & {"typing", "presence", "read"} == set()
    for communicator in (seller, looking, stranger):
        await communicator.disconnect()


async def test_both_sides_see_the_other_come_and_go(acme, buyer, asked, thread):
    seller = await desk_opened(thread, acme.key)
    await read_until(seller, is_presence(seller=True, buyer=False))

    other = await desk_opened(thread, buyer.key)
    await read_until(seller, is_presence(buyer=True))
    await read_until(other, is_presence(seller=True))
    await other.disconnect()

    await read_until(seller, is_presence(buyer=False))
    await seller.disconnect()


async def test_side_with_two_windows_is_there_until_the_last_is_closed(acme, buyer, asked, thread, monkeypatch):
    monkeypatch.setattr(desk_consumers, "TELL_SECONDS", 60.0)  # so that it is told at once, or too late
    seller = await desk_opened(thread, acme.key)
    first, second = await desk_opened(thread, buyer.key), await desk_opened(thread, buyer.key)
    await read_until(seller, is_presence(buyer=True))

    await first.disconnect()
    await read_until(seller, is_presence(buyer=False))
    await read_until(seller, is_presence(buyer=True))
    await second.disconnect()

    await read_until(seller, is_presence(buyer=False))
    await seller.disconnect()


async def test_operator_who_looks_on_is_nobody_there(acme, operator, asked, thread, monkeypatch):
    monkeypatch.setattr(desk_consumers, "TELL_SECONDS", 0.01)
    looking = await desk_opened(thread, operator.key, party="buyer")
    seller = await desk_opened(thread, acme.key)
    await read_until(looking, is_presence(seller=True))

    shown = await read_until(seller, is_presence())

    assert (shown["seller"], shown["buyer"]) == (True, False)
    await seller.disconnect()
    await looking.disconnect()


def test_side_that_falls_silent_has_left():
    now = [0.0]
    attendance = Attendance(Party.SELLER, lambda: now[0])
    attendance.hear(Party.BUYER, is_here=True)

    assert attendance.news() == {"buyer": True, "seller": True}
    now[0] = GONE_AFTER_SECONDS
    assert attendance.news() == {"buyer": False, "seller": True}
    assert attendance.news() is None
