import json
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.identity import create_api_key
from marketplace.models import BuyerItem, Role, Scope, Session
from marketplace.parties import make_party_link
from negotiation import seats
from negotiation.desk_places import STATUSES
from negotiation.desk_schemas import NegotiationOut, SuggestionOut
from negotiation.models import OfferAdvice, Participant, RunEvent, SeatWait
from tests import bodies
from tests.conftest import Api

pytestmark = pytest.mark.django_db

NEGOTIATIONS = "/trade-desk/negotiations"
MOVES = {
    "offer": {"price": 600, "quantity": 50},
    "accept": {},
    "reject": {},
    "withdraw": {},
    "walk-away": {},
    "messages": {"message": "Hello"},
    "read": {"up_to_seq": 1},
    "seat": {"holder": "agent"},
    "auto-negotiate": {"enabled": True},
    "auto-accept": {"enabled": False},
    "ai-suggest": {},
}


@pytest.fixture
def session(open_session):
    """Acme is held by a program; Bolt by its agent, as the buyer is."""
    acme, bolt = bodies.two_sellers()
    return open_session(sellers=[{**acme, "mind": "external"}, bolt])


@pytest.fixture
def asked(started, play):
    """The room, which waits for Acme's program to answer the first bid."""
    play(started)
    return started


@pytest.fixture
def thread(seller_ids):
    return str(Participant.objects.get(seller_code=seller_ids["Acme"]).code)


@pytest.fixture
def bolts_thread(seller_ids):
    return str(Participant.objects.get(seller_code=seller_ids["Bolt"]).code)


@pytest.fixture
def acts(acme, thread):
    """Posts for Acme in its own thread."""

    def post(act, body=None, **headers):
        return acme.post(f"{NEGOTIATIONS}/{thread}/{act}", {} if body is None else body, **headers)

    return post


@pytest.fixture
def person(seller_ids):
    """Posts as somebody who came in by Acme's link, in its own thread or another."""
    _, token = make_party_link(Role.SELLER, UUID(seller_ids["Acme"]), "test")
    browser = Client()
    browser.post(reverse("enter", args=[token]))

    def post(code, act, body):
        return browser.post(f"/api/v1{NEGOTIATIONS}/{code}/{act}", json.dumps(body), "application/json")

    return post


def code_of(response):
    return response.status_code, response.json()["error"]["code"]


def read(caller, thread, **query):
    response = caller.get(f"{NEGOTIATIONS}/{thread}", **query)
    assert response.status_code == 200, response.content
    return response.json()


def test_thread_is_as_the_interface_describes_it(acme, asked, thread):
    shown = read(acme, thread)

    assert set(shown) == set(NegotiationOut.model_fields)
    assert (shown["status"], shown["your_party"], shown["turn"]) == ("waiting", "seller", "seller")
    assert shown["holders"] == {"buyer": "agent", "seller": "program"}
    assert shown["counterparty"] == {"name": "TechCorp", "legal_name": None, "contact": None}
    assert shown["waiting"]["party"] == "seller"
    assert shown["legal_actions"] == ["offer", "accept", "reject", "walk_away", "message"]
    assert shown["live_offer"] == shown["offers"][0]
    assert shown["live_offer"]["made_by"] == "agent"
    assert shown["unread"] == 1
    assert shown["outcome"] is None


def test_each_side_reads_its_own_limits_and_no_others(acme, buyer, operator, asked, thread):
    assert read(acme, thread)["your_limits"] == {
        **{"cost_price": 391.21, "least_price": 452.33, "selling_price": 650.0, "stock": 100},
        **{"terms": {}, "term_worth": {}},
    }
    assert read(buyer, thread)["your_limits"] == {
        **{"min_price_per_unit": 401.13, "max_price_per_unit": 603.57, "target_price": None},
        **{"approve_above": None, "approve_below_min": True, "terms": {}, "term_worth": {}},
    }
    assert read(operator, thread)["your_limits"] is None


def test_operator_sees_a_thread_with_the_eyes_of_the_side_it_names(operator, buyer, acme, asked, thread):
    assert read(operator, thread, party="seller") == read(acme, thread)
    assert read(operator, thread, party="buyer") == read(buyer, thread)
    assert read(operator, thread)["your_party"] is None


