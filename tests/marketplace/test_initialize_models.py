"""What a session says of its models: which, for whom, how freely, and at what cost."""

from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.models import Seller, Session
from negotiation.models import Participant
from tests import bodies

pytestmark = pytest.mark.django_db

URL = "/simulation/initialize"
SEATS = ("buyer", "sellers[0]")


def whole_body():
    """With every optional object there, so that any field in it can be changed."""
    sellers = [bodies.seller("Acme", llm_config={}), bodies.seller("Bolt")]
    return bodies.session(llm_config={"budget": {}}, buyer=bodies.buyer(llm_config={}), sellers=sellers)


def test_budget_of_the_session_is_kept(operator):
    budget = {"calls": 100, "tokens": 20_000, "cost": 1.25, "seconds": 90.5}

    assert operator.post(URL, bodies.session(llm_config={"budget": budget})).status_code == 200

    stored = Session.objects.get()
    assert (stored.budget_calls, stored.budget_tokens) == (100, 20_000)
    assert (stored.budget_cost, stored.budget_seconds) == (Decimal("1.25"), 90.5)


@pytest.mark.parametrize("llm_config", [{}, {"budget": {}}, {"budget": {"calls": None, "cost": None}}])
def test_session_may_leave_its_budget_to_the_installation(operator, llm_config):
    assert operator.post(URL, bodies.session(llm_config=llm_config)).status_code == 200

    stored = Session.objects.get()
    limits = (stored.budget_calls, stored.budget_tokens, stored.budget_cost, stored.budget_seconds)
    assert limits == (None, None, None, None)


def test_budget_may_be_nothing_at_all(operator):
    operator.post(URL, bodies.session(llm_config={"budget": {"calls": 0, "cost": 0}}))

    assert (Session.objects.get().budget_calls, Session.objects.get().budget_cost) == (0, 0)


def test_each_seat_may_have_a_model_and_a_temperature_of_its_own(operator):
    sellers = [
        bodies.seller("Acme", llm_config={"model": "large", "temperature": 0}),
        bodies.seller("Bolt", llm_config={"model": "tiny"}),
        bodies.seller("Cedar"),
    ]

    operator.post(URL, bodies.session(buyer=bodies.buyer(llm_config={"temperature": 1.5}), sellers=sellers))

    session = Session.objects.get()
    assert (session.buyer_llm_model, session.buyer_llm_temperature) == ("", 1.5)
    expected = [("Acme", "large", 0.0), ("Bolt", "tiny", None), ("Cedar", "", None)]
    assert list(Seller.objects.order_by("name").values_list("name", "llm_model", "llm_temperature")) == expected
    assert list(Participant.objects.order_by("name").values_list("name", "llm_model", "llm_temperature")) == expected


@pytest.mark.parametrize("place", ["minds", "seats"])
def test_seats_may_choose_for_themselves(operator, place):
    if place == "minds":
        body = bodies.session(minds={"buyer": "llm", "sellers": "llm"})
    else:
        body = bodies.session(buyer=bodies.buyer(mind="llm"), sellers=[bodies.seller("Acme", mind="llm")])

    assert operator.post(URL, body).status_code == 200

    assert Session.objects.get().buyer_mind == "llm"
    assert set(Participant.objects.values_list("mind", flat=True)) == {"llm"}


def test_mind_of_a_seat_counts_before_that_of_all(operator):
    sellers = [bodies.seller("Acme", mind="strategy"), bodies.seller("Bolt")]

    operator.post(URL, bodies.session(sellers=sellers, minds={"sellers": "llm"}))

    assert list(Seller.objects.order_by("name").values_list("mind", flat=True)) == ["strategy", "llm"]


def test_default_mind_is_the_installations(operator, settings):
    settings.NEGOTIATION = replace(settings.NEGOTIATION, default_mind="llm")

    operator.post(URL, bodies.session())

    assert Session.objects.get().buyer_mind == "llm"
    assert set(Seller.objects.values_list("mind", flat=True)) == {"llm"}


def test_default_temperature_and_length_are_the_installations(operator, settings):
    settings.LLM = replace(settings.LLM, temperature=0.2, max_tokens=123)

    operator.post(URL, bodies.session())

    assert (Session.objects.get().llm_temperature, Session.objects.get().llm_max_tokens) == (0.2, 123)


BAD = (
    *(("llm_config.budget.calls", value) for value in ("-1", "1.5", "true", '"5"', "1000001", f"{2**63}", "1e309")),
    *(("llm_config.budget.tokens", value) for value in ("-1", "0.5", "false", f"{10**12 + 1}")),
    *(("llm_config.budget.cost", value) for value in ("-0.01", "100001", "0.0000001", "1e309", '"1"', "true")),
    *(("llm_config.budget.seconds", value) for value in ("-1", "1e309", "true", '"90"', "10000001")),
    *(
        (f"{seat}.llm_config.temperature", value)
        for seat in ("buyer", "sellers[0]")
        for value in ("-0.1", "2.1", "true", '"1"')
    ),
    *(
        (f"{seat}.llm_config.model", value)
        for seat in ("buyer", "sellers[0]")
        for value in ("5", f'"{"m" * 101}"', '"a\\u0000"')
    ),
)


@pytest.mark.parametrize(("field", "value"), BAD)
def test_value_that_makes_no_sense_is_refused_and_named(operator, field, value):
    response = operator.post_raw(URL, bodies.raw(whole_body(), field, value))

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert [problem["field"] for problem in error["details"]] == [field]
    assert not Session.objects.exists()


@pytest.mark.parametrize("value", [[], "much", 5, True])
@pytest.mark.parametrize("field", ["llm_config.budget", "buyer.llm_config", "sellers[0].llm_config"])
def test_object_of_another_type_is_refused(operator, field, value):
    response = operator.post(URL, bodies.changed(whole_body(), field, value))

    assert response.status_code == 400
    assert [problem["field"] for problem in response.json()["error"]["details"]] == [field]


def test_openrouter_needs_its_switch_and_its_key(operator, settings):
    body = bodies.session(llm_config={"provider": "openrouter"})

    def code(**changes):
        settings.LLM = replace(settings.LLM, openrouter=replace(settings.LLM.openrouter, **changes))
        response = operator.post(URL, body)
        return response.status_code, response.json().get("error", {}).get("code")

    assert code(is_enabled=False, api_key="sk-secret") == (400, "LLM_PROVIDER_DISABLED")
    assert code(is_enabled=True, api_key="") == (400, "LLM_PROVIDER_DISABLED")
    assert code(is_enabled=True, api_key="sk-secret") == (200, None)


def test_installation_whose_provider_is_switched_off_sets_up_no_session(operator, settings):
    settings.LLM = replace(settings.LLM, provider="openrouter")

    assert operator.post(URL, bodies.session()).json()["error"]["code"] == "LLM_PROVIDER_DISABLED"
