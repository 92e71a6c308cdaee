"""What a room of an arena came to: the measures of the deal, and what each side's mind took for it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from negotiation.core.analysis import measure
from negotiation.core.room import Setup
from negotiation.core.terms import Terms


@dataclass(frozen=True, slots=True)
class Effort:
    """What one side's minds cost: calls to models with their tokens, US dollars and seconds, how often template words
    or the strategy's move had to stand in, and how often a model went beyond what its seat may do or say."""

    calls: int = 0
    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    fallbacks: int = 0
    violations: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """How the room for an item ended, whoever played it."""

    item_id: str
    seller_id: str | None
    terms: Terms | None
    rounds: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RoomScore:
    """As `core.analysis` measures it. Shares are 0 where a deal was possible and missed, None where none was possible
    or hardly anything was to be shared.

    `competitive_share` is at most 1, and None where fewer than two sellers could close. `room` is empty where nothing
    was stored.
    """

    item_id: str
    item: str
    is_feasible: bool
    is_deal: bool
    seller: str
    price: str
    quantity: int
    competitive_share: float | None
    ideal_share: float | None
    seller_share: float | None
    efficiency: float | None
    nash_ratio: float | None
    rounds: int
    seconds: float
    buyer_effort: Effort = Effort()
    sellers_effort: Effort = Effort()
    room: str = ""


UNPLAYED = RoomScore("", "", False, False, "", "", 0, None, None, None, None, None, 0, 0.0)


def score_room(setup: Setup, ending: Ending, buyer: Effort, sellers: Effort, room: str = "") -> RoomScore:
    terms = ending.terms
    found = measure(setup, ending.seller_id, terms, ending.rounds)
    has_stakes = found.has_stakes
    earned = Decimal(0) if found.is_missed else found.seller_share
    return RoomScore(
        item_id=ending.item_id,
        item=setup.item_name,
        is_feasible=found.is_feasible,
        is_deal=terms is not None,
        seller=setup.seat(ending.seller_id).name if ending.seller_id else "",
        price=f"{terms.unit_price:.2f}" if terms else "",
        quantity=terms.quantity if terms else 0,
        competitive_share=_number(found.captured),
        ideal_share=_number(found.ideal_share) if has_stakes else None,
        seller_share=_number(earned) if has_stakes else None,
        efficiency=_number(found.efficiency) if has_stakes else None,
        nash_ratio=_number(found.nash_ratio),
        rounds=ending.rounds,
        seconds=round(ending.seconds, 3),
        buyer_effort=buyer,
        sellers_effort=sellers,
        room=room,
    )


def to_json(score: RoomScore) -> dict[str, Any]:
    return asdict(score)


def from_json(stored: Mapping[str, Any]) -> RoomScore:
    return RoomScore(
        **{
            **stored,
            "buyer_effort": Effort(**stored["buyer_effort"]),
            "sellers_effort": Effort(**stored["sellers_effort"]),
        }
    )


def _number(measured: Decimal | None) -> float | None:
    return None if measured is None else round(float(measured), 4)
