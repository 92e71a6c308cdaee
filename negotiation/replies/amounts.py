"""Reads one price or one quantity from the value of a JSON key. What could mean two amounts is refused."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from negotiation.replies.flaws import Flaw, Unusable
from negotiation.replies.money import CURRENCY_SIGNS, is_currency

CENT = Decimal("0.01")
HIGHEST_PRICE = Decimal("9999999999.99")
HIGHEST_QUANTITY = 1_000_000_000

_BY_LENGTH = sorted(CURRENCY_SIGNS, key=len, reverse=True)
_MONEY = rf"us\s\$|[a-z]{{3}}|{'|'.join(map(re.escape, _BY_LENGTH))}"
_PRICE = re.compile(
    rf"(?P<before>{_MONEY})?\s?(?P<number>[0-9][0-9.,' \u00a0\u202f]*)(?:(?<=[0-9])|(?=$))\s?(?P<after>{_MONEY})?"
    r"(?:\s?(?:/|per|a|an)\s?(?:unit|piece|item|pc)|\s(?:each|ea))?",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]{1,2}|\.[0-9]{2}0{2,})?")
_COMMA_CENTS = re.compile(r"(?:0|[1-9][0-9]*),[0-9]{2}")
_COMMA_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?")
_OTHER_GROUPS = re.compile(
    r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]{1,2}|([ '\u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})*(?:[.,][0-9]{1,2})?)"
)
_COUNT = re.compile(
    r"([0-9]{1,9}|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.0+)?(?:\s?(?:units?|pieces?|pcs?|items?|x))?", re.IGNORECASE
)


def read_price(value: Any, currency: str) -> Decimal:
    """In cents, as a number or as text such as "$1,234.50". Raises Unusable."""
    match value:
        case bool():
            raise _not_a_price("a truth value")
        case int() | Decimal():
            return _checked(Decimal(value))
        case str():
            return _checked(_spelled_price(value.strip(), currency))
        case _:
            raise _not_a_price("no number")


def read_quantity(value: Any) -> int:
    """A whole number from 1 on, or text such as "50 units". Raises Unusable."""
    match value:
        case str():
            written = _COUNT.fullmatch(value.strip())
            count = Decimal(written.group(1).replace(",", "")) if written else Decimal(0)
        case bool():
            count = Decimal(0)
        case int() | Decimal():
            count = Decimal(value)
        case _:
            count = Decimal(0)
    if not (1 <= count <= HIGHEST_QUANTITY and count == count.to_integral_value()):
        raise Unusable(Flaw.WRONG_QUANTITY, "the quantity must be a whole number")
    return int(count)


def _spelled_price(text: str, currency: str) -> Decimal:
    written = _PRICE.fullmatch(text) if len(text) <= 60 else None
    if written is None:
        raise _not_a_price("not just a number")
    for money in written.group("before", "after"):
        _check_currency(money, currency)
    return Decimal(_digits(written.group("number").strip()))


def _check_currency(money: str | None, currency: str) -> None:
    if money is not None and not is_currency("".join(money.split()), currency):
        raise Unusable(Flaw.WRONG_TYPE, f"the price must be in {currency}")


def _digits(number: str) -> str:
    """The number with a point before its cents and nothing else.

    A comma before three digits is taken for English grouping; a point before three digits may be either, so it is
    refused.
    """
    if _PLAIN.fullmatch(number):
        return number
    if _COMMA_GROUPS.fullmatch(number):
        return number.replace(",", "")
    if _COMMA_CENTS.fullmatch(number):
        return number.replace(",", ".")
    if _OTHER_GROUPS.fullmatch(number):
        whole, _, cents = number.rpartition(",") if "," in number else number.rpartition(".")
        return "".join(filter(str.isdigit, whole or cents)) + (f".{cents}" if whole else "")
    raise _not_a_price("more than one amount or an unclear one")


def _checked(price: Decimal) -> Decimal:
    try:
        in_cents = price.quantize(CENT)
    except InvalidOperation as error:
        raise _not_a_price("out of any range") from error
    if not 0 < price <= HIGHEST_PRICE:
        raise _not_a_price("out of any range")
    if in_cents != price:
        raise _not_a_price("given in fractions of a cent")
    return in_cents


def _not_a_price(what: str) -> Unusable:
    return Unusable(Flaw.NO_PRICE, f"the price was {what}; give one plain number with at most two decimals")
