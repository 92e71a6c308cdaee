"""The operators' pages that write standing sellers to a CSV file and read them from one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from marketplace import audit
from marketplace.backoffice.catalogue_changes import CatalogueMoved, Plan, carry_out, plan_import, read_catalogue
from marketplace.backoffice.catalogue_file import MOST_BYTES, MOST_LINES, Line, UnreadableFile, read_lines, write_file
from marketplace.backoffice.kinds import ModelAdmin, user_name
from marketplace.models import MINDS, PRIORITIES, STYLES, TEMPERAMENTS, TOUGHNESS, Seller, SellerInventory
from marketplace.upload_text import text_of_upload

# Of each kind of change; the rest is counted.
MOST_SHOWN = 200
LONGEST_LOOK_SECONDS = 3600
# What Django takes in a form, with room for the rest of it.
LONGEST_CARRIED = 2_400_000
PROBLEM_OF_OLD_PREVIEW = "That preview is too old. Choose the file again."
MOVED = "Somebody changed these sellers since you looked. This is what the file would change now."
COLUMN_WORDS = (
    ("seller", "The seller's name. A new name makes a new standing seller. The only column that must be there."),
    ("is_active", "yes or no: whether sessions may invite it."),
    ("priority", " or ".join(value for value, _ in PRIORITIES)),
    ("speaking_style", ", ".join(value for value, _ in STYLES)),
    ("temperament", ", ".join(value for value, _ in TEMPERAMENTS)),
    ("toughness", ", ".join(value for value, _ in TOUGHNESS)),
    ("mind", ", ".join(value for value, _ in MINDS)),
    ("llm_model, llm_temperature", "Its own model. Empty: the session's."),
    ("legal_name, contact", "Told to a buyer with a deal."),
    ("region", "Shown to buyers before they negotiate."),
    ("item_id, item_name", "What it stocks: one line of the file for each item."),
    ("quantity_available", "A whole number, not less than what is already promised."),
    ("cost_price, least_price, selling_price", "Each above the one before: cost, floor, asking price."),
    ("allowed_terms", "Such as delivery_days 0-14; payment_days 30-60. Empty: none."),
    (
        "term_weights",
        "How much each counts: price 0.7; delivery_days -0.3. Below 0 less is better.",
    ),
)


class UploadForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=f"UTF-8, at most {MOST_LINES:,} lines and {MOST_BYTES // 1_000_000} MB.",
    )


class CatalogueFiles(ModelAdmin):
    """Export to whoever may see sellers and stock; import to whoever may add and change both."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.import_page), name="marketplace_seller_import"),
            path("export/", view(self.export_page), name="marketplace_seller_export"),
            *super().get_urls(),
        ]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return all(
            request.user.has_perm(f"marketplace.{act}_{table}")
            for act in ("add", "change")
            for table in ("seller", "sellerinventory")
        )

    def has_export_permission(self, request: HttpRequest) -> bool:
        return all(request.user.has_perm(f"marketplace.view_{table}") for table in ("seller", "sellerinventory"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = {"may_import": self.has_import_permission(request), "may_export": self.has_export_permission(request)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    def export_page(self, request: HttpRequest) -> HttpResponse:
        """The sellers of the list as it is searched and filtered."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        return self.export(request, self.get_changelist_instance(request).get_queryset(request))

    def export(self, request: HttpRequest, sellers: QuerySet[Seller]) -> HttpResponse:
        standing = sellers.filter(session__isnull=True)
        stock = SellerInventory.objects.filter(seller__in=standing.order_by().values("pk")).order_by("item_id")
        rows = list(standing)
        audit.note(user_name(request), "exported sellers", sellers=len(rows))
        name = f"parley-sellers-{timezone.now():%Y-%m-%d}.csv"
        return HttpResponse(
            # Spreadsheets know UTF-8 by the mark at its beginning.
            write_file(rows, stock).encode("utf-8-sig"),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def import_page(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._ask_for_a_file(request, UploadForm())
        if "confirmed" in request.POST:
            return self._carry_out(request)
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._ask_for_a_file(request, form)
        return self._look_at(request, form, form.cleaned_data["file"])

    def _ask_for_a_file(self, request: HttpRequest, form: UploadForm) -> HttpResponseBase:
        return self._page(request, "Import sellers from a file", {"form": form, "columns": COLUMN_WORDS})

    def _look_at(self, request: HttpRequest, form: UploadForm, file: UploadedFile) -> HttpResponseBase:
        content = file.read(MOST_BYTES + 1)
        try:
            lines = read_lines(content)
            carried = _pack(request, content)
        except UnreadableFile as error:
            form.add_error("file", str(error))
            return self._ask_for_a_file(request, form)
        return self._show(request, lines, carried, file.name or "")

    def _show(
        self, request: HttpRequest, lines: list[Line], carried: str, name: str, problem: str = ""
    ) -> HttpResponseBase:
        plan = plan_import(lines, read_catalogue(lines))
        additions = plan.added_sellers + plan.added_stock
        shown = {
            "plan": plan,
            "additions": additions[:MOST_SHOWN],
            "addition_count": len(additions),
            "changes": plan.changed[:MOST_SHOWN],
            "bad": plan.bad[:MOST_SHOWN],
            "most_shown": MOST_SHOWN,
            "line_count": len(lines),
            "file_name": name,
            "carried": carried,
            "problem": problem,
        }
        return self._page(request, "What the file would change", shown)

    def _carry_out(self, request: HttpRequest) -> HttpResponseBase:
        carried = request.POST.get("carried", "")
        name = request.POST.get("file_name", "")
        try:
            lines = read_lines(_unpack(request, carried))
        except signing.BadSignature:
            self.message_user(request, PROBLEM_OF_OLD_PREVIEW, messages.ERROR)
            return redirect("admin:marketplace_seller_import")
        try:
            plan = carry_out(lines, request.POST.get("fingerprint", ""), int(request.user.pk or 0))
        except CatalogueMoved:
            return self._show(request, lines, carried, name, MOVED)
        counts = {"sellers": len(plan.added_sellers), "items": len(plan.added_stock), "changes": len(plan.changed)}
        audit.note(user_name(request), "imported sellers", **counts)
        self.message_user(request, _told(plan), messages.SUCCESS)
        return redirect(reverse("admin:marketplace_seller_changelist"))

    def _page(self, request: HttpRequest, title: str, context: dict[str, Any]) -> HttpResponseBase:
        shared = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, "admin/import_sellers.html", {**shared, **context})


def _salt(request: HttpRequest) -> str:
    """What one operator looked at nobody else confirms."""
    return f"marketplace.catalogue/{request.user.pk}"


def _pack(request: HttpRequest, content: bytes) -> str:
    """The file as the preview's form carries it along: nothing is kept here that nobody may come back for."""
    carried = signing.dumps(text_of_upload(content), salt=_salt(request), compress=True)
    if len(carried) > LONGEST_CARRIED:
        raise UnreadableFile("The file holds too much text. Split it.")
    return carried


def _unpack(request: HttpRequest, carried: str) -> bytes:
    text: str = signing.loads(carried, salt=_salt(request), max_age=LONGEST_LOOK_SECONDS)
    return text.encode()


def _told(plan: Plan) -> str:
    sellers = _counted(len(plan.added_sellers), "new seller", "new sellers")
    items = _counted(len(plan.added_stock), "new line of stock", "new lines of stock")
    return f"Imported: {sellers}, {items}, {_counted(len(plan.changed), 'change', 'changes')}."


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
