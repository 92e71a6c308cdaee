"""The picture of what two sides could have agreed on: the gain of the one across, that of the other up, in money."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from marketplace.templatetags.parley import money
from negotiation.core.frontier import Frontier

WIDTH, HEIGHT = 480, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 24, 44
# Marks that are closer than this share their label.
CLOSE_ACROSS, CLOSE_UP = 42, 14
AGREED, NASH, KALAI_SMORODINSKY, EGALITARIAN = "Agreed", "Nash", "Kalai-Smorodinsky", "Egalitarian"
SHORT = {KALAI_SMORODINSKY: "K-S", EGALITARIAN: "egalitarian"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One possible agreement as a row of the table: what a unit costs, with which terms, and what each side gains."""

    name: str
    meaning: str
    unit_price: Decimal
    terms: str
    buyer_gain: Decimal
    seller_gain: Decimal

    @property
    def joint_gain(self) -> Decimal:
        return self.buyer_gain + self.seller_gain


@dataclass(frozen=True, slots=True)
class Mark:
    """Where an agreement lies in the picture, and what is told of it there."""

    kind: str
    label: str
    x: str
    y: str
    words: str
    label_x: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: str
    amount: str


@dataclass(frozen=True, slots=True)
class Picture:
    """In the units of an SVG of `WIDTH` by `HEIGHT`. `left`: from the agreement to where both would be better off."""

    line: str
    marks: Sequence[Mark]
    across: Sequence[Tick]
    up: Sequence[Tick]
    left: str

    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - BOTTOM
    start: int = LEFT
    end: int = WIDTH - RIGHT
    top: int = TOP


def draw(found: Frontier, outcomes: Sequence[Outcome], left: Decimal, currency: str) -> Picture:
    gains = [(point.buyer_gain, point.seller_gain) for point in found.points]
    scale = _Scale([*gains, *((each.buyer_gain, each.seller_gain) for each in outcomes)])
    agreed, half = outcomes[0], left / 2
    away = [(agreed.buyer_gain, agreed.seller_gain), (agreed.buyer_gain + half, agreed.seller_gain + half)]
    amounts = scale.amounts()
    return Picture(
        line=_line(scale, gains),
        marks=_marks(scale, outcomes, currency),
        across=[Tick(_number(scale.x(amount)), _amount(amount, currency)) for amount in amounts],
        up=[Tick(_number(scale.y(amount)), _amount(amount, currency)) for amount in amounts],
        left=_line(scale, away) if left else "",
    )


class _Scale:
    """One scale of money for both axes, as a cent of the one side is a cent of the other's."""

    def __init__(self, gains: Sequence[tuple[Decimal, Decimal]]) -> None:
        self.low = min(Decimal(0), *(gain for pair in gains for gain in pair))
        high = max(gain for pair in gains for gain in pair)
        self.span = (high - self.low) * Decimal("1.05") or Decimal(1)

    def x(self, gain: Decimal) -> Decimal:
        return LEFT + (gain - self.low) / self.span * (WIDTH - LEFT - RIGHT)

    def y(self, gain: Decimal) -> Decimal:
        return HEIGHT - BOTTOM - (gain - self.low) / self.span * (HEIGHT - TOP - BOTTOM)

    def amounts(self) -> list[Decimal]:
        """Three or four round amounts."""
        rough = self.span / 3
        power = Decimal(1).scaleb(rough.adjusted())
        step = max(size * power for size in (Decimal(1), Decimal(2), Decimal(5)) if size * power <= rough)
        first = (self.low / step).to_integral_value(ROUND_CEILING) * step
        return [first + number * step for number in range(int((self.low + self.span - first) / step) + 1)]


def _marks(scale: _Scale, outcomes: Sequence[Outcome], currency: str) -> list[Mark]:
    """Marks in one place share a label, which the first of them has."""
    spots = [(scale.x(each.buyer_gain), scale.y(each.seller_gain)) for each in outcomes]
    labels: dict[int, list[str]] = {}
    for number, each in enumerate(outcomes):
        first = next((n for n in labels if _is_close(spots[n], spots[number])), number)
        labels.setdefault(first, []).append(SHORT.get(each.name, each.name))
    return [_mark(each, spots[number], labels.get(number, []), currency) for number, each in enumerate(outcomes)]


def _mark(each: Outcome, spot: tuple[Decimal, Decimal], names: Sequence[str], currency: str) -> Mark:
    x, y = spot
    is_right = x > (WIDTH + LEFT) / 2
    return Mark(
        kind="agreed" if each.name == AGREED else "solution",
        label=", ".join(names),
        x=_number(x),
        y=_number(y),
        words=f"{each.name}, {each.meaning}: {money(each.unit_price, currency)} with {each.terms}. "
        f"The buyer gains {money(each.buyer_gain, currency)} a unit, the seller {money(each.seller_gain, currency)}.",
        label_x=_number(x - 11 if is_right else x + 11),
        anchor="end" if is_right else "start",
    )


def _is_close(one: tuple[Decimal, Decimal], other: tuple[Decimal, Decimal]) -> bool:
    return abs(one[0] - other[0]) < CLOSE_ACROSS and abs(one[1] - other[1]) < CLOSE_UP


def _line(scale: _Scale, gains: Iterable[tuple[Decimal, Decimal]]) -> str:
    return " ".join(f"{_number(scale.x(buyers))},{_number(scale.y(sellers))}" for buyers, sellers in gains)


def _amount(amount: Decimal, currency: str) -> str:
    """At an axis whole amounts need no cents."""
    return money(amount, currency).removesuffix(".00")


def _number(value: Decimal) -> str:
    return f"{value:.1f}"
