"""The last units wanted by several rooms at once, decided over two processes while a third plays the same rooms."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import bodies
from tests.chaos import judging
from tests.chaos.installation import FULL, Installation, until

STOCK_RACES, DECIDE_RACES = (500, 300) if FULL else (20, 15)
ROOMS, IN_STOCK, WANTED = 4, 60, 50
ASKED_AT_ONCE = 4
RACES_AT_ONCE = 5
# A deal, or an answer that says why not: already decided, or the units are gone.
FAIR = {200, 409, 422}

pytestmark = [pytest.mark.slow, pytest.mark.chaos]

STOCK_UP = """
from marketplace.models import Seller
from django.db import transaction
with transaction.atomic():
    seller = Seller.objects.create(name="Standing")
    for number in range({races}):
        seller.inventory.create(item_id=f"race-{{number}}", item_name="The last ones", quantity_available={in_stock},
                                cost_price=1, least_price=450, selling_price=590)
"""


WITHOUT_OFFER = """
SELECT count(*) FROM negotiation_negotiationrun run WHERE ended_at IS NULL
AND NOT EXISTS (SELECT 1 FROM negotiation_offer WHERE party = 'seller' AND run_id = run.id)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """One database under two web processes and a worker."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    installation = Installation(tmp_path, database_url=url, webs=2, workers=1, LLM_PROVIDER="builtin")
    installation.manage("shell", "-c", STOCK_UP.format(races=STOCK_RACES, in_stock=IN_STOCK))
    installation.start_what_is_not_running()
    yield installation
    installation.close()


def test_last_units_are_sold_once(shared: Installation) -> None:
    """Each race is for a stock of 60, of which every room wants 50; the worker may be quicker than who decides."""
    statuses = set()
    for first in range(0, STOCK_RACES, RACES_AT_ONCE):
        items = [f"race-{number}" for number in range(first, first + RACES_AT_ONCE)]
        rooms = rooms_with_offers(shared, items * ROOMS, use_standing_sellers=True, sellers=[])
        statuses |= decide_at_once(shared, rooms)

    until(lambda: shared.open_count() == 0)
    assert statuses <= FAIR
    stock = shared.rows("SELECT quantity_reserved FROM marketplace_sellerinventory WHERE item_id LIKE 'race-%'")
    assert stock == [(WANTED,)] * STOCK_RACES
    sold = shared.rows("SELECT count(*), sum(quantity) FROM negotiation_outcome WHERE result = 'deal'")
    assert sold == [(STOCK_RACES, STOCK_RACES * WANTED)]
    judging.table_is_whole(shared)
    judging.nothing_unforeseen_was_told(shared)


def test_room_is_decided_once_whoever_asks_and_whatever_its_engine_does(shared: Installation) -> None:
    statuses = set()
    for _ in range(0, DECIDE_RACES, RACES_AT_ONCE):
        rooms = rooms_with_offers(shared, ["laptop_hp_15"] * RACES_AT_ONCE)
        statuses |= decide_at_once(shared, rooms * ASKED_AT_ONCE)

    until(lambda: shared.open_count() == 0)
    assert statuses <= FAIR
    judging.table_is_whole(shared)
    judging.nothing_unforeseen_was_told(shared)


def rooms_with_offers(installation: Installation, items: list[str], **changes: object) -> list[str]:
    """A room for each item, at work; some seller has made it an offer, or it is over already."""
    own = {"minds": {"buyer": "strategy", "sellers": "strategy"}, "turn_seconds": 0.05, **changes}
    wanted = [bodies.buyer(bodies.item(item_id=item, quantity_needed=WANTED)) for item in items]
    rooms = [room for buyer in wanted for room in installation.make_rooms(1, buyer=buyer, **own)]
    installation.start_rooms(rooms)
    until(lambda: installation.rows(WITHOUT_OFFER) == [(0,)])
    return rooms


def decide_at_once(installation: Installation, rooms: list[str]) -> set[int]:
    """Asks the web processes by turns; the statuses of their answers."""

    def decide(room: str, number: int) -> int:
        return installation.ask("POST", f"/negotiation/{room}/decide", {}, web=number % 2)[0]

    with ThreadPoolExecutor(len(rooms)) as pool:
        return set(pool.map(decide, rooms, range(len(rooms))))
