import json
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from marketplace.models import SellerInventory
from negotiation import logs, services
from negotiation.core.vocabulary import Party
from negotiation.models import Message, NegotiationRun, Offer, Outcome, Participant, RunEvent
from negotiation.schemas import StateOut
from tests import bodies

pytestmark = pytest.mark.django_db

SAID: dict[str, object] = {"message": {"message": "Hello"}, "decide": {}, "pause": {}, "resume": {}, "cancel": {}}
ENTRY = {
    *("message_id", "turn_number", "timestamp", "sender_type", "sender_id", "sender_name", "content"),
    "mentioned_agents",
}


@pytest.fixture
def room(operator, midway):
    """Posts to the room in which both sellers have made an offer: Acme 650, Bolt 640."""

    def post(act, body=None, query=""):
        return operator.post(f"/negotiation/{midway}/{act}{query}", body)

    return post


@pytest.fixture
def state(operator, room_id):
    def get(**query):
        return operator.get(f"/negotiation/{room_id}/state", **query).json()

    return get


def code_of(response):
    return response.status_code, response.json()["error"]["code"]


def test_start_is_answered_as_promised(operator, room_id):
    answer = operator.post(f"/negotiation/{room_id}/start").json()

    assert (answer["status"], answer["run_id"]) == ("active", room_id)
    assert abs(parse_datetime(answer["started_at"]) - timezone.now()) < timedelta(minutes=1)
    assert answer["stream_url"] == f"/api/v1/negotiation/{room_id}/stream"
    assert answer["ws_url"] == f"/ws/negotiation/{room_id}/"


def test_state_is_as_the_interface_describes_it(midway, state):
    assert set(state()) == set(StateOut.model_fields)
    assert StateOut.model_validate(state()).conversation_history


def test_started_room_waits_for_a_worker(started, state):
    assert state()["status"] == "queued"


def test_second_start_is_a_conflict(operator, started):
    assert code_of(operator.post(f"/negotiation/{started}/start")) == (409, "NEGOTIATION_ALREADY_ACTIVE")


def test_room_that_is_over_cannot_be_started_again(operator, played):
    status, code = code_of(operator.post(f"/negotiation/{played}/start"))

    assert (status, code in ("ALREADY_DECIDED", "NEGOTIATION_ALREADY_ACTIVE")) == (409, True)
    assert Outcome.objects.count() == 1


def test_room_that_nobody_can_serve_cannot_be_started(operator, open_session):
    session = open_session(buyer=bodies.buyer(bodies.item(item_id="moon")))

    response = operator.post(f"/negotiation/{session['negotiation_rooms'][0]['room_id']}/start")

    assert code_of(response) == (422, "INSUFFICIENT_INVENTORY")


@pytest.mark.parametrize("act", ["message", "decide", "pause", "resume", "cancel"])
def test_room_that_nobody_can_serve_stays_as_it_is(operator, open_session, act):
    session = open_session(buyer=bodies.buyer(bodies.item(item_id="moon")))
    room_id = session["negotiation_rooms"][0]["room_id"]

    response = operator.post(f"/negotiation/{room_id}/{act}", SAID[act])

    assert response.status_code == 409
    assert operator.get(f"/negotiation/{room_id}/state").json()["status"] == "no_sellers_available"


@pytest.mark.parametrize("act", ["message", "decide", "pause", "resume"])
def test_room_that_was_not_started_cannot_be_steered(operator, room_id, act):
    response = operator.post(f"/negotiation/{room_id}/{act}", SAID[act])

    assert code_of(response) == (409, "NEGOTIATION_NOT_ACTIVE")
    assert not RunEvent.objects.exists()


@pytest.mark.parametrize("act", ["message", "decide", "pause", "resume", "cancel"])
def test_room_that_is_over_cannot_be_steered(operator, started, act):
    operator.post(f"/negotiation/{started}/decide")
    before = RunEvent.objects.count()

    response = operator.post(f"/negotiation/{started}/{act}", SAID[act])

    assert code_of(response) == (409, "ALREADY_DECIDED")
    assert RunEvent.objects.count() == before