def test_agents_side_may_only_speak_until_it_takes_its_seat(buyer, asked, thread):
    assert read(buyer, thread)["legal_actions"] == ["message"]


def asked_everything(caller, thread, **more):
    """With what code each call about the thread is answered: those that change something, and the two that read."""
    place = f"{NEGOTIATIONS}/{thread}"
    answers = [caller.post(f"{place}/{act}", {**body, **more}) for act, body in MOVES.items()]
    return {code_of(answer) for answer in answers}, code_of(caller.get(place)), code_of(caller.get(f"{place}/messages"))


def test_thread_of_others_is_not_there(outsiders, watcher, bolt, asked, thread):
    missing = (404, "NEGOTIATION_NOT_FOUND")

    for caller in (outsiders["seller"], outsiders["buyer"], watcher, bolt):
        assert asked_everything(caller, thread) == ({missing}, missing, missing)


@pytest.mark.parametrize("code", [bodies.NO_ID, "nonsense"])
def test_thread_that_is_not_there_is_not_found(operator, code):
    missing = (404, "NEGOTIATION_NOT_FOUND")

    assert asked_everything(operator, code, party="buyer") == ({missing}, missing, missing)


def test_stranger_is_told_to_show_a_key(anonymous, asked, thread):
    unknown = (401, "AUTHENTICATION_REQUIRED")

    assert asked_everything(anonymous, thread) == ({unknown}, unknown, unknown)


def test_who_only_reads_changes_nothing(api_for, seller_ids, asked, thread):
    reader = Api(create_api_key("reader", Role.SELLER, UUID(seller_ids["Acme"]), scope=Scope.READ)[1])
    before = RunEvent.objects.count()

    for caller in (reader, api_for(Role.AUDITOR)):
        answers = {code_of(caller.post(f"{NEGOTIATIONS}/{thread}/{act}", body)) for act, body in MOVES.items()}
        assert answers == {(403, "FORBIDDEN")}
        assert caller.get(f"{NEGOTIATIONS}/{thread}").status_code == 200
    assert RunEvent.objects.count() == before


def test_operator_says_for_which_side_it_acts(operator, asked, thread):
    answers = [operator.post(f"{NEGOTIATIONS}/{thread}/{act}", body) for act, body in MOVES.items()]

    assert {code_of(answer) for answer in answers} == {(400, "VALIDATION_ERROR")}
    assert {answer.json()["error"]["details"][0]["field"] for answer in answers} == {"party"}


def test_nobody_acts_for_the_other_side(acts, acme, asked, thread):
    assert code_of(acts("offer", {**MOVES["offer"], "party": "buyer"})) == (403, "FORBIDDEN")
    assert acme.get(f"{NEGOTIATIONS}/{thread}", party="buyer").status_code == 403


def test_offer_is_made_and_the_room_goes_on(acts, asked, play, acme, thread):
    answer = acts("offer", {"price": 600.5, "quantity": 50, "message": "Our best."}).json()

    made = answer["own_offer"]
    assert (made["price"], made["quantity"], made["total"]) == (600.5, 50, 30025.0)
    assert (made["made_by"], made["message"], made["state"]) == ("program", "Our best.", "pending")
    assert (answer["status"], answer["turn"], answer["waiting"]) == ("active", "buyer", None)
    play(asked)
    assert read(acme, thread)["round"] > 1


def test_terms_of_an_offer_are_told_to_both_sides(acts, asked, buyer, thread):
    acts("offer", {**MOVES["offer"], "terms": {"payment_days": 30, "delivery_days": 14}, "overrule": True})

    assert read(buyer, thread)["live_offer"]["terms"] == {"delivery_days": 14, "payment_days": 30}


def test_offer_beyond_the_own_limits_takes_an_express_word(acts, asked):
    refused = acts("offer", {"price": 400, "quantity": 50})
    assert code_of(refused) == (422, "OUTSIDE_MANDATE")
    assert refused.json()["error"]["details"][0]["can_overrule"] is True

    assert acts("offer", {"price": 400, "quantity": 50, "overrule": True}).status_code == 200


