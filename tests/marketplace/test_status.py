from dataclasses import replace

import pytest
from django.apps import apps

from llm.lights import ProviderLights
from tests.scripted_provider import AWAY, HERE, ScriptedProvider

pytestmark = pytest.mark.django_db

NAMES = {"lm_studio", "openrouter", "openai_compatible", "builtin"}


@pytest.fixture
def providers(monkeypatch):
    """The providers of the installation by name; all of them are there."""
    scripted = {name: ScriptedProvider(status=HERE) for name in NAMES}
    monkeypatch.setattr(apps.get_app_config("negotiation"), "lights", ProviderLights(scripted.__getitem__))
    return scripted


@pytest.fixture
def model(settings, providers):
    """The provider in use."""
    settings.LLM = replace(settings.LLM, provider="lm_studio", fallback="template")
    return providers["lm_studio"]


def test_installation_with_its_model_is_healthy(anonymous, model):
    answer = anonymous.get("/health").json()

    assert (answer["status"], answer["components"]["llm"]) == ("healthy", "available")


def test_template_words_in_place_of_a_model_are_no_illness(anonymous, model):
    model.status = AWAY

    answer = anonymous.get("/health").json()

    assert (answer["status"], answer["components"]["llm"]) == ("healthy", "template_words")


def test_model_that_is_away_where_nothing_may_stand_in_is_an_illness(anonymous, model, settings):
    model.status = AWAY
    settings.LLM = replace(settings.LLM, fallback="off")

    answer = anonymous.get("/health").json()

    assert (answer["status"], answer["components"]["llm"]) == ("degraded", "unavailable")


def test_health_tells_no_address_and_no_model(anonymous, model):
    text = anonymous.get("/health").content.decode()

    assert ("http" in text, "small" in text) == (False, False)


def test_status_tells_of_every_provider_and_of_the_one_in_use(operator, model, providers):
    providers["openrouter"].status = AWAY

    answer = operator.get("/llm/status").json()

    assert (set(answer["providers"]), answer["in_use"], answer["fallback"]) == (NAMES, "lm_studio", "template")
    assert answer["llm"] == {"available": True, "base_url": "http://here.test", "models": ["small"], "error": None}
    assert answer["providers"]["openrouter"] == {
        "available": False,
        "base_url": "http://here.test",
        "models": [],
        "error": "nobody there",
    }


@pytest.mark.parametrize("party", ["buyer", "acme", "watcher"])
def test_parties_are_told_no_addresses(request, model, party):
    text = request.getfixturevalue(party).get("/llm/status").content.decode()

    assert "here.test" not in text
    assert '"available": true' in text


def test_many_questions_cost_one_ping(anonymous, operator, model):
    for _ in range(5):
        anonymous.get("/health")
        operator.get("/llm/status")

    assert model.pings == 1


def test_real_providers_can_be_asked(operator, settings, monkeypatch):
    from llm.selection import choose_provider

    nobody = replace(settings.LLM.lm_studio, base_url="http://127.0.0.1:9/v1")
    settings.LLM = replace(settings.LLM, lm_studio=nobody, openai_compatible=nobody)
    lights = ProviderLights(lambda name: choose_provider(name, settings.LLM))
    monkeypatch.setattr(apps.get_app_config("negotiation"), "lights", lights)

    found = operator.get("/llm/status").json()["providers"]

    assert {name: light["available"] for name, light in found.items()} == {
        "lm_studio": False,
        "openrouter": False,
        "openai_compatible": False,
        "builtin": True,
    }
    assert "LLM_ENABLE_OPENROUTER" in found["openrouter"]["error"]
