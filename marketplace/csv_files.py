"""Tables that people take home as CSV: UTF-8 with its mark, which Excel needs, and no cell that runs as a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.http import HttpResponse

from marketplace.backoffice.catalogue_file import guard

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"

Cell = str | int | float | Decimal | bool | datetime | None


def csv_response(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """A file of that name, for the browser to keep."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write(BYTE_ORDER_MARK)
    writer = csv.writer(response)
    writer.writerow(headings)
    writer.writerows([_text(cell) for cell in row] for row in rows)
    return response


def terms_cell(terms: Iterable[tuple[str, int]]) -> str:
    """Further terms as one cell: "delivery_days=7, payment_days=30"."""
    return ", ".join(f"{name}={value}" for name, value in sorted(terms))


def _text(cell: Cell) -> str:
    """Only text can be a formula; numbers stay plain, with a point, and a minus of their own."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case datetime():
            return cell.isoformat(timespec="seconds")
        case Decimal():
            return f"{cell:f}"
        case int() | float():
            return str(cell)
        case str():
            return guard(cell)
