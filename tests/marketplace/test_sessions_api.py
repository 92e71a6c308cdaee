import pytest
from django.utils.dateparse import parse_datetime

from marketplace.models import BuyerItem, Seller, Session
from negotiation import logs
from negotiation.models import NegotiationRun, Outcome, RunEvent
from tests import bodies

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(session):
    return f"/simulation/{session['session_id']}"


def test_session_is_shown_as_it_was_set_up(operator, session, url):
    shown = operator.get(url).json()

    assert set(shown) >= {"session_id", "status", "created_at", "buyer_name", "total_runs", "llm_model", "rooms"}
    assert (shown["session_id"], shown["created_at"]) == (session["session_id"], session["created_at"])
    assert (shown["status"], shown["buyer_name"], shown["total_runs"]) == ("pending", "TechCorp", 1)
    assert shown["rooms"] == session["negotiation_rooms"]


def test_session_with_a_started_room_is_active(operator, url, started):
    assert operator.get(url).json()["status"] == "active"


def test_session_with_all_rooms_over_is_completed(operator, url, played):
    assert operator.get(url).json()["status"] == "completed"


def test_room_of_a_session_shows_the_standing_offers(operator, url, midway):
    room = operator.get(url).json()["rooms"][0]

    offers = {seller["seller_name"]: seller["current_offer"] for seller in room["participating_sellers"]}
    state = operator.get(f"/negotiation/{midway}/state").json()["current_offers"]
    assert {name: offer["price"] for name, offer in offers.items()} == {"Acme": 650.0, "Bolt": 640.0}
    assert sorted(offer["price"] for offer in state.values()) == [640.0, 650.0]


def test_room_of_a_session_shows_the_offer_that_won(operator, url, played):
    outcome = Outcome.objects.get()

    room = operator.get(url).json()["rooms"][0]

    offers = {seller["seller_id"]: seller["current_offer"] for seller in room["participating_sellers"]}
    won = {"price": float(outcome.unit_price), "quantity": 50}
    assert [offer for offer in offers.values() if offer] == [won]
    assert offers[str(outcome.participant.seller_code)] == won


@pytest.mark.parametrize("role", ["operator", "buyer"])
def test_session_shows_no_seller_secret(request, url, played, role):
    content = request.getfixturevalue(role).get(url).content

    assert not any(secret.encode() in content for secret in bodies.ACME_SECRETS + bodies.BOLT_SECRETS)


def test_list_has_the_newest_session_first(operator, session, other_session):
    listed = operator.get("/simulation").json()

    assert [line["session_id"] for line in listed["sessions"]] == [other_session["session_id"], session["session_id"]]
    assert set(listed["sessions"][0]) >= {"session_id", "created_at", "buyer_name", "total_runs", "status"}
    assert parse_datetime(listed["sessions"][0]["created_at"]).utcoffset() is not None


def test_list_comes_in_pages(operator, session, other_session):
    page = operator.get("/simulation", limit=1, offset=1).json()

    assert [line["session_id"] for line in page["sessions"]] == [session["session_id"]]
    assert page["total"] == 2


def test_list_costs_as_many_queries_for_many_as_for_one(operator, session, open_session, django_assert_max_num_queries):
    for _ in range(5):
        open_session()

    with django_assert_max_num_queries(5):
        operator.get("/simulation")


def test_deleted_session_is_gone_with_all_that_belongs_to_it(operator, session, url, played):
    answer = operator.delete(url).json()

    assert answer == {"deleted": True, "session_id": session["session_id"], "logs_saved": True}
    assert operator.get(url).status_code == 404
    assert operator.get(f"/negotiation/{played}/state").status_code == 404
    for model in (Session, Seller, BuyerItem, NegotiationRun, RunEvent, Outcome):
        assert not model.objects.exists()


def test_second_delete_finds_nothing(operator, url):
    operator.delete(url)

    assert operator.delete(url).status_code == 404


def test_log_outlives_its_session_for_operators(operator, session, url, played):
    before = operator.get(f"/logs/{session['session_id']}/{played}").json()

    operator.delete(url)

    assert operator.get(f"/logs/{session['session_id']}/{played}").json() == before


@pytest.mark.parametrize("role", ["buyer", "acme", "watcher"])
def test_log_of_a_deleted_session_is_for_operators_only(request, operator, session, url, played, role):
    caller = request.getfixturevalue(role)

    operator.delete(url)

    gone = 404 if role == "watcher" else 401
    assert caller.get(f"/logs/{session['session_id']}/{played}").status_code == gone


def test_logs_are_deleted_with_the_session_if_that_is_asked(operator, session, url, played):
    answer = operator.delete(f"{url}?keep_logs=false").json()

    assert answer["logs_saved"] is False
    assert operator.get(f"/logs/{session['session_id']}/{played}").json()["error"]["code"] == "LOG_NOT_FOUND"


def test_deleting_stops_the_rooms_first(operator, session, url, started, log_folder):
    operator.delete(url)

    saved = logs.read_saved(Session(code=session["session_id"]).code, started)
    assert saved["metadata"]["status"] == "cancelled"


def test_deleting_one_session_leaves_the_others(operator, session, url, other_session):
    operator.delete(url)

    assert operator.get(f"/simulation/{other_session['session_id']}").status_code == 200


def test_deleting_keeps_standing_sellers(operator, open_session):
    standing = Seller.objects.create(name="Standing")
    standing.inventory.create(
        item_id="laptop_hp_15", item_name="HP", quantity_available=60, cost_price=1, least_price=500, selling_price=600
    )
    session = open_session(sellers=[], use_standing_sellers=True)

    operator.delete(f"/simulation/{session['session_id']}")

    assert list(Seller.objects.all()) == [standing]
