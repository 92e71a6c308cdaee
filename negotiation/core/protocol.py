"""Who may do what, when: `play` judges a move, and tells the events that it leads to.

A round: the buyer moves in every open thread, then each seller in its own; when all have, the buyer awards one standing
offer, starts the next round, or leaves. In a thread the two sides alternate, a seller never asks for more than before,
the buyer never bids less, and only the other side's open offer can be accepted. Where further terms are bargained over,
more and less are judged by what an offer is worth to its maker, and each package of an offer like the offer itself.
"""

from decimal import Decimal

from negotiation.core.errors import (
    NotYourTurn,
    OfferNotLive,
    OutsideLimits,
    ThreadClosed,
    UnknownSeller,
    WrongRoomStatus,
)
from negotiation.core.events import (
    Accepted,
    Answered,
    BundleReached,
    Closed,
    Decided,
    Event,
    Interjected,
    OfferChanged,
    Offered,
    RoundStarted,
    Said,
    StatusChanged,
    WalkedAway,
)
from negotiation.core.mentions import hide_names
from negotiation.core.moves import MOST_PACKAGES, Accept, Move, Propose, Reject, Say, WalkAway, Withdraw, Words
from negotiation.core.room import Offer, Room, Thread, holding, is_standing
from negotiation.core.terms import Terms
from negotiation.core.utility import buyer_price, like_for_like, seller_price, worth_to_buyer
from negotiation.core.vocabulary import OfferStatus, Party, Reason, Result, RoomStatus

GONE = "that seller is not in the room any more"

# The statuses a person or worker may lead a room to, by where it is.
TRANSITIONS: dict[RoomStatus, frozenset[RoomStatus]] = {
    RoomStatus.PENDING: frozenset({RoomStatus.QUEUED}),
    RoomStatus.QUEUED: frozenset({RoomStatus.ACTIVE, RoomStatus.PAUSED}),
    RoomStatus.ACTIVE: frozenset({RoomStatus.PAUSED, RoomStatus.WAITING}),
    RoomStatus.WAITING: frozenset({RoomStatus.QUEUED, RoomStatus.PAUSED}),
    RoomStatus.PAUSED: frozenset({RoomStatus.QUEUED}),
    RoomStatus.COMPLETED: frozenset(),
    RoomStatus.EXPIRED: frozenset(),
    RoomStatus.CANCELLED: frozenset(),
    RoomStatus.FAILED: frozenset(),
    RoomStatus.NO_SELLERS: frozenset(),
}


def play(room: Room, party: Party, seller_id: str, move: Move) -> tuple[Event, ...]:
    """The events that the move causes in the thread with that seller. Raises IllegalMove and changes nothing."""
    thread = open_thread(room, seller_id)
    match move:
        case Say():
            require_turn(thread, party)
            return (Said(party, seller_id, room.round, move.words),)
        case Propose():
            return _propose(room, thread, party, move)
        case Accept():
            return _accept(room, thread, party, move)
        case Reject():
            offer = live_offer(thread, move.offer_id, made_by=party.other)
            return answer(room, party, offer, OfferStatus.REJECTED, move.words)
        case Withdraw():
            offer = live_offer(thread, move.offer_id, made_by=party)
            return answer(room, party, offer, OfferStatus.WITHDRAWN, move.words)
        case WalkAway():
            require_turn(thread, party)
            return (WalkedAway(party, seller_id, room.round, move.words), *cleared(thread, OfferStatus.WITHDRAWN))


def next_round(room: Room) -> RoundStarted:
    """Start the first or next round; every seller must have answered, and none may be bound by an acceptance."""
    _require_active(room)
    if room.is_last_round:
        raise WrongRoomStatus(f"round {room.round} is the last one")
    if any(thread.turn is Party.SELLER for thread in room.open_threads):
        raise NotYourTurn("a seller has still to answer")
    if room.has_agreement:
        raise NotYourTurn("a seller has accepted the bid; the buyer awards now")
    return RoundStarted(room.round + 1)


