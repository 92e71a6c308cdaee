"""Reads a shopping list from a CSV file, whatever its columns are called and parted by, and writes one."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from marketplace.shopping.item_forms import ItemForm
from marketplace.shopping.term_fields import terms_text
from marketplace.term_weights import weights_text
from negotiation.replies.characters import fold
from negotiation.replies.money import CURRENCY_SIGNS, is_currency

MOST_BYTES = 200_000
MOST_LINES = 1000
COLUMNS = {
    "item_name": "Item",
    "quantity_needed": "Quantity",
    "max_price_per_unit": "Highest price",
    "min_price_per_unit": "Lowest price",
    "target_price": "Target price",
    "item_id": "Item id",
    "approve_above": "Ask above",
    "approve_below_min": "Ask below lowest",
    "allowed_terms": "Further terms",
    "term_weights": "How much they matter",
}
NEEDED = ("item_name", "quantity_needed", "max_price_per_unit")
SAMPLE = (
    "Item,Quantity,Highest price,Lowest price,Target price,Item id,Ask above,Ask below lowest,Further terms,"
    "How much they matter\r\n"
    "HP 15 Laptop,50,600.00,400.00,520.00,,25000,yes,delivery days 0-14,delivery days -20 %\r\n"
    '"Mouse, wireless",100,35.00,,,,,,,\r\n'
)
# Of two columns for the same, the one that stands earlier here.
_SYNONYMS = {
    "item_name": "item itemname name product productname article description what artikel"
    " bezeichnung artikelbezeichnung produkt ware nom designation produit libelle articulo producto nombre descripcion",
    "quantity_needed": "quantity quantityneeded qty count number units pieces pcs amount howmany"
    " menge anzahl stuck stuckzahl quantite cantidad unidades",
    "max_price_per_unit": "highestprice maxpriceperunit maxprice max maximum maximumprice highest limit price"
    " pricelimit unitprice upto hochstpreis maximalpreis maxpreis preislimit einzelpreis preis prixmax prixmaximum"
    " prixmaximal prixunitaire prix preciomaximo preciomax preciounitario precio",
    "min_price_per_unit": "lowestprice minpriceperunit minprice min minimum minimumprice lowest atleast"
    " mindestpreis minimalpreis minpreis prixmin prixminimum prixminimal preciominimo preciomin",
    "target_price": "targetprice target aim goal hopefor zielpreis wunschpreis prixcible preciodeseado precioobjetivo",
    "item_id": "itemid id sku code itemcode articlenumber productid artikelnummer artikelnr artnr reference"
    " referencia codigo",
    "approve_above": "askabove askmeaboveatotalof approveabove approval approvalabove approvalthreshold threshold",
    "approve_below_min": "askbelowlowest askmeaboutpricesbelowthelowest approvebelowmin askbelow askbelowmin",
    "allowed_terms": "furtherterms terms allowedterms",
    "term_weights": "howmuchtheymatter howmuchtermsmatter weights termweights importance",
}
_FIELDS = {synonym: field for field, names in _SYNONYMS.items() for synonym in names.split()}
_RANKS = {synonym: rank for names in _SYNONYMS.values() for rank, synonym in enumerate(names.split())}
_PRICES = ("max_price_per_unit", "min_price_per_unit", "target_price", "approve_above")
_NUMBERS = ("quantity_needed", *_PRICES)
_SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
_MONEY = rf"{_SIGN}|[a-z]{{3}}"
_AMOUNT = re.compile(
    rf"(?P<before>{_MONEY})?\s?(?P<number>-?[0-9][0-9.,' ]*?)\s?(?P<after>{_MONEY})?",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?P<mark>[.,' ])[0-9]{3}(?:(?P=mark)[0-9]{3})*")
_YES = {"yes", "y", "true", "1", "x", "on"}
_NO = {"", "no", "n", "false", "0", "off"}
# A spreadsheet would take a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A line of the file: what goes into the form, and all that is wrong with it."""

    line: int
    written: dict[str, Any]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CsvReading:
    rows: tuple[CsvRow, ...] = ()
    problems: tuple[str, ...] = ()


