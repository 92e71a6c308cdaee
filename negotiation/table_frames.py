"""The wire form of what concerns the seats of a room: who holds them, and who is asked for what until when."""

from datetime import timedelta

from negotiation.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    BundleReached,
    ExpiryWarned,
    InputRequested,
    InputTimedOut,
    PaceChanged,
    SeatChanged,
    ThreadExpired,
)
from negotiation.core.vocabulary import Party
from negotiation.figures import Frame, price_of
from negotiation.records import Record, Roster

TableEvents = (
    SeatChanged
    | PaceChanged
    | BundleReached
    | InputRequested
    | ExpiryWarned
    | InputTimedOut
    | ThreadExpired
    | ApprovalRequested
    | ApprovalDecided
)


def table_body(event: TableEvents, record: Record, roster: Roster) -> Frame:
    match event:
        case SeatChanged():
            return {"type": "seat_changed", **_seat(event.party, event.seller_id, roster), "holder": event.holder}
        case PaceChanged():
            seconds = None if event.turn_seconds is None else float(event.turn_seconds)
            return {"type": "pace_changed", "turn_seconds": seconds, "pause_after_round": event.pause_after_round}
        case BundleReached():
            return {"type": "bundle_reached", **_seat(Party.SELLER, event.seller_id, roster)}
        case InputRequested():
            return {
                "type": "human_input_required",
                **_seat(event.party, event.seller_id, roster),
                "action": "move",
                "options": list(event.actions),
                "expires_at": _later(record, event.seconds),
            }
        case ExpiryWarned():
            seat = _seat(event.party, event.seller_id, roster)
            return {"type": "expiry_warning", **seat, "expires_at": _later(record, event.seconds)}
        case InputTimedOut():
            return {"type": "input_timed_out", **_seat(event.party, event.seller_id, roster)}
        case ThreadExpired():
            return {"type": "thread_expired", **_seat(event.party, event.seller_id, roster)}
        case ApprovalRequested():
            return {
                "type": "human_input_required",
                **_seat(Party.BUYER, event.seller_id, roster),
                "action": "approval",
                "options": ["approve", "reject", "modify"],
                "approval_number": event.number,
                "kind": event.kind,
                "offer": {"offer_id": roster.offer_id(event.offer_id), **price_of(event.terms)},
                "expires_at": _later(record, event.seconds),
            }
        case ApprovalDecided():
            return {
                "type": "approval_decided",
                "seller_id": event.seller_id,
                "approval_number": event.number,
                "state": event.state,
                "note": event.note,
                "decided_by": event.by,
            }


def _seat(party: Party, seller_id: str, roster: Roster) -> Frame:
    """`seller_id` names the thread; a buyer's seat as a whole has none."""
    name = roster.setup.buyer_name if party is Party.BUYER else roster.seller_name(seller_id)
    return {"party": party, "seller_id": seller_id or None, "name": name}


def _later(record: Record, seconds: int) -> str:
    return (record.at + timedelta(seconds=seconds)).isoformat()
