"""The operators' screens for who may come in: API keys, accounts and links of parties, and people."""

from datetime import timedelta
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace import audit
from marketplace.backoffice.kinds import CleanText, ModelAdmin, ReadOnlyAdmin, user_name
from marketplace.identity import create_api_key, revoke_api_keys
from marketplace.models import ApiKey, PartyAccess, PartyLink, Role, Scope
from marketplace.parties import LINK_DAYS, account_problem, make_party_link, party_problem, revoke_party_links


class PartyForm(forms.ModelForm):  # type: ignore[type-arg]  # takes its parameter in the stubs only
    """Whatever acts for a party: the party exists, and the end is not over already."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        role = cleaned.get("role")
        problem = party_problem(Role(role), cleaned.get("party")) if role else ""
        if "party" not in self.errors and problem:
            self.add_error("party", problem)
        expires_at = cleaned.get("expires_at")
        if expires_at is not None and expires_at <= timezone.now():
            self.add_error("expires_at", "It would have expired already.")
        return cleaned


class PartyAccessForm(PartyForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        user, role = cleaned.get("user"), cleaned.get("role")
        problem = account_problem(user, Role(role)) if user and role else ""
        if problem:
            self.add_error("user", problem)
        return cleaned


class TellsOnceAdmin(ReadOnlyAdmin):
    """Secrets whose text is in one message after they were made, and nowhere else; revoked, never edited."""

    form = PartyForm
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return ModelAdmin.has_add_permission(self, request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return ModelAdmin.has_delete_permission(self, request, obj)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return ModelAdmin.has_change_permission(self, request)

    def _say_revoked(self, request: HttpRequest, queryset: QuerySet[Any], revoked: int, kind: str) -> None:
        numbers = ",".join(str(row.pk) for row in queryset)
        audit.note(user_name(request), f"revoked {kind}s", numbers=numbers)
        self.message_user(request, f"Revoked {revoked} {kind}{'' if revoked == 1 else 's'}.", messages.SUCCESS)


@admin.register(ApiKey)
class ApiKeyAdmin(TellsOnceAdmin):
    list_display = ("name", "prefix", "role", "scope", "party", "expires_at", "revoked_at", "last_used_at")
    list_filter = ("role", "scope", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "prefix", "party")

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        if obj is None:
            return ("name", "role", "scope", "party", "expires_at")
        return (*self.list_display, "created_at")

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        key, text = create_api_key(obj.name, Role(obj.role), obj.party, obj.expires_at, Scope(obj.scope))
        obj.pk, obj.prefix = key.pk, key.prefix
        audit.note(user_name(request), "made key", key=key.pk, role=key.role, scope=key.scope, party=key.party)
        shown = format_html("This is the key. It is not shown again: <code>{}</code>", text)
        self.message_user(request, shown, messages.SUCCESS)

    @admin.action(description="Revoke the selected keys", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        self._say_revoked(request, queryset, revoke_api_keys(queryset), "key")

    def delete_model(self, request: HttpRequest, obj: ApiKey) -> None:
        audit.note(user_name(request), "deleted key", key=obj.pk)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset:
            self.delete_model(request, key)


@admin.register(PartyLink)
class PartyLinkAdmin(TellsOnceAdmin):
    """The page to make one takes `?role=&party=`, which the pages of sellers and sessions fill in."""

    list_display = ("role", "party", "created_at", "expires_at", "used_at", "revoked_at", "made_by")
    list_display_links = ("role", "party")
    list_filter = ("role", ("revoked_at", admin.EmptyFieldListFilter), ("used_at", admin.EmptyFieldListFilter))
    search_fields = ("party",)

    def get_fields(self, request: HttpRequest, obj: PartyLink | None = None) -> Any:
        return ("role", "party", "expires_at") if obj is None else self.list_display

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        ends = timezone.now() + timedelta(days=LINK_DAYS)
        return {"expires_at": ends, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: PartyLink, form: Any, change: bool) -> None:
        text = tell_party_link(request, Role(obj.role), obj.party, obj)
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description="Revoke the selected links", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[PartyLink]) -> None:
        self._say_revoked(request, queryset, revoke_party_links(queryset), "link")


class PartyScreen(ModelAdmin):
    """The page of something that a party stands behind, with a link to the form that lets a browser in for it."""

    way_in_role: Role
    way_in_party = "code"

    def may_let_in(self, request: HttpRequest, obj: Any) -> bool:
        """Whether `way_in` is to stand on the page."""
        return obj is not None and request.user.has_perm("marketplace.add_partylink")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "way_in")

    @admin.display(description="way in")
    def way_in(self, row: Any) -> SafeString:
        asked = urlencode({"role": self.way_in_role, "party": attrgetter(self.way_in_party)(row)})
        address = f"{reverse('admin:marketplace_partylink_add')}?{asked}"
        return format_html('<a href="{}">Make a sign-in link for the {}</a>', address, self.way_in_role)


def tell_party_link(request: HttpRequest, role: Role, party: UUID, row: PartyLink) -> str:
    """Makes the link that the form describes, and words that tell it."""
    link, token = make_party_link(role, party, user_name(request), row.expires_at)
    row.pk = link.pk
    audit.note(user_name(request), "made link", link=link.pk, role=role, party=party)
    address = request.build_absolute_uri(reverse("enter", args=[token]))
    return format_html("This link lets one browser in. It is not shown again: <code>{}</code>", address)


@admin.register(PartyAccess)
class PartyAccessAdmin(ModelAdmin):
    form = PartyAccessForm
    list_display = ("user", "role", "party", "created_at")
    list_select_related = ("user",)
    list_filter = ("role",)
    search_fields = ("user__username", "party")
    autocomplete_fields = ("user",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A tie is made and taken away, never turned into another."""
        return False

    def save_model(self, request: HttpRequest, obj: PartyAccess, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.note(user_name(request), "tied account", account=obj.user_id, role=obj.role, party=obj.party)

    def delete_model(self, request: HttpRequest, obj: PartyAccess) -> None:
        audit.note(user_name(request), "untied account", account=obj.user_id, role=obj.role, party=obj.party)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[PartyAccess]) -> None:
        for tie in queryset:
            self.delete_model(request, tie)


admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(CleanText, UserAdmin):  # type: ignore[type-arg]  # takes its parameter in the stubs only
    """Django's own, and a trace of who gave whom which rights."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        user: User = form.instance
        groups = ",".join(sorted(user.groups.values_list("name", flat=True))) or "none"
        flags = [name for name in ("is_active", "is_staff", "is_superuser") if getattr(user, name)]
        audit.note(user_name(request), "saved account", account=user.pk, groups=groups, flags=",".join(flags))
