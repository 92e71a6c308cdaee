"""What a deal becomes, and how a negotiation with one seller begins: the tables of trades and of match tokens."""

from django.db import models
from django.db.models import Q

from marketplace.models import BuyerItem, SellerInventory
from negotiation.core.vocabulary import Party, TradeState

# Who took a trade back: one of its sides, or the marketplace.
OPERATOR = "operator"
SIDES = [(side, side) for side in (*Party, OPERATOR)]


class Trade(models.Model):
    """A deal as both sides keep it: the parties as they were then, what is bought, and whether they stand by it."""

    number = models.CharField(max_length=24, unique=True, editable=False)
    outcome = models.OneToOneField("negotiation.Outcome", on_delete=models.CASCADE, related_name="trade")
    state = models.CharField(max_length=10, choices=[(s, s) for s in TradeState], default=TradeState.AGREED)
    buyer_code = models.UUIDField(db_index=True)
    buyer_name = models.CharField(max_length=60)
    buyer_legal_name = models.CharField(max_length=100, blank=True, default="")
    buyer_contact = models.CharField(max_length=100, blank=True, default="")
    seller_code = models.UUIDField(db_index=True)
    seller_name = models.CharField(max_length=60)
    seller_legal_name = models.CharField(max_length=100, blank=True, default="")
    seller_contact = models.CharField(max_length=100, blank=True, default="")
    lines = models.JSONField(help_text="What is bought: item, quantity, unit price and total of each.")
    terms = models.JSONField(default=dict, blank=True, help_text="Further terms by name, such as delivery_days.")
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=18, decimal_places=2)
    made_at = models.DateTimeField()
    buyer_confirmed_at = models.DateTimeField(null=True, blank=True)
    buyer_confirmed_by = models.CharField(max_length=80, blank=True, default="")
    seller_confirmed_at = models.DateTimeField(null=True, blank=True)
    seller_confirmed_by = models.CharField(max_length=80, blank=True, default="")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=80, blank=True, default="")
    cancelled_side = models.CharField(max_length=10, choices=SIDES, blank=True, default="")
    cancel_reason = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["-made_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=TradeState.AGREED, cancelled_at__isnull=True)
                & (Q(buyer_confirmed_at__isnull=True) | Q(seller_confirmed_at__isnull=True))
                | Q(
                    state=TradeState.CONFIRMED,
                    cancelled_at__isnull=True,
                    buyer_confirmed_at__isnull=False,
                    seller_confirmed_at__isnull=False,
                )
                | Q(state=TradeState.CANCELLED, cancelled_at__isnull=False),
                name="trade_state_is_what_was_done",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class MatchToken(models.Model):
    """One line of a list of anonymous matches, for whoever asked. Only the SHA-256 of its token is kept.

    Using it opens the one negotiation it is good for.
    """

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    item = models.ForeignKey(BuyerItem, on_delete=models.CASCADE, related_name="+")
    inventory = models.ForeignKey(SellerInventory, on_delete=models.CASCADE, related_name="+")
    asked_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["item", "asked_by"])]

    def __str__(self) -> str:
        return f"match for {self.asked_by}"
