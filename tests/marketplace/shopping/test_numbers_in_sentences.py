"""What each number of a sentence is: how many, a price and of how many, or a part of a name."""

from decimal import Decimal

import pytest

from marketplace.shopping.sentences import read_shopping


def said(text: str, currency: str = "USD") -> list[tuple[object, ...]]:
    lines = read_shopping(text, currency=currency).lines
    return [(line.quantity, line.name, line.lowest, line.highest, line.target) for line in lines]


def only(quantity, name, highest, lowest=None, target=None):
    prices = (None if price is None else Decimal(price) for price in (lowest, highest, target))
    return [(quantity, name, *prices)]


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("40 Windows 11 Pro licences, 120 each", only(40, "Windows 11 Pro licences", "120")),
        ("4K projector: 2, max 1200", only(2, "4K projector", "1200")),
        ("Toner HP 305, 10 pcs, 70 each", only(10, "Toner HP 305", "70")),
        ("RTX 4090 x 4 max 1800", only(4, "RTX 4090", "1800")),
        ("4 RTX 4090 max 1800", only(4, "RTX 4090", "1800")),
        ("4 RTX 4090, max 1800", only(4, "RTX 4090", "1800")),
        ("2 iPad Pro 11, 900", only(2, "iPad Pro 11", "900")),
        ("Windows Server 2022 x2, up to 1000", only(2, "Windows Server 2022", "1000")),
        ("50 helmets EN 397, max 12", only(50, "helmets EN 397", "12")),
        ("500 No. 10 envelopes at 0.05", only(500, "10 envelopes", "0.05")),
        ("500 #10 envelopes at 0.05", only(500, "#10 envelopes", "0.05")),
        ("Dell Latitude 5440\tx 25\t$ 950.00", only(25, "Dell Latitude 5440", "950")),
        ("desk 120 x 60, quantity 5, max 200", only(5, "desk 120 x 60", "200")),
        ("100 bolts M8 x 40 at 0.30 each", only(100, "bolts M8 x 40", "0.30")),
        ("500 envelopes C5 229 x 162 mm, max 0.08", only(500, "envelopes C5 229 x 162 mm", "0.08")),
    ],
)
def test_number_in_a_name_counts_nothing_and_costs_nothing(text, item):
    assert said(text) == item


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("#1 25 desks max 120", only(25, "desks", "120")),
        ("Pos. 2: 25 desks max 120", only(25, "desks", "120")),
        ("Item 3: 25 desks max 120", only(25, "desks", "120")),
        ("> 25 desks max 120", only(25, "desks", "120")),
        ("- [ ] **25 desks** - up to *120* each", only(25, "desks", "120")),
        ("<b>25 desks</b> up to 120", only(25, "desks", "120")),
        ("On Mon, 3 March 2025 at 10:15, Bob <bob@x7.com> wrote:\n> 25 desks max 120", only(25, "desks", "120")),
        ("Date: Tue, 4 Mar 2025 09:12:33 +0100\n25 desks max 120", only(25, "desks", "120")),
        ("In 2025 we need 25 desks, max 120", only(25, "desks", "120")),
        ("We are a team of 45. 25 desks max 120, net 30", only(25, "desks", "120")),
        ("1 | desks | 25 | 120", only(25, "desks", "120")),
        ("25 desks, normally $130, max $120", only(25, "desks, normally $130", "120")),
        ("25 desks max 120, currently paying 130", only(25, "desks", "120")),
        ("25 desks (8 seats), max 120\nT: 020 7946 0958", only(25, "desks 8 seats", "120")),
        ("RFQ 2024-118: 25 desks max 120, 24/7 support", only(25, "desks", "120")),
        ("25 desks max 120. Cost centre 4711.", only(25, "desks", "120")),
        ("25 desks max 120\n-- \nJane Doe, Suite 400, 12 Main St", only(25, "desks", "120")),
        ("25 packs of batteries (24 per pack), max 10 per pack", only(25, "packs of batteries 24 per pack", "10")),
    ],
)
def test_number_of_something_else_is_no_quantity(text, item):
    assert said(text) == item


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("12 dozen roses at 15 per dozen", only(144, "roses", "1.25")),
        ("60 golf balls, $20 a dozen", only(60, "golf balls", "1.66")),
        ("100 screws at $5 per 100", only(100, "screws", "0.05")),
        ("1000 business cards, $50 per thousand", only(1000, "business cards", "0.05")),
        ("spend at most 30k on 50 laptops", only(50, "laptops", "600")),
        ("50 laptops, 30k budget", only(50, "laptops", "600")),
        ("25 chairs x 120 = 3000", only(25, "chairs", "120")),
        ("25 chairs, 3000 total, 120 each", only(25, "chairs", "120")),
        ("500 kg sugar, max 0.90/kg", only(500, "kg sugar", "0.90")),
    ],
)
def test_price_of_many_is_shared_out(text, item):
    assert said(text) == item


