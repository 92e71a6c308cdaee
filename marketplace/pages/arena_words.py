"""Sentences about an arena: what its games multiply up from, and which of two minds is better."""

from marketplace.pages.arena_measures import share
from negotiation.arena.results import Difference
from negotiation.core.vocabulary import Party

TIMES = "\N{MULTIPLICATION SIGN}"


def counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def sum_words(buyers: int, sellers: int, scenarios: int, repeats: int) -> str:
    factors = [
        counted(buyers, "buyer", "buyers"),
        counted(sellers, "sellers' mind", "sellers' minds"),
        counted(scenarios, "scenario", "scenarios"),
        *([f"{repeats} times"] if repeats > 1 else []),
    ]
    games = buyers * sellers * scenarios * repeats
    return f"{f' {TIMES} '.join(factors)} = {counted(games, 'game', 'games')}"


def difference_words(difference: Difference | None, party: Party, first: str, second: str) -> str:
    """The verdict in a sentence; `first` and `second` as they were asked for."""
    if first == second:
        return "Choose two minds that differ."
    if difference is None:
        return f"{first} and {second} have not played the same game yet."
    better, other, low, high = _better_first(difference)
    ahead = f"{better} is ahead of {other} by {share(abs(difference.mean))}"
    measure = "the buyer's share" if party is Party.BUYER else "the sellers' share"
    where = f"in {measure} on {_rooms(difference.count)}"
    if low is None or high is None:
        return f"{ahead} {where}: too little to tell skill from luck."
    if difference.mean == low == high == 0:
        return f"{first} and {second} came to exactly the same {where}."
    span = f"({share(low)} to {share(high)})"
    if low <= 0:
        return f"Nobody can tell which is better: {ahead} {span} {where}, and that may be luck."
    return f"{better} is better than {other} by {share(abs(difference.mean))} {span} {where}."


def _rooms(count: int) -> str:
    return "the one room that both played" if count == 1 else f"the same {count:,} rooms"


def _better_first(difference: Difference) -> tuple[str, str, float | None, float | None]:
    if difference.mean >= 0:
        return difference.first, difference.second, difference.low, difference.high
    low = None if difference.high is None else -difference.high
    high = None if difference.low is None else -difference.low
    return difference.second, difference.first, low, high
