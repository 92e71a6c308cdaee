"""The operators' screen for sessions: what was asked for, the rooms it led to, and what is done with them."""

from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from marketplace import audit
from marketplace.backoffice import access
from marketplace.backoffice.arena_rows import SessionsOfArenas, mark_of
from marketplace.backoffice.confirming import Question, ask, is_confirmed
from marketplace.backoffice.kinds import ModelAdmin, ReadOnlyAdmin, ReadOnlyInline, user_name
from marketplace.backoffice.steering import MOST_NAMED, SteersRooms
from marketplace.errors import MarketplaceError, SessionNotFound
from marketplace.models import BuyerItem, Role, Seller, Session
from marketplace.services import clone_session, delete_session
from marketplace.term_weights import weights_words
from negotiation.core.vocabulary import Result
from negotiation.models import STARTED, LLMCall, NegotiationRun, Outcome, RunEvent

MODEL_WORDS = ("language_model", "buyers_model", "budget", "model_usage")


class CountedSession(Protocol):
    """A session as its list counts it."""

    room_count: int
    running_count: int
    deal_count: int


class Invited(admin.SimpleListFilter):
    """Sessions that invited one seller, which the seller's page leads to; else it is not there to choose."""

    title = "seller"
    parameter_name = "seller"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        asked_for = self.value()
        known = Seller.objects.filter(code=asked_for).first() if asked_for and _is_code(asked_for) else None
        return [(asked_for, known.name)] if asked_for and known else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        code = self.value()
        if not code:
            return queryset
        seated = NegotiationRun.objects.filter(participants__seller__code=code)
        return queryset.filter(pk__in=seated.values("session"))


class RoomInline(ReadOnlyInline):
    model = NegotiationRun
    verbose_name_plural = "rooms"
    fields = ("item_name", "status", "progress", "sellers", "result", "link")
    readonly_fields = fields
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

    @admin.display(description="pages")
    def link(self, run: NegotiationRun) -> SafeString:
        record = reverse("admin:negotiation_negotiationrun_change", args=[run.pk])
        both = '<a href="{}">Room</a> \N{MIDDLE DOT} <a href="{}">Record</a>'
        return format_html(both, run.get_absolute_url(), record)


