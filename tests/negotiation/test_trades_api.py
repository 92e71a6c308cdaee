from decimal import Decimal
from uuid import UUID

import pytest

from marketplace.identity import create_api_key
from marketplace.models import Role, Scope, SellerInventory
from negotiation import services
from negotiation.trade_models import Trade
from tests import bodies
from tests.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(open_session):
    acme, bolt = bodies.two_sellers()
    acme |= {"legal_name": "Acme AG", "contact": "sales@acme.example"}
    bolt |= {"legal_name": "Bolt Ltd", "contact": "+44 20 7946"}
    buyer = bodies.buyer(legal_name="TechCorp GmbH", contact="buy@techcorp.example")
    return open_session(buyer=buyer, sellers=[acme, bolt])


@pytest.fixture
def number(midway, seller_ids):
    """Of a trade with Acme."""
    services.force_deal(UUID(midway), seller_ids["Acme"], Decimal("523.50"))
    return Trade.objects.get().number


def show(caller, number):
    return caller.get(f"/trade-desk/trades/{number}")


def confirm(caller, number, **body):
    return caller.post(f"/trade-desk/trades/{number}/confirm", body or None)


def cancel(caller, number, reason="No budget"):
    return caller.post(f"/trade-desk/trades/{number}/cancel", {"reason": reason})


def test_trade_tells_both_sides_what_a_trade_needs(number, buyer, acme, room_id, session):
    trade = show(buyer, number).json()

    assert trade["trade_number"] == number
    assert (trade["state"], trade["your_party"], trade["cancelled"]) == ("agreed", "buyer", None)
    assert (trade["room_id"], trade["session_id"]) == (room_id, session["session_id"])
    assert trade["lines"] == [
        {"item_id": "laptop_hp_15", "item_name": "HP 15 Laptop", "quantity": 50, "unit_price": 523.5, "total": 26175.0}
    ]
    assert (trade["total"], trade["currency"], trade["terms"]) == (26175.0, "USD", {})
    assert (trade["seller"]["name"], trade["seller"]["legal_name"]) == ("Acme", "Acme AG")
    assert trade["buyer"]["contact"] == "buy@techcorp.example"
    assert show(acme, number).json() == {**trade, "your_party": "seller"}


def test_trade_is_not_there_for_anybody_else(number, bolt, watcher, outsiders):
    strangers = [bolt, watcher, *outsiders.values()]

    assert [show(caller, number).status_code for caller in strangers] == [404] * 4
    assert [confirm(caller, number).status_code for caller in strangers] == [404] * 4
    assert [cancel(caller, number).status_code for caller in strangers] == [404] * 4
    assert [caller.get("/trade-desk/trades").json()["total"] for caller in strangers] == [0] * 4


def test_wrong_key_is_refused(number, anonymous):
    calls = (show(anonymous, number), confirm(anonymous, number), cancel(anonymous, number))

    assert [call.status_code for call in calls] == [401] * 3


@pytest.mark.parametrize("number", ["P-2026-999999", "x", "P-2026-1%00", "..%2F"])
def test_number_that_is_none_is_not_found(operator, number):
    response = show(operator, number)

    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_loser_of_the_room_learns_nothing_of_the_parties(number, bolt, room_id):
    told = bolt.get(f"/negotiation/{room_id}/state").content + bolt.get("/trade-desk/negotiations").content

    secrets = ("Acme", "TechCorp GmbH", "techcorp.example", "523.5")
    assert [secret for secret in secrets if secret in told.decode()] == []


def test_contacts_are_told_only_with_a_deal(midway, buyer, acme):
    told = "".join(
        caller.get(path).content.decode()
        for caller in (buyer, acme)
        for path in (f"/negotiation/{midway}/state", f"/logs/{midway}/{midway}", "/trade-desk/negotiations")
    )

    assert [secret for secret in ("Acme AG", "acme.example", "GmbH", "techcorp.example") if secret in told] == []


