"""The JSON log of a room: built from its events for whoever asks, kept as a file for some days after it ended."""

import json
import logging
import os
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from negotiation.core.events import (
    Accepted,
    Answered,
    Decided,
    Event,
    Interjected,
    Offered,
    Said,
    WalkedAway,
)
from negotiation.core.visibility import (
    OperatorViewer,
    Viewer,
    may_see_buyer_limits,
    may_see_seller,
    may_see_seller_limits,
    see,
)
from negotiation.core.vocabulary import Party, Result
from negotiation.figures import Frame, money
from negotiation.frames import buyer_constraints
from negotiation.offer_rows import offer_row
from negotiation.records import Record, Roster
from negotiation.store import StoredRoom, read_history

logger = logging.getLogger(__name__)


def build(stored: StoredRoom, records: Sequence[Record], viewer: Viewer) -> Frame:
    """The log as that viewer may see it; the operator's holds the private numbers of both sides."""
    roster, setup = stored.roster, stored.roster.setup
    seen = _seen(records, viewer)
    last = records[-1].at if records else None
    duration = (last - records[0].started_at).total_seconds() if last else 0.0
    return {
        "metadata": {
            "session_id": str(roster.session_id),
            "room_id": str(roster.room_id),
            "item_name": setup.item_name,
            "quantity": setup.buyer.quantity,
            "currency": roster.currency,
            "status": stored.status,
            "max_rounds": setup.max_rounds,
            "started_at": stored.started_at.isoformat() if stored.started_at else None,
            "ended_at": last.isoformat() if last and stored.room.status.is_over else None,
            "last_seq": stored.last_seq,
        },
        "buyer": _buyer(roster, viewer),
        "sellers": [
            _seller(roster, seat.seller_id, viewer) for seat in setup.sellers if may_see_seller(viewer, seat.seller_id)
        ],
        "conversation_history": _messages(seen, roster),
        "offers_over_time": [row for _, event in seen if (row := offer_row(event, setup)) is not None],
        "decision": next((_decision(event, roster) for _, event in seen if isinstance(event, Decided)), None),
        "duration": round(duration, 3),
        "rounds": stored.room.round,
    }


def conversation(records: Sequence[Record], roster: Roster, viewer: Viewer) -> list[Frame]:
    return _messages(_seen(records, viewer), roster)


def _seen(records: Sequence[Record], viewer: Viewer) -> list[tuple[Record, Event]]:
    return [(record, event) for record in records if (event := see(record.event, viewer)) is not None]


def _messages(seen: Sequence[tuple[Record, Event]], roster: Roster) -> list[Frame]:
    return [message for record, event in seen if (message := _message(event, record, roster)) is not None]


def _message(event: Event, record: Record, roster: Roster) -> Frame | None:
    """The event as an entry of a conversation, None if nothing was said."""
    addressed: tuple[str, ...]
    match event:
        case Offered() | Said() | Accepted() | Answered() | WalkedAway():
            by_buyer, addressed, seller_id = event.party is Party.BUYER, (event.seller_id,), event.seller_id
        case Interjected():
            by_buyer, addressed = event.party is Party.BUYER, event.seller_ids
            seller_id = "" if by_buyer else event.seller_ids[0]
        case _:
            return None
    return {
        "message_id": roster.message_id(record.seq),
        "seq": record.seq,
        "turn_number": event.round,
        "timestamp": record.at.isoformat(),
        "sender_type": "buyer" if by_buyer else "seller",
        "sender_id": str(roster.buyer_id) if by_buyer else seller_id,
        "sender_name": roster.setup.buyer_name if by_buyer else roster.seller_name(seller_id),
        "content": event.words.text,
        "voice": event.words.voice,
        "fallback": event.words.fallback,
        "mentioned_agents": list(addressed) if by_buyer else [],
    }


def save(code: UUID) -> None:
    """Keep the operator's log of a finished room as a file, if that is wanted. A full disk is no reason to stop."""
    if not settings.LOGS.auto_save:
        return
    stored, records = read_history(code)
    path = _path(stored.roster.session_id, code)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(_laid_out(build(stored, records, OperatorViewer())), "utf-8")
        os.replace(partial, path)
    except OSError as error:
        logger.warning("cannot keep the log of room %s: %s", code, error)


def read_saved(session: UUID, room: UUID) -> dict[str, Any] | None:
    """The operator's log of a room whose session was deleted, None if it was not kept."""
    try:
        return json.loads(_path(session, room).read_text("utf-8"))  # type: ignore[no-any-return]
    except (FileNotFoundError, ValueError):
        return None


def is_saved(session: UUID, room: UUID) -> bool:
    return _path(session, room).exists()


def delete_saved(session: UUID) -> None:
    for path in _folder(session).glob("*.json"):
        path.unlink(missing_ok=True)


def has_saved(session: UUID) -> bool:
    return any(_folder(session).glob("*.json"))


def delete_old(age: timedelta) -> int:
    """Delete the logs older than `age`; how many."""
    oldest = time.time() - age.total_seconds()
    deleted = 0
    for path in [*Path(settings.LOGS.directory).glob("*/*.json"), *Path(settings.LOGS.directory).glob("*/*.partial")]:
        try:
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                deleted += 1
        except OSError as error:  # another worker's hand, or a file that is not ours; the others go all the same
            logger.warning("cannot delete the log %s: %s", path.name, error)
    return deleted


def _laid_out(log: Frame) -> str:
    """JSON with a line for each entry; the library's own indentation takes several times as long."""
    return "{\n" + ",\n".join(f"{_encode(name)}: {_part(value)}" for name, value in log.items()) + "\n}\n"


def _part(value: object) -> str:
    return "[\n" + ",\n".join(map(_encode, value)) + "\n]" if isinstance(value, list) and value else _encode(value)


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _path(session: UUID, room: UUID) -> Path:
    return _folder(session) / f"{room}.json"


def _folder(session: UUID) -> Path:
    return Path(settings.LOGS.directory) / str(session)


def _buyer(roster: Roster, viewer: Viewer) -> Frame:
    buyer: Frame = {"buyer_id": str(roster.buyer_id), "name": roster.setup.buyer_name}
    if may_see_buyer_limits(viewer):
        setup = roster.setup
        buyer.update(buyer_constraints(roster), temperament=setup.buyer_temperament, policy=setup.buyer_policy)
    return buyer


def _seller(roster: Roster, seller_id: str, viewer: Viewer) -> Frame:
    seat = roster.setup.seat(seller_id)
    seller: Frame = {"seller_id": seller_id, "name": seat.name, "selling_price": money(seat.limits.ask)}
    if may_see_seller_limits(viewer, seller_id):
        seller.update(
            cost_price=money(seat.limits.cost),
            least_price=money(seat.limits.floor),
            quantity_available=seat.limits.stock,
            priority=seat.limits.priority,
            speaking_style=seat.style,
            temperament=seat.temperament,
            toughness=seat.toughness,
        )
    return seller


def _decision(event: Decided, roster: Roster) -> Frame:
    terms = event.terms
    return {
        "decision": "deal" if event.result is Result.DEAL else "no_deal",
        "selected_seller_id": event.seller_id,
        "selected_seller_name": roster.seller_name(event.seller_id) if event.seller_id else None,
        "final_price": money(terms.unit_price) if terms else None,
        "quantity": terms.quantity if terms else None,
        "total_cost": money(terms.total) if terms else None,
        **({"terms": dict(terms.extras)} if terms and terms.extras else {}),
        "reason": event.reason,
        "explanation": event.explanation,
    }
