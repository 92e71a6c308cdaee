"""The scenarios that come with Parley: made-up goods and shops, drawn by a seed from classes of markets.

The n-th scenario of a class is always the same. Each class asks something else of a bargainer.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

MOST_OF_A_KIND = 200
ROUNDS = 10

# What it is, and what one of it usually costs.
GOODS = (
    ("Folding site table, 160 cm", 84.0),
    ("Task lamp with clamp", 31.5),
    ("Acoustic wall panel, felt", 46.0),
    ("Stackable hall chair", 58.0),
    ("Height-adjustable desk", 389.0),
    ("Mesh office chair", 214.0),
    ("Label printer, thermal", 172.0),
    ("Hand pallet truck, 2 t", 427.0),
    ("Cordless drill set, 18 V", 149.0),
    ("Safety gloves, box of 60", 72.0),
    ("Shelf unit, galvanised", 118.0),
    ("Coffee beans, 6 kg carton", 93.0),
    ("Copy paper, pallet", 640.0),
    ("Network switch, 24 ports", 265.0),
    ("Portable projector", 512.0),
    ("Rolling whiteboard", 236.0),
    ("Water filter cartridge", 18.9),
    ("Workshop vacuum, 30 l", 187.0),
    ("Rain barrel, 300 l", 99.0),
    ("Thermal mug, engraved", 11.4),
)
SHOPS = (
    *("Amber Trading", "Brook & Sons", "Cobalt Depot", "Dune Supply", "Elder Works", "Fennel Goods"),
    *("Gable House", "Heron Wholesale", "Inlet Stores", "Juniper Direct", "Kestrel Parts", "Lantern Co-op"),
)
BUYERS = ("Harbour School", "Quarry Hotel", "Tide Laboratory", "Meadow Clinic", "Orchard Theatre", "Viaduct Studio")
# Between which values each term is, and whether it is usually the buyer that would have more of it.
TERMS = {"delivery_days": ((1, 14), False), "payment_days": ((0, 60), True), "warranty_months": ((6, 36), True)}
STYLES, PRIORITIES = ("rude", "neutral", "very_sweet"), ("maximize_profit", "customer_retention")


@dataclass(frozen=True, slots=True)
class MarketKind:
    name: str
    summary: str
    most: int = MOST_OF_A_KIND


@dataclass(frozen=True, slots=True)
class Shop:
    """A seller's numbers as parts of the usual price, and its stock as parts of what is wanted."""

    floor: float
    ask: float
    stock: float = 3.0


