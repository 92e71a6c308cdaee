"""The tables of docs/security.md, as tests read them."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

SECURITY = Path(__file__).parents[2] / "docs" / "security.md"

Table = dict[str, dict[str, str]]


def table(heading: str) -> Table:
    """What stands in each line under each role, of all tables whose first column has this heading."""
    found: Table = {}
    for rows in _tables():
        if rows[0][0] == heading:
            found |= {name.strip("`"): dict(zip(rows[0][1:], cells, strict=True)) for name, *cells in rows[2:]}
    return found


def _tables() -> Iterator[list[list[str]]]:
    lines = SECURITY.read_text().splitlines()
    for is_table, block in groupby(lines, lambda line: line.startswith("|")):
        if is_table:
            yield [[cell.strip() for cell in line.strip("|").split("|")] for line in block]
