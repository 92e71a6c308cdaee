"""Rooms in which delivery, payment and warranty are bargained over besides the price."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from negotiation.core.preferences import Range
from negotiation.core.room import Setup
from negotiation.core.terms import Terms
from tests.factories import a_buyer, a_seller, a_setup, some_setups

NAMES = ("delivery_days", "payment_days", "warranty_months")


def terms_of(price, *, quantity=4, **extras):
    return Terms(Decimal(price), quantity, tuple(sorted(extras.items())))


def a_room_with_terms(**options) -> Setup:
    """The buyer would have it soon and pay late, the sellers the other way; to the buyer delivery is worth more, to
    the sellers payment."""
    buyer = options.pop("buyer", a_buyer())
    ranges = (Range("delivery_days", 1, 10, Decimal("-2")), Range("payment_days", 0, 30, Decimal("0.1")))
    theirs = (Range("delivery_days", 2, 12, Decimal("0.5")), Range("payment_days", 0, 60, Decimal("-0.3")))
    sellers = [
        replace(seat, limits=replace(seat.limits, extras=theirs))
        for seat in options.pop("sellers", (a_seller("Acme"), a_seller("Bolt")))
    ]
    return a_setup(*sellers, buyer=replace(buyer, extras=ranges), **options)


@st.composite
def some_rooms_with_terms(draw: st.DrawFn) -> Setup:
    """Any tastes, also the same and none, and ranges that do not always meet."""
    setup = draw(some_setups(max_sellers=3))
    names = NAMES[: draw(st.integers(1, 3))]
    buyer = setup.buyer

    def ranges(span):
        found = []
        for name in names:
            low = draw(st.integers(0, 20))
            width = draw(st.integers(0, 40))
            share = Decimal(draw(st.integers(-60, 60))) / 100
            found.append(Range(name, low, low + width, share * span / max(1, width)))
        return tuple(found)

    sellers = tuple(
        replace(seat, limits=replace(seat.limits, extras=ranges(seat.limits.ask - seat.limits.floor)))
        for seat in setup.sellers
    )
    return replace(setup, buyer=replace(buyer, extras=ranges(buyer.maximum - buyer.minimum)), sellers=sellers)
