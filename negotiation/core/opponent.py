"""What one side can tell of the other from what was said in their thread: its limit, and whether it will take an offer.

Both are logistic in what any reader of a negotiation looks at. The weights were fitted by `bench/calibration.py --fit`
on rooms of many shapes and kinds of bargainers, whose limits only the fitting knew; `docs/quality.md` says how well
they hold.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from negotiation.core.room import Offer
from negotiation.core.terms import CENT, Terms, to_money
from negotiation.core.visibility import BuyerView, SellerView
from negotiation.core.vocabulary import OfferStatus, Party

# Of the asking price: where a side that has not spoken is taken to begin.
UNHEARD_BUYER = Decimal("0.5")
# An interval for the limit leaves out as much at either end: less than a tenth, so that it holds four in five limits in
# rooms of other shapes than those that were fitted to.
TAIL = 0.08
# The features that grow with what an offer lacks: none of them ever speaks for an offer.
LACKS = (
    "distance", "distance_late", "distance_last", "root", "root_last", "discount", "discount_last", "beyond_rival",
    "part",
)  # fmt: skip
# How narrow an interval is, beside what there was to bargain over, of which one may speak as of a thing known.
SURE = 0.6
_STEPS = 40


@dataclass(frozen=True, slots=True)
class Sight:
    """A thread as one side sees it before its next offer; prices are oldest first.

    `round` is the one that the offer will be made in. `rivals`: for the buyer the other sellers it talks to, for a
    seller 1 once the buyer has named a rival's price, which is `rival_price` while it is fresh.
    """

    party: Party
    ask: Decimal
    mine: tuple[Decimal, ...]
    theirs: tuple[Decimal, ...]
    quantity: int
    round: int
    max_rounds: int
    rivals: int = 0
    rival_price: Decimal | None = None

    @property
    def last_heard(self) -> Decimal:
        """What the other side wants now."""
        return self.theirs[-1] if self.theirs else self._unheard(self.party.other)

    @property
    def gap(self) -> Decimal:
        """Between the first prices of both sides: what there was to bargain over."""
        mine = self.mine[0] if self.mine else self._unheard(self.party)
        theirs = self.theirs[0] if self.theirs else self._unheard(self.party.other)
        return max(abs(theirs - mine), self.ask / 20, CENT)

    @property
    def sign(self) -> int:
        """1 where more is better for the other side, else -1."""
        return 1 if self.party is Party.BUYER else -1

    def _unheard(self, party: Party) -> Decimal:
        return self.ask if party is Party.SELLER else self.ask * UNHEARD_BUYER


@dataclass(frozen=True, slots=True)
class Interval:
    """Between which unit prices the other side's limit most likely lies."""

    low: Decimal
    high: Decimal


class Certainty(StrEnum):
    """How far a belief carries."""

    LIKELY = "likely"
    UNSURE = "unsure"
    TOO_EARLY = "too_early"


@dataclass(frozen=True, slots=True)
class Belief:
    """What one side thinks of the other in a thread; `chance` is that of its latest offer being taken if it stood."""

    limit: Interval
    certainty: Certainty
    latest: Terms | None
    chance: float | None


def seen_by_buyer(view: BuyerView, seller_id: str) -> Sight:
    thread = next(thread for thread in view.threads if thread.seller_id == seller_id)
    return Sight(
        party=Party.BUYER,
        ask=max(thread.ask, CENT),
        mine=_prices(thread.bids),
        theirs=_prices(thread.quotes),
        quantity=view.limits.quantity,
        round=min(view.round + 1, view.max_rounds),
        max_rounds=view.max_rounds,
        rivals=len(view.threads) - 1,
    )


def belief_about_seller(view: BuyerView, seller_id: str, *, may_hope: bool) -> Belief:
    """The buyer's about that seller; it may hope while the thread is open. The view may hold closed ones too."""
    thread = next(thread for thread in view.threads if thread.seller_id == seller_id)
    return _belief(seen_by_buyer(view, seller_id), (*thread.bids, *thread.quotes), may_hope=may_hope)


