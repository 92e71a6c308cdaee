from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Role, SellerInventory
from negotiation.core.vocabulary import ApprovalState, Party
from negotiation.models import Approval, Offer, Outcome, Participant, RunEvent
from negotiation.trade_models import Trade
from tests import accounts, bodies

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(open_session):
    """No deal is closed by the agent alone."""
    return open_session(approve_above=1)


@pytest.fixture
def asked(started, play):
    """The room, whose agent wants to close and has asked."""
    play(started)
    return started


@pytest.fixture
def approval(asked):
    return Approval.objects.get()


@pytest.fixture
def decide(buyer, approval):
    def post(decision, caller=buyer, **more):
        return caller.post(f"/approvals/{approval.code}/decide", {"decision": decision, **more})

    return post


@pytest.fixture
def early(open_session, api_for, operator, play):
    """Decides, for an operator, on what a program at the buyer's seat wants to take while rounds are left."""
    opened = open_session(buyer=bodies.buyer(bodies.item(max_price_per_unit=700), mind="external"), approve_above=1)
    room = opened["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room}/start")
    play(room)
    program, thread = api_for(Role.BUYER, opened["buyer_id"]), Participant.objects.filter(run__code=room)[0].code
    program.post(f"/trade-desk/negotiations/{thread}/offer", {"price": 480, "quantity": 50})
    play(room)
    program.post(f"/trade-desk/negotiations/{thread}/accept", {})
    approval = Approval.objects.get(run__code=room)

    def post(decision, **more):
        return operator.post(f"/approvals/{approval.code}/decide", {"decision": decision, **more})

    return post


