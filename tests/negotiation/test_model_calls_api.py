from decimal import Decimal
from uuid import UUID

import pytest

from marketplace.models import Role
from negotiation.call_log import save_calls
from negotiation.core.events import Offered
from negotiation.core.moves import Words
from negotiation.core.vocabulary import Party
from negotiation.models import LLMCall
from negotiation.store import read_room
from tests.factories import records_of, terms
from tests.negotiation.test_call_log import a_call

pytestmark = pytest.mark.django_db


@pytest.fixture
def calls(room_id, seller_ids):
    """Three calls of a round on record: the buyer's and both sellers'."""
    stored = read_room(UUID(room_id))
    acme, bolt = seller_ids["Acme"], seller_ids["Bolt"]
    moves = ((Party.BUYER, acme), (Party.SELLER, acme), (Party.SELLER, bolt))
    events = [Offered(party, seller_id, 2, 1, terms(9), Words("")) for party, seller_id in moves]
    save_calls(stored.run_id, stored.seats, [a_call(), a_call(acme), a_call(bolt, why="too_long")], records_of(events))


@pytest.fixture
def read(room_id):
    def get(caller, **query):
        return caller.get(f"/negotiation/{room_id}/model-calls", **query)

    return get


@pytest.mark.usefixtures("calls")
def test_operator_reads_what_was_asked_and_answered(read, operator, seller_ids):
    body = read(operator).json()

    names = [(call["agent_name"], call["seller_id"]) for call in body["calls"]]
    assert names == [("TechCorp", None), ("Acme", seller_ids["Acme"]), ("Bolt", seller_ids["Bolt"])]
    first = body["calls"][0]
    assert first["prompt"][-1] == {"role": "user", "content": "Wörter?"}
    assert (first["reply"], first["result"], first["why"], first["error"]) == ("Fine.", "ok", "", "")
    assert body["calls"][2]["why"] == "too_long"


@pytest.mark.usefixtures("calls")
def test_calls_come_with_what_they_cost_together(read, operator, room_id):
    body = read(operator).json()

    assert (body["room_id"], body["total"], body["tokens"], body["cost"]) == (room_id, 3, 45, 0.000369)


@pytest.mark.usefixtures("calls")
def test_call_names_the_message_that_it_led_to(read, operator, room_id):
    ids = [call["message_id"] for call in read(operator).json()["calls"]]

    stored = read_room(UUID(room_id))
    assert ids == [stored.roster.message_id(number) for number in (1, 2, 3)]


@pytest.mark.usefixtures("calls")
def test_call_of_a_turn_that_was_broken_off_names_no_message(read, operator):
    LLMCall.objects.update(seq=None)

    assert {call["message_id"] for call in read(operator).json()["calls"]} == {None}


@pytest.mark.usefixtures("calls")
def test_calls_are_read_page_by_page(read, operator):
    body = read(operator, limit=1, offset=1).json()

    assert [call["agent_name"] for call in body["calls"]] == ["Acme"]
    assert (body["total"], body["tokens"]) == (3, 45)


@pytest.mark.usefixtures("calls")
def test_call_whose_texts_are_gone_still_says_what_it_cost(read, operator):
    LLMCall.objects.update(prompt="", reply="")

    call = read(operator).json()["calls"][0]

    assert (call["prompt"], call["reply"], call["input_tokens"], call["cost"]) == ([], "", 10, 0.000123)


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("party", ["buyer", "acme", "bolt", "watcher"])
def test_nobody_but_operators_reads_the_calls(read, request, party):
    response = read(request.getfixturevalue(party))

    assert response.status_code == 403
    assert "Fine." not in response.content.decode()


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("party", ["buyer", "seller"])
def test_parties_of_other_sessions_do_not_even_know_of_the_room(read, outsiders, party):
    assert read(outsiders[party]).status_code == 404


def test_room_that_asked_nobody_has_no_calls(read, operator):
    body = read(operator).json()

    assert (body["total"], body["tokens"], body["cost"], body["calls"]) == (0, 0, 0.0, [])


def test_number_of_queries_does_not_grow_with_the_calls(
    read, operator, room_id, seller_ids, django_assert_max_num_queries
):
    stored = read_room(UUID(room_id))
    save_calls(stored.run_id, stored.seats, [a_call(seller_ids["Acme"], cost=Decimal(1)) for _ in range(60)])

    with django_assert_max_num_queries(12):
        assert len(read(operator).json()["calls"]) == 50


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"offset": -1}, {"limit": "many"}])
def test_page_that_makes_no_sense_is_refused(read, operator, query):
    assert read(operator, **query).status_code == 400


@pytest.mark.usefixtures("calls")
def test_calls_are_read_by_no_key_of_another_role(read, api_for):
    assert read(api_for(Role.WATCHER)).status_code == 403


@pytest.mark.usefixtures("calls")
def test_violations_are_counted_for_each_seat_and_kind(read, operator, room_id, seller_ids):
    stored = read_room(UUID(room_id))
    save_calls(stored.run_id, stored.seats, [a_call(why="clamped"), a_call(why="clamped"), a_call(why="LLM_TIMEOUT")])

    assert read(operator, limit=1).json()["violations"] == [
        {"seller_id": None, "agent_name": "TechCorp", "violations": {"clamped": 2}},
        {"seller_id": seller_ids["Bolt"], "agent_name": "Bolt", "violations": {"stray_words": 1}},
    ]
