"""The rows of a shopping list, as a person fills them in."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import chain, count
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from marketplace.models import MAX_PRICE, MAX_QUANTITY
from marketplace.requests import ItemRequest
from marketplace.shopping.term_fields import check_weights, terms_field, weights_field
from marketplace.text import validate_line

ROWS_WITHOUT_SCRIPT = 4
# As many as the API takes.
MOST_ITEMS = 10


def money_field(label: str, least: str = "0.01", *, required: bool = False, **options: Any) -> forms.DecimalField:
    """A price of one unit."""
    return forms.DecimalField(
        label=label,
        min_value=Decimal(least),
        max_value=MAX_PRICE,
        decimal_places=2,
        max_digits=12,
        required=required,
        **options,
    )


class ItemForm(forms.Form):
    """One line of the shopping list."""

    item_name = forms.CharField(label="Item", max_length=100, validators=[validate_line])
    quantity_needed = forms.IntegerField(label="Quantity", min_value=1, max_value=MAX_QUANTITY)
    min_price_per_unit = money_field("Lowest price", "0")
    max_price_per_unit = money_field("Highest price", required=True)
    target_price = money_field("Target price", help_text="What the buyer hopes to pay for one.")
    approve_above = forms.DecimalField(
        label="Ask me above a total of",
        min_value=Decimal(0),
        decimal_places=2,
        max_digits=18,
        required=False,
        help_text="Empty: as the session says.",
    )
    item_id = forms.CharField(
        label="Item id",
        max_length=50,
        required=False,
        validators=[validate_line],
        help_text="By it sellers' stock is found. Empty: found by the name.",
    )
    allowed_terms = terms_field()
    term_weights = weights_field()
    refuse_below_min = forms.BooleanField(label="Refuse prices below the lowest without asking me", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.widget.attrs.update(_ITEM_ATTRIBUTES.get(name, {}))
            field.widget.is_required = False  # an empty row is no row

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        lowest, highest = cleaned.get("min_price_per_unit"), cleaned.get("max_price_per_unit")
        if lowest is not None and highest is not None and highest <= lowest:
            self.add_error("max_price_per_unit", "Must be above the lowest price.")
        target = cleaned.get("target_price")
        if target is not None and highest is not None and target > highest:
            self.add_error("target_price", "Must not be above the highest price.")
        check_weights(self)
        return cleaned

    @property
    def has_mandate(self) -> bool:
        """Whether the folded part of the row has something to show at once."""
        return any(self[name].errors for name in _FOLDED)

    @property
    def mandate_words(self) -> str:
        """Which fields of the folded part are filled."""
        return ", ".join(str(self[name].label).lower() for name in _FOLDED if self[name].value())


_FOLDED = ("target_price", "approve_above", "refuse_below_min", "allowed_terms", "term_weights", "item_id")
_ITEM_ATTRIBUTES = {
    "item_name": {"list": "known-items", "autocomplete": "off", "placeholder": "What is to be bought"},
    "quantity_needed": {"inputmode": "numeric", "placeholder": "50"},
    "min_price_per_unit": {"inputmode": "decimal", "placeholder": "0.00", "step": "0.01"},
    "max_price_per_unit": {"inputmode": "decimal", "placeholder": "600.00", "step": "0.01"},
    "target_price": {"inputmode": "decimal", "step": "0.01"},
    "approve_above": {"inputmode": "decimal", "step": "0.01"},
    "item_id": {"autocomplete": "off"},
}


class ShoppingList(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """Its rows are all the person's own: what they begin with may be taken off again like any other."""

    def __init__(self, *args: Any, known: Mapping[str, str], **options: Any) -> None:
        self.known = known
        super().__init__(*args, **options)

    def initial_form_count(self) -> int:
        return 0

    def total_form_count(self) -> int:
        filled = len(self.initial or ())
        return super().total_form_count() if self.is_bound or not filled else min(filled, MOST_ITEMS)

    def clean(self) -> None:
        if any(self.errors):
            return
        names = [spelled_alike(row["item_name"]) for row in self.filled.values()]
        if not names:
            raise ValidationError("Put at least one item on the list.")
        if len(set(names)) < len(names):
            raise ValidationError("An item is on the list twice; add up the quantities instead.")
        ids = [item.item_id for item in self.requests().values()]
        if len(set(ids)) < len(ids):
            raise ValidationError("Two items have the same item id; add up the quantities, or change an id.")

    @property
    def filled(self) -> dict[int, dict[str, Any]]:
        """The filled rows by their places; empty ones and those taken off do not count."""
        return {
            place: form.cleaned_data
            for place, form in enumerate(self.forms)
            if form.has_changed() and form not in self.deleted_forms
        }

    def requests(self) -> dict[int, ItemRequest]:
        """What valid rows ask for, by their places."""
        return self._requests(self.filled)

    def readable(self) -> dict[int, ItemRequest]:
        """What can be read while it is still being typed: rows with a name and a quantity, whatever else is missing."""
        self.is_valid()  # else nothing is read yet
        rows = {place: form.cleaned_data for place, form in enumerate(self.forms) if form.has_changed() and form.errors}
        rows |= self.filled
        return self._requests({place: row for place, row in rows.items() if {"item_name", "quantity_needed"} <= {*row}})

    def _requests(self, rows: Mapping[int, Mapping[str, Any]]) -> dict[int, ItemRequest]:
        known_ids = {spelled_alike(name): item_id for name, item_id in self.known.items()}
        taken = {*known_ids.values(), *(row.get("item_id", "") for row in rows.values())}
        requests = {}
        for place, row in rows.items():
            name = row["item_name"]
            item_id = row.get("item_id") or known_ids.get(spelled_alike(name)) or _new_item_id(name, taken)
            taken.add(item_id)
            requests[place] = _item_request(row, item_id)
        return requests


