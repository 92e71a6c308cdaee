"""What callers do in a thread: each call is judged by the core, and the same over HTTP and over the socket."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from marketplace.errors import InvalidRequest, NotAllowed, Problem
from negotiation import seats
from negotiation.core.errors import OfferNotLive, ThreadClosed
from negotiation.core.moves import Accept, Move, Propose, Reject, WalkAway, Withdraw, Words
from negotiation.core.protocol import GONE
from negotiation.core.room import Offer as OpenOffer
from negotiation.core.terms import to_money
from negotiation.core.vocabulary import Holder, Party
from negotiation.desk_places import Place
from negotiation.desk_schemas import (
    AcceptIn,
    AdviceIn,
    AutoAcceptIn,
    CounterIn,
    OfferIn,
    RejectIn,
    WalkAwayIn,
    WithdrawIn,
)
from negotiation.errors import AlreadyDecided, Refused
from negotiation.figures import money
from negotiation.minds.auto_accept import AutoAccept
from negotiation.models import Offer, OfferAdvice
from negotiation.offers_in_text import read_offer
from negotiation.reading import mark_read
from negotiation.store import StoredRoom


def offer(place: Place, wanted: OfferIn) -> StoredRoom:
    if wanted.advice is None:
        return _move(place, _proposal(place, wanted), overrule=wanted.overrule)
    with transaction.atomic():
        stored = _move(place, _proposal(place, wanted), overrule=wanted.overrule)
        _keep_advice(place, stored, wanted.advice)
    return stored


def accept(place: Place, wanted: AcceptIn) -> StoredRoom:
    number = _number(place, wanted.offer_id, place.live_offer)
    return _move(place, Accept(number, _words(place, wanted.message), wanted.package), overrule=wanted.overrule)


def reject(place: Place, wanted: RejectIn) -> StoredRoom:
    number = _number(place, wanted.offer_id, place.live_offer)
    counter = None if wanted.counter_offer is None else _proposal(place, wanted.counter_offer)
    return _move(place, Reject(number, _words(place, wanted.reason)), counter=counter, overrule=wanted.overrule)


def withdraw(place: Place, wanted: WithdrawIn) -> StoredRoom:
    number = _number(place, wanted.offer_id, place.own_offer)
    return _move(place, Withdraw(number, _words(place, wanted.message)))


def walk_away(place: Place, wanted: WalkAwayIn) -> StoredRoom:
    return _move(place, WalkAway(_words(place, wanted.message)))


def say(place: Place, text: str) -> StoredRoom:
    """Beside the turns, whoever holds the seat."""
    assert place.party is not None
    return seats.say(place.roster.room_id, place.party, place.seller_id, _words(place, text))


def proposed(place: Place, text: str) -> dict[str, Any] | None:
    """What the words seem to offer, for a card that the speaker may confirm."""
    roster, offers = place.roster, place.thread.offers
    setup = roster.setup
    found = read_offer(
        text,
        currency=roster.currency,
        quantity=setup.buyer.quantity,
        last=offers[-1].terms.unit_price if offers else setup.seat(place.seller_id).limits.ask,
        item_name=setup.item_name,
    )
    if found is None:
        return None
    return {
        "price": money(found.price),
        "quantity": found.quantity,
        "total": money(found.total),
        "terms": found.terms,
        "currency": found.currency,
        "is_per_unit": found.is_per_unit,
        "confidence": found.confidence,
        "reading": found.reading,
    }


def read(place: Place, up_to: int) -> bool:
    """Up to what there is at most; whether the mark has moved."""
    assert place.party is not None
    return mark_read(place.row, place.party, min(up_to, place.stored.last_seq), place.roster)


def take_seat(place: Place, holder: Holder) -> StoredRoom:
    """A party takes its seat as what it is: a browser for a person, a key for a program."""
    assert place.party is not None
    if not place.principal.is_operator and holder not in (Holder.AGENT, place.voice.speaker):
        raise NotAllowed(f"You come as a {place.voice.speaker}, and can take the seat only so.")
    seller_id = place.seller_id if place.party is Party.SELLER else ""
    return seats.take(place.roster.room_id, place.party, seller_id, holder)


def set_auto_accept(place: Place, wanted: AutoAcceptIn) -> None:
    """What is near the target is taken at once, also what is on the table now."""
    assert place.party is not None
    _require_open(place)
    rule = None
    if wanted.enabled:
        target = wanted.target_price or _target(place)
        rule = AutoAccept(to_money(target), wanted.tolerance_pct / 100, wanted.min_quantity_pct / 100)
    seats.set_auto_accept(place.roster.room_id, place.party, place.seller_id, rule)


def _move(place: Place, move: Move, *, counter: Propose | None = None, overrule: bool = False) -> StoredRoom:
    assert place.party is not None
    _require_own_kind(place, place.party)
    code = place.roster.room_id
    return seats.make_move(code, place.party, place.seller_id, move, counter=counter, overrule=overrule)


def _require_own_kind(place: Place, party: Party) -> None:
    """A program does not move for the person at the seat: what it may close alone is less. Nor the other way round."""
    holder = place.stored.room.holder(party, place.seller_id)
    if place.principal.is_operator or holder in (Holder.AGENT, place.voice.speaker):
        return
    raise Refused("SEAT_NOT_HELD", f"a {holder} holds that seat; take it over first")


def _require_open(place: Place) -> None:
    if place.stored.status.is_over:
        raise AlreadyDecided(f"the room is {place.stored.status}")
    if not place.thread.is_open:
        raise Refused(ThreadClosed.code, GONE)


def _proposal(place: Place, wanted: CounterIn) -> Propose:
    return Propose(wanted.to_terms(), _words(place, wanted.message), packages=wanted.to_packages())


def _words(place: Place, text: str) -> Words:
    return Words(text, place.voice)


def _number(place: Place, offer_id: UUID | None, usual: OpenOffer | None) -> int:
    """The offer that is meant, if there is one of that id in the thread. Whether it is open the core judges."""
    _require_open(place)
    if offer_id is None:
        if usual is None:
            raise Refused(OfferNotLive.code, "there is no open offer in this negotiation")
        return usual.offer_id
    for each in place.thread.offers:
        if place.roster.offer_id(each.offer_id) == str(offer_id):
            return each.offer_id
    raise Refused(OfferNotLive.code, "there is no such offer in this negotiation")


def _keep_advice(place: Place, stored: StoredRoom, advice: AdviceIn) -> None:
    made = [o for o in stored.room.thread(place.seller_id).offers if o.party is place.party]
    offer_row = Offer.objects.get(run=place.row.run_id, number=made[-1].offer_id)
    OfferAdvice.objects.create(offer=offer_row, confidence=advice.confidence, reasoning=advice.reasoning)


def _target(place: Place) -> Decimal:
    """The buyer's own target, or the seller's asking price."""
    if place.party is Party.SELLER:
        return place.roster.setup.seat(place.seller_id).limits.ask
    target: Decimal | None = place.row.run.item.target_price
    if target is None:
        raise InvalidRequest([Problem("target_price", "is needed: the item has no target")])
    return target
