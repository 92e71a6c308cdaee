"""What every request passes: correlation id, headers, cross-origin rules, limits of speed and form.

All of it is sync-only on purpose: with a sync-only middleware innermost, Django runs the whole chain in one
thread, where a chain that could also run async hops to a thread and back for every single middleware.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from marketplace.envelope import PLAIN_CODES, error_response
from marketplace.errors import RateLimited
from marketplace.failures import too_fast
from marketplace.headers import preflight_headers, security_headers, sharing_headers
from marketplace.identity import key_in
from marketplace.logging_setup import choose_correlation, correlation_id
from marketplace.throttling import Kind, address_of, charge, charge_request

GetResponse = Callable[[HttpRequest], HttpResponseBase]

FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
EMPTY_FORM = re.compile(rb"\s*(--[^\r\n]*--)?\s*")
# Whoever watches over the installation asks for these as often as it likes.
UNLIMITED_PATHS = ("/api/v1/health", "/api/v1/health/live", "/api/v1/health/ready")
PAGES_THAT_SET_UP = ("new_session", "clone", "run_demo")


def name_requests(get_response: GetResponse) -> GetResponse:
    """Keeps the caller's `X-Request-ID` if it is harmless, and answers with the id that the log uses."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        chosen = choose_correlation(request.headers.get("X-Request-ID", ""))
        # Never reset: Django logs a refusal after the last middleware; each request has a context of its own.
        correlation_id.set(chosen)
        response = get_response(request)
        response["X-Request-ID"] = chosen
        return response

    return middleware


def set_security_headers(get_response: GetResponse) -> GetResponse:
    """A view that needs another policy, or another referrer rule, sets the header itself."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in security_headers(request.scheme or "").items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def refuse_strange_bytes(get_response: GetResponse) -> GetResponse:
    """A NUL in an address is nobody's mistake, and no database or file system takes it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query or "\0" in query:
            return _refuse_form(request, "the address holds a NUL")
        return get_response(request)

    return middleware


def answer_head_requests_to_api(get_response: GetResponse) -> GetResponse:
    """As GET would be answered, without the body. A stream has no end that its head could tell of."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/api/") or request.path.endswith("/stream"):
            return get_response(request)
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = get_response(request)
        if "GET" in response.get("Allow", ""):
            response["Allow"] += ", HEAD"
        if is_head and isinstance(response, HttpResponse):
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    return middleware


def share_api_across_origins(get_response: GetResponse) -> GetResponse:
    """Opens `/api/` to the listed origins; to any other origin the answer says nothing."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not settings.CORS.origins or not request.path.startswith("/api/"):
            return get_response(request)
        origin = request.headers.get("Origin", "")
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return HttpResponse(status=204, headers=preflight_headers(origin))
        response = get_response(request)
        headers = sharing_headers(origin)
        patch_vary_headers(response, [headers.pop("Vary")])
        for name, value in headers.items():
            response[name] = value
        return response

    return middleware


def refuse_forms_to_api(get_response: GetResponse) -> GetResponse:
    """The API takes JSON alone: no uploads, and nothing that a page of another site can send without asking."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_form = request.path.startswith("/api/") and request.content_type in FORMS
        if is_form and not EMPTY_FORM.fullmatch(request.body):
            return _refuse_form(request, "the body must be application/json")
        return get_response(request)

    return middleware


class HoldBack:
    """Counts requests: those of nobody by their address, those of a browser's user by the account.

    Those with an API key are counted where the key is looked up, and so are the API's that come from a browser.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            is_counted = self._charge(request)
            response = self._get_response(request)
            if not is_counted and request.resolver_match is None:  # nothing is there that would have counted it
                charge(Kind.ANONYMOUS, address_of(request.META.get("REMOTE_ADDR", "")))
        except RateLimited as limited:
            return too_fast(request, limited)
        return response

    def process_view(
        self, request: HttpRequest, view: object, arguments: object, options: object
    ) -> HttpResponseBase | None:
        found = request.resolver_match
        if found is None or request.method != "POST" or found.view_name not in PAGES_THAT_SET_UP:
            return None
        try:
            charge(Kind.SET_UP, _user_name(request))
        except RateLimited as limited:
            return too_fast(request, limited)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return too_fast(request, error) if isinstance(error, RateLimited) else None

    def _charge(self, request: HttpRequest) -> bool:
        """False if it is to be counted further in, or not at all."""
        is_api = request.path.startswith("/api/")
        if not settings.RATE_LIMITS or request.path.startswith(UNLIMITED_PATHS):
            return False
        if is_api and key_in({name.lower(): value for name, value in request.headers.items()}):
            return False
        if not request.user.is_authenticated:
            charge(Kind.ANONYMOUS, address_of(request.META.get("REMOTE_ADDR", "")))
        elif is_api:
            return False
        else:
            charge_request(request, _user_name(request))
        return True


def _user_name(request: HttpRequest) -> str:
    """The same as in the principal of the account."""
    return f"user/{request.user.pk}"


def _refuse_form(request: HttpRequest, reason: str) -> HttpResponse:
    if not request.path.startswith("/api/"):
        return HttpResponse(f"Refused: {reason}.", status=400, content_type="text/plain")
    return error_response(400, *PLAIN_CODES[400], [{"field": "body", "reason": reason}])
