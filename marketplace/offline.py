"""A session played without a database: the rooms that a request amounts to, and their play."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.requests import ItemRequest, SellerRequest, SessionRequest, StockRequest
from marketplace.services import seed_for
from marketplace.term_ranges import buyers_span, ranges_of
from negotiation.asking import Minds
from negotiation.core.analysis import Measures, measure
from negotiation.core.events import Closed, Event
from negotiation.core.matching import Mismatch, Stock, match_sellers
from negotiation.core.mentions import distinct_names
from negotiation.core.preferences import BuyerLimits, SellerLimits
from negotiation.core.room import SellerSeat, Setup
from negotiation.core.terms import Terms
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind


@dataclass(frozen=True, slots=True)
class LeftOut:
    seller_id: str
    seller_name: str
    reason: Mismatch


@dataclass(frozen=True, slots=True)
class OfflineRoom:
    """One item with the sellers that can serve it; if there are none it is skipped because of `why_none`."""

    item: ItemRequest
    setup: Setup
    left_out: tuple[LeftOut, ...]
    why_none: Mismatch | None


@dataclass(frozen=True, slots=True)
class PlayedRoom:
    """A room and its whole log, which is empty if the item was skipped."""

    room: OfflineRoom
    events: tuple[Event, ...]

    @property
    def ending(self) -> Closed | None:
        return next((event for event in self.events if isinstance(event, Closed)), None)

    @property
    def deal(self) -> "Deal | None":
        ending = self.ending
        if ending is None or ending.terms is None or ending.seller_id is None:
            return None
        setup = self.room.setup
        seat = setup.seat(ending.seller_id)
        return Deal(seat, ending.terms, measure(setup, seat.seller_id, ending.terms, ending.round))


@dataclass(frozen=True, slots=True)
class Deal:
    seat: SellerSeat
    terms: Terms
    measures: Measures

    @property
    def saved(self) -> Decimal:
        """What all units cost less than at the winner's asking price."""
        return self.asked - self.terms.total

    @property
    def asked(self) -> Decimal:
        return self.seat.limits.ask * self.terms.quantity


Tell = Callable[[OfflineRoom, Event], None]


def open_rooms(request: SessionRequest) -> tuple[OfflineRoom, ...]:
    """One room for each item, in the order of the shopping list."""
    names = distinct_names([seller.name for seller in request.sellers])
    sellers = {f"seller_{n}": seller for n, seller in enumerate(request.sellers, 1)}
    seats = dict(zip(sellers, names, strict=True))
    return tuple(_open_room(request, item, sellers, seats) for item in request.items)


async def play_rooms(rooms: Sequence[OfflineRoom], tell: Tell, turn_seconds: float = 0.0) -> tuple[PlayedRoom, ...]:
    """Play all rooms at once with the built-in minds; `tell` hears of each event as it happens."""
    async with asyncio.TaskGroup() as group:
        played = [group.create_task(_play(room, tell, Pace(turn_seconds))) for room in rooms]
    return tuple(task.result() for task in played)


async def _play(room: OfflineRoom, tell: Tell, pace: Pace) -> PlayedRoom:
    if room.why_none is not None:
        return PlayedRoom(room, ())
    mind = StrategyMind()
    minds = Minds(mind, {seat.seller_id: mind for seat in room.setup.sellers})
    journal = MemoryJournal(room.setup, lambda event: tell(room, event))
    await Engine(journal, minds, limits=Limits(), pace=pace).run()
    return PlayedRoom(room, tuple(journal.events))


def _open_room(
    request: SessionRequest, item: ItemRequest, sellers: dict[str, SellerRequest], names: dict[str, str]
) -> OfflineRoom:
    span = buyers_span(item.min_price_per_unit, item.max_price_per_unit)
    terms = ranges_of(item.allowed_terms, item.term_weights, span)
    limits = BuyerLimits(item.min_price_per_unit, item.max_price_per_unit, item.quantity_needed, terms)
    stock = {seller_id: _stock_of(seller, item) for seller_id, seller in sellers.items()}
    matches = match_sellers(limits, {key: _offered(line, item.quantity_needed) for key, line in stock.items()})
    setup = Setup(
        item_name=item.item_name,
        buyer_name=request.buyer_name,
        buyer=limits,
        sellers=tuple(_seat(key, names[key], sellers[key], stock[key], item) for key in matches.matched),
        max_rounds=request.max_rounds,
        seed=seed_for(request.buyer_name, item.item_id) if request.seed is None else request.seed,
        disclose_best_offer=request.disclose_best_offer,
        buyer_temperament=request.buyer_temperament,
        buyer_policy=request.buyer_policy,
        draws_by_limits=request.seed is None,
    )
    left_out = tuple(LeftOut(key, names[key], reason) for key, reason in matches.left_out.items())
    return OfflineRoom(item, setup, left_out, matches.why_none)


def _stock_of(seller: SellerRequest, item: ItemRequest) -> StockRequest | None:
    return next((line for line in seller.inventory if line.item_id == item.item_id), None)


def _offered(line: StockRequest | None, quantity: int) -> Stock | None:
    return None if line is None else Stock(line.quantity_available, *line.prices_for(quantity))


def _seat(seller_id: str, name: str, seller: SellerRequest, line: StockRequest | None, item: ItemRequest) -> SellerSeat:
    assert line is not None
    prices = line.prices_for(item.quantity_needed)
    limits = SellerLimits(
        cost=line.cost_price,
        floor=prices.least,
        ask=prices.selling,
        stock=line.quantity_available,
        priority=seller.priority,
        extras=ranges_of(line.allowed_terms, line.term_weights, prices.selling - prices.least),
    )
    return SellerSeat(
        seller_id,
        name,
        limits,
        seller.speaking_style,
        temperament=seller.temperament,
        toughness=seller.toughness,
    )
