"""The seats that a person or a program holds: who may do what by hand, what they are asked, and what asks them.

A move by hand keeps the order of turns and every rule that protects the other side. It is free of what only disciplines
agents (that a side never takes back what it gave), and of its own side's limits if it overrules them.
"""

from dataclasses import replace
from typing import TypeVar

from negotiation.core.beyond import beyond_buyers, beyond_sellers
from negotiation.core.closing import conclude
from negotiation.core.course import Course
from negotiation.core.errors import (
    BeyondOwnLimits,
    IllegalMove,
    NotYourTurn,
    OfferNotLive,
    OutsideLimits,
    SeatNotHeld,
    ThreadClosed,
)
from negotiation.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    Event,
    OfferChanged,
    RoundStarted,
    SeatChanged,
)
from negotiation.core.moves import (
    Accept,
    Award,
    Leave,
    Move,
    Propose,
    Reject,
    Say,
    WalkAway,
    Withdraw,
    Words,
)
from negotiation.core.pacing import has_spoken
from negotiation.core.protocol import (
    GONE,
    accepted,
    answer,
    bid_to_accept,
    change_status,
    check_claim,
    check_offer_to_buyer,
    check_packages,
    live_offer,
    open_thread,
    option_of,
    play,
    put_on_table,
    require_started,
    require_turn,
    standing_offer,
)
from negotiation.core.room import Approval, Offer, Room, Thread
from negotiation.core.terms import CENT, Terms
from negotiation.core.vocabulary import Action, ApprovalState, Holder, OfferStatus, Party, Reason, RoomStatus, Voice

GOES_ON = "somebody moved"
OVERTAKEN = "The offer is not on the table any more."
COUNTERED = "We can agree to these terms instead."

_AnyMove = TypeVar("_AnyMove", bound=Move)


def legal_actions(room: Room, party: Party, seller_id: str) -> tuple[Action, ...]:
    """What that side may do in that thread now, by hand; nothing if the thread or the room is over."""
    try:
        thread = open_thread(room, seller_id)
    except IllegalMove:
        return ()
    legal = {Action.MESSAGE}
    is_bound = party is Party.BUYER and thread.is_agreed
    if thread.turn is party and not is_bound:
        legal.add(Action.WALK_AWAY)
        if party is Party.SELLER or _may_bid(room, thread):
            legal.add(Action.OFFER)
        if any(offer.is_live and offer.party is party.other for offer in thread.offers):
            legal.add(Action.REJECT)
    if thread.turn is party and _may_accept(room, thread):
        legal.add(Action.ACCEPT)
    if any(offer.is_live and offer.party is party for offer in thread.offers):
        legal.add(Action.WITHDRAW)
    return tuple(action for action in Action if action in legal)


def move_by_hand(
    room: Room,
    party: Party,
    seller_id: str,
    move: Move,
    *,
    counter: Propose | None = None,
    overrule: bool = False,
    seconds: int = 48 * 3600,
) -> tuple[Event, ...]:
    """The events of a move that a person or program makes. Raises IllegalMove and changes nothing.

    `counter` may go with a rejection. `overrule` lifts the mover's own limits and nobody else's, but no program goes
    beyond the buyer's mandate. What a program may not close alone for the buyer waits `seconds` for an approval.
    """
    holder = room.holder(party, seller_id)
    if holder is Holder.AGENT:
        raise SeatNotHeld("an agent holds that seat; take it over first")
    course = HandCourse(room)
    course.wake()
    move = _told(move, holder)
    if counter is not None and isinstance(move, Reject):
        offer = _other_sides(course.room, party, seller_id, move.offer_id)
        course.add(*answer(course.room, party, offer, OfferStatus.REJECTED, move.words))
        move = _told(counter, holder)
    is_bound = party is Party.BUYER and holder is Holder.PROGRAM
    try:
        if isinstance(move, Accept) and party is Party.BUYER:
            course.add(*_award(course.room, seller_id, move, overrule=overrule and not is_bound, seconds=seconds))
        else:
            _play(course, party, seller_id, move, overrule=overrule and not is_bound)
    except BeyondOwnLimits as beyond:
        if is_bound:
            raise OutsideLimits(f"{beyond.limit}, and only a person may overrule the buyer's mandate") from beyond
        raise
    course.settle()
    return tuple(course.events)


def take_at_once(room: Room, turn: Award, seconds: int) -> tuple[Event, ...]:
    """What a standing order takes for whoever holds the buyer's seat: it asks where an agent would have to."""
    if open_thread(room, turn.seller_id).turn is not Party.BUYER or room.approval is not None:
        raise NotYourTurn("the buyer does not have the turn there, or waits for an approval")
    course = HandCourse(room)
    course.wake()
    course.add(*(request_approval(course.room, turn, seconds) or conclude(course.room, turn)))
    return tuple(course.events)


