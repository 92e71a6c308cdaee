"""The trade desk over HTTP: the threads of whoever asks, and the moves in them. Live it is in `desk_consumers`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from marketplace.callers import principal_of
from marketplace.errors import NotAllowed
from marketplace.idempotency import once
from negotiation import desk_moves
from negotiation.advice import suggest_in_words
from negotiation.core.vocabulary import Holder
from negotiation.desk import negotiation_lines, negotiation_out, read_marks_out, suggestion_out
from negotiation.desk_places import Place, find_place, find_seat, places_of, threads_of, waited_for, with_status
from negotiation.desk_schemas import (
    AcceptIn,
    AutoAcceptIn,
    ListQueryIn,
    MarkedOut,
    NegotiationOut,
    NegotiationsOut,
    OfferIn,
    ReadIn,
    RejectIn,
    SaidOut,
    SeatIn,
    SideIn,
    SideQueryIn,
    SuggestionOut,
    SwitchIn,
    TalkOut,
    TalkQueryIn,
    WalkAwayIn,
    WithdrawIn,
    WordsIn,
)
from negotiation.reading import marks_of, unread_counts
from negotiation.talk import message_of, page_of

desk_router = Router(tags=["trade desk"])

Body = dict[str, Any]


@desk_router.get("/negotiations", response=NegotiationsOut)
def list_negotiations(request: HttpRequest, query: Query[ListQueryIn]) -> Body:
    """The caller's threads but those of arenas, the latest first; with `waiting` those that ask its side for a move, or
    do not."""
    principal = principal_of(request)
    threads = threads_of(principal).filter(run__session__is_arena=False)
    if query.status is not None:
        threads = with_status(threads, query.status)
    if query.waiting is not None:
        asked = waited_for(principal, query.party)
        threads = threads.filter(asked if query.waiting else ~asked)
    shown = places_of(principal, threads[query.offset : query.offset + query.limit], query.party)
    return {
        "total": threads.count(),
        "limit": query.limit,
        "offset": query.offset,
        "negotiations": negotiation_lines(shown),
    }


@desk_router.get("/negotiations/{negotiation_id}", response=NegotiationOut)
def read_negotiation(request: HttpRequest, negotiation_id: UUID, query: Query[SideQueryIn]) -> Body:
    """The thread with its offers, as the caller's side may see it."""
    return negotiation_out(find_place(principal_of(request), negotiation_id, query.party))


@desk_router.post("/negotiations/{negotiation_id}/offer", response=NegotiationOut)
def offer(request: HttpRequest, negotiation_id: UUID, payload: OfferIn) -> Body:
    """Make an offer or counter-offer. Beyond the own limits it takes `overrule`."""
    return _act(request, negotiation_id, payload, lambda place: desk_moves.offer(place, payload))


@desk_router.post("/negotiations/{negotiation_id}/accept", response=NegotiationOut)
def accept(request: HttpRequest, negotiation_id: UUID, payload: AcceptIn) -> Body:
    """Take the other side's live offer: for a buyer that is the deal, a seller is bound until the buyer awards."""
    return _act(request, negotiation_id, payload, lambda place: desk_moves.accept(place, payload))


@desk_router.post("/negotiations/{negotiation_id}/reject", response=NegotiationOut)
def reject(request: HttpRequest, negotiation_id: UUID, payload: RejectIn) -> Body:
    """Refuse the other side's live offer, and perhaps make a counter-offer at once: both happen, or nothing."""
    return _act(request, negotiation_id, payload, lambda place: desk_moves.reject(place, payload))


@desk_router.post("/negotiations/{negotiation_id}/withdraw", response=NegotiationOut)
def withdraw(request: HttpRequest, negotiation_id: UUID, payload: WithdrawIn) -> Body:
    """Take back the own live offer; the turn is one's own again."""
    return _act(request, negotiation_id, payload, lambda place: desk_moves.withdraw(place, payload))


@desk_router.post("/negotiations/{negotiation_id}/walk-away", response=NegotiationOut)
def walk_away(request: HttpRequest, negotiation_id: UUID, payload: WalkAwayIn) -> Body:
    """End the thread without a deal."""
    return _act(request, negotiation_id, payload, lambda place: desk_moves.walk_away(place, payload))


