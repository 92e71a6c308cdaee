from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from negotiation.core.moves import SILENCE, Propose
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Party
from negotiation.models import Outcome, RunEvent, SeatWait
from negotiation.notification_models import DeliveryState, Kind, Notification, NotificationTarget, Side
from negotiation.notifications import delete_old_notifications, delete_targets_of_nobody
from negotiation.seats import end_what_is_overdue, make_move
from negotiation.sweeps import sweep
from tests import bodies
from tests.told import a_target, sellers_with_a_person, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(open_session):
    """A session whose room has a person at Acme's seat."""
    return open_session(sellers=sellers_with_a_person())


@pytest.fixture
def codes(held):
    """Who is who in the room."""
    room = held["negotiation_rooms"][0]
    sellers = {seller["seller_name"]: seller["seller_id"] for seller in room["participating_sellers"]}
    return {"room": room["room_id"], "buyer": held["buyer_id"], **sellers}


@pytest.fixture
def go(operator, play, codes):
    """Starts the room and plays it until the person is waited for."""

    def start():
        assert operator.post(f"/negotiation/{codes['room']}/start").status_code == 200
        play(codes["room"])

    return start


def test_offer_that_a_person_has_to_answer_is_told_to_its_side(go, codes):
    a_target(Side.SELLER, codes["Acme"])

    go()

    notification = Notification.objects.get()
    event = RunEvent.objects.get(run=notification.run, seq=notification.seq)
    assert (notification.kind, event.type) == (Kind.NEW_OFFER, "InputRequested")
    assert str(notification.participant.seller_code) == codes["Acme"]
    assert (notification.state, notification.attempts) == (DeliveryState.WAITING, 0)


def test_offer_is_the_turn_of_whoever_did_not_ask_for_offers(go, codes):
    a_target(Side.SELLER, codes["Acme"], Kind.YOUR_TURN)

    go()

    assert told() == [("seller", "your_turn")]


def test_nobody_is_told_of_what_it_did_not_ask_for(go, codes):
    a_target(Side.SELLER, codes["Acme"], Kind.EXPIRING, Kind.DEAL)

    go()

    assert told() == []


def test_others_than_who_has_to_move_are_not_told(go, codes):
    a_target(Side.SELLER, codes["Bolt"])
    a_target(Side.BUYER, codes["buyer"])
    a_target(Side.SELLER, str(uuid4()))

    go()

    assert told() == []


def test_code_of_a_buyer_is_no_sellers(go, codes):
    a_target(Side.BUYER, codes["Acme"])

    go()

    assert told() == []


def test_operators_are_told_of_all_rooms(go):
    a_target(Side.OPERATOR)

    go()

    assert told() == [("operator", "new_offer")]


def test_target_that_is_switched_off_is_told_nothing(go, codes):
    target = a_target(Side.SELLER, codes["Acme"])
    NotificationTarget.objects.filter(pk=target.pk).update(is_active=False)

    go()

    assert told() == []


def test_person_without_an_offer_to_answer_is_told_of_its_turn(open_session, operator, play):
    session = open_session(buyer=bodies.buyer(mind="human"))
    room = session["negotiation_rooms"][0]["room_id"]
    a_target(Side.BUYER, session["buyer_id"])

    operator.post(f"/negotiation/{room}/start")
    play(room)

    assert set(told()) == {("buyer", "your_turn")}


def test_time_that_runs_out_is_told_to_whoever_has_to_move(go, codes):
    a_target(Side.SELLER, codes["Acme"], Kind.EXPIRING)
    a_target(Side.BUYER, codes["buyer"], Kind.EXPIRING)
    go()

    now = timezone.now()
    SeatWait.objects.update(warn_at=now - timedelta(hours=11), until=now + timedelta(hours=1))
    end_what_is_overdue()

    assert told() == [("seller", "expiring")]


