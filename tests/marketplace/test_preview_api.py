"""The curve of a seat over HTTP: who may ask for it, what comes back, and what is refused."""

import pytest

from marketplace.models import Role
from tests import bodies

pytestmark = pytest.mark.django_db

URL = "/preview/curve"
BUYER = {"min_price_per_unit": 0, "max_price_per_unit": 600}
SELLER = {"least_price": 400, "selling_price": 650}


def refused_fields(caller, **body):
    response = caller.post(URL, body)
    assert response.status_code == 400, response.content
    return [problem["field"] for problem in response.json()["error"]["details"]]


def test_curve_has_a_step_for_each_round_and_how_it_ends(operator):
    told = operator.post(URL, {"buyer": BUYER, "rivals": 2, "max_rounds": 6}).json()

    assert told["party"] == "buyer"
    assert [step["round"] for step in told["steps"]] == [1, 2, 3, 4, 5, 6][: len(told["steps"])]
    assert told["steps"][0]["other"] == 720
    assert set(told["steps"][0]["offered"]) == {"middle", "low", "high"}
    assert told["deals"] == 1
    assert told["price"]["low"] <= told["price"]["middle"] <= told["price"]["high"] <= 600
    assert told["round"] == len(told["steps"])


def test_curve_without_a_deal_says_so(operator):
    told = operator.post(URL, {"seller": SELLER, "others": "stay"}).json()

    assert (told["party"], told["deals"], told["price"], told["round"]) == ("seller", 0, None, None)
    assert len(told["steps"]) == 10


def test_tougher_seller_has_another_curve(operator):
    fair, tough = (
        operator.post(URL, {"seller": {**SELLER, "toughness": toughness}, "others": "stay"}).json()["steps"][-1]
        for toughness in ("fair", "tough")
    )

    assert tough["offered"]["middle"] > fair["offered"]["middle"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"buyer": {**BUYER, "policy": "angry"}}, "buyer.policy"),
        ({"buyer": {**BUYER, "temperament": ""}}, "buyer.temperament"),
        ({"buyer": {**BUYER, "min_price_per_unit": 600}}, "buyer.max_price_per_unit"),
        ({"buyer": {"max_price_per_unit": 0}}, "buyer.max_price_per_unit"),
        ({"buyer": {"max_price_per_unit": "600"}}, "buyer.max_price_per_unit"),
        ({"buyer": {**BUYER, "toughness": "fair"}}, "buyer.toughness"),
        ({"seller": {**SELLER, "toughness": "mean"}}, "seller.toughness"),
        ({"seller": {**SELLER, "priority": "fame"}}, "seller.priority"),
        ({"seller": {"least_price": 650, "selling_price": 650}}, "seller.selling_price"),
        ({"seller": {"selling_price": 650}}, "seller.least_price"),
        ({"buyer": BUYER, "others": "shout"}, "others"),
        ({"buyer": BUYER, "rivals": 5}, "rivals"),
        ({"buyer": BUYER, "rivals": -1}, "rivals"),
        ({"buyer": BUYER, "max_rounds": 0}, "max_rounds"),
        ({"buyer": BUYER, "max_rounds": 101}, "max_rounds"),
        ({"buyer": BUYER, "seed": 1}, "seed"),
        ({"buyer": BUYER, "seller": SELLER}, "body"),
        ({}, "body"),
    ],
)
def test_what_makes_no_sense_is_named_by_its_path(operator, body, field):
    assert refused_fields(operator, **body) == [field]


@pytest.mark.parametrize(("seat", "side"), [("buyer", BUYER), ("seller", SELLER)])
def test_party_sees_the_curve_of_a_seat_like_its_own_alone(api_for, session, seller_ids, seat, side):
    callers = {"buyer": api_for(Role.BUYER, session["buyer_id"]), "seller": api_for(Role.SELLER, seller_ids["Acme"])}

    statuses = {role: caller.post(URL, {seat: side}).status_code for role, caller in callers.items()}

    assert statuses == {"buyer": 403, "seller": 403, seat: 200}


def test_nobody_else_may_ask(anonymous, watcher, api_for):
    asked = [caller.post(URL, {"buyer": BUYER}).status_code for caller in (anonymous, watcher, api_for(Role.AUDITOR))]

    assert asked == [401, 403, 403]


def test_curve_knows_nothing_of_any_session(operator, open_session):
    before = operator.post(URL, {"buyer": BUYER}).json()

    open_session(sellers=bodies.two_sellers())

    assert operator.post(URL, {"buyer": BUYER}).json() == before