def test_nobody_overrules_what_there_is_in_stock(acts, asked):
    refused = acts("offer", {"price": 600, "quantity": 101, "overrule": True})

    assert code_of(refused) == (422, "OUTSIDE_MANDATE")
    assert refused.json()["error"]["details"] is None


def test_move_out_of_turn_is_a_conflict(acts, asked):
    acts("offer", MOVES["offer"])

    assert code_of(acts("offer", MOVES["offer"])) == (409, "NOT_YOUR_TURN")


def test_seller_accepts_the_live_bid(acts, asked, play, acme, thread):
    answer = acts("accept", {"message": "Agreed.", "overrule": True}).json()

    assert answer["offers"][0]["state"] == "accepted"
    assert answer["offers"][0]["response_message"] == "Agreed."
    play(asked)
    ended = read(acme, thread)
    assert (ended["status"], ended["outcome"]["result"]) == ("deal", "deal")
    assert ended["trade_number"] is not None


def test_own_offer_cannot_be_accepted(acts, asked):
    own = acts("offer", MOVES["offer"]).json()["own_offer"]

    assert acts("accept", {"offer_id": own["offer_id"]}).status_code == 409


@pytest.mark.parametrize("act", ["accept", "reject", "withdraw"])
def test_offer_that_was_never_made_is_not_live(acts, asked, act):
    assert code_of(acts(act, {"offer_id": str(uuid4())})) == (409, "OFFER_NOT_LIVE")


def test_offer_that_was_countered_cannot_be_accepted(acts, asked, play, acme, thread):
    first = read(acme, thread)["live_offer"]["offer_id"]
    acts("offer", MOVES["offer"])
    play(asked)

    assert code_of(acts("accept", {"offer_id": first, "overrule": True})) == (409, "OFFER_NOT_LIVE")


def test_rejection_with_a_counter_offer_is_one_move(acts, asked):
    counter = {"price": 610, "quantity": 50, "message": "Rather so."}
    answer = acts("reject", {"reason": "Too low.", "counter_offer": counter}).json()

    bid, quote = answer["offers"]
    assert (bid["state"], bid["response_message"]) == ("rejected", "Too low.")
    assert (quote["price"], quote["message"], quote["state"]) == (610.0, "Rather so.", "pending")


def test_counter_offer_that_may_not_be_made_leaves_the_offer_as_it_was(acts, asked, acme, thread):
    refused = acts("reject", {"counter_offer": {"price": 610, "quantity": 101}})

    assert code_of(refused) == (422, "OUTSIDE_MANDATE")
    assert read(acme, thread)["live_offer"]["state"] == "pending"


def test_withdrawn_offer_gives_the_turn_back(acts, asked):
    acts("offer", MOVES["offer"])

    answer = acts("withdraw", {"message": "A slip."}).json()

    assert (answer["turn"], answer["own_offer"]) == ("seller", None)
    assert answer["offers"][-1]["state"] == "withdrawn"


def test_who_walks_away_is_out(acts, asked):
    assert acts("walk-away", {"message": "Good bye."}).json()["status"] == "closed"

    assert code_of(acts("offer", MOVES["offer"])) == (409, "THREAD_CLOSED")
    assert code_of(acts("accept")) == (409, "THREAD_CLOSED")


def test_room_that_is_over_takes_no_move(operator, acts, asked):
    operator.post(f"/negotiation/{asked}/cancel")

    for act in ("offer", "accept", "walk-away", "messages", "seat", "auto-accept"):
        assert code_of(acts(act, MOVES[act])) == (409, "ALREADY_DECIDED"), act


def test_room_that_was_not_started_takes_no_move(acts, room_id):
    assert code_of(acts("offer", MOVES["offer"])) == (409, "NEGOTIATION_NOT_ACTIVE")


def test_move_after_its_time_is_refused_and_the_thread_expires(acts, asked, acme, thread):
    SeatWait.objects.update(until=timezone.now())

    assert code_of(acts("offer", MOVES["offer"])) == (409, "THREAD_CLOSED")
    assert read(acme, thread)["status"] == "expired"


