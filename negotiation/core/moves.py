"""What a seat may want to do, and the words it says with it."""

from dataclasses import dataclass, field
from decimal import Decimal

from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Fallback, Reason, Voice

# How many more packages an offer may carry beside its terms.
MOST_PACKAGES = 2


@dataclass(frozen=True, slots=True)
class Words:
    """`fallback` says why no model spoke where one should have."""

    text: str
    voice: Voice = Voice.TEMPLATE
    fallback: Fallback | None = None


SILENCE = Words("")


@dataclass(frozen=True, slots=True)
class Say:
    """Use the turn for words alone."""

    words: Words


@dataclass(frozen=True, slots=True)
class Propose:
    """An offer or counter-offer. `claim` is a rival price the buyer states; `is_final` freezes a seller's price.

    `packages` are other terms of the same worth to the mover: the other side may take one of them instead.
    """

    terms: Terms
    words: Words = SILENCE
    claim: Decimal | None = None
    is_final: bool = False
    packages: tuple[Terms, ...] = ()


@dataclass(frozen=True, slots=True)
class Accept:
    """A seller's accept is a firm quote at the buyer's bid; the buyer's accept is the award and closes the room.

    `package` is which of the offer is taken: 0 its terms themselves, else the package of that number from 1.
    """

    offer_id: int
    words: Words = SILENCE
    package: int = 0


@dataclass(frozen=True, slots=True)
class Reject:
    offer_id: int
    words: Words = SILENCE


@dataclass(frozen=True, slots=True)
class Withdraw:
    offer_id: int
    words: Words = SILENCE


@dataclass(frozen=True, slots=True)
class WalkAway:
    words: Words = SILENCE


Move = Say | Propose | Accept | Reject | Withdraw | WalkAway


@dataclass(frozen=True, slots=True)
class Bids:
    """The buyer goes on: one move for each seller it still talks to."""

    moves: tuple[tuple[str, Move], ...]


@dataclass(frozen=True, slots=True)
class Award:
    """The buyer takes a standing offer, or that package of it. Farewells are said before the decision is announced."""

    seller_id: str
    offer_id: int
    reason: Reason
    farewells: tuple[tuple[str, Words], ...] = field(default=())
    package: int = 0


@dataclass(frozen=True, slots=True)
class Leave:
    """The buyer ends the room without a deal."""

    reason: Reason
    farewells: tuple[tuple[str, Words], ...] = field(default=())


BuyerTurn = Bids | Award | Leave