def test_trades_are_listed_newest_first_by_state_and_in_parts(number, operator, buyer):
    assert cancel(buyer, number).status_code == 200

    everything = operator.get("/trade-desk/trades").json()
    assert (everything["total"], [t["trade_number"] for t in everything["trades"]]) == (1, [number])
    assert operator.get("/trade-desk/trades", state="agreed").json()["total"] == 0
    assert operator.get("/trade-desk/trades", state="cancelled").json()["total"] == 1
    part = operator.get("/trade-desk/trades", offset=1, limit=1).json()
    assert (part["total"], part["limit"], part["offset"], part["trades"]) == (1, 1, 1, [])


@pytest.mark.parametrize("query", [{"state": "lost"}, {"limit": 0}, {"limit": 101}, {"offset": -1}])
def test_malformed_query_is_refused(operator, query):
    assert operator.get("/trade-desk/trades", **query).status_code == 400


def test_both_sides_confirm(number, buyer, acme):
    first, second = confirm(buyer, number).json(), confirm(acme, number).json()

    assert (first["state"], first["seller"]["confirmed_at"]) == ("agreed", None)
    assert (second["state"], second["buyer"]["confirmed_at"]) == ("confirmed", first["buyer"]["confirmed_at"])


def test_to_confirm_again_is_answered_alike(number, buyer):
    assert confirm(buyer, number).json() == confirm(buyer, number).json()


def test_operator_confirms_for_the_side_it_names(number, operator):
    unnamed = confirm(operator, number)
    named = confirm(operator, number, party="seller")

    assert (unnamed.status_code, unnamed.json()["error"]["details"][0]["field"]) == (400, "party")
    assert named.json()["seller"]["confirmed_at"] is not None
    assert named.json()["buyer"]["confirmed_at"] is None


def test_side_cannot_confirm_for_the_other(number, buyer):
    assert confirm(buyer, number, party="seller").status_code == 403
    assert confirm(buyer, number, party="nobody").status_code == 400
    assert Trade.objects.get().seller_confirmed_at is None


def test_either_side_cancels_with_a_reason_and_the_units_are_free(number, acme):
    trade = cancel(acme, number, " Sold\nout ").json()

    assert (trade["state"], trade["cancelled"]["by"], trade["cancelled"]["reason"]) == (
        "cancelled",
        "seller",
        "Sold\nout",
    )
    assert not SellerInventory.objects.filter(quantity_reserved__gt=0).exists()


def test_what_was_cancelled_cannot_be_cancelled_or_confirmed(number, acme, buyer):
    cancel(acme, number)

    for again in (cancel(buyer, number), confirm(buyer, number)):
        assert (again.status_code, again.json()["error"]["code"]) == (409, "ALREADY_DECIDED")


def test_confirmed_trade_is_cancelled_by_operators_alone(number, acme, buyer, operator):
    confirm(buyer, number)
    confirm(acme, number)

    assert cancel(buyer, number).status_code == 409
    assert cancel(operator, number).json()["cancelled"]["by"] == "operator"


def test_repeat_with_the_same_idempotency_key_cancels_once(number, acme):
    path, body = f"/trade-desk/trades/{number}/cancel", {"reason": "Sold out"}

    answers = [acme.post(path, body, Idempotency_Key="once") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\x00b", None, 7])
def test_malformed_reason_is_refused(number, acme, reason):
    response = cancel(acme, number, reason)

    assert (response.status_code, response.json()["error"]["details"][0]["field"]) == (400, "reason")
    assert Trade.objects.get().state == "agreed"


def test_auditor_and_key_to_read_change_nothing(number, api_for, session):
    reader = Api(create_api_key("r", Role.BUYER, UUID(session["buyer_id"]), scope=Scope.READ)[1])

    for caller in (api_for(Role.AUDITOR), reader):
        assert show(caller, number).status_code == 200
        assert (confirm(caller, number).status_code, cancel(caller, number).status_code) == (403, 403)
