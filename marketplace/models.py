"""The catalogue and who may use it: sessions with a buyer and its items, sellers with their stock, keys and links."""

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from marketplace.particulars import validate_contact
from marketplace.term_ranges import validate_ranges
from marketplace.term_weights import weights_problem
from marketplace.text import validate_line
from marketplace.volume_tiers import Prices, prices_at, tiers_problem
from negotiation.core.preferences import Policy, Priority, Style, Temperament, Toughness

MAX_QUANTITY = 1_000_000
MAX_PRICE = 9_999_999_999
MOST_BUNDLE_PERCENT = 50

PRIORITIES = [(Priority.MAXIMIZE_PROFIT, "Maximize profit"), (Priority.CUSTOMER_RETENTION, "Keep customers")]
STYLES = [(Style.RUDE, "Rude"), (Style.NEUTRAL, "Neutral"), (Style.VERY_SWEET, "Very sweet")]
TEMPERAMENTS = [
    (Temperament.PATIENT, "Patient (holds out for a better price)"),
    (Temperament.BALANCED, "Balanced"),
    (Temperament.BRISK, "Brisk (gives sooner for a quick deal)"),
]
POLICIES = [
    (Policy.DEAL_FIRST, "Deal first (bids its limit in the end rather than buy nothing)"),
    (Policy.PRICE_FIRST, "Price first (rather buys nothing than at its limit)"),
]
TOUGHNESS = [
    (Toughness.GENEROUS, "Generous (ends close to its floor)"),
    (Toughness.FAIR, "Fair"),
    (Toughness.TOUGH, "Tough (ends well above its floor)"),
]
MINDS = [
    ("strategy", "Strategy (no model)"),
    ("narrated", "Narrated (strategy decides, a model speaks)"),
    ("llm", "Model (a model decides within the strategy's latitude)"),
    ("human", "Person (moves are made by hand)"),
    ("external", "Program (moves come over the API)"),
]
TIMEOUTS = [("expire", "The thread ends"), ("strategy", "The built-in strategy makes the move")]
TEMPERATURE_BOUNDS = [MinValueValidator(0), MaxValueValidator(2)]
PRICE_BOUNDS = [MinValueValidator(0), MaxValueValidator(MAX_PRICE)]
QUANTITY_BOUNDS = [MinValueValidator(1), MaxValueValidator(MAX_QUANTITY)]
ONE_LINE: list[Callable[[Any], None]] = [MinLengthValidator(1), validate_line]


class Session(models.Model):
    """One buyer's shopping trip: its items are negotiated in a room each."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100, validators=ONE_LINE, blank=True, default="")
    currency = models.CharField(max_length=3, default="USD")
    buyer_mind = models.CharField(max_length=100, choices=MINDS, default="strategy")
    buyer_temperament = models.CharField(max_length=10, choices=TEMPERAMENTS, default=Temperament.BALANCED)
    buyer_policy = models.CharField(max_length=12, choices=POLICIES, default=Policy.DEAL_FIRST)
    llm_provider = models.CharField(max_length=30, blank=True, default="")
    llm_model = models.CharField(max_length=100, blank=True, default="")
    llm_temperature = models.FloatField(default=0.7, validators=TEMPERATURE_BOUNDS)
    llm_max_tokens = models.PositiveIntegerField(default=500)
    buyer_llm_model = models.CharField(
        max_length=100, blank=True, default="", help_text="The buyer's own model. Empty: the session's."
    )
    buyer_llm_temperature = models.FloatField(null=True, blank=True, validators=TEMPERATURE_BOUNDS)
    budget_calls = models.PositiveIntegerField(
        null=True, blank=True, help_text="The most calls to models in all rooms. Empty: the installation's limit."
    )
    budget_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    budget_cost = models.DecimalField(
        null=True,
        blank=True,
        max_digits=12,
        decimal_places=6,
        validators=[MinValueValidator(0)],
        help_text="US dollars",
    )
    budget_seconds = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0)])
    max_rounds = models.PositiveIntegerField(default=10, validators=[MinValueValidator(1), MaxValueValidator(100)])
    seed = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="Empty: the same buyer and item always play the same on this installation.",
    )
    turn_seconds = models.FloatField(
        default=0.0,
        validators=[MinValueValidator(0), MaxValueValidator(60)],
        help_text="A rest before each turn, so that people can follow.",
    )
    seat_hours = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0002), MaxValueValidator(24 * 90)],
        help_text="How long a person or program at a seat has for a move. Empty: the installation's setting.",
    )
    on_timeout = models.CharField(
        max_length=10,
        choices=TIMEOUTS,
        blank=True,
        default="",
        help_text="What happens when nobody moves in time. Empty: the installation's setting.",
    )
    approve_above = models.DecimalField(
        null=True,
        blank=True,
        max_digits=18,
        decimal_places=2,
        validators=[MinValueValidator(0)],
        help_text="A deal with a larger total needs a person's approval. Empty: none does.",
    )
    disclose_best_offer = models.BooleanField(
        default=True,
        help_text="The buyer may tell a seller the best price it holds from another, without the name.",
    )
    is_arena = models.BooleanField(default=False, editable=False, help_text="Played in an arena; nothing is bought.")
    is_what_if = models.BooleanField(
        default=False, help_text="Branched from another room to see what would have been: nothing of it is bought."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_rounds__gte=1, max_rounds__lte=100), name="session_has_1_to_100_rounds"
            ),
            models.CheckConstraint(condition=Q(turn_seconds__gte=0), name="session_turn_seconds_not_negative"),
            models.CheckConstraint(
                condition=Q(seat_hours__isnull=True) | Q(seat_hours__gt=0), name="seat_hours_positive"
            ),
            models.CheckConstraint(condition=Q(on_timeout__in=["", "expire", "strategy"]), name="time_out_is_known"),
            models.CheckConstraint(
                condition=Q(approve_above__isnull=True) | Q(approve_above__gte=0),
                name="session_threshold_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"Session {str(self.code)[:8]}"

    def get_absolute_url(self) -> str:
        return reverse("floor", args=[self.code])


class Buyer(models.Model):
    """The buying side of a session; its limits are on its items and are its own secret."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="buyer")
    name = models.CharField(max_length=50, validators=ONE_LINE)
    legal_name = models.CharField(max_length=100, validators=ONE_LINE, blank=True, default="")
    contact = models.CharField(max_length=100, validators=[validate_contact], blank=True, default="")

    def __str__(self) -> str:
        return self.name


