"""Means, rates and slopes with 95 % intervals. Plain numbers; what they are of is said elsewhere."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

RESAMPLES = 400
# Fewer tell nothing of how far a mean may be off; from so many on the central limit says it as well as drawing does.
LEAST, MANY = 5, 400
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Estimate:
    """`low` and `high` are None where too few were seen."""

    mean: float
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Point:
    """What one room adds to a regression; `control` is held fixed."""

    x: float
    y: float
    control: float = 0.0


def estimate(values: Sequence[float], seed: int = 1) -> Estimate | None:
    """The mean, with the percentile interval of a seeded bootstrap (Efron 1979)."""
    if not values:
        return None
    mean = fmean(values)
    if len(values) < LEAST:
        return Estimate(mean, None, None, len(values))
    if len(values) >= MANY:
        spread = _Z * math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values))
        return Estimate(mean, mean - spread, mean + spread, len(values))
    chance = random.Random(seed)
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return Estimate(mean, means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1], len(values))


def rate(claims: Sequence[bool]) -> Estimate | None:
    """How often it was so, with the score interval of Wilson (1927), which means something at 0 and 1 too."""
    if not claims:
        return None
    count = len(claims)
    part = sum(claims) / count
    if count < LEAST:
        return Estimate(part, None, None, count)
    weight = 1 + _Z**2 / count
    middle = (part + _Z**2 / (2 * count)) / weight
    spread = _Z / weight * math.sqrt(part * (1 - part) / count + _Z**2 / (4 * count**2))
    low, high = max(0.0, middle - spread), min(1.0, middle + spread)
    return Estimate(part, min(low, part), max(high, part), count)


def slope(points: Sequence[Point]) -> Estimate | None:
    """By least squares, of y over x with an intercept and the control held fixed (Frisch and Waugh 1933).

    None where x does not vary, or under ten points.
    """
    if len(points) < 2 * LEAST:
        return None
    controls = [point.control for point in points]
    xs = _freed_of(controls, [point.x for point in points])
    ys = _freed_of(controls, [point.y for point in points])
    return through_origin(list(zip(xs, ys, strict=True)), estimated=3 if any(controls) else 2)


def through_origin(pairs: Sequence[tuple[float, float]], *, estimated: int = 1) -> Estimate | None:
    """The slope of a line through the origin; `estimated`: how many numbers were drawn from the data for it."""
    spread = sum(x * x for x, _ in pairs)
    if not pairs or spread < 1e-12:
        return None
    found = sum(x * y for x, y in pairs) / spread
    freedom = len(pairs) - estimated
    if freedom < LEAST - 1:
        return Estimate(found, None, None, len(pairs))
    off = _Z * math.sqrt(sum((y - found * x) ** 2 for x, y in pairs) / freedom / spread)
    return Estimate(found, found - off, found + off, len(pairs))


def _freed_of(controls: Sequence[float], values: Sequence[float]) -> list[float]:
    """What is left of the values once their mean and what goes along with the control are taken away."""
    middle, mean = fmean(controls), fmean(values)
    apart = [control - middle for control in controls]
    spread = sum(each * each for each in apart)
    along = sum(a * (v - mean) for a, v in zip(apart, values, strict=True)) / spread if spread > 1e-12 else 0.0
    return [value - mean - along * each for value, each in zip(values, apart, strict=True)]
