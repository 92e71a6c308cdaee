"""Scenarios from the own catalogue: an item with every active standing seller that stocks it, as a copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count

from marketplace.errors import InvalidRequest, Problem
from marketplace.models import MAX_QUANTITY, Seller, SellerInventory
from negotiation.arena.scenarios import Row, Scenario, read_rows
from negotiation.core.terms import to_money

BUYER_NAME = "Arena"


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """`sellers` is how many stock it."""

    item_id: str
    item_name: str
    sellers: int


def catalogue_items() -> list[CatalogueItem]:
    rows = _stock().values("item_id").annotate(sellers=Count("id")).order_by("item_id")
    names = dict(_stock().order_by("-id").values_list("item_id", "item_name"))
    return [CatalogueItem(row["item_id"], names[row["item_id"]], row["sellers"]) for row in rows]


def from_catalogue(item_ids: Sequence[str], quantity: int = 1, limit: Decimal | None = None) -> tuple[Scenario, ...]:
    """One scenario for each item; the buyer's limit is the mean asking price where none is given.

    Where more sellers stock it than a session takes, those with the lowest asking prices. Raises InvalidRequest.
    """
    if not 1 <= quantity <= MAX_QUANTITY:
        raise InvalidRequest([Problem("scenarios.catalogue.quantity", f"must be from 1 to {MAX_QUANTITY}")])
    if limit is not None and limit <= 0:
        raise InvalidRequest([Problem("scenarios.catalogue.limit", "must be above 0")])
    shelves: dict[str, list[SellerInventory]] = {item_id: [] for item_id in item_ids}
    rows = _stock().filter(item_id__in=shelves).select_related("seller").order_by("selling_price", "id")
    for row in rows:
        if row.quantity_free:
            shelves[row.item_id].append(row)
    missing = [item_id for item_id, stock in shelves.items() if not stock]
    if missing:
        raise InvalidRequest(
            [Problem("scenarios.catalogue.items", f"no standing seller has {item_id!r}") for item_id in missing]
        )
    return read_rows([_row(stock[: settings.NEGOTIATION.max_sellers], quantity, limit) for stock in shelves.values()])


def _stock() -> Any:
    standing = Seller.objects.standing().filter(is_active=True)
    return SellerInventory.objects.filter(seller__in=standing)


def _row(stock: Sequence[SellerInventory], quantity: int, limit: Decimal | None) -> Row:
    item = {"item_id": stock[0].item_id, "item_name": stock[0].item_name}
    highest = limit or to_money(sum((row.selling_price for row in stock), Decimal(0)) / len(stock))
    body = {
        "buyer": {
            "name": BUYER_NAME,
            "shopping_list": [{**item, "quantity_needed": quantity, "max_price_per_unit": highest}],
        },
        "sellers": [_seller(row, item) for row in stock],
    }
    return Row(item["item_id"], f"catalogue: {item['item_name']} ({item['item_id']})"[:100], ["catalogue"], body)


def _seller(row: SellerInventory, item: dict[str, str]) -> dict[str, Any]:
    seller = row.seller
    return {
        "name": seller.name,
        "profile": {"priority": seller.priority, "speaking_style": seller.speaking_style},
        "temperament": seller.temperament,
        "toughness": seller.toughness,
        "inventory": [
            {
                **item,
                "quantity_available": row.quantity_free,
                "cost_price": row.cost_price,
                "least_price": row.least_price,
                "selling_price": row.selling_price,
                "allowed_terms": row.allowed_terms,
                "term_weights": row.term_weights,
            }
        ],
    }
