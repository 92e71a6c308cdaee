"""Sellers written after the literature, to measure minds against: none of them knows the built-in strategy.

Time-dependent and behaviour-dependent tactics after Faratin, Sierra and Jennings (1998), MiCRO after de Jonge (2022),
margins that shrink with rivals after first-price auctions. Each answer is a function of the view and a seed alone.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from negotiation.core.moves import Accept, Move, Propose, Say, WalkAway, Words
from negotiation.core.room import Offer, holding
from negotiation.core.terms import Terms, to_money
from negotiation.core.visibility import SellerView

Settings = Mapping[str, Decimal]
NOTHING_MORE = Words("I have nothing to add.")
# What a part of the quantity costs more, for each part that is missing.
FOR_A_PART = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class ReferenceSeller:
    """`asks` is its price in a round and `least` the lowest bid that it takes now, both before its limits count."""

    asks: Callable[[SellerView, int], Decimal]
    least: Callable[[SellerView], Decimal]
    leaves: Callable[[SellerView], bool] = lambda view: False
    is_final: Callable[[SellerView], bool] = lambda view: view.is_last_round
    speaks: Callable[[SellerView], bool] = lambda view: True

    async def sell(self, view: SellerView) -> Move:
        bid = view.live_bid
        if bid is not None and self.takes_bid(view):
            return Accept(bid.offer_id, Words(f"Agreed at {bid.terms.unit_price}."))
        if self.leaves(view):
            return WalkAway(Words("I am leaving the talks."))
        if not self.speaks(view):
            return Say(NOTHING_MORE)
        price = self._price(view)
        return Propose(Terms(price, view.quantity), Words(f"My price is {price}."), is_final=self.is_final(view))

    def takes_bid(self, view: SellerView) -> bool:
        bid, limits = view.live_bid, view.limits
        if bid is None or not limits.permit(bid.terms):
            return False
        missing = 1 - min(Decimal(1), Decimal(bid.terms.quantity) / view.quantity)
        return bid.terms.unit_price >= self.least(view) * (1 + FOR_A_PART * missing)

    def _price(self, view: SellerView) -> Decimal:
        """Never above its last, and the same once it was final."""
        own, limits = _own(view), view.limits
        if any(quote.is_final for quote in own):
            return own[-1].terms.unit_price
        price = max(limits.floor, to_money(self.asks(view, view.round)))
        return min(price, own[-1].terms.unit_price if own else limits.ask)


def curved_seller(settings: Settings, seed: int) -> ReferenceSeller:
    """From its asking price along x ** exponent to what it keeps; in the last round it takes all above its floor."""

    def asks(view: SellerView, at_round: int) -> Decimal:
        return _on_curve(view, settings["exponent"], _kept(view, settings["keep"]), at_round)

    return ReferenceSeller(asks, _next_price(asks))


def eager_seller(settings: Settings, seed: int) -> ReferenceSeller:
    """Takes what lacks up to a part of the way from its next price to its floor."""

    def asks(view: SellerView, at_round: int) -> Decimal:
        return _on_curve(view, settings["exponent"], view.limits.floor, at_round)

    def least(view: SellerView) -> Decimal:
        price, floor = _next_price(asks)(view), view.limits.floor
        return price - settings["eager"] * (price - floor)

    return ReferenceSeller(asks, least)


def shading_seller(settings: Settings, seed: int) -> ReferenceSeller:
    """One part in `rivals` + 1 of what there is above its floor, below the lowest rival price it was told of."""

    def asks(view: SellerView, at_round: int) -> Decimal:
        told = [bid.claim for bid in view.bids if bid.claim is not None]
        limits = view.limits
        top = min([limits.ask, *told])
        aim = limits.floor + max(Decimal(0), top - limits.floor) / (settings["rivals"] + 1)
        return _on_curve(view, Decimal(1), aim, at_round)

    return ReferenceSeller(asks, _next_price(asks))


def mirroring_seller(settings: Settings, seed: int) -> ReferenceSeller:
    """Absolute tit for tat: gives as much as the buyer's last raise, times `mirror`."""

    def asks(view: SellerView, at_round: int) -> Decimal:
        own = _own(view)
        return own[-1].terms.unit_price - settings["mirror"] * _raised(view) if own else view.limits.ask

    return ReferenceSeller(asks, _standing_price(asks))


def short_fused_seller(settings: Settings, seed: int) -> ReferenceSeller:
    """Linear to its floor by the round `fuse`; calls that offer final if it `warns`, and leaves in the next."""
    fuse = int(settings["fuse"])

    def asks(view: SellerView, at_round: int) -> Decimal:
        limits = view.limits
        return limits.ask - elapsed(at_round, min(fuse, view.max_rounds)) * (limits.ask - limits.floor)

    return ReferenceSeller(
        asks,
        _next_price(asks),
        leaves=lambda view: view.round > fuse,
        is_final=lambda view: view.is_last_round or (view.round == fuse and bool(settings["warns"])),
    )


