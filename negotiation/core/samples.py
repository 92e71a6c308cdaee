"""What a set of ended rooms shows together: means with intervals, how shares are spread, and two kinds of bias.

A mean is taken over the rooms where its figure means something: shares where there was enough to share, the competitive
share where sellers competed. Prices are turned into parts of each room's surplus S, so that rooms of all sizes count
the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import fmean

from negotiation.core.analysis import Measures, lowest_legal_price
from negotiation.core.estimates import Estimate, Point, estimate, rate, slope, through_origin
from negotiation.core.room import SellerSeat, Setup
from negotiation.core.vocabulary import Party

# So many sellers must have been able to close for a room to count as one of real competition.
REAL_COMPETITION = 3
BINS = 10


@dataclass(frozen=True, slots=True)
class Case:
    """One ended room and what it took."""

    setup: Setup
    measures: Measures
    seconds: float = 0.0
    tokens: int = 0
    calls: int = 0
    cost: Decimal = Decimal(0)
    stand_ins: int = 0


@dataclass(frozen=True, slots=True)
class Bin:
    """Rooms with a competitive share from `low` to below `high`; without `high`, of `low` and more.

    The first bin also holds the shares below 0, of a buyer that paid more than its limit.
    """

    low: float
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Anchoring:
    """How many parts of what the asking prices were raised by came back in the price paid; 0 is none.

    `twins`: among rooms that differ in nothing private, the slope of the price over the mean asking price, both in
    parts of S and against the mean of their group. `contested`: across rooms with a choice of sellers, of
    (p - f1) / S over (mean ask - f1) / S, with (p* - f1) / S held fixed. `alone`: the same with one able seller.
    """

    twins: Estimate | None
    contested: Estimate | None
    alone: Estimate | None


@dataclass(frozen=True, slots=True)
class Position:
    """How often the first listed of two or more able sellers won, and how often it would have by merit alone.

    By merit the seller that could go lowest wins; of several such each has a part. `excess` is won minus merit.
    """

    won: float
    merit: float
    excess: Estimate


class Figure(StrEnum):
    """What is averaged, of all rooms it is defined in. Money is in parts of what is named."""

    DEAL_RATE = "deal_rate"  # of the rooms where a deal was possible
    COMPETITIVE_SHARE = "competitive_share"
    COMPETITIVE_SHARE_OF_MANY = "competitive_share_of_many"  # where three or more were able
    IDEAL_SHARE = "ideal_share"
    SELLER_SHARE = "seller_share"
    EFFICIENCY = "efficiency"
    IN_CORE = "in_core"  # of the deals where two or more were able, as are the next two
    CORE_SELLER_WON = "core_seller_won"
    LOWEST_FLOOR_WON = "lowest_floor_won"
    REGRET = "regret"  # of the buyer's limit
    LEFT_ON_THE_TABLE = "left_on_the_table"  # by the buyer, of its limit
    SAVED_AGAINST_ASK = "saved_against_ask"  # of the winner's asking price
    SAVED_AGAINST_LIMIT = "saved_against_limit"  # of the buyer's limit
    SPLIT_ALONE = "split_alone"  # where one seller was able, as are the next two
    NASH_RATIO_ALONE = "nash_ratio_alone"
    JAIN_INDEX_ALONE = "jain_index_alone"
    OPENING_GAP = "opening_gap"  # of the buyer's limit
    BUYER_CONCEDED = "buyer_conceded"  # of the opening gap
    SELLER_CONCEDED = "seller_conceded"
    ROUNDS = "rounds"  # to a deal
    SECONDS = "seconds"
    TOKENS = "tokens"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Counts:
    """`possible` are the rooms where a deal could legally be made, `missed` those of them without one."""

    rooms: int
    possible: int
    deals: int
    missed: int
    false_deals: int


@dataclass(frozen=True, slots=True)
class Study:
    counts: Counts
    figures: Mapping[Figure, Estimate | None]
    histogram: tuple[Bin, ...]
    anchoring: Anchoring
    position: Position | None


@dataclass(frozen=True, slots=True)
class Gist:
    """Some rooms of a set in a line. The last two are plain means."""

    counts: Counts
    deal_rate: Estimate | None
    competitive_share: Estimate | None
    ideal_share: Estimate | None
    saved_against_ask: float | None
    rounds: float | None


def study(cases: Sequence[Case]) -> Study:
    return Study(
        counts=count(cases),
        figures=_figures(cases),
        histogram=histogram(case.measures for case in cases),
        anchoring=anchoring(cases),
        position=position(cases),
    )


def gist(cases: Sequence[Case]) -> Gist:
    measured = [case.measures for case in cases]
    deals = [each for each in measured if each.deal]
    saved = _known(deals, _saved)
    return Gist(
        counts=count(cases),
        deal_rate=rate([each.deal is not None for each in measured if each.is_feasible]),
        competitive_share=_mean(measured, lambda each: each.captured),
        ideal_share=_mean([each for each in measured if each.has_stakes], lambda each: each.ideal_share),
        saved_against_ask=fmean(saved) if saved else None,
        rounds=fmean(each.rounds for each in deals) if deals else None,
    )


def count(cases: Sequence[Case]) -> Counts:
    measured = [case.measures for case in cases]
    return Counts(
        rooms=len(measured),
        possible=sum(each.is_feasible for each in measured),
        deals=sum(each.deal is not None for each in measured),
        missed=sum(each.is_missed for each in measured),
        false_deals=sum(each.is_false_deal for each in measured),
    )


def _figures(cases: Sequence[Case]) -> dict[Figure, Estimate | None]:
    possible = [case.measures for case in cases if case.measures.is_feasible]
    deals = [each for each in possible if each.deal]
    return {
        Figure.DEAL_RATE: rate([each.deal is not None for each in possible]),
        **_of_shares(possible),
        **_of_winners([each for each in deals if each.able > 1]),
        Figure.REGRET: _mean(possible, lambda each: _of_limit(each, each.regret)),
        Figure.LEFT_ON_THE_TABLE: _mean(possible, lambda each: _of_limit(each, each.left_by(Party.BUYER))),
        Figure.SAVED_AGAINST_ASK: _mean(deals, _saved),
        Figure.SAVED_AGAINST_LIMIT: _mean(deals, _under_limit),
        **_of_one_seller([each for each in deals if each.able == 1 and each.has_stakes]),
        **_of_the_way(deals),
        Figure.SECONDS: estimate([case.seconds for case in cases]),
        Figure.TOKENS: estimate([float(case.tokens) for case in cases]),
        Figure.COST: estimate([float(case.cost) for case in cases]),
    }


def _of_shares(possible: Sequence[Measures]) -> dict[Figure, Estimate | None]:
    staked = [each for each in possible if each.has_stakes]
    many = [each for each in possible if each.able >= REAL_COMPETITION]
    return {
        Figure.COMPETITIVE_SHARE: _mean(possible, lambda each: each.captured),
        Figure.COMPETITIVE_SHARE_OF_MANY: _mean(many, lambda each: each.captured),
        Figure.IDEAL_SHARE: _mean(staked, lambda each: each.ideal_share),
        Figure.SELLER_SHARE: _mean(staked, lambda each: each.seller_share),
        Figure.EFFICIENCY: _mean(staked, lambda each: each.efficiency),
    }


def _of_winners(chosen: Sequence[Measures]) -> dict[Figure, Estimate | None]:
    return {
        Figure.IN_CORE: rate([bool(each.is_in_core) for each in chosen]),
        Figure.CORE_SELLER_WON: rate([bool(each.has_core_winner) for each in chosen]),
        Figure.LOWEST_FLOOR_WON: rate([each.deal.has_lowest_floor for each in chosen if each.deal]),
    }


def _of_one_seller(alone: Sequence[Measures]) -> dict[Figure, Estimate | None]:
    return {
        Figure.SPLIT_ALONE: _mean(alone, lambda each: each.split),
        Figure.NASH_RATIO_ALONE: _mean(alone, lambda each: each.nash_ratio),
        Figure.JAIN_INDEX_ALONE: _mean(alone, lambda each: each.jain_index),
    }


def _of_the_way(deals: Sequence[Measures]) -> dict[Figure, Estimate | None]:
    return {
        Figure.OPENING_GAP: _mean(deals, lambda each: _of_limit(each, each.path.opening_gap) if each.path else None),
        Figure.BUYER_CONCEDED: _mean(deals, lambda each: each.path.buyer_part if each.path else None),
        Figure.SELLER_CONCEDED: _mean(deals, lambda each: each.path.seller_part if each.path else None),
        Figure.ROUNDS: _mean(deals, lambda each: Decimal(each.rounds)),
    }


def histogram(measured: Iterable[Measures]) -> tuple[Bin, ...]:
    """Of the competitive shares, where there was competition; the last bin holds all that no auction would beat."""
    counts = [0] * (BINS + 1)
    for each in measured:
        share = each.competitive_share
        if share is not None and each.has_competition:
            counts[max(0, min(BINS, int(share * BINS)))] += 1
    edges = [n / BINS for n in range(BINS + 1)]
    return tuple(Bin(low, high, count) for low, high, count in zip(edges, (*edges[1:], None), counts, strict=True))


def anchoring(cases: Sequence[Case]) -> Anchoring:
    deals = [case for case in cases if case.measures.deal is not None and case.measures.has_stakes]
    contested = [_anchored(case) for case in deals if case.measures.able >= REAL_COMPETITION]
    alone = [_anchored(case) for case in deals if case.measures.able == 1]
    return Anchoring(
        twins=_among_twins(deals),
        contested=slope(contested),
        alone=slope([Point(point.x, point.y) for point in alone]),
    )


def position(cases: Sequence[Case]) -> Position | None:
    """None where no room gave a choice."""
    chosen = [(case, able) for case in cases if case.measures.deal and len(able := _able(case.setup)) > 1]
    if not chosen:
        return None
    won = [float(case.measures.deal is not None and case.measures.deal.winner == able[0][1]) for case, able in chosen]
    merit = [_merit_of_first([price for price, _ in able]) for _, able in chosen]
    excess = estimate([has - ought for has, ought in zip(won, merit, strict=True)])
    assert excess is not None
    return Position(fmean(won), fmean(merit), excess)


def _merit_of_first(prices: Sequence[Decimal]) -> float:
    lowest = min(prices)
    return 1 / prices.count(lowest) if prices[0] == lowest else 0.0


def _able(setup: Setup) -> list[tuple[Decimal, str]]:
    """Those who could legally close, as they are listed."""
    lowest = ((lowest_legal_price(setup.buyer, seat.limits), seat.seller_id) for seat in setup.sellers)
    return [(price, seller_id) for price, seller_id in lowest if price is not None]


def _anchored(case: Case) -> Point:
    measures = case.measures
    ideal, competitive = measures.legal_prices[0], measures.competitive_price or measures.limit
    return Point(
        x=float((_mean_ask(case.setup) - ideal) / measures.surplus),
        y=float(((measures.price or ideal) - ideal) / measures.surplus),
        control=float((competitive - ideal) / measures.surplus),
    )


def _among_twins(deals: Sequence[Case]) -> Estimate | None:
    """From asking prices and prices paid against the means of the rooms that differ in nothing private."""
    groups: defaultdict[object, list[Point]] = defaultdict(list)
    for case in deals:
        groups[_private(case.setup)].append(_anchored(case))
    twins = [points for points in groups.values() if len(points) > 1]
    apart = []
    for points in twins:
        x, y = fmean(point.x for point in points), fmean(point.y for point in points)
        apart += [(point.x - x, point.y - y) for point in points]
    return through_origin(apart, estimated=len(twins) + 1)


def _private(setup: Setup) -> object:
    """What two rooms must share to be twins: the item, the limits, and the floors and units of all sellers."""
    sellers = sorted((seat.limits.floor, seat.limits.stock, seat.limits.cost) for seat in setup.sellers)
    return (setup.item_name, setup.buyer, setup.max_rounds, tuple(sellers))


def _mean_ask(setup: Setup) -> Decimal:
    asks = [seat.limits.ask for seat in _with_enough(setup)]
    return sum(asks, Decimal(0)) / len(asks)


def _with_enough(setup: Setup) -> list[SellerSeat]:
    return [seat for seat in setup.sellers if seat.limits.stock >= setup.buyer.quantity]


def _mean(measured: Iterable[Measures], figure: Callable[[Measures], Decimal | None]) -> Estimate | None:
    return estimate(_known(measured, figure))


def _known(measured: Iterable[Measures], figure: Callable[[Measures], Decimal | None]) -> list[float]:
    found = (figure(each) for each in measured)
    return [float(value) for value in found if value is not None]


def _of_limit(measures: Measures, amount: Decimal | None) -> Decimal | None:
    return amount / measures.limit if amount is not None and measures.limit > 0 else None


def _under_limit(measures: Measures) -> Decimal | None:
    """Of the limit."""
    return _of_limit(measures, measures.limit - measures.price) if measures.price is not None else None


def _saved(measures: Measures) -> Decimal | None:
    """Of what the winner asked."""
    deal = measures.deal
    return (deal.ask - deal.unit_price) / deal.ask if deal is not None and deal.ask > 0 else None
