"""How a seat's agent bargains (temperament, policy, toughness), from the request to the room, and who is told."""

import pytest

from marketplace import services
from marketplace.models import Seller, Session
from negotiation.models import Participant
from negotiation.rosters import find_run
from tests import bodies

pytestmark = pytest.mark.django_db

URL = "/simulation/initialize"
# In quotes where the talk may have the word as well.
WORDS = ("patient", "price_first", "brisk", '"tough"')


@pytest.fixture
def asked(operator):
    """A session of a patient buyer with price first, a brisk and tough Acme, and a Bolt of whom nothing is said."""
    acme, bolt = bodies.two_sellers()
    answer = operator.post(
        URL,
        bodies.session(
            buyer=bodies.buyer() | {"temperament": "patient", "policy": "price_first"},
            sellers=[acme | {"temperament": "brisk", "toughness": "tough"}, bolt],
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


def test_policy_and_toughness_reach_the_room(asked):
    _, _, roster = find_run(Participant.objects.first().run.code)

    assert Session.objects.get().buyer_policy == roster.setup.buyer_policy == "price_first"
    assert {seat.name: seat.toughness for seat in roster.setup.sellers} == {"Acme": "tough", "Bolt": "fair"}


def test_everybody_is_balanced_if_nothing_is_said(operator):
    operator.post(URL, bodies.session())

    assert Session.objects.get().buyer_temperament == "balanced"
    assert set(Seller.objects.values_list("temperament", "toughness")) == {("balanced", "fair")}
    assert Session.objects.get().buyer_policy == "deal_first"


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


@pytest.mark.parametrize(("place", "name"), [("buyer", "policy"), ("sellers[0]", "toughness")])
@pytest.mark.parametrize("value", ["furious", "", None, 1])
def test_unknown_policy_or_toughness_is_named_by_its_path(operator, place, name, value):
    body = bodies.session()
    seat = body["buyer"] if place == "buyer" else body["sellers"][0]
    seat[name] = value

    response = operator.post(URL, body)

    assert response.status_code == 400
    assert [problem["field"] for problem in response.json()["error"]["details"]] == [f"{place}.{name}"]
    assert not Session.objects.exists()


def test_clone_keeps_how_each_bargains(asked):
    clone = services.clone_session(Session.objects.get())

    assert (clone.buyer_temperament, clone.buyer_policy) == ("patient", "price_first")
    seats = Participant.objects.filter(run__session=clone).values_list("name", "temperament", "toughness")
    assert set(seats) == {("Acme", "brisk", "tough"), ("Bolt", "balanced", "fair")}


def test_details_of_the_session_tell_how_the_buyer_bargains(operator, asked):
    told = operator.get(f"/simulation/{asked['session_id']}").json()

    assert (told["buyer_temperament"], told["buyer_policy"]) == ("patient", "price_first")


def test_how_a_side_bargains_is_told_to_itself_alone(operator, api_for, asked, over):
    codes = {participant.name: str(participant.seller_code) for participant in Participant.objects.all()}
    buyer = api_for("buyer", asked["buyer_id"])
    acme, bolt = (api_for("seller", codes[name]) for name in ("Acme", "Bolt"))

    told = {
        name: [word for word in WORDS if word in _everything(caller, asked["session_id"], over)]
        for name, caller in {"operator": operator, "buyer": buyer, "acme": acme, "bolt": bolt}.items()
    }

    assert told == {
        "operator": list(WORDS),
        "buyer": ["patient", "price_first"],
        "acme": ["brisk", '"tough"'],
        "bolt": [],
    }


def _everything(caller, session_id, room_id):
    paths = (f"/simulation/{session_id}", f"/negotiation/{room_id}/state", f"/logs/{session_id}/{room_id}")
    return "".join(caller.get(path).content.decode() for path in paths)
