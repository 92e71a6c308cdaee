"""Many at once on one room: one of them wins, the others are told so. PARLEY_RACES sets how often each is run."""

import os
from collections import Counter
from uuid import UUID

import pytest

from marketplace.models import Role, SellerInventory
from negotiation.core.vocabulary import RoomStatus
from negotiation.models import NegotiationRun, Outcome
from negotiation.verification import first_broken, strayed
from tests import bodies

REPEATS = int(os.environ.get("PARLEY_RACES", "10"))

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def new_room(open_session):
    """The id of a room with sellers of its own."""
    return lambda: open_session()["negotiation_rooms"][0]["room_id"]


@pytest.fixture
def statuses_of(race, operator):
    """How often each status was the answer to these requests, sent at once."""

    def send(*requests):
        answers = race([lambda path=path, body=body: operator.post(path, body) for path, body in requests])
        return Counter(getattr(answer, "status_code", repr(answer)) for answer in answers)

    return send


def require_whole(room_id):
    """The log has no holes, its hashes are right, the tables say the same, and there is an outcome where it is over."""
    run = NegotiationRun.objects.get(code=room_id)
    assert (first_broken(run), strayed(run)) == (None, [])
    assert Outcome.objects.filter(run=run).count() == RoomStatus(run.status).is_over


def test_one_of_twenty_starts_wins(new_room, statuses_of):
    for _ in range(REPEATS):
        room_id = new_room()

        statuses = statuses_of(*[(f"/negotiation/{room_id}/start", None)] * 20)

        assert statuses == {200: 1, 409: 19}
        require_whole(room_id)


def test_one_of_ten_decisions_wins(new_room, statuses_of, operator, play):
    for _ in range(REPEATS):
        room_id = new_room()
        operator.post(f"/negotiation/{room_id}/start")
        play(room_id, until_seq=7)
        wanted = [{"decision_type": "no_deal"}, {}] * 5

        statuses = statuses_of(*((f"/negotiation/{room_id}/decide", body) for body in wanted))

        assert statuses == {200: 1, 409: 9}
        require_whole(room_id)


def test_buyer_who_takes_an_offer_and_operator_who_decides_otherwise_leave_one_outcome(
    open_session, operator, api_for, play, race
):
    for _ in range(REPEATS):
        session = open_session(buyer=bodies.buyer(bodies.item(max_price_per_unit=700)))
        [room] = session["negotiation_rooms"]
        room_id, acme = room["room_id"], room["participating_sellers"][0]["seller_id"]
        buyer = api_for(Role.BUYER, session["buyer_id"])
        operator.post(f"/negotiation/{room_id}/start")
        play(room_id, until_seq=7)

        taken, refused = race(
            [
                _decide(buyer, room_id, {"decision_type": "deal", "selected_seller_id": acme}),
                _decide(operator, room_id, {"decision_type": "no_deal"}),
            ]
        )

        assert Counter([taken.status_code, refused.status_code]) == {200: 1, 409: 1}
        is_taken = taken.status_code == 200
        assert Outcome.objects.get(run__code=UUID(room_id)).result == ("deal" if is_taken else "no_deal")
        assert _reserved(acme) == (50 if is_taken else 0)
        require_whole(room_id)


def _decide(caller, room_id, body):
    return lambda: caller.post(f"/negotiation/{room_id}/decide", body)


def _reserved(seller_id):
    return SellerInventory.objects.get(seller__code=UUID(seller_id)).quantity_reserved


def test_engine_that_finishes_while_somebody_decides_leaves_one_outcome(new_room, operator, play, race):
    for _ in range(REPEATS):
        room_id = new_room()
        operator.post(f"/negotiation/{room_id}/start")
        play(room_id, until_seq=7)

        _, decided = race(
            [
                lambda room_id=room_id: play(room_id),
                lambda room_id=room_id: operator.post(f"/negotiation/{room_id}/decide", {"decision_type": "no_deal"}),
            ]
        )

        assert decided.status_code in (200, 409)
        assert Outcome.objects.filter(run__code=UUID(room_id)).count() == 1
        require_whole(room_id)