def award(
    room: Room,
    seller_id: str,
    offer_id: int,
    reason: Reason,
    explanation: str = "",
    *,
    package: int = 0,
    overrule: bool = False,
) -> tuple[Event, ...]:
    """Close the room with the standing offer of that seller; the others' standing offers are rejected.

    `overrule` is a person's at the buyer's seat: its own mandate does not bind it, nor where a seller took its own bid.
    """
    require_started(room)
    thread = _thread(room, seller_id)
    terms = option_of(standing_offer(thread, offer_id), package)
    if not (overrule or thread.is_agreed or room.setup.buyer.admit(terms)):
        raise OutsideLimits(f"{terms.unit_price} is outside the buyer's mandate")
    return (
        OfferChanged(seller_id, offer_id, OfferStatus.ACCEPTED),
        *(change for change in _clear_table(room, OfferStatus.REJECTED) if change.offer_id != offer_id),
        Decided(Result.DEAL, reason, room.round, seller_id, offer_id, terms, explanation),
        Closed(RoomStatus.COMPLETED, Result.DEAL, reason, room.round, seller_id, terms, explanation),
    )


def end_without_deal(
    room: Room, reason: Reason, explanation: str = "", status: RoomStatus = RoomStatus.COMPLETED
) -> tuple[Event, ...]:
    """Close the room with nothing bought. A completed room was decided; a cancelled, expired or failed one was not."""
    if room.status.is_over:
        raise WrongRoomStatus(f"the room is {room.status}")
    dropped = OfferStatus.REJECTED if status is RoomStatus.COMPLETED else OfferStatus.EXPIRED
    changed = _clear_table(room, dropped)
    decided = (Decided(Result.NO_DEAL, reason, room.round, explanation=explanation),)
    closed = Closed(status, Result.NO_DEAL, reason, room.round, explanation=explanation)
    return (*changed, *(decided if status is RoomStatus.COMPLETED else ()), closed)


def change_status(room: Room, new: RoomStatus, note: str = "") -> StatusChanged:
    if new not in TRANSITIONS[room.status]:
        raise WrongRoomStatus(f"a room that is {room.status} cannot become {new}")
    return StatusChanged(room.status, new, note)


def interject(room: Room, seller_ids: tuple[str, ...], words: Words, party: Party = Party.BUYER) -> Interjected:
    """Somebody speaks out of turn, for the buyer to these sellers or for the one seller.

    The buyer's words may name several sellers; each reads of "another seller" where they name its rivals.
    """
    require_started(room)
    for seller_id in seller_ids:
        if not _thread(room, seller_id).is_open:
            raise ThreadClosed(GONE)
    told = tuple(hide_names(words.text, _rivals_of(room, seller_id)) for seller_id in seller_ids)
    is_told_otherwise = party is Party.BUYER and any(text != hide_names(words.text, ()) for text in told)
    return Interjected(seller_ids, room.round, words, party, told if is_told_otherwise else ())


def _rivals_of(room: Room, seller_id: str) -> list[str]:
    return [seller.name for seller in room.setup.sellers if seller.seller_id != seller_id]


def agree_by_force(room: Room, seller_id: str, terms: Terms, words: Words) -> tuple[Event, ...]:
    """An operator puts the buyer's bid and the seller's acceptance on record, within both sides' limits."""
    require_started(room)
    thread = _thread(room, seller_id)
    if not thread.is_open:
        raise ThreadClosed(GONE)
    setup = room.setup
    if not (setup.buyer.permit(terms) and setup.seat(seller_id).limits.permit(terms)):
        raise OutsideLimits("price or quantity is outside what both sides may agree to")
    offer_id = room.offer_count + 1
    return (
        *cleared(thread, OfferStatus.COUNTERED),
        Offered(Party.BUYER, seller_id, room.round, offer_id, terms, words),
        Accepted(Party.SELLER, seller_id, room.round, offer_id, terms, words),
    )


def run_out(room: Room, seller_id: str) -> tuple[Event, ...]:
    """The seller leaves because its stock was sold to another room; its standing offer goes with it."""
    thread = _thread(room, seller_id)
    words = Words("I have just sold these units to another buyer and must step out.")
    return (WalkedAway(Party.SELLER, seller_id, room.round, words), *cleared(thread, OfferStatus.WITHDRAWN))


def reach_bundle(room: Room, seller_id: str) -> tuple[Event, ...]:
    """The seller has sold the buyer another item; nothing if that is known here, or makes no difference any more."""
    thread = _thread(room, seller_id)
    makes_difference = thread.is_open and not room.is_decided and room.setup.seat(seller_id).bundle_discount > 0
    return (BundleReached(seller_id),) if makes_difference and not thread.is_in_bundle else ()


def open_thread(room: Room, seller_id: str) -> Thread:
    """The thread, if moves may be made in it."""
    if not room.status.is_in_play:
        raise WrongRoomStatus(f"the room is {room.status}")
    if room.is_decided:
        raise WrongRoomStatus("the room is decided")
    thread = _thread(room, seller_id)
    if not thread.is_open:
        raise ThreadClosed(GONE)
    return thread


