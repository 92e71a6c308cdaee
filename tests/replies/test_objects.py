from decimal import Decimal

import pytest

from negotiation.replies.flaws import Flaw, Unusable
from negotiation.replies.objects import after_reasoning, first_object, objects_in, plain_key

WANTED = ("action", "unit_price")


def test_first_object_with_a_wanted_key_is_found_among_others() -> None:
    text = 'See {this}, {"note": 1} and {"action": "offer", "n": 1.5} or {"action": "walk"}.'

    assert first_object(text, WANTED) == {"action": "offer", "n": Decimal("1.5")}


def test_wanted_keys_match_however_they_are_written() -> None:
    assert plain_key("unitPrice") == plain_key("Unit price") == plain_key("unit_price")


def test_object_inside_one_that_is_cut_off_is_not_found() -> None:
    with pytest.raises(Unusable) as refusal:
        first_object('{"list": [{"action": "accept"}, {"action"', WANTED)

    assert refusal.value.flaw == Flaw.NO_OBJECT


def test_object_inside_one_that_does_not_parse_is_not_found() -> None:
    assert not list(objects_in('{"a": \'b\', "c": {"action": "accept"}}', WANTED))


def test_brackets_and_quotes_inside_strings_are_text() -> None:
    assert first_object(r'{"action": "a } \" { ] b"}', WANTED) == {"action": 'a } " { ] b'}


def test_comma_too_many_is_forgiven_only_before_a_bracket() -> None:
    assert first_object('{"action": [1, 2,], "s": ",}",\n}', WANTED) == {"action": [1, 2], "s": ",}"}
    assert not list(objects_in('{"action": 1,,}', WANTED))


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-Infinity", "9" * 5000, "0." + "1" * 5000, "1e" + "9" * 50, "01"]
)
def test_number_that_is_none_spoils_the_object(value: str) -> None:
    assert not list(objects_in(f'{{"action": {value}}}', WANTED))


def test_key_given_twice_spoils_the_object_unless_it_says_the_same() -> None:
    assert not list(objects_in('{"action": 1, "action": 2}', WANTED))
    assert first_object('{"action": 1, "action": 1.0}', WANTED) == {"action": 1}


@pytest.mark.parametrize(
    "text",
    ['{"offer"', "{", '{"', "[", '"', "\\", '{"a":', '{"a":[', '{"":0}', "{}", '{ "action":1,', '{"a":"{"', ",  "],
)
def test_endless_repetition_has_no_wanted_object_and_crashes_nothing(text: str) -> None:
    assert not list(objects_in(text * 20_000, ("price",)))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<think>a</think>b", "b"), ("a</think>b</think>c", "c"), ("a<think>b", "a"), ("<think>b", ""),
        ("plain", "plain"),
    ],
)  # fmt: skip
def test_only_what_stands_outside_reasoning_counts(text: str, left: str) -> None:
    assert after_reasoning(text) == left