ItemFormSet = forms.formset_factory(
    ItemForm,
    formset=ShoppingList,
    extra=ROWS_WITHOUT_SCRIPT,
    max_num=MOST_ITEMS,
    absolute_max=MOST_ITEMS,
    validate_max=True,
    can_delete=True,
)


def shopping_list(asked: Any, known: Mapping[str, str], initial: Sequence[Mapping[str, Any]] = ()) -> ShoppingList:
    """As it was sent, or beginning with these rows; `known` are names in stock with their item ids."""
    made: Any = ItemFormSet
    items = made(asked, prefix="items", initial=list(initial), known=known)
    assert isinstance(items, ShoppingList)
    return items


def spelled_alike(name: str) -> str:
    return " ".join(name.casefold().split())


def id_by_name(name: str, known: Mapping[str, str]) -> str:
    """The id that the item gets where none is entered and nothing else is on the list."""
    known_ids = {spelled_alike(name): item_id for name, item_id in known.items()}
    return known_ids.get(spelled_alike(name)) or _new_item_id(name, set(known_ids.values()))


def _item_request(row: Mapping[str, Any], item_id: str) -> ItemRequest:
    """A limit that is not there yet leaves nobody out."""
    return ItemRequest(
        item_id=item_id,
        item_name=row["item_name"],
        quantity_needed=row["quantity_needed"],
        min_price_per_unit=row.get("min_price_per_unit") or Decimal(0),
        max_price_per_unit=row.get("max_price_per_unit") or Decimal(MAX_PRICE),
        target_price=row.get("target_price"),
        approve_above=row.get("approve_above"),
        approve_below_min=not row.get("refuse_below_min", False),
        allowed_terms=row.get("allowed_terms", {}),
        term_weights=row.get("term_weights", {}),
    )


def _new_item_id(name: str, taken: set[str]) -> str:
    """A slug of the name; numbered where another item has it, or where the name leaves no letters."""
    slug = slugify(name)[:44].strip("-") or "item"
    candidates = chain([slug], (f"{slug}-{number}" for number in count(2)))
    return next(candidate for candidate in candidates if candidate not in taken)