def test_deal_that_waits_for_an_approval_is_told_to_the_buyer(open_session, operator, play):
    session = open_session(buyer=bodies.buyer(bodies.item(approve_above=1)))
    room = session["negotiation_rooms"][0]["room_id"]
    for seller in session["seller_ids"]:
        a_target(Side.SELLER, seller)
    a_target(Side.BUYER, session["buyer_id"])

    operator.post(f"/negotiation/{room}/start")
    play(room)

    assert told() == [("buyer", "approval_needed")]


def test_deal_is_told_to_both_who_made_it_and_not_to_the_others(started, play, session, seller_ids):
    a_target(Side.BUYER, session["buyer_id"])
    for seller in seller_ids.values():
        a_target(Side.SELLER, seller)

    play(started)

    winner = Outcome.objects.get().participant
    assert sorted(told()) == [("buyer", "deal"), ("seller", "deal")]
    assert Notification.objects.get(target__side="seller").target.party == winner.seller_code


def test_room_without_a_deal_is_no_news(operator, started, session):
    a_target(Side.BUYER, session["buyer_id"])

    operator.post(f"/negotiation/{started}/cancel")

    assert told() == []


def test_move_by_hand_brings_the_next_offer_and_the_next_notification(go, codes, play):
    a_target(Side.SELLER, codes["Acme"])
    go()

    make_move(UUID(codes["room"]), Party.SELLER, codes["Acme"], Propose(Terms(Decimal(640), 50), SILENCE))
    play(codes["room"])

    assert told() == [("seller", "new_offer")] * 2


def test_notification_is_not_there_if_its_event_is_not(go, codes):
    a_target(Side.SELLER, codes["Acme"])
    sid = transaction.savepoint()
    go()

    transaction.savepoint_rollback(sid)

    assert (told(), RunEvent.objects.count()) == ([], 0)


def test_event_is_told_once(go, codes):
    a_target(Side.SELLER, codes["Acme"])
    go()
    first = Notification.objects.get()

    first.pk, first.code = None, uuid4()

    with pytest.raises(IntegrityError):
        first.save(force_insert=True)


def test_room_of_agents_says_nothing_to_the_outbox_until_its_end(started, play, session):
    a_target(Side.BUYER, session["buyer_id"])

    with CaptureQueriesContext(connection) as captured:
        play(started)

    about = [query["sql"] for query in captured if "notification" in query["sql"]]
    looks = [sql for sql in about if "EXISTS(" in sql]
    assert len(looks) == 1
    assert about[0] == looks[0]


def test_room_of_agents_costs_one_look_where_nobody_wants_to_know(started, play):
    with CaptureQueriesContext(connection) as captured:
        play(started)

    tables = ("notification", "seatwait", "negotiation_approval")
    assert len([query for query in captured if any(name in query["sql"] for name in tables)]) == 1


def test_old_notifications_are_deleted_once_they_are_done_with(go, codes):
    for _ in range(3):
        a_target(Side.SELLER, codes["Acme"])
    go()
    first, second, third = Notification.objects.order_by("id")
    long_ago = timezone.now() - timedelta(days=30)
    Notification.objects.filter(pk__in=[first.pk, second.pk]).update(created_at=long_ago)
    Notification.objects.filter(pk__in=[first.pk, third.pk]).update(state=DeliveryState.DELIVERED)

    assert delete_old_notifications(timedelta(days=7)) == 1

    assert list(Notification.objects.order_by("id")) == [second, third]


def test_addresses_of_parties_that_are_gone_are_deleted(codes):
    kept = [a_target(Side.SELLER, codes["Acme"]), a_target(Side.BUYER, codes["buyer"]), a_target(Side.OPERATOR)]
    a_target(Side.SELLER, codes["buyer"])
    a_target(Side.BUYER, str(uuid4()))

    assert delete_targets_of_nobody() == 2

    assert set(NotificationTarget.objects.all()) == set(kept)


def test_sweep_clears_both(log_folder):
    a_target(Side.BUYER, str(uuid4()))

    sweep()

    assert NotificationTarget.objects.count() == 0
