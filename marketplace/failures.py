"""Answers to what no view is to blame for: callers that are too fast, a database that is away."""

import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from marketplace.counting import DATABASE_AWAY_ANSWERS
from marketplace.envelope import PLAIN_CODES, error_response
from marketplace.errors import RateLimited
from negotiation.threads import DATABASE_AWAY

COME_AGAIN_SECONDS = 2

logger = logging.getLogger(__name__)


def too_fast(request: HttpRequest, limited: RateLimited) -> HttpResponse:
    wait = str(limited.retry_after_seconds)
    logger.warning("%s %s came too fast from %s", request.method, request.path, request.META.get("REMOTE_ADDR", ""))
    if request.path.startswith("/api/"):
        response = error_response(429, limited.code, str(limited))
    else:
        response = HttpResponse(render_to_string("429.html", {"seconds": wait}), status=429)
    response["Retry-After"] = wait
    return response


def database_away(request: HttpRequest) -> HttpResponse:
    """A page of its own: one that greets its visitor by name would ask the database who it is."""
    DATABASE_AWAY_ANSWERS.inc()
    if request.path.startswith("/api/"):
        response = error_response(503, *PLAIN_CODES[503])
    else:
        response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(COME_AGAIN_SECONDS)
    return response


def on_uncaught(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`, called while the exception is being handled."""
    if isinstance(sys.exception(), DATABASE_AWAY):
        return database_away(request)
    return server_error(request)
