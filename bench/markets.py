"""Random rooms of many kinds of bargainers, and what each seat could have offered in them with what would have come of
it: for fitting and for judging what `core.opponent` says. Only what is asked here knows the private numbers.
"""

import asyncio
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from negotiation.asking import Minds
from negotiation.core.decision import best_award
from negotiation.core.events import Accepted, Decided, Event, Offered, RoundStarted
from negotiation.core.folding import evolve, replay
from negotiation.core.moves import SILENCE, Accept, Award, Bids, BuyerTurn, Leave, Move, Propose
from negotiation.core.opponent import Sight, looking_back, seen_by_buyer, seen_by_seller
from negotiation.core.preferences import BuyerLimits, Priority, SellerLimits
from negotiation.core.room import Offer, Room, SellerSeat, Setup, new_room
from negotiation.core.strategy import choose_award, choose_quote, live_quotes
from negotiation.core.terms import CENT, Terms, to_money
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView, buyer_memory, buyer_view, seller_view
from negotiation.core.vocabulary import Party, Reason
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind

PRICES_OF_AN_END = 5
NAMES = ("Alder", "Birch", "Cedar", "Elm", "Hazel", "Larch", "Maple", "Oak")


class Player(Protocol):
    """A mind for either side that also says what it would take, without playing on."""

    async def sell(self, view: SellerView) -> Move: ...

    async def buy(self, view: BuyerView) -> BuyerTurn: ...

    def takes_bid(self, view: SellerView) -> bool: ...

    def award(self, view: BuyerView) -> Award | None: ...


@dataclass(frozen=True, slots=True)
class Market:
    """A room that has been played, by whom, and its log."""

    setup: Setup
    buyer: Player
    sellers: dict[str, Player]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """An offer as it was or could have been made, what the other side made of it, and that side's limit."""

    sight: Sight
    terms: Terms
    is_accepted: bool
    limit: Decimal

    @property
    def is_within(self) -> bool:
        """Whether the other side's limit allows the price."""
        is_buying = self.sight.party is Party.BUYER
        return self.terms.unit_price >= self.limit if is_buying else self.terms.unit_price <= self.limit


class BuiltIn(StrategyMind):
    def takes_bid(self, view: SellerView) -> bool:
        return choose_quote(view).accepts

    def award(self, view: BuyerView) -> Award | None:
        return choose_award(view)


@dataclass(frozen=True, slots=True)
class Bargainer:
    """Goes from its first price towards its aim along a curve, as people do who know nothing of our strategy.

    `exponent` under 1 gives early, over 1 late; `aim` is the part of its span that it means to keep; `eager` the part
    by which it takes what is short of its own next price; `mirror` the part of the other's steps that it gives back;
    `whole` what it asks for on the price, per part of the quantity that is missing.
    """

    exponent: Decimal
    aim: Decimal
    opening: Decimal
    eager: Decimal
    mirror: Decimal
    whole: Decimal

    async def sell(self, view: SellerView) -> Move:
        if view.live_bid is not None and self.takes_bid(view):
            return Accept(view.live_bid.offer_id)
        return Propose(Terms(self._quote(view, view.round), view.quantity))

    async def buy(self, view: BuyerView) -> BuyerTurn:
        award = self.award(view)
        if award is not None or view.is_over:
            return award or Leave(Reason.NO_VALID_OFFER)
        price = self._bid(view, view.round + 1)
        return Bids(tuple((thread.seller_id, Propose(self._terms(view, thread, price))) for thread in view.threads))

    def takes_bid(self, view: SellerView) -> bool:
        bid, limits = view.live_bid, view.limits
        if bid is None or not limits.permit(bid.terms):
            return False
        coming = self._quote(view, view.round + 1)
        enough = min(self._quote(view, view.round), coming - self.eager * (coming - limits.floor))
        enough = limits.floor if view.is_last_round else enough
        return bid.terms.unit_price >= enough * (1 + self.whole * _missing(bid.terms.quantity, view.quantity))

    def award(self, view: BuyerView) -> Award | None:
        best = best_award(view)
        if best is None or view.is_over or view.must_award:
            return best
        quote = view.thread(best.seller_id).quote
        coming = self._bid(view, view.round + 1)
        enough = coming + self.eager * (view.limits.maximum - coming)
        assert quote is not None
        enough *= 1 - self.whole * _missing(quote.terms.quantity, view.limits.quantity)
        return best if quote.terms.unit_price <= enough else None

    def _quote(self, view: SellerView, at_round: int) -> Decimal:
        limits = view.limits
        aim = limits.floor + self.aim * (limits.ask - limits.floor)
        price = limits.ask - _elapsed(at_round, view.max_rounds, self.exponent) * (limits.ask - aim)
        if view.quotes:
            last = view.quotes[-1].terms.unit_price
            price = min(last, price, max(aim, last - self.mirror * _given(view.bids)))
        return max(limits.floor, to_money(price))

    def _bid(self, view: BuyerView, at_round: int) -> Decimal:
        limits = view.limits
        start = max(limits.minimum, limits.maximum * self.opening)
        aim = limits.maximum - self.aim * (limits.maximum - start)
        return to_money(start + _elapsed(at_round, view.max_rounds, self.exponent) * (aim - start))

    def _terms(self, view: BuyerView, thread: BuyerThread, price: Decimal) -> Terms:
        limits = view.limits
        beaten = [quote - CENT for quote in live_quotes(view)]
        least = [offer.terms.unit_price for offer in thread.bids]
        bid = max([min([price, thread.ask, *beaten]), *least, limits.minimum, CENT])
        return Terms(min(bid, limits.maximum, thread.ask), limits.quantity)


