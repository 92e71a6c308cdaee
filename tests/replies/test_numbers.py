from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.replies.cardinals import CARDINAL, DECADE, names_cardinal
from negotiation.replies.numbers import MentionKind, numbers_in


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("41.20", ["41.20"]), ("$1,234.50!", ["1234.50"]), ("1.234,50", ["1234.50"]), ("1 234.50", ["1234.50"]),
        ("1.234", ["1.234", "1234"]), ("1,234,567", ["1234567"]),
        ("1,20,000", ["120000"]), ("₹12,34,567.50", ["1234567.50"]), ("1.2 lakhs", ["120000"]),
        (".50", ["0.50"]), ("1.5 million", ["1500000"]),
        ("15k", ["15000"]), ("41,20 €", ["41.20"]), ("４１．２", ["41.2"]), ("٤١٫٢", ["41.2"]), ("𝟒𝟏", ["41"]),
        ("④①", ["41"]), ("4\u200b1", ["41"]), ("4O.5O", ["40.50"]), ("l2", ["12"]),
        ("four hundred and twelve point five", ["412.5"]), ("a hundred", ["100"]),
        ("twelve fifty", ["12.50", "1250"]), ("three ninety-one", ["391", "3.91"]),
        ("four oh nine", ["409", "40.09"]), ("three nine one point two one", ["391.21"]),
        ("fourhundredandtwelve", ["412"]), ("two thousand five hundred", ["2500"]), ("dozen", ["12"]),
        ("half", ["0.5"]), ("thirtieth", ["30"]), ("the fifteenth", ["15"]), ("three quarters", ["0.75"]),
        ("nine-tenths", ["0.9"]), ("four fifths", ["0.8"]), ("two and three quarters", ["2.75"]), ("two halves", ["1"]),
        ("nine tents", ["9"]), ("XIV", ["14"]), ("三百九十一", ["391"]), ("三九一点二一", ["391.21"]),
        ("两万五千", ["25000"]),
    ],
)  # fmt: skip
def test_number_is_read_in_every_way_it_can_be(text: str, readings: list[str]) -> None:
    (mention,) = numbers_in(text)

    assert mention.values == {Decimal(reading) for reading in readings}


@pytest.mark.parametrize("text", ["twenties", "in the low thirties", "The Nineties"])
def test_decade_is_a_number_that_names_no_amount(text: str) -> None:
    (mention,) = numbers_in(text)

    assert (mention.values, mention.kind) == (frozenset(), MentionKind.WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "someone often weighs a stone", "I mix it, Vic", "first, second and third", "a couple of people", "Done.",
        "the third offer", "not by halves", "in close quarters", "a matter of seconds",
    ],
)  # fmt: skip
def test_words_that_only_look_like_numbers_are_none(text: str) -> None:
    assert numbers_in(text) == ()


@pytest.mark.parametrize("text", ["no one", "two of us", "one more thing", "a CD in XL", "一个"])
def test_words_that_mostly_count_nothing_pass(text: str) -> None:
    assert {mention.kind for mention in numbers_in(text)} == {MentionKind.PASSING}


@pytest.mark.parametrize(
    "text", ["three units", "two dollars", "one percent", "two to three days", "one-year warranty"]
)
def test_small_words_that_count_something_do_not_pass(text: str) -> None:
    assert MentionKind.WORDS in {mention.kind for mention in numbers_in(text)}


def test_places_are_those_of_the_number() -> None:
    text = "I bid 41.20 for it."

    (mention,) = numbers_in(text)

    assert text[mention.start : mention.end] == "41.20"


def test_number_too_long_for_an_amount_has_no_reading() -> None:
    (mention,) = numbers_in("9" * 5000)

    assert mention.values == frozenset()


@given(st.from_regex(CARDINAL) | st.from_regex(DECADE))
def test_every_number_word_is_looked_for(text: str) -> None:
    assert names_cardinal(text)


@given(st.text(st.sampled_from("0159.,' OoIlSMDCLXVIabk"), max_size=12))
def test_no_number_is_passed_over_for_want_of_other_letters(text: str) -> None:
    """A letter of another script leads past the quick look; it stands apart, and adds no number."""
    assert [mention.values for mention in numbers_in(text)] == [
        mention.values for mention in numbers_in(f"{text} \N{GREEK SMALL LETTER OMEGA}")
    ]
