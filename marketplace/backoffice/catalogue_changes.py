"""What a file of sellers would change in the tables, line by line, and the one transaction that changes it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from marketplace.backoffice.catalogue_file import PROFILE, SELLER, STOCK, Line, Reason, cell_of, ranges_in
from marketplace.models import Seller, SellerInventory
from marketplace.term_weights import weights_in

AT_ONCE = 500
TRUTHS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
ITEM_ID = "item_id"
Row = Seller | SellerInventory


class CatalogueMoved(Exception):
    """Somebody else changed the same rows since the plan was made: it is to be looked at again."""


@dataclass(frozen=True, slots=True)
class Difference:
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one line of the file does to one row. Without an item it is the seller's own profile."""

    line: int
    seller: str
    item: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class BadLine:
    line: int
    seller: str
    item: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The standing sellers that the file names, and their stock, as they are in the tables."""

    sellers: Mapping[str, Seller]
    stock: Mapping[tuple[str, str], SellerInventory]


@dataclass(slots=True)
class Plan:
    """Additions and changes as people read them, with the rows that they are written to."""

    added_sellers: list[Change] = field(default_factory=list)
    added_stock: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    bad: list[BadLine] = field(default_factory=list)
    new_rows: list[Row] = field(default_factory=list)
    old_rows: list[Row] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.added_sellers or self.added_stock or self.changed)

    @property
    def fingerprint(self) -> str:
        """Of all that would be done: it differs once somebody has changed one of the rows."""
        return sha256(repr((self.added_sellers, self.added_stock, self.changed, self.bad)).encode()).hexdigest()


def read_catalogue(lines: Iterable[Line]) -> Catalogue:
    return _catalogue({line.seller for line in lines}, lambda rows: rows)


def plan_import(lines: Sequence[Line], catalogue: Catalogue) -> Plan:
    planner = _Planner(catalogue)
    for line in lines:
        planner.take(line)
    return planner.plan


def carry_out(lines: Sequence[Line], fingerprint: str, user_id: int) -> Plan:
    """All of it or nothing. Raises CatalogueMoved if it would not do what was looked at."""
    names = {line.seller for line in lines}
    try:
        with transaction.atomic():
            plan = plan_import(lines, _catalogue(names, lambda rows: rows.select_for_update(of=("self",))))
            if plan.bad or plan.fingerprint != fingerprint:
                raise CatalogueMoved
            _write(plan)
            _leave_a_trace(plan, user_id)
    except IntegrityError as error:  # a seller of that name was made this very moment
        raise CatalogueMoved from error
    return plan


def _catalogue(names: set[str], lock: Callable[[Any], Any]) -> Catalogue:
    sellers: dict[str, Seller] = {
        seller.name: seller for seller in lock(Seller.objects.standing().filter(name__in=names))
    }
    by_key = {seller.pk: seller for seller in sellers.values()}
    stock = lock(SellerInventory.objects.filter(seller__session__isnull=True, seller__name__in=names))
    return Catalogue(sellers, {(by_key[row.seller_id].name, row.item_id): row for row in stock})


class _Planner:
    """Goes through the lines in order and remembers where each seller and each item stood first."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.plan = Plan()
        self._catalogue = catalogue
        self._sellers: dict[str, tuple[Line, Seller]] = {}
        self._items: dict[tuple[str, str], int] = {}

    def take(self, line: Line) -> None:
        reasons = list(line.reasons) or self._read(line)
        if reasons:
            self.plan.bad.append(BadLine(line.number, line.seller, line.item_id, tuple(reasons)))

    def _read(self, line: Line) -> list[Reason]:
        if not line.seller:
            return [Reason(SELLER, "It must not be empty.")]
        known = self._sellers.get(line.seller)
        reasons = self._read_profile(line) if known is None else _contradictions(line, *known)
        return reasons + self._read_stock(line, self._sellers[line.seller][1])

    def _read_profile(self, line: Line) -> list[Reason]:
        found = self._catalogue.sellers.get(line.seller)
        seller = Seller() if found is None else found
        self._sellers[line.seller] = (line, seller)
        before = _cells(seller, PROFILE)
        reasons = [] if found else [Reason(SELLER, wrong.words) for wrong in _fill(seller, "name", line.seller)]
        for column in PROFILE:
            if column in line.cells:
                reasons += _fill(seller, column, line.cells[column])
        if not reasons:
            self._note(line, seller, before, "")
        return reasons

    def _read_stock(self, line: Line, seller: Seller) -> list[Reason]:
        cells = {column: line.cells[column] for column in STOCK if column in line.cells}
        if not any(cells.values()):
            return []
        if not line.item_id:
            return [Reason(ITEM_ID, "It must not be empty where anything is said of an item.")]
        first = self._items.setdefault((line.seller, line.item_id), line.number)
        if first != line.number:
            return [Reason(ITEM_ID, f"Line {first} is about the same item of the same seller.")]
        found = self._catalogue.stock.get((line.seller, line.item_id))
        row = SellerInventory(seller=seller) if found is None else found
        before = _cells(row, STOCK)
        reasons = [reason for column in STOCK for reason in _fill_stock(row, column, cells, is_new=found is None)]
        reasons = reasons or _rules_broken(row)
        if not reasons:
            self._note(line, row, before, line.item_id)
        return reasons

    def _note(self, line: Line, row: Row, before: Mapping[str, str], item: str) -> None:
        after = _cells(row, before)
        if row._state.adding:
            told = tuple(Difference(column, "", value) for column, value in after.items() if value)
            (self.plan.added_stock if item else self.plan.added_sellers).append(
                Change(line.number, line.seller, item, told)
            )
            self.plan.new_rows.append(row)
            return
        differences = tuple(Difference(c, old, after[c]) for c, old in before.items() if old != after[c])
        if differences:
            self.plan.changed.append(Change(line.number, line.seller, item, differences))
            self.plan.old_rows.append(row)
        elif item or not line.item_id:
            self.plan.unchanged += 1


