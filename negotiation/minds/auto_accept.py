"""The standing order of a seat that a person or program holds: to take an offer that is good enough."""

from dataclasses import dataclass
from decimal import Decimal

from negotiation.core.decision import best_option, valid_quotes
from negotiation.core.moves import Accept, Award
from negotiation.core.terms import Terms
from negotiation.core.tradeoff import takeable
from negotiation.core.visibility import BuyerView, SellerView
from negotiation.core.vocabulary import Reason


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
