"""Rooms that ended, as the summary of a session reads them, and what was offered in them; nothing is stored."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from llm.purse import Spending
from marketplace.models import Session
from marketplace.sheets.losing import LastWord
from marketplace.summary import Purchase, RoomRow, SessionSummary, purchase_in
from negotiation.core.preferences import Extras
from negotiation.core.room import Setup
from negotiation.core.vocabulary import OfferStatus, Result, RoomStatus, TradeState
from negotiation.models import Offer
from tests.factories import Price, a_buyer, a_seller, a_setup

# Acme could go to 80 and asked 120, Bolt could go to 90; the buyer pays up to 110.
ACME, BOLT = a_seller("Acme", floor=80, ask=120), a_seller("Bolt", floor=90, ask=130)
SETUP = a_setup(ACME, BOLT, buyer=a_buyer(minimum=50, maximum=110, quantity=4))


def a_room(price: Price | None = 95, **changes: object) -> RoomRow:
    """Bought from Acme; without a price it ended without a deal."""
    is_deal = price is not None
    row = RoomRow(
        pk=1,
        code=uuid4(),
        status=RoomStatus.COMPLETED,
        skip_reason="",
        current_round=3,
        max_rounds=10,
        started_at=None,
        ended_at=None,
        item_name="Desk lamp",
        minimum=Decimal(50),
        maximum=Decimal(110),
        quantity_needed=4,
        item_id="lamp",
        is_bilateral=False,
        result=Result.DEAL if is_deal else Result.NO_DEAL,
        reason="best_offer" if is_deal else "no_valid_offer",
        explanation="",
        unit_price=Decimal(price or 0),
        quantity=4,
        winner="acme",  # type: ignore[arg-type]
        winner_name="Acme",
        trade_number="P-2026-000001",
        trade_state=TradeState.AGREED,
        allowed_terms={},
        term_weights={},
    )
    return row._replace(**changes)


def a_purchase(price: Price = 95, setup: Setup = SETUP, extras: Extras = (), **changes: object) -> Purchase:
    return replace(purchase_in(a_room(price), setup, 12, extras), **changes)


def a_summary(*purchases: Purchase, **changes: object) -> SessionSummary:
    summary = SessionSummary(
        session=Session(),
        buyer_name="Harbour Hotel",
        currency="USD",
        purchases=purchases,
        failed_items=(),
        total_items_requested=len(purchases),
        open_rooms=0,
        total_messages=0,
        models=Spending(),
        rooms=(),
        seats={},
    )
    return replace(summary, **changes)


def held(price: Price | None, name: str = "Bolt", *, quantity: int = 4, status: str = "rejected", **how) -> LastWord:
    """The seller's last offer; without a price it made none."""
    offer = None
    if price is not None:
        offer = Offer(unit_price=Decimal(price), quantity=quantity, round=3, status=OfferStatus(status))
    return LastWord(name.lower(), name, offer, **{"left_in": None, "has_expired": False, **how})
