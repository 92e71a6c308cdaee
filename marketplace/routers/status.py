"""Whether the installation is well: health for load balancers, providers and database for operators."""

from dataclasses import asdict, replace
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from ninja import Router

from llm.types import ProviderStatus
from marketplace.callers import principal_of
from marketplace.envelope import error_response
from marketplace.identity import Principal
from marketplace.readiness import readiness
from marketplace.version import VERSION
from negotiation.model_access import provider_lights

PROVIDERS = ("lm_studio", "openrouter", "openai_compatible", "builtin")

router = Router(tags=["status"])


@router.get("/health", auth=None)
def health(request: HttpRequest) -> dict[str, Any]:
    """Open to all; says up or down and nothing else. Template words that stand in for a model are no illness."""
    components = {"database": "unavailable" if _database_error() else "available", "llm": _language()}
    status = "degraded" if "unavailable" in components.values() else "healthy"
    return {"status": status, "version": VERSION, "app_name": "Parley", "components": components}


@router.get("/health/live", auth=None)
def live(request: HttpRequest) -> dict[str, str]:
    """Open to all; that the process answers, whatever else is away. If it does not, start it anew."""
    return {"status": "alive"}


@router.get("/health/ready", auth=None)
def ready(request: HttpRequest) -> dict[str, str] | HttpResponse:
    """Open to all; 503 while the database is away or not migrated, or this process stops: send requests elsewhere."""
    if not readiness().is_ready():
        return error_response(503, "NOT_READY", "Send requests to another process.")
    return {"status": "ready"}


@router.get("/llm/status")
def llm_status(request: HttpRequest) -> dict[str, Any]:
    """The providers by name, the one in use, and the database. Addresses are for operators."""
    principal = principal_of(request)
    providers = {n: asdict(_shown(s, principal)) for n, s in provider_lights().statuses(PROVIDERS).items()}
    error = _database_error()
    return {
        "in_use": settings.LLM.provider,
        "fallback": settings.LLM.fallback,
        "llm": providers[settings.LLM.provider],
        "providers": providers,
        "database": {"available": error is None, "vendor": connection.vendor, "error": error},
    }


def _shown(status: ProviderStatus, principal: Principal) -> ProviderStatus:
    return status if principal.may_read_all else replace(status, base_url=None)


def _language() -> str:
    if provider_lights().status(settings.LLM.provider).available:
        return "available"
    return "template_words" if settings.LLM.fallback == "template" else "unavailable"


def _database_error() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return None
