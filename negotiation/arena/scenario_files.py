"""Files of scenarios: JSON as public benchmarks have it, JSON lines, and CSV with a line for each seller's stock."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.errors import InvalidRequest, Problem
from marketplace.strict_json import elements_of, read_value
from negotiation.arena.scenarios import MOST_SCENARIOS, Row, Scenario, read_rows

MOST_CHARACTERS = 8_000_000
CSV_NEEDED = (
    *("scenario", "item_name", "quantity_needed", "max_price_per_unit"),
    *("seller", "quantity_available", "cost_price", "least_price", "selling_price"),
)
CSV_OPTIONAL = ("item_id", "min_price_per_unit", "priority", "speaking_style", "max_rounds", "tags")
_NUMBERS = frozenset(
    {
        *("quantity_needed", "max_price_per_unit", "min_price_per_unit", "max_rounds"),
        *("quantity_available", "cost_price", "least_price", "selling_price"),
    }
)

Json = dict[str, Any]


def read_file(name: str, text: str) -> tuple[Scenario, ...]:
    """The scenarios of a file, whose kind its name tells. Raises InvalidRequest with all that is wrong."""
    if len(text) > MOST_CHARACTERS:
        raise _refused(f"must have at most {MOST_CHARACTERS:,} characters")
    return read_rows(_reader(name.lower())(text.removeprefix("\ufeff")))


def rows_of(scenarios: list[Any]) -> list[Row]:
    """As they stand in a JSON list under `scenarios`."""
    _require_few(len(scenarios))
    return [_row(_place(number), scenario, _place(number)) for number, scenario in enumerate(scenarios)]


def _reader(name: str) -> Callable[[str], list[Row]]:
    if name.endswith(".csv"):
        return _csv_rows
    return _lines_rows if name.endswith((".jsonl", ".ndjson")) else _json_rows


def _json_rows(text: str) -> list[Row]:
    """Told by line and place; called by their place where they have no name, however the file is broken into lines."""
    try:
        elements = elements_of(text, "scenarios")
    except ValueError as error:
        raise _refused(f"is not JSON: {error}") from error
    if elements is None:
        raise _refused('must have a list of "scenarios"')
    named = [(_place(number), each) for number, each in enumerate(elements)]
    return _written_rows([_Written(f"line {each.line} ({name})", each.text, name) for name, each in named])


def _lines_rows(text: str) -> list[Row]:
    lines = [(f"line {number}", line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    return _written_rows([_Written(place, line, place) for place, line in lines])


@dataclass(frozen=True, slots=True)
class _Written:
    """A scenario as it is written, where it is to be found, and what it is called if it has no name."""

    place: str
    text: str
    name: str


def _written_rows(scenarios: list[_Written]) -> list[Row]:
    rows, problems = [], []
    for written in scenarios:
        try:
            rows.append(_row(written.place, read_value(written.text), written.name))
        except ValueError as error:
            problems.append(Problem(written.place, f"is not JSON: {error}"))
    _require_few(len(scenarios))
    if problems:
        raise InvalidRequest([*problems, *_problems_of(rows)])
    return rows


def _place(number: int) -> str:
    return f"scenarios[{number}]"


def _row(place: str, scenario: object, unnamed: str) -> Row:
    """The whole object is the body where it has none under `initialize`."""
    if not isinstance(scenario, dict):
        return Row(place, unnamed, [], scenario)
    name = str(scenario.get("name") or scenario.get("id") or unnamed)
    if "initialize" not in scenario:
        return Row(place, name, [], scenario)
    body, rounds = scenario["initialize"], scenario.get("max_rounds")
    if isinstance(body, dict) and rounds is not None and "max_rounds" not in body:
        body = {**body, "max_rounds": rounds}
    return Row(place, name, scenario.get("tags") or [], body)


def _csv_rows(text: str) -> list[Row]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        lines = [(reader.line_num, line) for line in reader]
    except csv.Error as error:
        raise _refused(f"line {reader.line_num} is not CSV: {error}") from error
    missing = [column for column in CSV_NEEDED if column not in (reader.fieldnames or ())]
    if missing:
        raise _refused(f"lacks the columns {', '.join(missing)}")
    problems, groups = [], dict[str, list[tuple[int, Json]]]()
    for number, line in lines:
        cells, wrong = _cells(line, number)
        problems += wrong
        groups.setdefault(str(cells.get("scenario", "")), []).append((number, cells))
    rows = []
    for name, group in groups.items():
        problems += _contradictions(group)
        rows.append(Row(f"line {group[0][0]}", name, str(group[0][1].get("tags", "")).split(), _body(group)))
    _require_few(len(rows))
    if problems:
        # What is not there was told by its column.
        raise InvalidRequest([*problems, *(one for one in _problems_of(rows) if one.reason != "Field required")])
    return rows


def _cells(line: Mapping[str | Any, Any], number: int) -> tuple[Json, list[Problem]]:
    cells, problems = Json(), list[Problem]()
    if None in line:
        problems.append(Problem(f"line {number}", "has more cells than there are columns"))
    for column in (*CSV_NEEDED, *CSV_OPTIONAL):
        text = (line.get(column) or "").strip()
        if not text:
            if column in CSV_NEEDED:
                problems.append(Problem(f"line {number}: {column}", "must not be empty"))
            continue
        try:
            cells[column] = Decimal(text) if column in _NUMBERS else text
        except InvalidOperation:
            problems.append(Problem(f"line {number}: {column}", f"{text[:40]!r} is not a number"))
    return cells, problems


def _contradictions(group: list[tuple[int, Json]]) -> Iterator[Problem]:
    """Lines of one scenario that say different things of the buyer or of the item."""
    first_of: dict[str, tuple[int, Json]] = {}
    for number, cells in group:
        known, first = first_of.setdefault(_item_id(cells), (number, cells))
        for column in ("item_name", "quantity_needed", "max_price_per_unit", "min_price_per_unit"):
            if cells.get(column) != first.get(column):
                yield Problem(f"line {number}: {column}", f"is not what line {known} says of the same item")


def _body(group: list[tuple[int, Json]]) -> Json:
    items: dict[str, Json] = {}
    sellers: dict[str, Json] = {}
    for _, cells in group:
        about = {"item_id": _item_id(cells), **_chosen(cells, "item_name")}
        items.setdefault(
            about["item_id"],
            {**about, **_chosen(cells, "quantity_needed", "max_price_per_unit", "min_price_per_unit")},
        )
        seller = sellers.setdefault(
            str(cells.get("seller", "")),
            {**_renamed(cells), "profile": _chosen(cells, "priority", "speaking_style"), "inventory": []},
        )
        numbers = _chosen(cells, "quantity_available", "cost_price", "least_price", "selling_price")
        seller["inventory"].append({**about, **numbers})
    return {
        "buyer": {"name": "Buyer", "shopping_list": list(items.values())},
        "sellers": list(sellers.values()),
        **_chosen(group[0][1], "max_rounds"),
    }


def _item_id(cells: Json) -> str:
    return str(cells.get("item_id") or cells.get("item_name", ""))[:50]


def _renamed(cells: Json) -> Json:
    return {"name": cells["seller"]} if "seller" in cells else {}


def _chosen(cells: Json, *columns: str) -> Json:
    return {column: cells[column] for column in columns if column in cells}


def _problems_of(rows: list[Row]) -> list[Problem]:
    """What is wrong with the rows that could be read, told together with those that could not."""
    try:
        read_rows(rows)
    except InvalidRequest as wrong:
        return wrong.problems
    return []


def _require_few(count: int) -> None:
    if count == 0:
        raise _refused("has no scenario")
    if count > MOST_SCENARIOS:
        raise _refused(f"has {count} scenarios; at most {MOST_SCENARIOS} can be played")


def _refused(reason: str) -> InvalidRequest:
    return InvalidRequest([Problem("scenarios", reason)])
