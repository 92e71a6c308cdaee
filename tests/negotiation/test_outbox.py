from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from marketplace.metrics import all_metrics
from marketplace.services import delete_session
from negotiation.delivery import Arrived, Failed
from negotiation.models import Participant
from negotiation.notification_models import Channel, DeliveryState, Notification, NotificationTarget, Side
from negotiation.outbox import LEASE, RESTS, claim_due, finish, give_back, open_letter, send_again
from tests.told import a_target, make_due, sellers_with_a_person

pytestmark = pytest.mark.django_db

SLACK = timedelta(minutes=1)


@pytest.fixture
def waiting(open_session, operator, play):
    """Three notifications of one event, to three targets of operators."""
    session = open_session(sellers=sellers_with_a_person())
    for _ in range(3):
        a_target(Side.OPERATOR)
    room = session["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room}/start")
    play(room)
    make_due()
    return list(Notification.objects.order_by("id"))


@pytest.fixture
def parcel(waiting):
    return claim_due(1)[0]


def row(parcel):
    return Notification.objects.select_related("target").get(pk=parcel.pk)


def rest_of(parcel):
    return row(parcel).next_at - timezone.now()


def fail(parcel, **answer):
    finish(parcel, Failed("answered 500", **answer))


def fail_all(parcel):
    """Attempt after attempt until nothing is due any more; how many there were."""
    attempts = 0
    while parcel is not None:
        attempts += 1
        fail(parcel)
        make_due()
        parcel = next((found for found in claim_due(10) if found.pk == parcel.pk), None)
    return attempts


def test_what_is_claimed_is_nobody_elses_until_the_lease_is_over(waiting):
    mine = claim_due(10)

    theirs = claim_due(10)

    assert ([parcel.pk for parcel in mine], theirs) == ([row.pk for row in waiting], [])
    assert LEASE - SLACK < rest_of(mine[0]) <= LEASE + SLACK


def test_as_many_are_claimed_as_there_is_place_for(waiting):
    assert len(claim_due(2)) == 2


def test_target_is_sent_one_letter_at_a_time(waiting):
    Notification.objects.update(target=waiting[0].target_id, seq=F("pk"))

    assert len(claim_due(10)) == 1


def test_targets_that_are_being_served_are_left_out(waiting):
    busy = waiting[0].target_id

    assert busy not in {parcel.target_id for parcel in claim_due(10, [busy])}


def test_letter_is_the_same_at_every_attempt(parcel):
    first = open_letter(parcel)
    make_due()
    Participant.objects.filter(name="Acme").update(name="Somebody else")

    again = open_letter(next(found for found in claim_due(10) if found.pk == parcel.pk))

    assert first == again
    assert first.secret == row(parcel).target.secret != ""


def test_delivered_letter_is_never_sent_again(parcel):
    finish(parcel, Arrived())
    make_due()

    assert row(parcel).state == DeliveryState.DELIVERED
    assert row(parcel).delivered_at is not None
    assert parcel.pk not in {found.pk for found in claim_due(10)}


def test_failed_letter_is_tried_again_after_a_rest(parcel):
    fail(parcel)

    assert (row(parcel).state, row(parcel).last_error) == (DeliveryState.WAITING, "answered 500")
    assert RESTS[0] - SLACK < rest_of(parcel) <= RESTS[0] + SLACK


@pytest.mark.parametrize("attempt", range(1, len(RESTS) + 1))
def test_rests_grow_with_the_attempts(waiting, attempt):
    Notification.objects.update(attempts=attempt - 1)
    parcel = claim_due(1)[0]

    fail(parcel)

    assert RESTS[attempt - 1] - SLACK < rest_of(parcel) <= RESTS[attempt - 1] + SLACK


def test_receiver_is_left_alone_as_long_as_it_asked(parcel):
    fail(parcel, wait=timedelta(hours=3))

    assert timedelta(hours=3) - SLACK < rest_of(parcel)


def test_receiver_cannot_ask_for_haste(parcel):
    fail(parcel, wait=timedelta(seconds=-1))

    assert rest_of(parcel) > timedelta(0)


def test_letter_is_given_up_after_the_last_attempt_and_its_target_says_so(parcel):
    assert fail_all(parcel) == len(RESTS) + 1

    target = row(parcel).target
    assert row(parcel).state == DeliveryState.GIVEN_UP
    assert (target.is_active, target.last_error) == (True, f"given up after {len(RESTS) + 1} attempts: answered 500")


def test_delivery_takes_the_mark_off_the_target(parcel):
    NotificationTarget.objects.update(last_error="given up")

    finish(parcel, Arrived())

    assert row(parcel).target.last_error == ""
    assert NotificationTarget.objects.filter(last_error="").count() == 1


def test_target_that_is_gone_is_switched_off(parcel):
    finish(parcel, Failed("answered 410", is_gone=True))

    target = row(parcel).target
    assert row(parcel).state == DeliveryState.GIVEN_UP
    assert (target.is_active, target.last_error) == (False, "switched off: answered 410")


def test_what_waits_for_a_target_that_was_switched_off_is_not_sent(parcel):
    NotificationTarget.objects.update(is_active=False)

    assert open_letter(parcel) is None

    assert row(parcel).state == DeliveryState.GIVEN_UP


def test_letter_that_nobody_ever_finished_is_given_up(waiting):
    Notification.objects.update(attempts=len(RESTS) + 1)
    (parcel, *_) = claim_due(1)

    assert open_letter(parcel) is None

    assert row(parcel).last_error == "no attempt was ever finished"


def test_letter_about_a_deleted_room_is_not_sent(parcel):
    delete_session(row(parcel).run.session)

    assert open_letter(parcel) is None


def test_word_of_a_deliverer_that_lost_its_claim_is_not_heard(parcel):
    make_due()
    (again, *_) = [found for found in claim_due(10) if found.pk == parcel.pk]

    assert not finish(parcel, Failed("answered 500"))
    assert finish(again, Arrived())
    assert not finish(parcel, Failed("answered 500"))

    assert row(parcel).state == DeliveryState.DELIVERED


def test_letter_that_is_given_back_is_due_at_once(parcel):
    give_back(parcel)

    assert parcel.pk in {found.pk for found in claim_due(10)}


def test_given_up_letter_can_be_sent_again_by_hand(parcel):
    fail_all(parcel)

    assert send_again(Notification.objects.all()) == 1

    assert parcel.pk in {found.pk for found in claim_due(10)}


def test_deliveries_and_the_queue_are_counted(waiting):
    before = counted("failed")

    fail(claim_due(1)[0])

    assert counted("failed") == before + 1
    assert "parley_notifications_waiting 3.0" in all_metrics().decode()


def counted(result):
    line = f'parley_notifications_total{{channel="{Channel.WEBHOOK}",result="{result}"}} '
    return next(
        (float(told.removeprefix(line)) for told in all_metrics().decode().splitlines() if told.startswith(line)), 0.0
    )
