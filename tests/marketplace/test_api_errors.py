import json
from collections import defaultdict
from datetime import timedelta
from functools import partial

import pytest
from channels.testing import HttpCommunicator
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from marketplace.api import api
from marketplace.asgi import application
from marketplace.identity import create_api_key
from marketplace.models import ApiKey, Role, Session
from negotiation import services
from tests import accounts, bodies
from tests.conftest import Api

pytestmark = pytest.mark.django_db

SESSIONS = ("GET /simulation", "POST /simulation/initialize")
SESSION = (
    "GET /simulation/{session}",
    "DELETE /simulation/{session}",
    "GET /simulation/{session}/summary",
)
STEERING = tuple(f"POST /negotiation/{{room}}/{act}" for act in ("start", "decide", "pause", "resume", "cancel"))
MESSAGE = "POST /negotiation/{room}/message"
CALLS = "GET /negotiation/{room}/model-calls"
PACING = ("POST /negotiation/{room}/step", "POST /negotiation/{room}/pace")
SPECTATORS = (
    "GET /negotiation/{room}/spectator-links",
    "POST /negotiation/{room}/spectator-links",
    "DELETE /negotiation/{room}/spectator-links/{link_id}",
)
BELIEFS = "GET /negotiation/{room}/beliefs"
WHY = "GET /negotiation/{room}/why/{seq}"
BRANCHES = ("POST /negotiation/{room}/branch", "GET /negotiation/{room}/branches")
WATCHING = ("GET /negotiation/{room}/state", "GET /logs/{session}/{room}")
ENDPOINTS = (
    *(*SESSIONS, *SESSION, *STEERING, *PACING, MESSAGE, CALLS, BELIEFS, WHY, *BRANCHES, *SPECTATORS, *WATCHING),
    "GET /llm/status",
)
OPEN = ("GET /health", "GET /health/live", "GET /health/ready")
DESCRIBED = sorted(
    f"{method.upper()} {path.removeprefix('/api/v1')}"
    for path, operations in api.get_openapi_schema()["paths"].items()
    for method in operations
)
CLOSED = [endpoint for endpoint in DESCRIBED if endpoint not in OPEN]
# Their callers, ids and bodies are tried where these parts of the API are.
ELSEWHERE = ("/trade-desk/", "/approvals", "/notification-targets", "/arenas", "/analysis", "/preview/")
UNKNOWN = bodies.NO_ID
PRICE = "buyer.shopping_list[0].max_price_per_unit"
MESSAGE_BODY = {"message": "Hello"}


@pytest.fixture
def call_anywhere(db):
    """Calls an endpoint of the list above with these ids."""

    def call_endpoint(caller, endpoint, session_id=UNKNOWN, room_id=UNKNOWN):
        ids = defaultdict(lambda: UNKNOWN, session=session_id, room=room_id, seq="1")
        method, path = endpoint.format_map(ids).split()
        if method != "POST":
            return caller.send(method, path)
        return caller.post(path, bodies.session() if path.endswith("initialize") else MESSAGE_BODY)

    return call_endpoint


@pytest.fixture
def call(call_anywhere, session, room_id):
    """Calls an endpoint of the list above for the session and its room."""
    return partial(call_anywhere, session_id=session["session_id"], room_id=room_id)


def code_of(response):
    """The status and code of an error, after a look at its shape."""
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert list(body) == ["error"]
    assert set(body["error"]) == {"code", "message", "details", "timestamp"}
    assert body["error"]["message"]
    assert parse_datetime(body["error"]["timestamp"]).utcoffset() == timedelta(0)
    return response.status_code, body["error"]["code"]


def test_list_of_endpoints_is_whole():
    names = {"session": "{session_id}", "room": "{room_id}", "link_id": "{link_id}", "seq": "{seq}"}
    listed = {e.format(**names) for e in ENDPOINTS}

    assert {e for e in CLOSED if not e.split()[1].startswith(ELSEWHERE)} == listed


@pytest.mark.parametrize("endpoint", CLOSED)
def test_caller_without_a_key_is_turned_away(call_anywhere, anonymous, endpoint):
    assert code_of(call_anywhere(anonymous, endpoint)) == (401, "AUTHENTICATION_REQUIRED")


