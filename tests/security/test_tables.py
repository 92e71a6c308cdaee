"""The tables of docs/security.md against the code: nothing that exists is missing, and every line is true."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.urls import URLPattern, get_resolver, reverse

from marketplace.api import api
from marketplace.identity import create_api_key
from marketplace.models import Role, Scope
from marketplace.pages import urls
from negotiation import routing
from negotiation.consumers import COMMANDS
from negotiation.core.events import Event
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer, SpectatorViewer, see
from negotiation.desk_consumers import DESK_COMMANDS
from negotiation.models import Participant
from tests import bodies
from tests.arenas import an_arena
from tests.conftest import Api
from tests.core.test_visibility import EVENTS
from tests.negotiation.test_consumers import close_code, opened, socket
from tests.negotiation.test_desk_consumers import desk_opened, desk_socket
from tests.negotiation.test_session_consumers import FOLLOW, feed, get_feed
from tests.negotiation.test_spectating import stream_of, watching_by
from tests.negotiation.test_sse import get as get_stream
from tests.security.callers import browsers, ids_around, programs  # noqa: F401  # fixtures
from tests.security.tables import table
from tests.trading import trade_beside

ROUTES, PAGES, TABLES = table("Route"), table("Page"), table("Table")
LIVE = {name: cells for name, cells in ROUTES.items() if "<" in name}
API = {name: cells for name, cells in ROUTES.items() if "<" not in name}
LET_THROUGH = {200, 201, 202, 302, 409, 422}
BODIES = {
    "initialize": bodies.session(),
    "message": {"message": "Hello"},
    "decide": {"decision_type": "no_deal", "decision": "reject"},
    "pace": {"turn_seconds": 0.5},
    "spectator-links": {},
    "offer": {"price": 600, "quantity": 50},
    "messages": {"message": "Hello"},
    "read": {"up_to_seq": 1},
    "seat": {"holder": "agent"},
    "branch": {"after_round": 0},
    "auto-negotiate": {"enabled": True},
    "auto-accept": {"enabled": False},
    "start": {"match_token": "guessed", "seat": "agent"},
    "cancel": {"reason": "No budget"},
    "confirm": {},
    "curve": {"buyer": {"max_price_per_unit": 600}},
    "arenas": {
        "buyers": ["strategy"],
        "sellers": ["strategy"],
        "scenarios": {"bundled": [{"kind": "two", "count": 1}]},
    },
    "notification-targets": {"channel": "email", "address": "desk@example.com"},
    **{act: {} for act in ("accept", "reject", "withdraw", "walk-away", "ai-suggest")},
}
QUERIES = {"/api/v1/trade-desk/matches": "?session_id={session_id}&item_id=laptop_hp_15"}
# Those that end the room come last.
IN_THIS_ORDER = ("message", "pace", "step", "decide", "pause", "resume", "start", "cancel")
# Whom an operator acts for; everybody else has one side.
SIDES = {"operator": {"party": "buyer"}}
# Whose seat sellers ask about.
SEATS = {"buyer": None, "seller": {"least_price": 500, "selling_price": 600}}
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
    pages = {f"/{pattern.pattern}" for pattern in urls.urlpatterns}

    assert {name.split()[1] for name in PAGES} == pages


def test_every_path_of_the_site_is_in_one_of_the_tables():
    known = {name.split()[1].replace("{", "<").replace("}", ">") for name in {**API, **PAGES}}
    paths = {path for path in _paths(get_resolver().url_patterns) if not path.startswith("/admin/")}

    assert paths - {"/api/"} == known


def test_every_command_event_and_table_of_the_admin_has_a_line():
    assert set(table("Command")) == {*COMMANDS, "decide", "message", "pace"}
    assert set(table("Desk command")) == set(DESK_COMMANDS)
    assert set(table("Event")) == {kind.__name__ for kind in get_args(Event)}
    assert set(TABLES) == {model._meta.label_lower for model in admin.site._registry}


@pytest.mark.django_db
@pytest.mark.slow
def test_api_answers_each_role_as_the_table_says(programs, session, midway):  # noqa: F811
    found, ids = {}, ids_around(session, midway)
    for route, cells in API.items():
        method, path = route.split()
        place = (path.removeprefix("/api/v1") + QUERIES.get(path, "")).format(**ids)
        statuses = {role: _status(programs[role], method, place, _side(role, place)) for role in cells}
        found[route] = {role: _as_told(statuses[role], cell) for role, cell in cells.items()}

    assert found == API


@pytest.mark.django_db
@pytest.mark.slow
def test_pages_answer_each_role_as_the_table_says(browsers, session, midway):  # noqa: F811
    found, number = {}, trade_beside(Participant.objects.get(run__code=midway, name="Acme")).number
    arena = str(an_arena().code)
    for page, cells in PAGES.items():
        method, path = page.split()
        code = arena if "arenas" in path else _code_in(path, session["session_id"], midway)
        place = path.replace("<uuid:code>", code).replace("<str:token>", "guessed").replace("<str:number>", number)
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
    ids = ids_around(session, midway)

    places = [(method, path.removeprefix("/api/v1").format(**ids)) for method, path in routes]

    assert {_status(caller, method, place) for method, place in places} == {403}
    assert _status(caller, "GET", f"/negotiation/{midway}/state") == 200


VIEWERS = {
    "watcher": SpectatorViewer(),
    "spectator, shown the talk": SpectatorViewer(is_stranger=True, shows_talk=True),
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
async def test_streams_and_sockets_let_in_whom_the_table_says(programs, session, played):  # noqa: F811
    stream, session_stream, watch_stream, ws, session_ws, desk, watch_ws = (LIVE[name] for name in sorted(LIVE))
    session_id = session["session_id"]
    thread = await sync_to_async(lambda: str(Participant.objects.get(run__code=played, name="Acme").code))()

    statuses = {role: (await get_stream(played, caller.key))[0] for role, caller in programs.items()}
    codes = {role: await _socket_code(socket(played, caller.key)) for role, caller in programs.items()}
    of_session = {role: (await get_feed(session_id, caller.key))[0] for role, caller in programs.items()}
    feed_codes = {role: await _socket_code(feed(session_id, caller.key), FOLLOW) for role, caller in programs.items()}
    desk_codes = {role: await _socket_code(desk_socket(thread, caller.key)) for role, caller in programs.items()}
    by_link = {role: (await stream_of("guessed"))[0] for role in programs}
    watch_codes = {role: await _socket_code(watching_by("guessed")) for role in programs}

    assert {role: _as_told(status, stream[role]) for role, status in statuses.items()} == stream
    assert {role: _as_told(code, ws[role]) for role, code in codes.items()} == ws
    assert {role: _as_told(status, session_stream[role]) for role, status in of_session.items()} == session_stream
    assert {role: _as_told(code, session_ws[role]) for role, code in feed_codes.items()} == session_ws
    assert {role: _as_told(code, desk[role]) for role, code in desk_codes.items()} == desk
    assert {role: _as_told(status, watch_stream[role]) for role, status in by_link.items()} == watch_stream
    assert {role: _as_told(code, watch_ws[role]) for role, code in watch_codes.items()} == watch_ws


@pytest.mark.django_db(transaction=True)
async def test_commands_are_taken_from_whom_the_table_says(programs, room_id, other_session):  # noqa: F811
    rooms = {"operator": other_session["negotiation_rooms"][0]["room_id"]}
    found = {}
    for role in ("watcher", "seller", "auditor", "buyer", "operator"):
        communicator = await opened(rooms.get(role, room_id), programs[role].key)
        for command in IN_THIS_ORDER:
            await communicator.send_json_to({"type": command, "message": "Hello", "turn_seconds": 0})
            found.setdefault(command, {})[role] = await _told(communicator)
        await communicator.disconnect()

    assert found == table("Command")


@pytest.mark.django_db(transaction=True)
async def test_commands_in_a_thread_are_taken_from_whom_the_table_says(programs, midway):  # noqa: F811
    thread = await sync_to_async(lambda: str(Participant.objects.get(run__code=midway, name="Acme").code))()
    found = {}
    for role in ("seller", "buyer", "auditor", "operator"):
        communicator = await desk_opened(thread, programs[role].key, party="buyer" if role == "operator" else "")
        for command in DESK_COMMANDS:
            body = BODIES.get(command, BODIES["messages"] | BODIES["read"])
            await communicator.send_json_to({"type": command, **body})
            if command != "typing" or role == "auditor":
                found.setdefault(command, {})[role] = await _told(communicator)
        await communicator.disconnect()
    found["typing"] |= dict.fromkeys(("seller", "buyer", "operator"), "yes")  # it is not answered

    assert found == table("Desk command")


async def _told(communicator):
    while True:
        frame = await communicator.receive_json_from(timeout=20)
        if frame["type"] in ("ack", "error"):
            return "FORBIDDEN" if frame.get("error_code") == "FORBIDDEN" else "yes"


async def _socket_code(communicator, first=None):
    await communicator.connect(timeout=20)
    if first is not None:
        await communicator.send_json_to(first)
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


def _side(role, place):
    if "/trade-desk/" in place:
        return SIDES.get(role)
    return SEATS if place.endswith("/curve") and "seller" in role else None


def _status(caller, method, place, side=None):
    """What the caller is answered; what it changed is rolled back."""
    body = BODIES.get(place.rsplit("/", 1)[1])
    if side and body is not None:
        body = {**body, **side}
    with transaction.atomic():
        if place.startswith(("/api/", "/metrics")):
            response = caller._client.get(place, headers=caller._headers)
        elif method == "POST":
            response = caller.post(place, body)
        else:
            response = caller.send(method, place)
        transaction.set_rollback(True)
    return response.status_code


def _page_status(browser, method, place):
    with transaction.atomic():
        response = browser.post(place, {"reason": "No budget"}) if method == "POST" else browser.get(place)
        transaction.set_rollback(True)
    is_sent_away = response.status_code == 302 and "/login/?" in response["Location"]
    return "sign in" if is_sent_away else response.status_code


def _code_in(path, session_id, room_id):
    """Of what the page shows: a session, its room, or the room's thread with the seller whom all tests know."""
    if "negotiations" in path:
        return str(Participant.objects.get(run__code=room_id, name="Acme").code)
    return room_id if "rooms" in path else session_id


def _as_told(status, expected):
    """The status in the words of the table."""
    if expected in ("yes", "part") and status in LET_THROUGH:
        return expected
    return str(status)


def test_roles_in_the_tables_are_those_there_are():
    assert {role for cells in API.values() for role in cells} >= {role.value for role in Role}
