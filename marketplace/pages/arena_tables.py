"""The grid, the leaderboards and the comparisons of an arena as its page draws them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from marketplace.pages.arena_measures import Shown, dollars, of_measure, percent
from marketplace.templatetags.parley import NOTHING, duration
from negotiation.arena.results import OWN_SHARE, Cell, Estimate, Measure, Row, Table
from negotiation.core.vocabulary import Party

HEAT_STEPS = 10
SIDES = {Party.BUYER: "Buyers", Party.SELLER: "Sellers"}


@dataclass(frozen=True, slots=True)
class HeatCell:
    """`step` is how deep its colour is, from 0; None where there is nothing to colour."""

    mean: str
    interval: str
    step: int | None
    games: int
    failed: int
    address: str


@dataclass(frozen=True, slots=True)
class Grid:
    measure: Shown
    sellers: tuple[str, ...]
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]
    lowest: str
    highest: str
    steps: range


@dataclass(frozen=True, slots=True)
class BoardRow:
    """`left`, `middle` and `right` are where its bar is, in percent of the board's axis; None where there is none."""

    place: int
    mind: str
    mean: str
    interval: str
    left: str | None
    middle: str | None
    right: str | None


@dataclass(frozen=True, slots=True)
class Board:
    side: Party
    title: str
    meaning: str
    short: str
    low: str
    high: str
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True, slots=True)
class CostRow:
    mind: str
    side: str
    games: int
    deals: str
    rounds: str
    seconds: str
    model_seconds: str
    fallbacks: str
    violations: str
    tokens: str
    cost: str
    asks_models: bool


def grid_of(table: Table, address: str) -> Grid:
    """Each cell leads to its games at the address."""
    measure = of_measure(table.measure)
    means = [cell.value.mean for cell in table.cells if cell.value.mean is not None]
    low, high = _colour_range(means, measure.least_span)
    rows = tuple(
        (
            buyer,
            tuple(
                _heat_cell(table.cell(buyer, sellers), measure, (low, high), f"{address}?{_places(row, column)}")
                for column, sellers in enumerate(table.sellers)
            ),
        )
        for row, buyer in enumerate(table.buyers)
    )
    return Grid(measure, table.sellers, rows, measure.value(low), measure.value(high), range(HEAT_STEPS))


def boards_of(table: Table) -> tuple[Board, Board]:
    """Buyers by their part of all there was to gain, sellers by theirs."""
    buyers = _board(
        Party.BUYER, "Best buyers", "By the share of all there was to gain, over all sellers.", table.buyer_rows
    )
    sellers = _board(
        Party.SELLER, "Best sellers", "By the share of all there was to gain, against all buyers.", table.seller_rows
    )
    return buyers, sellers


def costs_of(table: Table) -> list[CostRow]:
    rows = [(row, Party.BUYER) for row in table.buyer_rows] + [(row, Party.SELLER) for row in table.seller_rows]
    return [_cost_row(row, party) for row, party in rows]


def _heat_cell(cell: Cell, measure: Shown, span: tuple[float, float], address: str) -> HeatCell:
    mean = cell.value.mean
    step = None if mean is None else _step(mean, span)
    return HeatCell(measure.value(mean), measure.interval(cell.value), step, cell.done, cell.failed, address)


def _places(buyer: int, sellers: int) -> str:
    return urlencode({"buyer": buyer, "sellers": sellers})


def _colour_range(means: Sequence[float], least: float) -> tuple[float, float]:
    """From the lowest to the highest mean, and so wide at least that small differences do not look large."""
    if not means:
        return 0.0, least
    low, high = min(means), max(means)
    if high - low < least:
        low = max(0.0, high - least) if high >= 0 else high - least
        high = max(high, low + least)
    return low, high


def _step(value: float, span: tuple[float, float]) -> int:
    low, high = span
    return min(HEAT_STEPS - 1, int((value - low) / (high - low) * HEAT_STEPS))


def _board(side: Party, title: str, meaning: str, rows: Sequence[Row]) -> Board:
    measure = of_measure(OWN_SHARE[side])
    low, high = _axis([row.share for row in rows])
    shown = tuple(_board_row(row, measure, low, high) for row in rows)
    return Board(side, title, meaning, "Share", f"{low:.2f}", f"{high:.2f}", shown)


def _axis(estimates: Sequence[Estimate]) -> tuple[float, float]:
    """Round ends around all ranges."""
    known = [value for one in estimates for value in (one.low, one.mean, one.high) if value is not None]
    if not known:
        return 0.0, 1.0
    low, high = math.floor(min(known) * 20) / 20, math.ceil(max(known) * 20) / 20
    return low, max(high, low + 0.05)


def _board_row(row: Row, measure: Shown, low: float, high: float) -> BoardRow:
    def place(value: float | None) -> str | None:
        return None if value is None else f"{(value - low) / (high - low) * 100:.2f}"

    of = row.share
    interval = measure.interval(of)
    return BoardRow(
        row.place, row.mind, measure.value(of.mean), interval, place(of.low), place(of.mean), place(of.high)
    )


def _cost_row(row: Row, party: Party) -> CostRow:
    return CostRow(
        mind=row.mind,
        side="Buyer" if party is Party.BUYER else "Sellers",
        games=row.games,
        deals=NOTHING if row.deals is None else percent(row.deals),
        rounds=of_measure(Measure.ROUNDS).value(row.rounds),
        seconds=NOTHING if row.seconds is None else duration(row.seconds),
        model_seconds=duration(row.model_seconds) if row.calls else NOTHING,
        fallbacks=f"{row.fallbacks:,}" if row.calls or row.fallbacks else NOTHING,
        violations=f"{row.violations:,}" if row.calls else NOTHING,
        tokens=f"{row.tokens:,}" if row.calls else NOTHING,
        cost=dollars(row.cost),
        asks_models=row.calls > 0,
    )
