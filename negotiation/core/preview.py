"""What a seat would offer, round by round, before it does: its own strategy against others that follow a plain script.

The script is made of the seat's own numbers. What nobody can know beforehand, the draws of the seed, is played many
times over: the band holds nine in ten of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from statistics import median_low

from negotiation.core.preferences import BuyerLimits, Policy, SellerLimits, Temperament, Toughness
from negotiation.core.room import Offer, SellerSeat
from negotiation.core.strategy import choose_award, choose_bids, choose_quote
from negotiation.core.terms import CENT, Terms, to_money
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView
from negotiation.core.vocabulary import OfferStatus, Party

MOST_RIVALS = 4
LEAST_DRAWS, MOST_DRAWS = 11, 41
MOST_TURNS = 2000  # of all draws together, so that nobody waits long for a curve of many rounds
LEFT_OUT = 20  # one in so many draws, at either edge of the band
OUT_OF_REACH = Decimal("1.2")
EASY_BIDS = Decimal("0.5")


class Others(StrEnum):
    """How far the other side comes towards the seat, in even steps."""

    MEET = "meet"
    FIRM = "firm"
    STAY = "stay"


# Parts of the way to the middle of the seat's own range.
WAYS = {Others.MEET: Decimal(1), Others.FIRM: Decimal("0.1"), Others.STAY: Decimal(0)}


@dataclass(frozen=True, slots=True)
class Script:
    """`rivals` compete with the seller, or beside the one seller whom the buyer talks to."""

    others: Others = Others.MEET
    rivals: int = 0
    max_rounds: int = 10


@dataclass(frozen=True, slots=True)
class BuyerPlan:
    limits: BuyerLimits
    temperament: Temperament = Temperament.BALANCED
    policy: Policy = Policy.DEAL_FIRST


@dataclass(frozen=True, slots=True)
class SellerPlan:
    limits: SellerLimits
    temperament: Temperament = Temperament.BALANCED
    toughness: Toughness = Toughness.FAIR


@dataclass(frozen=True, slots=True)
class Spread:
    """Of the draws: the middle one, and between which bounds nine in ten lie."""

    middle: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """The seat's offers in a round that at least half of the draws play, and the best that stood against them."""

    round: int
    offered: Spread
    other: Decimal


@dataclass(frozen=True, slots=True)
class Preview:
    """`deals` is the part of the draws that ends in a deal; their prices and usual round, None where there is none."""

    steps: tuple[Step, ...]
    deals: Decimal
    price: Spread | None
    round: int | None


@dataclass(slots=True)
class _Talk:
    """One draw, as it is played."""

    offered: list[Decimal]
    others: list[Decimal]
    price: Decimal | None = None


def preview_buyer(plan: BuyerPlan, script: Script) -> Preview:
    return _summed_up([_buy(plan, script, seed) for seed in range(_draws(script, script.rivals + 1))])


def preview_seller(plan: SellerPlan, script: Script) -> Preview:
    return _summed_up([_sell(plan, script, seed) for seed in range(_draws(script, 1))])


