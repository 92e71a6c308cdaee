import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.term_ranges import ranges_problem
from marketplace.term_weights import weights_in, weights_problem, weights_text, weights_words
from negotiation.models import Participant
from tests import bodies

URL = "/simulation/initialize"
RANGES = {"delivery_days": [0, 14], "warranty_months": [12, 24]}
WEIGHTS = {"price": 0.6, "delivery_days": -0.3, "warranty_months": 0.1}


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({"price": 0.7, "delivery_days": -0.2}, "weights must add up to 1, these add up to 0.9"),
        ({"price": 0.7, "delivery_days": -0.302}, "weights must add up to 1, these add up to 1.002"),
        ({"price": 0.7, "payment_days": 0.3}, "payment_days is not among allowed_terms"),
        ({"delivery_days": -1}, "price must be among them, with a weight of at least 0.01"),
        ({"price": 0, "delivery_days": -1}, "price must be among them, with a weight of at least 0.01"),
        ({"price": 1e-9, "delivery_days": -0.999999999}, "price must be among them, with a weight of at least 0.01"),
        ({"price": 0.0099, "delivery_days": -0.9901}, "price must be among them, with a weight of at least 0.01"),
        ({"price": -0.7, "delivery_days": 0.3}, "price must be among them, with a weight of at least 0.01"),
    ],
)
def test_weights_that_cannot_be_are_refused_with_the_field_and_the_rule(operator, weights, words):
    body = bodies.session(buyer=bodies.buyer(bodies.item(allowed_terms=RANGES, term_weights=weights)))

    error = operator.post(URL, body).json()["error"]

    assert error["code"] == "VALIDATION_ERROR"
    assert error["details"] == [{"field": "buyer.shopping_list[0].term_weights", "reason": words}]


@pytest.mark.parametrize("value", ['{"price": NaN}', '{"price": "1"}', '{"price": true}', "[1]", '"price"', "1e400"])
def test_weights_are_an_object_of_finite_numbers(operator, value):
    session = bodies.session(sellers=[bodies.seller("Acme", bodies.stock(term_weights={}))])
    body = bodies.raw(session, "sellers[0].inventory[0].term_weights", value)

    response = operator.post_raw(URL, body)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "VALIDATION_ERROR"


def test_weights_of_both_sides_come_to_the_room(operator):
    stock = bodies.stock(allowed_terms=RANGES, term_weights={"price": 0.9995, "warranty_months": 0})
    item = bodies.item(allowed_terms=RANGES, term_weights=WEIGHTS)

    answer = operator.post(URL, bodies.session(buyer=bodies.buyer(item), sellers=[bodies.seller("Acme", stock)]))

    participant = Participant.objects.select_related("run__item").get()
    assert answer.status_code == 200
    assert participant.term_weights == {"price": 0.9995, "warranty_months": 0}
    assert participant.run.item.term_weights == WEIGHTS


def test_answer_to_who_sets_it_up_repeats_no_weight(operator):
    item = bodies.item(allowed_terms=RANGES, term_weights={"price": 0.6543, "delivery_days": -0.3457})

    answer = operator.post(URL, bodies.session(buyer=bodies.buyer(item)))

    assert "0.3457" not in answer.content.decode()


@pytest.mark.parametrize("name", ["price", "quantity"])
def test_what_every_offer_has_is_no_further_term(name):
    assert ranges_problem({name: [1, 2]}) == f"{name} is part of every offer and no further term"


def test_weight_of_a_term_with_one_value_is_refused():
    assert "may take one value only" in weights_problem({"price": 0.5, "x": 0.5}, {"x": [3, 3]})


def test_price_may_weigh_as_little_as_a_hundredth():
    assert weights_problem({"price": 0.01, "x": -0.99}, {"x": [0, 3]}) == ""


def test_what_the_terms_leave_is_the_prices():
    assert weights_in("delivery days -30 %; warranty_months: 10%") == WEIGHTS


def test_weights_are_told_in_words_without_those_of_no_weight():
    assert weights_words({"x": 0.0, "price": 0.75, "delivery_days": -0.25}) == (
        "price 75 %, delivery days 25 % (less is better)"
    )


@given(
    st.dictionaries(
        st.sampled_from(["delivery_days", "payment_days", "warranty_months"]), st.integers(-330, 330), max_size=3
    )
)
def test_weights_are_read_as_they_are_written(tenths):
    terms = {name: weight / 1000 for name, weight in tenths.items()}
    weights = {"price": round(1 - sum(map(abs, terms.values())), 3), **terms}

    assert weights_in(weights_text(weights)) == weights
    assert weights_problem(weights, {name: [0, 1] for name in terms}) == ""
