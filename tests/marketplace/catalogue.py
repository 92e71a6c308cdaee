"""Sellers, sessions and forms of the admin, as its tests make them."""

from decimal import Decimal
from typing import Any

from marketplace.models import Seller, SellerInventory, Session
from marketplace.requests import ItemRequest, SellerRequest, SessionRequest, StockRequest
from marketplace.services import create_session
from negotiation.core.preferences import Priority, Style


def make_seller(name: str = "Acme", **stock: Any) -> Seller:
    seller = Seller.objects.create(name=name)
    line = {"item_id": "desk", "item_name": "Oak desk", "quantity_available": 90, "cost_price": 40}
    SellerInventory.objects.create(seller=seller, **{**line, "least_price": 60, "selling_price": 100, **stock})
    return seller


def make_session(name: str = "Office", items: tuple[str, ...] = ("desk",), **changes: Any) -> Session:
    """With a seller of its own, called Inline, unless standing ones are named."""
    stock = tuple(StockRequest(i, i.title(), 50, Decimal(40), Decimal(100), Decimal(60)) for i in items)
    own = SellerRequest("Inline", Priority.MAXIMIZE_PROFIT, Style.NEUTRAL, stock)
    wanted = tuple(ItemRequest(i, i.title(), 5, Decimal(50), Decimal(90)) for i in items)
    return create_session(
        SessionRequest(**{"buyer_name": "Harbour", "items": wanted, "sellers": (own,), "name": name, **changes})
    )


def act(client: Any, page: str, action: str, *rows: Any, **more: str) -> Any:
    """Post an action for the rows as the list does."""
    chosen = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return client.post(page, chosen, follow=True)


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]
