"""Chooses the words of agents that have no language model: which text an act is spoken with.

Also tells what a person's message is about. The texts are in `seller_phrases` and `buyer_phrases`; which act
an agent performs, and at what price, is decided elsewhere.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from negotiation.core.preferences import Priority, Style
from negotiation.core.terms import Terms
from negotiation.minds import buyer_phrases, seller_phrases
from negotiation.minds.seller_phrases import Voice


class SellerAct(StrEnum):
    OPENING = "opening"
    COUNTER = "counter"
    HOLD = "hold"
    TRADE_OFF = "trade_off"
    UNDERCUT = "undercut"
    CANNOT_BEAT = "cannot_beat"
    FINAL = "final"
    ACCEPT = "accept"
    WALK_AWAY = "walk_away"


class BuyerAct(StrEnum):
    OPENING = "opening"
    RAISE = "raise"
    HOLD = "hold"
    TRADE_OFF = "trade_off"
    CLAIM = "claim"
    FINAL = "final"
    FINAL_CLAIM = "final_claim"
    AWARD = "award"
    DECLINE = "decline"
    WALK_AWAY = "walk_away"


class Topic(StrEnum):
    DELIVERY = "delivery"
    PRICE = "price"
    QUALITY = "quality"
    PAYMENT = "payment"
    QUANTITY = "quantity"
    GREETING = "greeting"
    TERMS = "terms"
    OTHER = "other"


# Whole words, lower case, without punctuation.
SUBJECTS: Mapping[Topic, tuple[str, ...]] = {
    Topic.DELIVERY: (
        "deliver", "delivered", "deliveries", "delivering", "delivers", "delivery", "delivery date",
        "delivery time", "ship", "shipment", "shipped", "shipping", "ships", "freight", "courier",
        "dispatch", "lead time", "arrival", "arrive", "arrives", "pick up", "pickup", "collect",
        "transport", "tracking", "how soon", "how fast", "how long will it take", "when can i have",
        "when will i get",
    ),
    Topic.PRICE: (
        "price", "prices", "priced", "pricing", "cheap", "cheaper", "cheapest", "expensive", "discount",
        "discounts", "cost", "costs", "deal", "offer", "offers", "quote", "bid", "lower", "reduce",
        "bargain", "afford", "budget", "rebate", "percent", "how much", "that much", "too much",
        "too high", "too dear", "come down", "go down", "go lower", "can you do", "do better",
        "how about", "meet me", "best price", "last price", "final price", "lower price", "better price",
        "best offer", "better offer", "price match", "pay less", "pay more", "per unit", "unit price",
        "price per unit", "per piece", "price per piece",
    ),
    Topic.QUALITY: (
        "quality", "condition", "new", "brand new", "used", "second hand", "refurbished", "warranty",
        "guarantee", "guaranteed", "material", "materials", "made of", "made in", "genuine", "original",
        "authentic", "fake", "broken", "damaged", "defect", "defects", "defective", "scratch",
        "scratches", "spec", "specs", "specification", "specifications", "colour", "colours", "color",
        "colors", "size", "weight", "durable", "how old", "grade", "certified", "certificate", "describe",
        "description", "photos",
    ),
    Topic.PAYMENT: (
        "pay", "paying", "paid", "payment", "payments", "payment terms", "terms of payment", "invoice",
        "cash", "cash on delivery", "pay on delivery", "payment on delivery", "credit", "credit card",
        "debit card", "card", "paypal", "bank transfer", "wire transfer", "transfer", "instalment",
        "instalments", "installment", "installments", "deposit", "upfront", "up front", "pay upfront",
        "in advance", "prepay", "escrow", "vat", "tax", "taxes", "refund", "net terms",
    ),
    Topic.QUANTITY: (
        "quantity", "quantities", "unit", "units", "piece", "pieces", "pcs", "bulk", "how many", "volume",
        "stock", "in stock", "available", "availability", "batch", "pallet", "pallets", "dozen",
        "larger order", "bigger order", "minimum order", "more units", "fewer units", "more of them",
        "buy more", "order more",
    ),
}  # fmt: skip
# How the usual further terms are said: none of it, one, and any other number.
_PLAIN: Mapping[str, tuple[str, str, str]] = {
    "delivery_days": ("delivery at once", "delivery in one day", "delivery in {} days"),
    "payment_days": ("payment at once", "one day to pay", "{} days to pay"),
    "warranty_months": ("no warranty", "one month of warranty", "{} months of warranty"),
}
_SELLERS: Mapping[SellerAct, Mapping[Style, Voice]] = {
    SellerAct.OPENING: seller_phrases.OPENING,
    SellerAct.COUNTER: seller_phrases.COUNTER,
    SellerAct.HOLD: seller_phrases.HOLD,
    SellerAct.TRADE_OFF: seller_phrases.TRADE_OFF,
    SellerAct.UNDERCUT: seller_phrases.UNDERCUT,
    SellerAct.CANNOT_BEAT: seller_phrases.CANNOT_BEAT,
    SellerAct.FINAL: seller_phrases.FINAL,
    SellerAct.ACCEPT: seller_phrases.ACCEPT,
    SellerAct.WALK_AWAY: seller_phrases.WALK_AWAY,
}
_BUYERS: Mapping[BuyerAct, tuple[str, ...]] = {
    BuyerAct.OPENING: buyer_phrases.OPENING,
    BuyerAct.RAISE: buyer_phrases.RAISE,
    BuyerAct.HOLD: buyer_phrases.HOLD,
    BuyerAct.TRADE_OFF: buyer_phrases.TRADE_OFF,
    BuyerAct.CLAIM: buyer_phrases.CLAIM,
    BuyerAct.FINAL: buyer_phrases.FINAL,
    BuyerAct.FINAL_CLAIM: buyer_phrases.FINAL_CLAIM,
    BuyerAct.AWARD: buyer_phrases.AWARD,
    BuyerAct.DECLINE: buyer_phrases.DECLINE,
    BuyerAct.WALK_AWAY: buyer_phrases.WALK_AWAY,
}
GREETINGS = (
    "hello", "hi", "hey", "greetings", "welcome", "good morning", "good afternoon", "good evening",
    "good day", "thanks", "thank you", "cheers", "bye", "goodbye", "see you", "how are you",
    "nice to meet you",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SellerCue:
    """What a seller is about to do; only `price` and `rival_price` are ever spoken.

    The rival's is `like_for_like` if it is told as a price on this thread's further terms.
    """

    act: SellerAct
    priority: Priority
    style: Style
    price: Decimal | None
    rival_price: Decimal | None = None
    like_for_like: bool = False

    def __post_init__(self) -> None:
        answers_rival = self.act in (SellerAct.UNDERCUT, SellerAct.CANNOT_BEAT)
        assert self.price is not None or self.act is SellerAct.WALK_AWAY, f"{self.act} needs a price"
        assert self.rival_price is not None or not answers_rival, f"{self.act} needs a rival price"


@dataclass(frozen=True, slots=True)
class BuyerCue:
    """What a buyer is about to do; `price` is its bid, and in an award the price agreed."""

    act: BuyerAct
    price: Decimal | None
    rival_price: Decimal | None = None
    like_for_like: bool = False

    def __post_init__(self) -> None:
        names_no_price = self.act in (BuyerAct.DECLINE, BuyerAct.WALK_AWAY)
        claims_rival = self.act in (BuyerAct.CLAIM, BuyerAct.FINAL_CLAIM)
        assert self.price is not None or names_no_price, f"{self.act} needs a price"
        assert self.rival_price is not None or not claims_rival, f"{self.act} needs a rival price"


def seller_words(cue: SellerCue, shuffle: random.Random, nth: int) -> str:
    """The `nth` text (from 0) of this act in the order of `shuffle`.

    Seed `shuffle` alike for every call of one speaker and act: then nothing repeats until all is said.
    """
    voice = _SELLERS[cue.act][cue.style]
    return _fill(_choose(_variants(voice, cue.priority), shuffle, nth), cue)


def buyer_words(cue: BuyerCue, shuffle: random.Random, nth: int) -> str:
    """As `seller_words`: the `nth` text of this act in the order of `shuffle`."""
    return _fill(_choose(_BUYERS[cue.act], shuffle, nth), cue)


def terms_words(terms: Terms, packages: Sequence[Terms] = ()) -> str:
    """The sentence that follows an offer's words: its further terms, and what may be had instead. Empty without any."""
    if not terms.extras:
        return ""
    others = "".join(f", or {_spoken(other.unit_price)} with {_listed(_differing(other, terms))}" for other in packages)
    return f" That is with {_listed(terms.extras)}{others}."


