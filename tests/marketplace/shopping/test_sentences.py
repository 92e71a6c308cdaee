import re
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from marketplace.shopping.sentences import Reading, ShoppingLine, read_shopping, shopping_words
from negotiation.replies.characters import fold
from negotiation.replies.numbers import numbers_in

PIECES = (
    *("50", "100", "2k", "1,000", "9.50", "two", "twelve", "3", "15", "27-inch", "A4", "laptops", "mice", "HP", "USB"),
    *(
        "up to",
        "at most",
        "at least",
        "max",
        "between",
        "hope for",
        "budget of",
        "for",
        "at",
        "@",
        "<=",
        "≤",
        ":",
        "x",
        "m",
    ),
    *(
        "each",
        "in all",
        "total",
        "$",
        "EUR",
        "USD",
        "and",
        ",",
        ";",
        ".",
        "(",
        ")",
        "-",
        "&",
        "“",
        "”",
        '"',
        "\n",
        "I need",
    ),
)
SENTENCES = (
    st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
    | st.text(max_size=80)
    | st.text(alphabet='0123456789,. -xab$€“”"();andto\n', max_size=60)
)

# What is said, and of each item: quantity, name, lowest, highest and target price.
CORPUS = [
    (
        "50 laptops up to 600 each and 100 mice up to 35",
        [(50, "laptops", None, "600", None), (100, "mice", None, "35", None)],
    ),
    (
        "I need 20 office chairs between $80 and $120, and five standing desks for at most 450 apiece",
        [(20, "office chairs", "80", "120", None), (5, "standing desks", None, "450", None)],
    ),
    (
        "100x HDMI cable <= 9.50; 12 monitors max 210 USD (hope for 180)",
        [(100, "HDMI cable", None, "9.50", None), (12, "monitors", None, "210", "180")],
    ),
    ("50 laptops for 30,000 in all", [(50, "laptops", None, "600", None)]),
    ("budget of 30000 for 50 laptops", [(50, "laptops", None, "600", None)]),
    ("up to 600 each for 50 laptops", [(50, "laptops", None, "600", None)]),
    (
        "1,000 pens max 0.45 each\n500 notebooks at 1.20",
        [(1000, "pens", None, "0.45", None), (500, "notebooks", None, "1.20", None)],
    ),
    (
        "a dozen mugs up to 4.50 each and two dozen plates, 3 each max",
        [(12, "mugs", None, "4.50", None), (24, "plates", None, "3", None)],
    ),
    ("ninety-nine chairs at 80 to 120 dollars each", [(99, "chairs", "80", "120", None)]),
    ("a hundred notebooks at 1.20", [(100, "notebooks", None, "1.20", None)]),
    ("20 HP 15 laptops up to 600", [(20, "HP 15 laptops", None, "600", None)]),
    ("HP 15 laptop x 50 up to 600 each", [(50, "HP 15 laptop", None, "600", None)]),
    ("- 20 toner cartridges HP 207X @ 85 each", [(20, "toner cartridges HP 207X", None, "85", None)]),
    ("10 iPhone 15 up to 900", [(10, "iPhone 15", None, "900", None)]),
    ("12 27-inch monitors under 2k", [(12, "27-inch monitors", None, "2000", None)]),
    (
        '12 27" monitors at 300 and 5 24" screens at 150',
        [(12, '27" monitors', None, "300", None), (5, '24" screens', None, "150", None)],
    ),
    ("3 A4 printers @ 250", [(3, "A4 printers", None, "250", None)]),
    ("10 cables 5 m up to 9", [(10, "cables 5 m", None, "9", None)]),
    ("50 SSDs, 2 TB, up to 200", [(50, "SSDs, 2 TB", None, "200", None)]),
    ("Laptops: 50, up to 600", [(50, "Laptops", None, "600", None)]),
    ("qty 10 headset up to 67 each", [(10, "headset", None, "67", None)]),
    ("100 salt and pepper mills up to 5", [(100, "salt and pepper mills", None, "5", None)]),
    (
        "50 laptops (max 600, ideally 520), 30 docks (max 90)",
        [(50, "laptops", None, "600", "520"), (30, "docks", None, "90", None)],
    ),
    ("2 servers up to 12k each, hoping for 10.5k", [(2, "servers", None, "12000", "10500")]),
    ("5 desks up to 1,000; ideally 900", [(5, "desks", None, "1000", "900")]),
    ("buy 3 drills, no more than 130 a piece", [(3, "drills", None, "130", None)]),
    ("20 chairs at least 40 and at most 80 each", [(20, "chairs", "40", "80", None)]),
    ("Hello, we need 50 laptops for 600 each, please. Thanks!", [(50, "laptops", None, "600", None)]),
    ("50 x “Widget, large; 5 and 6” up to 7 each", [(50, "Widget, large; 5 and 6", None, "7", None)]),
    ("5 ẞÆTZE at 9.50", [(5, "ẞÆTZE", None, "9.50", None)]),
    ("50 Käsereiben ≤ 9,50", [(50, "Käsereiben", None, "9.50", None)]),
    ("40 × desks up to 1 500 each", [(40, "desks", None, "1500", None)]),
    ("500 pens at 42 cents each", [(500, "pens", None, "0.42", None)]),
    ("200 pens between 40 and 60 cents", [(200, "pens", "0.40", "0.60", None)]),
    ("25 desks 100-120 each", [(25, "desks", "100", "120", None)]),
    ("25 desks, 120; 10 chairs, 80", [(25, "desks", None, "120", None), (10, "chairs", None, "80", None)]),
    ("desk,25,120\nchair,10,80.50", [(25, "desk", None, "120", None), (10, "chair", None, "80.50", None)]),
    ("25;desk;$120\n10;chair;$80", [(25, "desk", None, "120", None), (10, "chair", None, "80", None)]),
    ("Desk | 25 | 120\nChair | 10 | 80", [(25, "Desk", None, "120", None), (10, "Chair", None, "80", None)]),
    ("desk\t25\t120", [(25, "desk", None, "120", None)]),
    (
        "1. 25 desks up to 120\n2. 10 chairs up to 80",
        [(25, "desks", None, "120", None), (10, "chairs", None, "80", None)],
    ),
    ("2) desks max 120", [(2, "desks", None, "120", None)]),
    ("We look for 25 standing desks. Budget: 120 each.", [(25, "standing desks", None, "120", None)]),
    ("25 desks (budget 3000 total)", [(25, "desks", None, "120", None)]),
    ("3000 for 25 desks", [(25, "desks", None, "120", None)]),
    # How many, in other words than a number and a name.
    ("a couple of projectors, up to 450 each", [(2, "projectors", None, "450", None)]),
    ("a laser cutter, up to 3.5k", [(1, "laser cutter", None, "3500", None)]),
    ("60 kg of basmati rice, max 2.20 per kg", [(60, "kg of basmati rice", None, "2.20", None)]),
    ("- 60 kg of coffee, max $9.20 per kg", [(60, "kg of coffee", None, "9.20", None)]),
    ("350 m of copper pipe 22mm at 6.40 per metre", [(350, "m of copper pipe 22mm", None, "6.40", None)]),
    ("2 yachts up to $2m each", [(2, "yachts", None, "2000000", None)]),
    ("24 cans of paint (5 litre), max 30 a can", [(24, "cans of paint 5 litre", None, "30", None)]),
    ("8 AA batteries, packs of 24, up to 15", [(8, "AA batteries, packs of 24", None, "15", None)]),
    ("we have 12000 to spend on 40 chromebooks", [(40, "chromebooks", None, "300", None)]),
    ("butter, 20 kg, max 9 per kg", [(20, "butter, kg", None, "9", None)]),
    ("1,200 M8 bolts at $0.35 apiece", [(1200, "M8 bolts", None, "0.35", None)]),
    ("zehn Kaffeemaschinen für je 90 Dollar", [(10, "Kaffeemaschinen", None, "90", None)]),
    ("Necesitamos 30 sillas, máximo 45 dólares cada una", [(30, "sillas", None, "45", None)]),
    ("28 shelves, 28 x $65 max", [(28, "shelves", None, "65", None)]),
    ("Thermal paper 80mm, 20 boxes, $28 per box", [(20, "Thermal paper 80mm", None, "28", None)]),
    ("70 pairs of shoes, sizes 39-46, max $55 a pair", [(70, "pairs of shoes, sizes 39-46", None, "55", None)]),
    # Names with numbers in them.
    ("12 27-inch monitors, max $180 per unit", [(12, "27-inch monitors", None, "180", None)]),
    ("Looking for 12 27-inch monitors", [(12, "27-inch monitors", None, None, None)]),
    ("Thirty-two Raspberry Pi 5 8GB boards at 85 each", [(32, "Raspberry Pi 5 8GB boards", None, "85", None)]),
    ("M6x40 wood screws, 1000 pcs, 0.05 each", [(1000, "M6x40 wood screws", None, "0.05", None)]),
    ("6 HP LaserJet M404 229.00", [(6, "HP LaserJet M404", None, "229", None)]),
    ("120 duvets at $38 / 240 pillows at $9", [(120, "duvets", None, "38", None), (240, "pillows", None, "9", None)]),
    ("Hymn books - 80 copies - up to 9.50 each", [(80, "Hymn books", None, "9.50", None)]),
    ("20 office chairs, budget total 2,400", [(20, "office chairs", None, "120", None)]),
    ("six machines. Top price 1,900 each, we'd love 1,600.", [(6, "machines", None, "1900", "1600")]),
    ("Screws 4x40, qty 5000, up to $0.03 each", [(5000, "Screws 4x40", None, "0.03", None)]),
    ("Laptops, 16GB RAM, 512GB SSD - 35 pcs - $900", [(35, "Laptops, 16GB RAM, 512GB SSD", None, "900", None)]),
    # What one hopes for, may pay, and starts from.
    ("10 desks, ideally around $300 each, but not more than $380", [(10, "desks", None, "380", "300")]),
    ("9 ladders around $140 each", [(9, "ladders", None, None, "140")]),
    ("75 headsets. We hope to pay 30, but can go up to 42 each.", [(75, "headsets", None, "42", "30")]),
    ("2 centrifuges; the price must not exceed USD 4,800 per unit", [(2, "centrifuges", None, "4800", None)]),
    ("6 ovens; we start at 700 and go no higher than 950 each", [(6, "ovens", "700", "950", None)]),
    ("45 tablets, don't bid below 150, and don't go above 190 each", [(45, "tablets", "150", "190", None)]),
    ("11 purifiers: minimum bid 80, maximum 120, target 95 each", [(11, "purifiers", "80", "120", "95")]),
    ("35 monitors. We hope for $170 each; hard limit $210.", [(35, "monitors", None, "210", "170")]),
    ("24 bags, say $50 each as a target, and $65 as the absolute max", [(24, "bags", None, "65", "50")]),
    # The price of a thing that is named.
    (
        "200 plates and 200 bowls, max $3 per plate and $2.50 per bowl",
        [(200, "plates", None, "3", None), (200, "bowls", None, "2.50", None)],
    ),
    (
        "50 x stand\n50 x hub\n\nMax 30 for each stand and max 45 for each hub.",
        [(50, "stand", None, "30", None), (50, "hub", None, "45", None)],
    ),
    (
        "We need 10 desks and 10 chairs. Our overall budget for everything is 5,000 dollars.",
        [
            (10, "desks", None, None, None),
            (10, "chairs", None, None, None),
        ],
    ),
    (
        "We need 200 chairs and 25 round tables for July 18th, chairs max 12 each, tables max 60 each",
        [(200, "chairs", None, "12", None), (25, "round tables for July 18th", None, "60", None)],
    ),
    # One thing of an item in each line, and tables with dashes.
    ("Quantity: 80\nItem: hard hats\nMax price: $14", [(80, "hard hats", None, "14", None)]),
    (
        "Item: tips 200 µl\nQty: 50 packs\nTarget price: 11.00\nMaximum price: 14.50\nItem: tubes\nQty: 9\nMax: 3",
        [(50, "tips 200 µl", None, "14.50", "11"), (9, "tubes", None, "3", None)],
    ),
    (
        "1) Office chairs - 25 - $110\n2) Cabinets - 6 - $150",
        [(25, "Office chairs", None, "110", None), (6, "Cabinets", None, "150", None)],
    ),
    # Numbers that count nothing.
    (
        "Hello,\nre PO 45012: we need another 6 switches 48-port, not more than $850 each, by June 30.\nTel. 555-0142",
        [(6, "switches 48-port", None, "850", None)],
    ),
    ("Toner for the printer in room 204, 6 pieces", [(6, "Toner for the printer in room 204", None, None, None)]),
    ("We're 15 people and need 15 chairs at 120 max", [(15, "chairs", None, "120", None)]),
    (
        "8 towers, max 1,250 per tower. Delivery by 14 March to 22 Dock Street.",
        [(8, "towers", None, "1250", None)],
    ),
    (
        "2 marbles, 5 decks and 10 novels",
        [
            (2, "marbles", None, None, None),
            (5, "decks", None, None, None),
            (10, "novels", None, None, None),
        ],
    ),
    # Nothing but a name.
    ("office chairs", [(None, "office chairs", None, None, None)]),
    ("We need some staplers.", [(None, "staplers", None, None, None)]),
]


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("10 desks max. 300", (None, 300)),
        ("10 desks min. 200 max. 300 each", (200, 300)),
        ("10 desks, can't go over 300 each", (None, 300)),
        ("10 desks, nothing above 300", (None, 300)),
        ("10 desks, we won't pay more than 300", (None, 300)),
        ("10 desks at least 200", (200, None)),
        ("We can spend up to $3,000 on 10 desks", (None, 300)),
        ("10 desks, max 3000 combined", (None, 300)),
    ],
)
def test_limits_are_told_from_one_another_by_their_words(text, limits):
    (line,) = read_shopping(text, currency="USD").lines

    assert (line.name, line.quantity, line.lowest, line.highest) == ("desks", 10, *limits)


