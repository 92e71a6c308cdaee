"""The operators' screen for standing sellers: profile and stock on one page, copies, and files."""

from collections.abc import Iterator
from typing import Any, Protocol

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace import audit
from marketplace.backoffice import access
from marketplace.backoffice.catalogue import CatalogueFiles
from marketplace.backoffice.kinds import AuditedAdmin, TabularInline, user_name
from marketplace.backoffice.seller_copies import copy_seller
from marketplace.backoffice.stock_forms import StockForm
from marketplace.models import Role, Seller, SellerInventory
from negotiation.models import OPEN, Participant

# So many regions are offered to choose from; sellers of others are found by searching.
MOST_REGIONS = 20
ELSEWHERE = "-"


class CountedSeller(Protocol):
    """A seller as its list counts it."""

    stock_lines: int
    stock_value: Any


class KeptBy(admin.SimpleListFilter):
    """Standing sellers unless others are asked for: sessions bring many that nobody looks for."""

    title = "who keeps them"
    parameter_name = "kept"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("session", "A session"), ("all", "Anybody")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        return iter([{**first, "display": "Operators (standing)"}, *others])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(session__isnull=self.value() != "session")


class Region(admin.SimpleListFilter):
    title = "region"
    parameter_name = "region"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        counted = Seller.objects.standing().exclude(region="").values("region").annotate(sellers=Count("pk"))
        regions = counted.order_by("-sellers", "region").values_list("region", flat=True)[:MOST_REGIONS]
        return [*((region, region) for region in sorted(regions)), (ELSEWHERE, "Not said")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.filter(region="" if self.value() == ELSEWHERE else self.value())


class SellerForm(forms.ModelForm):  # type: ignore[type-arg]  # takes its parameter in the stubs only
    class Meta:
        labels = {"llm_model": "Own model", "llm_temperature": "Own temperature"}

    def clean_name(self) -> str:
        # The constraint on standing sellers' names looks at the session, which is not on this form.
        name: str = self.cleaned_data["name"]
        if Seller.objects.standing().filter(name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(f"There is a standing seller called {name} already.")
        return name


class InventoryInline(TabularInline):
    model = SellerInventory
    form = StockForm
    extra = 0
    verbose_name = "line of stock"
    verbose_name_plural = "stock"
    # As wide as what is typed in, so that a line of stock fits a laptop's screen.
    formfield_overrides = {
        models.CharField: {"widget": forms.TextInput(attrs={"size": 15})},
        models.DecimalField: {"widget": forms.TextInput(attrs={"size": 7, "inputmode": "decimal"})},
        models.PositiveIntegerField: {"widget": forms.TextInput(attrs={"size": 5, "inputmode": "numeric"})},
    }
    fields = (
        "item_id",
        "item_name",
        "quantity_available",
        "promised",
        "in_rooms",
        "cost_price",
        "least_price",
        "selling_price",
        "allowed_terms",
        "volume_tiers",
    )
    readonly_fields = ("promised", "in_rooms")

    def get_extra(self, request: HttpRequest, obj: Any = None, **options: Any) -> int:
        """A new seller's form comes with lines to fill in."""
        return 3 if obj is None else 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        asked_now = Participant.objects.filter(inventory=OuterRef("pk"), run__status__in=OPEN).order_by()
        open_rooms = asked_now.values("inventory").annotate(rooms=Count("pk")).values("rooms")
        rows: QuerySet[Any] = super().get_queryset(request).select_related("seller")
        counted: QuerySet[Any] = rows.annotate(open_rooms=Coalesce(Subquery(open_rooms), Value(0)))
        return counted

    @admin.display(description="promised")
    def promised(self, row: SellerInventory) -> str:
        """Units that deals have taken."""
        return f"{row.quantity_reserved:,}"

    @admin.display(description="open rooms")
    def in_rooms(self, row: Any) -> str:
        return f"{getattr(row, 'open_rooms', 0):,}"


@admin.register(Seller)
class SellerAdmin(access.PartyScreen, CatalogueFiles, AuditedAdmin):
    way_in_role = Role.SELLER
    form = SellerForm
    save_as = True
    save_as_continue = True
    list_display = (
        "name",
        "is_active",
        "mind_in_short",
        "priority",
        "temper_in_short",
        "region",
        "stock_lines",
        "stock_value",
    )
    list_filter = (KeptBy, "is_active", "mind", "priority", "temperament", "toughness", "speaking_style", Region)
    search_fields = ("name", "region", "inventory__item_name", "inventory__item_id")
    search_help_text = "Name, region, or an item that is stocked"
    show_full_result_count = False
    list_per_page = 50
    inlines = (InventoryInline,)
    readonly_fields = ("session", "code", "sessions", "curve")
    actions = ("start_session_with", "copy_with_stock", "activate", "deactivate", "export_chosen")

    class Media:
        css = {"all": ["css/curve.css"]}
        js = [forms.Script("js/admin_curve.js", type="module")]

    def get_fieldsets(self, request: HttpRequest, obj: Seller | None = None) -> Any:
        profile = (
            ("name", "is_active"),
            ("priority", "speaking_style"),
            ("temperament", "toughness"),
            "bundle_percent",
        )
        model = ("mind", ("llm_model", "llm_temperature"))
        told = (("legal_name", "contact"), "region")
        may_try = self.has_change_permission(request, obj)  # else there is nothing to choose
        shown = [
            ("Profile", {"fields": profile}),
            *([("What its agent would do", {"fields": ("curve",)})] if may_try else []),
            ("Who decides and speaks", {"fields": model}),
            ("Told to buyers", {"fields": told}),
        ]
        if obj is None:
            return shown
        way_in = ("way_in",) if self.may_let_in(request, obj) else ()
        return [*shown, ("In the marketplace", {"fields": ("sessions", "session", *way_in, "code")})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        stock = SellerInventory.objects.filter(seller=OuterRef("pk")).order_by().values("seller")
        lines = stock.annotate(lines=Count("pk")).values("lines")
        value = stock.annotate(value=Sum(F("quantity_available") * F("selling_price"))).values("value")
        money: DecimalField[Any, Any] = DecimalField(max_digits=18, decimal_places=2)
        sellers: QuerySet[Any] = super().get_queryset(request).select_related("session")
        counted: QuerySet[Any] = sellers.annotate(
            stock_lines=Coalesce(Subquery(lines), Value(0)),
            stock_value=Coalesce(Subquery(value, output_field=money), Value(0, output_field=money)),
        )
        return counted

    def has_change_permission(self, request: HttpRequest, obj: Seller | None = None) -> bool:
        return _is_standing(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Seller | None = None) -> bool:
        return _is_standing(obj) and super().has_delete_permission(request, obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Write what was on the form and no more: a room may reserve units while somebody edits the row."""
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            row.delete()
        for row in rows:
            row.save(update_fields=_typed_in(formset) if row.pk else None)

    @admin.display(description="mind", ordering="mind")
    def mind_in_short(self, seller: Seller) -> str:
        return _in_short(seller.get_mind_display())

    @admin.display(description="temperament", ordering="temperament")
    def temper_in_short(self, seller: Seller) -> str:
        return _in_short(seller.get_temperament_display())

    @admin.display(description="stock lines", ordering="stock_lines")
    def stock_lines(self, seller: CountedSeller) -> str:
        return f"{seller.stock_lines:,}"

    @admin.display(description="stock at asking prices", ordering="stock_value")
    def stock_value(self, seller: CountedSeller) -> str:
        return f"{seller.stock_value:,.2f}"

    @admin.display(description="sessions")
    def sessions(self, seller: Seller) -> SafeString:
        address = f"{reverse('admin:marketplace_session_changelist')}?seller={seller.code}"
        return format_html('<a href="{}">Sessions that invited this seller</a>', address)

    @admin.display(description="Offers by round")
    def curve(self, seller: Seller) -> SafeString:
        """With what is on the form; its script fills it."""
        return render_to_string("curve.html", {"party": "seller"})

    @admin.action(description="Start a session with the selected sellers", permissions=["change"])
    def start_session_with(self, request: HttpRequest, queryset: QuerySet[Seller]) -> HttpResponse | None:
        invitable = Seller.objects.standing().filter(is_active=True, pk__in=queryset.values("pk"))
        codes = [str(code) for code in invitable.values_list("code", flat=True)]
        if not codes:
            self.message_user(request, "Only active standing sellers can be invited.", messages.ERROR)
            return None
        return redirect(f"{reverse('new_session')}?sellers={','.join(codes)}")

    @admin.action(description="Copy with stock, under a new name", permissions=["add"])
    def copy_with_stock(self, request: HttpRequest, queryset: QuerySet[Seller]) -> HttpResponse | None:
        with transaction.atomic():
            copies = [copy_seller(seller) for seller in queryset]
        audit.note(user_name(request), "copied sellers", copies=",".join(str(copy.pk) for copy in copies))
        told = "Copied, and not active yet: {}." if len(copies) == 1 else "Copied, and none active yet: {}."
        names = ", ".join(copy.name for copy in copies)
        self.message_user(request, told.format(names), messages.SUCCESS)
        return redirect("admin:marketplace_seller_change", copies[0].pk) if len(copies) == 1 else None

    @admin.action(description="Activate: sessions may invite them", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Seller]) -> None:
        self._switch(request, queryset, is_active=True)

    @admin.action(description="Deactivate: no new session invites them", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Seller]) -> None:
        self._switch(request, queryset, is_active=False)

    @admin.action(description="Export as CSV", permissions=["export"])
    def export_chosen(self, request: HttpRequest, queryset: QuerySet[Seller]) -> HttpResponse:
        return self.export(request, queryset)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Seller], *, is_active: bool) -> None:
        others = Seller.objects.standing().filter(pk__in=queryset.values("pk"), is_active=not is_active)
        count = others.update(is_active=is_active)
        deed = "Activated" if is_active else "Deactivated"
        audit.note(user_name(request), f"{deed.lower()} sellers", sellers=count)
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, f"{deed} {count:,} seller{'' if count == 1 else 's'}.", level)


def _is_standing(seller: Seller | None) -> bool:
    return seller is None or seller.session_id is None


def _in_short(label: str) -> str:
    """A choice without what it means."""
    return label.partition(" (")[0]


def _typed_in(formset: "BaseInlineFormSet[Any, Any, Any]") -> list[str]:
    columns = {field.name for field in formset.model._meta.concrete_fields if not field.primary_key}
    typed = [name for name in formset.empty_form.fields if name in columns]
    return [*typed, "term_weights"] if "allowed_terms" in typed else typed
