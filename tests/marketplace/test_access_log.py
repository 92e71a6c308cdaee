import logging

import pytest
from django.test import Client

from marketplace.logging_setup import correlation_id
from negotiation.consumers import COMMANDS
from tests import accounts
from tests.negotiation.test_consumers import close_code, opened, read_to, socket
from tests.negotiation.test_sse import get

pytestmark = pytest.mark.django_db(transaction=True)

STREAM = "api/v1/negotiation/<str:room_id>/stream"
SOCKET = "ws/negotiation/<str:room_id>/"


@pytest.fixture(autouse=True)
def access_log(settings, caplog):
    settings.ACCESS_LOG = True
    caplog.set_level(logging.INFO, "marketplace.access")


@pytest.fixture
def noted(caplog):
    """What the access log has told so far: method, route, outcome and who."""

    def told():
        lines = [vars(record)["access"] for record in caplog.records if record.name == "marketplace.access"]
        return [(line["method"], line["route"], line["outcome"], line["who"]) for line in lines]

    return told


def test_nothing_is_noted_unless_it_is_asked_for(noted, settings, anonymous):
    settings.ACCESS_LOG = False

    anonymous.get("/health/live")

    assert noted() == []


def test_request_has_a_line_that_names_its_route_and_caller_and_no_id(noted, operator, room_id, caplog):
    caplog.clear()

    operator.get(f"/negotiation/{room_id}/state")

    [(method, route, outcome, who)] = noted()
    assert (method, outcome, who[:4]) == ("GET", "200", "key/")
    assert room_id not in caplog.text
    assert route == "api/v1/negotiation/<room_id>/state"


def test_page_has_a_line_with_the_account(noted, client):
    account = accounts.operator()
    client.force_login(account)

    client.get("/")

    assert noted() == [("GET", "", "200", f"user/{account.pk}")]


def test_stranger_has_no_name(noted):
    Client().get("/")

    assert noted() == [("GET", "", "302", "")]


async def test_stream_has_a_line_as_it_opens_and_one_as_it_closes(noted, operator, played):
    before = len(noted())

    await get(played, operator.key)

    opening, closing = noted()[before:]
    assert [opening[:3], closing[:3]] == [("GET", STREAM, "open"), ("GET", STREAM, "200")]
    assert opening[3] == closing[3] != ""


async def test_stream_that_is_refused_has_one_line(noted, played):
    before = len(noted())

    await get(played)

    assert noted()[before:] == [("GET", STREAM, "401", "")]


async def test_socket_has_a_line_as_it_opens_and_one_as_it_closes(noted, operator, played):
    before = len(noted())
    communicator = await opened(played, operator.key)
    await read_to(communicator, "negotiation_complete")
    await close_code(communicator)

    await communicator.disconnect()

    opening, closing = noted()[before:]
    assert [opening[:3], closing[:3]] == [("WS", SOCKET, "open"), ("WS", SOCKET, "1000")]
    assert opening[3] == closing[3] != ""


async def test_socket_that_is_refused_has_one_line_with_the_code(noted, played):
    before = len(noted())
    communicator = socket(played)
    await communicator.connect(timeout=20)
    await close_code(communicator)

    await communicator.disconnect()

    assert noted()[before:] == [("WS", SOCKET, "4401", "")]


async def test_lines_of_a_stream_carry_the_id_that_its_answer_tells(caplog, operator, played):
    caplog.handler.addFilter(note_correlation)

    _, headers, _ = await get(played, operator.key, x_request_id="order-17")

    caplog.handler.removeFilter(note_correlation)
    streams = [record for record in caplog.records if STREAM in record.getMessage()]
    assert {vars(record)["seen_correlation"] for record in streams} == {"order-17"}
    assert (b"x-request-id", b"order-17") in headers


async def test_commands_of_a_socket_carry_the_id_of_its_handshake(caplog, operator, started, monkeypatch):
    seen = []
    monkeypatch.setitem(COMMANDS, "pause", lambda code: seen.append(correlation_id.get()))
    communicator = await opened(started, operator.key, **{"x-request-id": "order-18"})

    await communicator.send_json_to({"type": "pause"})
    await read_to(communicator, "ack")

    await communicator.disconnect()
    assert seen == ["order-18"]


def note_correlation(record):
    record.seen_correlation = correlation_id.get()
    return True
