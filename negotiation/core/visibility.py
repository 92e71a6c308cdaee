"""Who may see what: the view each seat decides on, and the one rule by which events reach a viewer.

Both are written without a default branch, so the type checker stops at a new kind of event until somebody decides who
sees it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from negotiation.core.events import (
    Accepted,
    Answered,
    ApprovalDecided,
    ApprovalRequested,
    BundleReached,
    Closed,
    Decided,
    Event,
    ExpiryWarned,
    InputRequested,
    InputTimedOut,
    Interjected,
    MindFailed,
    OfferChanged,
    Offered,
    PaceChanged,
    RoundStarted,
    Said,
    SeatChanged,
    StatusChanged,
    ThreadExpired,
    WalkedAway,
)
from negotiation.core.mentions import hide_names
from negotiation.core.preferences import BuyerLimits, Policy, SellerLimits, Style, Temperament, Toughness
from negotiation.core.room import Heard, Offer, Room, SellerSeat, Setup, Thread
from negotiation.core.terms import to_money
from negotiation.core.vocabulary import Holder, Party, Reason, Result


@dataclass(frozen=True, slots=True)
class OperatorViewer:
    """Staff: everything."""


@dataclass(frozen=True, slots=True)
class BuyerViewer:
    """The buyer's side: all threads, and nothing private of a seller."""


@dataclass(frozen=True, slots=True)
class SellerViewer:
    """One seller: its own thread, and what was addressed to it."""

    seller_id: str


@dataclass(frozen=True, slots=True)
class SpectatorViewer:
    """A watcher who is no party: that the room goes on, and how it ended, but no talk and no price.

    A stranger, who came by a link, is told no names either. `shows_talk` is for a room that is over, where a rival can
    make no use of it: then all names, words and offers, but still no limit and nothing of how a side came to its mind.
    """

    is_stranger: bool = False
    shows_talk: bool = False


Viewer = OperatorViewer | BuyerViewer | SellerViewer | SpectatorViewer


@dataclass(frozen=True, slots=True)
class SellerView:
    """All that one seller may decide on. `bids`, `quotes` and `talk` are its own thread's, oldest first.

    The other sellers' names are taken out of what the buyer's side said. `agenda` names the further terms that are
    bargained over in the thread. `bundle_discount` is the share by which the next offer may be bettered.
    """

    seat: SellerSeat
    quantity: int
    round: int
    max_rounds: int
    bids: tuple[Offer, ...]
    quotes: tuple[Offer, ...]
    live_bid: Offer | None
    rival_price: Decimal | None
    questions: tuple[str, ...]
    turns_taken: int
    seed: int
    item_name: str = ""
    buyer_name: str = ""
    talk: tuple[Heard, ...] = ()
    agenda: tuple[str, ...] = ()
    bundle_discount: Decimal = Decimal(0)

    @property
    def limits(self) -> SellerLimits:
        return self.seat.limits

    @property
    def style(self) -> Style:
        return self.seat.style

    @property
    def temperament(self) -> Temperament:
        return self.seat.temperament

    @property
    def toughness(self) -> Toughness:
        return self.seat.toughness

    @property
    def is_last_round(self) -> bool:
        return self.round >= self.max_rounds


@dataclass(frozen=True, slots=True)
class BuyerThread:
    """What the buyer knows of one seller it talks to."""

    seller_id: str
    name: str
    ask: Decimal
    bids: tuple[Offer, ...]
    quotes: tuple[Offer, ...]
    quote: Offer | None
    is_agreed: bool
    failures: int
    talk: tuple[Heard, ...] = ()
    agenda: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuyerView:
    """All that the buyer may decide on. `round` is the one whose answers are in, 0 before the first bids."""

    limits: BuyerLimits
    round: int
    max_rounds: int
    threads: tuple[BuyerThread, ...]
    may_claim: bool
    seed: int
    item_name: str = ""
    buyer_name: str = ""
    temperament: Temperament = Temperament.BALANCED
    policy: Policy = Policy.DEAL_FIRST

    @property
    def is_over(self) -> bool:
        """No further round is left: only an award or leaving."""
        return self.round >= self.max_rounds

    @property
    def has_agenda(self) -> bool:
        """Further terms are bargained over with one of the sellers, at least."""
        return any(thread.agenda for thread in self.threads)

    @property
    def must_award(self) -> bool:
        """A seller has accepted the bid and is bound; the buyer keeps faith and awards in this round."""
        return any(thread.is_agreed for thread in self.threads)

    def thread(self, seller_id: str) -> BuyerThread:
        return next(thread for thread in self.threads if thread.seller_id == seller_id)


