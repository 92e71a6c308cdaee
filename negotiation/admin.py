"""The operators' screens for rooms and all that happened in them: to look at, never to edit."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib import admin
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from marketplace.admin_kinds import ReadOnlyAdmin, ReadOnlyInline
from negotiation import notification_admin, seat_admin, trade_admin  # noqa: F401  # screens of their own
from negotiation.models import LeftOut, LLMCall, Message, NegotiationRun, Offer, Outcome, Participant, RunEvent

# Longer lists show their newest end and say how many there are.
MOST_ROWS = 200
FORGOTTEN = "Its time is over; only the hashes are kept."


class ListedRun(Protocol):
    """A room as its list counts it."""

    seller_count: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The newest rows of a kind in one room, oldest first, out of `total`."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    total: int

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.rows)


class ParticipantInline(ReadOnlyInline):
    model = Participant
    fields = (
        "name",
        "priority",
        "speaking_style",
        "mind",
        "stock",
        "cost_price",
        "least_price",
        "selling_price",
        "allowed_terms",
    )


class LeftOutInline(ReadOnlyInline):
    model = LeftOut
    fields = ("seller", "reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("seller")


@admin.register(NegotiationRun)
class NegotiationRunAdmin(ReadOnlyAdmin):
    change_form_template = "admin/room.html"
    list_display = (
        "item",
        "status",
        "progress",
        "seller_count",
        "result",
        "unit_price",
        "room",
        "duration",
        "started_at",
        "session",
    )
    list_select_related = ("session", "item", "outcome")
    list_filter = ("status", "outcome__result", "created_at")
    view_on_site = False
    search_fields = ("item__item_name", "item__item_id", "session__name", "item__buyer__name", "code")
    date_hierarchy = "created_at"
    fields = (
        "item",
        "room",
        "session",
        "limits",
        "status",
        "skip_reason",
        "progress",
        "started_at",
        "ended_at",
        "duration",
        "result",
        "reason",
        "explanation",
        "unit_price",
        "quantity",
        "total_cost",
        "winner",
        "seed",
        "last_seq",
        "lease_owner",
        "lease_until",
        "code",
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
        listings = (_messages(run), _offers(run), _calls(run), _events(run))
        return super().change_view(request, object_id, form_url, {"listings": listings, **(extra_context or {})})

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
        return f"{item.quantity_needed} units, from {item.min_price_per_unit} to {item.max_price_per_unit}"

    @admin.display(description="room")
    def room(self, run: NegotiationRun) -> SafeString:
        return format_html('<a href="{}">Open the room</a>', run.get_absolute_url())


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("at", "run", "round", "party", "participant", "voice", "__str__")
    list_display_links = ("at",)
    list_select_related = ("run__item", "participant")
    list_filter = ("party", "voice", "at")
    search_fields = ("text", "participant__name", "run__item__item_name", "run__session__name")
    show_full_result_count = False


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "run",
        "round",
        "party",
        "participant",
        "unit_price",
        "quantity",
        "is_final",
        "status",
        "at",
    )
    list_select_related = ("run__item", "participant")
    list_filter = ("status", "party", "is_final", "at")
    search_fields = ("participant__name", "run__item__item_name", "run__session__name")
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
    list_filter = ("result", "reason", "decided_at")
    search_fields = ("participant__name", "run__item__item_name", "run__session__name", "code")


@admin.register(RunEvent)
class RunEventAdmin(ReadOnlyAdmin):
    list_display = ("seq", "run", "type", "at", "summary")
    list_select_related = ("run__item",)
    list_filter = ("type", "at")
    search_fields = ("run__item__item_name", "run__session__name", "run__code")
    fields = ("run", "seq", "type", "at", "content", "hash")
    show_full_result_count = False

    @admin.display(description="payload")
    def summary(self, event: RunEvent) -> str:
        return _in_short(event)

    @admin.display(description="payload")
    def content(self, event: RunEvent) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(event.payload, indent=2, ensure_ascii=False))


@admin.register(LLMCall)
class LLMCallAdmin(ReadOnlyAdmin):
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
    )
    list_display_links = ("at",)
    list_select_related = ("run__item__buyer", "participant")
    list_filter = ("result", "why", "purpose", "provider", "model", "at")
    search_fields = ("=run__code", "run__session__name", "run__item__item_name", "participant__name", "reply")
    date_hierarchy = "at"
    show_full_result_count = False
    fields = (
        ("run", "asker", "round", "seq", "purpose"),
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


def _messages(run: NegotiationRun) -> Listing:
    rows = [
        (said.seq, said.round, said.party, said.participant, said.voice, said.text)
        for said in _newest(run.messages.select_related("participant"), "seq")
    ]
    headings = ("Event", "Round", "Who", "Thread", "Voice", "Words")
    return Listing("Messages", headings, rows, run.messages.count())


def _offers(run: NegotiationRun) -> Listing:
    rows = [
        (
            offer.number,
            offer.round,
            offer.party,
            offer.participant,
            offer.unit_price,
            offer.quantity,
            offer.status,
            "yes" if offer.is_final else "no",
        )
        for offer in _newest(run.offers.select_related("participant"), "number")
    ]
    headings = ("Number", "Round", "Who", "Thread", "Unit price", "Quantity", "Status", "Final")
    return Listing("Offers", headings, rows, run.offers.count())


def _calls(run: NegotiationRun) -> Listing:
    rows = [
        (
            format_html('<a href="{}">{}</a>', reverse("admin:negotiation_llmcall_change", args=[call.pk]), call.pk),
            call.round,
            call.participant or "buyer",
            call.purpose,
            call.model,
            call.input_tokens + call.output_tokens,
            call.cost,
            f"{call.seconds:.2f}",
            f"{call.result}: {call.why}" if call.why else call.result,
        )
        for call in _newest(run.llm_calls.select_related("participant").defer("prompt", "reply"), "id")
    ]
    headings = ("Call", "Round", "Who", "Purpose", "Model", "Tokens", "Cost", "Seconds", "Result")
    return Listing("Model calls", headings, rows, run.llm_calls.count())


def _events(run: NegotiationRun) -> Listing:
    rows = [(event.seq, event.at, event.type, _in_short(event)) for event in _newest(run.events.all(), "seq")]
    return Listing("Events", ("Number", "At", "Type", "Payload"), rows, run.events.count())


def _newest(rows: QuerySet[Any], number: str) -> list[Any]:
    return list(rows.order_by(f"-{number}")[:MOST_ROWS])[::-1]


def _in_short(event: RunEvent) -> str:
    text = json.dumps(event.payload, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}..."
