"""The operators' screens for rooms and all that happened in them: to look at, never to edit."""

import json
from collections.abc import Callable
from typing import Any, Protocol, get_args

from django.contrib import admin
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from marketplace.backoffice.arena_rows import RoomsOfArenas, RowsOfArenas, mark_of
from marketplace.backoffice.kinds import PatientPaginator, ReadOnlyAdmin, ReadOnlyInline
from marketplace.backoffice.steering import SteersRooms
from marketplace.templatetags.parley import units
from negotiation import arena_admin, notification_admin, seat_admin, trade_admin  # noqa: F401  # screens of their own
from negotiation.core.events import Event
from negotiation.models import (
    STARTED,
    LeftOut,
    LLMCall,
    Message,
    NegotiationRun,
    Offer,
    Outcome,
    Participant,
    RunEvent,
)
from negotiation.room_listings import in_short, listings_of, replay_at

FORGOTTEN = "Its time is over; only the hashes are kept."


class ListedRun(Protocol):
    """A room as its list counts it."""

    seller_count: int


class AtWork(admin.SimpleListFilter):
    """Rooms that were started and are not over, whatever they are at."""

    title = "at work"
    parameter_name = "at_work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "yes":
                return queryset.filter(status__in=STARTED)
            case "no":
                return queryset.exclude(status__in=STARTED)
            case _:
                return queryset


class KindOfEvent(admin.SimpleListFilter):
    """All kinds there are, without asking a long log which of them it holds."""

    title = parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.__name__, kind.__name__) for kind in get_args(Event)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(type=self.value()) if self.value() else queryset


class ParticipantInline(ReadOnlyInline):
    model = Participant
    verbose_name_plural = "sellers in the room, with their terms as they were when it was set up"
    fields = (
        "name",
        "priority",
        "speaking_style",
        "temperament",
        "toughness",
        "mind",
        "stock",
        "cost_price",
        "least_price",
        "selling_price",
        "allowed_terms",
        "term_weights",
    )


class LeftOutInline(ReadOnlyInline):
    model = LeftOut
    verbose_name_plural = "sellers that could not serve the item"
    fields = ("seller", "reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("seller")


@admin.register(NegotiationRun)
class NegotiationRunAdmin(SteersRooms, ReadOnlyAdmin):
    change_form_template = "admin/room.html"
    list_display = (
        "item",
        "status",
        "unit_price",
        "progress",
        "seller_count",
        "session_name",
        "result",
        "started_at",
        "duration",
        "pages",
    )
    list_select_related = ("session", "item", "outcome")
    list_filter = (AtWork, RoomsOfArenas, "status", "outcome__result", "session__is_what_if", "created_at")
    view_on_site = False
    search_fields = ("item__item_name", "item__item_id", "session__name", "item__buyer__name", "code")
    search_help_text = "Item, session, buyer or code"
    show_full_result_count = False
    fieldsets = (
        ("Room", {"fields": ("item", "session", "pages", "limits", ("status", "progress"), "skip_reason", "branch")}),
        (
            "Outcome",
            {"fields": ("result", "reason", "winner", ("unit_price", "quantity", "total_cost"), "explanation")},
        ),
        (
            "Record",
            {
                "fields": (
                    ("started_at", "ended_at", "duration"),
                    ("seed", "last_seq"),
                    ("lease_owner", "lease_until"),
                    "code",
                )
            },
        ),
    )
    inlines = (ParticipantInline, LeftOutInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        runs: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = runs.annotate(seller_count=Count("participants", distinct=True))
        return counted

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run = get_object_or_404(NegotiationRun, pk=object_id)
        return super().change_view(
            request, object_id, form_url, {"listings": listings_of(run), **(extra_context or {})}
        )

    def rooms_of(self, queryset: QuerySet[Any]) -> QuerySet[NegotiationRun]:
        return NegotiationRun.objects.filter(pk__in=queryset.order_by().values("pk"))

    @admin.display(description="session", ordering="session__name")
    def session_name(self, run: NegotiationRun) -> SafeString:
        mark = mark_of(run.session)
        tag = format_html(' <span class="tag">{}</span>', mark) if mark else ""
        address = reverse("admin:marketplace_session_change", args=[run.session_id])
        return format_html('<a href="{}">{}</a>{}', address, run.session, tag)

    @admin.display(description="branched from")
    def branch(self, run: NegotiationRun) -> SafeString | str:
        if run.branched_from is None:
            return "-"
        link = format_html('<a href="{}">{}</a>', run.branched_from.get_absolute_url(), run.branched_from)
        return format_html("{} after round {}: {}", link, run.branched_after, run.branched_with)

    @admin.display(description="round", ordering="current_round")
    def progress(self, run: NegotiationRun) -> str:
        return f"{run.current_round} of {run.max_rounds}"

    @admin.display(description="sellers", ordering="seller_count")
    def seller_count(self, run: ListedRun) -> int:
        return run.seller_count

    @admin.display(description="duration", ordering=F("ended_at") - F("started_at"))
    def duration(self, run: NegotiationRun) -> str:
        if run.started_at is None:
            return "-"
        seconds = ((run.ended_at or timezone.now()) - run.started_at).total_seconds()
        return f"{seconds:,.1f} s"

    @admin.display(description="result", ordering="outcome__result")
    def result(self, run: NegotiationRun) -> object:
        return _of_outcome(run, lambda outcome: outcome.get_result_display())

    @admin.display(description="reason")
    def reason(self, run: NegotiationRun) -> object:
        return _of_outcome(run, lambda outcome: outcome.get_reason_display())

    @admin.display(description="price", ordering="outcome__unit_price")
    def unit_price(self, run: NegotiationRun) -> object:
        return _of_outcome(run, lambda outcome: outcome.unit_price)

    @admin.display(description="quantity")
    def quantity(self, run: NegotiationRun) -> object:
        return _of_outcome(run, lambda outcome: outcome.quantity)

    @admin.display(description="total cost")
    def total_cost(self, run: NegotiationRun) -> object:
        return _of_outcome(run, lambda outcome: outcome.total_cost)

    @admin.display(description="winner")
    def winner(self, run: NegotiationRun) -> object:
        return _of_outcome(run, lambda outcome: outcome.participant)

    @admin.display(description="explanation")
    def explanation(self, run: NegotiationRun) -> object:
        return _of_outcome(run, lambda outcome: outcome.explanation)

    @admin.display(description="buyer's limits")
    def limits(self, run: NegotiationRun) -> str:
        item = run.item
        return f"{units(item.quantity_needed)}, from {item.min_price_per_unit} to {item.max_price_per_unit}"

    @admin.display(description="pages")
    def pages(self, run: NegotiationRun) -> SafeString:
        room = format_html('<a href="{}">Room</a>', run.get_absolute_url())
        sheet = format_html('<a href="{}">Deal sheet</a>', reverse("sheet", args=[run.session.code]))
        return format_html_join(
            " \N{MIDDLE DOT} ", "{}", ((link,) for link in (room, replay_at(run, None, "Replay"), sheet))
        )


class ShownInItsRoom(ReadOnlyAdmin):
    """Rows that were written at an event, which the room's page can show once more."""

    paginator = PatientPaginator
    show_full_result_count = False

    @admin.display(description="in the room")
    def in_room(self, row: Any) -> SafeString | str:
        return replay_at(row.run, row.seq, f"Event {row.seq}") if row.seq else "-"


@admin.register(Message)
class MessageAdmin(ShownInItsRoom):
    list_display = ("at", "run", "round", "party", "participant", "voice", "__str__", "in_room")
    list_display_links = ("at",)
    list_select_related = ("run__item", "participant")
    list_filter = (RowsOfArenas, "party", "voice", "at")
    search_fields = ("text", "participant__name", "run__item__item_name", "run__session__name")


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "unit_price",
        "quantity",
        "party",
        "participant",
        "round",
        "run",
        "is_final",
        "status",
        "at",
    )
    list_select_related = ("run__item", "participant")
    list_filter = (RowsOfArenas, "status", "party", "is_final", "at")
    search_fields = ("participant__name", "run__item__item_name", "run__session__name")
    paginator = PatientPaginator
    show_full_result_count = False


@admin.register(Outcome)
class OutcomeAdmin(ReadOnlyAdmin):
    list_display = (
        "run",
        "result",
        "reason",
        "participant",
        "unit_price",
        "quantity",
        "total_cost",
        "decided_at",
    )
    list_select_related = ("run__item", "participant")
    list_filter = (RowsOfArenas, "result", "reason", "decided_at")
    search_fields = ("participant__name", "run__item__item_name", "run__session__name", "code")


@admin.register(RunEvent)
class RunEventAdmin(ShownInItsRoom):
    list_display = ("seq", "run", "type", "at", "summary", "in_room")
    list_select_related = ("run__item",)
    list_filter = (KindOfEvent, RowsOfArenas, "at")
    search_fields = ("run__item__item_name", "run__session__name", "run__code")
    fields = ("run", ("seq", "type", "at"), "in_room", "content", "hash")

    @admin.display(description="payload")
    def summary(self, event: RunEvent) -> str:
        return in_short(event)

    @admin.display(description="payload")
    def content(self, event: RunEvent) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(event.payload, indent=2, ensure_ascii=False))


