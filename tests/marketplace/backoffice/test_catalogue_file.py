from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.backoffice.catalogue_file import (
    COLUMNS,
    MOST_BYTES,
    MOST_LINES,
    UnreadableFile,
    guard,
    read_lines,
    unguard,
    write_file,
)
from marketplace.models import Seller, SellerInventory


def a_file(*lines: str, headings: str = "seller,region") -> bytes:
    return "\r\n".join((headings, *lines)).encode()


@pytest.mark.parametrize("formula", ["=1+1", "+49 30 1234", "-2", "@SUM(A1)", "'quoted"])
def test_cell_that_a_spreadsheet_would_run_is_written_as_text(formula):
    assert guard(formula) == f"'{formula}"


@given(st.text())
def test_guarded_cell_is_read_as_what_it_was(text):
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("cell", ["'tis", "Acme", "1200.50", ""])
def test_cell_that_no_spreadsheet_runs_is_read_as_it_stands(cell):
    assert unguard(cell) == cell


def test_line_of_stock_is_written_in_the_cells_of_its_columns():
    seller = Seller(pk=1, name="Acme", legal_name="=Acme", contact="+49 30 1234", llm_temperature=0.3, region="Bergen")
    stock = SellerInventory(
        seller=seller,
        item_id="desk",
        item_name="Desk",
        quantity_available=5,
        cost_price=Decimal(40),
        least_price=Decimal(60),
        selling_price=Decimal(100),
        allowed_terms={"delivery_days": [0, 14], "payment_days": [30, 60]},
        term_weights={"price": 0.7, "delivery_days": -0.3},
    )

    headings, line = write_file([seller], [stock]).splitlines()

    assert headings.split(",") == list(COLUMNS)
    assert line == (
        "Acme,yes,maximize_profit,neutral,balanced,fair,narrated,,0.3,'=Acme,'+49 30 1234,Bergen,"
        "desk,Desk,5,40.00,60.00,100.00,delivery_days 0-14; payment_days 30-60,delivery_days -0.3; price 0.7"
    )


def test_seller_without_stock_has_a_line_too():
    [_, line] = write_file([Seller(pk=1, name="Acme")], []).splitlines()

    assert line.startswith("Acme,yes,")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_may_be_parted_as_spreadsheets_do(delimiter):
    [line] = read_lines(f"\ufeffRegion{delimiter}Seller\nBergen{delimiter}Acme\n".encode())

    assert (line.number, dict(line.cells)) == (2, {"region": "Bergen", "seller": "Acme"})


def test_empty_lines_are_passed_over_and_the_others_keep_their_numbers():
    lines = read_lines(a_file("", "Acme,Bergen", ",", "Bolt,Oslo"))

    assert [(line.number, line.seller) for line in lines] == [(3, "Acme"), (5, "Bolt")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", 'name the columns, and "seller" among them'),
        (b"seller\n", "has no lines under its headings"),
        (b"name,region\nAcme,x\n", 'name the columns, and "seller" among them'),
        (b"seller,colour\nAcme,red\n", 'There is no column "colour".'),
        (b"seller,region,region\nAcme,x,y\n", 'The column "region" is there twice.'),
        (b"seller,cost_price\nAcme,5\n", 'Without the column "item_id"'),
        ("seller,region\nЭкме,x\n".encode("cp1251"), "is not UTF-8 text"),
        (b'seller,region\nAcme,"x" y\n', "Line 2 is no CSV"),
        (b"seller\n" + b"x\n" * (MOST_LINES + 1), "at most 10,000 are taken at once"),
        (b"x" * (MOST_BYTES + 1), "larger than 1 MB"),
    ],
    ids=[
        "empty",
        "no lines",
        "no seller",
        "unknown",
        "twice",
        "no item",
        "other code page",
        "quotes",
        "too many",
        "too large",
    ],
)
def test_file_that_is_none_of_ours_is_refused_with_the_reason(content, words):
    with pytest.raises(UnreadableFile, match=words):
        read_lines(content)


def test_line_with_too_few_cells_says_so():
    [line] = read_lines(a_file("Acme"))

    assert [reason.words for reason in line.reasons] == ["It has 1 cells, and the headings are 2."]


@pytest.mark.parametrize("strange", ["two\x07bells", '"two\nlines"'])
def test_control_characters_are_a_mistake_of_their_line(strange):
    [line] = read_lines(a_file(f"Acme,{strange}"))

    assert [(reason.column, reason.words) for reason in line.reasons] == [
        ("region", "Control characters and line breaks are not allowed.")
    ]


def test_invisible_characters_and_outer_spaces_are_left_out():
    [line] = read_lines(a_file(" Ac\u202eme ,x"))

    assert line.seller == "Acme"
