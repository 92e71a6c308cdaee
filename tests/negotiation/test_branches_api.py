import pytest

from marketplace.models import Role
from negotiation.models import NegotiationRun
from tests import bodies

pytestmark = pytest.mark.django_db


def refusal(response):
    error = response.json()["error"]
    return response.status_code, error["code"], [problem["field"] for problem in error["details"] or []]


def test_operator_branches_a_room(operator, played, seller_ids):
    body = {
        "after_round": 1,
        "buyer": {"temperament": "patient", "max_price_per_unit": 601},
        "sellers": [{"seller_id": seller_ids["Acme"], "mind": "strategy"}],
        "seed": 5,
    }

    response = operator.post(f"/negotiation/{played}/branch", body)

    assert response.status_code == 201, response.content
    made = response.json()
    assert (made["origin_id"], made["after_round"], made["status"]) == (played, 1, "queued")
    assert made["changes"] == "patient buyer; highest price $601.00; Acme played by strategy; other draws"


def test_what_if_that_is_not_to_start_is_paused(operator, played):
    made = operator.post(f"/negotiation/{played}/branch", {"after_round": 0, "start": False}).json()

    assert made["status"] == "paused"


def test_what_ifs_of_a_room_are_listed_with_their_ends(operator, played, play):
    made = operator.post(f"/negotiation/{played}/branch", {"after_round": 1}).json()
    play(made["room_id"])

    listed = operator.get(f"/negotiation/{played}/branches").json()

    assert listed["rounds"] == [0, 1, 2, 3]
    assert [one["room_id"] for one in listed["branches"]] == [made["room_id"]]
    assert listed["branches"][0]["final_price"] == float(NegotiationRun.objects.get(code=played).outcome.unit_price)


def test_repeat_with_the_same_key_branches_once(operator, played):
    first, second = (
        operator.post(f"/negotiation/{played}/branch", {"after_round": 1}, Idempotency_Key="one") for _ in range(2)
    )

    assert first.json()["room_id"] == second.json()["room_id"]
    assert NegotiationRun.objects.filter(branched_from__code=played).count() == 1


def test_buyer_finds_no_way_to_try_its_sellers(buyer, played):
    assert refusal(buyer.post(f"/negotiation/{played}/branch", {"after_round": 1}))[:2] == (403, "FORBIDDEN")
    assert refusal(buyer.get(f"/negotiation/{played}/branches"))[:2] == (403, "FORBIDDEN")


def test_parties_do_not_find_the_what_if(operator, buyer, acme, played):
    made = operator.post(f"/negotiation/{played}/branch", {"after_round": 1}).json()

    for caller in (buyer, acme):
        assert caller.get(f"/negotiation/{made['room_id']}/state").status_code == 404


def test_auditor_reads_what_ifs_and_makes_none(api_for, played):
    auditor = api_for(Role.AUDITOR)

    assert auditor.get(f"/negotiation/{played}/branches").status_code == 200
    assert auditor.post(f"/negotiation/{played}/branch", {"after_round": 1}).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "after_round"),
        ({"after_round": 9}, "after_round"),
        ({"after_round": -1}, "after_round"),
        ({"after_round": 1, "buyer": {"mind": "human"}}, "buyer.mind"),
        ({"after_round": 1, "buyer": {"temperament": "angry"}}, "buyer.temperament"),
        ({"after_round": 1, "buyer": {"policy": "angry"}}, "buyer.policy"),
        ({"after_round": 1, "buyer": {"toughness": "fair"}}, "buyer.toughness"),
        ({"after_round": 1, "buyer": {"max_price_per_unit": 100}}, "buyer.max_price_per_unit"),
        ({"after_round": 1, "sellers": [{"seller_id": bodies.NO_ID}]}, "sellers"),
        ({"after_round": 1, "sellers": [{"seller_id": bodies.NO_ID}] * 2}, "body"),
        ({"after_round": 1, "colour": "red"}, "colour"),
        ({"after_round": 1, "start": "no"}, "start"),
    ],
)
def test_nonsense_is_refused_beside_its_field(operator, played, body, field):
    status, code, fields = refusal(operator.post(f"/negotiation/{played}/branch", body))

    assert (status, code) == (400, "VALIDATION_ERROR")
    assert field in fields


def test_room_that_was_not_started_cannot_be_branched(operator, room_id):
    response = operator.post(f"/negotiation/{room_id}/branch", {"after_round": 0})

    assert refusal(response)[:2] == (409, "NEGOTIATION_NOT_ACTIVE")


def test_what_ifs_are_not_among_the_sessions(operator, played):
    operator.post(f"/negotiation/{played}/branch", {"after_round": 1})

    assert operator.get("/simulation").json()["total"] == 1


def test_what_if_goes_with_the_session_it_was_branched_from(operator, session, played):
    made = operator.post(f"/negotiation/{played}/branch", {"after_round": 1}).json()
    operator.post(f"/negotiation/{made['room_id']}/branch", {"after_round": 1})

    operator.delete(f"/simulation/{session['session_id']}")

    assert not NegotiationRun.objects.exists()


def test_summary_of_a_what_if_tells_what_it_would_have_cost(operator, played, play):
    made = operator.post(f"/negotiation/{played}/branch", {"after_round": 1}).json()
    play(made["room_id"])

    summary = operator.get(f"/simulation/{made['session_id']}/summary")

    assert summary.status_code == 200
    assert summary.json()["total_cost_summary"]["total_spent"] > 0
