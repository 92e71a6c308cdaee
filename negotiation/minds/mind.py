"""What a mind is: it is given a view and answers with a move and the words for it, or that the move comes by hand."""

from dataclasses import dataclass
from typing import Protocol

from negotiation.core.moves import BuyerTurn, Move
from negotiation.core.visibility import BuyerView, SellerView


@dataclass(frozen=True, slots=True)
class ByHand:
    """No move now: a person or program makes it in its own time, at most so many seconds."""

    seconds: int


class BuyerMind(Protocol):
    async def buy(self, view: BuyerView) -> BuyerTurn | ByHand:
        """Bids for the next round, an award of a standing offer, or leaving."""


class SellerMind(Protocol):
    async def sell(self, view: SellerView) -> Move | ByHand:
        """The answer to the buyer in this seller's own thread."""
