"""What opens a door, and what a table holds of private numbers, is in no line of the log."""

import json
import logging

import pytest
from asgiref.sync import async_to_sync
from channels.testing import ApplicationCommunicator
from django.apps import apps
from django.db import IntegrityError
from django.http import HttpRequest

from marketplace.asgi import application
from marketplace.identity import make_sign_in_link
from marketplace.logging_setup import JsonFormatter, TextFormatter
from marketplace.pages import home
from marketplace.throttling import RATES, Kind, Throttle
from tests.marketplace.test_logging_setup import make_record

FORMATTERS = [TextFormatter(), JsonFormatter()]
KEY = "parley_" + "k3Y-" * 11


@pytest.fixture(params=FORMATTERS, ids=["text", "json"])
def log(request, caplog):
    """The lines as they are written."""
    caplog.handler.setFormatter(request.param)
    caplog.set_level(logging.INFO)
    return lambda: caplog.text


def ask(path, method="GET", address="127.0.0.1"):
    """A request as the server passes it on; the status of its answer."""
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {"headers": [(b"host", b"localhost")], "client": [address, 1], "scheme": "http", "http_version": "1.1"}

    async def talk():
        communicator = ApplicationCommunicator(application, scope)
        await communicator.send_input({"type": "http.request", "body": b""})
        start = await communicator.receive_output(20)
        await communicator.receive_output(20)
        await communicator.wait(20)
        return start["status"]

    return async_to_sync(talk)()


def path_of(link):
    return "/" + link.split("/", 3)[3]


def token_of(path):
    return path.strip("/").split("/")[-1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("method", "address"), [("HEAD", "127.0.0.1"), ("GET", "192.0.2.7")])
def test_link_that_is_still_good_is_not_logged_when_it_is_refused(log, method, address):
    path = path_of(make_sign_in_link("http://localhost"))

    status = ask(path, method, address)

    assert status in (403, 405)
    assert "/sign-in/***" in log()
    assert token_of(path) not in log()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "path", ["/enter/Tok3n-of_a-party/", "/enter/Tok3n-of_a-party/more/", "/enter/Tok3n-of_a-party"]
)
def test_link_of_a_party_is_not_logged_when_it_is_refused(log, path):
    ask(path)

    assert "Tok3n" not in log()


@pytest.mark.django_db(transaction=True)
def test_link_is_not_logged_when_its_holder_is_too_fast(log, settings):
    settings.RATE_LIMITS = True
    throttle = apps.get_app_config("marketplace").throttle = Throttle(lambda: 0.0)  # the time stands still
    for _ in range(RATES[Kind.ANONYMOUS].most):
        throttle.take(Kind.ANONYMOUS, "127.0.0.1")
    path = path_of(make_sign_in_link("http://localhost"))

    assert ask(path) == 429

    assert "came too fast" in log()
    assert token_of(path) not in log()


@pytest.mark.django_db(transaction=True)
def test_link_is_not_logged_when_its_page_fails(log, monkeypatch):
    def fail(token: str, address: str) -> None:
        raise RuntimeError(f"no good: /sign-in/{token}/")

    monkeypatch.setattr(home, "redeem_sign_in_link", fail)
    path = path_of(make_sign_in_link("http://localhost"))

    assert ask(path) == 500

    assert "RuntimeError" in log()
    assert token_of(path) not in log()


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize(
    "message",
    [
        "Application for <WebRequest method=GET uri=/sign-in/S3cret_-x/?next=/ clientproto=HTTP/1.1> was killed.",
        "Referer checking failed - https://parley.example/enter/S3cret_-x/#top does not match",
        "'/sign-in/S3cret_-x'",
        f"no such key: {KEY}",
    ],
)
def test_secret_in_a_line_of_a_library_is_hidden_and_the_rest_is_told(formatter, message):
    line = formatter.format(make_record("%s", message))

    assert "***" in line
    assert [secret for secret in ("S3cret", KEY, "k3Y") if secret in line] == []
    assert message[:5] in line


def test_secret_in_what_json_shows_of_a_foreign_object_is_hidden():
    request = HttpRequest()
    request.method, request.path = "GET", "/sign-in/S3cret_-x/"

    line = JsonFormatter().format(make_record("Forbidden", request=request))

    assert "/sign-in/***" in json.loads(line)["request"]


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_row_that_broke_a_rule_of_the_database_is_hidden(formatter):
    told = 'new row breaks "floor"\nDETAIL:  Failing row contains (7, Acme (Berlin), 391.21,\n 452.33).'
    try:
        raise IntegrityError(told)
    except IntegrityError as error:
        record = make_record("room failed: %s", error, exc_info=(IntegrityError, error, error.__traceback__))

    line = formatter.format(record)

    assert ("391.21" in line, "452.33" in line, "Acme" in line) == (False, False, False)
    assert "breaks" in line
