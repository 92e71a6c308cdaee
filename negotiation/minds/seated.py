"""The mind of a seat that a person or program holds: every move is theirs, but to take an offer that is good enough.

`human` and `external` differ only in whose words the moves carry, which who makes them says.
"""

from dataclasses import dataclass
from decimal import Decimal

from negotiation.core.decision import best_option, valid_quotes
from negotiation.core.moves import Accept, Award, BuyerTurn, Move
from negotiation.core.terms import Terms
from negotiation.core.tradeoff import takeable
from negotiation.core.visibility import BuyerView, SellerView
from negotiation.core.vocabulary import Reason
from negotiation.minds.mind import ByHand


@dataclass(frozen=True, slots=True)
class AutoAccept:
    """Take an offer whose price is at most `tolerance` (a share) worse than the target, for at least `least_part` of
    the quantity."""

    target: Decimal
    tolerance: Decimal = Decimal("0.05")
    least_part: Decimal = Decimal("0.9")

    def takes_as_buyer(self, terms: Terms, quantity: int) -> bool:
        return terms.unit_price <= self.target * (1 + self.tolerance) and terms.quantity >= quantity * self.least_part

    def takes_as_seller(self, terms: Terms, quantity: int) -> bool:
        return terms.unit_price >= self.target * (1 - self.tolerance) and terms.quantity >= quantity * self.least_part

    def award(self, view: BuyerView) -> Award | None:
        """The best offer that the buyer may take, if it is good enough."""
        for thread in valid_quotes(view):
            option = best_option(view, thread)
            is_taken = option is not None and self.takes_as_buyer(option.terms, view.limits.quantity)
            if thread.quote is not None and option is not None and is_taken:
                return Award(thread.seller_id, thread.quote.offer_id, Reason.CHOSEN, package=option.package)
        return None

    def accept(self, view: SellerView) -> Accept | None:
        bid, option = view.live_bid, takeable(view)
        if bid is None or option is None or not self.takes_as_seller(option.terms, view.quantity):
            return None
        return Accept(bid.offer_id, package=option.package)


class SeatedMind:
    """`seconds` is how long the holder of the seat has for a move."""

    def __init__(self, seconds: int, auto_accept: AutoAccept | None = None) -> None:
        self._by_hand, self._auto = ByHand(seconds), auto_accept

    async def buy(self, view: BuyerView) -> BuyerTurn | ByHand:
        return (self._auto and self._auto.award(view)) or self._by_hand

    async def sell(self, view: SellerView) -> Move | ByHand:
        return (self._auto and self._auto.accept(view)) or self._by_hand
