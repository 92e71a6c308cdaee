"""The HTTP API: its parser, its authentication, and the one table from errors to statuses."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, TooManyFieldsSent
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import Swagger
from ninja.parser import Parser
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from marketplace.description import DescribedApi
from marketplace.envelope import PLAIN_CODES, error_response
from marketplace.errors import InvalidRequest, MarketplaceError, NotAllowed, Problem, RateLimited
from marketplace.failures import database_away, is_gone, too_fast
from marketplace.identity import Principal, key_in, principal_of_key, principal_of_session
from marketplace.problems import field_path, reason_of
from marketplace.routers.preview import router as preview
from marketplace.routers.simulation import router as simulation
from marketplace.routers.status import router as status
from marketplace.strict_json import read_object
from marketplace.throttling import Kind, address_of, charge, charge_request
from marketplace.version import VERSION
from negotiation.analysis_api import analysis_router
from negotiation.api import logs_router, room_router
from negotiation.approvals_api import approvals_router
from negotiation.arena_api import arenas_router
from negotiation.beliefs_api import beliefs_router
from negotiation.branches_api import branches_router
from negotiation.desk_api import desk_router
from negotiation.errors import NegotiationError, own_limit_details
from negotiation.explaining_api import explaining_router
from negotiation.matches_api import router as matches_router
from negotiation.notifications_api import targets_router
from negotiation.spectators_api import spectators_router
from negotiation.trades_api import router as trades_router

logger = logging.getLogger(__name__)

STATUSES = {
    "VALIDATION_ERROR": 400,
    "MAX_SELLERS_EXCEEDED": 400,
    "LLM_PROVIDER_DISABLED": 400,
    "AUTHENTICATION_REQUIRED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "SESSION_NOT_FOUND": 404,
    "ROOM_NOT_FOUND": 404,
    "LOG_NOT_FOUND": 404,
    "NEGOTIATION_NOT_FOUND": 404,
    "ARENA_NOT_FOUND": 404,
    "MOVE_NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "NEGOTIATION_ALREADY_ACTIVE": 409,
    "NEGOTIATION_NOT_ACTIVE": 409,
    "ALREADY_DECIDED": 409,
    "NOT_YOUR_TURN": 409,
    "OFFER_NOT_LIVE": 409,
    "THREAD_CLOSED": 409,
    "SEAT_NOT_HELD": 409,
    "PAYLOAD_TOO_LARGE": 413,
    "INSUFFICIENT_INVENTORY": 422,
    "OUTSIDE_MANDATE": 422,
    "IDEMPOTENCY_KEY_REUSED": 422,
    "RATE_LIMITED": 429,
    "INTERNAL_ERROR": 500,
    "LLM_BAD_RESPONSE": 502,
    "DATABASE_UNAVAILABLE": 503,
    "NOT_READY": 503,
    "LLM_TIMEOUT": 503,
    "LLM_PROVIDER_UNAVAILABLE": 503,
}

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class StrictParser(Parser):
    """JSON as UTF-8 with exact decimals and finite numbers, and only where the client says it is JSON.

    Neither in it nor in the query does a name stand twice.
    """

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        charset = (request.content_params or {}).get("charset", "utf-8")
        if request.content_type != "application/json" or charset.lower() != "utf-8":
            raise ValueError("the body must be application/json in UTF-8")
        if request.headers.get("Content-Encoding", "").lower() not in ("", "identity"):
            raise ValueError("the body must not be compressed")
        return read_object(request.body.decode("utf-8"))

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        twice = [name for name, values in data.lists() if len(values) > 1 and name not in list_fields]
        if twice:
            raise InvalidRequest([Problem(name, "stands twice in the query") for name in twice])
        return super().parse_querydict(data, list_fields, request)


class KeyOrSession(HttpBearer):
    """An API key (`Authorization: Bearer` or `X-API-Key`), or a browser's session with its CSRF token."""

    csrf = True

    def __call__(self, request: HttpRequest) -> Principal | None:
        principal = _principal_of(request)
        if principal is not None:
            charge_request(request, principal.name)
        if principal is not None and principal.is_in_browser and check_csrf(request):
            raise NotAllowed("The CSRF token is missing or wrong.")
        if principal is not None and not principal.may_write and request.method not in SAFE_METHODS:
            raise NotAllowed("You may read here and change nothing.")
        return principal

    def authenticate(self, request: HttpRequest, token: str) -> Principal | None:
        return principal_of_key(token)


def _principal_of(request: HttpRequest) -> Principal | None:
    key = _key_of(request)
    return principal_of_key(key) if key else principal_of_session(request.session, request.user)


def _key_of(request: HttpRequest) -> str:
    return key_in({name.lower(): value for name, value in request.headers.items()})


def for_known_callers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The description of the API is for those who may use it: a key, or a browser that is signed in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if _principal_of(request) is not None:
            return view(request, *args, **kwargs)
        if _key_of(request):
            charge(Kind.UNKNOWN_KEY, address_of(request.META.get("REMOTE_ADDR", "")))
        if "text/html" in request.headers.get("Accept", ""):
            return redirect_to_login(request.get_full_path())
        return error_response(401, *PLAIN_CODES[401])

    return guarded