def play_markets(
    count: int, seed: int, *, built_in: bool, draw: Callable[[random.Random], Setup] | None = None
) -> list[Market]:
    """Rooms of the built-in minds, or of bargainers of all kinds among which the built-in ones are some."""
    chance, draw = random.Random(seed), draw or draw_setup
    return asyncio.run(_play_all([_seated(draw(chance), chance, built_in=built_in) for _ in range(count)]))


def play_in(setups: Sequence[Setup], seed: int, *, built_in: bool) -> list[Market]:
    """The same in rooms that somebody else set up, each with a seed of its own."""
    chance = random.Random(seed)
    rooms = (replace(setup, seed=chance.getrandbits(32)) for setup in setups)
    return asyncio.run(_play_all([_seated(setup, chance, built_in=built_in) for setup in rooms]))


def recorded_cases(market: Market) -> Iterator[Case]:
    """Every offer that was made, and whether it was the one that the other side took."""
    return cases_of(market.setup, market.events)


def cases_of(setup: Setup, events: Sequence[Event]) -> Iterator[Case]:
    """The same of any log; of a room with further terms or moves by hand, too."""
    taken = {event.offer_id for event in events if isinstance(event, (Accepted, Decided))}
    room = before = new_room(setup)
    for event in events:
        if isinstance(event, RoundStarted):
            before = room
        if isinstance(event, Offered) and event.seller_id in {t.seller_id for t in before.open_threads}:
            sight = _sight(before if event.party is Party.BUYER else room, event.party, event.seller_id)
            limit = _limit(setup, event.party.other, event.seller_id)
            yield Case(sight, event.terms, event.offer_id in taken, limit)
        room = evolve(room, event)


def ended_cases(setup: Setup, events: Sequence[Event], chance: random.Random) -> Iterator[Case]:
    """What each side could tell of the other's limit when all was over: some prices for each thread.

    `is_accepted` says nothing there.
    """
    room = replay(setup, events)
    memory = buyer_memory(room)
    for thread in room.threads:
        views = {
            Party.BUYER: (seen_by_buyer(memory, thread.seller_id), thread.bids, thread.quotes),
            Party.SELLER: (seen_by_seller(seller_view(room, thread.seller_id)), thread.quotes, thread.bids),
        }
        for party, (sight, mine, theirs) in views.items():
            seen, limit = looking_back(sight, mine, theirs), _limit(setup, party.other, thread.seller_id)
            for _ in range(PRICES_OF_AN_END):
                price = to_money(max(CENT, seen.last_heard - seen.sign * _far(seen, chance)))
                yield Case(seen, Terms(price, seen.quantity), False, limit)


def _far(sight: Sight, chance: random.Random) -> Decimal:
    """More often near than far."""
    return Decimal(str(chance.random() ** 2)) * sight.ask


def imagined_cases(market: Market, chance: random.Random) -> Iterator[Case]:
    """At every turn one other price in each thread, put to the very mind that answered."""
    room = new_room(market.setup)
    for event in market.events:
        if isinstance(event, (RoundStarted, Decided)) and room.round:
            yield from _other_quotes(market, room, chance)
        if isinstance(event, RoundStarted):
            yield from _other_bids(market, room, event, chance)
        room = evolve(room, event)


