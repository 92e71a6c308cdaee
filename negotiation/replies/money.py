"""The signs and names that people write currencies with."""

import re
from unicodedata import category

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
    "dolares": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"),
    "bucks": ("USD", "CAD", "AUD"),
    "euro": ("EUR",),
    "euros": ("EUR",),
    "pounds": ("GBP",),
    "yen": ("JPY",),
    "yuan": ("CNY",),
    "rupees": ("INR", "PKR", "LKR", "NPR"),
}
_MORE_SIGNS = {
    "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "hk$": "HKD", "mx$": "MXN", "nt$": "TWD", "nz$": "NZD",
    "s$": "SGD", "sg$": "SGD", "₪": "ILS", "₱": "PHP", "฿": "THB",
}  # fmt: skip
# Words that name money wherever they stand; folded, in small letters, and without the "s" of the plural.
_WORDS = {
    "aud": "AUD", "brl": "BRL", "cad": "CAD", "chf": "CHF", "cny": "CNY", "czk": "CZK", "dkk": "DKK", "eur": "EUR",
    "gbp": "GBP", "hkd": "HKD", "huf": "HUF", "inr": "INR", "jpy": "JPY", "krw": "KRW", "mxn": "MXN", "nok": "NOK",
    "nzd": "NZD", "pkr": "PKR", "pln": "PLN", "sek": "SEK", "sgd": "SGD", "thb": "THB", "twd": "TWD", "uah": "UAH",
    "usd": "USD", "vnd": "VND", "zar": "ZAR",
    "dollar": "USD CAD AUD NZD SGD HKD", "bucks": "USD CAD AUD", "us dollar": "USD", "american dollar": "USD",
    "canadian dollar": "CAD", "australian dollar": "AUD", "new zealand dollar": "NZD", "singapore dollar": "SGD",
    "hong kong dollar": "HKD", "euro": "EUR", "yen": "JPY", "yuan": "CNY", "renminbi": "CNY", "rmb": "CNY",
    "rupee": "INR PKR LKR NPR", "franc": "CHF", "franken": "CHF", "kr": "SEK NOK DKK", "krona": "SEK",
    "kronor": "SEK", "krone": "NOK DKK", "kroner": "NOK DKK", "zl": "PLN", "zloty": "PLN", "ruble": "RUB",
    "rouble": "RUB", "hryvnia": "UAH", "forint": "HUF", "koruna": "CZK", "baht": "THB",
}  # fmt: skip
# Words that also mean something else, so that they name money only right after a number.
_COUNTED_WORDS = {
    "aed": "AED", "dirham": "AED", "ars": "ARS", "clp": "CLP", "cop": "COP", "php": "PHP", "reais": "BRL", "fr": "CHF",
    "peso": "ARS CLP COP MXN PHP", "pound": "GBP", "quid": "GBP", "sterling": "GBP", "ils": "ILS", "shekel": "ILS",
    "won": "KRW", "lkr": "LKR", "npr": "NPR", "rub": "RUB", "lira": "TRY", "dong": "VND", "rand": "ZAR",
}  # fmt: skip
_CODES = {word: tuple(codes.split()) for word, codes in (_MORE_SIGNS | _WORDS | _COUNTED_WORDS).items()}
_SIGNS = [sign for sign in (*CURRENCY_SIGNS, *_MORE_SIGNS) if category(sign[-1]) == "Sc"]
_SINGLE = "".join(sign for sign in _SIGNS if len(sign) == 1)
_WITH_LETTERS = "|".join(re.escape(sign) for sign in _SIGNS if len(sign) > 1)
_LETTER = r"[^\W\d_]"
_SIGNED = re.compile(rf"(?<!{_LETTER})(?:{_WITH_LETTERS})|[{_SINGLE}]", re.IGNORECASE)
_NAMED = re.compile(rf"(?<!{_LETTER})(?:{'|'.join(_WORDS)})s?(?!{_LETTER})", re.IGNORECASE)
# Of which one stands in each code or name that is found, if all is ASCII.
_NEEDS = tuple(word for word in _WORDS if not any(other in word for other in _WORDS if other != word))
_AFTER_NUMBER = r"[0-9](?:[.,]-{1,2})?\s?"
_COUNTED = re.compile(rf"{_AFTER_NUMBER}((?:{'|'.join(_COUNTED_WORDS)})s?|(?-i:TRY))(?!{_LETTER})", re.IGNORECASE)
_SMALL_COINS = re.compile(rf"{_AFTER_NUMBER}(?:¢|(?:cents?|pence|penny|pennies|dimes?)(?!{_LETTER}))", re.IGNORECASE)


def is_currency(written: str, currency: str) -> bool:
    """Whether the sign, name or code may stand for that currency."""
    small = written.lower()
    codes = CURRENCY_SIGNS.get(small) or _CODES.get(small) or _CODES.get(small.removesuffix("s"), (written.upper(),))
    return currency.upper() in codes


def names_other_currency(folded: str, currency: str) -> bool:
    small = folded.lower()
    written = _COUNTED.findall(folded) + _SIGNED.findall(folded)
    if not is_plain(folded) or any(map(small.__contains__, _NEEDS)):
        written += _NAMED.findall(folded)
    return any(not is_currency(name, currency) for name in written)


def counts_small_coins(folded: str) -> bool:
    """Whether an amount is given in hundredths of some currency: "41.20 cents" is no price of 41.20."""
    return _SMALL_COINS.search(folded) is not None