def decode_csv(content: bytes) -> str:
    """Raises ValueError in words that can be shown."""
    if len(content) > MOST_BYTES:
        raise ValueError(f"The file is larger than {MOST_BYTES // 1000} KB; a shopping list is shorter.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(f"Line {line} is not in UTF-8. Save the file as “CSV UTF-8” and try again.") from error


def read_csv(text: str, currency: str) -> CsvReading:
    """Every row with its reasons; the file as a whole has problems instead where its columns cannot be told."""
    if len(text) > MOST_BYTES:
        return CsvReading(problems=(f"The text is longer than {MOST_BYTES // 1000} KB; a shopping list is shorter.",))
    try:
        lines = _lines(text, max(",;\t", key=lambda separator: _recognised(text, separator)))
    except csv.Error as error:
        return CsvReading(problems=(f"This cannot be read as CSV: {error}.",))
    if not lines:
        return CsvReading(problems=("The file is empty.",))
    fields = _fields(lines[0].cells)
    problems = tuple(_column_problems(lines[0].cells, fields))
    if any(field not in fields for field in NEEDED):
        return CsvReading(problems=problems)
    is_comma_decimal = lines[0].separator == ";" or (
        lines[0].separator == "\t" and _has_decimal_commas(lines[1:], fields)
    )
    rows = (_row(line, fields, currency, is_comma_decimal) for line in lines[1:] if any(map(str.strip, line.cells)))
    return CsvReading(tuple(rows), problems)


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """The filled rows with a heading; what a spreadsheet would run is defused."""
    written = io.StringIO(newline="")
    table = csv.writer(written)
    table.writerow(COLUMNS.values())
    for row in rows:
        cells = [_cell(row.get(field)) for field in COLUMNS]
        if any(cells):
            table.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return written.getvalue()


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: list[str]
    separator: str


def _lines(text: str, separator: str) -> list[_Line]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[_Line] = []
    before = 0
    for cells in rows:
        if len(lines) > MOST_LINES:
            raise csv.Error(f"it has more than {MOST_LINES} lines")
        if lines or any(map(str.strip, cells)):
            lines.append(_Line(before + 1, cells, separator))
        before = rows.line_num
    return lines


def _recognised(text: str, separator: str) -> int:
    """How many columns are known by their names if this parts them."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    heading = next((cells for cells in rows if any(map(str.strip, cells))), [])
    return len(set(filter(None, map(_field, heading))))


def _bare(heading: str) -> str:
    return re.sub(r"[\W_]", "", fold(heading)).lower()


def _field(heading: str) -> str:
    return _FIELDS.get(_bare(heading), "")


def _fields(headings: Sequence[str]) -> list[str]:
    """Each column's; of two that are called alike, the plainer name has it: "max price" before "price"."""
    fields = [_field(heading) for heading in headings]
    best: dict[str, int] = {}
    for place, field in enumerate(fields):
        if field and (field not in best or _RANKS[_bare(headings[place])] < _RANKS[_bare(headings[best[field]])]):
            best[field] = place
    return [field if best.get(field) == place else "" for place, field in enumerate(fields)]


def _has_decimal_commas(lines: Sequence[_Line], fields: Sequence[str]) -> bool:
    """Whether the prices show cents behind a comma, and none behind a point."""
    prices = [
        cell.strip() for line in lines for field, cell in zip(fields, line.cells, strict=False) if field in _PRICES
    ]
    marks = {found[1] for price in prices if (found := re.search(r"([.,])[0-9]{1,2}(?![0-9.,])", price))}
    return marks == {","}


def _column_problems(headings: Sequence[str], fields: Sequence[str]) -> Iterator[str]:
    for field in NEEDED:
        if field not in fields:
            yield f"The first line names no column “{COLUMNS[field]}”."
    for heading, field in zip(headings, fields, strict=True):
        if field or not heading.strip():
            continue
        known, left_out = _field(heading), f"The column “{heading.strip()[:40]}”"
        if known:
            other = headings[fields.index(known)].strip()[:40]
            yield f"{left_out} was left out: “{other}” is the {COLUMNS[known].lower()}."
        else:
            yield f"{left_out} is not known and was left out."


def _row(line: _Line, fields: Sequence[str], currency: str, is_comma_decimal: bool) -> CsvRow:
    written: dict[str, Any] = {}
    reasons = []
    if len(line.cells) > len(fields):
        reasons.append(
            f"It has {len(line.cells)} cells for {len(fields)} columns; is a text with commas not in quotes?"
        )
    # A spreadsheet may leave out the empty cells at the end of a line.
    for field, cell in zip_longest(fields, line.cells[: len(fields)], fillvalue=""):
        if not field:
            continue
        try:
            written[field] = _value(field, _without_guard(cell.strip()), currency, is_comma_decimal)
        except ValueError as error:
            written[field] = False if field == "approve_below_min" else ""
            reasons.append(f"{COLUMNS[field]}: {error}")
    told = {reason.partition(":")[0] for reason in reasons}
    form = ItemForm(written)
    reasons += [
        f"{COLUMNS[field]}: {error}"
        for field in COLUMNS
        for error in form.errors.get(field, ())
        if COLUMNS[field] not in told
    ]
    return CsvRow(line.number, written, tuple(reasons))


def _value(field: str, cell: str, currency: str, is_comma_decimal: bool) -> str | bool:
    if field == "approve_below_min":
        if cell.lower() not in _YES | _NO:
            raise ValueError(f"“{cell[:40]}” is neither yes nor no.")
        return cell.lower() in _YES
    if field not in _NUMBERS or not cell:
        return cell
    return (
        _count(cell, currency, is_comma_decimal)
        if field == "quantity_needed"
        else _amount(cell, currency, is_comma_decimal)
    )


def _count(cell: str, currency: str, is_comma_decimal: bool) -> str:
    """Three digits behind a mark are thousands, whatever the mark. Raises ValueError."""
    plain = fold(cell)
    number = re.sub("[.,' ]", "", plain) if _GROUPED.fullmatch(plain) else _amount(cell, currency, is_comma_decimal)
    if number.partition(".")[2].strip("0"):
        raise ValueError(f"“{cell[:40]}” is no whole number.")
    return number


def _amount(cell: str, currency: str, is_comma_decimal: bool) -> str:
    """The number as the form takes it. Raises ValueError."""
    found = _AMOUNT.fullmatch(fold(cell))
    if found is None:
        raise ValueError(f"“{cell[:40]}” is no number.")
    for sign in found.group("before", "after"):
        if sign and not is_currency(sign, currency):
            raise ValueError(f"“{cell[:40]}” is not in {currency}.")
    number = re.sub("[ ']", "", found["number"])
    group, mark = (".", ",") if is_comma_decimal else (",", ".")
    if is_comma_decimal and "," not in number and re.fullmatch(r"-?[0-9]+\.[0-9]{1,2}", number):
        return number
    if not re.fullmatch(rf"-?([1-9][0-9]{{0,2}}(\{group}[0-9]{{3}})+|[0-9]+)(\{mark}[0-9]*)?", number):
        raise ValueError(f"“{cell[:40]}” can be read as more than one number.")
    return number.replace(group, "").replace(mark, ".")


def _without_guard(cell: str) -> str:
    """Without the apostrophe that our own export puts before what looks like a formula."""
    return cell[1:].strip() if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return terms_text(value) if all(isinstance(bounds, list) for bounds in value.values()) else weights_text(value)
    return "yes" if value is True else "" if value in (None, False) else str(value)
