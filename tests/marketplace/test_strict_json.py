from decimal import Decimal

import pytest

from marketplace.strict_json import elements_of, read_object


def test_numbers_are_exact():
    assert read_object('{"price": 0.1, "count": 2}') == {"price": Decimal("0.1"), "count": 2}


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "5", "null", '"text"', "{'a': 1}", '{"a": 1,}', "\ufeff{}", '{"a": 1} {}'),
        *('{"a": NaN}', '{"a": Infinity}', '{"a": -Infinity}', '{"a": ' + "9" * 5000 + "}"),
        *('{"a": 1, "a": 2}', '{"b": {"a": 1, "a": 2}}', '{"a": "\u0000"}', '{"a": "line\nbreak"}'),
        *("[" * 100_000, '{"a":' * 100_000, '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    ],
    ids=range(21),
)
def test_what_the_standard_does_not_have_is_refused(text):
    with pytest.raises(ValueError, match="."):
        read_object(text)


@pytest.mark.parametrize("number", ["1e99999999999999999999", "-1e99999999999999999999", "0e-99999999999999999999"])
def test_number_whose_exponent_is_beyond_all_bounds_is_refused(number):
    with pytest.raises(ValueError, match="exponent is beyond all bounds"):
        read_object(f'{{"price": {number}}}')


def test_elements_of_a_list_are_found_with_the_lines_that_they_begin_in():
    text = '{"other": {"list": [1]},\r\n "list" : [ {"a": "]},"},\n\n 2,[\n3],\n"x"\n]}\n'

    found = elements_of(text, "list")

    assert [(each.line, each.text) for each in found] == [(2, '{"a": "]},"}'), (4, "2"), (4, "[\n3]"), (6, '"x"')]


@pytest.mark.parametrize("text", ["{}", '{"list": 1}', '{"list": {"list": []}}'])
def test_object_without_such_a_list_has_no_elements(text):
    assert elements_of(text, "list") is None


@pytest.mark.parametrize("text", ["", "[]", '{"list": [1,]}', '{"list": [], "list": []}', '{"list": ' + "[" * 100_000])
def test_what_is_no_object_has_no_elements_to_tell_of(text):
    with pytest.raises(ValueError, match="."):
        elements_of(text, "list")