@pytest.mark.parametrize("endpoint", CLOSED)
def test_caller_with_a_wrong_key_is_turned_away(call_anywhere, endpoint):
    assert code_of(call_anywhere(Api("parley_nonsense"), endpoint)) == (401, "AUTHENTICATION_REQUIRED")


@pytest.mark.parametrize("endpoint", CLOSED)
def test_caller_with_a_revoked_key_is_turned_away(call_anywhere, operator, endpoint):
    ApiKey.objects.update(revoked_at=timezone.now())

    assert code_of(call_anywhere(operator, endpoint)) == (401, "AUTHENTICATION_REQUIRED")


@pytest.mark.parametrize("endpoint", CLOSED)
def test_caller_with_an_expired_key_is_turned_away(call_anywhere, operator, endpoint):
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert code_of(call_anywhere(operator, endpoint)) == (401, "AUTHENTICATION_REQUIRED")


@pytest.mark.parametrize("header", ["Bearer ", "Basic abc", "Bearer", "Bearer \u00e9", "bearer parley_x y"])
def test_header_that_is_no_key_is_turned_away(client, header):
    response = client.get("/api/v1/simulation", headers={"Authorization": header})

    assert code_of(response) == (401, "AUTHENTICATION_REQUIRED")


def test_key_is_taken_from_the_other_header_too(client, operator):
    assert client.get("/api/v1/simulation", headers={"X-API-Key": operator.key}).status_code == 200


@pytest.mark.parametrize("endpoint", [*SESSION, *STEERING, MESSAGE, *WATCHING])
@pytest.mark.parametrize("role", ["buyer", "seller"])
def test_party_of_another_session_finds_nothing(call, outsiders, role, endpoint):
    status, code = code_of(call(outsiders[role], endpoint))

    assert (status, code in ("SESSION_NOT_FOUND", "ROOM_NOT_FOUND", "LOG_NOT_FOUND")) == (404, True)


@pytest.mark.parametrize("endpoint", SESSION)
@pytest.mark.parametrize("role", ["acme", "watcher"])
def test_sessions_are_for_operators_and_their_buyer(request, call, role, endpoint):
    assert code_of(call(request.getfixturevalue(role), endpoint)) == (404, "SESSION_NOT_FOUND")


@pytest.mark.parametrize("endpoint", [*STEERING, MESSAGE])
@pytest.mark.parametrize("role", ["acme", "watcher"])
def test_seller_and_watcher_may_not_steer(request, call, role, endpoint):
    assert code_of(call(request.getfixturevalue(role), endpoint)) == (403, "FORBIDDEN")


@pytest.mark.parametrize("endpoint", WATCHING)
@pytest.mark.parametrize("role", ["operator", "buyer", "acme", "bolt", "watcher"])
def test_everybody_in_a_room_may_look_at_it(request, call, role, endpoint):
    assert call(request.getfixturevalue(role), endpoint).status_code == 200


@pytest.mark.parametrize("endpoint", [*SESSION, "POST /negotiation/{room}/start"])
def test_buyer_may_use_its_own_session(call, buyer, endpoint):
    assert call(buyer, endpoint).status_code == 200


def test_list_shows_a_buyer_its_own_sessions_only(buyer, session, other_session):
    listed = buyer.get("/simulation").json()

    assert [line["session_id"] for line in listed["sessions"]] == [session["session_id"]]
    assert listed["total"] == 1


@pytest.mark.parametrize("role", ["acme", "watcher"])
def test_list_shows_sellers_and_watchers_nothing(request, role):
    assert request.getfixturevalue(role).get("/simulation").json() == {"sessions": [], "total": 0}


