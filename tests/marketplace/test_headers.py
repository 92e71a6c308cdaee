from dataclasses import replace

import pytest
from channels.testing import HttpCommunicator
from django.contrib.staticfiles import finders
from django.db import InterfaceError, OperationalError
from django.test import Client

from marketplace.asgi import application
from marketplace.headers import SECURITY_HEADERS
from marketplace.identity import local_operator
from marketplace.models import Session
from marketplace.pages import home
from negotiation import api as rooms

SHOP = "https://shop.example"
ANYWHERE = (
    *("/", "/login/", "/sessions/new/", "/nothing/", "/admin/", "/admin/login/", "/api/v1/nothing", "/api/docs"),
    *("/api/v1/health", "/api/v1/simulation", "/api/v1/simulation/x", "/api/openapi.json", "/sign-in/x/"),
)


@pytest.fixture
def staff(db):
    client = Client(raise_request_exception=False)
    client.force_login(local_operator())
    return client


@pytest.mark.django_db  # the end of a request looks after its connection
def test_static_file_may_be_kept_and_has_the_headers_too():
    assert finders.find("css/parley.css")

    response = Client().get("/static/css/parley.css")
    response.close()

    assert response.status_code == 200
    assert "max-age" in response["Cache-Control"]
    assert {name: response[name] for name in SECURITY_HEADERS if name != "Cache-Control"} == {
        name: value for name, value in SECURITY_HEADERS.items() if name != "Cache-Control"
    }


@pytest.mark.parametrize("path", ANYWHERE)
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_every_answer_has_the_headers_and_is_kept_nowhere(staff, path, is_signed_in):
    response = (staff if is_signed_in else Client()).get(path)

    assert set(SECURITY_HEADERS) <= set(response.headers)
    assert "no-store" in response["Cache-Control"]
    assert response["X-Frame-Options"] == "DENY"
    assert "Server" not in response


@pytest.mark.parametrize(("is_secure", "expected"), [(True, "max-age=31536000"), (False, None)])
def test_browser_is_bound_to_tls_where_it_came_by_tls(settings, db, is_secure, expected):
    settings.SECURE_HSTS_SECONDS = 31_536_000

    response = Client().get("/login/", secure=is_secure)

    assert response.get("Strict-Transport-Security") == expected


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/simulation", "/api/v1/health"])
def test_listed_site_may_read_errors_too(settings, db, path):
    settings.CORS = replace(settings.CORS, origins=(SHOP,), allow_credentials=True)

    assert Client().get(path, headers={"Origin": SHOP})["Access-Control-Allow-Origin"] == SHOP


async def test_body_that_is_too_large_is_refused_with_the_headers():
    communicator = HttpCommunicator(
        application, "POST", "/api/v1/simulation/initialize", headers=[(b"content-length", b"2000000")]
    )

    response = await communicator.get_response(timeout=20)

    names = {name.decode() for name, _ in response["headers"]}
    assert response["status"] == 413
    assert {name.lower() for name in SECURITY_HEADERS} <= names


@pytest.mark.parametrize("path", ["/api/v1/simulation", "/login/"])
def test_host_that_is_not_ours_is_refused(db, path):
    assert Client(raise_request_exception=False).get(path, headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/simulation?offset=%00", "/login/?next=%00"])
def test_address_with_a_nul_is_refused(db, path):
    assert Client().get(path).status_code == 400


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'),
        ("application/x-www-form-urlencoded", b"decision_type=no_deal"),
    ],
)
def test_form_is_nothing_for_the_api(operator, started, content_type, body):
    response = operator.post_raw(f"/negotiation/{started}/cancel", body, content_type)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


def test_page_of_what_was_deleted_meanwhile_is_not_found(monkeypatch, staff):
    def fail(*arguments, **options):
        raise Session.DoesNotExist

    monkeypatch.setattr(home, "render", fail)

    response = staff.get("/")

    assert response.status_code == 404
    assert "It may have been deleted" in response.content.decode()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
class TestDatabaseAway:
    """What callers are told while the database does not answer."""

    def test_api_says_so_and_when_to_come_again(self, monkeypatch, operator, started, error):
        monkeypatch.setattr(rooms.services, "start", self._fail_with(error))

        response = operator.post(f"/negotiation/{started}/start")

        assert (response.status_code, response.json()["error"]["code"]) == (503, "DATABASE_UNAVAILABLE")
        assert response["Retry-After"] == "2"

    def test_page_says_so_in_words(self, monkeypatch, staff, error):
        monkeypatch.setattr(home, "render", self._fail_with(error))

        response = staff.get("/")

        assert (response.status_code, response["Retry-After"]) == (503, "2")
        assert "The database cannot be reached" in response.content.decode()

    @staticmethod
    def _fail_with(error):
        def fail(*arguments, **options):
            raise error("gone")

        return fail