def test_pause_and_resume_are_answered_with_the_status(operator, started):
    paused = operator.post(f"/negotiation/{started}/pause").json()
    resumed = operator.post(f"/negotiation/{started}/resume").json()

    assert paused == {"room_id": started, "status": "paused"}
    assert resumed == {"room_id": started, "status": "queued"}


@pytest.mark.parametrize("act", ["pause", "resume"])
def test_second_pause_or_resume_is_a_conflict(operator, started, act):
    operator.post(f"/negotiation/{started}/pause")
    operator.post(f"/negotiation/{started}/{act}")

    assert code_of(operator.post(f"/negotiation/{started}/{act}")) == (409, "NEGOTIATION_NOT_ACTIVE")


@pytest.mark.parametrize("is_started", [True, False])
def test_cancelled_room_is_over_without_a_deal(operator, room_id, is_started, state):
    if is_started:
        operator.post(f"/negotiation/{room_id}/start")

    answer = operator.post(f"/negotiation/{room_id}/cancel").json()

    assert answer["status"] == state()["status"] == "cancelled"
    assert Outcome.objects.get().result == "no_deal"


def test_message_is_taken_and_addresses_everybody(room, session):
    response = room("message", {"message": "What about the warranty?"})

    answer = response.json()
    assert response.status_code == 202
    assert set(answer) == {"message_id", "timestamp", "mentioned_sellers", "processing"}
    assert (sorted(answer["mentioned_sellers"]), answer["processing"]) == (session["seller_ids"], True)


def test_message_addresses_whom_it_mentions(room, seller_ids):
    answer = room("message", {"message": "@bolt can you do 520?"}).json()

    assert answer["mentioned_sellers"] == [seller_ids["Bolt"]]


def test_message_stands_in_the_conversation_under_its_id(room, state):
    answer = room("message", {"message": "What about\nthe warranty?"}).json()

    entry = state()["conversation_history"][-1]
    assert (entry["message_id"], entry["content"]) == (answer["message_id"], "What about\nthe warranty?")
    assert (entry["voice"], entry["sender_type"]) == ("person", "buyer")


def test_message_stands_in_the_conversation_at_the_time_that_was_told(room, state):
    answer = room("message", {"message": "Hello"}).json()

    entry = state()["conversation_history"][-1]
    assert parse_datetime(entry["timestamp"]) == parse_datetime(answer["timestamp"])


def test_message_to_several_tells_none_of_them_whom_it_has_to_beat(room, state, acme, bolt, midway, seller_ids):
    room("message", {"message": "@Acme @Bolt please do better"})

    for caller, name, rival in ((acme, "Acme", b"Bolt"), (bolt, "Bolt", b"Acme")):
        thread = Participant.objects.get(seller_code=seller_ids[name]).code
        for page in (f"/negotiation/{midway}/state", f"/trade-desk/negotiations/{thread}/messages"):
            told = caller.get(page).content
            assert b"another seller" in told
            assert rival not in told
    assert state()["conversation_history"][-1]["content"] == "@Acme @Bolt please do better"


def test_message_to_one_seller_is_not_heard_by_another(room, acme, bolt, midway):
    room("message", {"message": "@Bolt a word in private"})

    heard = {caller: caller.get(f"/negotiation/{midway}/state").content for caller in (acme, bolt)}
    assert b"a word in private" in heard[bolt]
    assert b"a word in private" not in heard[acme]


def test_sellers_answer_a_message_in_their_next_turn(room, play, midway):
    room("message", {"message": "Do you deliver?"})
    asked = Message.objects.get(voice="person", participant__name="Acme")

    play(midway)

    assert Message.objects.filter(party="seller", participant__name="Acme", seq__gt=asked.seq).exists()