class BuyerItem(models.Model):
    """One line of the shopping list. `max_price_per_unit` is the buyer's reservation price."""

    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="items")
    item_id = models.CharField(max_length=50, validators=ONE_LINE)
    item_name = models.CharField(max_length=100, validators=ONE_LINE)
    quantity_needed = models.PositiveIntegerField(validators=QUANTITY_BOUNDS)
    min_price_per_unit = models.DecimalField(max_digits=12, decimal_places=2, validators=PRICE_BOUNDS, default=0)
    max_price_per_unit = models.DecimalField(max_digits=12, decimal_places=2, validators=PRICE_BOUNDS)
    target_price = models.DecimalField(
        null=True,
        blank=True,
        max_digits=12,
        decimal_places=2,
        validators=PRICE_BOUNDS,
        help_text="What the buyer hopes to pay for a unit: offers near it may be accepted automatically.",
    )
    approve_above = models.DecimalField(
        null=True,
        blank=True,
        max_digits=18,
        decimal_places=2,
        validators=[MinValueValidator(0)],
        help_text="A deal with a larger total needs a person's approval. Empty: the session's threshold.",
    )
    approve_below_min = models.BooleanField(
        default=True, help_text="A person is asked about a price under the minimum. Else it is refused."
    )
    allowed_terms = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_ranges],
        help_text='Further terms an agent may agree to, such as {"delivery_days": [0, 14]}.',
    )
    term_weights = models.JSONField(
        default=dict,
        blank=True,
        help_text='What counts how much, such as {"price": 0.7, "delivery_days": -0.3}: below 0 less is better.',
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["buyer", "item_id"], name="item_once_on_a_shopping_list"),
            models.CheckConstraint(condition=Q(quantity_needed__gte=1), name="at_least_one_unit_needed"),
            models.CheckConstraint(condition=Q(min_price_per_unit__gte=0), name="minimum_price_not_negative"),
            models.CheckConstraint(
                condition=Q(target_price__isnull=True) | Q(target_price__gte=0), name="target_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(approve_above__isnull=True) | Q(approve_above__gte=0), name="item_threshold_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(max_price_per_unit__gt=F("min_price_per_unit")),
                name="maximum_price_above_minimum",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity_needed} x {self.item_name}"

    def clean(self) -> None:
        if _both(self.max_price_per_unit, self.min_price_per_unit) and not (
            self.max_price_per_unit > self.min_price_per_unit
        ):
            raise ValidationError({"max_price_per_unit": "The maximum price must be above the minimum price."})


