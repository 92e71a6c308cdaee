"""The operators' screens for sellers with their stock and for sessions. Who may come in is in `access_admin`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Count, F, Q, QuerySet, Sum
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from marketplace import access_admin, audit
from marketplace.admin_kinds import AuditedAdmin, ModelAdmin, ReadOnlyAdmin, ReadOnlyInline, TabularInline, user_name
from marketplace.errors import MarketplaceError
from marketplace.models import BuyerItem, Role, Seller, SellerInventory, Session
from marketplace.services import clone_session, delete_session, start_session
from negotiation.core.vocabulary import Result
from negotiation.errors import NegotiationError
from negotiation.models import LLMCall, NegotiationRun, Outcome, RunEvent
from negotiation.services import cancel, pause

admin.site.site_header = admin.site.site_title = "Parley"
admin.site.index_title = "Marketplace"


class StockedSeller(Protocol):
    """A seller as its list counts it."""

    stock_lines: int


class CountedSession(Protocol):
    """A session as its list counts it."""

    room_count: int
    deal_count: int


class KeptBy(admin.SimpleListFilter):
    """Standing sellers unless others are asked for: sessions bring many that nobody looks for."""

    title = "kept by"
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


class SellerForm(forms.ModelForm):  # type: ignore[type-arg]  # takes its parameter in the stubs only
    def clean_name(self) -> str:
        # The constraint on standing sellers' names looks at the session, which is not on this form.
        name: str = self.cleaned_data["name"]
        if Seller.objects.standing().filter(name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(f"There is a standing seller called {name} already.")
        return name


class StockForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    def clean_allowed_terms(self) -> dict[str, list[int]]:
        """An emptied field means that there are none."""
        ranges: dict[str, list[int]] = self.cleaned_data["allowed_terms"] or {}
        return ranges


class InventoryInline(TabularInline):
    model = SellerInventory
    form = StockForm
    extra = 0
    # As wide as what is typed in, so that a line of stock fits a laptop's screen.
    formfield_overrides = {
        models.CharField: {"widget": forms.TextInput(attrs={"size": 22})},
        models.DecimalField: {"widget": forms.TextInput(attrs={"size": 8, "inputmode": "decimal"})},
        models.JSONField: {"widget": forms.Textarea(attrs={"rows": 1, "cols": 24})},
    }
    fields = (
        "item_id",
        "item_name",
        "quantity_available",
        "quantity_reserved",
        "cost_price",
        "least_price",
        "selling_price",
        "allowed_terms",
    )
    readonly_fields = ("quantity_reserved",)

    def get_extra(self, request: HttpRequest, obj: Any = None, **options: Any) -> int:
        """A new seller's form comes with lines to fill in."""
        return 3 if obj is None else 0