@pytest.mark.parametrize(
    "text", ['""', '"  "', f'"{"x" * 1001}"', '"a\\u0000"', '"\\ud800"', '"\\u001b[2J"', "null", "5", "[]", "{}"]
)
def test_what_is_no_message_is_refused(operator, started, text):
    before = RunEvent.objects.count()

    response = operator.post_raw(f"/negotiation/{started}/message", f'{{"message": {text}}}'.encode())

    assert code_of(response) == (400, "VALIDATION_ERROR")
    assert response.json()["error"]["details"][0]["field"] == "message"
    assert RunEvent.objects.count() == before


def test_longest_message_is_taken(room):
    assert room("message", {"message": "x" * 1000}).status_code == 202


def test_buyer_decides_now_on_the_best_that_stands(open_session, operator, play):
    session = open_session(buyer=bodies.buyer(bodies.item(max_price_per_unit=700)))
    room_id = session["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room_id}/start")
    play(room_id, until_seq=7)

    answer = operator.post(f"/negotiation/{room_id}/decide").json()

    assert (answer["decision_type"], answer["final_price"], answer["quantity"]) == ("deal", 640.0, 50)
    assert answer["total_cost"] == 32000.0


def test_decision_is_answered_as_promised_and_is_the_outcome(room, seller_ids):
    answer = room(
        "decide", {"decision_type": "deal", "selected_seller_id": seller_ids["Acme"], "final_price_per_unit": 500.5}
    ).json()

    outcome = Outcome.objects.get()
    assert answer == {
        "outcome_id": str(outcome.code),
        "decision_type": "deal",
        "selected_seller_id": seller_ids["Acme"],
        "final_price": 500.5,
        "quantity": 50,
        "total_cost": 25025.0,
    }


def test_buyer_who_finds_nothing_within_its_mandate_leaves(room):
    answer = room("decide").json()

    assert (answer["decision_type"], answer["selected_seller_id"], answer["final_price"]) == ("no_deal", None, None)


def test_decision_comes_by_query_or_by_an_equal_body(operator, play, open_session):
    answers = []
    for use_query in (True, False):
        room = open_session()["negotiation_rooms"][0]
        operator.post(f"/negotiation/{room['room_id']}/start")
        asked = {
            "decision_type": "deal",
            "selected_seller_id": room["participating_sellers"][0]["seller_id"],
            "final_price_per_unit": 555.55,
            "quantity": 20,
            "decision_reason": "A good year",
        }
        query = "?" + "&".join(f"{name}={value}" for name, value in asked.items())
        path = f"/negotiation/{room['room_id']}/decide"
        answers.append(operator.post(path + query).json() if use_query else operator.post(path, asked).json())

    terms = [(a["decision_type"], a["final_price"], a["quantity"], a["total_cost"]) for a in answers]
    assert terms == [("deal", 555.55, 20, 11111.0)] * 2
    assert set(Outcome.objects.values_list("explanation", flat=True)) == {"A good year"}


def test_forced_no_deal_ends_the_room(room, state):
    answer = room("decide", {"decision_type": "no_deal"}).json()

    assert (answer["decision_type"], state()["status"]) == ("no_deal", "completed")


@pytest.mark.parametrize("price", [603.58, 452.32, 651, 0.01, 9_999_999_999])
def test_deal_outside_anybodys_limits_is_refused_without_telling_them(room, seller_ids, price):
    response = room(
        "decide", {"decision_type": "deal", "selected_seller_id": seller_ids["Acme"], "final_price_per_unit": price}
    )

    assert code_of(response) == (422, "OUTSIDE_MANDATE")
    assert not any(secret.encode() in response.content for secret in bodies.BUYER_SECRETS + bodies.ACME_SECRETS)
    assert not Outcome.objects.exists()


@pytest.mark.parametrize("quantity", [51, 100, 1_000_000])
def test_deal_for_more_than_is_needed_is_refused(room, seller_ids, quantity):
    response = room(
        "decide",
        {
            "decision_type": "deal",
            "selected_seller_id": seller_ids["Acme"],
            "final_price_per_unit": 500,
            "quantity": quantity,
        },
    )

    assert code_of(response) == (422, "OUTSIDE_MANDATE")