class SellerQuerySet(models.QuerySet["Seller"]):
    def standing(self) -> "SellerQuerySet":
        """Sellers that operators keep and every session may draw on."""
        return self.filter(session__isnull=True)


class Seller(models.Model):
    """Somebody with stock. Without a session it is a standing seller, whose stock all rooms share."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, null=True, blank=True, on_delete=models.CASCADE, related_name="sellers")
    name = models.CharField(max_length=50, validators=ONE_LINE)
    priority = models.CharField(max_length=20, choices=PRIORITIES, default=Priority.MAXIMIZE_PROFIT)
    speaking_style = models.CharField(max_length=20, choices=STYLES, default=Style.NEUTRAL)
    temperament = models.CharField(max_length=10, choices=TEMPERAMENTS, default=Temperament.BALANCED)
    toughness = models.CharField(max_length=10, choices=TOUGHNESS, default=Toughness.FAIR)
    bundle_percent = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(MOST_BUNDLE_PERCENT)],
        help_text="What it gives on a price, once, when the buyer has bought another item of the session from it.",
    )
    mind = models.CharField(max_length=20, choices=MINDS, default="narrated")
    llm_model = models.CharField(
        max_length=100, blank=True, default="", help_text="This seller's own model. Empty: the session's."
    )
    llm_temperature = models.FloatField(null=True, blank=True, validators=TEMPERATURE_BOUNDS)
    is_active = models.BooleanField(default=True, help_text="Inactive standing sellers are not invited.")
    legal_name = models.CharField(
        max_length=100, validators=ONE_LINE, blank=True, default="", help_text="Told to a buyer with a deal."
    )
    contact = models.CharField(
        max_length=100,
        validators=[validate_contact],
        blank=True,
        default="",
        help_text="An e-mail address or a telephone number, told to a buyer with a deal.",
    )
    region = models.CharField(
        max_length=60,
        validators=ONE_LINE,
        blank=True,
        default="",
        help_text="Shown to buyers in place of the name, before they negotiate.",
    )

    objects = SellerQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["session", "name"])]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(session__isnull=True), name="standing_seller_name_unique"
            ),
            models.CheckConstraint(condition=Q(priority__in=list(Priority)), name="seller_priority_is_known"),
            models.CheckConstraint(condition=Q(speaking_style__in=list(Style)), name="seller_style_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class SellerInventory(models.Model):
    """What a seller has of one item. `least_price` is its floor; cost and floor are its own secret.

    Reserved is what was sold, also in sessions that were deleted since: that part is settled, and not taken back.
    """

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="inventory")
    item_id = models.CharField(max_length=50, validators=ONE_LINE)
    item_name = models.CharField(max_length=100, validators=ONE_LINE)
    quantity_available = models.PositiveIntegerField(validators=QUANTITY_BOUNDS)
    quantity_reserved = models.PositiveIntegerField(default=0, editable=False)
    quantity_settled = models.PositiveIntegerField(default=0, editable=False)
    cost_price = models.DecimalField(max_digits=12, decimal_places=2, validators=PRICE_BOUNDS)
    least_price = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        validators=PRICE_BOUNDS,
        help_text="The floor: never sold below. Above cost, below the asking price.",
    )
    selling_price = models.DecimalField(
        max_digits=12, decimal_places=2, validators=PRICE_BOUNDS, help_text="The public asking price."
    )
    allowed_terms = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_ranges],
        help_text='Further terms an agent may agree to, such as {"delivery_days": [0, 14]}.',
    )
    term_weights = models.JSONField(
        default=dict,
        blank=True,
        help_text='What counts how much, such as {"price": 0.7, "delivery_days": -0.3}: below 0 less is better.',
    )
    volume_tiers = models.JSONField(
        default=list,
        blank=True,
        help_text="Other prices from so many units on: a list of min_quantity, selling_price and least_price.",
    )

    class Meta:
        ordering = ["item_name", "id"]
        verbose_name = "inventory item"
        indexes = [models.Index(fields=["item_id"])]
        constraints = [
            models.UniqueConstraint(fields=["seller", "item_id"], name="seller_stocks_an_item_once"),
            models.CheckConstraint(condition=Q(cost_price__gte=0), name="cost_not_negative"),
            models.CheckConstraint(condition=Q(least_price__gt=F("cost_price")), name="floor_above_cost"),
            models.CheckConstraint(condition=Q(selling_price__gt=F("least_price")), name="asking_price_above_floor"),
            models.CheckConstraint(condition=Q(quantity_available__gte=1), name="at_least_one_unit_available"),
            models.CheckConstraint(
                condition=Q(quantity_reserved__lte=F("quantity_available")), name="stock_never_oversold"
            ),
            models.CheckConstraint(
                condition=Q(quantity_settled__lte=F("quantity_reserved")), name="settled_units_are_reserved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_name} at {self.seller}"

    @property
    def quantity_free(self) -> int:
        return self.quantity_available - self.quantity_reserved

    def prices_for(self, quantity: int) -> Prices:
        """What is asked and the least that is taken for each of so many units."""
        return prices_at(quantity, Prices(self.selling_price, self.least_price), self.volume_tiers)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if _both(self.least_price, self.cost_price) and not self.least_price > self.cost_price:
            errors["least_price"] = "The floor must be above the cost."
        if _both(self.selling_price, self.least_price) and not self.selling_price > self.least_price:
            errors["least_price"] = "The floor must be below the asking price."
        if _both(self.quantity_available, self.quantity_reserved) and self.quantity_free < 0:
            errors["quantity_available"] = f"{self.quantity_reserved} units are already promised to buyers."
        if problem := weights_problem(self.term_weights, self.allowed_terms):
            errors["term_weights"] = f"{problem[0].upper()}{problem[1:]}."
        if _both(self.cost_price, self.selling_price) and self.least_price is not None:
            base = Prices(self.selling_price, self.least_price)
            if problem := tiers_problem(self.volume_tiers, self.cost_price, base):
                errors["volume_tiers"] = f"{problem[0].upper()}{problem[1:]}."
        if errors:
            raise ValidationError(errors)


class Role(models.TextChoices):
    """Whose eyes a caller sees with. An auditor reads all that an operator reads, and changes nothing."""

    OPERATOR = "operator"
    AUDITOR = "auditor"
    BUYER = "buyer"
    SELLER = "seller"
    WATCHER = "watcher"


class Scope(models.TextChoices):
    """What a key may do with what it sees."""

    READ = "read"
    WRITE = "write"


PARTIES = [(role.value, role.label) for role in (Role.BUYER, Role.SELLER)]


class ApiKey(models.Model):
    """A program's way in. Only the SHA-256 of the key is kept; `party` is the code of its buyer or seller."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    role = models.CharField(max_length=10, choices=Role)
    scope = models.CharField(
        max_length=5, choices=Scope, default=Scope.WRITE, help_text="A key to read may send GET requests only."
    )
    party = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[Role.OPERATOR, Role.AUDITOR, Role.WATCHER]) | Q(party__isnull=False),
                name="buyer_and_seller_keys_name_their_party",
            ),
            models.CheckConstraint(condition=Q(scope__in=list(Scope)), name="key_scope_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}...)"


class SignInLink(models.Model):
    """A link that signs a user in once. Only the SHA-256 of its token is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in link for {self.user}"


class PartyAccess(models.Model):
    """An account that acts for a buyer or seller, named by its code. One account acts for one side only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=PARTIES)
    party = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["user", "id"]
        verbose_name = "account of a party"
        verbose_name_plural = "accounts of parties"
        constraints = [
            models.UniqueConstraint(fields=["user", "party"], name="account_acts_for_a_party_once"),
            models.CheckConstraint(condition=Q(role__in=[Role.BUYER, Role.SELLER]), name="account_acts_for_a_party"),
        ]

    def __str__(self) -> str:
        return f"{self.user} for the {self.role} {self.party}"


class PartyLink(models.Model):
    """A link that lets one browser in for a party, without an account. Only the SHA-256 of its token is kept."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    role = models.CharField(max_length=10, choices=PARTIES)
    party = models.UUIDField()
    made_by = models.CharField(max_length=150, blank=True, default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=[Role.BUYER, Role.SELLER]), name="link_is_for_a_party"),
        ]

    def __str__(self) -> str:
        return f"link for the {self.role} {self.party}"


class IdempotentReply(models.Model):
    """The first answer to a request with an `Idempotency-Key`, given again to its repeats."""

    principal = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principal", "key"], name="one_reply_for_an_idempotency_key"),
        ]
        indexes = [models.Index(fields=["created_at"])]

    def __str__(self) -> str:
        return self.key


class SignInTries(models.Model):
    """How often a password was tried in the minute since; `subject` is the hash of who tried it, on which account."""

    subject = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "sign-in tries"
        indexes = [models.Index(fields=["since"])]

    def __str__(self) -> str:
        return f"{self.tries} tries"


def _both(one: object, other: object) -> bool:
    return one is not None and other is not None
