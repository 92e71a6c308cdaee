"""What every request passes: correlation id, connections, security headers, cross-origin rules.

All of it is sync-only on purpose: with a sync-only middleware innermost, Django runs the whole chain in one
thread, where a chain that could also run async hops to a thread and back for every single middleware.
"""

import re
import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from marketplace.logging_setup import correlation_id

GetResponse = Callable[[HttpRequest], HttpResponseBase]

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
CROSS_ORIGIN_METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
CROSS_ORIGIN_REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-API-Key, X-Request-ID"
CROSS_ORIGIN_RESPONSE_HEADERS = "Retry-After, X-Request-ID"
PREFLIGHT_AGE_SECONDS = 600


def name_requests(get_response: GetResponse) -> GetResponse:
    """Keeps the caller's `X-Request-ID` if it is harmless, and answers with the id that the log uses."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        offered = request.headers.get("X-Request-ID", "")
        chosen = offered if SANE_REQUEST_ID.fullmatch(offered) else secrets.token_hex(8)
        # Never reset: Django logs a refusal after the last middleware; each request has a context of its own.
        correlation_id.set(chosen)
        response = get_response(request)
        response["X-Request-ID"] = chosen
        return response

    return middleware


def close_connections(get_response: GetResponse) -> GetResponse:
    """Under ASGI each request has a thread to itself, and database connections that none will use again.

    Left to `CONN_MAX_AGE`, which is there for threads that live on, they pile up until they are collected.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(request, ASGIRequest):
            connections.close_all()
        return response

    return middleware


def set_security_headers(get_response: GetResponse) -> GetResponse:
    """A view that needs another policy, or another referrer rule, sets the header itself."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return middleware


def share_api_across_origins(get_response: GetResponse) -> GetResponse:
    """Opens `/api/` to the listed origins; to any other origin the answer says nothing."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not settings.CORS.origins or not request.path.startswith("/api/"):
            return get_response(request)
        response = HttpResponse(status=204) if _is_preflight(request) else get_response(request)
        patch_vary_headers(response, ["Origin"])
        if settings.CORS.allows(request.headers.get("Origin", "")):
            _allow(request, response)
        return response

    return middleware


def _is_preflight(request: HttpRequest) -> bool:
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def _allow(request: HttpRequest, response: HttpResponseBase) -> None:
    response["Access-Control-Allow-Origin"] = request.headers["Origin"]
    response["Access-Control-Expose-Headers"] = CROSS_ORIGIN_RESPONSE_HEADERS
    if settings.CORS.allow_credentials:
        response["Access-Control-Allow-Credentials"] = "true"
    if _is_preflight(request):
        response["Access-Control-Allow-Methods"] = CROSS_ORIGIN_METHODS
        response["Access-Control-Allow-Headers"] = CROSS_ORIGIN_REQUEST_HEADERS
        response["Access-Control-Max-Age"] = str(PREFLIGHT_AGE_SECONDS)