@pytest.fixture
def with_terms(open_session, api_for, operator, play):
    """A program wants to take a package of an offer, and a person is asked."""
    ranges = {"delivery_days": [3, 21]}
    item = bodies.item(allowed_terms=ranges, term_weights={"price": 0.83, "delivery_days": -0.17})
    stock = bodies.stock(allowed_terms=ranges, term_weights={"price": 0.79, "delivery_days": 0.21})
    opened = open_session(
        buyer=bodies.buyer({**item, "max_price_per_unit": 700}, mind="external"),
        sellers=[bodies.seller("Acme", stock, mind="external")],
        max_rounds=9,
        approve_above=1,
    )
    room = opened["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room}/start")
    play(room)
    desk = f"/trade-desk/negotiations/{Participant.objects.get(run__code=room).code}"
    bid = {"price": 500, "quantity": 50, "terms": {"delivery_days": 3}}
    package = {"price": 612, "terms": {"delivery_days": 4}}
    quote = {"price": 605, "quantity": 50, "terms": {"delivery_days": 7}, "packages": [package]}
    program = api_for(Role.BUYER, opened["buyer_id"])
    answers = [
        program.post(f"{desk}/offer", bid),
        operator.post(f"{desk}/offer", {**quote, "party": "seller"}),
        program.post(f"{desk}/accept", {"package": 1}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    return Approval.objects.get(run__code=room)


def code_of(response):
    return response.status_code, response.json()["error"]["code"]


def counter(price=500, quantity=50):
    return {"price": price, "quantity": quantity}


def test_what_waits_for_a_person_is_in_the_inbox(buyer, approval, asked, session):
    answer = buyer.get("/approvals", status="pending").json()

    assert (answer["total"], answer["limit"], answer["offset"]) == (1, 20, 0)
    (shown,) = answer["approvals"]
    assert (shown["approval_id"], shown["room_id"]) == (str(approval.code), asked)
    assert shown["negotiation_id"] == str(approval.participant.code)
    assert (shown["kind"], shown["state"], shown["number"]) == ("above_threshold", "pending", 1)
    assert shown["total"] == round(shown["price"] * shown["quantity"], 2)
    assert shown["limit_reason"] == "The total is above the approval limit of $1.00."
    assert shown["options"] == ["approve", "reject", "modify"]
    assert shown == buyer.get(f"/approvals/{approval.code}").json()


def test_further_terms_of_the_deal_are_told_as_they_would_be_agreed(operator, with_terms):
    answer = operator.post(f"/approvals/{with_terms.code}/decide", {"decision": "approve"}).json()

    (shown,) = operator.get("/approvals").json()["approvals"]
    assert (shown["price"], shown["terms"]) == (612.0, {"delivery_days": 4})
    assert shown["terms"] == answer["terms"] == Trade.objects.get().terms


def test_decided_deals_are_listed_with_their_further_terms(client, operator, with_terms):
    operator.post(f"/approvals/{with_terms.code}/decide", {"decision": "approve"})
    client.force_login(accounts.operator())

    assert "delivery in 4 days" in client.get(reverse("approvals")).content.decode()


def test_admin_shows_the_further_terms_that_are_asked_about(client, with_terms):
    client.force_login(accounts.operator())

    page = client.get(reverse("admin:negotiation_approval_change", args=[with_terms.pk])).content.decode()

    assert "delivery in 4 days" in page


def test_deal_without_further_terms_names_none(buyer, approval):
    assert buyer.get(f"/approvals/{approval.code}").json()["terms"] == {}


def test_inbox_takes_as_many_queries_for_many_as_for_one(operator, approval, django_assert_num_queries):
    with CaptureQueriesContext(connection) as before:
        operator.get("/approvals")
    for number in range(2, 6):
        Approval.objects.filter(pk=approval.pk).update(state=ApprovalState.REJECTED)
        approval.pk, approval.code, approval.number = None, uuid4(), number
        approval.save()

    with django_assert_num_queries(len(before)):
        assert operator.get("/approvals").json()["total"] == 5


def test_price_under_the_minimum_is_told_as_such(buyer, approval):
    Approval.objects.update(kind="below_minimum")

    shown = buyer.get(f"/approvals/{approval.code}").json()

    assert "minimum of $401.13" in shown["limit_reason"]


def test_inbox_is_filtered_by_state(buyer, decide):
    decide("reject")

    assert buyer.get("/approvals", status="rejected").json()["total"] == 1
    assert buyer.get("/approvals", status="approved").json()["approvals"] == []


def test_operators_and_auditors_read_all(operator, api_for, approval):
    for caller in (operator, api_for(Role.AUDITOR)):
        assert caller.get("/approvals").json()["total"] == 1
        assert caller.get(f"/approvals/{approval.code}").status_code == 200


def test_approvals_of_others_are_not_there(outsiders, acme, watcher, decide, approval):
    assert outsiders["buyer"].get("/approvals").json()["total"] == 0
    for caller in (outsiders["buyer"], outsiders["seller"], acme, watcher):
        assert code_of(caller.get(f"/approvals/{approval.code}")) == (404, "NOT_FOUND")
        assert code_of(decide("approve", caller)) == (404, "NOT_FOUND")


def test_sellers_and_watchers_have_no_inbox(acme, watcher, approval):
    for caller in (acme, watcher):
        assert code_of(caller.get("/approvals")) == (403, "FORBIDDEN")


def test_stranger_is_told_to_show_a_key(anonymous, approval):
    assert anonymous.get("/approvals").status_code == 401
    assert anonymous.post(f"/approvals/{approval.code}/decide", {"decision": "approve"}).status_code == 401


def test_auditor_decides_nothing(api_for, decide, approval):
    assert code_of(decide("approve", api_for(Role.AUDITOR))) == (403, "FORBIDDEN")


@pytest.mark.parametrize("code", [bodies.NO_ID, "nonsense"])
def test_approval_that_is_not_there_is_not_found(operator, code):
    assert code_of(operator.get(f"/approvals/{code}")) == (404, "NOT_FOUND")
    assert code_of(operator.post(f"/approvals/{code}/decide", {"decision": "approve"})) == (404, "NOT_FOUND")


def test_approved_deal_is_closed(decide, approval):
    answer = decide("approve", note="Fine.").json()

    outcome = Outcome.objects.get()
    assert (answer["state"], answer["note"], answer["options"]) == ("approved", "Fine.", [])
    assert answer["decided_by"].startswith("key/")
    assert (outcome.result, outcome.reason, outcome.unit_price) == ("deal", "approved", approval.unit_price)


def test_refused_deal_is_not_closed_and_the_room_goes_on(decide, approval, asked, operator):
    answer = decide("reject", note="Too much.").json()

    assert (answer["state"], answer["decided_at"] is not None) == ("rejected", True)
    assert not Outcome.objects.exists()
    assert operator.get(f"/negotiation/{asked}/state").json()["status"] == "queued"


def test_other_terms_are_bid_instead(early):
    answer = early("modify", counter_offer=counter(499.5)).json()

    approval, bid = Approval.objects.get(), Offer.objects.filter(party=Party.BUYER).last()
    assert (answer["state"], float(bid.unit_price), bid.participant_id) == ("modified", 499.5, approval.participant_id)


def test_other_terms_cannot_be_bid_after_the_last_round(decide):
    assert code_of(decide("modify", counter_offer=counter())) == (409, "NOT_YOUR_TURN")
    assert Approval.objects.get().state == ApprovalState.PENDING


@pytest.mark.parametrize(
    ("decision", "more"), [("approve", {}), ("reject", {}), ("modify", {"counter_offer": counter()})]
)
def test_same_decision_again_is_answered_with_the_same(early, decision, more):
    first = early(decision, **more)
    events = RunEvent.objects.count()

    again = early(decision, **more)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert RunEvent.objects.count() == events


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("approve", {}), ("reject", {})),
        (("reject", {}), ("approve", {})),
        (("reject", {}), ("modify", {"counter_offer": counter()})),
        (("modify", {"counter_offer": counter()}), ("modify", {"counter_offer": counter(501)})),
    ],
)
def test_another_decision_comes_too_late(early, first, second):
    early(first[0], **first[1])
    events = RunEvent.objects.count()

    assert code_of(early(second[0], **second[1])) == (409, "ALREADY_DECIDED")
    assert RunEvent.objects.count() == events


