from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User

from marketplace.identity import create_api_key
from marketplace.models import IdempotentReply, PartyAccess, Role, Scope
from negotiation import targets
from negotiation.notification_models import Kind, NotificationTarget
from tests.bodies import NO_ID
from tests.conftest import Api
from tests.security.callers import visitor
from tests.told import a_target

pytestmark = pytest.mark.django_db

PATH = "/notification-targets"
MAIL = {"channel": "email", "address": "desk@example.com"}
HOOK = {"channel": "webhook", "address": "https://93.184.215.14/hook"}


def added(caller, **changes):
    response = caller.post(PATH, {**MAIL, **changes}, Idempotency_Key=str(uuid4()))
    assert response.status_code == 201, response.content
    return response.json()


def error_of(response):
    return response.status_code, response.json()["error"]["code"]


def problem_of(response):
    assert error_of(response) == (400, "VALIDATION_ERROR")
    (problem,) = response.json()["error"]["details"]
    return problem["field"], problem["reason"]


def test_seller_adds_an_address_of_its_own(acme, seller_ids):
    made = added(acme, kinds=["deal", "new_offer"])

    target = NotificationTarget.objects.get()
    assert UUID(made["target_id"]) == target.code
    assert (made["side"], made["party"], made["address"]) == ("seller", seller_ids["Acme"], "desk@example.com")
    assert made["kinds"] == ["new_offer", "deal"]
    assert (made["is_active"], made["last_error"], made["secret"]) == (True, "", None)
    assert target.made_by.startswith("key/")


def test_all_kinds_are_told_where_none_is_named(buyer):
    assert added(buyer)["kinds"] == list(Kind)


def test_operators_target_is_no_partys(operator):
    made = added(operator)

    assert (made["side"], made["party"]) == ("operator", None)


def test_secret_of_a_webhook_is_told_once(acme):
    secret = added(acme, **HOOK)["secret"]

    assert len(secret) >= 40
    assert NotificationTarget.objects.get().secret == secret
    assert secret not in acme.get(PATH).content.decode()


def test_secrets_differ(acme):
    assert added(acme, **HOOK)["secret"] != added(acme, **HOOK)["secret"]


def test_party_lists_its_own_newest_first(acme, bolt, buyer):
    ours = [added(acme)["target_id"] for _ in range(2)]
    added(bolt)
    added(buyer)

    told = acme.get(PATH).json()

    assert (told["total"], [target["target_id"] for target in told["targets"]]) == (2, ours[::-1])


def test_list_comes_in_pages(acme):
    first, second = (added(acme)["target_id"] for _ in range(2))

    told = acme.get(PATH, limit=1, offset=1).json()

    assert (told["total"], [target["target_id"] for target in told["targets"]]) == (2, [first])
    assert first != second


def test_operators_and_auditors_see_all(acme, operator, api_for):
    added(acme)
    added(operator)

    assert {caller.get(PATH).json()["total"] for caller in (operator, api_for(Role.AUDITOR))} == {2}


def test_target_that_was_taken_away_is_gone(acme):
    code = added(acme)["target_id"]

    response = acme.delete(f"{PATH}/{code}")

    assert (response.status_code, response.json()) == (200, {"deleted": True, "target_id": code})
    assert NotificationTarget.objects.count() == 0
    assert error_of(acme.delete(f"{PATH}/{code}")) == (404, "NOT_FOUND")


@pytest.mark.parametrize("who", ["bolt", "buyer"])
def test_others_target_is_not_there(who, acme, request):
    code = added(acme)["target_id"]

    assert error_of(request.getfixturevalue(who).delete(f"{PATH}/{code}")) == (404, "NOT_FOUND")
    assert NotificationTarget.objects.count() == 1


def test_operator_may_take_anybodys_away(acme, operator):
    assert operator.delete(f"{PATH}/{added(acme)['target_id']}").status_code == 200


@pytest.mark.parametrize("code", [NO_ID, "nonsense"])
def test_unknown_target_is_not_found(operator, code):
    assert error_of(operator.delete(f"{PATH}/{code}")) == (404, "NOT_FOUND")


def test_stranger_is_turned_away(anonymous):
    assert error_of(anonymous.get(PATH)) == (401, "AUTHENTICATION_REQUIRED")
    assert error_of(anonymous.post(PATH, MAIL)) == (401, "AUTHENTICATION_REQUIRED")


