import pytest

from marketplace.models import Role, Seller
from negotiation.models import NegotiationRun
from negotiation.trade_models import MatchToken
from tests import bodies
from tests.bodies import ACME_SECRETS, BOLT_SECRETS

pytestmark = pytest.mark.django_db

SECRETS = (*ACME_SECRETS, *BOLT_SECRETS, "Acme", "Bolt", "640", "650", "quantity_available")


@pytest.fixture
def session(open_session):
    acme, bolt = bodies.two_sellers()
    acme |= {"region": "Bavaria", "legal_name": "Acme AG", "contact": "sales@acme.example"}
    return open_session(sellers=[acme, bolt])


@pytest.fixture
def ask(session, buyer):
    """Asks for the matches of the session's item, with these changes."""

    def get(caller=buyer, **changes):
        query = {"session_id": session["session_id"], "item_id": "laptop_hp_15", **changes}
        return caller.get("/trade-desk/matches", **query)

    return get


@pytest.fixture
def token(ask):
    """Of the match with Acme."""
    return next(match["match_token"] for match in ask().json()["matches"] if match["region"] == "Bavaria")


def start(caller, **body):
    return caller.post("/trade-desk/negotiations/start", body)


def test_matches_tell_what_is_public_and_nobodys_name(ask):
    response = ask()

    body = response.json()
    assert response.status_code == 200
    assert (body["item_id"], body["item_name"], body["quantity_needed"]) == ("laptop_hp_15", "HP 15 Laptop", 50)
    assert {match["region"] for match in body["matches"]} == {"Bavaria", None}
    assert {match["quantity_band"] for match in body["matches"]} == {"100-499"}
    assert set(body["matches"][0]) == {"match_token", "quantity_band", "region", "terms"}
    assert body["expires_at"].endswith("+00:00")
    assert [secret for secret in SECRETS if secret in response.content.decode()] == []


@pytest.mark.parametrize("query", [{"session_id": "x"}, {"item_id": ""}, {"item_id": "a\0b"}, {"item_id": "x" * 51}])
def test_malformed_query_is_refused(ask, query):
    response = ask(**query)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


def test_missing_query_is_refused(buyer):
    response = buyer.get("/trade-desk/matches")

    assert {problem["field"] for problem in response.json()["error"]["details"]} == {"session_id", "item_id"}


def test_item_that_is_not_there_is_not_found(ask):
    response = ask(item_id="moon")

    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_wrong_key_is_refused(ask, anonymous):
    assert ask(anonymous).status_code == 401
    assert start(anonymous, match_token="x", seat="agent").status_code == 401


def test_session_of_others_is_not_found(ask, acme, watcher, outsiders):
    for stranger in (acme, watcher, outsiders["buyer"]):
        assert ask(stranger).json()["error"]["code"] == "SESSION_NOT_FOUND"


def test_auditor_reads_the_list_without_tokens(ask, api_for):
    body = ask(api_for(Role.AUDITOR)).json()

    assert ([match["match_token"] for match in body["matches"]], body["expires_at"]) == ([None, None], None)


def test_start_answers_with_the_negotiation_and_the_sellers_name(buyer, token):
    response = start(buyer, match_token=token, seat="program", message="Hello")

    body = response.json()
    assert response.status_code == 201, body
    assert (body["your_party"], body["item_id"], body["max_rounds"]) == ("buyer", "laptop_hp_15", 20)
    assert body["counterparty"] == {"name": "Acme", "legal_name": None, "contact": None}
    assert body["holders"] == {"buyer": "program", "seller": "strategy"} or body["holders"]["buyer"] == "program"
    assert buyer.get(f"/trade-desk/negotiations/{body['negotiation_id']}").status_code == 200


def test_seller_finds_the_negotiation_and_the_buyers_name(buyer, token, acme):
    code = start(buyer, match_token=token, seat="program").json()["negotiation_id"]

    seen = acme.get(f"/trade-desk/negotiations/{code}").json()

    assert (seen["your_party"], seen["counterparty"]["name"]) == ("seller", "TechCorp")


def test_operator_starts_for_the_buyer_and_seats_whom_it_likes(operator, ask):
    token = ask(operator).json()["matches"][0]["match_token"]

    response = start(operator, match_token=token, seat="person")

    assert (response.status_code, response.json()["your_party"]) == (201, "buyer")
    assert response.json()["holders"]["buyer"] == "person"


def test_used_token_is_a_conflict(buyer, token):
    start(buyer, match_token=token, seat="agent")

    response = start(buyer, match_token=token, seat="agent")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "NEGOTIATION_ALREADY_ACTIVE")
    assert NegotiationRun.objects.filter(is_bilateral=True).count() == 1


def test_repeat_with_the_same_idempotency_key_gets_the_same_negotiation(buyer, token):
    body = {"match_token": token, "seat": "agent"}

    answers = [buyer.post("/trade-desk/negotiations/start", body, Idempotency_Key="once") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


def test_foreign_token_is_not_found_and_stays_good(buyer, operator, token):
    response = start(operator, match_token=token, seat="agent")

    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert start(buyer, match_token=token, seat="agent").status_code == 201


def test_seller_and_watcher_start_nothing(acme, watcher, token):
    assert [start(caller, match_token=token, seat="agent").status_code for caller in (acme, watcher)] == [403, 403]


def test_match_that_cannot_serve_any_more_is_told_so(buyer, token):
    Seller.objects.update(is_active=False)

    response = start(buyer, match_token=token, seat="agent")

    assert (response.status_code, response.json()["error"]["code"]) == (422, "INSUFFICIENT_INVENTORY")
    assert MatchToken.objects.filter(used_at__isnull=True).count() == 2


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("match_token", {"match_token": ""}),
        ("match_token", {"match_token": "x" * 101}),
        ("match_token", {"match_token": 7}),
        ("seat", {"seat": "robot"}),
        ("seat", {"seat": "person"}),
        ("message", {"message": "x" * 1001}),
        ("message", {"message": "a\x00b"}),
    ],
)
def test_malformed_start_is_refused_and_leaves_the_token(buyer, token, field, change):
    response = start(buyer, **{"match_token": token, "seat": "program", **change})

    error = response.json()["error"]
    assert (response.status_code, [problem["field"] for problem in error["details"]]) == (400, [field])
    assert not MatchToken.objects.filter(used_at__isnull=False).exists()


def test_seat_must_be_named(buyer, token):
    response = start(buyer, match_token=token)

    assert [problem["field"] for problem in response.json()["error"]["details"]] == ["seat"]
