"""Prices and terms as JSON, and prices as people read them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from negotiation.core.terms import Terms

Frame = dict[str, Any]

MINUS = "\N{MINUS SIGN}"
SYMBOLS = {
    "AUD": "A$",
    "BRL": "R$",
    "CAD": "CA$",
    "CNY": "CN¥",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "ILS": "₪",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "MXN": "MX$",
    "NZD": "NZ$",
    "PHP": "₱",
    "TWD": "NT$",
    "USD": "$",
    "VND": "₫",
    "XAF": "FCFA\N{NO-BREAK SPACE}",
    "XCD": "EC$",
    "XOF": "F\N{NARROW NO-BREAK SPACE}CFA\N{NO-BREAK SPACE}",
    "XPF": "CFPF\N{NO-BREAK SPACE}",
}


def money(amount: Decimal | None) -> float | None:
    """A price as the contract's JSON number: whole cents, exact in the shortest decimal form of a double."""
    return None if amount is None else float(amount)


def money_words(amount: Decimal, currency: str) -> str:
    """As browsers write it in English, which `static/js/format.js` has them do: `$1,250.00`."""
    symbol = SYMBOLS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    return f"{MINUS if amount < 0 else ''}{symbol}{abs(amount):,.2f}"


def price_of(terms: Terms) -> Frame:
    """Further terms are there only if there are any."""
    frame: Frame = {"price": money(terms.unit_price), "quantity": terms.quantity}
    if terms.extras:
        frame["terms"] = dict(terms.extras)
    return frame


def terms_of(terms: Terms | None) -> Frame | None:
    return None if terms is None else {**price_of(terms), "total_cost": money(terms.total)}


def packages_of(packages: Sequence[Terms]) -> list[Frame]:
    """What may be taken of an offer instead of its own terms, in the order of their numbers."""
    return [{**price_of(package), "total_cost": money(package.total)} for package in packages]
