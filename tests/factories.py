"""Builders of rooms, views and events with keyword defaults, and random rooms for hypothesis. Pure core: no Django."""

import asyncio
import datetime
import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal

from hypothesis import strategies as st

from llm.gateway import Ask
from llm.types import Schema, Usage
from negotiation.asking import Minds
from negotiation.core.events import Event, RoundStarted, StatusChanged
from negotiation.core.folding import evolve, replay
from negotiation.core.moves import SILENCE, Move, Propose, Words
from negotiation.core.preferences import BuyerLimits, Priority, SellerLimits, Style, Temperament
from negotiation.core.protocol import play
from negotiation.core.room import Offer, Room, SellerSeat, Setup
from negotiation.core.terms import Terms
from negotiation.core.visibility import BuyerThread, BuyerView, SellerView
from negotiation.core.vocabulary import OfferStatus, Party, RoomStatus
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.calls import Call, Purpose, Seat, Verdict
from negotiation.minds.strategy import StrategyMind
from negotiation.records import Record, Roster
from tests.scripted_provider import messages

Price = str | int | Decimal

NAMES = ("Acme", "Bolt", "Cedar", "Delta", "Ember", "Fjord")
STARTED = (
    StatusChanged(RoomStatus.PENDING, RoomStatus.QUEUED),
    StatusChanged(RoomStatus.QUEUED, RoomStatus.ACTIVE),
    RoundStarted(1),
)
NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
ASK = Ask(messages("Wörter?"), 0.3, 77, ("stop",), Schema("words", {"type": "object"}), "small")


def a_call(seller_id="", **changes):
    party = Party.SELLER if seller_id else Party.BUYER
    return Call(**{
        "seat": Seat("a room", party, seller_id), "purpose": Purpose.WORDS, "round": 2, "provider": "lm_studio",
        "ask": ASK, "reply": "Fine.", "model": "small-q4", "usage": Usage(10, 5, is_estimated=True),
        "cost": Decimal("0.000123"), "attempts": 2, "queued_seconds": 1.23456, "first_token_seconds": 0.98765,
        "seconds": 2.34567, "verdict": Verdict.OK, "why": "", **changes,
    })  # fmt: skip


def a_buyer(*, minimum: Price = 50, maximum: Price = 110, quantity: int = 4) -> BuyerLimits:
    return BuyerLimits(Decimal(minimum), Decimal(maximum), quantity)


def a_seller(
    name: str = "Acme",
    *,
    floor: Price = 80,
    ask: Price = 120,
    cost: Price = 60,
    stock: int = 10,
    priority: Priority = Priority.MAXIMIZE_PROFIT,
    style: Style = Style.NEUTRAL,
) -> SellerSeat:
    """Its id is its name in small letters."""
    limits = SellerLimits(Decimal(cost), Decimal(floor), Decimal(ask), stock, priority)
    return SellerSeat(name.lower(), name, limits, style)


def a_setup(
    *sellers: SellerSeat,
    buyer: BuyerLimits | None = None,
    max_rounds: int = 10,
    seed: int = 7,
    disclose_best_offer: bool = True,
) -> Setup:
    """Acme and Bolt sell if nobody else is named."""
    return Setup(
        item_name="Desk lamp",
        buyer_name="Harbour Hotel",
        buyer=buyer or a_buyer(),
        sellers=sellers or (a_seller("Acme"), a_seller("Bolt")),
        max_rounds=max_rounds,
        seed=seed,
        disclose_best_offer=disclose_best_offer,
    )


def an_active_room(setup: Setup | None = None) -> Room:
    """In round 1, before the first bid."""
    return replay(setup or a_setup(), STARTED)


def after(room: Room, *events: Event) -> Room:
    for event in events:
        room = evolve(room, event)
    return room


def played(room: Room, *moves: tuple[Party, str, Move]) -> Room:
    """The room after these moves, each of which must be legal."""
    for party, seller_id, move in moves:
        room = after(room, *play(room, party, seller_id, move))
    return room


def terms(price: Price, quantity: int = 4) -> Terms:
    return Terms(Decimal(price), quantity)


def proposal(price: Price, quantity: int = 4, *, claim: Price | None = None, is_final: bool = False) -> Propose:
    return Propose(terms(price, quantity), SILENCE, None if claim is None else Decimal(claim), is_final)


def bid(seller_id: str, price: Price, *, claim: Price | None = None) -> tuple[Party, str, Move]:
    return Party.BUYER, seller_id, proposal(price, claim=claim)


def quote(seller_id: str, price: Price, *, is_final: bool = False) -> tuple[Party, str, Move]:
    return Party.SELLER, seller_id, proposal(price, is_final=is_final)


def offers(
    party: Party,
    prices: Sequence[Price],
    *,
    seller_id: str = "acme",
    claim: Price | None = None,
    is_final: bool = False,
) -> tuple[Offer, ...]:
    """One a round at these prices; the last one is open, claims and is final as said."""
    made = [
        Offer(number, party, seller_id, number, terms(price), status=OfferStatus.COUNTERED)
        for number, price in enumerate(prices[:-1], 1)
    ]
    said = None if claim is None else Decimal(claim)
    made += [Offer(len(prices), party, seller_id, len(prices), terms(price), said, is_final) for price in prices[-1:]]
    return tuple(made)


def a_seller_view(
    seat: SellerSeat | None = None,
    *,
    round: int = 1,
    max_rounds: int = 10,
    bids: Sequence[Price] = (),
    quotes: Sequence[Price] = (),
    rival: Price | None = None,
    questions: tuple[str, ...] = (),
    seed: int = 7,
) -> SellerView:
    """The last bid is open."""
    made = offers(Party.BUYER, bids, claim=rival)
    return SellerView(
        seat=seat or a_seller(),
        quantity=4,
        round=round,
        max_rounds=max_rounds,
        bids=made,
        quotes=offers(Party.SELLER, quotes),
        live_bid=made[-1] if made else None,
        rival_price=None if rival is None else Decimal(rival),
        questions=questions,
        turns_taken=len(quotes),
        seed=seed,
    )


