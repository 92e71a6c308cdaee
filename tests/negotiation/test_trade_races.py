"""Many at once on one match token or trade: one of them wins. PARLEY_RACES sets how often each is run."""

import os
from collections import Counter
from decimal import Decimal
from uuid import UUID

import pytest

from marketplace.models import Role, SellerInventory
from negotiation import services
from negotiation.models import NegotiationRun
from negotiation.trade_models import MatchToken, Trade
from negotiation.verification import misjudged_stock

REPEATS = int(os.environ.get("PARLEY_RACES", "3"))

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def statuses_of(race):
    """How often each status was the answer to these requests, sent at once."""

    def send(*requests):
        answers = race([lambda r=r: r[0].post(r[1], r[2]) for r in requests])
        return Counter(getattr(answer, "status_code", repr(answer)) for answer in answers)

    return send


@pytest.fixture
def new_trade(open_session, api_for):
    """Makes a deal in a new session; the address of its trade, and its buyer and seller."""

    def make():
        session = open_session()
        [room] = session["negotiation_rooms"]
        seller_id = room["participating_sellers"][0]["seller_id"]
        services.start(UUID(room["room_id"]))
        services.force_deal(UUID(room["room_id"]), seller_id, Decimal(500))
        number = Trade.objects.get(outcome__run__code=room["room_id"]).number
        callers = api_for(Role.BUYER, session["buyer_id"]), api_for(Role.SELLER, seller_id)
        return f"/trade-desk/trades/{number}", *callers

    return make


def test_one_of_twenty_starts_with_one_token_opens_the_negotiation(open_session, api_for, statuses_of):
    for _ in range(REPEATS):
        session = open_session()
        buyer = api_for(Role.BUYER, session["buyer_id"])
        query = {"session_id": session["session_id"], "item_id": "laptop_hp_15"}
        token = buyer.get("/trade-desk/matches", **query).json()["matches"][0]["match_token"]
        body = {"match_token": token, "seat": "program"}

        statuses = statuses_of(*[(buyer, "/trade-desk/negotiations/start", body)] * 20)

        assert statuses == {201: 1, 409: 19}
        assert NegotiationRun.objects.filter(session__code=session["session_id"], is_bilateral=True).count() == 1
        assert MatchToken.objects.filter(item__buyer__code=session["buyer_id"], used_at__isnull=False).count() == 1


def test_ten_cancellations_free_the_units_once(new_trade, statuses_of):
    for _ in range(REPEATS):
        path, buyer, seller = new_trade()

        statuses = statuses_of(*[(caller, f"{path}/cancel", {"reason": "No"}) for caller in (buyer, seller) * 5])

        assert statuses == {200: 1, 409: 9}
        assert not SellerInventory.objects.filter(quantity_reserved__gt=0).exists()


def test_last_confirmation_against_a_cancellation_leaves_one_of_both(new_trade, statuses_of):
    for _ in range(REPEATS):
        path, buyer, seller = new_trade()
        buyer.post(f"{path}/confirm")

        statuses = statuses_of((seller, f"{path}/confirm", None), (buyer, f"{path}/cancel", {"reason": "No"}))

        trade = Trade.objects.get(number=path.rsplit("/", 1)[1])
        assert statuses == {200: 1, 409: 1}
        assert trade.state in ("confirmed", "cancelled")
        assert misjudged_stock() == []


def test_two_confirmations_at_once_are_both_kept(new_trade, statuses_of):
    for _ in range(REPEATS):
        path, buyer, seller = new_trade()

        statuses = statuses_of((seller, f"{path}/confirm", None), (buyer, f"{path}/confirm", None))

        assert statuses == {200: 2}
        assert Trade.objects.get(number=path.rsplit("/", 1)[1]).state == "confirmed"
