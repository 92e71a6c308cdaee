"""Whom to tell of what happens in rooms, and what they have been told: the outbox of e-mails and webhooks."""

import uuid
from enum import StrEnum

from django.db import models
from django.db.models import Q

from marketplace.text import validate_line

LONGEST_ADDRESS = 500


class Kind(StrEnum):
    """What somebody may want to be told."""

    NEW_OFFER = "new_offer"
    YOUR_TURN = "your_turn"
    DEAL = "deal"
    EXPIRING = "expiring"
    APPROVAL_NEEDED = "approval_needed"


class Channel(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"


class Side(StrEnum):
    """Whose news it is, and with whose eyes it is told."""

    BUYER = "buyer"
    SELLER = "seller"
    OPERATOR = "operator"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


def all_kinds() -> list[str]:
    return [kind.value for kind in Kind]


class NotificationTarget(models.Model):
    """An address that a party, or the operators, want to be told at. `party` is the code of the buyer or seller.

    The secret signs what a webhook is sent, so it is kept as it is; whoever made the target was shown it once.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    side = models.CharField("whose", max_length=10, choices=[(s, s) for s in Side])
    party = models.UUIDField(
        null=True, blank=True, help_text="The code of the buyer or seller. Empty for the operators."
    )
    channel = models.CharField(max_length=10, choices=[(c, c) for c in Channel])
    address = models.CharField(
        max_length=LONGEST_ADDRESS, validators=[validate_line], help_text="An e-mail address, or where to post to."
    )
    kinds = models.JSONField(default=all_kinds, help_text="What is told there.")
    secret = models.CharField(max_length=64, blank=True, default="", editable=False)
    is_active = models.BooleanField(default=True)
    last_error = models.CharField(max_length=200, blank=True, default="", editable=False)
    made_by = models.CharField(max_length=150, blank=True, default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["party"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(side=Side.OPERATOR, party__isnull=True)
                | Q(side__in=[Side.BUYER, Side.SELLER], party__isnull=False),
                name="target_is_a_partys_or_the_operators",
            ),
            models.CheckConstraint(condition=Q(channel__in=list(Channel)), name="target_channel_is_known"),
            models.CheckConstraint(
                condition=~Q(channel=Channel.WEBHOOK) | ~Q(secret=""), name="webhook_has_a_secret_to_sign_with"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of the {self.side}"


class Notification(models.Model):
    """Something that a target is told, once; `code` is its id on the wire, the same however often it is sent.

    A delivery takes it by moving `attempts` on and `next_at` behind its own end: whoever dies meanwhile leaves it due.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    target = models.ForeignKey(NotificationTarget, on_delete=models.CASCADE, related_name="notifications")
    run = models.ForeignKey("negotiation.NegotiationRun", on_delete=models.CASCADE, related_name="notifications")
    participant = models.ForeignKey("negotiation.Participant", on_delete=models.CASCADE, related_name="notifications")
    seq = models.PositiveIntegerField(help_text="The event that it tells of.")
    kind = models.CharField(max_length=20, choices=[(k, k.replace("_", " ")) for k in Kind])
    subject = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField(blank=True, default="", help_text="As it was sent, from the first attempt on.")
    state = models.CharField(
        max_length=10, choices=[(s, s.replace("_", " ")) for s in DeliveryState], default=DeliveryState.WAITING
    )
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(help_text="By the database's clock: not tried before.")
    last_error = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state=DeliveryState.WAITING), name="notification_is_due"),
            models.Index(fields=["created_at"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "seq", "target", "kind"], name="nothing_is_told_twice"),
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="notification_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=list(DeliveryState)), name="notification_state_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.target}"
