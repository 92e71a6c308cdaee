"""Rooms of an arena as results have them, with keyword defaults."""

from negotiation.arena.documents import Played, Report
from negotiation.arena.results import RoomResult
from negotiation.arena.scoring import Effort, RoomScore


def a_score(share: float | None = 0.5, **changes) -> RoomScore:
    """A deal in which the buyer got this part of the surplus, and the seller the rest."""
    rest = None if share is None else 1 - share
    return RoomScore(**{
        "item_id": "lamp", "item": "Lamp", "is_feasible": True, "is_deal": True, "seller": "Acme", "price": "90.00",
        "quantity": 4, "competitive_share": share, "ideal_share": share, "seller_share": rest, "efficiency": 1.0,
        "nash_ratio": 1.0, "rounds": 8, "seconds": 2.0, "buyer_effort": Effort(), "sellers_effort": Effort(),
        "room": "", **changes,
    })  # fmt: skip


def missed() -> RoomScore:
    """A deal was possible and none was made."""
    return a_score(0.0, is_deal=False, seller="", price="", seller_share=0.0, efficiency=0.0, nash_ratio=None)


def a_result(
    scenario: str, share: float | None = 0.5, *, buyer="strategy", sellers="strategy", repeat=0, score=None
) -> RoomResult:
    return RoomResult(buyer, sellers, scenario, repeat, score or a_score(share))


def results(shares, **minds) -> list[RoomResult]:
    """A scenario for each share."""
    return [a_result(f"s{number:03}", share, **minds) for number, share in enumerate(shares)]


def a_report(*rooms: RoomResult, **changes) -> Report:
    """Of the minds and scenarios that the rooms name."""
    names = list(dict.fromkeys(room.scenario for room in rooms))
    return Report(**{
        "name": "Trial", "seed": 1, "repeats": 1,
        "buyers": tuple(dict.fromkeys(room.buyer for room in rooms)),
        "sellers": tuple(dict.fromkeys(room.sellers for room in rooms)),
        "scenarios": tuple(Played(name, (), f"print of {name}") for name in names),
        "rooms": rooms, "tallies": {}, **changes,
    })  # fmt: skip
