"""Rooms and what happened in them. `RunEvent` is the truth; messages, offers and outcomes are its projections."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse

from llm.purse import Spending
from marketplace.models import BuyerItem, Seller, SellerInventory, Session
from negotiation.arena_models import Arena, ArenaGame  # noqa: F401  # as those of trades
from negotiation.core.preferences import Temperament, Toughness
from negotiation.core.vocabulary import (
    ApprovalKind,
    ApprovalState,
    Fallback,
    OfferStatus,
    Party,
    Reason,
    Result,
    RoomStatus,
    Voice,
)
from negotiation.minds.calls import Purpose, Verdict
from negotiation.notification_models import Notification, NotificationTarget  # noqa: F401  # as those of trades
from negotiation.spectator_models import SpectatorLink  # noqa: F401  # as those of trades
from negotiation.trade_models import MatchToken, Trade  # noqa: F401  # tables of this app, in a file of their own

STARTED = [status for status in RoomStatus if status.is_started]
OPEN = [status for status in RoomStatus if not status.is_over]


class NegotiationRunQuerySet(models.QuerySet["NegotiationRun"]):
    def started(self) -> "NegotiationRunQuerySet":
        return self.filter(status__in=STARTED)

    def with_setup(self) -> "NegotiationRunQuerySet":
        """With all that a room's setup is read from."""
        return self.select_related("session", "item__buyer").prefetch_related("participants")


