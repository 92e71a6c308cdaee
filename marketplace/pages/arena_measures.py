"""What the measures of an arena are called on its pages, what they mean, and how their values read."""

from collections.abc import Callable
from dataclasses import dataclass

from marketplace.templatetags.parley import NOTHING, duration
from negotiation.arena.results import Estimate, Measure
from negotiation.figures import MINUS


@dataclass(frozen=True, slots=True)
class Shown:
    """A measure; `least_span` is the smallest difference that takes the whole of the colours."""

    key: Measure
    words: str
    short: str
    meaning: str
    direction: str
    read: Callable[[float], str]
    least_span: float

    def value(self, value: float | None) -> str:
        return NOTHING if value is None else self.read(value)

    def interval(self, estimate: Estimate) -> str:
        if estimate.low is None or estimate.high is None:
            return ""
        return f"{self.read(estimate.low)} to {self.read(estimate.high)}"


def share(value: float) -> str:
    return _signed(value, f"{abs(value):.3f}")


def percent(value: float) -> str:
    return _signed(value, f"{abs(value) * 100:.1f} %")


def dollars(value: float) -> str:
    """What models cost: parts of a cent count."""
    return f"${value:.2f}" if value == 0 or value >= 1 else f"${value:.4f}"


def _count(value: float) -> str:
    return f"{value:.1f}"


def _signed(value: float, digits: str) -> str:
    return f"{MINUS}{digits}" if value < 0 and digits.strip("0. %") else digits


MEASURES = (
    Shown(
        Measure.COMPETITIVE_SHARE,
        "Competitive share",
        "Competitive",
        "What the buyer got of all that open competition would have left it; 1 is the competitive price, or better.",
        "The deeper, the better for the buyer.",
        share,
        0.1,
    ),
    Shown(
        Measure.IDEAL_SHARE,
        "Buyer's share",
        "Buyer's share",
        "What the buyer got of all that there was to gain; 0 where a possible deal was missed.",
        "The deeper, the better for the buyer.",
        share,
        0.1,
    ),
    Shown(
        Measure.SELLER_SHARE,
        "Sellers' share",
        "Sellers' share",
        "What the seller that won got of all that there was to gain; 0 where a possible deal was missed.",
        "The deeper, the better for the sellers.",
        share,
        0.1,
    ),
    Shown(
        Measure.DEALS,
        "Deals",
        "Deals",
        "Of the rooms in which a deal was possible, those that ended in one.",
        "The deeper, the more deals.",
        percent,
        0.1,
    ),
    Shown(
        Measure.EFFICIENCY,
        "Efficiency",
        "Efficiency",
        "What both sides together got of all that there was to gain; 1 where the right seller won.",
        "The deeper, the less was lost.",
        share,
        0.1,
    ),
    Shown(
        Measure.NASH_RATIO,
        "Evenness",
        "Evenness",
        "How evenly the gain was split: 1 in the middle, 0 where one side took it all (the Nash ratio).",
        "The deeper, the more even.",
        share,
        0.1,
    ),
    Shown(
        Measure.ROUNDS,
        "Rounds",
        "Rounds",
        "After how many rounds a room was over.",
        "The deeper, the longer it took.",
        _count,
        2,
    ),
    Shown(
        Measure.SECONDS,
        "Time",
        "Time",
        "How long a room took from its start to its end.",
        "The deeper, the longer it took.",
        duration,
        1,
    ),
    Shown(
        Measure.COST,
        "Cost",
        "Cost",
        "What language models cost in a room, in US dollars.",
        "The deeper, the dearer.",
        dollars,
        0.001,
    ),
)


def shown(key: str) -> Shown:
    """By what an address calls it; what is none is the first."""
    return next((one for one in MEASURES if one.key == key), MEASURES[0])


def of_measure(measure: Measure) -> Shown:
    return shown(measure.value)
