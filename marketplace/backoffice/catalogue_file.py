"""Standing sellers with their stock as a CSV file: what its cells say, and how it is read and written.

One line is one item of one seller. What a line means for the tables is in `catalogue_changes`.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from marketplace.models import Seller, SellerInventory
from marketplace.text import clean_text
from marketplace.upload_text import text_of_upload

MOST_BYTES = 1_000_000
MOST_LINES = 10_000
SELLER = "seller"
PROFILE = (
    "is_active",
    "priority",
    "speaking_style",
    "temperament",
    "toughness",
    "mind",
    "llm_model",
    "llm_temperature",
    "legal_name",
    "contact",
    "region",
)
STOCK = (
    "item_id",
    "item_name",
    "quantity_available",
    "cost_price",
    "least_price",
    "selling_price",
    "allowed_terms",
    "term_weights",
)
COLUMNS = (SELLER, *PROFILE, *STOCK)
DELIMITERS = ",;\t"
# What spreadsheets take for the beginning of a formula, and the sign that keeps them from it.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
GUARD = "'"
_TERM = re.compile(r"(\S+)\s+([0-9]+)\s*-\s*([0-9]+)")


class UnreadableFile(ValueError):
    """The file as a whole is not one of ours; its text says why."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What is wrong with a line, at which column; without one it is the line as a whole."""

    column: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """The cells of a line by column, and what is wrong with their text."""

    number: int
    cells: Mapping[str, str]
    reasons: tuple[Reason, ...] = field(default=())

    @property
    def seller(self) -> str:
        return self.cells.get(SELLER, "")

    @property
    def item_id(self) -> str:
        return self.cells.get("item_id", "")


def read_lines(content: bytes) -> list[Line]:
    """Raises UnreadableFile."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile(f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it.")
    try:
        text = text_of_upload(content)
    except UnicodeDecodeError as error:
        raise UnreadableFile('The file is not UTF-8 text. In a spreadsheet, save it as "CSV UTF-8".') from error
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        columns = _columns(next(rows, []))
        lines = [_line(rows.line_num, columns, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UnreadableFile(f"Line {rows.line_num} is no CSV: {error}.") from error
    if not lines:
        raise UnreadableFile("The file has no lines under its headings.")
    if len(lines) > MOST_LINES:
        raise UnreadableFile(f"The file has {len(lines):,} lines; at most {MOST_LINES:,} are taken at once. Split it.")
    return lines


def write_file(sellers: Sequence[Seller], stock: Iterable[SellerInventory]) -> str:
    """A line for each line of stock, and one for each seller without any; in the order of the sellers."""
    kept: dict[int, list[SellerInventory]] = {seller.pk: [] for seller in sellers}
    for row in stock:
        kept[row.seller_id].append(row)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for seller in sellers:
        profile = (seller.name, *(cell_of(getattr(seller, name)) for name in PROFILE))
        for cells in _stock_cells(kept[seller.pk]):
            writer.writerow([guard(cell) for cell in (*profile, *cells)])
    return file.getvalue()


def cell_of(value: object) -> str:
    """A value of the tables as a cell says it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:.2f}"
        case dict():
            return "; ".join(f"{name} {_term_cell(kept)}" for name, kept in sorted(value.items()))
        case _:
            return str(value)


def ranges_in(cell: str) -> dict[str, list[int]]:
    """Further terms, written `delivery_days 0-14; payment_days 30-60`. Raises ValueError."""
    ranges: dict[str, list[int]] = {}
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        found = _TERM.fullmatch(part)
        if found is None or found[1] in ranges:
            raise ValueError(f'"{part}" is not of the form: delivery_days 0-14; payment_days 30-60')
        ranges[found[1]] = [int(found[2]), int(found[3])]
    return ranges


def _term_cell(kept: Sequence[int] | float) -> str:
    """A range of values, or a weight."""
    return f"{kept[0]}-{kept[1]}" if isinstance(kept, Sequence) else f"{kept:g}"


def guard(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `unguard` gives back what it was."""
    return f"{GUARD}{cell}" if cell.startswith((*FORMULA_SIGNS, GUARD)) else cell


def unguard(cell: str) -> str:
    return cell[1:] if cell.startswith(GUARD) and cell[1:].startswith((*FORMULA_SIGNS, GUARD)) else cell


def _stock_cells(rows: Sequence[SellerInventory]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield tuple(cell_of(getattr(row, name)) for name in STOCK)
    if not rows:
        yield ("",) * len(STOCK)


def _delimiter(text: str) -> str:
    """Spreadsheets of some countries write semicolons: whatever the headings are parted by."""
    headings = text.partition("\n")[0]
    return max(DELIMITERS, key=headings.count)


def _columns(headings: Sequence[str]) -> list[str]:
    columns = [heading.strip().lower().replace(" ", "_") for heading in headings]
    if SELLER not in columns:
        raise UnreadableFile(f'The first line must name the columns, and "{SELLER}" among them.')
    for column in columns:
        if column not in COLUMNS:
            raise UnreadableFile(f'There is no column "{column}". The columns are: {", ".join(COLUMNS)}.')
        if columns.count(column) > 1:
            raise UnreadableFile(f'The column "{column}" is there twice.')
    if "item_id" not in columns and set(columns) & set(STOCK):
        raise UnreadableFile('Without the column "item_id" it is not clear which lines of stock are meant.')
    return columns


def _line(number: int, columns: Sequence[str], row: Sequence[str]) -> Line:
    if len(row) != len(columns):
        return Line(number, {}, (Reason("", f"It has {len(row)} cells, and the headings are {len(columns)}."),))
    cells, reasons = {}, []
    for column, cell in zip(columns, row, strict=True):
        try:
            cells[column] = clean_text(unguard(cell.strip(" ")))
        except ValueError:
            cells[column] = ""
            reasons.append(Reason(column, "Control characters and line breaks are not allowed."))
    return Line(number, cells, tuple(reasons))
