"""What happened in a room: the closed union that the log stores and every view is made of.

An event says only what was said, offered or decided between the parties; limits are never in one.
"""

from dataclasses import dataclass
from decimal import Decimal

from negotiation.core.moves import Words
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Failure, OfferStatus, Party, Reason, Result, RoomStatus


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
    """A person spoke for the buyer beside the turns; nobody's turn passes."""

    seller_ids: tuple[str, ...]
    round: int
    words: Words


@dataclass(frozen=True, slots=True)
class Offered:
    """`offer_id` counts from 1 in each room; `claim` is the verified rival price the buyer named."""

    party: Party
    seller_id: str
    round: int
    offer_id: int
    terms: Terms
    words: Words
    claim: Decimal | None = None
    is_final: bool = False


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
    """An offer was rejected by the other side or withdrawn by its maker; `OfferChanged` says which."""

    party: Party
    seller_id: str
    round: int
    offer_id: int
    words: Words


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
    | Decided
    | Closed
)