def test_watcher_is_told_nothing(watcher):
    assert error_of(watcher.get(PATH)) == (403, "FORBIDDEN")
    assert error_of(watcher.post(PATH, MAIL)) == (403, "FORBIDDEN")
    assert error_of(watcher.delete(f"{PATH}/{uuid4()}")) == (403, "FORBIDDEN")


def test_auditor_and_key_to_read_add_nothing(api_for):
    reader = Api(create_api_key("dashboard", Role.OPERATOR, scope=Scope.READ)[1])

    for caller in (api_for(Role.AUDITOR), reader):
        assert error_of(caller.post(PATH, MAIL)) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    "address",
    ["", "desk", "desk@", "a@b.example\nBcc: c@d.example", "Desk <desk@example.com>", "a@b.example, c@d.example", "@"],
)
def test_what_is_no_mail_address_is_refused(acme, address):
    assert problem_of(acme.post(PATH, {**MAIL, "address": address}))[0] == "address"


@pytest.mark.parametrize(
    "address",
    [
        *("http://127.0.0.1/", "http://localhost:8000/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/"),
        *("http://10.0.0.5/", "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0177.1/"),
        *("https://user:word@93.184.215.14/", "http://93.184.215.14:22/", "ftp://93.184.215.14/", "hook", "http://"),
        *("http://nothing.invalid/", "http://①②⑦.⓪.⓪.①/"),
    ],
)
def test_webhook_to_a_private_or_odd_address_is_refused(acme, address):
    assert problem_of(acme.post(PATH, {**HOOK, "address": address}))[0] == "address"
    assert NotificationTarget.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["gossip"]}, "kinds[0]"),
        ({"address": 7}, "address"),
        ({"address": "x" * 501}, "address"),
        ({"party": "me"}, "party"),
    ],
)
def test_malformed_target_is_refused_with_its_field(acme, change, field):
    assert problem_of(acme.post(PATH, {**MAIL, **change}))[0] == field


def test_party_has_no_more_than_ten(acme, bolt):
    for _ in range(targets.MOST_TARGETS):
        added(acme)

    assert problem_of(acme.post(PATH, MAIL)) == ("address", "would be one more than 10")
    assert added(bolt)


def test_nobody_is_told_in_anothers_name(acme, operator, seller_ids):
    for caller in (acme, operator):
        assert problem_of(caller.post(PATH, {**MAIL, "party": seller_ids["Bolt"]}))[0] == "party"


def test_account_of_two_parties_says_for_which_of_them(client, seller_ids):
    user = User.objects.create_user("agent")
    for code in seller_ids.values():
        PartyAccess.objects.create(user=user, role=Role.SELLER, party=code)
    client.force_login(user)

    unsaid = client.post(f"/api/v1{PATH}", MAIL, "application/json")
    said = client.post(f"/api/v1{PATH}", {**MAIL, "party": seller_ids["Bolt"]}, "application/json")

    assert problem_of(unsaid)[0] == "party"
    assert said.json()["party"] == seller_ids["Bolt"]


def test_visitor_by_link_chooses_too(seller_ids):
    browser = visitor(Role.SELLER, seller_ids["Acme"])

    assert browser.post(f"/api/v1{PATH}", MAIL, "application/json").json()["party"] == seller_ids["Acme"]


def test_repeated_request_makes_one_target_and_tells_no_secret_again(acme):
    first, second = (acme.post(PATH, HOOK, Idempotency_Key="once").json() for _ in range(2))

    assert first["secret"]
    assert second == {**first, "secret": None}
    assert NotificationTarget.objects.count() == 1


def test_address_is_looked_up_before_anything_is_written(acme, monkeypatch):
    written = []

    def look_up(channel, address):
        written.append(IdempotentReply.objects.exists())
        return ""

    monkeypatch.setattr("negotiation.notifications_api.address_problem", look_up)

    added(acme, **HOOK)

    assert written == [False]


def test_trail_tells_who_made_and_deleted_a_target(acme, caplog):
    with caplog.at_level("INFO", logger="audit"):
        made = added(acme, **HOOK)
        acme.delete(f"{PATH}/{made['target_id']}")

    assert [record.getMessage().split(" target=")[0].split(" ", 1)[1] for record in caplog.records] == [
        "made notification target",
        "deleted notification target",
    ]
    assert made["secret"] not in caplog.text
    assert HOOK["address"] not in caplog.text


def test_target_of_a_deleted_party_stays_hidden_from_the_other_side(buyer, session):
    a_target("seller", session["buyer_id"])

    assert buyer.get(PATH).json()["total"] == 0