@admin.register(Session)
class SessionAdmin(access.PartyScreen, SteersRooms, ReadOnlyAdmin):
    way_in_role = Role.BUYER
    way_in_party = "buyer.code"
    list_display = ("title", "buyer_name", "created_at", "room_count", "running_count", "deal_count", "floor", "sheet")
    list_select_related = ("buyer",)
    list_filter = (SessionsOfArenas, "is_what_if", "created_at", "buyer_mind", "runs__status", Invited)
    search_fields = ("name", "code", "buyer__name", "buyer__items__item_name")
    search_help_text = "Session, buyer, item or code"
    date_hierarchy = "created_at"
    show_full_result_count = False
    view_on_site = False
    inlines = (RoomInline,)
    actions = (*SteersRooms.actions, "clone_sessions")

    def get_fieldsets(self, request: HttpRequest, obj: Session | None = None) -> Any:
        rules = (("max_rounds", "turn_seconds"), ("seat_hours", "on_timeout"), "approve_above", "disclose_best_offer")
        way_in = ("way_in",) if self.may_let_in(request, obj) else ()
        return [
            ("Session", {"fields": ("pages", "kind", ("created_at", "created_by"))}),
            ("Buyer", {"fields": ("buyer_name", "buyer_particulars", "shopping_list", *way_in)}),
            ("Who decides and speaks", {"fields": (("buyer_mind", "buyer_temperament", "buyer_policy"), *MODEL_WORDS)}),
            ("Rules", {"fields": (*rules, ("currency", "seed"), "code")}),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rooms = NegotiationRun.objects.filter(session=OuterRef("pk"))
        deals = rooms.filter(outcome__result=Result.DEAL)
        sessions: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = sessions.annotate(
            room_count=_counted(rooms),
            running_count=_counted(rooms.filter(status__in=STARTED)),
            deal_count=_counted(deals),
        )
        return counted

    def rooms_of(self, queryset: QuerySet[Session]) -> QuerySet[NegotiationRun]:
        return NegotiationRun.objects.filter(session__in=queryset.order_by().values("pk"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return ModelAdmin.has_add_permission(self, request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return ModelAdmin.has_delete_permission(self, request, obj)

    def add_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return redirect("new_session")

    def delete_model(self, request: HttpRequest, obj: Session) -> None:
        with suppress(SessionNotFound):  # by now
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
    def title(self, session: Session) -> SafeString | str:
        mark = mark_of(session)
        return format_html('{} <span class="tag">{}</span>', session, mark) if mark else str(session)

    @admin.display(description="kind")
    def kind(self, session: Session) -> str:
        mark = mark_of(session)
        return f"{mark}: nothing of it is bought" if mark else "In earnest"

    @admin.display(description="buyer", ordering="buyer__name")
    def buyer_name(self, session: Session) -> str:
        return session.buyer.name

    @admin.display(description="told with a deal")
    def buyer_particulars(self, session: Session) -> str:
        return ", ".join(filter(None, [session.buyer.legal_name, session.buyer.contact])) or "nothing"

    @admin.display(description="rooms", ordering="room_count")
    def room_count(self, session: CountedSession) -> int:
        return session.room_count

    @admin.display(description="running", ordering="running_count")
    def running_count(self, session: CountedSession) -> int:
        return session.running_count

    @admin.display(description="deals", ordering="deal_count")
    def deal_count(self, session: CountedSession) -> int:
        return session.deal_count

    @admin.display(description="floor")
    def floor(self, session: Session) -> SafeString:
        return format_html('<a href="{}">Open the floor</a>', session.get_absolute_url())

    @admin.display(description="deal sheet")
    def sheet(self, session: Session) -> SafeString:
        return format_html('<a href="{}">Deal sheet</a>', reverse("sheet", args=[session.code]))

    @admin.display(description="pages")
    def pages(self, session: Session) -> SafeString:
        return format_html("{} \N{MIDDLE DOT} {}", self.floor(session), self.sheet(session))

    @admin.display(description="language model")
    def language_model(self, session: Session) -> str:
        return _model(session.llm_provider, session.llm_model, session.llm_temperature, session.llm_max_tokens)

    @admin.display(description="the buyer's own model")
    def buyers_model(self, session: Session) -> str:
        if not session.buyer_llm_model and session.buyer_llm_temperature is None:
            return "the session's"
        return _model("", session.buyer_llm_model, session.buyer_llm_temperature, None)

    @admin.display(description="budget for models")
    def budget(self, session: Session) -> str:
        limits = (
            (session.budget_calls, "calls"),
            (session.budget_tokens, "tokens"),
            (session.budget_cost, "USD"),
            (session.budget_seconds, "seconds"),
        )
        return ", ".join(f"{most:,} {unit}" for most, unit in limits if most is not None) or "the installation's"

    @admin.display(description="models used")
    def model_usage(self, session: Session) -> SafeString:
        calls = LLMCall.objects.filter(run__session=session).values("model")
        used = calls.annotate(
            asked=Sum("attempts"), tokens=Sum(F("input_tokens") + F("output_tokens")), spent=Sum("cost")
        ).order_by("model")
        lines = (
            (row["model"] or "default", f"{row['asked']:,}", f"{row['tokens']:,}", f"{row['spent']:,.4f}")
            for row in used
        )
        return format_html_join("", "{}: {} calls, {} tokens, {} USD<br>", lines) or format_html("{}", "none")

    @admin.display(description="shopping list")
    def shopping_list(self, session: Session) -> SafeString:
        """Not to be edited: the rooms were matched and set up by it. A clone or a new session takes another one."""
        lines = (
            (str(item), item.item_id, item.min_price_per_unit, item.max_price_per_unit, _mandate(item))
            for item in session.buyer.items.all()
        )
        return format_html_join("", "{} ({}), from {} to {}{}<br>", lines)

    @admin.action(description="Clone: the same request again", permissions=["steer"])
    def clone_sessions(self, request: HttpRequest, queryset: QuerySet[Session]) -> HttpResponseBase | None:
        if not is_confirmed(request):
            return ask(self, request, queryset, _cloning(list(queryset)))
        for session in queryset:
            try:
                clone = clone_session(session)
            except MarketplaceError as error:
                self.message_user(request, f"{session} cannot be cloned: {error}", messages.ERROR)
                continue
            link = format_html('<a href="{}">{}</a>', clone.get_absolute_url(), clone)
            self.message_user(request, format_html("Cloned {}: {}.", session, link), messages.SUCCESS)
        return None


def _counted(rooms: QuerySet[NegotiationRun]) -> Any:
    counted = rooms.order_by().values("session").annotate(counted=Count("pk")).values("counted")
    return Coalesce(Subquery(counted), Value(0))


def _is_code(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _cloning(sessions: list[Session]) -> Question:
    named = [f"{session}: {_rooms(session.room_count)}" for session in sessions[:MOST_NAMED]]  # type: ignore[attr-defined]
    if len(sessions) > MOST_NAMED:
        named.append(f"and {len(sessions) - MOST_NAMED:,} more")
    return Question(
        action="clone_sessions",
        title=f"Clone {len(sessions):,} session{'' if len(sessions) == 1 else 's'}?",
        what_happens="Each is set up once more as it would be today, with the stock that sellers have now. "
        "The rooms of the copy wait to be started.",
        things=named,
        nothing="No session is chosen.",
        button="Clone it" if len(sessions) == 1 else "Clone them",
    )


def _rooms(count: int) -> str:
    return f"{count:,} room{'' if count == 1 else 's'}"


def _told(outcome: Outcome) -> str:
    if outcome.result != Result.DEAL:
        return f"no deal: {outcome.get_reason_display()}"
    return f"{outcome.quantity} x {outcome.unit_price} from {outcome.participant}"


def _model(provider: str, model: str, temperature: float | None, max_tokens: int | None) -> str:
    parts = (
        provider or "the installation's provider" if max_tokens else "",
        model or "its usual model",
        "" if temperature is None else f"temperature {temperature:g}",
        f"at most {max_tokens:,} tokens an answer" if max_tokens else "",
    )
    return ", ".join(part for part in parts if part)


def _mandate(item: BuyerItem) -> str:
    """What the buyer's agent may do besides, in words; empty if nothing was said of it."""
    parts = [
        f"hopes for {item.target_price}" if item.target_price is not None else "",
        f"asks above a total of {item.approve_above}" if item.approve_above is not None else "",
        "" if item.approve_below_min else "refuses prices below the minimum",
        *(f"{name.replace('_', ' ')} {low} to {high}" for name, (low, high) in sorted(item.allowed_terms.items())),
        f"weighs {weights_words(item.term_weights)}" if item.term_weights else "",
    ]
    return "".join(f", {part}" for part in parts if part)