@pytest.mark.parametrize(
    "body",
    [
        {"price": 0, "quantity": 50},
        {"price": -5, "quantity": 50},
        {"price": 1e12, "quantity": 50},
        {"price": 600.123, "quantity": 50},
        {"price": "600", "quantity": 50},
        {"price": True, "quantity": 50},
        {"price": 600, "quantity": 0},
        {"price": 600, "quantity": 1.5},
        {"price": 600, "quantity": 10**400},
        {"price": 600, "quantity": 50, "terms": {"Delivery": 5}},
        {"price": 600, "quantity": 50, "terms": {"delivery_days": -1}},
        {"price": 600, "quantity": 50, "message": "x" * 1001},
        {"price": 600, "quantity": 50, "message": "\u0007"},
        {"price": 600, "quantity": 50, "overrule": "yes"},
        {"price": 600, "quantity": 50, "advice": {"confidence": 1.5}},
        {"price": 600},
        {},
    ],
)
def test_malformed_offer_is_refused_and_changes_nothing(acts, asked, body):
    before = RunEvent.objects.count()

    assert code_of(acts("offer", body)) == (400, "VALIDATION_ERROR")
    assert RunEvent.objects.count() == before


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_number_that_is_none_is_refused(acme, asked, thread, number):
    body = f'{{"price": {number}, "quantity": 50}}'.encode()

    assert code_of(acme.post_raw(f"{NEGOTIATIONS}/{thread}/offer", body)) == (400, "VALIDATION_ERROR")


def test_repeated_move_is_made_once(acts, asked):
    first = acts("offer", MOVES["offer"], Idempotency_Key="one")
    again = acts("offer", MOVES["offer"], Idempotency_Key="one")

    assert (first.status_code, again.json()) == (200, first.json())
    assert code_of(acts("offer", {"price": 601, "quantity": 50}, Idempotency_Key="one"))[0] == 422


def test_advice_that_was_followed_is_told_to_the_own_side_alone(acts, asked, buyer, thread):
    advice = {"confidence": 0.8, "reasoning": "The buyer comes nearer."}
    own = acts("offer", {**MOVES["offer"], "advice": advice}).json()["own_offer"]

    others = read(buyer, thread)["live_offer"]
    assert (own["ai_generated"], own["ai_confidence"], own["ai_reasoning"]) == (True, 0.8, advice["reasoning"])
    assert (others["ai_generated"], others["ai_confidence"], others["ai_reasoning"]) == (False, None, None)


def test_refused_offer_keeps_no_advice(acts, asked):
    acts("offer", {"price": 1, "quantity": 50, "advice": {"confidence": 0.8}})

    assert not OfferAdvice.objects.exists()


def test_seat_is_taken_over_and_given_back(buyer, asked, thread):
    taken = buyer.post(f"{NEGOTIATIONS}/{thread}/seat", {"holder": "program"}).json()
    again = buyer.post(f"{NEGOTIATIONS}/{thread}/seat", {"holder": "program"})
    back = buyer.post(f"{NEGOTIATIONS}/{thread}/seat", {"holder": "agent"}).json()

    assert taken["holders"] == {"buyer": "program", "seller": "program"}
    assert again.status_code == 200
    assert back["holders"]["buyer"] == "agent"


def test_program_does_not_take_a_seat_as_a_person_nor_a_person_as_a_program(buyer, person, asked, thread):
    assert code_of(buyer.post(f"{NEGOTIATIONS}/{thread}/seat", {"holder": "person"})) == (403, "FORBIDDEN")
    assert code_of(person(thread, "seat", {"holder": "program"})) == (403, "FORBIDDEN")


def test_operator_seats_anybody(operator, asked, thread):
    answer = operator.post(f"{NEGOTIATIONS}/{thread}/seat", {"holder": "person", "party": "buyer"}).json()

    assert answer["holders"]["buyer"] == "person"


def test_agents_seat_takes_no_move_by_hand(buyer, asked, thread):
    assert code_of(buyer.post(f"{NEGOTIATIONS}/{thread}/offer", MOVES["offer"])) == (409, "SEAT_NOT_HELD")


