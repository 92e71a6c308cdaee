"""What one buyer and one seller could have agreed on, told from both sides' private numbers: never for a seat.

All combinations of further terms that suit both are enumerated, each with the whole interval of its legal prices. A
cent moved in the price is a cent for the one side and from the other, so in money the outcomes of a combination lie on
a line of slope -1, and the more joint gain a combination leaves the further out its line lies.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import product

from negotiation.core.preferences import BuyerLimits, Extras, Range, SellerLimits, burden, common_terms
from negotiation.core.room import Setup
from negotiation.core.terms import CENT, Terms
from negotiation.core.utility import buyer_utility, seller_utility

# How many combinations are looked at; of wide ranges evenly spread values then, both ends among them.
MOST_COMBINATIONS = 4000


@dataclass(frozen=True, slots=True)
class Point:
    """A possible agreement: each side's utility in 0..1, and its gain over walking away in money for each unit."""

    unit_price: Decimal
    extras: Extras
    buyer_utility: Decimal
    seller_utility: Decimal
    buyer_gain: Decimal
    seller_gain: Decimal

    @property
    def joint_gain(self) -> Decimal:
        return self.buyer_gain + self.seller_gain


@dataclass(frozen=True, slots=True)
class Frontier:
    """`points` are the ends of the pieces of which the Pareto frontier is made, the buyer's utility ascending.

    `is_coarse`: not every combination was enumerated. The solutions are exact to the cent on those that were:
    Nash (1950) the largest product of both gains; Kalai and Smorodinsky (1975) the largest equal part of what each
    could gain at most; egalitarian (Kalai 1977) the largest equal gain in money. Where no two are equal, the larger
    smaller one.
    """

    points: tuple[Point, ...]
    nash: Point
    kalai_smorodinsky: Point
    egalitarian: Point
    combinations: int
    is_coarse: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an agreement lies. `left_per_unit` is the joint gain that could still have been had with neither worse."""

    buyer_utility: Decimal
    seller_utility: Decimal
    left_per_unit: Decimal


@dataclass(frozen=True, slots=True)
class _Line:
    """One combination of terms, and between which unit prices both may agree to it."""

    extras: Extras
    low: Decimal
    high: Decimal
    buyers: Decimal  # the buyer's gain at the price of nothing
    sellers: Decimal  # likewise the seller's

    @property
    def joint_gain(self) -> Decimal:
        return self.buyers + self.sellers

    def gains(self, price: Decimal) -> tuple[Decimal, Decimal]:
        return self.buyers - price, self.sellers + price

    def nearest(self, price: Decimal) -> tuple[Decimal, ...]:
        """The prices in whole cents on either side of this one, within the line."""
        around = (price.quantize(CENT, ROUND_FLOOR), price.quantize(CENT, ROUND_CEILING))
        return tuple({min(max(each, self.low), self.high) for each in around})


def frontier(setup: Setup, seller_id: str) -> Frontier | None:
    """None where nothing but the price was bargained over, or nothing could have been agreed to."""
    buyer, seller = setup.buyer, setup.seat(seller_id).limits
    values, is_coarse = common_values(buyer, seller, MOST_COMBINATIONS)
    lines = list(_lines(buyer, seller, values)) if values else []
    if not lines:
        return None
    most = max(line.buyers - line.low for line in lines), max(line.sellers + line.high for line in lines)

    def point(best: tuple[_Line, Decimal]) -> Point:
        return _point(setup, seller_id, best[0].extras, best[1])

    return Frontier(
        points=tuple(map(point, _pieces(lines))),
        nash=point(_solve(lines, (Decimal(1), Decimal(1)), is_product=True)),
        kalai_smorodinsky=point(_solve(lines, most)),
        egalitarian=point(_solve(lines, (Decimal(1), Decimal(1)))),
        combinations=math.prod(len(each) for _, each in values),
        is_coarse=is_coarse,
    )


def place(setup: Setup, seller_id: str, terms: Terms) -> Placed:
    buyer, seller, agenda = setup.buyer, setup.seat(seller_id).limits, setup.agenda(seller_id)
    at = _gains(setup, seller_id, terms)
    values, _ = common_values(buyer, seller, MOST_COMBINATIONS)
    left = [left for line in _lines(buyer, seller, values) if (left := _left(line, *at)) is not None] if values else []
    return Placed(
        buyer_utility=buyer_utility(buyer, terms, agenda),
        seller_utility=seller_utility(seller, terms, agenda),
        left_per_unit=max([Decimal(0), *left]).quantize(CENT, ROUND_FLOOR),
    )


def common_values(buyer: BuyerLimits, seller: SellerLimits, most: int) -> tuple[list[tuple[str, Sequence[int]]], bool]:
    """By term the values that suit both, in order, and whether some between the ends were left out.

    They are where there would be more than `most` combinations of them.
    """
    agenda = common_terms(buyer.extras, seller.extras)
    pairs = [(_range(buyer.extras, name), _range(seller.extras, name)) for name in agenda]
    bounds = [(max(one.low, other.low), min(one.high, other.high)) for one, other in pairs]
    most_each = _most_each([high - low + 1 for low, high in bounds], most)
    spread = [_spread(low, high, most_each) for low, high in bounds]
    is_coarse = any(high - low + 1 > most_each for low, high in bounds)
    return list(zip(agenda, spread, strict=True)), is_coarse


def _gains(setup: Setup, seller_id: str, terms: Terms) -> tuple[Decimal, Decimal]:
    buyer, seller, agenda = setup.buyer, setup.seat(seller_id).limits, setup.agenda(seller_id)
    buyers = buyer.maximum - terms.unit_price - burden(buyer.extras, terms.extras, agenda)
    return buyers, terms.unit_price - burden(seller.extras, terms.extras, agenda) - seller.floor


def _left(line: _Line, buyers: Decimal, sellers: Decimal) -> Decimal | None:
    """What the line has more for both together, None if no price on it leaves both at least as well off."""
    low, high = max(line.low, sellers - line.sellers), min(line.high, line.buyers - buyers)
    return line.joint_gain - buyers - sellers if low <= high else None


def _range(ranges: tuple[Range, ...], name: str) -> Range:
    return next(each for each in ranges if each.name == name)


def _most_each(sizes: Sequence[int], combinations: int) -> int:
    """How many values of each term there is room for, two at least."""
    most = max(sizes, default=0)
    while most > 2 and math.prod(min(size, most) for size in sizes) > combinations:
        most = max(2, most * 9 // 10)
    return most


def _spread(low: int, high: int, most: int) -> Sequence[int]:
    if high - low + 1 <= most:
        return range(low, high + 1)
    return sorted({low + (high - low) * step // (most - 1) for step in range(most)})


def _lines(buyer: BuyerLimits, seller: SellerLimits, values: Sequence[tuple[str, Sequence[int]]]) -> Iterator[_Line]:
    names = [name for name, _ in values]
    costs = {
        (name, value): (burden(buyer.extras, ((name, value),)), burden(seller.extras, ((name, value),)))
        for name, each in values
        for value in each
    }
    for chosen in product(*(each for _, each in values)):
        extras = tuple(zip(names, chosen, strict=True))
        buyers = buyer.maximum - sum((costs[pair][0] for pair in extras), Decimal(0))
        sellers = sum((costs[pair][1] for pair in extras), Decimal(0)) + seller.floor
        low = max(buyer.minimum, sellers.quantize(CENT, ROUND_CEILING))
        high = min(seller.ask, buyers.quantize(CENT, ROUND_FLOOR))
        if low <= high:
            yield _Line(extras, low, high, buyers, -sellers)


def _solve(
    lines: Sequence[_Line], scale: tuple[Decimal, Decimal], *, is_product: bool = False
) -> tuple[_Line, Decimal]:
    """The outcome with the largest product of gains, or the largest smaller one of the scaled gains."""
    by_buyer, by_seller = (each or Decimal(1) for each in scale)

    def merit(candidate: tuple[_Line, Decimal]) -> tuple[Decimal, Decimal]:
        line, price = candidate
        buyers, sellers = line.gains(price)
        if is_product:
            return buyers * sellers, line.joint_gain
        return min(buyers / by_buyer, sellers / by_seller), line.joint_gain

    candidates = [(line, price) for line in lines for price in line.nearest(_balance(line, by_buyer, by_seller))]
    return max(candidates, key=merit)


def _balance(line: _Line, by_buyer: Decimal, by_seller: Decimal) -> Decimal:
    """Where the scaled gains are equal; with equal scales also where their product is largest."""
    return (line.buyers * by_seller - line.sellers * by_buyer) / (by_buyer + by_seller)


def _pieces(lines: Sequence[_Line]) -> list[tuple[_Line, Decimal]]:
    """The ends of the undominated parts of the lines, from the seller's best outcome to the buyer's.

    Where a line of more joint gain reaches as far, no other counts; beyond its buyer's end a lower line begins.
    """
    outward = sorted(lines, key=lambda line: (-line.joint_gain, line.low))
    ends = [(outward[0], outward[0].high), (outward[0], outward[0].low)]
    for line in outward[1:]:
        seller_end, buyer_end = ends[0], ends[-1]
        if line.buyers - line.low > buyer_end[0].buyers - buyer_end[1]:
            level = line.buyers - (buyer_end[0].buyers - buyer_end[1])
            ends += [(line, min(line.high, level.quantize(CENT, ROUND_CEILING) - CENT)), (line, line.low)]
        if line.sellers + line.high > seller_end[0].sellers + seller_end[1]:
            level = seller_end[0].sellers + seller_end[1] - line.sellers
            ends[:0] = [(line, line.high), (line, max(line.low, level.quantize(CENT, ROUND_FLOOR) + CENT))]
    return ends


def _point(setup: Setup, seller_id: str, extras: Extras, price: Decimal) -> Point:
    terms, agenda = Terms(price, setup.buyer.quantity, extras), setup.agenda(seller_id)
    buyers, sellers = _gains(setup, seller_id, terms)
    return Point(
        unit_price=price,
        extras=extras,
        buyer_utility=buyer_utility(setup.buyer, terms, agenda),
        seller_utility=seller_utility(setup.seat(seller_id).limits, terms, agenda),
        buyer_gain=buyers,
        seller_gain=sellers,
    )
