"""The same request with the same seed, on SQLite in one process, and on PostgreSQL with three workers that share it."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from tests import bodies
from tests.chaos.installation import Installation, until
from tests.chaos.judging import CountingLlm

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.postgres, pytest.mark.redis]

ITEMS = ("desk", "lamp", "shelf")
TERMS = {"allowed_terms": {"delivery_days": [0, 20]}}
EVENTS = """
SELECT session.name, item.item_id, event.type, event.payload, event.run_id
FROM negotiation_runevent event
JOIN negotiation_negotiationrun run ON run.id = event.run_id
JOIN marketplace_session session ON session.id = run.session_id
JOIN marketplace_buyeritem item ON item.id = run.item_id
ORDER BY event.run_id, event.seq
"""
SEATS = "SELECT seller_code, name, run_id FROM negotiation_participant"

Transcripts = Mapping[tuple[str, str], list[str]]


def test_strategies_say_the_same_in_the_same_order_wherever_they_play(
    embedded: Installation, scaled_out: Installation
) -> None:
    alone, together = (play(installation, "all by strategy") for installation in (embedded, scaled_out))

    assert sum(map(len, alone.values())) > 200
    assert together == alone


def test_models_are_given_the_same_to_say_wherever_they_play(
    embedded: Installation, scaled_out: Installation, llm: CountingLlm
) -> None:
    before = llm.count
    alone, together = (play(installation, "narrated", mind="narrated") for installation in (embedded, scaled_out))

    assert llm.count > before
    assert {room: by_thread(events) for room, events in together.items()} == {
        room: by_thread(events) for room, events in alone.items()
    }


def play(installation: Installation, name: str, mind: str = "strategy") -> Transcripts:
    """Three items, four sellers of which two are level; one item's delivery is bargained over, too."""
    status, session = installation.ask("POST", "/simulation/initialize", body(name, mind))
    assert status == 200, session
    installation.start_rooms([room["room_id"] for room in session["negotiation_rooms"]])
    until(lambda: installation.open_count() == 0)
    return transcripts(installation, name)


def body(name: str, mind: str) -> dict[str, Any]:
    wanted = [bodies.item(item_id=item, item_name=item.title(), **weighed(item, 0.8, -0.2)) for item in ITEMS]
    floors = {"Acme": 452.33, "Bolt": 447.19, "Crux": 447.19, "Dune": 520.77}
    sellers = [
        bodies.seller(
            shop,
            *(
                bodies.stock(item_id=item, item_name=item.title(), least_price=floor, **weighed(item, 0.7, 0.3))
                for item in ITEMS
            ),
        )
        for shop, floor in floors.items()
    ]
    minds = {"minds": {"buyer": mind, "sellers": mind}}
    return bodies.session(buyer=bodies.buyer(*wanted), sellers=sellers, seed=41, max_rounds=6, name=name, **minds)


def weighed(item: str, price: float, delivery: float) -> dict[str, Any]:
    return {**TERMS, "term_weights": {"price": price, "delivery_days": delivery}} if item == ITEMS[0] else {}


def transcripts(installation: Installation, name: str) -> Transcripts:
    """By item all events with everything in them, but with sellers' names in place of their ids."""
    seats = {(run, str(UUID(str(code)))): seller for code, seller, run in installation.rows(SEATS)}
    found: dict[tuple[str, str], list[str]] = {}
    for session, item, kind, payload, run in installation.rows(EVENTS):
        if session == name:
            told = json.dumps(json.loads(payload) if isinstance(payload, str) else payload, sort_keys=True)
            for (of_run, code), seller in seats.items():
                told = told.replace(code, seller) if of_run == run else told
            found.setdefault((session, item), []).append(f"{kind} {told}")
    return found


def by_thread(events: list[str]) -> dict[str, list[str]]:
    """What each seller said and heard. Offers are numbered as they come in, and models take as long as they take."""
    threads: dict[str, list[str]] = {}
    for event in events:
        kind, told = event.split(" ", 1)
        said = {name: value for name, value in json.loads(told).items() if name != "offer_id"}
        threads.setdefault(said.get("seller_id") or "", []).append(f"{kind} {said}")
    return threads
