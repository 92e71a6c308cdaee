"""Prices and terms as JSON."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from negotiation.core.terms import Terms

Frame = dict[str, Any]


def money(amount: Decimal | None) -> float | None:
    """A price as the contract's JSON number: whole cents, exact in the shortest decimal form of a double."""
    return None if amount is None else float(amount)


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