def _contradictions(line: Line, first: Line, seller: Seller) -> list[Reason]:
    """A seller's further lines may leave its profile out, but not contradict it."""
    return [
        Reason(column, f'"{line.cells[column]}" is not what line {first.number} says of the same seller.')
        for column in PROFILE
        if line.cells.get(column) and line.cells[column].lower() != first.cells[column].lower()
    ]


def _fill_stock(row: SellerInventory, column: str, cells: Mapping[str, str], *, is_new: bool) -> list[Reason]:
    if column in cells:
        return _fill(row, column, cells[column])
    table_field: Any = row._meta.get_field(column)
    needed = is_new and not table_field.has_default()
    return [Reason(column, "A new item needs it, and there is no such column.")] if needed else []


def _fill(row: Row, column: str, cell: str) -> list[Reason]:
    """Sets what the cell says. An empty one empties what may be empty and leaves anything else as it was."""
    if cell == cell_of(getattr(row, column)) and (cell or not row._state.adding):
        return []  # a default, or what the table holds already
    table_field: Any = row._meta.get_field(column)
    if not cell:
        return _empty(row, table_field)
    try:
        setattr(row, column, table_field.clean(_value(table_field, cell), row))
    except ValidationError as error:
        return [Reason(column, words) for words in _in_words(error, table_field, cell)]
    except ValueError as error:
        return [Reason(column, f"{error}.")]
    return []


def _empty(row: Row, table_field: Any) -> list[Reason]:
    if table_field.null:
        setattr(row, table_field.name, None)
    elif table_field.blank and table_field.has_default() and not isinstance(table_field, models.BooleanField):
        setattr(row, table_field.name, table_field.get_default())
    elif row._state.adding and not table_field.has_default():
        return [Reason(table_field.name, "It must not be empty.")]
    return []


def _value(table_field: Any, cell: str) -> object:
    match table_field:
        case models.BooleanField():
            if cell.lower() not in TRUTHS:
                raise ValueError(f'"{cell}" is neither yes nor no')
            return TRUTHS[cell.lower()]
        case models.JSONField():
            return weights_in(cell) if table_field.name == "term_weights" else ranges_in(cell)
        case _:
            return cell.lower() if table_field.choices else cell


def _in_words(error: ValidationError, table_field: Any, cell: str) -> list[str]:
    """Django's own words speak of values; these say what to write instead."""
    codes = {one.code for one in error.error_list}
    if "invalid_choice" in codes:
        return [f'"{cell}" is none of: {", ".join(str(value) for value, _ in table_field.choices)}.']
    if "invalid" in codes and isinstance(table_field, models.DecimalField | models.FloatField):
        return [f'"{cell}" is no number such as 1200.50.']
    if "invalid" in codes and isinstance(table_field, models.IntegerField):
        return [f'"{cell}" is no whole number.']
    return error.messages


def _rules_broken(row: SellerInventory) -> list[Reason]:
    try:
        row.clean()
    except ValidationError as error:
        return [Reason(column, words) for column, all_words in error.message_dict.items() for words in all_words]
    return []


def _cells(row: Row, columns: Iterable[str]) -> dict[str, str]:
    return {column: cell_of(getattr(row, column)) for column in columns}


def _write(plan: Plan) -> None:
    """What is there already is written over, column by column: what rooms have reserved of it stays reserved."""
    sellers = [row for row in (*plan.new_rows, *plan.old_rows) if isinstance(row, Seller)]
    _save(Seller, sellers, PROFILE)
    stock = [row for row in (*plan.new_rows, *plan.old_rows) if isinstance(row, SellerInventory)]
    _save(SellerInventory, stock, [column for column in STOCK if column != ITEM_ID])


def _save(table: type[Any], rows: Sequence[Row], columns: Iterable[str]) -> None:
    """Many times as fast as Django's bulk_update, which asks of every value to which of all rows it belongs."""
    new, old = [row for row in rows if row._state.adding], [row for row in rows if not row._state.adding]
    table._default_manager.bulk_create(new, batch_size=AT_ONCE)
    table._default_manager.bulk_create(
        old, batch_size=AT_ONCE, update_conflicts=True, unique_fields=["id"], update_fields=list(columns)
    )


def _leave_a_trace(plan: Plan, user_id: int) -> None:
    """In the history that the admin keeps beside each seller."""
    added = {change.seller for change in plan.added_sellers}
    touched = {change.seller for change in (*plan.changed, *plan.added_stock)} - added
    for names, flag in ((added, ADDITION), (touched, CHANGE)):
        sellers = Seller.objects.standing().filter(name__in=names)
        LogEntry.objects.log_actions(user_id, sellers, flag, "Imported from a file.")
