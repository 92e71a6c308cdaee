"""A session that is being set up: all forms of the page together, as they were sent or as they begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict

from llm.purse import Budget
from marketplace.requests import ModelRequest, SellerRequest, SessionRequest
from marketplace.shopping.forms import DEFAULT_CURRENCY, NewSessionForm, known_items
from marketplace.shopping.item_forms import ShoppingList, shopping_list, spelled_alike
from marketplace.shopping.seller_forms import NewcomerForm, Newcomers, newcomers_of
from negotiation.core.preferences import Policy, Temperament

Written = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a field, for the list at the top of the page that leads there."""

    field_id: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Draft:
    """`newcomers` are sellers for this session alone; `known` are the names of what is in stock, with item ids."""

    form: NewSessionForm
    items: ShoppingList
    newcomers: Newcomers
    known: Mapping[str, str]

    @property
    def currency(self) -> str:
        return str(self.form["currency"].value() or "").strip().upper() or DEFAULT_CURRENCY

    def is_valid(self) -> bool:
        """Everything is asked, so that all errors show at once."""
        is_valid = all([self.form.is_valid(), self.items.is_valid(), self.newcomers.is_valid()])
        if is_valid and not self.form.cleaned_data["sellers"] and not self.newcomers.filled:
            self.form.add_error("sellers", "Invite at least one seller.")
        if is_valid:
            for newcomer in self.newcomers.filled:
                if any(form.has_changed() and row not in self.items.filled for row, form in enumerate(newcomer.stock)):
                    newcomer.add_error(None, "It has stock for a row of the list that names no item.")
        return is_valid and not self.form.errors and not any(self.newcomers.errors)

    def to_request(self) -> SessionRequest:
        """What a valid draft asks for."""
        asked, items = self.form.cleaned_data, self.items.requests()
        return SessionRequest(
            buyer_name=asked["buyer_name"],
            name=asked["name"],
            currency=asked["currency"],
            items=tuple(items.values()),
            sellers=tuple(newcomer.to_request(items) for newcomer in self.newcomers.filled),
            standing_seller_codes=tuple(seller.code for seller in asked["sellers"]),
            max_rounds=asked["max_rounds"],
            turn_seconds=asked["turn_seconds"],
            seed=asked["seed"],
            buyer_mind=asked["buyer_mind"] or settings.NEGOTIATION.default_mind,
            buyer_temperament=Temperament(asked["buyer_temperament"] or Temperament.BALANCED),
            buyer_policy=Policy(asked["buyer_policy"] or Policy.DEAL_FIRST),
            seat_hours=asked["seat_hours"],
            on_timeout=asked["on_timeout"],
            approve_above=asked["approve_above"],
            disclose_best_offer=not asked["keep_best_offer"],
            model=_model_request(asked),
        )

    def complaints(self) -> list[Complaint]:
        """In the order of the page."""
        found = [Complaint("list", "Shopping list", str(error)) for error in self.items.non_form_errors()]
        found += _complaints(self.form, "", first=("buyer_name", "name", "currency"))
        for place, row in enumerate(self.items.forms, 1):
            found += _complaints(row, f"Item {place}: ")
        found += [Complaint("sellers", "Sellers", str(error)) for error in self.form.errors.get("sellers", ())]
        found += [Complaint("newcomers", "Sellers", str(error)) for error in self.newcomers.non_form_errors()]
        for place, newcomer in enumerate(self.newcomers.forms, 1):
            found += _newcomers_complaints(newcomer, place)
        rest = tuple(name for name in self.form.fields if name not in ("buyer_name", "name", "currency", "sellers"))
        return found + _complaints(self.form, "", first=rest)

    def as_written(self) -> "Draft":
        """The same again, without a word about what is wrong."""
        written = [_written(newcomer) for newcomer in self.newcomers.forms]
        return draft_from(_written(self.form), [_written(row) for row in self.items.forms], written, self.known)

    def with_items(self, rows: Sequence[Written]) -> "Draft":
        """The same with another list; what newcomers have of an item goes with it."""
        places = {spelled_alike(str(row["item_name"].data or "")): place for place, row in enumerate(self.items.forms)}
        kept = [places.get(spelled_alike(str(row["item_name"]))) for row in rows]
        newcomers = []
        for newcomer in self.newcomers.forms:
            stock = _written(newcomer)["stock"]
            newcomers.append({
                **_written(newcomer),
                "stock": [stock[place] if place is not None and place < len(stock) else {} for place in kept],
            })  # fmt: skip
        return draft_from(_written(self.form), rows, newcomers, self.known)

    def with_name(self, place: int, name: str) -> "Draft":
        """The same with another name for one item."""
        rows = [_written(row) for row in self.items.forms]
        rows[place]["item_name"] = name
        newcomers = [_written(newcomer) for newcomer in self.newcomers.forms]
        return draft_from(_written(self.form), rows, newcomers, self.known)

    def as_sent(self) -> "Draft":
        """The same as if it had just been sent."""
        asked = QueryDict(mutable=True)
        _fill(asked, self.form)
        for formset in (self.items, self.newcomers):
            _fill(asked, formset.management_form)
            for form in formset.forms:
                _fill(asked, form)
        return sent_draft(asked)

    def with_one_more_seller(self) -> "Draft":
        newcomers = [_written(newcomer) for newcomer in self.newcomers.forms]
        rows = [_written(row) for row in self.items.forms]
        return draft_from(_written(self.form), rows, [*newcomers, {}], self.known)