@pytest.mark.parametrize(
    ("endpoint", "code"),
    [
        *((endpoint, "SESSION_NOT_FOUND") for endpoint in SESSION),
        *((endpoint, "ROOM_NOT_FOUND") for endpoint in (*STEERING, MESSAGE, WATCHING[0])),
        (WATCHING[1], "LOG_NOT_FOUND"),
    ],
)
@pytest.mark.parametrize("missing", [UNKNOWN, "nonsense", "1", "%00", "x" * 2000])
def test_id_that_is_unknown_or_malformed_is_not_found(call_anywhere, operator, endpoint, code, missing):
    assert code_of(call_anywhere(operator, endpoint, missing, missing)) == (404, code)


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/simulation/x/y/z", "/../v2/simulation"])
def test_unknown_path_has_the_envelope(operator, path):
    assert code_of(operator.get(path)) == (404, "NOT_FOUND")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_wrong_method_has_the_envelope_and_the_right_ones(operator, endpoint):
    path = endpoint.split()[1].format_map(defaultdict(lambda: UNKNOWN, seq="1"))

    response = operator.send("PATCH", path)

    assert code_of(response) == (405, "METHOD_NOT_ALLOWED")
    assert endpoint.split()[0] in response["Allow"]
    assert ("GET" in response["Allow"]) == ("HEAD" in response["Allow"])


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"5",
        b"\xff\xfe",
        b'{"buyer": "\xff"}',
        json.dumps(bodies.session()).encode("utf-16"),
        b"\xef\xbb\xbf" + json.dumps(bodies.session()).encode(),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"seed": ' + b"9" * 100_000 + b"}",
        b'{"seed": 1e' + b"9" * 1000 + b"}",
        b'{"seed": NaN}',
    ],
    ids=range(14),
)
@pytest.mark.parametrize(
    "path", ["/simulation/initialize", "/negotiation/{room}/message", "/negotiation/{room}/decide"]
)
def test_body_that_cannot_be_read_is_a_validation_error(operator, started, path, body):
    response = operator.post_raw(path.format(room=started), body)

    assert code_of(response) == (400, "VALIDATION_ERROR")
    assert Session.objects.count() == 1


@pytest.mark.parametrize("path", ["/simulation/initialize", "/negotiation/{room}/message"])
def test_body_that_is_missing_is_a_validation_error(operator, started, path):
    response = operator.post(path.format(room=started))

    assert code_of(response) == (400, "VALIDATION_ERROR")


def test_hundred_thousand_decimals_are_too_many(operator):
    response = operator.post_raw("/simulation/initialize", bodies.raw(bodies.session(), PRICE, "500." + "9" * 100_000))

    assert code_of(response) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", ""]
)
def test_body_that_does_not_say_it_is_json_is_refused(operator, content_type):
    response = operator.post_raw("/simulation/initialize", json.dumps(bodies.session()).encode(), content_type)

    assert code_of(response) == (400, "VALIDATION_ERROR")
    assert not Session.objects.exists()


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "offset=-1", "offset=99999999999999999999"])
def test_page_that_cannot_be_is_refused_by_name(operator, query):
    response = operator.get(f"/simulation?{query}")

    assert code_of(response) == (400, "VALIDATION_ERROR")
    assert response.json()["error"]["details"][0]["field"] == query.split("=")[0]


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=1&limit=2", "limit"), ("limit=1&limit=1", "limit"), ("&".join(f"p{n}=1" for n in range(1001)), "query")],
    ids=["twice", "twice the same", "too many"],
)
def test_query_that_says_things_twice_or_too_much_is_refused(operator, query, field):
    response = operator.get(f"/simulation?{query}")

    assert code_of(response) == (400, "VALIDATION_ERROR")
    assert response.json()["error"]["details"][0]["field"] == field


def test_decision_whose_query_contradicts_itself_ends_nothing(operator, midway):
    response = operator.post(f"/negotiation/{midway}/decide?decision_type=deal&decision_type=no_deal")

    assert code_of(response) == (400, "VALIDATION_ERROR")
    assert operator.get(f"/negotiation/{midway}/state").json()["status"] != "completed"


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, identity"])
def test_compressed_body_is_refused_by_name(operator, encoding):
    sent = json.dumps(bodies.session()).encode()
    response = operator.post_raw("/simulation/initialize", sent, Content_Encoding=encoding)

    assert code_of(response) == (400, "VALIDATION_ERROR")
    assert response.json()["error"]["details"] == [{"field": "body", "reason": "the body must not be compressed"}]


