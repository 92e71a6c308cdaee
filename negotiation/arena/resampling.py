"""Means with 95 % intervals by the bootstrap: whole scenarios are drawn anew, for rooms of one scenario are alike.

All estimates over the same number of scenarios use the same draws, so that the same figures give the same interval.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

DRAWS = 1000
LOWEST, HIGHEST = 25, 974  # of the means in order: between them lie 95 %
SEED = "arena"


@dataclass(frozen=True, slots=True)
class Estimate:
    """The mean over `count` rooms; no interval where there are fewer than two scenarios."""

    mean: float | None
    low: float | None
    high: float | None
    count: int


NOTHING = Estimate(None, None, None, 0)


def estimate(samples: Iterable[tuple[str, float]]) -> Estimate:
    """Of values, each with the scenario that it is from."""
    by_scenario: dict[str, list[float]] = {}
    for scenario, value in samples:
        by_scenario.setdefault(scenario, []).append(value)
    if not by_scenario:
        return NOTHING
    groups = [by_scenario[scenario] for scenario in sorted(by_scenario)]
    sums, counts = [sum(group) for group in groups], [len(group) for group in groups]
    total = sum(counts)
    mean = sum(sums) / total
    if len(groups) < 2:
        return Estimate(mean, None, None, total)
    low, high = _bounds(sums, counts)
    return Estimate(mean, low, high, total)


def _bounds(sums: Sequence[float], counts: Sequence[int]) -> tuple[float, float]:
    alike = {total / count for total, count in zip(sums, counts, strict=True)}
    if len(alike) == 1:
        [mean] = alike
        return mean, mean
    draws, size = _draws(len(sums)), len(sums)
    if len(set(counts)) == 1:
        of_all = size * counts[0]
        means = sorted(sum(draw(sums)) / of_all for draw in draws)
    else:
        means = sorted(sum(draw(sums)) / sum(draw(counts)) for draw in draws)
    return means[LOWEST], means[HIGHEST]


@lru_cache(maxsize=8)
def _draws(size: int) -> list[Callable[[Sequence[Any]], tuple[Any, ...]]]:
    """For so many scenarios: what takes those of one draw out of a list."""
    chance = random.Random(f"{SEED}/{size}")
    return [itemgetter(*chance.choices(range(size), k=size)) for _ in range(DRAWS)]