def _draws(script: Script, threads: int) -> int:
    return min(MOST_DRAWS, max(LEAST_DRAWS, MOST_TURNS // (script.max_rounds * threads)))


def _buy(plan: BuyerPlan, script: Script, seed: int) -> _Talk:
    """The sellers begin beyond the limit, and the nearest takes a bid that is as good as its next price."""
    talk, paths = _Talk([], []), _sellers_paths(plan.limits, script)
    threads = [BuyerThread(str(n), f"Seller {n}", path(1), (), (), None, False, 0) for n, path in enumerate(paths)]
    for at in range(1, script.max_rounds + 1):
        bids = choose_bids(_buyer_view(plan, script, seed, threads, at - 1))
        threads = [
            _answered(thread, Terms(bid.price, plan.limits.quantity), path(at), at, bid.claim)
            for thread, bid, path in zip(threads, bids, paths, strict=True)
        ]
        talk.offered.append(max(bid.price for bid in bids))
        talk.others.append(min(path(at) for path in paths))
        if award := choose_award(_buyer_view(plan, script, seed, threads, at)):
            taken = threads[int(award.seller_id)].quote
            assert taken is not None
            talk.price = taken.terms.unit_price
            return talk
    return talk


def _sell(plan: SellerPlan, script: Script, seed: int) -> _Talk:
    """The buyer begins far below, names what a rival asks, and in the end takes what is within its reach."""
    talk = _Talk([], [])
    bid_at, rival_at = _buyers_paths(plan.limits, script)
    bids: tuple[Offer, ...] = ()
    quotes: tuple[Offer, ...] = ()
    for at in range(1, script.max_rounds + 1):
        rival = rival_at(at) if script.rivals else None
        bids += (_offer(Party.BUYER, at, Terms(bid_at(at), 1), rival),)
        quote = choose_quote(_seller_view(plan, script, seed, (bids, quotes), at))
        quotes += (_offer(Party.SELLER, at, Terms(quote.price, 1)),)
        talk.offered.append(quote.price)
        talk.others.append(bids[-1].terms.unit_price)
        if quote.accepts or (at == script.max_rounds and quote.price <= max(bid_at(at), rival or 0)):
            talk.price = quote.price
            return talk
    return talk


def _sellers_paths(limits: BuyerLimits, script: Script) -> list[Callable[[int], Decimal]]:
    """Of as many sellers as there are; the more, the nearer the best of them comes."""
    high = limits.maximum * OUT_OF_REACH
    low = limits.minimum or limits.maximum * EASY_BIDS
    sellers = script.rivals + 1
    return [
        _path(high, limits.maximum - (limits.maximum - low) * (n + 1) / (sellers + 1), script) for n in range(sellers)
    ]


def _buyers_paths(limits: SellerLimits, script: Script) -> tuple[Callable[[int], Decimal], Callable[[int], Decimal]]:
    """The buyer's bids, to the middle of the seller's range, and the best that its rivals ask."""
    span, count = limits.ask - limits.floor, script.rivals
    bids = _path(min(limits.ask * EASY_BIDS, limits.floor), limits.floor + span / 2, script)
    return bids, _path(limits.ask, limits.ask - span * count / (count + 1), script)


def _path(first: Decimal, last: Decimal, script: Script) -> Callable[[int], Decimal]:
    """The price in each round, from the first as far towards the last as the others go."""
    steps = max(1, script.max_rounds - 1)
    way = WAYS[script.others] * (last - first)
    return lambda at: max(CENT, to_money(first + way * (at - 1) / steps))


def _answered(thread: BuyerThread, terms: Terms, price: Decimal, at: int, claim: Decimal | None) -> BuyerThread:
    agrees = terms.unit_price >= price
    bid = _offer(Party.BUYER, at, terms, claim, OfferStatus.ACCEPTED if agrees else OfferStatus.COUNTERED)
    quote = _offer(Party.SELLER, at, Terms(price, terms.quantity))
    return replace(
        thread,
        bids=(*thread.bids, bid),
        quotes=thread.quotes if agrees else (*thread.quotes, quote),
        quote=bid if agrees else quote,
        is_agreed=agrees,
    )


def _offer(
    party: Party, at: int, terms: Terms, claim: Decimal | None = None, status: OfferStatus = OfferStatus.PENDING
) -> Offer:
    return Offer(at, party, "", at, terms, claim, status=status)


def _buyer_view(plan: BuyerPlan, script: Script, seed: int, threads: Sequence[BuyerThread], round_: int) -> BuyerView:
    return BuyerView(
        plan.limits,
        round_,
        script.max_rounds,
        tuple(threads),
        may_claim=True,
        seed=seed,
        temperament=plan.temperament,
        policy=plan.policy,
    )


def _seller_view(
    plan: SellerPlan, script: Script, seed: int, said: tuple[tuple[Offer, ...], tuple[Offer, ...]], at: int
) -> SellerView:
    bids, quotes = said
    return SellerView(
        seat=SellerSeat("", "", plan.limits, temperament=plan.temperament, toughness=plan.toughness),
        quantity=1,
        round=at,
        max_rounds=script.max_rounds,
        bids=bids,
        quotes=quotes,
        live_bid=bids[-1],
        rival_price=bids[-1].claim,
        questions=(),
        turns_taken=len(quotes),
        seed=seed,
    )


def _summed_up(talks: Sequence[_Talk]) -> Preview:
    ended = [talk for talk in talks if talk.price is not None]
    return Preview(
        steps=tuple(_steps(talks)),
        deals=Decimal(len(ended)) / len(talks),
        price=_spread([talk.price for talk in ended if talk.price is not None]) if ended else None,
        round=median_low(len(talk.offered) for talk in ended) if ended else None,
    )


def _steps(talks: Sequence[_Talk]) -> list[Step]:
    steps = []
    for place in range(max(len(talk.offered) for talk in talks)):
        going = [talk for talk in talks if len(talk.offered) > place]
        if len(going) * 2 >= len(talks):
            offered = _spread([talk.offered[place] for talk in going])
            steps.append(Step(place + 1, offered, going[0].others[place]))
    return steps


def _spread(prices: Sequence[Decimal]) -> Spread:
    ranked = sorted(prices)
    edge = len(ranked) // LEFT_OUT
    return Spread(ranked[len(ranked) // 2], ranked[edge], ranked[-1 - edge])
