"""The state of a room: what the fold of its events amounts to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from negotiation.core.moves import Words
from negotiation.core.preferences import (
    BuyerLimits,
    Policy,
    SellerLimits,
    Style,
    Temperament,
    Toughness,
    common_terms,
)
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import ApprovalKind, Holder, OfferStatus, Party, RoomStatus


@dataclass(frozen=True, slots=True)
class SellerSeat:
    """One invited seller. `name` is unique in the room; draws are keyed by it, so list order never matters.

    `bundle_discount` is the share by which it betters its price once it has sold the buyer another item of the session.
    """

    seller_id: str
    name: str
    limits: SellerLimits
    style: Style = Style.NEUTRAL
    holder: Holder = Holder.AGENT
    temperament: Temperament = Temperament.BALANCED
    toughness: Toughness = Toughness.FAIR
    bundle_discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything about a room that is fixed before it starts, private numbers included.

    With `draws_by_limits` a seat's draws depend on its own limits, too. Else, where one seed serves many rooms, a rival
    who has learned a limit in one of them could work out the next from its first offer.
    """

    item_name: str
    buyer_name: str
    buyer: BuyerLimits
    sellers: tuple[SellerSeat, ...]
    max_rounds: int
    seed: int = 0
    disclose_best_offer: bool = True
    buyer_holder: Holder = Holder.AGENT
    buyer_temperament: Temperament = Temperament.BALANCED
    buyer_policy: Policy = Policy.DEAL_FIRST
    draws_by_limits: bool = False

    def seat(self, seller_id: str) -> SellerSeat:
        return next(seat for seat in self.sellers if seat.seller_id == seller_id)

    def agenda(self, seller_id: str) -> tuple[str, ...]:
        """The further terms that are bargained over with that seller, by name; both sides know which they are."""
        if not self.buyer.extras:
            return ()
        return common_terms(self.buyer.extras, self.seat(seller_id).limits.extras)


@dataclass(frozen=True, slots=True)
class Offer:
    """`is_taken`: the other side has accepted it, whatever became of it."""

    offer_id: int
    party: Party
    seller_id: str
    round: int
    terms: Terms
    claim: Decimal | None = None
    is_final: bool = False
    packages: tuple[Terms, ...] = ()
    status: OfferStatus = OfferStatus.PENDING
    is_taken: bool = False

    @property
    def is_live(self) -> bool:
        return self.status is OfferStatus.PENDING

    @property
    def options(self) -> tuple[Terms, ...]:
        """All that the other side may take, by the number of the package; 0 are the terms themselves."""
        return (self.terms, *self.packages)


@dataclass(frozen=True, slots=True)
class Heard:
    """Words as they stand in a thread."""

    party: Party
    round: int
    words: Words
    is_interjection: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """One seller's talk with the buyer, oldest first.

    `is_asked`: whoever holds the seat that has the turn was asked to move. `is_stood_in`: it did not in time, and the
    strategy makes this one move for it. `is_in_bundle`: the seller has sold the buyer another item of the session;
    `is_bundle_due`: and has made no offer since.
    """

    seller_id: str
    is_open: bool = True
    turn: Party = Party.BUYER
    offers: tuple[Offer, ...] = ()
    talk: tuple[Heard, ...] = ()
    failures: int = 0
    holder: Holder = Holder.AGENT
    is_asked: bool = False
    is_stood_in: bool = False
    is_in_bundle: bool = False
    is_bundle_due: bool = False

    @property
    def bid(self) -> Offer | None:
        """The buyer's latest offer while it is open."""
        return next((offer for offer in reversed(self.offers) if offer.party is Party.BUYER and offer.is_live), None)

    @property
    def quote(self) -> Offer | None:
        """The standing offer: the seller's latest open one, or the bid it accepted."""
        if not self.is_open:
            return None
        return next((offer for offer in reversed(self.offers) if is_standing(offer)), None)

    @property
    def is_agreed(self) -> bool:
        """The seller has accepted the buyer's bid and is bound by it."""
        quote = self.quote
        return quote is not None and quote.party is Party.BUYER

    @property
    def bids(self) -> tuple[Offer, ...]:
        return tuple([offer for offer in self.offers if offer.party is Party.BUYER])

    @property
    def quotes(self) -> tuple[Offer, ...]:
        return tuple([offer for offer in self.offers if offer.party is Party.SELLER])


def is_standing(offer: Offer) -> bool:
    """The buyer may award it: a seller's open offer, or a bid that the seller accepted."""
    if offer.party is Party.SELLER:
        return offer.is_live
    return offer.status is OfferStatus.ACCEPTED


def holding(quotes: Sequence[Offer], limits: SellerLimits, needed: int) -> list[Offer]:
    """What the seller's agent holds to of what was asked: not what a person asked beyond the seller's limits."""
    return [quote for quote in quotes if limits.permit(quote.terms) and quote.terms.quantity <= needed]


@dataclass(frozen=True, slots=True)
class Approval:
    """A deal that waits for a person's word; `number` counts from 1 in each room."""

    number: int
    kind: ApprovalKind
    seller_id: str
    offer_id: int
    terms: Terms


@dataclass(frozen=True, slots=True)
class Room:
    """`winner` and `terms` are set by the one `Decided`; `status` is final after the one `Closed`.

    `turn_seconds` is the room's own rest before each turn, None if it has the session's.
    """

    setup: Setup
    threads: tuple[Thread, ...]
    status: RoomStatus = RoomStatus.PENDING
    round: int = 0
    offer_count: int = 0
    is_decided: bool = False
    winner: str | None = None
    terms: Terms | None = None
    buyer_holder: Holder = Holder.AGENT
    approval_count: int = 0
    approval: Approval | None = None
    turn_seconds: Decimal | None = None
    pause_after_round: int | None = None

    def thread(self, seller_id: str) -> Thread:
        return next(thread for thread in self.threads if thread.seller_id == seller_id)

    def holder(self, party: Party, seller_id: str) -> Holder:
        """Who moves for that party in that thread."""
        return self.buyer_holder if party is Party.BUYER else self.thread(seller_id).holder

    @property
    def open_threads(self) -> tuple[Thread, ...]:
        return tuple([thread for thread in self.threads if thread.is_open])

    @property
    def has_agreement(self) -> bool:
        return any(thread.is_agreed for thread in self.open_threads)

    @property
    def answers_given(self) -> int:
        """How many answers of minds are on record."""
        return sum(not heard.is_interjection for thread in self.threads for heard in thread.talk)

    @property
    def is_last_round(self) -> bool:
        return self.round >= self.setup.max_rounds


def new_room(setup: Setup) -> Room:
    threads = tuple(Thread(seat.seller_id, holder=seat.holder) for seat in setup.sellers)
    return Room(setup, threads, buyer_holder=setup.buyer_holder)