def test_full_stop_after_max_ends_a_sentence_where_another_thing_follows():
    lines = read_shopping("10 desks, 300 max. 5 chairs up to 40.", currency="USD").lines

    assert [(line.quantity, line.name, line.highest) for line in lines] == [(10, "desks", 300), (5, "chairs", 40)]


def read(text: str, currency: str = "USD", known: tuple[str, ...] = ()) -> Reading:
    return read_shopping(text, currency=currency, known=known)


def said(line: ShoppingLine) -> tuple[object, ...]:
    return line.quantity, line.name, line.lowest, line.highest, line.target


def the_line(text: str, currency: str = "USD") -> ShoppingLine:
    [line] = read(text, currency).lines
    return line


@pytest.mark.parametrize(("text", "items"), CORPUS, ids=[text for text, _ in CORPUS])
def test_list_is_read_as_it_is_meant(text, items):
    expected = [
        (count, name, *(None if price is None else Decimal(price) for price in prices))
        for count, name, *prices in items
    ]

    assert [said(line) for line in read(text).lines] == expected


@pytest.mark.parametrize(
    "text", ["50 laptops up to 600 each", "50 laptops for 30,000 in all", "12 monitors max 210 USD"]
)
def test_what_is_plainly_said_is_sure(text):
    assert the_line(text).doubts == ()


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("50 laptops", "No highest price was read."),
        ("laptops up to 600 each", "No quantity was read."),
        ("50 laptops 600", "“600” was taken for the highest price of one."),
        ("50 laptops for 600", "“600” was taken for the highest price of one."),
        ("1.500 pens at most 2 each", "“1.500” was read as 1500."),
        ("7 chairs at most 80 in total", "“80 in total” for all is 11.42 each, rounded down."),
        ("50 laptops between 600 and 500 each", "The lowest price is not below the highest."),
        ("50 laptops up to 600, hoping for 700", "The target price is above the highest."),
        ("50 laptops up to 0.001 each", "“0.001 each” is no price that can be paid."),
        ("2,000,000 pens up to 1 each", "“2,000,000” is no quantity that can be bought."),
        ("25 desks, 120", "“120” was taken for the highest price of one."),
        ("3000 for 25 desks", "“3000” was taken for the highest price of all."),
        ("a ladder up to 80", "“a ladder up to 80” was taken for one."),
        ("at least 20 chairs up to 80 each", "“20” was taken for the quantity."),
    ],
)
def test_what_is_not_certain_is_said(text, doubt):
    assert doubt in the_line(text).doubts