def splitting_seller(settings: Settings, seed: int) -> ReferenceSeller:
    """Gives a part of the gap to the buyer's bid in each round, by more or less at random."""

    def asks(view: SellerView, at_round: int) -> Decimal:
        own = _own(view)
        if not own or not view.bids:
            return view.limits.ask
        last = own[-1].terms.unit_price
        noise = settings["noise"] * _drawn(view, seed, at_round)
        return last - (settings["share"] + noise) * max(Decimal(0), last - view.bids[-1].terms.unit_price)

    return ReferenceSeller(asks, _standing_price(asks))


def stubborn_seller(settings: Settings, seed: int) -> ReferenceSeller:
    """Linear to what it keeps, and never takes less, not even last."""

    def asks(view: SellerView, at_round: int) -> Decimal:
        return _on_curve(view, Decimal(1), _kept(view, settings["keep"]), at_round)

    return ReferenceSeller(asks, lambda view: asks(view, view.round + 1))


def silent_seller(settings: Settings, seed: int) -> ReferenceSeller:
    """A posted price that takes by itself any bid that leaves it what it keeps, and answers nothing else."""
    return ReferenceSeller(
        asks=lambda view, at_round: view.limits.ask,
        least=lambda view: _kept(view, settings["keep"]),
        is_final=lambda view: False,
        speaks=lambda view: not view.quotes,
    )


def mute_seller(settings: Settings, seed: int) -> ReferenceSeller:
    """The same without even a price: it answers a bid by taking it or not at all."""
    return ReferenceSeller(
        asks=lambda view, at_round: view.limits.ask,
        least=lambda view: _kept(view, settings["keep"]),
        speaks=lambda view: False,
    )


def final_offer_seller(settings: Settings, seed: int) -> ReferenceSeller:
    """One price, to take or to leave: Boulware's own tactic at General Electric."""
    return ReferenceSeller(
        asks=lambda view, at_round: _kept(view, settings["keep"]),
        least=lambda view: _kept(view, settings["keep"]),
        is_final=lambda view: True,
    )


def micro_seller(settings: Settings, seed: int) -> ReferenceSeller:
    """One step lower only if it has not made more different offers than it has received."""

    def asks(view: SellerView, at_round: int) -> Decimal:
        own, limits = _own(view), view.limits
        if not own:
            return limits.ask
        made, heard = ({offer.terms.unit_price for offer in offers} for offers in (own, view.bids))
        step = (limits.ask - limits.floor) / max(1, view.max_rounds - 1)
        return min(made) - step if len(made) <= len(heard) else min(made)

    return ReferenceSeller(asks, _standing_price(asks))


def _next_price(asks: Callable[[SellerView, int], Decimal]) -> Callable[[SellerView], Decimal]:
    """AC_next (Baarslag et al.): what it would itself ask next is enough; in the last round all above its floor is."""
    return lambda view: view.limits.floor if view.is_last_round else asks(view, view.round + 1)


def _standing_price(asks: Callable[[SellerView, int], Decimal]) -> Callable[[SellerView], Decimal]:
    """The same for a tactic whose next price depends on what is bid until then: its present one is enough."""
    return lambda view: view.limits.floor if view.is_last_round else asks(view, view.round)


def _on_curve(view: SellerView, exponent: Decimal, aim: Decimal, at_round: int) -> Decimal:
    return view.limits.ask - elapsed(at_round, view.max_rounds) ** exponent * (view.limits.ask - aim)


def _kept(view: SellerView, share: Decimal) -> Decimal:
    return to_money(view.limits.floor + share * (view.limits.ask - view.limits.floor))


def _raised(view: SellerView) -> Decimal:
    prices = [offer.terms.unit_price for offer in view.bids[-2:]]
    return max(Decimal(0), prices[1] - prices[0]) if len(prices) == 2 else Decimal(0)


def _own(view: SellerView) -> list[Offer]:
    return holding(view.quotes, view.limits, view.quantity)


def _drawn(view: SellerView, seed: int, at_round: int) -> Decimal:
    """Between -1 and 1, the seat's own for this round."""
    return to_money(str(random.Random(f"{seed}/{view.seed}/{at_round}").uniform(-1, 1)))


def elapsed(at_round: int, max_rounds: int) -> Decimal:
    """The fraction of the rounds gone: 0 in the first, 1 in the last and in a room of one round."""
    return min(Decimal(1), Decimal(at_round - 1) / (max_rounds - 1)) if max_rounds > 1 else Decimal(1)
