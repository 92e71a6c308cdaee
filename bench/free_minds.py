"""What the rails hold of a mind that knows nothing: rooms in which it chooses its prices by a habit, inside the
latitude of `core.latitude` or with no other bounds than its limits.

    python bench/free_minds.py [--rooms N] [--seed N]

`random` draws evenly, `worst` goes to the end that is worst for itself, `hasty` does so and closes as soon as it may,
`nonsense` asks for what is far off or may not be done. Within the rails a choice that is a little outside is moved to
the rail, and one that is far off ends in the strategy's move, as with a model.
"""

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.populations import HOLDOUT_SEED, Played, drawn_setups, play_all
from negotiation.core.decision import best_award
from negotiation.core.latitude import Latitude, buyer_latitudes, seller_latitude
from negotiation.core.moves import Accept, Award, Bids, BuyerTurn, Leave, Move, Propose
from negotiation.core.room import holding
from negotiation.core.strategy import Bid, choose_bids, choose_quote, last_word
from negotiation.core.terms import CENT, Terms, to_money
from negotiation.core.visibility import BuyerView, SellerView
from negotiation.core.vocabulary import Reason
from negotiation.minds.mind import BuyerMind, SellerMind
from negotiation.minds.strategy import StrategyMind

HABITS = ("random", "worst", "hasty", "nonsense")
_FIGURES = f"{'deals':>8}{'competitive':>13}{'ideal':>8}{'split, one seller':>19}{'rounds':>8}"
HEAD = f"{'seat':<8}{'habit':<10}{'bounds':<8}{_FIGURES}"


@dataclass(frozen=True, slots=True)
class FreeMind:
    """Plays either side by its habit. What the strategy closes or leaves it closes or leaves on the rails."""

    habit: str
    on_rails: bool
    seed: int

    async def sell(self, view: SellerView) -> Move:
        quote = choose_quote(view)
        if self.on_rails and quote.accepts:
            assert view.live_bid is not None
            return Accept(view.live_bid.offer_id)
        latitude = seller_latitude(view) if self.on_rails else _limits_of_seller(view)
        bid, least = view.live_bid, latitude.accept_limit
        may_accept = bid is not None and view.limits.permit(bid.terms) and least is not None
        if bid is not None and may_accept and self._closes(view.round) and bid.terms.unit_price >= (least or 0):
            return Accept(bid.offer_id)
        price = self._price(latitude, latitude.low, f"{view.seed}/{view.round}")
        return Propose(Terms(price, view.quantity), is_final=view.is_last_round)

    async def buy(self, view: BuyerView) -> BuyerTurn:
        turn = await StrategyMind().buy(view)
        if not isinstance(turn, Bids) and (self.on_rails or view.is_over or view.must_award):
            return turn
        latitudes = buyer_latitudes(view) if self.on_rails else _limits_of_buyer(view)
        best = best_award(view, Reason.GOOD_ENOUGH)
        if best is not None and self._closes(view.round) and self._may_award(view, best, latitudes[best.seller_id]):
            return best
        if self.habit == "nonsense" and not self.on_rails and _chance(f"{self.seed}/leave/{view.round}") < 0.1:
            return Leave(Reason.BUYER_LEFT)
        return Bids(tuple((bid.seller_id, self._bid(view, bid, latitudes[bid.seller_id])) for bid in choose_bids(view)))

    def _bid(self, view: BuyerView, bid: Bid, latitude: Latitude) -> Move:
        price = self._price(latitude, latitude.high, f"{view.seed}/{view.round}/{bid.seller_id}")
        return Propose(Terms(price, view.limits.quantity), claim=bid.claim)

    def _may_award(self, view: BuyerView, award: Award, latitude: Latitude) -> bool:
        quote = view.thread(award.seller_id).quote
        assert quote is not None
        return latitude.accept_limit is not None and quote.terms.unit_price <= latitude.accept_limit

    def _closes(self, at_round: int) -> bool:
        return self.habit == "hasty" or (self.habit == "nonsense" and _chance(f"{self.seed}/{at_round}") < 0.2)

    def _price(self, latitude: Latitude, worst: Decimal, purpose: str) -> Decimal:
        """Worst for itself is the low end for a seller and the high one for a buyer."""
        share = Decimal(str(round(_chance(f"{self.seed}/{purpose}"), 4)))
        match self.habit:
            case "random":
                return to_money(latitude.low + share * (latitude.high - latitude.low))
            case "nonsense":
                wanted = latitude.advised * (Decimal("0.5") + share)
                kept = latitude.clamp(wanted) if self.on_rails else min(max(wanted, latitude.low), latitude.high)
                return latitude.advised if kept is None else to_money(kept)
            case _:
                return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    seed = HOLDOUT_SEED + asked.seed
    setups = drawn_setups(asked.rooms, seed)
    print(HEAD)
    strategy = StrategyMind()
    tell("", "strategy", "", play_all(setups, lambda chance, n: strategy, lambda chance, n: strategy, seed))
    for on_rails in (True, False):
        for habit in HABITS:
            for seat, (buyer, seller) in _seats(habit, on_rails=on_rails).items():
                tell(seat, habit, "rails" if on_rails else "limits", play_all(setups, buyer, seller, seed))


def _seats(
    habit: str, *, on_rails: bool
) -> dict[str, tuple[Callable[[random.Random, int], BuyerMind], Callable[[random.Random, int], SellerMind]]]:
    def free(chance: random.Random, number: int) -> FreeMind:
        return FreeMind(habit, on_rails, chance.getrandbits(32))

    def strategy(chance: random.Random, number: int) -> StrategyMind:
        return StrategyMind()

    return {"buyer": (free, strategy), "sellers": (strategy, free), "all": (free, free)}


def tell(seat: str, habit: str, bounds: str, rooms: Sequence[Played]) -> None:
    """A line under `HEAD`."""
    feasible = [room for room in rooms if room.is_feasible]
    contested = [room.competitive for room in feasible if room.is_contested]
    alone = [room.ideal for room in feasible if not room.is_contested]
    deals, ideal = [float(room.is_deal) for room in feasible], [room.ideal for room in feasible]
    rounds = [float(room.rounds) for room in feasible if room.is_deal]
    shares = f"{_mean(deals):>8}{_mean(contested):>13}{_mean(ideal):>8}{_mean(alone):>19}"
    print(f"{seat:<8}{habit:<10}{bounds:<8}{shares}{_mean(rounds, 1):>8}", flush=True)


def _mean(values: Sequence[float], places: int = 3) -> str:
    return f"{fmean(values):.{places}f}" if values else "-"


def _limits_of_seller(view: SellerView) -> Latitude:
    """Nothing but the seller's own limits and its last offer."""
    own, limits = holding(view.quotes, view.limits, view.quantity), view.limits
    high = own[-1].terms.unit_price if own else limits.ask
    low = high if last_word(view) is not None else limits.floor
    return Latitude(choose_quote(view).price, low, high, limits.floor)


def _limits_of_buyer(view: BuyerView) -> dict[str, Latitude]:
    found = {}
    for thread, bid in zip(view.threads, choose_bids(view), strict=True):
        before = [offer.terms.unit_price for offer in thread.bids if view.limits.permit(offer.terms)]
        low = max([view.limits.minimum, CENT, *before])
        high = max(low, min(view.limits.maximum, thread.ask))
        found[thread.seller_id] = Latitude(bid.price, low, high, view.limits.maximum)
    return found


def _chance(purpose: str) -> float:
    return random.Random(purpose).random()


if __name__ == "__main__":
    main()
