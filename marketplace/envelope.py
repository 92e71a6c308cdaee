"""The one shape of every error that leaves the system."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

PLAIN_CODES = {
    400: ("VALIDATION_ERROR", "The request could not be understood."),
    401: ("AUTHENTICATION_REQUIRED", "A key or a signed-in session is needed."),
    403: ("FORBIDDEN", "This is not allowed."),
    404: ("NOT_FOUND", "There is nothing here."),
    405: ("METHOD_NOT_ALLOWED", "This method is not allowed here."),
    413: ("PAYLOAD_TOO_LARGE", "The body is too large."),
    429: ("RATE_LIMITED", "Too fast: come again later."),
    500: ("INTERNAL_ERROR", "Something went wrong on our side; the log says what."),
    503: ("DATABASE_UNAVAILABLE", "The database cannot be reached; come again in a moment."),
}


def envelope(code: str, message: str, details: Any = None) -> dict[str, Any]:
    body = {"code": code, "message": message, "details": details, "timestamp": timezone.now().isoformat()}
    return {"error": body}


def error_response(status: int, code: str, message: str, details: Any = None) -> HttpResponse:
    return JsonResponse(envelope(code, message, details), status=status)


def wrap_api_errors(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Gives the errors that Django answers by itself under /api/ (unknown path, method, host) the API's shape."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not request.path.startswith("/api/") or response.status_code < 400 or _is_ours(response):
            return response
        code, message = PLAIN_CODES.get(response.status_code, PLAIN_CODES[500])
        wrapped = error_response(response.status_code, code, message)
        for header, value in response.headers.items():
            if header not in ("Content-Type", "Content-Length"):
                wrapped[header] = value
        wrapped.cookies = response.cookies
        return wrapped

    return middleware


def _is_ours(response: HttpResponseBase) -> bool:
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return False
    if not isinstance(response, HttpResponse):
        return True
    try:
        return "error" in json.loads(response.content)
    except ValueError:
        return False
