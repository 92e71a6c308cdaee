"""The operators' screens for who is told of what, and for what became of it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from marketplace import audit
from marketplace.backoffice.kinds import ModelAdmin, ReadOnlyAdmin, user_name
from marketplace.models import Role
from marketplace.parties import party_problem
from negotiation.notification_models import Channel, Kind, Notification, NotificationTarget, Side, all_kinds
from negotiation.outbox import send_again
from negotiation.targets import NewTarget, address_problem, make_target


class TargetForm(forms.ModelForm):  # type: ignore[type-arg]  # takes its parameter in the stubs only
    kinds = forms.MultipleChoiceField(
        choices=[(kind.value, kind.replace("_", " ")) for kind in Kind],
        initial=all_kinds,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "side" in cleaned and "party" in cleaned and (problem := _party_problem(cleaned["side"], cleaned["party"])):
            self.add_error("party", problem)
        if "channel" in cleaned and "address" in cleaned:
            problem = address_problem(Channel(cleaned["channel"]), cleaned["address"])
            if problem:
                self.add_error("address", f"It {problem}.")
        return cleaned


@admin.register(NotificationTarget)
class NotificationTargetAdmin(ModelAdmin):
    """What is told and whether can be changed later; an address cannot: that would be another target."""

    form = TargetForm
    list_display = ("address", "channel", "side", "party", "is_active", "last_error", "created_at")
    list_filter = ("side", "channel", "is_active", ("last_error", admin.EmptyFieldListFilter))
    search_fields = ("address", "party", "code")
    fields = ("side", "party", "channel", "address", "kinds", "is_active")

    def get_fields(self, request: HttpRequest, obj: NotificationTarget | None = None) -> Any:
        return self.fields if obj is None else (*self.fields, "last_error", "made_by", "created_at", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: NotificationTarget | None = None) -> Any:
        told = ("last_error", "made_by", "created_at", "code")
        return () if obj is None else ("side", "party", "channel", "address", *told)

    def save_model(self, request: HttpRequest, obj: NotificationTarget, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=["kinds", "is_active"])
            audit.note(user_name(request), "changed notification target", target=obj.code, is_active=obj.is_active)
            return
        wanted = NewTarget(Channel(obj.channel), obj.address, [Kind(kind) for kind in obj.kinds])
        made = make_target(Side(obj.side), obj.party, wanted, user_name(request))
        obj.pk, obj.code = made.pk, made.code
        audit.note(user_name(request), "made notification target", target=made.code, side=made.side, party=made.party)
        if made.secret:
            shown = format_html(
                "Its requests are signed with this. It is not shown again: <code>{}</code>", made.secret
            )
            self.message_user(request, shown, messages.SUCCESS)

    def delete_model(self, request: HttpRequest, obj: NotificationTarget) -> None:
        audit.note(user_name(request), "deleted notification target", target=obj.code)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[NotificationTarget]) -> None:
        for target in queryset:
            self.delete_model(request, target)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What they are still to be told goes with them, by number: that it cannot be deleted itself does not count."""
        targets = list(objs)
        waiting = Notification.objects.filter(target__in=targets).count()
        return [str(target) for target in targets], {"targets": len(targets), "notifications": waiting}, set(), []


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "run", "target", "state", "attempts", "last_error", "delivered_at")
    list_select_related = ("run__item", "target")
    list_filter = ("state", "kind", "target__channel", "created_at")
    search_fields = ("target__address", "run__item__item_name", "code")
    actions = ("send_again",)
    show_full_result_count = False
    fields = (
        ("kind", "target"),
        ("run", "participant", "seq"),
        ("state", "attempts", "next_at"),
        "last_error",
        "subject",
        "body",
        ("created_at", "delivered_at", "code"),
    )

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return ModelAdmin.has_change_permission(self, request)

    @admin.action(description="Send again what was given up", permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        count = send_again(queryset)
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, f"To be sent again: {count}.", level)


def _party_problem(side: str, party: Any) -> str:
    if side == Side.OPERATOR:
        return "The operators are no party: leave this empty." if party else ""
    return party_problem(Role(side), party)
