"""The signs and names that people write currencies with."""

import re

from negotiation.replies.characters import is_plain

CURRENCY_SIGNS = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "ARS", "CLP", "COP"),
    "us$": ("USD",),
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "₩": ("KRW",),
    "₺": ("TRY",),
    "₽": ("RUB",),
    "₴": ("UAH",),
    "₫": ("VND",),
    "zł": ("PLN",),
    "kr": ("SEK", "NOK", "DKK"),
    "r$": ("BRL",),
    "fr.": ("CHF",),
    "dollar": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD"),
    "dollars": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD"),
    "bucks": ("USD", "CAD", "AUD"),
    "euro": ("EUR",),
    "euros": ("EUR",),
    "pounds": ("GBP",),
    "yen": ("JPY",),
    "yuan": ("CNY",),
    "rupees": ("INR", "PKR", "LKR", "NPR"),
}
_NAMED = re.compile(
    r"[$€£¥₹₩₺₽₴₫]|\b(?:usd|eur|gbp|jpy|cny|inr|krw|chf|cad|aud|dollars?|bucks|euros?|yen|yuan|rupees)\b", re.IGNORECASE
)
# Of which one stands in each sign, code or name that is found, if all is ASCII.
_NEEDS = (
    "$", "usd", "eur", "gbp", "jpy", "cny", "inr", "krw", "chf", "cad", "aud", "dollar", "bucks", "yen", "yuan",
    "rupees",
)  # fmt: skip


def is_currency(written: str, currency: str) -> bool:
    """Whether the sign, name or code may stand for that currency."""
    return currency.upper() in CURRENCY_SIGNS.get(written.lower(), (written.upper(),))


def names_other_currency(folded: str, currency: str) -> bool:
    small = folded.lower()
    if is_plain(folded) and not any(need in small for need in _NEEDS):
        return False
    return any(not is_currency(written, currency) for written in _NAMED.findall(folded))
