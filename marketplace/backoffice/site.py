"""The admin's front page and navigation: what operators look for first, grouped by what they want to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from marketplace.backoffice.kinds import OwnFilters
from marketplace.backoffice.usage_views import usage_csv, usage_page
from negotiation.core.vocabulary import ApprovalState, TradeState
from negotiation.models import STARTED, Approval, LLMCall, NegotiationRun, SeatWait
from negotiation.trade_models import Trade

USAGE_NEEDS = "negotiation.view_llmcall"
JOBS = "procrastinate.procrastinatejob"


@dataclass(frozen=True, slots=True)
class Group:
    """Tables that belong together for whoever works here, each with what it is for."""

    name: str
    tables: tuple[tuple[str, str], ...]


GROUPS = (
    Group(
        "Sellers and sessions",
        (
            ("marketplace.seller", "Profiles and stock; CSV import and export"),
            ("marketplace.session", "What buyers asked for; start, pause, cancel, clone"),
            ("negotiation.negotiationrun", "One negotiation each, with all that happened in it"),
        ),
    ),
    Group(
        "To be decided",
        (
            ("negotiation.approval", "Deals that agents may not close alone"),
            ("negotiation.trade", "What deals became; confirm and cancel"),
            ("negotiation.seatwait", "Whose move it is, and until when"),
            ("negotiation.autoacceptrule", "What is taken at once for a person's seat"),
        ),
    ),
    Group(
        "Record",
        (
            ("negotiation.outcome", "How each room ended, and why"),
            ("negotiation.offer", "Every price that was named"),
            ("negotiation.message", "Every word that was said"),
            ("negotiation.runevent", "The log that all else is drawn from"),
        ),
    ),
    Group(
        "Arenas",
        (
            ("negotiation.arena", "Minds against minds, on chosen scenarios"),
            ("negotiation.arenagame", "One session each, and what came of it"),
        ),
    ),
    Group("Language models", (("negotiation.llmcall", "Each question to a model, and its answer"),)),
    Group(
        "Who may come in",
        (
            ("marketplace.partylink", "Links that let one browser in for a buyer or seller"),
            ("marketplace.partyaccess", "Accounts that act for a buyer or seller"),
            ("marketplace.apikey", "Keys of programs"),
            ("auth.user", "People with an account"),
            ("auth.group", "What staff may do"),
        ),
    ),
    Group(
        "Notifications",
        (
            ("negotiation.notificationtarget", "Who is told of what, by e-mail or webhook"),
            ("negotiation.notification", "What was sent, and what became of it"),
        ),
    ),
    Group("Queue", ((JOBS, "Rooms on their way to a worker, where PostgreSQL keeps them"),)),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on the front page, and where it leads."""

    words: str
    number: str
    address: str


class ParleySite(AdminSite):
    site_header = site_title = "Parley"
    index_title = "Admin"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Lists of other apps, too, are narrowed by their own filters alone."""
        screen = admin_class or ModelAdmin
        if not issubclass(screen, OwnFilters):
            screen = type(screen.__name__, (OwnFilters, screen), {})
        super().register(model_or_iterable, screen, **options)

    def get_urls(self) -> list[Any]:
        return [
            path("usage/", self.admin_view(self._usage(usage_page)), name="usage"),
            path("usage.csv", self.admin_view(self._usage(usage_csv)), name="usage_csv"),
            *super().get_urls(),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """All in our groups; of one app alone in Django's own way."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        known = {
            f"{app['app_label']}.{model['object_name'].lower()}": model
            for app in self._build_app_dict(request).values()
            for model in app["models"]
        }
        listed = [_listed(group, known) for group in GROUPS]
        if request.user.has_perm(USAGE_NEEDS):
            next(group for group in listed if group["name"] == "Language models")["models"].insert(0, _usage_line())
        rest = [{**model, "about": ""} for model in known.values()]
        return [group for group in (*listed, _group("Other", rest)) if group["models"]]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {"figures": list(_figures(request)), **(extra_context or {})})

    def _usage(self, view: Any) -> Any:
        def allowed(request: HttpRequest) -> HttpResponse:
            if not request.user.has_perm(USAGE_NEEDS):
                raise PermissionDenied
            answer: HttpResponse = view(request, self)
            return answer

        return allowed


def _listed(group: Group, known: dict[str, Any]) -> dict[str, Any]:
    """Takes the group's tables out of those that are known."""
    models = [{**known.pop(label), "about": about} for label, about in group.tables if label in known]
    return _group(group.name, models)


def _group(name: str, models: list[dict[str, Any]]) -> dict[str, Any]:
    label = name.lower().replace(" ", "-")
    return {"name": name, "app_label": label, "app_url": "", "has_module_perms": True, "models": models}


def _usage_line() -> dict[str, Any]:
    about = "Calls, tokens, cost and failures by day, model and session"
    address = reverse("admin:usage")
    return {"name": "Usage and cost", "object_name": "usage", "admin_url": address, "add_url": None, "about": about}


def _figures(request: HttpRequest) -> Iterator[Figure]:
    """What goes on now, as far as the caller may look at it."""
    counted: tuple[tuple[str, QuerySet[Any], str], ...] = (
        ("Rooms at work", NegotiationRun.objects.filter(status__in=STARTED), "?at_work=yes&arenas=with"),
        ("Seats waited for", SeatWait.objects.all(), ""),
        ("Approvals to give", Approval.objects.filter(state=ApprovalState.PENDING), "?state__exact=pending"),
        ("Trades to confirm", Trade.objects.filter(state=TradeState.AGREED), "?state__exact=agreed"),
    )
    for words, rows, query in counted:
        model = rows.model._meta
        if request.user.has_perm(f"{model.app_label}.view_{model.model_name}"):
            address = reverse(f"admin:{model.app_label}_{model.model_name}_changelist")
            yield Figure(words, f"{rows.count():,}", f"{address}{query}")
    if request.user.has_perm(USAGE_NEEDS):
        today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        spent = LLMCall.objects.filter(at__gte=today).aggregate(cost=Sum("cost"))["cost"] or 0
        yield Figure("Spent on models today", f"${spent:,.2f}", reverse("admin:usage"))