def seller_view(room: Room, seller_id: str) -> SellerView:
    seat, thread = room.setup.seat(seller_id), room.thread(seller_id)
    talk = _without_rivals(thread.talk, [other.name for other in room.setup.sellers if other is not seat])
    return SellerView(
        seat=seat,
        quantity=room.setup.buyer.quantity,
        round=room.round,
        max_rounds=room.setup.max_rounds,
        bids=thread.bids,
        quotes=thread.quotes,
        live_bid=thread.bid,
        rival_price=_claimed_this_round(room, thread),
        questions=_unanswered(talk),
        turns_taken=sum(1 for heard in talk if heard.party is Party.SELLER and not heard.is_interjection),
        seed=_draws(room.setup, seat.name, seat.limits.floor),
        item_name=room.setup.item_name,
        buyer_name=room.setup.buyer_name,
        talk=talk,
        agenda=room.setup.agenda(seller_id),
        bundle_discount=seat.bundle_discount if thread.is_bundle_due else Decimal(0),
    )


def buyer_view(room: Room) -> BuyerView:
    return _buyer_view(room, room.open_threads)


def buyer_memory(room: Room) -> BuyerView:
    """The view with the threads that are closed, too: what the buyer knows of them it goes on knowing."""
    return _buyer_view(room, room.threads)


def _buyer_view(room: Room, threads: Sequence[Thread]) -> BuyerView:
    return BuyerView(
        limits=room.setup.buyer,
        round=room.round,
        max_rounds=room.setup.max_rounds,
        threads=tuple(_buyer_thread(room.setup, t) for t in threads),
        may_claim=room.setup.disclose_best_offer,
        seed=_draws(room.setup, "", room.setup.buyer.minimum, room.setup.buyer.maximum),
        item_name=room.setup.item_name,
        buyer_name=room.setup.buyer_name,
        temperament=room.setup.buyer_temperament,
        policy=room.setup.buyer_policy,
    )


def _draws(setup: Setup, seat_name: str, *limits: Decimal) -> int:
    """`limits` are the private ones alone: another asking price, say, is to change nothing that it need not."""
    own = [str(to_money(limit)) for limit in limits] if setup.draws_by_limits else []
    return seat_seed(setup.seed, "/".join((seat_name, *own)))


@lru_cache(maxsize=4096)
def seat_seed(seed: int, seat_name: str) -> int:
    """The seat's own source of chance; knowing it tells nothing of the run's seed or another seat's."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{seat_name}".encode()).digest()[:8])


def see(event: Event, viewer: Viewer) -> Event | None:
    """The event as that viewer may see it: whole, with the others' part taken out, or not at all."""
    match viewer:
        case OperatorViewer():
            return event
        case BuyerViewer():
            return _without_others_options(event, Party.BUYER)
        case SellerViewer():
            seen = _as_seller(event, viewer.seller_id)
            return None if seen is None else _without_others_options(seen, Party.SELLER)
        case SpectatorViewer():
            return _as_spectator(event, viewer)


def may_see_buyer_limits(viewer: Viewer) -> bool:
    match viewer:
        case OperatorViewer() | BuyerViewer():
            return True
        case SellerViewer() | SpectatorViewer():
            return False


def may_see_buyer(viewer: Viewer) -> bool:
    """Whether the viewer may know who buys."""
    match viewer:
        case OperatorViewer() | BuyerViewer() | SellerViewer():
            return True
        case SpectatorViewer():
            return viewer.shows_talk or not viewer.is_stranger


def may_see_seller(viewer: Viewer, seller_id: str) -> bool:
    """Whether the viewer may know that this seller takes part."""
    match viewer:
        case OperatorViewer() | BuyerViewer():
            return True
        case SellerViewer():
            return viewer.seller_id == seller_id
        case SpectatorViewer():
            return viewer.shows_talk


def may_see_thread(viewer: Viewer, seller_id: str) -> bool:
    """Whether the viewer reads what is said in this seller's thread; without one, what is the buyer's side's alone."""
    match viewer:
        case OperatorViewer() | BuyerViewer():
            return True
        case SellerViewer():
            return bool(seller_id) and viewer.seller_id == seller_id
        case SpectatorViewer():
            return viewer.shows_talk


def may_see_seller_limits(viewer: Viewer, seller_id: str) -> bool:
    match viewer:
        case OperatorViewer():
            return True
        case BuyerViewer() | SpectatorViewer():
            return False
        case SellerViewer():
            return viewer.seller_id == seller_id


