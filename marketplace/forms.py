"""The form for a new session: the buyer, its shopping list, who is invited, and how the rooms are played."""

import itertools
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import slugify

from llm.purse import Budget
from marketplace.models import MAX_PRICE, MAX_QUANTITY, MINDS, TIMEOUTS, Seller, SellerInventory
from marketplace.requests import ItemRequest, ModelRequest, SessionRequest
from marketplace.text import validate_line

ROWS_WITHOUT_SCRIPT = 4
MOST_ITEMS = 10
LARGEST_SEED = 2**63 - 1
PROVIDER_CHOICES = [
    ("", "This installation's default"),
    ("lm_studio", "LM Studio"),
    ("openai_compatible", "Another OpenAI-compatible server"),
    ("openrouter", "OpenRouter"),
    ("builtin", "None: template words"),
]


class ItemForm(forms.Form):
    """One line of the shopping list."""

    item_name = forms.CharField(label="Item", max_length=100, validators=[validate_line])
    quantity_needed = forms.IntegerField(label="Quantity", min_value=1, max_value=MAX_QUANTITY)
    min_price_per_unit = forms.DecimalField(
        label="Lowest price",
        min_value=Decimal(0),
        max_value=MAX_PRICE,
        decimal_places=2,
        max_digits=12,
        required=False,
    )
    max_price_per_unit = forms.DecimalField(
        label="Highest price", min_value=Decimal("0.01"), max_value=MAX_PRICE, decimal_places=2, max_digits=12
    )
    target_price = forms.DecimalField(
        label="Target price",
        min_value=Decimal("0.01"),
        max_value=MAX_PRICE,
        decimal_places=2,
        max_digits=12,
        required=False,
    )
    approve_above = forms.DecimalField(
        label="Ask me above a total of",
        min_value=Decimal(0),
        decimal_places=2,
        max_digits=18,
        required=False,
    )
    approve_below_min = forms.BooleanField(label="Ask me about prices below the lowest", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.widget.attrs.update(_ITEM_ATTRIBUTES[name])
            field.widget.is_required = False  # an empty row is no row

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        lowest, highest = cleaned.get("min_price_per_unit"), cleaned.get("max_price_per_unit")
        if lowest is not None and highest is not None and highest <= lowest:
            self.add_error("max_price_per_unit", "Must be above the lowest price.")
        target = cleaned.get("target_price")
        if target is not None and highest is not None and target > highest:
            self.add_error("target_price", "Must not be above the highest price.")
        return cleaned

    @property
    def has_mandate(self) -> bool:
        """Whether the part for the mandate has something to show at once."""
        names = ("target_price", "approve_above", "approve_below_min")
        return any(self[name].value() or self[name].errors for name in names)


_ITEM_ATTRIBUTES = {
    "item_name": {"list": "known-items", "autocomplete": "off", "placeholder": "What is to be bought"},
    "quantity_needed": {"inputmode": "numeric", "placeholder": "50"},
    "min_price_per_unit": {"inputmode": "decimal", "placeholder": "0.00", "step": "0.01"},
    "max_price_per_unit": {"inputmode": "decimal", "placeholder": "600.00", "step": "0.01"},
    "target_price": {"inputmode": "decimal", "placeholder": "What the buyer hopes for", "step": "0.01"},
    "approve_above": {"inputmode": "decimal", "placeholder": "As the session says", "step": "0.01"},
    "approve_below_min": {},
}


class ShoppingList(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    def clean(self) -> None:
        if any(self.errors):
            return
        names = [_spelled_alike(row["item_name"]) for row in self.rows]
        if not names:
            raise ValidationError("Put at least one item on the list.")
        if len(set(names)) < len(names):
            raise ValidationError("An item is on the list twice; add up the quantities instead.")

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The filled rows; empty ones and those taken off do not count."""
        return [form.cleaned_data for form in self.forms if form.has_changed() and form not in self.deleted_forms]


ItemFormSet = forms.formset_factory(
    ItemForm,
    formset=ShoppingList,
    extra=ROWS_WITHOUT_SCRIPT,
    max_num=MOST_ITEMS,
    absolute_max=MOST_ITEMS,
    validate_max=True,
    can_delete=True,
)


def shopping_list(asked: QueryDict | None) -> ShoppingList:
    items = ItemFormSet(asked, prefix="items")
    assert isinstance(items, ShoppingList)
    return items


class NewSessionForm(forms.Form):
    buyer_name = forms.CharField(label="Buyer", max_length=50, validators=[validate_line])
    name = forms.CharField(label="Name of the session", max_length=100, required=False, validators=[validate_line])
    sellers = forms.ModelMultipleChoiceField(
        queryset=Seller.objects.none(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Invite at least one seller.",
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
        self.fields["max_rounds"].initial = settings.NEGOTIATION.max_rounds
        self.fields["buyer_mind"].initial = settings.NEGOTIATION.default_mind
        self.fields["seat_hours"].widget.attrs["placeholder"] = f"{settings.SEATS.hours:g}"
        self.fields["llm_temperature"].initial = settings.LLM.temperature
        sellers = self.fields["sellers"]
        assert isinstance(sellers, forms.ModelMultipleChoiceField)
        sellers.queryset = standing_sellers()
        for field in self.fields.values():
            field.widget.is_required = False  # our own words beside the field say it better than the browser's

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


def session_request(form: NewSessionForm, items: ShoppingList, known: dict[str, str]) -> SessionRequest:
    """What two valid forms ask for."""
    asked = form.cleaned_data
    return SessionRequest(
        buyer_name=asked["buyer_name"],
        name=asked["name"],
        items=_item_requests(items, known),
        standing_seller_codes=tuple(seller.code for seller in asked["sellers"]),
        max_rounds=asked["max_rounds"],
        turn_seconds=asked["turn_seconds"],
        seed=asked["seed"],
        buyer_mind=asked["buyer_mind"] or settings.NEGOTIATION.default_mind,
        seat_hours=asked["seat_hours"],
        on_timeout=asked["on_timeout"],
        approve_above=asked["approve_above"],
        model=ModelRequest(
            provider=asked["llm_provider"],
            model=asked["llm_model"],
            temperature=settings.LLM.temperature if asked["llm_temperature"] is None else asked["llm_temperature"],
            max_tokens=settings.LLM.max_tokens,
            budget=Budget(cost=asked["budget_cost"]),
        ),
    )


def _item_requests(items: ShoppingList, known: dict[str, str]) -> tuple[ItemRequest, ...]:
    known_ids = {_spelled_alike(name): item_id for name, item_id in known.items()}
    taken = set(known_ids.values())
    requests = []
    for row in items.rows:
        item_id = known_ids.get(_spelled_alike(row["item_name"])) or _new_item_id(row["item_name"], taken)
        taken.add(item_id)
        requests.append(
            ItemRequest(
                item_id=item_id,
                item_name=row["item_name"],
                quantity_needed=row["quantity_needed"],
                min_price_per_unit=row["min_price_per_unit"] or Decimal(0),
                max_price_per_unit=row["max_price_per_unit"],
                target_price=row["target_price"],
                approve_above=row["approve_above"],
                approve_below_min=row["approve_below_min"],
            )
        )
    return tuple(requests)


def _new_item_id(name: str, taken: set[str]) -> str:
    """A slug of the name; numbered where another item has it, or where the name leaves no letters."""
    slug = slugify(name)[:44].strip("-") or "item"
    candidates = itertools.chain([slug], (f"{slug}-{number}" for number in itertools.count(2)))
    return next(candidate for candidate in candidates if candidate not in taken)


def _spelled_alike(name: str) -> str:
    return " ".join(name.casefold().split())
