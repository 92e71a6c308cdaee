"""What a mind is: it is given a view and answers with a move and the words for it."""

from typing import Protocol

from negotiation.core.moves import BuyerTurn, Move
from negotiation.core.visibility import BuyerView, SellerView


class BuyerMind(Protocol):
    async def buy(self, view: BuyerView) -> BuyerTurn:
        """Bids for the next round, an award of a standing offer, or leaving."""


class SellerMind(Protocol):
    async def sell(self, view: SellerView) -> Move:
        """The answer to the buyer in this seller's own thread."""
