from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.models import Role, Session
from marketplace.summary import summarise
from negotiation.call_log import save_calls
from negotiation.models import Message, NegotiationRun, Outcome
from negotiation.store import read_room
from negotiation.summary import rooms_of
from negotiation.trade_models import Trade
from tests import accounts, bodies
from tests.negotiation.test_call_log import a_call

pytestmark = pytest.mark.django_db

SHAPE = {
    "session_id": None,
    "buyer_name": None,
    "total_items_requested": None,
    "completed_purchases": None,
    "failed_purchases": None,
    "purchases": (
        *("item_name", "quantity", "selected_seller", "final_price_per_unit", "total_cost"),
        *("negotiation_rounds", "duration_seconds"),
    ),
    "failed_items": ("item_name", "reason"),
    "total_cost_summary": ("total_spent", "items_purchased", "average_savings_per_item"),
    "negotiation_metrics": ("average_rounds", "average_duration_seconds", "total_messages_exchanged"),
}


@pytest.fixture
def summary_of(operator):
    def get(session, caller=operator):
        return caller.get(f"/simulation/{session['session_id']}/summary").json()

    return get


@pytest.fixture
def mixed(open_session, operator, play):
    """A session with one item bought, one that nobody stocks, and one whose room was not started."""
    items = [bodies.item(), bodies.item(item_id="moon", item_name="Moon"), bodies.item(item_id="mat", item_name="Mat")]
    inventory = [bodies.stock(), bodies.stock(item_id="mat", item_name="Mat")]
    session = open_session(buyer=bodies.buyer(*items), sellers=[bodies.seller("Acme", *inventory)])
    bought = session["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{bought}/start")
    play(bought)
    return session


def test_purchase_with_further_terms_is_judged_by_what_they_make_of_its_price(open_session, operator, play):
    theirs = {"allowed_terms": {"delivery_days": [5, 20]}, "term_weights": {"price": 0.6, "delivery_days": 0.4}}
    own = {"allowed_terms": {"delivery_days": [0, 30]}, "term_weights": {"price": 0.8, "delivery_days": -0.2}}
    sellers = [bodies.seller("Acme", bodies.stock(**theirs)), bodies.seller("Bolt", bodies.stock(**theirs))]
    made = open_session(buyer=bodies.buyer(bodies.item(**own)), sellers=sellers)
    [room] = made["negotiation_rooms"]
    operator.post(f"/negotiation/{room['room_id']}/start")
    play(room["room_id"])
    session = Session.objects.get()

    summary = summarise(session)

    [purchase], [judged] = summary.purchases, rooms_of(session)
    assert purchase.price_in_effect > purchase.unit_price
    assert purchase.measures == replace(judged.measures, path=None)
    assert summary.total_in_effect == purchase.price_in_effect * purchase.quantity


def test_benchmarks_of_a_purchase_with_further_terms_are_whole_cents(open_session, operator, play, summary_of):
    theirs = {"allowed_terms": {"delivery_days": [3, 20]}, "term_weights": {"price": 0.6, "delivery_days": 0.4}}
    own = {"allowed_terms": {"delivery_days": [0, 31]}, "term_weights": {"price": 0.8, "delivery_days": -0.2}}
    sellers = [bodies.seller("Acme", bodies.stock(**theirs)), bodies.seller("Bolt", bodies.stock(**theirs))]
    made = open_session(buyer=bodies.buyer(bodies.item(**own)), sellers=sellers)
    [room] = made["negotiation_rooms"]
    operator.post(f"/negotiation/{room['room_id']}/start")
    play(room["room_id"])

    [purchase] = summary_of(made)["purchases"]

    prices = [purchase["competitive_price"], purchase["best_possible_price"]]
    assert prices == [round(price, 2) for price in prices]


def test_summary_has_every_key_of_the_contract(summary_of, mixed):
    summary = summary_of(mixed)

    assert set(summary) >= set(SHAPE)
    assert set(summary["purchases"][0]) >= set(SHAPE["purchases"])
    assert set(summary["failed_items"][0]) >= set(SHAPE["failed_items"])
    assert set(summary["total_cost_summary"]) >= set(SHAPE["total_cost_summary"])
    assert set(summary["negotiation_metrics"]) >= set(SHAPE["negotiation_metrics"])


def test_bought_failed_and_open_items_are_counted(summary_of, mixed):
    summary = summary_of(mixed)

    counts = ("total_items_requested", "completed_purchases", "failed_purchases", "open_rooms")
    assert [summary[name] for name in counts] == [3, 1, 1, 1]


def test_purchase_says_what_the_outcome_says(summary_of, session, played):
    outcome, run = Outcome.objects.get(), NegotiationRun.objects.get()

    purchase = summary_of(session)["purchases"][0]

    assert (purchase["item_name"], purchase["quantity"]) == ("HP 15 Laptop", 50)
    assert purchase["selected_seller"] == outcome.participant.name
    assert purchase["final_price_per_unit"] == float(outcome.unit_price)
    assert purchase["total_cost"] == float(outcome.unit_price * 50)
    assert purchase["negotiation_rounds"] == run.current_round


def test_item_that_nobody_stocks_failed_for_that_reason(summary_of, mixed):
    failed = summary_of(mixed)["failed_items"][0]

    assert (failed["item_name"], failed["reason"]) == ("Moon", "no_inventory")


def test_savings_are_against_the_asking_price_and_the_limit(session, played):
    outcome = Outcome.objects.get()

    summary = summarise(Session.objects.get())

    assert summary.savings_against_ask == (outcome.participant.selling_price - outcome.unit_price) * 50
    assert summary.savings_against_limit == (Decimal("603.57") - outcome.unit_price) * 50
    assert summary.average_savings_per_item == summary.savings_against_ask


