from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.replies import SHAPES
from negotiation.offers_in_text import LONGEST, read_offer
from tests.negotiation.corpus_offers import OFFERS
from tests.negotiation.corpus_talk import TALK

ITEM = "HP 15 Laptop"
PIECES = st.sampled_from((
    *("415", "60", "1.234,50", "24,900", "2k", "four hundred", " ", ", ", ". ", "x", "each", "total", "not", "€", "$"),
    *("days", "delivery", "net", "your", "or", "at", "for", "%", "if you", "é", "\u200b", "٤١٥", "12/05/2026", "+49"),
    *("warranty", "-", "cents", "years", "take", "all", "units", "from", "to"),
))  # fmt: skip
TEXTS = (
    st.text(max_size=1200) | st.lists(PIECES, max_size=40).map("".join) | st.lists(PIECES, max_size=40).map(" ".join)
)
LONG = (*SHAPES.values(), "415 ", "1 ", "call ", "00 ", "if you ", "a-", "net 30 ", "or 4 ", "12 may ", "from 4 to ")


def read(text, *, currency="EUR", quantity=60, last=None):
    return read_offer(text, currency=currency, quantity=quantity, last=last, item_name=ITEM)


@pytest.mark.parametrize(("text", "offered"), OFFERS)
def test_what_a_text_offers(text, offered):
    found = read(text)

    assert (found and (found.price, found.quantity, found.terms)) == (
        offered and (Decimal(offered[0]), offered[1], offered[2])
    )


@pytest.mark.parametrize(("text", "offered"), TALK)
def test_what_is_offered_while_a_price_is_on_the_table(text, offered):
    found = read(text, last=Decimal(430))

    assert (found and (found.price, found.quantity, found.terms)) == (
        offered and (Decimal(offered[0]), offered[1], offered[2])
    )


@pytest.mark.parametrize(
    ("item", "text", "quantity"),
    [
        ("Standing desk 140", "20 desks at 300", 20),
        ("Standing desk 140", "300 per desk", 60),
        ("Office chairs", "20 office chairs at 300 each", 20),
        ("Office chairs", "300 a chair", 60),
        ("HP 15", "20 HP 15 at 300", 20),
        ("Bürostuhl Ergo", "20 Bürostühle zu 300", 20),
        ("Dell XPS 15", "20 XPS 15s at 300 each", 20),
        ("Dell XPS 15", "20 XPS 15's for 300 each", 20),
    ],
)
def test_units_are_counted_by_what_the_item_is_called(item, text, quantity):
    found = read_offer(text, currency="EUR", quantity=60, item_name=item)

    assert found is not None
    assert (found.price, found.quantity) == (300, quantity)


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("60 for 24,900", "415"),
        ("I'd pay 24900", "415"),
        ("60 for 415", "415"),
        ("1.234", "1.23"),
        ("4.150", "4.15"),
        ("four fifteen", "4.15"),
    ],
)
def test_price_on_the_table_tells_which_of_two_readings_is_meant(text, price):
    last = Decimal(430) if Decimal(price) > 100 else Decimal("4.50")

    found = read(text, last=last)

    assert found is not None
    assert found.price == Decimal(price)


def test_total_is_divided_and_said_to_be_one():
    found = read("24,900 in total")

    assert found is not None
    assert (found.price, found.total, found.is_per_unit) == (Decimal(415), Decimal(24900), False)
    assert found.reading == "€24,900.00 for all 60 units, €415.00 each."


@pytest.mark.parametrize(
    "text",
    [
        *(
            "let's talk tomorrow at 10",
            "I'll throw in 5 mice for free",
            "We have 3 other offers",
            "We use it since 2019",
        ),
        *("I was born in 1985", "430 no, 400 yes", "+5"),
    ],
)
def test_number_far_from_the_price_on_the_table_is_no_price_unless_it_is_named_one(text):
    assert read_offer(text, currency="EUR", quantity=60, last=Decimal(430)) is None


@pytest.mark.parametrize("text", ["425 and I throw in 5 mice for free", "425, with Windows 11 Pro"])
def test_offer_is_read_beside_small_numbers_of_other_things(text):
    found = read_offer(text, currency="EUR", quantity=60, last=Decimal(430))

    assert (found.price, found.quantity) == (425, 60)


@pytest.mark.parametrize("text", ["42¢", "42c each", "42 cents each"])
def test_cents_are_hundredths_however_they_are_written(text):
    assert read_offer(text, currency="USD", quantity=500, last=Decimal("0.45")).price == Decimal("0.42")


def test_reading_names_price_quantity_and_terms():
    found = read("I can do 415 for 50 units with delivery in 14 days")

    assert found is not None
    assert found.reading == "€415.00 for each of 50 units, €20,750.00 in all; delivery days: 14."


def test_total_that_does_not_divide_is_less_certain():
    even, odd = read("24,900 in total"), read("25,000 in total")

    assert even is not None
    assert odd is not None
    assert odd.confidence < even.confidence
    assert odd.price == Decimal("416.67")


