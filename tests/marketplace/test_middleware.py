import dataclasses

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from marketplace.logging_setup import correlation_id
from marketplace.middleware import (
    name_requests,
    set_security_headers,
    share_api_across_origins,
)

SHOP = "https://shop.example"
requests = RequestFactory()


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@pytest.fixture
def shared(settings):
    settings.CORS = dataclasses.replace(settings.CORS, origins=(SHOP,), allow_credentials=True)
    return share_api_across_origins(answer)


def preflight(path: str, origin: str) -> HttpRequest:
    return requests.options(path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})


def test_request_id_of_the_caller_is_kept():
    response = name_requests(answer)(requests.get("/", headers={"X-Request-ID": "order-17.a_b"}))

    assert response["X-Request-ID"] == "order-17.a_b"


@pytest.mark.parametrize("offered", ["", "two words", "a" * 65, "line\nbreak", "<script>"])
def test_request_id_that_could_forge_a_log_line_is_replaced(offered):
    response = name_requests(answer)(requests.get("/", headers={"X-Request-ID": offered}))

    assert len(response["X-Request-ID"]) == 16
    assert response["X-Request-ID"] != offered


def test_two_requests_get_two_ids():
    first, second = (name_requests(answer)(requests.get("/")) for _ in range(2))

    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_log_knows_the_id_during_the_request_and_when_django_logs_its_refusal():
    seen = []
    middleware = name_requests(lambda request: seen.append(correlation_id.get()) or answer(request))

    response = middleware(requests.get("/"))

    assert [*seen, correlation_id.get()] == [response["X-Request-ID"]] * 2


def test_page_may_load_nothing_from_elsewhere_and_run_nothing_inline():
    response = set_security_headers(answer)(requests.get("/"))

    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert response["Referrer-Policy"] == "same-origin"


def test_view_may_set_a_policy_of_its_own():
    def strict(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})

    assert set_security_headers(strict)(requests.get("/"))["Content-Security-Policy"] == "default-src 'none'"


def test_listed_origin_may_read_the_api(shared):
    response = shared(requests.get("/api/v1/health", headers={"Origin": SHOP}))

    assert response.content == b"ok"
    assert response["Access-Control-Allow-Origin"] == SHOP
    assert response["Access-Control-Allow-Credentials"] == "true"
    assert response["Vary"] == "Origin"


def test_listed_origin_may_ask_before_it_writes(shared):
    response = shared(preflight("/api/v1/simulation/initialize", SHOP))

    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == SHOP
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert "Authorization" in response["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://shop.example.evil.example", ""])
def test_other_origin_learns_nothing(shared, origin):
    answers = [
        shared(requests.get("/api/v1/health", headers={"Origin": origin})),
        shared(preflight("/api/v1/health", origin)),
    ]

    for response in answers:
        assert not any(name.startswith("Access-Control") for name in response.headers)


def test_pages_are_not_shared(shared):
    response = shared(requests.get("/rooms/", headers={"Origin": SHOP}))

    assert "Access-Control-Allow-Origin" not in response


def test_without_listed_origins_a_preflight_is_an_ordinary_request(settings):
    settings.CORS = dataclasses.replace(settings.CORS, origins=())

    response = share_api_across_origins(answer)(preflight("/api/v1/health", SHOP))

    assert response.content == b"ok"
    assert "Vary" not in response


def test_any_origin_is_served_without_cookies(settings):
    settings.CORS = dataclasses.replace(settings.CORS, origins=("*",), allow_credentials=False)

    response = share_api_across_origins(answer)(requests.get("/api/v1/health", headers={"Origin": SHOP}))

    assert response["Access-Control-Allow-Origin"] == SHOP
    assert "Access-Control-Allow-Credentials" not in response
