"""Opponents that know prices alone, in rooms where delivery, payment or warranty are bargained over as well.

They are asked on the price view, in which every offer stands at what it is worth to them, and what they answer is put
into terms that are worth as much to them: the same trade-off as the built-in minds make. So what differs between minds
is how much of their gain they give, and when.
"""

from dataclasses import dataclass, replace
from typing import Any

from negotiation.core.decision import best_option
from negotiation.core.moves import Accept, Award, Bids, BuyerTurn, Leave, Move, Propose, Words
from negotiation.core.price_views import buyer_price_view, seller_price_view
from negotiation.core.tradeoff import Offering, bid_worth, quote_worth, rival_claim, takeable
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView
from negotiation.minds.words import terms_words


@dataclass(frozen=True, slots=True)
class OverTerms:
    """A mind for either side, as the mind inside is. Where the price alone is bargained over it is that mind."""

    mind: Any

    async def sell(self, view: SellerView) -> Move:
        if not view.agenda:
            answer: Move = await self.mind.sell(view)
            return answer
        move: Move = await self.mind.sell(seller_price_view(view))
        if isinstance(move, Propose):
            return _put(move, quote_worth(view, move.terms.unit_price), "My price is")
        return _taken(view, move) if isinstance(move, Accept) else move

    async def buy(self, view: BuyerView) -> BuyerTurn:
        turn: BuyerTurn = await self.mind.buy(buyer_price_view(view))
        threads = {thread.seller_id: thread for thread in view.threads}
        match turn:
            case Bids(moves=moves):
                return Bids(tuple((seller_id, _bid(view, threads[seller_id], move)) for seller_id, move in moves))
            case Award(seller_id=seller_id):
                option = best_option(view, threads[seller_id])
                return turn if option is None else replace(turn, package=option.package)
            case Leave():
                return turn


def _bid(view: BuyerView, thread: BuyerThread, move: Move) -> Move:
    if not thread.agenda or not isinstance(move, Propose):
        return move
    put = _put(move, bid_worth(view, thread, move.terms.unit_price), "I offer")
    return replace(put, claim=None if move.claim is None else rival_claim(view, thread, put.terms))


def _taken(view: SellerView, move: Accept) -> Accept:
    taken = takeable(view)
    if taken is None:
        return move
    words = f"Agreed at {taken.terms.unit_price}.{terms_words(taken.terms)}"
    return replace(move, package=taken.package, words=Words(words))


def _put(move: Propose, offering: Offering, begin: str) -> Propose:
    words = f"{begin} {offering.terms.unit_price}.{terms_words(offering.terms, offering.packages)}"
    return replace(move, terms=offering.terms, packages=offering.packages, words=Words(words))
