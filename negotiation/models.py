"""Rooms and what happened in them. `RunEvent` is the truth; messages, offers and outcomes are its projections."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse

from llm.purse import Spending
from marketplace.models import BuyerItem, Seller, SellerInventory, Session
from negotiation.core.vocabulary import Fallback, OfferStatus, Party, Reason, Result, RoomStatus, Voice
from negotiation.minds.calls import Purpose, Verdict

STARTED = [status for status in RoomStatus if status.is_started]


class NegotiationRunQuerySet(models.QuerySet["NegotiationRun"]):
    def started(self) -> "NegotiationRunQuerySet":
        return self.filter(status__in=STARTED)

    def with_setup(self) -> "NegotiationRunQuerySet":
        """With all that a room's setup is read from."""
        return self.select_related("session", "item__buyer").prefetch_related("participants")


class NegotiationRun(models.Model):
    """One room: a buyer's item negotiated with all matching sellers at once."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="runs")
    item = models.ForeignKey(BuyerItem, on_delete=models.CASCADE, related_name="runs")
    status = models.CharField(max_length=24, choices=[(s, s.replace("_", " ")) for s in RoomStatus])
    skip_reason = models.CharField(max_length=30, blank=True)
    max_rounds = models.PositiveIntegerField()
    current_round = models.PositiveIntegerField(default=0)
    seed = models.BigIntegerField()
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
    name = models.CharField(max_length=60, help_text="Unique in the room, whatever the sellers are called.")
    seller_code = models.UUIDField()
    priority = models.CharField(max_length=20)
    speaking_style = models.CharField(max_length=20)
    mind = models.CharField(max_length=20)
    llm_model = models.CharField(max_length=100, blank=True, default="")
    llm_temperature = models.FloatField(null=True)
    stock = models.PositiveIntegerField()
    cost_price = models.DecimalField(max_digits=12, decimal_places=2)
    least_price = models.DecimalField(max_digits=12, decimal_places=2)
    selling_price = models.DecimalField(max_digits=12, decimal_places=2)

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

    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="events")
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

    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    round = models.PositiveIntegerField()
    party = models.CharField(max_length=10, choices=[(p, p) for p in Party])
    voice = models.CharField(max_length=10, choices=[(v, v) for v in Voice])
    fallback = models.CharField(max_length=24, blank=True, default="", choices=[(f, f) for f in Fallback])
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="messages")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["run", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["run", "seq", "participant"], name="one_message_for_an_event_in_a_thread")
        ]

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
    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="llm_calls")
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

    run = models.ForeignKey(NegotiationRun, on_delete=models.CASCADE, related_name="offers")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="offers")
    number = models.PositiveIntegerField()
    party = models.CharField(max_length=10, choices=[(p, p) for p in Party])
    round = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    quantity = models.PositiveIntegerField()
    claim = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    is_final = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=[(s, s) for s in OfferStatus], default=OfferStatus.PENDING)
    at = models.DateTimeField()

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="offer_number_once_in_a_room"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="offer_price_not_negative"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="offer_for_at_least_one_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.unit_price}"


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
