"""The wire form of events, for one viewer: what websocket, SSE and the page read."""

import json
from datetime import datetime

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
from negotiation.core.matching import WHY_SKIPPED
from negotiation.core.moves import Words
from negotiation.core.room import Room
from negotiation.core.visibility import (
    OperatorViewer,
    SellerViewer,
    Viewer,
    may_see_buyer,
    may_see_buyer_limits,
    may_see_seller,
    may_see_thread,
    see,
)
from negotiation.core.vocabulary import Failure, Party, Result, RoomStatus
from negotiation.figures import Frame, money, packages_of, price_of, terms_of
from negotiation.records import Record, Roster
from negotiation.table_frames import table_body

FAILURES = {
    Failure.RAISED: "A mind failed; its seat moved by its own strategy.",
    Failure.TIMED_OUT: "A mind did not answer in time; its seat moved by its own strategy.",
    Failure.NONSENSE: "A mind's answer made no sense; its seat moved by its own strategy.",
    Failure.ILLEGAL: "A mind tried a move the rules do not allow; its seat moved by its own strategy.",
}

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

LAST_FRAME = "negotiation_complete"


def frame_of(record: Record, roster: Roster, viewer: Viewer) -> Frame | None:
    """The frame as that viewer may see it, None if the event is not for it."""
    event = see(record.event, viewer)
    if event is None:
        return None
    body = _body(event, record, roster)
    return {
        "type": body.pop("type"),
        "seq": record.seq,
        "timestamp": record.at.isoformat(),
        "room_id": str(roster.room_id),
        **body,
    }


def connected(room: Room, status: RoomStatus, last_seq: int, roster: Roster, viewer: Viewer, now: datetime) -> Frame:
    """The first frame of every stream: the room as it stands. It has no number of its own."""
    setup = roster.setup
    frame: Frame = {
        "type": "connected",
        "timestamp": now.isoformat(),
        "room_id": str(roster.room_id),
        "status": status,
        "current_round": room.round,
        "max_rounds": setup.max_rounds,
        "last_seq": last_seq,
        "item_name": setup.item_name,
        "quantity": setup.buyer.quantity,
        "currency": roster.currency,
        "sellers": [
            _seller(room, s.seller_id, roster, viewer) for s in setup.sellers if may_see_seller(viewer, s.seller_id)
        ],
    }
    if may_see_buyer(viewer):
        frame["session_id"] = str(roster.session_id)
        frame["buyer"] = {"id": str(roster.buyer_id), "name": setup.buyer_name}
    if may_see_buyer_limits(viewer):
        frame["buyer_constraints"] = buyer_constraints(roster)
    return frame


def ended_without_sellers(roster: Roster, why_skipped: str, viewer: Viewer, now: datetime) -> Frame:
    """The last frame of a room that nobody could be invited to. Its log is empty, so it has no number.

    Why is for those who know the buyer's limits: that prices did not fit tells something of them.
    """
    reason = why_skipped if may_see_buyer_limits(viewer) else RoomStatus.NO_SELLERS
    return {
        "type": LAST_FRAME,
        "timestamp": now.isoformat(),
        "room_id": str(roster.room_id),
        "outcome": Result.NO_DEAL,
        "status": RoomStatus.NO_SELLERS,
        "selected_seller_id": None,
        "selected_seller_name": None,
        "final_offer": None,
        "reason": reason,
        "explanation": WHY_SKIPPED.get(reason, ""),
        "rounds": 0,
        "duration_seconds": 0.0,
    }


def buyer_constraints(roster: Roster) -> Frame:
    limits = roster.setup.buyer
    return {"min_price_per_unit": money(limits.minimum), "max_price_per_unit": money(limits.maximum)}


def to_json(frame: Frame) -> str:
    return _encode(frame)


def _seller(room: Room, seller_id: str, roster: Roster, viewer: Viewer) -> Frame:
    seat = roster.setup.seat(seller_id)
    frame: Frame = {
        "seller_id": seller_id,
        "seller_name": seat.name,
        "initial_price": money(seat.limits.ask),
        "is_open": room.thread(seller_id).is_open,
    }
    agenda = roster.setup.agenda(seller_id)
    if agenda and may_see_thread(viewer, seller_id):
        frame["agenda"] = list(agenda)
    if isinstance(viewer, OperatorViewer) or viewer == SellerViewer(seller_id):
        frame["limits"] = {
            "cost_price": money(seat.limits.cost),
            "least_price": money(seat.limits.floor),
            "priority": seat.limits.priority,
            "speaking_style": seat.style,
            "temperament": seat.temperament,
            "toughness": seat.toughness,
        }
    return frame


