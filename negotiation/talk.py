"""What was said and done in one thread, as its two sides read it: a line for each message, and a line for each end."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from negotiation.core.events import (
    Accepted,
    Answered,
    Closed,
    Decided,
    InputTimedOut,
    Interjected,
    Offered,
    Said,
    SeatChanged,
    ThreadExpired,
    WalkedAway,
)
from negotiation.core.moves import SILENCE, Words
from negotiation.core.vocabulary import Holder, Party, Reason, Result
from negotiation.desk_places import Place
from negotiation.reading import Marks, marks_of
from negotiation.records import Record

_HOLDERS = {Holder.AGENT: "An agent", Holder.PERSON: "A person", Holder.PROGRAM: "A program"}


@dataclass(frozen=True, slots=True)
class Line:
    """`party` is None for what nobody said; `moved_by` then, too."""

    record: Record
    kind: str
    party: Party | None
    moved_by: Holder | None
    text: str
    offer_number: int | None = None


def lines_of(place: Place) -> Iterator[Line]:
    """Oldest first."""
    makers: dict[int, Party] = {}
    buyer_holder = place.roster.setup.buyer_holder
    for record in place.records:
        event = record.event
        match event:
            case Offered(seller_id=place.seller_id):
                kind = "counter_offer" if event.party.other in makers.values() else "offer"
                makers[event.offer_id] = event.party
                yield _spoken(record, kind, event.party, event.words, event.offer_id)
            case Answered(seller_id=place.seller_id):
                kind = "withdraw" if makers.get(event.offer_id) is event.party else "reject"
                yield _spoken(record, kind, event.party, event.words, event.offer_id)
            case Decided(result=Result.DEAL, seller_id=place.seller_id, offer_id=int(number)):
                if makers.get(number) is Party.SELLER:
                    yield Line(record, "accept", Party.BUYER, _decider(event.reason, buyer_holder), "", number)
            case SeatChanged(party=Party.BUYER):
                buyer_holder = event.holder
                yield _about(record, f"{_HOLDERS[event.holder]} moves for {place.roster.setup.buyer_name} from now on.")
            case _:
                yield from _plain(place, record)


def page_of(place: Place, after: int, limit: int) -> tuple[list[dict[str, Any]], int]:
    """At most `limit` messages behind number `after`, and the number to go on from."""
    found = list(islice((line for line in lines_of(place) if line.record.seq > after), limit))
    marks = marks_of([place.row.pk]).get(place.row.pk, {})
    return [_out(place, line, marks) for line in found], found[-1].record.seq if found else after


def message_of(place: Place, seq: int) -> dict[str, Any]:
    """The one of that number, which must be there."""
    (line,) = (line for line in lines_of(place) if line.record.seq == seq)
    return _out(place, line, {})


def _out(place: Place, line: Line, marks: Marks) -> dict[str, Any]:
    record, party, roster = line.record, line.party, place.roster
    heard = marks.get(party.other) if party is not None else None
    return {
        "message_id": roster.message_id(record.seq),
        "seq": record.seq,
        "kind": line.kind,
        "party": party or "system",
        "sender_type": "ai" if line.moved_by is Holder.AGENT else party or "system",
        "moved_by": line.moved_by,
        "sender_name": _name(place, party),
        "text": line.text,
        "at": record.at,
        "offer_id": None if line.offer_number is None else roster.offer_id(line.offer_number),
        "read_at": heard.at if heard is not None and heard.seq >= record.seq else None,
    }


def _plain(place: Place, record: Record) -> Iterator[Line]:
    """What stands for itself, whatever was before it."""
    match record.event:
        case Interjected() as event if place.seller_id in event.seller_ids:
            words = event.words_for(place.seller_id) if place.party is Party.SELLER else event.words
            yield _spoken(record, "text", event.party, words)
        case Said(seller_id=place.seller_id) as event:
            yield _spoken(record, "text", event.party, event.words)
        case Accepted(seller_id=place.seller_id) as event:
            yield _spoken(record, "accept", event.party, event.words, event.offer_id)
        case WalkedAway(seller_id=place.seller_id) as event:
            yield _spoken(record, "walk_away", event.party, event.words)
        case SeatChanged(seller_id=place.seller_id) as event:
            yield _about(record, f"{_HOLDERS[event.holder]} moves for {place.row.name} from now on.")
        case InputTimedOut(seller_id=place.seller_id) as event:
            yield _about(record, f"No move came in time: the agent moves for {_name(place, event.party)} once.")
        case ThreadExpired(seller_id=place.seller_id):
            yield _about(record, "No move came in time: the negotiation has expired.")
        case Closed() as event if event.seller_id != place.seller_id:
            yield _about(record, "The negotiation is over without a deal.")
        case _:
            pass


def _spoken(record: Record, kind: str, party: Party, words: Words = SILENCE, offer: int | None = None) -> Line:
    return Line(record, kind, party, words.voice.speaker, words.text, offer)


def _about(record: Record, text: str) -> Line:
    return Line(record, "system", None, None, text)


def _decider(reason: Reason, buyer_holder: Holder) -> Holder:
    """Who took the seller's offer for the buyer."""
    if reason is Reason.CHOSEN and buyer_holder is Holder.PROGRAM:
        return Holder.PROGRAM
    by_hand = (Reason.APPROVED, Reason.FORCED, Reason.DECIDED_NOW, Reason.CHOSEN)
    return Holder.PERSON if reason in by_hand else Holder.AGENT


def _name(place: Place, party: Party | None) -> str:
    if party is None:
        return ""
    return place.row.name if party is Party.SELLER else place.roster.setup.buyer_name