def term_words(name: str, value: int) -> str:
    """One further term in plain words: "delivery in 7 days"."""
    if name not in _PLAIN:
        return f"{name.replace('_', ' ')} {value:,}"
    none, one, many = _PLAIN[name]
    return (none if value == 0 else one if value == 1 else many).format(f"{value:,}")


def topic_of(message: str) -> Topic:
    """The subject with the longest keyword in the message; a greeting counts only without a subject.

    A number with no other subject is about the price.
    """
    spoken = _spaced_words(message)
    named = {word: topic for topic, words in SUBJECTS.items() for word in words if f" {word} " in spoken}
    if named:
        return named[max(named, key=len)]
    if re.search(r"\d", message):
        return Topic.PRICE
    if any(f" {greeting} " in spoken for greeting in GREETINGS):
        return Topic.GREETING
    return Topic.OTHER


def topic_in(message: str, agenda: Sequence[str]) -> Topic:
    """What to answer to: where further terms are bargained over, the offer itself says what there is to say of them."""
    topic = topic_of(message)
    is_said_alike = topic in (Topic.PRICE, Topic.QUANTITY, Topic.GREETING)
    return topic if is_said_alike or not agenda else Topic.TERMS


def answer_words(topic: Topic, style: Style, shuffle: random.Random, nth: int) -> str:
    """The sentence with which a seller answers a person, before it states its price."""
    return _choose(_answers(topic)[style], shuffle, nth)