def _thread(room: Room, seller_id: str) -> Thread:
    for thread in room.threads:
        if thread.seller_id == seller_id:
            return thread
    raise UnknownSeller(f"no seller {seller_id} is in the room")


def _require_active(room: Room) -> None:
    if room.status is not RoomStatus.ACTIVE:
        raise WrongRoomStatus(f"the room is {room.status}")


def require_started(room: Room) -> None:
    if not room.status.is_started:
        raise WrongRoomStatus(f"the room is {room.status}")


def require_turn(thread: Thread, party: Party) -> None:
    if party is Party.BUYER and thread.is_agreed:
        raise NotYourTurn("the seller has accepted the bid; the buyer awards or leaves")
    if thread.turn is not party:
        raise NotYourTurn(f"it is the {thread.turn}'s turn")


def option_of(offer: Offer, package: int) -> Terms:
    """The terms of the offer itself, or of that package of it."""
    if not 0 <= package < len(offer.options):
        raise OfferNotLive(f"offer {offer.offer_id} has no package {package}")
    return offer.options[package]


def check_packages(move: Propose) -> None:
    """How many there may be, and that each is another choice."""
    if len(move.packages) > MOST_PACKAGES:
        raise OutsideLimits(f"an offer has at most {MOST_PACKAGES} packages beside its terms")
    options = (move.terms, *move.packages)
    if len({option.extras for option in options}) < len(options):
        raise OutsideLimits("the packages of an offer differ in their further terms")
    if len({option.quantity for option in options}) > 1:
        raise OutsideLimits("the packages of an offer are for one quantity")


def standing_offer(thread: Thread, offer_id: int) -> Offer:
    quote = thread.quote
    if quote is None or quote.offer_id != offer_id:
        raise OfferNotLive(f"offer {offer_id} is not that seller's standing offer")
    return quote


def live_offer(thread: Thread, offer_id: int, made_by: Party) -> Offer:
    for offer in thread.offers:
        if offer.offer_id == offer_id and offer.party is made_by and offer.is_live:
            return offer
    raise OfferNotLive(f"the {made_by} has no open offer {offer_id}")


def _propose(room: Room, thread: Thread, party: Party, move: Propose) -> tuple[Event, ...]:
    require_turn(thread, party)
    if move.packages:
        check_packages(move)
    if party is Party.BUYER:
        _check_bid(room, thread, move)
    else:
        _check_quote(room, thread, move)
    return put_on_table(room, thread, party, move)


def put_on_table(room: Room, thread: Thread, party: Party, move: Propose) -> tuple[Event, ...]:
    """The offer, which takes the place of what it answers and of the mover's own before."""
    offered = Offered(
        party,
        thread.seller_id,
        room.round,
        room.offer_count + 1,
        move.terms,
        move.words,
        move.claim,
        move.is_final,
        move.packages,
    )
    answered = _countered(thread, Party.BUYER) if party is Party.SELLER else ()
    return (*answered, *_countered(thread, party), offered)


def _check_bid(room: Room, thread: Thread, move: Propose) -> None:
    buyer, ask = room.setup.buyer, room.setup.seat(thread.seller_id).limits.ask
    agenda, options = room.setup.agenda(thread.seller_id), (move.terms, *move.packages)
    if not all(buyer.permit(terms) for terms in options):
        raise OutsideLimits("the bid is outside the buyer's mandate")
    # What a person bid beyond these limits is nothing that an agent could hold to.
    last = thread.bids[-1].terms if thread.bids else None
    if last is not None and buyer.permit(last) and last.unit_price <= ask:
        least = buyer_price(buyer, last, agenda)
        if any(buyer_price(buyer, terms, agenda) < least for terms in options):
            raise OutsideLimits("a buyer never bids less than before")
    if any(terms.unit_price > ask for terms in options):
        raise OutsideLimits("nobody pays more than the asking price")
    check_claim(room, thread, move)


def check_claim(room: Room, thread: Thread, move: Propose) -> None:
    """A rival price that the buyer names is true."""
    if move.claim is None:
        return
    if not room.setup.disclose_best_offer:
        raise OutsideLimits("rival prices are not disclosed in this room")
    if move.claim != best_rival_price(room, thread.seller_id, move.terms):
        raise OutsideLimits("the claim is not the best standing offer of another seller")