@pytest.mark.parametrize("price", ["300 EUR each", "€300", "300 pounds each", "EUR 300"])
def test_price_in_another_currency_is_told_and_left_out(price):
    line = the_line(f"40 desks up to {price}")

    assert line.highest is None
    assert any("is not in USD, so" in doubt for doubt in line.doubts)


def test_own_currency_is_taken_by_its_sign_and_its_code():
    assert the_line("40 desks up to €300", "EUR").highest == the_line("40 desks up to 300 EUR", "EUR").highest == 300


def test_total_is_never_exceeded_by_the_price_of_one():
    line = the_line("7 chairs for 80 in total")

    assert line.highest * line.quantity <= 80


def test_words_that_nothing_was_made_of_are_told():
    assert read("12 monitors max 210, delivery in 14 days; paint it blue").unread == (
        "delivery in 14 days",
        "paint it blue",
    )


def test_known_name_is_read_whole_whatever_is_in_it():
    name = "Samsung T7 Portable External SSD, 2 TB"

    [line] = read(f"12 {name} up to 200 and 3 desks at 90", known=(name,)).lines[:1]

    assert said(line) == (12, name, None, Decimal(200), None)


def test_words_of_each_item_are_told_as_they_were_written():
    lines = read("12 monitors max 210 USD (hope for 180), and fünf Käsereiben ≤ 9,50").lines

    assert read("* 12 monitors\n- a laser cutter up to 9").lines[1].heard == "a laser cutter up to 9"
    assert lines[0].heard == "12 monitors max 210 USD (hope for 180)"
    assert "Käsereiben ≤ 9,50" in lines[1].heard