def test_decision_after_its_time_comes_too_late(decide, approval):
    Approval.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert code_of(decide("approve")) == (409, "ALREADY_DECIDED")
    assert Approval.objects.get().state == ApprovalState.EXPIRED
    assert not Outcome.objects.exists()


def test_units_that_were_sold_meanwhile_cannot_be_approved(decide, approval):
    SellerInventory.objects.update(quantity_reserved=100)

    assert code_of(decide("approve")) == (422, "INSUFFICIENT_INVENTORY")
    assert Approval.objects.get().state == ApprovalState.PENDING


def test_program_at_the_buyers_seat_does_not_approve_its_own_deal(buyer, operator, decide, approval):
    buyer.post(f"/trade-desk/negotiations/{approval.participant.code}/seat", {"holder": "program"})

    assert code_of(decide("approve")) == (403, "FORBIDDEN")
    assert decide("approve", operator).status_code == 200


def test_program_that_gives_the_seat_away_becomes_no_person(buyer, operator, decide, approval):
    for holder in ("program", "agent"):
        buyer.post(f"/trade-desk/negotiations/{approval.participant.code}/seat", {"holder": holder})

    assert code_of(decide("approve")) == (403, "FORBIDDEN")
    assert decide("approve", operator).status_code == 200


@pytest.mark.parametrize("by_name", [True, False])
def test_program_does_not_close_by_hand_what_waits_for_a_person(with_terms, api_for, operator, by_name):
    room, seat = with_terms.run.code, with_terms.participant
    program = api_for(Role.BUYER, str(with_terms.run.session.buyer.code))
    deal = {"decision_type": "deal", "selected_seller_id": str(seat.seller_code)} if by_name else {}

    assert code_of(program.post(f"/negotiation/{room}/decide", deal)) == (403, "FORBIDDEN")
    with_terms.refresh_from_db()
    assert with_terms.state == ApprovalState.PENDING
    assert operator.post(f"/negotiation/{room}/decide", deal).status_code == 200


def test_counter_beyond_the_mandate_takes_an_express_word(early):
    beyond = counter(price=701)

    refused = early("modify", counter_offer=beyond)

    assert code_of(refused) == (422, "OUTSIDE_MANDATE")
    assert refused.json()["error"]["details"][0]["can_overrule"] is True
    assert Approval.objects.get().state == ApprovalState.PENDING
    assert early("modify", counter_offer=beyond, overrule=True).status_code == 200


def test_key_of_the_buyers_does_not_overrule_its_mandate(buyer, decide, approval):
    approval.run.refresh_from_db()

    answer = decide("modify", counter_offer=counter(price=9999), overrule=True)

    assert answer.status_code in (409, 422)
    assert not Offer.objects.filter(unit_price=9999).exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"decision": "perhaps"},
        {"decision": "modify"},
        {"decision": "approve", "counter_offer": counter()},
        {"decision": "modify", "counter_offer": counter(price=0)},
        {"decision": "modify", "counter_offer": counter(quantity=1.5)},
        {"decision": "approve", "note": "x" * 1001},
        {"decision": "approve", "note": "\u0000"},
    ],
)
def test_malformed_decision_is_refused(buyer, approval, body):
    assert code_of(buyer.post(f"/approvals/{approval.code}/decide", body)) == (400, "VALIDATION_ERROR")
    assert Approval.objects.get().state == ApprovalState.PENDING


@pytest.mark.parametrize("query", [{"status": "x"}, {"limit": 0}, {"limit": 101}, {"offset": -1}])
def test_malformed_inbox_is_refused(buyer, query):
    assert code_of(buyer.get("/approvals", **query)) == (400, "VALIDATION_ERROR")


def test_repeated_request_is_decided_once(buyer, approval):
    place = f"/approvals/{approval.code}/decide"
    first = buyer.post(place, {"decision": "approve"}, Idempotency_Key="one")
    again = buyer.post(place, {"decision": "approve"}, Idempotency_Key="one")

    assert (first.status_code, again.json()) == (200, first.json())