def _other_quotes(market: Market, room: Room, chance: random.Random) -> Iterator[Case]:
    """In place of the standing offers that the buyer looks at now."""
    for thread in room.open_threads:
        quote = thread.quote
        if quote is None or quote.party is Party.BUYER:
            continue
        earlier = tuple(offer for offer in thread.offers if offer is not quote)
        unsaid = _with_offers(room, thread.seller_id, earlier)
        sight = replace(_sight(unsaid, Party.SELLER, thread.seller_id), rival_price=_claim(thread.bids, room.round))
        floor, most = sight.last_heard, quote.terms.unit_price if len(sight.mine) == 0 else sight.mine[-1]
        price = _drawn(chance, min(floor, most), max(floor, most))
        terms = Terms(price, _quantity(chance, quote.terms.quantity))
        changed = _with_offers(room, thread.seller_id, (*earlier, replace(quote, terms=terms)))
        award = market.buyer.award(buyer_view(changed))
        is_accepted = award is not None and award.offer_id == quote.offer_id
        yield Case(sight, terms, is_accepted, market.setup.buyer.maximum)


def _other_bids(market: Market, room: Room, started: RoundStarted, chance: random.Random) -> Iterator[Case]:
    """In place of the bids that the buyer makes in the round that begins."""
    opened = evolve(room, started)
    for thread in room.open_threads:
        sight = _sight(room, Party.BUYER, thread.seller_id)
        least = sight.mine[-1] if sight.mine else sight.ask * Decimal("0.4")
        price = _drawn(chance, min(least, sight.last_heard), sight.last_heard)
        terms = Terms(price, _quantity(chance, market.setup.buyer.quantity))
        number = opened.offer_count + 1
        offered = Offered(Party.BUYER, thread.seller_id, opened.round, number, terms, SILENCE)
        view = seller_view(evolve(opened, offered), thread.seller_id)
        limit = market.setup.seat(thread.seller_id).limits.floor
        yield Case(sight, terms, market.sellers[thread.seller_id].takes_bid(view), limit)


async def _play_all(drawn: Sequence[Market]) -> list[Market]:
    return [await _play(market) for market in drawn]


async def _play(market: Market) -> Market:
    journal = MemoryJournal(market.setup)
    await Engine(journal, Minds(market.buyer, market.sellers), limits=Limits(), pace=Pace()).run()
    return replace(market, events=tuple(journal.events))


def _seated(setup: Setup, chance: random.Random, *, built_in: bool) -> Market:
    players = {seat.seller_id: _player(chance, built_in=built_in) for seat in setup.sellers}
    return Market(setup, _player(chance, built_in=built_in), players, ())


def draw_setup(chance: random.Random, max_rounds: int | None = None) -> Setup:
    """A room of one to six sellers, in most of which a deal is possible; with so many rounds, else some number."""
    typical = Decimal(chance.choice((12, 45, 130, 420, 1900, 26000))) * _share(chance, 0.7, 1.4)
    limit = to_money(typical * _share(chance, 0.8, 1.35))
    minimum = to_money(limit * Decimal(chance.choice(("0", "0", "0.5", "0.7"))))
    names = chance.sample(NAMES, chance.choice((1, 1, 1, 2, 3, 4, 6)))
    return Setup(
        item_name="Item",
        buyer_name="Buyer",
        buyer=BuyerLimits(minimum, limit, chance.choice((1, 5, 10, 60))),
        sellers=tuple(_seat(name, typical, minimum, chance) for name in names),
        max_rounds=chance.choice((3, 6, 10, 10, 10, 10, 20)) if max_rounds is None else max_rounds,
        seed=chance.getrandbits(32),
        disclose_best_offer=chance.random() < 0.9,
    )


def draw_wide_setup(chance: random.Random) -> Setup:
    """A room of any shape that a catalogue may give it, for what must hold in rooms that nobody has seen: a seller asks
    for hardly more than its floor or for three times as much, a limit is far below what is usual or far above."""
    typical = Decimal(chance.choice((12, 130, 1900))) * _share(chance, 0.7, 1.4)
    limit = to_money(typical * _stretched(chance, 0.6, 1.8))
    minimum = to_money(limit * Decimal(chance.choice(("0", "0", "0.3", "0.5", "0.7", "0.9"))))
    names = chance.sample(NAMES, chance.choice((1, 1, 2, 3, 4, 6, 8)))
    span = 1 + (_stretched(chance, 1.05, 3) - 1) * _share(chance, 0.5, 1)
    return Setup(
        item_name="Item",
        buyer_name="Buyer",
        buyer=BuyerLimits(minimum, limit, chance.choice((1, 5, 10, 60))),
        sellers=tuple(_wide_seat(name, typical, span, minimum, chance) for name in names),
        max_rounds=chance.choice((3, 5, 8, 10, 10, 10, 15, 24)),
        seed=chance.getrandbits(32),
        disclose_best_offer=chance.random() < 0.9,
    )


