"""What one side can tell of the other from what was said in their thread: its limit, and whether it will take an offer.

Both are logistic in what any reader of a negotiation looks at. The weights were fitted by `bench/calibration.py --fit`
on rooms of many shapes and kinds of bargainers, whose limits only the fitting knew; `docs/quality.md` says how well
they hold.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from negotiation.core.opponent_weights import ACCEPTS, ENDED, WITHIN
from negotiation.core.room import Offer
from negotiation.core.terms import CENT, Terms, to_money
from negotiation.core.visibility import BuyerView, SellerView
from negotiation.core.vocabulary import Party

# Of the asking price: where a side that has not spoken is taken to begin.
UNHEARD_BUYER = Decimal("0.5")
# An interval for the limit leaves out as much at either end: less than a tenth, so that it holds four in five limits in
# rooms of other shapes than those that were fitted to.
TAIL = 0.08
# The features that grow with what an offer lacks: none of them ever speaks for an offer.
LACKS = (
    "distance", "distance_late", "distance_last", "root", "root_last", "root_taken", "discount", "discount_last",
    "beyond_rival", "part",
)  # fmt: skip
# How narrow an interval is, beside what there was to bargain over, of which one may speak as of a thing known.
SURE = 0.6
_STEPS = 40


@dataclass(frozen=True, slots=True)
class Sight:
    """A thread as one side sees it before its next offer, or once it is over; prices are oldest first.

    `round` is the one that the offer will be made in, or the last was. `rivals`: for the buyer the other sellers it
    talks to, for a seller 1 once the buyer has named a rival's price, which is `rival_price` while it is fresh.
    `taken` is the price that the other side has accepted.
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
    taken: Decimal | None = None
    is_over: bool = False

    @property
    def heard(self) -> tuple[Decimal, ...]:
        """The prices that the other side has named, or made its own by accepting."""
        return self.theirs if self.taken is None else (*self.theirs, self.taken)

    @property
    def last_heard(self) -> Decimal:
        """What the other side wants now."""
        return self.heard[-1] if self.heard else self._unheard(self.party.other)

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
    thread = view.thread(seller_id)
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
    thread = view.thread(seller_id)
    return _belief(seen_by_buyer(view, seller_id), thread.bids, thread.quotes, may_hope=may_hope)


def belief_about_buyer(view: SellerView, *, may_hope: bool) -> Belief:
    """The seller's; it may hope while its thread is open."""
    return _belief(seen_by_seller(view), view.quotes, view.bids, may_hope=may_hope)


def _belief(sight: Sight, mine: tuple[Offer, ...], theirs: tuple[Offer, ...], *, may_hope: bool) -> Belief:
    is_over = not may_hope or any(offer.is_taken for offer in (*mine, *theirs))
    if is_over:
        sight = looking_back(sight, mine, theirs)
    return Belief(
        limit=estimate_limit(sight),
        certainty=_certainty(sight),
        latest=mine[-1].terms if mine else None,
        chance=acceptance(sight, mine[-1].terms) if mine and not is_over else None,
    )


def looking_back(sight: Sight, mine: Sequence[Offer], theirs: Sequence[Offer]) -> Sight:
    """The same thread once nobody will offer anything in it any more."""
    taken = next((offer.terms.unit_price for offer in reversed(mine) if offer.is_taken), None)
    last_round = max((offer.round for offer in (*mine, *theirs)), default=sight.round)
    return replace(sight, taken=taken, is_over=True, round=last_round)


def _certainty(sight: Sight) -> Certainty:
    if not sight.heard:
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
    return _logistic(ACCEPTS[sight.party], features(sight, terms.unit_price, terms.quantity))


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
    rivals, taken = math.log1p(sight.rivals), float(sight.taken is not None)
    return {
        "one": 1.0,
        "distance": distance * (1 - last),
        "distance_late": distance * elapsed * (1 - last),
        "distance_last": distance * last,
        "root": math.sqrt(distance) * (1 - last),
        "root_last": math.sqrt(distance) * last,
        "root_taken": math.sqrt(distance) * taken,
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
        "taken": taken,
    }


def _beyond_rival(sight: Sight, price: Decimal, gap: float) -> float:
    """How far a seller's price is above the rival's that the buyer holds; 0 where none is known."""
    if sight.rival_price is None:
        return 0.0
    return max(0.0, float(price - sight.rival_price)) / gap


def _steps(sight: Sight) -> list[tuple[Decimal, Decimal]]:
    heard = sight.heard if sight.party is Party.SELLER else (sight.ask, *sight.heard)
    return list(pairwise(heard))


def _price_at(sight: Sight, share: float) -> Decimal:
    """The price that is within the other side's limit with this probability: by halving, as it falls all the way."""
    weights = ENDED if sight.is_over else WITHIN
    easy = sight.last_heard
    hard = Decimal(0) if sight.party is Party.BUYER else max(2 * sight.ask, easy)
    for _ in range(_STEPS):
        middle = (easy + hard) / 2
        if _logistic(weights[sight.party], features(sight, middle, sight.quantity)) >= share:
            easy = middle
        else:
            hard = middle
    return to_money(easy)


def _prices(offers: tuple[Offer, ...]) -> tuple[Decimal, ...]:
    return tuple(offer.terms.unit_price for offer in offers)


def _logistic(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    logit = sum(weight * values[name] for name, weight in weights.items())
    return 1 / (1 + math.exp(-min(max(logit, -30.0), 30.0)))
