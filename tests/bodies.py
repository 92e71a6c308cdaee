"""JSON bodies of the API as its callers send them. The numbers are odd, so that a scan for them finds a leak."""

import json
from typing import Any

Body = dict[str, Any]

# The id of nothing. Fixed, as tests that run side by side must have the same names.
NO_ID = "00000000-0000-4000-8000-000000000000"
BUYER_SECRETS = ("401.13", "603.57")
# Draws with which an offer suits the buyer before it would have to bid its limit.
LIMIT_IS_KEPT = {"seed": 8}
ACME_SECRETS = ("391.21", "452.33")
BOLT_SECRETS = ("388.67", "447.19")


def item(**changes: Any) -> Body:
    return {
        "item_id": "laptop_hp_15",
        "item_name": "HP 15 Laptop",
        "quantity_needed": 50,
        "min_price_per_unit": 401.13,
        "max_price_per_unit": 603.57,
        **changes,
    }


def buyer(*items: Body, **changes: Any) -> Body:
    return {"name": "TechCorp", "shopping_list": list(items) or [item()], **changes}


def stock(**changes: Any) -> Body:
    return {
        "item_id": "laptop_hp_15",
        "item_name": "HP 15 Laptop",
        "quantity_available": 100,
        "cost_price": 391.21,
        "least_price": 452.33,
        "selling_price": 650,
        **changes,
    }


def seller(name: str = "Acme", *inventory: Body, **changes: Any) -> Body:
    return {
        "name": name,
        "profile": {"priority": "maximize_profit", "speaking_style": "neutral"},
        "inventory": list(inventory) or [stock()],
        **changes,
    }


def two_sellers() -> list[Body]:
    return [seller("Acme"), seller("Bolt", stock(cost_price=388.67, least_price=447.19, selling_price=640))]


def session(**changes: Any) -> Body:
    """One buyer with one item, and two sellers that can serve it."""
    return {"buyer": buyer(), "sellers": two_sellers(), "seed": 7, "max_rounds": 3, **changes}


def contract_example() -> Body:
    """The body that the contract shows, word for word."""
    return {
        "buyer": {
            "name": "TechCorp",
            "shopping_list": [
                {
                    "item_id": "laptop_hp_15",
                    "item_name": "HP 15 Laptop",
                    "quantity_needed": 50,
                    "min_price_per_unit": 400,
                    "max_price_per_unit": 600,
                }
            ],
        },
        "sellers": [
            {
                "name": "ElectroMart",
                "profile": {"priority": "maximize_profit", "speaking_style": "rude"},
                "inventory": [
                    {
                        "item_id": "laptop_hp_15",
                        "item_name": "HP 15 Laptop",
                        "quantity_available": 100,
                        "cost_price": 400,
                        "selling_price": 650,
                        "least_price": 550,
                    }
                ],
            }
        ],
        "llm_config": {"model": "llama-3-8b-instruct", "temperature": 0.7, "max_tokens": 500},
    }


def changed(body: Body, path: str, value: Any) -> Body:
    """The body with another value at a path such as `buyer.shopping_list[0].item_name`."""
    *way, last = _steps(path)
    place: Any = body
    for step in way:
        place = place[step]
    place[last] = value
    return body


def without(body: Body, path: str) -> Body:
    *way, last = _steps(path)
    place: Any = body
    for step in way:
        place = place[step]
    del place[last]
    return body


def raw(body: Body, path: str, value: str) -> bytes:
    """The body as text, with this text as the value at the path, whether it is JSON or not."""
    marked = json.dumps(changed(body, path, "@value@"))
    return marked.replace('"@value@"', value).encode()


def _steps(path: str) -> list[str | int]:
    parts = path.replace("]", "").replace("[", ".").split(".")
    return [int(part) if part.isdigit() else part for part in parts]
