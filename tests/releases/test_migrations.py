"""The tables of an older version, with rows in them, brought up to date on either database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent.parent

# Runs in a process of its own, on a database of its own: the older version's tables, rows, the migrations, questions.
UPGRADE = """
import django
django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

older = [("marketplace", "0004_limits"), ("negotiation", "0002_models_speak")]
executor = MigrationExecutor(connection)
executor.migrate(older)
apps = executor.loader.project_state(older).apps
get = lambda name: apps.get_model(*name.split("."))
session = get("marketplace.Session").objects.create(max_rounds=5, seed=1)
buyer = get("marketplace.Buyer").objects.create(name="Harbour", session=session)
item = get("marketplace.BuyerItem").objects.create(
    buyer=buyer, item_id="desk", item_name="Desk", quantity_needed=5, min_price_per_unit=50, max_price_per_unit=90
)
room = {"session": session, "item": item, "status": "completed", "max_rounds": 5, "seed": 1}
runs = [get("negotiation.NegotiationRun").objects.create(**room) for _ in range(ROOMS)]
sellers = [get("marketplace.Seller").objects.create(name=f"Seller {n}", session=session) for n in range(2)]
threads = get("negotiation.Participant").objects.bulk_create(
    get("negotiation.Participant")(
        run=run, seller=seller, name=seller.name, seller_code=seller.code, priority="maximize_profit",
        speaking_style="neutral", mind="strategy", stock=9, cost_price=40, least_price=60, selling_price=100,
    )
    for run in runs for seller in sellers
)
get("negotiation.Offer").objects.create(
    run=runs[0], participant=threads[0], number=1, party="buyer", round=1, unit_price=60, quantity=5,
    status="countered", at=timezone.now(),
)
get("marketplace.SellerInventory").objects.create(
    seller=sellers[0], item_id="desk", item_name="Desk", quantity_available=9, quantity_reserved=5,
    cost_price=40, least_price=60, selling_price=100,
)

executor = MigrationExecutor(connection)
executor.migrate(executor.loader.graph.leaf_nodes())
from negotiation.models import NegotiationRun, Offer, Participant
from negotiation.rosters import find_run
from negotiation.verification import misjudged_stock
assert misjudged_stock() == []  # it was sold in sessions that were deleted
codes = set(Participant.objects.values_list("code", flat=True))
assert len(codes) == 2 * ROOMS and None not in codes, len(codes)
offer = Offer.objects.get()
assert (offer.extras, offer.responded_at, offer.response_message, offer.status) == ({}, None, "", "countered")
run, seats, roster = find_run(NegotiationRun.objects.first().code)
assert (roster.setup.buyer_holder, roster.setup.sellers[0].holder) == ("agent", "agent")
assert (roster.setup.buyer.extras, roster.setup.buyer.approve_above) == ((), None)
"""


def upgrade(folder: Path, rooms: int, **environment: str) -> None:
    own = {"PARLEY_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "marketplace.settings", "PYTHONPATH": str(ROOT)}
    script = UPGRADE.replace("ROOMS", str(rooms))
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | own | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_rows_of_an_older_version_are_kept_and_named_on_sqlite(tmp_path: Path) -> None:
    upgrade(tmp_path, rooms=700)


def test_rows_of_an_older_version_are_kept_and_named_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    upgrade(tmp_path, rooms=700, DATABASE_URL=postgres_url)