def test_price_of_a_dozen_that_has_no_whole_cents_is_told():
    [line] = read_shopping("60 golf balls, $20 a dozen", currency="USD").lines

    assert line.doubts == ("“$20 a dozen” for 12 is 1.66 each, rounded down.",)


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("Product: Laptop\nQty: 50\nPrice range: 400-600", only(50, "Laptop", "600", "400")),
        ("50 laptops in the 400-600 range", only(50, "laptops", "600", "400")),
        ("50 laptops, hoping for around 450 but up to 600 is ok", only(50, "laptops", "600", target="450")),
        ("50 laptops: 450 ideal, 600 max", only(50, "laptops", "600", target="450")),
        ("50 laptops, opening bid 400, max 600", only(50, "laptops", "600", "400")),
        ("50 laptops, ca. 450 each", only(50, "laptops", None, target="450")),
        ("Laptop\nQuantity: 50\nMax price: $600", only(50, "Laptop", "600")),
        ("ten (10) laptops at up to 600 each", only(10, "laptops", "600")),
        ("12 (twelve) laptops, max 600", only(12, "laptops", "600")),
        ("a couple of 3D printers up to 600", only(2, "3D printers", "600")),
        ("50 ea laptops at $600", only(50, "laptops", "600")),
        ("Desk (5) 450", only(5, "Desk", "450")),
        ("½ dozen desks up to 200", only(6, "desks", "200")),
        ("Tisch;5;450,50", only(5, "Tisch", "450.50")),
        ("Tisch\t5\t1.450,50 €", only(5, "Tisch", "1450.50")),
    ],
)
def test_limits_and_quantities_in_other_forms(text, item):
    assert said(text, "EUR" if "€" in text else "USD") == item


@pytest.mark.parametrize("text", ["a few dozen chairs up to 60 each", "several hundred chairs up to 60 each"])
def test_vague_number_is_no_quantity(text):
    [line] = read_shopping(text, currency="USD").lines

    assert line.quantity is None
    assert line.highest == 60


@pytest.mark.parametrize("text", ["10-15 laptops up to 600 each", "between 10 and 15 laptops up to 600 each"])
def test_of_two_quantities_the_first_is_taken_and_that_is_told(text):
    [line] = read_shopping(text, currency="USD").lines

    assert (line.quantity, line.name, line.highest) == (10, "laptops", 600)
    assert line.doubts == ("More than one quantity was said; the first was taken.",)


def test_rows_with_places_are_told_from_rows_with_quantities():
    rows = "10\tChair\t25\t120\n20\tDesk\t10\t300"

    assert said(rows) == [*only(25, "Chair", "120"), *only(10, "Desk", "300")]


def test_number_with_zeros_before_it_is_no_quantity():
    [line] = read_shopping("00010 Office chair up to 120", currency="USD").lines

    assert line.quantity is None


@pytest.mark.parametrize(
    "text", ["Office 2021 licences up to 200 each", "laptop 900", "laptop and mouse up to 900, 30"]
)
def test_number_behind_a_name_that_may_be_part_of_it_is_told(text):
    [line] = read_shopping(text, currency="USD").lines

    assert f"“{line.quantity}” was taken for the quantity." in line.doubts
