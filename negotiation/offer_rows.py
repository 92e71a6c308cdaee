"""The moves of a room as rows of a log: `offers_over_time`, in the stored log and in the terminal's JSON alike."""

from typing import Any

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
from negotiation.figures import money, packages_of


def offer_row(event: Event, setup: Setup) -> dict[str, Any] | None:
    """The row of an offer, an acceptance or a leave-taking; None for any other event."""
    match event:
        case Offered():
            packages = {"packages": packages_of(event.packages)} if event.packages else {}
            return {**_move(event, setup, "offer"), **_terms(event), **packages, "claim_best": money(event.claim)}
        case Accepted():
            return {**_move(event, setup, "accept"), **_terms(event), "claim_best": None}
        case WalkedAway():
            nothing = {"price_per_unit": None, "quantity": None, "claim_best": None}
            return {**_move(event, setup, "walk"), **nothing}
        case StatusChanged() | RoundStarted() | Said() | Interjected() | OfferChanged() | Answered() | MindFailed():
            return None
        case TableEvent() | Decided() | Closed():
            return None


def _move(event: Offered | Accepted | WalkedAway, setup: Setup, action: str) -> dict[str, Any]:
    return {
        "round": event.round,
        "by": event.party,
        "seller_id": event.seller_id,
        "seller_name": setup.seat(event.seller_id).name,
        "action": action,
    }


def _terms(event: Offered | Accepted) -> dict[str, Any]:
    """Further terms only where there are some."""
    extras = {"terms": dict(event.terms.extras)} if event.terms.extras else {}
    return {"price_per_unit": money(event.terms.unit_price), "quantity": event.terms.quantity, **extras}