def test_every_message_is_counted(summary_of, session, played):
    metrics = summary_of(session)["negotiation_metrics"]

    assert metrics["total_messages_exchanged"] == Message.objects.count() > 0


def test_session_that_has_not_begun_came_to_nothing(summary_of, session):
    summary = summary_of(session)

    assert (summary["purchases"], summary["failed_items"], summary["open_rooms"]) == ([], [], 1)
    assert summary["total_cost_summary"]["total_spent"] == 0
    assert summary["negotiation_metrics"]["average_rounds"] == 0


def test_operator_sees_the_benchmarks(summary_of, session, played):
    purchase = summary_of(session)["purchases"][0]

    assert (purchase["best_possible_price"], purchase["competitive_price"]) == (447.19, 452.33)


def test_buyer_sees_no_benchmark_for_it_would_tell_a_floor(summary_of, session, played, buyer):
    purchase = summary_of(session, buyer)["purchases"][0]

    hidden = ("best_possible_price", "competitive_price", "buyer_share", "competitive_share", "was_best_seller")
    assert [purchase[name] for name in hidden] == [None] * 5


@pytest.mark.parametrize("act", ["cancel", "decide"])
def test_room_without_a_deal_is_a_failed_item(summary_of, session, started, operator, act):
    operator.post(f"/negotiation/{started}/{act}")

    failed = summary_of(session)["failed_items"][0]

    assert failed["reason"] == {"cancel": "cancelled", "decide": "decided_now"}[act]


@pytest.fixture
def called(session, played):
    """Two calls in the session's room, and one in another session's."""
    run = NegotiationRun.objects.get()
    stored = read_room(run.code)
    save_calls(stored.run_id, stored.seats, [a_call(), a_call(cost=Decimal("1.5"), attempts=1)])


@pytest.mark.usefixtures("called")
def test_summary_adds_up_what_models_have_cost(summary_of, session):
    metrics = summary_of(session)["negotiation_metrics"]

    assert (metrics["total_tokens"], metrics["llm_calls"], metrics["llm_cost"]) == (30, 3, 1.500123)
    assert metrics["llm_seconds"] == 4.692


@pytest.mark.usefixtures("called")
def test_summary_counts_no_call_of_another_session(summary_of, other_session):
    metrics = summary_of(other_session)["negotiation_metrics"]

    assert (metrics["total_tokens"], metrics["llm_calls"], metrics["llm_cost"]) == (0, 0, 0)


def test_session_that_asked_no_model_has_cost_nothing(summary_of, session, played):
    metrics = summary_of(session)["negotiation_metrics"]

    assert [metrics[name] for name in ("total_tokens", "llm_calls", "llm_cost", "llm_seconds")] == [0, 0, 0, 0]


@pytest.fixture
def direct(session, played, open_direct):
    """The session's item was bought in its own room, and then directly from the seller that lost."""
    return open_direct(session, start=True)


@pytest.fixture
def open_direct(api_for, play):
    """Starts a direct negotiation for the session's item, and plays it if asked to; its room's id."""

    def begin(session, *, start):
        buyer = api_for(Role.BUYER, session["buyer_id"])
        query = {"session_id": session["session_id"], "item_id": "laptop_hp_15"}
        token = buyer.get("/trade-desk/matches", **query).json()["matches"][0]["match_token"]
        answer = buyer.post("/trade-desk/negotiations/start", {"match_token": token, "seat": "agent"}).json()
        if start:
            play(answer["room_id"])
        return answer["room_id"]

    return begin


def test_item_bought_in_its_room_and_directly_is_one_item_and_two_purchases(summary_of, session, direct):
    summary = summary_of(session)

    assert [purchase["room_id"] for purchase in summary["purchases"]][1] == direct
    counts = ("total_items_requested", "completed_purchases", "failed_purchases", "open_rooms")
    assert [summary[name] for name in counts] == [1, 1, 0, 0]
    total = sum(Outcome.objects.values_list("total_cost", flat=True))
    assert summary["total_cost_summary"]["total_spent"] == float(total)


def test_item_bought_directly_has_not_failed_though_its_room_did(summary_of, session, operator, started, open_direct):
    operator.post(f"/negotiation/{started}/cancel")

    open_direct(session, start=True)

    summary = summary_of(session)
    assert (summary["completed_purchases"], summary["failed_items"]) == (1, [])


def test_direct_negotiation_that_came_to_nothing_is_no_failed_item(summary_of, session, played, operator, open_direct):
    room = open_direct(session, start=False)
    operator.post(f"/negotiation/{room}/cancel")

    summary = summary_of(session)

    assert (summary["total_items_requested"], summary["failed_items"], len(summary["purchases"])) == (1, [], 1)


def test_floor_counts_items_and_shows_direct_negotiations(session, direct, client):
    client.force_login(accounts.operator())

    page = client.get(f"/sessions/{session['session_id']}/").content.decode()

    assert "buys one item, in a room of its own" in page
    assert page.count("Directly with") == 1


def test_purchase_that_was_taken_back_is_a_failed_item(summary_of, session, played, operator):
    number = Trade.objects.get().number
    operator.post(f"/trade-desk/trades/{number}/cancel", {"reason": "No budget"})

    summary = summary_of(session)

    assert (summary["purchases"], summary["total_cost_summary"]["total_spent"]) == ([], 0)
    assert [failed["reason"] for failed in summary["failed_items"]] == ["trade_cancelled"]
