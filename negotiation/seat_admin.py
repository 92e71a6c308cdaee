"""Operators look at whom rooms wait for, at approvals and at standing orders. All are given and decided elsewhere."""

from django.contrib import admin

from marketplace.backoffice.kinds import ReadOnlyAdmin
from marketplace.templatetags.trade import terms_words
from negotiation.approvals import deals_asked
from negotiation.models import Approval, AutoAcceptRule, SeatWait


@admin.register(SeatWait)
class SeatWaitAdmin(ReadOnlyAdmin):
    list_display = ("run", "participant", "party", "asked_at", "until", "warned_at")
    list_select_related = ("run__item", "participant")
    list_filter = ("party", "until")
    search_fields = ("participant__name", "run__item__item_name", "run__session__name", "run__code")


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    list_display = (
        "run",
        "kind",
        "participant",
        "unit_price",
        "quantity",
        "total",
        "state",
        "requested_at",
        "expires_at",
        "decided_by",
        "decided_at",
    )
    list_select_related = ("run__item", "participant")
    list_filter = ("state", "kind", "requested_at")
    search_fields = (
        "participant__name",
        "run__item__item_name",
        "run__session__name",
        "run__code",
        "decided_by",
        "note",
    )
    fields = (
        ("run", "participant"),
        ("kind", "state"),
        ("unit_price", "quantity", "total"),
        "terms",
        ("requested_at", "expires_at"),
        ("decided_at", "decided_by"),
        "note",
        "code",
    )

    @admin.display(description="further terms")
    def terms(self, approval: Approval) -> str:
        asked = deals_asked([approval]).get((approval.run_id, approval.number))
        return terms_words(asked.extras) if asked and asked.extras else "-"


@admin.register(AutoAcceptRule)
class AutoAcceptRuleAdmin(ReadOnlyAdmin):
    list_display = ("run", "participant", "target", "tolerance", "least_part")
    list_select_related = ("run__item", "participant")
    search_fields = ("participant__name", "run__item__item_name", "run__session__name", "run__code")
