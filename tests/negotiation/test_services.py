from decimal import Decimal
from uuid import UUID

import pytest

from marketplace.errors import InvalidRequest
from negotiation import services
from negotiation.core.vocabulary import RoomStatus
from negotiation.errors import AlreadyActive, AlreadyDecided, NotActive
from negotiation.models import NegotiationRun, Outcome, RunEvent
from negotiation.store import read_room

pytestmark = pytest.mark.django_db


def types():
    return list(RunEvent.objects.order_by("seq").values_list("type", flat=True))


@pytest.fixture
def code(midway):
    return UUID(midway)


def test_room_started_twice_is_already_active(started):
    with pytest.raises(AlreadyActive):
        services.start(UUID(started))


def test_start_tells_the_moment_that_is_stored(room_id):
    moment = services.start(UUID(room_id))

    assert moment == NegotiationRun.objects.get().started_at


def test_paused_room_keeps_its_place(code, play, midway):
    services.pause(code)
    paused = read_room(code).room

    assert play(midway) == paused
    assert paused.status is RoomStatus.PAUSED


def test_resumed_room_is_played_to_its_end(code, play, midway):
    services.pause(code)
    services.resume(code)

    assert play(midway).status is RoomStatus.COMPLETED


def test_paused_room_can_be_decided(code, seller_ids):
    services.pause(code)

    outcome = services.force_deal(code, seller_ids["Acme"], Decimal(500))

    assert (outcome.result, read_room(code).status) == ("deal", RoomStatus.COMPLETED)


@pytest.mark.parametrize("change", [services.fail, services.cancel, services.expire])
def test_room_ends_once(code, change):
    change(code)

    with pytest.raises(AlreadyDecided):
        change(code)

    assert types().count("Closed") == Outcome.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (services.fail, RoomStatus.FAILED),
        (services.cancel, RoomStatus.CANCELLED),
        (services.expire, RoomStatus.EXPIRED),
    ],
)
def test_room_that_was_not_decided_says_how_it_ended(code, change, status):
    change(code)

    assert read_room(code).status is status
    assert "Decided" not in types()
    assert Outcome.objects.get().result == "no_deal"


def test_decided_room_has_one_decision_and_one_end(code):
    services.decide_now(code)

    assert types()[-2:] == ["Decided", "Closed"]
    assert types().count("Decided") == types().count("Closed") == 1


def test_no_offer_is_open_after_the_end(code, seller_ids):
    services.force_deal(code, seller_ids["Acme"], Decimal(500))

    room = read_room(code).room
    assert not any(offer.is_live for thread in room.threads for offer in thread.offers)


def test_note_of_the_decider_is_the_explanation(code):
    outcome = services.force_no_deal(code, note="The budget is gone")

    assert outcome.explanation == "The budget is gone"


def test_deal_for_less_than_is_needed_is_a_deal(code, seller_ids):
    outcome = services.force_deal(code, seller_ids["Acme"], Decimal(500), 20)

    assert (outcome.quantity, outcome.total_cost) == (20, Decimal(10_000))


def test_seller_that_is_not_in_the_room_cannot_win_it(code):
    with pytest.raises(InvalidRequest) as refused:
        services.force_deal(code, "nobody", Decimal(500))

    assert [problem.field for problem in refused.value.problems] == ["selected_seller_id"]


@pytest.mark.django_db(transaction=True)
def test_command_is_done_though_what_follows_it_fails(code, monkeypatch, caplog):
    def fail(code):
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(services, "wind_up", fail)

    services.cancel(code)

    assert read_room(code).room.status is RoomStatus.CANCELLED
    assert "the disk is gone" in caplog.text


@pytest.mark.parametrize("change", [services.pause, services.resume, services.decide_now, services.force_no_deal])
def test_room_that_was_not_started_is_not_active(room_id, change):
    with pytest.raises(NotActive):
        change(UUID(room_id))


def test_message_without_a_known_name_goes_to_all(code, seller_ids):
    sent = services.send_message(code, "@Nobody are you there?")

    assert set(sent.addressed_to) == set(seller_ids.values())


def test_message_goes_to_those_that_are_named(code, seller_ids):
    sent = services.send_message(code, "@acme and @Bolt: last call")

    assert sent.addressed_to == (seller_ids["Acme"], seller_ids["Bolt"])


@pytest.mark.django_db(transaction=True)
def test_pause_during_play_loses_no_event(started, play, race):
    race([lambda: play(started), lambda: services.pause(UUID(started))])

    run = NegotiationRun.objects.get()
    numbers = list(RunEvent.objects.order_by("seq").values_list("seq", flat=True))
    assert run.status in ("paused", "completed")
    assert numbers == list(range(1, run.last_seq + 1))


@pytest.mark.django_db(transaction=True)
def test_decision_during_play_makes_one_outcome(started, play, race):
    race([lambda: play(started), lambda: services.force_no_deal(UUID(started))])

    assert Outcome.objects.count() == types().count("Closed") == 1
    assert NegotiationRun.objects.get().status == "completed"
