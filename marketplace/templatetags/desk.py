"""What pages tell of seats, clocks and approvals; `static/js/desk_words.js` says it the same way."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace.identity import Principal
from marketplace.waiting import pending_approvals
from negotiation.core.vocabulary import ApprovalState
from negotiation.models import Approval

DECISIONS: dict[str, str] = {
    ApprovalState.PENDING: "Waiting",
    ApprovalState.APPROVED: "Approved",
    ApprovalState.REJECTED: "Rejected",
    ApprovalState.MODIFIED: "Countered",
    ApprovalState.EXPIRED: "Not needed any more",
}
LAPSED = "Lapsed: nobody decided in time"

register = template.Library()


@register.simple_tag
def approvals_waiting(caller: Principal) -> int:
    """How many the caller could decide, for the navigation."""
    return pending_approvals(caller).count()


@register.filter
def decision_words(approval: Approval) -> str:
    """One that was overtaken has a note, and one that its room closed over was never decided."""
    has_lapsed = approval.state == ApprovalState.EXPIRED and approval.decided_at is not None and not approval.note
    return LAPSED if has_lapsed else DECISIONS.get(approval.state, approval.state)


@register.simple_tag
def countdown(until: datetime) -> SafeString:
    """The time that is left; the page counts it down."""
    exact = f"until {until.day} {until:%b %Y, %H:%M} UTC"
    return format_html('<time datetime="{}" title="{}" data-countdown>{}</time>', until.isoformat(), exact, exact)
