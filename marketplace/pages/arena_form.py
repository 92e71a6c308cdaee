"""The form that starts an arena: minds of both sides, a line each, scenarios from three places, and how often."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from marketplace.errors import InvalidRequest, Problem
from marketplace.models import MAX_QUANTITY
from marketplace.text import validate_line
from marketplace.upload_text import text_of_upload
from negotiation.arena.catalogue import CatalogueItem, catalogue_items, from_catalogue
from negotiation.arena.markets import MarketKind, kinds_of_markets
from negotiation.arena.minds import split_minds
from negotiation.arena.planning import ArenaRequest, Plan
from negotiation.arena.scenario_files import read_file
from negotiation.arena.scenarios import Scenario, bundled
from negotiation.arena.services import plan
from negotiation.arena_models import MOST_REPEATS

LARGEST_SEED = 2**63 - 1
MOST_BYTES = 1_000_000
FIRST_BUYERS = "strategy(temperament=patient)\nstrategy(temperament=brisk)"
FIRST_SELLERS = "strategy\nboulware"
FIRST_MARKETS = {"multi": 20}
# Where what is wrong with the scenarios as a whole is told.
SCENARIOS = "file"


class NewArenaForm(forms.Form):
    """With a field `market_NAME` for each class of the scenarios that come with Parley."""

    name = forms.CharField(label="Name", max_length=100, required=False, validators=[validate_line])
    buyers = forms.CharField(
        label="Buyers' minds, one on a line",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        initial=FIRST_BUYERS,
        error_messages={"required": "Choose at least one buyer's mind."},
    )
    sellers = forms.CharField(
        label="Sellers' minds, one on a line",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        initial=FIRST_SELLERS,
        error_messages={"required": "Choose at least one sellers' mind."},
    )
    items = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "No seller stocks %(value)s any more."},
    )
    quantity = forms.IntegerField(label="Units of each", min_value=1, max_value=MAX_QUANTITY, initial=1, required=False)
    limit = forms.DecimalField(
        label="Limit a unit",
        required=False,
        min_value=Decimal("0.01"),
        decimal_places=2,
        max_digits=12,
        help_text="Empty: the mean asking price of the item.",
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )
    file = forms.FileField(
        label="File of scenarios",
        required=False,
        allow_empty_file=True,
        help_text="JSON with a list of “scenarios”, JSON lines, or CSV with a line for each seller's stock.",
        widget=forms.FileInput(attrs={"accept": ".json,.jsonl,.ndjson,.csv"}),
    )
    repeats = forms.IntegerField(
        label="Times each",
        min_value=1,
        max_value=MOST_REPEATS,
        initial=1,
        help_text="With another draw each time. More scenarios tell more than more times.",
    )
    seed = forms.IntegerField(
        label="Seed",
        min_value=0,
        max_value=LARGEST_SEED,
        initial=1,
        help_text="The same seed plays the same games again.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.catalogue: list[CatalogueItem] = catalogue_items()
        items = self.fields["items"]
        assert isinstance(items, forms.MultipleChoiceField)
        items.choices = [(item.item_id, item.item_name) for item in self.catalogue]
        for kind in kinds_of_markets():
            self.fields[_of(kind)] = forms.IntegerField(
                label=kind.name.replace("_", " ").capitalize(),
                required=False,
                min_value=0,
                max_value=kind.most,
                initial=FIRST_MARKETS.get(kind.name, 0),
            )
        for field in self.fields.values():
            field.widget.is_required = False  # our own words beside the field say it better than the browser's

    def markets(self) -> list[tuple[MarketKind, forms.BoundField]]:
        return [(kind, self[_of(kind)]) for kind in kinds_of_markets()]

    def chosen_items(self) -> list[tuple[CatalogueItem, bool]]:
        chosen = {str(one) for one in self["items"].value() or ()}
        return [(item, item.item_id in chosen) for item in self.catalogue]

    def to_plan(self) -> tuple[ArenaRequest, Plan] | None:
        """What is asked for, and what it comes to; None where something is wrong, which the fields then tell."""
        if not self.is_valid():
            return None
        try:
            request = self._request()
            return request, plan(request)
        except InvalidRequest as error:
            self._tell(error.problems)
            return None

    def _request(self) -> ArenaRequest:
        asked = self.cleaned_data
        return ArenaRequest(
            name=asked["name"],
            buyers=tuple(_minds(asked["buyers"])),
            sellers=tuple(_minds(asked["sellers"])),
            scenarios=tuple(chain(self._bundled(), self._own(), self._uploaded())),
            repeats=asked["repeats"],
            seed=asked["seed"],
        )

    def _bundled(self) -> Iterable[Scenario]:
        for kind in kinds_of_markets():
            if count := self.cleaned_data[_of(kind)]:
                yield from bundled(kind.name, count)

    def _own(self) -> Sequence[Scenario]:
        asked = self.cleaned_data
        return from_catalogue(asked["items"], asked["quantity"] or 1, asked["limit"]) if asked["items"] else ()

    def _uploaded(self) -> Sequence[Scenario]:
        upload: UploadedFile | None = self.cleaned_data["file"]
        if upload is None:
            return ()
        try:
            return read_file(upload.name or "", text_of_upload(upload.read()))
        except UnicodeDecodeError as error:
            raise InvalidRequest([Problem("file", "The file is not in UTF-8.")]) from error
        except InvalidRequest as error:
            raise InvalidRequest([Problem("file", _in_words(problem)) for problem in error.problems]) from error

    def _tell(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            field, _, place = problem.field.partition("[")
            if field in ("buyers", "sellers") and place:
                number = int(place.partition("]")[0])
                self.add_error(field, f"Mind {number + 1}: {problem.reason}")
            elif field in self.fields:
                self.add_error(field, problem.reason)
            else:
                known = {"scenarios.catalogue.quantity": "quantity", "scenarios.catalogue.limit": "limit"}
                self.add_error(known.get(problem.field, SCENARIOS), problem.reason)


def _of(kind: MarketKind) -> str:
    return f"market_{kind.name}"


def _minds(text: str) -> Iterable[str]:
    return chain.from_iterable(split_minds(line) for line in text.splitlines() if line.strip())


def _in_words(problem: Problem) -> str:
    return f"{problem.field}: {problem.reason}"
