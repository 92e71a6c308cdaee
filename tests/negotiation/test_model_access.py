from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.apps import apps

from llm.lights import ProviderLights
from llm.selection import choose_provider
from negotiation import services
from negotiation.errors import ModelAway, RoomNotFound
from negotiation.model_access import provider_lights, require_model
from negotiation.models import NegotiationRun
from tests.fake_llm.server import FakeLlm
from tests.model_rooms import PROVIDER, spoken_by
from tests.scripted_provider import AWAY, HERE, ScriptedProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(monkeypatch, settings):
    """The only provider there is; template words may not stand in for it."""
    scripted = ScriptedProvider(status=AWAY)
    monkeypatch.setattr(apps.get_app_config("negotiation"), "lights", ProviderLights(lambda name: scripted))
    settings.LLM = replace(settings.LLM, provider="lm_studio", fallback="off")
    return scripted


@pytest.fixture
def room_of(open_session):
    def open_room(mind):
        return open_session(minds={"buyer": mind, "sellers": mind})["negotiation_rooms"][0]["room_id"]

    return open_room


@pytest.mark.parametrize("mind", ["narrated", "llm"])
@pytest.mark.usefixtures("provider")
def test_room_that_needs_a_model_does_not_start_without_one(operator, room_of, mind):
    room_id = room_of(mind)

    response = operator.post(f"/negotiation/{room_id}/start")

    assert (response.status_code, response.json()["error"]["code"]) == (503, "LLM_PROVIDER_UNAVAILABLE")
    assert NegotiationRun.objects.get(code=room_id).status == "pending"


@pytest.mark.usefixtures("provider")
def test_refusal_names_no_address(operator, room_of):
    assert "http" not in operator.post(f"/negotiation/{room_of('narrated')}/start").json()["error"]["message"]


def test_room_of_strategy_minds_starts_without_asking_for_a_model(operator, room_of, provider):
    assert operator.post(f"/negotiation/{room_of('strategy')}/start").status_code == 200
    assert provider.pings == 0


def test_room_starts_when_its_model_is_there(operator, room_of, provider):
    provider.status = HERE

    assert operator.post(f"/negotiation/{room_of('narrated')}/start").status_code == 200


def test_room_starts_without_a_model_where_template_words_may_stand_in(operator, room_of, provider, settings):
    settings.LLM = replace(settings.LLM, fallback="template")

    assert operator.post(f"/negotiation/{room_of('narrated')}/start").status_code == 200
    assert provider.pings == 0


@pytest.mark.usefixtures("provider")
def test_session_asks_for_its_own_provider(open_session, monkeypatch):
    asked = []
    lights = ProviderLights(lambda name: asked.append(name) or ScriptedProvider(status=AWAY))
    monkeypatch.setattr(apps.get_app_config("negotiation"), "lights", lights)
    room = open_session(llm_config={"provider": "openai_compatible"})["negotiation_rooms"][0]

    with pytest.raises(ModelAway, match="openai_compatible"):
        require_model(UUID(room["room_id"]))

    assert asked == ["openai_compatible"]


@pytest.mark.usefixtures("provider")
def test_unknown_room_is_not_found():
    with pytest.raises(RoomNotFound):
        require_model(uuid4())


def test_lights_are_those_of_the_process():
    assert provider_lights() is provider_lights()


def test_real_server_may_come_and_go(operator, open_session, settings, monkeypatch):
    with FakeLlm() as fake:
        settings.LLM = spoken_by(fake, fallback="off")
        monkeypatch.setattr("llm.lights.FRESH_SECONDS", 0.0)
        lights = ProviderLights(lambda name: choose_provider(name, settings.LLM))
        monkeypatch.setattr(apps.get_app_config("negotiation"), "lights", lights)
        first, second = (open_session()["negotiation_rooms"][0]["room_id"] for _ in range(2))

        assert operator.post(f"/negotiation/{first}/start").status_code == 200
        fake.stop()
        assert operator.post(f"/negotiation/{second}/start").status_code == 503
        fake.start()
        assert operator.post(f"/negotiation/{second}/start").status_code == 200

    assert PROVIDER == "openai_compatible"


@pytest.mark.usefixtures("provider")
def test_service_refuses_as_the_endpoint_does(room_of):
    with pytest.raises(ModelAway):
        services.start(UUID(room_of("narrated")))