@desk_router.post("/negotiations/{negotiation_id}/messages", response={201: SaidOut})
def say(request: HttpRequest, negotiation_id: UUID, payload: WordsIn) -> Status[Body]:
    """Say something beside the turns. What the words seem to offer is told back and is no offer by itself."""
    principal = principal_of(request)
    place = find_seat(principal, negotiation_id, payload.party)

    def act() -> Body:
        said = desk_moves.say(place, payload.message)
        now = find_place(principal, negotiation_id, place.party)
        return {
            "message": message_of(now, said.last_seq),
            "proposed_offer": desk_moves.proposed(place, payload.message),
        }

    return Status(201, once(request, principal, act))


@desk_router.get("/negotiations/{negotiation_id}/messages", response=TalkOut)
def read_messages(request: HttpRequest, negotiation_id: UUID, query: Query[TalkQueryIn]) -> Body:
    """What was said and done in the thread behind number `after`; `mark_read` moves the caller's mark there."""
    place = find_place(principal_of(request), negotiation_id, query.party)
    shown, last_seq = page_of(place, query.after, query.limit)
    if query.mark_read:
        _require_may_mark(place)
        desk_moves.read(place, last_seq)
    unread = unread_counts([place.row.pk], place.party).get(place.row.pk, 0) if place.party else 0
    return {"messages": shown, "unread": unread, "last_seq": last_seq}


@desk_router.post("/negotiations/{negotiation_id}/read", response=MarkedOut)
def mark_read(request: HttpRequest, negotiation_id: UUID, payload: ReadIn) -> Body:
    """The caller's side has read up to this number; a mark never goes back."""
    principal = principal_of(request)
    place = find_seat(principal, negotiation_id, payload.party)

    def act() -> Body:
        desk_moves.read(place, payload.up_to_seq)
        return {"read_marks": read_marks_out(marks_of([place.row.pk]).get(place.row.pk, {}))}

    return once(request, principal, act)


@desk_router.post("/negotiations/{negotiation_id}/seat", response=NegotiationOut)
def take_seat(request: HttpRequest, negotiation_id: UUID, payload: SeatIn) -> Body:
    """Take the seat over from its agent, or give it back. A buyer's seat is that of all threads of the room."""
    return _act(request, negotiation_id, payload, lambda place: desk_moves.take_seat(place, Holder(payload.holder)))


@desk_router.post("/negotiations/{negotiation_id}/auto-negotiate", response=NegotiationOut)
def auto_negotiate(request: HttpRequest, negotiation_id: UUID, payload: SwitchIn) -> Body:
    """Let the side's agent negotiate, or take the seat back."""

    def switch(place: Place) -> object:
        return desk_moves.take_seat(place, Holder.AGENT if payload.enabled else place.voice.speaker)

    return _act(request, negotiation_id, payload, switch)


@desk_router.post("/negotiations/{negotiation_id}/auto-accept", response=NegotiationOut)
def auto_accept(request: HttpRequest, negotiation_id: UUID, payload: AutoAcceptIn) -> Body:
    """What is near the target is accepted at once while the seat is held by hand."""
    return _act(request, negotiation_id, payload, lambda place: desk_moves.set_auto_accept(place, payload))


@desk_router.post("/negotiations/{negotiation_id}/ai-suggest", response=SuggestionOut)
def ai_suggest(request: HttpRequest, negotiation_id: UUID, payload: SideIn) -> Body:
    """What the core would do at the caller's seat, and why. It changes nothing, and may wait for a model's words."""
    place = find_seat(principal_of(request), negotiation_id, payload.party)
    assert place.party is not None
    return suggestion_out(suggest_in_words(place.stored, place.party, place.seller_id))


def _act(request: HttpRequest, code: UUID, payload: SideIn, deed: Callable[[Place], object]) -> Body:
    """The thread as it stands when the deed is done."""
    principal = principal_of(request)
    place = find_seat(principal, code, payload.party)

    def act() -> Body:
        deed(place)
        return negotiation_out(find_place(principal, code, place.party))

    return once(request, principal, act)


def _require_may_mark(place: Place) -> None:
    if place.party is None or not place.principal.may_write:
        raise NotAllowed("You may read here and mark nothing.")
