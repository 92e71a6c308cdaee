"""The demo marketplace: standing sellers with stock of real products, and sessions that show them at work.

Where the products come from stands in `demo_products.json` and in docs/data.md.
"""

import json
import random
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from marketplace.models import Seller, SellerInventory, Session
from marketplace.requests import ItemRequest, SessionRequest
from marketplace.services import create_session, start_session
from negotiation.core.preferences import Priority, Style
from negotiation.core.terms import round_down_to
from negotiation.errors import NoSellers

PRODUCTS_FILE = Path(__file__).with_name("demo_products.json")
BUYER_NAME = "Lighthouse Coworking"
SESSION_NAME = "Demo: Lighthouse Coworking fits out a floor"
ITEMS_IN_A_SESSION = 4
# So many sellers or more make a room worth watching.
LIVELY_SELLERS = 4
MAX_ROUNDS = 8
TURN_SECONDS = 0.7
# Most units that a demo buys of one item; a seller with less on its shelf is not asked.
MOST_UNITS = 40
SHARE_LEFT_OUT = 0.1


@dataclass(frozen=True, slots=True)
class Product:
    item_id: str
    item_name: str
    category: str
    typical_price: Decimal


@dataclass(frozen=True, slots=True)
class Character:
    """A demo seller; `floor` and `ask` are the usual shares of a product's typical price."""

    name: str
    priority: Priority
    style: Style
    floor: Decimal
    ask: Decimal
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Market:
    """A product and its shelves in standing sellers' shops, lowest floor first."""

    product: Product
    shelves: tuple[SellerInventory, ...]


CHARACTERS = (
    Character(
        "Ironside Wholesale",
        Priority.MAXIMIZE_PROFIT,
        Style.RUDE,
        floor=Decimal("0.82"),
        ask=Decimal("1.22"),
        categories=("Computers", "Displays", "Storage", "Audio", "Tools"),
    ),
    Character(
        "Northgate Direct",
        Priority.MAXIMIZE_PROFIT,
        Style.NEUTRAL,
        floor=Decimal("0.86"),
        ask=Decimal("1.20"),
        categories=(
            "Computers",
            "Displays",
            "Storage",
            "Audio",
            "Building",
            "Kitchen",
            "Cleaning",
            "Furniture",
            "Tools",
        ),
    ),
    Character(
        "Velvet Counter",
        Priority.MAXIMIZE_PROFIT,
        Style.VERY_SWEET,
        floor=Decimal("0.88"),
        ask=Decimal("1.34"),
        categories=("Displays", "Audio", "Building", "Kitchen", "Furniture"),
    ),
    Character(
        "Quayside Traders",
        Priority.CUSTOMER_RETENTION,
        Style.RUDE,
        floor=Decimal("0.84"),
        ask=Decimal("1.15"),
        categories=("Computers", "Building", "Kitchen", "Cleaning", "Furniture", "Tools"),
    ),
    Character(
        "Fernhill Office",
        Priority.CUSTOMER_RETENTION,
        Style.NEUTRAL,
        floor=Decimal("0.85"),
        ask=Decimal("1.18"),
        categories=("Computers", "Displays", "Storage", "Kitchen", "Cleaning", "Furniture"),
    ),
    Character(
        "Sunny Parcel",
        Priority.CUSTOMER_RETENTION,
        Style.VERY_SWEET,
        floor=Decimal("0.84"),
        ask=Decimal("1.26"),
        categories=("Storage", "Audio", "Building", "Kitchen", "Cleaning", "Tools"),
    ),
)


def ensure_demo() -> None:
    """Stock an empty marketplace. One that has a seller or a session is somebody's own and stays as it is."""
    # Two servers may start on a new database at once: the second finds the names taken.
    with suppress(IntegrityError), transaction.atomic():
        if not (Seller.objects.exists() or Session.objects.exists()):
            _open_shops()


def start_demo_rooms() -> None:
    """Let the first visitor find something going on."""
    if Session.objects.exists():
        return
    with suppress(NoSellers):
        start_demo_session()


def start_demo_session(seed: int | None = None) -> Session:
    """Make a session of what the standing sellers still have, other items each time, and start its rooms.

    The last item's limit lies around the lowest floor: its room is a close thing or ends without a deal.
    Raises NoSellers when the shelves are empty.
    """
    seed = secrets.randbelow(2**31) if seed is None else seed
    chance = random.Random(seed)
    markets = _choose_markets(_open_markets(), chance)
    if not markets:
        raise NoSellers("no standing seller has enough of a demo product left")
    session = create_session(
        SessionRequest(
            buyer_name=BUYER_NAME,
            items=_shopping_list(markets, chance),
            standing_seller_codes=_seller_codes(markets),
            name=SESSION_NAME,
            max_rounds=MAX_ROUNDS,
            seed=seed,
            turn_seconds=TURN_SECONDS,
            buyer_mind=settings.NEGOTIATION.default_mind,
        )
    )
    start_session(session)
    return session