def best_rival_price(room: Room, seller_id: str, terms: Terms | None = None) -> Decimal | None:
    """The lowest price that stands in the other threads: what may be claimed to this seller.

    Where further terms are bargained over it is told like for like: as the unit price that would be worth as much to
    the buyer on the terms it bids here.
    """
    setup = room.setup
    rivals = [(t.quote, setup.agenda(t.seller_id)) for t in room.open_threads if t.seller_id != seller_id]
    prices = [worth_to_buyer(setup.buyer, quote, agenda) for quote, agenda in rivals if quote is not None]
    return like_for_like(setup.buyer, prices, terms, setup.agenda(seller_id))


def _check_quote(room: Room, thread: Thread, move: Propose) -> None:
    limits, agenda = room.setup.seat(thread.seller_id).limits, room.setup.agenda(thread.seller_id)
    options = (move.terms, *move.packages)
    check_offer_to_buyer(room, move)
    if not all(limits.permit(terms) for terms in options):
        raise OutsideLimits("the offer is outside the seller's limits")
    own = holding(thread.quotes, limits, room.setup.buyer.quantity)
    if own:
        most = seller_price(limits, own[-1].terms, agenda)
        if any(seller_price(limits, terms, agenda) > most for terms in options):
            raise OutsideLimits("a seller never asks for more than before")
    if any(quote.is_final for quote in own) and options != own[-1].options:
        raise OutsideLimits("a final offer cannot be changed")


def check_offer_to_buyer(room: Room, move: Propose) -> None:
    """A seller's offer is for no more than is needed, and names nobody else's price."""
    if move.claim is not None:
        raise OutsideLimits("only the buyer may name a rival's price")
    if move.terms.quantity > room.setup.buyer.quantity:
        raise OutsideLimits("the offer is for more than is needed")


def _accept(room: Room, thread: Thread, party: Party, move: Accept) -> tuple[Event, ...]:
    if party is Party.BUYER:
        events = award(room, thread.seller_id, move.offer_id, Reason.BEST_OFFER, package=move.package)
        if thread.quote is not None and room.setup.buyer.question(option_of(thread.quote, move.package)):
            raise OutsideLimits("a person must be asked before the buyer closes at these terms")
        return events
    bid = bid_to_accept(thread, move)
    if not room.setup.seat(thread.seller_id).limits.permit(option_of(bid, move.package)):
        raise OutsideLimits("the bid is outside the seller's limits")
    return accepted(room, thread, bid, move)


def bid_to_accept(thread: Thread, move: Accept) -> Offer:
    require_turn(thread, Party.SELLER)
    return live_offer(thread, move.offer_id, made_by=Party.BUYER)


def accepted(room: Room, thread: Thread, bid: Offer, move: Accept) -> tuple[Event, ...]:
    """The seller takes the bid, or that package of it, and is bound by it."""
    terms = option_of(bid, move.package)
    return (
        *_countered(thread, Party.SELLER),
        Accepted(Party.SELLER, thread.seller_id, room.round, bid.offer_id, terms, move.words),
    )


def cleared(thread: Thread, status: OfferStatus) -> tuple[OfferChanged, ...]:
    """What becomes of all offers on the table of the thread."""
    return tuple(OfferChanged(thread.seller_id, offer.offer_id, status) for offer in _on_table(thread))


def _on_table(thread: Thread) -> tuple[Offer, ...]:
    """The offers that are open or standing, of either side."""
    return tuple(offer for offer in thread.offers if offer.is_live or is_standing(offer))


def _clear_table(room: Room, dropped: OfferStatus) -> tuple[OfferChanged, ...]:
    """What becomes of all offers on the table when the room ends."""
    return tuple(change for thread in room.open_threads for change in cleared(thread, dropped))


def _countered(thread: Thread, party: Party) -> tuple[OfferChanged, ...]:
    return tuple(
        OfferChanged(thread.seller_id, offer.offer_id, OfferStatus.COUNTERED)
        for offer in thread.offers
        if offer.party is party and offer.is_live
    )


def answer(
    room: Room, party: Party, offer: Offer, status: OfferStatus, words: Words, turn: Party | None = None
) -> tuple[Event, ...]:
    """The offer is rejected or withdrawn, and the turn passes if `turn` says so."""
    return (
        Answered(party, offer.seller_id, room.round, offer.offer_id, words, turn),
        OfferChanged(offer.seller_id, offer.offer_id, status),
    )
