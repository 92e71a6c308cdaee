"""What arenas play stands in the same tables as what is bought and sold: how lists tell the two apart."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from marketplace.backoffice.kinds import BY_KEY
from marketplace.models import Session

# Whoever asks for one session, one room or one seller's sessions means these, wherever they were played.
NARROWED_BY = (*BY_KEY, "seller")


class SessionsOfArenas(admin.SimpleListFilter):
    """An arena's hundreds of rows are left out unless they, or one of them, are asked for."""

    title = "arenas"
    parameter_name = "arenas"
    is_arena = "is_arena"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self._is_narrowed = any(name in request.GET for name in NARROWED_BY) or _is_code(request.GET.get("q", ""))

    def has_output(self) -> bool:
        return not self._is_narrowed

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("with", "Shown, too"), ("only", "Nothing else")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        return iter([{**first, "display": "Left out"}, *others])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "with":
            return queryset
        return queryset.filter(**{self.is_arena: self.value() == "only"})


class RoomsOfArenas(SessionsOfArenas):
    is_arena = "session__is_arena"


class RowsOfArenas(SessionsOfArenas):
    """Of what happened in rooms."""

    is_arena = "run__session__is_arena"


def mark_of(session: Session) -> str:
    """What a list says beside the name of a session of which nothing is bought; empty beside any other."""
    if session.is_arena:
        return "Arena"
    return "What-if" if session.is_what_if else ""


def _is_code(text: str) -> bool:
    try:
        UUID(text.strip())
    except ValueError:
        return False
    return True