def draw_short_setup(chance: random.Random) -> Setup:
    """The same with few rounds, which leave little to judge by."""
    return replace(draw_wide_setup(chance), max_rounds=chance.choice((1, 2, 2, 3, 4)))


def _wide_seat(name: str, typical: Decimal, span: Decimal, minimum: Decimal, chance: random.Random) -> SellerSeat:
    floor = to_money(typical * _stretched(chance, 0.5, 1.25))
    ask = max(to_money(floor * (1 + (span - 1) * _share(chance, 0.4, 1.6))), minimum, floor + CENT)
    return SellerSeat(
        name.lower(),
        name,
        SellerLimits(to_money(floor * Decimal("0.9")), floor, ask, 100, chance.choice(list(Priority))),
    )


def _stretched(chance: random.Random, low: float, high: float) -> Decimal:
    """As often between 1 and 2 as between 2 and 4."""
    return Decimal(str(round(math.exp(chance.uniform(math.log(low), math.log(high))), 4)))


def _seat(name: str, typical: Decimal, minimum: Decimal, chance: random.Random) -> SellerSeat:
    """Nobody is invited who asks for less than the buyer's minimum."""
    floor = to_money(typical * _share(chance, 0.65, 1.1))
    ask = max(to_money(floor * _share(chance, 1.08, 1.8)), minimum)
    cost = to_money(floor * _share(chance, 0.8, 0.95))
    return SellerSeat(name.lower(), name, SellerLimits(cost, floor, ask, 100, chance.choice(list(Priority))))


def _player(chance: random.Random, *, built_in: bool) -> Player:
    if built_in or chance.random() < 0.35:
        return BuiltIn()
    return Bargainer(
        exponent=Decimal(chance.choice(("0.4", "0.7", "1", "1", "1.5", "2.5", "4"))),
        aim=_share(chance, 0.0, 0.35),
        opening=_share(chance, 0.4, 0.8),
        eager=Decimal(chance.choice(("0", "0", "0.15", "0.4"))),
        mirror=Decimal(chance.choice(("0", "0", "0.5", "1"))),
        whole=Decimal(chance.choice(("0", "0.05", "0.2"))),
    )


def _sight(room: Room, party: Party, seller_id: str) -> Sight:
    if party is Party.BUYER:
        return seen_by_buyer(buyer_view(room), seller_id)
    return seen_by_seller(seller_view(room, seller_id))


def _limit(setup: Setup, party: Party, seller_id: str) -> Decimal:
    return setup.buyer.maximum if party is Party.BUYER else setup.seat(seller_id).limits.floor


def _claim(bids: Sequence[Offer], at_round: int) -> Decimal | None:
    return bids[-1].claim if bids and bids[-1].round == at_round else None


def _with_offers(room: Room, seller_id: str, offers: tuple[Offer, ...]) -> Room:
    threads = (replace(t, offers=offers) if t.seller_id == seller_id else t for t in room.threads)
    return replace(room, threads=tuple(threads))


def _quantity(chance: random.Random, whole: int) -> int:
    """Mostly all of it."""
    return whole if chance.random() < 0.8 else chance.randint(1, whole)


def _missing(quantity: int, whole: int) -> Decimal:
    return 1 - min(Decimal(1), Decimal(quantity) / whole)


def _drawn(chance: random.Random, low: Decimal, high: Decimal) -> Decimal:
    return max(CENT, to_money(low + _share(chance, 0.0, 1.0) * (high - low)))


def _given(bids: Sequence[Offer]) -> Decimal:
    prices = [offer.terms.unit_price for offer in bids[-2:]]
    return max(Decimal(0), prices[1] - prices[0]) if len(prices) == 2 else Decimal(0)


def _share(chance: random.Random, low: float, high: float) -> Decimal:
    return Decimal(str(round(chance.uniform(low, high), 4)))


def _elapsed(at_round: int, max_rounds: int, exponent: Decimal) -> Decimal:
    part = Decimal(at_round - 1) / (max_rounds - 1) if max_rounds > 1 else Decimal(1)
    return min(Decimal(1), part) ** exponent