def test_standing_offer_above_the_buyers_limit_cannot_be_taken(room, seller_ids):
    response = room("decide", {"decision_type": "deal", "selected_seller_id": seller_ids["Acme"]})

    assert code_of(response) == (422, "OUTSIDE_MANDATE")
    assert b"603.57" not in response.content


@pytest.mark.parametrize("price", [1, 452.32, 453, 500, 603.57])
def test_buyer_cannot_find_a_floor_by_naming_terms_for_the_seller(buyer, started, seller_ids, price):
    asked = {"decision_type": "deal", "selected_seller_id": seller_ids["Acme"], "final_price_per_unit": price}

    response = buyer.post(f"/negotiation/{started}/decide", asked)

    assert code_of(response) == (409, "OFFER_NOT_LIVE")
    assert not Outcome.objects.exists()


@pytest.mark.parametrize("terms", [{}, {"final_price_per_unit": 640, "quantity": 50}])
def test_buyer_takes_a_standing_offer(open_session, operator, play, api_for, terms):
    session = open_session(buyer=bodies.buyer(bodies.item(max_price_per_unit=700)))
    room = session["negotiation_rooms"][0]
    operator.post(f"/negotiation/{room['room_id']}/start")
    play(room["room_id"], until_seq=7)
    best = Offer.objects.get(party="seller", unit_price=640).participant.seller_code

    asked = {"decision_type": "deal", "selected_seller_id": str(best), **terms}
    answer = api_for("buyer", session["buyer_id"]).post(f"/negotiation/{room['room_id']}/decide", asked).json()

    assert (answer["decision_type"], answer["final_price"]) == ("deal", 640.0)


def test_empty_body_does_not_hide_the_query(operator, started):
    answer = operator.post(f"/negotiation/{started}/decide?decision_type=no_deal&decision_reason=Enough", {}).json()

    assert answer["decision_type"] == "no_deal"
    assert Outcome.objects.get().explanation == "Enough"


def test_forced_price_is_on_record_as_offer_and_acceptance(room, seller_ids):
    room("decide", {"decision_type": "deal", "selected_seller_id": seller_ids["Acme"], "final_price_per_unit": 500})

    last = Offer.objects.order_by("number").last()
    types = list(RunEvent.objects.order_by("seq").values_list("type", flat=True))
    assert (last.party, last.unit_price, last.status) == ("buyer", 500, "accepted")
    assert types[-3:] == ["OfferChanged", "Decided", "Closed"] or types[-2:] == ["Decided", "Closed"]
    assert types.index("Accepted") == types.index("Offered", types.index("Accepted") - 1) + 1


@pytest.mark.parametrize("body", [{}, {"quantity": 10}])
def test_deal_with_a_seller_that_has_offered_nothing_needs_a_price(operator, started, seller_ids, body):
    response = operator.post(
        f"/negotiation/{started}/decide",
        {"decision_type": "deal", "selected_seller_id": seller_ids["Acme"], **body},
    )

    assert code_of(response) == (409, "OFFER_NOT_LIVE")


def test_deal_without_a_seller_is_refused(room):
    refused = room("decide", {"decision_type": "deal"})

    assert code_of(refused) == (400, "VALIDATION_ERROR")
    assert refused.json()["error"]["details"] == [{"field": "selected_seller_id", "reason": "is needed for a deal"}]


def test_limit_learned_in_one_room_does_not_tell_the_next_one_from_its_first_bid(open_session, operator, play):
    parts = set()
    for limit in (640, 655, 702.5, 813):
        room = open_session(buyer=bodies.buyer(bodies.item(max_price_per_unit=limit)))["negotiation_rooms"][0][
            "room_id"
        ]
        operator.post(f"/negotiation/{room}/start")
        play(room)
        first = Offer.objects.filter(run__code=room, party=Party.BUYER).order_by("number").first()
        parts.add(round(float(first.unit_price) / limit, 2))

    assert len(parts) > 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"final_price_per_unit": 500}, "selected_seller_id"),
        ({"quantity": 50}, "selected_seller_id"),
        ({"decision": "deal", "price": 500}, "decision"),
    ],
)
def test_decision_half_filled_in_or_misspelt_ends_nothing(room, started, operator, body, field):
    refused = room("decide", body)

    assert code_of(refused) == (400, "VALIDATION_ERROR")
    assert refused.json()["error"]["details"][0]["field"] == field
    assert not Outcome.objects.exists()


