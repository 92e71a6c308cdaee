"""Rows of every table of the admin, as many as are asked for, in a few statements each."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from marketplace.models import (
    ApiKey,
    Buyer,
    BuyerItem,
    PartyAccess,
    PartyLink,
    Role,
    Seller,
    SellerInventory,
    Session,
)
from negotiation.arena_models import Arena, ArenaGame
from negotiation.models import (
    Approval,
    AutoAcceptRule,
    LeftOut,
    LLMCall,
    Message,
    NegotiationRun,
    Offer,
    Outcome,
    Participant,
    RunEvent,
    SeatWait,
)
from negotiation.notification_models import Kind, Notification, NotificationTarget
from negotiation.trade_models import Trade


def make_many(count: int) -> None:
    """So many of each, every one with a session, a seller and a room of its own."""
    mark = uuid.uuid4().hex[:8]
    numbers = range(count)
    sessions = _all(Session(name=f"Session {n}") for n in numbers)
    buyers = _all(Buyer(session=one, name=f"Buyer {n}") for n, one in enumerate(sessions))
    prices = {"item_id": "desk", "item_name": "Oak desk"}
    items = _all(BuyerItem(buyer=buyer, quantity_needed=5, max_price_per_unit=90, **prices) for buyer in buyers)
    sellers = _all(Seller(name=f"Seller {mark} {n}", region=f"Region {n % 7}") for n in numbers)
    stock = {"quantity_available": 90, "cost_price": 40, "least_price": 60, "selling_price": 100, **prices}
    lines = _all(SellerInventory(seller=seller, **stock) for seller in sellers)
    runs = _all(
        NegotiationRun(session=one, item=item, status="completed", max_rounds=10, seed=1)
        for one, item in zip(sessions, items, strict=True)
    )
    private = {"stock": 90, "cost_price": 40, "least_price": 60, "selling_price": 100}
    kind = {"priority": "maximize_profit", "speaking_style": "neutral", "mind": "strategy"}
    threads = _all(
        Participant(run=run, seller=seller, inventory=line, name="Acme", seller_code=seller.code, **private, **kind)
        for run, seller, line in zip(runs, sellers, lines, strict=True)
    )
    _all(LeftOut(run=run, seller=seller, reason="no_inventory") for run, seller in zip(runs, sellers, strict=True))
    _fill_rooms(threads)
    _fill_deals(threads, mark)
    _fill_ways_in(count, mark)
    _fill_arenas(sessions)


def _fill_rooms(threads: list[Participant]) -> None:
    now = timezone.now()
    said = {"round": 1, "party": "seller", "at": now}
    _all(RunEvent(run=t.run, seq=1, type="RoundStarted", payload={"round": 1}, at=now, hash="") for t in threads)
    _all(Message(run=t.run, seq=1, voice="template", participant=t, text="Hello", **said) for t in threads)
    _all(Offer(run=t.run, participant=t, number=1, unit_price=75, quantity=5, **said) for t in threads)
    used = {"input_tokens": 100, "output_tokens": 10, "is_estimated": False, "cost": 0, "attempts": 1}
    asked = {"purpose": "words", "provider": "lm_studio", "model": "small", "queued_seconds": 0, "seconds": 1}
    _all(
        LLMCall(run=t.run, participant=t if n % 2 else None, seq=1, round=1, result="ok", at=now, **used, **asked)
        for n, t in enumerate(threads)
    )
    clock = {"asked_at": now, "until": now, "warn_at": now}
    _all(SeatWait(run=t.run, participant=t, party="seller", **clock) for t in threads)
    _all(AutoAcceptRule(run=t.run, participant=t, target=75) for t in threads)
    deal = {"kind": "above_threshold", "unit_price": 75, "quantity": 5, "requested_at": now, "expires_at": now}
    _all(Approval(run=t.run, participant=t, number=1, offer_number=1, **deal) for t in threads)
    target = NotificationTarget.objects.create(side="operator", channel="email", address="desk@example.com")
    _all(Notification(target=target, run=t.run, participant=t, seq=1, kind=Kind.DEAL, next_at=now) for t in threads)


def _fill_deals(threads: list[Participant], mark: str) -> None:
    now = timezone.now()
    terms = {"unit_price": 75, "quantity": 5, "total_cost": 375}
    deal = {"result": "deal", "reason": "best_offer", "decided_at": now, **terms}
    outcomes = _all(Outcome(run=t.run, participant=t, **deal) for t in threads)
    line = {"item_id": "desk", "item_name": "Oak desk", "quantity": 5, "unit_price": "75.00", "total": "375.00"}
    sides = {"buyer_code": uuid.uuid4(), "buyer_name": "Harbour", "seller_code": uuid.uuid4(), "seller_name": "Acme"}
    _all(
        Trade(number=f"{mark}-{n}", outcome=outcome, lines=[line], currency="USD", total=375, made_at=now, **sides)
        for n, outcome in enumerate(outcomes)
    )


def _fill_ways_in(count: int, mark: str) -> None:
    ends, numbers = timezone.now() + timedelta(days=1), range(count)
    users = _all(User(username=f"user {mark} {n}") for n in numbers)
    _all(Group(name=f"group {mark} {n}") for n in numbers)
    _all(PartyAccess(user=user, role="seller", party=uuid.uuid4()) for user in users)
    _all(ApiKey(name=f"Key {n}", key_hash=f"{mark}/{n}", role=Role.OPERATOR) for n in numbers)
    _all(PartyLink(token_hash=f"{mark}/{n}", role="seller", party=uuid.uuid4(), expires_at=ends) for n in numbers)
    _all(NotificationTarget(side="operator", channel="email", address=f"{mark}{n}@example.com") for n in numbers)


def _fill_arenas(sessions: list[Session]) -> None:
    arenas = _all(Arena(name=f"Arena {n}") for n in range(len(sessions)))
    played = {"buyer": "strategy", "sellers": "linear", "scenario": 0, "repeat": 0, "seed": 1, "state": "done"}
    _all(ArenaGame(arena=arena, session=one, **played) for arena, one in zip(arenas, sessions, strict=True))


def _all(rows: Any) -> list[Any]:
    made = list(rows)
    return list(type(made[0])._default_manager.bulk_create(made, batch_size=1000))
