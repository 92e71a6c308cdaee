"""The speed of a room, and one round at a time, over HTTP."""

from decimal import Decimal
from uuid import UUID

import pytest

from negotiation.core.vocabulary import RoomStatus
from negotiation.models import RunEvent
from negotiation.store import read_room

pytestmark = pytest.mark.django_db

COMMANDS = {"step": None, "pace": {"turn_seconds": 3}}


@pytest.fixture
def stored(room_id):
    return lambda: read_room(UUID(room_id)).room


def code_of(response):
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.parametrize("who", ["operator", "buyer"])
def test_pace_is_in_the_log_for_everybody_to_see(request, started, stored, who):
    caller = request.getfixturevalue(who)

    answer = caller.post(f"/negotiation/{started}/pace", {"turn_seconds": 0.5}).json()

    assert answer == {"room_id": started, "status": "queued"}
    assert stored().turn_seconds == Decimal("0.5")
    assert RunEvent.objects.last().payload == {"turn_seconds": "0.5", "pause_after_round": None}


def test_pace_that_the_room_has_is_not_written_again(operator, started):
    operator.post(f"/negotiation/{started}/pace", {"turn_seconds": 1})
    before = RunEvent.objects.count()

    answer = operator.post(f"/negotiation/{started}/pace", {"turn_seconds": 1.0})

    assert (answer.status_code, RunEvent.objects.count()) == (200, before)


@pytest.mark.parametrize("value", ["-0.1", "60.5", "0.001", "true", '"1"', "null", "NaN", "1e309", "[]"])
def test_pace_out_of_bounds_is_refused_and_changes_nothing(operator, started, value):
    before = RunEvent.objects.count()

    response = operator.post_raw(f"/negotiation/{started}/pace", f'{{"turn_seconds": {value}}}'.encode())

    assert code_of(response) == (400, "VALIDATION_ERROR")
    assert RunEvent.objects.count() == before


@pytest.mark.parametrize("body", [{}, {"turn_seconds": 61}])
def test_wrong_pace_is_told_by_its_path(operator, started, body):
    error = operator.post(f"/negotiation/{started}/pace", body).json()["error"]

    assert [problem["field"] for problem in error["details"]] == ["turn_seconds"]


@pytest.mark.parametrize("act", COMMANDS)
def test_room_that_was_not_started_has_no_pace(operator, room_id, act):
    response = operator.post(f"/negotiation/{room_id}/{act}", COMMANDS[act])

    assert code_of(response) == (409, "NEGOTIATION_NOT_ACTIVE")
    assert not RunEvent.objects.exists()


@pytest.mark.parametrize("act", COMMANDS)
def test_room_that_is_over_has_no_pace(operator, started, act):
    operator.post(f"/negotiation/{started}/decide")

    assert code_of(operator.post(f"/negotiation/{started}/{act}", COMMANDS[act])) == (409, "ALREADY_DECIDED")


@pytest.mark.parametrize("act", COMMANDS)
def test_seller_does_not_set_the_pace(acme, started, act):
    assert code_of(acme.post(f"/negotiation/{started}/{act}", COMMANDS[act])) == (403, "FORBIDDEN")


@pytest.mark.parametrize("act", COMMANDS)
def test_stranger_finds_no_room_to_set_the_pace_of(outsiders, started, act):
    path = f"/negotiation/{started}/{act}"

    answers = {code_of(outsider.post(path, COMMANDS[act])) for outsider in outsiders.values()}

    assert answers == {(404, "ROOM_NOT_FOUND")}


def test_stepped_room_plays_one_round_and_pauses(operator, started, play):
    operator.post(f"/negotiation/{started}/step")

    room = play(started)

    assert (room.status, room.round) == (RoomStatus.PAUSED, 1)


def test_paused_room_is_stepped_round_by_round(operator, started, play):
    operator.post(f"/negotiation/{started}/pause")

    rounds = []
    for _ in range(3):
        assert operator.post(f"/negotiation/{started}/step").json()["status"] == "queued"
        rounds.append(play(started).round)

    assert rounds == [1, 2, 3]


def test_resumed_room_plays_on_to_its_end(operator, started, play):
    operator.post(f"/negotiation/{started}/step")
    play(started)

    operator.post(f"/negotiation/{started}/resume")

    assert play(started).status is RoomStatus.COMPLETED


def test_pause_in_the_middle_of_a_step_leaves_nothing_of_it(operator, started, play):
    operator.post(f"/negotiation/{started}/step")
    operator.post(f"/negotiation/{started}/pause")

    operator.post(f"/negotiation/{started}/resume")

    assert play(started).status is RoomStatus.COMPLETED


def test_stepped_room_can_be_decided(operator, started, play):
    operator.post(f"/negotiation/{started}/step")
    play(started)

    assert operator.post(f"/negotiation/{started}/decide").status_code == 200
    assert read_room(UUID(started)).status is RoomStatus.COMPLETED