def _as_seller(event: Event, seller_id: str) -> Event | None:  # noqa: C901  # one case for each kind
    match event:
        case StatusChanged() | RoundStarted() | PaceChanged():
            return event
        case SeatChanged():
            return event if event.seller_id in ("", seller_id) else None
        case BundleReached() | InputRequested() | ExpiryWarned() | InputTimedOut() | ThreadExpired():
            return event if event.seller_id == seller_id else None
        case ApprovalRequested() | ApprovalDecided():
            return None
        case Interjected():
            if seller_id not in event.seller_ids:
                return None
            return replace(event, seller_ids=(seller_id,), words=event.words_for(seller_id), told=())
        case Said() | Offered() | Accepted() | OfferChanged() | Answered() | WalkedAway():
            return event if event.seller_id == seller_id else None
        case MindFailed():
            return event if event.party is Party.SELLER and event.seller_id == seller_id else None
        case Decided():
            told = replace(event, explanation="", reason=_told(event))
            return told if event.seller_id == seller_id else _lost(told)
        case Closed():
            closed = replace(event, explanation="", reason=_told(event))
            return closed if event.seller_id == seller_id else _lost_room(closed)


def _as_spectator(event: Event, viewer: SpectatorViewer) -> Event | None:
    match event:
        case StatusChanged():
            return replace(event, note="")
        case RoundStarted() | PaceChanged():
            return event
        case Said() | Interjected() | Offered() | Accepted() | Answered() | WalkedAway():
            return replace(event, words=replace(event.words, fallback=None)) if viewer.shows_talk else None
        case OfferChanged():
            return event if viewer.shows_talk else None
        case MindFailed() | SeatChanged() | InputRequested() | ExpiryWarned() | InputTimedOut() | ThreadExpired():
            return None
        case ApprovalRequested() | ApprovalDecided() | BundleReached():
            return None
        case Decided():
            decided = replace(event, explanation="", reason=_told(event))
            return decided if viewer.shows_talk else replace(decided, seller_id=None, offer_id=None, terms=None)
        case Closed():
            closed = replace(event, explanation="", reason=_told(event))
            return closed if viewer.shows_talk else replace(closed, seller_id=None, terms=None)


_FOR_OTHERS = {
    Reason.APPROVED: Reason.CHOSEN,
    Reason.DECIDED_NOW: Reason.CHOSEN,
    Reason.ONLY_OFFER: Reason.BEST_OFFER,
}


def _told(event: Decided | Closed) -> Reason:
    """Why, as others than the buyer's side may know it: that its agent had to ask would tell where its mandate ends.

    So a deal that was approved reads like any that the buyer was told, or chose, to make. That an offer was the only
    one within its limits would tell those who know another offer that this one was not.
    """
    return _FOR_OTHERS.get(event.reason, event.reason) if event.result is Result.DEAL else event.reason


def _without_others_options(event: Event, party: Party) -> Event:
    """That the other side is asked, and until when; what it may do depends on its stock and mandate."""
    if isinstance(event, InputRequested) and event.party is not party:
        return replace(event, actions=())
    return event


def _lost(event: Decided) -> Decided:
    return replace(event, result=Result.NO_DEAL, reason=_lost_by(event), seller_id=None, offer_id=None, terms=None)


def _lost_room(event: Closed) -> Closed:
    return replace(event, result=Result.NO_DEAL, reason=_lost_by(event), seller_id=None, terms=None)


def _lost_by(event: Decided | Closed) -> Reason:
    """A rival's deal tells no more than that the buyer chose it: how it came about is between those two."""
    return Reason.CHOSEN if event.result is Result.DEAL else event.reason


def _buyer_thread(setup: Setup, thread: Thread) -> BuyerThread:
    seat = setup.seat(thread.seller_id)
    return BuyerThread(
        seller_id=seat.seller_id,
        name=seat.name,
        ask=seat.limits.ask,
        bids=thread.bids,
        quotes=thread.quotes,
        quote=thread.quote,
        is_agreed=thread.is_agreed,
        failures=thread.failures,
        talk=thread.talk,
        agenda=setup.agenda(thread.seller_id),
    )


def _claimed_this_round(room: Room, thread: Thread) -> Decimal | None:
    bids = thread.bids
    return bids[-1].claim if bids and bids[-1].round == room.round else None


def _without_rivals(talk: tuple[Heard, ...], rivals: Sequence[str]) -> tuple[Heard, ...]:
    """A person's message to several sellers may name them all; each of them reads of "another seller"."""
    return tuple(
        replace(heard, words=replace(heard.words, text=hide_names(heard.words.text, rivals)))
        if heard.is_interjection
        else heard
        for heard in talk
    )


def _unanswered(talk: tuple[Heard, ...]) -> tuple[str, ...]:
    """What people wrote since the seller last spoke."""
    since: list[str] = []
    for heard in reversed(talk):
        if heard.party is Party.SELLER and not heard.is_interjection:
            break
        if heard.party is Party.BUYER and heard.words.voice.speaker is not Holder.AGENT:
            since.append(heard.words.text)
    return tuple(reversed(since))
