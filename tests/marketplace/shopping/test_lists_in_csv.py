import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.shopping.lists_in_csv import MOST_BYTES, MOST_LINES, SAMPLE, CsvReading, csv_of, decode_csv, read_csv


def read(text: str, currency: str = "USD") -> CsvReading:
    return read_csv(text, currency)


def written(text: str) -> list[dict[str, object]]:
    return [row.written for row in read(text).rows]


@pytest.mark.parametrize(
    "text",
    [
        "Item,Quantity,Highest price\nDesk,5,450.50\n",
        "Item;Quantity;Highest price\r\nDesk;5;450,50\r\n",
        "Item\tQuantity\tHighest price\nDesk\t5\t450.50\n",
        "MAX PRICE,  qty ,Product name\n450.50,5,Desk\n",
        "\n\nmax_price_per_unit,quantity_needed,item_name\n $450.50 ,5,Desk\n\n",
        'Item,Quantity,Highest price\n"Desk","5","450.50"\n',
    ],
)
def test_same_list_is_read_however_it_is_written(text):
    assert written(text) == [{"item_name": "Desk", "quantity_needed": "5", "max_price_per_unit": "450.50"}]


@pytest.mark.parametrize(
    "heading",
    [
        "Artikel;Menge;Höchstpreis",
        "Bezeichnung;Anzahl;Max. Preis",
        "Désignation;Quantité;Prix max",
        "Artículo;Cantidad;Precio máximo",
        "Descrizione;Quantità;Prezzo massimo",
        "Descrição;Qtd;Preço unitário",
        "Omschrijving;Aantal;Maximumprijs",
        "Désignation;Qté;P.U. HT",
        "Bezeichnung;Bestellmenge;EP",
    ],
)
def test_columns_are_known_in_other_languages(heading):
    [row] = written(f"{heading}\nDesk;5;450,50\n")

    assert row == {"item_name": "Desk", "quantity_needed": "5", "max_price_per_unit": "450.50"}


@pytest.mark.parametrize(
    ("heading", "cells", "highest"),
    [("Item,Price,Max price,Qty", "Desk,90,120,5", "120"), ("Qty,Max,Unit price,Product", "5,120,90,Desk", "120")],
)
def test_column_that_is_plainly_named_counts_before_one_that_may_be_meant(heading, cells, highest):
    reading = read(f"{heading}\n{cells}\n")

    assert [row.written["max_price_per_unit"] for row in reading.rows] == [highest]
    assert any("was left out" in problem for problem in reading.problems)


@pytest.mark.parametrize(("cell", "price"), [("120,50", "120.50"), ("1,250", "1250"), ("1,250.50", "1250.50")])
def test_comma_begins_the_cents_between_tabs_where_the_file_shows_it(cell, price):
    assert written(f"Item\tQuantity\tMax\nDesk\t5\t{cell}\n")[0]["max_price_per_unit"] == price


@pytest.mark.parametrize(
    "text", ["Item\tQuantity\tHighest price\nDesk\t1.000\t12", "Item;Quantity;Highest price\nDesk;1,000;12"]
)
def test_three_digits_behind_a_mark_are_thousands_of_a_quantity(text):
    assert read_csv(text, "EUR").rows[0].written["quantity_needed"] == "1000"


@pytest.mark.parametrize(
    ("quantity", "price"),
    [("2.5", "12"), ("5", "0,450"), ("$5", "12"), ("60 kg", "12"), ('"1,000"', "12,50"), ("5", "max 300 EUR/kg")],
)
def test_number_that_is_not_clear_is_asked_about(quantity, price):
    assert read_csv(f'Item,Quantity,Highest price\nDesk,{quantity},"{price}"', "EUR").rows[0].reasons


@pytest.mark.parametrize(
    ("cell", "price"),
    [("1.234,56", "1234.56"), ("12,5", "12.5"), ("1.234", "1234"), ("12.50", "12.50"), ("1 234", "1234")],
)
def test_comma_begins_the_cents_between_semicolons(cell, price):
    assert written(f"Item;Quantity;Highest price\nDesk;5;{cell}\n")[0]["max_price_per_unit"] == price


