"""What an arena is to play: every buyer's mind against every sellers' mind in every scenario, so many times."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from marketplace.errors import InvalidRequest, Problem
from marketplace.schemas import MAX_SEED
from marketplace.text import clean_text
from negotiation.arena.minds import Spec, read_minds
from negotiation.arena.scenarios import Scenario, check_scenarios
from negotiation.arena_models import MOST_REPEATS
from negotiation.core.vocabulary import Party

MOST_GAMES = 10_000
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ArenaRequest:
    """Minds as they are named; scenarios are read already."""

    name: str
    buyers: tuple[str, ...]
    sellers: tuple[str, ...]
    scenarios: tuple[Scenario, ...] = ()
    repeats: int = 1
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Game:
    """A scenario played once by two minds; `scenario` is its place in the list."""

    buyer: Spec
    sellers: Spec
    scenario: int
    repeat: int
    seed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """`model_games` are those in which a mind asks a model."""

    name: str
    buyers: tuple[Spec, ...]
    sellers: tuple[Spec, ...]
    scenarios: tuple[Scenario, ...]
    repeats: int
    seed: int

    @property
    def games(self) -> int:
        return len(self.buyers) * len(self.sellers) * len(self.scenarios) * self.repeats

    @property
    def rooms(self) -> int:
        items = sum(scenario.items for scenario in self.scenarios)
        return len(self.buyers) * len(self.sellers) * items * self.repeats

    @property
    def model_games(self) -> int:
        pairs = sum(buyer.uses_model or seller.uses_model for buyer in self.buyers for seller in self.sellers)
        return pairs * len(self.scenarios) * self.repeats

    def schedule(self) -> Iterator[Game]:
        """Scenario by scenario, so that an arena that is stopped has compared all minds on those it came to."""
        for repeat in range(self.repeats):
            for place, scenario in enumerate(self.scenarios):
                seed = game_seed(self.seed, scenario.name, repeat)
                for buyer in self.buyers:
                    for sellers in self.sellers:
                        yield Game(buyer, sellers, place, repeat, seed)


def with_scenarios(request: ArenaRequest, choose: Callable[[], tuple[Scenario, ...]]) -> ArenaRequest:
    """Raises InvalidRequest with what is wrong with the scenarios, and with the rest beside."""
    try:
        return replace(request, scenarios=choose())
    except InvalidRequest as wrong:
        problems = [*_about_numbers(request)]
        _minds(request, problems)
        raise InvalidRequest([*problems, *wrong.problems]) from wrong


def make_plan(request: ArenaRequest) -> Plan:
    """Raises InvalidRequest with all that is wrong."""
    problems = [*_about_numbers(request), *check_scenarios(request.scenarios)]
    buyers, sellers = _minds(request, problems)
    games = len(request.buyers) * len(request.sellers) * len(request.scenarios) * request.repeats
    if not problems and games > MOST_GAMES:
        problems.append(Problem("repeats", f"that makes {games:,} games; at most {MOST_GAMES:,} can be played"))
    if problems:
        raise InvalidRequest(problems)
    name = clean_text(request.name) or f"{len(buyers)} x {len(sellers)} minds, {len(request.scenarios)} scenarios"
    return Plan(name, buyers, sellers, request.scenarios, request.repeats, request.seed)


def game_seed(seed: int, scenario: str, repeat: int) -> int:
    """The same for all minds, so that they meet the same draws."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{scenario}/{repeat}".encode()).digest()[:8]) % MAX_SEED


def _about_numbers(request: ArenaRequest) -> Iterator[Problem]:
    if not 1 <= request.repeats <= MOST_REPEATS:
        yield Problem("repeats", f"must be from 1 to {MOST_REPEATS}, not {request.repeats}")
    if not 0 <= request.seed <= MAX_SEED:
        yield Problem("seed", f"must be from 0 to {MAX_SEED}, not {request.seed}")
    try:
        if len(clean_text(request.name)) > LONGEST_NAME:
            yield Problem("name", f"must have at most {LONGEST_NAME} characters")
    except ValueError as error:
        yield Problem("name", str(error))


def _minds(request: ArenaRequest, problems: list[Problem]) -> tuple[tuple[Spec, ...], tuple[Spec, ...]]:
    """Buyers' and sellers'; what is wrong with them is added to the problems."""
    return (
        _collected(lambda: read_minds(request.buyers, Party.BUYER, "buyers"), problems),
        _collected(lambda: read_minds(request.sellers, Party.SELLER, "sellers"), problems),
    )


def _collected(read: Callable[[], tuple[Spec, ...]], problems: list[Problem]) -> tuple[Spec, ...]:
    try:
        return read()
    except InvalidRequest as wrong:
        problems += wrong.problems
        return ()
