"""A session played without a database, as one JSON document for programs. It holds no private number."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from marketplace.offline import Deal, PlayedRoom
from marketplace.requests import SessionRequest
from marketplace.terminal import reason
from negotiation.core.events import (
    Accepted,
    Answered,
    Closed,
    Decided,
    Event,
    Interjected,
    MindFailed,
    OfferChanged,
    Offered,
    RoundStarted,
    Said,
    StatusChanged,
    TableEvent,
    WalkedAway,
)
from negotiation.core.room import Setup
from negotiation.core.vocabulary import Party
from negotiation.figures import money
from negotiation.offer_rows import offer_row

Json = dict[str, Any]
Spoken = Offered | Accepted | Said | Answered | WalkedAway | Interjected

DEAL_KEYS = (
    "seller_id",
    "seller_name",
    "price_per_unit",
    "quantity",
    "total_cost",
    "savings_against_ask",
)


def document(request: SessionRequest, played: Sequence[PlayedRoom]) -> Json:
    deals = [room.deal for room in played if room.deal is not None]
    return {
        "session": {
            "name": request.name,
            "buyer_name": request.buyer_name,
            "currency": request.currency,
            "max_rounds": request.max_rounds,
            "seed": request.seed,
        },
        "rooms": [_room(room) for room in played if room.ending is not None],
        "skipped_items": [_skipped(room) for room in played if room.ending is None],
        "summary": {
            "items": len(played),
            "deals": len(deals),
            "total_cost": money(sum((deal.terms.total for deal in deals), Decimal(0))),
            "savings_against_ask": money(sum((deal.saved for deal in deals), Decimal(0))),
        },
    }


def _room(played: PlayedRoom) -> Json:
    room, setup = played.room, played.room.setup
    return {
        "item_id": room.item.item_id,
        "item_name": room.item.item_name,
        "quantity_needed": room.item.quantity_needed,
        "sellers": [
            {"seller_id": seat.seller_id, "seller_name": seat.name, "selling_price": money(seat.limits.ask)}
            for seat in setup.sellers
        ],
        "left_out": _left_out(played),
        "outcome": _outcome(played),
        "offers_over_time": [row for event in played.events if (row := offer_row(event, setup)) is not None],
        "messages": [row for event in played.events if (row := _message(event, setup)) is not None],
    }


def _skipped(played: PlayedRoom) -> Json:
    item = played.room.item
    return {
        "item_id": item.item_id,
        "item_name": item.item_name,
        "reason": played.room.why_none,
        "left_out": _left_out(played),
    }


def _left_out(played: PlayedRoom) -> list[Json]:
    return [
        {"seller_id": seller.seller_id, "seller_name": seller.seller_name, "reason": seller.reason}
        for seller in played.room.left_out
    ]


def _outcome(played: PlayedRoom) -> Json:
    ending, deal = played.ending, played.deal
    assert ending is not None
    return {
        "result": ending.result,
        "reason": ending.reason,
        "explanation": reason(played),
        "rounds": ending.round,
        **(_deal(deal) if deal else dict.fromkeys(DEAL_KEYS)),
    }


def _deal(deal: Deal) -> Json:
    values = (
        deal.seat.seller_id,
        deal.seat.name,
        money(deal.terms.unit_price),
        deal.terms.quantity,
        money(deal.terms.total),
        money(deal.saved),
    )
    return dict(zip(DEAL_KEYS, values, strict=True))


def _message(event: Event, setup: Setup) -> Json | None:
    match event:
        case Offered() | Accepted() | Said() | Answered() | WalkedAway():
            addressed, seller = (event.seller_id,), setup.seat(event.seller_id).name
            sender = setup.buyer_name if event.party is Party.BUYER else seller
            return _words(event, event.party, sender, addressed)
        case Interjected():
            sender = setup.buyer_name if event.party is Party.BUYER else setup.seat(event.seller_ids[0]).name
            return _words(event, event.party, sender, event.seller_ids)
        case StatusChanged() | RoundStarted() | OfferChanged() | MindFailed() | Decided() | Closed():
            return None
        case TableEvent():
            return None


def _words(event: Spoken, sender_type: Party, sender_name: str, seller_ids: tuple[str, ...]) -> Json:
    """`seller_ids` are the threads in which it was said."""
    return {
        "round": event.round,
        "sender_type": sender_type,
        "sender_name": sender_name,
        "seller_ids": seller_ids,
        "content": event.words.text,
    }