def settle(room: Room) -> tuple[Event, ...]:
    """What follows by itself where no agent decides for the buyer.

    A bid that the only seller invited accepts is a deal, unless a program made it and has to ask; a room that all
    sellers have left is over.
    """
    if room.buyer_holder is Holder.AGENT or room.is_decided or room.status.is_over:
        return ()
    if not room.open_threads:
        return conclude(room, Leave(Reason.SELLERS_LEFT))
    only = room.open_threads[0]
    if len(room.threads) > 1 or not only.is_agreed or only.quote is None:
        return ()
    if room.buyer_holder is Holder.PROGRAM and room.setup.buyer.question(only.quote.terms):
        return ()
    return conclude(room, Award(only.seller_id, only.quote.offer_id, Reason.FIRM_ACCEPTANCE), overrule=True)


def hand_over(room: Room, party: Party, seller_id: str, holder: Holder) -> tuple[Event, ...]:
    """The seat changes hands in the middle of the room; nothing if the holder has it. A room that waited goes on."""
    require_started(room)
    if party is Party.SELLER and not room.thread(seller_id).is_open:
        raise ThreadClosed(GONE)
    if room.holder(party, seller_id) is holder:
        return ()
    course = HandCourse(room)
    course.wake()
    course.add(SeatChanged(party, seller_id if party is Party.SELLER else "", holder))
    return tuple(course.events)


def request_approval(room: Room, turn: Award, seconds: int) -> tuple[Event, ...]:
    """Ask a person whether an agent or program may close with this offer; nothing if it may close alone."""
    quote = room.thread(turn.seller_id).quote
    if quote is None:
        return ()
    terms = option_of(quote, turn.package)
    kind = room.setup.buyer.question(terms)
    if kind is None:
        return ()
    number = room.approval_count + 1
    return (ApprovalRequested(number, kind, turn.seller_id, quote.offer_id, terms, seconds),)


def decide_approval(
    room: Room,
    number: int,
    state: ApprovalState,
    *,
    note: str = "",
    by: str = "",
    counter: Terms | None = None,
    overrule: bool = False,
) -> tuple[Event, ...]:
    """Approve the deal, refuse it, or bid `counter` instead; that the offer stands is judged anew.

    `overrule` lifts the buyer's own limits for the counter-offer. Raises IllegalMove and changes nothing.
    """
    asked = room.approval
    if asked is None or asked.number != number:
        raise OfferNotLive("this approval is not waited for any more")
    course = HandCourse(room)
    course.wake()
    course.add(ApprovalDecided(number, state, asked.seller_id, note, by))
    match state:
        case ApprovalState.APPROVED:
            package = _package_asked(course.room, asked)
            course.add(*conclude(course.room, Award(asked.seller_id, asked.offer_id, Reason.APPROVED, package=package)))
        case ApprovalState.REJECTED | ApprovalState.EXPIRED:
            course.add(*_off_the_table(course.room, asked))
        case ApprovalState.MODIFIED:
            if counter is None:
                raise OutsideLimits("a counter-offer needs its terms")
            course.add(*_off_the_table(course.room, asked))
            bid_by_hand(course, asked.seller_id, Propose(counter, Words(COUNTERED, Voice.PERSON)), overrule=overrule)
        case ApprovalState.PENDING:
            raise OfferNotLive("an approval cannot be put off")
    return tuple(course.events)


class HandCourse(Course):
    """Events as they come about at a table where not only agents sit."""

    def wake(self) -> None:
        """A room that waits goes on; whom it waits for besides, its worker finds out."""
        if self.room.status is RoomStatus.WAITING:
            self.add(change_status(self.room, RoomStatus.QUEUED, GOES_ON))

    def settle(self) -> None:
        """What nobody needs to decide any more."""
        asked = self.room.approval
        if asked is not None and not self.room.is_decided and not _stands(self.room, asked):
            self.add(ApprovalDecided(asked.number, ApprovalState.EXPIRED, asked.seller_id, OVERTAKEN))
        self.add(*settle(self.room))


def bid_by_hand(course: HandCourse, seller_id: str, move: Propose, *, overrule: bool) -> None:
    """A bid by hand opens the next round where the buyer has spoken in this one already."""
    room, setup = course.room, course.room.setup
    thread = open_thread(room, seller_id)
    require_turn(thread, Party.BUYER)
    if not _may_bid(room, thread):
        raise NotYourTurn("the last round has been played: accept, or leave")
    options = _options(move)
    if move.terms.quantity > setup.buyer.quantity:
        raise OutsideLimits("the bid is for more than is needed")
    check_claim(room, thread, move)
    ask = setup.seat(seller_id).limits.ask
    is_own = all(setup.buyer.permit(t) and t.unit_price <= ask for t in options)
    if not (is_own or overrule):
        raise beyond_buyers(setup.buyer, options, ask)
    if has_spoken(room, thread):
        course.add(RoundStarted(room.round + 1))
    course.add(*put_on_table(course.room, thread, Party.BUYER, move))


