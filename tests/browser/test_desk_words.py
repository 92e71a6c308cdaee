import pytest

from tests.browser.modules import call

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("words", "price"),
    [
        ("415", 415),
        ("415.5", 415.5),
        ("415,50", 415.5),
        (" $1,234.50 ", 1234.5),
        ("12,345", 12345),
        ("1 234", 1234),
        ("0", None),
        ("-5", None),
        ("4.155", None),
        ("NaN", None),
        ("1e3", None),
        ("cheap", None),
        ("", None),
    ],
)
def test_price_is_read_as_people_write_it(blank, words, price):
    assert call(blank, "offer_form", "readPrice", words) == price


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("50", 50),
        ("1,000", 1000),
        ("1 000", 1000),
        ("0", 0),
        ("1.5", None),
        ("1,5", None),
        ("50,00", None),
        ("-1", None),
    ],
)
def test_quantity_is_a_whole_number(blank, words, number):
    assert call(blank, "offer_form", "readCount", words) == number


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (61, "1 min 1 s"),
        (3600, "1 h 0 min"),
        (47 * 3600 + 120, "47 h 2 min"),
        (50 * 3600, "2 days 2 h"),
        (-1, ""),
    ],
)
def test_time_left_is_told_in_two_units(blank, seconds, words):
    assert call(blank, "desk_words", "timeLeft", seconds * 1000, 0) == words


def test_further_terms_are_told_in_words(blank):
    terms = {"delivery_days": 14, "warranty_months": 1, "pallets": 3}

    assert call(blank, "desk_words", "termsWords", terms) == ["Delivery in 14 days", "Warranty 1 month", "Pallets 3"]


def test_only_limits_of_ones_own_may_be_overruled(blank):
    own = {"code": "OUTSIDE_MANDATE", "details": [{"field": "price", "reason": "low", "can_overrule": True}]}
    stock = {"code": "OUTSIDE_MANDATE", "details": None}

    assert call(blank, "offer_form", "mayOverrule", own) is True
    assert call(blank, "offer_form", "mayOverrule", stock) is False
