"""Logistic regression by Newton's method, and figures that say how good probabilities were. Plain Python."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

RIDGE = 1.0
MOST_STEPS = 12
_HOLDS = 1e12


@dataclass(frozen=True, slots=True)
class Bin:
    """Of the cases to which about the same probability was given: how many, the mean of it, and how often it was so."""

    cases: int
    said: float
    came: float


def fit(
    rows: Sequence[Sequence[float]], came: Sequence[bool], never_above_zero: Collection[int] = (), ridge: float = RIDGE
) -> list[float]:
    """The weights under which what came was most likely; the ridge keeps them small, but not the first.

    A weight that must not be above 0 and would be is held at 0, and the others are fitted again.
    """
    held: set[int] = set()
    while True:
        weights = _fit(rows, came, held, ridge)
        wrong = {place for place in never_above_zero if place not in held and weights[place] > 0}
        if not wrong:
            return weights
        held |= wrong


def _fit(rows: Sequence[Sequence[float]], came: Sequence[bool], held: Collection[int], ridge: float) -> list[float]:
    size = len(rows[0])
    weights = [0.0] * size
    for _ in range(MOST_STEPS):
        slope, curve = _derivatives(rows, came, weights)
        for place in range(1, size):
            slope[place] = 0.0 if place in held else slope[place] - ridge * weights[place]
            curve[place][place] += _HOLDS if place in held else ridge
        step = _solve(curve, slope)
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 0.003:
            break
    return weights


def probability(weights: Sequence[float], row: Sequence[float]) -> float:
    logit = sum(weight * value for weight, value in zip(weights, row, strict=True))
    return 1 / (1 + math.exp(-min(max(logit, -30.0), 30.0)))


def brier(said: Sequence[float], came: Sequence[bool]) -> float:
    return sum((p - c) ** 2 for p, c in zip(said, came, strict=True)) / len(said)


def sharpness(said: Sequence[float]) -> float:
    """The standard deviation of the probabilities: 0 if the same is said of everything."""
    mean = sum(said) / len(said)
    return math.sqrt(sum((p - mean) ** 2 for p in said) / len(said))


def reliability(said: Sequence[float], came: Sequence[bool], bins: int = 10) -> list[Bin]:
    """In bins of equal width, without the empty ones."""
    kept: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for p, c in zip(said, came, strict=True):
        kept[min(bins - 1, int(p * bins))].append((p, c))
    return [
        Bin(len(cases), sum(p for p, _ in cases) / len(cases), sum(c for _, c in cases) / len(cases))
        for cases in kept
        if cases
    ]


def calibration_error(said: Sequence[float], came: Sequence[bool]) -> float:
    """The mean distance between what was said and what came, over the bins, each by its cases."""
    return sum(each.cases * abs(each.said - each.came) for each in reliability(said, came)) / len(said)


def _derivatives(
    rows: Sequence[Sequence[float]], came: Sequence[bool], weights: Sequence[float]
) -> tuple[list[float], list[list[float]]]:
    size = len(weights)
    slope, curve = [0.0] * size, [[0.0] * size for _ in range(size)]
    for row, c in zip(rows, came, strict=True):
        p = probability(weights, row)
        spread = max(p * (1 - p), 1e-9)
        present = [(i, value) for i, value in enumerate(row) if value]
        for place, (i, value) in enumerate(present):
            slope[i] += (c - p) * value
            scaled, line = spread * value, curve[i]
            for j, other in present[: place + 1]:
                line[j] += scaled * other
    for i in range(size):
        for j in range(i):
            curve[j][i] = curve[i][j]
    return slope, curve


def _solve(matrix: list[list[float]], vector: list[float]) -> list[float]:
    """By elimination; a row without a pivot is left at 0."""
    size = len(vector)
    rows = [[*line, value] for line, value in zip(matrix, vector, strict=True)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda place: abs(rows[place][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        if abs(rows[i][i]) < 1e-12:
            continue
        for j in range(size):
            if j != i and rows[j][i]:
                part = rows[j][i] / rows[i][i]
                rows[j] = [a - part * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [rows[i][size] / rows[i][i] if abs(rows[i][i]) >= 1e-12 else 0.0 for i in range(size)]
