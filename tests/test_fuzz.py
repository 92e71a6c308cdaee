"""Requests and frames made up by machine: none may break the server. PARLEY_FUZZ sets how many for each endpoint."""

import asyncio
import json
import logging
import os
from datetime import timedelta

import pytest
import schemathesis
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.utils.dateparse import parse_datetime
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from marketplace.api import STATUSES, api
from marketplace.asgi import application
from negotiation.desk_consumers import DESK_COMMANDS
from tests import bodies
from tests.security.callers import ids_around

EXAMPLES = int(os.environ.get("PARLEY_FUZZ", "8"))
SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema())))
# What deletes comes last, or there would be nothing left to ask for.
OPERATIONS = sorted((found.ok() for found in SCHEMA.get_all_operations()), key=lambda found: found.method == "delete")
ROLES = ("operator", "buyer", "acme", "nobody")
SECONDS = 20

quickly = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=EXAMPLES <= 8,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
pytestmark = pytest.mark.slow


def test_description_of_the_api_is_valid():
    SCHEMA.validate()


@pytest.fixture
def session(open_session):
    """A program holds Acme's seat: its room waits, and goes on with what is made up."""
    acme, bolt = bodies.two_sellers()
    return open_session(sellers=[{**acme, "mind": "external"}, bolt])


def ask(client, key, case, ids, *, is_real):
    """The answer to the case, which is about what is there, or about whatever the case makes up."""
    made_up = case.path_parameters or {}
    path = case.path.format(**dict.fromkeys(ids, "x") | made_up | (ids if is_real else {}))
    headers = {name: str(value) for name, value in (case.headers or {}).items()}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    sent = case.as_transport_kwargs(base_url="http://localhost").get("json")
    body = b"" if sent is None else json.dumps(sent).encode()
    return client.generic(case.method, path, body, "application/json", query_params=case.query or {}, headers=headers)


def require_sane(case, response):
    documented = {int(status) for status in case.operation.definition.raw["responses"]}
    assert response.status_code < 500, response.content
    assert response.status_code in documented
    if response.status_code >= 400:
        error = response.json()["error"]
        assert set(error) == {"code", "message", "details", "timestamp"}
        assert STATUSES[error["code"]] == response.status_code
        assert parse_datetime(error["timestamp"]).utcoffset() == timedelta(0)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_no_request_breaks_the_api(role, request, session, room_id, played):
    client = Client(raise_request_exception=False)
    key = "" if role == "nobody" else request.getfixturevalue(role).key
    ids = ids_around(session, room_id)
    asked = set()

    for operation in OPERATIONS:

        @quickly
        @given(case=operation.as_strategy(), is_real=st.booleans())
        def try_out(case, is_real):
            asked.add(case.operation.label)
            require_sane(case, ask(client, key, case, ids, is_real=is_real))

        try_out()

    assert asked == {operation.label for operation in OPERATIONS} != set()


JUNK = st.one_of(
    st.text(),
    st.binary(),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).map(json.dumps),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["ping", "pause", "resume", "start", "nonsense", *DESK_COMMANDS])},
        optional={
            "message": st.none() | st.text() | st.integers() | st.lists(st.text()),
            "price": st.none() | st.floats() | st.integers() | st.text(),
            "quantity": st.none() | st.floats() | st.integers() | st.booleans(),
            "offer_id": st.none() | st.text() | st.uuids().map(str),
            "up_to_seq": st.none() | st.floats() | st.integers(),
            "terms": st.none() | st.dictionaries(st.text(), st.integers()),
        },
    ).map(json.dumps),
)


async def close_code_after(address, key, frames):
    """Sends the frames and a last one that is none; the code with which the socket was closed."""
    headers = [(b"authorization", f"Bearer {key}".encode())]
    communicator = WebsocketCommunicator(application, address, headers=headers)
    await communicator.connect(timeout=SECONDS)
    for frame in (*frames, "[]"):
        kind = "text" if isinstance(frame, str) else "bytes"
        await communicator.send_input({"type": "websocket.receive", kind: frame})
    async with asyncio.timeout(SECONDS):
        while (message := await communicator.receive_output(timeout=SECONDS))["type"] != "websocket.close":
            pass
    await communicator.disconnect()
    return message["code"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["negotiation", "trade-desk"])
def test_no_frame_breaks_a_socket(operator, acme, session, played, caplog, way):
    code = played if way == "negotiation" else ids_around(session, played)["negotiation_id"]
    caller = operator if way == "negotiation" else acme

    @quickly
    @given(frames=st.lists(JUNK, max_size=10))
    def try_out(frames):
        assert asyncio.run(close_code_after(f"/ws/{way}/{code}/", caller.key, frames)) in (4400, 4429)

    with caplog.at_level(logging.WARNING):
        try_out()

    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
