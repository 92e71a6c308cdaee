"""How a seat's agent bargains, from the request to the room, and who is told."""

import pytest

from marketplace import services
from marketplace.models import Seller, Session
from negotiation.models import Participant
from negotiation.rosters import find_run
from tests import bodies

pytestmark = pytest.mark.django_db

URL = "/simulation/initialize"


@pytest.fixture
def asked(operator):
    """A session of a patient buyer, a brisk Acme and a Bolt of whom nothing is said."""
    acme, bolt = bodies.two_sellers()
    answer = operator.post(
        URL,
        bodies.session(
            buyer=bodies.buyer() | {"temperament": "patient"}, sellers=[acme | {"temperament": "brisk"}, bolt]
        ),
    )
    return answer.json()


@pytest.fixture
def over(operator, asked, play):
    room_id = asked["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room_id}/start")
    play(room_id)
    return room_id


def test_temperaments_reach_the_room(asked):
    _, _, roster = find_run(Participant.objects.first().run.code)

    assert Session.objects.get().buyer_temperament == roster.setup.buyer_temperament == "patient"
    assert {seat.name: seat.temperament for seat in roster.setup.sellers} == {"Acme": "brisk", "Bolt": "balanced"}


def test_everybody_is_balanced_if_nothing_is_said(operator):
    operator.post(URL, bodies.session())

    assert Session.objects.get().buyer_temperament == "balanced"
    assert set(Seller.objects.values_list("temperament", flat=True)) == {"balanced"}


@pytest.mark.parametrize("place", ["buyer", "sellers[0]"])
@pytest.mark.parametrize("value", ["furious", "", None, 1])
def test_unknown_temperament_is_named_by_its_path(operator, place, value):
    body = bodies.session()
    seat = body["buyer"] if place == "buyer" else body["sellers"][0]
    seat["temperament"] = value

    response = operator.post(URL, body)

    assert response.status_code == 400
    assert [problem["field"] for problem in response.json()["error"]["details"]] == [f"{place}.temperament"]
    assert not Session.objects.exists()


def test_clone_keeps_the_temperaments(asked):
    clone = services.clone_session(Session.objects.get())

    assert clone.buyer_temperament == "patient"
    seats = Participant.objects.filter(run__session=clone).values_list("name", "temperament")
    assert dict(seats) == {"Acme": "brisk", "Bolt": "balanced"}


def test_details_of_the_session_tell_the_buyers_temperament(operator, asked):
    assert operator.get(f"/simulation/{asked['session_id']}").json()["buyer_temperament"] == "patient"


def test_temperament_is_told_to_its_own_side_alone(operator, api_for, asked, over):
    codes = {participant.name: str(participant.seller_code) for participant in Participant.objects.all()}
    buyer = api_for("buyer", asked["buyer_id"])
    acme, bolt = (api_for("seller", codes[name]) for name in ("Acme", "Bolt"))

    told = {
        name: [word for word in ("patient", "brisk") if word in _everything(caller, asked["session_id"], over)]
        for name, caller in {"operator": operator, "buyer": buyer, "acme": acme, "bolt": bolt}.items()
    }

    assert told == {"operator": ["patient", "brisk"], "buyer": ["patient"], "acme": ["brisk"], "bolt": []}


def _everything(caller, session_id, room_id):
    paths = (f"/simulation/{session_id}", f"/negotiation/{room_id}/state", f"/logs/{session_id}/{room_id}")
    return "".join(caller.get(path).content.decode() for path in paths)