@cache
def read_products() -> tuple[Product, ...]:
    rows = json.loads(PRODUCTS_FILE.read_text(encoding="utf-8"))["products"]
    return tuple(
        Product(row["item_id"], row["item_name"], row["category"], Decimal(row["typical_price"])) for row in rows
    )


def _open_shops() -> None:
    for character in CHARACTERS:
        seller = Seller.objects.create(name=character.name, priority=character.priority, speaking_style=character.style)
        stocked = [product for product in read_products() if _carries(character, product)]
        SellerInventory.objects.bulk_create(_shelf(seller, character, product) for product in stocked)


def _carries(character: Character, product: Product) -> bool:
    if product.category not in character.categories:
        return False
    return random.Random(f"carries/{character.name}/{product.item_id}").random() >= SHARE_LEFT_OUT


def _shelf(seller: Seller, character: Character, product: Product) -> SellerInventory:
    chance = random.Random(f"shelf/{character.name}/{product.item_id}")
    floor = product.typical_price * character.floor * _between(chance, "0.95", "1.05")
    ask = product.typical_price * character.ask * _between(chance, "0.97", "1.05")
    return SellerInventory(
        seller=seller,
        item_id=product.item_id,
        item_name=product.item_name,
        quantity_available=25 * chance.randint(20, 60),
        cost_price=_as_people_say(floor * _between(chance, "0.78", "0.92")),
        least_price=_as_people_say(floor),
        selling_price=_as_people_say(ask),
    )


def _open_markets() -> list[Market]:
    """The demo products that two or more active standing sellers have plenty of."""
    stock = SellerInventory.objects.filter(
        seller__in=Seller.objects.standing().filter(is_active=True),
        item_id__in=[product.item_id for product in read_products()],
    )
    shelves: dict[str, list[SellerInventory]] = {}
    for shelf in stock.select_related("seller").order_by("least_price", "id"):
        if shelf.quantity_free >= MOST_UNITS:
            shelves.setdefault(shelf.item_id, []).append(shelf)
    markets = (Market(product, tuple(shelves.get(product.item_id, ()))) for product in read_products())
    return [market for market in markets if len(market.shelves) > 1]


def _choose_markets(markets: Sequence[Market], chance: random.Random) -> list[Market]:
    """One of each category, as long as there are enough; lively ones while their stock lasts."""
    shuffled = chance.sample(markets, len(markets))
    shuffled.sort(key=lambda market: len(market.shelves) >= LIVELY_SELLERS)  # of a category the last one stays
    one_each = {market.product.category: market for market in shuffled}
    ordered = sorted(one_each.values(), key=lambda market: len(market.shelves) < LIVELY_SELLERS)
    return ordered[:ITEMS_IN_A_SESSION]


def _seller_codes(markets: Sequence[Market]) -> tuple[UUID, ...]:
    codes = {shelf.seller.code for market in markets for shelf in market.shelves}
    return tuple(sorted(codes))[: settings.NEGOTIATION.max_sellers]


def _shopping_list(markets: Sequence[Market], chance: random.Random) -> tuple[ItemRequest, ...]:
    *contested, tight = markets
    shares = [_between(chance, "1.02", "1.08") * m.shelves[1].least_price for m in contested]
    shares.append(_between(chance, "0.97", "1.01") * tight.shelves[0].least_price)
    return tuple(_line(m.product, price, chance) for m, price in zip(markets, shares, strict=True))


def _line(product: Product, limit: Decimal, chance: random.Random) -> ItemRequest:
    few = product.typical_price > 400
    return ItemRequest(
        item_id=product.item_id,
        item_name=product.item_name,
        quantity_needed=chance.randint(2, 8) if few else 5 * chance.randint(2, MOST_UNITS // 5),
        min_price_per_unit=_as_people_say(limit * Decimal("0.6")),
        max_price_per_unit=_as_people_say(limit),
    )


def _between(chance: random.Random, low: str, high: str) -> Decimal:
    return Decimal(low) + (Decimal(high) - Decimal(low)) * chance.randint(0, 1000) / 1000


def _as_people_say(price: Decimal) -> Decimal:
    return round_down_to(price, Decimal("1" if price >= 100 else "0.5" if price >= 25 else "0.1"))
