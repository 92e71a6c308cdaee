"""What events mean in the tables that people, the admin and SQL read. Written in the transaction of the events."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from marketplace.models import SellerInventory
from negotiation.core.events import (
    Accepted,
    Answered,
    Closed,
    Decided,
    Interjected,
    MindFailed,
    OfferChanged,
    Offered,
    RoundStarted,
    Said,
    StatusChanged,
    WalkedAway,
)
from negotiation.core.vocabulary import OfferStatus, Party, Result, RoomStatus
from negotiation.engine import SoldOut
from negotiation.models import Message, Offer, Outcome
from negotiation.records import Record

Spoken = Offered | Said | Accepted | Answered | WalkedAway


@dataclass(frozen=True, slots=True)
class Seat:
    """The rows behind a seller of the room."""

    participant_id: int
    inventory_id: int | None


def project(run_id: int, seats: Mapping[str, Seat], records: Sequence[Record]) -> None:  # noqa: C901  # one case each
    """Raises SoldOut if a deal's units are gone."""
    messages: list[Message] = []
    offers: dict[int, Offer] = {}
    statuses: dict[int, OfferStatus] = {}
    for record in records:
        match record.event:
            case Offered() as event:
                offers[event.offer_id] = _offer(run_id, seats[event.seller_id], record, event)
                messages.append(_message(run_id, seats[event.seller_id], record, event.party, event))
            case Accepted() as event:
                statuses[event.offer_id] = OfferStatus.ACCEPTED
                messages.append(_message(run_id, seats[event.seller_id], record, event.party, event))
            case Said() | Answered() | WalkedAway() as event:
                messages.append(_message(run_id, seats[event.seller_id], record, event.party, event))
            case Interjected() as event:
                messages.extend(_message(run_id, seats[s], record, Party.BUYER, event) for s in event.seller_ids)
            case OfferChanged() as event:
                statuses[event.offer_id] = event.status
            case Decided() as event:
                _save_outcome(run_id, seats, record, event)
            case Closed() as event:
                if event.status is not RoomStatus.COMPLETED:
                    _save_outcome(run_id, seats, record, event)
            case StatusChanged() | RoundStarted() | MindFailed():
                pass
    _save_offers(run_id, offers, statuses)
    Message.objects.bulk_create(messages)


def _save_offers(run_id: int, made: Mapping[int, Offer], statuses: Mapping[int, OfferStatus]) -> None:
    earlier: dict[OfferStatus, list[int]] = defaultdict(list)
    for number, status in statuses.items():
        if number in made:
            made[number].status = status
        else:
            earlier[status].append(number)
    for status, numbers in earlier.items():
        Offer.objects.filter(run_id=run_id, number__in=numbers).update(status=status)
    Offer.objects.bulk_create(made.values())


def _offer(run_id: int, seat: Seat, record: Record, event: Offered) -> Offer:
    return Offer(
        run_id=run_id,
        participant_id=seat.participant_id,
        number=event.offer_id,
        party=event.party,
        round=event.round,
        unit_price=event.terms.unit_price,
        quantity=event.terms.quantity,
        claim=event.claim,
        is_final=event.is_final,
        at=record.at,
    )


def _message(run_id: int, seat: Seat, record: Record, party: Party, event: Spoken | Interjected) -> Message:
    return Message(
        run_id=run_id,
        seq=record.seq,
        round=event.round,
        party=party,
        voice=event.words.voice,
        fallback=event.words.fallback or "",
        participant_id=seat.participant_id,
        text=event.words.text,
        at=record.at,
    )


def _save_outcome(run_id: int, seats: Mapping[str, Seat], record: Record, event: Decided | Closed) -> None:
    terms, seller_id = event.terms, event.seller_id
    if event.result is Result.DEAL:
        assert terms is not None
        assert seller_id is not None
        _reserve(seller_id, seats[seller_id], terms.quantity)
    Outcome.objects.create(
        run_id=run_id,
        result=event.result,
        reason=event.reason,
        explanation=event.explanation,
        participant_id=seats[seller_id].participant_id if seller_id else None,
        unit_price=terms.unit_price if terms else None,
        quantity=terms.quantity if terms else None,
        total_cost=terms.total if terms else None,
        decided_at=record.at,
    )


def _reserve(seller_id: str, seat: Seat, quantity: int) -> None:
    """Set the units aside: the condition is in the statement, so two rooms cannot both pass it."""
    assert seat.inventory_id is not None
    enough = SellerInventory.objects.filter(
        pk=seat.inventory_id, quantity_available__gte=F("quantity_reserved") + quantity
    )
    if not enough.update(quantity_reserved=F("quantity_reserved") + quantity):
        raise SoldOut(seller_id)
