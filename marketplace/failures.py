"""Answers to what no view is to blame for: callers too fast, a database that is away, what was deleted meanwhile."""

import logging
import sys

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import page_not_found, server_error

from marketplace.counting import DATABASE_AWAY_ANSWERS
from marketplace.envelope import PLAIN_CODES, error_response
from marketplace.errors import MarketplaceError, RateLimited
from negotiation.errors import NegotiationError
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


def is_gone(error: BaseException | None) -> bool:
    """Whether somebody else has deleted what was asked for or written to, since it was found."""
    match error:
        case ObjectDoesNotExist():
            return True
        case NegotiationError() | MarketplaceError():
            return error.code.endswith("NOT_FOUND")
        case IntegrityError():
            return "foreign key" in str(error).lower()
        case _:
            return False


def on_uncaught(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`, called while the exception is being handled."""
    error = sys.exception()
    if isinstance(error, DATABASE_AWAY):
        return database_away(request)
    if is_gone(error):
        return page_not_found(request, Http404())
    return server_error(request)
