from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from marketplace.fields import Extras, Name, Quantity, Ranges, Whole

HUGE = ("1e9999999", "-1e99999999", "1e999999999999999", "1e-99999999", "1e400", "9223372036854775809")


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("kind", [Whole, Quantity])
def test_number_with_any_exponent_is_no_whole_number(kind, number):
    with pytest.raises(ValidationError, match="must be a whole number"):
        TypeAdapter(kind).validate_python(Decimal(number))


@pytest.mark.parametrize("number", HUGE)
def test_number_of_a_term_with_any_exponent_is_no_whole_number(number):
    with pytest.raises(ValidationError, match="must be a whole number"):
        TypeAdapter(Extras).validate_python({"delivery_days": Decimal(number)})
    with pytest.raises(ValidationError, match="must be a whole number"):
        TypeAdapter(Ranges).validate_python({"delivery_days": [0, Decimal(number)]})


@pytest.mark.parametrize("number", ["0e9999999", "1e3", "10.00", "-9223372036854775808"])
def test_whole_number_is_one_however_it_is_written(number):
    assert TypeAdapter(Whole).validate_python(Decimal(number)) == Decimal(number)


@pytest.mark.parametrize(("name", "rule"), [("a" * 51, "at most 50 characters"), ("", "at least 1 character")])
def test_length_of_a_name_is_in_characters(name, rule):
    with pytest.raises(ValidationError, match=rule):
        TypeAdapter(Name).validate_python(name)


def test_name_of_invisible_characters_is_empty():
    with pytest.raises(ValidationError, match="must not be empty"):
        TypeAdapter(Name).validate_python("\u200b ")
