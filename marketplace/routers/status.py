"""Whether the installation is well: health for load balancers, providers and database for operators."""

from dataclasses import asdict
from typing import Any

from asgiref.sync import async_to_sync
from django.db import DatabaseError, connection
from django.http import HttpRequest
from ninja import Router

from llm.builtin import BuiltinProvider
from marketplace.version import VERSION

router = Router(tags=["status"])


@router.get("/health", auth=None)
def health(request: HttpRequest) -> dict[str, Any]:
    """Open to all; says up or down and nothing else."""
    database = _database_error()
    components = {"database": "unavailable" if database else "available", "llm": "available"}
    status = "degraded" if database else "healthy"
    return {"status": status, "version": VERSION, "app_name": "Parley", "components": components}


@router.get("/llm/status")
def llm_status(request: HttpRequest) -> dict[str, Any]:
    """The providers by name, the one in use, and the database."""
    builtin = asdict(async_to_sync(BuiltinProvider().ping)())
    error = _database_error()
    return {
        "in_use": "builtin",
        "llm": builtin,
        "providers": {"builtin": builtin},
        "database": {"available": error is None, "vendor": connection.vendor, "error": error},
    }


def _database_error() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return None
