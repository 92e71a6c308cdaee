"""Packages at the trade desk: made, told and taken over the API."""

import pytest

from negotiation.models import Participant
from negotiation.trade_models import Trade
from tests import bodies

pytestmark = pytest.mark.django_db

NEGOTIATIONS = "/trade-desk/negotiations"
RANGES = {"delivery_days": [3, 21], "spare_parts": [0, 9]}
BUYERS = {"price": 0.83, "delivery_days": -0.17}
SELLERS = {"price": 0.79, "delivery_days": 0.21}
SOONER = {"price": 612, "terms": {"delivery_days": 3}}
LATER = {"price": 598.5, "terms": {"delivery_days": 14}}
OFFER = {"price": 605, "quantity": 50, "terms": {"delivery_days": 7}, "packages": [SOONER, LATER]}


@pytest.fixture
def session(open_session):
    """A person buys from a program; both care for the days of delivery."""
    item = bodies.item(allowed_terms=RANGES, term_weights=BUYERS, max_price_per_unit=700)
    stock = bodies.stock(allowed_terms=RANGES, term_weights=SELLERS)
    sellers = [bodies.seller("Acme", stock, mind="external")]
    return open_session(buyer=bodies.buyer(item, mind="human"), sellers=sellers, max_rounds=9)


@pytest.fixture
def thread(started, play):
    play(started)
    return str(Participant.objects.get().code)


@pytest.fixture
def acts(operator, thread):
    """Makes a move for a side, which must be taken unless another answer is named."""

    def act(party, move, body, status=200):
        response = operator.post(f"{NEGOTIATIONS}/{thread}/{move}", {**body, "party": party})
        assert response.status_code == status, response.content
        return response.json()

    return act


@pytest.fixture
def offered(acts):
    """The buyer has bid, and Acme's offer leaves three things to choose from."""
    acts("buyer", "offer", {"price": 500, "quantity": 50, "terms": {"delivery_days": 3}})
    return acts("seller", "offer", OFFER)


def test_offer_is_told_with_its_packages_in_their_order(offered, operator, thread):
    offer = operator.get(f"{NEGOTIATIONS}/{thread}", party="buyer").json()["live_offer"]

    assert (offer["price"], offer["terms"]) == (605.0, {"delivery_days": 7})
    assert offer["packages"] == [
        {"price": 612.0, "quantity": 50, "total": 30600.0, "terms": {"delivery_days": 3}},
        {"price": 598.5, "quantity": 50, "total": 29925.0, "terms": {"delivery_days": 14}},
    ]


@pytest.mark.parametrize(("package", "price", "days"), [(0, 605.0, 7), (1, 612.0, 3), (2, 598.5, 14)])
def test_what_is_taken_is_the_deal(acts, offered, package, price, days):
    told = acts("buyer", "accept", {"package": package})

    outcome, accepted = told["outcome"], told["offers"][-1]
    assert (outcome["price"], outcome["terms"]) == (price, {"delivery_days": days})
    assert (accepted["price"], accepted["terms"], accepted["packages"]) == (price, {"delivery_days": days}, [])
    assert Trade.objects.get().terms == {"delivery_days": days}


def test_package_of_a_bid_binds_the_seller_that_takes_it(acts, operator, thread):
    bid = {"price": 500, "quantity": 50, "terms": {"delivery_days": 3}, "packages": [{"price": 515, "terms": {}}]}
    acts("buyer", "offer", {**bid, "packages": [{"price": 515, "terms": {"delivery_days": 14}}]})

    told = acts("seller", "accept", {"package": 1})

    assert (told["outcome"]["price"], told["outcome"]["terms"]) == (515.0, {"delivery_days": 14})


def test_package_that_is_not_there_changes_nothing(acts, offered):
    acts("buyer", "reject", {"counter_offer": {"price": 510, "quantity": 50}})

    error = acts("seller", "accept", {"package": 2}, status=409)["error"]

    assert (error["code"], "has no package 2" in error["message"]) == ("OFFER_NOT_LIVE", True)


@pytest.mark.parametrize(
    ("packages", "status", "words"),
    [
        ([SOONER, LATER, {"price": 600, "terms": {}}], 400, "packages"),
        ([{"price": 0, "terms": {}}], 400, "packages[0].price"),
        ([{"price": 600}, {"terms": {}}], 400, "packages[1].price"),
        ([{"price": 600, "terms": {"delivery_days": 7}}], 422, "differ in their further terms"),
    ],
)
def test_packages_that_cannot_be_are_refused_with_the_reason(acts, packages, status, words):
    acts("buyer", "offer", {"price": 500, "quantity": 50, "terms": {"delivery_days": 3}})

    error = acts("seller", "offer", {**OFFER, "packages": packages}, status=status)["error"]

    assert words in str(error)


def test_term_beyond_the_own_limits_is_named(acts):
    acts("buyer", "offer", {"price": 500, "quantity": 50})

    error = acts("seller", "offer", {**OFFER, "terms": {"delivery_days": 40}}, status=422)["error"]

    assert [detail["field"] for detail in error["details"]] == ["terms.delivery_days"]


def test_package_beyond_the_own_limits_takes_an_express_word(acts):
    acts("buyer", "offer", {"price": 500, "quantity": 50})
    cheap = {**OFFER, "packages": [{"price": 400, "terms": {"delivery_days": 3}}]}

    error = acts("seller", "offer", cheap, status=422)["error"]
    told = acts("seller", "offer", {**cheap, "overrule": True})

    assert (error["details"][0]["field"], error["details"][0]["can_overrule"]) == ("price", True)
    assert told["own_offer"]["packages"][0]["price"] == 400.0


def test_side_is_told_the_worth_of_its_own_terms_and_nobody_elses(operator, thread):
    buyer, seller, neither = (
        operator.get(f"{NEGOTIATIONS}/{thread}", **asked).json()
        for asked in ({"party": "buyer"}, {"party": "seller"}, {})
    )

    assert buyer["agenda"] == seller["agenda"] == ["delivery_days", "spare_parts"]
    assert (
        buyer["your_limits"]["term_worth"]["delivery_days"] < 0 < seller["your_limits"]["term_worth"]["delivery_days"]
    )
    assert neither["your_limits"] is None


def test_log_carries_terms_and_packages(acts, offered, operator, session, started):
    acts("buyer", "accept", {"package": 1})

    log = operator.get(f"/logs/{session['session_id']}/{started}").json()

    rows = log["offers_over_time"]
    assert [row.get("terms") for row in rows] == [{"delivery_days": 3}, {"delivery_days": 7}]
    assert [package["price"] for package in rows[1]["packages"]] == [612.0, 598.5]
    assert log["decision"]["terms"] == {"delivery_days": 3}