api = DescribedApi(
    title="Parley",
    version=VERSION,
    description="A negotiation marketplace: sessions, rooms, live events.",
    openapi_url="/openapi.json",
    docs_url="/docs",
    docs=Swagger(),
    docs_decorator=for_known_callers,
    parser=StrictParser(),
    auth=KeyOrSession(),
    urls_namespace="api",
)
api.add_router("/v1/simulation", simulation)
api.add_router("/v1/negotiation", room_router)
api.add_router("/v1/negotiation", branches_router)
api.add_router("/v1/negotiation", beliefs_router)
api.add_router("/v1/negotiation", explaining_router)
api.add_router("/v1/negotiation", spectators_router)
api.add_router("/v1/logs", logs_router)
api.add_router("/v1/analysis", analysis_router)
# Before the negotiations themselves, or `start` would be taken for the id of one.
api.add_router("/v1/trade-desk", matches_router)
api.add_router("/v1/trade-desk", trades_router)
api.add_router("/v1/trade-desk", desk_router)
api.add_router("/v1/approvals", approvals_router)
api.add_router("/v1/arenas", arenas_router)
api.add_router("/v1/preview", preview)
api.add_router("/v1/notification-targets", targets_router)
api.add_router("/v1", status)


@api.exception_handler(ValidationError)
def _on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    if all(problem["loc"][0] == "path" for problem in error.errors):
        return error_response(404, _not_found_code(request), "There is nothing with this id.")
    problems = [{"field": field_path(_place(problem["loc"])), "reason": reason_of(problem)} for problem in error.errors]
    return error_response(400, "VALIDATION_ERROR", "The request breaks a rule.", problems)


@api.exception_handler(InvalidRequest)
def _on_invalid_request(request: HttpRequest, error: InvalidRequest) -> HttpResponse:
    problems = [{"field": problem.field, "reason": problem.reason} for problem in error.problems]
    return error_response(400, error.code, str(error), problems)


@api.exception_handler(TooManyFieldsSent)
def _on_too_many_parameters(request: HttpRequest, error: TooManyFieldsSent) -> HttpResponse:
    return error_response(400, *PLAIN_CODES[400], [{"field": "query", "reason": "has too many parameters"}])


@api.exception_handler(RateLimited)
def _on_too_fast(request: HttpRequest, error: RateLimited) -> HttpResponse:
    return too_fast(request, error)


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _on_database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("%s %s: the database is away: %s", request.method, request.path, error)
    return database_away(request)


@api.exception_handler(NegotiationError)
@api.exception_handler(MarketplaceError)
def _on_known_error(request: HttpRequest, error: NegotiationError | MarketplaceError) -> HttpResponse:
    return error_response(STATUSES[error.code], error.code, str(error), own_limit_details(error))


@api.exception_handler(AuthenticationError)
def _on_no_authentication(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    try:
        if _key_of(request):
            charge(Kind.UNKNOWN_KEY, address_of(request.META.get("REMOTE_ADDR", "")))
    except RateLimited as limited:
        return too_fast(request, limited)
    return error_response(401, *PLAIN_CODES[401])


@api.exception_handler(HttpError)
def _on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    code, message = PLAIN_CODES.get(error.status_code, PLAIN_CODES[500])
    problems = [{"field": "body", "reason": _why_unparsable(error)}] if error.status_code == 400 else None
    return error_response(error.status_code, code, message, problems)


@api.exception_handler(Http404)
def _on_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return error_response(404, *PLAIN_CODES[404])


@api.exception_handler(ObjectDoesNotExist)
@api.exception_handler(IntegrityError)
def _on_gone(request: HttpRequest, error: Exception) -> HttpResponse:
    if not is_gone(error):
        return _on_anything_else(request, error)
    logger.warning("%s %s: what it is about was deleted meanwhile", request.method, request.path, exc_info=error)
    return error_response(404, _not_found_code(request), "There is nothing with this id any more.")


@api.exception_handler(Exception)
def _on_anything_else(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return error_response(500, *PLAIN_CODES[500])


def _not_found_code(request: HttpRequest) -> str:
    if "/trade-desk/negotiations/" in request.path:
        return "NEGOTIATION_NOT_FOUND"
    if "/arenas/" in request.path:
        return "ARENA_NOT_FOUND"
    if "/negotiation/" in request.path:
        return "ROOM_NOT_FOUND"
    if "/logs/" in request.path:
        return "LOG_NOT_FOUND"
    return "SESSION_NOT_FOUND" if "/simulation/" in request.path else "NOT_FOUND"


def _place(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Without ninja's names for the body and its parameter: ('body', 'payload', 'buyer') as ('buyer',)."""
    return location[2:] if location[0] == "body" else location[1:]


def _why_unparsable(error: HttpError) -> str:
    cause = error.__cause__
    return str(cause) if isinstance(cause, (ValueError, TypeError)) else "must be valid JSON"
