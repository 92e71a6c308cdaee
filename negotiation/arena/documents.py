"""An arena's results as a file: JSON with everything, which a later run can be compared with, and CSV by room."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from marketplace.backoffice.catalogue_file import guard
from marketplace.version import VERSION
from negotiation.arena.results import Measure, Pairing, RoomResult, Row, Tally, estimate_of, leaderboard
from negotiation.arena.scoring import from_json, to_json
from negotiation.core.vocabulary import Party

SCHEMA = "parley-arena/1"
_PLACE = ("buyer", "sellers", "scenario", "repeat")
_MEASURES = (
    *("item_id", "item", "is_feasible", "is_deal", "seller", "price", "quantity", "competitive_share", "ideal_share"),
    *("seller_share", "efficiency", "nash_ratio", "rounds", "seconds", "room"),
)
_EFFORTS = ("calls", "tokens", "cost", "seconds", "fallbacks", "violations")


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario as results name it; its fingerprint tells whether another file's is the same."""

    name: str
    tags: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was to be played and what came of it."""

    name: str
    seed: int
    repeats: int
    buyers: tuple[str, ...]
    sellers: tuple[str, ...]
    scenarios: tuple[Played, ...]
    rooms: tuple[RoomResult, ...]
    tallies: Mapping[Pairing, Tally]


def document(report: Report) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "parley": VERSION,
        "name": report.name,
        "seed": report.seed,
        "repeats": report.repeats,
        "buyers": list(report.buyers),
        "sellers": list(report.sellers),
        "scenarios": [asdict(scenario) for scenario in report.scenarios],
        "games": sum(tally.games for tally in report.tallies.values()),
        "done": sum(tally.done for tally in report.tallies.values()),
        "failed": sum(tally.failed for tally in report.tallies.values()),
        "grid": [_cell(report, buyer, sellers) for buyer in report.buyers for sellers in report.sellers],
        "leaderboards": {
            "buyers": _board(leaderboard(report.rooms, Party.BUYER, report.buyers)),
            "sellers": _board(leaderboard(report.rooms, Party.SELLER, report.sellers)),
        },
        "rooms": [
            {"buyer": room.buyer, "sellers": room.sellers, "scenario": room.scenario, "repeat": room.repeat}
            | to_json(room.score)
            for room in report.rooms
        ],
    }


def read_document(found: Mapping[str, Any]) -> Report:
    """Without what failed. Raises ValueError for what is no such document."""
    if found.get("schema") != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}")
    try:
        return Report(
            name=str(found["name"]),
            seed=int(found["seed"]),
            repeats=int(found["repeats"]),
            buyers=tuple(found["buyers"]),
            sellers=tuple(found["sellers"]),
            scenarios=tuple(Played(one["name"], tuple(one["tags"]), one["fingerprint"]) for one in found["scenarios"]),
            rooms=tuple(_room(room) for room in found["rooms"]),
            tallies={},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is damaged: {error!r}") from error


def csv_text(report: Report) -> str:
    """A line for each room. What begins like a formula is guarded, for spreadsheets."""
    written = io.StringIO()
    writer = csv.writer(written)
    efforts = [f"{side}_{effort}" for side in ("buyer", "sellers") for effort in _EFFORTS]
    writer.writerow([*_PLACE, *_MEASURES, *efforts])
    for room in report.rooms:
        score = to_json(room.score)
        place = [room.buyer, room.sellers, room.scenario, room.repeat]
        spent = [score[f"{side}_effort"][effort] for side in ("buyer", "sellers") for effort in _EFFORTS]
        cells = [*place, *(score[measure] for measure in _MEASURES), *spent]
        writer.writerow([guard(cell) if isinstance(cell, str) else cell for cell in cells])
    return written.getvalue()


def _cell(report: Report, buyer: str, sellers: str) -> dict[str, Any]:
    rooms = [room for room in report.rooms if (room.buyer, room.sellers) == (buyer, sellers)]
    tally = report.tallies.get((buyer, sellers), Tally(0, 0, 0))
    return {
        "buyer": buyer,
        "sellers": sellers,
        **asdict(tally),
        "measures": {measure: asdict(estimate_of(rooms, measure)) for measure in Measure},
    }


def _board(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def _room(stored: Mapping[str, Any]) -> RoomResult:
    score = {name: value for name, value in stored.items() if name not in _PLACE}
    return RoomResult(stored["buyer"], stored["sellers"], stored["scenario"], stored["repeat"], from_json(score))