def test_person_moves_at_a_programs_seat_once_it_has_taken_it(person, asked, thread):
    assert code_of(person(thread, "offer", MOVES["offer"])) == (409, "SEAT_NOT_HELD")
    person(thread, "seat", {"holder": "person"})

    answer = person(thread, "offer", MOVES["offer"]).json()

    assert answer["own_offer"]["made_by"] == "person"


def test_agent_negotiates_for_a_side_while_that_is_switched_on(acts, asked, play, acme, thread):
    on = acts("auto-negotiate", {"enabled": True}).json()
    off = acts("auto-negotiate", {"enabled": False}).json()
    assert (on["holders"]["seller"], off["holders"]["seller"]) == ("agent", "program")

    acts("auto-negotiate", {"enabled": True})
    play(asked)

    assert read(acme, thread)["status"] in ("deal", "no_deal")


def test_offer_near_the_target_is_accepted_at_once(acts, asked, acme, thread):
    wanted = {"enabled": True, "target_price": 410, "tolerance_pct": 7.5, "min_quantity_pct": 80}
    before = read(acme, thread)
    Participant.objects.filter(code=thread).update(least_price="391.22")  # what is offered is enough
    answer = acts("auto-accept", wanted).json()

    assert answer["auto_accept"] == {"target_price": 410.0, "tolerance_pct": 7.5, "min_quantity_pct": 80.0}
    is_near = before["live_offer"]["price"] >= 410 * 0.925
    assert (answer["offers"][0]["state"] == "accepted") == is_near


def test_auto_accept_is_switched_off(acts, asked):
    acts("auto-accept", {"enabled": True, "target_price": 9000})

    assert acts("auto-accept", {"enabled": False}).json()["auto_accept"] is None


def test_auto_accept_begins_with_the_items_target_or_the_asking_price(acts, asked, buyer, thread):
    assert acts("auto-accept", {"enabled": True}).json()["auto_accept"]["target_price"] == 650.0
    refused = buyer.post(f"{NEGOTIATIONS}/{thread}/auto-accept", {"enabled": True})
    BuyerItem.objects.update(target_price=450)
    taken = buyer.post(f"{NEGOTIATIONS}/{thread}/auto-accept", {"enabled": True})

    assert code_of(refused) == (400, "VALIDATION_ERROR")
    assert taken.json()["auto_accept"]["target_price"] == 450.0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"enabled": 1},
        {"enabled": True, "tolerance_pct": 51},
        {"enabled": True, "tolerance_pct": 1.25},
        {"enabled": True, "min_quantity_pct": -1},
        {"enabled": True, "target_price": 0},
    ],
)
def test_malformed_auto_accept_is_refused(acts, asked, body):
    assert code_of(acts("auto-accept", body)) == (400, "VALIDATION_ERROR")


def test_words_are_said_beside_the_turns_and_are_no_offer(acts, asked, acme, thread):
    before = read(acme, thread)

    response = acts("messages", {"message": "I can do 600 for 50."})

    assert response.status_code == 201
    said = response.json()["message"]
    assert (said["kind"], said["party"], said["sender_type"]) == ("text", "seller", "seller")
    assert (said["moved_by"], said["text"], said["sender_name"]) == ("program", "I can do 600 for 50.", "Acme")
    card = response.json()["proposed_offer"]
    assert (card["price"], card["quantity"], card["total"]) == (600.0, 50, 30000.0)
    after = read(acme, thread)
    assert (after["turn"], after["offers"]) == (before["turn"], before["offers"])


def test_words_that_offer_nothing_make_no_card(acts, asked):
    assert acts("messages", {"message": "Let me think about it."}).json()["proposed_offer"] is None


def test_talk_tells_each_kind_of_message(acts, asked, play, acme, thread):
    acts("offer", {"price": 645, "quantity": 50})
    play(asked)
    acts("reject", {"reason": "No.", "counter_offer": {"price": 640, "quantity": 50}})
    acts("withdraw", {"message": "A slip."})
    acts("messages", {"message": "One moment."})
    acts("seat", {"holder": "agent"})
    acts("seat", {"holder": "program"})
    acts("walk-away", {"message": "Good bye."})

    lines = acme.get(f"{NEGOTIATIONS}/{thread}/messages").json()["messages"]

    kinds = [line["kind"] for line in lines]
    assert kinds == [
        *("offer", "counter_offer", "counter_offer", "reject", "counter_offer", "withdraw", "text"),
        *("system", "system", "walk_away"),
    ]
    assert [line["sender_type"] for line in lines][:3] == ["ai", "seller", "ai"]
    assert [line["moved_by"] for line in lines][-3:] == [None, None, "program"]
    assert lines[1]["offer_id"] is not None