@pytest.mark.parametrize(("cell", "price"), [('"1,234.56"', "1234.56"), ("1234.56", "1234.56"), ("USD 12", "12")])
def test_comma_groups_thousands_between_commas(cell, price):
    assert written(f"Item,Quantity,Highest price\nDesk,5,{cell}\n")[0]["max_price_per_unit"] == price


@pytest.mark.parametrize(
    ("quantity", "price"),
    [("5 pcs", "450"), ("5 EA", "450 USD/EA"), ("5x", "up to 450"), ("5 Stück", "max. 450"), ("5", "450.-")],
)
def test_words_for_one_piece_beside_a_number_change_nothing(quantity, price):
    [row] = read(f"Item,Quantity,Highest price\nDesk,{quantity},{price}\n").rows

    assert (row.written["quantity_needed"], row.written["max_price_per_unit"].rstrip(".")) == ("5", "450")
    assert row.reasons == ()


@pytest.mark.parametrize(
    ("text", "prices"),
    [
        ('Item,Quantity,Max\nDesk,5,"450,50"\nLamp,5,"1.250,00"\n', ["450.50", "1250.00"]),
        ("Item;Quantity;Max\nDesk;5;450.50\nLamp;5;1,250.00\n", ["450.50", "1250.00"]),
    ],
)
def test_mark_of_the_cents_is_told_by_the_other_prices(text, prices):
    assert [row["max_price_per_unit"] for row in written(text)] == prices


@pytest.mark.parametrize(
    ("heading", "cell", "reason"),
    [
        ("Currency", "EUR", "Highest price: “EUR” is not USD."),
        ("Price unit", "100", "Highest price: It is the price of 100."),
        ("Per", "1.000", "Highest price: It is the price of 1.000."),
    ],
)
def test_price_that_a_line_says_is_in_other_money_or_of_many_is_not_taken(heading, cell, reason):
    [row] = read(f"Item;Quantity;Price;{heading}\nBolts;5000;4,50;{cell}\n").rows

    assert (row.written["max_price_per_unit"], row.reasons) == ("", (reason,))


@pytest.mark.parametrize("line", ["Currency\nDesk,5,450,USD", "Per\nDesk,5,450,1", "Per\nDesk,5,450,EA"])
def test_price_that_a_line_says_is_of_one_in_this_currency_is_taken(line):
    [row] = read(f"Item,Quantity,Price,{line}\n").rows

    assert (row.written["max_price_per_unit"], row.reasons) == ("450", ())


@pytest.mark.parametrize("name", ["ditto", '""""', "idem"])
def test_mark_for_the_line_above_is_no_name(name):
    [_, row] = read(f"Item,Quantity,Highest price\nDesk,5,450\n{name},3,400\n").rows

    assert row.written["item_name"] == ""
    assert "stands for the line above" in row.reasons[0]


def test_line_breaks_in_a_name_become_spaces():
    assert written('Item,Quantity,Highest price\n"Desk,\nlarge",5,450\n')[0]["item_name"] == "Desk, large"


def test_sum_that_has_every_cell_is_asked_about():
    rows = read("Item,Qty,Max\nDesk,5,450\nTotal,5,2250\n").rows

    assert [row.reasons for row in rows] == [(), ("It may be a sum of the lines above.",)]


def test_each_bad_line_has_its_number_and_every_reason():
    rows = read("Item,Quantity,Highest price,Lowest price\nDesk,5,450,\n,many,300 EUR,9\nLamp,0,10,20\n").rows

    assert [(row.line, row.reasons) for row in rows] == [
        (2, ()),
        (3, (
            "Quantity: “many” is no number.",
            "Highest price: “300 EUR” is not in USD.",
            "Item: This field is required.",
        )),
        (4, (
            "Quantity: Ensure this value is greater than or equal to 1.",
            "Highest price: Must be above the lowest price.",
        )),
    ]  # fmt: skip


def test_line_after_one_with_a_break_in_it_has_its_own_number():
    rows = read('Item,Quantity,Highest price\n"Desk\nlarge",5,450\nLamp,5,x\n').rows

    assert [row.line for row in rows] == [2, 4]


def test_line_with_too_many_cells_is_told():
    [row] = read("Item,Quantity,Highest price\nDesk, large,5,450\n").rows

    assert row.reasons[0].startswith("It has 4 cells for 3 columns")