def belief_about_buyer(view: SellerView, *, may_hope: bool) -> Belief:
    """The seller's; it may hope while its thread is open."""
    return _belief(seen_by_seller(view), (*view.bids, *view.quotes), may_hope=may_hope)


def _belief(sight: Sight, offers: tuple[Offer, ...], *, may_hope: bool) -> Belief:
    taken = [offer.terms.unit_price for offer in offers if offer.status is OfferStatus.ACCEPTED]
    latest = next((offer.terms for offer in reversed(offers) if offer.party is sight.party), None)
    return Belief(
        limit=_agreeing_with(taken, estimate_limit(sight), sight.party),
        certainty=_certainty(sight, taken),
        latest=latest,
        chance=acceptance(sight, latest) if latest is not None and may_hope and not taken else None,
    )


def _agreeing_with(taken: list[Decimal], limit: Interval, party: Party) -> Interval:
    """What the other side has agreed to is within its limit."""
    for price in taken:
        if party is Party.BUYER:
            limit = Interval(min(limit.low, price), min(limit.high, price))
        else:
            limit = Interval(max(limit.low, price), max(limit.high, price))
    return limit


def _certainty(sight: Sight, taken: list[Decimal]) -> Certainty:
    if not sight.theirs and not taken:
        return Certainty.TOO_EARLY
    return Certainty.LIKELY if confidence(sight) >= SURE else Certainty.UNSURE


def seen_by_seller(view: SellerView) -> Sight:
    return Sight(
        party=Party.SELLER,
        ask=max(view.limits.ask, CENT),
        mine=_prices(view.quotes),
        theirs=_prices(view.bids),
        quantity=view.quantity,
        round=view.round,
        max_rounds=view.max_rounds,
        rivals=int(any(bid.claim is not None for bid in view.bids)),
        rival_price=view.rival_price,
    )


def acceptance(sight: Sight, terms: Terms) -> float:
    """The probability that the other side takes these terms at its next move."""
    return _logistic(_ACCEPTS[sight.party], features(sight, terms.unit_price, terms.quantity))


def estimate_limit(sight: Sight) -> Interval:
    """Where the other side's reservation price lies with a probability of 80 %: never beyond what it has said."""
    inner, outer = (_price_at(sight, share) for share in (TAIL, 1 - TAIL))
    return Interval(min(inner, outer), max(inner, outer))


def confidence(sight: Sight) -> float:
    """How narrow the estimate of the other side's limit is beside what there was to bargain over."""
    limit = estimate_limit(sight)
    width = float((min(limit.high, sight.ask) - min(limit.low, sight.ask)) / sight.gap)
    return round(min(0.95, max(0.1, 1 - width)), 2)


def features(sight: Sight, price: Decimal, quantity: int) -> dict[str, float]:
    """What the probabilities are computed from. All that the price moves grows with what the offer lacks."""
    gap, ask = float(sight.gap), float(sight.ask)
    lacking = max(0.0, sight.sign * float(sight.last_heard - price))
    distance, discount = lacking / gap, lacking / ask
    given = [sight.sign * float(before - after) / gap for before, after in _steps(sight)]
    elapsed = (sight.round - 1) / (sight.max_rounds - 1) if sight.max_rounds > 1 else 1.0
    last = float(sight.round >= sight.max_rounds)
    open_part = sight.sign * float(sight.last_heard - sight.mine[-1]) / gap if sight.mine else 1.0
    rivals = math.log1p(sight.rivals)
    return {
        "one": 1.0,
        "distance": distance * (1 - last),
        "distance_late": distance * elapsed * (1 - last),
        "distance_last": distance * last,
        "root": math.sqrt(distance) * (1 - last),
        "root_last": math.sqrt(distance) * last,
        "discount": discount * (1 - last),
        "discount_last": discount * last,
        "beyond_rival": _beyond_rival(sight, price, gap),
        "part": 1.0 - min(1.0, quantity / sight.quantity),
        "elapsed": elapsed * elapsed,
        "last": last,
        "opening": gap / ask,
        "below_ask": 1 - float(sight.last_heard) / ask,
        "open": open_part,
        "open_last": open_part * last,
        "conceded": sum(given),
        "pace": given[-1] if given else 0.0,
        "trend": given[-1] - given[-2] if len(given) > 1 else 0.0,
        "rivals": rivals,
        "rivals_last": rivals * last,
    }


