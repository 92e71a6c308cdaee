"""Sellers that are entered for one session alone, each with its stock of the listed items."""

from collections.abc import Mapping
from typing import Any

from django import forms

from marketplace.models import MAX_QUANTITY, MINDS, PRIORITIES, STYLES, TEMPERAMENTS, TOUGHNESS
from marketplace.requests import ItemRequest, SellerRequest, StockRequest
from marketplace.shopping.item_forms import MOST_ITEMS, money_field
from marketplace.shopping.term_fields import check_weights, terms_field, weights_field
from marketplace.text import validate_line
from negotiation.core.preferences import Priority, Style, Temperament, Toughness

# As many as a room takes.
MOST_NEWCOMERS = 10


class StockForm(forms.Form):
    """What the seller has of one listed item; an empty row says that it has none."""

    quantity_available = forms.IntegerField(label="Quantity", min_value=1, max_value=MAX_QUANTITY)
    cost_price = money_field("Cost", "0", required=True)
    least_price = money_field("Lowest price", "0", required=True)
    selling_price = money_field("Asking price", "0", required=True)
    allowed_terms = terms_field()
    term_weights = weights_field()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["quantity_available"].widget.attrs["inputmode"] = "numeric"
        for name in ("cost_price", "least_price", "selling_price"):
            self.fields[name].widget.attrs.update({"inputmode": "decimal", "step": "0.01"})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cost, least, asked = (cleaned.get(name) for name in ("cost_price", "least_price", "selling_price"))
        if cost is not None and least is not None and least <= cost:
            self.add_error("least_price", "The lowest price must be above the cost.")
        if least is not None and asked is not None and asked <= least:
            self.add_error("selling_price", "The asking price must be above the lowest price.")
        check_weights(self)
        return cleaned

    def to_request(self, item: ItemRequest) -> StockRequest:
        return StockRequest(item_id=item.item_id, item_name=item.item_name, **self.cleaned_data)


class NewcomerForm(forms.Form):
    """A seller with its stock, which has a row for each row of the shopping list."""

    name = forms.CharField(label="Name", max_length=50, validators=[validate_line])
    priority = forms.ChoiceField(label="Priority", choices=PRIORITIES, initial=Priority.MAXIMIZE_PROFIT)
    speaking_style = forms.ChoiceField(label="Speaking style", choices=STYLES, initial=Style.NEUTRAL)
    mind = forms.ChoiceField(label="Mind", choices=MINDS, initial="strategy")
    temperament = forms.ChoiceField(label="Temperament", choices=TEMPERAMENTS, initial=Temperament.BALANCED)
    toughness = forms.ChoiceField(label="Toughness", choices=TOUGHNESS, initial=Toughness.FAIR)

    def __init__(self, *args: Any, rows: int, **options: Any) -> None:
        super().__init__(*args, **options)
        kept = (self.initial or {}).get("stock", ())
        self.stock = [
            StockForm(
                self.data if self.is_bound else None,
                prefix=f"{self.prefix}-stock-{row}",
                initial=kept[row] if row < len(kept) else None,
                empty_permitted=True,
                use_required_attribute=False,
            )
            for row in range(rows)
        ]

    @property
    def stock_template(self) -> StockForm:
        """For a row that a script adds."""
        return StockForm(prefix=f"{self.prefix}-stock-__row__", use_required_attribute=False)

    def has_changed(self) -> bool:
        return super().has_changed() or any(stock.has_changed() for stock in self.stock)

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(stock.is_valid() for stock in self.stock)])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(stock.has_changed() for stock in self.stock):
            self.add_error(None, "Say what this seller has of at least one item.")
        return cleaned

    def to_request(self, items: Mapping[int, ItemRequest]) -> SellerRequest:
        """Its stock of the items that are valid; `items` are those by their places on the list."""
        filled = {row: stock for row, stock in enumerate(self.stock) if stock.has_changed() and row in items}
        return SellerRequest(
            name=self.cleaned_data["name"],
            priority=Priority(self.cleaned_data["priority"]),
            speaking_style=Style(self.cleaned_data["speaking_style"]),
            inventory=tuple(stock.to_request(items[row]) for row, stock in filled.items() if stock.is_valid()),
            mind=self.cleaned_data["mind"],
            temperament=Temperament(self.cleaned_data["temperament"]),
            toughness=Toughness(self.cleaned_data["toughness"]),
        )


class Newcomers(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """Like the shopping list: every row is the person's own."""

    def initial_form_count(self) -> int:
        return 0

    def total_form_count(self) -> int:
        return super().total_form_count() if self.is_bound else len(self.initial or ())

    @property
    def filled(self) -> list[NewcomerForm]:
        return [form for form in self.forms if form.has_changed()]


NewcomerFormSet = forms.formset_factory(
    NewcomerForm,
    formset=Newcomers,
    extra=0,
    max_num=MOST_NEWCOMERS,
    absolute_max=MOST_NEWCOMERS,
    validate_max=True,
)


def newcomers_of(asked: Any, rows: int, initial: Any = None) -> Newcomers:
    rows = min(max(rows, 1), MOST_ITEMS)
    newcomers = NewcomerFormSet(asked, prefix="newcomers", initial=initial, form_kwargs={"rows": rows})
    assert isinstance(newcomers, Newcomers)
    return newcomers