@admin.register(LLMCall)
class LLMCallAdmin(ShownInItsRoom):
    list_display = (
        "at",
        "run",
        "round",
        "asker",
        "purpose",
        "model",
        "input_tokens",
        "output_tokens",
        "cost",
        "took",
        "result",
        "why",
        "in_room",
    )
    list_display_links = ("at",)
    list_select_related = ("run__item__buyer", "participant")
    list_filter = ("result", "why", "purpose", "provider", "model", "at")
    search_fields = ("=run__code", "run__session__name", "run__item__item_name", "participant__name", "reply")
    fields = (
        ("run", "asker", "round", "purpose"),
        "in_room",
        ("provider", "model", "attempts"),
        ("input_tokens", "output_tokens", "is_estimated", "cost"),
        ("queued_seconds", "first_token_seconds", "seconds"),
        ("result", "why", "error"),
        "asked",
        "answered",
        ("prompt_hash", "reply_hash"),
        ("at", "code"),
    )

    @admin.display(description="asked by", ordering="participant__name")
    def asker(self, call: LLMCall) -> str:
        return call.participant.name if call.participant else f"{call.run.item.buyer.name} (buyer)"

    @admin.display(description="seconds", ordering="seconds")
    def took(self, call: LLMCall) -> str:
        return f"{call.seconds:.2f}"

    @admin.display(description="what was sent")
    def asked(self, call: LLMCall) -> SafeString:
        if not call.prompt:
            return format_html("<em>{}</em>", FORGOTTEN)
        sent = [(said["role"], said["content"]) for said in json.loads(call.prompt)]
        return format_html_join("", "<h3>{}</h3><pre>{}</pre>", sent)

    @admin.display(description="what came back")
    def answered(self, call: LLMCall) -> SafeString:
        return format_html("<pre>{}</pre>", call.reply) if call.reply else format_html("<em>{}</em>", "Nothing.")


def _outcome(run: NegotiationRun) -> Outcome | None:
    try:
        return run.outcome
    except Outcome.DoesNotExist:
        return None


def _of_outcome(run: NegotiationRun, read: Callable[[Outcome], object]) -> object:
    outcome = _outcome(run)
    return None if outcome is None else read(outcome)