def a_buyer_thread(
    name: str = "Acme",
    *,
    bids: Sequence[Price] = (),
    quotes: Sequence[Price] = (),
    ask: Price = 120,
    is_final: bool = False,
    is_agreed: bool = False,
    failures: int = 0,
) -> BuyerThread:
    """The last quote stands."""
    made = offers(Party.SELLER, quotes, seller_id=name.lower(), is_final=is_final)
    return BuyerThread(
        seller_id=name.lower(),
        name=name,
        ask=Decimal(ask),
        bids=offers(Party.BUYER, bids, seller_id=name.lower()),
        quotes=made,
        quote=made[-1] if made else None,
        is_agreed=is_agreed,
        failures=failures,
    )


def a_buyer_view(
    *threads: BuyerThread,
    limits: BuyerLimits | None = None,
    round: int = 0,
    max_rounds: int = 10,
    may_claim: bool = True,
    seed: int = 7,
) -> BuyerView:
    return BuyerView(limits or a_buyer(), round, max_rounds, threads, may_claim, seed)


def a_roster(setup: Setup) -> Roster:
    room_id, session_id, buyer_id = (uuid.UUID(int=number) for number in (1, 2, 3))
    return Roster(room_id, session_id, buyer_id, "EUR", setup)


def records_of(events: Iterable[Event]) -> list[Record]:
    return [Record(number, NOON, event, NOON) for number, event in enumerate(events, 1)]


def some_words(text: str = "Let us talk.") -> Words:
    return Words(text)


def strategy_minds(setup: Setup) -> Minds:
    return Minds(StrategyMind(), {seat.seller_id: StrategyMind() for seat in setup.sellers})


def play_out(setup: Setup, minds: Minds | None = None) -> list[Event]:
    """The whole log of the room, played to its end by strategy minds if no others are given."""
    journal = MemoryJournal(setup)
    engine = Engine(journal, minds or strategy_minds(setup), limits=Limits(), pace=Pace())
    asyncio.run(engine.run())
    return journal.events


def prices(low: int = 1, high: int = 2_000_000) -> st.SearchStrategy[Decimal]:
    """Whole cents between so many cents."""
    return st.integers(low, high).map(lambda cents: Decimal(cents).scaleb(-2))


@st.composite
def some_buyers(draw: st.DrawFn) -> BuyerLimits:
    minimum = draw(st.just(Decimal(0)) | prices())
    return BuyerLimits(minimum, minimum + draw(prices()), draw(st.integers(1, 20)))


@st.composite
def some_sellers(draw: st.DrawFn, name: str, buyer: BuyerLimits) -> SellerSeat:
    """One that a room would invite: it has the stock and asks at least the buyer's minimum."""
    floor = draw(prices(1, max(2, int(buyer.maximum * 150))))
    ask = max(floor + draw(prices(0, 1_000_000)), buyer.minimum)
    limits = SellerLimits(
        cost=floor * draw(st.sampled_from((Decimal("0.5"), Decimal("0.9")))),
        floor=floor,
        ask=ask,
        stock=buyer.quantity + draw(st.integers(0, 5)),
        priority=draw(st.sampled_from(Priority)),
    )
    style, temperament = draw(st.sampled_from(Style)), draw(st.sampled_from(Temperament))
    return SellerSeat(name.lower(), name, limits, style, temperament=temperament)


@st.composite
def some_setups(draw: st.DrawFn, *, max_sellers: int = 4, max_rounds: int = 10) -> Setup:
    buyer = draw(some_buyers())
    names = NAMES[: draw(st.integers(1, max_sellers))]
    return Setup(
        item_name="Desk lamp",
        buyer_name="Harbour Hotel",
        buyer=buyer,
        sellers=tuple(draw(some_sellers(name, buyer)) for name in names),
        max_rounds=draw(st.integers(1, max_rounds)),
        seed=draw(st.integers(0, 10_000)),
        disclose_best_offer=draw(st.booleans()),
        buyer_temperament=draw(st.sampled_from(Temperament)),
    )


@st.composite
def rooms_with_odd_secrets(draw: st.DrawFn) -> Setup:
    """Rooms whose private numbers have cents that nobody rounds to and nobody else has; asking prices are round."""
    base = draw(st.integers(50, 1500))
    limits = BuyerLimits(Decimal(base // 2) + Decimal("0.19"), Decimal(base) + Decimal("0.21"), 3)
    sellers = []
    for number, name in enumerate(NAMES[: draw(st.integers(2, 4))]):
        floor = draw(st.integers(base * 6 // 10, base * 11 // 10))
        secret = SellerLimits(
            cost=floor * 8 // 10 + Decimal("0.61") + number * Decimal("0.02"),
            floor=floor + Decimal("0.31") + number * Decimal("0.02"),
            ask=Decimal(floor + draw(st.integers(5, base))),
            stock=draw(st.integers(3, 9)),
            priority=draw(st.sampled_from(Priority)),
        )
        sellers.append(SellerSeat(f"id-of-{name.lower()}", f"{name} Trading", secret, draw(st.sampled_from(Style))))
    return Setup(
        item_name="Desk lamp",
        buyer_name="Harbour Hotel",
        buyer=limits,
        sellers=tuple(sellers),
        max_rounds=draw(st.sampled_from((1, 2, 3, 10))),
        seed=draw(st.integers(0, 10_000)),
    )
