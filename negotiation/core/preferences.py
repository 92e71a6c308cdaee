"""What each side keeps to itself: its limits and what it gains from a deal."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from negotiation.core.terms import Terms
from negotiation.core.vocabulary import ApprovalKind


class Priority(StrEnum):
    MAXIMIZE_PROFIT = "maximize_profit"
    CUSTOMER_RETENTION = "customer_retention"


@dataclass(frozen=True, slots=True)
class Range:
    """Between which values a side takes a further term, both included.

    `worth` is what one more of it is worth to that side, in money for each unit of the item; below 0 less is better.
    """

    name: str
    low: int
    high: int
    worth: Decimal = Decimal(0)

    @property
    def ideal(self) -> int:
        """The end that `worth` favours; where it favours none, the middle."""
        if not self.worth:
            return (self.low + self.high) // 2
        return self.high if self.worth > 0 else self.low

    def burden(self, value: int) -> Decimal:
        """What that value takes from the side against its ideal, in money for each unit of the item."""
        short = self.high - value if self.worth > 0 else value - self.low
        return abs(self.worth) * max(short, 0)

    def nearest(self, value: int) -> int:
        return min(max(value, self.low), self.high)


Extras = tuple[tuple[str, int], ...]


def common_terms(buyer: tuple[Range, ...], seller: tuple[Range, ...]) -> tuple[str, ...]:
    """What is bargained over besides the price: each name of which some value suits both.

    Nothing where neither side gains or loses by any of them.
    """
    if not (buyer and seller):
        return ()
    theirs = {each.name: each for each in seller}
    pairs = [(each, theirs[each.name]) for each in buyer if each.name in theirs]
    meeting = [(one, other) for one, other in pairs if max(one.low, other.low) <= min(one.high, other.high)]
    if not any(one.worth or other.worth for one, other in meeting):
        return ()
    return tuple(sorted(one.name for one, _ in meeting))


def burden(ranges: tuple[Range, ...], extras: Extras, agenda: tuple[str, ...] = ()) -> Decimal:
    """What these further terms take from the side, in money for each unit.

    A term of the agenda that is left open counts at its worst end, any other that is not named not at all.
    """
    if not ranges:
        return Decimal(0)
    named = dict(extras)
    total = Decimal(0)
    for each in ranges:
        worth = each.worth
        if not worth:
            continue
        if each.name in named:
            value = named[each.name]
        elif each.name in agenda:
            value = each.low if worth > 0 else each.high
        else:
            continue
        # As `Range.burden`; written out, for a turn asks this some hundred times.
        short = each.high - value if worth > 0 else value - each.low
        if short > 0:
            total += worth * short if worth > 0 else -worth * short
    return total


def _permit_extras(allowed: tuple[Range, ...], extras: Extras) -> bool:
    """A term that a side has said nothing of is not one it may agree to alone."""
    return all(is_in_range(allowed, name, value) for name, value in extras)


def is_in_range(allowed: tuple[Range, ...], name: str, value: int) -> bool:
    return any(each.name == name and each.low <= value <= each.high for each in allowed)


class Style(StrEnum):
    RUDE = "rude"
    NEUTRAL = "neutral"
    VERY_SWEET = "very_sweet"


class Temperament(StrEnum):
    """How a seat's agent bargains: holding out long, as is usual for its circumstances, or for a quick deal."""

    PATIENT = "patient"
    BALANCED = "balanced"
    BRISK = "brisk"


class Policy(StrEnum):
    """What a buyer does whose last round brings no acceptable offer: bid its limit, or stay on its curve."""

    DEAL_FIRST = "deal_first"
    PRICE_FIRST = "price_first"


class Toughness(StrEnum):
    """How high above its floor a seller means to end."""

    GENEROUS = "generous"
    FAIR = "fair"
    TOUGH = "tough"


@dataclass(frozen=True, slots=True)
class BuyerLimits:
    """The buyer's mandate for one item; `maximum` is its reservation price.

    What an agent may not close alone it asks a person about: a total above `approve_above`, and a unit price under the
    minimum if `asks_below_minimum`; else such a price is refused. If `asks_nobody` it closes as if it had asked.
    """

    minimum: Decimal
    maximum: Decimal
    quantity: int
    extras: tuple[Range, ...] = ()
    approve_above: Decimal | None = None
    asks_below_minimum: bool = False
    asks_nobody: bool = False

    def permit(self, terms: Terms) -> bool:
        """Whether the buyer itself may offer these terms."""
        return self.minimum <= terms.unit_price and self.admit(terms)

    def admit(self, terms: Terms) -> bool:
        """Whether the buyer may take these terms from a seller, though perhaps not without asking.

        What further terms take from it counts against the maximum, too.
        """
        if terms.unit_price > self.maximum or terms.quantity > self.quantity:
            return False
        if terms.unit_price < self.minimum and not self.asks_below_minimum:
            return False
        if not terms.extras:
            return True
        is_worth_it = terms.unit_price + burden(self.extras, terms.extras) <= self.maximum
        return is_worth_it and _permit_extras(self.extras, terms.extras)

    def question(self, terms: Terms) -> ApprovalKind | None:
        """Why a person must be asked before an agent closes at these terms, None if it may close alone."""
        if self.asks_nobody:
            return None
        if terms.unit_price < self.minimum:
            return ApprovalKind.BELOW_MINIMUM
        if self.approve_above is not None and terms.total > self.approve_above:
            return ApprovalKind.ABOVE_THRESHOLD
        return None

    def surplus(self, terms: Terms) -> Decimal:
        """What the deal saves against the reservation price, over all units."""
        return (self.maximum - terms.unit_price) * terms.quantity


@dataclass(frozen=True, slots=True)
class SellerLimits:
    """One seller's cost, floor (its reservation price), public asking price and units in stock."""

    cost: Decimal
    floor: Decimal
    ask: Decimal
    stock: int
    priority: Priority = Priority.MAXIMIZE_PROFIT
    extras: tuple[Range, ...] = ()

    def permit(self, terms: Terms) -> bool:
        """Inside floor and asking price, and no less than the floor once further terms are paid for."""
        if not self.floor <= terms.unit_price <= self.ask or terms.quantity > self.stock:
            return False
        if not terms.extras:
            return True
        is_worth_it = terms.unit_price - burden(self.extras, terms.extras) >= self.floor
        return is_worth_it and _permit_extras(self.extras, terms.extras)

    def surplus(self, terms: Terms) -> Decimal:
        """What the deal earns above the floor, over all units."""
        return (terms.unit_price - self.floor) * terms.quantity
