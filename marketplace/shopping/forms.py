"""The form for a new session but for its lists: the buyer, who of the standing sellers is invited, how it is played."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from marketplace.models import MINDS, POLICIES, TEMPERAMENTS, TIMEOUTS, Seller, SellerInventory
from marketplace.text import validate_line
from negotiation.core.preferences import Policy, Temperament

LARGEST_SEED = 2**63 - 1
DEFAULT_CURRENCY = "USD"
PROVIDER_CHOICES = [
    ("", "This installation's default"),
    ("lm_studio", "LM Studio"),
    ("openai_compatible", "Another OpenAI-compatible server"),
    ("openrouter", "OpenRouter"),
    ("builtin", "None: template words"),
]


class NewSessionForm(forms.Form):
    buyer_name = forms.CharField(label="Buyer", max_length=50, validators=[validate_line])
    name = forms.CharField(label="Name of the session", max_length=100, required=False, validators=[validate_line])
    currency = forms.CharField(
        label="Currency",
        max_length=3,
        required=False,
        validators=[RegexValidator("^[A-Z]{3}$", "Three letters, such as USD.")],
        widget=forms.TextInput(attrs={"list": "known-currencies", "autocomplete": "off"}),
    )
    sellers = forms.ModelMultipleChoiceField(
        queryset=Seller.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "One of these sellers is not active any more.",
        },
    )
    max_rounds = forms.IntegerField(label="Rounds at most", min_value=1, max_value=100)
    turn_seconds = forms.FloatField(
        label="Rest between turns, seconds",
        min_value=0,
        max_value=60,
        initial=1,
        help_text="So that people can follow. 0 plays at full speed.",
    )
    seed = forms.IntegerField(
        label="Seed",
        required=False,
        min_value=0,
        max_value=LARGEST_SEED,
        help_text="The same seed and list play the same again. May stay empty.",
    )
    approve_above = forms.DecimalField(
        label="Ask me above a total of",
        required=False,
        min_value=Decimal(0),
        decimal_places=2,
        max_digits=18,
        help_text="A dearer deal waits for a person's approval. Empty: none does.",
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01", "placeholder": "No approval"}),
    )
    keep_best_offer = forms.BooleanField(
        label="Never tell a seller the best price that another offers",
        required=False,
    )
    seat_hours = forms.FloatField(
        label="Hours for a move by hand",
        required=False,
        min_value=0.01,
        max_value=24 * 90,
        help_text="For people and programs at a seat. Empty: as this installation has it.",
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    on_timeout = forms.ChoiceField(
        label="If nobody moves in time",
        required=False,
        choices=[("", "As this installation has it"), *TIMEOUTS],
    )
    buyer_mind = forms.ChoiceField(
        label="Who plays the buyer",
        choices=MINDS,
        required=False,
        help_text="The sellers' minds are kept with the sellers.",
    )
    buyer_temperament = forms.ChoiceField(
        label="Temperament",
        choices=TEMPERAMENTS,
        initial=Temperament.BALANCED,
        required=False,
        help_text="How its agent bargains. No seller is told.",
    )
    buyer_policy = forms.ChoiceField(
        label="If it comes to the worst",
        choices=POLICIES,
        initial=Policy.DEAL_FIRST,
        required=False,
        help_text="When the last round brings no offer within the limit. No seller is told.",
    )
    llm_provider = forms.ChoiceField(label="Provider", choices=PROVIDER_CHOICES, required=False)
    llm_model = forms.CharField(
        label="Model",
        max_length=100,
        required=False,
        validators=[validate_line],
        help_text="Empty: the provider's default. A seller may have a model of its own.",
        widget=forms.TextInput(attrs={"list": "known-models", "autocomplete": "off"}),
    )
    llm_temperature = forms.FloatField(
        label="Temperature",
        required=False,
        min_value=0,
        max_value=2,
        help_text="From 0 to 2: the higher, the freer the words.",
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.1"}),
    )
    budget_cost = forms.DecimalField(
        label="Most that models may cost, in USD",
        required=False,
        min_value=Decimal(0),
        max_value=100_000,
        decimal_places=6,
        help_text="Then the rooms go on in template words. Empty: the installation's limit.",
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any", "placeholder": "No limit of its own"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["currency"].initial = DEFAULT_CURRENCY
        self.fields["max_rounds"].initial = settings.NEGOTIATION.max_rounds
        self.fields["buyer_mind"].initial = settings.NEGOTIATION.default_mind
        self.fields["seat_hours"].widget.attrs["placeholder"] = f"{settings.SEATS.hours:g}"
        self.fields["llm_temperature"].initial = settings.LLM.temperature
        self.fields["llm_temperature"].widget.attrs["data-usual"] = f"{settings.LLM.temperature:g}"
        sellers = self.fields["sellers"]
        assert isinstance(sellers, forms.ModelMultipleChoiceField)
        sellers.queryset = standing_sellers()
        for field in self.fields.values():
            field.widget.is_required = False  # our own words beside the field say it better than the browser's

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"]
        return currency or DEFAULT_CURRENCY

    def clean_llm_provider(self) -> str:
        provider: str = self.cleaned_data["llm_provider"]
        openrouter = settings.LLM.openrouter
        if provider == "openrouter" and not (openrouter.is_enabled and openrouter.api_key):
            raise ValidationError("OpenRouter is switched off on this installation, or has no key.")
        return provider

    def clean_sellers(self) -> Any:
        sellers = self.cleaned_data["sellers"]
        most = settings.NEGOTIATION.max_sellers
        if len(sellers) > most:
            raise ValidationError(f"A session takes at most {most} sellers; {len(sellers)} are chosen.")
        return sellers


def standing_sellers() -> Any:
    """The sellers that may be invited, each with its stock."""
    return Seller.objects.standing().filter(is_active=True).prefetch_related("inventory")


def known_items() -> dict[str, str]:
    """The names of what active standing sellers stock, each with its item id."""
    stock = SellerInventory.objects.filter(seller__session__isnull=True, seller__is_active=True)
    return dict(stock.order_by("item_name").values_list("item_name", "item_id").distinct())
