"""Price, quantity and further terms: what an offer is about, and the one way in which money is rounded."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def to_money(amount: Decimal | int | str) -> Decimal:
    """The amount in whole cents, halves away from zero."""
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)


def grain(price: Decimal) -> Decimal:
    """The step in which people would quote around this price: 1, 2 or 5 times a power of ten, at most 0.1 % of it."""
    finest = max(CENT, price / 1000)
    power = Decimal(1).scaleb(finest.adjusted())
    return max(CENT, max(step * power for step in (1, 2, 5) if step * power <= finest))


def round_down_to(price: Decimal, step: Decimal) -> Decimal:
    return to_money((price / step).to_integral_value(ROUND_DOWN) * step)


@dataclass(frozen=True, slots=True)
class Terms:
    """Unit price in the session's currency, in whole cents, for a number of units.

    `extras` are further terms by name, such as ("delivery_days", 14), in the order of their names.
    """

    unit_price: Decimal
    quantity: int
    extras: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        if not self.unit_price.is_finite() or self.unit_price < 0:
            raise ValueError(f"{self.unit_price} is not a price")
        if self.unit_price != to_money(self.unit_price):
            raise ValueError(f"{self.unit_price} has fractions of a cent")
        if self.quantity < 1:
            raise ValueError(f"{self.quantity} is not a quantity")
        if self.extras:
            names = [name for name, _ in self.extras]
            if names != sorted(set(names)) or any(value < 0 for _, value in self.extras):
                raise ValueError(f"{self.extras} are not further terms")

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity
