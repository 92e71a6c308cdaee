"""What fields of requests and answers are made of: text of one line, exact numbers, times with their offset."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo

from marketplace.models import MAX_PRICE, MAX_QUANTITY
from marketplace.particulars import LONGEST_CONTACT, contact_problem
from marketplace.term_ranges import MOST_TERMS, NAME, is_term_value, ranges_problem
from marketplace.text import clean_text

# Wider than any of our numbers may be.
WIDEST = 2**63


def _line(text: str) -> str:
    cleaned = clean_text(text)
    if not cleaned:
        raise ValueError("must not be empty")
    return cleaned


def _contact(text: str) -> str:
    cleaned = clean_text(text)
    if cleaned and (problem := contact_problem(cleaned)):
        raise ValueError(problem)
    return cleaned


def as_number(value: Any) -> Any:
    """JSON numbers only: no booleans, no strings, nothing infinite."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise ValueError("must be a number")
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError("must be finite")
    return number


def is_above(other: str) -> Callable[[Decimal, ValidationInfo], Decimal]:
    """A validator of a price that is above the one in the field `other`, which stands before it."""

    def check(price: Decimal, info: ValidationInfo) -> Decimal:
        below = info.data.get(other)
        if below is not None and price <= below:
            raise ValueError(f"must be above {other}")
        return price

    return check


def as_whole_number(value: Any) -> Any:
    number = as_number(value)
    # Compared as it is: with an exponent of millions, even abs() overflows.
    if not -WIDEST <= number <= WIDEST or number != number.to_integral_value():
        raise ValueError("must be a whole number")
    return int(number)


Name = Annotated[str, Field(min_length=1, max_length=50), AfterValidator(_line)]
ItemName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_line)]
LegalName = Annotated[str, Field(max_length=100), AfterValidator(clean_text)]
Region = Annotated[str, Field(max_length=60), AfterValidator(clean_text)]
Contact = Annotated[str, Field(max_length=LONGEST_CONTACT), AfterValidator(_contact)]
ItemId = Annotated[str, Field(min_length=1, max_length=50), AfterValidator(_line)]
Price = Annotated[Decimal, BeforeValidator(as_number), Field(ge=0, le=MAX_PRICE, decimal_places=2)]
Total = Annotated[Decimal, BeforeValidator(as_number), Field(ge=0, le=MAX_PRICE * MAX_QUANTITY, decimal_places=2)]
Quantity = Annotated[int, BeforeValidator(as_whole_number), Field(ge=1, le=MAX_QUANTITY)]
Whole = Annotated[int, BeforeValidator(as_whole_number)]
Timestamp = Annotated[datetime, PlainSerializer(lambda at: at.isoformat(), return_type=str)]
Number = Annotated[float, BeforeValidator(lambda value: float(as_number(value)))]


def _ranges(value: Any) -> Any:
    if not isinstance(value, dict) or not all(isinstance(bounds, list) for bounds in value.values()):
        raise ValueError("must be an object with two whole numbers for each term")
    ranges = {name: [as_whole_number(bound) for bound in bounds] for name, bounds in value.items()}
    if problem := ranges_problem(ranges):
        raise ValueError(problem)
    return ranges


def _weights(value: Any) -> Any:
    """What they must be beside the ranges is checked where both are known."""
    if not isinstance(value, dict):
        raise ValueError("must be an object with a number for each term")
    if len(value) > MOST_TERMS + 1:
        raise ValueError(f"must be an object of at most {MOST_TERMS} terms and the price")
    return {name: float(as_number(weight)) for name, weight in value.items()}


def _extras(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("must be an object")
    extras = {name: as_whole_number(number) for name, number in value.items()}
    if len(extras) > MOST_TERMS or not all(isinstance(name, str) and NAME.fullmatch(name) for name in extras):
        raise ValueError(f"must be an object of at most {MOST_TERMS} named terms")
    if not all(map(is_term_value, extras.values())):
        raise ValueError("the value of a term is a whole number, and not negative")
    return extras


Ranges = Annotated[dict[str, list[int]], BeforeValidator(_ranges)]
Weights = Annotated[dict[str, float], BeforeValidator(_weights)]
Extras = Annotated[dict[str, int], BeforeValidator(_extras)]
