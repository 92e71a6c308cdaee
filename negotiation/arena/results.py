"""What the games of an arena amount to: a grid of minds, two leaderboards, and differences on the same scenarios.

Pure: rooms in, figures out. A cell or a mind is a mean over rooms; its interval is over scenarios.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from negotiation.arena.resampling import Estimate as Estimate
from negotiation.arena.resampling import estimate
from negotiation.arena.scoring import Effort, RoomScore
from negotiation.core.vocabulary import ArenaState, GameState, Party


class Measure(StrEnum):
    """What a cell can show. Shares of a missed deal are 0; rounds and the Nash ratio are of deals alone."""

    COMPETITIVE_SHARE = "competitive_share"
    IDEAL_SHARE = "ideal_share"
    SELLER_SHARE = "seller_share"
    DEALS = "deals"
    EFFICIENCY = "efficiency"
    NASH_RATIO = "nash_ratio"
    ROUNDS = "rounds"
    SECONDS = "seconds"
    TOKENS = "tokens"
    COST = "cost"
    FALLBACKS = "fallbacks"


# By what each side is ranked: its part of the whole surplus.
OWN_SHARE = {Party.BUYER: Measure.IDEAL_SHARE, Party.SELLER: Measure.SELLER_SHARE}


@dataclass(frozen=True, slots=True)
class RoomResult:
    """A room that is over, who played it, and in which of the arena's games."""

    buyer: str
    sellers: str
    scenario: str
    repeat: int
    score: RoomScore

    def mind(self, party: Party) -> str:
        return self.buyer if party is Party.BUYER else self.sellers

    def effort(self, party: Party) -> Effort:
        return self.score.buyer_effort if party is Party.BUYER else self.score.sellers_effort


@dataclass(frozen=True, slots=True)
class Tally:
    """How many games two minds are to play, and how many of them ended or failed."""

    games: int
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Two minds against each other. `value` is of the table's measure."""

    buyer: str
    sellers: str
    games: int
    done: int
    failed: int
    value: Estimate
    means: Mapping[Measure, float | None]


@dataclass(frozen=True, slots=True)
class Row:
    """A mind over all its opponents; what models took, fallbacks and violations are of its own side."""

    place: int
    mind: str
    share: Estimate
    deals: float | None
    false_deals: int
    games: int
    rounds: float | None
    seconds: float | None
    calls: int
    tokens: int
    cost: float
    model_seconds: float
    fallbacks: int
    violations: int


@dataclass(frozen=True, slots=True)
class Table:
    """`cells` has a row for each buyer, in the order of `sellers`."""

    measure: Measure
    buyers: tuple[str, ...]
    sellers: tuple[str, ...]
    cells: tuple[Cell, ...]
    buyer_rows: tuple[Row, ...]
    seller_rows: tuple[Row, ...]
    done: int

    def cell(self, buyer: str, sellers: str) -> Cell:
        return self.cells[self.buyers.index(buyer) * len(self.sellers) + self.sellers.index(sellers)]


@dataclass(frozen=True, slots=True)
class Difference:
    """`first` less `second`, over `count` pairs of rooms that differ in nothing else."""

    first: str
    second: str
    mean: float
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an arena is; `share` of its games are over. `version` is another one as soon as any of it changes."""

    state: ArenaState
    total: int
    done: int
    failed: int
    playing: int
    waiting: int
    share: float
    seconds_left: float | None
    version: str


@dataclass(frozen=True, slots=True)
class GameLine:
    """A room of a game, or a game that has none; `error` is why it failed."""

    number: int
    scenario: str
    tags: tuple[str, ...]
    repeat: int
    seed: int
    state: GameState
    session_code: UUID | None
    room_code: UUID | None
    item: str
    is_feasible: bool
    result: str
    seller: str
    price: Decimal | None
    rounds: int
    competitive_share: float | None
    ideal_share: float | None
    seller_share: float | None
    fallbacks: int
    seconds: float
    error: str


Pairing = tuple[str, str]


def value_of(score: RoomScore, measure: Measure) -> float | None:
    """None where the measure is not defined in the room."""
    return _VALUES[measure](score)


def tabulate(
    rooms: Sequence[RoomResult],
    buyers: Sequence[str],
    sellers: Sequence[str],
    tallies: Mapping[Pairing, Tally],
    measure: Measure = Measure.COMPETITIVE_SHARE,
) -> Table:
    by_pairing: dict[Pairing, list[RoomResult]] = {}
    for room in rooms:
        by_pairing.setdefault((room.buyer, room.sellers), []).append(room)
    pairings = [(buyer, seller) for buyer in buyers for seller in sellers]
    return Table(
        measure=measure,
        buyers=tuple(buyers),
        sellers=tuple(sellers),
        cells=tuple(
            _cell(pair, by_pairing.get(pair, []), tallies.get(pair, Tally(0, 0, 0)), measure) for pair in pairings
        ),
        buyer_rows=leaderboard(rooms, Party.BUYER, buyers),
        seller_rows=leaderboard(rooms, Party.SELLER, sellers),
        done=sum(tally.done for tally in tallies.values()),
    )


def leaderboard(rooms: Iterable[RoomResult], party: Party, minds: Sequence[str]) -> tuple[Row, ...]:
    """Best share first; who has not played yet comes last. Equal shares have the same place."""
    by_mind: dict[str, list[RoomResult]] = {mind: [] for mind in minds}
    for room in rooms:
        by_mind[room.mind(party)].append(room)
    rows = [_row(mind, played, party) for mind, played in by_mind.items()]
    rows.sort(key=lambda row: -1.0 if row.share.mean is None else row.share.mean, reverse=True)
    shares = [row.share.mean for row in rows]
    return tuple(replace(row, place=1 + shares.index(row.share.mean)) for row in rows)


def estimate_of(rooms: Iterable[RoomResult], measure: Measure) -> Estimate:
    return estimate((room.scenario, value) for room in rooms if (value := value_of(room.score, measure)) is not None)


def mean_of(rooms: Sequence[RoomResult], measure: Measure) -> float | None:
    values = [value for room in rooms if (value := value_of(room.score, measure)) is not None]
    return sum(values) / len(values) if values else None


def compare(
    rooms: Iterable[RoomResult], party: Party, first: str, second: str, measure: Measure | None = None
) -> Difference | None:
    """By the side's own share if no measure is named, on the rooms that both played; None if there are none."""
    played = [room for room in rooms if room.mind(party) in (first, second)]
    found = paired_difference(
        [room for room in played if room.mind(party) == first],
        [room for room in played if room.mind(party) == second],
        party,
        measure or OWN_SHARE[party],
    )
    return Difference(first, second, found.mean, found.low, found.high, found.count) if found.mean is not None else None


