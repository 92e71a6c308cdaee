"""The operators' screen for trades: to look at, to confirm for both sides, and to cancel."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from marketplace.backoffice.confirming import Question, ask, is_confirmed
from marketplace.backoffice.kinds import ModelAdmin, ReadOnlyAdmin, user_name
from negotiation.core.vocabulary import Party, TradeState
from negotiation.errors import AlreadyDecided
from negotiation.trade_models import Trade
from negotiation.trades import LONGEST_REASON, cancel, confirm, reason_in


@admin.register(Trade)
class TradeAdmin(ReadOnlyAdmin):
    list_display = ("number", "state", "total", "currency", "first_item", "buyer_name", "seller_name", "made_at")
    list_filter = ("state", "made_at", "currency")
    search_fields = ("number", "buyer_name", "buyer_legal_name", "seller_name", "seller_legal_name")
    date_hierarchy = "made_at"
    view_on_site = False
    fields = (
        ("number", "state", "made_at"),
        "page",
        ("buyer_name", "buyer_legal_name", "buyer_contact", "buyer_code"),
        ("seller_name", "seller_legal_name", "seller_contact", "seller_code"),
        "bought",
        ("total", "currency"),
        "terms",
        ("buyer_confirmed_at", "buyer_confirmed_by"),
        ("seller_confirmed_at", "seller_confirmed_by"),
        ("cancelled_at", "cancelled_side", "cancelled_by"),
        "cancel_reason",
    )
    actions = ("confirm_trades", "cancel_trades")

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Whoever may change trades may confirm and cancel them, though not edit them."""
        return ModelAdmin.has_change_permission(self, request)

    @admin.display(description="item")
    def first_item(self, trade: Trade) -> str:
        return "".join(line["item_name"] for line in trade.lines[:1])

    @admin.display(description="page")
    def page(self, trade: Trade) -> SafeString:
        return format_html('<a href="{}">Open the trade</a>', reverse("trade", args=[trade.number]))

    @admin.display(description="lines")
    def bought(self, trade: Trade) -> SafeString:
        lines = (
            (line["quantity"], line["item_name"], line["item_id"], line["unit_price"], line["total"])
            for line in trade.lines
        )
        return format_html_join("", "{} x {} ({}) at {}: {}<br>", lines)

    @admin.action(description="Confirm for both sides", permissions=["steer"])
    def confirm_trades(self, request: HttpRequest, queryset: QuerySet[Trade]) -> None:
        confirmed = 0
        for trade in queryset.filter(state=TradeState.AGREED):
            try:
                for side in Party:
                    confirm(trade, side, user_name(request))
                confirmed += 1
            except AlreadyDecided as refused:
                self.message_user(request, f"{trade} was not confirmed: {refused}.", messages.WARNING)
        self._say_how_many(request, "Confirmed", confirmed)

    @admin.action(description="Cancel", permissions=["steer"])
    def cancel_trades(self, request: HttpRequest, queryset: QuerySet[Trade]) -> HttpResponseBase | None:
        trades = list(queryset.exclude(state=TradeState.CANCELLED))
        question = _cancelling(trades)
        if not is_confirmed(request):
            return ask(self, request, queryset, question)
        try:
            reason = reason_in(request.POST.get("reason", ""))
        except ValueError as error:
            return ask(self, request, queryset, question, problem=f"Say why: it {error}.")
        cancelled = 0
        for trade in trades:
            try:
                cancel(trade, None, user_name(request), reason)
                cancelled += 1
            except AlreadyDecided as refused:
                self.message_user(request, f"{trade} was not cancelled: {refused}.", messages.WARNING)
        self._say_how_many(request, "Cancelled", cancelled)
        return None

    def _say_how_many(self, request: HttpRequest, verb: str, number: int) -> None:
        level = messages.SUCCESS if number else messages.WARNING
        self.message_user(request, f"{verb} {number} trade{'' if number == 1 else 's'}.", level)


def _cancelling(trades: list[Trade]) -> Question:
    return Question(
        action="cancel_trades",
        title="Cancel trades",
        what_happens="These trades are taken back, and their goods are free for others again. That cannot be undone.",
        things=[
            f"{trade}: {trade.seller_name} to {trade.buyer_name}, {trade.total} {trade.currency}, "
            f"{trade.get_state_display()}"
            for trade in trades
        ],
        nothing="None of the selected trades can be cancelled.",
        button="Yes, cancel them",
        longest_reason=LONGEST_REASON,
    )