@settings(max_examples=300)
@given(SENTENCES)
def test_reading_its_own_words_changes_nothing(text):
    lines = [line for line in read(text).lines if line.name]

    assert [said(line) for line in read(shopping_words(lines)).lines] == [said(line) for line in lines]


@settings(max_examples=300)
@given(SENTENCES)
@example('" two " two')
@example("A4 100 100")
def test_no_number_comes_out_that_is_not_in_the_text(text):
    # A quoted name is a thing of its own: what stands around it is not one number.
    parts = [text, *re.split('["“”]', text)]
    there = {
        value for part in parts for mention in numbers_in(part.replace("\n", ";").lower()) for value in mention.values
    }

    there |= {Decimal(number) for number in re.findall(r"[0-9]+(?:[.][0-9]+)?", fold(text))}
    there |= {value.scaleb(-6) for value in there} | {value / 100 for value in there}  # metres and cents
    for line in read(text).lines:
        each = {line.quantity, line.lowest, line.highest, line.target} - {None}
        totals = (
            {(value / line.quantity).quantize(Decimal("0.01"), "ROUND_DOWN") for value in there}
            if line.quantity
            else set()
        )
        # "A ladder" is one.
        assert each <= there | totals | {1}


@given(st.text(max_size=5000))
def test_any_text_can_be_read(text):
    assert all(line.is_usable for line in read(text).lines)
