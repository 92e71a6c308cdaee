"""A fake server, and providers that ask it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from llm.openai_compatible import OpenAICompatibleProvider, Server
from tests.fake_llm.behaviours import Reply
from tests.fake_llm.server import FakeLlm
from tests.llm.calling import NOW, Make


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    with FakeLlm(Reply("I can offer 41.")) as server:
        yield server


@pytest.fixture
async def make(fake: FakeLlm) -> AsyncIterator[Make]:
    """Makes providers, with these changes to how the server is reached, and closes them."""
    made: list[OpenAICompatibleProvider] = []

    def make_provider(**changes: Any) -> OpenAICompatibleProvider:
        server = Server("lm_studio", fake.base_url, "tiny", timeout_seconds=10.0)
        made.append(OpenAICompatibleProvider(replace(server, **changes), now=lambda: NOW))
        return made[-1]

    yield make_provider
    for provider in made:
        await provider.close()
