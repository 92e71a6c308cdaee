"""The kinds of admin screens that the apps' admins are made of."""

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


class ModelAdmin(CleanText, _ModelAdmin):
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
