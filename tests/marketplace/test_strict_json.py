from decimal import Decimal

import pytest

from marketplace.strict_json import read_object


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
