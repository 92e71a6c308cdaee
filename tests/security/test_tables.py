"""The tables of docs/security.md against the code: nothing that exists is missing, and every line is true."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.urls import URLPattern, get_resolver, reverse

from marketplace import page_urls
from marketplace.api import api
from marketplace.identity import create_api_key
from marketplace.models import Role, Scope
from negotiation import routing
from negotiation.consumers import COMMANDS
from negotiation.core.events import Event
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer, SpectatorViewer, see
from tests import bodies
from tests.conftest import Api
from tests.core.test_visibility import EVENTS
from tests.negotiation.test_consumers import close_code, opened, socket
from tests.negotiation.test_sse import get as get_stream
from tests.security.callers import browsers, programs  # noqa: F401  # fixtures
from tests.security.tables import table

ROUTES, PAGES, TABLES = table("Route"), table("Page"), table("Table")
LIVE = {name: cells for name, cells in ROUTES.items() if "<" in name}
API = {name: cells for name, cells in ROUTES.items() if "<" not in name}
LET_THROUGH = {200, 202, 302, 409, 422}
BODIES = {
    "initialize": bodies.session(),
    "message": {"message": "Hello"},
    "decide": {"decision_type": "no_deal"},
}
# Those that end the room come last.
IN_THIS_ORDER = ("message", "decide", "pause", "resume", "start", "cancel")
ADMIN = {
    (200, 403): "look",
    (200, 200): "keep",
    (200, 302): "keep",
    (403, 403): "403",
    ("sign in", "sign in"): "sign in",
}


def test_every_route_of_the_api_has_a_line():
    documented = {
        f"{method.upper()} {path}" for path, calls in api.get_openapi_schema()["paths"].items() for method in calls
    }

    assert set(API) == documented | {"GET /api/openapi.json", "GET /api/docs", "GET /metrics"}


def test_every_live_route_has_a_line():
    streams = {f"GET /{pattern.pattern}" for pattern in routing.http_urlpatterns}
    sockets = {f"WS /{pattern.pattern}" for pattern in routing.websocket_urlpatterns}

    assert set(LIVE) == streams | sockets


def test_every_page_has_a_line():
    pages = {f"/{pattern.pattern}" for pattern in page_urls.urlpatterns}

    assert {name.split()[1] for name in PAGES} == pages


def test_every_path_of_the_site_is_in_one_of_the_tables():
    known = {name.split()[1].replace("{", "<").replace("}", ">") for name in {**API, **PAGES}}
    paths = {path for path in _paths(get_resolver().url_patterns) if not path.startswith("/admin/")}

    assert paths - {"/api/"} == known


def test_every_command_event_and_table_of_the_admin_has_a_line():
    assert set(table("Command")) == {*COMMANDS, "message"}
    assert set(table("Event")) == {kind.__name__ for kind in get_args(Event)}
    assert set(TABLES) == {model._meta.label_lower for model in admin.site._registry}


@pytest.mark.django_db
@pytest.mark.slow
def test_api_answers_each_role_as_the_table_says(programs, session, midway):  # noqa: F811
    found = {}
    for route, cells in API.items():
        method, path = route.split()
        place = path.removeprefix("/api/v1").format(session_id=session["session_id"], room_id=midway)
        found[route] = {role: _as_told(_status(programs[role], method, place), cell) for role, cell in cells.items()}

    assert found == API


@pytest.mark.django_db
@pytest.mark.slow
def test_pages_answer_each_role_as_the_table_says(browsers, session, midway):  # noqa: F811
    found = {}
    for page, cells in PAGES.items():
        method, path = page.split()
        code = midway if "rooms" in path else session["session_id"]
        place = path.replace("<uuid:code>", code).replace("<str:token>", "guessed")
        found[page] = {
            role: _as_told(_page_status(browsers[role], method, place), cell) for role, cell in cells.items()
        }

    assert found == PAGES


@pytest.mark.django_db
@pytest.mark.slow
def test_admin_answers_each_role_as_the_table_says(browsers, midway):  # noqa: F811
    found = {}
    for name, cells in TABLES.items():
        pages = [reverse(f"admin:{name.replace('.', '_')}_{page}") for page in ("changelist", "add")]
        found[name] = {
            role: ADMIN[tuple(_page_status(browsers[role], "GET", page) for page in pages)] for role in cells
        }

    assert found == TABLES


@pytest.mark.django_db
@pytest.mark.slow
def test_auditor_changes_nothing_in_the_admin(browsers, midway):  # noqa: F811
    for name in TABLES:
        row = apps.get_model(name).objects.first()
        pages = ["add"] if row is None else ["add", "change", "delete"]
        for page in pages:
            place = reverse(f"admin:{name.replace('.', '_')}_{page}", args=[] if page == "add" else [row.pk])

            assert browsers["auditor"].post(place, {"post": "yes"}).status_code == 403, place


@pytest.mark.django_db
def test_key_to_read_changes_nothing(midway, session):
    caller = Api(create_api_key("dashboard", Role.OPERATOR, scope=Scope.READ)[1])
    routes = [route.split() for route in API if not route.startswith("GET")]

    places = [
        (method, path.removeprefix("/api/v1").format(session_id=session["session_id"], room_id=midway))
        for method, path in routes
    ]

    assert {_status(caller, method, place) for method, place in places} == {403}
    assert _status(caller, "GET", f"/negotiation/{midway}/state") == 200


VIEWERS = {
    "watcher": SpectatorViewer(),
    "seller": SellerViewer("acme"),
    "other seller": SellerViewer("bolt"),
    "buyer": BuyerViewer(),
    "operator": OperatorViewer(),
}


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_each_event_is_shown_as_the_table_says(kind):
    event = EVENTS[kind]
    if hasattr(event, "note"):
        event = replace(event, note="why")

    shown = {role: see(event, viewer) for role, viewer in VIEWERS.items()}

    told = {role: "none" if seen is None else "whole" if seen == event else "part" for role, seen in shown.items()}
    assert told == table("Event")[kind.__name__]


@pytest.mark.django_db(transaction=True)
async def test_streams_and_sockets_let_in_whom_the_table_says(programs, played):  # noqa: F811
    stream, ws = (LIVE[name] for name in sorted(LIVE))

    statuses = {role: (await get_stream(played, caller.key))[0] for role, caller in programs.items()}
    codes = {role: await _socket_code(played, caller.key) for role, caller in programs.items()}

    assert {role: _as_told(status, stream[role]) for role, status in statuses.items()} == stream
    assert {role: _as_told(code, ws[role]) for role, code in codes.items()} == ws


@pytest.mark.django_db(transaction=True)
async def test_commands_are_taken_from_whom_the_table_says(programs, room_id, other_session):  # noqa: F811
    rooms = {"operator": other_session["negotiation_rooms"][0]["room_id"]}
    found = {}
    for role in ("watcher", "seller", "auditor", "buyer", "operator"):
        communicator = await opened(rooms.get(role, room_id), programs[role].key)
        for command in IN_THIS_ORDER:
            await communicator.send_json_to({"type": command, "message": "Hello"})
            found.setdefault(command, {})[role] = await _told(communicator)
        await communicator.disconnect()

    assert found == table("Command")


async def _told(communicator):
    while True:
        frame = await communicator.receive_json_from(timeout=20)
        if frame["type"] in ("ack", "error"):
            return "FORBIDDEN" if frame.get("error_code") == "FORBIDDEN" else "yes"


async def _socket_code(room_id, key):
    communicator = socket(room_id, key)
    await communicator.connect(timeout=20)
    async with asyncio.timeout(20):
        code = await close_code(communicator)
    await communicator.disconnect()
    return 200 if code == 1000 else code


def _paths(patterns, before: str = "/") -> Iterator[str]:
    for pattern in patterns:
        path = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield path
        else:
            yield from _paths(pattern.url_patterns, path)


def _status(caller, method, place):
    """What the caller is answered; what it changed is rolled back."""
    with transaction.atomic():
        if place.startswith(("/api/", "/metrics")):
            response = caller._client.get(place, headers=caller._headers)
        elif method == "POST":
            response = caller.post(place, BODIES.get(place.rsplit("/", 1)[1]))
        else:
            response = caller.send(method, place)
        transaction.set_rollback(True)
    return response.status_code


def _page_status(browser, method, place):
    with transaction.atomic():
        response = getattr(browser, method.lower())(place)
        transaction.set_rollback(True)
    is_sent_away = response.status_code == 302 and "/login/?" in response["Location"]
    return "sign in" if is_sent_away else response.status_code


def _as_told(status, expected):
    """The status in the words of the table."""
    if expected in ("yes", "part") and status in LET_THROUGH:
        return expected
    return str(status)


def test_roles_in_the_tables_are_those_there_are():
    assert {role for cells in API.values() for role in cells} >= {role.value for role in Role}