def test_numbers_of_a_line_with_too_many_cells_are_not_taken():
    [row] = read("Item,Quantity,Highest price\nDesk,5,1,250.00\n").rows

    assert row.written == {"item_name": "Desk"}


def test_empty_cells_beyond_the_columns_are_no_mistake():
    assert read("Item,Quantity,Highest price\nDesk,5,450,,,\n").rows[0].reasons == ()


def test_cells_that_a_line_lacks_are_empty():
    [row] = read("Quantity,Highest price,Item,Ask below lowest\n50,600\n").rows

    assert row.written == {
        "quantity_needed": "50", "max_price_per_unit": "600", "item_name": "", "refuse_below_min": False,
    }  # fmt: skip
    assert row.reasons == ("Item: This field is required.",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "The file is empty."),
        ("Desk,oak,5,450\n", "The first line names no column “Item”."),
        ("Desk,5,450\nChair,oak,80\n", "The first line names no column “Item”."),
        ("Desk,5,450\n", "No heading was found: the columns were taken for item, quantity and highest price."),
        ("Item,Quantity\nDesk,5\n", "The first line names no column “Highest price”."),
        ("Item,Qty,Max\nDesk,5,9\nGrand total,5,\n", "Line 3, a sum, was left out."),
        (
            "Item,Qty,Max price (EUR)\nDesk,5,9\n",
            "The column “Max price (EUR)” was left out: it is in EUR, not in USD.",
        ),
        ("Item,Quantity,Highest price,Colour\nDesk,5,9,red\n", "The column “Colour” is not known and was left out."),
        (
            "Item,Quantity,Highest price,Max\nDesk,5,9,8\n",
            "The column “Max” was left out: “Highest price” is the highest price.",
        ),
        ('Item,Quantity,Highest price\n"Desk,5,450\n', "This cannot be read as CSV: unexpected end of data."),
        ("Item,Quantity,Highest price\n" + "Desk,5,9\n" * (MOST_LINES + 1), f"it has more than {MOST_LINES} lines."),
        ("x" * (MOST_BYTES + 1), "The text is longer than 200 KB; a shopping list is shorter."),
    ],
)
def test_what_is_wrong_with_the_file_is_told(text, problem):
    assert any(problem in told for told in read(text).problems)


def test_byte_order_mark_is_no_part_of_a_name():
    assert read(decode_csv("\ufeffItem,Quantity,Highest price\n".encode())).problems == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_text_of_a_spreadsheet_is_decoded_as_it_was_saved(encoding):
    assert decode_csv("Tisch für Büro".encode(encoding)) == "Tisch für Büro"


@pytest.mark.parametrize(
    ("content", "problem"),
    [("a\nСыр".encode("cp1251"), "Line 2 is not in UTF-8"), (b"x" * (MOST_BYTES + 1), "larger than 200 KB")],
)
def test_file_that_cannot_be_decoded_is_told(content, problem):
    with pytest.raises(ValueError, match=problem):
        decode_csv(content)


def test_sample_is_a_list_without_a_mistake():
    assert [row.reasons for row in read(SAMPLE).rows] == [(), ()]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cell_that_a_spreadsheet_would_run_is_defused_and_comes_back(start):
    text = csv_of([{"item_name": f"{start}cmd|' /C calc'!A0", "quantity_needed": "5", "max_price_per_unit": "9"}])

    [_, row] = csv.reader(io.StringIO(text, newline=""))
    assert row[0].startswith(f"'{start}")
    assert written(text)[0]["item_name"] == f"{start}cmd|' /C calc'!A0".strip()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=30))
def test_any_name_survives_export_and_import(name):
    row = {"item_name": name, "quantity_needed": "5", "max_price_per_unit": "9.50", "refuse_below_min": True}

    [back] = written(csv_of([row]))

    assert {field: back[field] for field in row} == row


@given(st.text(max_size=300))
def test_any_text_can_be_read(text):
    for row in read(f"Item,Quantity,Highest price\n{text}").rows:
        assert row.line > 1


