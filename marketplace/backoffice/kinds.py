"""The kinds of admin screens that the apps' admins are made of."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import CharField, Field
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from marketplace import audit
from marketplace.text import validate_line

if TYPE_CHECKING:
    # Django's classes take a type parameter in their stubs only.
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
    _Options = admin.options.BaseModelAdmin[Any]
    _Paginator = Paginator[Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _TabularInline = admin.TabularInline
    _Options = object
    _Paginator = Paginator

MOST_COUNTED = 100_000
# The rows of one session or one room, and the row itself: what pages of ours lead to.
BY_KEY = ("id__exact", "session__id__exact", "run__id__exact")
# What Django's own filters add to the path of what they look at.
OF_FILTERS = ("", "__exact", "__isnull", "__gte", "__lt", "__id__exact")
OF_DATES = ("__year", "__month", "__day", "__gte", "__lt")


class CleanText(_Options):
    """Whatever is typed in is one clean line."""

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **options)
        if isinstance(db_field, CharField) and isinstance(field, forms.CharField):
            field.validators.append(validate_line)
        return field


class PatientPaginator(_Paginator):
    """For tables that grow for ever: counting stops at a number that nobody pages through."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        counted: int = rows.order_by().values("pk")[:MOST_COUNTED].count()
        return counted


class OwnFilters(_Options):
    """A list is narrowed by its own filters and by links of ours.

    Django allows any lookup of a table's own columns: of those that no list shows, and by patterns that take for ever.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in BY_KEY or lookup in _lookups_of(self, request)


def _lookups_of(screen: Any, request: HttpRequest | None) -> Iterator[str]:
    for item in screen.get_list_filter(request):
        if not isinstance(item, (str, tuple, list)):
            yield item.parameter_name
            continue
        path, kind = (item, None) if isinstance(item, str) else item
        endings = ("__isempty",) if kind is admin.EmptyFieldListFilter else OF_FILTERS
        yield from (f"{path}{ending}" for ending in endings)
    if screen.date_hierarchy:
        yield from (f"{screen.date_hierarchy}{ending}" for ending in OF_DATES)


class ModelAdmin(OwnFilters, CleanText, _ModelAdmin):
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Under the name of what is listed, which Django only asks to select from."""
        title = str(self.opts.verbose_name_plural)
        named = {"title": f"{title[0].upper()}{title[1:]}", **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, named)
        return response


class TabularInline(CleanText, _TabularInline):
    """Names each field for those who do not see the head of its column."""

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field is not None and field.label:
            field.widget.attrs.setdefault("aria-label", str(field.label))
        return field


def user_name(request: HttpRequest) -> str:
    """The same as in the principal of the account."""
    return f"user/{request.user.pk}"


class AuditedAdmin(ModelAdmin):
    """Rows with private numbers: who opens one leaves a trace."""

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        if request.method == "GET" and response.status_code == 200:
            audit.note(user_name(request), "viewed in the admin", row=f"{self.opts.label_lower}/{object_id}")
        return response


class ReadOnlyAdmin(AuditedAdmin):
    """Rows that people look at and only the marketplace itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
