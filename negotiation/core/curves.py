"""How far a side has come along its way by a round, and what the seed of its seat draws to hide where that ends.

Time-dependent tactics after Faratin, Sierra and Jennings (1998), written with e = 1/beta: the share of the way that is
given after a fraction x of the rounds is x ** e, so e > 1 holds out long (Boulware) and e = 1 is linear.
"""

import math
import random
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from negotiation.core.preferences import Priority, Temperament
from negotiation.core.visibility import BuyerView, SellerView

CROWDED_EXPONENT, LONELY_EXPONENT = Decimal(4), Decimal("2.5")
# The parts of the rounds by which a curve would end are drawn between these.
SELLER_DEADLINE, BUYER_DEADLINE = ("0.7", "1.6"), ("0.8", "1.4")
# The part of the rounds after which a side makes up for what a late deadline has kept back.
CATCHES_UP_AFTER = Decimal("0.6")
# So many rounds at least are left for sellers to answer each other's prices in.
LAST_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Temper:
    """A seller's concession: `exponent` of its curve, `resistance` the mean height of its aim above the floor as a
    share of the way from floor to asking price."""

    exponent: Decimal
    resistance: Decimal


TEMPERS = {
    Priority.MAXIMIZE_PROFIT: Temper(Decimal(2), Decimal("0.15")),
    Priority.CUSTOMER_RETENTION: Temper(Decimal("1.5"), Decimal("0.06")),
}


@dataclass(frozen=True, slots=True)
class Patience:
    """What a temperament makes of a side's usual concession: `lateness` multiplies the exponents of its curves,
    `firmness` how high above its floor a seller aims. Who `takes_early` takes what it finds acceptable though others
    still compete."""

    lateness: Decimal
    firmness: Decimal = Decimal(1)
    takes_early: bool = False


PATIENCE = {
    Temperament.PATIENT: Patience(Decimal("1.6"), firmness=Decimal("1.5")),
    Temperament.BALANCED: Patience(Decimal(1)),
    Temperament.BRISK: Patience(Decimal("0.5"), takes_early=True),
}


def gone_alone(view: BuyerView, at_round: int) -> Decimal:
    """The share of the way to its limit that a buyer goes for the one seller left, by that round."""
    return _gone(view, at_round, drawn(view.seed, "deadline", *BUYER_DEADLINE), LONELY_EXPONENT)


def gone_in_a_crowd(view: BuyerView, at_round: int) -> Decimal:
    """The same where sellers compete, of the part that it goes there at all."""
    return _given_by_then(view, elapsed(at_round, view.max_rounds), CROWDED_EXPONENT)


def gone_to_aim(view: SellerView, at_round: int) -> Decimal:
    """The share of the way to its aim that a seller has given by that round."""
    deadline = drawn(view.seed, "deadline", *SELLER_DEADLINE)
    return _gone(view, at_round, deadline, TEMPERS[view.limits.priority].exponent)


def answers_rivals_from(max_rounds: int) -> int:
    """The round from which a seller goes below a rival's price: the last four, or the last two fifths if those are
    more. A war of prices leads to the floors; begun earlier it would show them to a buyer who may still leave."""
    return max(1, min(max_rounds - LAST_ROUNDS + 1, math.floor(CATCHES_UP_AFTER * (max_rounds - 1)) + 2))


def elapsed(at_round: int, max_rounds: int) -> Decimal:
    """The fraction of the rounds gone: 0 in the first, 1 in the last and in a room of one round."""
    if max_rounds <= 1:
        return Decimal(1)
    return min(Decimal(1), Decimal(at_round - 1) / (max_rounds - 1))


@lru_cache(maxsize=4096)
def drawn(seed: int, purpose: str, low: str, high: str) -> Decimal:
    """A number between the bounds that is the seat's own for this purpose."""
    share = Decimal(str(random.Random(f"{seed}/{purpose}").random()))
    return Decimal(low) + share * (Decimal(high) - Decimal(low))


def _gone(view: BuyerView | SellerView, at_round: int, deadline: Decimal, exponent: Decimal) -> Decimal:
    """By a curve that would end at the deadline, made up for in the last rounds: in the last one it is all."""
    by_now = elapsed(at_round, view.max_rounds)
    given = _given_by_then(view, min(Decimal(1), by_now / deadline), exponent)
    if by_now <= CATCHES_UP_AFTER:
        return given
    until_then = _given_by_then(view, min(Decimal(1), CATCHES_UP_AFTER / deadline), exponent)
    late = (by_now - CATCHES_UP_AFTER) / (1 - CATCHES_UP_AFTER)
    return max(given, until_then + late * (1 - until_then))


def _given_by_then(view: BuyerView | SellerView, part: Decimal, exponent: Decimal) -> Decimal:
    """After this part of the way to the deadline."""
    return Decimal(part ** (exponent * PATIENCE[view.temperament].lateness))
