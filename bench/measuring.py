"""What all benchmarks share: a unit of processor time, percentiles, lines with goals, and tables kept in documents."""

import math
import os
import platform
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PERFORMANCE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
UNIT_LOOPS = 200_000


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    figure: str


@dataclass(frozen=True, slots=True)
class Line:
    """One measured thing. Without a goal it is told for orientation; `met` is None then."""

    part: str
    what: str
    figure: str
    goal: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "**not met**", None: ""}[self.met]


def at_most(part: str, what: str, value: float, goal: float, unit: str = "") -> Line:
    """A value that cannot be had is not met."""
    return Line(part, what, f"{_said(value)}{unit}", f"at most {_said(goal)}{unit}", value <= goal)


def at_least(part: str, what: str, value: float, goal: float, unit: str = "") -> Line:
    return Line(part, what, f"{_said(value)}{unit}", f"at least {_said(goal)}{unit}", value >= goal)


def exactly(part: str, what: str, value: object, goal: object) -> Line:
    return Line(part, what, str(value), str(goal), value == goal)


def table_of(lines: Sequence[Line]) -> str:
    rows = [f"| {line.part} | {line.what} | {line.figure} | {line.goal} | {line.verdict} |" for line in lines]
    return "\n".join(["| part | what | figure | goal | |", "|---|---|---|---|---|", *rows])


def unit_seconds() -> float:
    """The processor time of a fixed loop, the best of five: what other processor times are divided by."""
    return min(_timed_loop() for _ in range(5))


def percentile(seconds: Iterable[float], share: float) -> float:
    """The smallest value that this share of all does not exceed; not a number where there are none."""
    ordered = sorted(seconds)
    if not ordered:
        return math.nan
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Iterable[float]) -> float:
    known = list(values)
    return statistics.median(known) if known else math.nan


def write_table(mark: str, table: str, document: Path = PERFORMANCE) -> None:
    """Put the table between its marks in the document, with the machine it was measured on."""
    head, begin, rest_of = document.read_text("utf-8").partition(f"<!-- {mark} -->")
    _, end, tail = rest_of.partition(f"<!-- /{mark} -->")
    if not (begin and end):
        raise ValueError(f"{document} has no place for {mark}")
    document.write_text(f"{head}<!-- {mark} -->\n{machine()}\n\n{table}\n<!-- /{mark} -->{tail}", "utf-8")


def machine() -> str:
    load = f"load {os.getloadavg()[0]:.1f} at the end"
    return f"Machine: {platform.machine()}, {os.cpu_count()} cores ({load}), Python {platform.python_version()}."


def _timed_loop() -> float:
    started, total = time.process_time(), 0
    for number in range(UNIT_LOOPS):
        total += number * number % 7
    return time.process_time() - started


def _said(value: float) -> str:
    if math.isnan(value):
        return "nothing measured"
    if value == int(value) and abs(value) < 1e9:
        return str(int(value))
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