@admin.register(Seller)
class SellerAdmin(access_admin.PartyScreen, AuditedAdmin):
    way_in_role = Role.SELLER
    form = SellerForm
    list_display = ("name", "priority", "speaking_style", "mind", "stock_lines", "is_active")
    list_filter = (KeptBy, "is_active", "priority", "speaking_style", "mind")
    search_fields = ("name", "inventory__item_name", "inventory__item_id")
    fields = (
        ("name", "is_active"),
        ("priority", "speaking_style"),
        ("mind", "llm_model", "llm_temperature"),
        ("legal_name", "contact", "region"),
        "session",
        "code",
    )
    readonly_fields = ("session", "code")
    inlines = (InventoryInline,)
    actions = ("start_session_with",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        sellers: QuerySet[Any] = super().get_queryset(request).select_related("session")
        counted: QuerySet[Any] = sellers.annotate(stock_lines=Count("inventory", distinct=True))
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

    @admin.display(description="stock lines", ordering="stock_lines")
    def stock_lines(self, seller: StockedSeller) -> int:
        return seller.stock_lines

    @admin.action(description="Start a session with the selected sellers", permissions=["change"])
    def start_session_with(self, request: HttpRequest, queryset: QuerySet[Seller]) -> HttpResponse | None:
        invitable = Seller.objects.standing().filter(is_active=True, pk__in=queryset.values("pk"))
        codes = [str(code) for code in invitable.values_list("code", flat=True)]
        if not codes:
            self.message_user(request, "Only active standing sellers can be invited.", messages.ERROR)
            return None
        return redirect(f"{reverse('new_session')}?sellers={','.join(codes)}")


class RoomInline(ReadOnlyInline):
    model = NegotiationRun
    verbose_name_plural = "rooms"
    fields = ("item_name", "status", "progress", "sellers", "result", "link")
    readonly_fields = fields
    show_change_link = True
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rooms: QuerySet[Any] = super().get_queryset(request)
        rooms = rooms.select_related("item", "outcome__participant")
        counted: QuerySet[Any] = rooms.annotate(seller_count=Count("participants"))
        return counted

    @admin.display(description="item")
    def item_name(self, run: NegotiationRun) -> str:
        return str(run.item)

    @admin.display(description="round")
    def progress(self, run: NegotiationRun) -> str:
        return f"{run.current_round} of {run.max_rounds}"

    @admin.display(description="sellers")
    def sellers(self, run: Any) -> int:
        return int(run.seller_count)

    @admin.display(description="result")
    def result(self, run: NegotiationRun) -> str:
        outcome = getattr(run, "outcome", None)
        return _told(outcome) if outcome is not None else run.skip_reason.replace("_", " ") or "-"

    @admin.display(description="link")
    def link(self, run: NegotiationRun) -> SafeString:
        return format_html('<a href="{}">Open the room</a>', run.get_absolute_url())


@admin.register(Session)
class SessionAdmin(access_admin.PartyScreen, ReadOnlyAdmin):
    way_in_role = Role.BUYER
    way_in_party = "buyer.code"
    list_display = ("title", "buyer_name", "created_at", "room_count", "deal_count", "floor")
    list_select_related = ("buyer",)
    list_filter = ("created_at", "buyer_mind", "runs__status")
    search_fields = ("name", "code", "buyer__name", "buyer__items__item_name")
    date_hierarchy = "created_at"
    view_on_site = False
    fields = (
        "title",
        "floor",
        "buyer_name",
        "buyer_particulars",
        "shopping_list",
        ("currency", "disclose_best_offer"),
        ("max_rounds", "turn_seconds", "seed"),
        ("seat_hours", "on_timeout", "approve_above"),
        ("buyer_mind", "buyer_llm_model", "buyer_llm_temperature"),
        ("llm_provider", "llm_model", "llm_temperature", "llm_max_tokens"),
        ("budget_calls", "budget_tokens", "budget_cost", "budget_seconds"),
        "model_usage",
        ("created_by", "created_at", "code"),
    )
    inlines = (RoomInline,)
    actions = ("start_rooms", "pause_rooms", "cancel_rooms", "clone_sessions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        sessions: QuerySet[Any] = super().get_queryset(request)
        is_deal = Q(runs__outcome__result=Result.DEAL)
        counted: QuerySet[Any] = sessions.annotate(
            room_count=Count("runs", distinct=True),
            deal_count=Count("runs__outcome", filter=is_deal, distinct=True),
        )
        return counted

    def has_add_permission(self, request: HttpRequest) -> bool:
        return ModelAdmin.has_add_permission(self, request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return ModelAdmin.has_delete_permission(self, request, obj)

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Whoever may change sessions may start, pause, cancel and clone them, though not edit them."""
        return ModelAdmin.has_change_permission(self, request)

    def add_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return redirect("new_session")

    def delete_model(self, request: HttpRequest, obj: Session) -> None:
        delete_session(obj)
        audit.note(user_name(request), "deleted session", session=obj.code)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        for session in queryset:
            self.delete_model(request, session)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with the sessions, by number; that rooms cannot be deleted by themselves does not stop it."""
        sessions = list(objs)
        rooms = NegotiationRun.objects.filter(session__in=sessions)
        counts = {
            "sessions": len(sessions),
            "rooms": rooms.count(),
            "events": RunEvent.objects.filter(run__in=rooms).count(),
        }
        return [str(session) for session in sessions], counts, set(), []

    @admin.display(description="session", ordering="name")
    def title(self, session: Session) -> str:
        return str(session)

    @admin.display(description="buyer", ordering="buyer__name")
    def buyer_name(self, session: Session) -> str:
        return session.buyer.name

    @admin.display(description="told to a seller with a deal", empty_value="-")
    def buyer_particulars(self, session: Session) -> str:
        return ", ".join(filter(None, [session.buyer.legal_name, session.buyer.contact]))

    @admin.display(description="rooms", ordering="room_count")
    def room_count(self, session: CountedSession) -> int:
        return session.room_count

    @admin.display(description="deals", ordering="deal_count")
    def deal_count(self, session: CountedSession) -> int:
        return session.deal_count

    @admin.display(description="floor")
    def floor(self, session: Session) -> SafeString:
        return format_html('<a href="{}">Open the floor</a>', session.get_absolute_url())

    @admin.display(description="models used")
    def model_usage(self, session: Session) -> SafeString:
        calls = LLMCall.objects.filter(run__session=session).values("model")
        used = calls.annotate(
            asked=Sum("attempts"), tokens=Sum(F("input_tokens") + F("output_tokens")), spent=Sum("cost")
        ).order_by("model")
        lines = ((row["model"] or "default", row["asked"], row["tokens"], row["spent"]) for row in used)
        return format_html_join("", "{}: {} calls, {} tokens, {} USD<br>", lines) or format_html("{}", "none")

    @admin.display(description="shopping list")
    def shopping_list(self, session: Session) -> SafeString:
        lines = (
            (str(item), item.item_id, item.min_price_per_unit, item.max_price_per_unit, _mandate(item))
            for item in session.buyer.items.all()
        )
        return format_html_join("", "{} ({}), from {} to {}{}<br>", lines)

    @admin.action(description="Start all pending rooms", permissions=["steer"])
    def start_rooms(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        self._say_how_many(request, "Started", sum(start_session(session) for session in queryset))

    @admin.action(description="Pause running rooms", permissions=["steer"])
    def pause_rooms(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        self._say_how_many(request, "Paused", _steer(_running_rooms(queryset), pause))

    @admin.action(description="Cancel running rooms", permissions=["steer"])
    def cancel_rooms(self, request: HttpRequest, queryset: QuerySet[Session]) -> HttpResponseBase | None:
        rooms = list(_running_rooms(queryset))
        if not request.POST.get("post"):
            return self._confirm_cancelling(request, queryset, rooms)
        self._say_how_many(request, "Cancelled", _steer(rooms, cancel))
        return None

    @admin.action(description="Clone", permissions=["steer"])
    def clone_sessions(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        for session in queryset:
            try:
                clone = clone_session(session)
            except MarketplaceError as error:
                self.message_user(request, f"{session} cannot be cloned: {error}", messages.ERROR)
                continue
            link = format_html('<a href="{}">{}</a>', clone.get_absolute_url(), clone)
            self.message_user(request, format_html("Cloned {}: {}.", session, link), messages.SUCCESS)

    def _confirm_cancelling(
        self, request: HttpRequest, queryset: QuerySet[Session], rooms: Sequence[NegotiationRun]
    ) -> HttpResponseBase:
        context = {
            **self.admin_site.each_context(request),
            "title": "Are you sure?",
            "opts": self.opts,
            "media": self.media,
            "rooms": rooms,
            "sessions": queryset,
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/cancel_rooms.html", context)

    def _say_how_many(self, request: HttpRequest, verb: str, number: int) -> None:
        level = messages.SUCCESS if number else messages.WARNING
        self.message_user(request, f"{verb} {number} room{'' if number == 1 else 's'}.", level)


def _is_standing(seller: Seller | None) -> bool:
    return seller is None or seller.session_id is None


def _typed_in(formset: "BaseInlineFormSet[Any, Any, Any]") -> list[str]:
    columns = {field.name for field in formset.model._meta.concrete_fields if not field.primary_key}
    return [name for name in formset.empty_form.fields if name in columns]


def _told(outcome: Outcome) -> str:
    if outcome.result != Result.DEAL:
        return f"no deal: {outcome.get_reason_display()}"
    return f"{outcome.quantity} x {outcome.unit_price} from {outcome.participant}"


def _mandate(item: BuyerItem) -> str:
    """What the buyer's agent may do besides, in words; empty if nothing was said of it."""
    parts = [
        f"hopes for {item.target_price}" if item.target_price is not None else "",
        f"asks above a total of {item.approve_above}" if item.approve_above is not None else "",
        "asks below the minimum" if item.approve_below_min else "",
        *(f"{name.replace('_', ' ')} {low} to {high}" for name, (low, high) in sorted(item.allowed_terms.items())),
    ]
    return "".join(f", {part}" for part in parts if part)


def _running_rooms(sessions: QuerySet[Session]) -> QuerySet[NegotiationRun]:
    return NegotiationRun.objects.started().filter(session__in=sessions.values("pk")).select_related("item", "session")


def _steer(rooms: Iterable[NegotiationRun], steer: Callable[[UUID], None]) -> int:
    """How many of the rooms took it; the others ended, or were there already, in the meantime."""
    took_it = 0
    for run in rooms:
        with suppress(NegotiationError):
            steer(run.code)
            took_it += 1
    return took_it
