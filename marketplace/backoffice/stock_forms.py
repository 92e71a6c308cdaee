"""A line of stock on a seller's page, with its further terms and what they weigh on one line of text."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from marketplace.backoffice.catalogue_file import ranges_in
from marketplace.term_ranges import ranges_problem
from marketplace.term_weights import weights_in, weights_problem

HELP = (
    "Such as delivery_days 0-14 (+20 %); payment_days 30-60. Empty: none. In brackets stands how much a term matters "
    "to the seller: with a plus more is better, with a minus less; the rest of 100 % is the price's."
)
TIERS_HELP = "Other prices from so many units on, such as 50+ 580.00 / 470.00; 200+ 550.00 / 440.00: asked / floor."
_TIER = re.compile(r"(\d{1,9})\+?\s+(\d+(?:\.\d\d?)?)\s*/\s*(\d+(?:\.\d\d?)?)")
_WEIGHT = re.compile(r"\(([^()]*)\)\s*$")


@dataclass(frozen=True, slots=True)
class StockTerms:
    ranges: dict[str, list[int]]
    weights: dict[str, float]


class TermsField(forms.CharField):
    """Further terms on one line, as files write them, with weights in brackets; JSON is understood, too."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        try:
            terms = StockTerms(json.loads(text), {}) if text.startswith("{") else _read(text)
        except ValueError as error:
            raise ValidationError(f"{error}.") from error
        if problem := ranges_problem(terms.ranges) or weights_problem(terms.weights, terms.ranges):
            raise ValidationError(f"{problem[0].upper()}{problem[1:]}.")
        return terms

    def validate(self, value: Any) -> None:
        """What is read is checked already; nothing at all is fine."""

    def run_validators(self, value: Any) -> None:
        """Those of text do not suit."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """A line left empty is not changed, or each blank line of a new seller would be asked for."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class TiersField(forms.CharField):
    """Volume tiers on one line: from how many units on, the asking price, and the floor."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        parts = [part.strip() for part in text.split(";") if part.strip()]
        found = [_TIER.fullmatch(part) for part in parts]
        for part, tier in zip(parts, found, strict=True):
            if tier is None:
                raise ValidationError(f"“{part}” is not like 50+ 580.00 / 470.00.")
        return [
            {"min_quantity": int(tier[1]), "selling_price": tier[2], "least_price": tier[3]} for tier in found if tier
        ]

    def validate(self, value: Any) -> None:
        """The model knows the prices that the tiers are judged by."""

    def run_validators(self, value: Any) -> None:
        """Those of text do not suit."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class StockForm(forms.ModelForm):  # type: ignore[type-arg]  # takes its parameter in the stubs only
    allowed_terms = TermsField(
        required=False,
        label="Further terms",
        help_text=HELP,
        widget=forms.TextInput(attrs={"size": 16, "aria-label": "Further terms"}),
    )

    volume_tiers = TiersField(
        required=False,
        label="Volume tiers",
        help_text=TIERS_HELP,
        widget=forms.TextInput(attrs={"size": 16, "aria-label": "Volume tiers"}),
    )

    class Meta:
        labels = {
            "quantity_available": "Units",
            "cost_price": "Cost",
            "least_price": "Floor",
            "selling_price": "Asking price",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kept = StockTerms(self.instance.allowed_terms, self.instance.term_weights)
        self.initial["allowed_terms"] = stock_terms_text(kept)
        self.initial["volume_tiers"] = tiers_text(self.instance.volume_tiers)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        terms = cleaned.get("allowed_terms")
        if isinstance(terms, StockTerms):
            cleaned["allowed_terms"] = terms.ranges
            self.instance.term_weights = terms.weights
        return cleaned


def tiers_text(tiers: list[dict[str, Any]]) -> str:
    """As `TiersField` reads them."""
    return "; ".join(f"{t['min_quantity']}+ {t['selling_price']} / {t['least_price']}" for t in tiers)


def stock_terms_text(terms: StockTerms) -> str:
    """As `TermsField` reads them, by name: databases do not keep the order in which they were written."""
    return "; ".join(
        f"{name} {low}-{high}{_told(terms.weights.get(name))}" for name, (low, high) in sorted(terms.ranges.items())
    )


def _read(text: str) -> StockTerms:
    """Raises ValueError."""
    ranges: list[str] = []
    weights: list[str] = []
    for part in text.split(";"):
        found = _WEIGHT.search(part)
        ranges.append(part[: found.start()] if found else part)
        if found:
            weights.append(f"{part.split()[0]} {found[1]}")
    return StockTerms(ranges_in(";".join(ranges)), weights_in(";".join(weights)))


def _told(weight: float | None) -> str:
    return f" ({weight * 100:+.6g} %)" if weight else ""