class NegotiationRun(models.Model):
    """One room: a buyer's item negotiated with all matching sellers at once, or with one that a match led to."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="runs")
    item = models.ForeignKey(BuyerItem, on_delete=models.CASCADE, related_name="runs")
    status = models.CharField(max_length=24, choices=[(s, s.replace("_", " ")) for s in RoomStatus])
    skip_reason = models.CharField(max_length=30, blank=True)
    max_rounds = models.PositiveIntegerField()
    current_round = models.PositiveIntegerField(default=0)
    seed = models.BigIntegerField()
    is_bilateral = models.BooleanField(default=False, help_text="Opened from a match, beside the item's own room.")
    branched_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="branches")
    branched_after = models.PositiveIntegerField(
        null=True, help_text="The last round that this room has from the one it was branched from."
    )
    branched_with = models.CharField(max_length=300, blank=True, default="", help_text="What was changed, in words.")
    last_seq = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(
        default=0, help_text="Grows with every claim; a worker that lost it cannot write."
    )

    objects = NegotiationRunQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = "room"
        indexes = [models.Index(fields=["status", "lease_until"])]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(RoomStatus)), name="run_status_is_known"),
            models.CheckConstraint(condition=Q(current_round__lte=F("max_rounds")), name="run_keeps_its_round_limit"),
        ]

    def __str__(self) -> str:
        return f"Room for {self.item.item_name}"

    def get_absolute_url(self) -> str:
        return reverse("room", args=[self.code])


class Participant(models.Model):
    """One seller in one room, with its terms as they were when it was invited. With its offers it is a thread."""

    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="participants")
    seller = models.ForeignKey(Seller, on_delete=models.RESTRICT, related_name="participations")
    inventory = models.ForeignKey(SellerInventory, null=True, on_delete=models.SET_NULL, related_name="+")
    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=60, help_text="Unique in the room, whatever the sellers are called.")
    seller_code = models.UUIDField()
    priority = models.CharField(max_length=20)
    speaking_style = models.CharField(max_length=20)
    temperament = models.CharField(max_length=10, default=Temperament.BALANCED)
    toughness = models.CharField(max_length=10, default=Toughness.FAIR)
    bundle_percent = models.PositiveSmallIntegerField(default=0)
    mind = models.CharField(max_length=100)
    llm_model = models.CharField(max_length=100, blank=True, default="")
    llm_temperature = models.FloatField(null=True)
    stock = models.PositiveIntegerField()
    cost_price = models.DecimalField(max_digits=12, decimal_places=2)
    least_price = models.DecimalField(max_digits=12, decimal_places=2)
    selling_price = models.DecimalField(max_digits=12, decimal_places=2)
    allowed_terms = models.JSONField(default=dict, blank=True)
    term_weights = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "seller"], name="seller_once_in_a_room"),
            models.UniqueConstraint(fields=["run", "name"], name="names_distinct_in_a_room"),
        ]

    def __str__(self) -> str:
        return self.name


class LeftOut(models.Model):
    """A seller that could not serve the item, and why, without a private number."""

    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="left_out")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=30)

    class Meta:
        verbose_name_plural = "left out"

    def __str__(self) -> str:
        return f"{self.seller}: {self.reason}"


class RunEvent(models.Model):
    """One thing that happened, numbered without gaps from 1. `hash` covers the event and the hash before it."""

    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=30)
    payload = models.JSONField()
    at = models.DateTimeField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["run", "seq"]
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="event_number_once_in_a_room")]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"


class Message(models.Model):
    """Words said in one thread, projected from the event of the same number."""

    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="messages", db_index=False)
    seq = models.PositiveIntegerField()
    round = models.PositiveIntegerField()
    party = models.CharField(max_length=10, choices=[(p, p) for p in Party])
    voice = models.CharField(max_length=10, choices=[(v, v) for v in Voice])
    fallback = models.CharField(max_length=24, blank=True, default="", choices=[(f, f) for f in Fallback])
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="messages", db_index=False)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["run", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["run", "seq", "participant"], name="one_message_for_an_event_in_a_thread")
        ]
        indexes = [models.Index(fields=["participant", "seq"])]

    def __str__(self) -> str:
        return self.text[:60]


class LLMCallQuerySet(models.QuerySet["LLMCall"]):
    def spending(self) -> Spending:
        """What all of them cost together."""
        found = self.aggregate(
            calls=Sum("attempts", default=0),
            tokens=Sum(F("input_tokens") + F("output_tokens"), default=0),
            cost=Sum("cost", default=Decimal(0)),
            seconds=Sum("seconds", default=0.0),
        )
        return Spending(**found)


class LLMCall(models.Model):
    """One question to a language model, its answer, and what became of it. Without a participant it was the buyer's.

    `seq` is the event its turn led to. `prompt` and `reply` are blanked when their retention is over.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="llm_calls", db_index=False)
    participant = models.ForeignKey(Participant, null=True, on_delete=models.CASCADE, related_name="llm_calls")
    seq = models.PositiveIntegerField(null=True)
    round = models.PositiveIntegerField()
    purpose = models.CharField(max_length=10, choices=[(p, p) for p in Purpose])
    provider = models.CharField(max_length=30)
    model = models.CharField(max_length=200)
    input_tokens = models.PositiveIntegerField()
    output_tokens = models.PositiveIntegerField()
    is_estimated = models.BooleanField(help_text="The server did not count the tokens.")
    cost = models.DecimalField(max_digits=12, decimal_places=6, help_text="US dollars")
    attempts = models.PositiveSmallIntegerField(help_text="How often the server was asked; 0: it was not.")
    queued_seconds = models.FloatField()
    first_token_seconds = models.FloatField(null=True)
    seconds = models.FloatField(help_text="From the first attempt to the end of the last.")
    result = models.CharField(max_length=10, choices=[(v, v) for v in Verdict])
    why = models.CharField(max_length=100, blank=True)
    error = models.CharField(max_length=40, blank=True, help_text="The code of what went wrong before any reply.")
    prompt_hash = models.CharField(max_length=64)
    reply_hash = models.CharField(max_length=64)
    prompt = models.TextField(blank=True)
    reply = models.TextField(blank=True)
    at = models.DateTimeField()

    objects = LLMCallQuerySet.as_manager()

    class Meta:
        ordering = ["run", "id"]
        verbose_name = "model call"
        indexes = [models.Index(fields=["run", "round"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.purpose} in round {self.round}"


class Offer(models.Model):
    """A price for a quantity, made in one thread; `number` counts from 1 in each room."""

    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="offers", db_index=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="offers")
    number = models.PositiveIntegerField()
    party = models.CharField(max_length=10, choices=[(p, p) for p in Party])
    round = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    quantity = models.PositiveIntegerField()
    claim = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    is_final = models.BooleanField(default=False)
    extras = models.JSONField(default=dict, blank=True, help_text="Further terms by name, such as delivery_days.")
    packages = models.JSONField(
        default=list, blank=True, help_text="What the other side may take instead: a price and further terms each."
    )
    responded_at = models.DateTimeField(null=True, help_text="When it ceased to be open.")
    response_message = models.TextField(blank=True, default="")
    status = models.CharField(max_length=10, choices=[(s, s) for s in OfferStatus], default=OfferStatus.PENDING)
    at = models.DateTimeField()

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="offer_number_once_in_a_room"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="offer_price_not_negative"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="offer_for_at_least_one_unit"),
            models.CheckConstraint(condition=Q(status__in=list(OfferStatus)), name="offer_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.unit_price}"


class OfferAdvice(models.Model):
    """The suggestion that a person or program followed in an offer, for the eyes of its own side."""

    offer = models.OneToOneField(Offer, on_delete=models.CASCADE, related_name="advice")
    confidence = models.FloatField()
    reasoning = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "offer advice"
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="advice_confidence_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"advice with confidence {self.confidence:.2f}"


class SeatWait(models.Model):
    """Somebody who holds a seat has the turn in a thread, and until when."""

    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="waits")
    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="wait")
    party = models.CharField(max_length=10, choices=[(p, p) for p in Party])
    actions = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    warn_at = models.DateTimeField(help_text="When both sides are reminded that the time runs out.")
    warned_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["until", "id"]
        verbose_name = "seat that is waited for"
        verbose_name_plural = "seats that are waited for"
        indexes = [
            models.Index(fields=["until"]),
            models.Index(fields=["warn_at"], condition=Q(warned_at__isnull=True), name="seats_to_be_reminded"),
        ]
        constraints = [models.CheckConstraint(condition=Q(party__in=list(Party)), name="waited_for_a_known_party")]

    def __str__(self) -> str:
        return f"{self.party} until {self.until:%Y-%m-%d %H:%M}"