@pytest.mark.parametrize("path", ["/api/v1/simulation/initialize", "/api/v1/nothing"])
async def test_body_above_a_mebibyte_is_too_large(path):
    body = b'{"name": "' + b"x" * 2**20 + b'"}'
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    answer = await HttpCommunicator(application, "POST", path, body, headers).get_response()

    assert answer["status"] == 413
    assert json.loads(answer["body"])["error"]["code"] == "PAYLOAD_TOO_LARGE"


def test_failure_of_ours_tells_no_number_and_no_trace(call, operator, monkeypatch):
    def fail(*args):
        raise RuntimeError("the floor is 452.33")

    monkeypatch.setattr(services, "start", fail)

    response = call(operator, "POST /negotiation/{room}/start")

    assert code_of(response) == (500, "INTERNAL_ERROR")
    assert b"452.33" not in response.content
    assert b"Traceback" not in response.content


@pytest.fixture
def browser(db):
    """A browser in which a member of staff has signed in."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(accounts.operator())
    return client


def test_browser_of_staff_may_read(browser):
    assert browser.get("/api/v1/simulation").status_code == 200


def test_browser_writes_only_with_its_csrf_token(browser, room_id):
    response = browser.post(f"/api/v1/negotiation/{room_id}/start")

    assert code_of(response) == (403, "FORBIDDEN")


def test_browser_writes_with_its_csrf_token(browser, room_id):
    page = HttpRequest()
    token = get_token(page)
    browser.cookies["csrftoken"] = page.META["CSRF_COOKIE"]

    response = browser.post(f"/api/v1/negotiation/{room_id}/start", headers={"X-CSRFToken": token})

    assert response.status_code == 200


def test_account_without_staff_rights_has_none_here(client):
    client.force_login(User.objects.create(username="guest"))

    assert code_of(client.get("/api/v1/simulation")) == (401, "AUTHENTICATION_REQUIRED")


def test_wrong_key_is_not_made_good_by_a_browser_session(browser):
    response = browser.get("/api/v1/simulation", headers={"Authorization": "Bearer parley_wrong"})

    assert response.status_code == 401


def test_key_needs_no_csrf_token(operator, room_id):
    strict = Client(enforce_csrf_checks=True)

    response = strict.post(f"/api/v1/negotiation/{room_id}/start", headers={"Authorization": f"Bearer {operator.key}"})

    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/api/openapi.json", "/api/docs"])
def test_description_of_the_api_is_for_those_who_may_use_it(client, operator, path):
    assert code_of(client.get(path)) == (401, "AUTHENTICATION_REQUIRED")
    assert client.get(path, headers={"Authorization": f"Bearer {operator.key}"}).status_code == 200


def test_health_is_open_and_says_up_or_down(anonymous):
    answer = anonymous.get("/health").json()

    assert answer["status"] in ("healthy", "degraded")
    assert set(answer) == {"status", "version", "app_name", "components"}


def test_providers_are_told_by_name(operator):
    answer = operator.get("/llm/status").json()

    assert set(answer["llm"]) == {"available", "base_url", "models", "error"}
    assert answer["database"]["available"] is True


def test_key_of_a_party_that_was_deleted_opens_nothing(call, operator, buyer, session):
    operator.delete(f"/simulation/{session['session_id']}")

    assert code_of(call(buyer, SESSION[0])) == (401, "AUTHENTICATION_REQUIRED")


def test_one_party_cannot_use_the_key_of_a_role_it_does_not_have(call, session):
    _, key = create_api_key("mixed", Role.SELLER, session["buyer_id"])

    assert code_of(call(Api(key), WATCHING[0])) == (401, "AUTHENTICATION_REQUIRED")


@pytest.mark.parametrize(("path", "status"), [("/health", 200), ("/simulation", 401), ("/negotiation/x/start", 405)])
def test_head_is_answered_like_get_without_the_body(path, status):
    client = Client()

    head, get = client.head(f"/api/v1{path}"), client.get(f"/api/v1{path}")

    assert (head.status_code, get.status_code) == (status, status)
    assert head.content == b""
    assert int(head["Content-Length"]) > 0
    assert head["Content-Type"] == get["Content-Type"]


async def test_head_of_a_stream_is_refused_for_it_has_no_end():
    path = f"/api/v1/negotiation/{UNKNOWN}/stream"

    answer = await HttpCommunicator(application, "HEAD", path).get_response()

    assert answer["status"] == 405
