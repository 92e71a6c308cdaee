"""A room told in frames, as the server sends them."""

from typing import Any

Frame = dict[str, Any]

ACME, BOLT = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def connected(last_seq: int = 0, **changes: Any) -> Frame:
    return {
        "type": "connected",
        "status": "active",
        "current_round": 0,
        "last_seq": last_seq,
        "max_rounds": 6,
        "item_name": "HP 15 Laptop",
        "quantity": 50,
        "currency": "USD",
        "buyer": {"id": "b", "name": "TechCorp"},
        "buyer_constraints": {"min_price_per_unit": 400, "max_price_per_unit": 600},
        "sellers": [
            {"seller_id": ACME, "seller_name": "Acme", "initial_price": 650, "is_open": True},
            {"seller_id": BOLT, "seller_name": "Bolt", "initial_price": 640, "is_open": True},
        ],
        **changes,
    }


def round_start(seq: int, number: int = 1) -> Frame:
    return {"type": "round_start", "seq": seq, "round_number": number, "max_rounds": 6}


def bid(seq: int, seller: str = ACME, price: float = 450, **changes: Any) -> Frame:
    return {
        "type": "buyer_message",
        "seq": seq,
        "sender_name": "TechCorp",
        "message": f"I bid {price}.",
        "voice": "template",
        "is_interjection": False,
        "mentioned_sellers": [seller],
        "offers": [{"seller_id": seller, "offer_id": f"o{seq}", "price": price, "quantity": 50, "claim": None}],
        "round": 1,
        **changes,
    }


def quote(seq: int, seller: str = ACME, price: float = 590, **changes: Any) -> Frame:
    return {
        "type": "seller_response",
        "seq": seq,
        "seller_id": seller,
        "sender_name": {ACME: "Acme", BOLT: "Bolt"}[seller],
        "message": f"I ask {price}.",
        "voice": "template",
        "action": "offer",
        "offer": {"offer_id": f"o{seq}", "price": price, "quantity": 50, "is_final": False},
        "round": 1,
        **changes,
    }


def delta(text: str, seller: str = ACME, sender: str = "seller") -> Frame:
    """Words on their way in a seller's thread."""
    name = "TechCorp" if sender == "buyer" else {ACME: "Acme", BOLT: "Bolt"}[seller]
    return {"type": "message_delta", "sender_type": sender, "sender_name": name, "seller_id": seller, "text": text}


def typing(seller: str | None, place: int = 0) -> Frame:
    """A seller, or without one the buyer, at that place in the queue of its model."""
    sender = "seller" if seller else "buyer"
    name = {ACME: "Acme", BOLT: "Bolt", None: "TechCorp"}[seller]
    waits = {"is_typing": True, "queue_position": place}
    return {"type": "typing", "sender_type": sender, "sender_name": name, "seller_id": seller, **waits}


def offer_updated(seq: int, offer_id: str, state: str, seller: str = ACME) -> Frame:
    return {"type": "offer_updated", "seq": seq, "offer_id": offer_id, "seller_id": seller, "state": state}


def asked(seq: int, seller: str = ACME, party: str = "seller", **changes: Any) -> Frame:
    """A person or program is asked to move in that thread."""
    name = {"seller": {ACME: "Acme", BOLT: "Bolt"}[seller], "buyer": "TechCorp"}[party]
    seat = {"party": party, "seller_id": seller, "name": name}
    options, until = ["offer", "walk_away"], "2030-01-01T00:00:00+00:00"
    return {
        "type": "human_input_required",
        "seq": seq,
        **seat,
        "action": "move",
        "options": options,
        "expires_at": until,
        **changes,
    }


def approval_asked(seq: int, seller: str = ACME, price: float = 590) -> Frame:
    offer = {"offer_id": "o4", "price": price, "quantity": 50}
    return asked(seq, seller, "buyer", action="approval", approval_number=1, kind="above_threshold", offer=offer)


def seat_changed(seq: int, holder: str, seller: str | None = ACME) -> Frame:
    party, name = ("seller", "Acme") if seller else ("buyer", "TechCorp")
    return {"type": "seat_changed", "seq": seq, "party": party, "seller_id": seller, "name": name, "holder": holder}


def deal(seq: int, seller: str = ACME, price: float = 590) -> Frame:
    return {
        "type": "negotiation_complete",
        "seq": seq,
        "outcome": "deal",
        "status": "completed",
        "selected_seller_id": seller,
        "selected_seller_name": "Acme",
        "final_offer": {"price": price, "quantity": 50, "total_cost": price * 50},
        "reason": "best_offer",
        "explanation": "The best standing offer won.",
        "rounds": 1,
        "duration_seconds": 4.2,
    }


def short_room() -> list[Frame]:
    return [
        connected(),
        round_start(1),
        bid(2, ACME),
        bid(3, BOLT),
        quote(4, ACME, 590),
        quote(5, BOLT, 610),
        offer_updated(6, "o4", "accepted"),
        offer_updated(7, "o5", "rejected", BOLT),
        deal(8),
    ]


def long_room(rounds: int) -> list[Frame]:
    """Two sellers, and in each round ten bids and nine quotes: with its start twenty frames."""
    frames: list[Frame] = []
    for number in range(1, rounds + 1):
        frames.append(round_start(len(frames) + 1, number))
        for place in range(10):
            seller = (ACME, BOLT)[place % 2]
            frames.append(bid(len(frames) + 1, seller, round=number))
            if place:
                frames.append(quote(len(frames) + 1, seller, round=number))
    return [connected(last_seq=len(frames), max_rounds=rounds), *frames]