def paired_difference(
    ours: Iterable[RoomResult], theirs: Iterable[RoomResult], party: Party, measure: Measure
) -> Estimate:
    """Ours less theirs, over the pairs of rooms in which the measure is defined."""
    differences = []
    for room, like in paired(ours, theirs, party):
        mine, other = value_of(room.score, measure), value_of(like.score, measure)
        if mine is not None and other is not None:
            differences.append((room.scenario, mine - other))
    return estimate(differences)


def paired(
    ours: Iterable[RoomResult], theirs: Iterable[RoomResult], party: Party
) -> list[tuple[RoomResult, RoomResult]]:
    """Each of ours with the one of theirs that has the same scenario, item, repeat and opponent."""
    known = {_pair_key(room, party): room for room in theirs}
    return [(room, known[key]) for room in ours if (key := _pair_key(room, party)) in known]


def is_false_deal(score: RoomScore) -> bool:
    """A deal was made that nobody could legally make."""
    return score.is_deal and not score.is_feasible


def _pair_key(room: RoomResult, party: Party) -> tuple[str, int, str, str]:
    return room.scenario, room.repeat, room.score.item_id, room.mind(party.other)


def _cell(pairing: Pairing, rooms: Sequence[RoomResult], tally: Tally, measure: Measure) -> Cell:
    return Cell(
        *pairing,
        games=tally.games,
        done=tally.done,
        failed=tally.failed,
        value=estimate_of(rooms, measure),
        means={each: mean_of(rooms, each) for each in Measure},
    )


def _row(mind: str, rooms: Sequence[RoomResult], party: Party) -> Row:
    efforts = [room.effort(party) for room in rooms]
    return Row(
        place=0,
        mind=mind,
        share=estimate_of(rooms, OWN_SHARE[party]),
        deals=mean_of(rooms, Measure.DEALS),
        false_deals=sum(is_false_deal(room.score) for room in rooms),
        games=len({(room.scenario, room.repeat, room.mind(party.other)) for room in rooms}),
        rounds=mean_of(rooms, Measure.ROUNDS),
        seconds=mean_of(rooms, Measure.SECONDS),
        calls=sum(effort.calls for effort in efforts),
        tokens=sum(effort.tokens for effort in efforts),
        cost=sum(effort.cost for effort in efforts),
        model_seconds=sum(effort.seconds for effort in efforts),
        fallbacks=sum(effort.fallbacks for effort in efforts),
        violations=sum(effort.violations for effort in efforts),
    )


def _deal(score: RoomScore) -> float | None:
    return float(score.is_deal) if score.is_feasible else None


def _rounds(score: RoomScore) -> float | None:
    return float(score.rounds) if score.is_deal else None


_VALUES: Mapping[Measure, Callable[[RoomScore], float | None]] = {
    Measure.COMPETITIVE_SHARE: lambda score: score.competitive_share,
    Measure.IDEAL_SHARE: lambda score: score.ideal_share,
    Measure.SELLER_SHARE: lambda score: score.seller_share,
    Measure.DEALS: _deal,
    Measure.EFFICIENCY: lambda score: score.efficiency,
    Measure.NASH_RATIO: lambda score: score.nash_ratio,
    Measure.ROUNDS: _rounds,
    Measure.SECONDS: lambda score: score.seconds,
    Measure.TOKENS: lambda score: float(score.buyer_effort.tokens + score.sellers_effort.tokens),
    Measure.COST: lambda score: score.buyer_effort.cost + score.sellers_effort.cost,
    Measure.FALLBACKS: lambda score: float(score.buyer_effort.fallbacks + score.sellers_effort.fallbacks),
}
