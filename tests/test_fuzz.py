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


def ask(client, key, case, ids):
    """The answer to the case; with `ids` it is about a room that is there."""
    made_up = case.path_parameters or {}
    path = case.path.format(**{"session_id": "x", "room_id": "x"} | made_up | ids)
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
    ids = {"session_id": session["session_id"], "room_id": room_id}
    asked = set()

    for operation in OPERATIONS:

        @quickly
        @given(case=operation.as_strategy(), is_real=st.booleans())
        def try_out(case, is_real):
            asked.add(case.operation.label)
            require_sane(case, ask(client, key, case, ids if is_real else {}))

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
        {"type": st.sampled_from(["message", "ping", "pause", "resume", "start", "nonsense"])},
        optional={"message": st.none() | st.text() | st.integers() | st.lists(st.text())},
    ).map(json.dumps),
)


async def close_code_after(room_id, key, frames):
    """Sends the frames and a last one that is none; the code with which the socket was closed."""
    headers = [(b"authorization", f"Bearer {key}".encode())]
    communicator = WebsocketCommunicator(application, f"/ws/negotiation/{room_id}/", headers=headers)
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
def test_no_frame_breaks_a_socket(operator, started, caplog):
    @quickly
    @given(frames=st.lists(JUNK, max_size=10))
    def try_out(frames):
        assert asyncio.run(close_code_after(started, operator.key, frames)) in (4400, 4429)

    with caplog.at_level(logging.WARNING):
        try_out()

    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