@pytest.mark.parametrize(
    "heading",
    [
        "Product,Qty,Max. Preis", "Short Text,Order Quantity,Max Price", "itemName,quantity,maxUnitPrice",
        "Name,Units,Ceiling price", "Product,Needed,Unit price", "Description,Quantity,Budget per unit",
        "Item,Qty,Max price (USD)", "Item,Qty,Price limit / unit in $",
        "Désignation,Qté,Prix max", "Item,Qty,Max. price/piece",
        "Description of goods,No. of units,Price ceiling per unit", "Produktname,Qty Req,Est. Unit Price",
        "Item,Qty,Unit cost", "What,How many,Maximum per unit", "Artikel,Menge,Preis max",
    ],
)  # fmt: skip
def test_heading_may_be_put_in_many_ways(heading):
    [row] = read(f"{heading}\nDesk,5,450\n").rows

    assert row.written == {"item_name": "Desk", "quantity_needed": "5", "max_price_per_unit": "450"}


@pytest.mark.parametrize(
    "heading",
    [
        "Item,Qty,Total price",
        "Item,Qty,Max total",
        "Item,Qty,Min. quantity",
        "Item,Qty,Shipping cost",
        "Item,Qty,Budget",
        "Item,Qty,Price per dozen",
        "Item,Qty,Price per 100",
        "Item,Qty,Price (cents)",
        "Item,Qty,Max price (k$)",
        "Item,Qty,Market price",
    ],
)
def test_column_of_totals_or_of_prices_of_many_is_no_price(heading):
    assert read(f"{heading}\nDesk,5,450\n").rows[0].written == {"item_name": "Desk", "quantity_needed": "5"}


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nItem;Qty;Max price\nDesk;5;450\n", "Item|Qty|Max price\nDesk|5|450\n", "Desk,5,450\n", "5\tDesk\t450\n",
        "| Item | Qty | Max price |\n|:---|---:|---|\n| Desk | 5 | 450 |\n", "Item #,Item,Qty,Price\n1,Desk,5,450\n",
        "Item,Item category,Qty,Price\nDesk,Office,5,450\n",
        "Order for March\n\nItem,Qty,Max price\nDesk,5,450\n", "Item,Qty,Max price\nDesk,5.0,450\nTotal,5,\n",
        "Material;Kurztext;Menge;ME;Max. Preis\n4711;Desk;5;ST;450\n",
        "Pos,Item,Qty,Max,Total\n1,Desk,5,450,2250\nTotal,,,,2250\n",
        "Item,Item description,Qty,Price\n10,Desk,5,450\n", ",,Price,\nItem,Qty,Min,Max\nDesk,5,400,450\n",
        "Item,Qty on hand,Qty needed,Max\nDesk,3,5,450\n",
        "+---+---+---+\n| Item | Qty | Price |\n+---+---+---+\n| Desk | 5 | 450 |\n+---+---+---+\n",
    ],
)  # fmt: skip
def test_file_is_read_as_other_programs_write_it(text):
    [row] = [row for row in read(text).rows if row.written["item_name"]]

    assert (
        row.written["item_name"],
        row.written["quantity_needed"],
        row.written["max_price_per_unit"],
        row.reasons,
    ) == (*("Desk", "5", "450", ()),)


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Item,Qty,Qty,Price", "Desk,5,6,450"),
        ("Item,Qty,Price,Price", "Desk,5,450,500"),
        ("Item,Qty,Net price,Gross price", "Desk,5,450,535"),
    ],
)
def test_of_two_columns_of_numbers_that_are_called_alike_neither_is_taken(heading, cells):
    reading = read(f"{heading}\n{cells}\n")

    assert len(reading.rows[0].written) == 2
    assert sum("not the only one" in problem for problem in reading.problems) == 2


def test_prices_may_be_added_later():
    [row] = read("Item,Qty\nDesk,5\n").rows

    assert row.written == {"item_name": "Desk", "quantity_needed": "5"}
    assert row.reasons == ("Highest price: This field is required.",)


def test_thing_that_is_called_like_a_sum_is_kept_if_it_can_be_bought():
    assert [row.written["item_name"] for row in read("Item,Qty,Max\nTotal station,2,900\nTotal,2,900\n").rows] == [
        *("Total station", "Total"),
    ]
