"""The page on which a session is set up, by a form that a sentence or a CSV file can fill in."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.callers import operators_page
from marketplace.csv_files import BYTE_ORDER_MARK
from marketplace.errors import InvalidRequest, TooManySellers
from marketplace.models import Seller, Session
from marketplace.services import create_session, request_of, start_session
from marketplace.shopping.draft import Draft, draft_from, newcomer_requests, sent_draft
from marketplace.shopping.forms import standing_sellers
from marketplace.shopping.intake import Intake, Note, intake_from
from marketplace.shopping.item_names import names_like
from marketplace.shopping.lists_in_csv import SAMPLE, csv_of
from marketplace.shopping.prefilling import draft_like
from marketplace.shopping.preview import Preview, preview_matches
from marketplace.shopping.sentences import LONGEST
from negotiation.figures import SYMBOLS

# From so many standing sellers on there is a box to search them.
SEARCH_FROM = 11


@dataclass(frozen=True, slots=True)
class Choice:
    """A standing seller that may be invited, with the names of what it stocks."""

    seller: Seller
    is_chosen: bool
    stocked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list with what is said beneath it; `similar` are names in stock that may be meant."""

    form: forms.Form
    preview: Preview | None
    similar: tuple[str, ...]
    note: Note | None


@require_http_methods(["GET", "HEAD", "POST"])
@operators_page
def new_session(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, _first_draft(request))
    draft = sent_draft(request.POST)
    if draft.is_valid():
        try:
            session = create_session(draft.to_request(), created_by=_user(request))
        except TooManySellers as error:
            draft.form.add_error("sellers", str(error))
        except InvalidRequest as error:
            draft.form.add_error(None, [problem.reason for problem in error.problems])
        else:
            if "start" in request.POST:
                start_session(session)
            return redirect(session)
    return _page(request, draft, status=400)


@require_http_methods(["GET", "HEAD", "POST"])
@operators_page
def read_list(request: HttpRequest) -> HttpResponse:
    """Fills the list from a sentence or a CSV file, for the person to check; nothing is created."""
    if request.method != "POST":
        return redirect("new_session")
    sent = sent_draft(request.POST)
    intake = intake_from(request.POST, request.FILES.get("csv_file"), sent.currency, sent.known)
    draft = sent.with_items(intake.rows) if intake.rows else sent.as_written()
    return _page(request, draft, intake=intake)


@require_http_methods(["GET", "HEAD", "POST"])
@operators_page
def check_list(request: HttpRequest) -> HttpResponse:
    """Who could serve what is on the list so far: as JSON for the page's script, else as the page."""
    if request.method != "POST":
        return redirect("new_session")
    draft = sent_draft(request.POST)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"rows": [_told(row) for row in _rows(draft)]})
    if "add_seller" in request.POST:
        return _page(request, draft.with_one_more_seller())
    place, _, name = request.POST.get("choose", "").partition("|")
    if name and place.isdecimal() and int(place) < len(draft.items.forms):
        return _page(request, draft.as_written().with_name(int(place), name))
    return _page(request, draft, is_checked=True)


@require_POST
@operators_page
def export_list(request: HttpRequest) -> HttpResponse:
    """The list as it is written, right or wrong."""
    return _csv(csv_of(sent_draft(request.POST).as_written().items.initial or ()), "shopping-list.csv")


@require_safe
@operators_page
def sample_list(request: HttpRequest) -> HttpResponse:
    return _csv(SAMPLE, "sample-list.csv")


def _first_draft(request: HttpRequest) -> Draft:
    """Empty, or as the session of `?from=` was set up; the sellers of `?sellers=` are chosen."""
    if code := request.GET.get("from"):
        return draft_like(request_of(_session(code)))
    named = [code.strip() for value in request.GET.getlist("sellers") for code in value.split(",") if code.strip()]
    codes = standing_sellers().values_list("code", flat=True).prefetch_related(None)
    return draft_from({"sellers": named or [str(code) for code in codes[: settings.NEGOTIATION.max_sellers]]})


def _session(code: str) -> Session:
    try:
        wanted = UUID(code)
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(Session.objects.select_related("buyer"), code=wanted)


def _page(
    request: HttpRequest, draft: Draft, *, intake: Intake | None = None, is_checked: bool = False, status: int = 200
) -> HttpResponse:
    """With what is wrong if the draft was sent."""
    complaints = draft.complaints() if draft.items.is_bound and not draft.is_valid() else []
    choices = _choices(draft)
    page = {
        "nav": "new",
        "draft": draft,
        "form": draft.form,
        "items": draft.items,
        "rows": _rows(draft, intake),
        "newcomers": draft.newcomers,
        "known": draft.known,
        "currencies": SYMBOLS,
        "choices": choices,
        "has_search": len(choices) >= SEARCH_FROM,
        "most_sellers": settings.NEGOTIATION.max_sellers,
        "complaints": complaints,
        "is_checked": is_checked and not complaints,
        "intake": intake,
        "words": request.POST.get("words", ""),
        "csv_text": request.POST.get("csv_text", ""),
        "longest_words": LONGEST,
    }
    return render(request, "new_session.html", page, status=status)


def _rows(draft: Draft, intake: Intake | None = None) -> list[Row]:
    """The rows of the list, each with who could serve it."""
    sent = draft if draft.items.is_bound else draft.as_sent()
    previews = preview_matches(sent.items.readable(), newcomer_requests(sent), _chosen(draft))
    notes = dict(enumerate(intake.notes)) if intake is not None else {}
    return [
        Row(form, previews.get(place), names_like(str(form["item_name"].value() or ""), draft.known), notes.get(place))
        for place, form in enumerate(draft.items.forms)
    ]


def _told(row: Row) -> dict[str, object]:
    preview = row.preview
    told = {"headline": preview.headline, "others": preview.others, "is_served": preview.is_served} if preview else None
    return {"preview": told, "similar": row.similar}


def _chosen(draft: Draft) -> list[UUID]:
    """The codes that are well formed of those that were sent."""
    codes = []
    for code in draft.form["sellers"].value() or ():
        with suppress(ValueError):
            codes.append(UUID(str(code)))
    return codes


def _choices(draft: Draft) -> list[Choice]:
    """The standing sellers, those first that are chosen."""
    chosen = set(_chosen(draft))
    choices = [
        Choice(seller, seller.code in chosen, tuple(stock.item_name for stock in seller.inventory.all()))
        for seller in standing_sellers()
    ]
    return sorted(choices, key=lambda choice: not choice.is_chosen)


def _csv(text: str, name: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    headers = {"Content-Disposition": disposition}
    return HttpResponse(BYTE_ORDER_MARK + text, content_type="text/csv; charset=utf-8", headers=headers)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
