"""Reads a shopping list from a CSV file, whatever its columns are called and parted by, and writes one."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any

from marketplace.shopping.csv_columns import COLUMNS, NEEDED, field_of, fields_by_cells, fields_of, problems_of
from marketplace.shopping.item_forms import ItemForm
from marketplace.shopping.term_fields import terms_text
from marketplace.term_weights import weights_text
from marketplace.upload_text import text_of_upload
from negotiation.replies.characters import fold
from negotiation.replies.money import CURRENCY_SIGNS, is_currency

MOST_BYTES = 200_000
MOST_LINES = 1000
SAMPLE = (
    "Item,Quantity,Highest price,Lowest price,Target price,Item id,Ask above,Ask below lowest,Further terms,"
    "How much they matter\r\n"
    "HP 15 Laptop,50,600.00,400.00,520.00,,25000,yes,delivery days 0-14,delivery days -20 %\r\n"
    '"Mouse, wireless",100,35.00,,,,,,,\r\n'
)
_PRICES = ("max_price_per_unit", "min_price_per_unit", "target_price", "approve_above")
_NUMBERS = ("quantity_needed", *_PRICES)
_SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
_MONEY = rf"{_SIGN}|[a-z]{{3}}"
_AMOUNT = re.compile(
    rf"(?P<before>{_MONEY})?\s?(?P<number>-?[0-9][0-9.,' ]*?)\s?(?P<after>{_MONEY})?",
    re.IGNORECASE,
)
# Beside a number of units, and beside the price of one.
_PIECES = r"(?:pcs?|pieces?|ea|each|units?|st|stk|stuck|pz|uds?)\.?"
_COUNTED = re.compile(rf"(?P<number>.*[0-9])\s?(?:x|{_PIECES})", re.IGNORECASE)
_FOR_ONE = re.compile(rf"\s?(?:/|per |pro |je )\s?{_PIECES}$|[.,]\s?-{{1,2}}(?=[^0-9]*$)", re.IGNORECASE)
_AT_MOST = re.compile(r"(?:max(?:imum)?\.?|up to|<=?|\N{LESS-THAN OR EQUAL TO})\s?(?=[^a-z]*[0-9])", re.IGNORECASE)
_DITTO = {*('"', "''", "ditto", "do.", "dito", "idem", "\N{DITTO MARK}")}
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?P<mark>[.,' ])[0-9]{3}(?:(?P=mark)[0-9]{3})*")
_SEPARATORS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"\ufeff?sep=(?P<separator>[,;\t|])\r?\n", re.IGNORECASE)
# Above a heading there may be a title.
_FIRST_ROWS = 10
_SUM = re.compile(
    r"(?:(?:grand|sub|net|overall) ?)?"
    r"(?:total|sum|summe|gesamt(?:summe)?|zwischensumme|somme|suma|totaal)(?![a-z]).{0,20}"
)
_SUM_ALONE = re.compile(r"(?:grand |sub ?)?(?:total|sum|summe|gesamt(?:summe)?|somme|suma|totale?|totaal)\s?:?")
_YES = {"yes", "y", "true", "1", "x", "on"}
_NO = {"no", "n", "false", "0", "off"}
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


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: list[str]
    separator: str


@dataclass(frozen=True, slots=True)
class _Notation:
    """How the file writes its prices; `is_shown`: some of them have cents."""

    currency: str
    decimal_mark: str
    is_shown: bool


def decode_csv(content: bytes) -> str:
    """Raises ValueError in words that can be shown."""
    if len(content) > MOST_BYTES:
        raise ValueError(f"The file is larger than {MOST_BYTES // 1000} KB; a shopping list is shorter.")
    try:
        return text_of_upload(content)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(f"Line {line} is not in UTF-8. Save the file as “CSV UTF-8” and try again.") from error


def read_csv(text: str, currency: str) -> CsvReading:
    """Every row with its reasons; the file as a whole has problems instead where its columns cannot be told."""
    if len(text) > MOST_BYTES:
        return CsvReading(problems=(f"The text is longer than {MOST_BYTES // 1000} KB; a shopping list is shorter.",))
    try:
        lines = _lines(text, _separator(text))
    except csv.Error as error:
        return CsvReading(problems=(f"This cannot be read as CSV: {error}.",))
    if not lines:
        return CsvReading(problems=("The file is empty.",))
    fields, problems, lines = _table(lines, currency)
    if "item_name" not in fields or len(set(NEEDED) & set(fields)) < len(NEEDED) - 1:
        return CsvReading(problems=problems)
    sums = [line.number for line in lines if _is_sum(line, fields)]
    problems += tuple(f"Line {number}, a sum, was left out." for number in sums)
    notation = _notation(lines, fields, currency)
    rows = (_row(line, fields, notation) for line in lines if line.number not in sums)
    return CsvReading(tuple(rows), problems)


def has_heading(text: str) -> bool:
    """Whether it is surely a table: one of its first lines names an item and a quantity or a price, and no number
    stands there or above.
    """
    try:
        lines = _lines(text[:MOST_BYTES], _separator(text[:MOST_BYTES]))
    except csv.Error:
        return False
    if len(lines) < 2:
        return False
    place = _place_of_heading(lines)
    cells, below = lines[place].cells, lines[place + 1 :]
    if any(map(str.isdigit, "".join(cell for line in lines[:place] for cell in line.cells))):
        return False
    fields = {field_of(cell) for cell in cells if not any(map(str.isdigit, cell))}
    return (
        "item_name" in fields and len(fields & set(NEEDED)) > 1 and any(len(line.cells) == len(cells) for line in below)
    )


def _table(lines: list[_Line], currency: str) -> tuple[list[str], tuple[str, ...], list[_Line]]:
    """Its columns, what is wrong with them, and the lines that are no heading and not empty."""
    heading, *below = lines[_place_of_heading(lines) :]
    below = [line for line in below if any(cell.strip(" :-+") for cell in line.cells)]
    fields = fields_of(heading.cells, currency, [line.cells for line in below])
    guessed = None if any(fields) else fields_by_cells([line.cells for line in (heading, *below)])
    if guessed is None:
        return fields, tuple(problems_of(heading.cells, fields, currency)), below
    return guessed, (f"No heading was found: the columns were taken for {_in_words(guessed)}.",), [heading, *below]


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


def _separator(text: str) -> str:
    """What a spreadsheet says in a line of its own, else what parts a heading, else the lines, into most columns."""
    if said := _SEPARATOR_LINE.match(text):
        return said["separator"]
    rows = {separator: _first_rows(text, separator) for separator in _SEPARATORS}
    return max(_SEPARATORS, key=lambda separator: (_most_known(rows[separator]), _evenness(rows[separator])))


def _first_rows(text: str, separator: str) -> list[list[str]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return list(islice((cells for cells in rows if any(map(str.strip, cells))), _FIRST_ROWS))


def _most_known(rows: Sequence[Sequence[str]]) -> int:
    """How many columns are known by their names, in the line that has most of them."""
    return max((_known(cells) for cells in rows), default=0)


def _known(cells: Sequence[str]) -> int:
    return len(set(filter(None, map(field_of, cells))))


def _evenness(rows: Sequence[Sequence[str]]) -> int:
    """How many columns all lines have; none if they differ."""
    widths = {len(cells) for cells in rows}
    return widths.pop() if len(widths) == 1 and widths != {1} else 0


def _place_of_heading(lines: Sequence[_Line]) -> int:
    """The first line, or one near it that names two columns or more where the first does not."""
    if _known(lines[0].cells) < 2:
        for place, line in enumerate(lines[:_FIRST_ROWS]):
            if _known(line.cells) > 1:
                return place
    return 0


def _is_sum(line: _Line, fields: Sequence[str]) -> bool:
    """A line that adds up those above it: it is called so, and lacks a quantity or a price."""
    cells = dict(zip(fields, map(str.strip, line.cells), strict=False))
    is_named = _SUM.fullmatch(fold(cells.get("item_name", "")).lower()) is not None
    return is_named and not all(cells.get(field) for field in NEEDED)


def _in_words(fields: Sequence[str]) -> str:
    *names, last = (COLUMNS[field].lower() for field in fields)
    return f"{', '.join(names)} and {last}"


def _notation(lines: Sequence[_Line], fields: Sequence[str], currency: str) -> _Notation:
    """By the cents that the prices show, else by what parts the cells."""
    prices = [
        cell.strip() for line in lines for field, cell in zip(fields, line.cells, strict=False) if field in _PRICES
    ]
    marks = {found[1] for price in prices if (found := re.search(r"([.,])[0-9]{1,2}(?![0-9.,])", price))}
    if len(marks) == 1:
        return _Notation(currency, marks.pop(), is_shown=True)
    return _Notation(currency, "," if lines and lines[0].separator == ";" else ".", is_shown=False)


def _row(line: _Line, fields: Sequence[str], notation: _Notation) -> CsvRow:
    written: dict[str, Any] = {}
    reasons = []
    is_shifted = any(cell.strip() for cell in line.cells[len(fields) :])
    if is_shifted:
        reasons.append(
            f"It has {len(line.cells)} cells for {len(fields)} columns; is a text with commas not in quotes?"
        )
    # A spreadsheet may leave out the empty cells at the end of a line.
    cells = list(zip_longest(fields, line.cells[: len(fields)], fillvalue=""))
    other_prices = _other_prices(dict(cells), notation.currency)
    for field, cell in cells:
        if field not in COLUMNS or (is_shifted and field in _NUMBERS):
            continue
        try:
            if field in _PRICES and other_prices:
                raise ValueError(other_prices)
            written[field] = _value(field, _without_guard(cell.strip()), notation)
        except ValueError as error:
            written[field] = False if field == "refuse_below_min" else ""
            reasons.append(f"{COLUMNS[field]}: {error}")
    told = {reason.partition(":")[0] for reason in reasons}
    form = ItemForm(written)
    reasons += [
        f"{COLUMNS[field]}: {error}"
        for field in COLUMNS
        for error in form.errors.get(field, ())
        if COLUMNS[field] not in told
    ]
    if _SUM_ALONE.fullmatch(fold(str(written.get("item_name", ""))).lower()):
        reasons.append("It may be a sum of the lines above.")
    return CsvRow(line.number, written, tuple(reasons))


def _other_prices(cells: Mapping[str, str], currency: str) -> str:
    """What a line says of its prices that makes them no prices of one in this currency."""
    money, many = cells.get("currency", "").strip(), cells.get("price_unit", "").strip()
    if money and not is_currency(money, currency):
        return f"“{money[:40]}” is not {currency}."
    is_of_one = not many[:1].isdigit() or re.fullmatch("1(?:[.,]0{0,2})?", many) is not None
    return "" if is_of_one else f"It is the price of {many[:40]}."


def _value(field: str, cell: str, notation: _Notation) -> str | bool:
    if field == "refuse_below_min":
        if cell.lower() not in _YES | _NO | {""}:
            raise ValueError(f"“{cell[:40]}” is neither yes nor no.")
        return cell.lower() in _NO
    if field == "item_name" and cell.lower() in _DITTO:
        raise ValueError(f"“{cell}” stands for the line above; write it out.")
    if field == "item_name":
        return " ".join(cell.split())  # a cell may have more than one line
    if field not in _NUMBERS or not cell:
        return cell
    if field == "quantity_needed":
        return _count(cell, notation)
    return _amount(cell, notation, _AT_MOST.sub("", cell, count=1) if field == "max_price_per_unit" else cell)


def _count(cell: str, notation: _Notation) -> str:
    """Three digits behind a mark are thousands, unless that mark begins the cents of the prices. Raises ValueError."""
    counted = _COUNTED.fullmatch(fold(cell).strip())
    plain = counted["number"] if counted else fold(cell)
    if any(character.isalpha() or character in CURRENCY_SIGNS for character in plain):
        raise ValueError(f"“{cell[:40]}” is no number.")
    grouped = _GROUPED.fullmatch(plain)
    if grouped and notation.is_shown and grouped["mark"] == notation.decimal_mark:
        raise ValueError(f"“{cell[:40]}” can be read as more than one number.")
    number = re.sub("[.,' ]", "", plain) if grouped else _amount(cell, notation, plain)
    if number.partition(".")[2].strip("0"):
        raise ValueError(f"“{cell[:40]}” is no whole number.")
    return number.partition(".")[0]


def _amount(cell: str, notation: _Notation, plain: str) -> str:
    """The number as the form takes it, of what is left of a cell. Raises ValueError."""
    found = _AMOUNT.fullmatch(_FOR_ONE.sub("", fold(plain).strip()))
    if found is None:
        raise ValueError(f"“{cell[:40]}” is no number.")
    for sign in found.group("before", "after"):
        if sign and not is_currency(sign, notation.currency):
            raise ValueError(f"“{cell[:40]}” is not in {notation.currency}.")
    number = re.sub("[ ']", "", found["number"])
    group, mark = (".", ",") if notation.decimal_mark == "," else (",", ".")
    if mark == "," and "," not in number and re.fullmatch(r"-?[0-9]+\.[0-9]{1,2}", number):
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
    return "no" if value is True else "" if value in (None, False) else str(value)  # what is refused is not asked