def _beyond_rival(sight: Sight, price: Decimal, gap: float) -> float:
    """How far a seller's price is above the rival's that the buyer holds; 0 where none is known."""
    if sight.rival_price is None:
        return 0.0
    return max(0.0, float(price - sight.rival_price)) / gap


def _steps(sight: Sight) -> list[tuple[Decimal, Decimal]]:
    heard = sight.theirs if sight.party is Party.SELLER else (sight.ask, *sight.theirs)
    return list(pairwise(heard))


def _price_at(sight: Sight, share: float) -> Decimal:
    """The price that is within the other side's limit with this probability: by halving, as it falls all the way."""
    easy = sight.last_heard
    hard = Decimal(0) if sight.party is Party.BUYER else max(2 * sight.ask, easy)
    for _ in range(_STEPS):
        middle = (easy + hard) / 2
        if _logistic(_WITHIN[sight.party], features(sight, middle, sight.quantity)) >= share:
            easy = middle
        else:
            hard = middle
    return to_money(easy)


def _prices(offers: tuple[Offer, ...]) -> tuple[Decimal, ...]:
    return tuple(offer.terms.unit_price for offer in offers)


def _logistic(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    logit = sum(weight * values[name] for name, weight in weights.items())
    return 1 / (1 + math.exp(-min(max(logit, -30.0), 30.0)))


# By the side that asks: of the other side accepting, and of a price being within the other side's limit.
_ACCEPTS: Mapping[Party, Mapping[str, float]] = {
    Party.BUYER: {
        "one": 1.527,
        "distance": -3.94,
        "distance_last": -3.204,
        "root": -4.641,
        "root_last": -4.639,
        "discount": -5.618,
        "discount_last": -1.44,
        "part": -0.215,
        "elapsed": 0.141,
        "last": 0.361,
        "opening": 0.182,
        "below_ask": -4.112,
        "open": 2.147,
        "open_last": -0.135,
        "conceded": 0.35,
        "pace": 2.774,
        "trend": -1.12,
        "rivals": -0.11,
        "rivals_last": -0.43,
    },
    Party.SELLER: {
        "one": 0.747,
        "distance": -1.306,
        "distance_late": -3.356,
        "distance_last": -1.748,
        "root": -4.618,
        "root_last": -1.741,
        "discount": -2.999,
        "discount_last": -1.449,
        "beyond_rival": -1.53,
        "part": -0.579,
        "elapsed": -0.662,
        "last": 0.769,
        "opening": -0.242,
        "below_ask": -2.237,
        "open": 0.38,
        "open_last": -2.85,
        "conceded": 2.409,
        "pace": 3.3,
        "trend": 0.69,
        "rivals": -3.67,
        "rivals_last": 3.067,
    },
}
_WITHIN: Mapping[Party, Mapping[str, float]] = {
    Party.BUYER: {
        "one": 4.687,
        "distance": -0.851,
        "distance_late": -0.44,
        "distance_last": -3.109,
        "root": -3.78,
        "root_last": -4.519,
        "discount": -7.673,
        "discount_last": -1.428,
        "elapsed": -3.118,
        "last": 0.27,
        "opening": 0.284,
        "below_ask": -4.155,
        "open": 1.446,
        "open_last": 0.633,
        "conceded": 0.784,
        "pace": 1.238,
        "trend": -0.371,
        "rivals": -0.191,
        "rivals_last": -0.35,
    },
    Party.SELLER: {
        "one": 6.08,
        "distance_last": -0.406,
        "root": -4.959,
        "root_last": -1.113,
        "discount": -3.103,
        "discount_last": -1.13,
        "beyond_rival": -0.959,
        "part": -0.186,
        "elapsed": -0.298,
        "last": -2.126,
        "opening": -2.883,
        "below_ask": -3.889,
        "open": 2.343,
        "open_last": -2.743,
        "conceded": -1.461,
        "pace": 2.833,
        "trend": 2.975,
        "rivals": 1.515,
        "rivals_last": 0.805,
    },
}
