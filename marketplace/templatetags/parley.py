"""How figures, times and codes read on the pages; `static/js/format.js` writes them the same way."""

from datetime import datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace.summary import SessionSummary
from negotiation.core.matching import WHY_SKIPPED, Mismatch
from negotiation.core.vocabulary import Reason, RoomStatus
from negotiation.figures import MINUS, money_words
from negotiation.models import NegotiationRun

NOTHING = "\N{EN DASH}"
STATUS_WORDS: dict[str, str] = {
    RoomStatus.PENDING: "Not started",
    RoomStatus.QUEUED: "Queued",
    RoomStatus.ACTIVE: "Negotiating",
    RoomStatus.WAITING: "Waiting for a person",
    RoomStatus.PAUSED: "Paused",
    RoomStatus.COMPLETED: "Finished",
    RoomStatus.EXPIRED: "Out of time",
    RoomStatus.CANCELLED: "Cancelled",
    RoomStatus.FAILED: "Failed",
    RoomStatus.NO_SELLERS: "No sellers",
    "deal": "Deal",
    "no_deal": "No deal",
}
REASON_WORDS: dict[str, str] = {
    Reason.BEST_OFFER: "The best offer won.",
    Reason.ONLY_OFFER: "The only offer within the limits won.",
    Reason.FIRM_ACCEPTANCE: "The seller accepted the buyer's price.",
    Reason.FINAL_OFFER: "The best offer was final.",
    Reason.GOOD_ENOUGH: "The offer was good enough at this stage.",
    Reason.CHOSEN: "The buyer made its own choice.",
    Reason.APPROVED: "A person approved the deal.",
    Reason.DECIDED_NOW: "The buyer was told to decide on what stood.",
    Reason.FORCED: "An operator closed the room by hand.",
    Reason.NO_VALID_OFFER: "No offer was within the buyer's limits.",
    Reason.SELLERS_LEFT: "All sellers left the room.",
    Reason.BUYER_LEFT: "The buyer left the room.",
    Reason.OUT_OF_TIME: "Time was up.",
    Reason.OUT_OF_CALLS: "The room used up its calls to the model.",
    Reason.OUT_OF_STOCK: "The stock went to another room.",
    Reason.CANCELLED: "An operator cancelled the room.",
    Reason.EXPIRED: "The room expired.",
    Reason.FAILED: "The room failed.",
}
WHY_LEFT_OUT: dict[str, str] = {
    Mismatch.NO_INVENTORY: "does not stock this item",
    Mismatch.INSUFFICIENT_QUANTITY: "has too few units free",
    Mismatch.PRICE_MISMATCH: "prices do not meet the buyer's",
}

register = template.Library()


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    return NOTHING if amount is None else money_words(amount, currency)


@register.filter
def grouped(number: int) -> str:
    return f"{number:,}"


@register.filter
def units(quantity: int) -> str:
    return f"{quantity:,} {'unit' if quantity == 1 else 'units'}"


@register.filter
def duration(seconds: float) -> str:
    """The time in at most two units: `4.2 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{round(seconds, 1) if seconds < 10 else whole:g} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


@register.filter
def share(part: Decimal | None) -> str:
    return NOTHING if part is None else f"{part * 100:.0f} %".replace("-", MINUS)


@register.filter
def saved_share(summary: SessionSummary) -> str:
    """What was saved as a part of what was asked."""
    asked = summary.total_spent + summary.savings_against_ask
    return share(summary.savings_against_ask / asked if asked else None)


@register.filter
def shown_status(run: NegotiationRun) -> str:
    """The room's status; for one that was decided, how."""
    if run.status == RoomStatus.COMPLETED and hasattr(run, "outcome"):
        return run.outcome.result
    return run.status


@register.filter
def status_words(status: str) -> str:
    return STATUS_WORDS.get(status, status.replace("_", " "))


@register.filter
def reason_words(reason: str) -> str:
    return REASON_WORDS.get(reason) or WHY_SKIPPED.get(reason) or reason.replace("_", " ")


@register.filter
def why_skipped(reason: str) -> str:
    return WHY_SKIPPED.get(reason, "")


@register.filter
def why_left_out(reason: str) -> str:
    return WHY_LEFT_OUT.get(reason, reason.replace("_", " "))


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """A time as people say it, with the exact one on hover; the page keeps it current."""
    exact = f"{at.day} {at:%b %Y, %H:%M:%S} UTC"
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        at.isoformat(),
        exact,
        relative(at, timezone.now()),
    )


def relative(at: datetime, now: datetime) -> str:
    seconds = (now - at).total_seconds()
    if seconds < 45:
        return "just now"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min ago"
    hours = round(minutes / 60)
    if hours < 24:
        return f"{hours} h ago"
    days = round(hours / 24)
    return "yesterday" if days == 1 else f"{days} days ago"