def _play(course: HandCourse, party: Party, seller_id: str, move: Move, *, overrule: bool) -> None:
    room = course.room
    match move:
        case Propose() if party is Party.BUYER:
            bid_by_hand(course, seller_id, move, overrule=overrule)
        case Propose():
            course.add(*_quote(room, seller_id, move, overrule=overrule))
        case Accept():
            course.add(*_accept(room, seller_id, move, overrule=overrule))
        case Reject():
            offer = _other_sides(room, party, seller_id, move.offer_id)
            course.add(*answer(room, party, offer, OfferStatus.REJECTED, move.words, party.other))
        case Withdraw():
            offer = live_offer(open_thread(room, seller_id), move.offer_id, made_by=party)
            course.add(*answer(room, party, offer, OfferStatus.WITHDRAWN, move.words, party))
        case Say() | WalkAway():
            course.add(*play(room, party, seller_id, move))


def _quote(room: Room, seller_id: str, move: Propose, *, overrule: bool) -> tuple[Event, ...]:
    thread, limits = open_thread(room, seller_id), room.setup.seat(seller_id).limits
    require_turn(thread, Party.SELLER)
    options = _options(move)
    check_offer_to_buyer(room, move)
    if move.terms.quantity > limits.stock:
        raise OutsideLimits("there are not as many units in stock")
    if not (overrule or all(map(limits.permit, options))):
        raise beyond_sellers(limits, options)
    return put_on_table(room, thread, Party.SELLER, move)


def _award(room: Room, seller_id: str, move: Accept, *, overrule: bool, seconds: int) -> tuple[Event, ...]:
    thread = open_thread(room, seller_id)
    if thread.turn is not Party.BUYER:
        raise NotYourTurn("it is the seller's turn")
    terms = option_of(standing_offer(thread, move.offer_id), move.package)
    if terms.quantity > room.setup.buyer.quantity:
        raise OutsideLimits("the offer is for more than is needed")
    if _waits_for_word(room):
        raise NotYourTurn("a deal waits for an approval; nothing else is taken before")
    is_own = thread.is_agreed or room.setup.buyer.admit(terms)
    if not (is_own or overrule):
        raise beyond_buyers(room.setup.buyer, (terms,))
    farewells = ((seller_id, move.words),) if move.words.text else ()
    award = Award(seller_id, move.offer_id, Reason.CHOSEN, farewells, move.package)
    asked = request_approval(room, award, seconds) if room.buyer_holder is Holder.PROGRAM else ()
    return asked or conclude(room, award, overrule=True)


def _accept(room: Room, seller_id: str, move: Accept, *, overrule: bool) -> tuple[Event, ...]:
    thread, limits = open_thread(room, seller_id), room.setup.seat(seller_id).limits
    bid = bid_to_accept(thread, move)
    terms = option_of(bid, move.package)
    if terms.quantity > limits.stock:
        raise OutsideLimits("there are not as many units in stock")
    if not (overrule or limits.permit(terms)):
        raise beyond_sellers(limits, (terms,))
    return accepted(room, thread, bid, move)


def _options(move: Propose) -> tuple[Terms, ...]:
    """All that the offer lets the other side take; each of it has a price."""
    check_packages(move)
    options = (move.terms, *move.packages)
    if any(terms.unit_price < CENT for terms in options):
        raise OutsideLimits("a price is a cent at least")
    return options


def _package_asked(room: Room, asked: Approval) -> int:
    """Which package of the offer a person was asked about."""
    quote = room.thread(asked.seller_id).quote
    options = quote.options if quote is not None and quote.offer_id == asked.offer_id else ()
    return options.index(asked.terms) if asked.terms in options else 0


def _told(move: _AnyMove, holder: Holder) -> _AnyMove:
    """The move, told as the holder's even where nobody found words for it."""
    if move.words.voice.speaker is not Holder.AGENT:
        return move
    voice = Voice.PERSON if holder is Holder.PERSON else Voice.PROGRAM
    return replace(move, words=replace(move.words, voice=voice, fallback=None))


def _other_sides(room: Room, party: Party, seller_id: str, offer_id: int) -> Offer:
    """The other side's open offer, on the mover's turn."""
    thread = open_thread(room, seller_id)
    require_turn(thread, party)
    return live_offer(thread, offer_id, made_by=party.other)


def _may_accept(room: Room, thread: Thread) -> bool:
    """Whether what the other side wants can be taken, own limits aside."""
    if thread.turn is Party.SELLER:
        return thread.bid is not None and thread.bid.terms.quantity <= room.setup.seat(thread.seller_id).limits.stock
    is_needed = thread.quote is not None and thread.quote.terms.quantity <= room.setup.buyer.quantity
    return is_needed and not _waits_for_word(room)


def _waits_for_word(room: Room) -> bool:
    """Whether the program at the buyer's seat has asked to close a deal and has no answer yet."""
    return room.buyer_holder is Holder.PROGRAM and room.approval is not None


def _may_bid(room: Room, thread: Thread) -> bool:
    return not (has_spoken(room, thread) and room.is_last_round)


def _stands(room: Room, asked: Approval) -> bool:
    quote = room.thread(asked.seller_id).quote
    return quote is not None and quote.offer_id == asked.offer_id


def _off_the_table(room: Room, asked: Approval) -> tuple[Event, ...]:
    """The seller may better its offer if rounds are left."""
    if not _stands(room, asked):
        return ()
    return (OfferChanged(asked.seller_id, asked.offer_id, OfferStatus.REJECTED),)