def _variants(voice: Voice, priority: Priority) -> tuple[str, ...]:
    match priority:
        case Priority.MAXIMIZE_PROFIT:
            return voice.shared + voice.for_profit
        case Priority.CUSTOMER_RETENTION:
            return voice.shared + voice.for_retention


def _choose(variants: Sequence[str], shuffle: random.Random, nth: int) -> str:
    return shuffle.sample(variants, len(variants))[nth % len(variants)]


def _fill(text: str, cue: SellerCue | BuyerCue) -> str:
    rival = _spoken(cue.rival_price) + (" like for like" if cue.like_for_like else "")
    return text.replace("{price}", _spoken(cue.price)).replace("{rival}", rival)


def _differing(package: Terms, terms: Terms) -> list[tuple[str, int]]:
    return [each for each in package.extras if each not in terms.extras]


def _listed(extras: Sequence[tuple[str, int]]) -> str:
    *most, last = [term_words(name, value) for name, value in extras]
    return f"{', '.join(most)} and {last}" if most else last


def _spoken(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def _spaced_words(message: str) -> str:
    return f" {' '.join(re.findall(r'[a-z]+', message.lower()))} "


def _answers(topic: Topic) -> Mapping[Style, tuple[str, ...]]:
    match topic:
        case Topic.DELIVERY:
            return seller_phrases.DELIVERY_ANSWERS
        case Topic.PRICE:
            return seller_phrases.PRICE_ANSWERS
        case Topic.QUALITY:
            return seller_phrases.QUALITY_ANSWERS
        case Topic.PAYMENT:
            return seller_phrases.PAYMENT_ANSWERS
        case Topic.QUANTITY:
            return seller_phrases.QUANTITY_ANSWERS
        case Topic.GREETING:
            return seller_phrases.GREETING_ANSWERS
        case Topic.TERMS:
            return seller_phrases.TERMS_ANSWERS
        case Topic.OTHER:
            return seller_phrases.OTHER_ANSWERS