def test_deal_by_the_buyers_word_is_told(operator, asked, acts, acme, thread):
    acts("offer", {"price": 600, "quantity": 50})
    operator.post(f"/negotiation/{asked}/decide")

    last = acme.get(f"{NEGOTIATIONS}/{thread}/messages").json()["messages"][-1]

    assert (last["kind"], last["party"]) == ("accept", "buyer")


def test_talk_is_read_in_pages(acts, asked, acme, thread):
    for number in range(3):
        acts("messages", {"message": f"Message {number}"})

    first = acme.get(f"{NEGOTIATIONS}/{thread}/messages", limit=2).json()
    rest = acme.get(f"{NEGOTIATIONS}/{thread}/messages", after=first["last_seq"]).json()
    none = acme.get(f"{NEGOTIATIONS}/{thread}/messages", after=rest["last_seq"]).json()

    texts = [line["text"] for line in (*first["messages"], *rest["messages"])]
    assert texts[1:] == ["Message 0", "Message 1", "Message 2"]
    assert (none["messages"], none["last_seq"]) == ([], rest["last_seq"])


def test_thread_tells_nothing_of_another(acme, asked, thread, bolts_thread, bolt):
    own = acme.get(f"{NEGOTIATIONS}/{thread}/messages").json()["messages"]
    others = bolt.get(f"{NEGOTIATIONS}/{bolts_thread}/messages").json()["messages"]

    assert {line["message_id"] for line in own} & {line["message_id"] for line in others} == set()


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001, "\u0000", 5, None])
def test_message_without_proper_words_is_refused(acts, asked, text):
    assert code_of(acts("messages", {"message": text})) == (400, "VALIDATION_ERROR")


def test_what_the_other_side_has_read_is_told_with_its_time(acts, asked, buyer, acme, thread):
    said = acts("messages", {"message": "Are you there?"}).json()["message"]
    unread = read(buyer, thread)["unread"]

    talk = buyer.get(f"{NEGOTIATIONS}/{thread}/messages", mark_read=True).json()

    assert (unread, talk["unread"]) == (1, 0)
    line = acme.get(f"{NEGOTIATIONS}/{thread}/messages").json()["messages"][-1]
    assert (line["message_id"], line["read_at"] is not None) == (said["message_id"], True)


def test_reading_marks_nothing_by_itself(buyer, asked, acts, thread):
    acts("messages", {"message": "Are you there?"})
    buyer.get(f"{NEGOTIATIONS}/{thread}/messages")

    assert read(buyer, thread)["unread"] == 1


def test_key_to_read_marks_nothing(seller_ids, asked, thread, api_for):
    reader = Api(create_api_key("reader", Role.SELLER, UUID(seller_ids["Acme"]), scope=Scope.READ)[1])

    response = reader.get(f"{NEGOTIATIONS}/{thread}/messages", mark_read=True)

    assert code_of(response) == (403, "FORBIDDEN")


def test_mark_is_set_by_its_number(acts, asked):
    marks = acts("read", {"up_to_seq": 3}).json()["read_marks"]

    assert (marks["seller"]["seq"], marks["buyer"]) == (3, None)


@pytest.mark.parametrize("number", [-1, 1.5, "3", True, 10**30])
def test_mark_that_is_no_number_is_refused(acts, asked, number):
    assert code_of(acts("read", {"up_to_seq": number})) == (400, "VALIDATION_ERROR")


def test_suggestion_is_made_from_the_own_sides_numbers(acts, asked):
    suggestion = acts("ai-suggest").json()

    assert set(suggestion) == set(SuggestionOut.model_fields)
    assert 452.33 <= suggestion["suggested_price"] <= 650
    assert suggestion["action"] in ("offer", "accept")
    assert 0 <= suggestion["acceptance_probability"] <= 1


