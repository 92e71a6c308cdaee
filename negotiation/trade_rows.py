"""The trade that a deal becomes, written in the transaction of its outcome."""

import json
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from negotiation.core.terms import Terms
from negotiation.core.vocabulary import TradeState
from negotiation.models import Outcome, Participant
from negotiation.prepared import Prepared
from negotiation.rows import Insert
from negotiation.trade_models import Trade

_PARTIES = (
    *("run__item__buyer__code", "run__item__buyer__name", "run__item__buyer__legal_name", "run__item__buyer__contact"),
    *("seller_code", "name", "seller__legal_name", "seller__contact"),
    *("run__item__item_id", "run__item__item_name", "run__session__currency", "run__session__is_what_if"),
)
_SEATS = Prepared(
    lambda participant_id: Participant.objects.filter(pk=participant_id).order_by().values_list(*_PARTIES),
    Participant._meta.get_field("id"),
    1,
)
_LATER = {
    **{f"{side}_confirmed_at": None for side in ("buyer", "seller")},
    **{f"{side}_confirmed_by": "" for side in ("buyer", "seller")},
    "cancelled_at": None,
    **dict.fromkeys(("cancelled_by", "cancelled_side", "cancel_reason"), ""),
}
TRADES = Insert(
    Trade,
    *("buyer_code", "buyer_name", "buyer_legal_name", "buyer_contact"),
    *("seller_code", "seller_name", "seller_legal_name", "seller_contact"),
    *("number", "outcome_id", "state", "lines", "terms", "currency", "total", "made_at"),
    *_LATER,
)


class _Parties(NamedTuple):
    """Who trades, as they are known at that moment, and what: in the order of `_PARTIES`, first that of TRADES."""

    buyer_code: UUID
    buyer_name: str
    buyer_legal_name: str
    buyer_contact: str
    seller_code: UUID
    seller_name: str
    seller_legal_name: str
    seller_contact: str
    item_id: str
    item_name: str
    currency: str
    is_what_if: bool


def save_trade(outcome: Outcome, participant_id: int, terms: Terms) -> None:
    """Of a deal that has just been stored; none of what would have been."""
    [found] = _SEATS.rows(participant_id)
    parties = _Parties(*found)
    if parties.is_what_if:
        return
    line = {
        "item_id": parties.item_id,
        "item_name": parties.item_name,
        "quantity": terms.quantity,
        "unit_price": str(terms.unit_price),
        "total": str(terms.total),
    }
    made = (
        number_of(outcome.pk, outcome.decided_at),
        outcome.pk,
        TradeState.AGREED.value,
        json.dumps([line]),
        json.dumps(dict(terms.extras)),
        parties.currency,
        terms.total,
        outcome.decided_at,
    )
    TRADES.write([(*parties[:8], *made, *_LATER.values())])


def number_of(outcome_id: int, at: datetime) -> str:
    """Such as P-2026-000123: without a counter of its own, which all deals would have to queue for."""
    return f"P-{at:%Y}-{outcome_id:06d}"