def sent_draft(asked: QueryDict) -> Draft:
    complete = asked.copy()
    complete.setdefault("newcomers-TOTAL_FORMS", "0")
    complete.setdefault("newcomers-INITIAL_FORMS", "0")
    known = known_items()
    items = shopping_list(complete, known)
    return Draft(NewSessionForm(complete), items, newcomers_of(complete, len(items.forms)), known)


def draft_from(
    written: Written | None = None,
    rows: Sequence[Written] = (),
    newcomers: Sequence[Written] = (),
    known: Mapping[str, str] | None = None,
) -> Draft:
    """A draft that begins with these values; nobody has sent it yet."""
    known = known_items() if known is None else known
    items = shopping_list(None, known, rows)
    return Draft(
        NewSessionForm(initial=written or {}), items, newcomers_of(None, len(items.forms), list(newcomers)), known
    )


def newcomer_requests(draft: Draft) -> tuple[SellerRequest, ...]:
    """Those that can be read already, with the stock that can, while the rest is still being typed."""
    items = draft.items.readable()
    draft.newcomers.is_valid()  # else nothing is read yet
    return tuple(
        newcomer.to_request(items)
        for newcomer in draft.newcomers.filled
        if {*newcomer.fields} <= {*newcomer.cleaned_data}
    )


def _model_request(asked: Mapping[str, Any]) -> ModelRequest:
    return ModelRequest(
        provider=asked["llm_provider"],
        model=asked["llm_model"],
        temperature=settings.LLM.temperature if asked["llm_temperature"] is None else asked["llm_temperature"],
        max_tokens=settings.LLM.max_tokens,
        budget=Budget(cost=asked["budget_cost"]),
    )


def _written(form: forms.BaseForm) -> Written:
    """What stands in each field, right or wrong."""
    values = {name: form[name].data if form.is_bound else form[name].value() for name in form.fields}
    written = {name: value for name, value in values.items() if value is not None}
    if isinstance(form, NewcomerForm):
        written["stock"] = [_written(stock) for stock in form.stock]
    return written


def _fill(asked: QueryDict, form: forms.BaseForm) -> None:
    for name in form.fields:
        value = form[name].value()
        if isinstance(value, (list, tuple)):
            asked.setlist(form.add_prefix(name), [str(one) for one in value])
        elif value not in (None, False):
            asked[form.add_prefix(name)] = str(value)
    if isinstance(form, NewcomerForm):
        for stock in form.stock:
            _fill(asked, stock)


def _complaints(form: forms.BaseForm, where: str, first: Sequence[str] | None = None) -> list[Complaint]:
    """Of these fields of the form; of all if none are named."""
    names = form.fields if first is None else first
    return [
        Complaint(form[name].id_for_label, f"{where}{form[name].label}", str(error))
        for name in names
        for error in form.errors.get(name, ())
    ]


def _newcomers_complaints(newcomer: NewcomerForm, place: int) -> list[Complaint]:
    where = f"{newcomer['name'].data or f'New seller {place}'}: "
    found = _complaints(newcomer, where)
    found += [Complaint(newcomer["name"].id_for_label, where.rstrip(": "), str(e)) for e in newcomer.non_field_errors()]
    for row, stock in enumerate(newcomer.stock, 1):
        found += _complaints(stock, f"{where}item {row}, ")
    return found
