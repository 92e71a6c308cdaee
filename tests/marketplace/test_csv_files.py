import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from marketplace.csv_files import csv_response


def cell(value) -> str:
    """As a spreadsheet reads it back."""
    text = csv_response("x.csv", ["value"], [[value]]).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[1][0]


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_kept_from_it(formula):
    assert cell(formula) == f"'{formula}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("-12.30"), "-12.30"),
        (Decimal("1E+3"), "1000"),
        (1234567, "1234567"),
        (True, "yes"),
        (None, ""),
        ('Desk "long", grey\nsteel', 'Desk "long", grey\nsteel'),
        (datetime(2026, 3, 1, 9, 5, tzinfo=UTC), "2026-03-01T09:05:00+00:00"),
    ],
)
def test_other_values_stay_what_they_are(value, text):
    assert cell(value) == text


def test_file_has_the_mark_by_which_excel_knows_utf_8():
    response = csv_response("prices.csv", ["Größe"], [])

    assert response.content == b"\xef\xbb\xbf" + "Größe\r\n".encode()
    assert response["Content-Disposition"] == 'attachment; filename="prices.csv"'
