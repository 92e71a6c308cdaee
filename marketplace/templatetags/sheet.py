"""How differences read on the deal sheet; `static/js/format.js` writes them the same way."""

from decimal import Decimal

from django import template

from marketplace.templatetags.parley import money

register = template.Library()


@register.filter
def change(amount: Decimal | None, currency: str) -> str:
    """Always with its sign."""
    if amount is None or amount < 0:
        return money(amount, currency)
    return f"+{money(amount, currency)}" if amount else "no difference"


@register.filter
def against(total: Decimal | None, other: Decimal) -> Decimal | None:
    """How far the total is above the other."""
    return None if total is None else total - other
