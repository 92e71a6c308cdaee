"""What the page of a trade tells; further terms as `static/js/desk_words.js` tells them."""

from collections.abc import Iterable

from django import template

from negotiation.core.vocabulary import TradeState

STATES: dict[str, str] = {
    TradeState.AGREED: "Agreed",
    TradeState.CONFIRMED: "Confirmed by both",
    TradeState.CANCELLED: "Cancelled",
}
# The colours that the states of rooms have.
SIGNS: dict[str, str] = {TradeState.AGREED: "pending", TradeState.CONFIRMED: "deal", TradeState.CANCELLED: "failed"}
TERMS = {
    "delivery_days": ("Delivery in", "day"),
    "payment_days": ("Payment within", "day"),
    "warranty_months": ("Warranty", "month"),
}
NONE = {"delivery_days": "Delivery at once", "payment_days": "Payment at once", "warranty_months": "No warranty"}

register = template.Library()


@register.filter
def trade_words(state: str) -> str:
    return STATES.get(state, state)


@register.filter
def trade_sign(state: str) -> str:
    return SIGNS.get(state, state)


@register.filter
def terms_words(terms: Iterable[tuple[str, int]]) -> str:
    """All of them in the middle of a sentence."""
    return ", ".join(term_words(term).lower() for term in terms)


@register.filter
def term_words(term: tuple[str, int]) -> str:
    """A name that is not known is told as it is."""
    name, value = term
    if value == 0 and name in NONE:
        return NONE[name]
    if name not in TERMS:
        return f"{name.replace('_', ' ').capitalize()} {value:,}"
    words, unit = TERMS[name]
    return f"{words} {value:,} {unit}{'' if value == 1 else 's'}"
