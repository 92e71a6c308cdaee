"""The rooms behind a cell of an arena: how each ended, sorted as somebody asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marketplace.models import Session
from marketplace.pages.arena_measures import MEASURES, share
from marketplace.templatetags.parley import NOTHING
from negotiation.arena.results import Cell, GameLine, Measure

ON_A_PAGE = 30
FIGURES = (Measure.IDEAL_SHARE, Measure.SELLER_SHARE, Measure.DEALS, Measure.EFFICIENCY, Measure.ROUNDS)
# By what an address calls them: the words, and whether their values are figures.
COLUMNS = {
    "scenario": ("Scenario", False),
    "result": ("Result", False),
    "price": ("Price", True),
    "competitive_share": ("Competitive", True),
    "ideal_share": ("Buyer's share", True),
    "seller_share": ("Sellers' share", True),
    "rounds": ("Rounds", True),
}


@dataclass(frozen=True, slots=True)
class Figure:
    words: str
    mean: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A room as the table tells it."""

    game: GameLine
    currency: str

    @property
    def result(self) -> str:
        if self.game.error:
            return "Failed"
        if self.game.result == "deal":
            return "Deal"
        return "Missed deal" if self.game.is_feasible else "No deal possible"

    @property
    def is_miss(self) -> bool:
        return bool(self.game.error) or (self.game.is_feasible and self.game.result != "deal")

    @property
    def competitive_share(self) -> str:
        return _share(self.game.competitive_share)

    @property
    def ideal_share(self) -> str:
        return _share(self.game.ideal_share)

    @property
    def seller_share(self) -> str:
        return _share(self.game.seller_share)


@dataclass(frozen=True, slots=True)
class Sorting:
    """Worst for the buyer first where nothing is asked."""

    column: str = ""
    is_falling: bool = False

    @classmethod
    def asked(cls, text: str) -> "Sorting":
        column = text.removeprefix("-")
        return cls(column, text.startswith("-")) if column in COLUMNS else cls()

    def sorted(self, games: Iterable[GameLine]) -> list[GameLine]:
        """What has no value comes last either way."""
        listed = list(games)
        if not self.column:
            return listed
        known = [one for one in listed if getattr(one, self.column) is not None]
        known.sort(key=lambda one: getattr(one, self.column), reverse=self.is_falling)
        return known + [one for one in listed if getattr(one, self.column) is None]

    def of(self, column: str) -> str:
        """What `aria-sort` says of a column."""
        if column != self.column:
            return ""
        return "descending" if self.is_falling else "ascending"

    def next(self, column: str) -> str:
        return f"-{column}" if column == self.column and not self.is_falling else column


@dataclass(frozen=True, slots=True)
class Column:
    words: str
    is_number: bool
    sorted: str
    next: str


def columns_of(sorting: Sorting) -> list[Column]:
    return [
        Column(words, is_number, sorting.of(name), sorting.next(name)) for name, (words, is_number) in COLUMNS.items()
    ]


def over_of(games: Iterable[GameLine]) -> list[GameLine]:
    return [one for one in games if one.state.is_over]


def figures_of(cell: Cell) -> list[Figure]:
    """The means of the cell, the first with its range."""
    first, *rest = [one for one in MEASURES if one.key in (Measure.COMPETITIVE_SHARE, *FIGURES)]
    interval = first.interval(cell.value)
    told = Figure(first.words, first.value(cell.value.mean), interval)
    return [told, *(Figure(one.words, one.value(cell.means.get(one.key))) for one in rest)]


def as_shown(games: Sequence[GameLine]) -> list[Shown]:
    codes = {one.session_code for one in games if one.session_code}
    currencies = dict(Session.objects.filter(code__in=codes).values_list("code", "currency"))
    return [Shown(one, currencies.get(one.session_code, "USD") if one.session_code else "USD") for one in games]


def _share(value: float | None) -> str:
    return NOTHING if value is None else share(value)
