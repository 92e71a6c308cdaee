"""Fields in which further terms and their weights are written on one line, as a page's script and CSV files do too."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from marketplace.term_ranges import ranges_problem
from marketplace.term_weights import weights_in, weights_problem, weights_text

_TERM = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9_ ]{0,39}?)[ :=]+(?P<low>\d{1,6})(?:\s*(?:-|\N{EN DASH}|to)\s*(?P<high>\d{1,6}))?"
)


class LineField(forms.CharField):
    """A mapping that is written on one line; nothing at all is an empty one."""

    def validate(self, value: Any) -> None:
        """What is read is checked already."""

    def run_validators(self, value: Any) -> None:
        """Those of text do not suit."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(data or "").strip() != str(self.prepare_value(initial) or "")


class TermsField(LineField):
    """Further terms with what may be agreed to, such as "delivery days 0-14, warranty months 12"."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        ranges: dict[str, list[int]] = {}
        for part in filter(None, (part.strip() for part in re.split("[,;]", text or ""))):
            term = _TERM.fullmatch(part)
            if term is None:
                raise ValidationError(f"“{part}” is no term with its range; write for example: delivery days 0-14.")
            low = int(term["low"])
            name = "_".join(term["name"].lower().split())
            ranges[name] = [low, int(term["high"]) if term["high"] else low]
        if problem := ranges_problem(ranges):
            raise ValidationError(_sentence(problem))
        return ranges

    def prepare_value(self, value: Any) -> Any:
        return terms_text(value) if isinstance(value, Mapping) else value


class WeightsField(LineField):
    """What the terms weigh beside the price, such as "delivery days -30 %"."""

    def to_python(self, value: Any) -> Any:
        try:
            return weights_in(super().to_python(value) or "")
        except ValueError as error:
            raise ValidationError(_sentence(str(error))) from error

    def prepare_value(self, value: Any) -> Any:
        return weights_text(value) if isinstance(value, Mapping) else value


def terms_field(**options: Any) -> TermsField:
    return TermsField(
        label="Further terms",
        max_length=500,
        required=False,
        help_text="What an agent may agree to, such as: delivery days 0-14, warranty months 12-24.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        **options,
    )


def weights_field(**options: Any) -> WeightsField:
    return WeightsField(
        label="How much they matter",
        max_length=500,
        required=False,
        help_text="Such as: delivery days -30 % (less is better), warranty months +10 % (more is better). "
        "The rest of 100 % is the price's.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        **options,
    )


def check_weights(form: forms.BaseForm) -> None:
    """That the weights are of the terms beside them, where both can be read."""
    ranges, weights = (form.cleaned_data.get(name) for name in ("allowed_terms", "term_weights"))
    if ranges is not None and weights and (problem := weights_problem(weights, ranges)):
        form.add_error("term_weights", _sentence(problem))


def terms_text(ranges: Mapping[str, Sequence[int]]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {low}-{high}" for name, (low, high) in sorted(ranges.items()))


def _sentence(problem: str) -> str:
    words = problem.replace("not among allowed_terms", "not among the further terms").replace("_", " ")
    return f"{words[0].upper()}{words[1:]}."