class Approval(models.Model):
    """A deal that an agent may not close alone, and what a person said to it; `number` counts from 1 in each room."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="approvals")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="approvals")
    number = models.PositiveIntegerField()
    offer_number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=[(k, k.replace("_", " ")) for k in ApprovalKind])
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    quantity = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in ApprovalState], default=ApprovalState.PENDING, db_index=True
    )
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_by = models.CharField(max_length=150, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="approval_number_once_in_a_room"),
            models.UniqueConstraint(
                fields=["run"], condition=Q(state=ApprovalState.PENDING), name="one_approval_pending_in_a_room"
            ),
            models.CheckConstraint(condition=Q(state__in=list(ApprovalState)), name="approval_state_is_known"),
            models.CheckConstraint(condition=Q(kind__in=list(ApprovalKind)), name="approval_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.quantity} x {self.unit_price}"

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity


class AutoAcceptRule(models.Model):
    """What is taken at once for a seat that is held by hand: an offer near the target. No participant: the buyer's."""

    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="auto_accept_rules")
    participant = models.OneToOneField(
        Participant, null=True, on_delete=models.CASCADE, related_name="auto_accept_rule"
    )
    target = models.DecimalField(max_digits=12, decimal_places=2)
    tolerance = models.DecimalField(max_digits=4, decimal_places=3, default=Decimal("0.05"))
    least_part = models.DecimalField(max_digits=4, decimal_places=3, default=Decimal("0.9"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run"], condition=Q(participant__isnull=True), name="one_auto_accept_rule_for_a_buyer"
            ),
            models.CheckConstraint(condition=Q(target__gte=0), name="auto_accept_target_not_negative"),
            models.CheckConstraint(
                condition=Q(tolerance__gte=0, tolerance__lte=1, least_part__gte=0, least_part__lte=1),
                name="auto_accept_shares_are_shares",
            ),
        ]

    def __str__(self) -> str:
        return f"within {self.tolerance:.1%} of {self.target}"


class ReadMark(models.Model):
    """How far one side of a thread has read, by the number of the event."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="read_marks")
    party = models.CharField(max_length=10, choices=[(p, p) for p in Party])
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["participant", "party"]
        constraints = [
            models.UniqueConstraint(fields=["participant", "party"], name="one_read_mark_for_a_side_of_a_thread")
        ]

    def __str__(self) -> str:
        return f"{self.party} up to {self.seq}"


class Outcome(models.Model):
    """How a room ended; there is one for a run, whoever decides."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.OneToOneField(NegotiationRun, on_delete=models.CASCADE, related_name="outcome")
    result = models.CharField(max_length=10, choices=[(r, r.replace("_", " ")) for r in Result])
    reason = models.CharField(max_length=30, choices=[(r, r.replace("_", " ")) for r in Reason])
    explanation = models.TextField(blank=True)
    participant = models.ForeignKey(Participant, null=True, on_delete=models.CASCADE, related_name="+")
    unit_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    quantity = models.PositiveIntegerField(null=True)
    total_cost = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(result=Result.NO_DEAL, unit_price__isnull=True)
                | Q(result=Result.DEAL, participant__isnull=False, unit_price__isnull=False, quantity__gte=1),
                name="a_deal_has_a_seller_and_terms",
            )
        ]

    def __str__(self) -> str:
        return self.result