def test_query_and_body_of_a_decision_are_read_together(operator, started, seller_ids):
    path = f"/negotiation/{started}/decide?decision_type=deal&selected_seller_id={seller_ids['Acme']}&quantity=50"

    contradicted = operator.post(path, {"quantity": 49})
    answer = operator.post(path, {"final_price_per_unit": 500, "decision_reason": "Agreed by phone."}).json()

    assert code_of(contradicted) == (400, "VALIDATION_ERROR")
    assert contradicted.json()["error"]["details"] == [{"field": "quantity", "reason": "the query says something else"}]
    assert (answer["decision_type"], answer["final_price"], answer["quantity"]) == ("deal", 500, 50)


def test_deal_with_a_seller_of_another_room_is_refused(room, other_session):
    response = room("decide", {"decision_type": "deal", "selected_seller_id": other_session["seller_ids"][0]})

    assert code_of(response) == (400, "VALIDATION_ERROR")
    assert response.json()["error"]["details"] == [
        {"field": "selected_seller_id", "reason": "that seller is not in this room"}
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("decision_type", '"maybe"'),
        ("decision_type", "5"),
        ("selected_seller_id", '"acme"'),
        *(("final_price_per_unit", value) for value in ('"cheap"', "true", "-1", "1.234", "1e309", "[]")),
        *(("quantity", value) for value in ('"many"', "true", "0", "-1", "1.5", f"{2**63}")),
        ("decision_reason", f'"{"x" * 1001}"'),
        ("decision_reason", '"\\u0000"'),
    ],
)
def test_nonsense_in_a_decision_is_refused_by_name(operator, started, field, value):
    response = operator.post_raw(f"/negotiation/{started}/decide", f'{{"{field}": {value}}}'.encode())

    assert code_of(response) == (400, "VALIDATION_ERROR")
    assert response.json()["error"]["details"][0]["field"] == field
    assert not Outcome.objects.exists()


@pytest.mark.parametrize("field", ["final_price_per_unit", "quantity"])
def test_text_for_a_number_in_the_body_is_refused(operator, started, field):
    response = operator.post(f"/negotiation/{started}/decide", {"decision_type": "no_deal", field: "5"})

    assert code_of(response) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "query", ["final_price_per_unit=NaN", "final_price_per_unit=1e309", "quantity=1.5", "quantity=", "quantity=x"]
)
def test_nonsense_in_the_query_of_a_decision_is_refused(room, query):
    response = room("decide", query=f"?decision_type=no_deal&{query}")

    assert code_of(response) == (400, "VALIDATION_ERROR")


def test_second_decision_changes_nothing(room, seller_ids):
    room("decide", {"decision_type": "no_deal"})

    again = room("decide", {"decision_type": "deal", "selected_seller_id": seller_ids["Acme"]})

    assert code_of(again) == (409, "ALREADY_DECIDED")
    assert Outcome.objects.get().result == "no_deal"


def test_deal_is_refused_when_the_stock_is_gone(room, seller_ids):
    SellerInventory.objects.update(quantity_reserved=60)

    response = room(
        "decide", {"decision_type": "deal", "selected_seller_id": seller_ids["Acme"], "final_price_per_unit": 500}
    )

    assert code_of(response) == (422, "INSUFFICIENT_INVENTORY")
    assert NegotiationRun.objects.get().status == "active"


