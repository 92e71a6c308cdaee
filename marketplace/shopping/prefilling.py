"""A draft that begins as another session was asked for."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from marketplace.requests import ItemRequest, SellerRequest, SessionRequest, StockRequest
from marketplace.shopping.draft import Draft, Written, draft_from
from marketplace.shopping.forms import known_items
from marketplace.shopping.item_forms import id_by_name
from marketplace.shopping.term_fields import terms_text
from marketplace.term_weights import weights_text


def draft_like(request: SessionRequest) -> Draft:
    """What the form does not ask stays behind: particulars, models of single seats and all budgets but money."""
    known = known_items()
    return draft_from(
        _session_written(request),
        [_item_written(item, known) for item in request.items],
        [_seller_written(seller, request.items) for seller in request.sellers],
        known,
    )


def _session_written(request: SessionRequest) -> Written:
    return {
        **{name: getattr(request, name) for name in ("buyer_name", "name", "currency", "max_rounds", "turn_seconds")},
        **{
            name: getattr(request, name) for name in ("seed", "buyer_mind", "seat_hours", "on_timeout", "approve_above")
        },
        "sellers": [str(code) for code in request.standing_seller_codes],
        "buyer_temperament": str(request.buyer_temperament),
        "buyer_policy": str(request.buyer_policy),
        "keep_best_offer": not request.disclose_best_offer,
        "llm_provider": request.model.provider,
        "llm_model": request.model.model,
        "llm_temperature": request.model.temperature,
        "budget_cost": request.model.budget.cost,
    }


def _item_written(item: ItemRequest, known: Mapping[str, str]) -> Written:
    written = _without_nothing(asdict(item))
    written["refuse_below_min"] = not written.pop("approve_below_min")
    if item.item_id == id_by_name(item.item_name, known):
        del written["item_id"]  # else it would stay when the name is changed
    if item.min_price_per_unit == Decimal(0):
        del written["min_price_per_unit"]
    return {**written, **_terms_written(item)}


def _seller_written(seller: SellerRequest, items: tuple[ItemRequest, ...]) -> Written:
    stock = {row.item_id: row for row in seller.inventory}
    return {
        "name": seller.name,
        "priority": str(seller.priority),
        "speaking_style": str(seller.speaking_style),
        "mind": seller.mind,
        "temperament": str(seller.temperament),
        "toughness": str(seller.toughness),
        "stock": [_stock_written(stock[item.item_id]) if item.item_id in stock else {} for item in items],
    }


def _stock_written(row: StockRequest) -> Written:
    written = {
        name: getattr(row, name) for name in ("quantity_available", "cost_price", "least_price", "selling_price")
    }
    return {**written, **_terms_written(row)}


def _terms_written(row: ItemRequest | StockRequest) -> Written:
    return {"allowed_terms": terms_text(row.allowed_terms), "term_weights": weights_text(row.term_weights)}


def _without_nothing(values: Mapping[str, Any]) -> Written:
    return {name: value for name, value in values.items() if value is not None}
