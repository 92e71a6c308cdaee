"""The log of calls to models: one row for each question, written with the events it led to."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from llm.recording import fingerprint
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
from negotiation.core.vocabulary import Party
from negotiation.minds.calls import Call, Seat
from negotiation.models import LLMCall
from negotiation.projections import SeatRows
from negotiation.records import Record
from negotiation.rows import Insert, Row

CALLS = Insert(
    LLMCall,
    "code",
    "run_id",
    "participant_id",
    "seq",
    "round",
    "purpose",
    "provider",
    "model",
    "input_tokens",
    "output_tokens",
    "is_estimated",
    "cost",
    "attempts",
    "queued_seconds",
    "first_token_seconds",
    "seconds",
    "result",
    "why",
    "error",
    "prompt_hash",
    "reply_hash",
    "prompt",
    "reply",
    "at",
)


def save_calls(
    run_id: int, seats: Mapping[str, SeatRows], calls: Sequence[Call], records: Sequence[Record] = ()
) -> None:
    """Without records the calls led to nothing: their turn was broken off."""
    CALLS.write(call_rows(run_id, seats, calls, records))


def call_rows(
    run_id: int, seats: Mapping[str, SeatRows], calls: Sequence[Call], records: Sequence[Record]
) -> list[Row]:
    return [_row(run_id, seats, call, records) for call in calls]


def blank_texts_before(age: timedelta) -> int:
    """Forget what was asked and answered longer than `age` ago, not that it was; how many."""
    old = LLMCall.objects.filter(at__lt=timezone.now() - age).exclude(prompt="", reply="")
    return old.update(prompt="", reply="")


def _row(run_id: int, seats: Mapping[str, SeatRows], call: Call, records: Sequence[Record]) -> Row:
    """In the order of CALLS' columns."""
    ask, seat = call.ask, call.seat
    return (
        uuid.uuid4(),
        run_id,
        seats[seat.seller_id].participant_id if seat.party is Party.SELLER else None,
        _seq(call, records),
        call.round,
        call.purpose.value,
        call.provider,
        call.model[:200],
        call.usage.input_tokens,
        call.usage.output_tokens,
        call.usage.is_estimated,
        call.cost,
        call.attempts,
        round(call.queued_seconds, 3),
        None if call.first_token_seconds is None else round(call.first_token_seconds, 3),
        round(call.seconds, 3),
        call.verdict.value,
        call.why[:100],
        call.error,
        fingerprint(ask.messages, ask.temperature, ask.max_tokens, ask.stop, ask.schema, ask.model),
        hashlib.sha256(call.reply.encode()).hexdigest(),
        json.dumps([{"role": m.role, "content": m.content} for m in ask.messages], ensure_ascii=False),
        call.reply,
        timezone.now(),
    )


def led_to(seat: Seat, events: Sequence[Event]) -> int | None:
    """The place of the seat's first move among the events, None if it made none."""
    return next((place for place, event in enumerate(events) if _is_move_of(seat, event)), None)


def _is_move_of(seat: Seat, event: Event) -> bool:
    match event:
        case Offered() | Said() | Accepted() | Answered() | WalkedAway() | MindFailed():
            is_own_thread = seat.party is Party.BUYER or event.seller_id == seat.seller_id
            return event.party is seat.party and is_own_thread
        case StatusChanged() | RoundStarted() | Interjected() | OfferChanged() | Decided() | Closed():
            return False
        case TableEvent():
            return False


def _seq(call: Call, records: Sequence[Record]) -> int | None:
    place = led_to(call.seat, [record.event for record in records])
    return None if place is None else records[place].seq