def _body(event: Event, record: Record, roster: Roster) -> Frame:  # noqa: C901  # one case for each kind
    match event:
        case StatusChanged():
            return {"type": "status_changed", "old": event.old, "new": event.new, "reason": event.note}
        case RoundStarted():
            max_rounds = roster.setup.max_rounds
            return {"type": "round_start", "round_number": event.round, "max_rounds": max_rounds}
        case Interjected():
            return _interjection(roster, record, event)
        case Offered(party=Party.BUYER):
            frame = _buyer_message(roster, record, (event.seller_id,), event.words, event.round)
            return {**frame, "action": "offer", "offers": [_bid(event, roster)]}
        case Offered():
            return _seller_response(roster, record, event, "offer", _quote(event, roster))
        case Accepted():
            quote = {"offer_id": roster.offer_id(event.offer_id), **price_of(event.terms), "is_final": True}
            return _seller_response(roster, record, event, "accept", quote)
        case Said():
            return _words_of_either(roster, record, event, "say")
        case Answered():
            return _words_of_either(roster, record, event, "reject")
        case WalkedAway():
            return _words_of_either(roster, record, event, "walk_away")
        case OfferChanged():
            return {
                "type": "offer_updated",
                "offer_id": roster.offer_id(event.offer_id),
                "seller_id": event.seller_id,
                "state": event.status,
            }
        case MindFailed():
            return {
                "type": "error",
                "error_code": event.failure,
                "message": FAILURES[event.failure],
                "party": event.party,
                "seller_id": event.seller_id or None,
                "retry_count": 0,
            }
        case TableEvent():
            return table_body(event, record, roster)
        case Decided():
            return _decision(event, roster)
        case Closed():
            return _complete(event, record, roster)


def _interjection(roster: Roster, record: Record, event: Interjected) -> Frame:
    if event.party is Party.BUYER:
        return _buyer_message(roster, record, event.seller_ids, event.words, event.round, is_interjection=True)
    (seller_id,) = event.seller_ids
    spoken = Said(Party.SELLER, seller_id, event.round, event.words)
    return {**_seller_response(roster, record, spoken, "say", None), "is_interjection": True}


def _buyer_message(
    roster: Roster,
    record: Record,
    seller_ids: tuple[str, ...],
    words: Words,
    round_number: int,
    *,
    is_interjection: bool = False,
) -> Frame:
    return {
        "type": "buyer_message",
        "message_id": roster.message_id(record.seq),
        "sender_id": str(roster.buyer_id),
        "sender_name": roster.setup.buyer_name,
        "sender_type": "buyer",
        "message": words.text,
        "voice": words.voice,
        "moved_by": words.voice.speaker,
        "fallback": words.fallback,
        "is_interjection": is_interjection,
        "mentioned_sellers": list(seller_ids),
        "action": "say",
        "offers": [],
        "round": round_number,
    }


def _seller_response(
    roster: Roster,
    record: Record,
    event: Offered | Accepted | Said | Answered | WalkedAway,
    action: str,
    offer: Frame | None,
) -> Frame:
    return {
        "type": "seller_response",
        "message_id": roster.message_id(record.seq),
        "sender_id": event.seller_id,
        "seller_id": event.seller_id,
        "sender_name": roster.seller_name(event.seller_id),
        "sender_type": "seller",
        "message": event.words.text,
        "voice": event.words.voice,
        "moved_by": event.words.voice.speaker,
        "fallback": event.words.fallback,
        "is_interjection": False,
        "action": action,
        "offer": offer,
        "round": event.round,
    }


def _words_of_either(roster: Roster, record: Record, event: Said | Answered | WalkedAway, action: str) -> Frame:
    if event.party is Party.SELLER:
        return _seller_response(roster, record, event, action, None)
    return {**_buyer_message(roster, record, (event.seller_id,), event.words, event.round), "action": action}


def _bid(event: Offered, roster: Roster) -> Frame:
    return {
        "seller_id": event.seller_id,
        "offer_id": roster.offer_id(event.offer_id),
        **price_of(event.terms),
        **_packages(event),
        "claim": money(event.claim),
    }


def _quote(event: Offered, roster: Roster) -> Frame:
    offer_id = roster.offer_id(event.offer_id)
    return {"offer_id": offer_id, **price_of(event.terms), **_packages(event), "is_final": event.is_final}


def _packages(event: Offered) -> Frame:
    return {"packages": packages_of(event.packages)} if event.packages else {}


def _decision(event: Decided, roster: Roster) -> Frame:
    terms = event.terms
    return {
        "type": "decision",
        "decision": "accept" if event.result is Result.DEAL else "reject",
        "chosen_seller_id": event.seller_id,
        "chosen_seller_name": roster.seller_name(event.seller_id) if event.seller_id else None,
        "final_price": money(terms.unit_price) if terms else None,
        "final_quantity": terms.quantity if terms else None,
        "total_cost": money(terms.total) if terms else None,
        **({"terms": dict(terms.extras)} if terms and terms.extras else {}),
        "reason": event.reason,
        "explanation": event.explanation,
        "round": event.round,
    }


def _complete(event: Closed, record: Record, roster: Roster) -> Frame:
    return {
        "type": LAST_FRAME,
        "outcome": event.result,
        "status": event.status,
        "selected_seller_id": event.seller_id,
        "selected_seller_name": roster.seller_name(event.seller_id) if event.seller_id else None,
        "final_offer": terms_of(event.terms),
        "reason": event.reason,
        "explanation": event.explanation,
        "rounds": event.round,
        "duration_seconds": round((record.at - record.started_at).total_seconds(), 3),
    }