def test_state_has_the_shape_of_the_contract(played, state):
    shown = state()

    assert set(shown) == {
        *("room_id", "item_name", "status", "current_round", "max_rounds", "conversation_history"),
        *("current_offers", "buyer_constraints", "last_seq"),
    }
    assert set(shown["conversation_history"][0]) >= ENTRY
    assert all(set(offer) == {"price", "quantity"} for offer in shown["current_offers"].values())
    assert shown["buyer_constraints"] == {"min_price_per_unit": 401.13, "max_price_per_unit": 603.57}
    assert shown["last_seq"] == RunEvent.objects.count()


def test_state_of_a_room_that_was_not_started_is_empty(room_id, state):
    shown = state()

    assert (shown["status"], shown["last_seq"], shown["current_round"]) == ("pending", 0, 0)
    assert (shown["conversation_history"], shown["current_offers"]) == ([], {})


@pytest.mark.parametrize("role", ["operator", "buyer"])
def test_operator_and_buyer_see_the_buyers_limits(request, played, role):
    shown = request.getfixturevalue(role).get(f"/negotiation/{played}/state").json()

    assert shown["buyer_constraints"]["max_price_per_unit"] == 603.57


@pytest.mark.parametrize("role", ["acme", "bolt", "watcher"])
def test_nobody_else_sees_the_buyers_limits(request, played, role):
    shown = request.getfixturevalue(role).get(f"/negotiation/{played}/state").json()

    assert "buyer_constraints" not in shown


@pytest.mark.parametrize(("role", "name"), [("acme", "Acme"), ("bolt", "Bolt")])
def test_seller_sees_its_own_thread_only(request, midway, seller_ids, role, name):
    shown = request.getfixturevalue(role).get(f"/negotiation/{midway}/state").json()

    assert list(shown["current_offers"]) == [seller_ids[name]]
    assert {e["sender_name"] for e in shown["conversation_history"]} == {"TechCorp", name}
    assert all(set(e["mentioned_agents"]) <= {seller_ids[name]} for e in shown["conversation_history"])


def test_watcher_sees_how_far_the_room_is_but_no_talk_and_no_price(watcher, midway):
    shown = watcher.get(f"/negotiation/{midway}/state").json()

    assert (shown["status"], shown["current_round"]) == ("active", 1)
    assert (shown["conversation_history"], shown["current_offers"]) == ([], {})


def test_state_asked_for_again_is_each_ones_own(request, played):
    callers = {role: request.getfixturevalue(role) for role in ("operator", "buyer", "acme", "bolt", "watcher")}

    first, again = [
        {role: caller.get(f"/negotiation/{played}/state").content for role, caller in callers.items()} for _ in range(2)
    ]

    assert again == first
    assert len({*first.values()}) == len(callers) - 1  # operator and buyer see the same


@pytest.mark.parametrize("act", ["pause", "cancel"])
def test_state_asked_for_again_shows_what_happened_meanwhile(room, state, midway, act):
    before = state()

    room(act)

    after = state()
    assert after["status"] != before["status"]
    assert after["last_seq"] > before["last_seq"]


def test_state_that_is_known_is_not_given_to_a_stranger(operator, outsiders, played):
    assert operator.get(f"/negotiation/{played}/state").status_code == 200

    assert {outsider.get(f"/negotiation/{played}/state").status_code for outsider in outsiders.values()} == {404}


def test_state_that_is_known_is_not_made_anew(operator, played, monkeypatch):
    first = operator.get(f"/negotiation/{played}/state").content

    monkeypatch.setattr(logs, "conversation", lambda *made_of: pytest.fail("it was made anew"))

    assert operator.get(f"/negotiation/{played}/state").content == first


def test_operator_may_borrow_an_agents_eyes(acme, midway, seller_ids, state):
    borrowed = state(agent_type="seller", agent_id=seller_ids["Acme"])

    assert borrowed == acme.get(f"/negotiation/{midway}/state").json()


def test_operator_may_borrow_the_buyers_eyes(buyer, midway, session, state):
    borrowed = state(agent_type="buyer", agent_id=session["buyer_id"])

    assert borrowed == buyer.get(f"/negotiation/{midway}/state").json()