@dataclass(frozen=True, slots=True)
class Market:
    """The buyer's limit and minimum are parts of the usual price, as the shops' numbers are.

    Over so many terms besides the price they bargain, too.
    """

    shops: tuple[Shop, ...]
    limit: float
    minimum: float = 0.0
    terms: int = 0


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The item, what one of it usually costs, how many the buyer needs, and what besides the price matters."""

    item: Mapping[str, str]
    typical: float
    quantity: int
    terms: tuple[str, ...] = ()


Draw = Callable[[random.Random], Market]


@dataclass(frozen=True, slots=True)
class _Kind:
    summary: str
    draw: Draw


def kinds_of_markets() -> tuple[MarketKind, ...]:
    return tuple(MarketKind(name, kind.summary) for name, kind in _KINDS.items())


def draw_body(kind: str, number: int) -> dict[str, Any]:
    """The body that opens a session with the market of that number, from 1 on. Raises KeyError for no such kind."""
    chance = random.Random(f"{kind}/{number}")
    name, usual = chance.choice(GOODS)
    wanted = _Wanted(
        item={"item_id": f"{kind}_{number}", "item_name": name},
        typical=usual * chance.uniform(0.8, 1.3),
        quantity=chance.choice((2, 5, 10, 25, 50)),
    )
    market = _KINDS[kind].draw(chance)
    names = chance.sample(SHOPS, len(market.shops))
    if market.terms:
        wanted = replace(wanted, terms=tuple(sorted(chance.sample(sorted(TERMS), market.terms))))
    return {
        "buyer": {"name": chance.choice(BUYERS), "shopping_list": [_line(market, wanted, chance)]},
        "sellers": [
            {"name": name, **_seller(shop, wanted, chance)} for name, shop in zip(names, market.shops, strict=True)
        ],
        "max_rounds": ROUNDS,
    }


def _line(market: Market, wanted: _Wanted, chance: random.Random) -> dict[str, Any]:
    return {
        **wanted.item,
        "quantity_needed": wanted.quantity,
        "min_price_per_unit": _price(wanted.typical * market.minimum),
        "max_price_per_unit": _price(wanted.typical * market.limit),
        **_terms_of(wanted, chance, is_buyer=True),
    }


def _seller(shop: Shop, wanted: _Wanted, chance: random.Random) -> dict[str, Any]:
    floor = wanted.typical * shop.floor
    stock = {
        **wanted.item,
        "quantity_available": int(wanted.quantity * shop.stock),
        "cost_price": _price(floor * chance.uniform(0.8, 0.95)),
        "least_price": _price(floor),
        "selling_price": _price(wanted.typical * shop.ask),
        **_terms_of(wanted, chance, is_buyer=False),
    }
    profile = {"priority": chance.choice(PRIORITIES), "speaking_style": chance.choice(STYLES)}
    return {"profile": profile, "inventory": [stock]}


def _terms_of(wanted: _Wanted, chance: random.Random, *, is_buyer: bool) -> dict[str, Any]:
    """A side's ranges and what each term weighs for it; in one of seven it would have it as the other side would."""
    if not wanted.terms:
        return {}
    ranges, weights = {}, {}
    for name in wanted.terms:
        (low, high), is_more_for_buyer = TERMS[name]
        ranges[name] = [low + chance.randint(0, (high - low) // 5), high - chance.randint(0, (high - low) // 5)]
        is_usual = chance.random() < 6 / 7
        wants_more = (is_more_for_buyer is is_buyer) is is_usual
        weights[name] = round(chance.uniform(0.05, 0.4 / len(wanted.terms)), 3) * (1 if wants_more else -1)
    price = round(1 - sum(map(abs, weights.values())), 3)
    return {"allowed_terms": ranges, "term_weights": {"price": price, **weights}}


def _price(amount: float) -> float:
    return round(amount, 2)


def _shop(chance: random.Random, floor: float, inflated: float = 1.0) -> Shop:
    return Shop(floor, floor * (1 + inflated * chance.uniform(0.12, 0.6)))


def _shops(chance: random.Random, floors: Sequence[float], inflated: float = 1.0) -> tuple[Shop, ...]:
    """In an order that tells nothing."""
    mixed = list(floors)
    chance.shuffle(mixed)
    return tuple(_shop(chance, floor, inflated) for floor in mixed)


def _floors(chance: random.Random, count: int, low: float = 0.65, high: float = 1.0) -> list[float]:
    return [chance.uniform(low, high) for _ in range(count)]


def _multi(chance: random.Random) -> Market:
    floors = _floors(chance, chance.randint(3, 8))
    return Market(_shops(chance, floors), chance.uniform(1.02, 1.3), chance.choice((0.0, 0.4, 0.5)))


def _two(chance: random.Random) -> Market:
    floors = _floors(chance, 2, 0.65, 0.95)
    return Market(_shops(chance, floors), chance.uniform(1.0, 1.25), chance.choice((0.0, 0.45)))


def _single(chance: random.Random) -> Market:
    limit = chance.uniform(0.85, 1.0)
    beyond = _floors(chance, chance.randint(1, 4), limit * 1.03, limit * 1.25)
    return Market(_shops(chance, [limit * chance.uniform(0.65, 0.95), *beyond]), limit, chance.choice((0.0, 0.4)))


def _bilateral(chance: random.Random) -> Market:
    return Market(_shops(chance, _floors(chance, 1)), chance.uniform(1.02, 1.4), chance.choice((0.0, 0.4)))


def _narrow(chance: random.Random) -> Market:
    limit = chance.uniform(0.85, 1.1)
    beyond = _floors(chance, chance.randint(0, 3), limit * 1.01, limit * 1.3)
    return Market(_shops(chance, [limit * chance.uniform(0.98, 0.995), *beyond]), limit)


def _tie(chance: random.Random) -> Market:
    floor = chance.uniform(0.65, 0.85)
    above = _floors(chance, chance.randint(0, 3), floor * 1.02, 1.0)
    return Market(_shops(chance, [floor, floor, *above]), chance.uniform(1.02, 1.25))


def _stock_trap(chance: random.Random) -> Market:
    """Those that look cheapest have too little."""
    low = chance.uniform(0.6, 0.7)
    short = tuple(Shop(low, low * chance.uniform(1.15, 1.4), 0.5) for _ in range(chance.randint(1, 2)))
    enough = _shops(chance, _floors(chance, chance.randint(2, 4), 0.75, 1.0))
    return Market((*short, *enough), chance.uniform(1.02, 1.25))


def _no_deal(chance: random.Random) -> Market:
    limit = chance.uniform(0.6, 0.8)
    return Market(_shops(chance, _floors(chance, chance.randint(1, 5), limit * 1.02, limit * 1.4)), limit)


def _further_terms(chance: random.Random) -> Market:
    shops = _shops(chance, _floors(chance, chance.randint(1, 4)))
    return Market(shops, chance.uniform(1.1, 1.4), chance.choice((0.0, 0.45)), terms=chance.randint(1, len(TERMS)))


def _inflated(chance: random.Random) -> Market:
    floors = _floors(chance, chance.randint(2, 5))
    return Market(_shops(chance, floors, inflated=2.5), chance.uniform(1.02, 1.3))


_KINDS: Mapping[str, _Kind] = {
    "multi": _Kind("Three to eight sellers that can close: competition should do the work.", _multi),
    "two": _Kind("Two sellers that can close.", _two),
    "single": _Kind("Several sellers, of which one can close.", _single),
    "bilateral": _Kind("One seller alone.", _bilateral),
    "narrow": _Kind("Hardly any room between the lowest floor and the limit.", _narrow),
    "tie": _Kind("The two cheapest have the same floor.", _tie),
    "stock_trap": _Kind("The cheapest have too little stock.", _stock_trap),
    "no_deal": _Kind("No deal is possible; to leave is right.", _no_deal),
    "inflated": _Kind("Asking prices far above the floors.", _inflated),
    "terms": _Kind("Delivery, payment or warranty count as well as the price.", _further_terms),
}