def test_suggestion_that_was_followed_is_an_offer_like_any_other(acts, asked):
    suggestion = acts("ai-suggest").json()
    wanted = {"price": suggestion["suggested_price"], "quantity": suggestion["suggested_quantity"]}
    advice = {"confidence": suggestion["confidence"], "reasoning": suggestion["reasoning"]}

    made = acts("offer", {**wanted, "advice": advice}).json()["own_offer"]

    assert (made["price"], made["ai_confidence"]) == (wanted["price"], advice["confidence"])


def test_room_that_is_over_gets_no_suggestion(operator, acts, asked):
    operator.post(f"/negotiation/{asked}/cancel")

    assert acts("ai-suggest").status_code == 409


def listed(caller, **query):
    response = caller.get(NEGOTIATIONS, **query)
    assert response.status_code == 200, response.content
    return [line["negotiation_id"] for line in response.json()["negotiations"]]


def test_everybody_lists_its_own_threads(
    acme, bolt, buyer, operator, watcher, outsiders, asked, other_session, thread, bolts_thread
):
    assert listed(acme) == [thread]
    assert listed(bolt) == [bolts_thread]
    assert set(listed(buyer)) == {thread, bolts_thread}
    assert len(listed(operator)) == 4
    assert listed(watcher) == []
    assert thread not in listed(outsiders["seller"])


def test_rooms_of_an_arena_are_in_nobodys_list(operator, buyer, asked, other_session, thread):
    Session.objects.filter(runs__participants__code=thread).update(is_arena=True)

    assert len(listed(operator)) == 2
    assert listed(buyer) == []


def test_list_has_no_offers_but_those_that_are_open(acme, asked):
    line = acme.get(NEGOTIATIONS).json()["negotiations"][0]

    assert "offers" not in line
    assert line["live_offer"]["party"] == "buyer"


def test_threads_that_wait_for_the_caller_are_found(acme, bolt, buyer, operator, asked, thread, bolts_thread):
    assert (listed(acme, waiting=True), listed(acme, waiting=False)) == ([thread], [])
    assert listed(bolt, waiting=True) == []
    assert listed(buyer, waiting=True) == []
    assert listed(operator, waiting=True) == [thread]
    assert listed(operator, waiting=True, party="buyer") == []


@pytest.mark.parametrize("ending", ["", "accept", "walk-away", "expire", "pause", "cancel", "pending", "no_deal"])
def test_status_filter_finds_what_the_threads_say(operator, buyer, acts, room_id, play, ending):
    if ending != "pending":
        operator.post(f"/negotiation/{room_id}/start")
        play(room_id)
    if ending in ("accept", "walk-away"):
        acts(ending, {"overrule": True} if ending == "accept" else {})
    if ending == "accept":
        play(room_id)
    if ending == "expire":
        SeatWait.objects.update(until=timezone.now())
        seats.end_what_is_overdue()
    if ending in ("pause", "cancel"):
        operator.post(f"/negotiation/{room_id}/{ending}")
    if ending == "no_deal":
        operator.post(f"/negotiation/{room_id}/decide", {"decision_type": "no_deal"})
    every = buyer.get(NEGOTIATIONS).json()["negotiations"]

    found = {status: set(listed(buyer, status=status)) for status in STATUSES}

    said = {status: {e["negotiation_id"] for e in every if e["status"] == status} for status in STATUSES}
    assert found == said


def test_list_comes_in_pages(operator, asked, other_session):
    answer = operator.get(NEGOTIATIONS, limit=3, offset=1).json()

    assert (answer["total"], answer["limit"], answer["offset"]) == (4, 3, 1)
    assert [line["negotiation_id"] for line in answer["negotiations"]] == listed(operator)[1:]


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 101}, {"offset": -1}, {"status": "nonsense"}, {"party": "x"}]
)
def test_malformed_list_is_refused(acme, query):
    assert code_of(acme.get(NEGOTIATIONS, **query)) == (400, "VALIDATION_ERROR")


def test_list_reads_a_room_once_for_all_its_threads(django_assert_max_num_queries, buyer, asked):
    buyer.get(NEGOTIATIONS)

    with django_assert_max_num_queries(16):
        assert len(listed(buyer)) == 2