@pytest.mark.parametrize("query", [{"agent_type": "seller", "agent_id": "x"}, {"agent_type": "king"}])
def test_eyes_of_an_agent_that_is_not_there_are_not_found(operator, midway, query):
    assert operator.get(f"/negotiation/{midway}/state", **query).status_code == 404


@pytest.mark.parametrize("role", ["buyer", "acme", "watcher"])
@pytest.mark.parametrize("agent_type", ["operator", "seller"])
def test_nobody_else_may_borrow_eyes(request, midway, seller_ids, role, agent_type):
    caller = request.getfixturevalue(role)

    borrowed = caller.get(f"/negotiation/{midway}/state", agent_type=agent_type, agent_id=seller_ids["Bolt"])

    assert borrowed.json() == caller.get(f"/negotiation/{midway}/state").json()


FOREIGN = {
    "buyer": bodies.ACME_SECRETS + bodies.BOLT_SECRETS,
    "acme": ("603.57", *bodies.BOLT_SECRETS),
    "bolt": ("603.57", *bodies.ACME_SECRETS),
    "watcher": bodies.BUYER_SECRETS + bodies.ACME_SECRETS + bodies.BOLT_SECRETS,
}


@pytest.mark.parametrize("role", FOREIGN)
@pytest.mark.parametrize("session", [bodies.LIMIT_IS_KEPT], indirect=True, ids=["limit kept"])
def test_no_answer_holds_a_secret_of_somebody_else(request, session, played, role):
    caller = request.getfixturevalue(role)
    paths = (
        f"/negotiation/{played}/state",
        f"/logs/{session['session_id']}/{played}",
        f"/simulation/{session['session_id']}",
        f"/simulation/{session['session_id']}/summary",
        "/simulation",
    )

    seen = b"".join(caller.get(path).content for path in paths)

    assert [secret for secret in FOREIGN[role] if secret.encode() in seen] == []


@pytest.mark.parametrize("role", ["acme", "bolt"])
def test_seller_is_not_told_the_buyers_minimum(request, played, role):
    seen = request.getfixturevalue(role).get(f"/negotiation/{played}/state").content

    assert b"401.13" not in seen


def test_words_name_no_secret_of_their_speaker(played):
    texts = " ".join(Message.objects.filter(party="seller").values_list("text", flat=True))

    assert not any(secret in texts for secret in bodies.ACME_SECRETS + bodies.BOLT_SECRETS)


@pytest.mark.django_db(transaction=True)
def test_ten_starts_at_once_start_the_room_once(operator, room_id, race):
    answers = race([lambda: operator.post(f"/negotiation/{room_id}/start")] * 10)

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert RunEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_decisions_at_once_make_one_outcome(room, race):
    answers = race([lambda: room("decide")] * 10)

    refused = [json.loads(a.content)["error"]["code"] for a in answers if a.status_code != 200]
    assert refused == ["ALREADY_DECIDED"] * 9
    assert Outcome.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_decision_and_cancellation_at_once_make_one_end(room, race):
    answers = race([lambda: room("decide"), lambda: room("cancel")] * 4)

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert RunEvent.objects.filter(type="Closed").count() == Outcome.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_messages_at_once_are_all_on_record(room, race):
    before = RunEvent.objects.count()

    answers = race([lambda n=n: room("message", {"message": f"Message {n}"}) for n in range(8)])

    assert {answer.status_code for answer in answers} == {202}
    assert RunEvent.objects.count() == before + 8


def test_service_that_loses_a_race_reads_again(midway, monkeypatch):
    reads = []
    read_room = services.read_room

    def read_and_be_late(code):
        stored = read_room(code)
        if not reads:
            reads.append(code)
            services.send_message(code, "I was faster")
        return stored

    monkeypatch.setattr(services, "read_room", read_and_be_late)

    services.pause(NegotiationRun.objects.get().code)

    types = RunEvent.objects.order_by("seq").values_list("type", flat=True)
    assert list(types)[-2:] == ["Interjected", "StatusChanged"]
