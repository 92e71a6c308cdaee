from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from django.conf import settings

from llm.configuration import LlmEndpoint, LlmSettings
from llm.errors import ProviderDisabledError
from llm.factory import lm_studio, make_provider, openrouter
from llm.types import ChatMessage, Role
from tests.fake_llm.behaviours import Reply
from tests.fake_llm.server import FakeLlm

PROMPT = (ChatMessage(Role.USER, "What is your price?"),)


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    with FakeLlm(Reply("41", usage={"prompt_tokens": 3, "completion_tokens": 1, "cost": 0.00042})) as server:
        yield server


@pytest.fixture
def llm_settings(fake: FakeLlm) -> LlmSettings:
    return replace(settings.LLM, openrouter=LlmEndpoint(fake.base_url, "tiny", 5.0, api_key="sk-or", is_enabled=True))


@pytest.mark.parametrize("name", ["lm_studio", "openrouter", "openai_compatible", "builtin"])
def test_provider_is_made_by_its_name(name: str, llm_settings: LlmSettings) -> None:
    assert make_provider(name, llm_settings).name == name


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"api_key": ""}])
def test_openrouter_is_disabled_without_switch_or_key(change: dict[str, object], llm_settings: LlmSettings) -> None:
    off = replace(llm_settings, openrouter=replace(llm_settings.openrouter, **change))

    with pytest.raises(ProviderDisabledError, match="OpenRouter"):
        make_provider("openrouter", off)


@pytest.mark.parametrize("name", ["", "gpt", "LM_STUDIO"])
def test_unknown_name_is_disabled(name: str, llm_settings: LlmSettings) -> None:
    with pytest.raises(ProviderDisabledError, match="there is no provider"):
        make_provider(name, llm_settings)


async def test_openrouter_is_told_who_asks_and_tells_the_cost(fake: FakeLlm, llm_settings: LlmSettings) -> None:
    provider = openrouter(llm_settings.openrouter)

    reply = await provider.generate(PROMPT)
    await provider.close()

    assert {"http-referer", "x-title"} <= fake.asked[0].headers.keys()
    assert fake.asked[0].headers["authorization"] == "Bearer sk-or"
    assert fake.asked[0].body["usage"] == {"include": True}
    assert reply.usage.cost == Decimal("0.00042")


async def test_lm_studio_is_told_nothing_more_than_the_call(fake: FakeLlm) -> None:
    provider = lm_studio(LlmEndpoint(fake.base_url, "tiny", 5.0))

    await provider.generate(PROMPT)
    await provider.close()

    assert fake.asked[0].body.keys() == {"model", "messages", "temperature", "max_tokens"}
    assert not {"http-referer", "x-title"} & fake.asked[0].headers.keys()