@pytest.mark.parametrize(
    ("clear", "less_clear"),
    [
        ("415 each for 60 units", "about 415 each for 60 units"),
        ("415 each", "would you take 415 each?"),
        ("60 units, 415 each", "60 for 415"),
        ("1234.00 each", "1.234 each"),
    ],
)
def test_what_is_less_clear_is_less_certain(clear, less_clear):
    sure, unsure = read(clear), read(less_clear)

    assert sure is not None
    assert unsure is not None
    assert unsure.confidence < sure.confidence


@pytest.mark.parametrize(
    ("text", "currency", "is_read"),
    [
        ("$415 each", "USD", True),
        ("415 dollars", "USD", True),
        ("415 bucks", "USD", True),
        ("415 USD", "USD", True),
        ("£415", "GBP", True),
        ("415 quid", "GBP", True),
        ("415 pounds", "GBP", True),
        ("415 francs", "CHF", True),
        ("415 kr", "SEK", True),
        ("415 kr", "EUR", False),
        ("415 reais", "BRL", True),
        ("415 reais", "EUR", False),
        ("415 lira", "TRY", True),
        ("415 zł", "PLN", True),
        ("415 zł", "EUR", False),
        ("€415", "USD", False),
        ("415 yen", "USD", False),
        ("415 SEK", "NOK", False),
        ("400 USD or so, which is 415 EUR", "EUR", False),
    ],
)
def test_only_money_of_the_session_is_read(text, currency, is_read):
    assert (read(text, currency=currency) is not None) == is_read


def test_number_of_the_item_is_no_price():
    assert read_offer("the HP 15", currency="EUR", quantity=60, item_name=ITEM) is None
    assert read_offer("I offer 15", currency="EUR", quantity=60, item_name=ITEM) is not None


def test_quantity_that_is_not_named_is_what_is_needed():
    found = read("415 each", quantity=7)

    assert found is not None
    assert found.quantity == 7


def test_too_large_a_quantity_is_no_offer():
    assert read("2000000 units at 415") is None


@given(
    st.text(max_size=1200) | st.lists(PIECES, max_size=40).map("".join) | st.lists(PIECES, max_size=40).map(" ".join)
)
def test_any_text_is_read_or_not_but_never_fails(text):
    found = read(text, last=Decimal(430))

    if found is not None:
        assert found.price > 0
        assert found.price == found.price.quantize(Decimal("0.01"))
        assert 1 <= found.quantity <= 1_000_000
        assert 0 < found.confidence < 1
        assert found.total == found.price * found.quantity
        assert all(value >= 0 for value in found.terms.values())


@given(st.integers(1, 10**8).map(lambda cents: Decimal(cents).scaleb(-2)), st.integers(1, 10_000))
def test_plainly_written_offer_is_read_to_the_cent(price, quantity):
    found = read(f"I offer {price:,.2f} EUR each for {quantity} units")

    assert found is not None
    assert (found.price, found.quantity) == (price, quantity)


@pytest.mark.parametrize(
    "shape", [*SHAPES.values(), "415 ", "1 ", "call ", "00 ", "if you ", "a-", "net 30 ", "or 4 ", "12 may "]
)
def test_long_text_is_read_as_far_as_messages_go(shape):
    text = (shape * LONGEST)[: 2 * LONGEST]

    assert read(text) == read(text[:LONGEST])


def test_far_smaller_price_than_that_on_the_table_is_of_something_else():
    assert read("The bags are 15 EUR each if you want them", last=Decimal(420)) is None
    assert read("15 EUR each", last=Decimal(20)).price == Decimal(15)
    assert read("After 3 calls and 2 meetings: 416 per unit", last=Decimal(420)).price == Decimal(416)


@pytest.mark.parametrize(
    "text",
    [
        "420 is a start, surely there is a little more room", "Does the 420 include VAT?", "420?",
        "Noted, 420. Let me sleep on it.",
        "Oh wonderful, another 420 from you people, how very original",
        "Haha, 420, is that with or without the gold plating",
    ],
)  # fmt: skip
def test_price_on_the_table_is_not_offered_by_whoever_only_speaks_of_it(text):
    assert read(text, last=Decimal(420)) is None


@pytest.mark.parametrize(
    "text", ["420", "420 works for me", "OK, 420 then", "Deal! 60 laptops, 420 each.", "Alright, you win, 420."]
)
def test_price_on_the_table_may_be_taken(text):
    assert read(text, last=Decimal(420)).price == Decimal(420)


def test_number_of_units_is_a_price_where_it_is_about_that_on_the_table():
    assert read("I'd take 415 today", last=Decimal(420)).price == Decimal(415)
    assert read("I'd take 15 today", last=Decimal(420)) is None
    assert read("Why not 4,000?", last=Decimal(420)) is None


@pytest.mark.parametrize("text", ["80 units", "We can take 80 units", "I'd buy 80 pieces", "qty 80", "80 pcs left"])
def test_number_that_is_named_one_of_units_is_no_price_however_near_it_is(text):
    assert read(text, last=Decimal(84)) is None
