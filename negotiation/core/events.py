"""What happened in a room: the closed union that the log stores and every view is made of.

An event says only what was said, offered or decided between the parties; limits are never in one.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from negotiation.core.moves import Words
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import (
    Action,
    ApprovalKind,
    ApprovalState,
    Failure,
    Holder,
    OfferStatus,
    Party,
    Reason,
    Result,
    RoomStatus,
)


@dataclass(frozen=True, slots=True)
class StatusChanged:
    old: RoomStatus
    new: RoomStatus
    note: str = ""


@dataclass(frozen=True, slots=True)
class RoundStarted:
    round: int


@dataclass(frozen=True, slots=True)
class Said:
    """The turn was used for words alone."""

    party: Party
    seller_id: str
    round: int
    words: Words


@dataclass(frozen=True, slots=True)
class Interjected:
    """Somebody spoke beside the turns, for the buyer to these sellers or for the one seller; nobody's turn passes.

    `told` is how each of the sellers reads it, in their order, where the words name others of the room; else empty.
    """

    seller_ids: tuple[str, ...]
    round: int
    words: Words
    party: Party = Party.BUYER
    told: tuple[str, ...] = ()

    def words_for(self, seller_id: str) -> Words:
        return replace(self.words, text=self.told[self.seller_ids.index(seller_id)]) if self.told else self.words


@dataclass(frozen=True, slots=True)
class Offered:
    """`offer_id` counts from 1 in each room; `claim` is the verified rival price the buyer named.

    `packages` are what the other side may take instead of `terms`.
    """

    party: Party
    seller_id: str
    round: int
    offer_id: int
    terms: Terms
    words: Words
    claim: Decimal | None = None
    is_final: bool = False
    packages: tuple[Terms, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A seller takes the buyer's bid: from now on that bid is its firm quote, at `terms`."""

    party: Party
    seller_id: str
    round: int
    offer_id: int
    terms: Terms
    words: Words


@dataclass(frozen=True, slots=True)
class OfferChanged:
    seller_id: str
    offer_id: int
    status: OfferStatus


@dataclass(frozen=True, slots=True)
class Answered:
    """An offer was rejected by the other side or withdrawn by its maker; `OfferChanged` says which.

    `turn` is whose turn it is then, None if it stays as it was.
    """

    party: Party
    seller_id: str
    round: int
    offer_id: int
    words: Words
    turn: Party | None = None


@dataclass(frozen=True, slots=True)
class WalkedAway:
    party: Party
    seller_id: str
    round: int
    words: Words


@dataclass(frozen=True, slots=True)
class MindFailed:
    party: Party
    seller_id: str
    round: int
    failure: Failure


class TableEvent:
    """About who holds a seat, what waits for whom, and how fast: nothing that a side says or offers to the other."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SeatChanged(TableEvent):
    """A seat changed hands: the buyer's, where there is no seller, or that seller's."""

    party: Party
    seller_id: str
    holder: Holder


@dataclass(frozen=True, slots=True)
class PaceChanged(TableEvent):
    """The whole pace from now on: the rest before each turn (None: the session's), and the round, if any, after whose
    answers the room is to be paused."""

    turn_seconds: Decimal | None
    pause_after_round: int | None


@dataclass(frozen=True, slots=True)
class BundleReached(TableEvent):
    """That seller has sold the buyer another item of the session, and may now better its price here once."""

    seller_id: str


@dataclass(frozen=True, slots=True)
class InputRequested(TableEvent):
    """A person or program has the turn in that thread, may do this, and has so many seconds for it."""

    party: Party
    seller_id: str
    actions: tuple[Action, ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class ExpiryWarned(TableEvent):
    """The time for a move runs out in so many seconds."""

    party: Party
    seller_id: str
    seconds: int


@dataclass(frozen=True, slots=True)
class InputTimedOut(TableEvent):
    """Nobody moved in time; the strategy makes this one move."""

    party: Party
    seller_id: str


@dataclass(frozen=True, slots=True)
class ThreadExpired(TableEvent):
    """Nobody moved in time, and that seller's thread has ended."""

    party: Party
    seller_id: str


@dataclass(frozen=True, slots=True)
class ApprovalRequested(TableEvent):
    """The buyer's agent wants to close with this standing offer and may not alone."""

    number: int
    kind: ApprovalKind
    seller_id: str
    offer_id: int
    terms: Terms
    seconds: int


@dataclass(frozen=True, slots=True)
class ApprovalDecided(TableEvent):
    """`by` is who decided, empty if nobody did."""

    number: int
    state: ApprovalState
    seller_id: str
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """The one decision. `terms` and the ids are those of the awarded offer, None without a deal."""

    result: Result
    reason: Reason
    round: int
    seller_id: str | None = None
    offer_id: int | None = None
    terms: Terms | None = None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """The last event of every room."""

    status: RoomStatus
    result: Result
    reason: Reason
    round: int
    seller_id: str | None = None
    terms: Terms | None = None
    explanation: str = ""


Event = (
    StatusChanged
    | RoundStarted
    | Said
    | Interjected
    | Offered
    | Accepted
    | OfferChanged
    | Answered
    | WalkedAway
    | MindFailed
    | SeatChanged
    | PaceChanged
    | BundleReached
    | InputRequested
    | ExpiryWarned
    | InputTimedOut
    | ThreadExpired
    | ApprovalRequested
    | ApprovalDecided
    | Decided
    | Closed
)
